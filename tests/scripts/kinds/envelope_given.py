# SPDX-License-Identifier: AGPL-3.0-or-later
"""An envelope of the script's own: the headers stay."""

MAILS = [{"envelope": ["one", "two"]}]


def create_notifications(context):
    return context.mail_format_as_csv(envelope_tos=["one@envelope_given.example", "Two <two@envelope_given.example>"])

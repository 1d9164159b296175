# SPDX-License-Identifier: AGPL-3.0-or-later
"""One address twice in an envelope gets one mail."""

MAILS = [{"envelope": ["one"]}]


def create_notifications(context):
    return context.mail_format_as_csv(envelope_tos=["one@envelope_twice.example"] * 2)

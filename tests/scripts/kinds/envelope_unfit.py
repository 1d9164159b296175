# SPDX-License-Identifier: AGPL-3.0-or-later
"""An envelope that is none."""

MAILS = [{"subject": "Next {ticket}"}]
ERRORS = ["no at sign"]


def create_notifications(context):
    return context.mail_format_as_csv(envelope_tos=["no at sign"])

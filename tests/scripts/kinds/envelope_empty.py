# SPDX-License-Identifier: AGPL-3.0-or-later
"""An empty envelope."""

MAILS = [{"subject": "Next {ticket}"}]
ERRORS = ["no recipient"]


def create_notifications(context):
    return context.mail_format_as_csv(envelope_tos=[])

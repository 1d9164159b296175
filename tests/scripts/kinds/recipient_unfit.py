# SPDX-License-Identifier: AGPL-3.0-or-later
"""A recipient without domain: found while the next script can be asked."""

MAILS = [{"subject": "Next {ticket}"}]
ERRORS = ["nobody"]


def create_notifications(context):
    original = context.directive.recipient_address
    context.directive.recipient_address = "nobody"
    try:
        return context.mail_format_as_csv()
    finally:
        context.directive.recipient_address = original

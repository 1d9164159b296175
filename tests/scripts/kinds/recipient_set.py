# SPDX-License-Identifier: AGPL-3.0-or-later
"""The recipient, set in the directive."""

MAILS = [{"to": "other"}]


def create_notifications(context):
    context.directive.recipient_address = "other@recipient_set.example"
    return context.mail_format_as_csv()

# SPDX-License-Identifier: AGPL-3.0-or-later
"""The recipient, set once the mail is made: that mail keeps its own."""

MAILS = [{}]


def create_notifications(context):
    mails = context.mail_format_as_csv()
    context.directive.recipient_address = "other@recipient_set_after.example"
    return mails

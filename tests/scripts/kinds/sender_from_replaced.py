# SPDX-License-Identifier: AGPL-3.0-or-later
"""Another From on the program's mail."""

MAILS = [{"from": "other@sender.example", "sender": "other@sender.example"}]


def create_notifications(context):
    mails = context.mail_format_as_csv()
    mails[0].email.replace_header("From", "other@sender.example")
    return mails

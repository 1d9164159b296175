# SPDX-License-Identifier: AGPL-3.0-or-later
"""Sender on the program's mail: the envelope sender."""

MAILS = [{"headers": {"Sender": "bounces@cert.example"}, "sender": "bounces@cert.example"}]


def create_notifications(context):
    mails = context.mail_format_as_csv()
    mails[0].email["Sender"] = "bounces@cert.example"
    return mails

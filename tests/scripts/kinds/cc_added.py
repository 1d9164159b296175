# SPDX-License-Identifier: AGPL-3.0-or-later
"""Cc on the program's mail."""

MAILS = [{"headers": {"Cc": "Copy <copy@cc_added.example>"}, "envelope": ["abuse", "copy"]}]


def create_notifications(context):
    mails = context.mail_format_as_csv()
    mails[0].email["Cc"] = "Copy <copy@cc_added.example>"
    return mails

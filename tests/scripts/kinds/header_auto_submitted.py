# SPDX-License-Identifier: AGPL-3.0-or-later
"""A header that the program had set stands once."""

MAILS = [{"headers": {"Auto-Submitted": "auto-replied"}}]


def create_notifications(context):
    mails = context.mail_format_as_csv()
    mails[0].email["Auto-Submitted"] = "auto-replied"
    return mails

# SPDX-License-Identifier: AGPL-3.0-or-later
"""A line break in a header: an error of the script."""

MAILS = [{"subject": "Next {ticket}"}]
ERRORS = ["ValueError"]


def create_notifications(context):
    mails = context.mail_format_as_csv()
    mails[0].email["X-Hostile"] = "a\nBcc: hidden@header_line_break.example"
    return mails

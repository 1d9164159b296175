# SPDX-License-Identifier: AGPL-3.0-or-later
"""Bcc on the program's mail: gets it, is not in it."""

MAILS = [{"headers": {"Bcc": None}, "envelope": ["abuse", "hidden", "hidden2"], "not_wire": ["bcc:"]}]


def create_notifications(context):
    mails = context.mail_format_as_csv()
    mails[0].email["Bcc"] = "hidden@bcc_added.example, Hidden <hidden2@bcc_added.example>"
    return mails

# SPDX-License-Identifier: AGPL-3.0-or-later
"""A text beside what is signed, whose signature stays good."""

MAILS = [{"parts": None, "wire": ["=46rom me\r\n"], "not_wire": ["\r\nFrom me"]}]


def create_notifications(context):
    mails = context.mail_format_as_csv()
    mails[0].email.make_mixed()
    mails[0].email.add_attachment("From me\n", filename="a.txt")
    return mails

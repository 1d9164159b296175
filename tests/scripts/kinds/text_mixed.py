# SPDX-License-Identifier: AGPL-3.0-or-later
"""make_mixed() and a part of the script's own."""

from email.message import EmailMessage

MAILS = [{"signed": False, "parts": ["text/plain", "text/plain"], "wire": ["=46rom here\r\n"], "not_wire": ["\r\nFrom here"]}]


def create_notifications(context):
    context.gpgme_ctx = None
    mails = context.mail_format_as_csv()
    mails[0].email.make_mixed()
    part = EmailMessage()
    part.set_content("From here\n")
    mails[0].email.attach(part)
    return mails

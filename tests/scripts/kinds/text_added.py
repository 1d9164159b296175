# SPDX-License-Identifier: AGPL-3.0-or-later
"""A text added to the program's mail."""

MAILS = [{"signed": None, "parts": ["text/plain", "text/plain"], "wire": ["=46rom me\r\n", "Gr=C3=BC=C3=9Fe\r\n"], "not_wire": ["\r\nFrom me"]}]


def create_notifications(context):
    context.gpgme_ctx = None
    mails = context.mail_format_as_csv()
    mails[0].email.add_attachment("From me\nGrüße", filename="a.txt")
    return mails

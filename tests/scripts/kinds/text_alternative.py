# SPDX-License-Identifier: AGPL-3.0-or-later
"""An alternative in HTML."""

MAILS = [{"signed": False, "parts": ["text/plain", "text/html"], "wire": ["=46rom <b>me</b>\r\n"], "not_wire": ["\r\nFrom <b>"]}]


def create_notifications(context):
    context.gpgme_ctx = None
    mails = context.mail_format_as_csv()
    mails[0].email.add_alternative("From <b>me</b>", subtype="html")
    return mails

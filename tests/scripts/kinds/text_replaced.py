# SPDX-License-Identifier: AGPL-3.0-or-later
"""set_content() on the program's mail."""

MAILS = [{"signed": False, "text": "From scratch\n", "ips": [], "wire": ["=46rom scratch\r\n"]}]


def create_notifications(context):
    context.gpgme_ctx = None
    mails = context.mail_format_as_csv()
    mails[0].email.set_content("From scratch\n")
    return mails

# SPDX-License-Identifier: AGPL-3.0-or-later
"""Mails have \\n inside, whatever the wire has."""

MAILS = [{}]


def create_notifications(context):
    context.gpgme_ctx, given = None, context.gpgme_ctx
    text = context.mail_format_as_csv()[0].email.get_content()
    if "\r" in text or not text.startswith("Dear 64496\n"):
        raise ValueError(text)
    context.gpgme_ctx = given
    return context.mail_format_as_csv()

# SPDX-License-Identifier: AGPL-3.0-or-later
"""gpgme_ctx = None: not signed."""

MAILS = [{"signed": False}]


def create_notifications(context):
    context.gpgme_ctx = None
    return context.mail_format_as_csv()

# SPDX-License-Identifier: AGPL-3.0-or-later
"""The same with an attachment, looked at."""

MAILS = [{"signed": False, "parts": ["text/plain", "text/csv"], "text": "Dear 64496\n\n", "headers": {"X-A": "b"}}]


def create_notifications(context):
    context.gpgme_ctx = None
    mails = context.mail_format_as_csv(attach_event_data=True)
    mails[0].email["X-A"] = "b"
    return mails

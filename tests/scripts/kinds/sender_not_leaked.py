# SPDX-License-Identifier: AGPL-3.0-or-later
"""What other scripts set in the configuration is not seen here."""

MAILS = [{}]


def create_notifications(context):
    if context.config["sender"] != "CERT Example <noreply@cert.example>" or "leaked" in context.config:
        raise ValueError(context.config["sender"])
    context.config["leaked"] = True
    return context.mail_format_as_csv()

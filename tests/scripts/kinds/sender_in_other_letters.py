# SPDX-License-Identifier: AGPL-3.0-or-later
"""A sender whose domain is not ASCII."""

MAILS = [{"from": "CERT <noreply@xn--bcher-kva.example>", "sender": "noreply@xn--bcher-kva.example"}]


def create_notifications(context):
    context.config["sender"] = "CERT <noreply@bücher.example>"
    return context.mail_format_as_csv()

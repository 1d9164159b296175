# SPDX-License-Identifier: AGPL-3.0-or-later
"""Texts of a message of the script's own: quoted-printable, no line too long."""

from email.message import EmailMessage

from intelmqmail.notification import EmailNotification

MAILS = [{"signed": False, "subject": "Own {ticket}", "text": "From far\n" + "x" * 200 + "\n", "ips": [], "wire": ["=46rom far\r\n"]}]


def create_notifications(context):
    ticket = context.new_ticket_number()
    message = EmailMessage()
    message["From"] = context.config["sender"]
    message["To"] = context.directive.recipient_address
    message["Subject"] = f"Own {ticket}"
    message.set_content("From far\n" + "x" * 200)
    return [EmailNotification(context.directive, message, ticket)]

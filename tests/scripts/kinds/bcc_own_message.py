# SPDX-License-Identifier: AGPL-3.0-or-later
"""To, Cc and Bcc in a message of the script's own."""

from email.message import EmailMessage

from intelmqmail.notification import EmailNotification

MAILS = [{"signed": False, "subject": "Own {ticket}", "text": "Own\n", "ips": [], "headers": {"Bcc": None, "Cc": "copy@bcc_own_message.example"},
          "envelope": ["abuse", "copy", "hidden"], "not_wire": ["bcc:"]}]


def create_notifications(context):
    ticket = context.new_ticket_number()
    message = EmailMessage()
    message["From"] = context.config["sender"]
    message["To"] = context.directive.recipient_address
    message["Cc"] = "copy@bcc_own_message.example"
    message["Bcc"] = "hidden@bcc_own_message.example"
    message["Subject"] = f"Own {ticket}"
    message.set_content("Own\n")
    return [EmailNotification(context.directive, message, ticket)]

# SPDX-License-Identifier: AGPL-3.0-or-later
"""A recipient whose domain is not ASCII, in a message of the script's own."""

from email.message import EmailMessage

from intelmqmail.notification import EmailNotification

MAILS = [{"signed": False, "subject": "Own {ticket}", "text": "Own\n", "ips": [],
          "to": "Ünï <abuse@xn--bcher-kva.header_to_in_other_letters.example>",
          "envelope": ["abuse@xn--bcher-kva.header_to_in_other_letters.example"]}]


def create_notifications(context):
    ticket = context.new_ticket_number()
    message = EmailMessage()
    message["From"] = context.config["sender"]
    message["To"] = "Ünï <abuse@bücher.header_to_in_other_letters.example>"
    message["Subject"] = f"Own {ticket}"
    message.set_content("Own\n")
    return [EmailNotification(context.directive, message, ticket)]

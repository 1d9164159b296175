# SPDX-License-Identifier: AGPL-3.0-or-later
"""A message of the older kind."""

from email.mime.multipart import MIMEMultipart
from email.mime.text import MIMEText

from intelmqmail.notification import EmailNotification

MAILS = [{"signed": False, "subject": "Own {ticket}", "parts": ["text/plain", "text/plain"], "ips": [], "text": "From far\n",
          "wire": ["=46rom far\r\n"], "envelope": ["abuse", "other"], "to": "abuse@text_older_kind.example, other@text_older_kind.example"}]


def create_notifications(context):
    ticket = context.new_ticket_number()
    message = MIMEMultipart()
    message["From"] = context.config["sender"]
    message["To"] = context.directive.recipient_address
    message["To"] = "other@text_older_kind.example"
    message["Subject"] = "not this"
    message["Subject"] = f"Own {ticket}"
    message.attach(MIMEText("From far"))
    message.attach(MIMEText("Grüße", _charset="utf-8"))
    return [EmailNotification(context.directive, message, ticket)]

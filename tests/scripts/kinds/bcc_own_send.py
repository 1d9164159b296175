# SPDX-License-Identifier: AGPL-3.0-or-later
"""The same through an own send()."""

from email.message import EmailMessage

from intelmqmail.notification import EmailNotification

MAILS = [{"signed": False, "subject": "Own {ticket}", "text": "Own\n", "ips": [], "to": "undisclosed-recipients:;",
          "envelope": ["hidden"], "sender": "bounces@cert.example", "not_wire": ["bcc:"]}]
BY_SEND = True


class Own(EmailNotification):
    def send(self, send_context):
        send_context.smtp.send_message(self.email)
        send_context.mark_as_sent(self.directive.directive_ids, self.ticket, None)


def create_notifications(context):
    ticket = context.new_ticket_number()
    message = EmailMessage()
    message["From"] = context.config["sender"]
    message["Sender"] = "bounces@cert.example"
    message["To"] = "undisclosed-recipients:;"
    message["Bcc"] = "hidden@bcc_own_send.example"
    message["Subject"] = f"Own {ticket}"
    message.set_content("Own\n")
    return [Own(context.directive, message, ticket)]

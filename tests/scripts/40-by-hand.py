# SPDX-License-Identifier: AGPL-3.0-or-later
"""Mails made without mail_format_as_csv."""

from email.message import EmailMessage

from intelmqmail.mail import create_mail
from intelmqmail.notification import EmailNotification


def own_message(context, ticket, events):
    message = EmailMessage()
    message["From"] = context.config["sender"]
    message["To"] = context.directive.recipient_address
    message["Subject"] = f"Überblick {ticket}"
    message.set_content("Grüße\n" + "".join(f"{event['source.ip']}\n" for event in events))
    message.add_attachment(b"\x00\x01binary", maintype="application", subtype="octet-stream",
                           filename="blob.bin")
    return message


def create_notifications(context):
    if context.directive.notification_format != "by_hand":
        return None
    events = context.load_events(["source.ip", "source.asn"])
    ticket = context.new_ticket_number()
    first = EmailNotification(context.directive, own_message(context, ticket, events), ticket)

    text = "".join(f"{event['source.asn']}: {event['source.ip']}\n" for event in events)
    mail = create_mail(sender=context.config["sender"],
                       recipient=context.directive.recipient_address,
                       subject=f"Second mail {ticket}", body="See the attachments.\n",
                       attachments=[((text,), {"subtype": "plain", "filename": "list.txt"}),
                                    ((b"%PDF",), {"maintype": "application", "subtype": "pdf",
                                                  "filename": "report.pdf"})],
                       gpgme_ctx=context.gpgme_ctx)
    mail.add_header("X-Second", "yes")
    second = EmailNotification(context.directive, mail, ticket,
                               envelope_tos=["desk@cert.example"], mark_as_sent=False)
    return [first, second]

# SPDX-License-Identifier: AGPL-3.0-or-later
"""create_mail() without attachments; an empty line at the end where none is."""

from intelmqmail.notification import EmailNotification, create_mail

MAILS = [{"subject": "Made {ticket}", "text": "no end\n", "ips": []}]


def create_notifications(context):
    ticket = context.new_ticket_number()
    mail = create_mail(context.config["sender"], context.directive.recipient_address, f"Made {ticket}", "no end",
                       [], context.gpgme_ctx)
    return [EmailNotification(context.directive, mail, ticket)]

# SPDX-License-Identifier: AGPL-3.0-or-later
"""An empty text is one empty line."""

from intelmqmail.notification import EmailNotification, create_mail

MAILS = [{"subject": "Made {ticket}", "text": "\n", "ips": []}]


def create_notifications(context):
    ticket = context.new_ticket_number()
    mail = create_mail(context.config["sender"], context.directive.recipient_address, f"Made {ticket}", "",
                       None, context.gpgme_ctx)
    return [EmailNotification(context.directive, mail, ticket)]

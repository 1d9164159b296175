# SPDX-License-Identifier: AGPL-3.0-or-later
"""A CSV given to create_mail()."""

from intelmqmail.notification import EmailNotification, create_mail

MAILS = [{"subject": "Made {ticket}", "text": "text\n", "ips": [], "parts": ["text/plain", "text/csv"], "wire": ["=46rom CSV\r\n"]}]


def create_notifications(context):
    ticket = context.new_ticket_number()
    mail = create_mail(context.config["sender"], context.directive.recipient_address, f"Made {ticket}", "text\n",
                       [(("From CSV",), {"subtype": "csv", "filename": "a.csv"})], context.gpgme_ctx)
    return [EmailNotification(context.directive, mail, ticket)]

# SPDX-License-Identifier: AGPL-3.0-or-later
"""Texts and bytes given to create_mail(), signed with it where the site signs."""

from intelmqmail.notification import EmailNotification, create_mail

MAILS = [{"subject": "Made {ticket}", "text": "text\n", "ips": [], "parts": ["text/plain", "text/plain", "application/pdf", "text/csv"],
          "wire": ["=46rom me\r\n", "=46rom CSV"], "not_wire": ["\r\nFrom "]}]


def create_notifications(context):
    ticket = context.new_ticket_number()
    mail = create_mail(context.config["sender"], context.directive.recipient_address, f"Made {ticket}", "text",
                       [(("From me",), {"filename": "a.txt"}),
                        ((b"%PDF",), {"maintype": "application", "subtype": "pdf", "filename": "a.pdf"}),
                        (("From CSV\n",), {"subtype": "csv", "filename": "a.csv", "cte": "8bit"})],
                       context.gpgme_ctx)
    return [EmailNotification(context.directive, mail, ticket)]

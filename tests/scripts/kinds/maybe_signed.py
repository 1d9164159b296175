# SPDX-License-Identifier: AGPL-3.0-or-later
"""A text that is signed in itself, then a context that does not sign."""

from intelmqmail.notification import EmailNotification, create_mail

MAILS = [{"signed": False, "subject": "Clear {ticket}", "ips": [], "text": None}]


def create_notifications(context):
    ticket = context.new_ticket_number()
    text = context.maybe_sign("text\n")
    context.gpgme_ctx = None
    assert context.maybe_sign("text") == "text"
    mail = create_mail(context.config["sender"], context.directive.recipient_address, f"Clear {ticket}", text, [], None)
    return [EmailNotification(context.directive, mail, ticket)]

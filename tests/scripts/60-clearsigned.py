# SPDX-License-Identifier: AGPL-3.0-or-later
"""A text that is signed in itself, in an otherwise unsigned mail."""

from intelmqmail.mail import create_mail
from intelmqmail.notification import EmailNotification
from intelmqmail.tableformat import build_table_format, format_as_csv

table = build_table_format("clear", [("source.asn", "asn"), ("source.ip", "ip")])


def create_notifications(context):
    if context.directive.notification_format != "clearsigned":
        return None
    ticket = context.new_ticket_number()
    events = context.load_events(table.event_table_columns())
    subject, body = context.read_template().substitute({
        "ticket_number": ticket, "events_as_csv": format_as_csv(table, events),
        **context.directive.aggregate_identifier})
    mail = create_mail(context.config["sender"], context.directive.recipient_address, subject,
                       context.maybe_sign(body), [], None)
    return [EmailNotification(context.directive, mail, ticket)]

# SPDX-License-Identifier: AGPL-3.0-or-later
"""The names that scripts import."""

from intelmqmail.db import PENDING_DIRECTIVES_QUERY, escape_sql_identifier, sql_identifier_charset
from intelmqmail.mail import MailgenContentManager, hash_algorithms, mailgen_policy
from intelmqmail.notification import (TableFormat, Template, clearsign, create_mail, domain_from_sender, load_events,
                                      mark_as_sent, new_ticket_number, read_template)

MAILS = [{"ips": [1, 2, 3]}]


def create_notifications(context):
    assert escape_sql_identifier("source.ip") == '"source.ip"'
    assert domain_from_sender("a@bücher.example") == "xn--bcher-kva.example"
    events = load_events(context.db_cursor, context.directive.event_ids, ["source.ip"])
    assert [event["source.ip"] for event in events] == ["192.0.2.1", "192.0.2.2", "192.0.2.3"]
    context.db_cursor.execute(PENDING_DIRECTIVES_QUERY)
    return context.mail_format_as_csv()

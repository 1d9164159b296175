# SPDX-License-Identifier: AGPL-3.0-or-later
"""What a format script gets and what it hands back, under the names that scripts import."""

from intelmqmail.context import FALLBACK_FORMAT_SPEC, ScriptContext
from intelmqmail.db import load_events, mark_as_sent, new_ticket_number
from intelmqmail.directive import Directive, parse_timestamp
from intelmqmail.exceptions import InvalidDirective, InvalidTemplate, NotificationError
from intelmqmail.mail import clearsign, create_mail, domain_from_sender
from intelmqmail.sending import EmailNotification, Notification, Postponed, SendContext
from intelmqmail.tableformat import TableFormat
from intelmqmail.templates import Template, read_template

__all__ = ["Directive", "EmailNotification", "FALLBACK_FORMAT_SPEC", "InvalidDirective",
           "InvalidTemplate", "Notification", "NotificationError", "Postponed", "ScriptContext",
           "SendContext", "TableFormat", "Template", "clearsign", "create_mail",
           "domain_from_sender", "load_events", "mark_as_sent", "new_ticket_number",
           "parse_timestamp", "read_template"]

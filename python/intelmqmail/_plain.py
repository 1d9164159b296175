# SPDX-License-Identifier: AGPL-3.0-or-later
"""What a ScriptContext works with that a program has made itself, with a psycopg2 cursor of its own:
the same calls as the C core's Host has. `terms` as ScriptContext._terms() makes them."""

from intelmqmail import _core, db, mail
from intelmqmail.exceptions import NotificationError


class PlainHost:
    def __init__(self, cursor, gpgme_ctx):
        self._cursor = cursor
        self._gpgme_ctx = gpgme_ctx

    def load_events(self, terms, columns):
        return db.load_events(self._cursor, terms[3], columns)

    def csv(self, terms, table):
        return db._core_connection(self._cursor).csv(sorted(terms[3]), table)

    def new_ticket(self):
        return db.new_ticket_number(self._cursor)

    def directive_events(self, directive_ids):
        return db.events_of_directives(self._cursor, directive_ids)

    def read_template(self, terms, name):
        return _core.read_template(terms[6], name)

    def render(self, terms, table, csv, form, template_name, subject, body, substitutions,
               ticket):
        if csv is None:
            csv = self.csv(terms, table)
        if template_name is not None:
            subject, body = self.read_template(terms, template_name)
        ticket = ticket or self.new_ticket()
        return _core.render(terms, table, csv, form, None, subject, body, substitutions, ticket)

    def fit(self, arguments, titles, rows, limits):
        raise NotificationError('data="by_size" is for contexts that the program has made')

    def compose(self, terms, draft):
        return mail.compose(draft, self._gpgme_ctx if terms[7] else None)

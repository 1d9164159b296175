# SPDX-License-Identifier: AGPL-3.0-or-later
"""What a ScriptContext works with that a program has made itself, with a psycopg2 cursor of its own:
the same calls as the C core's Host has."""

import time

from intelmqmail import _core, db, mail, templates


class PlainHost:
    def __init__(self, config, cursor, gpgme_ctx, directive):
        self._config = config
        self._cursor = cursor
        self._gpgme_ctx = gpgme_ctx
        self._directive = directive

    def load_events(self, columns):
        return db.load_events(self._cursor, self._directive.event_ids, columns)

    def csv(self, table):
        return db._core_connection(self._cursor).csv(sorted(self._directive.event_ids), table)

    def new_ticket(self):
        return db.new_ticket_number(self._cursor)

    def read_template(self, name):
        template = templates.read_template(self._config["template_dir"], name)
        return template.subject.template, template.body.template

    def render(self, table, csv, attach, template_name, subject, body, substitutions, ticket):
        if csv is None:
            csv = self.csv(table)
        if template_name is not None:
            subject, body = self.read_template(template_name)
        ticket = ticket or self.new_ticket()
        names = {**substitutions, "ticket_number": ticket, "events_as_csv": "" if attach else csv,
                 **self._directive.aggregate_identifier}
        subject, body = templates.Template.from_strings(subject, body).substitute(names)
        attachment = ("events.csv", csv) if attach else (None, None)
        draft = _core.Draft(self._config["sender"], self._directive.recipient_address, subject, body,
                            *attachment)
        return draft.copy(ticket, None)

    def compose(self, draft):
        content = _core.compose_content(draft, self._gpgme_ctx is not None)
        signature = micalg = None
        if self._gpgme_ctx is not None:
            signature, micalg = mail.detached_signature(self._gpgme_ctx, content)
        return _core.compose_mail(draft, content, signature, micalg, int(time.time()))

    def clearsign(self, text):
        return mail.clearsign(self._gpgme_ctx, text)

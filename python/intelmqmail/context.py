# SPDX-License-Identifier: AGPL-3.0-or-later
"""What a format script works with. Scripts find the class in intelmqmail.notification."""

import logging
from datetime import datetime, timezone

from intelmqmail import _core, _fitting, _xarf, mail, templates as texts
from intelmqmail._plain import PlainHost
from intelmqmail.db import Cursor
from intelmqmail.directive import parse_timestamp
from intelmqmail.exceptions import InvalidTemplate, NotificationError
from intelmqmail.sending import EmailNotification
from intelmqmail.tableformat import build_table_format, format_as_csv

FALLBACK_FORMAT_SPEC = build_table_format("fallback", _core.builtin_table())


class _Given:
    """What the core gave, by which it is known whether a script has put something else in its place, or
    changed it."""

    def __init__(self, context):
        directive, config = context.directive, context.config
        self.recipient = directive.recipient_address
        self.template_name = directive.template_name
        self.aggregate = dict(directive.aggregate_identifier)
        self.event_ids = list(directive.event_ids)
        self.directive_ids = list(directive.directive_ids)
        self.sender = config.get("sender")
        self.envelope_from = config.get("envelope_from")
        self.template_dir = config.get("template_dir")
        self.gpgme_ctx = context.gpgme_ctx

    def holds(self, context):
        directive, config = context.directive, context.config
        return (self.recipient == directive.recipient_address
                and self.template_name == directive.template_name
                and self.event_ids == directive.event_ids
                and self.aggregate == directive.aggregate_identifier
                and self.gpgme_ctx is context.gpgme_ctx
                and self.sender == config.get("sender")
                and self.template_dir == config.get("template_dir")
                and self.envelope_from == config.get("envelope_from"))


class _Composer:
    """Makes mails of drafts, signed as the context said when the draft was made."""

    def __init__(self, host, terms, gpgme_ctx, is_cores):
        self._host = host
        self._terms = terms
        self._gpgme_ctx = gpgme_ctx
        self.is_cores = is_cores  # as the core would do it by itself

    def compose(self, draft):
        if self._gpgme_ctx is None or self._gpgme_ctx is self._host:
            return self._host.compose(self._terms, draft)
        return mail.compose(draft, self._gpgme_ctx)


def _host_of(cur, gpgme_ctx):
    """The core's, where the cursor is; else what does the same with a cursor of psycopg2."""
    if isinstance(cur, Cursor):
        return cur._host
    return PlainHost(cur, gpgme_ctx)


class ScriptContext:
    """What a script works with, for one directive.

    config: the merged configuration, a dict; db_cursor: a cursor, its rows dicts; gpgme_ctx: None where mails
    are not signed; directive; logger; now: an aware datetime; fallback_template: a Template where there is no
    other, or None; templates: a dict of Templates or texts by name, or None; default_format_spec: the
    TableFormat where none is named.

    What a script sets here, in the directive or in the configuration holds for the mails that it asks for
    afterwards, and for scripts after it. Scripts may set attributes of their own.
    """

    __module__ = "intelmqmail.notification"

    substitutions = None
    _given = None

    def __init__(self, config, cur, gpgme_ctx, directive, logger=None, template=None,
                 templates=None, default_format_spec=None):
        self.config = config
        self.db_cursor = cur
        self.gpgme_ctx = gpgme_ctx
        self.directive = directive
        self.logger = logger or logging.getLogger("intelmqmail.script")
        self.now = datetime.now(timezone.utc)
        self.fallback_template = template
        self.templates = templates
        self.default_format_spec = default_format_spec or FALLBACK_FORMAT_SPEC
        self._host = _host_of(cur, gpgme_ctx)

    def _keep_given(self):
        """From now on it is looked whether what the context holds is still the same."""
        self._given = _Given(self)

    def notification_interval_exceeded(self):
        """Whether the last similar mail is older than the directives' interval."""
        last_sent = self.directive.last_sent
        return last_sent is None or last_sent + self.directive.notification_interval < self.now

    def age_of_newest_directive(self):
        """A timedelta."""
        return self.now - self.directive.inserted_at

    def age_of_observation(self):
        """How long ago the aggregate identifier's time.observation is, a timedelta; None without one."""
        text = self.directive.get_aggregation_item("time.observation")
        return None if text is None else self.now - parse_timestamp(text)

    def new_ticket_number(self):
        """A number that nobody else gets, as text. Drawn for good: one that is not used is a gap."""
        return self._host.new_ticket()

    def load_events(self, columns=None):
        """The directive's events, a list of dicts in ascending id; all columns where none are named. Values
        are aware datetimes, ints, floats, bools, a dict for extra, None for NULL, else str.
        NotificationError for a column that table events lacks."""
        return self._host.load_events(self._terms(), None if columns is None else list(columns))

    def read_template(self, templates=None, template_name=None):
        """The directive's Template: from `templates` (a dict of Templates or texts by name), from its file,
        or the fallback. InvalidTemplate where there is none, or the name leads out of the directory."""
        name = template_name or self.directive.template_name
        if templates is None:
            templates = self.templates
        template = templates.get(name) if templates else None
        if template:
            return texts.template_from_text(template) if isinstance(template, str) else template
        try:
            return texts.Template.from_strings(*self._host.read_template(self._terms(), name))
        except NotificationError as error:
            if not self.fallback_template:
                raise InvalidTemplate(name) from error
        template = self.fallback_template
        return texts.template_from_text(template) if isinstance(template, str) else template

    def maybe_sign(self, text):
        """The text clear-signed, or as it is where the context does not sign."""
        if self.gpgme_ctx is None:
            return text
        return mail.clearsign(self.gpgme_ctx, text)

    def mail_format_as_csv(self, format_spec=None, template=None, substitutions=None,
                           attach_event_data=False, template_name=None, envelope_tos=None,
                           ticket_number=None, mark_as_sent=True, data=None, by_size=None):
        """One mail with the events as CSV in the text or attached: a list of one EmailNotification.

        data: "inline", "attachment" or "zip", in place of attach_event_data; or "by_size": the form in which the
        mail fits, and where it does not fit into one, a list of several with one ticket, each with a directive of
        its own events. by_size: a dict of limits, inline_rows, attachment_size, zip and mail_size as in formats
        written in YAML, with the same defaults.

        format_spec: a TableFormat; template: an object with substitute(mapping) → (subject, body), else the one
        of template_name, else the directive's; substitutions: a dict, which adds to context.substitutions;
        envelope_tos: who gets the mail in place of the address in To; ticket_number: one drawn before.

        InvalidTemplate; KeyError and ValueError for a name that the template does not find; NotificationError
        and ValueError for what no mail can be, such as a line break in the subject.
        """
        terms = self._terms()
        table = format_spec or self.default_format_spec
        form = data or ("attachment" if attach_event_data else "inline")
        names = {**(self.substitutions or {}), **(substitutions or {})}
        if ticket_number:
            ticket = str(ticket_number)
        else:  # the core draws one only once all else has gone well
            ticket = str(self.new_ticket_number()) if self._is_replaced("new_ticket_number") else None
        name = template_name or self.directive.template_name
        if form == "by_size":
            made = self._fitting_drafts(terms, table, template, name, names, ticket, by_size)
        else:
            core_table, csv = self._table(table)
            made = [(self.directive, self._draft(terms, core_table, csv, form, template, name, names, ticket))]
        composer = _Composer(self._host, terms, self.gpgme_ctx, self._signs_as_given())
        for _, draft in made:
            draft.check(terms is not None)
        return [EmailNotification._from_draft(directive, draft, composer, envelope_tos, mark_as_sent)
                for directive, draft in made]

    def _fitting_drafts(self, terms, table, template, template_name, names, ticket, by_size):
        limits = _fitting.limits(by_size)
        core_table, titles, rows = self._rows(table)
        template = self._own_template(template, template_name)
        texts_of_template = (None, None)
        if template is not None:
            texts_of_template = template._texts() if hasattr(template, "_texts") else None
            if texts_of_template is None:
                raise NotificationError('data="by_size" takes no template of another kind than Template')
            template_name = None
        arguments = (terms, core_table, None, "inline", template_name, *texts_of_template, names, ticket)
        fitting = self._host.fit(arguments, titles, rows, limits)
        directives = _fitting.parts_of(self.directive, self._host.directive_events(self.directive.directive_ids),
                                       [first for _, first, _ in fitting])
        return list(zip(directives, [draft for draft, _, _ in fitting]))

    def _rows(self, table):
        """As _table(), with the script's own CSV as its header row and (event id, row) for each."""
        core_table = table._as_core_table() if hasattr(table, "_as_core_table") else None
        if core_table is not None and not self._is_replaced("load_events"):
            return core_table, None, None
        titles = format_as_csv(table, [])
        columns = list(table.event_table_columns())
        if "id" not in columns:
            columns.append("id")
        return None, titles, [(event_id, format_as_csv(table, [event])[len(titles):])
                              for event_id, event in self._events_with_ids(columns)]

    def _own_template(self, template, template_name):
        if template is None and (self.fallback_template
                                 or self.templates and self.templates.get(template_name)):
            template = self.read_template(template_name=template_name)
        return texts.template_from_text(template) if isinstance(template, str) else template

    def _draft(self, terms, core_table, csv, form, template, template_name, names, ticket):
        template = self._own_template(template, template_name)
        if template is not None:
            return self._render(terms, core_table, csv, form, template, names, ticket)
        try:
            return self._host.render(terms, core_table, csv, form, template_name, None, None, names,
                                     ticket)
        except NotificationError:
            self.read_template(template_name=template_name)  # InvalidTemplate, where it is that
            raise

    def _render(self, terms, core_table, csv, form, template, names, ticket):
        parts = template._texts() if hasattr(template, "_texts") else None
        if parts is not None:
            return self._host.render(terms, core_table, csv, form, None, *parts, names, ticket)
        # The script's own kind of template: it replaces the names itself.
        if csv is None:
            csv = self._host.csv(terms, core_table)
        ticket = ticket or str(self.new_ticket_number())
        names.update(ticket_number=ticket, events_as_csv=csv if form == "inline" else "")
        names.update(self.directive.aggregate_identifier)
        parts = [text.replace("$", "$$") for text in template.substitute(names)]
        return self._host.render(terms, core_table, csv, form, None, *parts, {}, ticket)

    def _table(self, table):
        """(the table for the core, None), or (None, the CSV) where the script's own code has a part in it."""
        core_table = table._as_core_table() if hasattr(table, "_as_core_table") else None
        if core_table is not None and not self._is_replaced("load_events"):
            return core_table, None
        return None, format_as_csv(table, self.load_events(table.event_table_columns()))

    def _is_replaced(self, method):
        return (method in self.__dict__ or type(self) is not ScriptContext
                and getattr(type(self), method) is not getattr(ScriptContext, method))

    def _signs_as_given(self):
        return self._given is not None and self._given.gpgme_ctx is self.gpgme_ctx

    def _terms(self):
        """None where all is as the core gave it, else what the core shall take in place of its own."""
        if self._given is not None and self._given.holds(self):
            return None
        directive, config = self.directive, self.config
        return (directive.recipient_address, directive.template_name,
                dict(directive.aggregate_identifier or {}), list(directive.event_ids),
                config.get("sender"), config.get("envelope_from"), config.get("template_dir"),
                self.gpgme_ctx is not None)

    def mail_format_as_xarf(self, xarf_schema):
        """Mails in X-ARF 0.2, a list of one EmailNotification an event, each with a ticket of its own; its
        directive has that event's ids. They are not signed.

        xarf_schema: any object with event_columns(), the fields to load, and xarf_params(event), a dict of
        the report's values by their names in lower case with "_" for "-": str, int or None, and with
        schema_url; evidence, text or bytes, is of the type that attachment says.

        NotificationError for a schema that there is not, and for what it does not allow; errors of
        templates as mail_format_as_csv().
        """
        columns = _xarf.event_columns(xarf_schema)
        by_event = self._directives_by_event()
        schemas = _xarf.Schemas(self.logger)
        return [self._mail_as_xarf(xarf_schema, event, event_id, by_event.get(event_id, []), schemas)
                for event_id, event in self._events_with_ids(columns)]

    def _directives_by_event(self):
        by_event = {}
        wanted = set(self.directive.directive_ids)
        for directive_id, event_id in self._host.directive_events(self.directive.directive_ids):
            if directive_id in wanted:
                by_event.setdefault(event_id, []).append(directive_id)
        return by_event

    def _events_with_ids(self, columns):
        events = self.load_events(columns)
        for event in events:
            if "id" not in event:  # from a load_events() of the script's own
                raise NotificationError("an event has no id, so that it is not known which directives are its")
            yield event["id"], event

    def _mail_as_xarf(self, xarf_schema, event, event_id, directive_ids, schemas):
        directive = _xarf.part_of(self.directive, event_id, directive_ids)
        ticket = str(self.new_ticket_number())
        params = _xarf.defaults(self.config, ticket)
        params.update(xarf_schema.xarf_params(event))
        names = {**(self.substitutions or {}), **_xarf.names_for_template(params)}
        terms = self._terms()
        draft = schemas.report(self._draft(terms, None, "", "inline", None, self.directive.template_name, names, ticket), params)
        draft.check(terms is not None)
        composer = _Composer(self._host, terms and (*terms[:-1], False), None, self._given is not None)
        return EmailNotification._from_draft(directive, draft, composer, None, True)

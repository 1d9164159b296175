# SPDX-License-Identifier: AGPL-3.0-or-later
"""What a format script gets (ScriptContext, Directive) and what it hands back."""

import logging
from datetime import datetime, timezone

from intelmqmail import _core
from intelmqmail.tableformat import build_table_format, format_as_csv

NotificationError = _core.NotificationError

FALLBACK_FORMAT_SPEC = build_table_format("fallback", _core.builtin_table())


class InvalidDirective(NotificationError):
    """A directive that cannot be worked on."""


class InvalidTemplate(InvalidDirective):
    """The directive names a template that does not exist or must not be read."""

    def __init__(self, template_name):
        super().__init__(f"invalid template name {template_name!r}")
        self.template_name = template_name


class _Postponed:
    """What a script returns for "mine, but later": true, but without notifications."""

    def __bool__(self):
        return True

    def __len__(self):
        return 0

    def __iter__(self):
        return iter(())

    def __repr__(self):
        return "Postponed"


Postponed = _Postponed()


def parse_timestamp(text):
    """An aware datetime from ISO 8601 text; UTC where the text has no zone."""
    time = datetime.fromisoformat(text.strip())
    return time if time.tzinfo is not None else time.replace(tzinfo=timezone.utc)


class Directive:
    """The pending directives that belong into one mail."""

    _names = ("recipient_address", "template_name", "notification_format", "event_data_format",
              "aggregate_identifier", "event_ids", "directive_ids", "inserted_at",
              "notification_interval", "last_sent")

    def __init__(self, recipient_address, template_name, notification_format, event_data_format,
                 aggregate_identifier, event_ids, directive_ids, inserted_at,
                 notification_interval=None, last_sent=None):
        self.recipient_address = recipient_address
        self.template_name = template_name
        self.notification_format = notification_format
        self.event_data_format = event_data_format
        self.aggregate_identifier = dict(aggregate_identifier or {})
        self.event_ids = event_ids
        self.directive_ids = directive_ids
        self.inserted_at = inserted_at
        self.notification_interval = notification_interval
        self.last_sent = last_sent

    def keys(self):
        return self._names

    def __getitem__(self, name):
        if name not in self._names:
            raise KeyError(name)
        return getattr(self, name)

    def get(self, name, default=None):
        return getattr(self, name) if name in self._names else default

    def get_aggregation_item(self, key):
        """The text of a key of the aggregate identifier, None where it has no such key."""
        return self.aggregate_identifier.get(key)

    def __repr__(self):
        return f"Directive({', '.join(f'{name}={getattr(self, name)!r}' for name in self._names)})"


class SendContext:
    """What a notification's send() may use.

    db: a connection, or what stands for it; smtp: an object with send_message().
    """

    def __init__(self, db=None, smtp=None):
        self.db = db
        self.smtp = smtp

    def mark_as_sent(self, directive_ids, ticket, sent_at):
        """Records the directives as sent under the ticket."""
        from intelmqmail.db import mark_as_sent

        with self.db.cursor() as cursor:
            mark_as_sent(cursor, directive_ids, ticket, sent_at)

    def _send_email(self, notification):
        from intelmqmail import _message

        mail = notification._content()
        if isinstance(mail, _core.Draft):
            mail = notification._host.compose(mail)
        # Bytes, not the message: smtplib would write it again, and a signature not survive that.
        self.smtp.sendmail(mail.envelope_from, mail.envelope_tos, mail.wire)
        if notification.mark_as_sent:
            self.mark_as_sent(notification.directive.directive_ids, notification.ticket,
                              _message.date_of(notification.email))


class Notification:
    """Base class: something to be sent for a directive."""

    mark_as_sent = True

    def __init__(self, directive, ticket, mark_as_sent=True):
        self.directive = directive
        self.ticket = ticket
        self.mark_as_sent = mark_as_sent

    def send(self, send_context):
        raise NotImplementedError


class EmailNotification(Notification):
    """One mail. `email` may be an EmailMessage of the script's own."""

    def __init__(self, directive, email, ticket, envelope_tos=None, mark_as_sent=True):
        super().__init__(directive, ticket, mark_as_sent)
        self.envelope_tos = envelope_tos
        self._draft = self._host = self._email = None
        self.email = email

    @classmethod
    def _from_draft(cls, context, draft, envelope_tos, mark_as_sent):
        self = cls(context.directive, None, draft.ticket, envelope_tos, mark_as_sent)
        self._draft = draft
        self._host = context._host
        return self

    @property
    def email(self):
        if self._email is None and self._draft is not None:
            from intelmqmail import _message

            # MIME and signature wait until somebody looks.
            self._email = _message.parse(self._host.compose(self._draft))
        return self._email

    @email.setter
    def email(self, message):
        self._email = message
        self._draft = None

    def _content(self):
        """For the C core: the Draft where nobody has looked at the mail, else the Mail."""
        tos = self.envelope_tos
        if tos is not None:
            tos = [tos] if isinstance(tos, str) else [str(address) for address in tos]
            if not tos:
                raise ValueError("envelope_tos is empty: the mail has no recipient")
        ticket = None if self.ticket is None else str(self.ticket)
        if self._email is None and self._draft is not None:
            return self._draft.copy(ticket, tos)
        from intelmqmail import _message

        return _message.as_mail(self._email, ticket, tos)

    def send(self, send_context):
        """Sends the mail and, where mark_as_sent says so, records the directives as sent."""
        send_context._send_email(self)


class ScriptContext:
    """What a script works with, for one directive. Scripts may set attributes of their own."""

    substitutions = None
    _host = None

    def __init__(self, config, db_cursor, gpgme_ctx, directive, logger=None,
                 fallback_template=None, templates=None, default_format_spec=None):
        self.config = config
        self.db_cursor = db_cursor
        self.gpgme_ctx = gpgme_ctx
        self.directive = directive
        self.logger = logger or logging.getLogger("intelmqmail.script")
        self.now = datetime.now(timezone.utc)
        self.fallback_template = fallback_template
        self.templates = templates
        self.default_format_spec = default_format_spec
        if self._host is None:
            from intelmqmail._plain import PlainHost

            self._host = PlainHost(config, db_cursor, gpgme_ctx, directive)

    def notification_interval_exceeded(self):
        """Whether the last similar mail is older than the directives' interval."""
        last_sent = self.directive.last_sent
        return last_sent is None or last_sent + self.directive.notification_interval < self.now

    def age_of_newest_directive(self):
        return self.now - self.directive.inserted_at

    def age_of_observation(self):
        """How long ago the aggregate identifier's time.observation is, None without one."""
        text = self.directive.get_aggregation_item("time.observation")
        return None if text is None else self.now - parse_timestamp(text)

    def new_ticket_number(self):
        return self._host.new_ticket()

    def load_events(self, columns=None):
        """The directive's events as dicts, in ascending id; all columns where none are named."""
        return self._host.load_events(None if columns is None else list(columns))

    def read_template(self, templates=None, template_name=None):
        """The directive's template: from `templates` (a dict by name) or from its file."""
        from intelmqmail import templates as texts

        name = template_name or self.directive.template_name
        if templates is None:
            templates = self.templates
        if templates and name in templates:
            template = templates[name]
            return texts.template_from_text(template) if isinstance(template, str) else template
        try:
            return texts.Template.from_strings(*self._host.read_template(name))
        except NotificationError as error:
            if self.fallback_template is not None:
                return self.fallback_template
            raise InvalidTemplate(name) from error

    def maybe_sign(self, text):
        """The text clear-signed, or as it is where the site does not sign."""
        return text if self.gpgme_ctx is None else self._host.clearsign(text)

    def mail_format_as_csv(self, format_spec=None, template=None, substitutions=None,
                           attach_event_data=False, template_name=None, envelope_tos=None,
                           ticket_number=None, mark_as_sent=True):
        """One mail with the events as CSV in the text or attached, in a list."""
        table = format_spec or self.default_format_spec or FALLBACK_FORMAT_SPEC
        core_table = table._as_core_table() if hasattr(table, "_as_core_table") else None
        csv = None
        if core_table is None:
            csv = format_as_csv(table, self.load_events(table.event_table_columns()))
        names = dict(self.substitutions or {})
        if substitutions:
            names.update(substitutions)
        name = template_name or self.directive.template_name
        draft = None
        if template is None and (self.fallback_template is not None
                                 or self.templates and name in self.templates):
            template = self.read_template(template_name=template_name)
        if template is None:
            try:
                draft = self._host.render(core_table, csv, bool(attach_event_data), name, None,
                                          None, names, ticket_number)
            except NotificationError:
                self.read_template(template_name=template_name)  # InvalidTemplate, where it is that
                raise
        else:
            draft = self._render(core_table, csv, attach_event_data, template, names,
                                 ticket_number)
        return [EmailNotification._from_draft(self, draft, envelope_tos, mark_as_sent)]

    def _render(self, core_table, csv, attach_event_data, template, names, ticket_number):
        texts = template._texts() if hasattr(template, "_texts") else None
        if texts is not None:
            return self._host.render(core_table, csv, bool(attach_event_data), None, *texts, names,
                                     ticket_number)
        # The script's own kind of template: it replaces the names itself.
        if csv is None:
            csv = self._host.csv(core_table)
        ticket_number = ticket_number or self.new_ticket_number()
        names.update(ticket_number=ticket_number,
                     events_as_csv="" if attach_event_data else csv)
        names.update(self.directive.aggregate_identifier)
        texts = [text.replace("$", "$$") for text in template.substitute(names)]
        return self._host.render(core_table, csv, bool(attach_event_data), None, *texts, {},
                                 ticket_number)

    def mail_format_as_xarf(self, xarf_schema):
        raise NotificationError("mails in X-ARF format cannot be made yet: use a table format, "
                                "mail_format_as_csv()")

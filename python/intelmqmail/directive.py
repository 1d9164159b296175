# SPDX-License-Identifier: AGPL-3.0-or-later
"""The directives of one mail. Scripts find the class in intelmqmail.notification."""

from datetime import datetime, timezone


class Directive:
    """The pending directives that belong into one mail.

    recipient_address, template_name, notification_format, event_data_format: str.
    aggregate_identifier: a dict of str (a value may be None).
    event_ids, directive_ids: lists of int, ascending. What a mail marks as sent are the directive_ids of its
    notification's directive: those that a script takes out stay pending.
    inserted_at, last_sent: aware datetimes, last_sent None where no similar mail was sent yet.
    notification_interval: a timedelta.

    Attributes may be set, also ones of a script's own; d["name"] and d.get("name") read them all.
    """

    __module__ = "intelmqmail.notification"

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
        return list(self.__dict__)

    def __getitem__(self, name):
        """KeyError for what is no attribute."""
        return self.__dict__[name]

    def get(self, name, default=None):
        return self.__dict__.get(name, default)

    def get_aggregation_item(self, key):
        """The text of a key of the aggregate identifier, None where it has no such key."""
        return self.aggregate_identifier.get(key)

    def __repr__(self):
        return f"Directive({', '.join(f'{name}={getattr(self, name)!r}' for name in self._names)})"


def parse_timestamp(text):
    """An aware datetime from ISO 8601 text; UTC where the text has no zone. ValueError where it is none."""
    time = datetime.fromisoformat(text.strip())
    return time if time.tzinfo is not None else time.replace(tzinfo=timezone.utc)

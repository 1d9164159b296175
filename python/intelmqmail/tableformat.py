# SPDX-License-Identifier: AGPL-3.0-or-later
"""Table formats: which columns the CSV shows, in which order, under which titles."""

import json
from datetime import timezone

from intelmqmail import _core


class Column:
    """Base class of all columns. Scripts derive their own from it.

    event_table_column: the column of table events that must be loaded; None where none is needed.
    column_key: a name that is unique within the table.
    """

    event_table_column = None
    column_key = None

    def __init__(self, title):
        self.title = title

    def value_from_event(self, event):
        """The value to show for an event, a dict of event fields; None is shown as nothing, all else as
        its str(). KeyError where the event lacks what the column needs."""
        raise NotImplementedError


class IntelMQColumn(Column):
    """A field of the event. Its key is the field's name."""

    def __init__(self, title, field_name):
        super().__init__(title)
        self.field_name = field_name
        self.event_table_column = field_name
        self.column_key = field_name

    def value_from_event(self, event):
        if self.field_name == "extra":  # the directives of all recipients stand there, too
            return None
        value = event[self.field_name]
        if self.field_name == "time.source" and hasattr(value, "tzinfo"):
            if value.tzinfo is not None:
                value = value.astimezone(timezone.utc)
            value = value.replace(tzinfo=None, microsecond=0)
        return value


class ExtraColumn(Column):
    """A key at the top level of the event's field extra, which is a dict or JSON text. The column's key
    is `extra:KEY`."""

    event_table_column = "extra"

    def __init__(self, title, extra_key):
        super().__init__(title)
        self.extra_key = extra_key
        self.column_key = "extra:" + extra_key

    def value_from_event(self, event):
        extra = event["extra"]
        if isinstance(extra, str):
            extra = json.loads(extra) if extra else None
        if self.extra_key == "certbund":
            return None
        return extra.get(self.extra_key) if isinstance(extra, dict) else None


class TableFormat:
    """A named list of columns. A derived class may override any method; the CSV then has the columns
    that column_keys() lists."""

    _core_table = (None, None)

    def __init__(self, name, columns):
        self.name = name
        self.columns = list(columns)

    def column_keys(self):
        """The keys of the columns, a list."""
        return [column.column_key for column in self.columns]

    def column_titles(self):
        """A dict: each column's title by its key."""
        return {column.column_key: column.title for column in self.columns}

    def event_table_columns(self):
        """The columns of table events that the table needs, a list, each once."""
        names = dict.fromkeys(column.event_table_column for column in self.columns)
        names.pop(None, None)
        return list(names)

    def row_from_event(self, event):
        """A dict: each column's value by its key. KeyError where the event, a dict, lacks a column."""
        return {column.column_key: column.value_from_event(event) for column in self.columns}

    def _is_plain(self):
        """Whether the columns say all, so that two of them may show one field."""
        return not any(getattr(type(self), name) is not getattr(TableFormat, name)
                       or name in self.__dict__ for name in _METHODS)

    def _as_core_table(self):
        """The table for the C core; None where some of it is a script's own code."""
        if not self._is_plain():
            return None
        pairs = []
        for column in self.columns:
            if "value_from_event" in column.__dict__:
                return None
            if type(column) is IntelMQColumn:
                pairs.append((column.field_name, str(column.title)))
            elif type(column) is ExtraColumn:
                pairs.append(("extra." + column.extra_key, str(column.title)))
            else:
                return None
        # A script may change the columns between two mails.
        if self._core_table[0] != pairs:
            self._core_table = (pairs, _core.Table(str(self.name), pairs))
        return self._core_table[1]


_METHODS = ("column_keys", "column_titles", "event_table_columns", "row_from_event")


def build_table_column(column):
    """A Column from a pair (field, title); a Column is returned as it is."""
    if isinstance(column, Column):
        return column
    field, title = column
    if field.startswith("extra."):
        return ExtraColumn(title, field[len("extra."):])
    return IntelMQColumn(title, field)


def build_table_format(name, columns):
    return TableFormat(name, [build_table_column(column) for column in columns])


def build_table_formats(pairs):
    """A dict of TableFormats from pairs (name, columns)."""
    return {name: build_table_format(name, columns) for name, columns in pairs}


def _fields(keys, values):
    """As csv.DictWriter has it: what is missing is empty, what is too much a mistake."""
    unknown = values.keys() - set(keys)
    if unknown:
        raise ValueError("dict contains fields not in fieldnames: "
                         + ", ".join(repr(key) for key in sorted(unknown, key=str)))
    return [values.get(key, "") for key in keys]


def format_as_csv(table_format, events):
    """The events, dicts, as CSV text. Whatever the table's methods raise comes through; ValueError for a
    row with a key that column_keys() does not list."""
    if isinstance(table_format, TableFormat) and table_format._is_plain():
        columns = table_format.columns
        return _core.format_csv([column.title for column in columns],
                                [[column.value_from_event(event) for column in columns]
                                 for event in events])
    keys = list(table_format.column_keys())
    return _core.format_csv(_fields(keys, table_format.column_titles()),
                            [_fields(keys, table_format.row_from_event(event))
                             for event in events])

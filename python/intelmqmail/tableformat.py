# SPDX-License-Identifier: AGPL-3.0-or-later
"""Table formats: which columns the CSV shows, in which order, under which titles."""

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
        """The value to show for an event, which is a dict of event fields."""
        raise NotImplementedError


class IntelMQColumn(Column):
    """A field of the event."""

    def __init__(self, title, field_name):
        super().__init__(title)
        self.field_name = field_name
        self.event_table_column = field_name
        self.column_key = field_name

    def value_from_event(self, event):
        value = event.get(self.field_name)
        if self.field_name == "time.source" and hasattr(value, "tzinfo"):
            if value.tzinfo is not None:
                value = value.astimezone(timezone.utc)
            value = value.replace(tzinfo=None, microsecond=0)
        return value


class ExtraColumn(Column):
    """A key at the top level of the event's field extra."""

    event_table_column = "extra"

    def __init__(self, title, extra_key):
        super().__init__(title)
        self.extra_key = extra_key
        self.column_key = "extra." + extra_key

    def value_from_event(self, event):
        extra = event.get("extra")
        return extra.get(self.extra_key) if isinstance(extra, dict) else None


class TableFormat:
    """A named list of columns."""

    def __init__(self, name, columns):
        self.name = name
        self.columns = list(columns)
        self._core_table = (None, None)

    def column_titles(self):
        return [column.title for column in self.columns]

    def event_table_columns(self):
        """The columns of table events that the table needs, each once."""
        names = dict.fromkeys(column.event_table_column for column in self.columns)
        names.pop(None, None)
        return list(names)

    def column_keys(self):
        return [column.column_key for column in self.columns]

    def row_from_event(self, event):
        return [column.value_from_event(event) for column in self.columns]

    def _as_core_table(self):
        """The table for the C core; None where some of it is a script's own code."""
        if type(self).row_from_event is not TableFormat.row_from_event:
            return None
        pairs = []
        for column in self.columns:
            if type(column) is IntelMQColumn or type(column) is ExtraColumn:
                pairs.append((column.column_key, str(column.title)))
            else:
                return None
        # A script may change the columns between two mails.
        if self._core_table[0] != pairs:
            self._core_table = (pairs, _core.Table(str(self.name), pairs))
        return self._core_table[1]


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


def format_as_csv(table_format, events):
    """The events, a list of dicts, as CSV text."""
    return _core.format_csv(table_format.column_titles(),
                            [table_format.row_from_event(event) for event in events])

# SPDX-License-Identifier: AGPL-3.0-or-later
"""The database: cursors for format scripts, and the functions that other programs use with a
psycopg2 cursor of their own."""

import re
import sys

from intelmqmail import _adapt, _core
from intelmqmail._db_errors import (DatabaseError, Error, NotSupportedError, OperationalError, ProgrammingError,
                                    error_class)
from intelmqmail.directive import Directive

__all__ = ["Cursor", "DatabaseError", "Error", "NotSupportedError", "OperationalError", "PENDING_DIRECTIVES_QUERY",
           "ProgrammingError", "error_class", "escape_sql_identifier", "events_of_directives",
           "get_pending_notifications", "last_ticket_number", "load_events", "mark_as_sent", "new_ticket_number",
           "open_db_connection", "sql_identifier_charset"]

sql_identifier_charset = re.compile(r"[A-Za-z0-9_.]+\Z")

# The groups that get_pending_notifications() gives, in its columns' order; what is bare SQL can be read here.
PENDING_DIRECTIVES_QUERY = """\
SELECT recipient_address, template_name, notification_format, event_data_format,
       coalesce(aggregate_identifier, '{}') AS aggregate_identifier,
       array_agg(DISTINCT events_id) AS event_ids, array_agg(id) AS directive_ids,
       max(inserted_at) AS inserted_at, max(notification_interval) AS notification_interval
  FROM directives
 WHERE sent_id IS NULL AND medium = 'email' AND endpoint = 'source'
 GROUP BY 1, 2, 3, 4, 5"""


def _raise_query_error(error):
    sqlstate = getattr(error, "sqlstate", None)
    cls = None
    errors = sys.modules.get("psycopg2.errors")
    if sqlstate and errors is not None:
        try:
            cls = errors.lookup(sqlstate)
        except KeyError:
            pass
    if cls is None:
        is_mistake = sqlstate and sqlstate[:2] in ("42", "22", "26", "34", "0A")
        cls = error_class("ProgrammingError" if is_mistake else "DatabaseError")
    failure = cls(str(error))
    try:
        failure.pgcode = sqlstate
        failure.pgerror = str(error)
    except AttributeError:  # psycopg2 has them read-only
        pass
    raise failure from None


class _Column(tuple):
    """One column of Cursor.description: (name, type_code, None, None, None, None, None)."""

    name = property(lambda self: self[0])
    type_code = property(lambda self: self[1])


class Cursor:
    """A cursor within the transaction in which the group is worked on. Rows are dicts. A statement
    that fails is undone by itself; the transaction goes on."""

    arraysize = 1
    itersize = 2000

    def __init__(self, host):
        self._host = host
        self._rows = []
        self._position = 0
        self.rowcount = -1
        self.description = None
        self.query = None
        self.statusmessage = None
        self.closed = False

    def mogrify(self, query, vars=None):
        """The statement as the server gets it, as bytes."""
        return _adapt.merge(query, vars).encode("utf-8")

    def execute(self, query, vars=None):
        if self.closed:
            raise error_class("InterfaceError")("cursor already closed")
        self.query = self.mogrify(query, vars)
        self._rows, self._position, self.rowcount, self.description = [], 0, -1, None
        try:
            names, oids, self._rows, self.rowcount, self.statusmessage = \
                self._host.query(self.query)
        except _core.QueryError as error:
            _raise_query_error(error)
        if names is not None:
            self.description = tuple(_Column((name, oid, None, None, None, None, None))
                                     for name, oid in zip(names, oids))

    def executemany(self, query, vars_list):
        for parameters in vars_list:
            self.execute(query, parameters)

    def _check_rows(self):
        if self.description is None:
            raise error_class("ProgrammingError")("no results to fetch")

    def fetchone(self):
        self._check_rows()
        if self._position >= len(self._rows):
            return None
        self._position += 1
        return self._rows[self._position - 1]

    def fetchmany(self, size=None):
        self._check_rows()
        start = self._position
        self._position = min(start + (size or self.arraysize), len(self._rows))
        return self._rows[start:self._position]

    def fetchall(self):
        self._check_rows()
        start, self._position = self._position, len(self._rows)
        return self._rows[start:]

    def __iter__(self):
        self._check_rows()
        return iter(self.fetchone, None)

    @property
    def rownumber(self):
        return self._position

    @property
    def connection(self):
        return _Connection(self._host)

    def close(self):
        self.closed = True

    def __enter__(self):
        return self

    def __exit__(self, *failure):
        self.close()


class _Connection:
    """What stands for the connection: the transaction is the program's, not the script's."""

    def __init__(self, host):
        self._host = host

    def cursor(self, *args, **kwargs):
        return Cursor(self._host)

    def commit(self):
        raise error_class("NotSupportedError")(
            "a format script cannot commit: the program does, once the mail was accepted")

    def rollback(self):
        raise error_class("NotSupportedError")(
            "a format script cannot roll back: a statement that failed is undone by itself")


def escape_sql_identifier(name):
    """The name in double quotes, for use in SQL. ValueError for what is not made of A-Z a-z 0-9 _ and . alone."""
    if not sql_identifier_charset.match(name):
        raise ValueError(f"{name!r} cannot be the name of an event's field:"
                         " A-Z a-z 0-9 _ . are allowed")
    return f'"{name}"'


# For other programs with a psycopg2 cursor; but for get_pending_notifications() also for scripts with
# their db_cursor.

def _core_connection(cursor):
    """The C core on the connection, and in the transaction, of a psycopg2 cursor."""
    connection = cursor.connection
    if connection.info.transaction_status == 0:  # nothing begun yet: psycopg2 waits for a statement
        cursor.execute("SELECT 1")
    return _core.Connection(connection.pgconn_ptr)


def _field(name):
    try:
        return escape_sql_identifier(name)
    except ValueError as error:
        raise _core.NotificationError(str(error)) from error


def events_of_directives(cur, directive_ids):
    """(directive id, event id) of each directive."""
    cur.execute("SELECT id, events_id FROM directives WHERE id = ANY(%s::bigint[]) ORDER BY id", (list(directive_ids),))
    rows = cur.fetchall()
    return [(row["id"], row["events_id"]) if isinstance(row, dict) else tuple(row) for row in rows]


def load_events(cur, event_ids, columns=None):
    """The events as dicts, in ascending id; all columns where none are named."""
    columns = None if columns is None else list(columns)
    if isinstance(cur, Cursor):
        names = "*" if columns is None else ", ".join(map(_field, columns))
        cur.execute(f"SELECT {names} FROM events WHERE id = ANY(%s) ORDER BY id",
                    (list(event_ids),))
        return cur.fetchall()
    return _core_connection(cur).load_events(sorted(event_ids), columns)


def new_ticket_number(cur):
    """A number that nobody else gets."""
    if isinstance(cur, Cursor):
        return cur._host.new_ticket()
    return _core_connection(cur).new_ticket()


def _first(row):
    return next(iter(row.values())) if isinstance(row, dict) else row[0]


def last_ticket_number(cur):
    """The number that was drawn last."""
    cur.execute("SELECT to_char(initialized_for_day, 'YYYYMMDD') || '-'"
                   " || lpad(right(last_value::text, 8), 8, '0')"
                   " FROM ticket_day, intelmq_ticket_seq")
    row = cur.fetchone()
    return None if row is None else _first(row)


def mark_as_sent(cur, directive_ids, ticket, sent_at):
    """Records the directives with these ids as sent under the ticket."""
    cur.execute("WITH row AS (INSERT INTO sent (intelmq_ticket, sent_at) VALUES (%s, %s)"
                   " RETURNING id)"
                   " UPDATE directives SET sent_id = row.id FROM row WHERE directives.id = ANY(%s)",
                   (ticket, sent_at, list(directive_ids)))


def get_pending_notifications(cur, additional_directive_where=None):
    """The Directives that are pending, grouped into mails."""
    if isinstance(cur, Cursor):
        raise error_class("NotSupportedError")(
            "a format script is asked for one group, and cannot have the list of all")
    return [Directive(*group)
            for group in _core_connection(cur).pending(additional_directive_where or None)]


def open_db_connection(config, connection_factory=None):
    """A psycopg2 connection to the events' database, its time zone UTC."""
    import psycopg2

    settings = config["database"]["event"]
    parameters = {option: settings[key] for key, option in
                  (("name", "dbname"), ("username", "user"), ("password", "password"),
                   ("host", "host"), ("port", "port")) if settings.get(key) is not None}
    if settings.get("password_file") is not None:
        with open(settings["password_file"], encoding="utf-8") as file:
            parameters["password"] = file.read().removesuffix("\n")
    parameters.update(client_encoding="UTF8", connection_factory=connection_factory)
    connection = psycopg2.connect(**parameters)
    with connection.cursor() as cursor:
        cursor.execute("SET TIME ZONE 'UTC'")
    connection.commit()
    return connection

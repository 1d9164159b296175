# SPDX-License-Identifier: AGPL-3.0-or-later
"""Scripts' db_cursor against psycopg2, on one server: the same SQL, the same values."""

import datetime
import decimal
import math
import sys

import psycopg2
import psycopg2.extras
import pytest

from support.postgres import SENDER
from support.program import BUILD

sys.path.insert(0, str(BUILD / "python"))

from intelmqmail import _adapt, _core, db  # noqa: E402

UTC = datetime.timezone.utc


@pytest.fixture(scope="module")
def shared_database(cluster):
    """Whatever a test does is rolled back."""
    database = cluster.create_ready_database()
    yield database
    cluster.drop_database(database)


def open_connection(database):
    connection = database.connect(SENDER)
    with connection.cursor() as cursor:
        cursor.execute("SET TIME ZONE 'UTC'")
    return connection


@pytest.fixture
def connection(shared_database):
    connection = open_connection(shared_database)
    yield connection
    connection.close()


@pytest.fixture
def cursor(connection):
    """A script's cursor."""
    return db.Cursor(_core.Connection(connection.pgconn_ptr))


@pytest.fixture
def reference(connection):
    return connection.cursor(cursor_factory=psycopg2.extras.RealDictCursor)


VALUES = [
    None, True, False, 0, -1, 12345678901234567890, 1.5, -1.5, 1e300, math.inf, -math.inf,
    decimal.Decimal("1.50"), decimal.Decimal("-3"), decimal.Decimal("NaN"),
    "", "text", "O'Neil", "back\\slash", "\\'", "ü€😀", "%s %% %(x)s", "line\nbreak\r\n", '"',
    b"\x00\xff'", bytearray(b"x"), memoryview(b"y"),
    datetime.datetime(2026, 11, 20, 3, 4, 5, 123456), datetime.datetime(2026, 11, 20, 3, 4, 5, tzinfo=UTC),
    datetime.datetime(2026, 11, 20, tzinfo=datetime.timezone(datetime.timedelta(hours=-5))),
    datetime.date(2026, 1, 2), datetime.time(3, 4, 5), datetime.time(3, 4, 5, 6, tzinfo=UTC),
    datetime.timedelta(days=1, seconds=2, microseconds=3), datetime.timedelta(seconds=-1),
    [1, 2], ["a", None, "b'"], [[1, 2], [3, 4]], [True], [1.5], [],
]


@pytest.mark.parametrize("value", VALUES, ids=lambda value: type(value).__name__)
def test_values_there_and_back(cursor, reference, value):
    for sql in ("SELECT %s AS x", "SELECT %(v)s AS x"):
        parameters = {"v": value} if "(v)" in sql else (value,)
        if not (isinstance(value, str) and "\\" in value):  # ours holds whatever the server's settings
            assert cursor.mogrify(sql, parameters) == reference.mogrify(sql, parameters)
        cursor.execute(sql, parameters)
        reference.execute(sql, parameters)
        ours, theirs = cursor.fetchone()["x"], reference.fetchone()["x"]
        assert type(ours) is type(theirs)
        assert ours == theirs or (ours != ours and theirs != theirs)


@pytest.mark.parametrize("sql, parameters", [
    ("SELECT 1 WHERE 'a%' = 'a%'", None),
    ("SELECT 1 WHERE 'a%%' = 'a%%'", ()),
    ("SELECT 1 WHERE 'a%%' LIKE %s", ("a%",)),
    ("SELECT 1 WHERE 'a%%' LIKE %(x)s AND %(x)s = 'y'", {"x": "a%", "unused": object()}),
    ("SELECT 1 WHERE 2 IN %s", ((1, 2, 3),)),
    ("SELECT 1 WHERE 2 = ANY(%s)", ([1, 2],)),
    ("SELECT %s - %s", (1, -1)),
    ("SELECT 1 -- %%\n WHERE %s", (True,)),
    (b"SELECT %s", ("bytes",)),
])
def test_statements(cursor, reference, sql, parameters):
    assert cursor.mogrify(sql, parameters) == reference.mogrify(sql, parameters)
    cursor.execute(sql, parameters)
    reference.execute(sql, parameters)
    assert cursor.fetchall() == [dict(row) for row in reference.fetchall()]


@pytest.mark.parametrize("sql, parameters", [
    ("SELECT %s", ()), ("SELECT %s %s", (1,)), ("SELECT %s", (1, 2)), ("SELECT %(a)s", {"b": 1}),
    ("SELECT %s", (object(),)), ("SELECT %s", ("a\0b",)), ("SELECT %s", ("\udcff",)),
    ("SELECT %s", ({"a": 1},)), (None, None),
])
def test_bad_parameters_fail_before_the_server(cursor, reference, connection, sql, parameters):
    with pytest.raises(Exception) as theirs:
        reference.execute(sql, parameters)
    connection.rollback()
    with connection.cursor() as begin:
        begin.execute("SELECT 1")
    with pytest.raises(Exception) as ours:
        cursor.execute(sql, parameters)
    assert ours.type is theirs.type or issubclass(ours.type, (theirs.type, psycopg2.Error))


TYPES = [
    "1::smallint", "1::bigint", "1::oid", "1.5::real", "'NaN'::real", "'-Infinity'::float8", "48.2::real",
    "1.50::numeric", "'NaN'::numeric", "'x'::text", "'x'::varchar(3)", "'x'::char(3)", "'x'::name",
    "'c'::\"char\"", "true", "NULL::int", "'2026-01-02'::date", "'infinity'::date",
    "'2026-01-02 03:04:05.6'::timestamp", "'infinity'::timestamp", "'2026-01-02 03:04:05.6+02'::timestamptz",
    "'03:04:05.000006'::time", "'03:04:05+02'::timetz", "'1 year 2 mons 3 days 04:05:06.7'::interval",
    "'-1 days -00:00:01.5'::interval", "'2 days'::interval", "'\\x00ff'::bytea", "'{\"a\": [1, null]}'::json",
    "'{\"a\": 1.5}'::jsonb", "'\"text\"'::jsonb", "'null'::jsonb", "'192.0.2.1'::inet", "'192.0.2.0/24'::cidr",
    "'2001:db8::/32'::inet", "'a1b2c3d4-0000-0000-0000-000000000000'::uuid", "'source'::ip_endpoint",
    "ARRAY[1,NULL,3]", "ARRAY[[1,2],[3,4]]", "ARRAY['a','b,c','d\"e','f\\g','','NULL',NULL]::text[]",
    "'{}'::int[]", "ARRAY[1.5]::numeric[]", "ARRAY[true]", "ARRAY['2026-01-02'::date]",
    "ARRAY['2026-01-02 03:04:05+00'::timestamptz]", "ARRAY['192.0.2.1'::inet]", "ARRAY['x'::varchar]",
    "'[2:3]={1,2}'::int[]", "ARRAY['\\x00'::bytea]", "'(1,2)'::point", "'08:00:2b:01:02:03'::macaddr",
    "ARRAY['source'::ip_endpoint]", "ROW(1, 'a')", "'infinity'::timestamptz", "'-infinity'::timestamptz",
    "'-infinity'::timestamp", "'-infinity'::date",
]


@pytest.mark.parametrize("expression", TYPES)
def test_types(cursor, reference, expression):
    sql = f"SELECT {expression} AS x"
    cursor.execute(sql)
    reference.execute(sql)
    ours, theirs = cursor.fetchone()["x"], reference.fetchone()["x"]
    assert type(ours) is type(theirs)
    assert ours == theirs or (ours != ours and theirs != theirs)
    if isinstance(theirs, datetime.datetime):
        assert ours.utcoffset() == theirs.utcoffset()
    assert cursor.description[0].type_code == reference.description[0].type_code


def test_fetching(cursor):
    cursor.execute("SELECT n FROM generate_series(1, 5) AS n ORDER BY n")
    assert cursor.rowcount == 5 and [column.name for column in cursor.description] == ["n"]
    assert cursor.fetchone() == {"n": 1}
    assert cursor.fetchmany(2) == [{"n": 2}, {"n": 3}]
    assert [row["n"] for row in cursor] == [4, 5]
    assert cursor.fetchone() is None and cursor.fetchall() == []
    cursor.execute("UPDATE ticket_day SET initialized_for_day = initialized_for_day")
    assert cursor.rowcount == 1 and cursor.description is None
    assert cursor.statusmessage == "UPDATE 1"
    with pytest.raises(psycopg2.ProgrammingError, match="no results to fetch"):
        cursor.fetchone()
    with cursor:
        pass
    assert cursor.closed


def test_failed_statement_leaves_the_transaction(cursor, connection):
    cursor.execute("UPDATE ticket_day SET initialized_for_day = '2001-01-01'")
    with pytest.raises(psycopg2.errors.UndefinedTable) as failure:
        cursor.execute("SELECT * FROM no_such_table")
    assert failure.value.pgcode == "42P01" or "42P01" in str(failure.value)
    with pytest.raises(psycopg2.errors.DivisionByZero):
        cursor.execute("SELECT 1 / 0")
    cursor.execute("SELECT initialized_for_day FROM ticket_day")
    assert cursor.fetchone()["initialized_for_day"] == datetime.date(2001, 1, 1)


@pytest.mark.parametrize("sql", ["COMMIT", " -- c\n /* a /* b */ c */ ;rollback", "BEGIN", "END",
                                 "COPY events TO STDOUT", "SAVEPOINT x"])
def test_transaction_is_the_program_s(cursor, connection, sql):
    cursor.execute("UPDATE ticket_day SET initialized_for_day = '2001-01-01'")
    with pytest.raises(psycopg2.Error):
        cursor.execute(sql)
    assert connection.info.transaction_status == psycopg2.extensions.TRANSACTION_STATUS_INTRANS
    connection.rollback()
    with connection.cursor() as other:
        other.execute("SELECT count(*) FROM ticket_day WHERE initialized_for_day = '2001-01-01'")
        assert other.fetchone() == (0,)


def test_connection_of_a_cursor(cursor):
    with cursor.connection.cursor() as other:
        other.execute("SELECT 1 AS x")
        assert other.fetchone() == {"x": 1}
    with pytest.raises(psycopg2.NotSupportedError):
        cursor.connection.commit()


def test_json_parameter_of_psycopg2(cursor):
    cursor.execute("SELECT %s::jsonb AS x", (psycopg2.extras.Json({"a": "ü'"}),))
    assert cursor.fetchone()["x"] == {"a": "ü'"}


def test_functions_for_other_programs(database, put):
    connection = open_connection(database)
    ids = put(n_events=3, extra={"n": 5}, template_name="t")
    other = put("other@isp.example", aggregate_identifier={"source.asn": 64496})
    with connection.cursor() as cursor:
        events = db.load_events(cursor, reversed(ids), ["source.ip", "time.source", "extra"])
        assert [event["source.ip"] for event in events] == ["192.0.2.1", "192.0.2.2", "192.0.2.3"]
        assert events[0]["time.source"] == datetime.datetime(2026, 11, 20, 3, 4, 5, tzinfo=UTC)
        assert events[0]["extra"]["n"] == 5
        assert db.load_events(cursor, ids[:1])[0]["id"] == ids[0]
        first, second = db.get_pending_notifications(cursor)
        assert first["recipient_address"] == "abuse@isp.example" and first.event_ids == ids
        assert second.aggregate_identifier == {"source.asn": "64496"} and second.event_ids == other
        assert second.last_sent is None and second.notification_interval == datetime.timedelta(0)
        assert [d.template_name for d in db.get_pending_notifications(cursor, "\"template_name\" = 't'")] == ["t"]
        ticket = db.new_ticket_number(cursor)
        assert db.last_ticket_number(cursor) == ticket
        assert int(db.new_ticket_number(cursor)[-8:]) == int(ticket[-8:]) + 1
        db.mark_as_sent(cursor, first.directive_ids, ticket, datetime.datetime.now(UTC))
        assert [d.recipient_address for d in db.get_pending_notifications(cursor)] == ["other@isp.example"]


def test_context_made_by_another_program(database, put, tmp_path):
    from intelmqmail.notification import ScriptContext

    put(n_events=2)
    connection = open_connection(database)
    (tmp_path / "open_snmp").write_text("Report ${ticket_number}\n\n${events_as_csv}\n")
    config = {"template_dir": str(tmp_path), "sender": "CERT <noreply@cert.example>"}
    with connection.cursor(cursor_factory=psycopg2.extras.RealDictCursor) as cursor:
        directive, = db.get_pending_notifications(cursor)
        context = ScriptContext(config, cursor, None, directive)
        notification, = context.mail_format_as_csv()
        assert notification.email["To"] == "abuse@isp.example"
        assert notification.ticket in notification.email["Subject"]
        assert '"192.0.2.2"' in notification.email.get_content()


class _Bots:
    def event_columns(self):
        return ["source.ip"]

    def xarf_params(self, event):
        return {"schema_url": "http://a.example/abuse_bot-infection_0.1.0.json", "category": "abuse",
                "report_type": "bot-infection", "date": "2026-11-20", "source": event["source.ip"],
                "source_type": "ip-address", "bot_name": "x"}


@pytest.mark.parametrize("signs", [False, True])
def test_reports_by_another_program(database, put, tmp_path, signs):
    """Unsigned, also where that program signs."""
    from intelmqmail.notification import ScriptContext

    put(n_events=2)
    connection = open_connection(database)
    (tmp_path / "open_snmp").write_text("Report ${ticket_number}\n\n${source_identifier}\n")
    config = {"template_dir": str(tmp_path), "sender": "CERT <noreply@cert.example>"}
    with connection.cursor(cursor_factory=psycopg2.extras.RealDictCursor) as cursor:
        directive, = db.get_pending_notifications(cursor)
        context = ScriptContext(config, cursor, object() if signs else None, directive)
        notifications = context.mail_format_as_xarf(_Bots())
        assert [n.directive.directive_ids for n in notifications] == [[one] for one in directive.directive_ids]
        for notification in notifications:
            assert notification.email["X-XARF"] == "PLAIN"
            text, report = notification.email.iter_parts()
            assert f'Report-ID: "{notification.ticket}@cert.example"' in report.get_content()
            assert f"Source: \"{text.get_content().strip()}\"" in report.get_content()


def test_identifiers():
    assert db.escape_sql_identifier("source.ip") == '"source.ip"'
    with pytest.raises(ValueError):
        db.escape_sql_identifier('a"b')


def test_own_error_classes_without_psycopg2(cursor, monkeypatch):
    for name in [name for name in sys.modules if name.split(".")[0] == "psycopg2"]:
        monkeypatch.delitem(sys.modules, name)
    with pytest.raises(db.ProgrammingError) as failure:
        cursor.execute("SELECT no_such_column")
    assert failure.value.pgcode == "42703"
    with pytest.raises(db.ProgrammingError, match="can't adapt"):
        _adapt.literal(object())


def test_columns_are_names_of_fields(cursor):
    for name in ('id" FROM sent --', "a%sb", "", "a b"):
        with pytest.raises(_core.NotificationError, match="cannot be the name of an event's field"):
            db.load_events(cursor, [1], [name])


def test_no_list_of_all_for_scripts(cursor):
    with pytest.raises(psycopg2.NotSupportedError, match="one group"):
        db.get_pending_notifications(cursor)


def test_mistake_in_a_script_is_no_matter_of_the_setup(cursor):
    with pytest.raises(psycopg2.ProgrammingError) as caught:
        cursor.execute("SELECT nothing_of_that_name FROM events")
    assert "nothing_of_that_name" in str(caught.value) and "HINT" not in str(caught.value)

# SPDX-License-Identifier: AGPL-3.0-or-later
"""An event is inserted: its directives become rows, or are kept aside; the event stays always."""

import datetime
import json

import psycopg2
import pytest

from support.postgres import INSERTER, SENDER, directive, insert_event


@pytest.fixture(scope="module")
def shared(cluster):
    """By type of extra, one database for all tests that leave its objects alone."""
    databases = {}

    def get(extra_type):
        if extra_type not in databases:
            databases[extra_type] = cluster.create_ready_database(extra_type=extra_type)
        databases[extra_type].query(
            "TRUNCATE events, sent, rejected_directives RESTART IDENTITY CASCADE"
        )
        return databases[extra_type]

    yield get
    for database in databases.values():
        cluster.drop_database(database)


@pytest.fixture(params=["jsonb", "json"])
def either(request, shared):
    return shared(request.param)


@pytest.fixture
def with_jsonb(shared):
    return shared("jsonb")


@pytest.fixture
def with_json(shared):
    return shared("json")


def insert(database, *arguments, **keywords):
    connection = database.connect(INSERTER)
    try:
        with connection:
            return insert_event(connection, *arguments, **keywords)
    finally:
        connection.close()


def stored(database, columns="events_id, recipient_address"):
    return database.query(f"SELECT {columns} FROM directives ORDER BY id", login=SENDER)


def rejected(database, columns="directive, reason"):
    return database.query(f"SELECT {columns} FROM rejected_directives ORDER BY id", login=SENDER)


def nested(depth):
    return '{"certbund": {"source_directives": [' + "[" * depth + "]" * depth + "]}}"


def test_directives_become_rows(either):
    event_id = insert(
        either,
        [
            directive(notification_interval=86400),
            directive(
                recipient_address="cert@example.org",
                aggregate_identifier={"time.observation": "2026-11-20T03:00:00+00:00", "b": 1},
            ),
        ],
        {"system_desc": "RouterOS", "nested": {"certbund": 1}},
        **{"source.ip": "192.0.2.1", "source.asn": 64496},
    )
    columns = """events_id, sent_id, medium, recipient_address, template_name, notification_format,
        event_data_format, aggregate_identifier, notification_interval, endpoint,
        inserted_at > now() - INTERVAL '1 hour'"""
    day = datetime.timedelta(days=1)
    common = (event_id, None, "email")
    formats = ("open_snmp", "shadowserver", "csv_open_snmp")
    assert stored(either, columns) == [
        (*common, "abuse@isp.example", *formats, [["source.asn", "64496"]], day, "source", True),
        (
            *common,
            "cert@example.org",
            *formats,
            [["b", "1"], ["time.observation", "2026-11-20T03:00:00+00:00"]],
            datetime.timedelta(0),
            "source",
            True,
        ),
    ]
    assert rejected(either) == []


@pytest.mark.parametrize(
    "extra",
    [
        None,
        "{}",
        "[]",
        "5",
        "null",
        '"source_directives"',
        '{"certbund": null}',
        '{"certbund": "source_directives"}',
        '{"certbund": {}}',
        '{"certbund": {"source_directives": null}}',
        '{"certbund": {"source_directives": []}}',
        '{"certbund": {"destination_directives": [{}]}}',
        '{"source_directives": [{}]}',
        '[{"certbund": {"source_directives": [5]}}]',
    ],
)
def test_no_directives(either, extra):
    insert(either, extra=extra)
    assert (stored(either), rejected(either)) == ([], [])


@pytest.mark.parametrize(
    "attributes",
    [
        {"medium": None},
        {"recipient_address": None},
        {"template_name": None},
        {"notification_format": None},
        {"event_data_format": None},
        {"notification_interval": -1},
        {"notification_interval": -1.0},
        {"notification_interval": "-1"},
        # A directive that would not be stored anyhow is not complained about.
        {"medium": None, "template_name": "x" * 101},
    ],
)
def test_directives_that_are_no_row(with_jsonb, attributes):
    insert(with_jsonb, [directive(**attributes)])
    insert(with_jsonb, [{**directive(), **attributes}])  # null instead of missing
    assert (stored(with_jsonb), rejected(with_jsonb)) == ([], [])


@pytest.mark.parametrize(
    "interval, seconds",
    [
        (None, 0),
        (0, 0),
        (86400, 86400),
        (86400.0, 86400),
        (1.5, 1.5),
        ("3600", 3600),
        (3155760000, 3155760000),
    ],
)
def test_intervals(with_jsonb, interval, seconds):
    insert(with_jsonb, [directive(notification_interval=interval)])
    assert stored(with_jsonb, "extract(epoch FROM notification_interval)::FLOAT") == [(seconds,)]


def test_a_null_interval_and_a_null_aggregate_are_missing_ones(with_jsonb):
    insert(with_jsonb, [{**directive(), "notification_interval": None, "aggregate_identifier": None}])
    assert stored(with_jsonb, "notification_interval, aggregate_identifier") == [
        (datetime.timedelta(0), [])
    ]


@pytest.mark.parametrize(
    "extra, reason",
    [
        ({"source_directives": "none"}, "source_directives is no array but string"),
        ({"source_directives": {"0": directive()}}, "source_directives is no array but object"),
        ({"source_directives": 5}, "source_directives is no array but number"),
        ({"source_directives": True}, "source_directives is no array but boolean"),
    ],
)
def test_source_directives_that_are_no_array(either, extra, reason):
    event_id = insert(either, extra={"certbund": extra})
    assert rejected(either, "events_id, directive, reason") == [
        (event_id, extra["source_directives"], reason)
    ]
    assert either.query("SELECT id FROM events", login=SENDER) == [(event_id,)]


UNSTORABLE = {
    "null": (None, "the directive is no object but null"),
    "a number": (5, "the directive is no object but number"),
    "a string": ("email", "the directive is no object but string"),
    "an array": ([[[directive()]]], "the directive is no object but array"),
    "a long address": (
        directive(recipient_address="x" * 89 + "@isp.example"),
        "recipient_address has 101 characters, 100 are possible",
    ),
    "a long address by blanks": (
        directive(recipient_address="a@isp.example" + " " * 88),
        "recipient_address has 101 characters, 100 are possible",
    ),
    "a long medium": (directive(medium="é" * 101), "medium has 101 characters, 100 are possible"),
    "a list of addresses": (
        directive(recipient_address=["a@isp.example", "b@isp.example"]),
        "recipient_address is no text but array",
    ),
    "an object as a name": (directive(template_name={}), "template_name is no text but object"),
    "an interval in words": (
        directive(notification_interval="daily"),
        'notification_interval is no number of seconds: "daily"',
    ),
    "an empty interval": (
        directive(notification_interval=""),
        'notification_interval is no number of seconds: ""',
    ),
    "NaN": (
        directive(notification_interval="NaN"),
        'notification_interval is no number of seconds: "NaN"',
    ),
    "infinity": (
        directive(notification_interval="Infinity"),
        'notification_interval is no number of seconds: "Infinity"',
    ),
    "a list as interval": (
        directive(notification_interval=[3600]),
        "notification_interval is no number of seconds: [3600]",
    ),
    "true as interval": (
        directive(notification_interval=True),
        "notification_interval is no number of seconds: true",
    ),
    "a negative interval": (
        directive(notification_interval=-2),
        "notification_interval is neither -1 nor within 0 and 3155760000 seconds: -2",
    ),
    "a fraction below zero": (
        directive(notification_interval=-0.5),
        "notification_interval is neither -1 nor within 0 and 3155760000 seconds: -0.5",
    ),
    "a huge interval": (
        directive(notification_interval=10**30),
        "notification_interval is neither -1 nor within 0 and 3155760000 seconds: 1" + "0" * 30,
    ),
    "an aggregate that is an array": (
        directive(aggregate_identifier=["source.asn", 64496]),
        'aggregate_identifier: an object is wanted, found array: ["source.asn", 64496]',
    ),
    "an aggregate that is a string": (
        directive(aggregate_identifier="64496"),
        'aggregate_identifier: an object is wanted, found string: "64496"',
    ),
}


@pytest.mark.parametrize("name", UNSTORABLE)
def test_unstorable_directives_are_kept_aside(either, name):
    unstorable, reason = UNSTORABLE[name]
    event_id = insert(either, [directive(), unstorable, directive(template_name="after")])
    assert rejected(either, "events_id, directive, reason") == [(event_id, unstorable, reason)]
    assert stored(either, "template_name") == [("open_snmp",), ("after",)]
    assert either.query("SELECT id FROM events", login=SENDER) == [(event_id,)]


def test_a_hundred_characters_are_stored(with_jsonb):
    insert(with_jsonb, [directive(recipient_address="é" * 100)])
    assert stored(with_jsonb, "recipient_address") == [("é" * 100,)]


def test_an_aggregate_identifier_too_big_for_its_index(with_jsonb):
    # Random enough not to be compressed under the limit.
    huge = {f"{n * 2654435761 % 2**32:08x}": f"{n * 40503 % 65521}" for n in range(2000)}
    insert(with_jsonb, [directive(aggregate_identifier=huge)])
    [(kept, reason)] = rejected(with_jsonb)
    assert kept["aggregate_identifier"] == huge
    assert reason.startswith("index row ")
    assert stored(with_jsonb) == []


def test_deep_nesting(either):
    insert(either, extra=nested(1000))
    [(reason,)] = rejected(either, "reason")
    assert reason == "the directive is no object but array"


# What json takes and jsonb does not


def difficult(text, *directives):
    return json.dumps({"text": "TEXT", "certbund": {"source_directives": directives}}).replace(
        "TEXT", text
    )


@pytest.mark.parametrize(
    "text",
    [
        r"\u0000",
        r"\u0000\u0000",
        r"\\\u0000",
        r"\ud800",
        r"\udc00",
        r"\ud83d\ud83d\ude00",
        r"\ud83d\ude00\ude00",
        r"\\u0000 \u0000",
        r"\ud83dx",
        r"\uDBFF",
    ],
)
def test_impossible_characters_elsewhere_do_not_silence_a_directive(with_json, text):
    emoji = directive(template_name="\N{GRINNING FACE}")
    looks_changed = directive(template_name=r"\u0000")
    insert(with_json, extra=difficult(text, directive(), emoji, looks_changed))
    assert stored(with_json, "template_name") == [("open_snmp",), (emoji["template_name"],)]
    assert rejected(with_json, "directive") == [(looks_changed,)]


@pytest.mark.parametrize("character", [r"\u0000", r"\ud800", r"\udfff"])
@pytest.mark.parametrize(
    "place", ["recipient_address", "template_name", "aggregate_identifier", "something else"]
)
def test_impossible_characters_in_a_directive(with_json, character, place):
    value = {"source.asn": "TEXT"} if place == "aggregate_identifier" else "TEXT"
    insert(with_json, extra=difficult(character, directive(**{place: value}), directive()))
    assert len(stored(with_json)) == 1
    [(kept, reason)] = rejected(with_json)
    assert json.dumps(kept[place]) == json.dumps(value).replace("TEXT", "\\" + character)
    assert reason.startswith("a character cannot be stored: ")
    assert ("\\u0000" if character == r"\u0000" else "surrogate") in reason


def test_a_number_that_jsonb_cannot_hold(with_json):
    extra = '{"n": 1e999999, "certbund": {"source_directives": [{}]}}'
    event_id = insert(with_json, extra=extra)
    insert(with_json, extra='{"n": 1e999999}')
    [(events_id, kept, reason)] = rejected(with_json, "events_id, directive, reason")
    assert (events_id, kept) == (event_id, extra)
    assert "overflow" in reason
    assert with_json.query("SELECT count(*) FROM events", login=SENDER) == [(2,)]


def test_nul_as_the_output_bot_writes_it(either):
    insert(either, [directive(template_name="a\0b")], {"text": "c\0d"})
    assert stored(either, "template_name") == [(r"a\u0000b",)]


def test_the_event_is_kept_when_nothing_can_be_kept_aside(database):
    database.query("DROP TABLE rejected_directives")
    connection = database.connect(INSERTER)
    with connection:
        event_id = insert_event(connection, [5, directive()])
    assert "nor be kept aside" in connection.notices[-1]
    connection.close()
    assert stored(database, "events_id") == [(event_id,)]


def test_a_directives_table_of_another_shape_does_not_lose_events(database):
    database.query("ALTER TABLE directives ADD CHECK (template_name <> 'open_snmp')")
    insert(database, [directive()])
    [(reason,)] = rejected(database, "reason")
    assert "violates check constraint" in reason


def test_a_failure_that_passes_is_the_bots_to_retry(database):
    """Setting aside is for what can never be stored."""
    database.query(
        """CREATE FUNCTION out_of_memory() RETURNS TRIGGER LANGUAGE plpgsql AS
           $$BEGIN RAISE EXCEPTION 'no memory' USING ERRCODE = '53200'; END$$;
           CREATE TRIGGER t BEFORE INSERT ON directives
           FOR EACH ROW EXECUTE FUNCTION out_of_memory()"""
    )
    with pytest.raises(psycopg2.errors.OutOfMemory):
        insert(database, [directive()])
    assert rejected(database) == []
    assert database.query("SELECT count(*) FROM events") == [(0,)]


def test_insert_directive_itself_says_what_is_wrong(with_jsonb):
    with pytest.raises(psycopg2.errors.StringDataRightTruncation, match="has 101 characters"):
        with_jsonb.query(
            "SELECT insert_directive(1, %s, 'source')", [json.dumps(directive(medium="x" * 101))]
        )


# json_object_as_text_array


@pytest.mark.parametrize(
    "json_text, array",
    [
        (None, []),
        ("null", []),
        ("{}", []),
        ('{"a": "x"}', [["a", "x"]]),
        ('{"b": 1, "a": "x"}', [["a", "x"], ["b", "1"]]),
        ('{"a": 1, "a": 2}', [["a", "2"]]),
        ('{"a": null, "b": true, "c": 1.50}', [["a", None], ["b", "true"], ["c", "1.50"]]),
        ('{"a": {"y": [1, "z"]}, "": ""}', [["", ""], ["a", '{"y": [1, "z"]}']]),
        ('{"a b": "{\\"}, NULL", "é": "\\n"}', [["a b", '{"}, NULL'], ["é", "\n"]]),
        ('{"time.observation": "t", "source.asn": 1}', [["source.asn", "1"], ["time.observation", "t"]]),
    ],
)  # fmt: skip
def test_json_object_as_text_array(with_jsonb, json_text, array):
    assert with_jsonb.query("SELECT json_object_as_text_array(%s::JSONB)", [json_text]) == [(array,)]


def test_json_object_as_text_array_has_two_dimensions(with_jsonb):
    query = "SELECT array_dims(json_object_as_text_array(%s::JSONB))"
    assert with_jsonb.query(query, ['{"a": 1, "b": 2, "c": 3}']) == [("[1:3][1:2]",)]
    assert with_jsonb.query(query, ["{}"]) == [(None,)]


@pytest.mark.parametrize("json_text", ["[]", "5", '"x"', "true"])
def test_json_object_as_text_array_refuses(with_jsonb, json_text):
    with pytest.raises(psycopg2.errors.InvalidParameterValue, match="an object is wanted"):
        with_jsonb.query("SELECT json_object_as_text_array(%s::JSONB)", [json_text])


# Hostile neighbours in the database


def test_objects_of_others_get_no_control(database):
    """Before PostgreSQL 15 everybody may create objects in public, and temporary ones always."""
    database.query("GRANT CREATE ON SCHEMA public TO PUBLIC")
    connection = database.connect(INSERTER)
    cursor = connection.cursor()
    cursor.execute(
        """
        CREATE TABLE caught (who NAME);
        GRANT ALL ON caught TO PUBLIC;
        CREATE FUNCTION evil() RETURNS VOID LANGUAGE sql AS
            'INSERT INTO public.caught VALUES (current_user)';
        CREATE FUNCTION jsonb_typeof(TEXT) RETURNS TEXT LANGUAGE sql AS
            'SELECT public.evil(); SELECT ''object''';
        CREATE FUNCTION length(VARCHAR) RETURNS INTEGER LANGUAGE sql AS
            'SELECT public.evil(); SELECT 1';
        CREATE FUNCTION format(TEXT, TEXT) RETURNS TEXT LANGUAGE sql AS
            'SELECT public.evil(); SELECT ''x''';
        CREATE FUNCTION has(JSONB, JSONB) RETURNS JSONB LANGUAGE sql AS
            'SELECT public.evil(); SELECT ''{}''::JSONB';
        CREATE OPERATOR -> (LEFTARG = JSONB, RIGHTARG = JSONB, FUNCTION = has);
        CREATE OPERATOR ->> (LEFTARG = JSONB, RIGHTARG = JSONB, FUNCTION = has);
        CREATE FUNCTION insert_directive(BIGINT, JSONB, TEXT) RETURNS VOID LANGUAGE sql AS
            'SELECT public.evil()';
        CREATE FUNCTION pg_temp.insert_directive(BIGINT, JSONB, public.ip_endpoint) RETURNS VOID
            LANGUAGE sql AS 'SELECT public.evil()';
        CREATE TEMPORARY TABLE directives (id BIGINT);
        CREATE TEMPORARY TABLE rejected_directives (id BIGINT);
        SET search_path = pg_temp, public, pg_catalog;
        """
    )
    connection.commit()
    with connection:
        insert_event(connection, [directive(), 5, directive(medium="x" * 101)])
    connection.close()
    # The administrator's upgrade is no way in either.
    database.install()
    assert database.query("SELECT who FROM public.caught") == []
    assert len(stored(database)) == 1
    assert len(rejected(database)) == 2


def test_the_trigger_function_serves_no_other_table(database):
    """Who may only read must not be able to write directives through a table of his own."""
    database.query("GRANT CREATE ON SCHEMA public TO PUBLIC")
    with pytest.raises(psycopg2.errors.InsufficientPrivilege):
        database.query(
            """CREATE TABLE mine (id BIGINT, extra JSONB);
               CREATE TRIGGER t AFTER INSERT ON mine
               FOR EACH ROW EXECUTE FUNCTION events_insert_directives_for_row()""",
            login=SENDER,
        )


def test_every_function_pins_its_search_path(with_jsonb):
    assert with_jsonb.query(
        """SELECT proname FROM pg_proc
            WHERE pronamespace = 'public'::REGNAMESPACE AND proowner = 'eventdb_owner'::REGROLE
              AND NOT 'search_path=pg_catalog, pg_temp' = ANY (COALESCE(proconfig, '{}'))"""
    ) == []

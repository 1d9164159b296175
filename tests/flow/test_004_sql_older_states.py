# SPDX-License-Identifier: AGPL-3.0-or-later
"""notifications.sql comes through from whatever the Python program's versions and upgrade notes left.

Each state alone, and many of them at once; no row is lost, and afterwards all is as after a new
installation.
"""

import pytest

from support.postgres import (
    INSERTER,
    NOTIFICATIONS_SQL,
    PYTHON_PROGRAM_SQL,
    SENDER,
    directive,
    insert_event,
)
from .test_001_sql_install import schema_dump

GROUPING = "recipient_address, template_name, notification_format, event_data_format, aggregate_identifier"

# What an older database lacks or has otherwise: SQL for the superuser.
STATES = {
    "grouping index without inserted_at": f"""
        DROP INDEX IF EXISTS old_grouping; CREATE INDEX directives_grouping_idx ON directives ({GROUPING})""",
    "grouping index in another order": f"""
        CREATE INDEX directives_grouping_idx ON directives (inserted_at DESC, {GROUPING})""",
    "grouping index of ours beside an old one": f"""
        CREATE INDEX directives_grouping_idx ON directives ({GROUPING}, inserted_at)""",
    "grouping index never finished": f"""
        DROP INDEX IF EXISTS old_grouping;
        CREATE INDEX directives_grouping_idx ON directives ({GROUPING}, inserted_at);
        UPDATE pg_index SET indisvalid = false
         WHERE indexrelid = 'directives_grouping_idx'::REGCLASS""",
    "no indexes": "DROP INDEX old_grouping, old_events, old_sent, old_recipient_group",
    "the site's own index under a name of ours": """
        CREATE UNIQUE INDEX directives_pending_idx ON directives (id) WHERE sent_id IS NULL""",
    "a table under a name of ours": "CREATE TABLE directives_sent_id_idx (anything TEXT)",
    "inserted_at missing": "ALTER TABLE directives DROP COLUMN inserted_at CASCADE",
    "inserted_at may be NULL": """
        ALTER TABLE directives ALTER COLUMN inserted_at DROP NOT NULL,
                               ALTER COLUMN inserted_at DROP DEFAULT;
        UPDATE directives SET inserted_at = NULL WHERE id % 2 = 1""",
    "inserted_at without zone": """
        ALTER TABLE directives ALTER COLUMN inserted_at TYPE TIMESTAMP""",
    "keys without cascade": """
        ALTER TABLE directives DROP CONSTRAINT directives_sent_id_fkey,
                               DROP CONSTRAINT directives_events_id_fkey,
                               ADD CONSTRAINT a_key FOREIGN KEY (sent_id) REFERENCES sent (id),
                               ADD CONSTRAINT b_key FOREIGN KEY (events_id) REFERENCES events (id)""",
    "keys missing": """
        ALTER TABLE directives DROP CONSTRAINT IF EXISTS directives_sent_id_fkey,
                               DROP CONSTRAINT IF EXISTS directives_events_id_fkey""",
    "keys missing, and rows that point at nothing": """
        ALTER TABLE directives DROP CONSTRAINT IF EXISTS directives_sent_id_fkey,
                               DROP CONSTRAINT IF EXISTS directives_events_id_fkey;
        UPDATE directives SET events_id = 4711, sent_id = 4712 WHERE id = 2""",
    "functions for json": """
        CREATE FUNCTION json_object_as_text_array(o JSON) RETURNS TEXT[][] LANGUAGE sql AS $$
            SELECT '{}'::TEXT[] $$;
        CREATE FUNCTION insert_directive(e BIGINT, d JSON, p ip_endpoint) RETURNS VOID
            LANGUAGE sql AS 'SELECT';
        CREATE FUNCTION directives_from_extra(e BIGINT, x JSON) RETURNS VOID LANGUAGE sql AS 'SELECT'""",
    "functions for json only": """
        DROP FUNCTION json_object_as_text_array(JSONB) CASCADE;
        DROP FUNCTION insert_directive(BIGINT, JSONB, ip_endpoint) CASCADE;
        DROP FUNCTION directives_from_extra(BIGINT, JSONB) CASCADE;
        CREATE OR REPLACE FUNCTION json_object_as_text_array(j JSON) RETURNS TEXT[][] LANGUAGE sql AS $$
            SELECT '{}'::TEXT[] $$""",
    "a function that a view uses": """
        CREATE OR REPLACE FUNCTION json_object_as_text_array(j JSON) RETURNS TEXT[][] LANGUAGE sql AS $$
            SELECT '{}'::TEXT[] $$;
        CREATE VIEW of_the_site AS SELECT json_object_as_text_array('{}'::JSON)""",
    "the trigger under another name": """
        ALTER TRIGGER events_insert_directive_trigger ON events RENAME TO older_trigger""",
    "no trigger": "DROP TRIGGER events_insert_directive_trigger ON events",
    "no ticket_day": "DROP TABLE ticket_day",
    "an empty ticket_day": "TRUNCATE ticket_day",
    "the sequence belongs to somebody else": "ALTER SEQUENCE intelmq_ticket_seq OWNER TO CURRENT_USER",
    "no sequence": "DROP SEQUENCE intelmq_ticket_seq",
    "the sequence of sent has another name": "ALTER SEQUENCE sent_id_seq RENAME TO notifications_id_seq",
    "no grants": """
        REVOKE ALL ON events, directives, sent
          FROM eventdb_insert, eventdb_send_notifications;
        ALTER TABLE directives OWNER TO postgres; ALTER TABLE sent OWNER TO CURRENT_USER""",
    "extra is json": """
        DROP TRIGGER IF EXISTS events_insert_directive_trigger ON events;
        ALTER TABLE events ALTER COLUMN extra TYPE json""",
    "no pg_trgm": "DROP EXTENSION pg_trgm CASCADE",
}
# One from each of these lists goes with one from each other.
AREAS = [
    ["grouping index without inserted_at", "grouping index never finished", "no indexes"],
    ["keys without cascade", "keys missing, and rows that point at nothing", "keys missing"],
    ["functions for json", "functions for json only", "a function that a view uses"],
    ["the trigger under another name", "extra is json", "no trigger"],
    ["no ticket_day", "no sequence", "the sequence of sent has another name"],
    ["no grants", "no pg_trgm", "a table under a name of ours"],
    ["inserted_at missing", "inserted_at may be NULL", "inserted_at without zone"],
]
WITH_MAILS = """
    INSERT INTO sent (intelmq_ticket, sent_at) VALUES ('20200101-10000001', '2020-01-01 12:00Z'),
                                                      ('20210101-10000001', '2021-01-01 12:00Z');
    UPDATE directives SET sent_id = id WHERE id <= 2"""
ROWS = "SELECT id, events_id, sent_id, recipient_address, aggregate_identifier FROM directives ORDER BY id"
INDEXES = """SELECT substring(pg_get_indexdef(indexrelid) FROM ' USING .*') FROM pg_index
              WHERE indrelid = 'directives'::REGCLASS AND indisvalid"""
KEYS = """SELECT confrelid::REGCLASS::TEXT, pg_get_constraintdef(oid) FROM pg_constraint
           WHERE conrelid = 'directives'::REGCLASS AND contype = 'f'"""


def insert(database, *directives):
    connection = database.connect(INSERTER)
    with connection:
        event_id = insert_event(connection, list(directives))
    connection.close()
    return event_id


@pytest.fixture
def older(cluster):
    """The Python program's objects, two directives that were sent and two that are pending."""
    database = cluster.create_database()
    database.create_events()
    database.psql("-f", PYTHON_PROGRAM_SQL)
    for login in (INSERTER, SENDER):
        database.query(f"GRANT {login.member_of} TO {login.name}")
    for _ in range(4):
        insert(database, directive())
    database.query(WITH_MAILS)
    yield database
    cluster.drop_database(database)


def check(database, new, states):
    """That `database`, once it has been brought into these states, comes through as `new` is."""
    for state in states:
        database.query(STATES[state])
    rows = database.query(ROWS)
    finished = database.psql("-f", NOTIFICATIONS_SQL)
    assert (finished.stdout, finished.stderr) == ("", "")
    assert database.query(ROWS) == rows

    assert set(new.query(INDEXES)) <= set(database.query(INDEXES))
    keys = database.query(KEYS)
    assert {(table, text.removesuffix(" NOT VALID")) for table, text in keys} == set(new.query(KEYS))
    assert len(keys) == 2
    assert database.query(
        """SELECT atttypid::REGTYPE::TEXT, attnotnull, atthasdef FROM pg_attribute
            WHERE attrelid = 'directives'::REGCLASS AND attname = 'inserted_at'"""
    ) == [("timestamp with time zone", True, True)]
    assert_works(database)

    once = schema_dump(database)
    database.install()
    assert schema_dump(database) == once
    assert len(database.query(ROWS)) == len(rows)


def assert_works(database):
    event_id = insert(database, directive(), directive(recipient_address="x" * 101))
    made = "SELECT count(*) FROM {} WHERE events_id = %s"
    assert database.query(made.format("directives"), [event_id]) == [(1,)]
    assert database.query(made.format("rejected_directives"), [event_id]) == [(1,)]
    assert database.query("SELECT count(*) FROM ticket_day", login=SENDER) == [(1,)]
    database.query("ALTER SEQUENCE intelmq_ticket_seq RESTART", login=SENDER)
    database.query(
        """WITH new AS (INSERT INTO sent (intelmq_ticket) VALUES ('t') RETURNING id)
           UPDATE directives SET sent_id = new.id FROM new WHERE events_id = %s""",
        [event_id],
        login=SENDER,
    )
    database.query("DELETE FROM sent WHERE intelmq_ticket = 't'")
    assert database.query(made.format("directives"), [event_id]) == [(0,)]
    another = insert(database, directive())
    database.query("DELETE FROM events WHERE id = %s", [another])
    assert database.query(made.format("directives"), [another]) == [(0,)]


@pytest.mark.parametrize("state", STATES)
def test_each(older, database, state):
    check(older, database, [state])


@pytest.mark.parametrize("turn", range(6))
def test_many_at_once(older, database, turn):
    check(older, database, [area[turn // (1 + place % 2) % 3] for place, area in enumerate(AREAS)])


@pytest.mark.parametrize("state", ["inserted_at missing", "inserted_at may be NULL"])
def test_when_a_similar_one_was_sent_is_still_known(older, state):
    """Of rows that do not say when they came, the one that was sent last is the newest."""
    older.query("UPDATE directives SET inserted_at = '2019-12-31 12:00Z'")
    older.query(STATES[state])
    older.install()
    newest = """SELECT sent_at::DATE::TEXT FROM directives JOIN sent ON sent.id = sent_id
                 ORDER BY inserted_at DESC LIMIT 1"""
    pending = "SELECT inserted_at >= '2019-12-31Z' FROM directives WHERE sent_id IS NULL"
    if state == "inserted_at missing":
        assert older.query(newest) == [("2021-01-01",)]
    assert older.query(pending) == [(True,), (True,)]


def test_an_index_of_another_kind_stays(older):
    """What keeps rows unique is the site's own, whatever its name; a mere index of ours is replaced."""
    older.query(STATES["the site's own index under a name of ours"])
    older.install()
    unique = "SELECT indisunique FROM pg_index WHERE indexrelid = 'directives_pending_idx'::REGCLASS"
    assert older.query(unique) == [(True,)]

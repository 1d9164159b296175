# SPDX-License-Identifier: AGPL-3.0-or-later
"""notifications.sql is run: on an empty database, again, over the Python program's, as sites are."""

import psycopg2
import pytest

from support.postgres import (
    INSERTER,
    NOTIFICATIONS_SQL,
    PYTHON_PROGRAM_SQL,
    SENDER,
    Cluster,
    directive,
    insert_event,
)

# What the site's documentation says, and what the program needs beyond it.
SENDER_GRANTS = {
    ("delivery_intents", "DELETE INSERT SELECT UPDATE"),
    ("directives", "SELECT UPDATE"),
    ("events", "SELECT"),
    ("notification_runs", "DELETE INSERT SELECT UPDATE"),
    ("notifications_schema_version", "SELECT"),
    ("refused_groups", "DELETE INSERT SELECT UPDATE"),
    ("rejected_directives", "SELECT"),
    ("sent", "INSERT SELECT"),
    ("ticket_day", "SELECT UPDATE"),
}
OURS = """SELECT c.oid FROM pg_class AS c WHERE c.relnamespace = 'public'::REGNAMESPACE"""


@pytest.fixture
def empty(cluster):
    """A database without any table."""
    database = cluster.create_database()
    yield database
    cluster.drop_database(database)


def insert(database, *arguments, **keywords):
    connection = database.connect(INSERTER)
    with connection:
        event_id = insert_event(connection, *arguments, **keywords)
    connection.close()
    return event_id


def table_grants(database, grantee):
    return set(
        database.query(
            f"""SELECT relname, string_agg(privilege_type, ' ' ORDER BY privilege_type)
                  FROM pg_class, aclexplode(relacl)
                 WHERE pg_class.oid IN ({OURS}) AND relkind IN ('r', 'p')
                   AND grantee = %s::REGROLE GROUP BY relname""",
            [grantee],
        )
    )


def schema_dump(database):
    """All that the file makes, comparable."""
    return database.query(
        f"""SELECT 'column', attrelid::REGCLASS::TEXT, attname::TEXT, atttypid::REGTYPE::TEXT,
                   attnotnull::TEXT
              FROM pg_attribute WHERE attrelid IN ({OURS}) AND attnum > 0
             UNION ALL SELECT 'index', tablename, indexname, indexdef, '' FROM pg_indexes
             WHERE schemaname = 'public'
             UNION ALL SELECT 'constraint', conrelid::REGCLASS::TEXT, conname,
                              pg_get_constraintdef(oid), ''
              FROM pg_constraint WHERE connamespace = 'public'::REGNAMESPACE
             UNION ALL SELECT 'function', oid::REGPROCEDURE::TEXT, pg_get_functiondef(oid),
                              proacl::TEXT, proowner::REGROLE::TEXT
              FROM pg_proc WHERE pronamespace = 'public'::REGNAMESPACE AND prolang <> 13
             UNION ALL SELECT 'relation', relname, relowner::REGROLE::TEXT, relacl::TEXT,
                              reloptions::TEXT
              FROM pg_class WHERE oid IN ({OURS})
             UNION ALL SELECT 'trigger', tgrelid::REGCLASS::TEXT, pg_get_triggerdef(oid), '', ''
              FROM pg_trigger WHERE NOT tgisinternal
             ORDER BY 1, 2, 3"""
    )


def test_says_nothing_and_may_run_again(empty):
    empty.create_events()
    first = empty.psql("-f", NOTIFICATIONS_SQL)
    assert (first.stdout, first.stderr) == ("", "")
    once = schema_dump(empty)
    second = empty.psql("-f", NOTIFICATIONS_SQL)
    assert (second.stdout, second.stderr) == ("", "")
    assert schema_dump(empty) == once
    assert empty.query("SELECT version FROM notifications_schema_version") == [(2,)]
    assert empty.query("SELECT count(*) FROM ticket_day") == [(1,)]


def test_running_again_keeps_rows(database):
    event_id = insert(database, [directive(), directive(recipient_address="x" * 101)])
    database.query("INSERT INTO sent (intelmq_ticket, sent_at) VALUES ('20261120-10000001', now())")
    database.query("UPDATE directives SET sent_id = 1")
    database.query("UPDATE ticket_day SET initialized_for_day = '2026-11-20'")
    database.query("SELECT nextval('intelmq_ticket_seq') FROM generate_series(1, 5)")
    database.query(
        """INSERT INTO delivery_intents (run_id, intelmq_ticket, message_id, mail_number,
                                         marks_directives, mail_date, recipients, directive_ids)
           VALUES (1, '20261120-10000001', '<1@x>', 0, true, now(), '{a@x}', '{1}')"""
    )
    database.install()
    assert database.query("SELECT events_id, sent_id FROM directives") == [(event_id, 1)]
    assert database.query("SELECT events_id FROM rejected_directives") == [(event_id,)]
    assert database.query("SELECT initialized_for_day::TEXT FROM ticket_day") == [("2026-11-20",)]
    assert database.query("SELECT nextval('intelmq_ticket_seq')") == [(10000006,)]
    assert database.query("SELECT message_id FROM delivery_intents") == [("<1@x>",)]


def test_without_events_nothing_happens(empty):
    finished = empty.psql("-f", NOTIFICATIONS_SQL, check=False)
    assert finished.returncode == 3
    assert "this database has no table events" in finished.stderr
    assert empty.query(f"SELECT count(*) FROM ({OURS}) AS ours") == [(0,)]


def test_without_extra_nothing_happens(empty):
    empty.create_events()
    empty.query("ALTER TABLE events DROP COLUMN extra")
    finished = empty.psql("-f", NOTIFICATIONS_SQL, check=False)
    assert finished.returncode == 3
    assert "table events has no column extra" in finished.stderr


def test_columns_of_events_may_be_missing(empty):
    empty.create_events()
    empty.query('ALTER TABLE events DROP COLUMN raw, DROP COLUMN "source.geolocation.cymru_cc"')
    empty.install()
    insert(empty, [directive()])
    assert empty.query("SELECT events_id FROM directives") == [(1,)]


def test_follows_events_into_its_schema(empty):
    empty.query('CREATE SCHEMA "Event data"')
    empty.query(f'ALTER DATABASE "{empty.name}" SET search_path = "Event data"')
    empty.create_events()
    empty.install()
    insert(empty, [directive()])
    assert empty.query("SELECT count(*) FROM directives", login=SENDER) == [(1,)]
    assert empty.query("SELECT count(*) FROM pg_tables WHERE schemaname = 'public'") == [(0,)]
    empty.install()


def test_creates_the_roles():
    with Cluster() as cluster:
        database = cluster.create_database()
        database.create_events()
        assert database.query("SELECT rolname FROM pg_roles WHERE rolname LIKE 'eventdb%'") == []
        database.install()
        assert database.query(
            """SELECT rolname FROM pg_roles WHERE rolname LIKE 'eventdb%'
                  AND NOT rolcanlogin AND NOT rolsuper ORDER BY 1"""
        ) == [("eventdb_insert",), ("eventdb_owner",), ("eventdb_send_notifications",)]


@pytest.mark.parametrize("partitioned", [False, True])
def test_grants_are_those_documented(cluster, partitioned):
    database = cluster.create_ready_database(partitioned=partitioned)
    assert table_grants(database, "eventdb_send_notifications") == SENDER_GRANTS
    assert table_grants(database, "eventdb_insert") == {("events", "INSERT")}
    assert database.query(
        """SELECT relname FROM pg_class WHERE relkind IN ('r', 'S') AND relname <> 'events_id_seq'
              AND relname NOT LIKE 'events%%' AND relnamespace = 'public'::REGNAMESPACE
              AND relowner <> 'eventdb_owner'::REGROLE"""
    ) == [("intelmq_ticket_seq",)]
    # The sender restarts the sequence: the first ticket of a day.
    database.query("ALTER SEQUENCE intelmq_ticket_seq RESTART", login=SENDER)
    assert database.query("SELECT nextval('intelmq_ticket_seq')", login=SENDER) == [(10000001,)]
    cluster.drop_database(database)


@pytest.mark.parametrize(
    "login, statement",
    [
        (INSERTER, "SELECT * FROM events"),
        (INSERTER, "DELETE FROM events"),
        (INSERTER, "SELECT * FROM directives"),
        (INSERTER, "INSERT INTO sent (intelmq_ticket) VALUES ('1')"),
        (INSERTER, "SELECT insert_directive(1, '{}', 'source'), * FROM directives"),
        (INSERTER, "SELECT set_aside_vanished_directives('{1}')"),
        (SENDER, "UPDATE events SET comment = 'x'"),
        (SENDER, "INSERT INTO events DEFAULT VALUES"),
        (SENDER, "SELECT id FROM events FOR UPDATE"),
        (SENDER, "DELETE FROM directives"),
        (SENDER, "DELETE FROM sent"),
        (SENDER, "DELETE FROM rejected_directives"),
        (SENDER, "UPDATE notifications_schema_version SET version = 9"),
        (SENDER, "SET session_replication_role = replica"),
    ],
)
def test_no_more_is_allowed(database, login, statement):
    with pytest.raises(psycopg2.errors.InsufficientPrivilege):
        database.query(statement, login=login)


def test_logins_need_their_password(database):
    with pytest.raises(psycopg2.OperationalError, match="password authentication failed"):
        database.connect(SENDER._replace(password="wrong"))


@pytest.fixture
def of_python_program(empty):
    """The Python program's objects with rows: an event sent, one pending."""
    empty.create_events(extra_type="json")
    empty.psql("-f", PYTHON_PROGRAM_SQL)
    for login in (INSERTER, SENDER):
        empty.query(f"GRANT {login.member_of} TO {login.name}")
    insert(empty, [directive(aggregate_identifier={"recipient_group": "Government"})])
    insert(empty, [directive()])
    empty.query("INSERT INTO sent (intelmq_ticket, sent_at) VALUES ('20261119-10000001', now())")
    empty.query("UPDATE directives SET sent_id = 1 WHERE id = 1")
    return empty


def test_upgrade_of_the_python_programs_database(of_python_program):
    database = of_python_program
    rows = database.query("SELECT * FROM directives ORDER BY id")
    indexes = database.query("SELECT indexname FROM pg_indexes WHERE tablename = 'directives'")
    finished = database.install()
    assert (finished.stdout, finished.stderr) == ("", "")
    assert database.query("SELECT * FROM directives ORDER BY id") == rows
    assert database.query("SELECT initialized_for_day::TEXT FROM ticket_day") == [("2016-01-01",)]

    # Nothing is indexed twice; the trigram index has been replaced by the smaller one.
    after = database.query("SELECT indexname FROM pg_indexes WHERE tablename = 'directives'")
    added = {"directives_recipient_group_idx", "directives_pending_idx", "directives_last_sent_idx"}
    assert {name for (name,) in after} == {
        name for (name,) in indexes if name != "old_recipient_group"
    } | added

    # A directive of either program's trigger belongs to the same group.
    insert(database, [directive(), directive(recipient_address="x" * 101)], {"a": "b\0c"})
    assert database.query(
        """SELECT aggregate_identifier, count(*) FROM directives WHERE sent_id IS NULL
            GROUP BY recipient_address, template_name, notification_format, event_data_format, 1"""
    ) == [([["source.asn", "64496"]], 2)]
    assert database.query("SELECT events_id FROM rejected_directives") == [(3,)]

    once = schema_dump(database)
    database.install()
    assert schema_dump(database) == once


def test_upgrade_leaves_what_the_site_has_set(of_python_program):
    of_python_program.query("ALTER TABLE directives SET (autovacuum_vacuum_scale_factor = 0.3)")
    of_python_program.install()
    assert of_python_program.query(
        "SELECT reloptions FROM pg_class WHERE relname = 'directives'"
    ) == [(["autovacuum_vacuum_scale_factor=0.3", "autovacuum_analyze_scale_factor=0.02"],)]


def test_gives_up_when_the_locks_are_held(database, tmp_path):
    connection = database.connect(SENDER)
    connection.cursor().execute("SELECT * FROM directives")
    # A shorter time than the file's own keeps the test short.
    impatient = tmp_path / "impatient.sql"
    impatient.write_text(
        NOTIFICATIONS_SQL.read_text().replace("lock_timeout = '30s'", "lock_timeout = '50ms'")
    )
    finished = database.psql("-f", impatient, check=False)
    connection.close()
    assert finished.returncode == 3
    assert "canceling statement due to lock timeout" in finished.stderr


# Partitioned events


@pytest.mark.database(partitioned=True)
def test_partitioned_events(database):
    insert(database, [directive()], **{"time.source": "2026-11-20 03:04:05+00"})
    insert(database, [directive()], **{"time.source": "2025-11-20 03:04:05+00"})
    insert(database, [directive()], **{"time.source": "2001-11-20 03:04:05+00"})
    assert database.query("SELECT events_id FROM directives ORDER BY id") == [(1,), (2,), (3,)]
    finished = database.install()
    assert (finished.stdout, finished.stderr) == ("", "")
    database.query(
        """CREATE TABLE events_2027 PARTITION OF events
           FOR VALUES FROM ('2027-01-01 00:00:00+00') TO ('2028-01-01 00:00:00+00')"""
    )
    insert(database, [directive()], **{"time.source": "2027-11-20 03:04:05+00"})
    assert database.query("SELECT count(*) FROM directives") == [(4,)]


@pytest.mark.database(partitioned=True)
def test_an_event_that_moves_to_another_partition_is_not_new(database):
    event_id = insert(database, [directive()], **{"time.source": "2026-11-20 03:04:05+00"})
    database.query("""UPDATE events SET "time.source" = '2025-11-20 03:04:05+00'""")
    assert database.query("SELECT events_id FROM directives") == [(event_id,)]


@pytest.mark.database(partitioned=True)
def test_pending_directives_whose_event_is_gone_leave_the_queue(database):
    for year in (2025, 2025, 2026):
        insert(database, [directive()], **{"time.source": f"{year}-11-20 03:04:05+00"})
    database.query("INSERT INTO sent (intelmq_ticket) VALUES ('20261119-10000001')")
    database.query("UPDATE directives SET sent_id = 1 WHERE id = 1")
    database.query("DROP TABLE events_2025")

    settle = "SELECT set_aside_vanished_directives('{1,2,3}')"
    assert database.query(settle, login=SENDER) == [(1,)]
    assert database.query(settle, login=SENDER) == [(0,)]
    assert database.query("SELECT id, sent_id FROM directives ORDER BY id") == [(1, 1), (3, None)]
    [(event_id, kept, reason)] = database.query(
        "SELECT events_id, directive, reason FROM rejected_directives"
    )
    assert event_id == 2
    assert kept.pop("inserted_at")
    assert kept == directive(aggregate_identifier={"source.asn": "64496"})
    assert reason == "the event was removed before the directive was sent"


def test_deleting_an_event_deletes_its_directives(database):
    insert(database, [directive()])
    insert(database, [directive()])
    database.query("DELETE FROM events WHERE id = 1")
    assert database.query("SELECT events_id FROM directives") == [(2,)]

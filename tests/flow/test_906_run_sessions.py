# SPDX-License-Identifier: AGPL-3.0-or-later
"""How many sessions with the database a run opens: each costs the server more than a small run's work."""

import json
import time

import pytest

DEADLINE = 20


def sessions_so_far(database):
    """Of the database, ever; once those of the program have ended, which are counted then."""
    deadline = time.monotonic() + DEADLINE
    with database.cluster.execute_as_superuser() as cursor:
        while time.monotonic() < deadline:
            cursor.execute("SELECT count(*) FROM pg_stat_activity WHERE datname = %s"
                           " AND application_name LIKE 'intelmqcbmail%%'", [database.name])
            if cursor.fetchone() == (0,):
                break
            time.sleep(0.01)
        cursor.execute("SELECT sessions FROM pg_stat_database WHERE datname = %s", [database.name])
        return cursor.fetchone()[0]


def sessions_of_a_run(site, database, status=0):
    before = sessions_so_far(database)
    result = site.run("--all")
    assert result.returncode == status, result.stderr
    return sessions_so_far(database) - before


def test_nothing_to_do_takes_one(site, database):
    assert sessions_of_a_run(site, database) == 1


def test_some_mails_take_two(site, smtpd, database, put):
    for n in range(20):
        put(f"abuse@isp-{n}.example")
    assert sessions_of_a_run(site, database) == 2
    assert len(smtpd.mails) == 20


def test_nothing_but_what_was_set_aside_takes_one(site, smtpd, database, put):
    """It may wait for good, and every run of cron comes by."""
    put("gone@isp.example")
    smtpd.script(rcpt={"gone@isp.example": "550 5.1.1 no such user"})
    for _ in range(3):
        sessions_of_a_run(site, database, status=3)
    (group,) = json.loads(site.run("status", "--refused", "--json").stdout)
    assert site.run("set-aside", str(group["id"])).returncode == 0
    assert sessions_of_a_run(site, database) == 1
    put("other@isp.example")
    assert sessions_of_a_run(site, database) == 2
    assert len(smtpd.mails) == 1


def note_wal_compression(database):
    """Each mark notes what its session was set to."""
    database.query("""
        CREATE TABLE seen (wal_compression TEXT);
        GRANT INSERT ON seen TO eventdb_send_notifications;
        CREATE FUNCTION note() RETURNS TRIGGER LANGUAGE plpgsql AS
            $$ BEGIN INSERT INTO public.seen VALUES (current_setting('wal_compression')); RETURN NULL; END $$;
        CREATE TRIGGER note AFTER UPDATE ON directives FOR EACH STATEMENT EXECUTE FUNCTION note()""")


@pytest.mark.parametrize("chosen, wanted", [(None, "lz4"), ("pglz", "pglz"), ("off", "off")])
def test_who_marks_writes_compressed_page_images(site, smtpd, database, put, chosen, wanted):
    """Unless somebody has chosen otherwise: here for the database, as he could for the server."""
    if chosen is not None:
        database.query(f'ALTER DATABASE "{database.name}" SET wal_compression = {chosen}')
    note_wal_compression(database)
    put()
    assert site.run("--all").returncode == 0
    assert database.query("SELECT * FROM seen") == [(wanted,)]


def test_page_images_do_not_matter_to_who_may_not(site, smtpd, cluster, database, put):
    note_wal_compression(database)
    database.query("REVOKE SET ON PARAMETER wal_compression FROM eventdb_send_notifications")
    try:
        put()
        result = site.run("--all")
        assert result.returncode == 0 and "wal_compression" not in result.stderr
        assert database.query("SELECT * FROM seen") == [("off",)]
    finally:
        database.install()  # grants it again
    assert database.query("SELECT has_parameter_privilege(%s, 'wal_compression', 'SET')",
                          ["eventdb_send_notifications"]) == [(True,)]

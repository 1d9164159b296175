# SPDX-License-Identifier: AGPL-3.0-or-later
"""A pooler between the program and PostgreSQL; sessions that outlive their run; policies on rows."""

import json

import psycopg2
import pytest

from support import pgbouncer
from support.postgres import SENDER

needs_pgbouncer = pytest.mark.skipif(pgbouncer.BINARY is None, reason="pgbouncer is not installed")
EXCLUSIVE_LOCK = "SELECT pg_advisory_lock(1229803853, 1)"


@pytest.fixture
def pooled(request, cluster, tmp_path, site):
    """The site, its program connected through a pooler in the mode that the test asks for."""
    mode, size = request.param
    with pgbouncer.Pgbouncer(cluster, tmp_path / "pgbouncer", mode, size) as pooler:
        site.config["database"]["event"].update(host="127.0.0.1", port=pooler.port)
        site.write_config()
        yield site


@needs_pgbouncer
@pytest.mark.parametrize("pooled", [("transaction", 10), ("transaction", 1)], indirect=True)
def test_a_pooler_in_transaction_mode_is_recognised(pooled, smtpd, put):
    put()
    for arguments, status in ((["--all"], 2), (["status"], None), (["check"], None)):
        result = pooled.run(*arguments)
        assert result.returncode != 0
        if status is not None:
            assert result.returncode == status
        assert "a pooler in transaction mode is between" in result.stderr + result.stdout
        assert "pool_mode = session" in result.stderr + result.stdout
    assert smtpd.mails == []


@needs_pgbouncer
@pytest.mark.parametrize("pooled", [("session", 20)], indirect=True)
def test_a_pooler_in_session_mode_does_no_harm(pooled, smtpd, put):
    put()
    for _ in range(2):
        result = pooled.run("--all")
        assert result.returncode == 0, result.stderr
        assert result.errors == [] and result.messages("WARNING") == []
    assert len(smtpd.mails) == 1


def test_who_the_other_instance_is(site, smtpd, database, put):
    put()
    other = database.connect(SENDER)
    cursor = other.cursor()
    cursor.execute(EXCLUSIVE_LOCK)
    cursor.execute("SELECT pg_advisory_lock_shared((1229803853::BIGINT << 32) + 7)")
    database.query(
        """INSERT INTO notification_runs (run_id, started_at, host, pid)
           VALUES ((1229803853::BIGINT << 32) + 7, '2026-11-20 09:00:02Z', 'mail''s host', 4711)"""
    )
    result = site.run("--all")
    assert result.returncode == 0 and smtpd.mails == []
    assert result.messages("WARNING") == []
    assert "locked" not in site.run("status").stdout
    assert any("process 4711, since 2026-11-20 09:00:02 (UTC)" in line
               for line in result.messages("INFO"))  # fmt: skip

    # The run has ended, and a pooler has kept its session: no run will take place any more.
    database.query("UPDATE notification_runs SET ended_at = now()")
    (warning,) = site.run("--all").messages("WARNING")
    assert "but no run of it is alive" in warning and "intelmq_mailgen" in warning
    assert "locked     no run takes place: the lock of a run is held by the server's process" in (
        site.run("status").stdout)
    assert "intelmq_mailgen" in json.loads(site.run("status", "--json").stdout)["dead_lock_holder"]
    monitored = site.run("status", "--warn-age", "1d")
    assert monitored.returncode == 1 and "no run takes place" in monitored.stdout.splitlines()[0]
    other.close()
    assert json.loads(site.run("status", "--json").stdout)["dead_lock_holder"] is None
    assert site.run("--all").returncode == 0
    assert len(smtpd.mails) == 1


@pytest.mark.database(partitioned=True)
def test_a_policy_that_hides_events_is_no_reason_to_set_directives_aside(site, smtpd, database, put):
    put()
    database.query("ALTER TABLE events ENABLE ROW LEVEL SECURITY")
    result = site.run("--all")
    assert result.returncode != 0 and smtpd.mails == []
    assert "row-level security" in result.stderr and "BYPASSRLS" in result.stderr
    assert database.query("SELECT count(*) FROM rejected_directives") == [(0,)]
    with pytest.raises(psycopg2.errors.InsufficientPrivilege):
        database.query("SELECT set_aside_vanished_directives(ARRAY[1])", login=SENDER)
    found = site.run("check")
    assert found.returncode != 0 and "row-level security" in found.stdout + found.stderr

    database.query(f"ALTER ROLE {SENDER.name} BYPASSRLS")
    try:
        assert site.run("--all").returncode == 0
    finally:
        database.query(f"ALTER ROLE {SENDER.name} NOBYPASSRLS")
    assert len(smtpd.mails) == 1

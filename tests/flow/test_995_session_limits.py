# SPDX-License-Identifier: AGPL-3.0-or-later
"""A database that has fewer sessions to give than a run wants."""

import json
import time

import psycopg2
import pytest

from support import pgbouncer
from support.postgres import SENDER, SUPERUSER
from support.smtpd import Delay

needs_pgbouncer = pytest.mark.skipif(pgbouncer.BINARY is None, reason="pgbouncer is not installed")
GROUPS = 40


@pytest.fixture
def limit(database):
    """limit(kind, number) of sessions for the program, by its role or by the database."""
    names = {"ROLE": SENDER.name, "DATABASE": database.name}

    def limit(kind, number):
        connection = database.connect(SUPERUSER)
        with connection, connection.cursor() as cursor:
            cursor.execute(f'ALTER {kind} "{names[kind]}" CONNECTION LIMIT {number}')
        connection.close()

    yield limit
    limit("ROLE", -1)


@pytest.fixture
def crowded(site, smtpd, put):
    """A site that wants four workers, and has enough to do for them."""
    site.config.update(workers=4, groups_in_hand=1)
    smtpd.script(dot=Delay(0.03))
    for number in range(GROUPS):
        put(f"abuse@isp{number}.example")
    return site


@pytest.mark.parametrize("kind", ["ROLE", "DATABASE"])
def test_goes_on_with_fewer_workers(crowded, smtpd, limit, kind):
    limit(kind, 2 if kind == "ROLE" else 3)  # with the one that has put the events in
    result = crowded.run("--all")
    assert result.returncode == 0 and result.errors == [], result.stderr
    assert len(smtpd.mails) == GROUPS
    (warning,) = result.messages("WARNING")
    assert warning.startswith("went on with 1 worker, as no further one could be had: cannot connect to")
    assert "too many connections for" in warning


@pytest.mark.parametrize("kind", ["ROLE", "DATABASE"])
def test_with_one_session_nothing_can_be_sent(crowded, smtpd, limit, kind, database):
    limit(kind, 1 if kind == "ROLE" else 2)
    result = crowded.run("--all")
    assert result.returncode == 1 and smtpd.mails == []
    (error,) = result.errors
    assert "too many connections for" in error
    assert "HINT: a run takes a session for itself and one for each worker" in error
    assert database.query("SELECT count(*) FROM delivery_intents") == [(0,)]


@pytest.mark.parametrize("kind, number, workers, state, message", [
    ("ROLE", 3, 2, "ok", "a run wants 3 sessions, which can be had"),
    ("ROLE", 2, 2, "warning", 'role intelmq_mailgen allows 2: it goes on with fewer workers'),
    ("ROLE", 1, 2, "failed", 'role intelmq_mailgen allows 1: it cannot send'),
    ("DATABASE", 2, 2, "warning", "allows 2: it goes on with fewer workers"),
])
def test_check_compares(site, limit, kind, number, workers, state, message):
    site.config["workers"] = workers
    limit(kind, number)
    result = site.run("check", "--json")
    (found,) = [one for one in json.loads(result.stdout)["findings"]
                if one["message"].startswith("a run wants ")]
    assert found["state"] == state and message in found["message"], found
    if state != "ok" and kind == "ROLE" and number > 0:
        assert found["advice"] == f"ALTER ROLE {SENDER.name} CONNECTION LIMIT {workers + 1};"


def test_check_sees_those_of_others(site, limit, database):
    site.config["workers"] = 2
    limit("ROLE", 4)
    others = [database.connect(SENDER) for _ in range(2)]
    try:
        result = site.run("check", "--json")
    finally:
        for other in others:
            other.close()
    (found,) = [one for one in json.loads(result.stdout)["findings"]
                if one["message"].startswith("a run wants ")]
    assert found["state"] == "warning" and "has only 2 left now: it goes on" in found["message"]


@pytest.fixture
def pooled(request, cluster, tmp_path, crowded):
    with pgbouncer.Pgbouncer(cluster, tmp_path / "pgbouncer", "session", request.param) as pooler:
        crowded.config["database"]["event"].update(host="127.0.0.1", port=pooler.port)
        crowded.write_config()
        yield crowded


@needs_pgbouncer
@pytest.mark.parametrize("pooled", [2], indirect=True)
def test_pool_that_is_too_small_for_a_second_worker(pooled, smtpd):
    """The worker that there is goes on while the second waits for a session that never comes."""
    begun = time.monotonic()
    result = pooled.run("--all")
    assert result.returncode == 0 and len(smtpd.mails) == GROUPS, result.stderr
    (warning,) = result.messages("WARNING")
    assert warning.startswith("went on with 1 worker, as no further one could be had: database ")
    assert "has taken the connection but gave no session within 5 s\nHINT: a pooler" in warning
    assert time.monotonic() - begun < 30  # pgbouncer's own patience is 120 s


@needs_pgbouncer
@pytest.mark.parametrize("pooled", [2], indirect=True)
def test_what_is_waited_for_is_said(pooled, smtpd, database):
    settings = pooled.config["database"]["event"]
    other = psycopg2.connect(host=settings["host"], port=settings["port"], dbname=database.name,
                             user=SENDER.name)
    other.cursor().execute("SELECT 1")
    process = pooled.start("--all")
    line = process.stderr.readline()
    while "waiting" not in line:
        assert line, "ended without a word"
        line = process.stderr.readline()
    other.close()
    result = pooled.finish(process)
    assert "WARNING - waiting for a session: database " in line
    assert "has taken the connection and does not answer" in line
    assert result.returncode == 0 and len(smtpd.mails) == GROUPS

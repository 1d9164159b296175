# SPDX-License-Identifier: AGPL-3.0-or-later
"""A mail server that takes its time is waited for over several connections, not in several database sessions."""

import os
import signal
import time

import pytest
from support import promise
from support.smtpd import CLOSE, Delay

SESSIONS = "SELECT count(*) FROM pg_stat_activity WHERE application_name = 'intelmqcbmail claim'"


@pytest.fixture
def unlimited(site):
    del site.config["workers"]
    return site


def test_many_connections_few_database_sessions(unlimited, smtpd, database):
    expected = promise.seed(database, "slow", 100)
    sessions = []

    def look(session, mail):
        if len(smtpd.mails) % 10 == 0:
            sessions.append(database.query(SESSIONS)[0][0])
        return Delay(0.05)

    smtpd.script(dot=look)
    result = unlimited.run("--all")

    assert (result.returncode, result.errors) == (0, []), result.stderr
    promise.judge(database, smtpd, expected)
    assert smtpd.connections > 4
    assert max(sessions) <= smtpd.connections / 2


def test_mails_that_take_long_keep_nobody_else(unlimited, smtpd, database):
    """Where one of a lot is waited for, there are others that go on."""
    expected = promise.seed(database, "long", 120)
    slow = {f"long-{number}@isp.example" for number in range(20, 120, 10)}
    sessions = []

    def answer(session, mail):
        if mail.envelope_tos[0] not in slow:
            return Delay(0.02)
        sessions.append(database.query(SESSIONS)[0][0])
        return Delay(1)

    smtpd.script(dot=answer)
    started = time.monotonic()
    assert unlimited.run("--all").returncode == 0
    promise.judge(database, smtpd, expected)
    print(sessions, time.monotonic() - started)
    assert max(sessions) > max(2, os.cpu_count()) + 1


@pytest.mark.parametrize("groups_in_hand", [1, 3])
def test_small_lots_have_more_workers(unlimited, smtpd, database, groups_in_hand):
    """Where a worker may have only so many groups in hand, others wait beside it."""
    unlimited.config["groups_in_hand"] = groups_in_hand
    expected = promise.seed(database, "small", 80)
    smtpd.script(dot=Delay(0.1))
    assert unlimited.run("--all").returncode == 0
    promise.judge(database, smtpd, expected)
    assert smtpd.connections > 4


def test_no_more_connections_than_workers(site, smtpd, database):
    site.config["workers"] = 3
    promise.seed(database, "three", 40)
    smtpd.script(dot=Delay(0.05))
    assert site.run("--all").returncode == 0
    assert smtpd.connections == 3


def test_refused_between_accepted(unlimited, smtpd, database):
    expected = promise.seed(database, "mixed", 60)
    refused = {f"mixed-{number}@isp.example" for number in range(0, 60, 7)}
    smtpd.script(rcpt=dict.fromkeys(refused, "550 5.1.1 no such user"), dot=Delay(0.05))

    result = unlimited.run("--all")

    assert result.returncode == 3
    assert len(result.errors) == len(refused)
    assert result.log[-1].message == f"{60 - len(refused)} mails sent, 0 postponed, {len(refused)} errors."
    assert database.query("SELECT count(*) FROM delivery_intents") == [(0,)]
    smtpd.script(rcpt=None)
    assert unlimited.run("--all").returncode == 0
    promise.judge(database, smtpd, expected)


def test_answers_lost_between_accepted(unlimited, smtpd, database):
    """Each is uncertain by itself; what the others of its lot came to is recorded."""
    expected = promise.seed(database, "lost", 60)

    def lose(mail):
        return CLOSE if len(smtpd.mails) % 20 == 7 else None

    smtpd.script(after_dot=lambda session, mail: lose(mail), dot=Delay(0.05))
    first = unlimited.run("--all")
    assert first.returncode == 3
    ((n_uncertain,),) = database.query("SELECT count(*) FROM delivery_intents")
    assert 0 < n_uncertain == len(first.errors)
    smtpd.script(after_dot=None)
    assert unlimited.run("--all").returncode == 0
    promise.judge(database, smtpd, expected, doubles_allowed=n_uncertain)


def test_connections_lost_before_the_dot(unlimited, smtpd, database):
    """Their groups are begun again."""
    expected = promise.seed(database, "again", 60)
    begun = []

    def lose(session, _):
        begun.append(None)
        return CLOSE if len(begun) % 13 == 0 else None

    smtpd.script(data=lose, dot=Delay(0.05))
    result = unlimited.run("--all")
    assert (result.returncode, result.errors) == (0, []), result.stderr
    promise.judge(database, smtpd, expected)


def test_server_that_goes_away_ends_the_run_once(unlimited, smtpd, database):
    expected = promise.seed(database, "away", 80)
    smtpd.script(dot=Delay(0.05))
    process = unlimited.start("--all")
    smtpd.wait_for(40)
    smtpd.script(mail="530 5.7.0 no more")
    result = unlimited.finish(process)
    assert result.returncode == 1
    assert len(result.errors) == 1
    assert len(result.messages("WARNING")) <= 1
    assert database.query("SELECT count(*) FROM delivery_intents") == [(0,)]
    smtpd.script(mail=None)
    assert unlimited.run("--all").returncode == 0
    promise.judge(database, smtpd, expected)


@pytest.mark.parametrize("name", [signal.SIGTERM, signal.SIGINT])
def test_signal_finishes_what_is_in_hand(unlimited, smtpd, database, name):
    expected = promise.seed(database, "signal", 80)
    smtpd.script(dot=Delay(0.05))
    process = unlimited.start("--all")
    smtpd.wait_for(30)
    process.send_signal(name)
    result = unlimited.finish(process)
    assert (result.returncode, result.errors) == (1, []), result.stderr
    assert len(smtpd.mails) < 80
    assert database.query("SELECT count(*) FROM delivery_intents") == [(0,)]
    assert unlimited.run("--all").returncode == 0
    promise.judge(database, smtpd, expected)


def test_kill(unlimited, smtpd, database):
    smtpd.script(dot=Delay(0.03))
    print(promise.kill_runs(unlimited, database, smtpd, kills=6, groups=80, longest=0.6, seed_number=3))


NOTE = """\
def create_notifications(context):
    context.db_cursor.execute("INSERT INTO noted VALUES (%s)", (context.directive.recipient_address,))
    return context.mail_format_as_csv()
"""


@pytest.mark.parametrize("groups_in_hand, delay", [("auto", 0.02), (16, 0.06)])
def test_what_scripts_write_goes_with_their_mails(unlimited, smtpd, database, groups_in_hand, delay):
    """They are sent one after the other. What fails is undone, and so is what has its turn again."""
    database.query("CREATE TABLE noted (recipient text); GRANT ALL ON noted TO PUBLIC")
    unlimited.config["groups_in_hand"] = groups_in_hand
    unlimited.write_format("10-note.py", NOTE)
    promise.seed(database, "noted", 40)
    refused = {f"noted-{number}@isp.example" for number in range(0, 40, 9)}
    smtpd.script(rcpt=dict.fromkeys(refused, "550 5.1.1 no such user"), dot=Delay(delay))
    assert unlimited.run("--all").returncode == 3
    noted = sorted(row[0] for row in database.query("SELECT recipient FROM noted"))
    assert noted == sorted(mail.envelope_tos[0] for mail in smtpd.mails if mail.accepted)
    assert len(noted) == 40 - len(refused)

# SPDX-License-Identifier: AGPL-3.0-or-later
"""Nothing lost, nothing sent twice, also where time goes wrong in the middle of a large lot: a mail server that falls
silent, a program that is stopped and goes on, clocks that jump."""

import email
import email.utils
import json
import os
import pathlib
import re
import signal
import threading

import pytest
from support import promise
from support.other_clock import OtherClock
from support.postgres import Cluster
from support.smtpd import STALL, Delay

COUNTS = "SELECT (SELECT count(*) FROM sent), (SELECT count(*) FROM delivery_intents)"
SESSIONS = "SELECT count(*) FROM pg_stat_activity WHERE application_name LIKE 'intelmqcbmail%'"
LOT = 16
PATIENCE = 0.1  # seconds of sending after which no further group of a lot is begun: src/flow/pace.c


@pytest.fixture
def one_by_one(site):
    """One worker with lots of sixteen, by one session: the server sees which mail is which of its lot."""
    site.config |= {"workers": 1, "groups_in_hand": LOT}
    return site


# -- a mail server that falls silent --


def test_what_was_accepted_is_recorded_after_a_slow_answer(one_by_one, smtpd, database):
    """Nothing more of the lot is begun before."""
    expected = promise.seed(database, "slow", 40)
    seen = []

    def answer(session, mail):
        if len(smtpd.mails) >= 3:
            seen.append(database.query(COUNTS)[0])
        return Delay(5 * PATIENCE) if len(smtpd.mails) == 3 else None

    smtpd.script(dot=answer)
    result = one_by_one.run("--all")
    assert (result.returncode, result.errors) == (0, []), result.stderr
    promise.judge(database, smtpd, expected)
    assert sum(seen[0]) == LOT, "all of a lot have their intents"
    assert seen[1][0] == 3, "recorded before the next of them"


def test_lots_are_small_after_a_slow_answer(one_by_one, smtpd, database):
    """As many groups as were lately sent within 20 ms: one, for some lots."""
    one_by_one.config["groups_in_hand"] = "auto"
    expected = promise.seed(database, "pace", 40)
    in_hand = []

    def answer(session, mail):
        in_hand.append(database.query(COUNTS)[0][1])
        return Delay(20 * PATIENCE) if len(in_hand) == 20 else None

    smtpd.script(dot=answer)
    result = one_by_one.run("--all")
    assert (result.returncode, result.errors) == (0, []), result.stderr
    promise.judge(database, smtpd, expected)
    print(in_hand)
    assert in_hand[20:23] == [1] * 3


def test_silence_makes_one_of_a_lot_uncertain(one_by_one, smtpd, database):
    """The others of its lot go out in this very run."""
    expected = promise.seed(database, "silent", 40)
    one_by_one.config["smtp"]["timeout"] = 1
    smtpd.script(after_dot=lambda session, mail: STALL if len(smtpd.mails) == 3 else None)
    first = one_by_one.run("--all")
    assert first.returncode == 3
    (error,) = first.errors
    assert "may have accepted" in error
    assert database.query(COUNTS) == [(39, 1)]
    smtpd.script(after_dot=None)
    assert one_by_one.run("--all").returncode == 0
    assert promise.judge(database, smtpd, expected, doubles_allowed=1).doubles == 1


def test_kill_while_the_server_is_silent(one_by_one, smtpd, database):
    """What was handed over and not recorded comes twice; the others of its lot were not begun."""
    expected = promise.seed(database, "killed", 40)
    smtpd.script(after_dot=lambda session, mail: STALL if len(smtpd.mails) == 3 else None)
    process = one_by_one.start("--all")
    smtpd.wait_for(3)
    process.kill()
    one_by_one.finish(process)
    ((sent, intents),) = database.query(COUNTS)
    assert (sent + intents, sent < 3) == (LOT, True)  # none is recorded, but where the machine is very slow
    smtpd.script(after_dot=None)
    last = one_by_one.run("--all")
    assert last.returncode == 0, last.stderr
    assert len(last.messages("WARNING")) == 3 - sent
    assert promise.judge(database, smtpd, expected, doubles_allowed=3).doubles == 3 - sent


# -- a program that is stopped, and goes on --


def is_stopped(process):
    """All of its threads, which go on for a moment after the signal."""
    states = [stat.read_text().rpartition(")")[2].split()[0]
              for stat in pathlib.Path(f"/proc/{process.pid}/task").glob("*/stat")]
    return set(states) == {"T"}


class Pause:
    """Stops the program at the final dot of its `at`th mail. The answer to that comes while it is stopped."""

    def __init__(self, smtpd, at):
        self.smtpd = smtpd
        self.at = at
        self.process = None
        self.is_started = threading.Event()
        smtpd.script(dot=self)

    def __call__(self, session, mail):
        if len(self.smtpd.mails) == self.at:
            assert self.is_started.wait(30)
            self.process.send_signal(signal.SIGSTOP)
            while not is_stopped(self.process):
                pass
            self.smtpd.note("paused", self.at)

    def begin(self, process):
        """Returns when it is stopped and answered."""
        self.process = process
        self.is_started.set()
        self.smtpd.wait_until(lambda: self.smtpd.noted("paused") and self.smtpd.mails[self.at - 1].answered)

    def end(self):
        self.process.send_signal(signal.SIGCONT)


@pytest.mark.parametrize("instances", ["exclusive", "shared"])
def test_pause_in_the_middle_of_a_lot(one_by_one, smtpd, database, instances):
    """As long as a run of another instance takes, which has nothing of what the first has in hand."""
    expected = promise.seed(database, "paused", 40)
    one_by_one.config["instances"] = instances
    pause = Pause(smtpd, at=3)
    process = one_by_one.start("--all")
    pause.begin(process)

    other = one_by_one.run("--all")

    assert (other.returncode, other.errors) == (0, []), other.stderr
    others = len(smtpd.mails) - 3
    assert others == (0 if instances == "exclusive" else 40 - LOT)
    pause.end()
    result = one_by_one.finish(process)
    assert (result.returncode, result.errors) == (0, []), result.stderr
    promise.judge(database, smtpd, expected)


@pytest.mark.parametrize("closes", [False, True])
def test_pause_longer_than_the_mail_server_may_take(one_by_one, smtpd, database, closes):
    """The answer came in time, though it is read late; perhaps the server has closed the connection since."""
    expected = promise.seed(database, "late", 40)
    one_by_one.config["smtp"]["timeout"] = 1
    pause = Pause(smtpd, at=3)
    smtpd.script(close_after_mail=closes)
    process = one_by_one.start("--all")
    pause.begin(process)
    assert not smtpd.stopping.wait(2)  # seconds, which the pause is to last
    pause.end()
    result = one_by_one.finish(process)
    assert (result.returncode, result.errors) == (0, []), result.stderr
    promise.judge(database, smtpd, expected)


# -- clocks that jump by a day --

no_sanitizer = pytest.mark.skipif("INTELMQCBMAIL_SANITIZER" in os.environ, reason="its run-time has to be loaded first")


def jump_along(smtpd, clock, jumps):
    """`jumps`: days ahead of the machine, by the number of the mail from which on."""

    def answer(session, mail):
        if len(smtpd.mails) in jumps:
            clock.set(jumps[len(smtpd.mails)])

    smtpd.script(dot=answer)


def tickets_by_day(database):
    return dict(database.query("SELECT left(intelmq_ticket, 8), count(*)::integer FROM sent GROUP BY 1 ORDER BY 1"))


@no_sanitizer
@pytest.mark.parametrize("jumps", [{13: 1}, {13: -1}, {13: 1, 27: -1}])
def test_clock_of_the_program_jumps(one_by_one, smtpd, database, jumps):
    expected = promise.seed(database, "jump", 40)
    report = one_by_one.directory / "report.json"
    with OtherClock() as clock:
        one_by_one.environment |= clock.environment
        jump_along(smtpd, clock, jumps)
        result = one_by_one.run("--all", "--report", str(report))
        assert (result.returncode, result.errors) == (0, []), result.stderr
        clock.set(-1)
        status = one_by_one.run("status", "--json").stdout
    promise.judge(database, smtpd, expected)

    dates = {}
    for mail in smtpd.mails:
        message = email.message_from_bytes(mail.raw)
        dates[message["Subject"].split()[-1]] = email.utils.parsedate_to_datetime(message["Date"])
    assert dict(database.query("SELECT intelmq_ticket, sent_at FROM sent")) == dates
    assert (max(dates.values()) - min(dates.values())).days in (1, 2), "its clock has not jumped"
    assert len(tickets_by_day(database)) == 1, "they go by the database's clock"
    assert json.loads(status)["sent"] and not re.search(r": *-\d", status), "no age is below 0"


@no_sanitizer
@pytest.mark.parametrize("days", [1, -1])
def test_uncertain_where_the_clock_has_jumped_since(one_by_one, smtpd, database, put, days):
    """It is the same mail, its date included."""
    put()
    promise.kill_after_the_dot(one_by_one, smtpd)
    while database.query(SESSIONS) != [(0,)]:
        pass  # the server has not noticed yet
    with OtherClock() as clock:
        one_by_one.environment |= clock.environment
        clock.set(days)
        listed = one_by_one.run("uncertain")
        assert listed.returncode == 0 and "abuse@isp.example" in listed.stdout, listed.stderr
        assert one_by_one.run("--all").returncode == 0
    first, second = (email.message_from_bytes(mail.raw) for mail in smtpd.mails)
    for name in ("Subject", "Message-Id", "Date"):
        assert first[name] == second[name]
    assert database.query(COUNTS) == [(1, 0)]


@no_sanitizer
def test_clock_of_the_database_jumps(one_by_one, smtpd):
    """A day forward, and back: numbers could be used again then, so that none is drawn until its clock is where it
    was."""
    with OtherClock() as clock, Cluster(environment=clock.environment) as cluster:
        database = cluster.create_ready_database()
        one_by_one.config["database"]["event"] = database.settings()
        expected = promise.seed(database, "day", 60)
        jump_along(smtpd, clock, {13: 1, 29: 0})
        first = one_by_one.run("--all")
        assert first.errors and all("ticket_day" in error for error in first.errors), first.stderr
        sent, intents = database.query(COUNTS)[0]
        assert (sent, intents) == (len(smtpd.mails), 0) and 29 <= sent < 60
        assert len(tickets_by_day(database)) == 2

        clock.set(1)
        second = one_by_one.run("--all")
        assert (second.returncode, second.errors) == (0, []), second.stderr
        promise.judge(database, smtpd, expected)
        assert len(tickets_by_day(database)) == 2

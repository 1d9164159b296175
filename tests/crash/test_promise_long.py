# SPDX-License-Identifier: AGPL-3.0-or-later
"""The long form of tests/flow/test_950_promise_kept.py: crashes, cut networks, failing servers, the change of
the day, several instances, a poisoned queue. Prints its figures (pytest -s shows them)."""

import random
import signal
import subprocess
import threading

import pytest

from support import promise
from support.network import Cable
from support.postgres import SENDER
from support.program import FORMAT, TEMPLATE
from support.smtpd import CLOSE, RESET, STALL, Delay, Many, Smtpd


def announce(text):
    print(f"\n    {text}", flush=True)


@pytest.mark.parametrize("groups_in_hand, delay", [(1, 0.01), ("auto", 0.002)])
def test_kill_two_hundred_times(site, smtpd, database, groups_in_hand, delay):
    smtpd.script(dot=Delay(delay))
    verdict = promise.kill_runs(site, database, smtpd, kills=200, groups=300, seed_number=20261120,
                                groups_in_hand=groups_in_hand)
    announce(f"kill -9: {verdict}")
    assert verdict.kills == 200


def test_kill_of_database_and_program_together(site, smtpd, database, cluster):
    """What a power cut leaves: neither had time to say good-bye."""
    smtpd.script(dot=Delay(0.01))
    site.config["workers"] = promise.WORKERS
    expected, chance = promise.seed(database, "power", 300), random.Random(1)
    for _ in range(10):
        process = site.start("--all")
        try:
            process.wait(timeout=chance.uniform(0.1, 0.6))
        except subprocess.TimeoutExpired:
            process.kill()
        cluster.stop("immediate")
        site.finish(process)
        cluster.start()
    assert site.run("--all").returncode == 0
    announce(f"power: {promise.judge(database, smtpd, expected, 10, 10 * promise.doubles_of_a_death())}")


@pytest.mark.parametrize("name", [signal.SIGTERM, signal.SIGINT])
def test_signals_leave_no_doubles(site, smtpd, database, name):
    smtpd.script(dot=Delay(0.01))
    site.config["workers"] = promise.WORKERS
    expected, chance, stopped = promise.seed(database, "signal", 300), random.Random(2), 0
    while True:
        process = site.start("--all")
        try:
            process.wait(timeout=chance.uniform(0.1, 0.5))
        except subprocess.TimeoutExpired:
            process.send_signal(name)
            stopped += 1
        result = site.finish(process)
        assert result.returncode in (0, 1) and result.errors == [], result.stderr
        if result.returncode == 0:
            break
    assert stopped > 1, "no run was stopped, which shows nothing"
    announce(f"{name.name} {stopped} times: {promise.judge(database, smtpd, expected)}")


@pytest.mark.parametrize("purpose", ["run", "claim"])
def test_one_kind_of_session_is_terminated_again_and_again(site, smtpd, database, purpose):
    smtpd.script(dot=Delay(0.02))
    site.config["workers"] = promise.WORKERS
    expected = promise.seed(database, purpose, 200)
    process, terminated = site.start("--all"), 0
    for number in range(1, 9):
        smtpd.wait_for(20 * number)
        terminated += len(database.query(
            "SELECT pg_terminate_backend(pid) FROM pg_stat_activity"
            " WHERE application_name = %s", ["intelmqcbmail " + purpose]))  # fmt: skip
    result = site.finish(process)
    assert result.returncode == 0, result.stderr
    assert terminated > 0, "no session has that name any more"
    promise.judge(database, smtpd, expected)


def test_database_restarts_in_the_middle(site, smtpd, database, cluster):
    smtpd.script(dot=Delay(0.02))
    site.config["workers"] = promise.WORKERS
    expected = promise.seed(database, "restart", 300)
    process = site.start("--all")
    for number in range(1, 4):
        smtpd.wait_for(50 * number)
        cluster.restart("immediate")
    result = site.finish(process)
    assert result.returncode == 0, result.stderr
    promise.judge(database, smtpd, expected)


# What the server does, how many of the deliveries may come twice, and whether the first run must fail.
FAULTS = {
    "drops after the dot": (dict(after_dot=Many([None, CLOSE] * 5 + [None])), 5),
    "reset after the dot": (dict(after_dot=Many([None, None, RESET] * 4 + [None])), 4),
    "stalls after the dot": (dict(after_dot=Many([None, STALL, None])), 1),
    "drops before the dot": (dict(text=Many([None, CLOSE] * 5 + [None])), 0),
    "drops in RCPT": (dict(rcpt=Many([None, CLOSE] * 5 + [None])), 0),
    "drops in MAIL": (dict(mail=Many([None, CLOSE] * 5 + [None])), 0),
    "drops in DATA": (dict(data=Many([None, CLOSE] * 5 + [None])), 0),
    "drops at the banner": (dict(banner=Many([None, CLOSE, None])), 0),
    "421 at the banner": (dict(banner=Many([None, "421 busy", None])), 0),
    "closes after each mail": (dict(close_after_mail=True), 0),
    "421 after three mails": (dict(mails_per_connection=3), 0),
} | {
    f"{code} at {step}": ({step: Many([None, f"{code} no", None])}, 0)
    for step in ("mail", "rcpt", "data", "dot") for code in (451, 554)
}


@pytest.mark.parametrize("fault", FAULTS)
def test_failing_server(site, smtpd, database, fault):
    rules, doubles = FAULTS[fault]
    site.config["workers"] = promise.WORKERS
    site.config["smtp"]["timeout"] = 2
    expected = promise.seed(database, "fault", 40)
    smtpd.script(**rules)
    first = site.run("--all")
    assert first.returncode in (0, 1, 3)
    smtpd.script(**{step: None for step in rules})
    for _ in range(3):
        if site.run("--all").returncode == 0:
            break
    verdict = promise.judge(database, smtpd, expected, doubles_allowed=doubles)
    announce(f"{fault}: {verdict.deliveries} deliveries, first exit status {first.returncode}")


def test_server_drops_in_the_middle_of_big_mails(site, smtpd, database):
    """Before the final dot, as the client sees it: nothing is uncertain and nothing comes twice."""
    # More than the sockets' buffers take; a template itself may have a megabyte.
    line = "line after line after line after line"
    site.write_format(text=FORMAT + 'substitutions: {lines: "%s"}\n' % (500 * (line + "\\n")))
    site.write_template("open_snmp", TEMPLATE + 1000 * "${lines}\n")
    site.config["workers"] = promise.WORKERS
    expected = promise.seed(database, "big", 8)
    smtpd.script(text=Many([None, CLOSE] * 3 + [None]))
    assert site.run("--all").returncode in (0, 3)
    assert database.query("SELECT count(*) FROM delivery_intents") == [(0,)]
    smtpd.script(text=None)
    last = site.run("--all")
    assert last.returncode == 0 and last.messages("WARNING") == [], last.stderr
    promise.judge(database, smtpd, expected)


@pytest.fixture
def cable(site, database):
    """The site is on another machine than the mail server; the database is on both."""
    try:
        cable = Cable()
    except PermissionError as error:
        pytest.skip(str(error))
    with cable:
        site.enter = cable.enter
        site.config["database"]["event"]["host"] = database.cluster.socket_directory
        site.config["workers"] = promise.WORKERS
        yield cable


def test_cut_network(site, database, cable):
    with Smtpd(host=cable.host) as smtpd:
        site.config["smtp"] = {"host": cable.host, "port": smtpd.port, "timeout": 2}
        smtpd.script(dot=Delay(0.05))
        expected = promise.seed(database, "cut", 60)
        process = site.start("--all")
        smtpd.wait_for(20)
        cable.cut()
        result = site.finish(process)
        assert result.returncode == 1, result.stderr
        uncertain = database.query("SELECT count(*) FROM delivery_intents")[0][0]
        assert uncertain <= promise.doubles_of_a_death()
        cable.mend()
        for _ in range(3):  # the first may come before the other end has noticed
            if site.run("--all").returncode == 0:
                break
        verdict = promise.judge(database, smtpd, expected, doubles_allowed=promise.doubles_of_a_death())
        announce(f"cut network: {uncertain} uncertain; {verdict}")


def test_network_that_is_cut_for_a_moment(site, database, cable):
    """Shorter than the timeout: TCP goes on where it was, and nobody has noticed."""
    with Smtpd(host=cable.host) as smtpd:
        site.config["smtp"] = {"host": cable.host, "port": smtpd.port, "timeout": 60}
        smtpd.script(dot=Delay(0.05))
        expected = promise.seed(database, "moment", 60)
        process = site.start("--all")
        smtpd.wait_for(20)
        cable.cut()
        with pytest.raises(subprocess.TimeoutExpired):
            process.wait(timeout=1)
        cable.mend()
        result = site.finish(process)
        assert result.returncode == 0 and result.errors == [], result.stderr
        promise.judge(database, smtpd, expected)


def test_day_changes_under_two_instances(site, smtpd, database):
    """Again and again."""
    site.config |= {"workers": promise.WORKERS, "instances": "shared"}
    smtpd.script(dot=Delay(0.01))
    expected = promise.seed(database, "day", 400)
    instances = [site.start("--all") for _ in range(2)]
    for number in range(1, 6):
        smtpd.wait_for(60 * number)
        promise.change_day(database, number)
    for process in instances:
        result = site.finish(process)
        assert result.returncode == 0, result.stderr
    promise.judge(database, smtpd, expected)
    numbers = [row[0] for row in database.query("SELECT intelmq_ticket FROM sent")]
    assert len(numbers) == len(set(numbers)) == 400
    assert len({number[9:11] for number in numbers}) > 2, "the sequence was never restarted"


def test_four_instances_split_two_thousand_groups(site, smtpd, database):
    site.config |= {"workers": 2, "instances": "shared"}
    smtpd.script(dot=Delay(0.002))
    expected = promise.seed(database, "split", 2000, events=1)
    instances = [site.start("--all") for _ in range(4)]
    smtpd.wait_for(300)
    instances[0].kill()
    results = [site.finish(process) for process in instances]
    counts = [len([line for line in result.log if " accepted: " in line.message])
              for result in results]
    assert [result.returncode for result in results[1:]] == [0, 0, 0]
    assert all(count > 100 for count in counts[1:]), counts
    assert site.run("--all").returncode == 0
    verdict = promise.judge(database, smtpd, expected, 1, doubles_allowed=2 * promise.MOST_IN_HAND)
    announce(f"four instances, one killed, mails each: {counts}; {verdict}")


def test_locks_of_the_python_program_released_in_the_middle(site, smtpd, database):
    expected = promise.seed(database, "python", 50)
    other = database.connect(SENDER)
    with other.cursor() as cursor:
        cursor.execute("SELECT id FROM directives WHERE sent_id IS NULL FOR UPDATE")
    assert site.run("--all").returncode == 0
    assert smtpd.mails == []
    release = threading.Thread(target=other.close)
    process = site.start("--all")
    release.start()
    release.join()
    assert site.finish(process).returncode == 0
    assert site.run("--all").returncode == 0
    promise.judge(database, smtpd, expected)


def test_poisoned_million(site, smtpd, database):
    """A million pending directives in a thousand groups, one of a hundred cannot be mailed."""
    site.config["workers"] = promise.WORKERS
    database.query("""
        SET session_replication_role = replica;
        WITH added AS (
            INSERT INTO events ("source.asn", "source.ip", "time.source")
            SELECT g, '192.0.2.1', '2026-11-20 03:04:05+00'
            FROM generate_series(1, 1000) g, generate_series(1, 1000)
            RETURNING id, "source.asn" AS g)
        INSERT INTO directives (events_id, medium, recipient_address, template_name,
            notification_format, event_data_format, aggregate_identifier, notification_interval,
            endpoint)
        SELECT id, 'email', CASE WHEN g % 100 = 0 THEN 'a@b' || chr(10) || 'Bcc: ' || g
                                 ELSE 'abuse@isp-' || g || '.example' END,
               'open_snmp', 'shadowserver', 'csv', ARRAY[ARRAY['g', g::text]], '0', 'source'
        FROM added""")
    result = site.run("--all", timeout=900)
    assert result.returncode == 3
    assert result.log[-1].message == "990 mails sent, 0 postponed, 10 errors."
    assert len(smtpd.mails) == 990
    assert database.query("SELECT count(*) FROM directives WHERE sent_id IS NULL") == [(10000,)]

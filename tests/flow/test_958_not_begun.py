# SPDX-License-Identifier: AGPL-3.0-or-later
"""A lot's intents are there before its first mail. What the program had not begun of it when it died is not
uncertain, where that can be proven; in every other case it is."""

import email
import pathlib

import pytest

from support import promise
from support.smtpd import Delay, Many

GROUPS = 8
BEGUN = 3  # mails, the last without an answer


@pytest.fixture
def expected(site, database):
    site.config |= {"workers": 1, "groups_in_hand": GROUPS}
    return promise.seed(database, "group", GROUPS)


def trace(run_id):
    """What a run leaves in the machine's shared memory."""
    return pathlib.Path(f"/dev/shm/intelmqcbmail-{run_id:x}")


def start_and_stall(site, smtpd, n_begun=BEGUN):
    """In the middle of a lot."""
    smtpd.script(dot=Many([None] * (n_begun - 1) + [Delay(60)]))
    before = len(smtpd.mails)
    process = site.start("--all")
    smtpd.wait_for(before + n_begun)
    return process


def die(site, smtpd, process):
    process.kill()
    site.finish(process)
    smtpd.script(dot=None)


def run_of_intents(database):
    ((run_id,),) = database.query("SELECT DISTINCT run_id FROM delivery_intents")
    return run_id


def uncertain(result):
    return [line for line in result.messages("WARNING") if "is uncertain since" in line]


def not_begun(result):
    return [line for line in result.messages("INFO") if "was not begun" in line]


def test_what_was_not_begun_is_pending_as_before(site, smtpd, database, expected):
    die(site, smtpd, start_and_stall(site, smtpd))
    tickets = dict(database.query("SELECT recipients[1], intelmq_ticket FROM delivery_intents"))
    run_id = run_of_intents(database)
    assert len(tickets) == GROUPS and trace(run_id).exists()

    result = site.run("--all")

    assert result.returncode == 0, result.stderr
    assert len(uncertain(result)) == BEGUN and len(not_begun(result)) == GROUPS - BEGUN
    for line in not_begun(result):
        recipient = line.split(" to ")[1].split(" ")[0]
        assert tickets[recipient] in line
    assert promise.judge(database, smtpd, expected, 1, BEGUN).doubles == BEGUN
    assert not trace(run_id).exists()


def test_only_what_was_begun_is_held(site, smtpd, database, expected):
    site.config["uncertain_deliveries"] = "hold"
    die(site, smtpd, start_and_stall(site, smtpd))
    for _ in range(2):
        result = site.run("--all")
        assert result.returncode == 0, result.stderr
        assert len(uncertain(result)) == BEGUN
    assert len(smtpd.mails) == BEGUN + (GROUPS - BEGUN)
    assert database.query("SELECT count(*) FROM delivery_intents WHERE held_since IS NOT NULL") == [(BEGUN,)]


def test_a_dry_run_takes_nothing_over(site, smtpd, database, expected):
    die(site, smtpd, start_and_stall(site, smtpd))
    run_id = run_of_intents(database)
    assert len(uncertain(site.run("--all", "--dry-run"))) == GROUPS
    assert run_of_intents(database) == run_id and trace(run_id).exists()
    assert len(not_begun(site.run("--all"))) == GROUPS - BEGUN


def spoil(path):
    path.write_bytes(b"\xff" * path.stat().st_size)


@pytest.mark.parametrize("lose", [
    pytest.param(pathlib.Path.unlink, id="another machine, or this one was started anew"),
    pytest.param(lambda path: path.write_bytes(b""), id="empty"),
    pytest.param(lambda path: path.write_bytes(path.read_bytes()[:-1]), id="cut"),
    pytest.param(spoil, id="something else"),
])
def test_without_a_proof_all_is_uncertain(site, smtpd, database, expected, lose):
    die(site, smtpd, start_and_stall(site, smtpd))
    path = trace(run_of_intents(database))
    lose(path)
    result = site.run("--all")
    path.unlink(missing_ok=True)
    assert result.returncode == 0, result.stderr
    assert len(uncertain(result)) == GROUPS and not not_begun(result)
    assert promise.judge(database, smtpd, expected, 1, BEGUN).doubles == BEGUN


def test_a_run_that_lives_may_still_begin_it(site, smtpd, database, expected):
    """To the database it looks dead, as its sessions are gone."""
    process = start_and_stall(site, smtpd)
    run_id = run_of_intents(database)
    database.query("SELECT pg_terminate_backend(pid) FROM pg_stat_activity"
                   " WHERE datname = current_database() AND application_name LIKE 'intelmqcbmail%'")
    smtpd.script(dot=None)
    result = site.run("--all")
    assert result.returncode == 0, result.stderr
    assert len(uncertain(result)) == GROUPS and not not_begun(result)
    process.kill()
    site.finish(process)
    trace(run_id).unlink()
    promise.judge(database, smtpd, expected, 1, GROUPS)


def test_what_another_machine_has_begun_since_is_uncertain_everywhere(site, smtpd, database, expected, tmp_path):
    """It knows nothing of what was left here, and makes all again; it dies, too."""
    die(site, smtpd, start_and_stall(site, smtpd))
    path = trace(run_of_intents(database))
    left = path.read_bytes()
    path.unlink()
    die(site, smtpd, start_and_stall(site, smtpd, BEGUN + 2))
    path.write_bytes(left)
    path.chmod(0o600)

    result = site.run("--all")

    path.unlink()
    assert result.returncode == 0, result.stderr
    assert not not_begun(result)
    promise.judge(database, smtpd, expected, 2, BEGUN + GROUPS)


def test_what_the_operator_has_decided_stays_decided(site, smtpd, database, expected):
    die(site, smtpd, start_and_stall(site, smtpd))
    ((ticket, recipient),) = database.query(
        "SELECT intelmq_ticket, recipients[1] FROM delivery_intents ORDER BY id DESC LIMIT 1")
    assert site.run("uncertain", "--was-sent", ticket).returncode == 0
    result = site.run("--all")
    assert result.returncode == 0, result.stderr
    assert len(not_begun(result)) == GROUPS - BEGUN - 1
    assert recipient not in [mail.envelope_tos[0] for mail in smtpd.mails]
    assert database.query("SELECT count(*) FROM sent WHERE intelmq_ticket = %s", [ticket]) == [(1,)]


COPIES = """
formats:
  - match: {}
    columns: [{source.ip: ip}]
    copies: [{when: {aggregate.source.asn: "*"}, envelope_to: [internal@cert.example]}]
"""


def recipients_by_ticket(smtpd):
    by_ticket = {}
    for mail in smtpd.mails:
        ticket = email.message_from_bytes(mail.raw)["Subject"].split()[-1]
        by_ticket.setdefault(ticket, set()).add(mail.envelope_tos[0])
    return by_ticket


def test_copies_belong_to_their_group(site, smtpd, database, expected):
    site.write_format(text=COPIES)
    die(site, smtpd, start_and_stall(site, smtpd))  # in the second group
    result = site.run("--all")
    assert result.returncode == 0, result.stderr
    assert len(uncertain(result)) == 2 * 2 and len(not_begun(result)) == 2 * (GROUPS - 2)
    by_ticket = recipients_by_ticket(smtpd)
    assert len(by_ticket) == GROUPS
    assert all(len(recipients) == 2 for recipients in by_ticket.values())


@pytest.mark.parametrize("which", ["=", "<>"], ids=["copy", "mail"])
def test_a_decision_about_one_mail_keeps_its_group_together(site, smtpd, database, expected, which):
    site.write_format(text=COPIES)
    die(site, smtpd, start_and_stall(site, smtpd))
    ((id,),) = database.query(f"SELECT id FROM delivery_intents WHERE recipients[1] {which} 'internal@cert.example'"
                              " ORDER BY id DESC LIMIT 1")
    assert site.run("uncertain", "--send-again", str(id)).returncode == 0
    result = site.run("--all")
    assert result.returncode == 0, result.stderr
    assert len(not_begun(result)) == 2 * (GROUPS - 3)
    by_ticket = recipients_by_ticket(smtpd)
    assert len(by_ticket) == GROUPS
    assert all(len(recipients) == 2 for recipients in by_ticket.values())


def test_a_run_that_ends_leaves_nothing(site, smtpd, database, expected):
    assert site.run("--all").returncode == 0
    ((run_id,),) = database.query("SELECT run_id FROM notification_runs")
    assert not trace(run_id).exists()

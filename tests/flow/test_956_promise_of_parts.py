# SPDX-License-Identifier: AGPL-3.0-or-later
"""The promise (doc/ARCHITECTURE.md, Never twice, never lost), where the events of a group go out in several mails:
each event reaches its recipient under one ticket number, and a part that goes out again is the same part."""

import pytest

from support.smtpd import Delay
from support.table_mails import by_size, judge, noise, put_rows, run, run_without_answer

N_EVENTS = 250
LIMITS = {"mail_size": 14000, "attachment_size": "1KiB"}


@pytest.fixture
def group(site, put):
    """One of five parts or so."""
    put_rows(put, N_EVENTS, text=noise)
    by_size(site, **LIMITS)


def die_at(site, smtpd, nth, action):
    """In a run whose nth mail is out and not answered."""
    seen = []

    def dot(session, mail):
        seen.append(mail)
        return action if len(seen) == nth else None

    smtpd.script(dot=dot)
    process = site.start("--all")
    smtpd.wait_for(nth)
    process.kill()
    site.finish(process)
    smtpd.script(dot=None)


@pytest.mark.parametrize("nth", [1, 2, 3])
@pytest.mark.parametrize("is_added", [False, True])
def test_killed_at_a_part(site, smtpd, put, database, group, nth, is_added):
    die_at(site, smtpd, nth, Delay(5))
    texts = [noise(number) for number in range(N_EVENTS)]
    if is_added:
        put_rows(put, 1, text=lambda number: "added")
        texts.append("added")
    run(site)
    mails = judge(database, smtpd, texts)
    tickets = list(dict.fromkeys(mail["Subject"].split()[0] for mail in mails))
    assert len(tickets) == 2  # what was pending yet is a group like any other
    assert [mail["Subject"].split()[0] for mail in mails[:nth]] == [tickets[0]] * nth
    assert database.query("SELECT count(*) FROM sent") == [(2,)]


@pytest.mark.parametrize("nth", [1, 3])
def test_answer_lost(site, smtpd, database, group, nth):
    """The run goes on with the parts after the one that is uncertain; the next one makes just that again."""
    n_mails = run_without_answer(site, smtpd, nth)
    run(site)
    mails = judge(database, smtpd, [noise(number) for number in range(N_EVENTS)])
    assert len(smtpd.mails) == n_mails + 1
    assert len({mail["Subject"].split()[0] for mail in mails}) == 1
    assert database.query("SELECT count(*) FROM sent") == [(1,)]


def test_stopped_between_parts(site, smtpd, database, group):
    """SIGTERM: what is in hand is finished, the rest is pending."""
    smtpd.script(dot=Delay(0.3))
    process = site.start("--all")
    smtpd.wait_for(2)
    process.terminate()
    assert site.finish(process).returncode == 1
    assert len(smtpd.mails) == 2
    smtpd.script(dot=None)
    run(site)
    mails = judge(database, smtpd, [noise(number) for number in range(N_EVENTS)])
    assert len({mail["Subject"].split()[0] for mail in mails}) == 2


def test_two_instances(site, smtpd, database, group):
    site.config["instances"] = "shared"
    smtpd.script(dot=Delay(0.1))
    processes = [site.start("--all") for _ in range(2)]
    for process in processes:
        assert site.finish(process).returncode in (0, 3)
    smtpd.script(dot=None)
    run(site)
    judge(database, smtpd, [noise(number) for number in range(N_EVENTS)])


def test_refused_part_stays_pending_alone(site, smtpd, database, group):
    answers = iter([None, "554 5.7.1 no"])
    smtpd.script(dot=lambda session, mail: next(answers, None))
    run(site, status=3)
    [(pending,)] = database.query("SELECT count(*) FROM directives WHERE sent_id IS NULL")
    assert 0 < pending < N_EVENTS / 3
    smtpd.script(dot=None)
    run(site)
    judge(database, smtpd, [noise(number) for number in range(N_EVENTS)])

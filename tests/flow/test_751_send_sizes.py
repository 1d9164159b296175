# SPDX-License-Identifier: AGPL-3.0-or-later
"""Mails that fit: what the mail server announces about sizes, and what it really takes."""

import email
import email.policy
import re
import subprocess

import pytest

from support.postfix import Postfix, why_impossible
from support.postgres import INSERTER, directive, insert_event
from support.table_mails import (
    TOO_BIG, attachment, by_size, messages, noise, put_rows, refuse_announced, rows, run, write)  # fmt: skip

EHLO = "250-smtpd.test\r\n250 {}"
N_EVENTS = 150


@pytest.fixture
def large(site, put):
    """A group of some 25,000 bytes, zipped and as a mail."""
    put_rows(put, N_EVENTS, text=noise)
    by_size(site, mail_size="9MiB", attachment_size="1KiB")


def takes(limit):
    return lambda session, mail: TOO_BIG if len(mail.raw) > limit else None


def all_rows(smtpd):
    return sorted(row[2] for message in messages(smtpd) for row in rows(message))


def expected():
    return sorted(noise(number) for number in range(N_EVENTS))


@pytest.mark.parametrize("announced, n_mails", [("SIZE 20000", 2), ("SIZE 0", 1), ("SIZE", 1), ("HELP", 1)])
def test_announced_limit(site, smtpd, large, announced, n_mails):
    smtpd.script(ehlo=EHLO.format(announced), dot=takes(20000 if n_mails > 1 else 10**9))
    run(site)
    assert len(messages(smtpd)) == n_mails
    assert all_rows(smtpd) == expected()


def test_the_least_of_all_limits(site, smtpd, large):
    smtpd.script(ehlo=EHLO.format("SIZE 1000000"))
    site.config["mail_size_limit"] = 15000
    run(site)
    assert len(messages(smtpd)) > 1
    assert all(len(mail.raw) <= 15000 for mail in smtpd.mails)


@pytest.mark.parametrize("step", ["mail", "dot"])
def test_a_lie_is_found_out(site, smtpd, large, step, database):
    """Refused when its size is told, or when it is there: divided once more, with a new number and less in each."""
    limit = 20000
    if step == "mail":
        smtpd.script(mail=lambda session, address: refuse_announced(session, limit))
    else:
        smtpd.script(dot=takes(limit))
    result = run(site)
    assert "divided once more" in result.stderr
    parts = messages(smtpd)
    assert len(parts) > 1
    assert len({part["Subject"].split()[0] for part in parts}) == 1
    assert all_rows(smtpd) == expected()
    assert database.query("SELECT count(*), count(DISTINCT sent_id) FROM directives") == [(N_EVENTS, 1)]
    assert database.query("SELECT count(*) FROM delivery_intents") == [(0,)]


def test_once_more_and_not_again(site, smtpd, large, database):
    smtpd.script(dot=takes(500))
    result = run(site, status=3)
    assert result.stderr.count("divided once more") == 1
    assert "Error: not notified" in result.stderr and TOO_BIG in result.stderr
    assert database.query("SELECT count(*) FROM directives WHERE sent_id IS NULL") == [(N_EVENTS,)]


def test_what_was_learnt_holds_for_the_rest_of_the_run(site, smtpd, large, put):
    for number in range(N_EVENTS):
        put("later@isp.example", fields={"event_description.text": noise(number)})
    site.config["workers"] = 1
    smtpd.script(dot=takes(20000))
    result = run(site)
    assert result.stderr.count("divided once more") == 1
    assert len([mail for mail in smtpd.mails if not mail.accepted]) == 1


def test_a_later_connection_announces_less(site, smtpd, large, put):
    """Another server behind the same name: what it announces holds from then on."""
    for number in range(N_EVENTS):
        put("later@isp.example", fields={"event_description.text": noise(number)})
    site.config["workers"] = site.config["groups_in_hand"] = 1
    limit = 9000  # less than half of what it is told
    smtpd.script(connection=1, ehlo=EHLO.format("SIZE 1000000"), close_after_mail=True)
    smtpd.script(connection=2, ehlo=EHLO.format(f"SIZE {limit}"),
                 mail=lambda session, address: refuse_announced(session, limit))  # fmt: skip
    result = run(site)
    assert result.stderr.count("divided once more") == 1
    whole, *parts = messages(smtpd)
    assert len(rows(whole)) == N_EVENTS and len(parts) > 2
    assert sorted(row[2] for part in parts for row in rows(part)) == expected()
    assert all(len(mail.raw) <= limit for mail in smtpd.mails[1:] if mail.accepted)


def test_a_later_part_is_too_large(site, smtpd, put, database):
    """What is left is a group of its own: a number of its own, divided anew."""
    put_rows(put, 130, text=noise)
    by_size(site)
    answers = iter([None, TOO_BIG])
    smtpd.script(dot=lambda session, mail: next(answers, None))
    run(site)
    first, *rest = messages(smtpd)
    assert first["Subject"].split()[-1].startswith("(1/")
    assert len({mail["Subject"].split()[0] for mail in rest}) == 1
    assert rest[0]["Subject"].split()[0] != first["Subject"].split()[0]
    assert [mail["Subject"].split()[-1] for mail in rest] == [f"({i}/{len(rest)})" for i in range(1, len(rest) + 1)]
    assert [row[2] for mail in messages(smtpd) for row in rows(mail)] == [noise(number) for number in range(130)]
    assert database.query("SELECT count(*) FROM sent") == [(2,)]


def test_one_event_that_is_too_large(site, smtpd, put, database):
    put_rows(put, 3)
    [large] = put(fields={"event_description.text": noise(1, 40000)})
    put_rows(put, 3)
    by_size(site)
    result = run(site, status=3)
    assert f"event {large} alone makes a mail above the limit of 20000 bytes" in result.stderr
    assert smtpd.mails == []


@pytest.fixture
def postfix():
    reason = why_impossible()
    if reason is not None:
        pytest.skip(reason)
    with Postfix(message_size_limit=200000) as server:
        yield server


def test_postfix_takes_parts_but_not_the_whole(site, put, postfix, database, tmp_path):
    """The CSV of all parts together is that of one mail, row by row, also for unzip."""
    n_events = 1500
    connection = database.connect(INSERTER)
    with connection:
        for number in range(n_events):
            insert_event(connection, [directive(recipient_address="abuse@isp.example")],
                         **{"source.asn": 64496, "source.ip": "192.0.2.1",
                            "event_description.text": noise(number)})  # fmt: skip
    connection.close()
    site.config["smtp"]["port"] = postfix.port

    write(site, data="attachment")
    assert "552 5.3.4" in run(site, status=3).stderr

    by_size(site, mail_size="9MiB")
    result = run(site)
    assert database.query("SELECT count(*), count(DISTINCT sent_id) FROM directives") == [(n_events, 1)]
    n_accepted = len(re.findall("accepted", result.stderr))
    parts = [email.message_from_bytes(raw, policy=email.policy.default) for raw in postfix.wait_for(n_accepted)]
    parts.sort(key=lambda part: int(part["Subject"].split("(")[1].split("/")[0]))
    assert len(parts) == int(parts[0]["Subject"].split("/")[1].rstrip(")")) > 1
    assert [row[2] for part in parts for row in rows(part)] == [noise(number) for number in range(n_events)]
    for part in parts:
        archive = tmp_path / attachment(part).get_filename()
        archive.write_bytes(attachment(part).get_payload(decode=True))
        subprocess.run(["unzip", "-tq", archive], check=True, stdout=subprocess.DEVNULL)

# SPDX-License-Identifier: AGPL-3.0-or-later
"""The promise (doc/ARCHITECTURE.md, Never twice, never lost), judged from outside: what reached the recipients
against what the database says. Every group has a recipient of its own here, so a recipient names its group."""

import collections
import email
import email.policy
import random
import re
import subprocess
from dataclasses import dataclass

from support.postgres import INSERTER, directive, insert_event
from support.smtpd import Delay

WORKERS = 4
MOST_IN_HAND = 16  # groups of a worker: src/flow/pace.h
IPS = re.compile(r"\b198\.18\.\d+\.\d+\b")


def seed(database, prefix, groups, events=2):
    """Groups with a recipient each; the addresses of their events by recipient."""
    expected = {}
    connection = database.connect(INSERTER)
    with connection:
        for number in range(groups):
            recipient = f"{prefix}-{number}@isp.example"
            addresses = {f"198.18.{number % 250}.{event + 1}" for event in range(events)}
            for address in sorted(addresses):
                insert_event(connection, [directive(recipient_address=recipient)],
                             **{"source.ip": address, "source.asn": 64496,
                                "time.source": "2026-11-20 03:04:05+00"})
            expected[recipient] = addresses
    connection.close()
    return expected


@dataclass
class Verdict:
    """What a series of runs came to."""

    groups: int
    deliveries: int
    kills: int = 0

    @property
    def doubles(self):
        return self.deliveries - self.groups

    def __str__(self):
        return (f"{self.groups} groups, {self.deliveries} deliveries, {self.doubles} of them doubles"
                f" after {self.kills} kills (with one group in hand a worker"
                f" at most {self.kills * WORKERS}, with sixteen {self.kills * doubles_of_a_death()})")


def judge(database, smtpd, expected, kills=0, doubles_allowed=0):
    """Asserts what must hold whatever died, once a last run has ended in peace."""
    deliveries = collections.defaultdict(list)
    for mail in smtpd.mails:
        if mail.accepted:
            message = email.message_from_bytes(mail.raw, policy=email.policy.default)
            deliveries[mail.envelope_tos[0]].append(message)

    assert set(deliveries) == set(expected), "lost groups, or mails to nobody"
    owner = {}
    for recipient, messages in deliveries.items():
        tickets = {message["Subject"].split()[-1] for message in messages}
        identities = {message["Message-Id"] for message in messages}
        assert len(tickets) == 1, f"{recipient}: several tickets {tickets}"
        assert len(identities) == 1, f"{recipient}: several Message-Ids {identities}"
        for message in messages:
            assert set(IPS.findall(message.get_content())) == expected[recipient]
        (ticket,) = tickets
        assert owner.setdefault(ticket, recipient) == recipient, f"{ticket} for two groups"

    recorded = dict(database.query(
        "SELECT DISTINCT recipient_address, intelmq_ticket FROM directives"
        " JOIN sent ON sent.id = sent_id"))  # fmt: skip
    assert recorded == {recipient: ticket for ticket, recipient in owner.items()}
    assert database.query("SELECT count(*) FROM directives WHERE sent_id IS NULL") == [(0,)]
    assert database.query("SELECT count(*) FROM delivery_intents") == [(0,)]
    verdict = Verdict(len(expected), sum(map(len, deliveries.values())), kills)
    assert verdict.doubles <= doubles_allowed, str(verdict)
    return verdict


def kill_after_the_dot(site, smtpd):
    """Leaves every mail of the one group that is pending uncertain."""
    smtpd.script(dot=Delay(30))
    process = site.start("--all")
    smtpd.wait_for(1)
    process.kill()
    site.finish(process)
    smtpd.script(dot=None)


def change_day(database, number):
    """The day that the numbers belong to is set back, the clock's stays: the next number is drawn as on a new day. A
    real day would bring other tickets with the same numbers; here each change (`number` counts them) has to begin
    elsewhere."""
    database.query("ALTER SEQUENCE intelmq_ticket_seq START %d; UPDATE ticket_day"
                   " SET initialized_for_day = initialized_for_day - 1"
                   % (20000001 + 1000000 * number))


def doubles_of_a_death(groups_in_hand="auto"):
    """How many mails may be made again at most, where all workers die in the worst moment."""
    return WORKERS * (MOST_IN_HAND if groups_in_hand == "auto" else groups_in_hand)


def kill_runs(site, database, smtpd, kills, groups, longest=1.0, seed_number=None, groups_in_hand="auto"):
    """Runs over `groups` groups at a time, each run ended by SIGKILL at a random moment, until there
    were `kills`; then one run in peace. The verdict."""
    chance = random.Random(seed_number)
    site.config |= {"workers": WORKERS, "groups_in_hand": groups_in_hand}
    expected, killed = {}, 0
    while killed < kills:
        expected |= seed(database, f"batch{len(expected)}", groups)
        while killed < kills:
            process = site.start("--all")
            try:
                process.wait(timeout=chance.uniform(0.02, longest))
                site.finish(process)
                break  # it was through before its time had come
            except subprocess.TimeoutExpired:
                process.kill()
                site.finish(process)
                killed += 1
    last = site.run("--all")
    assert last.returncode == 0, last.stderr
    allowed = killed * doubles_of_a_death(groups_in_hand)
    return judge(database, smtpd, expected, killed, doubles_allowed=allowed)

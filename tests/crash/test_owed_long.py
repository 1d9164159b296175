# SPDX-License-Identifier: AGPL-3.0-or-later
"""The long form of tests/flow/test_958_owed_by_own_send.py: runs are killed at random moments while a server that
greylists takes the mails of a script's own send(). Prints its figures (pytest -s shows them)."""

import collections
import email
import email.policy
import random
import subprocess

import pytest

from support.smtpd import Delay

GROUPS, KILLS, MOST_RUNS = 40, 20, 40
SCRIPT = """\
from intelmqmail.notification import EmailNotification


class Own(EmailNotification):
    def send(self, send_context):
        for mail in self.mails:
            send_context.smtp.send_message(mail.email, to_addrs=mail.envelope_tos)
        send_context.mark_as_sent(self.directive.directive_ids, self.ticket, None)


def create_notifications(context):
    ticket = context.new_ticket_number()
    group = context.directive.recipient_address.partition("@")[0]
    mails = [context.mail_format_as_csv(ticket_number=ticket,
                                        envelope_tos=[f"{name}-{number}-{group}@isp.example" for name in "abc"])[0]
             for number in range(3)]
    own = Own(context.directive, mails[0].email, mails[0].ticket)
    own.mails = mails
    return [own]
"""


class Server:
    """Refuses every b for now, several times, and one c for good."""

    def __init__(self, chance):
        self.left = collections.defaultdict(lambda: chance.randrange(1, 8))

    def __call__(self, session, address):
        if address == "c-1-g3@isp.example":
            return "550 5.1.1 no such user"
        if address[0] != "b" or self.left[address] == 0:
            return None
        self.left[address] -= 1
        return "450 4.7.1 greylisted"


def kill_runs(site, chance):
    for _ in range(KILLS):
        process = site.start("--all")
        try:
            process.wait(timeout=chance.uniform(0.25, 0.8))
        except subprocess.TimeoutExpired:
            process.kill()
        site.finish(process)


def is_settled(database):
    return (database.query("SELECT count(*) FROM delivery_intents") == [(0,)]
            and database.query("SELECT count(*) FROM directives WHERE sent_id IS NULL") == [(0,)])


@pytest.mark.parametrize("seed_number", range(3))
def test_kill_while_some_are_owed(site, smtpd, database, put, seed_number):
    chance = random.Random(seed_number)
    site.write_format("10-own.py", SCRIPT)
    for group in range(GROUPS):
        put(f"g{group}@isp.example")
    smtpd.script(rcpt=Server(chance), dot=Delay(0.06))
    kill_runs(site, chance)
    for _ in range(MOST_RUNS):
        assert "cannot be made again" not in site.run("--all").stderr
        if is_settled(database):
            break
    assert is_settled(database)
    seen = collections.defaultdict(list)
    for mail in smtpd.accepted():
        message = email.message_from_bytes(mail.raw, policy=email.policy.default)
        for to in mail.envelope_tos:
            seen[to].append((message["Message-Id"], message["Subject"]))
    assert set(seen) | {"c-1-g3@isp.example"} == {
        f"{name}-{number}-g{group}@isp.example" for name in "abc" for number in range(3) for group in range(GROUPS)}
    assert all(len(set(same)) == 1 for same in seen.values()), "one mail under two numbers"
    deliveries = sum(map(len, seen.values()))
    print(f"\n    {len(seen)} recipients, {deliveries} deliveries after {KILLS} kills", flush=True)
    assert deliveries <= len(seen) + KILLS * 2 * 3  # a mail to three of each worker's

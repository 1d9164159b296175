# SPDX-License-Identifier: AGPL-3.0-or-later
"""A mail that marks some of its group's directives: these are recorded by it, the others stay pending, and where what
became of it is not known, it is made again with just these."""

import pytest

from support.smtpd import CLOSE

PARTS = """\
import copy

from intelmqmail.notification import EmailNotification


def part(context, event, directive_id):
    whole = context.directive
    context.directive = copy.copy(whole)
    context.directive.event_ids, context.directive.directive_ids = [event], [directive_id]
    try:
        return context.mail_format_as_csv()
    finally:
        context.directive = whole


def create_notifications(context):
    pairs = zip(context.directive.event_ids, context.directive.directive_ids)
    return [mail for pair in pairs for mail in part(context, *pair)]
"""


@pytest.fixture
def three(site, put):
    site.write_format("10-parts.py", PARTS)
    return [put() for _ in range(3)]


def pending(database):
    return database.query("SELECT count(*) FROM directives WHERE sent_id IS NULL")[0][0]


def tickets(database):
    return database.query("SELECT count(DISTINCT sent_id), count(*) FROM directives WHERE sent_id IS NOT NULL")[0]


def test_each_part_has_its_row(site, smtpd, database, three):
    result = site.run("--all")
    assert result.returncode == 0, result.stderr
    assert len(smtpd.mails) == 3
    assert (pending(database), *tickets(database)) == (0, 3, 3)


def test_refused_part_stays_pending_alone(site, smtpd, database, three):
    answers = iter([None, "554 5.7.1 no", None])
    smtpd.script(dot=lambda session, mail: next(answers))
    assert site.run("--all").returncode == 3
    assert (pending(database), *tickets(database)) == (1, 2, 2)
    smtpd.script(dot=None)
    assert site.run("--all").returncode == 0
    assert (pending(database), *tickets(database)) == (0, 3, 3)
    assert database.query("SELECT count(*) FROM delivery_intents") == [(0,)]


@pytest.mark.parametrize("lost", [0, 1, 2])
def test_uncertain_part_is_made_again_with_just_its_directives(site, smtpd, database, put, three, lost):
    seen = []

    def after_dot(session, mail):
        seen.append(mail)
        return CLOSE if len(seen) == lost + 1 else None

    smtpd.script(after_dot=after_dot)
    assert site.run("--all").returncode == 3
    smtpd.script(after_dot=None)
    put()  # joins the group meanwhile
    for _ in range(3):
        result = site.run("--all")
        assert result.returncode == 0, result.stderr
    assert (pending(database), *tickets(database)) == (0, 4, 4)
    assert database.query("SELECT count(*) FROM delivery_intents") == [(0,)]
    bodies = {}
    for mail in smtpd.mails:
        (identity,) = [line for line in mail.raw.splitlines() if line.startswith(b"Message-I")]
        bodies.setdefault(identity, []).append(mail.raw.partition(b"\r\n\r\n")[2])
    assert len(bodies) == 4
    assert all(len(set(same)) == 1 for same in bodies.values())

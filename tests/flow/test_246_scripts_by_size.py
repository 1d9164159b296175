# SPDX-License-Identifier: AGPL-3.0-or-later
"""Scripts that let the form of their mails follow from what comes out: mail_format_as_csv(data=…)."""

import pytest

from support.smtpd import CLOSE
from support.table_mails import (
    TOO_BIG, attachment, messages, noise, put_rows, refuse_announced, rows, run, run_without_answer)  # fmt: skip

N_EVENTS = 130

SCRIPT = """\
from intelmqmail.tableformat import Column, build_table_format

TABLE = build_table_format("t", [("source.asn", "asn"), ("source.ip", "ip"), ({last}, "event_description.text")])


def create_notifications(context):
    return context.mail_format_as_csv(TABLE, {arguments})
"""

OWN_COLUMN = """\
from intelmqmail.tableformat import Column, build_table_format


class Own(Column):
    event_table_column = column_key = "event_description.text"

    def value_from_event(self, event):
        return event["event_description.text"]


TABLE = build_table_format("t", [("source.asn", "asn"), ("source.ip", "ip"), Own("event_description.text")])


def create_notifications(context):
    return context.mail_format_as_csv(TABLE, {arguments})
"""

LIMITS = 'data="by_size", by_size={"inline_rows": 3, "attachment_size": "4KiB", "mail_size": 20000}'


@pytest.fixture
def script(site):
    site.write_template("open_snmp", "${ticket_number} ${data_form}\n\nDear reader,\n${events_as_csv}\n")

    def script(arguments, text=SCRIPT):
        site.write_format("10-script.py", text.replace("{last}", '"event_description.text"')
                          .replace("{arguments}", arguments))

    return script


@pytest.mark.parametrize("arguments, kind", [
    ('data="zip"', "application/zip"), ('data="attachment"', "text/csv"), ('data="inline"', None),
    ("attach_event_data=True", "text/csv"), (LIMITS, None)])  # fmt: skip
def test_form(smtpd, put, site, script, arguments, kind):
    put_rows(put, 2)
    script(arguments)
    run(site)
    [message] = messages(smtpd)
    assert (attachment(message).get_content_type() if message.is_multipart() else None) == kind
    assert [row[2] for row in rows(message)] == ["x", "x"]


@pytest.mark.parametrize("text", [SCRIPT, OWN_COLUMN], ids=["fields", "own column"])
def test_parts(site, smtpd, put, script, database, text):
    put_rows(put, N_EVENTS, text=noise)
    script(LIMITS, text)
    run(site)
    parts = messages(smtpd)
    assert len(parts) > 1 and all(len(mail.raw) <= 20000 for mail in smtpd.mails)
    assert [row[2] for part in parts for row in rows(part)] == [noise(number) for number in range(N_EVENTS)]
    for number, part in enumerate(parts, 1):
        assert part["Subject"].endswith(f" zip ({number}/{len(parts)})")
        assert part["In-Reply-To"] == (parts[0]["Message-Id"] if number > 1 else None)
    [(ticket, marked)] = database.query("SELECT intelmq_ticket, count(*) FROM sent JOIN directives ON sent_id = sent.id"
                                        " GROUP BY 1")  # fmt: skip
    assert (ticket, marked) == (parts[0]["Subject"].split()[0], N_EVENTS)
    assert database.query("SELECT count(*) FROM delivery_intents") == [(0,)]


@pytest.mark.parametrize("nth", [1, 2])
def test_uncertain_part_is_made_again(site, smtpd, put, script, database, nth):
    put_rows(put, N_EVENTS, text=noise)
    script(LIMITS)
    n_mails = run_without_answer(site, smtpd, nth)
    run(site)
    again = messages(smtpd)[n_mails:]
    assert len(again) == 1
    [first] = [mail for mail in messages(smtpd)[:n_mails] if mail["Message-Id"] == again[0]["Message-Id"]]
    for name in ("Subject", "In-Reply-To", "Date"):
        assert again[0][name] == first[name]
    assert attachment(again[0]).get_filename() == attachment(first).get_filename()
    assert attachment(again[0]).get_content() == attachment(first).get_content()
    assert database.query("SELECT count(*), count(DISTINCT sent_id) FROM directives WHERE sent_id IS NOT NULL") == [
        (N_EVENTS, 1)]
    assert database.query("SELECT count(*) FROM delivery_intents") == [(0,)]


@pytest.mark.parametrize("arguments, complaint", [
    ('data="gzip"', "data is 'gzip'"),
    ('data="by_size", by_size={"rows": 1}', "unknown in by_size: 'rows'"),
    ('data="by_size", by_size={"mail_size": "9M"}', "mail_size must be a size like 9MiB"),
])
def test_mistakes(site, put, script, arguments, complaint):
    put()
    script(arguments)
    assert complaint in run(site).stderr  # the next format answers


# Ways in which scripts have a hand in the parts: {make} makes them, of context.mail_format_as_csv().
HANDS = {
    "core": "return make(context)",
    "headers": """
    parts = make(context)
    for part in parts:
        part.email["X-Report"] = "yes"
    return parts""",
    "copies": """
    parts = make(context)
    return parts + make(context, envelope_tos=["copy@cert.example"], mark_as_sent=False, ticket_number=parts[0].ticket)""",
    "connection": """
    context.db_cursor.execute("SELECT 1")
    return make(context)""",
    "own send": """
    parts = make(context)
    for part in parts:
        part.__class__ = Own
    return parts""",
}

HAND = """\
from intelmqmail.notification import EmailNotification
from intelmqmail.tableformat import build_table_format

TABLE = build_table_format("t", [("source.asn", "asn"), ("source.ip", "ip"),
                                 ("event_description.text", "event_description.text")])


class Own(EmailNotification):
    def send(self, send_context):
        super().send(send_context)


def make(context, **more):
    return context.mail_format_as_csv(TABLE, data="by_size", by_size={limits}, **more)


def create_notifications(context):
    {hand}
"""


@pytest.fixture
def hand(site, put):
    """A group of three parts or so, made by a script."""
    put_rows(put, N_EVENTS, text=noise)
    site.write_template("open_snmp", "${ticket_number} ${data_form}\n\nDear reader,\n${events_as_csv}\n")

    def hand(name, **limits):
        limits = {"inline_rows": 3, "attachment_size": "4KiB", "mail_size": 14000} | limits
        site.write_format("10-script.py", HAND.replace("{limits}", repr(limits)).replace("{hand}", HANDS[name].strip()))

    return hand


def to(smtpd, recipient):
    """The messages that were accepted for it."""
    return [message for mail, message in zip([mail for mail in smtpd.mails if mail.accepted], messages(smtpd), strict=True)
            if mail.envelope_tos == [recipient]]  # fmt: skip


def assert_all_sent(smtpd, database, n_tickets):
    """Each event once, in a part whose number says which it is."""
    parts = to(smtpd, "abuse@isp.example")
    assert [row[2] for part in parts for row in rows(part)] == [noise(number) for number in range(N_EVENTS)]
    assert database.query("SELECT count(*), count(DISTINCT sent_id) FROM directives WHERE sent_id IS NOT NULL") == [
        (N_EVENTS, n_tickets)]
    assert database.query("SELECT count(*) FROM delivery_intents") == [(0,)]
    ticket_of = dict(database.query('SELECT "event_description.text", intelmq_ticket FROM events JOIN directives'
                                    " ON events_id = events.id JOIN sent ON sent.id = sent_id"))  # fmt: skip
    assert all(ticket_of[row[2]] == part["Subject"].split()[0] for part in parts for row in rows(part))


def numbers(parts):
    return [part["Subject"].split()[-1] for part in parts]


def counted(n_parts):
    return [f"({number}/{n_parts})" for number in range(1, n_parts + 1)]


@pytest.mark.parametrize("name", HANDS)
@pytest.mark.parametrize("step", ["mail", "dot"])
def test_refused_for_its_size(site, smtpd, hand, database, name, step):
    """The script is asked once more, with the limit known."""
    hand(name)
    if step == "mail":
        smtpd.script(mail=lambda session, address: refuse_announced(session, 9000))
    else:
        smtpd.script(dot=lambda session, mail: TOO_BIG if len(mail.raw) > 9000 else None)
    result = run(site)
    assert result.stderr.count("divided once more") == 1
    parts = to(smtpd, "abuse@isp.example")
    assert len(parts) > 3 and numbers(parts) == counted(len(parts))
    assert_all_sent(smtpd, database, 1)
    if name == "copies":
        copies = to(smtpd, "copy@cert.example")
        assert [rows(copy) for copy in copies] == [rows(part) for part in parts]


@pytest.mark.parametrize("name", HANDS)
def test_a_later_part_is_refused_for_its_size(site, smtpd, hand, database, name):
    """What is through stays so; the events of the others are a group of its own, with a number of its own."""
    hand(name)
    seen = []

    def dot(session, mail):
        seen.append(mail)
        return TOO_BIG if len(seen) > 1 and len(mail.raw) > 9000 else None

    smtpd.script(dot=dot)
    result = run(site, status=3 if name == "copies" else 0)
    assert result.stderr.count("divided once more") == 1
    first, *rest = to(smtpd, "abuse@isp.example")
    assert numbers([first])[0].startswith("(1/") and len(rest) > 2 and numbers(rest) == counted(len(rest))
    assert_all_sent(smtpd, database, 2)
    if name == "copies":  # that of the first part, too large in its turn, is lost, and said to be
        assert [rows(copy) for copy in to(smtpd, "copy@cert.example")] == [rows(part) for part in rest]
        assert result.stderr.count("a copy for abuse@isp.example failed") == 1


@pytest.mark.parametrize("name", HANDS)
def test_once_more_and_not_again(site, smtpd, hand, database, name):
    hand(name)
    smtpd.script(dot=lambda session, mail: TOO_BIG if len(mail.raw) > 3000 else None)
    result = run(site, status=3)
    assert result.stderr.count("divided once more") == 1
    assert "Error: not notified" in result.stderr
    [(n_pending,)] = database.query("SELECT count(*) FROM directives WHERE sent_id IS NULL")
    sent = [row[2] for part in to(smtpd, "abuse@isp.example") for row in rows(part)]
    assert len(sent) == len(set(sent)) == N_EVENTS - n_pending


def test_some_are_refused_for_another_reason(site, smtpd, hand, database):
    """These fail; those that were too large are divided once more."""
    hand("connection")
    seen = []

    def dot(session, mail):
        seen.append(mail)
        return {1: "554 5.7.1 no", 2: TOO_BIG}.get(len(seen))

    smtpd.script(dot=dot)
    result = run(site, status=3)
    assert "Error: not notified" in result.stderr and "554 5.7.1 no" in result.stderr
    assert result.stderr.count("divided once more") == 1
    smtpd.script(dot=None)
    run(site)
    sent = sorted(row[2] for part in messages(smtpd) for row in rows(part))
    assert sent == sorted(noise(number) for number in range(N_EVENTS))


@pytest.mark.parametrize("name, which", [
    ("copies", "part"), ("copies", "copy"), ("headers", "part"), ("connection", "part")])  # fmt: skip
def test_uncertain_end_where_the_script_has_a_hand(site, smtpd, hand, database, name, which):
    """The second part, or its copy, is made again as that, of the same events."""
    hand(name)
    recipient = {"part": "abuse@isp.example", "copy": "copy@cert.example"}[which]
    seen = []

    def after_dot(session, mail):
        seen.extend(mail.envelope_tos)
        return CLOSE if mail.envelope_tos == [recipient] and seen.count(recipient) == 2 else None

    smtpd.script(after_dot=after_dot)
    site.run("--all")
    smtpd.script(after_dot=None)
    n_mails = len(smtpd.mails)
    run(site)
    original = to(smtpd, recipient)[1]
    assert all(mail.accepted for mail in smtpd.mails)
    again = [message for message, mail in zip(messages(smtpd)[n_mails:], smtpd.mails[n_mails:], strict=True)
             if message["Message-Id"] == original["Message-Id"] and mail.envelope_tos == [recipient]]  # fmt: skip
    assert len(again) == 1
    for header in ("Subject", "In-Reply-To", "Date"):
        assert again[0][header] == original[header]
    assert attachment(again[0]).get_filename() == attachment(original).get_filename()
    assert rows(again[0]) == rows(original)
    run(site)
    distinct = {}
    for message in to(smtpd, "abuse@isp.example"):
        distinct.setdefault(message["Message-Id"], message)
    assert sorted(row[2] for message in distinct.values() for row in rows(message)) == sorted(map(noise, range(N_EVENTS)))
    assert database.query("SELECT count(*) FROM directives WHERE sent_id IS NULL") == [(0,)]
    assert database.query("SELECT count(*) FROM delivery_intents") == [(0,)]


COPY_OF_ALL = """
    parts = make(context)
    copy = context.mail_format_as_csv(TABLE, data="zip", envelope_tos=["copy@cert.example"], mark_as_sent=False,
                                      ticket_number=parts[0].ticket)
    return parts + copy"""


@pytest.mark.parametrize("reply, status", [("530 5.7.0 authentication required", 1), (CLOSE, 0), ("554 5.7.1 no", 3)])
def test_a_failure_behind_one_that_is_too_large(site, smtpd, put, database, reply, status):
    """Of a copy of the whole group; nothing was accepted before."""
    site.config |= {"workers": 1}
    put_rows(put, N_EVENTS, text=noise)
    site.write_template("open_snmp", "${ticket_number} ${data_form}\n\nDear reader,\n${events_as_csv}\n")
    limits = {"inline_rows": 3, "attachment_size": "4KiB", "mail_size": 14000}
    site.write_format("10-script.py", HAND.replace("{limits}", repr(limits)).replace("{hand}", COPY_OF_ALL.strip()))
    seen = []

    def answer_sender(session, address):
        seen.append(address)
        return reply if 2 <= len(seen) <= 4 else None

    smtpd.script(mail=answer_sender, dot=lambda session, mail: TOO_BIG if mail.envelope_tos == ["abuse@isp.example"]
                 and len(mail.raw) > 9000 else None)  # fmt: skip
    result = site.run("--all")
    assert result.returncode == status, result.stderr
    smtpd.script(mail=None, dot=None)
    site.run("--all")
    assert database.query("SELECT count(*) FROM directives WHERE sent_id IS NULL") == [(0,)]
    assert database.query("SELECT count(*) FROM delivery_intents") == [(0,)]

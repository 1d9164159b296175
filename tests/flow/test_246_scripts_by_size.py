# SPDX-License-Identifier: AGPL-3.0-or-later
"""Scripts that let the form of their mails follow from what comes out: mail_format_as_csv(data=…)."""

import pytest

from support.table_mails import attachment, messages, noise, put_rows, rows, run, run_without_answer

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

# SPDX-License-Identifier: AGPL-3.0-or-later
"""Nothing lost, nothing twice under another number, with groups of which each event is a mail of its own: made by a
format, and by a script."""

import collections
import random
import subprocess

import pytest

from support.postgres import INSERTER, directive, insert_event
from support.reports import read_x_arf, read_xarf
from support.smtpd import CLOSE, Delay, Many

FORMATS = {
    "xarf-4": ("10-reports.yaml", """\
formats:
  - match: {}
    report: xarf-4
    subject: "Report ${ticket_number}"
    body: "${source_identifier}"
"""),
    "x-arf-0.2": ("10-reports.yaml", """\
formats:
  - match: {}
    report: x-arf-0.2
    subject: "Report ${ticket_number}"
    body: "${source_identifier}"
"""),
    "script": ("10-reports.py", """\
class Bots:
    def event_columns(self):
        return ["time.source", "source.ip"]

    def xarf_params(self, event):
        return {"schema_url": "http://a.example/abuse_bot-infection_0.1.0.json", "category": "abuse",
                "report_type": "bot-infection", "date": event["time.source"].isoformat(),
                "source": event["source.ip"], "source_type": "ip-address", "bot_name": "x"}


def create_notifications(context):
    return context.mail_format_as_xarf(Bots())
"""),
}


@pytest.fixture(params=FORMATS)
def kind(site, request):
    for path in site.formats.iterdir():
        path.unlink()
    site.config["xarf"] = {"org": "CERT", "contact": "cert@cert.example", "domain": "cert.example"}
    site.write_format(*FORMATS[request.param])
    return request.param


def seed(database, n_events, first=0):
    """One group; the addresses of its events."""
    addresses = [f"198.18.{number // 250}.{number % 250}" for number in range(first, first + n_events)]
    connection = database.connect(INSERTER)
    with connection:
        for address in addresses:
            insert_event(connection, [directive()], **{"source.ip": address, "classification.type": "malware",
                                                       "time.source": "2026-11-20 03:04:05+00"})
    connection.close()
    return addresses


def source_of(mail, kind):
    if kind == "xarf-4":
        report = read_xarf(mail.raw)
        return report.values["source_identifier"], report.values["report_id"], report.message
    report = read_x_arf(mail.raw)
    return report.values["Source"], report.values["Report-ID"], report.message


def judge(database, smtpd, kind, expected, doubles_allowed=0):
    deliveries = collections.defaultdict(list)
    for mail in smtpd.mails:
        if mail.accepted:
            source, report_id, message = source_of(mail, kind)
            deliveries[source].append((message["Subject"].split()[-1], message["Message-Id"], report_id))
    assert set(deliveries) == set(expected), "events without a mail"
    for source, mails in deliveries.items():
        assert len(set(mails)) == 1, f"{source}: {mails}"
    tickets = {source: mails[0][0] for source, mails in deliveries.items()}
    assert len(set(tickets.values())) == len(expected), "a number for two events"
    recorded = database.query("SELECT host(e.\"source.ip\"), s.intelmq_ticket FROM directives d"
                              " JOIN sent s ON s.id = d.sent_id JOIN events e ON e.id = d.events_id")
    assert len(recorded) == len(expected) and dict(recorded) == tickets
    assert database.query("SELECT count(*) FROM directives WHERE sent_id IS NULL") == [(0,)]
    assert database.query("SELECT count(*) FROM delivery_intents") == [(0,)]
    doubles = sum(map(len, deliveries.values())) - len(expected)
    assert doubles <= doubles_allowed, f"{doubles} mails were made again"
    return doubles


@pytest.mark.parametrize("groups_in_hand, most", [("auto", 16), (1, 1)])
def test_kill(site, smtpd, database, kind, groups_in_hand, most):
    chance = random.Random(2)
    site.write_template("open_snmp", "Report ${ticket_number}\n\n${source_identifier}\n")
    site.config |= {"workers": 2, "groups_in_hand": groups_in_hand}
    smtpd.script(dot=Delay(0.004))
    expected, kills = [], 0
    while kills < 4:
        expected += seed(database, 120, len(expected))
        process = site.start("--all")
        try:
            process.wait(timeout=chance.uniform(0.3, 0.7))
        except subprocess.TimeoutExpired:
            process.kill()
            kills += 1
        site.finish(process)
    smtpd.script(dot=None)
    last = site.run("--all")
    assert last.returncode == 0, last.stderr
    judge(database, smtpd, kind, expected, doubles_allowed=2 * most * kills)


def test_two_instances(site, smtpd, database, kind):
    site.write_template("open_snmp", "Report ${ticket_number}\n\n${source_identifier}\n")
    site.config |= {"instances": "shared"}
    smtpd.script(dot=Delay(0.002))
    expected = seed(database, 150)
    both = [site.start("--all") for _ in range(2)]
    for process in both:
        assert site.finish(process).returncode == 0
    last = site.run("--all")  # what both have left to the other
    assert last.returncode == 0, last.stderr
    judge(database, smtpd, kind, expected)


def test_replies_lost(site, smtpd, database, kind):
    site.write_template("open_snmp", "Report ${ticket_number}\n\n${source_identifier}\n")
    expected = seed(database, 40)
    smtpd.script(after_dot=Many([None, CLOSE, None, None, CLOSE, None]))
    first = site.run("--all")
    assert first.returncode == 3
    smtpd.script(after_dot=None)
    last = site.run("--all")
    assert last.returncode == 0, last.stderr
    assert judge(database, smtpd, kind, expected, doubles_allowed=2) == 2


def test_events_that_come_meanwhile(site, smtpd, database, kind):
    """A group cut off is made by the next run of what is pending then."""
    site.write_template("open_snmp", "Report ${ticket_number}\n\n${source_identifier}\n")
    expected = seed(database, 30)
    smtpd.script(dot=lambda session, mail: "452 4.2.2 later" if len(smtpd.mails) > 10 else None)
    assert site.run("--all").returncode == 3
    smtpd.script(dot=None)
    expected += seed(database, 10, 30)
    assert site.run("--all").returncode == 0
    judge(database, smtpd, kind, expected)

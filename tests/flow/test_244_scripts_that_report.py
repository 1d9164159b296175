# SPDX-License-Identifier: AGPL-3.0-or-later
"""mail_format_as_xarf(): the script as sites wrote it, and what its mails are to their receivers."""

import json

import pytest

from support.gnupg import Home
from support.postgres import INSERTER, directive, insert_event
from support.reports import read, read_x_arf

SCRIPT = '''\
from intelmqmail.notification import Postponed


class Bots:
    """As sites wrote it: any object with these two."""

    def event_columns(self):
        return ["time.source", "source.ip", "source.port", "source.asn", "malware.name", "source.ip"]

    def xarf_params(self, event):
        return {
            "schema_url": "https://a.example/schemata/abuse_bot-infection_0.2.0_unstable.json",
            "category": "abuse",
            "report_type": "bot-infection",
            "date": event["time.source"].isoformat(),
            "source": event["source.ip"],
            "source_type": "ip-address",
            "source_port": event["source.port"],
            "source_asn": event["source.asn"],
            "malware_name": event["malware.name"],
            "no_such_property": "x",
            %(more)s
        }


def create_notifications(context):
    if context.directive.notification_format != "shadowserver":
        return None
    %(before)s
    return context.mail_format_as_xarf(Bots())
'''


@pytest.fixture
def report(site):
    """report(more, before): the script with further parameters, and with something before the mails."""
    for path in site.formats.iterdir():
        path.unlink()
    site.write_template("open_snmp", "Report ${ticket_number}: ${report_type} of ${source_identifier}\n\n"
                                     "${n_events} event, ${data_form}: ${attachment_name}${events_as_csv}\n")

    def report(more="", before="pass"):
        site.write_format("10-xarf.py", SCRIPT % {"more": more, "before": before})

    return report


def test_one_mail_an_event(site, smtpd, database, put, report):
    report('"evidence": "x,y", ')
    ids = put(n_events=3, fields={"source.port": 4711, "malware.name": "yes"})
    result = site.run("--all")
    assert result.returncode == 0, result.stderr
    assert result.log[-1].message == "3 mails sent, 0 postponed, 0 errors."
    found = [read_x_arf(mail.raw) for mail in smtpd.mails]
    sent = database.query("SELECT d.events_id, s.intelmq_ticket FROM directives d JOIN sent s ON s.id = d.sent_id")
    assert sorted(event for event, _ in sent) == ids
    sources = dict(database.query("SELECT id, host(\"source.ip\") FROM events"))
    tickets = {ticket: sources[event] for event, ticket in sent}
    assert len(tickets) == 3
    for one in found:
        ticket = one.values["Report-ID"].partition("@")[0]
        assert one.values == {
            "Reported-From": "noreply@cert.example", "Report-ID": f"{ticket}@cert.example",
            "User-Agent": one.values["User-Agent"], "Category": "abuse", "Report-Type": "bot-infection",
            "Date": "2026-11-20T03:04:05+00:00", "Source": tickets[ticket], "Source-Type": "ip-address",
            "Source-Port": 4711, "Source-ASN": 64496, "Malware-Name": "yes", "Attachment": "text/plain",
            "Schema-URL": "https://a.example/schemata/abuse_bot-infection_0.2.0_unstable.json"}
        assert one.message["Subject"] == f"Report {ticket}: bot-infection of {tickets[ticket]}"
        assert one.text.strip() == "1 event, attachment: report.txt"
        assert (one.evidence, one.evidence_type) == (b"x,y", "text/plain")
    assert len({one.message["Message-Id"] for one in found}) == 3


def test_all_directives_of_an_event(site, smtpd, database, report):
    report()
    connection = database.connect(INSERTER)
    with connection:
        for number in range(2):
            insert_event(connection, [directive(), directive()], **{
                "source.ip": f"192.0.2.{number}", "source.asn": 64496, "time.source": "2026-11-20 03:04:05+00"})
    connection.close()
    assert site.run("--all").returncode == 0
    assert len(smtpd.mails) == 2
    assert database.query("SELECT count(DISTINCT sent_id), count(*) FROM directives GROUP BY events_id") == [(1, 2)] * 2
    assert database.query("SELECT count(*) FROM sent") == [(2,)]


def test_a_refused_one_stays_pending(site, smtpd, database, put, report):
    report()
    put(n_events=3)
    answers = iter([None, "554 5.7.1 no", None])
    smtpd.script(dot=lambda session, mail: next(answers))
    assert site.run("--all").returncode == 3
    assert database.query("SELECT count(*) FROM directives WHERE sent_id IS NULL") == [(1,)]
    smtpd.script(dot=None)
    assert site.run("--all").returncode == 0
    assert database.query("SELECT count(DISTINCT sent_id), count(*) FROM directives WHERE sent_id IS NOT NULL") == [(3, 3)]


@pytest.mark.parametrize("more, evidence, evidence_type", [
    ("", None, None),
    ("'evidence': None,", None, None),
    ("'evidence': 'ä\\n', ", "ä\n".encode(), "text/plain"),
    ("'evidence': bytes(range(256)), 'attachment': 'text/plain',", bytes(range(256)), "text/plain"),
    ("'evidence': 'x', 'attachment': 'none',", None, None),
])
def test_evidence(site, smtpd, put, report, more, evidence, evidence_type):
    report(more)
    put()
    assert site.run("--all").returncode == 0
    found = read_x_arf(smtpd.mails[0].raw)
    assert (found.evidence, found.evidence_type) == (evidence, evidence_type)


def test_the_configuration_and_what_overrides_it(site, smtpd, put, report):
    site.config["xarf_reportdomain"] = "reports.example"
    report()
    put()
    assert site.run("--all").returncode == 0
    report('"reported_from": "other@cert.example", "report_id": "1@b.example", "occurrences": 3, "tlp": "amber",')
    put()
    assert site.run("--all").returncode == 0
    first, second = (read_x_arf(mail.raw).values for mail in smtpd.mails)
    assert first["Report-ID"].endswith("@reports.example")
    assert second["Reported-From"] == "other@cert.example" and second["Report-ID"] == "1@b.example"
    assert second["Occurrences"] == 3 and second["TLP"] == "amber"


def test_a_schema_of_the_sites_own(site, smtpd, put, report, tmp_path):
    text, is_optional = {"type": "string"}, {"optional": True}
    schema = {"properties": {"Report-ID": text, "MY-Name": text, "Absent": {**text, **is_optional},
                             "Attachment": {**text, **is_optional}, "Schema-URL": text}}
    (tmp_path / "own_1.json").write_text(json.dumps(schema))
    site.config["xarf_schemacache"] = str(tmp_path)
    report('"schema_url": "https://a.example/own_1.json", "my_name": "0x1f", "source_port": 1,')
    put()
    result = site.run("--all")
    assert result.returncode == 0, result.stderr
    values = read_x_arf(smtpd.mails[0].raw).values
    assert list(values) == ["Report-ID", "MY-Name", "Attachment", "Schema-URL"] and values["MY-Name"] == "0x1f"


@pytest.mark.parametrize("more, cached, told", [
    ('"schema_url": "https://a.example/none.json",', None, ["https://a.example/none.json", "'none.json'", "xarf_schemacache"]),
    ('"schema_url": "https://a.example/none.json",', {}, ["https://a.example/none.json", "'none.json'", "CACHE"]),
    ('"schema_url": "https://a.example/page.json",', {"page.json": "<html>404</html>"}, ["CACHE/page.json", "is no schema"]),
    ('"schema_url": None,', None, ["schema_url must be a text, but is None"]),
    ('"source": None,', None, ["the report's 'Source' is required, but missing"]),
    ('"source_port": "4711",', None, ["the report's 'Source-Port' must be an integer, but is the text '4711'"]),
    ('"tlp": "pink",', None, ["the report's 'TLP' must be one of white, green, amber, red, but is 'pink'"]),
    ('"source": ["a"],', None, ["source must be a text, an integer or None, but is ['a']"]),
    ('"destination": "192.0.2.1",', None, ["the report's 'Destination-Type' is missing, which 'Destination' requires"]),
    ('"evidence": 1,', None, ["evidence must be text or bytes, but is int"]),
    ('"evidence": "x", "attachment": "text/plain\\r\\nX-A: b",', None, ["the report's 'Attachment' must be one of"]),
])
def test_what_cannot_be_a_report_fails_its_group(site, smtpd, database, put, report, tmp_path, more, cached, told):
    if cached is not None:
        cache = tmp_path / "cache"
        cache.mkdir()
        for name, text in cached.items():
            (cache / name).write_text(text)
        site.config["xarf_schemacache"] = str(cache)
        told = [part.replace("CACHE", str(cache)) for part in told]
    report(more)
    put(n_events=2)
    result = site.run("--all")
    assert result.returncode == 3
    for part in told:
        assert part in result.errors[0]
    assert smtpd.mails == []
    assert database.query("SELECT count(*) FROM directives WHERE sent_id IS NULL") == [(2,)]


def test_not_signed_although_the_site_signs(site, smtpd, put, report):
    report()
    put()
    with Home() as home:
        site.config["openpgp"] = {"gnupg_home": str(home.path), "always_sign": True, "signing_key": home.fingerprint}
        assert site.run("--all").returncode == 0
    assert read_x_arf(smtpd.mails[0].raw).values["Category"] == "abuse"


@pytest.mark.parametrize("before", [
    "context.config = {**context.config, 'sender': 'Other <other@cert.example>'}",
    "mails = context.mail_format_as_xarf(Bots())\n    assert all(mail.email['X-XARF'] == 'PLAIN' for mail in mails)\n"
    "    for mail in mails: mail.email['X-Own'] = 'x'\n    return mails",
    "assert [mail.ticket for mail in context.mail_format_as_xarf(Bots())][1]",
    "load = context.load_events\n    context.load_events = lambda columns=None: load(columns)",
    "assert [m.directive.event_ids for m in context.mail_format_as_xarf(Bots())] == [[i] for i in context.directive.event_ids]",
])
def test_what_scripts_do_beside(site, smtpd, put, report, before):
    report(before=before)
    put(n_events=2)
    with Home() as home:
        site.config["openpgp"] = {"gnupg_home": str(home.path), "always_sign": True, "signing_key": home.fingerprint}
        result = site.run("--all")
    assert result.returncode == 0, result.stderr
    assert len(smtpd.mails) == 2
    for mail in smtpd.mails:
        values = read_x_arf(mail.raw).values
        assert values["Reported-From"] == ("other" if "other" in before else "noreply") + "@cert.example"
        assert ("X-Own" in read(mail.raw)) == ("X-Own" in before)


def test_preview(site, smtpd, put, report):
    report('"evidence": "a,b\\n1,2\\n",')
    put(n_events=3)
    told = json.loads(site.run("preview", "--json").stdout)
    assert [mail["n_events"] for mail in told["mails"]] == [1, 1, 1] and told["n_failed"] == 0
    shown = site.run("preview", "--show", "2")
    assert shown.returncode == 0 and "Report-Type: bot-infection" in shown.stdout
    assert smtpd.mails == []

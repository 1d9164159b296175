# SPDX-License-Identifier: AGPL-3.0-or-later
"""Formats that make reports for machines: what their receivers get, and what becomes of the group."""

import json

import pytest

from support.gnupg import Home
from support.postgres import INSERTER, directive, insert_event
from support.reports import read as read_any, read_x_arf, read_xarf

REPORTER = {"org": "CERT Exämple", "contact": "cert@cert.example", "domain": "cert.example"}
FORMAT = """\
formats:
  - name: reports
    match: {}
    report: %s
    columns: [source.ip, source.port]
    subject: "XARF report ${report_type} from ${source_identifier} [${ticket_number}]"
    body: |
      ${report_category}/${report_type} ${source_identifier} ${report_time} ${ticket_number}
      ${n_events} ${data_form} ${attachment_name}
%s
"""
NEXT = """\
  - name: table
    match: {}
    columns: [source.ip]
    subject: "Table ${ticket_number}"
    body: ${events_as_csv}
"""


@pytest.fixture
def reports(site):
    """reports(kind, more, then): the one format, with further keys and lines after it."""
    for path in site.formats.iterdir():
        path.unlink()
    site.config["xarf"] = REPORTER

    def reports(kind="xarf-4", more="", then=""):
        site.write_format("10-reports.yaml", FORMAT % (kind, "".join(f"    {line}\n" for line in more.splitlines()) + then))

    return reports


def sources(database):
    """Ticket → the address of the event that its directive is about."""
    rows = database.query("SELECT s.intelmq_ticket, host(e.\"source.ip\") FROM directives d"
                          " JOIN sent s ON s.id = d.sent_id JOIN events e ON e.id = d.events_id")
    assert len(dict(rows)) == len(rows)
    return dict(rows)


@pytest.mark.parametrize("kind, read, report_type, kind_of_mail", [
    ("xarf-4", read_xarf, "botnet", "infrastructure/botnet"),
    ("x-arf-0.2", read_x_arf, "bot-infection", "abuse/bot-infection"),
])
def test_one_mail_an_event(site, smtpd, database, put, reports, kind, read, report_type, kind_of_mail):
    reports(kind)
    put(n_events=40, fields={"classification.type": "infected-system", "source.port": 443})
    result = site.run("--all")
    assert result.returncode == 0, result.stderr
    assert result.log[-1].message == "40 mails sent, 0 postponed, 0 errors."
    by_ticket = sources(database)
    assert len(by_ticket) == 40
    seen = set()
    for mail in smtpd.mails:
        found = read(mail.raw)
        source = found.values.get("source_identifier") or found.values["Source"]
        first, second = found.text.splitlines()[:2]
        name, source_there, time, ticket = first.split()
        assert (name, source_there, time) == (kind_of_mail, source, "2026-11-20T03:04:05Z")
        assert second == "1 attachment " + ("xarf.json" if kind == "xarf-4" else "report.txt")
        assert by_ticket[ticket] == source
        assert found.message["Subject"] == f"XARF report {report_type} from {source} [{ticket}]"
        assert found.evidence == f'"source.ip","source.port"\r\n"{source}","443"\r\n'.encode()
        seen.add(ticket)
    assert seen == set(by_ticket) and len({read_any(mail.raw)["Message-Id"] for mail in smtpd.mails}) == 40
    assert database.query("SELECT count(*) FROM delivery_intents") == [(0,)]


def test_who_reports(site, smtpd, put, reports):
    reports()
    put(fields={"classification.type": "scanner", "source.port": 443})
    assert site.run("--all").returncode == 0
    values = read_xarf(smtpd.mails[0].raw).values
    assert values["reporter"] == values["sender"] == REPORTER


def test_all_directives_of_an_event(site, smtpd, database, reports):
    reports()
    connection = database.connect(INSERTER)
    with connection:
        for number in (1, 2):
            insert_event(connection, [directive(), directive()], **{
                "source.ip": f"192.0.2.{number}", "classification.type": "tor", "time.source": "2026-11-20 03:04:05+00"})
    connection.close()
    assert site.run("--all").returncode == 0
    assert len(smtpd.mails) == 2
    assert database.query("SELECT count(DISTINCT sent_id), count(*) FROM directives GROUP BY events_id") == [(1, 2)] * 2


def test_a_refused_one_stays_pending(site, smtpd, database, put, reports):
    reports()
    put(n_events=30, fields={"classification.type": "tor"})
    smtpd.script(dot=lambda session, mail: "554 5.7.1 no" if b"192.0.2.7 " in mail.raw else None)
    result = site.run("--all")
    assert result.returncode == 3
    assert result.log[-1].message == "29 mails sent, 0 postponed, 1 errors."
    assert database.query("SELECT host(\"source.ip\") FROM directives d JOIN events e ON e.id = d.events_id"
                          " WHERE sent_id IS NULL") == [("192.0.2.7",)]
    smtpd.script(dot=None)
    assert site.run("--all").returncode == 0
    assert len(sources(database)) == 30


def mixed(put):
    """Of 12 events the even ones cannot be reports."""
    return [put(fields={"classification.type": "test" if number % 2 == 0 else "tor", "source.ip": f"192.0.2.{number}"})[0]
            for number in range(12)]


def test_what_cannot_be_a_report_goes_to_the_next_format(site, smtpd, database, put, reports):
    reports(more="when_not_expressible: pass", then=NEXT)
    ids = mixed(put)
    result = site.run("--all")
    assert result.returncode == 0, result.stderr
    assert len(smtpd.mails) == 7
    [table] = [mail for mail in smtpd.mails if read_any(mail.raw)["Subject"].startswith("Table")]
    assert read_any(table.raw).get_content().split() == ['"source.ip"'] + [f'"192.0.2.{number}"' for number in range(0, 12, 2)]
    assert {read_xarf(mail.raw).values["source_identifier"] for mail in smtpd.mails if mail is not table} == {
        f"192.0.2.{number}" for number in range(1, 12, 2)}
    rows = dict(database.query("SELECT events_id, sent_id FROM directives"))
    assert len({rows[event] for event in ids[::2]}) == 1 and len({rows[event] for event in ids}) == 7


@pytest.mark.parametrize("then, n_mails, returncode, n_left", [(NEXT, 1, 0, 0), ("", 0, 3, 3)])
def test_none_can_be_a_report(site, smtpd, database, put, reports, then, n_mails, returncode, n_left):
    reports(more="when_not_expressible: pass", then=then)
    put(n_events=3, fields={"classification.type": "test"})
    assert site.run("--all").returncode == returncode
    assert len(smtpd.mails) == n_mails
    assert database.query("SELECT count(*) FROM directives WHERE sent_id IS NULL") == [(n_left,)]


def test_one_event_that_cannot_be_a_report(site, smtpd, database, put, reports):
    """In a lot with others that can."""
    reports(more="when_not_expressible: pass", then=NEXT)
    for number in range(20):
        put(f"abuse@{number}.example", fields={"classification.type": "test" if number % 3 == 0 else "tor"})
    result = site.run("--all")
    assert result.returncode == 0, result.stderr
    assert len([mail for mail in smtpd.mails if read_any(mail.raw)["Subject"].startswith("Table")]) == 7
    assert len(smtpd.mails) == 20


@pytest.mark.parametrize("more", ["", "when_not_expressible: fail"])
def test_all_stay_where_one_cannot_be_a_report(site, smtpd, database, put, reports, more):
    reports(more=more, then=NEXT)
    ids = mixed(put)
    put("abuse@other.example", fields={"classification.type": "tor"})
    result = site.run("--all")
    assert result.returncode == 3
    assert f"format 'reports': event {ids[0]} cannot be expressed as a report: no kind of report is for it" in result.errors[0]
    assert [mail.envelope_tos for mail in smtpd.mails] == [["abuse@other.example"]]
    assert database.query("SELECT count(*) FROM directives WHERE sent_id IS NULL") == [(12,)]


def test_copies(site, smtpd, database, put, reports):
    reports(more="copies: [envelope_to: archive@cert.example]")
    put(n_events=3, fields={"classification.type": "tor"})
    assert site.run("--all").returncode == 0
    tickets = {}
    for mail in smtpd.mails:
        tickets.setdefault(read_any(mail.raw)["Subject"][-19:-1], []).append((tuple(mail.envelope_tos), read_xarf(mail.raw).values))
    assert len(tickets) == 3
    for mails in tickets.values():
        assert {recipients for recipients, _ in mails} == {("abuse@isp.example",), ("archive@cert.example",)}
        assert mails[0][1] == mails[1][1]


@pytest.mark.parametrize("kind, signed, form", [
    ("xarf-4", False, None), ("xarf-4", True, None), ("x-arf-0.2", False, "PLAIN"), ("x-arf-0.2", True, "SECURE")])
def test_signed_only_where_the_format_says_so(site, smtpd, put, reports, kind, signed, form):
    reports(kind, f"signed: {str(signed).lower()}")
    put(n_events=2, fields={"classification.type": "malware"})
    with Home() as home:
        site.config["openpgp"] = {"gnupg_home": str(home.path), "always_sign": True, "signing_key": home.fingerprint}
        result = site.run("--all")
        assert result.returncode == 0, result.stderr
        for mail in smtpd.mails:
            if signed:
                verification = home.verify(mail.raw)
                assert verification.good and verification.n_signatures == 1, verification.report
            if form is not None:
                assert read_x_arf(mail.raw, form).values["Category"] == "abuse"
            elif not signed:
                read_xarf(mail.raw)
            else:
                assert b"multipart/report; report-type=feedback-report" in mail.raw


@pytest.mark.parametrize("config, kind, more, told", [
    ({"xarf": None}, "xarf-4", "", "the configuration has no 'xarf.org'"),
    ({"xarf": {**REPORTER, "domain": None}}, "xarf-4", "", "the configuration has no 'xarf.domain'"),
    ({"xarf": {**REPORTER, "org": "x" * 201}}, "xarf-4", "", "'xarf.org' of the configuration is"),
    ({"xarf_reportdomain": "a b"}, "x-arf-0.2", "", "'xarf_reportdomain' of the configuration is 'a b'"),
    ({}, "x-arf-0.2", "fields: {kinds: [{fields: {schema_url: {text: 'http://a.example/b.json'}}}]}",
     "there is no schema 'http://a.example/b.json'"),
    ({}, "xarf-4", "fields: {kinds: [{fields: {category: {text: a}, type: {text: b}}}]}",
     "10-reports.yaml:10:31: the program knows no kind of report 'a/b'"),
    ({}, "xarf-4", "fields: own.yaml", "own.yaml:1:1: unknown key 'a' in a mapping to reports"),
    ({}, "xarf-3", "", "'report' must be xarf-4 or x-arf-0.2, but is 'xarf-3'"),
    ({}, "xarf-4", "signed: true", "format 'reports' cannot make reports: it says 'signed: true', but 'openpgp.always_sign'"),
])
def test_mistakes_are_found_before_anything_is_claimed(site, smtpd, database, put, reports, config, kind, more, told):
    reports(kind, more)
    (site.formats / "own.yaml").write_text("a: b\n")
    site.config.update(config)
    put(fields={"classification.type": "tor"})
    result = site.run("--all")
    assert result.returncode == 2
    assert told in result.stderr
    assert smtpd.mails == []
    found = json.loads(site.run("check", "--json").stdout)
    assert any(told in one["message"] for one in found["findings"])
    assert site.run("preview").returncode == 2


def test_a_mapping_beside_the_format(site, smtpd, put, reports):
    reports(more="fields: own.yaml")
    (site.formats / "own.yaml").write_text("""\
fields:
  timestamp: {field: time.source, as: rfc3339}
  source_identifier: {first: [source.ip, source.fqdn]}
kinds:
  - when: {classification.type: [te*]}
    fields: {category: {text: reputation}, type: {text: blocklist}, threat_type: {text: "seen by ${feed.name}"}}
""")
    put(fields={"classification.type": "test", "feed.name": "Feed"})
    assert site.run("--all").returncode == 0
    values = read_xarf(smtpd.mails[0].raw).values
    assert (values["type"], values["threat_type"]) == ("blocklist", "seen by Feed")


@pytest.mark.parametrize("kind, shown", [
    ("xarf-4", ['  "type": "open_service",', '  "source_identifier": "192.0.2.1",', 'Feedback-Type: xarf', "xarf.json (application/json"]),
    ("x-arf-0.2", ["Report-Type: bot-infection", "report.txt (text/plain"]),
])
def test_preview_shows_reports_readably(site, smtpd, put, reports, tmp_path, kind, shown):
    reports(kind)
    put(n_events=3, fields={"classification.type": "tor" if kind == "xarf-4" else "malware", "source.port": 443})
    page = tmp_path / "page.html"
    result = site.run("preview", "--show", "1", "--html", str(page))
    assert result.returncode == 0, result.stderr
    for text in shown:
        assert text in result.stdout
    assert "source.ip  source.port" in result.stdout or '"source.ip","source.port"' in result.stdout
    told = json.loads(site.run("preview", "--json").stdout)
    assert [mail["n_events"] for mail in told["mails"]] == [1, 1, 1]
    assert told["n_mails"] == 3 and told["n_failed"] == 0
    assert json.dumps(shown[0])[1:-1] in page.read_text().replace("\\u003c", "<")
    assert smtpd.mails == []


@pytest.mark.parametrize("kind", ["xarf-4", "x-arf-0.2"])
@pytest.mark.parametrize("body, state", [("${report_id} ${report_time}", "ok"), ("${report_kind}", "failed")])
def test_check_tries_the_text(site, put, reports, kind, body, state):
    reports(kind)
    path = site.formats / "10-reports.yaml"
    path.write_text(path.read_text().replace("${report_category}", body))
    put(n_events=2, fields={"classification.type": "malware"})
    found = json.loads(site.run("check", "--json").stdout)["findings"]
    told = [one for one in found if one["subject"] == "templates"]
    assert [one["state"] for one in told] == [state], told
    assert state == "ok" or "report_kind" in told[0]["message"]


def test_preview_tells_what_cannot_be_a_report(site, put, reports):
    reports()
    put(n_events=2, fields={"classification.type": "test"})
    told = json.loads(site.run("preview", "--json").stdout)
    [failed] = told["failed"]
    assert "cannot be expressed as a report" in failed["error"]


@pytest.mark.parametrize("keys, returncode", [
    ({"max_mails_per_run": 3}, 0), ({"max_mails_per_run": 2}, 1), ({"max_mails_per_recipient": 2}, 1), ({"max_events_per_mail": 1}, 0)])
def test_limits_count_each_report(site, smtpd, put, reports, keys, returncode):
    reports()
    site.config["safety"] = keys
    put(n_events=3, fields={"classification.type": "tor"})
    assert site.run("--all").returncode == returncode
    assert len(smtpd.mails) == (3 if returncode == 0 else 0)


def test_formats_before_are_asked_once(site, smtpd, put, reports, tmp_path):
    """For the group; and for what is left of it to the formats after this one."""
    reports(more="when_not_expressible: pass", then=NEXT)
    asked = tmp_path / "asked"
    site.write_format("05-script.py", f"def create_notifications(context):\n    open({str(asked)!r}, 'a').write('x')\n")
    mixed(put)
    assert site.run("--all").returncode == 0
    assert len(smtpd.mails) == 7
    assert asked.read_text() == "xx"

# SPDX-License-Identifier: AGPL-3.0-or-later
"""Events of each of IntelMQ's classification types, with and without port, URL and address, full of hostile text,
through the program: which become reports, and that all that go out are valid."""

import itertools

import pytest

from support.postgres import INSERTER, directive, insert_event
from support.reports import read, read_x_arf, read_xarf

BOTNET, SERVER, OPEN = "infrastructure/botnet", "infrastructure/compromised_server", "vulnerability/open_service"
# Type → the kind of report, that without a port, that without a URL.
KINDS = {
    "infected-system malware malware-configuration": (BOTNET, BOTNET, BOTNET),
    "system-compromise application-compromise privileged-account-compromise unprivileged-account-compromise burglary"
    " unauthorised-information-modification": (SERVER, SERVER, SERVER),
    "vulnerable-system ddos-amplifier potentially-unwanted-accessible proxy tor": (OPEN, OPEN, OPEN),
    "weak-crypto information-disclosure misconfiguration": ("vulnerability/misconfiguration",) * 3,
    "brute-force": ("connection/login_attack", SERVER, "connection/login_attack"),
    "scanner sniffing": ("connection/port_scan", "connection/vulnerability_scan", "connection/port_scan"),
    "exploit ids-alert": ("connection/vulnerability_scan",) * 3,
    "ddos dos": ("connection/ddos", None, "connection/ddos"),
    "phishing masquerade social-engineering": ("content/phishing", "content/phishing", None),
    "malware-distribution": ("content/malware", "content/malware", None),
    "c2-server": ("content/remote_compromise", "content/remote_compromise", SERVER),
    "spam": ("messaging/spam",) * 3,
    "blacklist": ("reputation/blocklist",) * 3,
    "dga-domain": ("reputation/threat_intelligence",) * 3,
    "data-leak data-loss unauthorised-information-access": ("content/exposed_data", "content/exposed_data", None),
    "copyright": ("copyright/copyright", "copyright/copyright", None),
    "test other undetermined outage sabotage harmful-speech violence unauthorized-use-of-resources": (None,) * 3,
}
TYPES = [(name, kinds) for names, kinds in KINDS.items() for name in names.split()]
SOURCES = [{"source.ip": "192.0.2.1"}, {"source.ip": "2001:db8::1"}, {"source.fqdn": "a.example"}]
HOSTILE = ["", "a\r\nBcc: b@b.example", '"}],{"', "\\u0000\\", "</script><b>&", "\x01\x1b[2J\x7f\x85\u2028\u202e", "ä\U0001f600\uffff",
           "x" * 5000, "= ${source.ip} $$ %s %n", "yes", "null", "0x1f", "1e3", "12:30:45", "2026-11-20", "~", "- a", "a: b #c",
           "\tx ", "!!python/object:x", "&a *b", "CVE-", "From x"]
TEXTS = {"event_description.text": None, **dict.fromkeys(
    ["classification.identifier", "malware.name", "feed.name", "protocol.application"], 100)}


def events():
    """(fields, the kind of report that it becomes, None for none)."""
    texts = itertools.cycle(HOSTILE)
    for (name, kinds), port, url, source in itertools.product(TYPES, (443, None), ("http://a.example/ä b\"<>|", None), SOURCES):
        fields = {**source, "classification.type": name, "time.source": "2026-11-20 03:04:05.5+00", "source.asn": 64496,
                  "source.port": port, "source.url": url, **{field: next(texts)[:limit] for field, limit in TEXTS.items()}}
        with_all, no_port, no_url = kinds
        kind = with_all if port and url else no_url if port else no_port if url else _worse(kinds)
        yield {name: value for name, value in fields.items() if value is not None}, kind


def _worse(kinds):
    """With neither."""
    with_all, no_port, no_url = kinds
    return no_port if no_port != with_all else no_url


@pytest.fixture
def filled(site, database):
    """(description of each event by its id, the kinds by id)."""
    for path in site.formats.iterdir():
        path.unlink()
    site.config["xarf"] = {"org": "CERT", "contact": "cert@cert.example", "domain": "cert.example"}
    found = {}
    connection = database.connect(INSERTER)
    with connection:
        for fields, kind in events():
            found[insert_event(connection, [directive()], **fields)] = fields, kind
    connection.close()
    return found


FORMAT = """\
formats:
  - match: {}
    report: %s
    columns: [id, event_description.text, malware.name, source.url]
    when_not_expressible: pass
    subject: "${report_type} ${ticket_number}"
    body: "${source_identifier}"
  - match: {}
    columns: [id, source.port]
    subject: "Table ${ticket_number}"
    body: ${events_as_csv}
"""


def id_of(evidence):
    return int(evidence.decode().split("\r\n")[1].split('"')[1])


def run(site, smtpd, kind):
    site.write_format("10-reports.yaml", FORMAT % kind)
    result = site.run("--all")
    assert result.returncode == 0, result.stderr
    [table] = [mail for mail in smtpd.mails if read(mail.raw)["Subject"].startswith("Table")]
    left = {int(line.split('"')[1]) for line in read(table.raw).get_content().splitlines()[1:] if line}
    return [mail for mail in smtpd.mails if mail is not table], left


def test_xarf(site, smtpd, database, filled):
    mails, left = run(site, smtpd, "xarf-4")
    assert left == {event for event, (_, kind) in filled.items() if kind is None}
    assert len(mails) == len(filled) - len(left)
    for mail in mails:
        report = read_xarf(mail.raw)
        fields, kind = filled[id_of(report.evidence)]
        values = report.values
        assert f"{values['category']}/{values['type']}" == kind, fields
        assert values["source_identifier"] == fields.get("source.ip", fields.get("source.fqdn"))
        assert values["timestamp"] == "2026-11-20T03:04:05.500000Z"
        if values["type"] in ("port_scan", "login_attack", "ddos"):
            assert values["source_port"] == 443
        assert report.message["To"] == "abuse@isp.example" and "Bcc" not in report.message
    assert database.query("SELECT count(DISTINCT sent_id), count(*) FROM directives WHERE sent_id IS NOT NULL") == [
        (len(mails) + 1, len(filled))]


def test_x_arf(site, smtpd, database, filled):
    """The shipped mapping makes bots of three types; these events have no port that was attacked."""
    mails, left = run(site, smtpd, "x-arf-0.2")
    bots = {event for event, (fields, _) in filled.items() if "source.ip" in fields
            and fields["classification.type"] in ("infected-system", "malware", "malware-configuration")}
    assert left == set(filled) - bots
    for mail in mails:
        report = read_x_arf(mail.raw)
        fields, _ = filled[id_of(report.evidence)]
        assert report.values["Source"] == fields["source.ip"] and report.values["Report-Type"] == "bot-infection"
        assert report.values["Bot-Name"] == (fields.get("malware.name") or fields.get("classification.identifier")
                                             or fields["classification.type"])
    assert len(mails) == len(bots)


@pytest.mark.parametrize("name, fields, extra, kind, values", [
    ("vulnerable-system", {"source.port": 443, "classification.identifier": "see cve-2026-12345."}, {},
     "vulnerability/cve", {"cve_id": "CVE-2026-12345", "service_port": 443}),
    ("vulnerable-system", {"source.port": 443}, {"a": ["CVE-2026-1234"]}, "vulnerability/cve", {"cve_id": "CVE-2026-1234"}),
    ("vulnerable-system", {}, {"a": "CVE-2026-1234"}, OPEN, {"service": "unknown"}),
    ("spam", {"source.port": 25}, {"smtp_from": "a@b.example"}, "messaging/spam", {"protocol": "smtp", "smtp_from": "a@b.example"}),
    ("spam", {}, {"smtp_from": "a@b.example"}, "messaging/spam", {"protocol": "other"}),
    ("malware-distribution", {"source.url": "http://a.example/", "malware.hash.md5": "0" * 32, "malware.hash.sha1": "x"}, {},
     "content/malware", {"file_hashes": {"md5": "0" * 32}}),
    ("infected-system", {"feed.name": "Feed", "malware.name": "conficker", "destination.fqdn": "c2.example"}, {}, BOTNET,
     {"compromise_evidence": "reported as conficker by Feed", "malware_family": "conficker", "c2_server": "c2.example"}),
])
def test_what_a_kind_has_besides(site, smtpd, database, name, fields, extra, kind, values):
    site.config["xarf"] = {"org": "CERT", "contact": "cert@cert.example", "domain": "cert.example"}
    connection = database.connect(INSERTER)
    with connection:
        insert_event(connection, [directive()], extra, **{"source.ip": "192.0.2.1", "classification.type": name,
                                                          "time.source": "2026-11-20 03:04:05+00", **fields})
    connection.close()
    site.write_format("10-reports.yaml", FORMAT % "xarf-4")
    assert site.run("--all").returncode == 0
    found = read_xarf(smtpd.mails[0].raw).values
    assert f"{found['category']}/{found['type']}" == kind
    assert {key: found[key] for key in values} == values


@pytest.mark.parametrize("fields, values", [
    ({"protocol.application": "ssh"}, {"Service": "ssh", "Port": 22}),
    ({"classification.identifier": "0x1f", "destination.ip": "2001:db8::2"},
     {"Service": "0x1f", "Port": 22, "Destination": "2001:db8::2", "Destination-Type": "ip-address"}),
    ({"source.ip": "2001:db8::1", "source.port": 4711}, {"Service": "unknown", "Port": 22}),
    ({"destination.port": None, "source.port": 4711}, None),
])
def test_login_attacks(site, smtpd, database, fields, values):
    """In X-ARF 0.2, which wants the port that was attacked."""
    fields = {"source.ip": "192.0.2.1", "classification.type": "brute-force", "destination.port": 22,
              "time.source": "2026-11-20 03:04:05+00", **fields}
    connection = database.connect(INSERTER)
    with connection:
        insert_event(connection, [directive()], **{name: value for name, value in fields.items() if value is not None})
    connection.close()
    site.write_format("10-reports.yaml", FORMAT % "x-arf-0.2")
    assert site.run("--all").returncode == 0
    [mail] = smtpd.mails
    if values is None:
        assert read(mail.raw)["Subject"].startswith("Table")
        return
    found = read_x_arf(mail.raw).values
    ticket, = database.query("SELECT intelmq_ticket FROM sent")
    assert found.pop("User-Agent")
    assert found == {
        "Reported-From": "noreply@cert.example", "Report-ID": f"{ticket[0]}@cert.example", "Category": "abuse",
        "Report-Type": "login-attack", "Date": "2026-11-20T03:04:05Z", "Source": fields["source.ip"],
        "Source-Type": "ip-address", "Attachment": "text/plain",
        "Schema-URL": "http://www.x-arf.org/schema/abuse_login-attack_0.1.2.json", **values}

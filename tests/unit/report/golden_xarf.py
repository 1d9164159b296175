#!/usr/bin/python3
# SPDX-License-Identifier: AGPL-3.0-or-later
"""golden_xarf.py PROGRAM: the reports that the shipped mapping makes of events of each of IntelMQ's 44 classification
types, whatever they have or lack. Where INTELMQCBMAIL_XARF_SCHEMAS names the directory with XARF's own schemas
(xarf-v4-master.json), each report is held to them too."""

import base64
import hashlib
import itertools
import json
import os
import pathlib
import re
import subprocess
import sys
import uuid

PROGRAM = sys.argv[1]

CLEAN = "infrastructure/botnet"
SERVER = "infrastructure/compromised_server"
OPEN = "vulnerability/open_service"
NONE = None

# Classification type: the kind of report with a port and a URL, without port, without URL.
KINDS = {}


def kinds(names, with_all, no_port="same", no_url="same"):
    for name in names.split():
        KINDS[name] = (with_all, with_all if no_port == "same" else no_port, with_all if no_url == "same" else no_url)


kinds("infected-system malware malware-configuration", CLEAN)
kinds("system-compromise application-compromise privileged-account-compromise unprivileged-account-compromise burglary", SERVER)
kinds("unauthorised-information-modification", SERVER)
kinds("vulnerable-system ddos-amplifier potentially-unwanted-accessible proxy tor", OPEN)
kinds("weak-crypto information-disclosure misconfiguration", "vulnerability/misconfiguration")
kinds("brute-force", "connection/login_attack", no_port=SERVER)
kinds("scanner sniffing", "connection/port_scan", no_port="connection/vulnerability_scan")
kinds("exploit ids-alert", "connection/vulnerability_scan")
kinds("ddos dos", "connection/ddos", no_port=NONE)
kinds("phishing masquerade social-engineering", "content/phishing", no_url=NONE)
kinds("malware-distribution", "content/malware", no_url=NONE)
kinds("c2-server", "content/remote_compromise", no_url=SERVER)
kinds("spam", "messaging/spam")
kinds("blacklist", "reputation/blocklist")
kinds("dga-domain", "reputation/threat_intelligence")
kinds("data-leak data-loss unauthorised-information-access", "content/exposed_data", no_url=NONE)
kinds("copyright", "copyright/copyright", no_url=NONE)
kinds("test other undetermined outage sabotage harmful-speech violence unauthorized-use-of-resources", NONE)
assert len(KINDS) == 44

TYPES = {"source.port": "integer", "destination.port": "integer", "feed.accuracy": "real", "time.source": "time",
         "time.observation": "time", "source.ip": "inet", "destination.ip": "inet", "extra": "json", "extra.smtp_from": "json"}
SOURCES = ({"source.ip": "192.0.2.1", "source.fqdn": "a.example"}, {"source.ip": "2001:db8::1"}, {"source.fqdn": "a.example"}, {})
HOSTILE = ["", " ", "a\r\nBcc: b@b.example", "\"}],{\"", "\\u0000\\", "</script><b>&", "\x01\x1b[2J\x7f\x85\u2028\u202e", "ä\U0001f600\uffff",
           "x" * 5000, "ü" * 3000, "= ${source.ip} $$ %s %n", "null", "-1", "1e999", "CVE-", "_internal"]
TEXT_FIELDS = ["event_description.text", "classification.identifier", "malware.name", "feed.name", "protocol.application",
               "protocol.transport", "destination.fqdn", "malware.hash.md5", "malware.hash.sha256"]


def make(events):
    pieces = b"".join(b"".join(f"{name}\0{TYPES.get(name, 'text')}\0{cell}\0".encode() for name, cell in event.items()) + b"\0"
                      for event in events)
    output = subprocess.run([PROGRAM], input=pieces, stdout=subprocess.PIPE, check=True).stdout.decode()
    lines = output.split("\n")
    assert lines.pop() == "" and len(lines) == len(events)
    return lines


def validator():
    directory = os.environ.get("INTELMQCBMAIL_XARF_SCHEMAS")
    if not directory:
        return None
    import jsonschema

    root = pathlib.Path(directory)
    store = {}
    for path in root.glob("**/*.json"):
        schema = json.loads(path.read_text())
        store[path.resolve().as_uri()] = schema
        schema.pop("$id", None)
    master = (root / "xarf-v4-master.json").resolve().as_uri()
    resolver = jsonschema.RefResolver(master, store[master], store=store)
    return jsonschema.Draft202012Validator(store[master], resolver=resolver, format_checker=jsonschema.FormatChecker())


VALIDATOR = validator()
TAG = re.compile(r"[a-z0-9][a-z0-9_+-]*:[a-z0-9][a-z0-9_+-]*")


def judge(event, line, expected):
    if expected is NONE:
        assert line.startswith("!event 17 cannot be expressed as a report: "), (event, line)
        return
    assert line.startswith("{"), (event, line, expected)
    report = json.loads(line)
    assert f"{report['category']}/{report['type']}" == expected, (event, line, expected)
    assert report["source_identifier"] == (event.get("source.ip") or event["source.fqdn"])
    assert report["timestamp"] == "2026-11-20T03:04:05.500000Z" and report["xarf_version"] == "4.2.0"
    assert uuid.UUID(report["report_id"]) and "_internal" not in report
    [evidence] = report["evidence"]
    payload = base64.b64decode(evidence["payload"])
    assert payload == b'"a"\r\n"1"\r\n' and evidence["size"] == len(payload)
    assert evidence["hash"] == "sha256:" + hashlib.sha256(payload).hexdigest()
    assert len(report.get("description", "")) <= 1000 and "" not in report.values()
    assert all(TAG.fullmatch(tag) for tag in report.get("tags", []))
    if report["type"] in ("port_scan", "login_attack", "ddos"):
        assert report["source_port"] == int(event["source.port"])
    for key in ("source_port", "destination_port", "service_port"):
        assert 1 <= report.get(key, 1) <= 65535
    if VALIDATOR:
        errors = [error.message for error in VALIDATOR.iter_errors(report)]
        assert not errors, (event, line, errors)


def expected_kind(name, port, url, source):
    with_all, no_port, no_url = KINDS[name]
    if not source:
        return NONE
    if not port and no_port != with_all:
        return no_port
    return with_all if url else no_url


cases = []
base = {"time.source": "2026-11-20 03:04:05.5+00", "feed.name": "Feed", "feed.accuracy": "95.5"}
for name, port, url, source in itertools.product(KINDS, ("443", "", "0"), ("http://a.example/ä b\"<>|", "", "no URL at all"), SOURCES):
    event = dict(base, **source, **{"classification.type": name, "source.port": port, "source.url": url})
    event = {key: cell for key, cell in event.items() if cell}
    expected = expected_kind(name, port == "443", url.startswith("http"), source)
    cases.append((event, expected))
    if port == "443" and url.startswith("http") or not port and not url:
        cases += [(dict(event, **dict.fromkeys(TEXT_FIELDS, text)), expected) for text in HOSTILE]

# What a kind has besides.
full = dict(base, **SOURCES[0], **{"source.port": "25", "source.url": "http://a.example/"})
special = [
    (dict(full, **{"classification.type": "vulnerable-system", "classification.identifier": "see cve-2026-12345."}), "vulnerability/cve"),
    (dict(full, **{"classification.type": "vulnerable-system", "extra": '{"a": ["CVE-2026-1234"]}'}), "vulnerability/cve"),
    (dict(full, **{"classification.type": "vulnerable-system", "classification.identifier": "CVE-26-1"}), OPEN),
    (dict(full, **{"classification.type": "spam", "extra.smtp_from": '"a@b.example"'}), "messaging/spam"),
    (dict(full, **{"classification.type": "spam", "extra.smtp_from": '"no address"'}), "messaging/spam"),
    (dict(full, **{"classification.type": "malware-distribution", "malware.hash.md5": "0" * 32, "malware.hash.sha1": "xyz"}), "content/malware"),
    (dict(full, **{"classification.type": "scanner", "protocol.transport": "ipv6-icmp", "destination.ip": "2001:db8::2",
                   "destination.port": "99999"}), "connection/port_scan"),
]
cases += special
lines = make([event for event, _ in cases])
for (event, expected), line in zip(cases, lines):
    judge(event, line, expected)

reports = [json.loads(line) for line in lines[-len(special):]]
assert [report.get("cve_id") for report in reports[:3]] == ["CVE-2026-12345", "CVE-2026-1234", None]
assert reports[0]["service_port"] == 25 and reports[0]["confidence"] == 0.955
assert [report["protocol"] for report in reports[3:5]] == ["smtp", "other"] and reports[3]["smtp_from"] == "a@b.example"
assert reports[5]["file_hashes"] == {"md5": "0" * 32}
assert reports[6]["protocol"] == "icmp" and "destination_port" not in reports[6]
assert reports[6]["tags"] == ["classification:scanner"]
assert make([special[0][0]]) == [lines[-len(special)]], "not the same again"
print(f"reports: {len(cases)} as they should be" + ("" if VALIDATOR else "; XARF's own schemas are not there"))

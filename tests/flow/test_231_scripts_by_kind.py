# SPDX-License-Identifier: AGPL-3.0-or-later
"""Scripts that change what they were given, by kind (tests/scripts/kinds): each kind's mail field by field, its
envelope, and what is marked. All kinds go through one run; each has recipients of a domain of its own, by
which its mails are known."""

import csv
import email
import email.policy
import importlib.util
import io
import json
import pathlib
import re
import subprocess

import pytest

from support.gnupg import Home, split_signed
from support.postgres import INSERTER, directive, insert_event
from support.program import BUILD, PRELOADED, Site, parse_log, python_environment
from support.smtpd import Smtpd

KINDS = pathlib.Path(__file__).resolve().parents[1] / "scripts" / "kinds"
NAMES = sorted(path.stem for path in KINDS.glob("*.py"))

# Asks the script of the kind that the directive names.
DISPATCHER = """\
import glob, os
from intelmqmail.script import load_script

KINDS = {{os.path.splitext(os.path.basename(path))[0]: load_script(path, "create_notifications")
         for path in glob.glob({pattern!r})}}


def create_notifications(context):
    return KINDS[context.directive.notification_format](context)
"""
NEXT = """\
from intelmqmail.templates import Template

template = Template.from_strings("Next ${ticket_number}", "Dear next\\n${events_as_csv}")


def create_notifications(context):
    return context.mail_format_as_csv(template=template)
"""
TEMPLATES = {
    "open_snmp": "Report ${ticket_number}\n\nDear ${source.asn}\n${events_as_csv}\n",
    "other": "Other ${ticket_number}\n\nOther text\n",
    "names": "Names ${ticket_number}\n\n${a} ${b}\n",
    "names_in_subject": "Names ${a} ${b}\n\ntext\n",
    "own_csv": "Own ${ticket_number}\n\nDear ${source.asn}\n${csv}",
}


def table_of(name):
    """The expectations that stand beside the script."""
    source = (KINDS / f"{name}.py").read_text()
    names = {}
    for assignment in re.findall(r"^(?:MAILS|MARKED|ERRORS|TICKETS?|BY_SEND) = (?:.|\n)*?(?=\n\S|\Z)", source,
                                 re.MULTILINE):
        exec(assignment, names)
    return names


class Case:
    """What one run made of all kinds."""

    def __init__(self, mode, home):
        self.mode = mode
        self.home = home
        self.mails = {}  # kind → (message, envelope sender, envelope recipients, raw)
        self.marked = {}
        self.log = []
        self.ids = {}


def fill(database):
    """One group of three events, each with its directive, for each kind."""
    connection = database.connect(INSERTER)
    for name in NAMES:
        for number in range(3):
            with connection:
                insert_event(connection, [directive(recipient_address=f"abuse@{name}.example", notification_format=name)],
                             {"system_desc": "RouterOS"},
                             **{"source.asn": 64496, "source.ip": f"192.0.2.{number + 1}",
                                "time.source": "2026-11-20 03:04:05+00"})
    connection.close()


def make_site(directory, database, smtpd, home):
    site = Site(directory, database.settings(), smtpd.port)
    for name, text in TEMPLATES.items():
        site.write_template(name, text)
    further = site.directory / "further"
    further.mkdir()
    (further / "open_snmp").write_text("Elsewhere ${ticket_number}\n\nElsewhere ${source.asn}\n")
    site.write_format("10-kinds.py", DISPATCHER.format(pattern=str(KINDS / "*.py")))
    site.write_format("99-next.py", NEXT)
    site.config["further_templates"] = str(further)
    site.config["headers"] = {"Organization": "CERT Example"}
    if home is not None:
        site.config["openpgp"] = {"gnupg_home": str(home.path), "always_sign": True, "signing_key": home.fingerprint}
    return site


def run_in_library(site):
    code = ("import json, logging, sys; from intelmqmail import cb;"
            "logging.basicConfig(format='%(asctime)s %(name)s %(levelname)s - %(message)s');"
            "print(cb.start(json.load(open(sys.argv[1])), process_all=True))")
    done = subprocess.run(["/usr/bin/python3", "-c", code, site.write_config()], text=True, capture_output=True,
                          env={**site.environment, **python_environment()}, cwd=site.directory, timeout=300)
    assert done.returncode == 0, done.stderr
    return parse_log(done.stderr)


def take_mails(case, smtpd):
    for mail in smtpd.mails:
        message = email.message_from_bytes(mail.raw, policy=email.policy.default)
        tos = mail.envelope_tos
        if case.mode == "redirected":
            assert tos == ["me@cert.example"]
            tos = [str(message["X-Intelmqcbmail-Original-Recipients"])]
        kind = re.search(r"([a-z_]+)\.example(?:,|$)", tos[0])[1]
        case.mails.setdefault(kind, []).append((message, mail.envelope_from, tos, mail.raw))


def take_previews(case, directory):
    for path in sorted(directory.iterdir()):
        raw = path.read_bytes()
        message = email.message_from_bytes(raw, policy=email.policy.default)
        kind = re.search(r"([a-z_]+)\.example", str(message["To"]))
        case.mails.setdefault(kind and kind[1], []).append((message, None, None, raw))


@pytest.fixture(scope="module", params=["plain", "signed", "redirected", "library", "preview"])
def case(request, cluster, tmp_path_factory):
    mode = request.param
    if mode == "library" and PRELOADED is not None:
        pytest.skip("gpg's programs hang with the sanitizer's run-time before them")
    database = cluster.create_ready_database()
    home = Home() if mode in ("signed", "library") else None
    case = Case(mode, home)
    fill(database)
    with Smtpd() as smtpd:
        site = make_site(tmp_path_factory.mktemp(mode) / "site", database, smtpd, home)
        if mode == "redirected":
            site.config["safety"] = {"redirect_to": "me@cert.example"}
        if mode == "preview":
            result = site.run("preview", "--eml", str(site.directory / "eml"))
            take_previews(case, site.directory / "eml")
            case.log = result.log
        elif mode == "library":
            case.log = run_in_library(site)
        else:
            case.log = site.run("--all").log
        take_mails(case, smtpd)
    for name, event, ticket in database.query(
            "SELECT notification_format, row_number() OVER (PARTITION BY notification_format ORDER BY d.id) - 1,"
            " intelmq_ticket FROM directives d LEFT JOIN sent ON sent.id = sent_id ORDER BY d.id"):
        case.marked.setdefault(name, {})[event] = ticket
    assert database.query("SELECT count(*) FROM delivery_intents") == [(0,)]
    yield case
    cluster.drop_database(database)
    if home is not None:
        home.__exit__(None, None, None)


def leaves(message):
    return [part for part in message.walk() if not part.is_multipart()
            and part.get_content_type() != "application/pgp-signature"]


def unsigned(case, message, raw, expected):
    """The message without its signature, which is judged."""
    is_signed = case.home is not None and expected.get("signed", True)
    signed = [part for part in message.walk() if part.get_content_type() == "multipart/signed"]
    assert bool(signed) == bool(is_signed)
    if signed:
        inner = signed[0].as_bytes() if signed[0] is not message else raw
        if signed[0] is message:
            assert case.home.verify(raw).good
            content = split_signed(raw).content
            assert content.startswith(b"Content-Type: text/plain" if len(leaves(message)) == 1
                                      else b"Content-Type: multipart/mixed"), inner
        else:
            start = raw.index(b"Content-Type: multipart/signed", raw.index(b"\r\n\r\n"))
            end = raw.index(b"\r\n--" + message.get_boundary().encode(), start)
            assert case.home.verify(raw[start:end]).good


def text_of(part):
    return part.get_content().replace("\r\n", "\n")


def check_text(leaf, message, expected):
    text = text_of(leaf)
    ips = expected.get("ips", [1, 2, 3] if "text" not in expected else None)
    if "text" in expected:
        assert expected["text"] is None or text == expected["text"]
    if ips is not None:
        everything = "".join(text_of(part) for part in leaves(message) if part.get_content_maintype() == "text")
        assert re.findall(r"192\.0\.2\.(\d)", everything) == [str(ip) for ip in ips]
    if "text" not in expected and ips is not None and not str(expected.get("subject", "")).startswith("Next"):
        rows = list(csv.reader(io.StringIO(text.removeprefix("Dear 64496\n").rstrip("\n"))))
        assert text.startswith("Dear 64496\n") and rows[0][:2] == ["asn", "ip"]
        assert all(row[0] == "64496" and row[2] == "2026-11-20 03:04:05" for row in rows[1:])


def check_mail(case, name, mail, expected, ticket):
    message, envelope_from, envelope_tos, raw = mail

    def full(address):
        return address if "@" in address or ":" in address else f"{address}@{name}.example"

    to = full(expected.get("to", "abuse"))
    assert message["To"] == to
    assert message["From"] == expected.get("from", "CERT Example <noreply@cert.example>")
    assert message["Subject"] == expected.get("subject", "Report {ticket}").format(ticket=ticket)
    assert message["Message-Id"] and message["Date"] and message["MIME-Version"] == "1.0"
    for header, value in {"Auto-Submitted": "auto-generated", **expected.get("headers", {})}.items():
        assert message.get_all(header, []) == ([] if value is None else [value])
    names = [header.lower() for header in message.keys() if not header.startswith("X-")]
    assert len(names) == len(set(names)), names
    if case.mode in ("plain", "signed", "library"):
        assert sorted(envelope_tos) == sorted(full(address) for address in expected.get("envelope", [to]))
        assert envelope_from == expected.get("sender", "noreply@cert.example")
        unsigned(case, message, raw, expected)
    parts = leaves(message)
    if expected.get("parts", ["text/plain"]) is not None:
        assert [part.get_content_type() for part in parts] == expected.get("parts", ["text/plain"])
    check_text(parts[0], message, expected)
    body = raw.decode("ascii")
    texts = [part.get_payload() for part in parts if part.get_content_maintype() == "text"]
    assert all(len(line) <= 76 for text in texts for line in text.splitlines()) and body.endswith("\r\n")
    assert all(text in body for text in expected.get("wire", []))
    assert not any(text.lower() in body.lower() for text in expected.get("not_wire", []))


@pytest.mark.parametrize("name", NAMES)
def test_kind(case, name):
    table = table_of(name)
    expected = table["MAILS"]
    marked = table.get("MARKED", [0, 1, 2])
    errors = [line.message for line in case.log if line.level == "ERROR"
              and (f"kinds/{name}.py" in line.message or f"@{name}.example" in line.message)]
    if case.mode == "preview" and (table.get("BY_SEND") or not expected):
        return  # no mail that could be shown; why, the list tells
    for text in table.get("ERRORS", []):
        assert any(text in error for error in errors), errors
    assert errors == [] or table.get("ERRORS"), errors
    mails = case.mails.get(name, [])
    assert len(mails) == len(expected), [str(mail[0]["Subject"]) for mail in mails]
    tickets = case.marked[name]
    if case.mode == "preview":
        assert set(tickets.values()) == {None}
    else:
        assert sorted(event for event, ticket in tickets.items() if ticket is not None) == marked
        if table.get("TICKET"):
            assert set(tickets.values()) == {table["TICKET"]}
        assert len({ticket for ticket in tickets.values() if ticket}) == (table.get("TICKETS", 1) if marked else 0)
    mails.sort(key=lambda mail: [str(mail[0]["To"]) != f"abuse@{name}.example"])
    for mail, fields in zip(mails, expected):
        known = re.search(r"\d{8}-(\d|N){8}", str(mail[0]["Subject"]))
        ticket = known and known[0]
        if case.mode != "preview" and marked and len(expected) == 1:
            assert ticket in tickets.values()
        check_mail(case, name, mail, fields, ticket)

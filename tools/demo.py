#!/usr/bin/python3
# SPDX-License-Identifier: AGPL-3.0-or-later
"""`make demo`: the whole way of the data on this machine, in a temporary directory.

Starts a PostgreSQL and a mail sink of its own, puts events in as IntelMQ's output bot does, runs
intelmqcbmail, and shows what arrived and what the database says. The directory stays, to look around in.
"""

import email
import email.policy
import json
import os
import pathlib
import shutil
import signal
import subprocess
import sys
import tempfile

ROOT = pathlib.Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT / "tests"))

from support import gnupg  # noqa: E402
from support.postgres import INSERTER, Cluster, directive, insert_event  # noqa: E402

PROGRAM = ROOT / "build" / "intelmqcbmail"

# (events, source fields, extra, directive)
EVENTS = [
    ("192.0.2.17", 64496, {"system_desc": "RouterOS"}, "abuse@isp-one.example", "open-snmp"),
    ("192.0.2.93", 64496, {"system_desc": "Linux printer, \"2nd floor\""},
     "abuse@isp-one.example", "open-snmp"),
    ("198.51.100.4", 64497, {"system_desc": None}, "abuse@isp-two.example", "open-snmp"),
    ("2001:db8::25", 64497, {"malware": "avalanche"}, "abuse@isp-two.example", "malware"),
    ("203.0.113.9", 64498, {"malware": "gamut"}, "soc@ministry.example", "malware"),
]


def say(title):
    print(f"\n\033[1m== {title}\033[0m" if sys.stdout.isatty() else f"\n== {title}", flush=True)


def directive_for(recipient, kind, asn):
    aggregate = {"source.asn": asn}
    if recipient.startswith("soc@ministry"):
        aggregate["recipient_group"] = "Government"
    return directive(
        recipient_address=recipient,
        template_name=f"shadowserver_csv_{kind}",
        notification_format="shadowserver",
        event_data_format=f"csv_{kind}",
        aggregate_identifier=aggregate,
    )


def put_events_in(database):
    connection = database.connect(INSERTER)
    with connection:
        for number, (address, asn, extra, recipient, kind) in enumerate(EVENTS):
            insert_event(
                connection,
                directives=[directive_for(recipient, kind, asn)],
                extra=extra,
                **{
                    "time.source": f"2026-11-20 03:04:{number:02}.25+00",
                    "time.observation": "2026-11-20 03:30:00+00",
                    "source.ip": address,
                    "source.asn": asn,
                    "source.port": 161,
                    "protocol.transport": "udp",
                    "classification.identifier": kind,
                },
            )
    connection.close()
    print(f"{len(EVENTS)} events, each with one directive")


def start_sink(directory):
    port_file = directory / "sink.port"
    sink = subprocess.Popen(
        [sys.executable, str(ROOT / "tests/support/smtpd.py"), "--maildir",
         str(directory / "Maildir"), "--port-file", str(port_file)],
        stdout=subprocess.PIPE, text=True,
    )
    sink.stdout.readline()  # says when it listens
    return sink, int(port_file.read_text())


def write_configuration(directory, database, smtp_port, home, key):
    for name in ("templates", "formats"):
        shutil.copytree(ROOT / name, directory / name)
    path = directory / "intelmq-mailgen.conf"
    path.write_text(json.dumps({
        "openpgp": {"gnupg_home": str(home), "signing_key": key, "always_sign": True},
        "database": {"event": database.settings(), "additional_directive_where": ""},
        "template_dir": str(directory / "templates"),
        "script_directory": str(directory / "formats"),
        "sender": "CERT Example <noreply@cert.example>",
        "smtp": {"host": "127.0.0.1", "port": smtp_port},
        "logging_level": "INFO",
    }, indent=2))
    return path


def run_program(configuration, *arguments):
    command = [str(PROGRAM), "--config", str(configuration), *arguments]
    print("$ intelmqcbmail", *command[1:], flush=True)
    environment = {**os.environ, "HOME": str(configuration.parent)}
    return subprocess.run(command, env=environment, stdin=subprocess.DEVNULL, check=False).returncode


def show_mail(path, home):
    raw = path.read_bytes()
    message = email.message_from_bytes(raw, policy=email.policy.default)
    print(f"--- {path}")
    for name in ("From", "To", "Subject", "Date", "Message-Id"):
        print(f"{name}: {message[name]}")
    for part in message.walk():
        if part.get_content_maintype() == "text":
            name = part.get_filename()
            print(f"[{part.get_content_type()}{f', {name}' if name else ''}]")
            print(part.get_content().replace("\r\n", "\n").rstrip())
    print(f"[signature] {gnupg.verify(raw, home).summary}\n")


def show_database(database):
    for title, query in [
        ("table sent", "SELECT intelmq_ticket, sent_at FROM sent ORDER BY id"),
        ("table directives", "SELECT d.id, events_id, recipient_address, intelmq_ticket AS ticket"
                             " FROM directives d LEFT JOIN sent ON sent.id = sent_id ORDER BY d.id"),
        ("delivery intents left", "SELECT count(*) FROM delivery_intents"),
    ]:
        print(f"{title}:")
        print(database.psql("-c", query).stdout.rstrip(), "\n", flush=True)


def demonstrate(directory, cluster, sink_port, home, key):
    database = cluster.create_ready_database("intelmq-events")
    say("Events go in, as IntelMQ's output bot inserts them")
    put_events_in(database)
    configuration = write_configuration(directory, database, sink_port, home, key)

    say("A look before: a dry run sends and records nothing")
    dry = run_program(configuration, "--all", "--dry-run")
    say("The run")
    real = run_program(configuration, "--all")

    say("What arrived")
    for path in sorted((directory / "Maildir" / "new").iterdir()):
        show_mail(path, home)
    say("What the database says")
    show_database(database)
    say("Again: nothing is pending")
    again = run_program(configuration, "--all")
    return max(dry, real, again)


def main():
    directory = pathlib.Path(tempfile.mkdtemp(prefix="intelmqcbmail-demo-"))
    directory.chmod(0o755)
    say("A private PostgreSQL, a mail sink, a throw-away signing key")
    with gnupg.Home() as home, Cluster() as cluster:
        sink, port = start_sink(directory)
        try:
            print(f"everything is in {directory}")
            status = demonstrate(directory, cluster, port, home.path, home.fingerprint)
        finally:
            sink.send_signal(signal.SIGTERM)
            sink.wait()
    say(f"The mails stay in {directory}/Maildir")
    return status


if __name__ == "__main__":
    sys.exit(main())

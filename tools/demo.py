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
import subprocess
import sys
import tempfile

ROOT = pathlib.Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT / "tests"))

from support import gnupg  # noqa: E402
from support.maildir import Maildir  # noqa: E402
from support.postgres import INSERTER, Cluster, directive, insert_event  # noqa: E402
from support.smtpd import Smtpd  # noqa: E402

PROGRAM = ROOT / "build" / "intelmqcbmail"

SNMP = ("shadowserver", "shadowserver_csv_Open-SNMP", "csv_Open-SNMP")
MALWARE = ("malware", "malware", "csv_malware")
OTHER = ("generic", "generic", "generic_malicious-code")

# IP, ASN, extra, further fields, recipient, (notification_format, template_name, event_data_format)
EVENTS = [
    ("192.0.2.17", 64496, {"system_desc": "RouterOS", "sysname": "gw-17"}, {},
     "abuse@isp-one.example", SNMP),
    ("192.0.2.93", 64496, {"system_desc": 'Linux printer, "2nd floor"'}, {},
     "abuse@isp-one.example", SNMP),
    ("198.51.100.4", 64497, {"system_desc": "Größe & 🙂"}, {}, "abuse@isp-two.example", SNMP),
    ("203.0.113.9", 64498, {"sysname": "core-1"}, {}, "soc@ministry.example", SNMP),
    ("2001:db8::25", 64497, {}, {"malware.name": "avalanche"}, "abuse@isp-two.example", MALWARE),
    ("2001:db8::26", 64497, {}, {"malware.name": "gamut"}, "abuse@isp-two.example", MALWARE),
    ("203.0.113.80", 64499, {}, {"destination.fqdn": "cc.example.net"}, "noc@isp-three.example",
     OTHER),
]
LATE = [("192.0.2.200", 64500, {"system_desc": "just seen"}, {}, "abuse@isp-four.example", SNMP)]


def say(title):
    print(f"\n\033[1m== {title}\033[0m" if sys.stdout.isatty() else f"\n== {title}", flush=True)


def directive_for(recipient, kind, asn):
    notification_format, template_name, event_data_format = kind
    aggregate = {"source.asn": asn}
    if recipient == "soc@ministry.example":
        aggregate["recipient_group"] = "Government"
    return directive(
        recipient_address=recipient,
        template_name=template_name,
        notification_format=notification_format,
        event_data_format=event_data_format,
        notification_interval=86400,
        aggregate_identifier=aggregate,
    )


def put_events_in(database, events):
    connection = database.connect(INSERTER)
    with connection:
        for number, (address, asn, extra, fields, recipient, kind) in enumerate(events):
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
                    **fields,
                },
            )
    connection.close()
    print(f"{len(events)} events, each with one directive")


def write_configuration(directory, database, smtp_port, home):
    for name in ("templates", "formats"):
        shutil.copytree(ROOT / name, directory / name)
    path = directory / "intelmq-mailgen.conf"
    path.write_text(json.dumps({
        "openpgp": {"gnupg_home": str(home.path), "signing_key": home.fingerprint, "always_sign": True},
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
    environment = {**os.environ, "HOME": str(configuration.parent),
                   "INTELMQCBMAIL_PLUGIN_DIR": str(ROOT / "build" / "python")}
    return subprocess.run(command, env=environment, stdin=subprocess.DEVNULL, check=False).returncode


def show_mail(mail, home):
    """Prints one mail readably; whether gpg found its signature good. `mail.raw`: as it arrived."""
    message = email.message_from_bytes(mail.raw, policy=email.policy.default)
    print(f"--- to {', '.join(mail.envelope_tos)}")
    for name in ("From", "To", "Subject", "Date", "Message-Id"):
        print(f"{name}: {message[name]}")
    for part in message.walk():
        if part.get_content_maintype() == "text":
            name = part.get_filename()
            print(f"[{part.get_content_type()}{f', {name}' if name else ''}]")
            print(part.get_content().replace("\r\n", "\n").rstrip())
    judged = home.verify(mail.raw)
    said = [line for line in judged.report.splitlines() if line.startswith("gpg:")]
    print("[signature, as gpg --verify sees it]", *said, "", sep="\n")
    return judged.good


def show_database(database):
    for title, query in [
        ("table sent", "SELECT intelmq_ticket, sent_at FROM sent ORDER BY id"),
        ("table directives", "SELECT d.id, events_id, recipient_address, intelmq_ticket AS ticket"
                             " FROM directives d LEFT JOIN sent ON sent.id = sent_id ORDER BY d.id"),
        ("delivery intents left", "SELECT count(*) FROM delivery_intents"),
    ]:
        print(f"{title}:")
        print(database.psql("-c", query).stdout.rstrip(), "\n", flush=True)


def demonstrate(directory, cluster, sink, home):
    database = cluster.create_ready_database("intelmq-events")
    say("Events go in, as IntelMQ's output bot inserts them")
    put_events_in(database, EVENTS)
    # The formats wait a quarter of an hour for the rest of a report; the demo does not.
    database.query("UPDATE directives SET inserted_at = inserted_at - interval '1 hour'")
    print("an hour passes; one more event comes in:")
    put_events_in(database, LATE)
    configuration = write_configuration(directory, database, sink.port, home)

    say("A look before: a dry run sends and records nothing")
    statuses = [run_program(configuration, "--all", "--dry-run")]
    say("The run")
    statuses.append(run_program(configuration, "--all"))

    say("What arrived")
    all_good = all([show_mail(mail, home) for mail in sink.mails])
    say("What the database says")
    show_database(database)
    say("Again: nothing is due")
    statuses.append(run_program(configuration, "--all"))
    return 0 if statuses == [0, 0, 0] and sink.mails and all_good else 1


def main():
    directory = pathlib.Path(tempfile.mkdtemp(prefix="intelmqcbmail-demo-"))
    say("A private PostgreSQL, a mail sink, a throw-away signing key")
    print(f"everything is in {directory}")
    maildir = Maildir(directory / "Maildir")
    with gnupg.Home() as home, Cluster() as cluster, Smtpd(on_mail=maildir.store) as sink:
        status = demonstrate(directory, cluster, sink, home)
    say(f"The mails stay in {directory}/Maildir")
    return status


if __name__ == "__main__":
    sys.exit(main())

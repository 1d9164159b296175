# SPDX-License-Identifier: AGPL-3.0-or-later
"""The log (intelmq-mailgen.conf(5), Log): where it goes, as what, and what never stands in it."""

import datetime
import json
import re
import signal
import socket
import subprocess
import time

import pytest

from support.authority import make_tls
from support.gnupg import Home
from support.in_namespace import in_namespace
from support.program import TEMPLATE, Result, parse_log
from support.smtpd import Smtpd

TEXT_LINE = re.compile(r"\d{4}-\d\d-\d\d \d\d:\d\d:\d\d,\d{3} intelmqmail\.\S+ [A-Z]+ - .+")


def run_in(site, mounts, *arguments):
    done = subprocess.run(in_namespace(site.command(*arguments), mounts), env=site.environment,
                          text=True, capture_output=True, timeout=120, stdin=subprocess.DEVNULL,
                          cwd=site.directory, check=False)
    return Result(done.returncode, done.stdout, done.stderr, parse_log(done.stderr))


def wait_until(condition, timeout=30):
    deadline = time.monotonic() + timeout
    while not condition():
        assert time.monotonic() < deadline, "waited in vain"
        time.sleep(0.01)


@pytest.fixture
def listen(tmp_path):
    """listen(path): a datagram socket as daemons have it, below the test's directory."""
    sockets = []

    def listen(path):
        path = tmp_path / path
        path.parent.mkdir(parents=True)
        sockets.append(socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM))
        sockets[-1].bind(str(path))
        sockets[-1].settimeout(30)
        sockets[-1].setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 1 << 20)
        return sockets[-1]

    yield listen
    for one in sockets:
        one.close()


# -- standard error --


def test_json_lines(site, smtpd, put, database):
    event_ids = put("abuse@isp.example", 2)
    put("gone@isp.example", template_name="missing")
    site.config["log"] = {"format": "json"}
    result = site.run("--all")

    assert result.returncode == 3
    directive_ids, = database.query("SELECT array_agg(id ORDER BY id) FROM directives"
                                    " WHERE sent_id IS NOT NULL")[0]
    lines = [json.loads(line) for line in result.stderr.splitlines()]
    for line in lines:
        assert datetime.datetime.fromisoformat(line["time"]).utcoffset() is not None
        assert line["logger"].startswith("intelmqmail.")
    (accepted,) = [line for line in lines if "accepted" in line["message"]]
    assert accepted["level"] == "INFO"
    assert accepted["ticket"] == smtpd.mails[0].raw.split(b"Report ")[1].split(b"\r\n")[0].decode()
    assert accepted["recipient"] == "abuse@isp.example"
    assert accepted["message_id"].endswith("@cert.example>")
    assert accepted["directive_ids"] == ", ".join(map(str, directive_ids))
    (failed,) = [line for line in lines if line["level"] == "ERROR"]
    assert failed["recipient"] == "gone@isp.example"
    assert failed["event_ids"] == str(event_ids[-1] + 1)
    assert "not notified" in failed["message"]


# -- file --


def test_file(site, put, tmp_path):
    put()
    log = tmp_path / "mailgen.log"
    log.write_text("from yesterday\n")
    site.config["log"] = {"target": "file", "file": str(log)}
    result = site.run("--all")
    assert (result.returncode, result.stdout, result.stderr) == (0, "", "")
    first, *lines = log.read_text().splitlines()
    assert first == "from yesterday"
    assert all(TEXT_LINE.fullmatch(line) for line in lines), lines
    assert lines[-1].endswith("1 mails sent, 0 postponed, 0 errors.")


def test_file_is_made_for_owner_and_group(site, put, tmp_path):
    log = tmp_path / "mailgen.log"
    site.config["log"] = {"target": "file", "file": str(log), "format": "json"}
    site.run("--all", timeout=60)
    assert log.stat().st_mode & 0o7777 == 0o640
    assert json.loads(log.read_text())["message"] == "No pending notifications to be sent"


def test_hangup_opens_the_file_anew(site, put, tmp_path):
    put()
    log = tmp_path / "mailgen.log"
    site.config["log"] = {"target": "file", "file": str(log)}
    site.config["logging_level"] = "DEBUG"
    process = site.start(stdin=subprocess.PIPE)
    for line in iter(lambda: process.stdout.read(1), "?"):
        assert line, "ended before the question"
    log.rename(tmp_path / "mailgen.log.1")
    process.send_signal(signal.SIGHUP)
    wait_until(log.exists)
    process.stdin.write("s\n")
    result = site.finish(process)

    assert (result.returncode, result.stderr) == (0, "")
    assert "accepted" in log.read_text()
    assert "accepted" not in (tmp_path / "mailgen.log.1").read_text()


def test_hangup_stops_the_program_where_there_is_no_file(site, put):
    put()
    process = site.start(stdin=subprocess.PIPE)
    for line in iter(lambda: process.stdout.read(1), "?"):
        assert line, "ended before the question"
    process.send_signal(signal.SIGHUP)
    process.wait(timeout=60)  # before finish() closes its input
    assert site.finish(process).returncode == 1


def test_file_that_cannot_be_opened(site, smtpd, put, tmp_path):
    put()
    site.config["log"] = {"target": "file", "file": str(tmp_path / "none" / "mailgen.log")}
    result = site.run("--all")
    assert result.returncode == 2
    (message,) = result.messages("CRITICAL")
    assert "mailgen.log" in message and "No such file" in message and "HINT: " in message
    assert smtpd.mails == []


def test_why_the_program_cannot_run_is_on_standard_error_too(site, tmp_path):
    log = tmp_path / "mailgen.log"
    site.config["log"] = {"target": "file", "file": str(log)}
    site.write_format("10-broken.yaml", "formats: 3\n")
    result = site.run("--all")
    assert result.returncode == 2
    assert len(result.messages("CRITICAL")) == 1
    assert result.stderr == log.read_text()


# -- journald --


def read_entry(sock):
    """One entry of the journal's native protocol."""
    data = sock.recv(1 << 20)
    entry = {}
    while data:
        line, _, data = data.partition(b"\n")
        name, separator, value = line.partition(b"=")
        if not separator:  # length and bytes, for values of several lines
            size = int.from_bytes(data[:8], "little")
            value, data = data[8:8 + size], data[9 + size:]
        entry[name.decode()] = value.decode()
    return entry


def read_entries(sock):
    """All up to the run's last."""
    entries = []
    while not entries or "mails sent" not in entries[-1]["MESSAGE"]:
        entries.append(read_entry(sock))
    return entries


def test_journal(site, put, listen, tmp_path):
    journal = listen("run/systemd/journal/socket")
    site.config["log"] = {"target": "journald"}
    put("abuse@isp.example")
    failing = put("gone@isp.example", template_name="missing")
    result = run_in(site, {"/run": tmp_path / "run"}, "--all")

    assert (result.returncode, result.stderr) == (3, "")
    entries = read_entries(journal)
    for entry in entries:
        assert entry["SYSLOG_IDENTIFIER"] == "intelmqcbmail"
        assert entry["LOGGER"].startswith("intelmqmail.")
        assert "CODE_FILE" not in entry
    (accepted,) = [entry for entry in entries if "accepted" in entry["MESSAGE"]]
    assert accepted["PRIORITY"] == "6"
    assert re.fullmatch(r"\d{8}-\d{8}", accepted["TICKET"])
    assert accepted["RECIPIENT"] == "abuse@isp.example"
    assert accepted["MAIL_MESSAGE_ID"].endswith("@cert.example>")
    assert accepted["QUEUE_ID"] and accepted["DIRECTIVE_IDS"]
    (failed,) = [entry for entry in entries if entry["PRIORITY"] == "3"]
    assert failed["EVENT_IDS"] == str(failing[0]) and failed["DIRECTIVE_IDS"]


def test_journal_that_is_not_there(site, put, tmp_path):
    (tmp_path / "run").mkdir()
    site.config["log"] = {"target": "journald"}
    result = run_in(site, {"/run": tmp_path / "run"}, "--all")
    assert result.returncode == 2
    assert "/run/systemd/journal/socket" in result.messages("CRITICAL")[0]


# -- syslog --


def make_devices(directory):
    for name in ("null", "urandom"):
        (directory / name).touch()
    return {directory / name: f"/dev/{name}" for name in ("null", "urandom")}


def test_syslog(site, put, listen, tmp_path):
    daemon = listen("dev/log")
    devices = make_devices(tmp_path / "dev")
    site.config["log"] = {"target": "syslog"}
    put("gone@isp.example", template_name="missing")
    result = run_in(site, {**devices, "/dev": tmp_path / "dev"}, "--all")

    assert (result.returncode, result.stderr) == (3, "")
    messages = []
    while not messages or "mails sent" not in messages[-1]:
        messages.append(daemon.recv(1 << 16).decode())
    facility_mail, info, error = 2 << 3, 6, 3
    assert messages[-1].startswith(f"<{facility_mail | info}>")
    (failed,) = [text for text in messages if "not notified" in text]
    assert failed.startswith(f"<{facility_mail | error}>")
    assert re.search(r" intelmqcbmail\[\d+\]: intelmqmail\.cb ERROR - Error: not notified", failed)


def test_syslog_is_tame(site, put, listen, tmp_path):
    """What a script logs of an event: control characters are for no daemon to write into its file."""
    daemon = listen("dev/log")
    devices = make_devices(tmp_path / "dev")
    site.config["log"] = {"target": "syslog"}
    (site.formats / "10-tells.py").write_text(
        "def create_notifications(context):\n"
        "    context.logger.error('%s', 'a\\x1b[2J\\u202e\\rb')\n")
    put()
    run_in(site, {**devices, "/dev": tmp_path / "dev"}, "--all")
    messages = []
    while not messages or "mails sent" not in messages[-1]:
        messages.append(daemon.recv(1 << 16).decode())
    (told,) = [text for text in messages if "[2J" in text]
    assert told.endswith("ERROR - a\\x1b[2J\\xe2\\x80\\xae\\x0db")


def test_syslog_that_is_not_there(site, put, tmp_path):
    (tmp_path / "dev").mkdir()
    site.config["log"] = {"target": "syslog"}
    devices = make_devices(tmp_path / "dev")
    result = run_in(site, {**devices, "/dev": tmp_path / "dev"}, "--all")
    assert result.returncode == 2
    assert "/dev/log" in result.messages("CRITICAL")[0]


# -- what never stands in a log --

SECRETS = ["send secret", "smtp-s3cret", "c210cC1zM2NyZXQ", "Sehr geehrte", "192.0.2.77",
           "BEGIN PGP"]


@pytest.mark.parametrize("failing", [False, True])
def test_no_passwords_no_contents(site, put, tmp_path, failing):
    """With every logger at its loudest, a login, signatures, and failures."""
    log = tmp_path / "mailgen.log"
    with Home() as home, Smtpd(starttls=True, tls=make_tls(tmp_path),
                               credentials=("mailgen", "smtp-s3cret")) as server:
        site.config["openpgp"] = {"gnupg_home": str(home.path), "always_sign": True,
                                  "signing_key": home.fingerprint}
        site.config["smtp"] = {"host": "127.0.0.1", "port": server.port, "username": "mailgen",
                               "password": "smtp-s3cret", "tls": "opportunistic"}
        site.config["logging_level"] = "DEBUG"
        site.config["log"] = {"target": "file", "file": str(log)}
        site.write_template("german", TEMPLATE.replace("Dear Sir", "Sehr geehrte Damen"))
        put("abuse@isp.example", template_name="german", fields={"source.ip": "192.0.2.77"})
        if failing:
            server.script(dot="554 5.7.1 not wanted")
        result = site.run("-vv", "--all")
        assert result.returncode == (3 if failing else 0)
        assert [mail.login for mail in server.mails] == ["mailgen"]
    text = log.read_text() + result.stdout + result.stderr
    assert ("not wanted" if failing else "accepted") in text
    for secret in SECRETS:
        assert secret not in text


COMMANDS = [["check"], ["check", "--json", "-v"], ["preview", "-v"], ["status", "-v"], ["uncertain", "-v"],
            ["test-mail", "-v", "a@isp.example"], ["--all", "-vv"]]


@pytest.mark.parametrize("wrong", ["smtp", "database"])
def test_no_passwords_in_what_commands_say(site, put, tmp_path, wrong):
    """Also where a password is the very reason of the failure."""
    put()
    with Smtpd(starttls=True, tls=make_tls(tmp_path),
               credentials=("mailgen", "another" if wrong == "smtp" else "smtp-s3cret")) as server:
        site.config["smtp"] = {"host": "127.0.0.1", "port": server.port, "username": "mailgen",
                               "password": "smtp-s3cret", "tls": "opportunistic"}
        site.config["logging_level"] = "DEBUG"
        if wrong == "database":
            site.config["database"]["event"]["password"] = "smtp-s3cret"
        for command in COMMANDS:
            result = site.run(*command)
            for secret in SECRETS[:3]:
                assert secret not in result.stdout + result.stderr, command

# SPDX-License-Identifier: AGPL-3.0-or-later
"""The servers that demonstration and measuring stand on: mail_sink.py, and the sink that measures."""

import json
import mailbox
import pathlib
import signal
import subprocess
import sys
import time

import pytest

from support.smtp_session import BUILD, SENDER, Session

MAIL_SINK = pathlib.Path(__file__).resolve().parents[1] / "support/mail_sink.py"


class Program:
    """A server that writes its port into a file."""

    def __init__(self, directory, *command):
        self.port_file = directory / "port"
        self.process = subprocess.Popen([*map(str, command), "--port-file", str(self.port_file)],
                                        stdout=subprocess.PIPE, text=True)

    def __enter__(self):
        while not self.port_file.exists():  # renamed into place; there is no other signal
            assert self.process.poll() is None
            time.sleep(0.01)
        self.port = int(self.port_file.read_text())
        return self

    def end(self, number=signal.SIGTERM):
        self.process.send_signal(number)
        output, _ = self.process.communicate(timeout=30)
        assert self.process.returncode == 0
        return output

    def __exit__(self, *_):
        if self.process.poll() is None:
            self.process.kill()
            self.process.communicate()


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_maildir(tmp_path, number):
    with Program(tmp_path, sys.executable, MAIL_SINK, "--maildir", tmp_path / "mails") as smtpd:
        with Session(host="127.0.0.1", port=smtpd.port) as session:
            session.send("a@x.example", "b@x.example", wire=b"Subject: one\r\n\r\n.dot\r\n")
            session.send(wire=b"Subject: two\r\n\r\n")
        smtpd.end(number)
    mails = {mail["Subject"]: mail for mail in mailbox.Maildir(tmp_path / "mails", create=False)}
    assert sorted(mails) == ["one", "two"]
    assert mails["one"]["Return-Path"] == "<%s>" % SENDER
    assert mails["one"].get_all("Delivered-To") == ["a@x.example", "b@x.example"]
    assert mails["one"].get_payload() == ".dot\n"


WIRE = b"Subject: x\r\n\r\n.\r\n\r\n.\r.\r\n".replace(b"\r.", b".") + b"x" * 3000 + b"\r\n"


def test_sink(tmp_path):
    with Program(tmp_path, BUILD / "tests/bench/sink") as sink:
        sessions = [Session(host="127.0.0.1", port=sink.port) for _ in range(3)]
        for session in sessions:
            with session:
                assert session.repeat(200, WIRE)[1] == 200
                assert session.send("a@x.example", "b@x.example", wire=WIRE).queue_id
        totals = json.loads(sink.end())
    cpu = totals.pop("cpu_seconds")
    assert 0 <= cpu < 30
    stuffed = len(WIRE.replace(b"\r\n.", b"\r\n..")) + len(b".\r\n")
    assert totals == {"mails": 603, "recipients": 606, "connections": 3, "bytes": 603 * stuffed}


def test_sink_that_takes_its_time(tmp_path):
    with Program(tmp_path, BUILD / "tests/bench/sink", "--delay-ms", 20) as sink:
        with Session(host="127.0.0.1", port=sink.port) as session:
            seconds, accepted = session.repeat(10)
        assert accepted == 10
        assert seconds >= 0.2
        assert json.loads(sink.end())["mails"] == 10

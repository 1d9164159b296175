# SPDX-License-Identifier: AGPL-3.0-or-later
"""One SMTP session of the program on a string: tests/unit/smtp/session_driver.c."""

import dataclasses
import os
import pathlib
import re
import subprocess

BUILD = pathlib.Path(os.environ.get("INTELMQCBMAIL_BUILD",
                                    pathlib.Path(__file__).resolve().parents[2] / "build"))
DRIVER = BUILD / "tests/unit/smtp/session_driver"

SENDER = "cert@cert.example"
ABUSE = "abuse@isp.example"
WIRE = b"Subject: a test\r\n\r\nHello\r\n"


@dataclasses.dataclass
class Accepted:
    reply: str
    queue_id: str
    secured: bool
    refusals: dict
    kinds: dict = dataclasses.field(default_factory=dict, compare=False)  # "FOR_NOW 452" by address

    failed = None


@dataclasses.dataclass
class Failed:
    failed: str  # the code's name
    message: str


def _escape(value):
    data = value if isinstance(value, bytes) else value.encode()
    return re.sub(rb"[^ -~]|\\", lambda match: b"\\%03o" % match.group()[0], data).decode("ascii")


_NAMED = {"b": 8, "f": 12, "n": 10, "r": 13, "t": 9, "v": 11, "\\": 92, '"': 34}


def _unescape(text):
    def plain(match):
        found = match.group(1)
        return chr(_NAMED[found] if found in _NAMED else int(found, 8))

    return re.sub(r"\\([0-7]{1,3}|.)", plain, text).encode("latin-1").decode()


class Session:
    """The session of one worker with a server. `error` is set where it could not be made at all."""

    def __init__(self, server=None, host=None, port=None, environment=None, **options):
        arguments = {"host": host or server.host, "port": str(port or server.port), "timeout": "20",
                     **options}
        command = [str(DRIVER)]
        for name, value in arguments.items():
            command += ["--" + name.replace("_", "-"), str(value)]
        self.process = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE,
                                        stderr=subprocess.PIPE, text=True, encoding="latin-1",
                                        env={**os.environ, **(environment or {})})
        first = self._read()
        self.error = Failed(*first[1:]) if first[0] == "failed" else None

    def _read(self):
        line = self.process.stdout.readline()
        assert line, "the driver died: %s" % self.process.stderr.read()
        return [_unescape(part) for part in line.rstrip("\n").split("\t")]

    def _ask(self, *parts):
        self.process.stdin.write("\t".join(_escape(part) for part in parts) + "\n")
        self.process.stdin.flush()
        return self._read()

    def send(self, *tos, sender=SENDER, wire=WIRE):
        kind, *rest = self._ask("send", sender, *(tos or (ABUSE,)), wire)
        if kind == "failed":
            return Failed(*rest)
        refusals = dict(zip(rest[3::3], rest[5::3]))
        kinds = dict(zip(rest[3::3], rest[4::3]))
        return Accepted(rest[0], rest[1], rest[2] == "secured", refusals, kinds)

    def probe(self):
        """"secured", "clear" or a Failed."""
        kind, *rest = self._ask("probe")
        return Failed(*rest) if kind == "failed" else rest[0]

    def repeat(self, count, wire=WIRE):
        """Sends `count` mails; (seconds, accepted)."""
        _, microseconds, accepted = self._ask("repeat", str(count), SENDER, ABUSE, wire)
        return int(microseconds) / 1e6, int(accepted)

    def end(self):
        """Ends the session properly; what the program logged."""
        if self.process.poll() is None and not self.process.stdin.closed:
            self.process.stdin.close()
        self.log = self.process.stderr.read()
        self.process.stdout.read()
        status = self.process.wait()
        assert status == (0 if self.error is None else 1), (status, self.log)
        return self.log

    def __enter__(self):
        return self

    def __exit__(self, kind, *_):
        if kind is not None:
            self.process.kill()
            self.process.wait()
        elif self.process.poll() is None:
            self.end()
        for stream in (self.process.stdin, self.process.stdout, self.process.stderr):
            stream.close()

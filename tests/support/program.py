# SPDX-License-Identifier: AGPL-3.0-or-later
"""The program under test, run as a site would: configuration file, templates, formats, command line."""

import json
import os
import pathlib
import re
import subprocess
from dataclasses import dataclass, field

ROOT = pathlib.Path(__file__).resolve().parents[2]
BUILD = pathlib.Path(os.environ.get("INTELMQCBMAIL_BUILD", ROOT / "build"))

# A sanitizer's run-time, which a python3 that loads the package needs; gpg and psql must not get it.
PRELOADED = os.environ.pop("LD_PRELOAD", None)

LOG_LINE = re.compile(
    r"^\d{4}-\d\d-\d\d \d\d:\d\d:\d\d,\d{3} (?P<logger>\S+) (?P<level>[A-Z]+) - (?P<message>.*)$"
)

TEMPLATE = "Report ${ticket_number}\n\nDear Sir or Madam,\n\n${events_as_csv}\n"
FORMAT = """\
formats:
  - name: everything
    match: {}
    columns: [source.asn, source.ip, time.source]
titles: {source.asn: asn, source.ip: ip, time.source: timestamp}
"""


# What an option that names a file to be written must leave alone: how to make it, and what is said of it.
_NO_REGULAR_FILE = "it is no regular file, which alone can be replaced"
NO_FILES = [
    (lambda place: place.mkdir(), "it is a directory"),
    (os.mkfifo, _NO_REGULAR_FILE),
    (lambda place: place.symlink_to("/dev/null"), _NO_REGULAR_FILE),
    (lambda place: place.symlink_to("/dev/stdout"), _NO_REGULAR_FILE),
]


@dataclass
class LogLine:
    logger: str
    level: str
    message: str


@dataclass
class Result:
    """What a run of the program left behind."""

    returncode: int
    stdout: str
    stderr: str
    log: list = field(default_factory=list)

    def messages(self, level):
        return [line.message for line in self.log if line.level == level]

    @property
    def errors(self):
        return self.messages("ERROR") + self.messages("CRITICAL")


def parse_log(text):
    """The lines of a log; a line that continues a message (a hint, a traceback) is added to it."""
    lines = []
    for line in text.splitlines():
        match = LOG_LINE.match(line)
        if match:
            lines.append(LogLine(match["logger"], match["level"], match["message"]))
        elif lines:
            lines[-1].message += "\n" + line
    return lines


def python_environment():
    """For a python3 that loads the package of this build."""
    environment = {"PYTHONPATH": str(BUILD / "python")}
    if PRELOADED is not None:
        environment |= {"LD_PRELOAD": PRELOADED, "ASAN_OPTIONS": os.environ["ASAN_OPTIONS"]}
    return environment


class Site:
    """A site in a directory of its own: everything but database and mail server, which are given."""

    def __init__(self, directory, database=None, smtp_port=1):
        self.directory = pathlib.Path(directory)
        self.templates = self.directory / "templates"
        self.formats = self.directory / "formats"
        self.home = self.directory / "home"
        for path in (self.templates, self.formats, self.home):
            path.mkdir(parents=True)
        self.enter = []  # a command that starts the program elsewhere
        self.environment = {"PATH": "/usr/bin:/bin", "HOME": str(self.home), "TZ": "Europe/Berlin"}
        # What sanitizers need.
        for name, value in os.environ.items():
            if name.startswith(("ASAN_", "UBSAN_", "TSAN_", "LSAN_", "INTELMQCBMAIL_", "LD_",
                                "G_SLICE")):
                self.environment[name] = value
        self.config = {
            "openpgp": {"gnupg_home": None, "signing_key": None, "always_sign": False},
            "database": {"event": database or {}, "additional_directive_where": ""},
            "template_dir": str(self.templates),
            "script_directory": str(self.formats),
            "sender": "CERT Example <noreply@cert.example>",
            "smtp": {"host": "127.0.0.1", "port": smtp_port},
            "workers": 2,
        }

    def write_template(self, name, text=TEMPLATE):
        (self.templates / name).write_text(text)

    def write_format(self, name="50-everything.yaml", text=FORMAT):
        (self.formats / name).write_text(text)

    def write_config(self):
        path = self.directory / "intelmq-mailgen.conf"
        text = json.dumps(self.config, indent=2)
        # Not while a program that was started before may be reading it.
        if not path.exists() or path.read_text() != text:
            path.write_text(text)
        return path

    def command(self, *arguments):
        return [*self.enter, str(BUILD / "src/cli/intelmqcbmail"), "-c", str(self.write_config()), *arguments]

    def start(self, *arguments, **keywords):
        """The running program, as a Popen with text pipes."""
        keywords = {"stdin": subprocess.DEVNULL, "stdout": subprocess.PIPE,
                    "stderr": subprocess.PIPE, **keywords}
        return subprocess.Popen(self.command(*arguments), env=self.environment, text=True,
                                cwd=self.directory, **keywords)

    def run(self, *arguments, answers=None, timeout=120):
        """Runs to the end; `answers` is what is typed on standard input."""
        done = subprocess.run(self.command(*arguments), env=self.environment, text=True,
                              cwd=self.directory, capture_output=True, timeout=timeout,
                              **({"stdin": subprocess.DEVNULL} if answers is None
                                 else {"input": answers}))
        return Result(done.returncode, done.stdout, done.stderr, parse_log(done.stderr))

    def finish(self, process, timeout=120):
        """The result of a program that was started."""
        stdout, stderr = process.communicate(timeout=timeout)
        return Result(process.returncode, stdout, stderr, parse_log(stderr))

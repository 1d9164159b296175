# SPDX-License-Identifier: AGPL-3.0-or-later
"""Colours on a terminal and nowhere else; the time zone of the environment."""

import os
import pty
import subprocess

import pytest

from support.program import BUILD, Site
from support.terminal import read_terminal

PROGRAM = str(BUILD / "src/cli/intelmqcbmail")


def seen_on_terminal(site, *arguments, **environment):
    """What the program writes, both streams being one terminal."""
    outer, inner = pty.openpty()
    command = [PROGRAM, *arguments, "-c", str(site.write_config())]
    process = subprocess.Popen(command, stdin=subprocess.DEVNULL, stdout=inner, stderr=inner,
                               env=site.environment | {"TERM": "xterm"} | environment)
    os.close(inner)
    seen = read_terminal(outer)
    process.wait(timeout=60)
    return seen.decode()


@pytest.fixture
def alone(tmp_path):
    """A site without database and mail server, so that `check` finds failures."""
    site = Site(tmp_path / "alone")
    site.config["database"]["event"] = {"name": "x", "username": "x", "host": "127.0.0.1", "port": 1}
    site.write_format()
    site.write_config().chmod(0o640)
    return site


def test_colours(alone):
    seen = seen_on_terminal(alone, "check")
    assert "\x1b[32mok      \x1b[0m formats: " in seen and "\x1b[31mfailed  \x1b[0m database: " in seen
    assert " \x1b[1;31mCRITICAL\x1b[0m - Error: " in seen_on_terminal(alone, "--all")


@pytest.mark.parametrize("environment", [{"NO_COLOR": "1"}, {"TERM": "dumb"}, {"TERM": ""}])
def test_no_colours_where_they_are_not_wanted(alone, environment):
    for arguments in (["check"], ["--all"], ["check", "--json"]):
        assert "\x1b" not in seen_on_terminal(alone, *arguments, **environment)


def test_no_colours_in_pipes_and_json(alone):
    for arguments in (["check"], ["--all"]):
        result = alone.run(*arguments)
        assert "\x1b" not in result.stdout + result.stderr
    assert "\x1b" not in seen_on_terminal(alone, "check", "--json")


@pytest.mark.parametrize("zone", ["/etc/passwd", ":/etc/passwd", "/dev/zero", "/etc", "zone.tab"])
def test_a_time_zone_that_is_none(alone, zone):
    alone.environment["TZ"] = zone
    result = alone.run("--all")
    assert len(result.messages("WARNING")) == 1 and "TZ names no time zone" in result.messages("WARNING")[0]
    assert len(result.log) == 2 and "GLib" not in result.stderr


@pytest.mark.parametrize("zone", ["Europe/Berlin", ":Europe/Berlin", "CET-1CEST", "no/such", "", "UTC"])
def test_a_time_zone_that_is_one_or_a_rule(alone, zone):
    alone.environment["TZ"] = zone
    result = alone.run("--all")
    assert len(result.log) == 1 and "GLib" not in result.stderr

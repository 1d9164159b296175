# SPDX-License-Identifier: AGPL-3.0-or-later
"""A machine that has gone awry: descriptors closed, places full, limits reached. Nothing is lost or doubled."""

import os
import subprocess

import pytest

from support.program import Result, parse_log


@pytest.fixture
def shell(site):
    """shell(script): runs it with the program as $RUN (its configuration comes last) in the site."""

    def shell(script, **keywords):
        program, *_, config = site.command("--all")
        environment = {**site.environment, "PROGRAM": program, "CONFIG": config}
        done = subprocess.run(["bash", "-c", script], env=environment, cwd=site.directory, text=True,
                              capture_output=True, timeout=120, **keywords)
        return Result(done.returncode, done.stdout, done.stderr, parse_log(done.stderr))

    return shell


@pytest.mark.parametrize("closed", ["<&-", ">&-", "2>&-", "<&- 2>&-", "<&- >&- 2>&-"])
def test_closed_streams(site, smtpd, database, cluster, put, shell, closed):
    """A closed descriptor's number must not go to a socket: the log would be written into it."""
    for number in range(6):
        put(f"m{number}@isp.example", template_name="missing" if number % 2 else "open_snmp")
    seen = len(cluster.log)
    result = shell(f'"$PROGRAM" --all -c "$CONFIG" {closed}')
    assert result.returncode == 3
    assert len(smtpd.accepted()) == 3
    # A run whose connection was cut knows no end.
    assert database.query("SELECT mails_sent, exit_status FROM notification_runs") == [(3, 3)]
    assert "frontend" not in cluster.log[seen:]
    assert [notice for notice in smtpd.commands if notice[1].startswith("20")] == []


@pytest.mark.parametrize("closed", ["<&-", "<&- >&-", "<&- >&- 2>&-"])
def test_question_without_input(database, put, shell, closed):
    put()
    assert shell(f'"$PROGRAM" -c "$CONFIG" {closed}').returncode == 0
    assert database.query("SELECT count(*) FROM directives WHERE sent_id IS NULL") == [(1,)]


@pytest.mark.parametrize("arguments", [
    "status", "status --json", "uncertain --json", "preview", "preview --json", "--version",
    pytest.param("check", marks=pytest.mark.xfail(strict=True, reason="has a stream of its own")),
])  # fmt: skip
def test_output_that_cannot_be_written(put, shell, arguments):
    put()
    result = shell(f'"$PROGRAM" {arguments} -c "$CONFIG" >/dev/full')
    assert result.returncode == 1
    assert "No space left" in result.errors[-1]


def test_output_that_nobody_reads(put, shell):
    put()
    result = shell('set -o pipefail; "$PROGRAM" preview --show 1 -c "$CONFIG" | true')
    assert (result.returncode, result.errors) == (0, [])


def test_file_size_limit(site, smtpd, database, put, shell):
    """A log and a report that reach a limit do not end the run."""
    site.config["log"] = {"target": "file", "file": str(site.directory / "log")}
    put()
    result = shell('ulimit -f 0; "$PROGRAM" --all --report report.json -c "$CONFIG"')
    assert result.returncode == 1
    assert "report" in result.errors[-1] and "File too large" in result.errors[-1]
    assert len(smtpd.accepted()) == 1
    assert database.query("SELECT mails_sent FROM notification_runs") == [(1,)]
    assert os.path.getsize(site.directory / "log") == 0

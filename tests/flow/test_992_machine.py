# SPDX-License-Identifier: AGPL-3.0-or-later
"""A machine that has gone awry: descriptors closed, places full, limits reached. Nothing is lost or doubled."""

import os
import signal
import subprocess

import pytest

from support.program import Result, parse_log


@pytest.fixture
def shell(site):
    """shell(script): runs it with the program as $RUN (its configuration comes last) in the site."""

    def shell(script):
        *_, program, _, config = site.command()
        environment = {**site.environment, "PROGRAM": program, "CONFIG": config}
        process = subprocess.Popen(["bash", "-c", script], env=environment, cwd=site.directory,
                                   text=True, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
                                   stderr=subprocess.PIPE, start_new_session=True)
        try:
            stdout, stderr = process.communicate(timeout=60)
        except subprocess.TimeoutExpired:
            os.killpg(process.pid, signal.SIGKILL)  # else the program would live on without its shell
            process.communicate()
            raise
        return Result(process.returncode, stdout, stderr, parse_log(stderr))

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
    "check", "check --json",
])  # fmt: skip
def test_output_that_cannot_be_written(put, shell, arguments):
    put()
    result = shell(f'"$PROGRAM" {arguments} -c "$CONFIG" >/dev/full')
    assert result.returncode == 1
    assert "No space left" in result.errors[-1]


def test_output_that_nobody_reads(put, shell):
    for number in range(100):  # more than a stream's buffer holds
        put(f"m{number}@isp.example")
    result = shell('set -o pipefail; "$PROGRAM" preview --json -c "$CONFIG" | true')
    assert (result.returncode, result.errors) == (0, [])


@pytest.mark.skipif("INTELMQCBMAIL_SANITIZER" in os.environ,
                    reason="the limit holds for the sanitizer's own files too")
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


@pytest.mark.parametrize("arguments", ["--all --report", "status --prometheus", "preview --html"])
def test_output_file_is_a_link(put, shell, tmp_path, arguments):
    """As /dev/stdout is, which must stay one: what it leads to is written, also where that is a file."""
    put()
    (tmp_path / "elsewhere").mkdir()
    target, link = tmp_path / "elsewhere" / "target", tmp_path / "link"
    target.write_text("old")
    link.symlink_to(target)
    result = shell(f'"$PROGRAM" {arguments} {link} -c "$CONFIG"')
    assert (result.returncode, result.errors) == (0, [])
    assert link.is_symlink()
    assert target.stat().st_size > 100
    assert os.listdir(tmp_path / "elsewhere") == ["target"]


@pytest.mark.parametrize("make,told", [
    ("mkfifo conf", "nothing in it"),
    ("mknod conf c 1 5", "larger than"),
    ("head -c 20000000 /dev/zero >conf", "larger than"),
    ("mkdir conf", "Is a directory"),
])  # fmt: skip
@pytest.mark.parametrize("place", [".", "$HOME/.intelmq"])
def test_configuration_that_is_no_text_file(smtpd, put, shell, place, make, told):
    put()
    chosen = "$CONFIG" if "HOME" in place else "conf"
    result = shell(f'mkdir -p "{place}"; here=$PWD; cd "{place}"; '
                   + make.replace("conf", "intelmq-mailgen.conf" if "HOME" in place else "conf")
                   + f' || exit 77; cd "$here"; "$PROGRAM" --all -c "{chosen}"')
    if result.returncode == 77:
        pytest.skip("needs the right to make a device")
    assert result.returncode == 2
    assert told in result.errors[0]
    assert smtpd.mails == []


def test_configuration_from_a_pipe(smtpd, put, shell):
    put()
    assert shell('"$PROGRAM" --all -c <(cat "$CONFIG")').returncode == 0
    assert len(smtpd.accepted()) == 1

# SPDX-License-Identifier: AGPL-3.0-or-later
"""The command line: order, help, mistakes. No database."""

import json
import re
import subprocess

import pytest

from support.program import BUILD, Site

PROGRAM = str(BUILD / "src/cli/intelmqcbmail")
ENVIRONMENT = {"PATH": "/usr/bin:/bin", "HOME": "/nonexistent", "LC_ALL": "C"}


def run(*arguments, **keywords):
    keywords = {"capture_output": True, "stdin": subprocess.DEVNULL, **keywords}
    return subprocess.run([PROGRAM, *arguments], text=True, env=ENVIRONMENT, timeout=60, **keywords)


def help_of(*command):
    result = run(*command, "--help")
    assert result.returncode == 0 and result.stderr == ""
    return result.stdout


def names_of_commands():
    return re.findall(r"^  ([a-z-]+) ", help_of().partition("\nCommands:\n")[2].partition("\nExit")[0], re.M)


def options_of(text):
    return re.findall(r"^  (?:-(\w), )?--([\w-]+)(=\S+)?", text, re.M)


ALL = [None, *names_of_commands()]


def test_there_are_the_commands():
    assert ALL == [None, "bring-back", "check", "help", "init", "preview", "set-aside", "status", "test-mail",
                   "uncertain"]


@pytest.mark.parametrize("command", ALL)
def test_help_is_plain_and_ends_with_statuses_and_the_manual_page(command):
    text = help_of(*filter(None, [command]))
    assert text.isascii() and "?]" not in text and "[OPTION]..." in text
    assert "\nExit status:\n  0  " in text
    assert text.endswith("The manual page intelmqcbmail(1) tells more: man intelmqcbmail\n")
    assert run("help", *filter(None, [command])).stdout == text
    assert run(*filter(None, [command]), "-h").stdout == text


def test_options_may_stand_before_the_command():
    """Each option of each command: where it takes a value, the word behind it is no command."""
    tried = set()
    for command in ALL[1:]:
        for short, long, value in options_of(help_of(command)) + options_of(help_of()):
            for option in {"--" + long, "-" + short if short else "--" + long} - tried - {"--help", "-h"}:
                tried.add(option)
                result = run(option, *(["check"] if value else []), command, "--help")
                told = result.stdout + result.stderr
                assert f"intelmqcbmail {command}" in told, (option, command)
                assert "unknown command" not in told and "unexpected argument" not in told
    assert {"-c", "--limit", "--show", "--json", "-v"} <= tried


def test_an_option_before_the_command_holds(tmp_path):
    site = Site(tmp_path / "site")
    path = str(site.write_config())
    for arguments in (["-c", path, "check", "--json"], ["--json", "--config", path, "check"],
                      ["-vc", path, "--json", "check"], [f"--config={path}", "check", "--json"]):
        findings = json.loads(run(*arguments).stdout)["findings"]
        assert any(path in finding["message"] for finding in findings)


@pytest.mark.parametrize("arguments, told", [
    (["chek"], "unknown command 'chek'\nHINT: did you mean check? See intelmqcbmail --help"),
    (["-v", "prevew"], "unknown command 'prevew'\nHINT: did you mean preview?"),
    (["help", "statsu"], "unknown command 'statsu'\nHINT: did you mean status?"),
    (["send"], "unknown command 'send'\nHINT: see intelmqcbmail --help"),
    (["ev\x1b[2Jil"], "unknown command 'ev\\x1b[2Jil'"),
    (["--dry-rum"], "unknown option --dry-rum\nHINT: did you mean --dry-run? See intelmqcbmail --help"),
    (["preview", "--htlm=x"], "did you mean --html? See intelmqcbmail preview --help"),
    (["check", "--jsno"], "did you mean --json? See intelmqcbmail check --help"),
    (["check", "--ev\x1b[2Jil"], "unknown option --ev\\x1b[2Jil"),
    (["check", "-x"], "unknown option -x\nHINT: see intelmqcbmail check --help"),
    (["--config"], "missing argument for --config"),
    (["check", "now"], "unexpected argument 'now'"),
    (["--", "check"], "unexpected argument 'check'"),
    (["--json"], "--json goes with --version only"),
    (["init"], "missing argument: DIR"),
    (["test-mail", "nobody"], "'nobody'"),
    (["uncertain", "1"], "--was-sent or --send-again"),
    (["status", "--warn-age", "soon"], "MAILGEN UNKNOWN"),
])
def test_a_mistake_is_told_plainly(arguments, told):
    result = run(*arguments)
    if "MAILGEN" in told:  # a monitoring plugin
        assert (result.returncode, result.stderr) == (3, "") and result.stdout.startswith(told)
        return
    assert result.returncode == 2 and result.stdout == ""
    assert result.stderr.startswith("intelmqcbmail: ") and told in result.stderr
    assert "CRITICAL" not in result.stderr and "\x1b" not in result.stderr


@pytest.mark.parametrize("option, value", [
    *((["--limit"], value) for value in ["0", "-1", "+1", "", " 1", "1 ", "1.5", "0x10", "many", "99999999999"]),
    (["preview", "--limit"], "0"), (["preview", "--show"], "0"), (["preview", "--show"], "-1"),
    (["--batch-size"], "0"), (["-N"], "x"),
])
def test_a_number_is_one_or_more_and_decimal(option, value):
    result = run(*option, value)
    assert result.returncode == 2
    assert f"found '{value}', wanted a number from 1 on" in result.stderr


def test_help_and_version_that_cannot_be_written_are_a_failure():
    for arguments in (["--help"], ["check", "--help"], ["help"], ["--version"], ["--version", "--json"]):
        with open("/dev/full", "w") as full:
            result = run(*arguments, stdout=full, stderr=subprocess.PIPE, capture_output=False)
        assert result.returncode == 1 and "could not be written" in result.stderr


def test_version():
    text = run("--version").stdout
    assert json.loads(run("-V", "--json").stdout) == {"program": "intelmqcbmail", "version": text.split()[1]}

#!/usr/bin/python3
# SPDX-License-Identifier: AGPL-3.0-or-later
"""Asks bash what it completes after `intelmqcbmail …`, with the program as it was built; zsh and fish too where they are
installed. What needs a database is in tests/flow/test_979_completion.py."""

import os
import pathlib
import re
import subprocess
import sys
import tempfile

ROOT = pathlib.Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT / "tests"))

from support.shells import SHELLS, Complaint, is_installed, offered  # noqa: E402

BUILD = pathlib.Path(os.environ.get("INTELMQCBMAIL_BUILD", ROOT / "build")).resolve()
PROGRAM = BUILD / "src" / "cli" / "intelmqcbmail"


def completions(directory, *words):
    return offered("bash", PROGRAM, directory, *words)


def of_other_shells(directory, *words):
    for shell in SHELLS:
        if shell != "bash" and is_installed(shell):
            yield shell, offered(shell, PROGRAM, directory, *words)


def problems_of_other_shells(directory):
    longs = {f"{name}" for _, name, _ in options_of(help_of("preview"))}
    (pathlib.Path(directory) / "templates").mkdir()
    (pathlib.Path(directory) / "templates" / "one").touch()
    configuration = pathlib.Path(directory) / "c.conf"
    configuration.write_text(f'{{"template_dir": "{directory}/templates"}}')
    cases = [(commands_of(help_of()), [""]), (longs, ["preview", "--"]), (longs, ["-v", "preview", "--"]),
             ({"one"}, ["-c", str(configuration), "preview", "--template", ""])]
    for wanted, words in cases:
        for name, got in of_other_shells(directory, *words):
            if got != wanted:
                yield f"{name}, after {words}: {sorted(got)}, wanted {sorted(wanted)}"
    got = completions(directory, "-c", str(configuration), "preview", "--template", "")
    if got != {"one"}:
        yield f"bash offers {got} as templates"


def help_of(*command):
    return subprocess.run(
        [PROGRAM, *command, "--help"], capture_output=True, text=True, check=True
    ).stdout


def options_of(text):
    """(short or None, long, name of the value or None) of each option."""
    found = re.findall(r"^  (?:-(\w), )?--([\w-]+)(?:=(\S+))?", text, re.M)
    return [(f"-{short}" if short else None, f"--{long}", value) for short, long, value in found]


def commands_of(text):
    section = re.search(r"^Commands:\n((?:  .*\n)*)", text, re.M)
    return set(re.findall(r"^  (\S+)", section[1], re.M)) if section else set()


def problems(directory):
    def expect(wanted, *words):
        got = completions(directory, *words)
        if got != wanted:
            yield f"after {' '.join(words)!r}: {sorted(got)}, wanted {sorted(wanted)}"

    commands = commands_of(help_of())
    yield from expect(commands, "")
    for prefix in [[], *([name] for name in sorted(commands))]:
        options = options_of(help_of(*prefix))
        if not options:
            yield f"no options found in the help of {prefix}"
        longs = {long for _, long, _ in options}
        yield from expect(longs, *prefix, "--")
        one = sorted(longs)[0]
        yield from expect({name for name in longs if name.startswith(one)}, *prefix, one)
        for short, long, value in options:
            kind = value or ""
            files = {"file", "folder"} if "FILE" in kind else {"folder"} if "DIR" in kind else set()
            if not value:
                continue
            yield from expect(files, *prefix, long, "")
            yield from expect(files, *prefix, long, "=")
            yield from expect({name for name in files if name == "folder"}, *prefix, long, "=", "fol")
            if short:
                yield from expect(files, *prefix, short, "")


def main():
    if not PROGRAM.exists():
        sys.exit(f"completion: {PROGRAM} is not built")
    with tempfile.TemporaryDirectory() as directory:
        (pathlib.Path(directory) / "file").touch()
        (pathlib.Path(directory) / "folder").mkdir()
        try:
            found = list(problems(directory)) + list(problems_of_other_shells(directory))
        except Complaint as complaint:
            found = [complaint]
    for problem in found:
        print(f"completion: {problem}", file=sys.stderr)
    if not found:
        print("completion: of every command and option")
    return bool(found)


if __name__ == "__main__":
    sys.exit(main())

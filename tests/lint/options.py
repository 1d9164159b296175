#!/usr/bin/python3
# SPDX-License-Identifier: AGPL-3.0-or-later
"""Every option and subcommand is in the manual page, and what the page has is real."""

import os
import pathlib
import re
import subprocess
import sys

ROOT = pathlib.Path(__file__).resolve().parents[2]
BUILD = pathlib.Path(os.environ.get("INTELMQCBMAIL_BUILD", ROOT / "build"))
PAGE = (ROOT / "doc/intelmqcbmail.1").read_text()


def shown_by(*arguments):
    """The options and the subcommands that --help shows."""
    text = subprocess.run([BUILD / "src/cli/intelmqcbmail", *arguments, "--help"], check=True,
                          capture_output=True, text=True).stdout
    options = {(short or "", long) for short, long in
               re.findall(r"^  (?:-(\w), )?--([a-z-]+)", text, re.M)}
    _, _, commands = text.partition("\nCommands:\n")
    return options, re.findall(r"^  ([a-z-]+) ", commands, re.M)


def documented(section):
    """`.It Fl a , -all Ar file`, with or without the short one."""
    return {(short or "", long) for short, long in
            re.findall(r"^\.It Fl (?:(\w) , )?-([a-z-]+)", section, re.M)}


problems = []
options, commands = shown_by()
main_section, *command_sections = re.split(r"^\.Ss Command ", PAGE, flags=re.M)
sections = {text.split()[0]: text for text in command_sections}
pairs = [("intelmqcbmail", options, documented(main_section))]
for name in commands:
    pairs.append((name, shown_by(name)[0], documented(sections.get(name, ""))))
    if name not in sections:
        problems.append(f"command {name} has no section in doc/intelmqcbmail.1")
for name in sections.keys() - set(commands):
    problems.append(f"doc/intelmqcbmail.1 tells of a command {name}, which there is not")
for name, real, told in pairs:
    for short, long in sorted(real - told):
        problems.append(f"{name}: option -{short} --{long} is not in doc/intelmqcbmail.1")
    for short, long in sorted(told - real):
        problems.append(f"{name}: doc/intelmqcbmail.1 tells of -{short} --{long}, which there is not")
print("\n".join(problems) or "options: in order")
sys.exit(1 if problems else 0)

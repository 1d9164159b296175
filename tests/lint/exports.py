#!/usr/bin/python3
# SPDX-License-Identifier: AGPL-3.0-or-later
"""No dead ends: what a header offers is used by another source of the program, or at least, where a test wants to
get at a part, by its own one."""

import collections
import pathlib
import re
import sys

ROOT = pathlib.Path(__file__).resolve().parents[2]

# What only tests have a use for, and need.
FOR_TESTS = {"mg_clock_set", "mg_agent_pid", "mg_direct_signer_holder_pid", "mg_keyring_n_agents"}

COMMENT = re.compile(r"/\*.*?\*/", re.S)
OFFERED = re.compile(r"^(?:(?!typedef|static|#)[A-Za-z][^;{}#()]*?\b(mg_\w+)\(|#define (M[Gg]_\w+))", re.M)
NAME = re.compile(r"\b(?:mg|MG)_\w+")


def problems():
    texts = {path: COMMENT.sub("", path.read_text()) for path in sorted((ROOT / "src").glob("*/*.[ch]"))}
    users = collections.defaultdict(set)
    for path, text in texts.items():
        for name in NAME.findall(text):
            users[name].add(path)
    for path, text in texts.items():
        where = path.relative_to(ROOT)
        if path.suffix != ".h":
            continue
        own = texts.get(path.with_suffix(".c"), "")
        for name in sorted({"".join(found) for found in OFFERED.findall(text)} - FOR_TESTS):
            # Where a function is made it is not used yet; a macro is made in the header.
            in_own = len(re.findall(rf"\b{name}\b", own)) - name.startswith("mg_")
            in_header = len(re.findall(rf"\b{name}\b", text)) - 1
            if not users[name] - {path, path.with_suffix(".c")} and in_own < 1 and in_header < 1:
                yield f"{where}: nothing in src/ uses {name}"


found = list(problems())
print("\n".join(found) or "exports: all are used")
sys.exit(1 if found else 0)

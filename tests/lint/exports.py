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
FOR_TESTS = {"mg_clock_set"}

# Places being mended.
MENDING = ("src/cli/", "src/database/", "src/flow/", "src/mime/", "src/model/marks.h", "src/openpgp/", "src/python/",
           "src/run/", "src/report/", "src/archive/")

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
        if path.suffix != ".h" or str(where).startswith(MENDING):
            continue
        own = texts.get(path.with_suffix(".c"), "")
        for name in sorted({"".join(found) for found in OFFERED.findall(text)} - FOR_TESTS):
            in_own = len(re.findall(rf"\b{name}\b", own))
            freed = re.search(rf"G_DEFINE_AUTO\w+\([^;]*\b{name}\)", text)
            if not users[name] - {path, path.with_suffix(".c")} and in_own < 2 and not freed:
                yield f"{where}: nothing in src/ uses {name}"


found = list(problems())
print("\n".join(found) or "exports: all are used")
sys.exit(1 if found else 0)

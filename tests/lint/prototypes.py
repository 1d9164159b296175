#!/usr/bin/python3
# SPDX-License-Identifier: AGPL-3.0-or-later
"""Headers are for callers: a function that can fail says so to the compiler, and each function but the plainest
constructors has a comment, above it or above the prototypes that it stands with."""

import pathlib
import re
import sys

ROOT = pathlib.Path(__file__).resolve().parents[2]

PLAIN = re.compile(r"_(?:new|free|ref|unref|quark|clear|init)$")
PROTOTYPE = re.compile(r"^(?!typedef|static|#|return)[A-Za-z][^;{}#()]*?\b(mg_\w+)\([^;{}]*?;", re.M)
COMMENT = re.compile(r"/\*.*?\*/", re.S)
UNUSED = "G_GNUC_WARN_UNUSED_RESULT"


def blank(comment):
    """The same number of lines and characters without a word, `*` where there was one."""
    return re.sub(r"[^\n]", "*", comment.group())


def is_documented(lines, first, last):
    """lines: of the header, comments blanked to `*`."""
    if "*" * 5 in lines[last]:
        return True
    above = first - 1
    while above >= 0 and lines[above].strip() and not lines[above].endswith("**"):
        above -= 1
    return above >= 0 and lines[above].endswith("**")


def problems():
    for path in sorted((ROOT / "src").glob("*/*.h")):
        where = path.relative_to(ROOT)
        text = COMMENT.sub(blank, path.read_text())
        lines = text.split("\n")
        for found in PROTOTYPE.finditer(text):
            name, prototype = found.group(1), found.group()
            first = text.count("\n", 0, found.start())
            last = text.count("\n", 0, found.end())
            if "GError **" in prototype and not prototype.startswith("void ") and UNUSED not in prototype:
                yield f"{where}:{first + 1}: {name}() can fail, but has no {UNUSED}"
            if not PLAIN.search(name) and not is_documented(lines, first, last):
                yield f"{where}:{first + 1}: {name}() has no comment"


found = list(problems())
print("\n".join(found) or "prototypes: documented, and no failure can be passed over")
sys.exit(1 if found else 0)

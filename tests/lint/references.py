#!/usr/bin/python3
# SPDX-License-Identifier: AGPL-3.0-or-later
"""What comments refer to is here: no "contract N", a document that the repository does not have, and every manual
page, section and document that a comment names exists, and so does every file that a document names."""

import pathlib
import re
import subprocess
import sys

ROOT = pathlib.Path(__file__).resolve().parents[2]

CONTRACT = re.compile(r"\bcontract\s+(?:\*\s+)?\d", re.I)
# mailgen-formats(5), Copies   doc/ARCHITECTURE.md, Never twice, never lost
PAGE = re.compile(r"\b(intelmqcbmail|intelmq-mailgen\.conf|mailgen-\w+)\((\d)\)(?:,\s+([A-Z][^).;:]*))?")
DOCUMENT = re.compile(r"\b(doc/[\w.-]+\.(?:md|\d))(?:,\s+([A-Z][^).;:]*))?")
# `flow/notify.c`, `src/cli/send_options.c`, `tests/lint/layers.py` in a document; not `src/cli/command_NAME.c`.
FILE = re.compile(r"`((?:\w+/)+[a-z\d_]+\.(?:[ch]|py))`")
COMMENT_LINE = re.compile(r"\n\s*(?:\*|#)\s+")


def committed():
    names = subprocess.run(["git", "ls-files"], cwd=ROOT, check=True, capture_output=True, text=True).stdout.split("\n")
    for name in names:
        if re.search(r"\.(?:[ch]|py|sql|md|sh|build)$", name) and (ROOT / name).is_file():
            yield name, (ROOT / name).read_text()


def titles_of(path):
    text = path.read_text()
    if path.suffix == ".md":
        return re.findall(r"^#+ (.*)$", text, re.M)
    return re.findall(r"^\.S[hs] (.*)$", text, re.M)


def is_title(words, titles):
    """What follows a title in its sentence does not count: it begins with one."""
    return any(words.casefold().startswith(title.casefold()) for title in titles)


def problems():
    for name, text in committed():
        if CONTRACT.search(text) and name != "tests/lint/references.py":
            yield f"{name}: refers to a contract; name the manual page and its section"
        if name.endswith(".md") and name != "NEWS.md":
            for file in FILE.findall(text):
                if not any((ROOT / place / file).is_file() for place in ("", "src", "python/intelmqmail")):
                    yield f"{name}: names {file}, which does not exist"
        if not name.endswith((".c", ".h", ".py")) or name.startswith("tests/lint/"):
            continue
        flat = COMMENT_LINE.sub(" ", text)
        pages = [(f"doc/{page}.{section}", words) for page, section, words in PAGE.findall(flat)]
        for document, words in pages + DOCUMENT.findall(flat):
            path = ROOT / document
            if not path.is_file():
                yield f"{name}: refers to {document}, which does not exist"
            elif words and not is_title(words, titles_of(path)):
                yield f"{name}: refers to '{words}' in {document}, which has no such section"


found = list(problems())
print("\n".join(found) or "references: all lead somewhere")
sys.exit(1 if found else 0)

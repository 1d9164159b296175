#!/usr/bin/python3
# SPDX-License-Identifier: AGPL-3.0-or-later
"""Holds the table of keys in src/config/known_keys.c, doc/intelmq-mailgen.conf.5 and the example
configuration together: each known key is documented with its type, default, bounds and choices, each documented
key is known, and the examples hold known keys only."""

import json
import pathlib
import re
import sys

ROOT = pathlib.Path(__file__).resolve().parents[2]
TABLE = ROOT / "src/config/known_keys.c"
MANUAL = ROOT / "doc/intelmq-mailgen.conf.5"
EXAMPLE = ROOT / "intelmq-mailgen.conf.example"

# What the manual calls each kind.
KINDS = {
    "OBJECT": "object",
    "TEXT": "string",
    "SECRET": "string",
    "SECRET_FILE": "path of a secret",
    "BOOLEAN": "boolean",
    "INTEGER": "integer",
    "PORT": "port",
    "CHOICE": "choice",
    "LEVEL": "level",
    "HOST": "host",
    "DIRECTORY": "directory",
    "FILE": "path of a file",
    "MAILBOX": "mailbox",
    "ADDRESS": "address",
    "PATTERNS": "patterns",
    "HEADERS": "headers",
}

KEY = re.compile(r'^\s*\{"([^"]+)", MG_KEY_(\w+), ([\w |]+), [^"{}]*?(?:\.fallback = "([^"]*)")?[^"{}]*\},$', re.M)
BOUNDS = re.compile(r'^\s*\{"([^"]+)".*\.minimum = (\d+), \.maximum = (\d+)', re.M)
CHOICES = re.compile(r"^static const gchar \*const (\w+)\[\] = \{([^}]*), NULL\};", re.M)
CHOICES_OF_KEY = re.compile(r'^\s*\{"([^"]+)".*\.choices = (\w+)', re.M)
ENTRY = re.compile(r"^\.It Ic (\S+) No \((.*)\)$", re.M)


def known_keys():
    """Path → what the manual must say in parentheses."""
    table = TABLE.read_text().partition("static const MgKnownKey keys[] = {")[2].partition("\n};")[0]
    keys = {}
    for path, kind, flags, fallback in KEY.findall(table):
        words = KINDS[kind]
        if "AUTO" in flags:
            words += " or auto"
        if "REQUIRED" in flags:
            words += ", required"
        if fallback:
            words += f", default {fallback}"
        keys[path] = words
    lines = [line for line in table.splitlines() if line.strip().startswith('{"')]
    if len(lines) != len(keys):
        sys.exit(f"{TABLE.name}: {len(lines)} lines look like keys, {len(keys)} were understood")
    return keys


def choices_of_keys():
    text = TABLE.read_text()
    lists = {name: re.findall(r'"([^"]+)"', inner) for name, inner in CHOICES.findall(text)}
    return {path: lists[name] for path, name in CHOICES_OF_KEY.findall(text)}


def entry_of(path, manual):
    return manual.partition(f".It Ic {path} No ")[2].partition("\n.It Ic ")[0]


def paths_of(document, known, prefix=""):
    for name, value in document.items():
        yield prefix + name
        if isinstance(value, dict) and known.get(prefix + name, "").startswith("object"):
            yield from paths_of(value, known, prefix + name + ".")


def examples(manual):
    yield EXAMPLE.name, EXAMPLE.read_text()
    for block in re.findall(r"^\.Bd -literal$\n(.*?)^\.Ed$", manual, re.M | re.S):
        yield MANUAL.name, block


def problems():
    known = known_keys()
    manual = MANUAL.read_text()
    entries = ENTRY.findall(manual)
    documented = dict(entries)
    if len(documented) != len(entries):
        yield f"{MANUAL.name}: a key is described twice"
    for path, words in known.items():
        if path not in documented:
            yield f"{MANUAL.name}: does not describe {path}"
        elif documented[path] != words:
            yield f"{MANUAL.name}: {path} is ({documented[path]}), the program says ({words})"
    for path in documented.keys() - known.keys():
        yield f"{MANUAL.name}: describes {path}, which the program does not know"
    for path, minimum, maximum in BOUNDS.findall(TABLE.read_text()):
        if f"{minimum} to {maximum}" not in entry_of(path, manual):
            yield f"{MANUAL.name}: {path} does not say that it goes from {minimum} to {maximum}"
    for path, choices in choices_of_keys().items():
        entry = entry_of(path, manual)
        for choice in choices:
            if not re.search(rf"^(?:\.It Cm|\.Cm) {choice}\b", entry, re.M):
                yield f"{MANUAL.name}: {path} does not say what {choice} is"
    for name, text in examples(manual):
        document = json.loads(text)
        for path in paths_of(document, known):
            if path not in known:
                yield f"{name}: the example has {path}, which the program does not know"
        if document.get("openpgp", {}).keys() not in ({}.keys(), {"gnupg_home", "signing_key", "always_sign"}):
            yield f"{name}: the example's openpgp holds other than its three keys"
    example = set(paths_of(json.loads(EXAMPLE.read_text()), known))
    for path, words in known.items():
        if "required" in words and path not in example:
            yield f"{EXAMPLE.name}: lacks {path}, which is required"


found = list(problems())
print("\n".join(found) or "configuration keys: in order")
sys.exit(1 if found else 0)

#!/usr/bin/python3
# SPDX-License-Identifier: AGPL-3.0-or-later
"""Holds the keys of YAML formats in src/formats and doc/mailgen-formats.5 together: each key that is read is
documented, each documented one is read, and both say the same about which are required."""

import pathlib
import re
import sys

ROOT = pathlib.Path(__file__).resolve().parents[2]
SOURCES = sorted((ROOT / "src/formats").glob("yaml_*.c"))
MANUAL = ROOT / "doc/mailgen-formats.5"

FIELD = re.compile(r'\{"(\w+)", \w*read_?\w*, (?:AT\(\w+\)|WHOLE)(,\s*")?')
ATTRIBUTE = re.compile(r'\{"(\w+)", G_STRUCT_OFFSET\(MgGroup')
ENTRY = re.compile(r"^\.It Ic (.*)$", re.M)


def read_keys():
    """Key → whether it is required."""
    keys = {}
    for source in SOURCES:
        text = source.read_text()
        keys.update((key, bool(required)) for key, required in FIELD.findall(text))
        keys.update((key, False) for key in ATTRIBUTE.findall(text))
    return keys


def documented_keys():
    section = MANUAL.read_text().partition(".Sh FORMATS IN YAML")[2].partition(".Sh FORMATS IN PYTHON")[0]
    keys = {}
    for entry in ENTRY.findall(section):
        names, _, note = entry.partition(" Pq ")
        for name in names.partition(" : ")[0].split(" , "):
            if not name.startswith("aggregate "):
                keys[name] = note == "required"
    return keys


def main():
    read, documented = read_keys(), documented_keys()
    mistakes = [f"the key '{key}' is read, but not documented" for key in read.keys() - documented.keys()]
    mistakes += [f"the key '{key}' is documented, but not read" for key in documented.keys() - read.keys()]
    mistakes += [
        f"the key '{key}' is required in one of the two only"
        for key in read.keys() & documented.keys()
        if read[key] != documented[key]
    ]
    for mistake in sorted(mistakes):
        print(f"{MANUAL.name}: {mistake}", file=sys.stderr)
    print(f"keys of YAML formats: {len(read)} checked")
    return 1 if mistakes else 0


sys.exit(main())

#!/usr/bin/python3
# SPDX-License-Identifier: AGPL-3.0-or-later
"""Holds src/ to src/LAYERS: a folder includes only the folders above it that LAYERS allows it, file
stems are unique, a header's functions carry its stem, and foreign libraries keep to their folder."""

import collections
import pathlib
import re
import sys

ROOT = pathlib.Path(__file__).resolve().parents[2]
SRC = ROOT / "src"

# Each foreign library has one folder that knows it.
LIBRARY_HEADERS = {
    "libpq-fe.h": {"database"},
    "libfyaml.h": {"document"},
    "gmime/gmime.h": {"mime"},
    "curl/curl.h": {"smtp"},
    "systemd/sd-journal.h": {"base"},
    "Python.h": {"python"},
}

INCLUDE = re.compile(r'^\s*#\s*include\s*(?:"([^"]+)"|<([^>]+)>)', re.M)
PROTOTYPE = re.compile(r"^[A-Za-z][\w \*]*?\b(mg_\w+)\(", re.M)


def read_layers():
    layers = {}
    for line in (SRC / "LAYERS").read_text().splitlines():
        if line.startswith("#") or not line.strip():
            continue
        folder, _, allowed = line.partition(":")
        allowed = allowed.split()
        unknown = [name for name in allowed if name not in layers]
        if unknown:
            sys.exit(f"src/LAYERS: {folder.strip()} names {unknown}, which do not stand above it")
        layers[folder.strip()] = set(allowed)
    return layers


def own_prefix(stem):
    """connection_private.h shows more of connection.c; of stage1_claim.c the number is the name."""
    stem = stem.removesuffix("_private")
    return "mg_" + (stem.partition("_")[0] if re.match(r"stage\d_", stem) else stem) + "_"


def problems():
    layers = read_layers()
    sources = sorted(path for path in SRC.rglob("*") if path.suffix in (".c", ".h"))
    stems = collections.defaultdict(set)
    for path in sources:
        where = path.relative_to(ROOT)
        folder = path.relative_to(SRC).parts[0]
        if folder not in layers:
            yield f"{where}: its folder is not in src/LAYERS"
            continue
        stems[path.stem].add(path.with_suffix(""))
        text = path.read_text()
        for own, system in INCLUDE.findall(text):
            if own and own.split("/")[0] not in layers[folder] | {folder}:
                yield f'{where}: {folder} may not include "{own}"'
            if system in LIBRARY_HEADERS and folder not in LIBRARY_HEADERS[system]:
                yield f"{where}: <{system}> belongs to {sorted(LIBRARY_HEADERS[system])}"
        if path.suffix == ".h":
            prefix = own_prefix(path.stem)
            for name in PROTOTYPE.findall(re.sub(r"/\*.*?\*/", "", text, flags=re.S)):
                if not (name + "_").startswith(prefix):
                    yield f"{where}: {name}() does not carry the prefix {prefix}"
        if "SPDX-License-Identifier: AGPL-3.0-or-later" not in text.partition("\n")[0]:
            yield f"{where}: no SPDX line at the top"
    for stem, places in stems.items():
        if len(places) > 1:
            yield f"{stem}: stands in more than one folder: {sorted(map(str, places))}"


found = list(problems())
print("\n".join(found) or "layers: in order")
sys.exit(1 if found else 0)

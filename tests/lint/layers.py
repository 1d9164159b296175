#!/usr/bin/python3
# SPDX-License-Identifier: AGPL-3.0-or-later
"""Holds src/ to src/LAYERS: a folder includes only the folders above it that LAYERS allows it, no two of its
files include each other, however far round, file stems are unique, a header's functions carry its stem, its types
no other file's, and foreign libraries keep to their folder."""

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
    "idn2.h": {"mime"},
    "curl/curl.h": {"smtp"},
    "systemd/sd-journal.h": {"base"},
    "zip.h": {"archive"},
    "Python.h": {"python"},
    "seccomp.h": {"keyholder"},
    **{f"openssl/{name}.h": {"keyholder"}
       for name in ("bn", "core_names", "crypto", "evp", "param_build", "rsa")},
}

# Its types are named after the folders whose settings they are.
NAMED_AFTER_OTHERS = {"settings"}

INCLUDE = re.compile(r'^\s*#\s*include\s*(?:"([^"]+)"|<([^>]+)>)', re.M)
PROTOTYPE = re.compile(r"^[A-Za-z][\w \*]*?\b(mg_\w+)\(", re.M)


TYPE = re.compile(r"^(?:\} (Mg\w+);|typedef [^;{}]*\(\*(Mg\w+)\)\()", re.M)
COMMENT = re.compile(r"/\*.*?\*/", re.S)


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


def without_private(stem):
    """connection_private.h shows more of connection.c, and is one with it."""
    return stem.removesuffix("_private")


def own_prefix(stem):
    """Of stage1_claim.c the number is the name."""
    stem = without_private(stem)
    return "mg_" + (stem.partition("_")[0] if re.match(r"stage\d_", stem) else stem) + "_"


def modules_of(sources):
    """FOLDER/STEM of a source and its header together → those that it includes."""
    modules = collections.defaultdict(set)
    for path in sources:
        own = without_private(str(path.relative_to(SRC).with_suffix("")))
        included = {without_private(name.removesuffix(".h"))
                    for name, _ in INCLUDE.findall(path.read_text()) if name}
        modules[own] |= included - {own}
    return modules


def circle_through(start, modules):
    """The shortest way from a module back to itself, or None."""
    ways = collections.deque([[start]])
    seen = set()
    while ways:
        way = ways.popleft()
        for module in sorted(modules.get(way[-1], ())):
            if module == start:
                return way
            if module not in seen:
                seen.add(module)
                ways.append(way + [module])
    return None


def circles(sources):
    modules = modules_of(sources)
    told = set()
    for module in sorted(modules):
        folder = module.split("/")[0]
        way = circle_through(module, modules)
        if way is None or told & set(way):
            continue
        told.update(way)
        yield f"src/{folder}: a circle of includes: {' > '.join(way + [module])}"


def words_of(name):
    """MgJsonNodes, json_nodes → [json, node]: a plural counts as its singular."""
    words = re.findall(r"[A-Z][a-z\d]*", name.removeprefix("Mg")) if name.startswith("Mg") else name.split("_")
    return [word.lower().removesuffix("s") for word in words]


def types_of(sources):
    for path in sources:
        if path.suffix == ".h":
            for names in TYPE.findall(COMMENT.sub("", path.read_text())):
                yield path, "".join(names)


def misplaced_types(sources):
    """A type's name is told once, and does not begin with the name of a file other than its own."""
    stems = {tuple(words_of(path.stem)): path.stem for path in sources if path.suffix == ".h"}
    places = collections.defaultdict(set)
    for path, name in types_of(sources):
        where, words = path.relative_to(ROOT), words_of(name)
        places[name].add(str(where))
        if set(words) & set(words_of(path.stem)) or path.stem in NAMED_AFTER_OTHERS:
            continue
        others = [stems[tuple(words[:n])] for n in range(1, len(words) + 1) if tuple(words[:n]) in stems]
        if others:
            yield f"{where}: {name} has the name of {others[-1]}.h"
    for name, headers in places.items():
        if len(headers) > 1:
            yield f"{name}: stands in more than one header: {sorted(headers)}"


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
            for name in PROTOTYPE.findall(COMMENT.sub("", text)):
                if not (name + "_").startswith(prefix):
                    yield f"{where}: {name}() does not carry the prefix {prefix}"
        if "SPDX-License-Identifier: AGPL-3.0-or-later" not in text.partition("\n")[0]:
            yield f"{where}: no SPDX line at the top"
    for stem, places in stems.items():
        if len(places) > 1:
            yield f"{stem}: stands in more than one folder: {sorted(map(str, places))}"
    yield from circles(sources)
    yield from misplaced_types(sources)


found = list(problems())
print("\n".join(found) or "layers: in order")
sys.exit(1 if found else 0)

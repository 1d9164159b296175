#!/usr/bin/python3
# SPDX-License-Identifier: AGPL-3.0-or-later
"""Every room its test: each source in src/ has tests/unit/FOLDER/test_STEM.c, or a line in tests/COVERED that names
what covers it instead; each line there is about sources and tests that exist, and each unit test about a source, and run."""

import fnmatch
import pathlib
import re
import sys

ROOT = pathlib.Path(__file__).resolve().parents[2]
COVERED = ROOT / "tests/COVERED"
PLAIN_DATA = "plain data"

# Unit tests about more than one source.
OF_SEVERAL = {"formats/test_example_formats.c"}

# A function of plain data makes, frees or fills; where there is more to it, a test is wanted.
PLAIN_LINES = 50


def read_covered():
    for line in COVERED.read_text().splitlines():
        if line.strip() and not line.startswith("#"):
            pattern, _, covers = line.partition(" : ")
            yield pattern.strip(), covers.strip()


def unit_test_of(source):
    return ROOT / "tests/unit" / source.parent.name / f"test_{source.stem}.c"


def problems():
    lines = list(read_covered())
    sources = sorted((ROOT / "src").glob("*/*.c"))
    untested = [str(path.relative_to(ROOT)) for path in sources if not unit_test_of(path).exists()]
    for name in untested:
        if not any(fnmatch.fnmatchcase(name, pattern) for pattern, _ in lines):
            yield f"{name}: has no unit test, and no line in {COVERED.name} names what covers it"
    for pattern, covers in lines:
        found = fnmatch.filter(untested, pattern)
        if not found:
            yield f"{COVERED.name}: {pattern} is no source without a unit test"
        if covers == PLAIN_DATA:
            for name in found:
                if len((ROOT / name).read_text().splitlines()) > PLAIN_LINES:
                    yield f"{COVERED.name}: {name} is too long for plain data"
            continue
        for glob in covers.split():
            if not list(ROOT.glob(glob)):
                yield f"{COVERED.name}: {pattern} names {glob}, which does not exist"
    for test in sorted((ROOT / "tests/unit").glob("*/test_*.c")):
        where = test.relative_to(ROOT / "tests/unit")
        source = ROOT / "src" / test.parent.name / f"{test.stem.removeprefix('test_')}.c"
        if not source.exists() and str(where) not in OF_SEVERAL:
            yield f"tests/unit/{where}: is named after a source that does not exist"
        listed = (test.parent / "meson.build").read_text()
        if not re.search(rf"['/]({test.stem}|{test.stem.removeprefix('test_')})(\.c)?'", listed):
            yield f"tests/unit/{where}: is not run, as meson.build does not list it"


found = list(problems())
print("\n".join(found) or "tests: every source has one")
sys.exit(1 if found else 0)

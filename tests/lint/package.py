#!/usr/bin/python3
# SPDX-License-Identifier: AGPL-3.0-or-later
"""Holds the package intelmqmail together: its modules import each other without a circle, and at their top, so that
none is hidden. Inside a function only `_message` is imported, which brings Python's email package along."""

import ast
import pathlib
import sys

PACKAGE = pathlib.Path(__file__).resolve().parents[2] / "python/intelmqmail"
LATE = {"_message"}


def named(node, modules):
    """Which of the package's modules an import statement names."""
    if isinstance(node, ast.Import):
        names = {alias.name.removeprefix("intelmqmail.") for alias in node.names}
    elif isinstance(node, ast.ImportFrom) and node.module == "intelmqmail":
        names = {alias.name for alias in node.names}
    elif isinstance(node, ast.ImportFrom) and node.module is not None:
        names = {node.module.removeprefix("intelmqmail.")}
    else:
        names = set()
    return names & modules


def circles(imports):
    """Modules from which a way leads back to themselves, after all else has been taken away."""
    left = dict(imports)
    while True:
        ends = {name for name, others in left.items() if not others & left.keys()}
        if not ends:
            return sorted(left)
        left = {name: others for name, others in left.items() if name not in ends}


def problems():
    modules = {path.stem for path in PACKAGE.glob("*.py")} - {"__init__"}
    imports = {}
    for path in sorted(PACKAGE.glob("*.py")):
        tree = ast.parse(path.read_text())
        imports[path.stem] = set()
        for node in ast.walk(tree):
            names = named(node, modules)
            imports[path.stem] |= names
            if node not in tree.body and names - LATE:
                yield f"{path.name}:{node.lineno}: {', '.join(sorted(names))} is imported inside a function"
    left = circles(imports)
    if left:
        yield f"python/intelmqmail: a circle of imports among {', '.join(left)}"


found = list(problems())
print("\n".join(found) or "package: no circle, nothing hidden")
sys.exit(1 if found else 0)

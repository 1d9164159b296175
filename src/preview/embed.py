#!/usr/bin/python3
# SPDX-License-Identifier: AGPL-3.0-or-later
"""embed.py FILE... HEADER: each FILE as a C string named after it (page.css: page_css)."""

import pathlib
import sys

*inputs, output = map(pathlib.Path, sys.argv[1:])
lines = ["/* Made by embed.py. */"]
for path in inputs:
    escaped = path.read_text().replace("\\", "\\\\").replace('"', '\\"').replace("??", "?\\?").splitlines()
    lines.append(f"static const char {path.name.replace('.', '_')}[] =")
    lines += [f'    "{line}\\n"' for line in escaped]
    lines[-1] += ";"
output.write_text("\n".join(lines) + "\n")

#!/usr/bin/python3
# SPDX-License-Identifier: AGPL-3.0-or-later
"""golden_yaml.py PROGRAM: its maps as PyYAML, a reader of YAML 1.1, reads them."""

import random
import subprocess
import sys

try:
    import yaml
except ImportError:
    print("skipped: python3-yaml is not there")
    sys.exit(77)

PROGRAM = sys.argv[1]
CHANCE = random.Random(15)
WORDS = """yes no on off y n true false null ~ Yes NO On oFF TRUE Null 0 1 -1 +1 0x1f 0b11 0o17 017 1e3 1.5 .5 1. 1_000 .inf
-.inf .nan .NaN 12:30:45 190:20:30 190:20:30.15 2026-11-20 2026-11-20T01:02:03Z 2001-12-14t21:59:43.10-05:00 = << - -- --- ... ? :
[a] {a} &a *a !a |a |- > % %YAML @a `a ' " # , a:b a: :a a#b fe80::1 2001:db8::1 192.0.2.1 http://a/?b=c&d#e <a@b.example>
C:\\x \\ \\n ${a} !!python/object:os.system""".split()
TEXTS = ["", " ", "a ", " a", "a  b", "a b", "a: b", "a #b", "- a", "? a", "--- a", "a\n", "\na", "a\n\nb", "a\r\nb", "\t", "a\tb", "\x01\x1f\x7f",
         "\x80\x85\x9f\xa0", "a\u2028b\u2029c", "\ufeff", "\ufffe\uffff", "\U0001f600", "\U0010ffff", "\u202egnp", "Größe", "x" * 5000, "a " * 2000]
LETTERS = "abyno019 .:-+_#'\"\\\n\r\t[]{}&*!|>%@`,?=~<\x85\u2028\u2029\ufeffäß\U0001f600"


def write(pairs):
    pieces = b"".join(text.encode() + b"\0" for pair in pairs for text in pair)
    return subprocess.run([PROGRAM], input=pieces, stdout=subprocess.PIPE, check=True).stdout


texts = WORDS + TEXTS + ["".join(CHANCE.choices(LETTERS, k=CHANCE.randrange(1, 12))) for _ in range(3000)]
pairs = {f"Key-{number}": text for number, text in enumerate(texts)}
pairs.update({text: "value" for text in WORDS})
written = write(pairs.items())
read = yaml.safe_load(written)
assert read == pairs, [(key, text, read.get(key)) for key, text in pairs.items() if read.get(key) != text]
assert list(read) == list(pairs), "the order"
assert written.decode().count("\n") == len(pairs) == len(written.decode().splitlines()), "a line each"
print("maps: read as they were meant")

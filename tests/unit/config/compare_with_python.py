# SPDX-License-Identifier: AGPL-3.0-or-later
"""Merged configurations are what Python makes of the same files: format scripts read them.

Random pairs of documents, written in many spellings, are merged by print_merged and by Python. Usage:
compare_with_python.py PRINT_MERGED [SEED [COUNT]]. Random, but the same each time without SEED.
"""

import json
import math
import random
import subprocess
import sys

CHARACTERS = (
    list('abcXYZ019 _-.:,;/\\"\'{}[]#&*!|>%@`?<=~')
    + [chr(number) for number in range(0, 33)]
    + ["\x7f", "\x80", "\x85", "\xa0", "ä", "ß", "€", "\u2028", "\u2029", "\u202e", "\ufeff", "\ufffe", "\uffff", "😀", "\U0010ffff"]
)
KEYS = ["", "a", "b", "smtp", "openpgp", "database", "<<", "null", "1", "ä", "a\0b", "a b", "?", "- x"]


def random_text(choose):
    return "".join(choose.choice(CHARACTERS) for _ in range(choose.choice([0, 1, 2, 5, 12, 80])))


def spell_text(choose, text):
    """The JSON string for `text`, each character in one of its spellings."""
    names = {'"': '\\"', "\\": "\\\\", "\b": "\\b", "\f": "\\f", "\n": "\\n", "\r": "\\r", "\t": "\\t", "/": "\\/"}
    spelt = []
    for character in text:
        units = character.encode("utf-16-be")
        escapes = ["".join("\\u%02x%02x" % (units[i], units[i + 1]) for i in range(0, len(units), 2))]
        escapes.append(escapes[0].upper().replace("\\U", "\\u"))
        if character in names:
            escapes.append(names[character])
        if character >= " " and character not in '"\\':
            escapes += [character] * 5
        spelt.append(choose.choice(escapes))
    return '"' + "".join(spelt) + '"'


def random_number(choose):
    integer = choose.choice(["0", str(choose.randint(1, 9)), str(choose.randint(1, 10 ** choose.randint(1, 40)))])
    fraction = choose.choice(["", "", "." + str(choose.randint(0, 10 ** choose.randint(1, 20)))])
    exponent = choose.choice(["", "", choose.choice("eE") + choose.choice(["", "+", "-"]) + str(choose.randint(0, 310))])
    return choose.choice(["", "-"]) + integer + fraction + exponent


def blanks(choose):
    return choose.choice(["", "", " ", "\n", "\t", "\r\n", "  \n\t "])


def spell_value(choose, depth):
    kind = choose.choice("tnwtnwtnwlo" if depth < 5 else "tnw")
    if kind == "t":
        return spell_text(choose, random_text(choose))
    if kind == "n":
        return random_number(choose)
    if kind == "w":
        return choose.choice(["true", "false", "null"])
    if kind == "l":
        return spell_list(choose, [spell_value(choose, depth + 1) for _ in range(choose.randint(0, 4))], "[]")
    return spell_object(choose, depth + 1)


def spell_list(choose, items, brackets):
    inner = ",".join(blanks(choose) + item + blanks(choose) for item in items)
    return brackets[0] + inner + blanks(choose) + brackets[1]


def spell_object(choose, depth):
    """Keys come from a short list, so that they meet: within an object and between the files."""
    members = []
    for _ in range(choose.randint(0, 6)):
        key = choose.choice(KEYS) if choose.random() < 0.8 else random_text(choose)
        members.append(spell_text(choose, key) + blanks(choose) + ":" + blanks(choose) + spell_value(choose, depth))
    return spell_list(choose, members, "{}")


def merge(below, above):
    """As the Python program merges the system's file and the user's."""
    merged = dict(below)
    for key, value in above.items():
        if isinstance(value, dict) and isinstance(merged.get(key), dict):
            value = {**merged[key], **value}
        merged[key] = value
    return merged


def is_same(one, other):
    """Equality that tells types, signs of zero and the order of members apart."""
    if type(one) is not type(other):
        return False
    if isinstance(one, dict):
        return list(one) == list(other) and all(is_same(one[key], other[key]) for key in one)
    if isinstance(one, list):
        return len(one) == len(other) and all(map(is_same, one, other))
    if isinstance(one, float):
        return one == other and math.copysign(1, one) == math.copysign(1, other)
    return one == other


def main():
    program = sys.argv[1]
    choose = random.Random(int(sys.argv[2]) if len(sys.argv) > 2 else 1)
    count = int(sys.argv[3]) if len(sys.argv) > 3 else 2000
    with subprocess.Popen([program], stdin=subprocess.PIPE, stdout=subprocess.PIPE) as process:
        for _ in range(count):
            texts = [blanks(choose) + spell_object(choose, 0) + blanks(choose) for _ in range(2)]
            expected = merge(*map(json.loads, texts))
            encoded = [text.encode() for text in texts]
            process.stdin.write(b"%d %d\n" % tuple(map(len, encoded)) + b"".join(encoded))
            process.stdin.flush()
            answer = process.stdout.readline()
            if answer.startswith(b"-1"):
                sys.exit(f"refused: {answer!r}\n{texts!r}")
            merged = json.loads(process.stdout.read(int(answer)).decode())
            if not is_same(merged, expected):
                sys.exit(f"differs:\n{texts!r}\n{expected!r}\n{merged!r}")
        process.stdin.close()


main()

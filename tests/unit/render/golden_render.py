# SPDX-License-Identifier: AGPL-3.0-or-later
"""Holds render/ to this machine's CPython: random and exhaustive cases, both asked the same.

usage: golden_render.py GOLDEN_RENDER_PROGRAM
"""
import datetime
import decimal
import json
import random
import re
import string
import struct
import subprocess
import sys
import unicodedata

SEED = 20261120
REPLACEMENT = "\ufffd"


class DottedTemplate(string.Template):
    idpattern = "[_a-z][_a-z0-9.]*"


NAMES = {"name": "a value", "Name": "another", "source.asn": "64496", "_x.": "${name}$$",
         "ſ": "long s", "none": None}


def mailable(text):
    """What no mail can carry is replaced: NUL and lone surrogates."""
    return re.sub("[\0\ud800-\udfff]", REPLACEMENT, text)


def python_json(text):
    try:
        value = json.loads(text)
    except ValueError:
        return None
    if value is None:
        return ""
    return mailable(value) if isinstance(value, str) else str(value)


def python_timestamp(text):
    return str(datetime.datetime.fromisoformat(re.sub(r"([+-]\d\d)$", r"\1:00", text)))


def python_placeholders(text):
    try:
        return DottedTemplate(text).substitute(NAMES)
    except (KeyError, ValueError) as error:
        return error


def python_template(text):
    text = text.replace("\r\n", "\n").replace("\r", "\n").removeprefix("\ufeff")
    lines = text.split("\n")
    subjects = [i for i, line in enumerate(lines) if line.strip()]
    if not subjects:
        return None
    subject = python_placeholders(lines[subjects[0]].strip())
    body = python_placeholders("\n".join(lines[subjects[0] + 1:]).strip() + "\n")
    if isinstance(subject, Exception):
        return subject
    return body if isinstance(body, Exception) else subject + "\n" + body


def code_points():
    # What this Python's Unicode does not know yet, a newer GLib may: only noncharacters stay so.
    characters = [chr(i) for i in range(0x110000) if not 0xd800 <= i <= 0xdfff and (
        unicodedata.category(chr(i)) != "Cn" or i & 0xfffe == 0xfffe or 0xfdd0 <= i <= 0xfdef)]
    for start in range(0, len(characters), 2048):
        block = characters[start:start + 2048]
        yield "json", json.dumps(block, ensure_ascii=False)
        yield "json", json.dumps(["".join(block)])
    yield "json", json.dumps([chr(i) for i in range(0xd800, 0xe000)])
    for character in ("\0", "\ud800", "\udfff", "\ud83d\ude00x", "a'b", "a\"b", "a'\"b", "\\"):
        yield "json", json.dumps(character)
        yield "json", json.dumps([character])


def doubles(rng):
    values = [struct.unpack("d", rng.randbytes(8))[0] for _ in range(8000)]
    values += [rng.uniform(-1000, 1000) for _ in range(2000)]
    values += [float("%.6g" % rng.uniform(-1e20, 1e20)) for _ in range(2000)]
    values += [10.0 ** i for i in range(-30, 30)] + [1.5 * 10.0 ** i for i in range(-323, 308)]
    values += [2.0 ** i for i in range(-1074, 1024)] + [0.0, -0.0, 5e-324, 2.0 ** 53 + 2]
    for value in values:
        if value == value and abs(value) != float("inf"):
            yield "real", repr(value)
            yield "json", "%.25e" % value
            yield "json", repr(value)
            yield "json", "[%.16e]" % value


def decimals(rng):
    for _ in range(20000):
        digits = "".join(rng.choices("0123456789", weights=[6] + [1] * 9, k=rng.randint(1, 20)))
        fraction = "".join(rng.choices("0123456789", weights=[9] + [1] * 9, k=rng.randint(1, 20)))
        number = rng.choice(["", "-"]) + (digits.lstrip("0") or "0")
        number += rng.choice(["", "." + fraction])
        yield "numeric", number
        yield "real", number
        exponent = rng.choice(["", "e%d", "E+%d", "e-%d"])
        yield "json", number + (exponent % rng.randint(0, 330) if exponent else "")
    yield from (("real", text) for text in ("NaN", "Infinity", "-Infinity", "1e+20", "48.2", "50"))
    yield from (("numeric", text) for text in ("NaN", "Infinity", "-Infinity"))


def random_value(rng, depth):
    kind = rng.randint(0, 9 if depth < 5 else 6)
    if kind == 0:
        return rng.choice(["true", "false", "null", "NaN", "Infinity", "-Infinity", "-0", "0", "-0.0"])
    if kind == 1:
        return str(rng.randint(-10 ** rng.randint(1, 40), 10 ** rng.randint(1, 40)))
    if kind == 2:
        return rng.choice(["1.0", "1E400", "-1e-400", "2.5e3", "1e16", "123456789012345678.5"])
    if kind <= 6:
        text = "".join(rng.choices("ab'\"\\/\n\t\x7f\xa0é\u2028😀\U000e0001\ud800\udc00\0 ",
                                   k=rng.randint(0, 8)))
        return json.dumps(text, ensure_ascii=rng.random() < 0.5 or bool(mailable(text) != text))
    members = [random_value(rng, depth + 1) for _ in range(rng.randint(0, 5))]
    space = rng.choice(["", " ", "\n\t", "\r"])
    if kind <= 8:
        return "[" + ("," + space).join(members) + space + "]"
    keys = [rng.choice(['"a"', '"b"', '"\\u0061"', '""', '"\\ud83d\\ude00"', '"😀"', '"\\u0000"'])
            for _ in members]
    return "{" + ",".join(space + k + space + ":" + v for k, v in zip(keys, members)) + "}"


def documents(rng):
    for _ in range(4000):
        text = random_value(rng, 0)
        yield "json", text
        if rng.random() < 0.5: # damaged
            at = rng.randint(0, len(text))
            yield "json", text[:at] + rng.choice(["", ",", "]", "}", '"', "\\", "0", "x"]) + text[at + 1:]
    yield from (("json", text) for text in (
        "", " ", "01", "1.", ".5", "-", "+1", "1e", "tru", "nul", "[1,]", '{"a":1,}', '{"a"}', "{1:2}",
        '"a\nb"', '"\\x"', '"\\u12g4"', '"\\u123', "[1 2]", "1 2", " [ ] ", " { } ", "\ufeff1", "\v1",
        "[" * 200 + "]" * 200, '{"a":' * 200 + "1" + "}" * 200, '"\\/\\b\\f"'))


def timestamps(rng):
    for _ in range(500):
        text = "%04d-%02d-%02d %02d:%02d:%02d" % (
            rng.randint(1, 9999), rng.randint(1, 12), rng.randint(1, 28), rng.randint(0, 23),
            rng.randint(0, 59), rng.randint(0, 59))
        fraction = ("%06d" % rng.choice([0, 1, 100000, 123456, rng.randint(0, 999999)])).rstrip("0")
        yield "timestamp", text + ("." + fraction.ljust(3, "0") if fraction else "") + rng.choice(
            ["+00", "", "+05:30", "-03", "+00:53:28"])


def templates(rng):
    pieces = ["$", "$$", "${", "}", "name", "$name", "${name}", "${Name}", "$source.asn", "${_x.}", ".",
              "\n", "\r", "\r\n", "\v", "\x1c", "\x85", "\u2028", " ", "\xa0", "é", "😀", "0", "ſ", "ı", "K",
              "İ", "$ſ", "${none}", "$none ", "word ", "word\n", "$name ", "\u3000", "\u200b", "\ufeff"]
    for _ in range(15000):
        text = "".join(rng.choices(pieces, k=rng.randint(0, 12)))
        yield "placeholders", text
        yield "template", text
    for i in range(0x3400):
        if i != 0:
            yield "placeholders", "$" + chr(i)
            yield "placeholders", "${a" + chr(i) + "}"
            yield "template", chr(i) + "x" + chr(i) + "\n" + chr(i) + "y" + chr(i)


PYTHON = {"json": python_json, "real": lambda text: repr(float(text)),
          "numeric": lambda text: str(decimal.Decimal(text)), "timestamp": python_timestamp,
          "template": python_template, "placeholders": python_placeholders}


def is_same(expected, verdict, text):
    if expected is None:
        return verdict == "error"
    if isinstance(expected, Exception):
        return verdict == "error" and text.split("\nHINT: ")[0].endswith(
            ": %s: %s" % (type(expected).__name__, expected))
    return verdict == "ok" and text == expected


def main(program):
    rng = random.Random(SEED)
    cases = [*code_points(), *doubles(rng), *decimals(rng), *documents(rng), *timestamps(rng),
             *templates(rng)]
    # A NUL cannot stand in a cell.
    cases = [(kind, text) for kind, text in cases if "\0" not in text]
    asked = "".join("%s %s\n" % (kind, text.encode().hex()) for kind, text in cases)
    run = subprocess.run([program], input=asked, capture_output=True, text=True, check=False)
    answers = run.stdout.splitlines()
    if run.returncode != 0 or len(answers) != len(cases):
        sys.exit("%s ended with %d after %d answers: %s" % (program, run.returncode, len(answers), run.stderr))
    n_wrong = 0
    for (kind, text), line in zip(cases, answers):
        verdict, _, result = line.partition(" ")
        result = bytes.fromhex(result).decode()
        expected = PYTHON[kind](text)
        if not is_same(expected, verdict, result):
            n_wrong += 1
            if n_wrong <= 10:
                print("%s %a: expected %.200a, got %s %.200a" % (kind, text[:80], expected, verdict, result))
    print("%d cases, %d differ" % (len(cases), n_wrong))
    sys.exit(n_wrong > 0)


if __name__ == "__main__":
    main(sys.argv[1])

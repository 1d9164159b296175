# SPDX-License-Identifier: AGPL-3.0-or-later
"""Python values as SQL literals, and PostgreSQL's texts as Python values, both as psycopg2 does it:
scripts rely on the types of either."""

import math
import re
from datetime import date, datetime, time, timedelta

from intelmqmail import _core
from intelmqmail._db_errors import error_class


def quote_text(text):
    """A string literal. The session's encoding is UTF-8 and its strings conform to the standard, so
    that nothing but quotes and backslashes has a meaning."""
    if "\0" in text:
        raise ValueError("A string literal cannot contain NUL (0x00) characters.")
    text.encode("utf-8")  # lone surrogates: UnicodeEncodeError here, not in the server
    quoted = "'" + text.replace("'", "''") + "'"
    return " E" + quoted.replace("\\", "\\\\") if "\\" in text else quoted


def _number(text):
    # `1--1` would begin a comment.
    return " " + text if text.startswith("-") else text


def _real(value):
    if math.isnan(value):
        return "'NaN'::float"
    if math.isinf(value):
        return "'Infinity'::float" if value > 0 else "'-Infinity'::float"
    return _number(repr(float(value)))


def _timestamp(value):
    kind = "timestamp" if value.tzinfo is None else "timestamptz"
    return f"'{value.isoformat()}'::{kind}"


def _interval(value):
    return f"'{value.days} days {value.seconds}.{value.microseconds:06} seconds'::interval"


def _array(values):
    if not values:
        return "'{}'"
    if all(isinstance(value, list) and not value for value in values):
        return "'{}'"
    return "ARRAY[" + ",".join(literal(value) for value in values) + "]"


def _is_decimal(value):
    return type(value).__name__ == "Decimal" and hasattr(value, "is_nan")


def literal(value):
    """The value as SQL text. ProgrammingError where it has none."""
    if value is None:
        return "NULL"
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, str):
        return quote_text(str(value))
    if isinstance(value, int):
        return _number(int.__repr__(value))
    if isinstance(value, float):
        return _real(value)
    if isinstance(value, (bytes, bytearray, memoryview)):
        return f"'\\x{bytes(value).hex()}'::bytea"
    if isinstance(value, datetime):
        return _timestamp(value)
    if isinstance(value, date):
        return f"'{value.isoformat()}'::date"
    if isinstance(value, time):
        return f"'{value.isoformat()}'::{'time' if value.tzinfo is None else 'timetz'}"
    if isinstance(value, timedelta):
        return _interval(value)
    if isinstance(value, list):
        return _array(value)
    if isinstance(value, tuple):
        return "(" + ", ".join(literal(item) for item in value) + ")"
    if _is_decimal(value):
        return _number(str(value)) if value.is_finite() else "'NaN'::numeric"
    return _foreign(value)


def _foreign(value):
    """Objects that psycopg2 itself would ask, such as psycopg2.extras.Json."""
    if hasattr(value, "getquoted"):
        quoted = value.getquoted()
        return quoted if isinstance(quoted, str) else quoted.decode("utf-8")
    raise error_class("ProgrammingError")(f"can't adapt type {type(value).__name__!r}")


def merge(sql, parameters):
    """The statement with its parameters in place: %s and %(name)s, %% for a percent sign. Without
    parameters a percent sign has no meaning."""
    if not sql:
        raise error_class("ProgrammingError")("can't execute an empty query")
    if isinstance(sql, bytes):
        sql = sql.decode("utf-8")
    if not isinstance(sql, str):
        if not hasattr(sql, "as_string"):
            raise TypeError(f"argument 1 must be a string, not {type(sql).__name__}")
        sql = sql.as_string(None)
    if parameters is None:
        return sql
    if hasattr(parameters, "keys"):
        return sql % _Literals(parameters)
    try:
        return sql % tuple([literal(value) for value in parameters])
    except TypeError as error:
        if str(error).startswith("not enough arguments"):
            raise IndexError("tuple index out of range") from None
        raise


class _Literals(dict):
    """A mapping whose values are turned into SQL when they are asked for."""

    def __getitem__(self, name):
        return literal(super().__getitem__(name))


# From PostgreSQL. What the C core knows itself (numbers, texts, time stamps, JSON) is not here.

def _date(text):
    if text == "infinity":
        return date.max
    if text == "-infinity":
        return date.min
    return date.fromisoformat(text)


def _plain_timestamp(text):
    if text == "infinity":
        return datetime.max
    if text == "-infinity":
        return datetime.min
    return datetime.fromisoformat(text)


_INTERVAL_UNITS = {"year": 365, "years": 365, "mon": 30, "mons": 30, "day": 1, "days": 1}


def _timedelta(text):
    days = sum(int(number) * _INTERVAL_UNITS[unit]
               for number, unit in re.findall(r"([-+]?\d+) ([a-z]+)", text))
    clock = re.search(r"([-+]?)(\d+):(\d+):(\d+)(\.\d+)?$", text)
    if clock is None:
        return timedelta(days)
    sign, hours, minutes, seconds, fraction = clock.groups()
    rest = timedelta(hours=int(hours), minutes=int(minutes), seconds=int(seconds),
                     microseconds=int((fraction or ".0")[1:].ljust(6, "0")))
    return timedelta(days) + (-rest if sign == "-" else rest)


def _bytes(text):
    return memoryview(bytes.fromhex(text[2:])).cast("c")


_ARRAY_TOKENS = re.compile(r'[{}]|,|"((?:[^"\\]|\\.)*)"|([^{},"]+)', re.DOTALL)


def _parse_array(text, convert):
    """A list, nested where the array has several dimensions."""
    text = re.sub(r"^(\[[-\d]+:[-\d]+\])+=", "", text)
    stack = [[]]
    for token in _ARRAY_TOKENS.finditer(text):
        quoted, bare = token.groups()
        if quoted is not None:
            stack[-1].append(convert(re.sub(r"\\(.)", r"\1", quoted, flags=re.DOTALL)))
        elif bare is not None:
            stack[-1].append(None if bare == "NULL" else convert(bare))
        elif token[0] == "{":
            stack.append([])
        elif token[0] == "}":
            done = stack.pop()
            stack[-1].append(done)
    return stack[0][0]


_OTHER = {17: _bytes, 1082: _date, 1083: time.fromisoformat, 1266: time.fromisoformat,
          1114: _plain_timestamp, 1186: _timedelta}

# Array types and the types of their elements, by OID; psycopg2 leaves all others as text.
_ELEMENTS = {1000: 16, 1001: 17, 1002: 18, 1003: 19, 1005: 21, 1007: 23, 1009: 25, 1014: 1042,
             1015: 1043, 1016: 20, 1021: 700, 1022: 701, 1028: 26, 1231: 1700, 1115: 1114,
             1182: 1082, 1183: 1083, 1185: 1184, 1187: 1186, 1270: 1266, 199: 114, 3807: 3802,
             651: 650, 1040: 829, 1041: 869}


def convert(oid, text):
    """For the C core: the value of a type that it does not know itself."""
    element = _ELEMENTS.get(oid)
    if element is not None:
        return _parse_array(text, lambda item: _core.value(element, item))
    function = _OTHER.get(oid)
    return text if function is None else function(text)

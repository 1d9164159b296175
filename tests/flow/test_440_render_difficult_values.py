# SPDX-License-Identifier: AGPL-3.0-or-later
"""What no mail can carry and what no calendar has is shown as mailgen-templates(5) says, whoever makes the table."""

import csv
import email
import email.policy
import io
import json

import pytest

from support.postgres import INSERTER, directive, insert_event

YAML = """\
formats:
  - match: {}
    columns: [%s]
"""
PYTHON = """\
from intelmqmail.tableformat import build_table_format
TABLE = build_table_format("difficult", [(field, field) for field in "%s".split(", ")])
def create_notifications(context):
    return context.mail_format_as_csv(TABLE)
"""
# field → (in the event, in the table)
JSON = {
    "extra.nul": ("x\0y", r"x\u0000y"),
    "extra.high": ("a\ud800z", r"a\ud800z"),
    "extra.low": ("\udc00", r"\udc00"),
    "extra.written": ("a\\u0000b", r"a\u0000b"),
    "extra.list": (["\0", "\udfff"], r"['\\u0000', '\\udfff']"),
    "extra.object": ({"k\0": "v"}, r"{'k\\u0000': 'v'}"),
    "extra.plain": ("ok", "ok"),
}
VALUES = {
    "time.source": ("infinity", "9999-12-31 23:59:59"),
    "time.observation": ("-infinity", "0001-01-01 00:00:00+00:00"),
    "source.allocated": ("infinity", "9999-12-31 23:59:59.999999+00:00"),
    "destination.allocated": ("10000-01-02 03:04:05+00", "10000-01-02 03:04:05+00"),
    "source.geolocation.latitude": ("infinity", "inf"),
    "source.geolocation.longitude": ("-infinity", "-inf"),
    "destination.geolocation.latitude": ("nan", "nan"),
}


def put(database, values):
    """One event, its extra as the JSON that it is: IntelMQ's bot would show NUL itself."""
    extra = {field[6:]: value for field, (value, _) in values.items() if field.startswith("extra.")}
    extra["certbund"] = {"source_directives": [directive()]}
    fields = {field: value for field, (value, _) in values.items() if not field.startswith("extra.")}
    connection = database.connect(INSERTER)
    with connection:
        insert_event(connection, None, json.dumps(extra), **fields)
    connection.close()


@pytest.mark.parametrize("kind, text", [("yaml", YAML), ("py", PYTHON)])
@pytest.mark.parametrize("values", [
    pytest.param(JSON, marks=pytest.mark.database(extra_type="json"), id="json"),
    pytest.param(VALUES, marks=pytest.mark.database(extra_type="json"), id="json-values"),
    pytest.param(VALUES, marks=pytest.mark.database(extra_type="jsonb"), id="jsonb-values"),
])
def test_is_shown_as_the_manual_says(site, smtpd, database, kind, text, values):
    (site.formats / "50-everything.yaml").unlink()
    site.write_format(f"10-difficult.{kind}", text % ", ".join(values))
    put(database, values)
    result = site.run("--all")
    assert result.returncode == 0, result.stderr
    mail = email.message_from_bytes(smtpd.mails[0].raw, policy=email.policy.default)
    table = mail.get_content().replace("\r\n", "\n").partition("Madam,\n\n")[2]
    titles, row = csv.reader(io.StringIO(table.strip()))
    assert dict(zip(titles, row)) == {field: shown for field, (_, shown) in values.items()}

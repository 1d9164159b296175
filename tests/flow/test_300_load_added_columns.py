# SPDX-License-Identifier: AGPL-3.0-or-later
"""Columns that the site has added to table events look as Python's str() of psycopg2's value does."""

import pytest

ADDED = {
    "seen_at": ("timestamp", "2026-11-20 03:04:05.5"),
    "seen_whole": ("timestamp", "2026-11-20 03:04:05"),
    "seen_on": ("date", "2026-11-20"),
    "from_hour": ("time", "03:04:05.25"),
    "from_hour_there": ("timetz", "03:04:05.5+02"),
    "weight": ("numeric", "0.00000010"),
    "hits": ("bigint", "12345678901234"),
    "handle": ("uuid", "00000000-0000-0000-0000-000000000001"),
    "prefix": ("cidr", "192.0.2.0/24"),
}


@pytest.fixture
def cells(site, smtpd, database, put):
    """The cells of the only row that the program makes of these columns."""

    def cells(columns):
        site.write_format(text=f"formats:\n  - match: {{}}\n    columns: [{', '.join(columns)}]\n")
        site.write_template("open_snmp", "Subject\n\n${events_as_csv}")
        put()
        result = site.run("--all")
        assert result.returncode == 0, result.stderr
        text = smtpd.mails[-1].raw.decode().replace("=\r\n", "").split("\r\n\r\n", 1)[1]
        return text.split("\r\n")[1].strip('"').split('","')

    return cells


def test_as_python_prints_them(database, cells):
    for name, (kind, value) in ADDED.items():
        database.query(f"ALTER TABLE events ADD COLUMN {name} {kind} DEFAULT '{value}'")
    shown = cells(ADDED)
    (expected,) = database.query(f"SELECT {', '.join(ADDED)} FROM events")
    assert shown == [str(value) for value in expected]


def test_time_source_without_zone(database, cells):
    database.query('ALTER TABLE events ALTER "time.source" TYPE timestamp,'
                   " ADD COLUMN other timestamp DEFAULT '2026-11-20 03:04:05.5'")
    database.query("ALTER TABLE events ALTER \"time.source\" SET DEFAULT now()")
    assert cells(["time.source", "other"]) == ["2026-11-20 03:04:05", "2026-11-20 03:04:05.500000"]

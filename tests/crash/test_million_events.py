# SPDX-License-Identifier: AGPL-3.0-or-later
"""A group of a million events, which goes out in parts: how much memory that takes, and that all of them arrive."""

import os
import sys

import pytest

from support.postgres import SUPERUSER
from support.table_mails import by_size, messages, rows

N_EVENTS = int(os.environ.get("MG_EVENTS", 1000000))
MOST_MEGABYTES = 300

FILL = """
ALTER TABLE events DISABLE TRIGGER USER;
INSERT INTO events (id, "source.asn", "source.ip", "event_description.text")
    SELECT i, 64496, '192.0.2.1', md5(i::text) || i::text FROM generate_series(1, %(n)s) AS i;
INSERT INTO directives (events_id, medium, recipient_address, template_name, notification_format, event_data_format,
                        aggregate_identifier, notification_interval, endpoint)
    SELECT i, 'email', 'abuse@isp.example', 'open_snmp', 'shadowserver', 'csv', '{}', '0', 'source'
    FROM generate_series(1, %(n)s) AS i;
ANALYZE;
"""


def high_water(pid):
    """Megabytes."""
    try:
        with open(f"/proc/{pid}/status", encoding="ascii") as status:
            return next((int(line.split()[1]) / 1024 for line in status if line.startswith("VmHWM")), 0)
    except (FileNotFoundError, ProcessLookupError):
        return 0


@pytest.mark.parametrize("limits", [
    {"zip": "true", "mail_size": "9MiB"},
    {"zip": "false", "mail_size": "9MiB", "attachment_size": "8MiB"},
], ids=["zip", "attachment"])  # fmt: skip
def test_memory(site, smtpd, database, limits):
    with database.connect(SUPERUSER) as connection, connection.cursor() as cursor:
        cursor.execute(FILL, {"n": N_EVENTS})
    by_size(site, **limits)
    site.config["workers"] = 1
    process = site.start("--all")
    most = 0
    while process.poll() is None:
        most = max(most, high_water(process.pid))
    result = site.finish(process, timeout=900)
    assert result.returncode == 0, result.stderr
    parts = messages(smtpd)
    print(f"{N_EVENTS} events, {len(parts)} parts, {most:.0f} MB", file=sys.stderr)
    seen = [row[2] for part in parts for row in rows(part)]
    assert len(seen) == N_EVENTS and len(set(seen)) == N_EVENTS
    assert database.query("SELECT count(*), count(DISTINCT sent_id) FROM directives") == [(N_EVENTS, 1)]
    assert most < MOST_MEGABYTES

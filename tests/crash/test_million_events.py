# SPDX-License-Identifier: AGPL-3.0-or-later
"""A group of a million events, which goes out in parts: how much memory that takes, and that all of them arrive."""

import sys

import pytest

from support.table_mails import by_size, by_size_of_script, fill, messages, most_memory, rows


@pytest.mark.parametrize("write, n_events, width, most_megabytes, limits", [
    (by_size, 1000000, 9, 300, {"zip": "true", "mail_size": "9MiB"}),  # rows of 340 bytes
    (by_size, 200000, 1, 150, {"zip": "false", "mail_size": "9MiB", "attachment_size": "8MiB"}),  # of 75
    # Whose parts are all there before the first goes out.
    (by_size_of_script, 1000000, 9, 300, {"zip": True, "mail_size": "9MiB"}),
], ids=["zip", "attachment", "zip, script"])  # fmt: skip
def test_memory(site, smtpd, database, write, n_events, width, most_megabytes, limits):
    fill(database, n_events, width)
    write(site, **limits)
    site.config["workers"] = 1
    process = site.start("--all")
    most = most_memory(process)
    result = site.finish(process, timeout=900)
    assert result.returncode == 0, result.stderr
    parts = messages(smtpd)
    print(f"{n_events} events, {len(parts)} parts, {most:.0f} MB", file=sys.stderr)
    assert len(parts) > 1
    seen = [row[2] for part in parts for row in rows(part)]
    assert len(seen) == n_events and len(set(seen)) == n_events
    assert database.query("SELECT count(*), count(DISTINCT sent_id) FROM directives") == [(n_events, 1)]
    assert most < most_megabytes

# SPDX-License-Identifier: AGPL-3.0-or-later
"""Events that are not there: removed since, which concerns their directives, or out of the program's sight, which
concerns the site."""

import pytest

pytestmark = pytest.mark.database(partitioned=True)


def state(database):
    return database.query("SELECT (SELECT count(*) FROM directives WHERE sent_id IS NULL),"
                          " (SELECT count(*) FROM rejected_directives)")[0]


@pytest.mark.parametrize("workers", [1, 4])
def test_most_are_gone(site, smtpd, database, put, workers):
    """The run ends, whatever the other workers still could do, and nothing is set aside."""
    site.config.update(workers=workers, groups_in_hand=1)
    for number in range(30):
        put(f"gone{number:02}@isp.example", 5)
    database.query("DELETE FROM events")
    for number in range(10):
        put(f"there{number}@isp.example")
    result = site.run("--all")
    assert result.returncode == 1, result.stderr
    assert "160 pending directives 150 name an event that is not in table events: none is set aside" in (
        result.errors[-1])
    assert len([line for line in result.stderr.splitlines() if "none is set aside" in line]) == 1
    assert state(database)[1] == 0 and state(database)[0] >= 150
    assert database.query("SELECT ended_because LIKE '%none is set aside%' FROM notification_runs") == [(True,)]


def test_most_are_gone_in_the_last_group(site, database, put):
    put("gone@isp.example", 150)
    database.query("DELETE FROM events")
    result = site.run("--all")
    assert result.returncode == 1 and "none is set aside" in result.errors[-1]
    assert state(database) == (150, 0)


def test_some_are_gone(site, smtpd, database, put):
    put("gone@isp.example", 5)
    database.query("DELETE FROM events")
    put("there@isp.example")
    result = site.run("--all")
    assert result.returncode == 3 and len(smtpd.mails) == 1
    assert state(database) == (0, 5)
    assert site.run("--all").returncode == 0

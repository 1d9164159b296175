# SPDX-License-Identifier: AGPL-3.0-or-later
"""Directives that could not be stored: listed, and put right as the manual page says."""

import json
import pathlib
import re

import pytest

from support.program import ROOT

LONG = "m" * 120 + "@isp.example"


def rejected(site):
    result = site.run("status", "--rejected", "--json")
    assert result.returncode == 0, result.stderr
    return json.loads(result.stdout)


def test_none(site):
    result = site.run("status", "--rejected")
    assert (result.returncode, result.stdout) == (0, "")
    assert rejected(site) == []


def test_list(site, put):
    (first,) = put(LONG)
    (second,) = put(notification_interval="soon")
    newest, oldest = rejected(site)
    assert newest["event_id"] == second and "notification_interval" in newest["reason"]
    assert newest["directive"]["notification_interval"] == "soon"
    assert oldest["event_id"] == first and oldest["directive"]["recipient_address"] == LONG
    one, two = site.run("status", "--rejected").stdout.splitlines()
    assert one.startswith(f"{newest['id']}  event {second}  20") and newest["reason"] in one
    assert two.startswith(f"{oldest['id']}  event {first}  20") and '"medium"' in two
    text = site.run("status").stdout
    assert "rejected   2 directives: see intelmqcbmail status --rejected; the newest\n" in text
    assert newest["reason"] in text


def test_everybody_says_that_some_are_waiting(site, database, put, smtpd):
    """Check, preview, a run and monitoring; and nobody says so where none are."""
    site.write_config().chmod(0o640)
    put()
    note = "1 directive was rejected and is waiting, nobody is notified: intelmqcbmail status --rejected lists it"
    for told in (True, False):
        if told:
            put(LONG)
        preview = site.run("preview")
        assert (f"Not to be sent: {note}\n" in preview.stdout) == told and preview.returncode == 0
        assert json.loads(site.run("preview", "--json").stdout)["rejected"] == (note if told else None)
        assert (f"warning  database: {note}\n" in site.run("check").stdout) == told
        run = site.run("--all")
        assert run.returncode == 0 and run.messages("WARNING") == ([note] if told else [])
        monitored = site.run("status", "--warn-age", "1h")
        assert monitored.returncode == (1 if told else 0)
        assert (", rejected: 1 directive |" in monitored.stdout) == told
        database.query("DELETE FROM rejected_directives")
    assert len(smtpd.mails) == 1


def test_more_than_a_page(site, database):
    database.query("INSERT INTO rejected_directives (events_id, directive, reason)"
                   " SELECT i, 'null', 'r' FROM generate_series(1, 2001) AS i")
    assert [row["event_id"] for row in rejected(site)] == list(range(2001, 0, -1))
    assert len(site.run("status", "--rejected").stdout.splitlines()) == 2001


def recipe():
    """The SQL of the manual page."""
    page = pathlib.Path(ROOT / "doc/intelmqcbmail.1").read_text()
    section = page[page.index("Directives that could not be stored"):]
    return re.search(r"^\.Bd -literal.*?\n(BEGIN;.*?COMMIT;)\n\.Ed", section, re.M | re.S)[1]


def test_put_right_as_the_manual_page_says(site, smtpd, database, put):
    put(LONG)
    put(LONG)
    second, _ = rejected(site)
    assert "17" in recipe()
    database.query(recipe().replace("17", str(second["id"])))
    assert len(rejected(site)) == 1
    assert site.run("--all").returncode == 0
    (mail,) = smtpd.mails
    assert mail.envelope_tos == ["abuse@isp.example"]

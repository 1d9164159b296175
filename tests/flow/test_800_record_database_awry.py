# SPDX-License-Identifier: AGPL-3.0-or-later
"""A database in which something stands between the program and its tables. No mail goes out that nobody will
know of, and none again and again."""

import pytest


def swallow(database, event):
    """As the triggers do that move rows to partitions by inheritance."""
    database.query("CREATE FUNCTION swallow() RETURNS trigger LANGUAGE plpgsql AS"
                   " $$ BEGIN RETURN NULL; END $$")
    database.query(f"CREATE TRIGGER swallow BEFORE {event} FOR EACH ROW EXECUTE FUNCTION swallow()")


@pytest.mark.parametrize("event", ["INSERT ON sent", "UPDATE ON directives"])
def test_what_was_sent_cannot_be_marked(site, smtpd, database, put, event):
    put("aaa@isp.example")
    swallow(database, event)
    site.config["uncertain_deliveries"] = "hold"
    result = site.run("--all")
    assert result.returncode == 3
    assert any("accepted by the mail server but could not be recorded" in error and "trigger" in error
               for error in result.errors)
    assert database.query("SELECT count(*) FROM delivery_intents") == [(1,)]

    assert site.run("--all").returncode == 0
    assert len(smtpd.accepted()) == 1


def test_intent_that_is_not_kept(site, smtpd, database, put):
    put()
    swallow(database, "INSERT ON delivery_intents")
    result = site.run("--all")
    assert result.returncode == 1
    assert "delivery_intents" in result.errors[-1] and "trigger" in result.errors[-1]
    assert smtpd.mails == []


def test_start_that_is_not_noted(site, smtpd, database, put):
    put()
    swallow(database, "INSERT ON notification_runs")
    assert site.run("--all").returncode == 0
    assert len(smtpd.accepted()) == 1

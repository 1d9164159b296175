# SPDX-License-Identifier: AGPL-3.0-or-later
"""The operator sees uncertain deliveries and decides; the next run acts on it."""

import json

import pytest

from support import promise
from support.smtpd import CLOSE, Held

COPY = """
formats:
  - name: with copy
    match: {}
    columns: [{source.ip: ip}]
    copies: [{when: {aggregate.source.asn: "*"}, envelope_to: [copy@cert.example]}]
"""


@pytest.fixture
def lost(site, smtpd, database, put):
    """A delivery whose answer was lost, at a site that holds such; its id, ticket and Message-Id."""
    put(n_events=2)
    site.config["uncertain_deliveries"] = "hold"
    smtpd.script(after_dot=CLOSE)
    assert site.run("--all").returncode == 3
    smtpd.script(after_dot=None)
    ((id, ticket, message_id),) = database.query(
        "SELECT id, intelmq_ticket, message_id FROM delivery_intents")
    return str(id), ticket, message_id


def listed(site):
    return json.loads(site.run("uncertain", "--json").stdout)


def test_none(site):
    result = site.run("uncertain")
    assert (result.returncode, result.stdout) == (0, "")
    assert "no delivery is uncertain" in result.stderr
    assert listed(site) == []


def test_list(site, lost):
    id, ticket, message_id = lost
    result = site.run("uncertain")
    assert result.returncode == 0, result.stderr
    (line,) = result.stdout.splitlines()
    fields = line.split("  ")
    assert fields[:3] == [id, ticket, "uncertain"]
    assert fields[3].startswith("since 20")
    assert fields[4:] == ["2 directives", "abuse@isp.example", message_id]

    (delivery,) = listed(site)
    assert delivery["id"] == int(id) and delivery["ticket"] == ticket
    assert delivery["message_id"] == message_id
    assert delivery["recipients"] == ["abuse@isp.example"]
    assert len(delivery["directive_ids"]) == 2
    assert delivery["state"] == "uncertain" and delivery["decision"] is None
    assert delivery["is_copy"] is False


def test_held_then_decided(site, lost):
    id, _, _ = lost
    site.run("--all")
    (delivery,) = listed(site)
    assert delivery["state"] == "held" and delivery["held_since"] > delivery["since"]
    site.run("uncertain", "--was-sent", id)
    (delivery,) = listed(site)
    assert (delivery["state"], delivery["decision"]) == ("decided", "was_sent")
    assert f"{id}  {lost[1]}  was-sent  since" in site.run("uncertain").stdout


@pytest.mark.parametrize("by", ["id", "ticket"])
def test_was_sent(site, smtpd, database, lost, by):
    id, ticket, _ = lost
    result = site.run("uncertain", "--was-sent", id if by == "id" else ticket)
    assert result.returncode == 0, result.stderr
    assert "the next run records it as sent" in result.stdout
    assert database.query("SELECT count(*) FROM sent") == [(0,)]

    assert site.run("--all").returncode == 0
    assert len(smtpd.mails) == 1
    assert database.query(
        "SELECT intelmq_ticket, count(*) FROM sent JOIN directives ON sent.id = sent_id"
        " GROUP BY 1") == [(ticket, 2)]  # fmt: skip
    assert database.query("SELECT count(*) FROM delivery_intents") == [(0,)]


@pytest.mark.parametrize("held_before", [False, True])
def test_send_again_overrides_hold(site, smtpd, database, lost, held_before):
    id, ticket, message_id = lost
    if held_before:
        site.run("--all")
        assert len(smtpd.mails) == 1
    result = site.run("uncertain", "--send-again", id)
    assert result.returncode == 0, result.stderr
    assert site.run("--all").returncode == 0
    _, again = smtpd.mails
    assert ticket.encode() in again.raw and message_id.encode() in again.raw
    assert database.query("SELECT intelmq_ticket FROM sent") == [(ticket,)]
    assert database.query("SELECT count(*) FROM delivery_intents") == [(0,)]


def test_last_decision_counts(site, smtpd, lost):
    site.run("uncertain", "--send-again", lost[0])
    site.run("uncertain", "--was-sent", lost[0])
    site.run("--all")
    assert len(smtpd.mails) == 1


def test_dry_run_acts_on_nothing(site, database, lost):
    site.run("uncertain", "--was-sent", lost[0])
    assert site.run("--all", "--dry-run").returncode == 0
    assert database.query("SELECT decision FROM delivery_intents") == [("was_sent",)]


def test_a_ticket_stands_for_all_mails_of_its_group(site, smtpd, database, put):
    site.write_format(text=COPY)
    put()
    promise.kill_after_the_dot(site, smtpd)
    main, copy = listed(site)
    assert not main["is_copy"] and copy["is_copy"] and copy["recipients"] == ["copy@cert.example"]
    assert site.run("uncertain", "--was-sent", main["ticket"]).returncode == 0
    assert site.run("--all").returncode == 0
    assert len(smtpd.mails) == 1
    assert database.query("SELECT count(*) FROM sent") == [(1,)]
    assert database.query("SELECT count(*) FROM delivery_intents") == [(0,)]


def test_no_such_delivery(site, lost):
    result = site.run("uncertain", "--was-sent", "4711", "20200101-10000001", lost[0])
    assert result.returncode == 3
    assert result.errors == ["Error: there is no uncertain delivery '4711'",
                             "Error: there is no uncertain delivery '20200101-10000001'"]
    assert result.stdout == f"'{lost[0]}' noted: the next run records it as sent\n"
    assert [d["decision"] for d in listed(site)] == ["was_sent"]


def test_ticket_that_is_recorded(site, database, put):
    put()
    site.run("--all")
    ((ticket,),) = database.query("SELECT intelmq_ticket FROM sent")
    result = site.run("uncertain", "--send-again", ticket)
    assert result.returncode == 3
    (error,) = result.errors
    assert ticket in error and "recorded as sent" in error


def test_delivery_in_the_hands_of_a_run(site, smtpd, database, put):
    put()
    held = Held()
    smtpd.script(dot=held)
    process = site.start("--all")
    smtpd.wait_for(1)
    ((id, ticket),) = database.query("SELECT id, intelmq_ticket FROM delivery_intents")
    assert listed(site) == []
    for name in (str(id), ticket):
        result = site.run("uncertain", "--send-again", name)
        assert result.returncode == 3
        assert "run that is going on" in result.errors[0]
    held.release()
    assert site.finish(process).returncode == 0
    assert len(smtpd.mails) == 1


def test_results_as_json(site, lost):
    result = site.run("uncertain", "--json", "--was-sent", lost[1], "4711")
    assert result.returncode == 3
    assert json.loads(result.stdout) == [{"delivery": lost[1], "result": "noted"},
                                         {"delivery": "4711", "result": "none"}]


@pytest.mark.parametrize("arguments", [
    ["--was-sent"], ["--was-sent", "--send-again", "1"], ["17"], ["--no-such"]])
def test_wrong_usage(site, arguments):
    result = site.run("uncertain", *arguments)
    assert result.returncode == 2
    assert "HINT: see intelmqcbmail uncertain --help" in result.stderr


def test_database_without_intents(site, database):
    database.query("DROP TABLE delivery_intents")
    result = site.run("uncertain")
    assert result.returncode == 2 and "notifications.sql" in result.stderr


def test_database_that_is_not_there(site):
    site.config["database"]["event"]["port"] = 1
    assert site.run("uncertain").returncode == 1


def test_terminal_is_safe_from_the_database(site, database, lost):
    database.query("UPDATE delivery_intents SET recipients = ARRAY[E'e\\x1b[2J@isp.example']")
    assert "\x1b" not in site.run("uncertain").stdout
    assert "\x1b" not in site.run("uncertain", "--json").stdout

# SPDX-License-Identifier: AGPL-3.0-or-later
"""The program on a database as the Python program set it up, without any of our own objects."""

import pytest

from support.postgres import INSERTER, PYTHON_PROGRAM_SQL, SENDER, directive, insert_event
from support.program import Site

FORMAT = """
formats:
  - match: {}
    postpone: {notification_interval: true}
    copies: [{when: {}, envelope_to: [copy@cert.example]}]
"""


@pytest.fixture
def database(cluster):
    database = cluster.create_database()
    database.create_events(extra_type="json")
    database.psql("-f", PYTHON_PROGRAM_SQL)
    for login in (INSERTER, SENDER):
        database.query(f"GRANT {login.member_of} TO {login.name}")
    yield database
    cluster.drop_database(database)


@pytest.fixture
def site(tmp_path, database, smtpd):
    site = Site(tmp_path / "site", database.settings(), smtpd.port)
    site.write_template("open_snmp")
    site.write_format(text=FORMAT)
    return site


@pytest.fixture
def put(database):
    def put(recipient, **attributes):
        connection = database.connect(INSERTER)
        with connection:
            insert_event(connection, [directive(recipient_address=recipient, **attributes)], None,
                         **{"source.asn": 64496, "time.source": "2026-11-20 03:04:05+00"})
        connection.close()

    return put


def test_mails_are_sent_and_recorded(site, smtpd, database, put):
    put("a@isp.example")
    put("a@isp.example")
    put("b@isp.example", aggregate_identifier={})
    put("b@isp.example", aggregate_identifier={})
    # What the Python program left there: nothing, which is as good as empty.
    database.query("UPDATE directives SET aggregate_identifier = NULL WHERE id = 3")
    tickets = database.query("SELECT to_char(now() AT TIME ZONE 'UTC', 'YYYYMMDD') || n"
                             " FROM unnest(ARRAY['-10000001', '-10000002']) AS n")

    result = site.run("--all")

    assert result.returncode == 0, result.stderr
    (warning,) = result.messages("WARNING")
    assert "delivery intents" in warning
    assert result.log[-1].message == "4 mails sent, 0 postponed, 0 errors."
    assert sorted(mail.envelope_tos for mail in smtpd.mails) == [
        ["a@isp.example"], ["b@isp.example"], ["copy@cert.example"], ["copy@cert.example"]]
    assert database.query("SELECT intelmq_ticket FROM sent ORDER BY 1") == tickets
    assert database.query("SELECT count(*), count(sent_id), count(DISTINCT sent_id)"
                          " FROM directives") == [(4, 4, 2)]
    assert database.query("SELECT initialized_for_day = (now() AT TIME ZONE 'UTC')::date"
                          " FROM ticket_day") == [(True,)]


def test_last_sent_is_found(site, smtpd, database, put):
    put("b@isp.example", aggregate_identifier={})
    database.query("UPDATE directives SET aggregate_identifier = NULL")
    assert site.run("--all").returncode == 0
    put("b@isp.example", aggregate_identifier={}, notification_interval=86400)
    result = site.run("--all")
    assert result.log[-1].message == "0 mails sent, 1 postponed, 0 errors."


def test_what_it_has_in_hand_is_left_to_it(site, smtpd, database, put):
    put("a@isp.example")
    connection = database.connect(SENDER)
    with connection, connection.cursor() as cursor:
        cursor.execute("SELECT id FROM directives WHERE sent_id IS NULL FOR UPDATE NOWAIT")
        result = site.run("--all")
    connection.close()
    assert result.returncode == 0 and smtpd.mails == []
    assert ("Could not get db lock for pending notifications. Probably another instance of myself is"
            " running.") in result.messages("INFO")

# SPDX-License-Identifier: AGPL-3.0-or-later
"""The main job, end to end: from directives in PostgreSQL to delivered, recorded mail."""

import email
import email.policy
import re
import time

import pytest

TICKET = re.compile(r"^\d{8}-\d{8}$")


def read(mail):
    return email.message_from_bytes(mail.raw, policy=email.policy.default)


def sent_rows(database):
    return database.query(
        "SELECT intelmq_ticket, array_agg(events_id ORDER BY events_id)"
        " FROM sent JOIN directives ON sent.id = sent_id GROUP BY intelmq_ticket ORDER BY 1"
    )


def test_groups_become_mails_and_are_recorded(site, smtpd, database, put):
    one = put("abuse@one.example", 3)
    two = put("abuse@two.example", 1)

    result = site.run("--all")

    assert result.returncode == 0, result.stderr
    assert result.log[-1].message == "2 mails sent, 0 postponed, 0 errors."
    assert result.errors == []
    mails = {mail.envelope_tos[0]: read(mail) for mail in smtpd.mails}
    assert set(mails) == {"abuse@one.example", "abuse@two.example"}
    tickets = {}
    for recipient, message in mails.items():
        assert message["To"] == recipient
        assert message["From"] == "CERT Example <noreply@cert.example>"
        assert message["Auto-Submitted"] == "auto-generated"
        ticket = message["Subject"].removeprefix("Report ")
        assert TICKET.match(ticket)
        assert message["Message-Id"].endswith("@cert.example>")
        tickets[recipient] = ticket
    assert dict(sent_rows(database)) == {
        tickets["abuse@one.example"]: one,
        tickets["abuse@two.example"]: two,
    }
    assert database.query("SELECT count(*) FROM delivery_intents") == [(0,)]


def test_text_and_table(site, smtpd, put):
    put("abuse@one.example", 2)

    site.run("--all")

    message = read(smtpd.mails[0])
    assert message.get_content_type() == "text/plain"
    assert message.get_content().replace("\r\n", "\n") == (
        "Dear Sir or Madam,\n\n"
        '"asn","ip","timestamp"\n'
        '"64496","192.0.2.1","2026-11-20 03:04:05"\n'
        '"64496","192.0.2.2","2026-11-20 03:04:05"\n\n'
    )
    assert all(len(line) <= 76 for line in smtpd.mails[0].raw.split(b"\r\n"))


def test_date_is_what_is_recorded(site, smtpd, database, put):
    put()
    site.run("--all")
    date = email.utils.parsedate_to_datetime(read(smtpd.mails[0])["Date"])
    assert database.query("SELECT sent_at FROM sent") == [(date,)]


def test_second_run_finds_nothing(site, smtpd, put):
    put()
    site.run("--all")
    result = site.run("--all")
    assert result.returncode == 0
    assert [line.message for line in result.log] == ["No pending notifications to be sent"]
    assert len(smtpd.mails) == 1


def test_dry_run_changes_nothing(site, smtpd, database, put):
    put(n_events=2)
    site.config["smtp"]["port"] = 1  # nobody listens there, nobody has to
    before = database.query("SELECT last_value, is_called FROM intelmq_ticket_seq")

    result = site.run("--all", "--dry-run")

    assert result.returncode == 0, result.stderr
    assert result.log[-1].message == "Simulation: 1 mails sent, 0 postponed, 0 errors."
    ((day,),) = database.query("SELECT to_char(now() AT TIME ZONE 'UTC', 'YYYYMMDD')")
    assert result.log[-2].level == "INFO"
    assert result.log[-2].message == (
        f"ticket {day}-10000001 to abuse@isp.example: not sent, this is a dry run")
    assert smtpd.mails == []
    assert database.query("SELECT last_value, is_called FROM intelmq_ticket_seq") == before
    assert database.query("SELECT count(*) FROM sent") == [(0,)]
    assert database.query("SELECT count(*) FROM directives WHERE sent_id IS NULL") == [(2,)]
    assert database.query("SELECT count(*) FROM delivery_intents") == [(0,)]


@pytest.mark.parametrize(
    "where", ["\"template_name\" = 'wanted'", "d3.template_name = 'wanted'",
              "events.\"feed.code\" = 'oneshot'", "events.\"feed.code\" = 'oneshot' -- comment"])
def test_additional_directive_where(site, smtpd, put, where):
    site.write_template("wanted")
    put("yes@isp.example", template_name="wanted", fields={"feed.code": "oneshot"})
    put("no@isp.example", fields={"feed.code": "other"})
    site.config["database"]["additional_directive_where"] = where

    result = site.run("--all")

    assert result.returncode == 0, result.stderr
    assert [mail.envelope_tos for mail in smtpd.mails] == [["yes@isp.example"]]


def test_where_that_is_no_sql(site, put):
    put()
    site.config["database"]["additional_directive_where"] = "no such ) thing"
    result = site.run("--all")
    assert result.returncode == 2
    assert "no such ) thing" in result.errors[0] and "syntax error" in result.errors[0]


@pytest.mark.database(extra_type="json", partitioned=True)
def test_partitioned_events_with_json(site, smtpd, put):
    site.write_format(text="formats: [{name: all, match: {}, columns: [{extra.n: n}, {source.ip: ip}]}]")
    put(extra={"n": 12345678901234567890})
    result = site.run("--all")
    assert result.returncode == 0, result.stderr
    assert '"12345678901234567890","192.0.2.1"' in read(smtpd.mails[0]).get_content()


def test_verbose_logs_more(site, put):
    put()
    assert "DEBUG" in {line.level for line in site.run("--all", "-v").log}


def test_connection_is_kept_between_mails(site, smtpd, put):
    site.config["workers"] = 1
    for number in range(5):
        put(f"abuse@isp{number}.example")
    site.run("--all")
    assert [mail.connection for mail in smtpd.mails] == [1] * 5


def test_a_table_of_some_size_is_not_read_for_each_lot(site, smtpd, database):
    """The planner does not know how many directives a lot has, and must not be led to believe that it is most."""
    groups, events = 400, 30
    database.query(
        f"""
        SET session_replication_role = replica;
        WITH added AS (
            INSERT INTO events ("source.asn")
            SELECT g FROM generate_series(1, {events}), generate_series(1, {groups}) AS g
            RETURNING id, "source.asn" AS g)
        INSERT INTO directives (events_id, medium, recipient_address, template_name, notification_format,
                                event_data_format, aggregate_identifier, notification_interval, endpoint)
        SELECT id, 'email', g || '@isp.example', 'open_snmp', 'shadowserver', 'csv_open_snmp', '{{}}', '0', 'source'
          FROM added ORDER BY id
        """
    )
    database.query("ANALYZE directives")
    seen = "SELECT n_tup_upd, seq_tup_read FROM pg_stat_user_tables WHERE relname = 'directives'"
    before = database.query(seen)[0][1]

    assert site.run("--all").returncode == 0

    assert len(smtpd.mails) == groups
    while database.query(seen)[0][0] < groups * events:  # sessions tell when they end
        time.sleep(0.01)
    assert database.query(seen)[0][1] - before < 6 * groups * events

# SPDX-License-Identifier: AGPL-3.0-or-later
"""Nothing lost, nothing sent twice, no number used twice – whatever dies. The long form of these is in
tests/crash."""

import signal

import pytest

from support import promise
from support.smtpd import CLOSE, Delay, Many


@pytest.mark.parametrize("groups_in_hand, delay", [(1, 0.01), ("auto", 0.01), (16, 0.005)])
def test_kill(site, smtpd, database, groups_in_hand, delay):
    smtpd.script(dot=Delay(delay))
    print(promise.kill_runs(site, database, smtpd, kills=6, groups=60, longest=0.5, seed_number=1,
                            groups_in_hand=groups_in_hand))


def test_uncertain_delivery_is_made_again_under_its_number(site, smtpd, database, put):
    put()
    promise.kill_after_the_dot(site, smtpd)
    ((ticket, message_id),) = database.query("SELECT intelmq_ticket, message_id FROM delivery_intents")

    result = site.run("--all")

    assert result.returncode == 0, result.stderr
    (warning,) = result.messages("WARNING")
    assert ticket in warning and "abuse@isp.example" in warning
    first, second = smtpd.mails
    assert ticket.encode() in first.raw and ticket.encode() in second.raw
    assert message_id.encode() in first.raw and message_id.encode() in second.raw
    assert database.query("SELECT intelmq_ticket FROM sent") == [(ticket,)]
    assert database.query("SELECT count(*) FROM delivery_intents") == [(0,)]


def test_uncertain_delivery_is_held_where_the_site_says_so(site, smtpd, database, put):
    put()
    site.config["uncertain_deliveries"] = "hold"
    smtpd.script(after_dot=CLOSE)
    first = site.run("--all")
    assert first.returncode == 3
    smtpd.script(after_dot=None)

    for _ in range(2):
        result = site.run("--all")
        assert result.returncode == 0, result.stderr
        (warning,) = result.messages("WARNING")
        assert "held" in warning
    assert len(smtpd.mails) == 1
    assert database.query("SELECT held_since IS NOT NULL FROM delivery_intents") == [(True,)]


def test_reply_lost_after_the_dot(site, smtpd, database, put):
    expected = promise.seed(database, "lost", 5)
    smtpd.script(after_dot=Many([CLOSE, None]))
    first = site.run("--all")
    assert first.returncode == 3
    (error,) = first.errors
    assert "may have accepted" in error
    assert site.run("--all").returncode == 0
    promise.judge(database, smtpd, expected, doubles_allowed=1)


def test_signal_finishes_what_is_in_hand(site, smtpd, database):
    expected = promise.seed(database, "signal", 40)
    smtpd.script(dot=Delay(0.1))
    for name in (signal.SIGTERM, signal.SIGINT):
        process = site.start("--all")
        smtpd.wait_for(len(smtpd.mails) + 3)
        process.send_signal(name)
        result = site.finish(process)
        assert result.returncode == 1, result.stderr
        assert result.errors == []
        assert database.query("SELECT count(*) FROM delivery_intents") == [(0,)]
    smtpd.script(dot=None)
    assert site.run("--all").returncode == 0
    promise.judge(database, smtpd, expected)


def test_lost_terminal_finishes_what_is_in_hand(site, smtpd, database):
    """The kernel tells it, and so does the shell: the second time is no order to hurry."""
    expected = promise.seed(database, "hangup", 40)
    smtpd.script(dot=Delay(0.1))
    process = site.start("--all")
    smtpd.wait_for(3)
    process.send_signal(signal.SIGHUP)
    process.send_signal(signal.SIGHUP)
    result = site.finish(process)
    assert (result.returncode, result.errors) == (1, []), result.stderr
    assert database.query("SELECT count(*) FROM delivery_intents") == [(0,)]
    assert len(smtpd.mails) < 40
    smtpd.script(dot=None)
    assert site.run("--all").returncode == 0
    promise.judge(database, smtpd, expected)


@pytest.mark.parametrize("name", [signal.SIGHUP, signal.SIGINT])
def test_ignored_signal_stays_ignored(site, smtpd, database, name):
    """As with nohup(1), and with what a shell puts in the background."""
    promise.seed(database, "ignored", 5)
    smtpd.script(dot=Delay(0.1))
    process = site.start("--all", preexec_fn=lambda: signal.signal(name, signal.SIG_IGN))
    smtpd.wait_for(1)
    process.send_signal(name)
    result = site.finish(process)
    assert (result.returncode, result.errors) == (0, []), result.stderr
    assert len(smtpd.mails) == 5


def test_database_sessions_are_terminated(site, smtpd, database):
    expected = promise.seed(database, "terminated", 60)
    smtpd.script(dot=Delay(0.02))
    process = site.start("--all")
    for number in range(1, 4):
        smtpd.wait_for(10 * number)
        assert database.query("SELECT pg_terminate_backend(pid) FROM pg_stat_activity"
                              " WHERE application_name LIKE 'intelmqcbmail%'") != []  # fmt: skip
    result = site.finish(process)
    print(result.stderr)
    assert result.returncode == 0, result.stderr
    promise.judge(database, smtpd, expected)


def test_database_stops_at_once_and_comes_back(site, smtpd, database, cluster):
    expected = promise.seed(database, "restart", 60)
    smtpd.script(dot=Delay(0.02))
    process = site.start("--all")
    smtpd.wait_for(10)
    cluster.restart("immediate")
    result = site.finish(process)
    print(result.stderr)
    assert result.returncode == 0, result.stderr
    promise.judge(database, smtpd, expected)


def test_ticket_day_in_the_future(site, smtpd, database, put):
    put()
    database.query("UPDATE ticket_day SET initialized_for_day = (now() AT TIME ZONE 'UTC')::date + 2")
    result = site.run("--all")
    assert result.returncode == 1
    (error,) = result.errors
    assert "ticket_day" in error and "future" in error
    assert smtpd.mails == []


def test_first_ticket_of_a_day(site, smtpd, database, put):
    database.query("UPDATE ticket_day SET initialized_for_day = (now() AT TIME ZONE 'UTC')::date - 1")
    database.query("SELECT setval('intelmq_ticket_seq', 10000777)")
    for number in range(3):
        put(f"abuse@isp{number}.example")
    assert site.run("--all").returncode == 0
    tickets = [row[0] for row in database.query("SELECT intelmq_ticket FROM sent ORDER BY 1")]
    assert [ticket.split("-")[1] for ticket in tickets] == ["10000001", "10000002", "10000003"]


def test_without_intents_the_program_works_and_says_so(site, smtpd, database, put):
    database.query("DROP TABLE delivery_intents")
    put()
    result = site.run("--all")
    assert result.returncode == 0, result.stderr
    (warning,) = result.messages("WARNING")
    name = site.config["database"]["event"].pop("name")
    assert "delivery intents" in warning and warning.endswith(f"notifications.sql {name}")
    assert len(smtpd.mails) == 1

    site.environment["PGDATABASE"] = name
    (warning,) = site.run("--all").messages("WARNING")
    assert warning.endswith("notifications.sql DATABASE")


def test_copies_are_not_lost_with_the_server(site, smtpd, database, put):
    """The first mail of the group is recorded; its copy is still owed."""
    site.write_format(text="""
formats:
  - name: with copy
    match: {}
    columns: [{source.ip: ip}]
    copies: [{when: {aggregate.source.asn: "*"}, envelope_to: [copy@cert.example]}]
""")
    put()
    smtpd.script(rcpt={"copy@cert.example": "421 4.3.2 going down"})
    first = site.run("--all")
    assert first.returncode == 3
    assert database.query("SELECT count(*) FROM sent") == [(1,)]
    smtpd.script(rcpt=None)
    assert site.run("--all").returncode == 0
    assert [mail.envelope_tos for mail in smtpd.mails if mail.accepted] == [
        ["abuse@isp.example"], ["copy@cert.example"]]
    assert database.query("SELECT count(*) FROM sent") == [(1,)]
    assert database.query("SELECT count(*) FROM delivery_intents") == [(0,)]


def test_copy_with_a_number_of_its_own_is_not_lost(site, smtpd, database, put):
    """The directives are recorded under the other mail's number, which must not settle the copy."""
    site.write_format("10-two.py", """\
def create_notifications(context):
    return (context.mail_format_as_csv()
            + context.mail_format_as_csv(envelope_tos=["copy@cert.example"], mark_as_sent=False))
""")
    put()
    smtpd.script(rcpt={"copy@cert.example": "421 4.3.2 going down"})
    assert site.run("--all").returncode == 3
    smtpd.script(rcpt=None)
    assert site.run("--all").returncode == 0
    assert [mail.envelope_tos for mail in smtpd.mails if mail.accepted] == [
        ["abuse@isp.example"], ["copy@cert.example"]]
    assert database.query("SELECT count(*) FROM delivery_intents") == [(0,)]


def test_day_changes_under_two_instances(site, smtpd, database):
    """In the middle."""
    site.config |= {"workers": 2, "instances": "shared"}
    smtpd.script(dot=Delay(0.02))
    expected = promise.seed(database, "day", 60)
    instances = [site.start("--all") for _ in range(2)]
    for number in (1, 2):
        smtpd.wait_for(15 * number)
        promise.change_day(database, number)
    for process in instances:
        result = site.finish(process)
        assert result.returncode == 0, result.stderr
    promise.judge(database, smtpd, expected)
    numbers = [row[0] for row in database.query("SELECT intelmq_ticket FROM sent")]
    assert len(set(numbers)) == 60
    assert len({number[9:11] for number in numbers}) > 1, "the sequence was never restarted"


def test_each_mail_that_marks_has_its_row(site, smtpd, database, put):
    """The directives point at the first one's; the second is owed like a copy."""
    site.write_format("10-two.py", """\
def create_notifications(context):
    return (context.mail_format_as_csv(envelope_tos=["one@cert.example"])
            + context.mail_format_as_csv(envelope_tos=["two@cert.example"]))
""")
    put()
    smtpd.script(rcpt={"two@cert.example": "421 4.3.2 going down"})
    assert site.run("--all").returncode == 3
    smtpd.script(rcpt=None)
    assert site.run("--all").returncode == 0
    assert [mail.envelope_tos for mail in smtpd.mails if mail.accepted] == [
        ["one@cert.example"], ["two@cert.example"]]
    put("abuse@other.example")
    assert site.run("--all").returncode == 0
    rows = database.query("SELECT EXISTS (SELECT FROM directives WHERE sent_id = sent.id) FROM sent"
                          " ORDER BY id")
    assert rows == [(True,), (False,), (True,), (False,)]
    assert database.query("SELECT count(*) FROM delivery_intents") == [(0,)]

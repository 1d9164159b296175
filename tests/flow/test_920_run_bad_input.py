# SPDX-License-Identifier: AGPL-3.0-or-later
"""Bad input harms its own group: a clear error, everything else is sent, nothing is lost."""

import pytest

from support.smtpd import CLOSE, STALL


@pytest.fixture
def others(put):
    """A group before and one after whatever goes wrong, in the order of the list."""
    put("aaa@isp.example")
    put("zzz@isp.example")


def check_others_went_out(smtpd, database, n_pending=1):
    recipients = [to for mail in smtpd.mails if mail.answered for to in mail.envelope_tos]
    assert sorted(recipients) == ["aaa@isp.example", "zzz@isp.example"]
    assert database.query("SELECT count(*) FROM directives WHERE sent_id IS NULL") == [(n_pending,)]
    assert database.query("SELECT count(*) FROM sent") == [(2,)]
    assert database.query("SELECT count(*) FROM delivery_intents") == [(0,)]


def check_failed_alone(result, smtpd, database, ids, *texts):
    assert result.returncode == 3, result.stderr
    assert result.log[-1].message == "2 mails sent, 0 postponed, 1 errors."
    (error,) = result.errors
    for text in texts:
        assert text in error
    assert f"event_ids=[{', '.join(map(str, ids))}]" in error
    check_others_went_out(smtpd, database, n_pending=len(ids))


@pytest.mark.parametrize("name,texts", [
    ("missing", ["'missing'"]),
    ("../templates/open_snmp", ["'../templates/open_snmp'"]),
    ("/etc/passwd", ["'/etc/passwd'"]),
    ("dollar", ["dollar", "Invalid placeholder", "line 3, col 7"]),
    ("unknown_name", ["unknown_name", "KeyError: 'no_such_name'"]),
    ("empty", ["empty"]),
    ("latin1", ["latin1", "UTF-8"]),
])  # fmt: skip
def test_template(site, smtpd, database, put, others, name, texts):
    site.write_template("dollar", "Subject\n\nBody\nand a\ncosts $ 5\n")
    site.write_template("unknown_name", "Subject\n\n${no_such_name}\n")
    site.write_template("empty", "\n\n")
    (site.templates / "latin1").write_bytes(b"Subject\n\nGr\xfc\xdfe\n")
    ids = put("mmm@isp.example", 2, template_name=name)
    result = site.run("--all")
    if name == "dollar":  # the column is Python's business; here only that one is told
        texts = texts[:2]
    check_failed_alone(result, smtpd, database, ids, *texts)


def test_unknown_column(site, smtpd, database, put, others):
    site.write_format("10-odd.yaml", "formats: [{name: odd, match: {recipient_address: mmm*},"
                                     " columns: [{no.such_column: x}]}]")
    ids = put("mmm@isp.example")
    check_failed_alone(site.run("--all"), smtpd, database, ids, "no.such_column")


def test_events_too_large_for_a_mail(site, smtpd, database, put, others):
    """Rather that group alone than the whole run, for want of memory."""
    site.write_format("10-large.yaml", "formats: [{name: large, match: {recipient_address: mmm*},"
                                       " columns: [{raw: raw}]}]")
    ids = put("mmm@isp.example", 3)
    database.query("UPDATE events SET raw = repeat('x', 50000000) WHERE id = ANY (%s)", [ids])
    check_failed_alone(site.run("--all"), smtpd, database, ids, "the 3 events hold 143 MiB")


@pytest.mark.parametrize("recipient,shown", [
    ("m@b\r\nRCPT TO:<c@d>", "'m@b\\x0d\\x0aRCPT TO:<c@d>'"),
    ("m-without-at", "'m-without-at'"),
    ("m@b\nBcc: evil@example.com", "'m@b\\x0aBcc: evil@example.com'"),
    ("m@b.example> SIZE=1", "'m@b.example> SIZE=1'"),
    ("m@b@c", "'m@b@c'"),
    ("m@", "'m@'"),
    ("m b@c.example", "'m b@c.example'"),
])  # fmt: skip
def test_recipient(site, smtpd, database, put, others, recipient, shown):
    ids = put(recipient)
    check_failed_alone(site.run("--all"), smtpd, database, ids, shown)


def test_empty_recipient(site, smtpd, database, put, others):
    ids = put("")
    check_failed_alone(site.run("--all"), smtpd, database, ids, "recipient_address=''")


def test_subject_with_a_line_break(site, smtpd, database, put, others):
    site.write_template("break", "About ${evil}\n\ntext\n")
    ids = put("mmm@isp.example", template_name="break",
              aggregate_identifier={"evil": "x\r\nBcc: thief@example.com"})
    check_failed_alone(site.run("--all"), smtpd, database, ids, "line break")


def test_values_are_never_expanded_again(site, smtpd, put):
    site.write_template("open_snmp", "About ${evil}\n\n${evil} $$5 ${events_as_csv}\n")
    put(aggregate_identifier={"evil": "${ticket_number} $ $$"})
    assert site.run("--all").returncode == 0
    assert b"About ${ticket_number} $ $$" in smtpd.mails[0].raw


def test_nobody_answers(site, smtpd, database, put, others):
    site.write_format(text="formats: [{name: some, match: {recipient_address: [aaa*, zzz*]}}]")
    ids = put("mmm@isp.example")
    check_failed_alone(site.run("--all"), smtpd, database, ids, "none of the 1 formats answers")


def test_directive_that_cannot_be_stored(site, smtpd, database, put, others):
    put("m" * 120 + "@isp.example")
    result = site.run("--all")
    assert result.returncode == 0
    check_others_went_out(smtpd, database, n_pending=0)
    ((reason,),) = database.query("SELECT reason FROM rejected_directives")
    assert "recipient_address" in reason


@pytest.mark.parametrize("rule", [
    {"rcpt": {"mmm@isp.example": "550 5.1.1 no such user"}},
    {"rcpt": {"mmm@isp.example": "450 4.2.0 greylisted"}},
    {"rcpt": {"mmm@isp.example": "nonsense"}},
])  # fmt: skip
def test_server_refuses_one_recipient(site, smtpd, database, put, others, rule):
    smtpd.script(**rule)
    site.config["smtp"]["timeout"] = 2
    ids = put("mmm@isp.example")
    result = site.run("--all")
    check_failed_alone(result, smtpd, database, ids)


def test_server_that_is_not_there_is_one_error(site, smtpd, database, put, others):
    put("mmm@isp.example")
    site.config["smtp"]["port"] = 1
    result = site.run("--all")
    assert result.returncode == 1
    (error,) = result.errors
    assert "127.0.0.1" in error and "port 1" in error
    assert database.query("SELECT count(*) FROM directives WHERE sent_id IS NULL") == [(3,)]
    assert database.query("SELECT count(*) FROM delivery_intents") == [(0,)]


@pytest.mark.parametrize("rule", [{"banner": CLOSE}, {"banner": "554 go away"}, {"ehlo": CLOSE},
                                  {"banner": "this is not SMTP"}])
def test_server_that_serves_nobody(site, smtpd, database, put, others, rule):
    smtpd.script(**rule)
    site.config["smtp"]["timeout"] = 2
    result = site.run("--all")
    assert result.returncode == 1
    assert len(result.errors) == 1
    assert database.query("SELECT count(*) FROM directives WHERE sent_id IS NULL") == [(2,)]
    smtpd.script(**{step: None for step in rule})
    assert site.run("--all").returncode == 0
    check_others_went_out(smtpd, database, n_pending=0)


def test_server_that_stalls(site, smtpd, database, put):
    put()
    site.config["smtp"]["timeout"] = 1
    smtpd.script(mail=STALL)
    result = site.run("--all", timeout=60)
    assert result.returncode in (1, 3) and len(result.errors) == 1
    assert database.query("SELECT count(*) FROM directives WHERE sent_id IS NULL") == [(1,)]


def test_database_that_is_not_there(site, put):
    site.config["database"]["event"]["port"] = 1
    result = site.run("--all")
    assert result.returncode == 1
    (error,) = result.errors
    assert "127.0.0.1" in error and "port 1" in error
    assert site.config["database"]["event"]["password"] not in result.stderr


def test_configuration_mistakes_are_told_together(site):
    site.config["smtp"]["port"] = "25x"
    site.config["sender"] = 7
    result = site.run("--all")
    assert result.returncode == 2
    assert "smtp.port" in result.stderr and "sender" in result.stderr


@pytest.mark.parametrize("arguments", [["--no-such-option"], ["--batch-size", "0"],
                                       ["--batch-size", "x"], ["surplus"]])
def test_wrong_usage(site, arguments):
    result = site.run(*arguments)
    assert result.returncode == 2
    assert result.stderr.startswith("intelmqcbmail: ") and result.log == []

# SPDX-License-Identifier: AGPL-3.0-or-later
"""The brakes of the configuration hold for every mail, whoever made it."""

import email
import email.policy
import sys
import textwrap

import pytest

from support.program import BUILD
from support.smtpd import CLOSE

sys.path.insert(0, str(BUILD / "python"))

from intelmqmail import cb, notification  # noqa: E402

ORIGINALS = "X-Intelmqcbmail-Original-Recipients"

COPIES = """\
formats:
  - name: copied
    match: {}
    columns: [source.ip]
    copies:
      - envelope_to: ["archive@cert.example"]
        when: {aggregate.source.asn: "*"}
titles: {source.ip: ip}
"""

DRAFTS = "return context.mail_format_as_csv(envelope_tos=['other@isp.example'])"
COMPLETE = """\
mail, = context.mail_format_as_csv()
mail.email['X-Own'] = '1'
return [EmailNotification(context.directive, mail.email, mail.ticket,
                          envelope_tos=['other@isp.example'])]
"""
OWN_SEND = """\
class Own(EmailNotification):
    def send(self, send_context):
        send_context.smtp.send_message(self.email, 'x@y.example', ['other@isp.example'])
        send_context.mark_as_sent(self.directive.directive_ids, self.ticket, None)
mail, = context.mail_format_as_csv()
return [Own(context.directive, mail.email, mail.ticket)]
"""
SCRIPTS = {"drafts": DRAFTS, "complete": COMPLETE, "own_send": OWN_SEND}


def read(mail):
    return email.message_from_bytes(mail.raw, policy=email.policy.default)


def pending(database):
    return database.query("SELECT count(*) FROM directives WHERE sent_id IS NULL")[0][0]


@pytest.fixture
def script(site):
    """script(body): the site's one format becomes a script whose create_notifications() has it."""
    def script(body):
        (site.formats / "50-everything.yaml").unlink()
        (site.formats / "10-script.py").write_text(
            "from intelmqmail.notification import EmailNotification, Notification\n"
            "def create_notifications(context):\n" + textwrap.indent(body, "    ") + "\n")
    return script


@pytest.fixture
def safety(site):
    def safety(**keys):
        site.config["safety"] = keys
    return safety


def test_redirect(site, smtpd, database, put, safety):
    site.write_format(text=COPIES)
    safety(redirect_to="me@cert.example")
    put("abuse@one.example")

    result = site.run("--all")

    assert result.returncode == 0, result.stderr
    assert [mail.envelope_tos for mail in smtpd.mails] == [["me@cert.example"]] * 2
    mail, copy = map(read, smtpd.mails)
    assert mail[ORIGINALS] == "abuse@one.example"
    assert copy[ORIGINALS] == "archive@cert.example"
    assert smtpd.mails[0].raw.startswith(ORIGINALS.encode())
    assert mail["To"] == copy["To"] == "abuse@one.example"
    assert pending(database) == 0  # recorded like any other


@pytest.mark.parametrize("kind", SCRIPTS)
def test_redirect_of_scripts(site, smtpd, put, safety, script, kind):
    script(SCRIPTS[kind])
    safety(redirect_to="me@cert.example")
    put("abuse@one.example")
    result = site.run("--all")
    assert result.errors == [], result.stderr
    mail, = smtpd.mails
    assert mail.envelope_tos == ["me@cert.example"]
    assert read(mail)[ORIGINALS] == "other@isp.example"


@pytest.mark.parametrize("kind", SCRIPTS)
def test_allow_recipients_of_scripts(site, smtpd, database, put, safety, script, kind):
    script(SCRIPTS[kind])
    safety(allow_recipients=["*@one.example"], redirect_to="me@one.example")
    put("abuse@one.example")
    result = site.run("--all")
    assert result.returncode == 3
    assert "safety.allow_recipients does not allow recipient 'other@isp.example'" in \
        result.errors[0]
    assert smtpd.mails == []
    assert pending(database) == 1
    assert database.query("SELECT count(*) FROM delivery_intents") == [(0,)]


def test_allow_recipients(site, smtpd, database, put, safety):
    safety(allow_recipients=["*@ONE.example", "a?@two.example"])
    for address in ("abuse@one.EXAMPLE", "ab@two.example", "abc@two.example", "AB@two.example",
                    "abuse@one.example.evil.example"):
        put(address)
    result = site.run("--all")
    assert result.returncode == 3
    assert {mail.envelope_tos[0].lower() for mail in smtpd.mails} == {"abuse@one.example",
                                                                      "ab@two.example"}
    assert result.log[-1].message == "2 mails sent, 0 postponed, 3 errors."
    assert pending(database) == 3


def test_nobody_is_allowed(site, smtpd, put, safety):
    safety(allow_recipients=[])
    put()
    assert site.run("--all").returncode == 3
    assert smtpd.mails == []


def test_forbidden_copy_fails_its_group(site, smtpd, database, put, safety):
    site.write_format(text=COPIES)
    safety(allow_recipients=["abuse@*"])
    put("abuse@one.example")
    assert site.run("--all").returncode == 3
    assert smtpd.mails == [] and pending(database) == 1


def test_uncertain_delivery_is_held_to_it(site, smtpd, database, put, safety):
    put("abuse@one.example")
    smtpd.script(after_dot=CLOSE)
    site.run("--all")
    smtpd.script(after_dot=None)
    assert database.query("SELECT count(*) FROM delivery_intents") == [(1,)]
    safety(redirect_to="me@cert.example")
    result = site.run("--all")
    assert result.errors == [], result.stderr
    assert smtpd.mails[-1].envelope_tos == ["me@cert.example"]
    assert read(smtpd.mails[-1])[ORIGINALS] == "abuse@one.example"
    assert read(smtpd.mails[-1])["Message-Id"] == read(smtpd.mails[0])["Message-Id"]


LIMITS = [
    ({"max_mails_per_run": 2}, "safety.max_mails_per_run is 2, it would be 3 mails, 1 too many"),
    ({"max_mails_per_recipient": 1}, "safety.max_mails_per_recipient is 1, 'abuse@one.example' "
                                     "would get 2, 1 too many"),
    ({"max_events_per_mail": 4}, "safety.max_events_per_mail is 4, 1 mail would have more, namely 5, "
                                 "1 too many"),
]


@pytest.fixture
def three_groups(site, put):
    site.write_template("other")
    put("abuse@one.example", 5)
    put("Abuse@one.example", template_name="other")
    put("abuse@two.example", 4)


@pytest.mark.parametrize("keys, text", LIMITS)
@pytest.mark.parametrize("dry_run", [False, True])
def test_limit_stops_before_the_first_mail(site, smtpd, database, three_groups, safety, keys, text,
                                           dry_run):
    safety(**keys)
    ticket = database.query("SELECT last_value, is_called FROM intelmq_ticket_seq")
    result = site.run("--all", *["--dry-run"] * dry_run)
    assert result.returncode == 1
    assert smtpd.mails == [] and pending(database) == 10
    error, = result.errors
    assert error.startswith(f"Error: the run would exceed its limits; {text}\nHINT: ")
    assert database.query("SELECT last_value, is_called FROM intelmq_ticket_seq") == ticket


@pytest.mark.parametrize("keys, text", LIMITS)
def test_limit_is_overridden(site, smtpd, three_groups, safety, keys, text):
    safety(**keys, redirect_to="me@cert.example")
    result = site.run("--all", "--override-safety")
    assert result.returncode == 0, result.stderr
    assert [mail.envelope_tos for mail in smtpd.mails] == [["me@cert.example"]] * 3
    assert "the limits of the configuration are overridden for this run" in \
        result.messages("WARNING")


def test_limits_that_are_kept(site, smtpd, three_groups, safety):
    safety(max_mails_per_run=3, max_mails_per_recipient=2, max_events_per_mail=5)
    result = site.run("--all")
    assert result.returncode == 0, result.stderr
    assert len(smtpd.mails) == 3
    assert all(mail.raw.count(b"NNNNNNNN") == 0 for mail in smtpd.mails)


def test_redirected_mails_count_for_their_recipients(site, smtpd, three_groups, safety):
    safety(max_mails_per_recipient=2, redirect_to="me@cert.example")
    assert site.run("--all").returncode == 0
    assert len(smtpd.mails) == 3


def test_copies_count(site, smtpd, put, safety):
    site.write_format(text=COPIES)
    safety(max_mails_per_recipient=1)
    put("abuse@one.example")
    put("abuse@two.example")
    result = site.run("--all")
    assert result.returncode == 1 and smtpd.mails == []
    assert "'archive@cert.example' would get 2, 1 too many" in result.errors[0]


def test_failed_groups_do_not_count_and_are_told_once(site, smtpd, put, safety):
    safety(max_mails_per_run=1)
    put("abuse@one.example")
    put("abuse@two.example", template_name="missing")
    result = site.run("--all")
    assert result.returncode == 3
    assert len(smtpd.mails) == 1
    assert len(result.errors) == 1


def test_script_that_answers_otherwise_the_second_time(site, smtpd, database, put, safety, script):
    """The hard stop: twice as many mails as when they were counted."""
    script("""\
import pathlib
flag = pathlib.Path(context.config["template_dir"]).parent / (
    "seen-" + context.directive.recipient_address)
n = 2 if flag.exists() else 1
flag.touch()
return [context.mail_format_as_csv()[0] for _ in range(n)]""")
    site.config["workers"] = 1
    safety(max_mails_per_run=3)
    for number in range(3):
        put(f"abuse@isp{number}.example")
    result = site.run("--all")
    assert result.returncode == 1
    assert len(smtpd.mails) == 2  # the second group would have made it four
    assert result.errors == [
        "Error: safety.max_mails_per_run is 3, a further mail would exceed it"]
    assert pending(database) == 2
    assert database.query("SELECT count(*) FROM delivery_intents") == [(0,)]


def test_script_that_takes_no_notice_of_the_limit(site, smtpd, database, put, safety, script):
    """It catches what its third send_message() raises. No mail more goes out, no further group is begun, and the
    run does not look as if all were well."""
    script("""\
class Own(EmailNotification):
    def send(self, send_context):
        for _ in range(3):
            try:
                send_context.smtp.send_message(self.email, 'x@y.example', ['other@isp.example'])
            except Exception:
                pass
        send_context.mark_as_sent(self.directive.directive_ids, self.ticket, None)
mail, = context.mail_format_as_csv()
return [Own(context.directive, mail.email, mail.ticket)]""")
    site.config["workers"] = 1
    safety(max_mails_per_run=2)
    put("abuse@one.example")
    put("abuse@two.example")
    result = site.run("--all")
    assert result.returncode == 1
    cut_off, end = result.errors
    assert "end with mail 3" in cut_off and "the next run goes on there" in cut_off
    assert end == "Error: safety.max_mails_per_run is 2, a further mail would exceed it"
    assert len(smtpd.mails) == 2
    assert pending(database) == 1


def test_script_that_writes_is_stopped_in_the_count_only(site, smtpd, database, put, safety, script):
    script("""\
context.db_cursor.execute("UPDATE directives SET template_name = template_name")
return context.mail_format_as_csv()""")
    safety(max_mails_per_run=3)
    put()
    result = site.run("--all")
    assert len(smtpd.mails) == 1, result.stderr


def test_interactive_batches_add_up(site, smtpd, put, safety):
    safety(max_mails_per_run=3)
    for number in range(4):
        put(f"abuse@isp{number}.example")
    result = site.run("-N", "2", answers="s\ns\n")
    assert result.returncode == 1
    assert len(smtpd.mails) == 2
    assert "safety.max_mails_per_run is 3, it would be 4 mails, 1 too many" in result.errors[0]


def test_library_mode_keeps_the_brakes(site, smtpd, put, safety):
    safety(redirect_to="me@cert.example", max_mails_per_run=1)
    put("abuse@one.example")
    assert cb.start(site.config, process_all=True).startswith("1 mails sent")
    assert [mail.envelope_tos for mail in smtpd.mails] == [["me@cert.example"]]
    put("abuse@one.example")
    put("abuse@two.example")
    with pytest.raises(notification.NotificationError, match="safety.max_mails_per_run is 1"):
        cb.start(site.config, process_all=True)
    with pytest.raises(ValueError, match="safety.redirect_to"):
        cb.send_notifications(site.config, [], None, [])
    assert len(smtpd.mails) == 1


def test_limits_on_a_connection_of_the_caller(site, smtpd, database, put, safety):
    safety(max_mails_per_run=1)
    put("abuse@one.example")
    connection = cb.open_db_connection(site.config)
    assert cb.start(site.config, process_all=True, conn=connection).startswith("1 mails sent")
    assert len(smtpd.mails) == 1 and pending(database) == 0
    put("abuse@one.example")
    put("abuse@two.example")
    with pytest.raises(notification.NotificationError, match="safety.max_mails_per_run is 1"):
        cb.start(site.config, process_all=True, conn=cb.open_db_connection(site.config))
    assert len(smtpd.mails) == 1 and pending(database) == 2

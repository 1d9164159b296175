# SPDX-License-Identifier: AGPL-3.0-or-later
"""Groups of several mails, and groups and mails that are begun again: nothing twice between them."""

import pytest

from support import promise
from support.smtpd import CLOSE, Many

COPY_FIRST = """\
def create_notifications(context):
    ticket = context.new_ticket_number()
    return (context.mail_format_as_csv(ticket_number=ticket, envelope_tos=["copy@cert.example"],
                                       mark_as_sent=False)
            + context.mail_format_as_csv(ticket_number=ticket))
"""

WRAPS = """\
def create_notifications(context):
    make = context.mail_format_as_csv

    def with_copy(*args, **keywords):
        mails = make(*args, **keywords)
        return mails + make(*args, ticket_number=mails[0].ticket, envelope_tos=["copy@cert.example"],
                            mark_as_sent=False)

    context.mail_format_as_csv = with_copy
"""


def recipients(smtpd):
    return [to for mail in smtpd.mails if mail.answered for to in mail.envelope_tos]


def test_uncertain_delivery_keeps_its_number_over_a_lost_connection(site, smtpd, database, put):
    put()
    smtpd.script(after_dot=CLOSE)
    site.run("--all")
    ((ticket,),) = database.query("SELECT intelmq_ticket FROM delivery_intents")
    smtpd.script(after_dot=None, rcpt=Many([CLOSE, CLOSE, None]))

    result = site.run("--all")

    assert result.returncode == 0, result.stderr
    assert len(smtpd.mails) == 2
    assert ticket.encode() in smtpd.mails[1].raw
    assert database.query("SELECT intelmq_ticket FROM sent") == [(ticket,)]


def test_scripts_begin_anew_with_a_group_that_does(site, smtpd, put):
    (site.formats / "50-everything.yaml").unlink()
    site.write_format("10-wrap.py", WRAPS)
    site.write_format("20-make.py",
                      "def create_notifications(context):\n    return context.mail_format_as_csv()\n")
    smtpd.script(rcpt=Many([CLOSE, CLOSE, None]))
    put()
    assert site.run("--all").returncode == 0
    assert sorted(recipients(smtpd)) == ["abuse@isp.example", "copy@cert.example"]


def test_copy_before_a_refused_mail_is_not_sent_run_after_run(site, smtpd, database, put):
    (site.formats / "50-everything.yaml").unlink()
    site.write_format("10-copy.py", COPY_FIRST)
    smtpd.script(rcpt={"abuse@isp.example": "450 4.2.0 greylisted"})
    put()
    assert site.run("--all").returncode == 3
    assert site.run("--all").returncode == 3
    smtpd.script(rcpt=None)
    assert site.run("--all").returncode == 0
    assert sorted(recipients(smtpd)) == ["abuse@isp.example", "copy@cert.example"]


def test_copy_before_a_lost_connection_is_sent_once(site, smtpd, database, put):
    (site.formats / "50-everything.yaml").unlink()
    site.write_format("10-copy.py", COPY_FIRST)
    broken = []

    def rcpt(session, address):
        if address == "abuse@isp.example" and len(broken) < 2:
            broken.append(address)
            return CLOSE
        return None

    smtpd.script(rcpt=rcpt)
    put()
    assert site.run("--all").returncode == 0
    assert sorted(recipients(smtpd)) == ["abuse@isp.example", "copy@cert.example"]


OWN_SEND = """\
from intelmqmail.notification import EmailNotification


class Own(EmailNotification):
    def send(self, send_context):
        send_context.smtp.send_message(self.email)
        %s


def create_notifications(context):
    (mail,) = context.mail_format_as_csv()
    return [Own(context.directive, mail.email, mail.ticket)]
"""


def test_script_that_hands_over_the_message_and_marks(site, smtpd, database, put):
    site.write_format("10-own.py", OWN_SEND % (
        "send_context.mark_as_sent(self.directive.directive_ids, self.ticket, None)"))
    put()
    result = site.run("--all")
    assert result.returncode == 0, result.stderr
    assert recipients(smtpd) == ["abuse@isp.example"]
    assert database.query("SELECT count(*) FROM sent") == [(1,)]


def test_script_that_fails_after_its_mail_was_accepted(site, smtpd, database, put):
    site.write_format("10-own.py", OWN_SEND % "raise ValueError('afterwards')")
    put()
    result = site.run("--all")
    assert result.returncode == 3
    (error,) = result.errors
    assert "ValueError: afterwards" in error and "was accepted" in error
    assert site.run("--all").returncode == 0
    assert recipients(smtpd) == ["abuse@isp.example"]
    assert database.query("SELECT count(*) FROM sent") == [(1,)]
    assert database.query("SELECT count(*) FROM delivery_intents") == [(0,)]


def test_ticket_number_that_fits_nowhere(site, smtpd, database, put):
    for ticket in ("X" * 19, "", "a\x1b[31m", None):
        site.write_format("10-ticket.py", f"""\
from intelmqmail.notification import EmailNotification


def create_notifications(context):
    (mail,) = context.mail_format_as_csv()
    return [EmailNotification(context.directive, mail.email, {ticket!r})]
""")
        put()
        result = site.run("--all")
        assert result.returncode == 3
        (error,) = result.errors
        assert "ticket number of a mail is" in error and "\x1b" not in error
        assert not smtpd.mails


def test_mail_that_cannot_be_recorded_is_told_with_its_directives(site, smtpd, database, put):
    database.psql("-c", "REVOKE INSERT ON sent FROM eventdb_send_notifications")
    site.config["workers"] = 1
    (event,) = put()
    put("later@isp.example")
    result = site.run("--all")
    assert result.returncode == 1
    error, end = result.errors
    assert "could not be recorded" in error and f"event_ids=[{event}]" in error
    assert "could not be recorded" in end
    assert result.log[-1].message == "1 mails sent, 0 postponed, 1 errors."


TWO_TICKETS = """\
def create_notifications(context):
    return (context.mail_format_as_csv(envelope_tos=["one@cert.example"])
            + context.mail_format_as_csv(envelope_tos=["two@cert.example"])
            + context.mail_format_as_csv(envelope_tos=["copy@cert.example"], mark_as_sent=False))
"""


def subjects(smtpd, recipient):
    return [line for mail in smtpd.mails if recipient in mail.envelope_tos
            for line in mail.raw.splitlines() if line.startswith(b"Subject")]


@pytest.mark.parametrize("recipient", ["one@cert.example", "two@cert.example", "copy@cert.example"])
def test_each_mail_is_made_again_under_its_own_number(site, smtpd, database, put, recipient):
    """Whichever of its group's it is, and however many numbers the script draws before it."""
    site.write_format("10-two.py", TWO_TICKETS)
    put()
    smtpd.script(after_dot=lambda session, mail: CLOSE if recipient in mail.envelope_tos else None)
    assert site.run("--all").returncode == 3
    tickets = {row[0] for row in database.query("SELECT intelmq_ticket FROM delivery_intents")}
    smtpd.script(after_dot=None)
    result = site.run("--all")
    assert result.returncode == 0, result.stderr
    first, again = subjects(smtpd, recipient)
    assert first == again and first.decode().split()[-1] in tickets
    assert sorted(recipients(smtpd)) == ["copy@cert.example", "one@cert.example", "two@cert.example"]
    assert database.query("SELECT count(*) FROM sent") == [(2,)]
    assert database.query("SELECT count(*) FROM delivery_intents") == [(0,)]


def test_second_mail_does_not_record_the_group_for_the_first(site, smtpd, database, put):
    """All three are uncertain; the one that would mark the group is the only one that still fails."""
    site.write_format("10-two.py", TWO_TICKETS)
    put()
    promise.kill_after_the_dot(site, smtpd)
    smtpd.script(rcpt={"one@cert.example": "451 4.2.0 later"})
    assert site.run("--all").returncode == 3
    assert database.query("SELECT count(*) FROM directives WHERE sent_id IS NULL") == [(1,)]
    smtpd.script(rcpt=None)
    assert site.run("--all").returncode == 0
    accepted = [to for mail in smtpd.mails[1:] if mail.accepted for to in mail.envelope_tos]
    assert sorted(accepted) == ["copy@cert.example", "one@cert.example", "two@cert.example"]
    assert database.query("SELECT count(*) FROM directives WHERE sent_id IS NULL") == [(0,)]
    assert database.query("SELECT count(*) FROM delivery_intents") == [(0,)]


def test_copy_that_is_refused_when_made_again_is_told_once(site, smtpd, database, put):
    site.write_format("10-two.py", TWO_TICKETS)
    put()
    promise.kill_after_the_dot(site, smtpd)
    smtpd.script(rcpt={"copy@cert.example": "550 5.1.1 no such user"})
    refused = site.run("--all")
    assert refused.returncode == 3
    assert "550 5.1.1" in refused.errors[0]
    assert site.run("--all").returncode == 0
    assert database.query("SELECT count(*) FROM delivery_intents") == [(0,)]


def test_mail_that_would_go_out_again_under_another_number_does_not(site, smtpd, database, put):
    site.write_format("10-own.py", """\
import time
from intelmqmail.notification import EmailNotification


def create_notifications(context):
    (mail,) = context.mail_format_as_csv()
    return [EmailNotification(context.directive, mail.email, "own-%d" % (time.time_ns() % 10**12))]
""")
    put()
    smtpd.script(after_dot=CLOSE)
    site.run("--all")
    smtpd.script(after_dot=None)
    result = site.run("--all")
    assert result.returncode == 3
    assert "now gives ticket number" in result.errors[0]
    assert len(smtpd.mails) == 1
    assert database.query("SELECT count(*) FROM delivery_intents") == [(1,)]

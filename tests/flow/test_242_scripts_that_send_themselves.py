# SPDX-License-Identifier: AGPL-3.0-or-later
"""Scripts with a send() of their own that hands over several mails: cut off at any of them, each mail goes
out, keeps its number and Message-Id, and none goes out again without need."""

import email
import email.policy

import pytest

from support.smtpd import CLOSE, Delay

RECIPIENTS = ["one@cert.example", "two@cert.example", "three@cert.example"]

ONE_NUMBER = "ticket = context.new_ticket_number()"
OWN_NUMBERS = "ticket = None"  # each mail draws one

SEVERAL = """\
from intelmqmail.notification import EmailNotification

RECIPIENTS = {recipients}


class Own(EmailNotification):
    def send(self, send_context):
        for mail in self.mails:
            {send}
        {mark}


def several(context, recipients, mark_as_sent=True):
    {ticket}
    mails = [context.mail_format_as_csv(ticket_number=ticket, envelope_tos=[recipient])[0]
             for recipient in recipients]
    own = Own(context.directive, mails[0].email, mails[0].ticket, mark_as_sent=mark_as_sent)
    own.mails = mails
    return own


def create_notifications(context):
    return {answer}
"""
HAND_OVER = "send_context.smtp.send_message(mail.email, to_addrs=mail.envelope_tos)"
HAND_OVER_NOTIFICATION = "mail.send(send_context)"  # which marks, each time
SWALLOW = f"""\
try:
                {HAND_OVER}
            except Exception as error:
                context = "swallowed"
"""
MARK = "send_context.mark_as_sent(self.directive.directive_ids, self.mails[-1].ticket, None)"


@pytest.fixture
def write(site):
    def write(send=HAND_OVER, mark=MARK, ticket=ONE_NUMBER,
              answer="[several(context, RECIPIENTS)]"):
        site.write_format("10-own.py", SEVERAL.format(
            recipients=RECIPIENTS, send=send, mark=mark, ticket=ticket, answer=answer))

    return write


def read(mail):
    return email.message_from_bytes(mail.raw, policy=email.policy.default)


def recipients_of(mails):
    return [to for mail in mails for to in mail.envelope_tos]


def kill_at(site, smtpd, recipient):
    """After the final dot of the mail to that recipient, before the answer."""
    smtpd.script(dot=lambda session, mail: Delay(60) if recipient in mail.envelope_tos else None)
    process = site.start("--all")
    smtpd.wait_until(lambda: recipient in recipients_of(smtpd.mails))
    process.kill()
    site.finish(process)
    smtpd.script(dot=None)


def lose_answer_at(site, smtpd, recipient):
    smtpd.script(
        after_dot=lambda session, mail: CLOSE if recipient in mail.envelope_tos else None)
    site.run("--all")
    smtpd.script(after_dot=None)


def settle(site, database):
    """Runs until nothing is pending or owed."""
    for _ in range(6):
        result = site.run("--all")
        assert result.returncode == 0, result.stderr
        if (database.query("SELECT count(*) FROM delivery_intents") == [(0,)]
                and database.query("SELECT count(*) FROM directives WHERE sent_id IS NULL") == [(0,)]):
            return
    raise AssertionError("something stays pending or owed: " + result.stderr)


def check(smtpd, database, cut, recipients=RECIPIENTS):
    """Each recipient has one mail, `cut` a second copy of the same, and nothing is shared."""
    assert sorted(recipients_of(smtpd.mails)) == sorted([*recipients, cut])
    by_recipient = {}
    for mail in smtpd.mails:
        message = read(mail)
        by_recipient.setdefault(mail.envelope_tos[0], set()).add(
            (message["Message-Id"], message["Subject"]))
    assert {recipient: len(keys) for recipient, keys in by_recipient.items()} == dict.fromkeys(
        recipients, 1)
    message_ids = {message_id for keys in by_recipient.values() for message_id, _ in keys}
    assert len(message_ids) == len(recipients)
    assert database.query("SELECT count(*) FROM directives WHERE sent_id IS NULL") == [(0,)]
    return {subject for keys in by_recipient.values() for _, subject in keys}


cut_at_each = pytest.mark.parametrize("recipient", RECIPIENTS)
cut_how = pytest.mark.parametrize("cut", [kill_at, lose_answer_at])


@cut_at_each
@cut_how
@pytest.mark.parametrize("send, mark", [
    (HAND_OVER, MARK), (SWALLOW, MARK), (HAND_OVER_NOTIFICATION, "pass"),
], ids=["handed over", "swallowed", "notifications"])  # fmt: skip
def test_cut_off_at_each_mail(site, smtpd, database, put, write, cut, recipient, send, mark):
    write(send, mark)
    put()
    cut(site, smtpd, recipient)
    settle(site, database)
    (subject,) = check(smtpd, database, recipient)
    assert database.query("SELECT intelmq_ticket FROM sent") == [(subject.split()[-1],)]


@cut_at_each
@cut_how
def test_each_mail_keeps_its_own_number(site, smtpd, database, put, write, cut, recipient):
    write(ticket=OWN_NUMBERS)
    put()
    cut(site, smtpd, recipient)
    settle(site, database)
    assert len(check(smtpd, database, recipient)) == len(RECIPIENTS)


def test_unknown_end_that_a_script_swallows_stays_known(site, smtpd, database, put, write):
    write(SWALLOW, mark="pass")
    put()
    smtpd.script(after_dot=CLOSE)
    result = site.run("--all")
    assert result.returncode == 3
    assert "Error" in result.stderr
    ((message_id,),) = database.query("SELECT message_id FROM delivery_intents")
    assert read(smtpd.mails[0])["Message-Id"] == message_id
    smtpd.script(after_dot=None)
    site.run("--all")
    assert read(smtpd.mails[1])["Message-Id"] == message_id


def test_passing_failure_that_a_script_swallows_is_no_success(site, smtpd, database, put, write):
    """A server that is away is none of the script's business: the group stays pending."""
    write(SWALLOW)
    put()
    smtpd.script(banner="421 4.3.2 not now")
    assert site.run("--all").returncode == 1
    assert database.query("SELECT count(*) FROM directives WHERE sent_id IS NULL") == [(1,)]
    assert database.query("SELECT count(*) FROM delivery_intents") == [(0,)]
    smtpd.script(banner=None)
    settle(site, database)
    assert recipients_of(smtpd.mails) == RECIPIENTS


def test_refusal_that_a_script_swallows_is_its_own_affair(site, smtpd, database, put, write):
    write(SWALLOW)
    put()
    smtpd.script(rcpt={RECIPIENTS[1]: "550 5.1.1 no such user"})
    settle(site, database)
    assert recipients_of(smtpd.mails) == [RECIPIENTS[0], RECIPIENTS[2]]
    assert database.query("SELECT count(*) FROM sent") == [(1,)]


MIXED = {
    "mail, then own": "context.mail_format_as_csv(envelope_tos=['mail@cert.example'])"
                      " + [several(context, RECIPIENTS, mark_as_sent=False)]",
    "mail, then own that marks": "context.mail_format_as_csv(envelope_tos=['mail@cert.example'])"
                                 " + [several(context, RECIPIENTS)]",
    "own, then mail": "[several(context, RECIPIENTS)]"
                      " + context.mail_format_as_csv(envelope_tos=['mail@cert.example'])",
    "own, then copy": "[several(context, RECIPIENTS)]"
                      " + context.mail_format_as_csv(envelope_tos=['mail@cert.example'],"
                      " mark_as_sent=False)",
    "own and own": "[several(context, RECIPIENTS), several(context, ['mail@cert.example'],"
                   " mark_as_sent=False)]",
}


@pytest.mark.parametrize("answer", MIXED.values(), ids=MIXED)
@pytest.mark.parametrize("recipient", [*RECIPIENTS, "mail@cert.example"])
@cut_how
def test_among_other_mails(site, smtpd, database, put, write, cut, recipient, answer):
    """What was not begun when the run was cut off is as much owed as what was."""
    write(answer=answer, mark="self.mark_as_sent and " + MARK)
    put()
    cut(site, smtpd, recipient)
    settle(site, database)
    check(smtpd, database, recipient, [*RECIPIENTS, "mail@cert.example"])


def test_send_that_now_hands_over_fewer_mails(site, smtpd, database, put, write):
    write()
    put()
    kill_at(site, smtpd, RECIPIENTS[2])
    write(answer="[several(context, RECIPIENTS[:1])]")
    result = site.run("--all")
    assert result.returncode == 3
    assert "cannot be made again" in result.errors[0]
    assert database.query("SELECT count(*) FROM delivery_intents") == [(1,)]
    assert len(smtpd.mails) == 3


def test_mail_that_now_has_another_number(site, smtpd, database, put, write):
    own = "import time\n    ticket = 'own-%d' % (time.time_ns() % 10**12)"
    write(ticket=own)
    put()
    kill_at(site, smtpd, RECIPIENTS[1])
    result = site.run("--all")
    assert result.returncode == 3
    assert "now gives ticket number" in result.errors[0]
    assert database.query("SELECT count(*) FROM delivery_intents") == [(1,)]
    assert len(smtpd.mails) == 2


COPY_WITHOUT_NUMBER = """\
from intelmqmail.notification import EmailNotification


class Own(EmailNotification):
    def send(self, send_context):
        send_context.smtp.send_message(self.email, to_addrs=self.envelope_tos)


def message(context, text):
    from intelmqmail.mail import create_mail
    return create_mail(sender="noreply@cert.example", recipient=context.directive.recipient_address,
                       subject=text, body=text + "\\n", attachments=[], gpgme_ctx=None)


def create_notifications(context):
    marks = context.mail_format_as_csv()[0]
    copy = %s(context.directive, message(context, "copy"), None, ["copy@cert.example"],
           mark_as_sent=False)
    return [%s]
"""


@pytest.mark.parametrize("order", ["marks, copy", "copy, marks"])
@pytest.mark.parametrize("kind", ["EmailNotification", "Own"])
@cut_how
def test_copy_without_a_number_has_that_of_its_group(site, smtpd, database, put, cut, kind, order):
    site.write_format("10-copy.py", COPY_WITHOUT_NUMBER % (kind, order))
    put()
    cut(site, smtpd, "copy@cert.example")
    ((ticket, group_ticket),) = database.query(
        "SELECT i.intelmq_ticket, s.intelmq_ticket FROM delivery_intents AS i, sent AS s")
    assert ticket == group_ticket
    settle(site, database)
    check(smtpd, database, "copy@cert.example", ["abuse@isp.example", "copy@cert.example"])


def test_copies_alone_without_a_number(site, smtpd, database, put):
    site.write_format("10-copy.py", COPY_WITHOUT_NUMBER % ("EmailNotification", "copy"))
    put()
    for arguments in (["--dry-run"], []):
        result = site.run("--all", *arguments)
        assert result.returncode == 0, result.stderr
    assert recipients_of(smtpd.mails) == ["copy@cert.example"]
    assert database.query("SELECT count(*) FROM directives WHERE sent_id IS NULL") == [(1,)]


def test_told_elsewhere_without_a_number(site, database, put):
    """Nothing could be recorded under it."""
    site.write_format("10-told.py", """\
from intelmqmail.notification import Notification


class Told(Notification):
    def send(self, send_context):
        send_context.mark_as_sent(self.directive.directive_ids, self.ticket, None)


def create_notifications(context):
    return [Told(context.directive, None)]
""")
    put()
    result = site.run("--all")
    assert result.returncode == 3
    assert "ticket" in result.errors[0]
    assert database.query("SELECT count(*) FROM sent") == [(0,)]

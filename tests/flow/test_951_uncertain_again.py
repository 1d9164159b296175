# SPDX-License-Identifier: AGPL-3.0-or-later
"""What an uncertain delivery must keep when it is made again, whoever makes the mail and however often it
takes; and what must not be taken for one."""

import email
import email.policy

import pytest

from support import promise
from support.smtpd import CLOSE, Held

# Mails of the script's own, and one that sends itself: the program does not make these.
OWN_MAIL = """\
from intelmqmail.mail import create_mail
from intelmqmail.notification import EmailNotification

def create_notifications(context):
    ticket = context.new_ticket_number()
    mail = create_mail(sender="noreply@cert.example", recipient=context.directive.recipient_address,
                       subject="Own " + ticket, body="by hand\\n", attachments=[], gpgme_ctx=None)
    return [EmailNotification(context.directive, mail, ticket)]
"""
LOOKED_AT = """\
def create_notifications(context):
    notifications = context.mail_format_as_csv()
    notifications[0].email["X-Looked-At"] = "yes"
    return notifications
"""
OWN_SEND = """\
from intelmqmail.notification import EmailNotification

class Own(EmailNotification):
    def send(self, send_context):
        super().send(send_context)

def create_notifications(context):
    made = context.mail_format_as_csv()[0]
    return [Own(made.directive, made.email, made.ticket)]
"""
WITH_COPY = """\
formats:
  - name: with copy
    match: {}
    columns: [{source.ip: ip}]
    copies: [{when: {aggregate.source.asn: "*"}, envelope_to: [copy@cert.example]}]
"""


def read(mail):
    return email.message_from_bytes(mail.raw, policy=email.policy.default)


@pytest.mark.parametrize("text", [None, OWN_MAIL, LOOKED_AT, OWN_SEND],
                         ids=["format", "own mail", "looked at", "own send"])
def test_same_number_and_message_id(site, smtpd, database, put, text):
    if text is not None:
        site.write_format("10-script.py", text)
    put()
    promise.kill_after_the_dot(site, smtpd)
    assert site.run("--all").returncode == 0
    first, second = map(read, smtpd.mails)
    assert first["Message-Id"] == second["Message-Id"]
    assert first["Subject"] == second["Subject"]
    ((ticket,),) = database.query("SELECT intelmq_ticket FROM sent")
    assert ticket == first["Subject"].split()[-1]
    assert database.query("SELECT count(*) FROM delivery_intents") == [(0,)]


def test_same_date(site, smtpd, database, put):
    put()
    promise.kill_after_the_dot(site, smtpd)
    database.query("UPDATE delivery_intents SET mail_date = '2026-11-20 03:04:05+00'")
    assert site.run("--all").returncode == 0
    assert read(smtpd.mails[1])["Date"].datetime.timestamp() == 1795143845
    assert database.query("SELECT sent_at = '2026-11-20 03:04:05+00' FROM sent") == [(True,)]


@pytest.mark.parametrize("rules", [
    dict(rcpt="451 4.2.0 later"), dict(rcpt="550 5.1.1 no such user"), dict(dot="554 5.6.0 no"),
    dict(after_dot=CLOSE), dict(mail=CLOSE),
], ids=str)  # fmt: skip
def test_failing_again_changes_nothing(site, smtpd, database, put, rules):
    """The first delivery may have arrived, whatever became of the second."""
    put()
    promise.kill_after_the_dot(site, smtpd)
    before = database.query("SELECT intelmq_ticket, message_id FROM delivery_intents")
    smtpd.script(**rules)
    assert site.run("--all").returncode in (1, 3)
    assert database.query("SELECT intelmq_ticket, message_id FROM delivery_intents") == before
    smtpd.script(**{step: None for step in rules})
    assert site.run("--all").returncode == 0
    assert {read(mail)["Message-Id"] for mail in smtpd.mails} == {before[0][1]}
    assert database.query("SELECT intelmq_ticket FROM sent") == [(before[0][0],)]


def test_copy_does_not_record_the_group(site, smtpd, database, put):
    """Both mails are uncertain, and only the copy is taken: the first is still owed."""
    site.write_format(text=WITH_COPY)
    put()
    promise.kill_after_the_dot(site, smtpd)
    assert database.query("SELECT count(*) FROM delivery_intents") == [(2,)]
    smtpd.script(rcpt={"abuse@isp.example": "451 4.2.0 later"})
    site.run("--all")
    assert database.query("SELECT count(*) FROM sent") == [(0,)]
    smtpd.script(rcpt=None)
    assert site.run("--all").returncode == 0
    accepted = [mail for mail in smtpd.mails[1:] if mail.accepted]
    assert sorted(mail.envelope_tos[0] for mail in accepted) == [
        "abuse@isp.example", "copy@cert.example"]
    assert len({read(mail)["Subject"] for mail in smtpd.mails}) == 1
    assert database.query("SELECT count(*) FROM sent") == [(1,)]
    assert database.query("SELECT count(*) FROM delivery_intents") == [(0,)]


def test_delivery_in_hand_is_not_uncertain(site, smtpd, database, put):
    """Not for another instance, and not when a session of the run has come back in between."""
    site.config |= {"instances": "shared", "workers": 1}
    put("abuse@one.example")
    put("abuse@two.example")
    first_held, second_held = Held(), Held()
    smtpd.script(dot=first_held)
    first = site.start("--all")
    smtpd.wait_for(1)
    assert database.query("SELECT pg_terminate_backend(pid) FROM pg_stat_activity"
                          " WHERE application_name = 'intelmqcbmail run'") != []
    smtpd.script(dot=second_held)
    first_held.release()
    smtpd.wait_for(2)
    assert database.query("SELECT count(*) FROM delivery_intents") == [(1,)]
    second = site.run("--all")
    assert second.returncode == 0, second.stderr
    assert second.messages("WARNING") == []
    second_held.release()
    assert site.finish(first).returncode == 0
    assert len(smtpd.mails) == 2

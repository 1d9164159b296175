# SPDX-License-Identifier: AGPL-3.0-or-later
"""Who is told to come back later, while a script's own send() hands over its mails, is owed that very mail: same ticket,
same Message-Id, nobody else, by the next run; and nothing goes out a second time for it."""

import collections
import email
import email.policy

import pytest

from support.smtpd import CLOSE, Delay

LATER = "450 4.2.0 greylisted"
GONE = "550 5.1.1 no such user"

SCRIPT = """\
from intelmqmail.notification import EmailNotification


class Own(EmailNotification):
    def send(self, send_context):
        smtp = send_context.smtp
        for mail in self.mails:
            {send}
        {mark}


def own(context, lists, mark_as_sent=True):
    {ticket}
    mails = [context.mail_format_as_csv(ticket_number=ticket, envelope_tos=recipients)[0] for recipients in lists]
    notification = Own(context.directive, mails[0].email, mails[0].ticket, mark_as_sent=mark_as_sent)
    notification.mails = mails
    return notification


def create_notifications(context):
    return {answer}
"""
SEND = "smtp.send_message(mail.email, to_addrs=mail.envelope_tos)"
AS_NOTIFICATIONS = "mail.send(send_context)"  # which marks
SWALLOW = f"""\
try:
                {SEND}
            except Exception:
                pass"""
RETRY = """\
refused = smtp.send_message(mail.email, to_addrs=mail.envelope_tos)
            if refused:
                smtp.send_message(mail.email, to_addrs=list(refused))"""
MARK = "send_context.mark_as_sent(self.directive.directive_ids, self.ticket, None)"
MARK_UNLESS_COPY = "self.mark_as_sent and " + MARK
ONE_NUMBER = "ticket = context.new_ticket_number()"
OWN_NUMBERS = "ticket = None"
THREE = [[f"to{number}@isp.example", f"late{number}@isp.example"] for number in (1, 2, 3)]
LATE = [late for _, late in THREE]


@pytest.fixture
def write(site):
    def write(lists=THREE, send=SEND, mark=MARK, ticket=ONE_NUMBER, answer=None):
        site.write_format("10-own.py", SCRIPT.format(send=send, mark=mark, ticket=ticket,
                                                     answer=answer or f"[own(context, {lists})]"))

    return write


def identity(mail):
    message = email.message_from_bytes(mail.raw, policy=email.policy.default)
    return message["Message-Id"], message["Subject"]


def deliveries(smtpd):
    """Who got what, and how often."""
    return collections.Counter((to, identity(mail)) for mail in smtpd.mails if mail.accepted for to in mail.envelope_tos)


def judge(smtpd, lists=THREE, twice=()):
    """Each recipient has the mail of his list once, those named twice, and all of a list the same one."""
    seen = deliveries(smtpd)
    assert collections.Counter({to: count for (to, _), count in seen.items()}) == collections.Counter(
        to for recipients in lists for to in recipients) + collections.Counter(twice)
    for recipients in lists:
        assert len({mail for to, mail in seen if to in recipients}) == 1


def owed(database):
    """Who are owed what was left of a mail, in the order of the mails; each is a copy, and alone (the sign)."""
    debts = database.query("SELECT recipients, marks_directives FROM delivery_intents WHERE mail_number < 0 ORDER BY mail_number")
    assert not any(marks for _, marks in debts)
    return [recipients for recipients, _ in debts]


def is_settled(database):
    return (database.query("SELECT count(*) FROM delivery_intents") == [(0,)]
            and database.query("SELECT count(*) FROM directives WHERE sent_id IS NULL") == [(0,)])


def settle(site, smtpd, database):
    smtpd.script(rcpt=None, dot=None, after_dot=None)
    for _ in range(5):
        result = site.run("--all")
        assert result.returncode == 0, result.stderr
        if is_settled(database):
            return
    raise AssertionError("something stays pending or owed: " + result.stderr)


@pytest.mark.parametrize("late", [LATE[:1], LATE[1:2], LATE[2:], LATE[::2], LATE], ids=len)
@pytest.mark.parametrize("send, mark, ticket", [
    (SEND, MARK, ONE_NUMBER), (SWALLOW, MARK, OWN_NUMBERS), (AS_NOTIFICATIONS, "pass", ONE_NUMBER),
], ids=["sent", "swallowed", "notifications"])  # fmt: skip
def test_some_of_the_recipients_of_some_mails(site, smtpd, database, put, write, late, send, mark, ticket):
    write(send=send, mark=mark, ticket=ticket)
    put()
    smtpd.script(rcpt=dict.fromkeys(late, LATER))
    for _ in range(2):  # the second time the server refuses again
        result = site.run("--all")
        assert result.returncode == 3 and result.log[-1].message.endswith(f"{len(late)} errors."), result.stderr
        assert owed(database) == [[to] for to in late]
        assert database.query("SELECT count(*) FROM directives WHERE sent_id IS NULL") == [(0,)]
    settle(site, smtpd, database)
    judge(smtpd)
    assert database.query("SELECT count(*) FROM sent") == [(1,)]


def test_some_of_those_who_are_owed(site, smtpd, database, put, write):
    """Of the rest one is refused for good, one is taken, one has to come back once more."""
    lists = [["to@isp.example", "a@isp.example", "b@isp.example", "c@isp.example"], ["other@isp.example"]]
    write(lists)
    put()
    smtpd.script(rcpt=dict.fromkeys(lists[0][1:], LATER))
    assert site.run("--all").returncode == 3
    assert owed(database) == [lists[0][1:]]
    smtpd.script(rcpt={"a@isp.example": GONE, "c@isp.example": LATER})
    assert site.run("--all").returncode == 3
    assert owed(database) == [["c@isp.example"]]
    smtpd.script(rcpt={"c@isp.example": GONE})
    result = site.run("--all")
    assert result.returncode == 3 and "c@isp.example" in result.errors[0]
    assert is_settled(database)
    smtpd.script(rcpt=None)
    judge(smtpd, [["to@isp.example", "b@isp.example"], ["other@isp.example"]])


@pytest.mark.parametrize("send", [SEND, SWALLOW], ids=["raised", "swallowed"])
@pytest.mark.parametrize("nth", [0, 1, 2])
def test_all_recipients_of_a_mail(site, smtpd, database, put, write, send, nth):
    """Raised, the mails behind it are not begun; swallowed, it alone is owed. Before any mail was accepted nothing
    has happened, the group is pending."""
    write(send=send)
    put()
    smtpd.script(rcpt=dict.fromkeys(THREE[nth], LATER))
    for _ in range(2):
        result = site.run("--all")
        assert result.returncode == 3 and result.log[-1].message.endswith("1 errors."), result.stderr
    settle(site, smtpd, database)
    judge(smtpd)


@pytest.mark.parametrize("cut", ["kill", "lose answer"])
@pytest.mark.parametrize("nth", [1, 2])
def test_cut_off_behind_it(site, smtpd, database, put, write, cut, nth):
    """What is owed of the mail before was written down in the moment in which the next was begun."""
    write()
    put()
    last = THREE[nth][0]
    here = {"kill": {"dot": lambda session, mail: Delay(60) if last in mail.envelope_tos else None},
            "lose answer": {"after_dot": lambda session, mail: CLOSE if last in mail.envelope_tos else None}}[cut]
    smtpd.script(rcpt=dict.fromkeys(LATE[:nth], LATER), **here)
    process = site.start("--all")
    if cut == "kill":
        smtpd.wait_until(lambda: any(last in mail.envelope_tos for mail in smtpd.mails))
        process.kill()
    site.finish(process)
    assert owed(database) == [[late] for late in LATE[:nth]]
    smtpd.script(rcpt=dict.fromkeys(LATE[:nth], LATER), dot=None, after_dot=None)
    site.run("--all")
    assert owed(database) == [[late] for late in LATE[:nth]]
    settle(site, smtpd, database)
    judge(smtpd, twice=THREE[nth])


def test_refused_while_it_is_made_again(site, smtpd, database, put, write):
    """The mail at which a run was cut off leaves out a recipient: he is owed it, and so are the mails behind it."""
    write()
    put()
    smtpd.script(after_dot=lambda session, mail: CLOSE if THREE[1][0] in mail.envelope_tos else None)
    assert site.run("--all").returncode == 3
    smtpd.script(after_dot=None, rcpt={LATE[1]: LATER})
    assert site.run("--all").returncode == 3
    settle(site, smtpd, database)
    judge(smtpd, twice=THREE[1])


ANSWERS = {
    "copy of own": "context.mail_format_as_csv(envelope_tos=['mail@isp.example']) + [own(context, {}, mark_as_sent=False)]",
    "mail and own that marks": "context.mail_format_as_csv(envelope_tos=['mail@isp.example']) + [own(context, {})]",
    "own and copy": "[own(context, {})] + context.mail_format_as_csv(envelope_tos=['mail@isp.example'], mark_as_sent=False)",
}


@pytest.mark.parametrize("answer", ANSWERS.values(), ids=ANSWERS)
def test_among_other_mails(site, smtpd, database, put, write, answer):
    write(answer=answer.format(THREE), mark=MARK_UNLESS_COPY)
    put()
    smtpd.script(rcpt=dict.fromkeys(LATE, LATER))
    for _ in range(2):
        assert site.run("--all").returncode == 3
        assert owed(database) == [[late] for late in LATE]
    settle(site, smtpd, database)
    judge(smtpd, [*THREE, ["mail@isp.example"]])


@pytest.mark.parametrize("taken_at", [3, 5])
def test_script_that_tries_again_itself(site, smtpd, database, put, write, taken_at):
    """The same mail for those who were left out is no further mail of the script's: taken now, nobody is owed it. Each
    time the program asks for the recipient twice, the second time alone."""
    write(send=RETRY)
    put()
    asked = collections.Counter()

    def rcpt(session, address):
        asked[address] += 1
        return LATER if address == LATE[0] and asked[address] < taken_at else None

    smtpd.script(rcpt=rcpt)
    first = site.run("--all")
    assert first.returncode == 3
    assert is_settled(database) == (taken_at == 3)
    if taken_at == 5:  # it gave up there
        assert len(deliveries(smtpd)) == 1
    settle(site, smtpd, database)
    judge(smtpd)


def test_script_that_tries_what_is_owed_again(site, smtpd, database, put, write):
    """It gives up there, but the mails behind it are through, as before."""
    lists = [["to@isp.example", "a@isp.example", "b@isp.example"], ["other@isp.example"]]
    write(lists)
    put()
    smtpd.script(rcpt=dict.fromkeys(lists[0][1:], LATER))
    assert site.run("--all").returncode == 3
    write(lists, send=RETRY)
    smtpd.script(rcpt={"b@isp.example": LATER})
    for _ in range(2):
        assert site.run("--all").returncode == 3
        assert owed(database) == [["b@isp.example"]]
    settle(site, smtpd, database)
    judge(smtpd, lists)


def test_group_that_the_script_leaves_pending(site, smtpd, database, put, write):
    """It comes again as a whole, under a number of its own: nobody is owed the mail of before as well."""
    write(send="refused = " + SEND, mark="refused or " + MARK)
    put()
    smtpd.script(rcpt=dict.fromkeys(LATE, LATER))
    assert site.run("--all").returncode == 3
    assert database.query("SELECT count(*) FROM delivery_intents") == [(0,)]
    assert database.query("SELECT count(*) FROM directives WHERE sent_id IS NULL") == [(1,)]
    settle(site, smtpd, database)
    assert sum(count for (to, _), count in deliveries(smtpd).items() if to in LATE) == 3


@pytest.mark.parametrize("lists", [THREE[:1], [THREE[0], THREE[2]], [THREE[0], ["x@isp.example"]]],
                         ids=["fewer", "another", "other recipients"])  # fmt: skip
def test_script_that_makes_other_mails_now(site, smtpd, database, put, write, lists):
    """Nobody gets a mail that is not his; the operator decides."""
    write()
    put()
    smtpd.script(rcpt={LATE[1]: LATER})
    assert site.run("--all").returncode == 3
    smtpd.script(rcpt=None)
    seen = deliveries(smtpd)
    write(lists)
    result = site.run("--all")
    assert result.returncode == 3 and "cannot be made again" in result.errors[0]
    assert deliveries(smtpd) == seen and owed(database) == [[LATE[1]]]
    ((ticket,),) = database.query("SELECT intelmq_ticket FROM sent")
    assert site.run("uncertain", "--was-sent", ticket).returncode == 0
    assert site.run("--all").returncode == 0
    assert deliveries(smtpd) == seen and is_settled(database)


def test_script_that_fails_before_it(site, smtpd, database, put, write):
    write()
    put()
    smtpd.script(rcpt={LATE[1]: LATER})
    assert site.run("--all").returncode == 3
    smtpd.script(rcpt=None)
    write(send="raise OSError('away')")
    assert site.run("--all").returncode == 3
    assert owed(database) == [[LATE[1]]]
    write()
    settle(site, smtpd, database)
    judge(smtpd)


def test_not_held_for_the_operator(site, smtpd, database, put, write):
    """It is certain that they have it not."""
    site.config["uncertain_deliveries"] = "hold"
    write()
    put()
    smtpd.script(rcpt=dict.fromkeys(LATE, LATER))
    assert site.run("--all").returncode == 3
    assert site.run("--all").returncode == 3
    smtpd.script(rcpt=None)
    for _ in LATE:
        site.run("--all")
    assert is_settled(database)
    judge(smtpd)


def test_database_of_the_python_program(site, smtpd, database, put, write):
    """No place for debts: an error each, as ever."""
    write()
    put()
    database.query("DROP TABLE delivery_intents")
    smtpd.script(rcpt=dict.fromkeys(LATE, LATER))
    result = site.run("--all")
    assert result.returncode == 3 and result.log[-1].message.endswith("3 errors.")
    assert site.run("--all").returncode == 0

# SPDX-License-Identifier: AGPL-3.0-or-later
"""Recipients who are refused while others take the mail: an error each, and whom the server told to come back is owed
that very mail."""

import pytest

from support import promise
from support.smtpd import CLOSE, Delay, Held

TWO = """
formats:
  - name: two
    match: {}
    columns: [{source.ip: ip}]
    copies: [{when: {aggregate.source.asn: "*"}, envelope_to: [copy@cert.example, late@cert.example]}]
"""
ONE_LIST = """\
def create_notifications(context):
    return context.mail_format_as_csv(envelope_tos=["abuse@isp.example", "late@isp.example"])
"""
LATER = "450 4.2.0 greylisted"


def taken(smtpd):
    return [mail.envelope_tos for mail in smtpd.mails if mail.accepted]


@pytest.fixture(params=["mail", "copy"])
def late(request, site):
    if request.param == "copy":
        site.write_format(text=TWO)
        return "late@cert.example"
    site.write_format("10-list.py", ONE_LIST)
    return "late@isp.example"


@pytest.fixture(params=["resend", "hold"])
def either_way(request, site):
    """It is certain who has not got it, so that there is nothing to hold for an operator."""
    site.config["uncertain_deliveries"] = request.param


@pytest.mark.usefixtures("either_way")
def test_refused_for_now_is_owed_until_it_is_taken(site, smtpd, database, put, late):
    put()
    smtpd.script(rcpt={late: LATER})
    first = site.run("--all")
    assert first.returncode == 3
    assert database.query("SELECT count(*) FROM directives WHERE sent_id IS NULL") == [(0,)]
    assert database.query("SELECT recipients, marks_directives FROM delivery_intents") == [([late], False)]
    assert all(late not in tos for tos in taken(smtpd))

    again = site.run("--all")
    assert again.returncode == 3
    assert database.query("SELECT recipients FROM delivery_intents") == [([late],)]

    smtpd.script(rcpt=None)
    assert site.run("--all").returncode == 0
    assert taken(smtpd)[-1] == [late]
    first_mails = [mail.raw for mail in smtpd.mails if mail.accepted]
    identity = [line for line in first_mails[-1].splitlines() if line.startswith((b"Message-I", b"Subject"))]
    assert all(line in first_mails[-2] for line in identity)
    assert database.query("SELECT count(*) FROM delivery_intents") == [(0,)]
    assert database.query("SELECT count(*) FROM sent") == [(1,)]


def test_once_its_end_is_not_known_it_is_held(site, smtpd, database, put, late):
    """The answer is lost when it is made again: only then may they have it."""
    site.config["uncertain_deliveries"] = "hold"
    put()
    smtpd.script(rcpt={late: LATER})
    assert site.run("--all").returncode == 3
    smtpd.script(rcpt=None, after_dot=CLOSE)
    assert site.run("--all").returncode == 3
    smtpd.script(after_dot=None)
    n_mails = len(smtpd.mails)
    for _ in range(2):
        (warning,) = site.run("--all").messages("WARNING")
        assert "uncertain since" in warning and "held" in warning
    assert len(smtpd.mails) == n_mails
    ((ticket,),) = database.query("SELECT intelmq_ticket FROM delivery_intents")
    assert site.run("uncertain", "--send-again", ticket).returncode == 0
    assert site.run("--all").returncode == 0
    assert taken(smtpd)[-1] == [late]
    assert database.query("SELECT count(*) FROM delivery_intents") == [(0,)]


@pytest.fixture
def owed(site, smtpd, database, put, late):
    """It is certain that `late` has it not."""
    site.config["uncertain_deliveries"] = "hold"
    put()
    smtpd.script(rcpt={late: LATER})
    assert site.run("--all").returncode == 3
    smtpd.script(rcpt=None)
    return late


def assert_held(site, smtpd):
    n_mails = len(smtpd.mails)
    for _ in range(2):
        (warning,) = site.run("--all").messages("WARNING")
        assert "uncertain since" in warning and "held" in warning
    assert len(smtpd.mails) == n_mails


def test_killed_while_it_is_made_again_it_is_held(site, smtpd, owed):
    smtpd.script(dot=Delay(60))
    n_mails = len(smtpd.mails)
    process = site.start("--all")
    smtpd.wait_for(n_mails + 1)
    process.kill()
    site.finish(process)
    smtpd.script(dot=None)
    assert_held(site, smtpd)


def test_accepted_and_not_recorded_it_is_held(site, smtpd, database, owed):
    database.query("CREATE FUNCTION refuse() RETURNS TRIGGER LANGUAGE plpgsql AS"
                   " $$ BEGIN RAISE EXCEPTION 'no'; END $$;"
                   " CREATE TRIGGER refuse BEFORE DELETE ON delivery_intents FOR EACH ROW EXECUTE FUNCTION refuse()")
    site.run("--all")
    assert taken(smtpd)[-1] == [owed]
    assert_held(site, smtpd)


def test_an_attempt_that_comes_to_nothing_is_followed_by_another(site, smtpd, database, owed):
    smtpd.stop()
    assert site.run("--all").returncode == 1
    assert database.query("SELECT decision FROM delivery_intents") == [("send_again",)]


def test_refused_for_good_is_an_error(site, smtpd, database, put, late):
    put()
    smtpd.script(rcpt={late: "550 5.1.1 no such user"})
    result = site.run("--all")
    assert result.returncode == 3
    assert any(late in error and "550 5.1.1" in error for error in result.errors)
    assert result.log[-1].message.endswith("1 errors.")
    assert database.query("SELECT count(*) FROM delivery_intents") == [(0,)]
    assert site.run("--all").returncode == 0
    assert all(late not in tos for tos in taken(smtpd))


@pytest.mark.usefixtures("either_way")
def test_copy_that_is_refused_for_now_is_owed(site, smtpd, database, put):
    site.write_format(text=TWO)
    put()
    smtpd.script(rcpt={"copy@cert.example": LATER, "late@cert.example": LATER})
    assert site.run("--all").returncode == 3
    smtpd.script(rcpt=None)
    assert site.run("--all").returncode == 0
    assert taken(smtpd) == [["abuse@isp.example"], ["copy@cert.example", "late@cert.example"]]
    assert database.query("SELECT count(*) FROM delivery_intents") == [(0,)]


OWN_SEND = """\
from intelmqmail.notification import EmailNotification


class Own(EmailNotification):
    def send(self, send_context):
        refused = send_context.smtp.%s
        send_context.mark_as_sent(self.directive.directive_ids, self.ticket, None)
        print(sorted(refused.items()))


def create_notifications(context):
    (mail,) = context.mail_format_as_csv()
    return [Own(context.directive, mail.email, mail.ticket)]
"""


@pytest.mark.parametrize("call", [
    "send_message(self.email, to_addrs=['abuse@isp.example', 'late@isp.example', 'gone@isp.example'])",
    "sendmail('x@cert.example', ['abuse@isp.example', 'late@isp.example', 'gone@isp.example'],"
    " self.email.as_bytes())",
])
def test_own_send_is_told_who_was_refused(site, smtpd, database, put, call):
    """And he who is to come back later is owed the mail all the same, see test_958."""
    site.write_format("10-own.py", OWN_SEND % call)
    put()
    smtpd.script(rcpt={"late@isp.example": LATER, "gone@isp.example": "550 5.1.1 no such user"})
    result = site.run("--all")
    assert result.returncode == 3 and len(result.errors) == 2
    assert result.stdout == ("[('gone@isp.example', (550, b'5.1.1 no such user')),"
                             " ('late@isp.example', (450, b'4.2.0 greylisted'))]\n")
    assert taken(smtpd) == [["abuse@isp.example"]]
    assert database.query("SELECT recipients FROM delivery_intents") == [(["late@isp.example"],)]
    smtpd.script(rcpt=None)
    assert site.run("--all").returncode == 0 and taken(smtpd)[1:] == [["late@isp.example"]]
    assert database.query("SELECT count(*) FROM delivery_intents") == [(0,)]


LIST_BESIDE = """\
def create_notifications(context):
    to = context.directive.recipient_address
    return context.mail_format_as_csv(envelope_tos=[to, "late@isp.example"])
"""


@pytest.fixture
def listed(site, smtpd, database):
    """An instance that has listed two uncertain deliveries, and waits for the mail server with the first."""
    site.config |= {"workers": 1, "groups_in_hand": 1, "instances": "shared"}
    site.write_format("10-list.py", LIST_BESIDE)
    promise.seed(database, "group", 2)
    smtpd.script(after_dot=CLOSE)
    assert site.run("--all").returncode == 3
    assert database.query("SELECT count(*) FROM delivery_intents") == [(2,)]
    held = Held()
    smtpd.script(after_dot=None, dot=lambda session, mail: held(session, mail) if len(smtpd.mails) == 3 else None)
    process = site.start("--all")
    smtpd.wait_for(3)
    smtpd.script(dot=None)
    yield process, held
    held.release()


def test_another_instance_has_sent_it_to_some_meanwhile(site, smtpd, database, listed):
    process, held = listed
    smtpd.script(rcpt={"late@isp.example": LATER})
    assert site.run("--all").returncode == 3
    smtpd.script(rcpt=None)
    ((id,),) = database.query("SELECT id FROM delivery_intents WHERE recipients = '{late@isp.example}'")
    held.release()
    site.finish(process)
    site.run("--all")
    assert taken(smtpd)[-1] == ["late@isp.example"]
    assert database.query("SELECT count(*) FROM delivery_intents") == [(0,)]


def test_the_operator_has_decided_meanwhile(site, smtpd, database, listed):
    process, held = listed
    ((ticket,),) = database.query("SELECT intelmq_ticket FROM delivery_intents ORDER BY id DESC LIMIT 1")
    assert site.run("uncertain", "--was-sent", ticket).returncode == 0
    n_mails = len(smtpd.mails)
    held.release()
    site.finish(process)
    site.run("--all")
    assert len(smtpd.mails) == n_mails
    assert database.query("SELECT count(*) FROM sent WHERE intelmq_ticket = %s", [ticket]) == [(1,)]

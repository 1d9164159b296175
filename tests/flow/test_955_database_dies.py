# SPDX-License-Identifier: AGPL-3.0-or-later
"""All sessions of the program are ended at each step of each way to deliver: at the first recipient, before the answer
to the final dot and behind it, of each mail. Later runs deliver all that is owed, and nothing under another number."""

import collections
import email
import email.policy

import pytest

from support.smtpd import CLOSE

PLAIN = ("50-all.yaml", """\
formats: [{match: {}, columns: [source.ip]}]
""")
COPIES = ("50-all.yaml", """\
formats:
  - match: {}
    columns: [source.ip]
    copies:
      - {when: {aggregate.source.asn: "*"}, envelope_to: [copy1@cert.example]}
      - {when: {aggregate.source.asn: "*"}, envelope_to: [copy2@cert.example]}
""")
REPORTS = ("50-all.yaml", """\
formats: [{match: {}, report: x-arf-0.2, subject: "R ${ticket_number}", body: "${events_as_csv}"}]
""")
PARTS = ("50-all.py", """\
import copy
def create_notifications(context):
    mails, whole = [], context.directive
    for event, directive in zip(whole.event_ids, whole.directive_ids):
        context.directive = copy.copy(whole)
        context.directive.event_ids, context.directive.directive_ids = [event], [directive]
        mails += context.mail_format_as_csv()
    return mails
""")
OWN = ("50-all.py", """\
import copy
from intelmqmail.notification import EmailNotification

class Own(EmailNotification):
    def send(self, send_context):
        for number in (1, 2, 3):
            mail = copy.deepcopy(self.email)
            mail["X-Part"] = str(number)
            if number > 1:
                mail.replace_header("Message-Id", mail["Message-Id"].replace("@", f".{number}@"))
            send_context.smtp.send_message(mail)
        send_context.mark_as_sent(self.directive.directive_ids, self.ticket, None)

def create_notifications(context):
    (mail,) = context.mail_format_as_csv()
    return [Own(context.directive, mail.email, mail.ticket)]
""")
LISTED = ("50-all.py", """\
def create_notifications(context):
    return context.mail_format_as_csv(envelope_tos=[context.directive.recipient_address, "late@cert.example"])
""")
OWN_LISTED = (OWN[0], OWN[1].replace("send_message(mail)",
                                     "send_message(mail, to_addrs=[self.directive.recipient_address, 'late@cert.example'])"))
# name → format, mails of a group of three events, what tells them apart, whether the first run leaves all uncertain
WAYS = {
    "first": (PLAIN, 1, "To", False),
    "copies": (COPIES, 3, None, False),
    "reports": (REPORTS, 3, "Message-Id", False),
    "parts of a script": (PARTS, 3, "Message-Id", False),
    "own send": (OWN, 3, "X-Part", False),
    "again": (PLAIN, 1, "To", True),
    "copies again": (COPIES, 3, None, True),
    "own send again": (OWN, 3, "X-Part", True),
}


class Assassin:
    """Ends the program's sessions at the nth time that the server gets to that step."""

    def __init__(self, database, nth):
        self.database, self.nth, self.ended = database, nth, 0

    def __call__(self, *_):
        self.nth -= 1
        if self.nth == 0:
            self.ended = len(self.database.query(
                "SELECT pg_terminate_backend(pid, 10000) FROM pg_stat_activity"
                " WHERE application_name LIKE 'intelmqcbmail%' AND datname = current_database()"))


def is_settled(database):
    return (database.query("SELECT count(*) FROM directives WHERE sent_id IS NULL") == [(0,)]
            and database.query("SELECT count(*) FROM delivery_intents") == [(0,)])


def run_until_settled(site, database, most=6):
    for _ in range(most):
        if is_settled(database):
            return
        result = site.run("--all")
        assert result.returncode in (0, 3), result.stderr
    assert is_settled(database), result.stderr


def judge(mails, n_mails, key):
    """Each of the group's mails arrived, and a second time at most as itself."""
    identities, recipients = collections.defaultdict(set), collections.Counter()
    for mail in mails:
        message = email.message_from_bytes(mail.raw, policy=email.policy.default)
        which = message[key] if key else mail.envelope_tos[0]
        identities[which].add((message["Message-Id"], message["Subject"]))
        recipients[which] += 1
    assert len(identities) == n_mails, sorted(recipients)
    assert all(len(one) == 1 for one in identities.values()), identities
    assert max(recipients.values()) <= 3, recipients  # made again once for each death, and once as uncertain


@pytest.mark.parametrize("way", WAYS)
@pytest.mark.parametrize("step", ["rcpt", "dot", "after_dot"])
def test_database_dies(site, smtpd, database, put, way, step):
    (filename, text), n_mails, key, is_again = WAYS[way]
    (site.formats / "50-everything.yaml").unlink()
    site.write_format(filename, text)
    site.config["workers"] = 1
    site.config["xarf"] = {"org": "CERT", "contact": "cert@cert.example", "domain": "cert.example"}
    for nth in range(1, n_mails + 1):
        seen = len(smtpd.mails)
        put(f"abuse{nth}@isp.example", 3, fields={"classification.type": "malware"})
        if is_again:
            smtpd.script(after_dot=CLOSE)
            assert site.run("--all").returncode == 3
            smtpd.script(after_dot=None)
        assassin = Assassin(database, nth)
        smtpd.script(**{step: assassin})
        result = site.run("--all")
        smtpd.script(**{step: None})
        assert "Traceback" not in result.stderr
        run_until_settled(site, database)
        assert assassin.ended > 0 or (is_again and nth > 1), "nobody was there to be ended"
        judge([mail for mail in smtpd.mails[seen:] if mail.accepted], n_mails, key)
    tickets = database.query("SELECT count(*), count(DISTINCT intelmq_ticket) FROM sent")
    assert tickets[0][0] == tickets[0][1]


@pytest.mark.parametrize("step", ["rcpt", "dot", "after_dot"])
@pytest.mark.parametrize("filename, text, n_mails", [(*LISTED, 1), (*OWN_LISTED, 3)], ids=["list", "own send"])
def test_database_dies_while_a_recipient_is_owed(site, smtpd, database, put, filename, text, n_mails, step):
    """Of each mail, also while what was left of the mail before becomes a debt."""
    (site.formats / "50-everything.yaml").unlink()
    site.write_format(filename, text)
    for nth in range(1, n_mails + 2):
        seen = len(smtpd.mails)
        put(f"abuse{nth}@isp.example")
        kill = Assassin(database, nth)

        def rcpt(session, address):
            if step == "rcpt":
                kill()
            return "450 4.2.0 greylisted" if address == "late@cert.example" else None

        smtpd.script(rcpt=rcpt, **({} if step == "rcpt" else {step: kill}))
        site.run("--all")
        smtpd.script(rcpt=None, dot=None, after_dot=None)
        run_until_settled(site, database)
        mails = [mail for mail in smtpd.mails[seen:] if mail.accepted]
        for recipient in (f"abuse{nth}@isp.example", "late@cert.example"):
            judge([mail for mail in mails if recipient in mail.envelope_tos], n_mails, "X-Part" if n_mails > 1 else "To")

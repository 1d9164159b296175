# SPDX-License-Identifier: AGPL-3.0-or-later
"""Headers and envelope of a mail: what the site wants in all that goes out in its name, and in none that is a
script's own."""

import email
import email.policy

import pytest

COPIES = """\
formats:
  - name: copied
    match: {}
    columns: [source.ip]
    copies:
      - envelope_to: ["archive@cert.example"]
titles: {source.ip: ip}
"""

FROM_SCRATCH = """\
from email.message import EmailMessage
from intelmqmail.notification import EmailNotification

def create_notifications(context):
    message = EmailMessage()
    message["From"] = %r
    message["To"] = context.directive.recipient_address
    message["Subject"] = "own"
    message.set_content("own text")
    return [EmailNotification(context.directive, message, context.new_ticket_number())]
"""


def read(mail):
    return email.message_from_bytes(mail.raw, policy=email.policy.default)


@pytest.fixture
def manners(site):
    site.config["envelope_from"] = "bounces@cert.example"
    site.config["reply_to"] = "CERT Desk <desk@cert.example>"
    site.config["headers"] = {"List-Id": "<reports.cert.example>", "Precedence": "bulk"}


@pytest.fixture
def script(site):
    def script(text):
        (site.formats / "50-everything.yaml").unlink()
        (site.formats / "10-script.py").write_text(text)
    return script


def test_of_our_mails(site, smtpd, put, manners):
    site.write_format(text=COPIES)
    put("abuse@one.example")
    assert site.run("--all").returncode == 0
    assert len(smtpd.mails) == 2
    for mail in smtpd.mails:
        message = read(mail)
        assert mail.envelope_from == "bounces@cert.example"
        assert message["From"] == "CERT Example <noreply@cert.example>"
        assert message["Reply-To"] == "CERT Desk <desk@cert.example>"
        assert message["List-Id"] == "<reports.cert.example>"
        assert message["Precedence"] == "bulk"


@pytest.mark.parametrize("change, bounces", [
    ("", "bounces@cert.example"),
    # Looked at, so that it is composed for the script; the sender it has is the site's all the same.
    ("notification.email['X-Own'] = '1'", "bounces@cert.example"),
    ("del notification.email['From']; notification.email['From'] = 'other@cert.example'",
     "other@cert.example"),
])
def test_of_mails_that_the_program_made_for_a_script(site, smtpd, put, manners, script, change, bounces):
    script(f"""\
def create_notifications(context):
    notification, = context.mail_format_as_csv(envelope_tos=["other@isp.example"])
    {change}
    return [notification]
""")
    put()
    assert site.run("--all").returncode == 0
    assert smtpd.mails[0].envelope_from == bounces
    assert read(smtpd.mails[0])["Reply-To"] == "CERT Desk <desk@cert.example>"


@pytest.mark.parametrize("setting, bounces", [
    ("context.config['sender'] = 'Other <other@cert.example>'", "bounces@cert.example"),
    ("context.config['envelope_from'] = 'own@cert.example'", "own@cert.example"),
    ("context.config.update(sender='Other <other@cert.example>', envelope_from=None)", "other@cert.example"),
])
def test_where_a_script_has_put_its_own_in_the_place_of_the_site_s(site, smtpd, put, manners, script, setting, bounces):
    script(f"""\
def create_notifications(context):
    {setting}
    return context.mail_format_as_csv()
""")
    put()
    result = site.run("--all")
    assert result.errors == [], result.stderr
    assert smtpd.mails[0].envelope_from == bounces


@pytest.mark.parametrize("sender, bounces", [
    ("Other Name <noreply@cert.example>", "bounces@cert.example"),
    ("other@cert.example", "other@cert.example"),
])
def test_of_a_script_s_own_mails(site, smtpd, put, manners, script, sender, bounces):
    script(FROM_SCRATCH % sender)
    put()
    result = site.run("--all")
    assert result.errors == [], result.stderr
    assert smtpd.mails[0].envelope_from == bounces
    assert "Reply-To" not in read(smtpd.mails[0])
    assert "List-Id" not in read(smtpd.mails[0])

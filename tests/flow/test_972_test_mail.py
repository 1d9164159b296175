# SPDX-License-Identifier: AGPL-3.0-or-later
"""`intelmqcbmail test-mail ADDRESS`: one mail through the whole path, no directive touched."""

import email
import email.policy
import re
import json
import socket

import pytest

from support.gnupg import Home
from support.smtpd import CLOSE


@pytest.fixture
def send(site):
    """The command with the site's configuration, and with a database that nobody can reach."""
    def send(*arguments):
        return site.run("test-mail", *arguments)

    site.config["database"]["event"]["port"] = 1
    return send


def parse(mail):
    return email.message_from_bytes(mail.raw, policy=email.policy.default)


def test_signed_mail(site, send, smtpd):
    with Home() as home:
        site.config["openpgp"] = {"gnupg_home": str(home.path), "always_sign": True,
                                  "signing_key": home.fingerprint}
        result = send("ops@cert.example")
        assert result.returncode == 0, result.stderr
        (mail,) = smtpd.mails
        assert home.verify(mail.raw).good
        assert home.fingerprint in result.stdout
    assert mail.envelope_tos == ["ops@cert.example"]
    message = parse(mail)
    assert message["To"] == "ops@cert.example"
    assert message["From"] == "CERT Example <noreply@cert.example>"
    assert message["Subject"].startswith("Test mail of intelmqcbmail on ")
    assert message["Message-Id"] in result.stdout
    (content, _) = message.iter_parts()
    text, table = content.iter_parts()
    assert "This is a test mail" in text.get_content()
    assert "signed with OpenPGP" in text.get_content()
    assert re.search(r"\d{4}-\d\d-\d\d \d\d:\d\d:\d\d UTC", text.get_content())
    assert table.get_filename() == "events.csv"
    assert table.get_content().startswith('"asn","ip","timestamp",')


def test_server_s_reply_is_printed(send, smtpd):
    result = send("ops@cert.example")
    assert result.returncode == 0
    assert smtpd.mails[0].queue_id in re.search(r"^reply: +(.*)$", result.stdout, re.M)[1]
    assert re.search(r"^signed: +no$", result.stdout, re.M)
    assert len(result.messages("INFO")) == 1


def test_nothing_is_touched(site, put, database, smtpd):
    put()
    before = database.query("SELECT last_value, is_called FROM intelmq_ticket_seq")
    program, option, path = site.command()
    site.command = lambda *arguments: [program, "test-mail", option, path, *arguments]
    assert site.run("ops@cert.example").returncode == 0
    assert len(smtpd.mails) == 1
    assert database.query("SELECT last_value, is_called FROM intelmq_ticket_seq") == before
    assert database.query("SELECT count(*) FROM directives WHERE sent_id IS NULL") == [(1,)]
    assert database.query("SELECT count(*) FROM sent") == [(0,)]


def test_fixed_headers_and_envelope(site, send, smtpd):
    site.config.update(envelope_from="bounces@cert.example", reply_to="desk@cert.example",
                       headers={"X-Team": "desk"})
    assert send("ops@cert.example").returncode == 0
    (mail,) = smtpd.mails
    assert mail.envelope_from == "bounces@cert.example"
    message = parse(mail)
    assert (message["Reply-To"], message["X-Team"]) == ("desk@cert.example", "desk")


def test_redirected(site, send, smtpd):
    site.config["safety"] = {"redirect_to": "us@cert.example"}
    result = send("ops@isp.example")
    assert result.returncode == 0, result.stderr
    assert smtpd.mails[0].envelope_tos == ["us@cert.example"]
    assert "ops@isp.example (safety.redirect_to)" in result.stdout


def test_not_allowed(site, send, smtpd):
    site.config["safety"] = {"allow_recipients": ["*@cert.example"]}
    result = send("ops@isp.example")
    assert result.returncode == 1
    assert "ops@isp.example" in result.messages("CRITICAL")[0]
    assert smtpd.mails == []


@pytest.mark.parametrize("address", [
    "", "nobody", "a@b.example, c@d.example", "Ops <ops@cert.example>", "<ops@cert.example>",
    "a@b.example\r\nBcc: c@d.example", "a@b.example\nRCPT TO:<x@y.example>", "a b@c.example",
    "m\u00fcller@isp.example",
])  # fmt: skip
def test_no_address(send, smtpd, address):
    result = send("--", address)
    assert result.returncode == 2
    assert result.stderr.startswith("intelmqcbmail: ") and "\r" not in result.stderr
    assert "unexpected argument" not in result.stderr
    assert smtpd.connections == 0


def test_json(site, send, smtpd):
    (told,) = [json.loads(send("--json", "ops@isp.example").stdout)]
    assert told["sent_to"] == ["ops@isp.example"] and told["instead_of"] is None and told["signed_by"] is None
    assert told["host"] == "127.0.0.1" and told["port"] == smtpd.port and "250" in told["reply"]
    site.config["safety"] = {"redirect_to": "us@cert.example"}
    told = json.loads(send("--json", "ops@isp.example").stdout)
    assert told["sent_to"] == ["us@cert.example"] and told["instead_of"] == "ops@isp.example"


@pytest.mark.parametrize("arguments", [[], ["a@b.example", "c@d.example"]])
def test_wrong_usage(send, smtpd, arguments):
    result = send(*arguments)
    assert result.returncode == 2
    assert "HINT: see intelmqcbmail test-mail --help" in result.stderr
    assert smtpd.connections == 0


@pytest.mark.parametrize("rule", [
    {"rcpt": {"ops@cert.example": "550 5.1.1 no such user"}},
    {"dot": "554 5.7.1 not wanted"},
    {"after_dot": CLOSE},
])  # fmt: skip
def test_refused(send, smtpd, rule):
    smtpd.script(**rule)
    result = send("ops@cert.example")
    assert result.returncode == 1
    assert result.stdout == ""
    assert len(result.messages("CRITICAL")) == 1


def test_server_that_is_not_there(site, send):
    with socket.socket() as unused:
        unused.bind(("127.0.0.1", 0))
        site.config["smtp"]["port"] = unused.getsockname()[1]
        assert send("ops@cert.example").returncode == 1

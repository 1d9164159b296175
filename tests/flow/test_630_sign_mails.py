# SPDX-License-Identifier: AGPL-3.0-or-later
"""Signed mails as they arrive, by each of the methods, and how the method is chosen and told."""

import json

import pytest

from support.gnupg import Home

HOLDER, AGENT, GPG = "the key holder", "gpg-agent, asked directly", "gpg, which is started for each mail"


@pytest.fixture
def sign(site):
    def sign(home, method=None):
        site.config["openpgp"] = {"gnupg_home": str(home.path), "always_sign": True,
                                  "signing_key": home.fingerprint}
        if method is not None:
            site.config["signing"] = {"method": method}

    return sign


def method_of(site):
    """What check says."""
    found = json.loads(site.run("check", "--json").stdout)
    (key,) = [one for one in found["findings"] if one["subject"] == "key"]
    return key["message"].partition("signatures are made by ")[2]


@pytest.mark.parametrize("algorithm, method, expected", [
    ("ed25519", None, HOLDER),
    ("ed25519", "auto", HOLDER),
    ("ed25519", "agent", AGENT),
    ("ed25519", "gpg", GPG),
    ("rsa2048", "auto", HOLDER),
    ("nistp256", "auto", AGENT + ", for want of a faster way: the key holder: "),
])
def test_good_as_it_arrives(site, smtpd, put, sign, algorithm, method, expected):
    for number in range(6):
        put(f"abuse@{number}.example", 2)
    with Home(key=None, conf="comment Größe\n") as home:
        home.make_key(algorithm)
        sign(home, method)
        assert method_of(site).startswith(expected)
        result = site.run("--all")
        assert result.returncode == 0, result.stderr
        assert len(smtpd.mails) == 6
        for mail in smtpd.mails:
            verification = home.verify(mail.raw)
            assert verification.good and verification.n_signatures == 1, verification.report
            assert verification.fingerprint == home.fingerprint
            assert "\r\nComment: Größe\r\n".encode() in mail.raw
    told = [message for message in result.messages("INFO") if message.startswith("signatures are made by")]
    assert len(told) == (1 if algorithm == "nistp256" else 0)
    assert result.messages("WARNING") == []


@pytest.mark.parametrize("value, complaint", [
    ({"method": "fast"}, 'one of "auto", "agent", "gpg"'),
    ({"method": 1}, "signing.method"),
    ({"methods": "auto"}, "signing.method"),
    ("auto", "signing"),
])
def test_wrong_settings(site, value, complaint):
    site.config["signing"] = value
    result = site.run("--all")
    assert result.returncode == 2
    assert complaint in result.stderr


@pytest.mark.parametrize("conf", ["digest-algo NONSENSE", "passphrase-fd 0", "digest-algo MD5"])
def test_unusable_gpg_conf(site, smtpd, put, sign, conf):
    """Nothing is claimed, sent or blamed on the key."""
    put()
    with Home(conf=conf + "\n") as home:
        sign(home)
        result = site.run("--all")
        assert result.returncode == 2
        assert "gpg.conf cannot be used: gpg" in result.stderr
        assert "no key" not in result.stderr
        found = json.loads(site.run("check", "--json").stdout)
        assert any("gpg.conf cannot be used" in one["message"] for one in found["findings"])
    assert smtpd.mails == []


# In place of gpg: says of the signatures that it verifies, but of the one at the start, that they are not good.
DOUBTFUL = """\
#!/bin/sh
for argument; do
    if [ "$argument" = --verify ]; then
        echo x >>{count}
        [ "$(wc -l <{count})" -le {good} ] || { echo "[GNUPG:] BADSIG 00" >&3; echo "gpg: BAD signature" >&2; exit 1; }
    fi
done
exec /usr/bin/gpg "$@"
"""


@pytest.fixture
def doubt(site, tmp_path):
    """doubt(n): gpg takes n signatures for good, and no more."""
    def doubt(n_good):
        gpg = tmp_path / "bin/gpg"
        gpg.parent.mkdir()
        gpg.write_text(DOUBTFUL.replace("{count}", str(tmp_path / "count")).replace("{good}", str(n_good)))
        gpg.chmod(0o755)
        site.environment["PATH"] = f"{gpg.parent}:{site.environment['PATH']}"

    return doubt


@pytest.mark.parametrize("method", ["auto", "agent"])
def test_bad_signature_is_an_error_of_the_run(site, smtpd, put, database, sign, doubt, method):
    """It has gone out when gpg says so."""
    put()
    with Home() as home:
        sign(home, method)
        doubt(1)
        result = site.run("--all")
    assert len(smtpd.mails) == 1
    assert result.returncode == 3
    assert [message for message in result.errors if "is not good" in message] == result.errors
    assert result.log[-1].message == "1 mails sent, 0 postponed, 1 errors."
    assert database.query("SELECT errors, exit_status FROM notification_runs") == [(1, 3)]


def test_bad_signature_of_a_test_mail(site, smtpd, sign, doubt):
    """It does not go out."""
    with Home() as home:
        sign(home)
        doubt(1)
        result = site.run("test-mail", "me@cert.example")
    assert result.returncode == 1, result.stderr
    assert "signature is not good" in result.stderr
    assert smtpd.mails == []


def test_gpg_says_bad_of_its_own(site, smtpd, put, database, sign, doubt):
    """With the key holder gone gpg signs and verifies: a bad signature never goes out."""
    put()
    with Home() as home:
        sign(home)
        doubt(0)
        result = site.run("--all")
    assert result.returncode == 2
    assert smtpd.mails == []

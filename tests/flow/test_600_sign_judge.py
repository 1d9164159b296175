# SPDX-License-Identifier: AGPL-3.0-or-later
"""The judge of signed mail that other tests rely on: it lets the good pass and nothing else."""

import pytest

from support.gnupg import Home, split_signed

CONTENT = (
    b'Content-Type: multipart/mixed; boundary="inner"\r\n\r\n'
    b"--inner\r\nContent-Type: text/plain\r\n\r\nDear Sir or Madam\r\n\r\n--inner--\r\n"
)
MAIL = (
    b"From: a@example.com\r\nMIME-Version: 1.0\r\n"
    b'Content-Type: multipart/signed; boundary="outer";\r\n'
    b' protocol="application/pgp-signature"; micalg=%s\r\n\r\n'
    b"This is a signed mail\r\n--outer\r\n%s\r\n--outer\r\n"
    b"Content-Type: application/pgp-signature\r\n\r\n%s\r\n--outer--\r\n"
)


@pytest.fixture(scope="module")
def home():
    with Home() as home:
        yield home


@pytest.fixture(scope="module")
def mail(home):
    home.configure("digest-algo SHA384\n")
    signature = home.gpg("--armor", "--detach-sign", "--local-user", home.fingerprint,
                         stdin=CONTENT)
    return MAIL % (b"pgp-sha384", CONTENT, signature.replace(b"\n", b"\r\n"))


def test_splits_to_the_byte(mail):
    signed = split_signed(mail)
    assert signed.content == CONTENT
    assert signed.micalg == "pgp-sha384"
    assert signed.signature.startswith(b"-----BEGIN PGP SIGNATURE-----\r\n")


def test_good(home, mail):
    verification = home.verify(mail)
    assert verification.good, verification.report
    assert verification.fingerprint == home.fingerprint
    assert verification.n_signatures == 1


@pytest.mark.parametrize("old, new", [
    (b"Dear Sir", b"Dear sir"),
    (b"Madam\r\n", b"Madam \r\n"),
    (b"\r\n\r\n--inner--", b"\r\n--inner--"),
    (b"micalg=pgp-sha384", b"micalg=pgp-sha256"),
], ids=["a letter", "a blank", "a line", "micalg"])
def test_altered(home, mail, old, new):
    assert old in mail
    assert not home.verify(mail.replace(old, new)).good


@pytest.mark.parametrize("old, new", [
    (b"multipart/signed", b"multipart/mixed"),
    (b"--outer--", b"--other--"),
    (b'protocol="application/pgp-signature"', b'protocol="application/pkcs7-signature"'),
], ids=["type", "end", "protocol"])
def test_not_signed(home, mail, old, new):
    with pytest.raises(ValueError):
        home.verify(mail.replace(old, new))


def test_unknown_key(mail):
    with Home(key=None) as stranger:
        assert not stranger.verify(mail).good


def test_variants():
    """Those that tests of the program use."""
    with Home(key=None) as home:
        signing = home.make_key("ed25519", usage="cert")
        subkey = home.add_subkey(signing)
        home.gpg("--armor", "--detach-sign", "--local-user", signing, stdin=CONTENT)
        home.revoke_subkey(signing)
        assert home.run("--detach-sign", "--local-user", subkey + "!", stdin=CONTENT).returncode
        locked = home.make_key(passphrase="secret")
        assert home.run("--pinentry-mode", "error", "--detach-sign", "--local-user", locked,
                        stdin=CONTENT).returncode
        expired = home.make_key(expires="1y", at="20200101T000000")
        assert home.run("--detach-sign", "--local-user", expired, stdin=CONTENT).returncode
        revoked = home.make_key()
        home.revoke(revoked)
        assert home.run("--detach-sign", "--local-user", revoked, stdin=CONTENT).returncode
        disabled = home.make_key()
        home.disable(disabled)
        listing = home.gpg("--with-colons", "--list-keys", disabled).decode()
        assert "D:" in [line for line in listing.splitlines() if line.startswith("pub")][0]


def test_leaves_nothing():
    with Home() as home:
        home.gpg("--detach-sign", stdin=CONTENT)
        assert home.agent_pid() is not None
    assert home.agent_pid() is None
    assert not home.path.exists()

# SPDX-License-Identifier: AGPL-3.0-or-later
"""Whoever makes a signature, it is the one that gpg would have made at that second, to the byte; and gpg, Sequoia
and RNP say that it is good."""

import datetime
import re
import shutil
import subprocess
import time

import pytest

from support.gnupg import Home
from support.sign_content import Signing

CONTENT = b"Content-Type: text/plain\r\n\r\nDear Sir or Madam \r\n- From here\r\n"

# How a home gets its key; the program is told what the function gives.
KEYS = {
    "ed25519": lambda home: home.make_key("ed25519"),
    "rsa2048": lambda home: home.make_key("rsa2048"),
    "rsa3072": lambda home: home.make_key("rsa3072"),
    "rsa4096": lambda home: home.make_key("rsa4096"),
    "nistp256": lambda home: home.make_key("nistp256"),
    "brainpool": lambda home: home.make_key("brainpoolP256r1"),
    "a subkey": lambda home: home.add_subkey(home.make_key("ed25519"), "rsa2048") + "!",
    "a primary that may not sign": lambda home: (home.make_key("rsa2048", usage="cert"),
                                                 home.add_subkey(home.fingerprint, "ed25519"))[0],
    "an expiring key": lambda home: home.make_key("ed25519", expires="30d"),
    "imported": lambda home: home.gpg("--import", "tests/support/insecure-test-key.asc") or
                             "331ED364DB26C52ABE7D0F4FC00208D622CC7778",
}
HOLDER, AGENT, GPG = "the key holder", "gpg-agent", "gpg, which is started"
EXPECTED = {"nistp256": AGENT, "brainpool": AGENT}

# What gpg.conf may hold, several at once, since gpg and its agents take their time.
OPTIONS = [
    "",
    "personal-digest-preferences SHA256\ncomment Größe – äöü\ncomment two\nno-emit-version\n"
    "sig-notation fingerprint@example.com=%f\nsig-notation key@example.com=%k",
    "personal-digest-preferences SHA384 SHA256\nemit-version\nsig-policy-url https://example.com/%f\n"
    "default-sig-expire 3m\nverbose",
    "digest-algo SHA512\nsig-keyserver-url hkps://keys.example.com\nsender variant@example.com\nno-greeting",
]

# What only gpg can do.
LEFT_TO_GPG = ["digest-algo SHA224", "default-sig-expire 2090-01-01", "textmode"]


CLOCK_REALTIME_COARSE = 5  # of linux/time.h; Python has no name for it


def sign_with_gpg(home, key, second):
    # A faked time that is just now is none to gpg: its clock goes on, perhaps to the next second. It
    # reads the coarse clock, which is some milliseconds late.
    while (now := time.clock_gettime(CLOCK_REALTIME_COARSE)) < second + 1:
        time.sleep(second + 1 - now)
    at = datetime.datetime.fromtimestamp(second, datetime.timezone.utc).strftime("%Y%m%dT%H%M%S!")
    made = home.gpg("--armor", "--local-user", key, "--detach-sign", stdin=CONTENT, at=at)
    return made.replace(b"\n", b"\r\n")


def time_of(home, signature):
    packet = home.gpg("--list-packets", stdin=signature).decode("utf-8", "replace")
    return int(re.search(r"\bcreated (\d+)", packet)[1])


def good_for_others(home, signature, tmp_path):
    """Two programs that share no code with GnuPG."""
    (tmp_path / "content").write_bytes(CONTENT)
    (tmp_path / "content.asc").write_bytes(signature)
    (tmp_path / "key.pgp").write_bytes(home.gpg("--export"))
    sqv = subprocess.run(["sqv", "--keyring", tmp_path / "key.pgp", tmp_path / "content.asc", tmp_path / "content"],
                         capture_output=True, text=True, check=False)
    assert sqv.returncode == 0, sqv.stderr
    rnp = subprocess.run(["rnp", "--homedir", tmp_path, "--keyfile", tmp_path / "key.pgp", "--verify",
                          tmp_path / "content.asc"], capture_output=True, text=True, check=False)
    assert rnp.returncode == 0 and "Good signature" in rnp.stdout + rnp.stderr, rnp.stderr


def check(home, key, conf, method, expected):
    home.configure(conf + "\n")
    with Signing(home, method, key=key) as signing:
        assert signing.signer.startswith(expected), f"{conf}: {signing.signer}"
        micalg, signature = signing.sign(CONTENT)
    if expected != GPG:
        assert signature == sign_with_gpg(home, key, time_of(home, signature)), conf
    verification = home.verify_detached(CONTENT, signature, micalg)
    assert verification.good and verification.n_signatures == 1, verification.report
    return signature


@pytest.mark.parametrize("name", KEYS)
def test_bytes_of_gpg(name, tmp_path):
    best = EXPECTED.get(name, HOLDER)
    with Home(key=None) as home:
        key = KEYS[name](home)
        for conf in OPTIONS:
            signature = check(home, key, conf, "auto", best)
        if name != "brainpool":  # which Sequoia does not know
            good_for_others(home, signature, tmp_path)
        for method, expected in (("agent", AGENT), ("gpg", GPG)):
            check(home, key, OPTIONS[1], method, expected)


@pytest.mark.parametrize("conf", LEFT_TO_GPG)
def test_options_left_to_gpg(conf):
    with Home() as home:
        check(home, home.fingerprint, conf, "auto", GPG)


def test_key_block_is_included(tmp_path):
    """gpg.conf of GnuPG 2.2 knows it as an option for signing."""
    with Home() as home:
        home.configure("include-key-block\n")
        if home.run("--list-keys").stderr:
            pytest.skip("this gpg has no such option")
        signature = check(home, home.fingerprint, "include-key-block", "auto", HOLDER)
        good_for_others(home, signature, tmp_path)


def test_cards_and_odd_kinds_are_left_to_gpg():
    with Home(key=None) as home:
        check(home, home.make_key("dsa2048"), "", "auto", GPG)


def test_passphrase_in_the_agents_cache():
    """Only the site's agent can sign, asked directly."""
    with Home(key=None) as home:
        key = home.make_key("ed25519", passphrase="secret")
        home.gpg("--pinentry-mode", "loopback", "--passphrase", "secret", "--local-user", key, "--detach-sign",
                 stdin=CONTENT)
        check(home, key, "", "auto", AGENT)


def test_file_formats():
    """The extended format, as gpg writes it, and the canonical one of earlier days."""
    with Home(key=None) as home:
        key = home.make_key("rsa2048")
        (path,) = (home.path / "private-keys-v1.d").glob("*.key")
        assert path.read_bytes().startswith(b"Created:")
        check(home, key, "", "auto", HOLDER)
        path.write_bytes(canonical(path.read_text()))
        home.stop_agent()
        check(home, key, "", "auto", HOLDER)


@pytest.mark.parametrize("algorithm", ["ed25519", "rsa2048"])
def test_imported_where_the_agent_may_not_write(algorithm):
    """An agent rewrites the file of an imported key when it first uses it; until then it has another form, and in a
    service that sees the directory read-only it keeps it."""
    with Home(key=None) as origin, Home(key=None) as home:
        key = origin.make_key(algorithm)
        home.gpg("--import", stdin=origin.gpg("--export-secret-keys"))
        (path,) = (home.path / "private-keys-v1.d").glob("*.key")
        imported = path.read_bytes()
        assert b"openpgp-native" in imported
        home.configure("")
        for text in (imported, canonical(imported.decode())):
            path.write_bytes(text)
            with Signing(home, key=key) as signing:
                path.write_bytes(text)  # as if the agent had not
                micalg, signature = signing.sign(CONTENT)
                assert signing.signer == HOLDER + ", a process of this program"
                assert signing.close() == ""
            assert home.verify_detached(CONTENT, signature, micalg).good


def canonical(text):
    """The S-expression after "Key:" in its canonical form."""
    out = b""
    for token in re.findall(r"[()]|#[^#]*#|[^\s()#]+", text.partition("Key:")[2]):
        if token in "()":
            out += token.encode()
        else:
            atom = bytes.fromhex("".join(token.strip("#").split())) if token.startswith("#") else token.strip('"').encode()
            out += b"%d:%s" % (len(atom), atom)
    return out


def test_tools_are_there():
    assert shutil.which("sqv") and shutil.which("rnp")

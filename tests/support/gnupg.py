# SPDX-License-Identifier: AGPL-3.0-or-later
"""Throw-away GnuPG home directories, and gpg's own judgement of a mail as it arrived.

    with Home() as home:                       # holds the insecure test key
        settings = {"gnupg_home": str(home.path), "signing_key": home.fingerprint, …}
        …
        verification = home.verify(mail)       # the very bytes that the server took
        assert verification.good, verification.report

The agents of a Home are ended by gpgconf for that very directory; no other agent is touched.
"""

import email.parser
import email.policy
import os
import pathlib
import re
import shutil
import subprocess
import tempfile
from dataclasses import dataclass

TEST_KEY = pathlib.Path(__file__).with_name("insecure-test-key.asc")
TEST_FINGERPRINT = "331ED364DB26C52ABE7D0F4FC00208D622CC7778"

# RFC 4880, 9.4, as RFC 3156 spells them.
MICALGS = {"1": "pgp-md5", "2": "pgp-sha1", "3": "pgp-ripemd160", "8": "pgp-sha256",
           "9": "pgp-sha384", "10": "pgp-sha512", "11": "pgp-sha224"}


class Home:
    """A home directory of mode 0700 with the test key, or empty. Its path is short, since the names of
    sockets are limited to 107 bytes."""

    def __init__(self, *, key=TEST_KEY, conf=""):
        self.path = pathlib.Path(tempfile.mkdtemp(prefix="mg-gnupg-", dir="/tmp"))
        self.fingerprint = TEST_FINGERPRINT if key == TEST_KEY else None
        try:
            # Else an agent measures for a second how costly a passphrase may be.
            (self.path / "gpg-agent.conf").write_text("s2k-count 65536\n")
            if key is not None:
                self.gpg("--import", str(key))
            self.configure(conf)
        except BaseException:
            self.close()
            raise

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.close()

    def close(self):
        self.stop_agent()
        subprocess.run(["gpgconf", "--homedir", self.path, "--remove-socketdir"], check=False,
                       stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        shutil.rmtree(self.path, ignore_errors=True)

    def stop_agent(self):
        """Ends the agent of this home directory, and waits until it has."""
        subprocess.run(["gpgconf", "--homedir", self.path, "--kill", "gpg-agent"], check=False,
                       stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)

    def agent_pid(self):
        """The process id of the agent of this home directory; None where none runs."""
        done = subprocess.run(["gpg-connect-agent", "--homedir", self.path, "--no-autostart",
                               "GETINFO pid", "/bye"], capture_output=True, text=True, check=False)
        found = re.search(r"^D (\d+)$", done.stdout, re.MULTILINE)
        return int(found[1]) if found else None

    def configure(self, conf):
        """Sets the text of gpg.conf."""
        (self.path / "gpg.conf").write_text(conf)

    def run(self, *arguments, stdin=b"", at=None):
        """gpg over this home directory, as a CompletedProcess with bytes. `at`: the time that it takes
        for the present, such as 20200101T000000."""
        when = ["--faked-system-time", at] if at else []
        return subprocess.run(["gpg", "--homedir", self.path, "--batch", "--no-tty", "--yes", *when,
                               *arguments],
                              input=stdin, capture_output=True, check=False,
                              env={**os.environ, "LC_ALL": "C"})

    def gpg(self, *arguments, **keywords):
        """Its output; a failure is an error with gpg's words."""
        done = self.run(*arguments, **keywords)
        if done.returncode != 0:
            raise RuntimeError(f"gpg {' '.join(map(str, arguments))}: {done.stderr.decode()}")
        return done.stdout

    # Keys. Each returns the fingerprint; the last key made is that of the home.

    def make_key(self, algorithm="ed25519", *, usage="sign,cert", expires="never", passphrase="",
                 user_id="variant <variant@example.com>", at=None):
        before = set(self.fingerprints())
        self.gpg("--pinentry-mode", "loopback", "--passphrase", passphrase, "--quick-generate-key",
                 user_id, algorithm, usage, expires, at=at)
        if passphrase:
            self.stop_agent()  # it has the passphrase in its cache
        (self.fingerprint,) = [made for made in self.fingerprints() if made not in before]
        return self.fingerprint

    def add_subkey(self, fingerprint, algorithm="ed25519", *, usage="sign", expires="never",
                   passphrase="", at=None):
        before = set(self.fingerprints(parts=True))
        self.gpg("--pinentry-mode", "loopback", "--passphrase", passphrase, "--quick-add-key",
                 fingerprint, algorithm, usage, expires, at=at)
        (added,) = set(self.fingerprints(parts=True)) - before
        return added

    def revoke(self, fingerprint):
        """With the certificate that gpg has made beside the key."""
        path = self.path / "openpgp-revocs.d" / f"{fingerprint}.rev"
        self.gpg("--import", stdin=path.read_bytes().replace(b":-----BEGIN", b"-----BEGIN"))

    def revoke_subkey(self, fingerprint, number=1):
        self.edit(fingerprint, f"key {number}", "revkey", "y", "0", "", "y", "save")

    def disable(self, fingerprint):
        self.edit(fingerprint, "disable", "save")

    def edit(self, fingerprint, *answers):
        subprocess.run(["gpg", "--homedir", self.path, "--no-tty", "--command-fd", "0",
                        "--status-fd", "1", "--edit-key", fingerprint],
                       input="".join(f"{answer}\n" for answer in answers), text=True,
                       capture_output=True, check=True)

    def public_only(self):
        """A further Home, which knows the public keys of this one."""
        home = Home(key=None)
        home.gpg("--import", stdin=self.gpg("--export"))
        home.fingerprint = self.fingerprint
        return home

    def fingerprints(self, parts=False):
        """Of all keys, with `parts` also of their subkeys."""
        found, kind = [], None
        for line in self.run("--with-colons", "--list-keys").stdout.decode().splitlines():
            columns = line.split(":")
            if columns[0] in ("pub", "sub"):
                kind = columns[0]
            elif columns[0] == "fpr" and (parts or kind == "pub"):
                found.append(columns[9])
        return found

    # Judgement.

    def verify(self, mail):
        """gpg's judgement of a multipart/signed mail: its bytes as they came, dots unstuffed."""
        signed = split_signed(mail)
        return self.verify_detached(signed.content, signed.signature, signed.micalg)

    def verify_detached(self, content, signature, micalg=None):
        with tempfile.TemporaryDirectory(dir=self.path) as directory:
            path = pathlib.Path(directory, "signature.asc")
            path.write_bytes(signature)
            return self._judge(self.run("--no-options", "--status-fd", "1", "--verify", path, "-", stdin=content),
                               micalg)

    def verify_clear(self, text):
        """The same for clear-signed text; `text` of the result is what was signed."""
        verification = self._judge(self.run("--no-options", "--status-fd", "1", "--verify", stdin=text))
        verification.text = self.run("--no-options", "--decrypt", stdin=text).stdout
        return verification

    @staticmethod
    def _judge(done, micalg=None):
        status = done.stdout.decode("utf-8", "replace")
        valid = re.search(r"^\[GNUPG:\] VALIDSIG (?P<signer>\S+) (?:\S+ ){6}(?P<digest>\d+) "
                          r"(?P<form>\S+) (?P<primary>\S+)", status, re.MULTILINE)
        verification = Verification(
            good=done.returncode == 0 and "[GNUPG:] GOODSIG " in status and valid is not None,
            n_signatures=status.count("[GNUPG:] NEWSIG"),
            fingerprint=valid and valid["signer"],
            micalg=valid and MICALGS.get(valid["digest"]),
            report=status + done.stderr.decode("utf-8", "replace"))
        if micalg is not None and micalg != verification.micalg:
            verification.good = False
            verification.report += f"micalg is {micalg!r}, the signature's {verification.micalg!r}\n"
        return verification


@dataclass
class Verification:
    good: bool  # gpg says Good, and micalg is the digest that was used
    n_signatures: int
    fingerprint: str  # of the key or subkey that signed
    micalg: str
    report: str  # what gpg says
    text: bytes = None


@dataclass
class Signed:
    content: bytes  # the very bytes that are signed
    signature: bytes
    micalg: str


def split_signed(mail):
    """Takes a multipart/signed mail apart by its boundary alone, so that no byte is made anew."""
    head, separator, body = mail.partition(b"\r\n\r\n")
    if not separator:
        raise ValueError("no empty line after the header")
    header = email.parser.BytesHeaderParser(policy=email.policy.SMTP).parsebytes(head + b"\r\n\r\n")
    content_type = header["Content-Type"]
    if content_type is None or content_type.content_type != "multipart/signed":
        raise ValueError(f"not signed: Content-Type is {content_type}")
    parameters = content_type.params
    if parameters.get("protocol") != "application/pgp-signature":
        raise ValueError(f"protocol is {parameters.get('protocol')}")
    delimiter = b"\r\n--" + parameters["boundary"].encode("ascii")
    parts = (b"\r\n" + body).split(delimiter)
    if len(parts) != 4 or not parts[3].startswith(b"--"):
        raise ValueError(f"{len(parts) - 2} parts instead of two, or no end")
    content, signature = (part.lstrip(b" \t").removeprefix(b"\r\n") for part in parts[1:3])
    signature_head, _, armor = signature.partition(b"\r\n\r\n")
    if b"application/pgp-signature" not in signature_head:
        raise ValueError(f"second part is {signature_head!r}")
    return Signed(content, armor, parameters.get("micalg"))

# SPDX-License-Identifier: AGPL-3.0-or-later
"""Signatures as a run of the program makes them, without a run: tests/support/sign_content.c."""

import subprocess

from support.program import BUILD


class Signing:
    """`method` is what the configuration would say, `signer` what the keyring says of itself."""

    def __init__(self, home, method="auto", *, key=None, n=1):
        self.home = home
        self.n_made = 0
        self.process = subprocess.Popen(
            [BUILD / "tests/sign_content", home.path, key or home.fingerprint, method, str(n)],
            stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
        self.signer = self.process.stdout.readline().strip()
        if not self.signer:
            raise RuntimeError(self.process.communicate()[1])

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.close()

    def sign(self, content):
        """(micalg, signature); RuntimeError with the reason where there is none."""
        self.n_made += 1
        path = self.home.path / f"content-{self.process.pid}-{self.n_made}"
        path.write_bytes(content)
        self.process.stdin.write(f"{path}\n")
        self.process.stdin.flush()
        word, _, rest = self.process.stdout.readline().strip().partition(" ")
        path.unlink()
        if word == "failed":
            raise RuntimeError(rest)
        signature = path.with_name(rest.rpartition("/")[2])
        data = signature.read_bytes()
        signature.unlink()
        return word, data

    def holders(self):
        """Process ids of the key holders."""
        found = []
        for pid in children(self.process.pid):
            with open(f"/proc/{pid}/comm", encoding="ascii") as comm:
                if comm.read().startswith("intelmqcbmail-k"):
                    found.append(pid)
        return found

    def close(self):
        """Gives what was logged."""
        if self.process.poll() is None:
            log = self.process.communicate()[1]
            assert self.process.returncode == 0, log
            return log
        return ""


def children(pid):
    with open(f"/proc/{pid}/task/{pid}/children", encoding="ascii") as file:
        return [int(child) for child in file.read().split()]

# SPDX-License-Identifier: AGPL-3.0-or-later
"""Debian's Postfix, in directories of its own, on a port of its own on loopback.

    with Postfix(message_size_limit=200000) as server:
        ... deliver to server.host, server.port ...
        mails = server.wait_for(3)

Whatever it takes is kept, whoever the recipient is. As root only, as Postfix itself wants it.
"""

import os
import pathlib
import pwd
import shutil
import signal
import socket
import subprocess
import tempfile
import time

PROGRAMS = pathlib.Path("/usr/lib/postfix/sbin")
PATIENCE = 30  # seconds

SERVICES = """\
127.0.0.1:{port} inet n - n - - smtpd
pickup unix n - n 60 1 pickup
cleanup unix n - n - 0 cleanup
qmgr unix n - n 300 1 qmgr
rewrite unix - - n - - trivial-rewrite
bounce unix - - n - 0 bounce
defer unix - - n - 0 bounce
trace unix - - n - 0 bounce
flush unix n - n 1000? 0 flush
proxymap unix - - n - - proxymap
error unix - - n - - error
retry unix - - n - - error
discard unix - - n - - discard
virtual unix - n n - - virtual
anvil unix - - n - 1 anvil
scache unix - - n - 1 scache
postlog unix-dgram n - n - 1 postlogd
"""


def why_impossible():
    """What this machine lacks, None where nothing is missing."""
    if not (PROGRAMS / "master").exists():
        return "postfix is not installed (tools/install-deps)"
    if os.geteuid() != 0:
        return "only root can start a Postfix"
    return None


class Postfix:
    host = "127.0.0.1"

    def __init__(self, **parameters):
        self.parameters = parameters

    def __enter__(self):
        self.directory = pathlib.Path(tempfile.mkdtemp(prefix="mg-postfix-"))
        self.directory.chmod(0o755)
        self.log = self.directory / "log" / "mail.log"
        self.mailbox = self.directory / "mail" / "box" / "new"
        with socket.create_server((self.host, 0)) as probe:
            self.port = probe.getsockname()[1]
        self.write_configuration()
        self.process = subprocess.Popen(
            ["postfix", "-c", self.directory / "etc", "start-fg"],
            stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
            start_new_session=True,
        )  # fmt: skip
        try:
            self.wait_until(self.answers, "does not answer")
        except BaseException:
            self.__exit__()
            raise
        return self

    def __exit__(self, *failure):
        # The script that was started waits for the master, who ends his own.
        master = self.directory / "queue" / "pid" / "master.pid"
        os.kill(int(master.read_text()) if master.exists() else self.process.pid, signal.SIGTERM)
        self.process.wait(PATIENCE)
        shutil.rmtree(self.directory)

    def write_configuration(self):
        nobody = pwd.getpwnam("nobody")
        owner = pwd.getpwnam("postfix")
        for name in ("etc", "data", "log", "mail", "queue"):
            (self.directory / name).mkdir()
        os.chown(self.directory / "data", owner.pw_uid, owner.pw_gid)
        os.chown(self.directory / "mail", nobody.pw_uid, nobody.pw_gid)
        parameters = {
            "compatibility_level": "3.6",
            "queue_directory": self.directory / "queue",
            "data_directory": self.directory / "data",
            "daemon_directory": PROGRAMS,
            "command_directory": "/usr/sbin",
            "maillog_file": self.log,
            "maillog_file_prefixes": self.directory,
            "myhostname": "postfix.test",
            "mynetworks": "127.0.0.0/8",
            "inet_interfaces": "loopback-only",
            "smtputf8_enable": "no",
            "alias_maps": "",
            "local_recipient_maps": "",
            "virtual_mailbox_domains": "static:all",
            "virtual_mailbox_maps": "static:box/",
            "virtual_mailbox_base": self.directory / "mail",
            "virtual_uid_maps": f"static:{nobody.pw_uid}",
            "virtual_gid_maps": f"static:{nobody.pw_gid}",
            **self.parameters,
        }
        (self.directory / "etc" / "main.cf").write_text(
            "".join(f"{key} = {value}\n" for key, value in parameters.items())
        )
        (self.directory / "etc" / "master.cf").write_text(SERVICES.format(port=self.port))

    def wait_until(self, condition, complaint):
        deadline = time.monotonic() + PATIENCE
        while not condition():
            log = self.log.read_text() if self.log.exists() else "no log"
            assert self.process.poll() is None and time.monotonic() < deadline, f"{complaint}\n{log}"
            time.sleep(0.05)

    def answers(self):
        try:
            with socket.create_connection((self.host, self.port), timeout=PATIENCE) as connection:
                return connection.recv(4) == b"220 "
        except ConnectionRefusedError:
            return False

    def wait_for(self, n_mails):
        """The texts of so many mails, in the order in which they were delivered."""
        self.wait_until(lambda: self.count() >= n_mails, f"{n_mails} mails have not come")
        files = sorted(self.mailbox.iterdir(), key=lambda file: file.stat().st_mtime_ns)
        return [file.read_bytes() for file in files]

    def count(self):
        return len(list(self.mailbox.iterdir())) if self.mailbox.exists() else 0

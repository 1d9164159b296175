# SPDX-License-Identifier: AGPL-3.0-or-later
"""A pgbouncer of its own between the program and a test's cluster."""

import os
import shutil
import socket
import subprocess
import time

from support.postgres import SENDER, _die_with_parent, _Port, server_user

START_TIMEOUT = 60
BINARY = shutil.which("pgbouncer", path="/usr/sbin:/usr/bin:" + os.environ.get("PATH", ""))


class Pgbouncer:
    """pool_mode: session or transaction. Takes every password; speaks to the cluster by its socket."""

    def __init__(self, cluster, directory, pool_mode, pool_size=10):
        self._port = _Port()
        user = server_user()
        directory.mkdir(exist_ok=True)
        (directory / "users").write_text(f'"{SENDER.name}" ""\n')
        (directory / "pgbouncer.ini").write_text(
            "[databases]\n"
            f"* = host={cluster.socket_directory} port={cluster.port}\n"
            "[pgbouncer]\n"
            f"listen_addr = 127.0.0.1\nlisten_port = {self.port}\nunix_socket_dir =\n"
            f"auth_type = trust\nauth_file = {directory}/users\n"
            f"pool_mode = {pool_mode}\ndefault_pool_size = {pool_size}\n"
            "ignore_startup_parameters = extra_float_digits\n"
        )
        options = {}
        if user is not None:
            for path in (directory, *directory.iterdir()):
                os.chown(path, user.pw_uid, user.pw_gid)
            for path in directory.parents:  # pytest's are their owner's only
                if path.stat().st_uid == os.geteuid() and str(path).startswith("/tmp/"):
                    path.chmod(path.stat().st_mode | 0o011)
            options = {"user": user.pw_uid, "group": user.pw_gid, "extra_groups": []}
        self._log = open(directory / "log", "wb")
        self._process = subprocess.Popen(
            [BINARY, directory / "pgbouncer.ini"], stdin=subprocess.DEVNULL, stdout=self._log,
            stderr=self._log, preexec_fn=_die_with_parent, **options)
        deadline = time.monotonic() + START_TIMEOUT
        while not self._listens():
            if self._process.poll() is not None or time.monotonic() > deadline:
                self.stop()
                raise RuntimeError("pgbouncer did not start:\n" + (directory / "log").read_text())
            time.sleep(0.02)

    @property
    def port(self):
        return self._port.number

    def _listens(self):
        with socket.socket() as probe:
            return probe.connect_ex(("127.0.0.1", self.port)) == 0

    def stop(self):
        self._process.kill()
        self._process.wait()
        self._log.close()
        self._port.release()

    def __enter__(self):
        return self

    def __exit__(self, *exception):
        self.stop()

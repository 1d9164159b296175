# SPDX-License-Identifier: AGPL-3.0-or-later
"""A machine of its own for the program under test: a network name space, joined to this one by a pair of
virtual interfaces that can be cut. As with a cable nobody is told: packets vanish, no connection ends.

Needs the right to make name spaces (root); Cable() raises PermissionError where that is missing."""

import ipaddress
import os
import subprocess


class Cable:
    """`host` is this machine's address on it, `enter` what to put before a command that shall run at the
    other end. Sockets of the file system (PostgreSQL's) are reached from there too."""

    def __init__(self):
        # Address and interface name the process, so that tests may run side by side.
        net = ipaddress.ip_address("198.19.0.0") + os.getpid() % 16384 * 4
        self.host, self.there = str(net + 1), str(net + 2)
        self.interface = f"mg{os.getpid()}"
        self.holder = subprocess.Popen(
            ["unshare", "--net", "sh", "-c", "ip link set lo up && echo up && exec cat"],
            stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL)
        try:
            if self.holder.stdout.readline() != b"up\n":
                raise PermissionError("no network name space can be made here")
            self.enter = ["nsenter", "--net", "--target", str(self.holder.pid)]
            self._lay()
        except BaseException:
            self.remove()
            raise

    def _ip(self, *arguments, there=False):
        command = [*(self.enter if there else []), "ip", *arguments]
        subprocess.run(command, check=True, capture_output=True, text=True)

    def _lay(self):
        try:
            self._ip("link", "add", self.interface, "type", "veth", "peer", "name", "site", "netns",
                     str(self.holder.pid))
        except subprocess.CalledProcessError as error:
            raise PermissionError(error.stderr) from error
        self._ip("address", "add", f"{self.host}/30", "dev", self.interface)
        self._ip("link", "set", self.interface, "up")
        self._ip("address", "add", f"{self.there}/30", "dev", "site", there=True)
        self._ip("link", "set", "site", "up", there=True)

    def cut(self):
        self._ip("link", "set", self.interface, "down")

    def mend(self):
        """The next packet asks anew who is there: what was not answered meanwhile counts for a while."""
        self._ip("link", "set", self.interface, "up")
        self._ip("neighbour", "flush", "dev", self.interface)
        self._ip("neighbour", "flush", "dev", "site", there=True)

    def remove(self):
        """The interfaces go with the name space, and that with its last process."""
        self.holder.stdin.close()
        self.holder.stdout.close()
        self.holder.wait()

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.remove()

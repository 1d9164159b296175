# SPDX-License-Identifier: AGPL-3.0-or-later
"""A Maildir that is written to."""

import os
import threading
import time


class Maildir:
    def __init__(self, directory):
        self.directory = directory
        self.lock = threading.Lock()
        self.number = 0
        for name in ("tmp", "new", "cur"):
            os.makedirs(os.path.join(directory, name), exist_ok=True)

    def store(self, mail):
        with self.lock:
            self.number += 1
            name = "%d.P%dN%d.smtpd" % (time.time(), os.getpid(), self.number)
        head = "Return-Path: <%s>\r\n" % mail.envelope_from
        head += "".join("Delivered-To: %s\r\n" % address for address in mail.envelope_tos)
        temporary = os.path.join(self.directory, "tmp", name)
        with open(temporary, "wb") as file:
            file.write((head.encode("utf-8", "surrogateescape") + mail.raw).replace(b"\r\n", b"\n"))
        os.rename(temporary, os.path.join(self.directory, "new", name))

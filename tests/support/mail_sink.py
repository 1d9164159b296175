#!/usr/bin/python3
# SPDX-License-Identifier: AGPL-3.0-or-later
"""A mail server as a program: `mail_sink.py --maildir DIR --port-file FILE [--port N] [--host H]` takes everything,
puts each mail into the Maildir DIR, writes its port into FILE once it listens, and ends on SIGTERM or SIGINT. Needs
smtpd.py and maildir.py beside it."""

import argparse
import os
import signal
import sys

from maildir import Maildir
from smtpd import Smtpd


def write_whole(path, text):
    """The file is there complete or not at all: who waits for it may read at once."""
    temporary = "%s.%d" % (path, os.getpid())
    with open(temporary, "w", encoding="ascii") as file:
        file.write(text)
    os.rename(temporary, path)


def main():
    parser = argparse.ArgumentParser(description="takes every mail into a Maildir")
    parser.add_argument("--maildir", required=True)
    parser.add_argument("--port-file", required=True)
    parser.add_argument("--port", type=int, default=0)
    parser.add_argument("--host", default="127.0.0.1")
    options = parser.parse_args()

    wanted = {signal.SIGTERM, signal.SIGINT}
    signal.pthread_sigmask(signal.SIG_BLOCK, wanted)
    with Smtpd(options.host, options.port, on_mail=Maildir(options.maildir).store) as server:
        write_whole(options.port_file, "%d\n" % server.port)
        signal.sigwait(wanted)
    return 0


if __name__ == "__main__":
    sys.exit(main())

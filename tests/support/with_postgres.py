#!/usr/bin/python3
# SPDX-License-Identifier: AGPL-3.0-or-later
"""Runs a command with a throw-away PostgreSQL that has one ready database; its exit status.

    with_postgres.py [--fsync] [--extra-type json|jsonb] [--partitioned] COMMAND [ARGUMENT…]

The command finds PGHOST (the socket), PGPORT, PGDATABASE, MG_TEST_TCP_HOST and, as
MG_TEST_SUPERUSER, MG_TEST_SENDER, MG_TEST_INSERTER, the roles; the latter two have a password in
MG_TEST_SENDER_PASSWORD and MG_TEST_INSERTER_PASSWORD, which TCP demands. Where it fails the
server's log is shown.
"""

import argparse
import os
import pathlib
import signal
import subprocess
import sys

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1]))

from support.postgres import Cluster  # noqa: E402 (found by the line above)


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--fsync", action="store_true")
    parser.add_argument("--extra-type", choices=["json", "jsonb"], default="jsonb")
    parser.add_argument("--partitioned", action="store_true")
    parser.add_argument("command", nargs=argparse.REMAINDER)
    options = parser.parse_args()
    if not options.command:
        parser.error("which command?")

    # Ended from outside, the cluster must go too: an exception unwinds, a signal does not.
    signal.signal(signal.SIGTERM, lambda number, frame: sys.exit(128 + number))
    with Cluster(fsync=options.fsync) as cluster:
        database = cluster.create_ready_database(
            extra_type=options.extra_type, partitioned=options.partitioned
        )
        status = subprocess.call(options.command, env={**os.environ, **database.environment()})
        if status != 0:
            print(f"the server's log:\n{cluster.log}", file=sys.stderr)
    return status if status >= 0 else 128 - status


if __name__ == "__main__":
    sys.exit(main())

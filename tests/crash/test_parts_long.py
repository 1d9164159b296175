# SPDX-License-Identifier: AGPL-3.0-or-later
"""Runs that send groups in parts, killed at random moments: whatever died, each event has reached its recipient under
one ticket number, and what went out twice is the same part."""

import os
import random
import subprocess

from support.smtpd import Delay
from support.table_mails import by_size, judge, noise, put_rows, run

KILLS = int(os.environ.get("MG_KILLS", 40))
N_EVENTS = 250  # of a group: five parts or so


def test_killed_at_random(site, smtpd, put, database):
    chance = random.Random(20261129)
    by_size(site, mail_size=14000, attachment_size="1KiB")
    site.config["workers"] = 2
    smtpd.script(dot=Delay(0.03))
    texts, kills = [], 0
    while kills < KILLS:
        for number in range(2):
            added = [noise(len(texts) + i) for i in range(N_EVENTS)]
            put_rows(put, N_EVENTS, text=added.__getitem__, recipient=f"{len(texts)}-{number}@isp.example")
            texts += added
        for _ in range(10):
            process = site.start("--all")
            try:
                process.wait(timeout=chance.uniform(0.02, 0.6))
                site.finish(process)
                break
            except subprocess.TimeoutExpired:
                process.kill()
                site.finish(process)
                kills += 1
    smtpd.script(dot=None)
    run(site)
    judge(database, smtpd, texts)

# SPDX-License-Identifier: AGPL-3.0-or-later
"""Library mode in a program of many threads, as a web server is: nobody waits for another for ever."""

import json
import subprocess
import sys

import pytest

from support.program import python_environment

# Eight threads, each with previews and runs in turn, and all that is logged takes its time.
PROGRAM = """\
import faulthandler, json, logging, sys, threading, time

faulthandler.dump_traceback_later(100, exit=True)
from intelmqmail import cb, notification


class Slow(logging.Handler):
    def emit(self, record):
        time.sleep(0.003)
        with lock:
            lines.append(record.getMessage())


config, rounds = json.loads(sys.argv[1]), int(sys.argv[2])
lines, answers, lock = [], [], threading.Lock()
logger = logging.getLogger("intelmqmail")
logger.addHandler(Slow())
logger.setLevel(logging.DEBUG)


def work(number):
    for turn in range(rounds):
        kind = (number + turn) % 3
        try:
            if kind == 0:
                answer = "%d previews" % len(cb.start(config, get_preview=True, templates={"t": "s\\nb"}))
            elif kind == 1:
                answer = cb.start(config, process_all=True)
            else:
                cb.start({**config, "smtp": {"host": "127.0.0.1", "port": 1}}, process_all=True)
                answer = "no server"
        except Exception as error:
            answer = type(error).__name__
        with lock:
            answers.append(answer)


threads = [threading.Thread(target=work, args=(number,)) for number in range(8)]
for thread in threads:
    thread.start()
for thread in threads:
    thread.join()
print(json.dumps([answers, len(lines)]))
"""


@pytest.mark.parametrize("script", [None, """\
import logging, time

def create_notifications(context):
    context.logger.info("one group")
    logging.getLogger("intelmqmail.of_script").warning("another line")
    time.sleep(0.001)
    context.read_template(context.templates)
    return context.mail_format_as_csv()
"""], ids=["built-in", "script"])
def test_many_threads(site, smtpd, put, script):
    for number in range(40):
        put(f"r{number}@isp.example")
    if script is not None:
        site.write_format("10-script.py", script)
    config = {**site.config, "instances": "shared", "workers": 2}
    done = subprocess.run([sys.executable, "-c", PROGRAM, json.dumps(config), "6"], text=True,
                          env=python_environment(), capture_output=True, timeout=200)
    assert done.returncode == 0, done.stderr
    answers, n_lines = json.loads(done.stdout)
    assert len(answers) == 48
    assert n_lines > 40
    assert sorted(mail.envelope_tos[0] for mail in smtpd.mails) == sorted(f"r{n}@isp.example" for n in range(40))

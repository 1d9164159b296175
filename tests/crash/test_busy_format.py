# SPDX-License-Identifier: AGPL-3.0-or-later
"""A format that takes its time is named once a minute. Here and not among the flow tests, as it takes that minute."""

import os
import signal

import pytest

ANSWERS = """
def create_notifications(context):
    open(%r).read()
    return context.mail_format_as_csv()
"""
SENDS = """
from intelmqmail.notification import EmailNotification
class Own(EmailNotification):
    def send(self, context):
        open(%r).read()
        context.smtp.send_message(self.email)
        context.mark_as_sent(self.directive.directive_ids, self.ticket, context.now)
def create_notifications(context):
    mails = context.mail_format_as_csv()
    for mail in mails:
        mail.__class__ = Own
    return mails
"""


@pytest.mark.parametrize("script", [ANSWERS, SENDS], ids=["answers", "sends"])
def test_format_that_is_busy(site, smtpd, put, script):
    pipe = site.directory / "pipe"
    os.mkfifo(pipe)
    (site.formats / "50-everything.yaml").unlink()
    site.write_format("10-slow.py", script % str(pipe))
    put()
    process = site.start("--all")
    with open(pipe, "w"):
        line = process.stderr.readline()
        while "busy" not in line:
            assert line, "ended without a word"
            line = process.stderr.readline()
        process.send_signal(signal.SIGTERM)
        stopping = process.stderr.readline()
    result = site.finish(process)
    assert " WARNING - format " in line and "10-slow.py" in line
    assert "has been busy for 1 min with the group of recipient 'abuse@isp.example', directive " in line
    assert stopping.endswith("stopping: 1 group in hand; a second signal ends at once\n")
    assert result.returncode == 1 and len(smtpd.mails) == 1

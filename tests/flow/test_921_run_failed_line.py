# SPDX-License-Identifier: AGPL-3.0-or-later
"""The line of a failed group names it, whatever else there is to say."""

SCRIPT = """
from intelmqmail.notification import EmailNotification
class Broken(EmailNotification):
    def send(self, send_context):
        raise ValueError("boo")
def create_notifications(context):
    notification, = context.mail_format_as_csv()
    return [Broken(context.directive, notification.email, notification.ticket)]
"""


def failed_line(result):
    """Of the only failed group: the line that a grep for ERROR shows, and those behind it."""
    assert result.returncode == 3
    (message,) = result.messages("ERROR")
    line, _, rest = message.partition("\n")
    assert line.startswith("Error: not notified: ")
    assert "recipient_address='abuse@isp.example'" in line
    assert line.endswith("directive_ids=[1] event_ids=[1]")
    return line, rest


def test_template_with_a_hint(site, put):
    site.write_template("open_snmp", "Subject\n\n$ticket_number.\n")
    put()
    line, rest = failed_line(site.run("--all"))
    assert "KeyError: 'ticket_number.'; " in line
    assert rest.startswith("HINT: ")


def test_refused_recipient(site, put, smtpd):
    smtpd.script(rcpt={"abuse@isp.example": "450 4.2.0 try later"})
    put()
    line, rest = failed_line(site.run("--all"))
    assert "450 4.2.0 try later" in line
    assert rest.startswith("HINT: ")


def test_exception_of_a_script(site, put):
    site.write_format("10-broken.py", SCRIPT)
    put()
    _, rest = failed_line(site.run("--all"))
    assert rest.startswith("Traceback (most recent call last):\n")
    assert rest.endswith("\nValueError: boo")

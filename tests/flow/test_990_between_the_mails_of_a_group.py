# SPDX-License-Identifier: AGPL-3.0-or-later
"""Groups of several mails, and groups and mails that are begun again: nothing twice between them."""

from support.smtpd import CLOSE, Many

WRAPS = """\
def create_notifications(context):
    make = context.mail_format_as_csv

    def with_copy(*args, **keywords):
        mails = make(*args, **keywords)
        return mails + make(*args, ticket_number=mails[0].ticket, envelope_tos=["copy@cert.example"],
                            mark_as_sent=False)

    context.mail_format_as_csv = with_copy
"""


def recipients(smtpd):
    return [to for mail in smtpd.mails if mail.answered for to in mail.envelope_tos]


def test_uncertain_delivery_keeps_its_number_over_a_lost_connection(site, smtpd, database, put):
    put()
    smtpd.script(after_dot=CLOSE)
    site.run("--all")
    ((ticket,),) = database.query("SELECT intelmq_ticket FROM delivery_intents")
    smtpd.script(after_dot=None, rcpt=Many([CLOSE, CLOSE, None]))

    result = site.run("--all")

    assert result.returncode == 0, result.stderr
    assert len(smtpd.mails) == 2
    assert ticket.encode() in smtpd.mails[1].raw
    assert database.query("SELECT intelmq_ticket FROM sent") == [(ticket,)]


def test_scripts_begin_anew_with_a_group_that_does(site, smtpd, put):
    (site.formats / "50-everything.yaml").unlink()
    site.write_format("10-wrap.py", WRAPS)
    site.write_format("20-make.py",
                      "def create_notifications(context):\n    return context.mail_format_as_csv()\n")
    smtpd.script(rcpt=Many([CLOSE, CLOSE, None]))
    put()
    assert site.run("--all").returncode == 0
    assert sorted(recipients(smtpd)) == ["abuse@isp.example", "copy@cert.example"]

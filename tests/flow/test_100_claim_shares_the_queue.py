# SPDX-License-Identifier: AGPL-3.0-or-later
"""Several instances, and the Python program beside this one."""

from support.postgres import SENDER
from support.smtpd import Delay, Held, Many

OTHER = ("Could not get db lock for pending notifications."
         " Probably another instance of myself is running.")  # fmt: skip


def test_rows_locked_by_another_session_are_left_to_it(site, smtpd, database, put):
    """The Python program locks all pending rows in one long transaction."""
    put("abuse@one.example")
    put("abuse@two.example")
    other = database.connect(SENDER)
    with other.cursor() as cursor:
        cursor.execute("SELECT id FROM directives WHERE sent_id IS NULL FOR UPDATE")

    result = site.run("--all")

    assert result.returncode == 0, result.stderr
    assert OTHER in result.messages("INFO")
    assert result.errors == [] and smtpd.mails == []
    other.close()
    assert site.run("--all").returncode == 0
    assert len(smtpd.mails) == 2


def test_group_with_one_locked_row_is_left_whole(site, smtpd, database, put):
    ids = put("abuse@one.example", 3)
    put("abuse@two.example")
    other = database.connect(SENDER)
    with other.cursor() as cursor:
        cursor.execute("SELECT id FROM directives WHERE events_id = %s FOR UPDATE", [ids[1]])
    assert site.run("--all").returncode == 0
    assert [mail.envelope_tos for mail in smtpd.mails] == [["abuse@two.example"]]
    other.close()


def test_second_exclusive_instance_ends(site, smtpd, put, database):
    put()
    held = Held()
    smtpd.script(dot=held)
    first = site.start("--all")
    smtpd.wait_for(1)
    second = site.run("--all")
    assert second.returncode == 0
    who, what = second.messages("INFO")
    assert what == OTHER and second.errors == []
    assert f"process {first.pid}" in who or str(first.pid) in who
    held.release()
    assert site.finish(first).returncode == 0
    assert len(smtpd.mails) == 1


def test_shared_instances_split_the_work(site, smtpd, put):
    site.config["instances"] = "shared"
    for number in range(30):
        put(f"abuse@isp{number}.example")
    instances = [site.start("--all") for _ in range(3)]
    results = [site.finish(process) for process in instances]
    assert [result.returncode for result in results] == [0, 0, 0], results
    recipients = [mail.envelope_tos[0] for mail in smtpd.mails]
    assert len(recipients) == len(set(recipients)) == 30


def test_relay_that_takes_only_so_many_connections(site, smtpd, put):
    """What a connection that is turned away had in hand goes over those that are not."""
    site.config["workers"] = 4
    smtpd.script(banner=Many([None, "421 4.7.0 too many connections"]), dot=Delay(0.05))
    for number in range(12):
        put(f"abuse@isp{number}.example")
    result = site.run("--all")
    assert result.returncode == 0, result.stderr
    assert result.log[-1].message == "12 mails sent, 0 postponed, 0 errors."
    assert len(smtpd.mails) == 12 and result.errors == []
    assert len([text for text in result.messages("WARNING") if "turns connections away" in text]) == 1

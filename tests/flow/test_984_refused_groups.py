# SPDX-License-Identifier: AGPL-3.0-or-later
"""Groups that are refused run after run: listed, set aside, brought back; so that status 3 means news."""

import json

import pytest

GONE = "550 5.1.1 no such user"
LATER = "451 4.7.1 later"


def refused(site):
    result = site.run("status", "--refused", "--json")
    assert result.returncode == 0, result.stderr
    return json.loads(result.stdout)


def refuse(site, smtpd, times=3, reply=GONE, step="rcpt"):
    """That many runs, each of which is refused; the group's id afterwards."""
    smtpd.script(**{step: {"gone@isp.example": reply} if step == "rcpt" else reply})
    for _ in range(times):
        assert site.run("--all").returncode == 3
    smtpd.script(**{step: None})
    return str(refused(site)[0]["id"])


def test_a_day_of_a_bad_address(site, smtpd, database, put):
    put("gone@isp.example", 2)
    put("good@isp.example")
    id = refuse(site, smtpd)
    assert len(smtpd.mails) == 1
    (group,) = refused(site)
    assert group["state"] == "may_be_set_aside" and group["runs"] == 3
    assert group["recipient"] == "gone@isp.example" and group["directives"] == 2
    assert GONE in group["reason"] and group["aggregate_identifier"] == {"source.asn": "64496"}
    (line,) = site.run("status", "--refused").stdout.splitlines()
    assert line.startswith(f"{id}  refused in 3 runs since 20")
    assert "  2 directives  gone@isp.example  open_snmp (shadowserver/csv_open_snmp)  " in line
    assert ("refused    1 group, 1 in 3 runs or more: see intelmqcbmail status --refused\n"
            "set aside  0 groups\n") in site.run("status").stdout

    result = site.run("set-aside", id)
    assert result.returncode == 0, result.stderr
    assert result.stdout == f"group {id} is set aside: no run tries it until intelmqcbmail bring-back\n"
    smtpd.script(rcpt={"gone@isp.example": GONE})
    put("good@isp.example")
    result = site.run("--all")
    assert result.returncode == 0 and result.errors == [], result.stderr
    assert len(smtpd.mails) == 2
    assert [group["state"] for group in refused(site)] == ["set_aside"]
    assert f"{id}  set aside since 20" in site.run("status", "--refused").stdout
    text = site.run("status").stdout
    assert text.startswith("pending    0 directives\n")
    assert "set aside  1 group with 2 directives: see intelmqcbmail status --refused\n" in text
    assert "gone@" not in site.run("preview").stdout
    assert site.run("status", "--warn-age", "1s").stdout.startswith(
        "MAILGEN OK - nothing is pending, set aside: 1 group | ")

    smtpd.script(rcpt=None)
    result = site.run("bring-back", id)
    assert (result.returncode, result.stdout) == (0, f"group {id} is back: the next run tries it\n")
    assert site.run("--all").returncode == 0
    assert smtpd.mails[-1].envelope_tos == ["gone@isp.example"]
    assert refused(site) == [] and database.query("SELECT count(*) FROM refused_groups") == [(0,)]


def test_everybody_says_that_some_are_set_aside(site, smtpd, put, tmp_path):
    """Check, preview in each of its forms, a run and interactive mode; and nobody says so where none are."""
    site.write_config().chmod(0o640)
    put("gone@isp.example", 2)
    id = refuse(site, smtpd)
    note = "1 group with 2 directives is set aside, no run tries it: intelmqcbmail status --refused lists it"
    for told in (False, True):
        if told:
            assert site.run("set-aside", id).returncode == 0
        assert (f"\nNot to be sent: {note}\n" in site.run("preview").stdout) == told
        assert json.loads(site.run("preview", "--json").stdout)["set_aside"] == (note if told else None)
        for options in (["--eml", f"eml-{told}"], ["--maildir", "maildir"], ["--html", "page.html"]):
            result = site.run("preview", *options)
            assert (note in result.messages("INFO")) == told and note not in result.stdout
        assert (note in (site.directory / "page.html").read_text()) == told
        assert (f"ok       database: {note}\n" in site.run("check").stdout) == told
        for arguments, answers in ((["--dry-run", "--all"], None), ([], "q\n")):
            result = site.run(*arguments, answers=answers)
            assert (note in result.messages("INFO")) == told and result.returncode == 0, result.stderr
            assert result.messages("WARNING") == []
    result = site.run("--all")
    assert result.returncode == 0 and note in result.messages("INFO") and smtpd.mails == []


# What a run does with the group → in how many runs it was refused for good afterwards.
@pytest.mark.parametrize("script, wanted", [
    ({"rcpt": {"gone@isp.example": GONE}}, 2),
    ({"dot": "554 5.7.1 spam"}, 2),
    ({"data": "554 5.7.1 no"}, 2),
    ({"rcpt": {"gone@isp.example": LATER}}, None),
    ({"dot": LATER}, None),
    ({}, None),
    ({"banner": "554 5.3.2 no"}, 1),
    ({"mail": "550 5.1.8 no such sender"}, 1),
], ids=["unknown", "content", "data", "for now", "content for now", "accepted", "server down", "sender"])
def test_runs_in_a_row(site, smtpd, put, script, wanted):
    put("gone@isp.example")
    refuse(site, smtpd, times=1)
    smtpd.script(**script)
    site.run("--all")
    assert ([group["runs"] for group in refused(site)] or [None]) == [wanted]


def test_refused_in_a_script_s_own_send(site, smtpd, put):
    (site.formats / "50-everything.yaml").unlink()
    site.write_format("10-own.py", """
from intelmqmail.notification import EmailNotification
class Own(EmailNotification):
    def send(self, context):
        context.smtp.send_message(self.email)
        context.mark_as_sent(self.directive.directive_ids, self.ticket, context.now)
def create_notifications(context):
    mails = context.mail_format_as_csv()
    for mail in mails:
        mail.__class__ = Own
    return mails
""")
    put("gone@isp.example")
    refuse(site, smtpd)
    assert refused(site)[0]["runs"] == 3


@pytest.mark.parametrize("address", ["nobody", "a@b; c@d", "tür@isp.example"])
@pytest.mark.parametrize("kind", ["yaml", "python"])
def test_what_is_no_address(site, put, address, kind):
    """Also where a script makes the mail, and the reason is lost in its exception."""
    if kind == "python":
        (site.formats / "50-everything.yaml").unlink()
        site.write_format("10-all.py", "def create_notifications(context):\n"
                                       "    return context.mail_format_as_csv()\n")
    put(address)
    for _ in range(3):
        assert site.run("--all").returncode == 3
    (group,) = refused(site)
    assert group["state"] == "may_be_set_aside" and address in group["recipient"]
    assert site.run("set-aside", str(group["id"])).returncode == 0
    assert site.run("--all").returncode == 0


def test_dry_run_and_preview_note_nothing(site, put, database):
    put("nobody")
    assert site.run("--all", "--dry-run").returncode == 3
    assert site.run("preview").returncode == 3
    assert database.query("SELECT count(*) FROM refused_groups") == [(0,)]


def test_refused_address_of_the_site_is_no_recipient_s(site, smtpd, put, database):
    site.config["safety"] = {"redirect_to": "trial@cert.example"}
    smtpd.script(rcpt={"trial@cert.example": GONE})
    put()
    assert site.run("--all").returncode == 3
    assert database.query("SELECT count(*) FROM refused_groups") == [(0,)]


def test_what_cannot_be_set_aside(site, smtpd, put):
    put("gone@isp.example")
    id = refuse(site, smtpd, times=2)
    result = site.run("set-aside", id, "4711")
    assert result.returncode == 3
    assert [error.partition("\n")[0] for error in result.errors] == [
        f"Error: group {id} was refused in fewer than 3 runs in a row so far: the next ones try it",
        "Error: there is no refused group 4711"]
    result = site.run("bring-back", "--json", id)
    assert result.returncode == 3
    assert json.loads(result.stdout) == [{"id": int(id), "result": "already"}]
    for arguments in (["set-aside"], ["set-aside", "x"], ["set-aside", id, "0"], ["bring-back"],
                      ["status", "--refused", "--rejected"], ["status", "--refused", "--prometheus", "x.prom"]):
        assert site.run(*arguments).returncode == 2, arguments
    assert refused(site)[0]["state"] == "refused"


def test_several_at_once(site, put):
    for number in range(3):
        put(f"nobody{number}")
    for _ in range(3):
        site.run("--all")
    ids = [str(group["id"]) for group in refused(site)]
    result = site.run("set-aside", "--json", *ids)
    assert json.loads(result.stdout) == [{"id": int(id), "result": "done"} for id in ids]
    assert site.run("--all").returncode == 0


def test_older_database(site, put, database):
    put("nobody")
    database.query("DROP TABLE refused_groups")
    result = site.run("--all")
    assert result.returncode == 3 and result.messages("WARNING") == []
    for arguments in (["status", "--refused"], ["set-aside", "1"], ["bring-back", "1"]):
        result = site.run(*arguments)
        assert result.returncode == 2
        assert ("the database does not keep which groups were refused\nHINT: as superuser: psql -f"
                " notifications.sql") in result.stderr
    assert site.run("status").returncode == 0
    database.install()
    for _ in range(3):
        site.run("--all")
    assert site.run("set-aside", str(refused(site)[0]["id"])).returncode == 0


def test_note_that_fails_is_no_more_than_a_warning(site, smtpd, put, database):
    put("nobody")
    put("good@isp.example")
    database.query("ALTER TABLE refused_groups ADD CHECK (n_runs < 1)")
    result = site.run("--all")
    assert result.returncode == 3 and len(smtpd.mails) == 1
    (warning,) = result.messages("WARNING")
    assert warning.startswith("which groups were refused is not noted: ")
    assert database.query("SELECT count(*) FROM directives WHERE sent_id IS NULL") == [(1,)]

# SPDX-License-Identifier: AGPL-3.0-or-later
"""preview: what the next run would send, and nothing else happens."""

import email
import email.policy
import json
import mailbox
import os
import re

import pytest

from support.postgres import SENDER
from support.program import NO_FILES
from support.smtpd import CLOSE

EVIL = '<script>document.title="owned"</script></script><img src=x onerror=alert(1)>\x1b[2J'


@pytest.fixture
def unchanged(database):
    """Asserts after the test that the database is as it was."""
    queries = ("SELECT last_value, is_called FROM intelmq_ticket_seq", "SELECT count(*) FROM sent",
               "SELECT count(*) FROM directives WHERE sent_id IS NULL",
               "SELECT count(*) FROM delivery_intents", "SELECT count(*) FROM notification_runs",
               "SELECT sum(xmax::text::bigint) FROM directives")

    def look():
        return [database.query(query) for query in queries]

    state = {}
    yield lambda: state.update(before=look())
    assert look() == state["before"]


def test_list(site, put, smtpd, unchanged):
    put("abuse@one.example", 2)
    put("abuse@two.example")
    unchanged()
    site.config["smtp"]["port"] = 1
    result = site.run("preview")
    assert result.returncode == 0, result.stderr
    assert "abuse@one.example" in result.stdout and "abuse@two.example" in result.stdout
    assert "NNNNNNNN" in result.stdout
    assert result.errors == [] and smtpd.mails == []


def test_list_while_another_session_has_everything_in_hand(site, put, database):
    put()
    other = database.connect(SENDER)
    with other.cursor() as cursor:
        cursor.execute("SELECT id FROM directives WHERE sent_id IS NULL FOR UPDATE")
    result = site.run("preview")
    other.close()
    assert result.returncode == 0
    assert "abuse@isp.example" in result.stdout


def test_postponed_and_failed_are_told(site, put, unchanged):
    site.write_format("10-later.yaml", "formats: [{name: later, match: {recipient_address: later*},"
                                       " postpone: {newest_directive_age: 1h}}]")
    put("later@isp.example")
    put("bad@isp.example", template_name="missing")
    put("good@isp.example")
    unchanged()
    result = site.run("preview", "--json")
    assert result.returncode == 3
    told = json.loads(result.stdout)
    (mail,), (postponed,), (failed,) = told["mails"], told["postponed"], told["failed"]
    assert mail["recipient"] == "good@isp.example"
    assert postponed["recipient"] == "later@isp.example" and postponed["reason"]
    assert failed["recipient"] == "bad@isp.example" and "missing" in failed["error"]


def test_from_when_is_told(site, put, database):
    site.write_format("10-later.yaml", "formats: [{name: later, match: {recipient_address: later*},"
                                       " postpone: {newest_directive_age: 1h}}]")
    site.write_format("20-script.py", "from intelmqmail.notification import Postponed\n"
                      "def create_notifications(context):\n"
                      "    return Postponed\n")
    put("later@isp.example")
    put("script@isp.example")
    database.query("UPDATE directives SET inserted_at = '2126-11-20 03:04:05.123456+00'")
    told = json.loads(site.run("preview", "--json").stdout)
    later, script = told["postponed"]
    assert told["n_postponed"] == 2 and told["mails"] == []
    assert later["until"] == "2126-11-20T04:04:05.123456+00:00"
    assert later["reason"] == "newest directive 2126-11-20 03:04:05.123456+00:00 + 1 hour"
    assert script["until"] is None and script["reason"] is None
    lines = site.run("preview").stdout.splitlines()
    assert lines[2] == "Postponed: 2 groups"
    assert lines[4].endswith(f"  2126-11-20 04:05 UTC  {later['reason']}")  # the full minute after it
    assert re.search("  not known  +-$", lines[5])


def test_one_mail_is_shown_readably(site, put):
    put(n_events=2)
    result = site.run("preview", "--show", "1")
    assert result.returncode == 0
    assert "Dear Sir or Madam," in result.stdout and "192.0.2.2" in result.stdout
    assert site.run("preview", "--show", "2").returncode == 2
    assert site.run("preview", "--show", "-1").returncode == 2


def test_files(site, put, unchanged, tmp_path):
    put("abuse@one.example")
    put("../../etc/passwd@two.example")
    unchanged()
    result = site.run("preview", "--eml", str(tmp_path / "eml"), "--maildir",
                      str(tmp_path / "maildir"))  # fmt: skip
    assert result.returncode == 0, result.stderr
    files = list((tmp_path / "eml").iterdir())
    assert len(files) == 2
    for path in files:
        message = email.message_from_bytes(path.read_bytes(), policy=email.policy.default)
        assert message["To"] in ("abuse@one.example", "../../etc/passwd@two.example")
    assert len(mailbox.Maildir(tmp_path / "maildir")) == 2
    assert sorted(path.name for path in tmp_path.iterdir()) == ["eml", "maildir", "site"]


def test_files_are_for_their_owner_and_mix_with_no_others(site, put, tmp_path):
    put()
    for option in ("--eml", "--maildir"):
        taken = tmp_path / f"taken{option}"
        taken.mkdir()
        (taken / "letter").touch()
        result = site.run("preview", option, str(taken))
        assert result.returncode == 2 and "is not empty" in result.errors[0]
        assert [path.name for path in taken.iterdir()] == ["letter"]
    box, page = tmp_path / "box", tmp_path / "page.html"
    for count in (1, 2):  # a Maildir is added to, a page replaced
        assert site.run("preview", "--maildir", str(box), "--html", str(page)).returncode == 0
        assert len(list((box / "new").iterdir())) == count and not list((box / "tmp").iterdir())
    for path in (page, *(box / "new").iterdir()):
        assert path.stat().st_mode & 0o777 == 0o600
    assert b"\r\n" not in next((box / "new").iterdir()).read_bytes()
    result = site.run("preview", "--html", str(tmp_path / "none/page.html"))
    assert result.returncode == 2 and "option --html: cannot write" in result.errors[0]


@pytest.mark.parametrize("make, text", NO_FILES)
def test_page_replaces_nothing_but_files(site, put, tmp_path, make, text):
    put()
    place = tmp_path / "place"
    make(place)
    before = place.lstat()
    result = site.run("preview", "--html", str(place))
    assert result.returncode == 2
    assert result.errors == [f"Error: option --html: cannot write '{place}': {text}"]
    assert place.lstat().st_ino == before.st_ino and place.lstat().st_mode == before.st_mode


@pytest.mark.parametrize("option", ["--eml", "--maildir"])
def test_directories_replace_nothing(site, put, tmp_path, option):
    put()
    place = tmp_path / "place"
    os.mkfifo(place)
    result = site.run("preview", option, str(place))
    assert result.returncode == 1 and f"cannot make directory '{place}'" in result.errors[0]
    assert place.is_fifo()


def test_standard_output_is_no_file(site, put):
    result = site.run("preview", "--html", "-")
    assert result.returncode == 2 and not (site.directory / "-").exists()


def test_script_that_writes_fails_in_a_preview(site, put, database, unchanged):
    site.write_format("10-writes.py", "def create_notifications(context):\n"
                      "    context.db_cursor.execute('UPDATE ticket_day SET initialized_for_day = NULL')\n"
                      "    return context.mail_format_as_csv()\n")
    put()
    unchanged()
    result = site.run("preview")
    assert "read-only" in result.stderr + result.stdout
    assert database.query("SELECT count(*) FROM ticket_day WHERE initialized_for_day IS NULL") == [(0,)]


@pytest.mark.parametrize("arguments", [["--json"], [], ["--show", "1"]])
def test_what_scripts_print_is_kept_apart(site, put, arguments):
    put()
    clean = site.run("preview", *arguments).stdout
    site.write_format("10-script.py", "def create_notifications(context):\n    print('hello')\n")
    result = site.run("preview", *arguments)
    assert "hello" in result.stderr and "hello" not in result.stdout
    assert len(result.stdout) == len(clean) and not result.stdout.startswith("\n")


def test_filters(site, put):
    put("abuse@one.example")
    put("abuse@two.example")
    result = site.run("preview", "--recipient", "*@two.example")
    assert "two.example" in result.stdout and "one.example" not in result.stdout
    put("abuse@three.example", template_name="missing")
    result = site.run("preview", "--template", "open*", "--limit", "1")
    assert result.stdout.startswith("To be sent: 1 mail about 1 event\n") and "Failed" not in result.stdout


def test_hostile_content_stays_text(site, put, tmp_path):
    site.write_template("open_snmp", "About ${evil}\n\n${evil}\n${events_as_csv}\n")
    put(aggregate_identifier={"evil": EVIL.replace("\x1b", "")}, extra={"x": EVIL})
    put("evil\x1b[2J<b>@isp.example")
    page = tmp_path / "page.html"
    result = site.run("preview", "--html", str(page))
    assert result.returncode == 3  # the second recipient is none
    text = page.read_text()
    assert "<img src=x" not in text and "<b>@isp" not in text
    assert text.count("<script") == text.count("</script>")
    assert "Content-Security-Policy" in text and "default-src 'none'" in text
    for arguments in ((), ("--show", "1"), ("--json",)):
        assert "\x1b" not in site.run("preview", *arguments).stdout


LIMITS = [
    ({"max_mails_per_run": 1}, None, "safety.max_mails_per_run is 1, it would be 2 mails, 1 too many"),
    ({"max_mails_per_recipient": 1}, "copy@cert.example",
     "safety.max_mails_per_recipient is 1, 'copy@cert.example' would get 2, 1 too many"),
    ({"max_events_per_mail": 1}, None,
     "safety.max_events_per_mail is 1, 1 mail would have more, namely 2, 1 too many"),
]


@pytest.mark.parametrize("keys, recipient, text", LIMITS)
def test_limit_that_a_run_would_exceed(site, put, tmp_path, keys, recipient, text):
    """Said where one looks: above the list, in the JSON, on the page, and as a warning for those who look at
    files."""
    site.config["safety"] = keys
    if recipient:
        site.write_format(text="formats: [{name: copied, match: {}, columns: [source.ip],"
                               f" copies: [{{envelope_to: [{recipient}]}}]}}]\n")
    put("abuse@one.example", 2)
    put("abuse@two.example")
    page = tmp_path / "page.html"
    shown, told = site.run("preview"), site.run("preview", "--json", "--html", str(page))
    assert shown.returncode == told.returncode == 1
    assert shown.stdout.startswith(
        f"The run would stop before its first mail, since it would exceed a limit:\n  {text}\n\n"
        "To be sent: ")
    excess, = json.loads(told.stdout)["exceeded_limits"]
    (setting, limit), = keys.items()
    assert excess == {"setting": f"safety.{setting}", "limit": limit, "found": 2, "excess": 1,
                      "recipient": recipient, "text": text}
    assert text in page.read_text()
    for result in (shown, told):
        assert result.messages("WARNING") == [
            f"the next run would stop before its first mail: {text}\n"
            "HINT: intelmqcbmail --override-safety sends it all the same"]


def test_limits_that_are_kept(site, put):
    site.config["safety"] = {"max_mails_per_run": 2, "max_mails_per_recipient": 1,
                             "max_events_per_mail": 2}
    put("abuse@one.example", 2)
    put("abuse@two.example")
    result = site.run("preview")
    assert result.returncode == 0 and result.stdout.startswith("To be sent: 2 mails about 3 events\n")
    assert json.loads(site.run("preview", "--json").stdout)["exceeded_limits"] == []


def test_counts_of_one(site, put):
    put()
    assert site.run("preview").stdout.startswith("To be sent: 1 mail about 1 event\n")
    assert "there is 1 mail to show" in site.run("preview", "--show", "2").errors[0]


def test_uncertain_delivery_that_is_held_is_told(site, put, smtpd, unchanged):
    put()
    smtpd.script(after_dot=CLOSE)
    site.run("--all")
    site.config["uncertain_deliveries"] = "hold"
    unchanged()
    result = site.run("preview")
    assert result.returncode == 0, result.stderr
    assert result.stdout == (
        "To be sent: 0 mails about 0 events\n\nLeft alone: 1\n"
        "  abuse@isp.example, template open_snmp, 1 event\n"
        "      an uncertain delivery that is held until an operator decides, see intelmqcbmail uncertain\n")
    told = json.loads(site.run("preview", "--json").stdout)
    assert told["n_skipped"] == 1 and "is held" in told["skipped"][0]["reason"]


def test_wrong_usage(site):
    assert site.run("preview", "--limit", "-1").returncode == 2
    assert site.run("preview", "surplus").returncode == 2

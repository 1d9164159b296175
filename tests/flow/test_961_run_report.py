# SPDX-License-Identifier: AGPL-3.0-or-later
"""Which groups a run takes, and what its report says."""

import email
import email.policy
import json
import os
import signal

import pytest

from support.program import NO_FILES
from support.smtpd import Delay

POSTPONING = """\
formats:
  - name: everything
    match: {}
    columns: [{source.ip: ip}]
    postpone: {newest_directive_age: 2h}
"""
COPIES = """\
formats:
  - name: copied
    match: {}
    columns: [{source.ip: ip}]
    copies: [{when: {aggregate.source.asn: "*"}, envelope_to: [copy@cert.example]}]
"""
GROUP = {"recipient", "template_name", "notification_format", "event_data_format",
         "aggregate_identifier", "directive_ids", "event_ids"}


@pytest.fixture
def reported(site, tmp_path):
    """reported(*options): the result of a run, and its report."""
    def reported(*options, **keywords):
        path = tmp_path / "report.json"
        result = site.run(*options, "--report", str(path), **keywords)
        return result, json.loads(path.read_text())
    return reported


def recipients(smtpd):
    return sorted(mail.envelope_tos[0] for mail in smtpd.mails)


@pytest.mark.parametrize("options, expected", [
    (["--recipient", "*@one.example"], ["a@one.example", "b@one.example"]),
    (["--recipient", "A@ONE.example"], ["a@one.example"]),
    (["--recipient", "?@one.*", "--recipient", "c@*"],
     ["a@one.example", "b@one.example", "c@two.example"]),
    (["--template", "other"], ["c@two.example"]),
    (["--template", "OTHER"], []),
    (["--template", "o*", "--recipient", "*two*"], ["c@two.example"]),
    (["--limit", "2"], ["a@one.example", "b@one.example"]),
    (["--limit", "1", "--recipient", "b*"], ["b@one.example"]),
    (["--recipient", "nobody"], []),
])
def test_chosen_groups(site, smtpd, database, put, options, expected):
    site.write_template("other")
    put("a@one.example")
    put("b@one.example")
    put("c@two.example", template_name="other")
    result = site.run("--all", *options)
    assert result.returncode == 0, result.stderr
    assert recipients(smtpd) == expected
    assert database.query("SELECT count(*) FROM directives WHERE sent_id IS NULL") == [
        (3 - len(expected),)]


def test_questions_show_chosen_groups_only(site, put):
    put("a@one.example")
    put("b@two.example")
    shown = site.run("--recipient", "*two*", answers="q\n").stdout
    assert "b@two.example" in shown and "a@one.example" not in shown


def test_limit_that_cannot_be_meant(site, smtpd, put):
    put()
    result = site.run("--all", "--limit", "-1")
    assert result.returncode == 2 and smtpd.mails == []


def test_mails(site, smtpd, database, put, reported):
    events = put("abuse@one.example", 2)
    smtpd.script(dot="250 2.0.0 Ok: queued as 4F2X")
    result, report = reported("--all")
    assert result.returncode == 0, result.stderr
    message = email.message_from_bytes(smtpd.mails[0].raw, policy=email.policy.default)
    mail, = report.pop("mails")
    ticket = database.query("SELECT intelmq_ticket FROM sent")[0][0]
    assert mail == {
        "recipient": "abuse@one.example", "template_name": "open_snmp",
        "notification_format": "shadowserver", "event_data_format": "csv_open_snmp",
        "aggregate_identifier": {"source.asn": "64496"},
        "directive_ids": [1, 2], "event_ids": events,
        "format": mail["format"], "ticket": ticket, "message_id": message["Message-Id"],
        "date": database.query("SELECT replace((sent_at AT TIME ZONE 'UTC')::text, ' ', 'T') || '+00:00' FROM sent")[0][0],
        "to": "abuse@one.example", "envelope_from": "noreply@cert.example",
        "envelope_to": ["abuse@one.example"], "is_copy": False, "is_resent": False,
        "reply": "250 2.0.0 Ok: queued as 4F2X", "queue_id": "4F2X", "refused": [],
    }
    assert mail["format"].endswith("everything") or "50-everything" in mail["format"]
    assert report.pop("started_at") <= report.pop("ended_at")
    assert report.pop("version")
    assert report == {
        "program": "intelmqcbmail", "is_dry_run": False, "exit_status": 0, "ended_because": None,
        "summary": {"groups": 1, "sent": 1, "postponed": 0, "errors": 0, "elsewhere": 0,
                    "not_begun": 0},
        "postponed": [], "failures": [], "skipped": []}


def test_only_the_owner_group_may_read_it(site, put, reported, tmp_path):
    put()
    reported("--all")
    assert os.stat(tmp_path / "report.json").st_mode & 0o007 == 0


def test_dry_run(smtpd, put, reported):
    put()
    _, report = reported("--all", "--dry-run")
    mail, = report["mails"]
    assert report["is_dry_run"] and mail["reply"] is None and mail["queue_id"] is None
    assert smtpd.mails == []


def test_postponed(site, put, reported):
    site.write_format(text=POSTPONING)
    put()
    result, report = reported("--all")
    item, = report["postponed"]
    assert set(item) == GROUP | {"format", "reason", "until"}
    assert item["until"].endswith("+00:00")
    assert report["summary"]["postponed"] == 1


def test_failures(site, smtpd, put, reported):
    put("abuse@one.example", template_name="missing")
    put("abuse@two.example")
    smtpd.script(rcpt={"abuse@two.example": "550 5.1.1 no such user"})
    result, report = reported("--all")
    assert result.returncode == report["exit_status"] == 3
    failures = {item["recipient"]: item for item in report["failures"]}
    assert "missing" in failures["abuse@one.example"]["error"]
    assert "550 5.1.1 no such user" in failures["abuse@two.example"]["error"]
    assert set(failures["abuse@two.example"]) == GROUP | {"error", "is_copy"}
    assert report["mails"] == [] and report["summary"]["errors"] == 2


def test_failed_copy(site, smtpd, put, reported):
    site.write_format(text=COPIES)
    put()
    smtpd.script(rcpt={"copy@cert.example": "550 5.1.1 no such user"})
    result, report = reported("--all")
    assert result.returncode == 3
    assert len(report["mails"]) == 1
    failure, = report["failures"]
    assert failure["is_copy"] and failure["envelope_to"] == ["copy@cert.example"]


def test_copy_is_marked(site, smtpd, put, reported):
    site.write_format(text=COPIES)
    put()
    _, report = reported("--all")
    assert [mail["is_copy"] for mail in report["mails"]] == [False, True]


def test_redirected(site, put, reported):
    site.config["safety"] = {"redirect_to": "me@cert.example"}
    put("abuse@one.example")
    _, report = reported("--all")
    assert report["mails"][0]["envelope_to"] == ["me@cert.example"]
    assert report["mails"][0]["redirected_from"] == ["abuse@one.example"]


def test_run_that_ends_early(site, smtpd, put, reported):
    site.config["smtp"]["port"] = 1
    put()
    result, report = reported("--all")
    assert result.returncode == report["exit_status"] == 1
    assert report["ended_because"] in result.errors[0]
    assert report["mails"] == []


def test_exceeded_limit(site, smtpd, put, reported):
    site.config["safety"] = {"max_mails_per_run": 1}
    put("a@one.example")
    put("b@one.example")
    result, report = reported("--all")
    assert result.returncode == report["exit_status"] == 1
    assert "safety.max_mails_per_run is 1" in report["ended_because"]
    assert report["summary"]["not_begun"] == 2
    assert report["mails"] == report["failures"] == []


def test_configuration_mistake_and_nothing_pending(site, reported):
    _, report = reported("--all")
    assert report["summary"] == {} and report["exit_status"] == 0
    site.config["workers"] = "many"
    result, report = reported("--all")
    assert result.returncode == report["exit_status"] == 2
    assert "workers" in report["ended_because"]


def test_stopped(site, smtpd, put, tmp_path):
    site.config["workers"] = 1
    smtpd.script(dot=Delay(0.5))
    for number in range(3):
        put(f"abuse@isp{number}.example")
    path = tmp_path / "report.json"
    process = site.start("--all", "--report", str(path))
    smtpd.wait_until(lambda: smtpd.connections and len(smtpd.mails) >= 1)
    process.send_signal(signal.SIGTERM)
    result = site.finish(process)
    report = json.loads(path.read_text())
    assert result.returncode == report["exit_status"] == 1
    assert report["ended_because"] == "stopped by a signal"
    assert len(report["mails"]) == len(smtpd.mails)
    assert report["summary"]["not_begun"] == 3 - len(smtpd.mails)


@pytest.mark.parametrize("place", ["missing/report.json", "."])
def test_unwritable_place_is_known_before(site, smtpd, put, tmp_path, place):
    put()
    result = site.run("--all", "--report", str(tmp_path / place))
    assert result.returncode == 2
    assert "option --report: cannot write" in result.errors[0]
    assert smtpd.mails == []


@pytest.mark.parametrize("make, text", NO_FILES)
def test_report_replaces_nothing_but_files(site, smtpd, put, tmp_path, make, text):
    put()
    place = tmp_path / "place"
    make(place)
    before = place.lstat()
    result = site.run("--all", "--report", str(place))
    assert result.returncode == 2 and smtpd.mails == []
    assert result.errors == [f"Error: option --report: cannot write '{place}': {text}"]
    assert place.lstat().st_ino == before.st_ino


def test_hostile_texts(site, put, reported):
    recipient = 'evil"\\\x1b[2J\x07\u2028</script>\U0001f4a9@isp.example'
    put(recipient, aggregate_identifier={'a"]}\n': "b\\"})
    result, report = reported("--all")
    failure, = report["failures"]
    assert failure["recipient"] == recipient
    assert failure["aggregate_identifier"] == {'a"]}\n': "b\\"}

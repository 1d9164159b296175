# SPDX-License-Identifier: AGPL-3.0-or-later
"""Each run has a line in the database: when, with which counts, and how it ended."""

import re
import signal

from support import promise
from support.smtpd import Delay


def noted(database, *columns):
    return database.query(f"SELECT {', '.join(columns)} FROM notification_runs ORDER BY id")


ENDED = ("exit_status", "ended_because", "mails_sent", "errors")


def test_run_with_work_and_without(site, database, put):
    put()
    site.run("--all")
    site.run("--all")
    assert noted(database, *ENDED, "mails_postponed", "dry_run") == [
        (0, None, 1, 0, 0, False), (0, None, 0, 0, 0, False)]
    assert database.query(
        "SELECT bool_and(started_at <= ended_at AND ended_at <= now() AND pid > 0 AND host <> ''"
        " AND program_version <> '' AND run_id IS NOT NULL) FROM notification_runs") == [(True,)]


def test_dry_and_interactive_runs(site, database, put):
    put()
    site.run("--all", "--dry-run")
    site.run(answers="q\n")
    assert noted(database, *ENDED, "dry_run") == [(0, None, 1, 0, True), (0, None, 0, 0, False)]


def test_groups_that_failed_or_were_postponed(site, database, put):
    put(template_name="missing")
    put(event_data_format="late")
    site.write_format("10-late.yaml", "formats: [{name: late, match: {event_data_format: late},"
                                      " postpone: {newest_directive_age: 1h}}]")
    assert site.run("--all").returncode == 3
    assert noted(database, *ENDED, "mails_postponed") == [(3, None, 0, 1, 1)]


def test_early_end(site, database, put):
    put()
    site.config["smtp"]["port"] = 1
    assert site.run("--all").returncode == 1
    ((status, because, sent, _),) = noted(database, *ENDED)
    assert (status, sent) == (1, 0)
    assert "127.0.0.1" in because and "HINT" not in because


def test_list_that_fails(site, database):
    site.config["database"]["additional_directive_where"] = "no such ) thing"
    assert site.run("--all").returncode == 2
    ((status, because, _, _),) = noted(database, *ENDED)
    assert status == 2 and "additional_directive_where" in because


def test_signal(site, smtpd, database, put):
    for number in range(10):
        put(f"abuse@isp{number}.example")
    smtpd.script(dot=Delay(0.2))
    process = site.start("--all")
    smtpd.wait_for(1)
    process.send_signal(signal.SIGTERM)
    result = site.finish(process)
    assert result.returncode == 1
    assert re.fullmatch(r"stopping: \d+ groups? in hand; a second signal ends at once",
                        result.messages("WARNING")[0])
    ((status, because, sent, _),) = noted(database, *ENDED)
    assert (status, because) == (1, "stopped by a signal")
    assert sent == len(smtpd.mails)


def test_kill_leaves_the_end_open(site, smtpd, database, put):
    put()
    promise.kill_after_the_dot(site, smtpd)
    assert noted(database, "ended_at", "exit_status") == [(None, None)]


def test_second_instance_is_no_run(site, smtpd, database, put):
    put()
    smtpd.script(dot=Delay(1))
    process = site.start("--all")
    smtpd.wait_for(1)
    assert site.run("--all").returncode == 0
    site.finish(process)
    assert len(noted(database, "id")) == 1


def test_end_is_noted_after_the_connection_was_cut(site, smtpd, database, put):
    put()
    smtpd.script(dot=Delay(1))
    process = site.start("--all")
    smtpd.wait_for(1)
    database.query("SELECT pg_terminate_backend(pid) FROM pg_stat_activity"
                   " WHERE application_name = 'intelmqcbmail run'")
    result = site.finish(process)
    assert result.returncode == 0, result.stderr
    assert result.messages("WARNING") == []
    assert noted(database, *ENDED) == [(0, None, 1, 0)]


def test_one_cut_connection_makes_nothing_uncertain(site, smtpd, database, put):
    """The run's own session stands for it while its only worker opens its desk again."""
    put()
    site.config["workers"] = 1
    smtpd.script(dot=Delay(1))
    process = site.start("--all")
    smtpd.wait_for(1)
    database.query("SELECT pg_terminate_backend(pid) FROM pg_stat_activity"
                   " WHERE application_name = 'intelmqcbmail desk'")
    site.config["instances"] = "shared"
    other = site.run("--all")
    result = site.finish(process)
    assert other.messages("WARNING") == [], other.stderr
    assert result.returncode == 0, result.stderr
    assert len(smtpd.mails) == 1


def test_what_cannot_be_noted_is_a_warning(site, smtpd, database, put):
    put()
    database.query("ALTER TABLE notification_runs ADD CHECK (pid IS NULL)")
    result = site.run("--all")
    assert result.returncode == 0, result.stderr
    (warning,) = result.messages("WARNING")
    assert "not noted" in warning
    assert len(smtpd.mails) == 1


def test_without_the_table_nothing_is_said(site, smtpd, database, put):
    database.query("DROP TABLE notification_runs")
    put()
    result = site.run("--all")
    assert result.returncode == 0, result.stderr
    assert result.messages("WARNING") == []

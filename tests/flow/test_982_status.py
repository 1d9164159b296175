# SPDX-License-Identifier: AGPL-3.0-or-later
"""What `status` shows to people, programs, Prometheus and monitoring plugins."""

import datetime
import json
import os
import re
import stat

import pytest

from support.postgres import Database, Standby
from support.program import NO_FILES
from support.smtpd import CLOSE, Delay

HOURS_AGO = "UPDATE directives SET inserted_at = now() - {} * INTERVAL '1 hour' WHERE sent_id IS NULL"


def read(site, *arguments):
    result = site.run("status", "--json", *arguments)
    assert result.returncode == 0, result.stderr
    return json.loads(result.stdout)


def metrics(path):
    """Name with labels → value; checks that each has its HELP and TYPE line before it."""
    values, told = {}, set()
    for line in path.read_text().splitlines():
        if line.startswith("#"):
            told.add(tuple(line.split()[1:3]))
            continue
        name, value = line.rsplit(" ", 1)
        plain = name.partition("{")[0]
        assert {("HELP", plain), ("TYPE", plain)} <= told
        assert plain.startswith("intelmqcbmail_")
        values[name.removeprefix("intelmqcbmail_")] = float(value)
    return values


def test_nothing_at_all(site):
    result = site.run("status")
    assert result.returncode == 0, result.stderr
    assert result.stderr == ""
    assert result.stdout.startswith(
        "pending    0 directives\npostponed  not known\nuncertain  0 deliveries\n"
        "refused    0 groups\nset aside  0 groups\nrejected   0 directives\nsent today 0 mails\n")
    assert result.stdout.endswith("\nNo run is noted.\n\nNothing was sent in the last 14 days.\n")
    status = read(site)
    assert status["pending"] == {"directives": 0, "groups": 0, "oldest": None,
                                 "oldest_age_seconds": 0}
    assert status["postponed_by_last_run"] is None
    assert status["sent"]["today"] == 0 and len(status["sent"]["days"]) == 14


def test_pending_and_the_oldest(site, database, put):
    put("one@isp.example", 2)
    put("two@isp.example", 1)
    put("fax", medium="fax")
    database.query(HOURS_AGO.format(26))
    pending = read(site)["pending"]
    assert (pending["directives"], pending["groups"]) == (3, 2)
    assert 26 * 3600 <= pending["oldest_age_seconds"] < 26 * 3600 + 60
    assert datetime.datetime.fromisoformat(pending["oldest"]).tzinfo is not None
    first = site.run("status").stdout.splitlines()[0]
    assert re.fullmatch(r"pending    3 directives in 2 groups, the oldest since [-0-9]{10} [:0-9]{8}"
                        r" \(1 day 2 h\)", first)


def test_additional_directive_where(site, put):
    put("one@isp.example", template_name="wanted", fields={"feed.code": "oneshot"})
    put("two@isp.example")
    site.config["database"]["additional_directive_where"] = "events.\"feed.code\" = 'oneshot'"
    assert read(site)["pending"]["directives"] == 1
    site.config["database"]["additional_directive_where"] = "no such ) thing"
    result = site.run("status")
    assert result.returncode == 2 and "additional_directive_where" in result.errors[0]


def test_uncertain_is_pending_too(site, smtpd, database, put):
    put()
    site.config["uncertain_deliveries"] = "hold"
    smtpd.script(after_dot=CLOSE)
    site.run("--all")
    status = read(site)
    assert status["uncertain"] == {"uncertain": 1, "held": 0, "decided": 0}
    assert status["pending"]["directives"] == 1
    site.run("--all")
    assert read(site)["uncertain"] == {"uncertain": 0, "held": 1, "decided": 0}
    assert ("uncertain  1 delivery, 1 held, 0 decided: see intelmqcbmail uncertain\n"
            in site.run("status").stdout)


def test_sent_per_day(site, database):
    """In days of the site's time zone, Europe/Berlin."""
    database.query(
        """INSERT INTO sent (intelmq_ticket, sent_at)
           SELECT 'old-' || day || '-' || number,
                  (((now() AT TIME ZONE 'Europe/Berlin')::date - day) + time '00:00:01')
                      AT TIME ZONE 'Europe/Berlin'
             FROM (VALUES (0, 3), (1, 100), (12, 1), (13, 2), (14, 5), (400, 7)) AS n (day, mails),
                  generate_series(1, mails) AS number""")  # fmt: skip
    sent = read(site)["sent"]
    counts = [day["mails"] for day in sent["days"]]
    assert counts == [2, 1] + [0] * 10 + [100, 3]
    assert sent["today"] == 3
    dates = [datetime.date.fromisoformat(day["date"]) for day in sent["days"]]
    assert all(b - a == datetime.timedelta(days=1) for a, b in zip(dates, dates[1:]))
    text = site.run("status").stdout
    assert f"  {dates[12]}      100 {'#' * 50}\n" in text
    assert f"  {dates[13]}        3 ##\n" in text
    # Days without a mail say nothing.
    assert f"  {dates[2]} " not in text and text.count("#\n") == 4


def test_the_last_runs_stand_before_the_days(site, put):
    put()
    site.run("--all")
    text = site.run("status").stdout
    assert 0 < text.index("\nLast runs:\n") < text.index("\nSent in the last 14 days:\n")
    assert "  1 mail sent, 0 postponed, 0 errors in " in text


def test_last_runs(site, smtpd, database, put):
    put(template_name="missing")
    put(event_data_format="late")
    site.write_format("10-late.yaml", "formats: [{name: late, match: {event_data_format: late},"
                                      " postpone: {newest_directive_age: 1h}}]")
    site.run("--all")
    site.run("--all", "--dry-run")
    site.config["database"]["additional_directive_where"] = "no such ) thing"
    site.run("--all")
    site.config["database"]["additional_directive_where"] = ""
    status = read(site)
    assert status["postponed_by_last_run"] == 1
    early, dry, first = status["runs"]
    assert (first["state"], first["errors"], first["postponed"], first["exit_status"]) == (
        "ended", 1, 1, 3)
    assert dry["dry_run"] is True and first["dry_run"] is False
    assert early["exit_status"] == 2 and "additional_directive_where" in early["ended_because"]
    text = site.run("status").stdout
    assert "postponed  1 group by the last run\n" in text
    assert "dry run: 0 mails sent" in text
    assert "0 mails sent, 1 postponed, 1 error in 0 s; exit status 3\n" in text
    assert "exit status 2: database.additional_directive_where is" in text


def test_run_that_goes_on_and_one_that_died(site, smtpd, put):
    put()
    smtpd.script(dot=Delay(30))
    process = site.start("--all")
    smtpd.wait_for(1)
    assert read(site)["runs"][0]["state"] == "running"
    assert "going on, process" in site.run("status").stdout
    process.kill()
    site.finish(process)
    assert read(site)["runs"][0]["state"] == "died"
    assert "died without a word" in site.run("status").stdout


def test_standby(site, cluster, database, put, smtpd, tmp_path):
    """It has the figures, but not the locks of the primary's sessions."""
    put()
    put("other@isp.example")
    smtpd.script(dot=Delay(30))
    site.config["workers"] = 1
    process = site.start("--all")
    smtpd.wait_for(1)
    path = tmp_path / "mailgen.prom"
    try:
        with Standby(cluster) as standby:
            standby.catch_up()
            site.config["database"]["event"] = Database(standby, database.name).settings()
            status = read(site)
            text = site.run("status").stdout
            assert site.run("status", "--prometheus", str(path)).returncode == 0
            check = site.run("check")
    finally:
        process.kill()
        site.finish(process)
    assert status["pending"]["directives"] == 2
    assert status["runs"][0]["state"] == "unknown"
    assert "going on or dead, which a standby does not know, process" in text
    assert "last_exit_status" not in metrics(path)
    # Where a run would fail, so does `check`.
    assert check.returncode == 2
    assert "failed   database: the server is a hot standby, which takes no writes" in check.stdout


def test_at_most_ten_runs(site, database):
    database.query("INSERT INTO notification_runs (run_id, started_at) SELECT i, now()"
                   " FROM generate_series(1, 12) AS i")
    assert len(read(site)["runs"]) == 10


def test_metrics(site, database, put, tmp_path):
    put("done@isp.example")
    site.run("--all")
    put("one@isp.example", 2)
    put("m" * 120)
    database.query(HOURS_AGO.format(2))
    path = tmp_path / "mailgen.prom"
    path.write_text("old")
    result = site.run("status", "--prometheus", str(path))
    assert (result.returncode, result.stdout, result.stderr) == (0, "", "")
    values = metrics(path)
    assert values["up"] == 1
    assert values["pending_directives"] == 2 and values["pending_groups"] == 1
    assert 7200 <= values["pending_oldest_age_seconds"] < 7260
    assert values['uncertain_deliveries{state="held"}'] == 0
    assert values["rejected_directives"] == 1
    assert values["sent_today"] == 1
    assert values["last_run_mails_sent"] == 1 and values["last_run_errors"] == 0
    assert values["last_exit_status"] == 0
    assert values["last_run_end_timestamp_seconds"] <= values["status_timestamp_seconds"]
    assert stat.S_IMODE(path.stat().st_mode) == 0o644
    assert os.listdir(tmp_path / "site") and [p.name for p in tmp_path.glob("*prom*")] == [path.name]


def test_metrics_when_the_database_is_away(site, tmp_path):
    path = tmp_path / "mailgen.prom"
    path.write_text("intelmqcbmail_pending_directives 0\n")
    site.config["database"]["event"]["port"] = 1
    assert site.run("status", "--prometheus", str(path)).returncode == 1
    assert metrics(path) == {"up": 0}


def test_metrics_file_that_cannot_be_written(site, tmp_path):
    result = site.run("status", "--prometheus", str(tmp_path / "no" / "such.prom"))
    assert result.returncode == 2 and "such.prom" in result.errors[0]


def test_metrics_when_the_configuration_is_broken(site, tmp_path):
    path = tmp_path / "mailgen.prom"
    path.write_text("intelmqcbmail_pending_directives 0\n")
    site.config["workers"] = "many"
    assert site.run("status", "--prometheus", str(path)).returncode == 2
    assert metrics(path) == {"up": 0}


@pytest.mark.parametrize("make, text", NO_FILES)
def test_metrics_replace_nothing_but_files(site, tmp_path, make, text):
    place = tmp_path / "mailgen.prom"
    make(place)
    before = place.lstat()
    result = site.run("status", "--prometheus", str(place))
    assert result.returncode == 2
    assert result.errors == [f"Error: option --prometheus: cannot write '{place}': {text}"]
    assert place.lstat().st_ino == before.st_ino
    result = site.run("status", "--prometheus", str(place), "--warn-age", "1h")
    assert result.returncode == 3 and result.stdout.startswith("MAILGEN UNKNOWN - option --prometheus: ")


@pytest.mark.parametrize("arguments,code,word", [
    (["--warn-age", "3h"], 0, "OK"),
    (["--warn-age", "1h"], 1, "WARNING"),
    (["--warn-age=1h", "--crit-age=3h"], 1, "WARNING"),
    (["--warn-age", "30m", "--crit-age", "1h"], 2, "CRITICAL"),
    (["--crit-age", "119m"], 2, "CRITICAL"),
    (["--crit-age", "1d"], 0, "OK"),
])  # fmt: skip
def test_monitoring_plugin(site, database, put, arguments, code, word):
    put(n_events=3)
    database.query(HOURS_AGO.format(2))
    result = site.run("status", *arguments)
    assert result.returncode == code
    line, _, rest = result.stdout.partition("\n")
    text, _, figures = line.partition(" | ")
    assert text == f"MAILGEN {word} - 3 directives in 1 group pending, the oldest for 2 h"
    number = r"\d+(s?);(\d*);(\d*);0"
    assert re.fullmatch(rf"(\w+={number} ?)+", figures)
    names = [figure.partition("=")[0] for figure in figures.split()]
    assert names == ["oldest_age", "pending_directives", "pending_groups", "uncertain", "rejected",
                     "sent_today"]
    assert rest.startswith("pending    3 directives")


def test_monitoring_plugin_limits_in_the_figures(site):
    line = site.run("status", "--warn-age", "1h", "--crit-age", "1d").stdout.splitlines()[0]
    assert line.startswith("MAILGEN OK - nothing is pending | oldest_age=0s;3600;86400;0 ")


def test_monitoring_plugin_with_json(site, database, put):
    put()
    database.query(HOURS_AGO.format(2))
    result = site.run("status", "--json", "--warn-age", "1h")
    assert result.returncode == 1
    assert json.loads(result.stdout)["check"] == "WARNING"
    assert "check" not in read(site)


def test_monitoring_plugin_that_does_not_know(site, tmp_path):
    for arguments in (["--warn-age", "soon"], ["--warn-age", "2h", "--crit-age", "1h"],
                      ["--crit-age=1h", "--no-such"]):
        result = site.run("status", *arguments)
        assert result.returncode == 3
        assert result.stdout.startswith("MAILGEN UNKNOWN - ") and result.stdout.count("\n") == 1
    site.config["database"]["event"]["port"] = 1
    result = site.run("status", "--warn-age", "1h")
    assert result.returncode == 3
    assert result.stdout.startswith("MAILGEN UNKNOWN - ") and "127.0.0.1" in result.stdout
    site.config["sender"] = 7
    assert site.run("status", "--warn-age", "1h").returncode == 3


@pytest.mark.parametrize("arguments", [["surplus"], ["--no-such"], ["--prometheus"],
                                       ["--rejected", "--prometheus", "x"]])
def test_wrong_usage(site, arguments):
    assert site.run("status", *arguments).returncode == 2


def test_database_of_the_python_program(site, database, put):
    put()
    site.run("--all")
    put()
    database.query("DROP TABLE delivery_intents, notification_runs, rejected_directives, refused_groups,"
                   " notifications_schema_version; DROP INDEX sent_sent_at_idx,"
                   " directives_pending_idx, directives_last_sent_idx")
    status = read(site)
    assert status["pending"]["directives"] == 1
    assert status["sent"]["today"] == 1
    assert status["runs"] == [] and status["rejected"]["directives"] == 0


def test_what_was_sent_is_found_by_its_index(database):
    connection = database.connect()
    with connection, connection.cursor() as cursor:
        cursor.execute("SET enable_seqscan = off")
        cursor.execute("EXPLAIN SELECT count(*) FROM sent WHERE sent_at >= now() - INTERVAL '13 days'")
        assert any("sent_sent_at_idx" in line for (line,) in cursor.fetchall())
    connection.close()


def test_status_changes_nothing_and_waits_for_nobody(site, database, put):
    """The Python program locks all that is pending for as long as it runs."""
    put()
    connection = database.connect()
    with connection, connection.cursor() as cursor:
        cursor.execute("SELECT * FROM directives FOR UPDATE")
        assert read(site)["pending"]["directives"] == 1
    connection.close()


def test_terminal_is_safe_from_the_database(site, database):
    database.query("INSERT INTO notification_runs (run_id, started_at, ended_at, host, ended_because)"
                   " VALUES (1, now(), now(), E'h\\x1b[2J', E'because\\x1b[2J')")
    database.query("INSERT INTO rejected_directives (events_id, directive, reason)"
                   " VALUES (1, '\"\\u007f\\u009b2J\"', E'reason\\x1b[2J')")
    for arguments in ([], ["--json"], ["--rejected"], ["--rejected", "--json"]):
        out = site.run("status", *arguments).stdout
        assert "reason" in out
        assert not re.search("[\x00-\x09\x0b-\x1f\x7f-\x9f]", out)

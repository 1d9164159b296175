# SPDX-License-Identifier: AGPL-3.0-or-later
"""`intelmqcbmail check`: what it finds, what it advises, and that it changes nothing."""

import datetime
import json
import os

import pytest

from support.authority import make_tls
from support.gnupg import Home
from support.postgres import SENDER, SUPERUSER
from support.smtpd import Smtpd


class Findings:
    def __init__(self, result):
        self.returncode = result.returncode
        document = json.loads(result.stdout)
        self.state = document["state"]
        self.all = document["findings"]

    def of(self, subject, state=None):
        return [one for one in self.all
                if one["subject"] == subject and state in (None, one["state"])]

    def one(self, subject, state):
        (found,) = self.of(subject, state)
        return found

    def bad(self):
        return [one for one in self.all if one["state"] in ("warning", "failed")]


@pytest.fixture
def check(site):
    def check(*arguments):
        result = site.run("check", "--json", *arguments)
        assert result.stderr == ""
        return Findings(result)

    site.write_config().chmod(0o640)
    return check


@pytest.fixture
def as_superuser(database):
    def as_superuser(*statements):
        with database.connect(SUPERUSER) as connection, connection.cursor() as cursor:
            for statement in statements:
                cursor.execute(statement)

    return as_superuser


# -- all is well --


def test_all_is_well(site, check, put, smtpd, database):
    put()
    before = database.query("SELECT last_value, is_called FROM intelmq_ticket_seq")
    result = check()
    assert result.bad() == []
    assert (result.returncode, result.state) == (0, "ok")
    assert list(dict.fromkeys(one["subject"] for one in result.all)) == [
        "configuration", "files", "log", "safety", "formats", "key", "database", "templates", "smtp"]
    assert "'open_snmp'" in result.one("templates", "ok")["message"]
    assert database.query("SELECT last_value, is_called FROM intelmq_ticket_seq") == before
    assert database.query("SELECT count(*) FROM directives WHERE sent_id IS NULL") == [(1,)]
    assert smtpd.mails == [] and smtpd.connections == 1


def test_text(site, put):
    site.write_config().chmod(0o640)
    put(template_name="missing")
    result = site.run("check")
    assert result.returncode == 2 and result.stderr == ""
    lines = result.stdout.splitlines()
    assert any(line.startswith("ok       database: ") for line in lines)
    (failed,) = [line for line in lines if line.startswith("failed ")]
    assert failed.startswith("failed   templates: 'missing' for 'shadowserver', ")


# -- configuration, files, log, safety --


def test_configuration(site, check):
    site.config["smtp"]["port"] = "25x"
    site.config["workers"] = -1
    result = check()
    assert (result.returncode, result.state) == (2, "failed")
    messages = [one["message"] for one in result.of("configuration", "failed")]
    assert len(messages) == 2
    assert "smtp.port" in messages[0] and "workers" in messages[1]
    assert {one["state"] for one in result.all if one["subject"] != "configuration"} == {"skipped"}


def test_world_readable_password(site, check):
    site.write_config().chmod(0o644)
    result = check()
    found = result.one("files", "warning")
    assert "password" in found["message"] and found["advice"].startswith("chmod o-rwx ")
    assert result.returncode == 0


def test_world_readable_password_file(site, check, tmp_path):
    secret = tmp_path / "password"
    secret.write_text(site.config["database"]["event"].pop("password"))
    secret.chmod(0o644)
    site.config["database"]["event"]["password_file"] = str(secret)
    result = check()
    assert str(secret) in result.one("configuration", "warning")["message"]


def test_world_writable_formats(site, check):
    site.formats.chmod(0o777)
    assert str(site.formats) in check().one("files", "warning")["message"]


@pytest.mark.parametrize("place", ["formats/10-script.py", "formats/50-everything.yaml", "formats/other.txt",
                                   "templates/open_snmp", "templates/deep/er/one", "templates/deep",
                                   "intelmq-mailgen.conf"])
@pytest.mark.parametrize("how", ["anybody can change it", "somebody else owns it"])
def test_what_others_can_change(site, check, place, how):
    (site.formats / "10-script.py").write_text("def create_notifications(context): return None\n")
    (site.formats / "other.txt").touch()
    (site.templates / "deep/er").mkdir(parents=True)
    (site.templates / "deep/er/one").touch()
    assert check().of("files", "warning") == []
    path = site.directory / place
    if how == "anybody can change it":
        path.chmod(0o666 | (0o111 if path.is_dir() else 0))
        wanted = "every user of this machine can change"
    else:
        os.chown(path, 65534, -1)
        wanted = "owns"
    found = check().of("files", "warning")
    if place == "intelmq-mailgen.conf" and how == "somebody else owns it":
        assert found == []  # its owner decides everything anyway
        return
    messages = [one["message"] for one in found if "password" not in one["message"]]
    assert len(messages) == 1 and wanted in messages[0] and str(path) in messages[0]


def test_many_files_that_others_can_change_are_one_finding(site, check):
    for number in range(50):
        site.write_template(f"t{number}")
        (site.templates / f"t{number}").chmod(0o666)
    assert "and 49 more" in check().one("files", "warning")["message"]


@pytest.mark.parametrize("name", ["10-it.py", "10-it.yaml", "10-it.yml"])
@pytest.mark.parametrize("make", [os.mkfifo, lambda path: path.symlink_to("/dev/zero"),
                                  lambda path: path.symlink_to("/dev/tty"), lambda path: path.mkdir()],
                         ids=["pipe", "zero", "tty", "directory"])
def test_a_format_that_is_no_file_is_told_at_once(site, check, name, make):
    make(site.formats / name)
    found = check().one("formats", "failed")
    assert name in found["message"] and "no regular file" in found["message"]
    result = site.run("--all", timeout=60)
    assert result.returncode == 2 and "no regular file" in result.errors[0]


@pytest.mark.parametrize("setting, value", [
    ("sender", "Doe, John <noreply@cert.example>"),
    ("sender", "CERT: Example <noreply@cert.example>"),
    ("reply_to", "Doe, John <reply@cert.example>"),
    ("reply_to", "team: reply@cert.example;"),
    ("headers", {"Cc": "nobody"}),
])
def test_a_header_that_cannot_be_is_found_before_anything_is_claimed(site, check, put, database, smtpd, setting,
                                                                     value):
    put()
    before = database.query("SELECT last_value, is_called FROM intelmq_ticket_seq")
    site.config[setting] = value
    found = check()
    assert found.returncode == 2 and len(found.of("configuration", "failed")) >= 1
    for arguments in (["--all"], ["--all", "--dry-run"], ["preview"]):
        result = site.run(*arguments)
        assert result.returncode == 2, arguments
        assert len(result.errors) == 1 and "pending" not in result.stderr
    assert smtpd.connections <= 1  # that of check
    assert database.query("SELECT last_value, is_called FROM intelmq_ticket_seq") == before


def test_an_attachment_name_that_is_too_long(site, check):
    name = "n" * 201
    site.write_format(text=f"formats: [{{match: {{}}, data: attachment, attachment_name: {name}}}]")
    assert "attachment_name" in check().one("formats", "failed")["message"]
    assert site.run("--all").returncode == 2
    site.write_format(text=f"formats: [{{match: {{}}, data: attachment, attachment_name: {name[1:]}}}]")
    assert check().of("formats", "failed") == []


def test_log(site, check, tmp_path):
    site.config["log"] = {"target": "file", "file": str(tmp_path / "none" / "log")}
    result = check()
    assert result.returncode == 2
    assert "No such file" in result.one("log", "failed")["message"]
    assert result.of("smtp", "ok")


def test_safety(site, check):
    site.config["safety"] = {"redirect_to": "us@cert.example", "max_mails_per_run": 7,
                             "allow_recipients": ["*@isp.example"]}
    result = check()
    assert "us@cert.example" in result.one("safety", "warning")["message"]
    ok = [one["message"] for one in result.of("safety", "ok")]
    assert any("*@isp.example" in text for text in ok)
    assert any("7 mails" in text for text in ok)


def test_redirect_that_is_no_address(site, check):
    site.config["safety"] = {"redirect_to": "us at cert.example"}
    result = check()
    assert result.returncode == 2


# -- formats and templates --


def test_formats(site, check):
    site.write_format("10-broken.yaml", "formats: 3\n")
    result = check()
    assert result.returncode == 2
    assert "10-broken.yaml" in result.one("formats", "failed")["message"]
    assert "formats" in result.one("templates", "skipped")["message"]


def test_no_format(site, check):
    for path in site.formats.iterdir():
        path.unlink()
    assert check().of("formats", "failed")


def test_templates(site, check, put):
    site.write_template("unknown_name", "Subject\n\n${nobody_gives_this}\n")
    site.write_template("by_asn", "AS ${source.asn}\n\n${events_as_csv}\n")
    put(template_name="../../etc/passwd")
    put(template_name="unknown_name")
    put(template_name="by_asn", aggregate_identifier={"source.asn": 64496})
    put(template_name="by_asn", aggregate_identifier={"source.asn": 64497}, recipient="x@y.example")
    put(template_name="by_asn", aggregate_identifier={"cidr": "192.0.2.0/24"})
    result = check()
    assert result.returncode == 2
    failed = [one["message"] for one in result.of("templates", "failed")]
    assert len(failed) == 3
    assert any("passwd" in text for text in failed)
    assert any("nobody_gives_this" in text for text in failed)
    assert any("'by_asn'" in text and "by 'cidr'" in text and "source.asn" in text
               for text in failed)
    (ok,) = result.of("templates", "ok")
    assert "by 'source.asn' (2 groups)" in ok["message"]
    assert all("(1 group): " in text for text in failed)


def test_template_of_a_group_that_waits(site, check, put):
    site.write_format(text="""\
formats:
  - name: patient
    match: {}
    columns: [source.asn, no.such.column]
    postpone: {newest_directive_age: 30d, notification_interval: true, observation_age: 2d}
""")
    put(aggregate_identifier={"time.observation": "2099-11-20T03:00:00+00:00"})
    assert "no.such.column" in check().one("templates", "failed")["message"]


def test_format_script(site, check, put, database):
    for path in site.formats.iterdir():
        path.unlink()
    site.write_format("10-script.py", """\
def create_notifications(context):
    context.db_cursor.execute("SELECT 1 AS one")
    if context.directive.template_name == "broken":
        raise ValueError("oh dear")
    return context.mail_format_as_csv()
""")
    put()
    put(template_name="broken")
    result = check()
    messages = [one["message"] for one in result.of("templates", "failed")]
    assert any("oh dear" in text for text in messages)
    assert "'open_snmp'" in result.one("templates", "ok")["message"]
    assert database.query("SELECT count(*) FROM directives WHERE sent_id IS NULL") == [(2,)]


def test_rows_in_hand_of_another_session(check, put, database):
    put()
    with database.connect(SENDER) as other, other.cursor() as cursor:
        cursor.execute("SELECT * FROM directives FOR UPDATE")
        assert check().bad() == []
        other.rollback()


def test_what_scripts_print(site, put):
    site.write_format("10-script.py", "def create_notifications(context):\n    print('hello')\n")
    put()
    result = site.run("check", "--json")
    assert "hello" in result.stderr
    assert Findings(result).of("templates", "ok")


# -- database --


def test_database_that_cannot_be_reached(site, check):
    site.config["database"]["event"]["port"] = 1
    result = check()
    assert result.returncode == 2
    assert "port 1" in result.one("database", "failed")["message"]
    assert result.of("database", "skipped") and result.of("templates", "skipped")
    assert result.of("smtp", "ok")


GRANTS = [
    ("REVOKE SELECT ON events FROM eventdb_send_notifications", "no SELECT on events", "failed",
     "GRANT SELECT ON events TO eventdb_send_notifications;"),
    ("REVOKE UPDATE ON directives FROM eventdb_send_notifications", "no UPDATE on directives",
     "failed", "GRANT UPDATE ON directives TO eventdb_send_notifications;"),
    ("REVOKE USAGE ON SEQUENCE sent_id_seq FROM eventdb_send_notifications",
     "no USAGE on sent_id_seq", "failed",
     "GRANT USAGE ON SEQUENCE sent_id_seq TO eventdb_send_notifications;"),
    ("ALTER SEQUENCE intelmq_ticket_seq OWNER TO eventdb_owner",
     "not the owner of intelmq_ticket_seq", "failed",
     "ALTER SEQUENCE intelmq_ticket_seq OWNER TO eventdb_send_notifications;"),
    ("REVOKE DELETE ON delivery_intents FROM eventdb_send_notifications",
     "no DELETE on delivery_intents", "warning",
     "GRANT DELETE ON delivery_intents TO eventdb_send_notifications;"),
    ("REVOKE EXECUTE ON FUNCTION set_aside_vanished_directives(bigint[])"
     " FROM eventdb_send_notifications",
     "no EXECUTE on set_aside_vanished_directives(bigint[])", "warning",
     "GRANT EXECUTE ON FUNCTION set_aside_vanished_directives(bigint[])"
     " TO eventdb_send_notifications;"),
]  # fmt: skip


@pytest.mark.parametrize("statement, message, state, advice", GRANTS)
def test_missing_privilege(check, as_superuser, statement, message, state, advice):
    as_superuser(statement)
    result = check()
    found = result.one("database", state)
    assert message in found["message"]
    assert found["advice"] == advice
    as_superuser(found["advice"])
    assert check().bad() == []


def test_login_that_is_no_member(site, check, as_superuser, database):
    as_superuser("CREATE ROLE \"Odd login\" LOGIN PASSWORD 'x'")
    try:
        site.config["database"]["event"].update(username="Odd login", password="x")
        result = check()
        (failed,) = result.of("database", "failed")
        assert failed["advice"] == 'GRANT eventdb_send_notifications TO "Odd login";'
        assert "no SELECT on events" in failed["message"]
        assert "not the owner of intelmq_ticket_seq" in failed["message"]
        as_superuser(failed["advice"])
        assert check().bad() == []
    finally:
        as_superuser('DROP ROLE "Odd login"')


DIRECTIVES = ("id, events_id, sent_id, medium, recipient_address, template_name, notification_format,"
              " event_data_format, aggregate_identifier, notification_interval, endpoint, inserted_at")
EVENTS = 'SELECT (id, "source.asn", "source.ip", "time.source") ON events'
NARROW = [
    EVENTS,
    f"SELECT ({DIRECTIVES}) ON directives",
    "UPDATE (sent_id) ON directives",
    "SELECT (id, intelmq_ticket, sent_at) ON sent",
    "INSERT (intelmq_ticket, sent_at) ON sent",
    "SELECT (initialized_for_day) ON ticket_day",
    "UPDATE (initialized_for_day) ON ticket_day",
    "SELECT (version) ON notifications_schema_version",
]


@pytest.fixture
def narrow_login(site, as_superuser, cluster, database):
    """A login without the role, that may do to columns what the program does to them and not more."""
    as_superuser("CREATE ROLE narrow LOGIN PASSWORD 'x'", "GRANT USAGE ON SCHEMA public TO narrow",
                 *[f"GRANT {grant} TO narrow" for grant in NARROW],
                 "GRANT USAGE ON SEQUENCE sent_id_seq, delivery_intents_id_seq,"
                 " notification_runs_id_seq, refused_groups_id_seq TO narrow",
                 "ALTER SEQUENCE intelmq_ticket_seq OWNER TO narrow",
                 "GRANT SELECT, INSERT, UPDATE, DELETE ON delivery_intents, notification_runs,"
                 " refused_groups TO narrow", "GRANT SELECT ON rejected_directives TO narrow",
                 "GRANT EXECUTE ON FUNCTION set_aside_vanished_directives(bigint[]) TO narrow")
    site.config["database"]["event"].update(username="narrow", password="x")
    yield
    as_superuser("DROP OWNED BY narrow", "DROP ROLE narrow")


def test_grants_on_columns(site, check, put, smtpd, narrow_login, as_superuser):
    put()
    result = check()
    assert result.returncode == 0
    (warning,) = result.bad()
    assert warning["message"] == ("user narrow: SELECT on some columns of events only: a format or"
                                  " script that asks for another fails")
    assert warning["advice"] == "GRANT SELECT ON events TO narrow;"
    done = site.run("--all")  # it is enough indeed
    assert done.returncode == 0, done.stderr
    assert len(smtpd.mails) == 1 and done.messages("WARNING") == []
    as_superuser(warning["advice"])
    assert check().bad() == []


@pytest.mark.parametrize("grant", NARROW)
def test_grant_on_columns_that_is_missing(check, narrow_login, as_superuser, grant):
    privilege, table = grant.split(" ")[0], grant.split(" ")[-1]
    as_superuser(f"REVOKE {grant} FROM narrow")
    state = "warning" if table == "notifications_schema_version" else "failed"
    (found,) = [one for one in check().of("database", state) if "some columns" not in one["message"]]
    assert f"no {privilege} on {table}" in found["message"]


def test_grant_on_too_few_columns(check, narrow_login, as_superuser):
    as_superuser("REVOKE SELECT (medium) ON directives FROM narrow")
    assert "no SELECT on directives" in check().one("database", "failed")["message"]


def test_schema_that_is_closed(check, as_superuser):
    """Objects in it look as if they were not there, which no installation would mend."""
    as_superuser("REVOKE USAGE ON SCHEMA public FROM PUBLIC, eventdb_send_notifications")
    (found,) = check().of("database", "failed")
    assert found["message"] == "user intelmq_mailgen: no USAGE on schema public"
    assert found["advice"] == "GRANT USAGE ON SCHEMA public TO eventdb_send_notifications;"
    as_superuser(found["advice"])
    assert check().bad() == []


def test_database_that_is_closed(check, as_superuser, database):
    as_superuser(f'REVOKE CONNECT ON DATABASE "{database.name}" FROM PUBLIC')
    found = check().one("database", "failed")
    assert "permission denied for database" in found["message"]
    assert found["advice"] == f'GRANT CONNECT ON DATABASE "{database.name}" TO "intelmq_mailgen";'
    as_superuser(found["advice"])
    assert check().bad() == []


LOSSES = [
    ("DROP TABLE delivery_intents", "delivery_intents", "warning"),
    ("DROP TABLE notification_runs", "notification_runs", "warning"),
    ("DROP TABLE rejected_directives", "rejected_directives", "warning"),
    ("DROP TABLE refused_groups", "refused_groups", "warning"),
    ("DROP TABLE notifications_schema_version", "notifications_schema_version", "warning"),
    ("UPDATE notifications_schema_version SET version = 0", "of version 0, older", "warning"),
    ("UPDATE notifications_schema_version SET version = 9999", "version 9999, newer", "warning"),
    ("DROP TRIGGER events_insert_directive_trigger ON events", "trigger", "failed"),
    ("ALTER TABLE events DISABLE TRIGGER events_insert_directive_trigger", "trigger", "failed"),
    ("DROP TABLE ticket_day", "there is no table ticket_day", "failed"),
    ("DROP TABLE directives CASCADE", "there is no table directives", "failed"),
]


@pytest.mark.parametrize("statement, message, state", LOSSES)
def test_missing_object(check, as_superuser, statement, message, state):
    as_superuser(statement)
    result = check()
    found = result.one("database", state)
    assert message in found["message"] and found["advice"]
    assert result.returncode == (2 if state == "failed" else 0)


def test_ticket_day_in_the_future(check, as_superuser):
    as_superuser("UPDATE ticket_day SET initialized_for_day = '2999-01-01'")
    assert "future" in check().one("database", "failed")["message"]


def test_additional_where(site, check):
    site.config["database"]["additional_directive_where"] = "no_such_column = 1"
    assert "no_such_column" in check().one("templates", "failed")["message"]


# -- key --


def use_key(site, home):
    site.config["openpgp"] = {"gnupg_home": str(home.path), "always_sign": True,
                              "signing_key": home.fingerprint}


@pytest.mark.parametrize("days, state", [(10, "warning"), (100, "ok")])
def test_key_that_will_expire(site, check, days, state):
    date = (datetime.date.today() + datetime.timedelta(days)).isoformat()
    with Home(key=None) as home:
        home.make_key(expires=date)
        use_key(site, home)
        found = check().one("key", state)
    assert date in found["message"] and home.fingerprint in found["message"]
    assert ("--quick-set-expire" in (found["advice"] or "")) == (state == "warning")


def test_signing_subkey_that_will_expire(site, check):
    date = (datetime.date.today() + datetime.timedelta(5)).isoformat()
    with Home(key=None) as home:
        primary = home.make_key()
        subkey = home.add_subkey(primary, expires=date)
        use_key(site, home)
        found = check().one("key", "warning")
    assert date in found["message"] and subkey in found["message"]


def test_key_that_is_not_there(site, check):
    with Home() as home:
        use_key(site, home)
        site.config["openpgp"]["signing_key"] = "0" * 40
        found = check().one("key", "failed")
    assert "0" * 40 in found["message"] and found["advice"]


def test_home_that_is_open_to_others(site, check):
    with Home() as home:
        home.path.chmod(0o755)
        use_key(site, home)
        result = check()
    assert "chmod 700" in result.one("key", "warning")["message"]
    assert result.one("key", "ok")


# -- SMTP --


def test_server_that_cannot_be_reached(site, check, smtpd):
    smtpd.stop()
    result = check()
    assert result.returncode == 2
    assert "127.0.0.1" in result.one("smtp", "failed")["message"]


def test_tls_and_login(site, check, tmp_path):
    tls = make_tls(tmp_path)
    with Smtpd(starttls=True, tls=tls, credentials=("mailgen", "s3cret")) as server:
        site.config["smtp"] = {"host": "localhost", "port": server.port, "tls": "required",
                               "ca_file": tls.ca, "username": "mailgen", "password": "s3cret"}
        assert ("with TLS, logged in as 'mailgen'"
                in check().one("smtp", "ok")["message"])
        site.config["smtp"]["password"] = "wrong"
        failed = check().one("smtp", "failed")
        assert "wrong" not in json.dumps(failed)
        assert server.mails == []


def test_texts_of_every_form_that_a_mail_may_have(site, check, put):
    put()
    site.write_format(text="formats: [{match: {}, data: by_size, subject: s, body: '${how}', substitutions: {how: ["
                           "{when: {data_form: zip}, text: '${missing}'}, {text: fine}]}}]")
    assert "missing" in check().one("templates", "failed")["message"]


@pytest.mark.parametrize("announced, limit, warns", [
    ("SIZE 9000000", None, True), ("SIZE 9000000", 9000000, False), ("SIZE 0", None, False), ("HELP", None, False)])
def test_size_that_the_server_announces(site, check, smtpd, announced, limit, warns):
    smtpd.script(ehlo=f"250-smtpd.test\r\n250 {announced}")
    if limit is not None:
        site.config["mail_size_limit"] = limit
    found = check().of("smtp", "warning")
    assert [("9000000" in one["message"], "10000000" in one["message"]) for one in found] == [(True, True)] * warns


def test_clear_text_to_another_machine(site, check, smtpd):
    with Smtpd(host="0.0.0.0") as server:
        site.config["smtp"] = {"host": "0.0.0.0", "port": server.port}
        assert "smtp.tls" in check().one("smtp", "warning")["advice"]


# -- usage --


def test_wrong_usage(site):
    result = site.run("check", "now")
    assert result.returncode == 2
    assert "unexpected argument 'now'" in result.stderr
    assert "HINT: see intelmqcbmail check --help" in result.stderr


def test_help(site):
    result = site.run("check", "--help")
    assert result.stdout.startswith("Usage:\n  intelmqcbmail check [OPTION")

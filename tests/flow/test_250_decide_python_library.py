# SPDX-License-Identifier: AGPL-3.0-or-later
"""Library mode: package intelmqmail in a plain python3, as web front ends use it."""

import email
import email.policy
import io
import json
import logging
import re
import subprocess
import sys

import psycopg2
import psycopg2.extras
import pytest

from support.gnupg import Home
from support.postgres import SUPERUSER, directive, insert_event
from support.program import BUILD, python_environment

sys.path.insert(0, str(BUILD / "python"))

from intelmqmail import cb, notification, tableformat  # noqa: E402


@pytest.fixture
def log():
    """What a caller sees that listens on logger intelmqmail."""
    stream = io.StringIO()
    handler = logging.StreamHandler(stream)
    logger = logging.getLogger("intelmqmail")
    logger.addHandler(handler)
    logger.setLevel(logging.INFO)
    yield stream
    logger.removeHandler(handler)


@pytest.fixture
def connection(database):
    """A caller that may insert events and send notifications."""
    return database.connect(SUPERUSER)


def insert(connection, recipient="abuse@isp.example", **attributes):
    return insert_event(connection, [directive(recipient_address=recipient, **attributes)], None,
                        **{"source.asn": 64496, "source.ip": "192.0.2.1",
                           "time.source": "2026-11-20 03:04:05+00"})


def test_nothing_pending(site, log):
    assert cb.start(site.config, process_all=True) == "No pending notifications to be sent"


def test_run_on_own_connections(site, smtpd, database, put, log):
    put("one@isp.example")
    put("two@isp.example")
    assert cb.start(site.config, process_all=True) == "2 mails sent, 0 postponed, 0 errors."
    assert len(smtpd.mails) == 2
    assert database.query("SELECT count(*) FROM sent") == [(2,)]
    assert database.query("SELECT count(*) FROM delivery_intents") == [(0,)]


def test_run_on_the_caller_s_transaction(site, smtpd, database, connection, log):
    insert(connection)
    assert database.query("SELECT count(*) FROM directives") == [(0,)]
    assert cb.start(site.config, process_all=True, conn=connection) \
        == "1 mails sent, 0 postponed, 0 errors."
    assert connection.closed
    mail, = smtpd.mails
    ticket, = database.query("SELECT intelmq_ticket FROM sent JOIN directives ON sent.id = sent_id")
    assert ticket[0] in mail.raw.decode()


def test_dry_run_rolls_back(site, smtpd, database, connection, log):
    insert(connection)
    assert cb.start(site.config, process_all=True, dry_run=True, conn=connection) \
        == "Simulation: 1 mails sent, 0 postponed, 0 errors."
    assert connection.closed and smtpd.mails == []
    assert database.query("SELECT count(*) FROM events") == [(0,)]


def test_preview(site, smtpd, database, connection, log):
    insert(connection)
    insert(connection, "two@isp.example")
    mails = cb.start(site.config, process_all=True, get_preview=True, conn=connection,
                     template="Größe ${ticket_number}\n\nText ${source.asn}\n${events_as_csv}")
    assert len(mails) == 2 and all(isinstance(mail, str) for mail in mails)
    assert connection.closed and smtpd.mails == []
    assert database.query("SELECT count(*) FROM events") == [(0,)]
    for mail in mails:
        assert mail.count("\n") == mail.count("\r\n")
        assert 'charset="utf-8"' in mail
        message = email.message_from_string(mail, policy=email.policy.default)
        assert message["Subject"].startswith("Größe 20")
        assert "Text 64496" in message.get_content() and "192.0.2.1" in message.get_content()


def test_preview_signed_with_attachment(site, connection, log):
    site.write_format(text="formats: [{name: all, match: {}, data: attachment}]")
    with Home() as home:
        site.config["openpgp"] = {"gnupg_home": str(home.path), "always_sign": True,
                                  "signing_key": home.fingerprint}
        insert(connection)
        mail, = cb.start(site.config, process_all=True, get_preview=True, conn=connection)
        assert home.verify(mail.encode()).good
    boundaries = re.findall(r'boundary="([^"]+)"', mail)
    assert len(boundaries) == 2 and all(b.startswith("===============") for b in boundaries)
    for line in mail.partition("\r\n\r\n")[0].split("\r\n"):
        assert re.match(r"[A-Za-z-]+: | ", line)


def test_templates_win_over_files(site, connection, log):
    insert(connection, "named@isp.example", template_name="named")
    insert(connection, "file@isp.example")
    mails = cb.start(site.config, process_all=True, get_preview=True, conn=connection,
                     templates={"named": "By name\n\n${events_as_csv}"})
    subjects = {re.search("^To: (.*)\r$", mail, re.M)[1]: re.search("^Subject: (.*)\r$", mail, re.M)[1]
                for mail in mails}
    assert subjects["named@isp.example"] == "By name"
    assert subjects["file@isp.example"].startswith("Report ")


@pytest.mark.parametrize("kind", ["yaml", "py"])
@pytest.mark.parametrize("template, line", [("S\n\n${nothing}", "KeyError: 'nothing'"),
                                            ("S $ 5\n\nx", "ValueError: Invalid placeholder in string")])
def test_error_in_a_template(site, connection, log, kind, template, line):
    if kind == "py":
        for path in site.formats.iterdir():
            path.unlink()
        site.write_format("10-a.py", "def create_notifications(context):\n"
                          "    return context.mail_format_as_csv()\n")
    insert(connection)
    assert cb.start(site.config, process_all=True, get_preview=True, conn=connection,
                    template=template) == []
    assert any(text.startswith(line) for text in log.getvalue().splitlines())
    assert "Error" in log.getvalue()


def test_additional_directive_where(site, connection, log):
    insert(connection, "yes@isp.example", template_name="open_snmp")
    insert(connection, "no@isp.example", template_name="other")
    mails = cb.start(site.config, process_all=True, get_preview=True, conn=connection,
                     additional_directive_where="\"template_name\" = 'open_snmp'")
    assert len(mails) == 1 and "yes@isp.example" in mails[0]
    assert site.config["database"]["additional_directive_where"] == ""


SCRIPT = """
def create_notifications(context):
    context.logger.info("asked %s", context.config["own_key"])
    return context.mail_format_as_csv()
"""


def test_scripts_default_format_and_configuration(site, connection, log):
    for path in site.formats.iterdir():
        path.unlink()
    site.write_format("10-a.py", SCRIPT)
    site.config["own_key"] = "own value"
    insert(connection)
    table = tableformat.build_table_format("mine", [("source.ip", "address")])
    mail, = cb.start(site.config, process_all=True, get_preview=True, conn=connection,
                     default_format_spec=table)
    assert '"address"\r\n"192.0.2.1"' in mail
    assert "asked own value" in log.getvalue()


def test_given_scripts_only(site, connection, log, tmp_path):
    (tmp_path / "10-own.py").write_text(
        "from intelmqmail.templates import Template\n"
        "def create_notifications(context):\n"
        "    return context.mail_format_as_csv(template=Template.from_strings('Own', 'x'))\n")
    scripts = cb.load_script_entry_points({"script_directory": str(tmp_path)})
    insert(connection)
    mail, = cb.mailgen(site.config, scripts, process_all=True, get_preview=True, conn=connection)
    assert "\r\nSubject: Own\r\n" in mail


def test_failed_group_is_counted(site, smtpd, connection, database, log):
    smtpd.script(rcpt={"bad@isp.example": "550 5.1.1 no such user"})
    insert(connection, "bad@isp.example")
    insert(connection, "good@isp.example")
    assert cb.start(site.config, process_all=True, conn=connection) \
        == "1 mails sent, 0 postponed, 1 errors."
    assert database.query("SELECT recipient_address FROM directives WHERE sent_id IS NULL") == [
        ("bad@isp.example",)]


def test_mistake_in_the_configuration(site, connection, log):
    site.config["smtp"]["port"] = "no number"
    with pytest.raises(notification.NotificationError, match="smtp.port"):
        cb.start(site.config, process_all=True, conn=connection)
    assert connection.closed


QUESTION = "Options: [c]ontinue (skip), [s]end this batch, send [a]ll, [q]uit? "
ANSWERS = {
    "c s abort s q": ([1, 2], """\
Current batch (1 of 4 total):
* 0@isp.example open_snmp (shadowserver/csv_open_snmp): 1 events
Skipping this batch.
Current batch (1 of 3 total):
* 1@isp.example open_snmp (shadowserver/csv_open_snmp): 1 events
Sending mails for 1 entries... 1 mails sent, 0 postponed, 0 errors.
Current batch (1 of 2 total):
* 2@isp.example open_snmp (shadowserver/csv_open_snmp): 1 events
Please enter one of the characters c, s, a, q
Sending mails for 1 entries... 1 mails sent, 0 postponed, 0 errors.
Current batch (1 of 1 total):
* 3@isp.example open_snmp (shadowserver/csv_open_snmp): 1 events
Exiting without sending any further mails.
"""),
    "c a": ([1, 2, 3], """\
Current batch (1 of 4 total):
* 0@isp.example open_snmp (shadowserver/csv_open_snmp): 1 events
Skipping this batch.
Current batch (1 of 3 total):
* 1@isp.example open_snmp (shadowserver/csv_open_snmp): 1 events
Sending mails for 3 entries... 3 mails sent, 0 postponed, 0 errors.
"""),
    "": ([], """\
Current batch (1 of 4 total):
* 0@isp.example open_snmp (shadowserver/csv_open_snmp): 1 events
Exiting without sending any further mails.
"""),
}


def answer_with(monkeypatch, answers):
    answers = iter(answers.split())

    def read(question):
        assert question == QUESTION
        answer = next(answers, None)
        if answer is None:
            raise EOFError
        return answer

    monkeypatch.setattr("builtins.input", read)


@pytest.mark.parametrize("answers", ANSWERS)
def test_interactive(site, smtpd, put, log, monkeypatch, capsys, answers):
    """The words are the program's: below."""
    for number in range(4):
        put(f"{number}@isp.example")
    answer_with(monkeypatch, answers)
    sent, shown = ANSWERS[answers]
    assert cb.start(site.config, batch_size=1) == f"{len(sent)} mails sent, 0 postponed, 0 errors."
    assert sorted(mail.envelope_tos[0] for mail in smtpd.mails) == [f"{number}@isp.example" for number in sent]
    assert capsys.readouterr().out == shown


@pytest.mark.parametrize("answers", ANSWERS)
def test_interactive_as_the_program(site, put, answers):
    for number in range(4):
        put(f"{number}@isp.example")
    result = site.run("--batch-size", "1", answers="".join(f"{answer}\n" for answer in answers.split()))
    assert result.stdout.replace(QUESTION, "") == ANSWERS[answers][1]


def test_interactive_with_directives(site, smtpd, put, database, log, monkeypatch, capsys):
    from intelmqmail import db

    for path in site.formats.iterdir():
        path.unlink()
    site.write_format("10-a.py", SCRIPT)
    site.config["own_key"] = "x"
    for number in range(4):
        put(f"{number}@isp.example")
    connection = cb.open_db_connection(site.config)
    answer_with(monkeypatch, "c a")
    with connection.cursor() as cursor:
        cb.generate_notifications_interactively(site.config, cursor, db.get_pending_notifications(cursor),
                                                cb.load_script_entry_points(site.config), batch_size=1)
    connection.commit()
    connection.close()
    assert capsys.readouterr().out == ANSWERS["c a"][1]
    assert database.query("SELECT count(*) FROM directives WHERE sent_id IS NULL") == [(1,)]


def test_interactive_in_detail(site, put, log, monkeypatch, capsys):
    """With the ids of the events, and nothing that steers the terminal."""
    ids = put("a\x1b[2J@isp.example", n_events=2)
    monkeypatch.setattr(cb, "debug_level", 2)
    answer_with(monkeypatch, "q")
    cb.start(site.config)
    assert f"* a\\x1b[2J@isp.example open_snmp (shadowserver/csv_open_snmp): 2 events: {ids}\n" in capsys.readouterr().out


def test_interactive_without_a_mail_server(site, put, log, monkeypatch, capsys):
    put()
    site.config["smtp"] = {"host": "127.0.0.1", "port": 1}
    answer_with(monkeypatch, "s")
    assert cb.start(site.config) == "0 mails sent, 0 postponed, 1 errors."
    assert capsys.readouterr().out.endswith("Sending mails for 1 entries... \n")


def test_read_configuration(site, tmp_path, monkeypatch):
    home = tmp_path / "home2"
    (home / ".intelmq").mkdir(parents=True)
    (home / ".intelmq/intelmq-mailgen.conf").write_text('{"own": {"b": 2}, "sender": "x@y.example"}')
    path = tmp_path / "c.conf"
    path.write_text(json.dumps({"own": {"a": 1}, "sender": "a@b.example"}))
    monkeypatch.setenv("HOME", str(home))
    assert cb.read_configuration(str(path)) == {"own": {"a": 1, "b": 2}, "sender": "x@y.example"}
    assert cb.read_configuration(path)["own"] == {"a": 1, "b": 2}


def test_open_db_connection(site, put):
    put()
    connection = cb.open_db_connection(site.config,
                                       connection_factory=psycopg2.extras.RealDictConnection)
    with connection.cursor() as cursor:
        cursor.execute("SELECT count(*) AS n, current_setting('TimeZone') AS zone FROM directives")
        assert dict(cursor.fetchone()) == {"n": 1, "zone": "UTC"}
    connection.close()


def test_open_db_connection_by_password_file(site, tmp_path):
    settings = site.config["database"]["event"]
    secret = tmp_path / "password"
    secret.write_text(settings.pop("password") + "\n")
    settings["password_file"] = str(secret)
    cb.open_db_connection(site.config).close()


def test_directive_by_directive(site, smtpd, put, database, log):
    from intelmqmail import db

    for path in site.formats.iterdir():
        path.unlink()
    site.write_format("10-a.py", "def create_notifications(context):\n"
                      "    return context.mail_format_as_csv(attach_event_data=True)\n")
    put("one@isp.example")
    put("two@isp.example")
    scripts = cb.load_script_entry_points(site.config)
    connection = cb.open_db_connection(site.config)
    with connection.cursor() as cursor:
        directives = db.get_pending_notifications(cursor)
        notifications = cb.create_notifications(cursor, directives[0], site.config, scripts)
        assert notifications[0].email["To"] == "one@isp.example"
        assert cb.send_notifications(site.config, directives, cursor, scripts) == (2, 0, 0)
    connection.commit()
    connection.close()
    assert len(smtpd.mails) == 2
    assert database.query("SELECT count(*) FROM directives WHERE sent_id IS NULL") == [(0,)]


def test_reports(site, smtpd, put, database, log):
    """Formats and scripts that make a mail of each event, in the transaction of that program."""
    for path in site.formats.iterdir():
        path.unlink()
    site.config["xarf"] = {"org": "CERT", "contact": "cert@cert.example", "domain": "cert.example"}
    site.write_format("10-reports.yaml", "formats: [{match: {}, report: xarf-4, subject: 'R ${ticket_number}', body: x}]\n")
    put("one@isp.example", 3, {"classification.type": "tor"})
    assert cb.start(site.config, process_all=True) == "3 mails sent, 0 postponed, 0 errors."
    assert len(smtpd.mails) == 3
    assert database.query("SELECT count(DISTINCT sent_id), count(sent_id) FROM directives") == [(3, 3)]


def test_repeated_runs_in_one_process(site, put, log):
    for path in site.formats.iterdir():
        path.unlink()
    site.write_format("10-a.py", SCRIPT)
    for number in range(5):
        site.config["own_key"] = number
        put(f"{number}@isp.example")
        assert cb.start(site.config, process_all=True).startswith("1 mails sent")
    assert [int(n) for n in re.findall("asked ([0-9])", log.getvalue())] == list(range(5))


def test_main_is_the_program(site, put, smtpd):
    put()
    done = subprocess.run(
        ["/usr/bin/python3", "-c", "from intelmqmail.cb import main; main()", "-c",
         str(site.write_config()), "--all"], capture_output=True, text=True,
        env={**site.environment, **python_environment(),
             "PATH": f"{BUILD / 'src/cli'}:/usr/bin:/bin"})
    assert done.returncode == 0, done.stderr
    assert len(smtpd.mails) == 1


@pytest.mark.parametrize("empty", ["", " \n", None])
def test_empty_templates_mean_none(site, connection, log, empty):
    """As a front end sends them whose fields nobody has filled in."""
    insert(connection)
    mail, = cb.start(site.config, process_all=True, get_preview=True, conn=connection,
                     template=empty, templates={"": empty, "test_template": empty, "other": "x"})
    assert "\r\nSubject: Report " in mail


@pytest.mark.parametrize("bad", ["S $ 5\n\nx", "S\n${nothing}", "nul \0\n${\0}", "\ud800 $"])
def test_bad_template_concerns_its_own_groups(site, connection, log, bad):
    insert(connection, "bad@isp.example", template_name="bad")
    insert(connection, "good@isp.example")
    mail, = cb.start(site.config, process_all=True, get_preview=True, conn=connection,
                     templates={"bad": bad})
    assert "\r\nTo: good@isp.example\r\n" in mail


def test_lines_of_a_template_text(site, connection, log):
    insert(connection)
    cb.start(site.config, process_all=True, get_preview=True, conn=connection,
             template="Subject\n\n\nfirst\n$ bad\n")
    assert "Invalid placeholder in string: line 4, col 1" in log.getvalue()


def test_preview_is_for_people(site, connection, log):
    site.config["sender"] = '"Größe, Prüfung" <cert@cert.example>'
    insert(connection)
    mail, = cb.start(site.config, process_all=True, get_preview=True, conn=connection,
                     template="Über " + "Größe " * 20 + "\nx")
    header = mail.partition("\r\n\r\n")[0]
    assert "=?" not in header
    assert 'From: "Größe, Prüfung" <cert@cert.example>' in header.split("\r\n")
    assert "Subject: Über " + "Größe " * 19 + "Größe" in header.split("\r\n")


def test_mail_server_down(site, database, put, log):
    for number in range(5):
        put(f"r{number}@isp.example")
    site.config["smtp"] = {"host": "127.0.0.1", "port": 1}
    assert cb.start(site.config, process_all=True) == "0 mails sent, 0 postponed, 5 errors."
    assert "Error: " in log.getvalue() and "cannot be reached" in log.getvalue()
    assert database.query("SELECT count(*) FROM directives WHERE sent_id IS NULL") == [(5,)]


@pytest.mark.parametrize("borrowed", [False, True])
@pytest.mark.parametrize("limit", ["max_mails_per_run", "max_mails_per_recipient"])
def test_exceeded_limit_raises(site, smtpd, database, connection, put, log, limit, borrowed, monkeypatch):
    for _ in range(2):
        put(template_name=f"open_snmp{_}")
        site.write_template(f"open_snmp{_}")
    site.config["safety"] = {limit: 1}
    for ask in ({"process_all": True}, {}):
        monkeypatch.setattr("builtins.input", lambda *_: "a")
        with pytest.raises(notification.NotificationError, match=f"safety.{limit} is 1, .* 1 too many"):
            cb.start(site.config, conn=database.connect(SUPERUSER) if borrowed else None, **ask)
    assert smtpd.mails == []
    assert database.query("SELECT count(*) FROM directives WHERE sent_id IS NULL") == [(2,)]


COLUMNS = [("extra", "all"), ("extra.certbund", "ours"), ("extra.own", "own"), ("source.ip", "ip")]


@pytest.mark.parametrize("kind", ["core", "python"])
def test_other_recipients_directives_reach_no_mail(site, connection, log, kind):
    """An event's field extra holds them all."""
    insert_event(connection, [directive(), directive(recipient_address="secret@isp.example")],
                 {"own": "mine"}, **{"source.ip": "192.0.2.1"})
    table = tableformat.build_table_format("mine", COLUMNS)
    if kind == "python":
        class Own(tableformat.IntelMQColumn):
            pass
        table.columns.append(Own("own ip", "source.ip"))
    for path in site.formats.iterdir():
        path.unlink()
    site.write_format("10-a.py", "def create_notifications(context):\n"
                      "    return context.mail_format_as_csv()\n")
    mails = cb.start(site.config, process_all=True, get_preview=True, conn=connection,
                     default_format_spec=table)
    assert len(mails) == 2
    for mail in mails:
        assert '"","","mine","192.0.2.1"' in mail
        assert "source_directives" not in mail


def test_package_is_known_as_installed(tmp_path):
    subprocess.run(["/usr/bin/meson", "install", "-C", str(BUILD), "--no-rebuild", "--quiet",
                    "--destdir", str(tmp_path)], check=True, capture_output=True)
    (found,) = tmp_path.glob("**/intelmqmail-*.dist-info")
    done = subprocess.run([sys.executable, "-c", "from importlib.metadata import version as v\n"
                           "print(v('intelmqmail'))"], env={"PYTHONPATH": str(found.parent)},
                          capture_output=True, text=True, check=True)
    assert done.stdout.startswith("1.4.99+intelmqcbmail.")

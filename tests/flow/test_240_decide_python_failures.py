# SPDX-License-Identifier: AGPL-3.0-or-later
"""What goes wrong in format scripts: it harms one script, one group, or stops the program before
anything is sent; never more."""

import email
import email.policy
import os
import textwrap

import pytest

ANSWER = "    return context.mail_format_as_csv()\n"


@pytest.fixture
def script(site):
    """script(body, name): a script of which this is create_notifications()' body, or the whole text
    where it defines that itself. The site's YAML format goes."""
    for path in site.formats.iterdir():
        path.unlink()

    def script(body, name="10-script.py"):
        body = textwrap.dedent(body)
        if "def create_notifications" not in body:
            body = "def create_notifications(context):\n" + textwrap.indent(body, "    ")
        site.write_format(name, body)

    return script


def read(mail):
    return email.message_from_bytes(mail.raw, policy=email.policy.default)


def test_exception_is_logged_and_the_next_script_asked(site, script, smtpd, put):
    script("def inner():\n    raise ValueError('broken')\ndef create_notifications(context):\n    inner()\n")
    script("return context.mail_format_as_csv()", "20-next.py")
    put()
    result = site.run("--all")
    assert result.returncode == 0
    assert len(smtpd.mails) == 1
    error, = result.errors
    assert "10-script.py" in error and "Traceback (most recent call last):" in error
    assert "in inner" in error and error.endswith("ValueError: broken")
    assert "_engine.py" not in error


@pytest.mark.parametrize("body, last_line", [
    ("import sys\nsys.exit()", "SystemExit"),
    ("import sys\nsys.exit('reason')", "SystemExit: reason"),
    ("raise BaseException('base')", "BaseException: base"),
    ("return [None]", "TypeError: create_notifications() returned a list with None, which is no Notification"),
    ("return context.mail_format_as_csv(template_name='missing')",
     "intelmqmail.notification.InvalidTemplate: invalid template name 'missing'"),
    ("return context.mail_format_as_csv(template_name='../../etc/passwd')",
     "intelmqmail.notification.InvalidTemplate: invalid template name '../../etc/passwd'"),
    ("from intelmqmail.tableformat import build_table_format\n"
     "return context.mail_format_as_csv(build_table_format('t', [('no.such', 'x')]))",
     "intelmqmail.notification.NotificationError: table events has no column for field 'no.such'"),
    ("from intelmqmail.tableformat import build_table_format\n"
     "return context.mail_format_as_csv(build_table_format('t', [('a\"b', 'x')]))", None),
    ("return context.load_events(['id\"; DROP TABLE events; --'])", None),
    ("return context.mail_format_as_xarf('schema')", None),
])
def test_failed_group_stays_pending(site, script, smtpd, database, put, body, last_line):
    script(body)
    ids = put(n_events=2)
    result = site.run("--all")
    assert result.returncode == 3
    assert result.log[-1].message == "0 mails sent, 0 postponed, 1 errors."
    assert smtpd.mails == []
    first, second = result.errors
    if last_line is not None:
        assert first.splitlines()[-1].endswith(last_line)
    assert str(ids[0]) in second and "none of the 1 formats answers" in second
    assert database.query("SELECT count(*) FROM directives WHERE sent_id IS NULL") == [(2,)]
    assert database.query("SELECT count(*) FROM sent") == [(0,)]


@pytest.mark.parametrize("template, last_line", [
    ("S\n\n${no.such.name}", "KeyError: 'no.such.name'"),
    ("S $ x\n\nbody", "ValueError: Invalid placeholder in string: line 1, col 3"),
])
def test_bad_template(site, script, put, template, last_line):
    script("return context.mail_format_as_csv()")
    site.write_template("open_snmp", template)
    put()
    result = site.run("--all")
    assert result.errors[0].splitlines()[-1] == last_line


def test_every_bad_file_stops_the_program(site, script, smtpd, put):
    site.write_format("10-syntax.py", "def create_notifications(context:\n")
    site.write_format("11-raises.py", "1 / 0\n")
    site.write_format("12-lacks.py", "x = 1\n")
    site.write_format("13-exits.py", "import sys; sys.exit(0)\n")
    site.write_format("14-good.py", "def create_notifications(context):\n" + ANSWER)
    site.write_format("15-bad.yaml", "formats: [{name: x, nonsense: 1}]\n")
    put()
    result = site.run("--all")
    assert result.returncode == 2
    assert smtpd.mails == []
    text = "\n".join(result.errors)
    for name, reason in [("10-syntax.py", "SyntaxError"), ("11-raises.py", "ZeroDivisionError"),
                         ("12-lacks.py", "create_notifications"), ("13-exits.py", "SystemExit"),
                         ("15-bad.yaml", "nonsense")]:
        assert name in text and reason in text
    assert "14-good.py" not in text


def test_false_but_not_none_is_not_mine(site, script, smtpd, put):
    for number, value in enumerate(["0", "''", "()", "[]", "{}", "False"]):
        script(f"return {value}", f"1{number}-false.py")
    script("return context.mail_format_as_csv()", "90-last.py")
    put()
    result = site.run("--all")
    assert result.errors == [] and len(smtpd.mails) == 1


def test_sql_error_harms_its_own_group_only(site, script, smtpd, database, put):
    script("""\
        context.db_cursor.execute("SELECT 1 AS one")
        if context.directive.recipient_address.startswith("bad"):
            context.db_cursor.execute("UPDATE directives SET template_name = %s"
                                      " WHERE id = ANY(%s)",
                                      ("changed", context.directive.directive_ids))
            context.db_cursor.execute("SELECT * FROM no_such_table")
        return context.mail_format_as_csv()
        """)
    for name in ("bad1", "bad2", "good1", "good2", "good3"):
        put(f"{name}@isp.example")
    result = site.run("--all")
    assert result.returncode == 3
    assert result.log[-1].message == "3 mails sent, 0 postponed, 2 errors."
    assert sum("no_such_table" in error for error in result.errors) == 2
    assert database.query("SELECT count(*) FROM directives WHERE template_name = 'changed'"
                          " OR sent_id IS NULL AND recipient_address LIKE 'good%'") == [(0,)]


def test_caught_sql_error_harms_nothing(site, script, smtpd, database, put):
    script("""\
        try:
            context.db_cursor.execute("SELECT 1 / 0")
        except Exception as error:
            context.logger.info("caught %s %s", type(error).__name__, error.pgcode)
        return context.mail_format_as_csv()
        """)
    put()
    result = site.run("--all")
    assert result.errors == [] and len(smtpd.mails) == 1
    assert "caught ProgrammingError 22012" in [line.message for line in result.log]
    assert database.query("SELECT count(*) FROM sent") == [(1,)]


@pytest.mark.parametrize("statement", ["COMMIT", "SELECT 1; ROLLBACK"])
def test_script_cannot_end_the_transaction(site, script, smtpd, database, put, statement):
    script(f"""\
        if context.directive.recipient_address.startswith("bad"):
            context.db_cursor.execute({statement!r})
        return context.mail_format_as_csv()
        """)
    for name in ("bad1", "good1", "good2"):
        put(f"{name}@isp.example")
    result = site.run("--all")
    assert result.returncode == 3
    assert {mail.envelope_tos[0] for mail in smtpd.mails} == {"good1@isp.example",
                                                              "good2@isp.example"}
    assert database.query("SELECT count(*) FROM sent") == [(2,)]


def test_script_that_goes_on_after_it_has_ended_the_transaction(site, script, smtpd, put):
    """Told is what it has done, not what the server says of savepoints afterwards."""
    script("""\
        if context.directive.recipient_address.startswith("bad"):
            try:
                context.db_cursor.execute("SELECT 1; ROLLBACK")
            except Exception:
                context.db_cursor.execute("SELECT 1")
        return context.mail_format_as_csv()
        """)
    put("bad@isp.example")
    put("good@isp.example")
    result = site.run("--all")
    assert result.returncode == 3 and len(smtpd.mails) == 1
    (error,) = result.errors
    assert "a query of the format script has ended the transaction that holds the locks" in error
    assert "SAVEPOINT" not in result.stderr


def test_changes_of_a_script_are_committed_with_the_mail(site, script, database, put):
    script("""\
        context.db_cursor.execute("UPDATE directives SET medium = 'done' WHERE id = ANY(%s)",
                                  (context.directive.directive_ids,))
        assert context.db_cursor.rowcount == 1
        return context.mail_format_as_csv()
        """)
    put()
    assert site.run("--all").errors == []
    assert database.query("SELECT medium FROM directives") == [("done",)]


def test_print_and_log(site, script, put):
    script("""\
        import logging
        print("on stdout: für", context.directive.recipient_address)
        context.logger.info("für %s", context.directive.recipient_address)
        context.logger.debug("only with -v")
        logging.getLogger("own.name").warning("a warning")
        logging.info("from the root")
        return context.mail_format_as_csv()
        """)
    site.environment["LC_ALL"] = "C"
    put()
    result = site.run("--all")
    assert result.stdout == "on stdout: für abuse@isp.example\n"
    lines = [(line.logger, line.level, line.message) for line in result.log]
    assert ("intelmqmail.script.10-script", "INFO", "für abuse@isp.example") in lines
    assert ("own.name", "WARNING", "a warning") in lines
    assert ("root", "INFO", "from the root") in lines
    assert "only with -v" not in result.stderr
    put()
    assert "only with -v" in site.run("--all", "-v").stderr


def test_one_bad_mail_among_several(site, script, smtpd, database, put):
    script("""\
        first, = context.mail_format_as_csv()
        copy, = context.mail_format_as_csv(ticket_number=first.ticket, mark_as_sent=False)
        copy.envelope_tos = []
        return [first, copy]
        """)
    put()
    result = site.run("--all")
    assert len(smtpd.mails) == 1
    assert database.query("SELECT count(*) FROM sent") == [(1,)]
    error, = result.errors
    assert "Traceback" in error and "Error" in error.splitlines()[-1]


@pytest.mark.parametrize("line", [
    "mail.email['Bcc'] = 'a@x.example\\r\\nX: y'",
    "mail.email._headers.append(('X', 'a\\r\\nBcc: e@x.example'))",
    "mail.email['X\\r\\nBcc: e@x.example'] = 'a'",
    "mail.envelope_tos = ['a@b.example>\\r\\nRCPT TO:<e@x.example']",
    "mail.envelope_tos = []",
    "mail.email.replace_header('From', 'nobody')",
    "mail.email.replace_header('Message-Id', 'x')",
    "del mail.email['To']",
    "mail.email.replace_header('Date', 'Fri, 31 Dec 9999 23:59:59 -1200')",
])
def test_mail_that_cannot_be_sent_fails_the_group(site, script, smtpd, database, put, line):
    script(f"mail, = context.mail_format_as_csv()\n{line}\nreturn [mail]")
    put()
    result = site.run("--all")
    assert result.returncode == 3
    assert smtpd.mails == []
    assert database.query("SELECT count(*) FROM directives WHERE sent_id IS NULL") == [(1,)]


def test_own_send(site, script, smtpd, database, put):
    script("""\
        from intelmqmail.notification import EmailNotification, Notification

        class Stamped(EmailNotification):
            def send(self, send_context):
                self.email["X-Stamp"] = "1"
                super().send(send_context)

        class Elsewhere(Notification):
            def send(self, send_context):
                print("told", self.directive.recipient_address)
                send_context.mark_as_sent(self.directive.directive_ids, self.ticket, None)

        def create_notifications(context):
            if context.directive.recipient_address.startswith("elsewhere"):
                return [Elsewhere(context.directive, context.new_ticket_number())]
            mail, = context.mail_format_as_csv()
            return [Stamped(context.directive, mail.email, mail.ticket)]
        """)
    put("mail@isp.example")
    put("elsewhere@isp.example")
    result = site.run("--all")
    assert result.errors == [], result.stderr
    mail, = smtpd.mails
    assert read(mail)["X-Stamp"] == "1"
    assert result.stdout == "told elsewhere@isp.example\n"
    assert database.query("SELECT count(*) FROM directives WHERE sent_id IS NULL") == [(0,)]
    assert database.query("SELECT count(*) FROM sent") == [(2,)]


def test_dry_run_asks_scripts_and_sends_nothing(site, script, smtpd, database, put):
    script("print('asked')\nreturn context.mail_format_as_csv()")
    put()
    result = site.run("--all", "--dry-run")
    assert result.stdout == "asked\n"
    assert result.log[-1].message == "Simulation: 1 mails sent, 0 postponed, 0 errors."
    assert smtpd.mails == [] and database.query("SELECT count(*) FROM sent") == [(0,)]


def test_modules_of_the_site(site, script, smtpd, put, tmp_path):
    (tmp_path / "site_module.py").write_text("SUBJECT = 'from a module'\n")
    site.environment["PYTHONPATH"] = str(tmp_path)
    script("""\
        import json, decimal, sqlite3, ssl
        import site_module
        from intelmqmail.templates import Template
        return context.mail_format_as_csv(template=Template.from_strings(site_module.SUBJECT, "x"))
        """)
    put()
    result = site.run("--all")
    assert result.errors == [], result.stderr
    assert read(smtpd.mails[0])["Subject"] == "from a module"


def test_many_groups_several_workers(site, script, smtpd, database, put):
    site.config["workers"] = 4
    script("""\
        cache = {}
        def create_notifications(context):
            cache[context.directive.recipient_address] = context.load_events()
            return context.mail_format_as_csv()
        """)
    for number in range(60):
        put(f"abuse{number}@isp.example", 2)
    result = site.run("--all")
    assert result.errors == [], result.stderr
    assert {mail.envelope_tos[0] for mail in smtpd.mails} == {
        f"abuse{number}@isp.example" for number in range(60)}
    assert database.query("SELECT count(DISTINCT intelmq_ticket) FROM sent") == [(60,)]


def test_interpreter_only_where_a_script_exists(site, script, smtpd, put):
    site.environment["INTELMQCBMAIL_PLUGIN_DIR"] = "/nonexistent"
    site.write_format()
    put()
    assert site.run("--all").errors == [] and len(smtpd.mails) == 1
    script("return None")
    put()
    result = site.run("--all")
    assert result.returncode == 2
    assert "intelmqcbmail-python.so" in result.errors[0] and "HINT" in result.errors[0]


@pytest.mark.measures
def test_start_with_scripts_is_light(site, script, put):
    """CPU time of the whole run, less that of the same run without scripts."""
    site.write_format()
    site.run("--all")

    def cpu():
        before = os.times()
        assert site.run("--all").returncode == 0
        after = os.times()
        return (after.children_user + after.children_system
                - before.children_user - before.children_system)

    without = min(cpu() for _ in range(3))
    script("return context.mail_format_as_csv()")
    with_script = min(cpu() for _ in range(3))
    assert with_script - without < 0.15


def test_settings_of_a_session_end_with_the_group(site, script, smtpd, put):
    """SET is committed with the mail, and would hold for every later group of the worker."""
    site.config["workers"] = 1
    script("""\
        if context.directive.recipient_address.startswith("aaa"):
            (mail,) = context.mail_format_as_csv()
            context.db_cursor.execute("SET TIME ZONE 'Asia/Tokyo'; SET extra_float_digits = -6")
            return [mail]
        return context.mail_format_as_csv()
        """)
    put("aaa@isp.example")
    put("zzz@isp.example")
    result = site.run("--all")
    assert result.returncode == 0, result.stderr
    assert ["2026-11-20 03:04:05" in str(read(mail)) for mail in smtpd.mails] == [True, True]


@pytest.mark.parametrize("body", ["context.logger.error(TEXT)\nreturn context.mail_format_as_csv()",
                                  "raise ValueError(TEXT)"])
def test_event_text_in_the_log_is_tame(site, script, put, body):
    script("""\
TEXT = "\\x1b]0;title\\x07 \\u202e \\x9b \\udcff \\0\\n\\tnext line"
def create_notifications(context):
""" + textwrap.indent(body, "    "))
    put()
    result = site.run("--all")
    assert any("\\x1b]0;title\\x07 \\xe2\\x80\\xae \\xc2\\x9b \\udcff \\x00\n\tnext line" in error
               for error in result.errors), result.stderr
    assert not set("\x1b\x07\u202e\x9b\0") & set(result.stderr)


@pytest.mark.parametrize("what", ["raise KeyboardInterrupt", "raise SystemExit(4)", "import sys; sys.exit()",
                                  "raise GeneratorExit", "raise BaseException('base')"])
@pytest.mark.parametrize("where", ["decide", "send", "content"])
def test_what_ends_a_python_program_ends_one_group(site, script, smtpd, database, put, what, where):
    """Nobody pressed a key, and the program is not the script's to end."""
    places = dict.fromkeys(["decide", "send", "content"], "pass") | {where: what}
    script("""\
        from intelmqmail.notification import EmailNotification

        class Own(EmailNotification):
            def send(self, send_context):
                %(send)s
                super().send(send_context)

        class Text(str):
            def __str__(self):
                %(content)s
                return "abuse@isp.example"

        def create_notifications(context):
            mail, = context.mail_format_as_csv()
            if context.directive.recipient_address.startswith("good"):
                return [mail]
            %(decide)s
            mail.envelope_tos = [Text("abuse@isp.example")]
            return [mail, Own(context.directive, mail.email, mail.ticket, mark_as_sent=False)]
        """ % places)
    site.config["workers"] = 1
    for name in ("bad", "good1", "good2"):
        put(f"{name}@isp.example")
    result = site.run("--all")
    assert result.returncode == 3, result.stderr
    good = [mail for mail in smtpd.mails if mail.envelope_tos[0].startswith("good")]
    assert len(good) == 2
    assert what.split()[-1].split(".")[-1].split("(")[0].replace("exit", "SystemExit") in result.stderr


@pytest.mark.parametrize("what", ["raise KeyboardInterrupt", "raise SystemExit", "raise GeneratorExit"])
def test_what_ends_a_python_program_at_import(site, smtpd, put, what):
    site.write_format("10-script.py", what + "\n")
    put()
    result = site.run("--all")
    assert result.returncode == 2
    assert "10-script.py" in result.errors[0] and what.split()[-1] in result.errors[0]
    assert smtpd.mails == []


@pytest.mark.parametrize("arguments", [("--all",), ("--all", "--dry-run"), ("preview",)])
def test_site_without_formats(site, put, smtpd, arguments):
    """One error, not one a group."""
    for path in site.formats.iterdir():
        path.unlink()
    site.write_format("README.md", "digits first")
    site.write_format("example.py", "def create_notifications(context): pass\n")
    put("a@isp.example")
    put("b@isp.example")
    result = site.run(*arguments)
    assert result.returncode == 2
    (error,) = result.errors
    assert str(site.formats) in error and "HINT" in error


@pytest.mark.parametrize("statement", ["SET search_path = pg_catalog", "SET LOCAL search_path = pg_catalog",
                                       "DEALLOCATE ALL", "SELECT pg_terminate_backend(pg_backend_pid())"])
def test_statement_that_spoils_the_session_harms_one_group(site, script, smtpd, database, put, statement):
    """What the program then misses in the database is missing to this group alone."""
    script(f"""\
        if context.directive.recipient_address.startswith("bad"):
            context.db_cursor.execute({statement!r})
        return context.mail_format_as_csv()
        """)
    site.config["workers"] = 1
    for name in ("bad", "good1", "good2"):
        put(f"{name}@isp.example")
    result = site.run("--all")
    assert result.returncode in (0, 3), result.stderr
    assert {"good1@isp.example", "good2@isp.example"} <= {mail.envelope_tos[0] for mail in smtpd.mails}
    assert database.query("SELECT count(*) FROM sent") == [(len(smtpd.mails),)]


def test_run_within_a_script(site, script, put):
    script("""\
        from intelmqmail import cb
        cb.start(context.config, process_all=True, get_preview=True)
        """)
    put()
    result = site.run("--all", timeout=30)
    assert result.returncode == 3
    assert "a format script cannot start a run" in result.errors[0]

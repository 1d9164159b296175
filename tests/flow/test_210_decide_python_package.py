# SPDX-License-Identifier: AGPL-3.0-or-later
"""Package intelmqmail in a plain python3, as other programs import it: no configuration, no server."""

import os
import subprocess
import sys
from datetime import datetime, timedelta, timezone
from email.message import EmailMessage

import pytest

from support.program import BUILD, python_environment

sys.path.insert(0, str(BUILD / "python"))

from intelmqmail import _message, cb, mail, notification, script, tableformat, templates  # noqa: E402

NOW = datetime(2026, 11, 20, 3, 4, 5, 123456, timezone.utc)


def test_every_name_that_scripts_may_use():
    names = {
        "notification": "Postponed Directive ScriptContext SendContext Notification EmailNotification"
                        " NotificationError InvalidDirective InvalidTemplate parse_timestamp"
                        " FALLBACK_FORMAT_SPEC Template TableFormat create_mail clearsign read_template"
                        " load_events new_ticket_number mark_as_sent domain_from_sender",
        "tableformat": "TableFormat Column IntelMQColumn ExtraColumn build_table_formats"
                       " build_table_format build_table_column format_as_csv",
        "templates": "Template IntelMQStringTemplate full_template_filename read_template",
        "mail": "create_mail clearsign detached_signature domain_from_sender DomainNotFound"
                " mailgen_policy MailgenContentManager hash_algorithms",
        "db": "load_events new_ticket_number last_ticket_number mark_as_sent"
              " get_pending_notifications open_db_connection escape_sql_identifier"
              " PENDING_DIRECTIVES_QUERY sql_identifier_charset",
        "script": "load_scripts Script",
        "cb": "read_configuration open_db_connection start load_script_entry_points mailgen"
              " send_notifications create_notifications main APPNAME"
              " debug_level get_pending_notifications generate_notifications_interactively",
    }
    for module, attributes in names.items():
        imported = __import__("intelmqmail." + module, fromlist=["*"])
        for name in attributes.split():
            assert hasattr(imported, name), f"{module}.{name}"


def test_import_is_light():
    code = ("import sys; import intelmqmail.notification, intelmqmail.db, intelmqmail.cb;"
            "assert not {'psycopg2', 'email.message', 'decimal'} & set(sys.modules)")
    subprocess.run(["/usr/bin/python3", "-c", code], check=True,
                   env=python_environment())


def test_postponed():
    assert notification.Postponed
    assert len(notification.Postponed) == 0
    assert list(notification.Postponed) == []


def test_errors_are_a_family():
    error = notification.InvalidTemplate("x")
    assert isinstance(error, notification.InvalidDirective)
    assert isinstance(error, notification.NotificationError)
    assert error.template_name == "x" and "x" in str(error)


@pytest.mark.parametrize("text, expected", [
    ("2026-11-20T03:04:05+00:00", datetime(2026, 11, 20, 3, 4, 5, 0, timezone.utc)),
    ("2026-11-20 03:04:05.5Z", datetime(2026, 11, 20, 3, 4, 5, 500000, timezone.utc)),
    ("2026-11-20 03:04:05", datetime(2026, 11, 20, 3, 4, 5, 0, timezone.utc)),
    ("2026-11-20T04:04:05+01:00", datetime(2026, 11, 20, 3, 4, 5, 0, timezone.utc)),
])
def test_parse_timestamp(text, expected):
    assert notification.parse_timestamp(text) == expected
    assert notification.parse_timestamp(text).tzinfo is not None


def make_directive(**changes):
    values = {"recipient_address": "a@isp.example", "template_name": "t",
              "notification_format": "f", "event_data_format": "d",
              "aggregate_identifier": {"source.asn": "64496"}, "event_ids": [1],
              "directive_ids": [2], "inserted_at": NOW, "notification_interval": timedelta(0),
              "last_sent": None}
    return notification.Directive(**{**values, **changes})


def test_directive():
    directive = make_directive()
    assert directive["template_name"] == directive.get("template_name") == directive.template_name
    assert directive.get("nothing") is None
    with pytest.raises(KeyError):
        directive["nothing"]
    assert directive.get_aggregation_item("source.asn") == "64496"
    assert directive.get_aggregation_item("x") is None
    for name in directive.keys():
        assert f"{name}={directive[name]!r}" in repr(directive)
    assert make_directive(aggregate_identifier=None).aggregate_identifier == {}


class TestTables:
    def test_columns(self):
        table = tableformat.build_table_format("t", [
            ("source.ip", "ip"), ("extra.a.b", "A"), tableformat.ExtraColumn("C", "c")])
        assert table.name == "t"
        assert table.column_titles() == {"source.ip": "ip", "extra:a.b": "A", "extra:c": "C"}
        assert table.event_table_columns() == ["source.ip", "extra"]
        assert table.column_keys() == ["source.ip", "extra:a.b", "extra:c"]
        event = {"source.ip": "192.0.2.1", "extra": {"a.b": [1, "x"], "c": None}}
        row = {"source.ip": "192.0.2.1", "extra:a.b": [1, "x"], "extra:c": None}
        assert table.row_from_event(event) == row
        assert table.row_from_event({**event, "extra": '{"a.b": [1, "x"]}'}) == row
        for column in ("source.ip", "extra"):
            with pytest.raises(KeyError, match=column):
                table.row_from_event({name: value for name, value in event.items() if name != column})

    def test_formats_by_name(self):
        formats = tableformat.build_table_formats([("one", [("source.ip", "ip")]), ("two", [])])
        assert list(formats) == ["one", "two"] and formats["one"].name == "one"

    def test_column_is_abstract(self):
        with pytest.raises(NotImplementedError):
            tableformat.Column("x").value_from_event({})

    @pytest.mark.parametrize("value, text", [
        (None, ""), (True, "True"), (1.0, "1.0"), (1e20, "1e+20"), (12345678901234567890,) * 2,
        ("a\"b\r\n", 'a""b\r\n'), ("", ""), (NOW, "2026-11-20 03:04:05.123456+00:00"),
        ([1, "x", None], "[1, 'x', None]"), ({"a": 1.5}, "{'a': 1.5}"), ("a\0b", "a\0b"),
    ])
    def test_csv(self, value, text):
        table = tableformat.build_table_format("t", [("comment", 'the "title"')])
        assert tableformat.format_as_csv(table, [{"comment": value}]) == (
            f'"the ""title"""\r\n"{text}"\r\n')

    def test_time_source_has_neither_zone_nor_fraction(self):
        table = tableformat.build_table_format("t", [("time.source", "t"), ("time.observation", "o")])
        later = NOW.astimezone(timezone(timedelta(hours=5)))
        assert tableformat.format_as_csv(table, [{"time.source": later, "time.observation": NOW}]) \
            == '"t","o"\r\n"2026-11-20 03:04:05","2026-11-20 03:04:05.123456+00:00"\r\n'

    def test_default_columns(self):
        assert list(notification.FALLBACK_FORMAT_SPEC.column_titles().values()) == [
            "asn", "ip", "timestamp", "src_port", "dst_ip", "dst_port", "dst_host", "proto"]


class TestTemplates:
    def test_substitute(self):
        template = templates.Template.from_strings("S ${a.b}", "$x $$ ${y}.\n")
        assert template.substitute({"a.b": 1, "x": "$z", "y": None}) == ("S 1", "$z $ None.\n")

    def test_errors_are_those_of_string_template(self):
        with pytest.raises(KeyError) as unknown:
            templates.Template.from_strings("ok", "${no.such}").substitute({})
        assert unknown.value.args == ("no.such",)
        with pytest.raises(ValueError, match="^Invalid placeholder in string: line 2, col 3$"):
            templates.Template.from_strings("ok", "\na $ b").substitute({})

    def test_files(self, tmp_path):
        directory = tmp_path / "templates"
        directory.mkdir()
        (directory / "good").write_text("\n  Subject ö \n\n\nBody\n\n\n")
        (tmp_path / "secret").write_text("S\nB\n")
        (directory / "link").symlink_to(tmp_path / "secret")
        template = templates.read_template(str(directory), "good")
        assert template.substitute({}) == ("Subject ö", "Body\n")
        assert templates.full_template_filename(str(directory), "good") == str(directory / "good")
        for name in ("../secret", "link", str(tmp_path / "secret"), ".."):
            for function in (templates.read_template, templates.full_template_filename):
                with pytest.raises(ValueError, match="lies outside"):
                    function(str(directory), name)
        with pytest.raises(FileNotFoundError):
            templates.read_template(str(directory), "missing")
        (directory / "latin").write_bytes(b"S\n\n\xe4\n")
        with pytest.raises(UnicodeDecodeError):
            templates.read_template(str(directory), "latin")
        (directory / "below").mkdir()
        with pytest.raises(OSError):
            templates.read_template(str(directory), "below")


class TestScripts:
    def test_order_and_call(self, tmp_path):
        for name in ("20-b.py", "10-a.py", "5-no.py", "30-c.txt"):
            (tmp_path / name).write_text(
                "from __future__ import annotations\n"
                "from dataclasses import dataclass\n"
                "@dataclass\nclass X:\n    n: int\n"
                "def entry(x):\n    return (__file__, X(x).n)\n")
        scripts = script.load_scripts(str(tmp_path), "entry")
        assert [one(1) for one in scripts] == [(str(tmp_path / name), 1)
                                               for name in ("10-a.py", "20-b.py")]
        assert scripts[0].filename == str(tmp_path / "10-a.py")

    @pytest.mark.parametrize("place", ["missing", "file", "file/below", "\0", None])
    def test_directory_that_cannot_be_read(self, tmp_path, place):
        """The rules bot, which loads its rules so, must not start without any."""
        (tmp_path / "file").touch()
        with pytest.raises(ValueError):
            script.load_scripts(None if place is None else str(tmp_path / place), "entry")

    @pytest.mark.skipif(os.geteuid() == 0, reason="the superuser may read everything")
    def test_directory_that_may_not_be_read(self, tmp_path):
        (tmp_path / "closed").mkdir(mode=0)
        with pytest.raises(ValueError, match="closed"):
            script.load_scripts(str(tmp_path / "closed"), "entry")

    def test_no_script_in_it(self, tmp_path):
        assert script.load_scripts(str(tmp_path), "entry") == []

    def test_every_bad_file_is_logged(self, tmp_path, caplog):
        (tmp_path / "10-a.py").write_text("1 / 0")
        (tmp_path / "11-b.py").write_text("x = 1")
        (tmp_path / "12-c.py").write_text("def entry(x): pass")
        with pytest.raises(RuntimeError):
            script.load_scripts(str(tmp_path), "entry")
        assert len(caplog.records) == 2
        assert "10-a.py" in caplog.text and "11-b.py" in caplog.text


class TestMail:
    SENDER = "CERT Überall <noreply@cert.example>"

    def test_domain(self):
        assert mail.domain_from_sender(self.SENDER) == "cert.example"
        assert mail.domain_from_sender("a@b.example") == "b.example"
        with pytest.raises(mail.DomainNotFound):
            mail.domain_from_sender("nobody")

    def test_text_only(self):
        message = mail.create_mail(self.SENDER, "a@isp.example", "Tägliches", "Grüße\nFrom x\n", [],
                                   None)
        assert isinstance(message, EmailMessage)
        assert message.get_content_type() == "text/plain"
        assert message["Subject"] == "Tägliches" and message["To"] == "a@isp.example"
        assert message["Message-Id"].endswith("@cert.example>")
        assert message.get_content().replace("\r\n", "\n") == "Grüße\nFrom x\n"

    def test_csv_attachment(self):
        message = mail.create_mail(self.SENDER, "a@isp.example", "s", "b\n", [
            (('"ö"\r\n',), {"subtype": "csv", "filename": "events.csv"})], None)
        text, csv = message.iter_parts()
        assert message.get_content_type() == "multipart/mixed"
        assert csv.get_filename() == "events.csv" and csv.get_content_type() == "text/csv"
        assert csv.get_payload(decode=True).decode() == '"ö"\n'

    def test_any_attachment(self):
        message = mail.create_mail(self.SENDER, "a@isp.example", "s", "bö\n", [
            ((b"\x00\xff",), {"maintype": "application", "subtype": "zip", "filename": "a.zip"}),
            (("tö",), {"filename": "b.txt"})], None)
        text, binary, note = message.iter_parts()
        assert text.get_content().strip() == "bö"
        assert binary.get_content() == b"\x00\xff" and binary.get_filename() == "a.zip"
        assert note.get_content().strip() == "tö"

    def test_header_injection(self):
        for arguments in [(self.SENDER, "a@isp.example", "s\r\nBcc: e@x.example"),
                          (self.SENDER, "a@isp.example\r\nBcc: e@x.example", "s"),
                          ("a@b.example\nX: y", "a@isp.example", "s")]:
            with pytest.raises(notification.NotificationError):
                mail.create_mail(*arguments, "b", [], None)


class TestMessages:
    """What scripts do to mails that the core has composed."""

    @pytest.fixture
    def message(self):
        return mail.create_mail("a@b.example", "a@isp.example", "Süß", "x\n" * 3, [
            (('"a"\r\n',), {"subtype": "csv", "filename": "events.csv"})], None)

    def test_reading_changes_nothing(self, message):
        before = message._intelmqmail_mail.wire
        str(message["Subject"]), message.keys(), [part.get_content() for part in message.iter_parts()]
        message.as_bytes()
        assert _message.as_bytes(message) == before

    def test_headers_change_the_head_only(self, message):
        head, _, body = message._intelmqmail_mail.wire.partition(b"\r\n\r\n")
        message["X-New"] = "ä" * 50
        message.replace_header("Subject", "other")
        del message["Auto-Submitted"]
        new_head, _, new_body = _message.as_bytes(message).partition(b"\r\n\r\n")
        assert new_body == body
        kept = [line for line in head.split(b"\r\n")
                if not line.startswith((b"Subject", b"Auto-Submitted"))]
        assert [line for line in new_head.split(b"\r\n") if line in kept] == kept
        assert b"\r\nSubject: other\r\n" in b"\r\n" + new_head
        assert b"Auto-Submitted" not in new_head
        assert all(len(line) <= 78 for line in new_head.split(b"\r\n"))

    def test_changed_text_is_written_again(self, message):
        list(message.iter_parts())[0].set_content("Anderer Text: ö\n")
        wire = _message.as_bytes(message)
        assert b"Anderer Text" in wire or b"QW5kZXJlciBUZXh0" in wire
        assert all(byte < 0x80 for byte in wire)

    def test_own_message_is_seven_bit_with_crlf(self):
        message = EmailMessage()
        message["From"] = "a@b.example"
        message["To"] = "Bü <b@isp.example>"
        message.set_content("Grüße\nzweite Zeile\n")
        wire = _message.as_bytes(message)
        assert all(byte < 0x80 for byte in wire)
        assert wire.count(b"\n") == wire.count(b"\r\n")


class TestInteractive:
    """What other programs may call to be asked on the terminal."""

    @pytest.fixture
    def sent(self, monkeypatch):
        sent = []

        def send(config, directives, cur, scripts, template=None):
            sent.extend(directive.recipient_address for directive in directives)
            return len(directives), 0, 0

        monkeypatch.setattr(cb, "send_notifications", send)
        return sent

    @pytest.mark.parametrize("answers, expected", [
        (["abort", "stop", "A", "", "q"], []),
        (["c", "s", "q"], ["b"]),
        (["a"], ["a", "b", "c"]),
        (["s", "all", "a"], ["a", "b", "c"]),
        ([], []),
    ])
    def test_exactly_one_letter(self, sent, monkeypatch, answers, expected):
        left = list(answers)

        def read(question):
            if not left:
                raise EOFError
            return left.pop(0)

        monkeypatch.setattr("builtins.input", read)
        directives = [make_directive(recipient_address=name) for name in "abc"]
        cb.generate_notifications_interactively({}, None, directives, [], batch_size=1)
        assert sent == expected and left == []

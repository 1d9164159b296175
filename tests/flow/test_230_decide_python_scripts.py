# SPDX-License-Identifier: AGPL-3.0-or-later
"""Format scripts as sites write them (tests/scripts), through the program, against real servers."""

import email
import email.policy
import pathlib
import shutil

import pytest

from support.gnupg import Home, split_signed

SCRIPTS = pathlib.Path(__file__).resolve().parents[1] / "scripts"
ALL = sorted(path.name for path in SCRIPTS.glob("*.py"))


@pytest.fixture
def scripts(site):
    """use(*names): these scripts of tests/scripts are the site's only formats; none named: all."""
    site.write_template("open_snmp", "Report ${ticket_number}\n\nDear $source.asn\n${events_as_csv}")

    def use(*names):
        for path in site.formats.iterdir():
            path.unlink()
        for name in names or ALL:
            shutil.copy(SCRIPTS / name, site.formats)

    return use


@pytest.fixture
def send(site, smtpd):
    """send(): a run that must go well; the mails as messages."""

    def send(errors=()):
        result = site.run("--all")
        assert result.errors == list(errors), result.stderr
        return [email.message_from_bytes(mail.raw, policy=email.policy.default)
                for mail in smtpd.mails]

    return send


@pytest.fixture
def signing(site):
    with Home() as home:
        site.config["openpgp"] = {"gnupg_home": str(home.path), "always_sign": True,
                                  "signing_key": home.fingerprint}
        yield home


def read(mail):
    return email.message_from_bytes(mail.raw, policy=email.policy.default)


def text_of(message):
    return message.get_content().replace("\r\n", "\n")


def attachment_of(message):
    return message.get_payload()[1].get_payload(decode=True).decode()


def sent_directives(database):
    return database.query("SELECT intelmq_ticket, count(*) FROM sent JOIN directives"
                          " ON sent.id = sent_id GROUP BY 1 ORDER BY 1")


def test_table_with_default_and_special_titles(scripts, send, put, database):
    scripts()
    put(n_events=2, event_data_format="csv_Open-SNMP", extra={"system_desc": 'Router"OS'})
    message, = send()
    ticket = message["Subject"].removeprefix("Report ")
    assert text_of(message) == (
        'Dear 64496\n"asn","ip","timestamp","sysdesc"\n'
        '"64496","192.0.2.1","2026-11-20 03:04:05","Router""OS"\n'
        '"64496","192.0.2.2","2026-11-20 03:04:05","Router""OS"\n\n')
    assert message["To"] == "abuse@isp.example"
    assert message["From"] == "CERT Example <noreply@cert.example>"
    assert message["Auto-Submitted"] == "auto-generated"
    assert sent_directives(database) == [(ticket, 2)]


def test_values(scripts, send, put):
    scripts()
    put(event_data_format="csv_values", fields={"source.geolocation.latitude": 48.2,
                                                "source.tor_node": True},
        extra={"list": [1, "ü", None, {"a": 1.5}], "big": 12345678901234567890})
    put("two@isp.example", event_data_format="csv_values",
        fields={"source.geolocation.latitude": 50})
    one, two = sorted(send(), key=lambda message: message["To"])
    assert ('"48.2","True","2026-11-20 03:04:05","[1, \'ü\', None, {\'a\': 1.5}]",'
            '"12345678901234567890",""') in text_of(one)
    assert '"50.0","","2026-11-20 03:04:05","","",""' in text_of(two)


def test_attachment(scripts, send, put):
    scripts()
    put(event_data_format="csv_attached", fields={"source.port": 161})
    message, = send()
    assert message.get_content_type() == "multipart/mixed"
    text, csv = message.iter_parts()
    assert text_of(text) == "Dear 64496\n\n"
    assert csv.get_content_type() == "text/csv" and csv.get_filename() == "events.csv"
    assert attachment_of(message) == '"asn","ip","src_port"\r\n"64496","192.0.2.1","161"\r\n'


def test_substitutions_of_an_early_script(site, scripts, send, put):
    scripts()
    site.write_template("wordy", "S ${ticket_number}\n\n${asn_or_cidr} ${cert_number}"
                        " ${data_format}\n${signature_de}")
    put(template_name="wordy", event_data_format="csv_Open-SNMP")
    message, = send()
    assert text_of(message) == ("about AS 64496 42 csv_Open-SNMP\n"
                                "Mit freundlichen Grüßen\ndas CERT\n")


def test_copies_by_recipient_group(scripts, send, put, smtpd, database):
    scripts()
    put(event_data_format="csv_Open-SNMP",
        aggregate_identifier={"source.asn": 64496, "recipient_group": "Energy"})
    first, copy = send()
    assert [mail.envelope_tos for mail in smtpd.mails] == [
        ["abuse@isp.example"], ["energy@cert.example", "energy-backup@cert.example"]]
    assert first["Subject"] == copy["Subject"] and first["To"] == copy["To"] == "abuse@isp.example"
    assert first["Message-Id"] != copy["Message-Id"]
    assert first.get_content_type() == "text/plain" and copy.get_content_type() == "multipart/mixed"
    assert '"192.0.2.1"' in attachment_of(copy)
    ticket = first["Subject"].removeprefix("Report ")
    assert sent_directives(database) == [(ticket, 1)]


def test_postponed_while_young(site, scripts, put, database, smtpd):
    scripts()
    put(notification_format="patient")
    result = site.run("--all")
    assert result.log[-1].message == "0 mails sent, 1 postponed, 0 errors."
    database.query("UPDATE directives SET inserted_at = now() - interval '16 minutes'")
    assert site.run("--all").log[-1].message == "1 mails sent, 0 postponed, 0 errors."
    put(notification_format="patient", notification_interval=3600)
    database.query("UPDATE directives SET inserted_at = now() - interval '16 minutes'"
                   " WHERE sent_id IS NULL")
    result = site.run("--all")
    assert result.log[-1].message == "0 mails sent, 1 postponed, 0 errors."
    assert [line.message for line in result.log if line.logger == "intelmqmail.script.20-patience"] \
        == ["interval not exceeded"]


@pytest.mark.parametrize("observed, mails", [("now() - interval '1 hour'", 0),
                                             ("now() - interval '3 hours'", 1)])
def test_age_of_observation(site, scripts, put, database, smtpd, observed, mails):
    scripts()
    time = database.query(f"SELECT to_char({observed}, 'YYYY-MM-DD\"T\"HH24:MI:SS+00:00')")[0][0]
    put(notification_format="patient",
        aggregate_identifier={"source.asn": 1, "time.observation": time})
    database.query("UPDATE directives SET inserted_at = now() - interval '16 minutes'")
    site.run("--all")
    assert len(smtpd.mails) == mails


def test_own_columns(scripts, send, put):
    scripts()
    put(n_events=2, notification_format="own_column", extra={"system_desc": "x"},
        fields={"source.geolocation.latitude": 50})
    message, = send()
    assert text_of(message).splitlines()[1:3] == [
        '"no","endpoint","asn","time","description","latitude"',
        '"1","[192.0.2.1] ""64496""","64496","2026-11-20 03:04:05","x","50.0"']


def test_mails_by_hand(scripts, send, put, smtpd, database):
    scripts()
    put(notification_format="by_hand")
    first, second = send()
    assert [mail.envelope_tos for mail in smtpd.mails] == [["abuse@isp.example"],
                                                           ["desk@cert.example"]]
    assert first["Subject"].startswith("Überblick ")
    assert first["Message-Id"].endswith("@cert.example>") and first["Date"] is not None
    text, blob = first.iter_parts()
    assert text_of(text) == "Grüße\n192.0.2.1\n" and blob.get_content() == b"\x00\x01binary"
    assert second["X-Second"] == "yes"
    assert [part.get_content_type() for part in second.iter_parts()] == [
        "text/plain", "text/plain", "application/pdf"]
    assert all(byte < 0x80 for mail in smtpd.mails for byte in mail.raw)
    assert sent_directives(database) == [(first["Subject"].removeprefix("Überblick "), 1)]


def test_headers_on_a_composed_mail(scripts, send, put):
    scripts()
    put(notification_format="headers")
    message, = send()
    assert message["Subject"].startswith("[CERT] Report ")
    assert message["X-Ticket"] == message["Subject"].removeprefix("[CERT] Report ")
    assert message["Reply-To"] == "Hotline für Fälle <hotline@cert.example>"
    assert "192.0.2.1" in attachment_of(message)


def test_database_queries(site, scripts, send, put):
    scripts()
    site.write_template("counts", "S ${ticket_number}\n\n${addresses} (${n_events})")
    put(n_events=2, notification_format="database", template_name="counts")
    message, = send()
    assert text_of(message) == "192.0.2.1, 192.0.2.2 (2)\n"


def test_fallback_with_own_template(scripts, send, put):
    scripts()
    put(notification_format="unheard of", fields={"source.port": 53, "protocol.transport": "udp"},
        aggregate_identifier={})
    message, = send()
    assert message["Subject"].startswith("Fallback report ")
    assert text_of(message) == (
        "For no AS (no group), costs $0\n\n"
        '"asn","ip","timestamp","src_port","dst_ip","dst_port","dst_host","proto"\n'
        '"64496","192.0.2.1","2026-11-20 03:04:05","53","","","","udp"\n\n')


@pytest.mark.parametrize("notification_format", ["shadowserver", "by_hand", "headers", "clearsigned"])
def test_signed(scripts, send, put, smtpd, signing, notification_format):
    scripts()
    put(notification_format=notification_format, event_data_format="csv_Open-SNMP")
    messages = send()
    for mail, message in zip(smtpd.mails, messages):
        if notification_format == "clearsigned":
            text = mail.raw.partition(b"\r\n\r\n")[2]
            text = message.get_payload(decode=True)
            done = signing.run("--verify", stdin=text)
            assert done.returncode == 0, done.stderr
            assert message.get_content_type() == "text/plain"
        elif message["Subject"].startswith("Überblick"):
            continue  # the script's own mail is sent as the script made it
        else:
            verification = signing.verify(mail.raw)
            assert verification.good, verification.report
            inner = b"text/plain" if notification_format == "shadowserver" else b"multipart/mixed"
            assert split_signed(mail.raw).content.startswith(b"Content-Type: " + inner)
    if notification_format == "headers":
        assert messages[0]["X-Ticket"]


YAML = """
formats:
  - name: twin
    match: {notification_format: twin}
    data: %s
    tables:
      csv_twin:
        - source.asn: asn
        - source.ip: ip
        - time.source: timestamp
        - time.observation: seen
        - extra.list: list
        - source.geolocation.latitude: latitude
        - source.tor_node: tor
"""
TWIN = """
from intelmqmail.tableformat import build_table_format
table = build_table_format("twin", [
    ("source.asn", "asn"), ("source.ip", "ip"), ("time.source", "timestamp"),
    ("time.observation", "seen"), ("extra.list", "list"),
    ("source.geolocation.latitude", "latitude"), ("source.tor_node", "tor")])
def create_notifications(context):
    if (context.directive.notification_format == "twin"
            and context.directive.event_data_format == "csv_twin"):
        return context.mail_format_as_csv(table, attach_event_data=%s)
"""
# The same once more, by way of Python values instead of the core's cells.
SLOW_TWIN = TWIN.replace("def create", """
class Slow(type(table)):
    def row_from_event(self, event):
        return dict(super().row_from_event(event))
table = Slow("twin", table.columns)
def create""")


@pytest.mark.parametrize("attach", [False, True])
def test_python_and_yaml_give_the_same_mail(site, smtpd, put, database, attach):
    for name in site.formats.iterdir():
        name.unlink()
    site.write_template("open_snmp", "Ünified ${ticket_number}\n\n$$ ${source.asn}\n${events_as_csv}")
    raws = []
    for name, text in [("10-a.yaml", YAML % ("attachment" if attach else "inline")),
                       ("10-a.py", TWIN % attach), ("10-a.py", SLOW_TWIN % attach)]:
        site.write_format(name, text)
        put(n_events=2, notification_format="twin", event_data_format="csv_twin",
            fields={"source.geolocation.latitude": 48.2, "source.tor_node": False,
                    "time.observation": "2026-11-20 03:04:05.120+00"},
            extra={"list": ["ü'\"", 1e300, None, True, {"k": []}]})
        result = site.run("--all")
        assert result.errors == [], result.stderr
        (site.formats / name).unlink()
        raw = smtpd.mails.pop().raw
        message = email.message_from_bytes(raw)
        ticket = str(email.header.make_header(email.header.decode_header(message["Subject"])))[-17:]
        boundary = message.get_boundary() or "no boundary"
        for text in (ticket, message["Message-Id"], message["Date"], boundary):
            raw = raw.replace(text.encode(), b"")
        raws.append(raw)
    assert raws[0] == raws[1] == raws[2]


def test_python_and_yaml_in_one_order(site, smtpd, put):
    for name in site.formats.iterdir():
        name.unlink()
    answer = ("def create_notifications(context):\n"
              "    from intelmqmail.templates import Template\n"
              "    if context.directive.event_data_format in %r:\n"
              "        return context.mail_format_as_csv(template=Template.from_strings(%r, 'x'))\n")
    declare = "formats: [{name: y, match: {event_data_format: %s}, subject: %s, body: x}]\n"
    site.write_format("10-a.py", answer % (["a"], "10"))
    site.write_format("20-b.yaml", declare % ("[a, b]", "twenty"))
    site.write_format("30-c.py", answer % (["a", "b", "c"], "30"))
    site.write_format("40-d.yml", declare % ("[a, b, c, d]", "forty"))
    for letter in "abcd":
        put(f"{letter}@isp.example", event_data_format=letter)
    result = site.run("--all")
    assert result.errors == [], result.stderr
    subjects = {mail.envelope_tos[0][0]: email.message_from_bytes(mail.raw)["Subject"]
                for mail in smtpd.mails}
    assert subjects == {"a": "10", "b": "twenty", "c": "30", "d": "forty"}


ENDLESS = """
from intelmqmail.tableformat import build_table_format
table = build_table_format("endless", [
    ("time.source", "source"), ("time.observation", "seen"), ("local", "local"), ("day", "day")])
class Slow(type(table)):
    def row_from_event(self, event):
        return dict(super().row_from_event(event))
tables = {"fast": table, "slow": Slow("endless", table.columns)}
def create_notifications(context):
    event, = context.load_events(["time.source", "time.observation", "local", "day"])
    context.logger.info("%r", [event[name] for name in sorted(event) if name != "id"])
    return context.mail_format_as_csv(tables[context.directive.event_data_format])
"""


@pytest.mark.parametrize("way", ["slow", "fast"])
def test_times_that_never_come_are_as_psycopg2_has_them(site, smtpd, put, database, way):
    """What psycopg2 2.9 makes of PostgreSQL's infinities, in columns of the site's own too."""
    database.query('ALTER TABLE events ADD "local" timestamp, ADD "day" date')
    site.write_format("10-endless.py", ENDLESS)
    for sign in ("", "-"):
        put(f"a{len(sign)}@isp.example", event_data_format=way, fields=dict.fromkeys(
            ["time.source", "time.observation", "local", "day"], sign + "infinity"))
    result = site.run("--all")
    assert result.errors == [], result.stderr
    rows = {mail.envelope_tos[0][1]: text_of(read(mail)).splitlines()[3] for mail in smtpd.mails}
    assert rows == {
        "0": '"9999-12-31 23:59:59","9999-12-31 23:59:59.999999+00:00",'
             '"9999-12-31 23:59:59.999999","9999-12-31"',
        "1": '"0001-01-01 00:00:00","0001-01-01 00:00:00+00:00","0001-01-01 00:00:00","0001-01-01"'}
    utc = "tzinfo=datetime.timezone.utc)"
    shown = {line.message for line in result.log if line.logger == "intelmqmail.script.10-endless"}
    assert shown == {
        "[datetime.date(9999, 12, 31), datetime.datetime(9999, 12, 31, 23, 59, 59, 999999), "
        + ", ".join([f"datetime.datetime(9999, 12, 31, 23, 59, 59, 999999, {utc}"] * 2) + "]",
        "[datetime.date(1, 1, 1), datetime.datetime(1, 1, 1, 0, 0), "
        + ", ".join([f"datetime.datetime(1, 1, 1, 0, 0, {utc}"] * 2) + "]"}


@pytest.mark.parametrize("time, shown", [
    ("infinity", "datetime.datetime(9999, 12, 31, 23, 59, 59, 999999, tzinfo=datetime.timezone.utc)"),
    ("-infinity", "datetime.datetime(1, 1, 1, 0, 0, tzinfo=datetime.timezone.utc)"),
])
def test_directive_of_a_time_that_never_comes(site, put, database, time, shown):
    site.write_format("10-endless.py", "def create_notifications(context):\n"
                      "    context.logger.info('%r', context.directive.inserted_at)\n"
                      "    context.age_of_newest_directive()\n")
    put()
    database.query(f"UPDATE directives SET inserted_at = '{time}'")
    result = site.run("--all")
    assert result.returncode == 0, result.stderr
    assert shown in result.messages("INFO")


SECOND_MAIL = {
    "the same message": "EmailNotification(context.directive, mail.email, mail.ticket, COPY, mark_as_sent=False)",
    "a copy of the message": "EmailNotification(context.directive, copy.copy(mail.email), mail.ticket, COPY,"
                             " mark_as_sent=False)",
    "a deep copy": "EmailNotification(context.directive, copy.deepcopy(mail.email), mail.ticket, COPY,"
                   " mark_as_sent=False)",
    "a copy of the notification": "changed(copy.copy(mail))",
    "a deep copy of the notification": "changed(copy.deepcopy(mail))",
}


@pytest.mark.parametrize("second", SECOND_MAIL.values(), ids=SECOND_MAIL)
@pytest.mark.parametrize("looked_at", [False, True])
@pytest.mark.parametrize("is_signed", [False, True])
def test_one_message_for_two_mails(request, site, send, smtpd, put, database, second, looked_at,
                                   is_signed):
    """Two mails in the end, which the recipients' servers must not take for one."""
    home = request.getfixturevalue("signing") if is_signed else None
    site.write_format("10-twice.py", f"""\
import copy
from intelmqmail.notification import EmailNotification
COPY = ["copy@cert.example"]
def changed(notification):
    notification.envelope_tos, notification.mark_as_sent = COPY, False
    return notification
def create_notifications(context):
    mail, = context.mail_format_as_csv()
    if {looked_at}:
        mail.email["X-Looked-At"] = "yes"
    return [mail, {second}]
""")
    put()
    first, copied = send()
    assert [mail.envelope_tos[0] for mail in smtpd.mails] == ["abuse@isp.example", "copy@cert.example"]
    assert first["Message-Id"] != copied["Message-Id"]
    assert copied["Message-Id"].startswith("<") and copied["Message-Id"].endswith("@cert.example>")
    for name in set(first.keys()) - {"Message-Id", "Content-Type", "Date"}:
        assert first[name] == copied[name]
    assert home is None or all(home.verify(mail.raw).good for mail in smtpd.mails)
    assert database.query("SELECT count(*) FROM sent") == [(1,)]
    assert database.query("SELECT count(*) FROM delivery_intents") == [(0,)]


OLD_MESSAGE = """\
from email.mime.application import MIMEApplication
from email.mime.multipart import MIMEMultipart
from email.mime.text import MIMEText
from intelmqmail.notification import EmailNotification
def create_notifications(context):
    ticket = context.new_ticket_number()
    text = MIMEText("Grüße\\n")
    mail = MIMEMultipart() if %r else text
    if mail is not text:
        mail.attach(text)
        mail.attach(MIMEApplication(b"\\0\\xff"))
    mail["Subject"] = "Überblick " + ticket
    mail["From"] = "noreply@cert.example"
    mail["To"] = context.directive.recipient_address
    mail["Date"] = "Fri, 20 Nov 2026 04:04:05 +0100"
    return [EmailNotification(context.directive, mail, ticket)]
"""


@pytest.mark.parametrize("has_parts", [False, True])
def test_message_of_the_older_kind(site, send, smtpd, put, database, has_parts):
    """From email.mime, with the policy that such messages have."""
    site.write_format("10-old.py", OLD_MESSAGE % has_parts)
    put()
    message, = send()
    text = next(message.iter_parts()) if has_parts else message
    assert text_of(text) == "Grüße\n"
    ticket = message["Subject"].removeprefix("Überblick ")
    assert sent_directives(database) == [(ticket, 1)]
    assert message["Message-Id"].endswith("@cert.example>")
    assert message["Auto-Submitted"] == "auto-generated" and len(message.get_all("MIME-Version")) == 1
    assert message["Date"].datetime.timestamp() == 1795143845
    assert database.query("SELECT sent_at = '2026-11-20 03:04:05+00' FROM sent") == [(True,)]
    assert all(byte < 0x80 for byte in smtpd.mails[0].raw)
    assert b"\n" not in smtpd.mails[0].raw.replace(b"\r\n", b"")

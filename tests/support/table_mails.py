# SPDX-License-Identifier: AGPL-3.0-or-later
"""Mails that carry a table, in whatever form: the formats that make them, and what arrives."""

import csv
import email
import email.policy
import io
import time
import zipfile

from support.postgres import SUPERUSER
from support.smtpd import CLOSE

FORMAT = """
formats:
  - match: {{}}
    columns: [source.asn, source.ip, event_description.text]
    subject: "${{ticket_number}} ${{n_events}} ${{data_form}} ${{attachment_name}}"
    body: "${{hint}} part ${{part}} of ${{n_parts}}\\n${{events_as_csv}}"
    substitutions:
      hint:
        - when: {{data_form: zip}}
          text: "unpack it"
        - when: {{n_parts: "1", data_form: inline}}
          text: "below"
        - text: "attached"
    {keys}
"""
TOO_BIG = "552 5.3.4 Message size exceeds fixed limit"
HEADER = ["asn", "ip", "event_description.text"]


def write(site, **keys):
    lines = "\n    ".join(f"{key}: {value}" for key, value in keys.items())
    site.write_format(text="titles: {source.asn: asn, source.ip: ip}\n" + FORMAT.format(keys=lines))


def by_size(site, copies=None, **limits):
    limits = {"inline_rows": 3, "attachment_size": "4KiB", "zip": "true", "mail_size": 20000} | limits
    inner = ", ".join(f"{key}: {value}" for key, value in limits.items())
    more = {} if copies is None else {"copies": copies}
    write(site, data="by_size", by_size=f"{{{inner}}}", **more)


SCRIPT = """\
from intelmqmail.tableformat import build_table_format

TABLE = build_table_format("t", [("source.asn", "asn"), ("source.ip", "ip"),
                                 ("event_description.text", "event_description.text")])


def create_notifications(context):
    return context.mail_format_as_csv(TABLE, data="by_size", by_size={limits!r})
"""


def by_size_of_script(site, **limits):
    """The same, from a format script."""
    site.write_template("open_snmp", "${ticket_number}\n\n${events_as_csv}\n")
    site.write_format("10-script.py", SCRIPT.format(limits=limits))


def run(site, status=0):
    result = site.run("--all")
    assert result.returncode == status, result.stderr
    return result


def run_without_answer(site, smtpd, nth):
    """A run of which the nth mail is accepted, and its answer lost. How many mails were sent."""
    seen = []

    def after_dot(session, mail):
        seen.append(mail)
        return CLOSE if len(seen) == nth else None

    smtpd.script(after_dot=after_dot)
    run(site, status=3)
    smtpd.script(after_dot=None)
    return len(smtpd.mails)


def refuse_announced(session, limit):
    """The answer to MAIL FROM of a server that takes no more, whatever it announces."""
    sizes = [int(word[5:]) for word in session.mail_parameters if word.startswith("SIZE=")]
    return TOO_BIG if sizes and sizes[0] > limit else None


def messages(smtpd):
    return [email.message_from_bytes(mail.raw, policy=email.policy.default)
            for mail in smtpd.mails if mail.accepted]  # fmt: skip


def attachment(message):
    [part] = message.iter_attachments()
    return part


def unpack(message):
    """The CSV that a mail carries, in whatever form."""
    if not message.is_multipart():
        return message.get_content().partition("\n")[2]
    part = attachment(message)
    data = part.get_payload(decode=True)
    if part.get_content_type() == "application/zip":
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            assert archive.testzip() is None
            [entry] = archive.infolist()
            assert entry.filename + ".zip" == part.get_filename()
            data = archive.read(entry)
    return data.decode()


def rows(message):
    read = list(csv.reader(io.StringIO(unpack(message), newline="")))
    assert read[0] == HEADER
    return [row for row in read[1:] if row]


def noise(number, length=300):
    """What cannot be compressed."""
    digits = "".join(format((number * 7919 + i) ** 5 % 999983, "x") for i in range(length // 4))
    return digits[:length]


def put_rows(put, n_events, text=lambda number: "x", **attributes):
    return [put(fields={"event_description.text": text(number)}, **attributes)[0] for number in range(n_events)]


FILL = """
ALTER TABLE events DISABLE TRIGGER USER;
INSERT INTO events (id, "source.asn", "source.ip", "event_description.text")
    SELECT i, 64496, '192.0.2.1', repeat(md5(i::text) || ' ', %(width)s) || i::text FROM generate_series(1, %(n)s) AS i;
INSERT INTO directives (events_id, medium, recipient_address, template_name, notification_format, event_data_format,
                        aggregate_identifier, notification_interval, endpoint)
    SELECT i, 'email', 'abuse@isp.example', 'open_snmp', 'shadowserver', 'csv', '{}', '0', 'source'
    FROM generate_series(1, %(n)s) AS i;
ANALYZE;
"""


def fill(database, n_events, width=1):
    """So many events of one group, each of `width` times 33 characters, without the trigger, which takes its time."""
    with database.connect(SUPERUSER) as connection, connection.cursor() as cursor:
        cursor.execute(FILL, {"n": n_events, "width": width})


def most_memory(process):
    """Megabytes that the running program ever had; waits for its end."""
    most = 0
    while process.poll() is None:
        try:
            with open(f"/proc/{process.pid}/status", encoding="ascii") as status:
                most = max([most, *(int(line.split()[1]) / 1024 for line in status if line.startswith("VmHWM"))])
        except (FileNotFoundError, ProcessLookupError):
            break
        time.sleep(0.01)
    return most


def judge(database, smtpd, texts):
    """The promise (doc/ARCHITECTURE.md, Never twice, never lost), where events go out in several mails: what must hold
    whatever died, once a last run has ended in peace. The distinct mails in their order."""
    by_id = {}
    for message in messages(smtpd):
        by_id.setdefault(message["Message-Id"], []).append(message)
    for same in by_id.values():
        for name in ("Subject", "Date", "In-Reply-To", "References"):
            assert len({message[name] for message in same}) == 1
        files = {(attachment(message).get_filename(), attachment(message).get_payload(decode=True))
                 for message in same if message.is_multipart()}  # fmt: skip
        assert len(files) <= 1
    mails = [same[0] for same in by_id.values()]
    ticket_of = {row[2]: mail["Subject"].split()[0] for mail in mails for row in rows(mail)}
    assert sorted(row[2] for mail in mails for row in rows(mail)) == sorted(texts)
    recorded = database.query(
        'SELECT "event_description.text", intelmq_ticket FROM events JOIN directives ON events_id = events.id'
        " LEFT JOIN sent ON sent.id = sent_id")  # fmt: skip
    assert dict(recorded) == ticket_of
    assert database.query("SELECT count(*) FROM delivery_intents") == [(0,)]
    return mails

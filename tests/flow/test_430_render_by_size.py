# SPDX-License-Identifier: AGPL-3.0-or-later
"""Mails that fit: the form in which the events go out, and in how many parts, by what comes out."""

import csv
import email
import email.policy
import io
import re
import zipfile

import pytest

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
HEADER = ["asn", "ip", "event_description.text"]


def write(site, **keys):
    lines = "\n    ".join(f"{key}: {value}" for key, value in keys.items())
    site.write_format(text="titles: {source.asn: asn, source.ip: ip}\n" + FORMAT.format(keys=lines))


def by_size(site, **limits):
    limits = {"inline_rows": 3, "attachment_size": "4KiB", "zip": "true", "mail_size": 20000} | limits
    inner = ", ".join(f"{key}: {value}" for key, value in limits.items())
    write(site, data="by_size", by_size=f"{{{inner}}}")


def run(site, status=0):
    result = site.run("--all")
    assert result.returncode == status, result.stderr
    return result


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


def put_rows(put, n_events, text=lambda number: "x"):
    return [put(fields={"event_description.text": text(number)})[0] for number in range(n_events)]


@pytest.mark.parametrize(
    "n_events, limits, form, name, hint",
    [
        (3, {}, "inline", "", "below"),
        (4, {}, "attachment", "events.csv", "attached"),
        (1, {"inline_rows": 0}, "attachment", "events.csv", "attached"),
        (40, {"attachment_size": 1000}, "zip", "events.csv.zip", "unpack it"),
    ],
)
def test_form_follows_from_what_comes_out(site, smtpd, put, n_events, limits, form, name, hint):
    put_rows(put, n_events)
    by_size(site, **limits)
    run(site)
    [message] = messages(smtpd)
    assert message["Subject"].split(" ", 1)[1].strip() == f"{n_events} {form} {name}".strip()
    body = message.get_body().get_content() if message.is_multipart() else message.get_content()
    assert body.startswith(f"{hint} part 1 of 1")
    assert len(rows(message)) == n_events


def test_zip_by_itself(site, smtpd, put):
    put_rows(put, 2, text=lambda number: "ü")
    write(site, data="zip", attachment_name="'tabelle ü.csv'", bom="true")
    run(site)
    [message] = messages(smtpd)
    part = attachment(message)
    assert part.get_content_type() == "application/zip"
    assert part.get_filename() == part["Content-Type"].params["name"] == "tabelle ü.csv.zip"
    with zipfile.ZipFile(io.BytesIO(part.get_payload(decode=True))) as archive:
        [entry] = archive.infolist()
        assert entry.filename == "tabelle ü.csv"
        assert entry.compress_type == zipfile.ZIP_DEFLATED
        assert not entry.flag_bits & 0x9  # neither encrypted nor sizes behind the data
        date = message["Date"].datetime
        assert entry.date_time == (*date.timetuple()[:5], date.second // 2 * 2)
        assert archive.read(entry).startswith(b"\xef\xbb\xbf\"asn\"")


def test_data_by_recipient(site, smtpd, put):
    put("a@isp.example")
    put("b@other.example")
    write(site, data="[{when: {recipient_address: '*@isp.example'}, data: zip}, {data: attachment}]")
    run(site)
    forms = {message["To"]: attachment(message).get_content_type() for message in messages(smtpd)}
    assert forms == {"a@isp.example": "application/zip", "b@other.example": "text/csv"}


def test_parts_with_one_ticket(site, smtpd, put, database):
    put_rows(put, 130, text=noise)
    by_size(site)
    run(site)
    parts = messages(smtpd)
    n_parts = len(parts)
    assert n_parts > 1
    assert len({part["Subject"].split()[0] for part in parts}) == 1
    assert len({part["Message-Id"] for part in parts}) == n_parts
    for number, part in enumerate(parts, 1):
        assert part["Subject"].endswith(f" ({number}/{n_parts})")
        assert attachment(part).get_filename() == f"events-{number}of{n_parts}.csv.zip"
        assert f"part {number} of {n_parts}" in part.get_body().get_content()
        assert part["In-Reply-To"] == part["References"] == (parts[0]["Message-Id"] if number > 1 else None)
    assert all(len(mail.raw) <= 20000 for mail in smtpd.mails)
    together = [row for part in parts for row in rows(part)]
    assert together == [["64496", "192.0.2.1", noise(number)] for number in range(130)]
    [(ticket, marked)] = database.query("SELECT intelmq_ticket, count(*) FROM sent JOIN directives ON sent_id = sent.id"
                                        " GROUP BY 1")  # fmt: skip
    assert (ticket, marked) == (parts[0]["Subject"].split()[0], 130)
    assert database.query("SELECT count(*) FROM directives WHERE sent_id IS NULL") == [(0,)]
    assert database.query("SELECT count(*) FROM delivery_intents") == [(0,)]
    assert re.search(rf"{n_parts} mails sent", run(site).stderr) is None

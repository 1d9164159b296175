# SPDX-License-Identifier: AGPL-3.0-or-later
"""Mails that fit: the form in which the events go out, and in how many parts, by what comes out."""

import io
import json
import re
import zipfile

import pytest

from support.gnupg import Home
from support.table_mails import attachment, by_size, fill, messages, most_memory, noise, put_rows, rows, run, write


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


def test_copies_are_divided_the_same_way(site, smtpd, put):
    put_rows(put, 130, text=noise)
    by_size(site, copies="[{envelope_to: one@cert.example}, {envelope_to: two@cert.example, data: attachment}]")
    run(site)
    by_recipient = {}
    for mail, message in zip(smtpd.mails, messages(smtpd), strict=True):
        by_recipient.setdefault(mail.envelope_tos[0], []).append(message)
    own, one, two = (by_recipient[to] for to in ("abuse@isp.example", "one@cert.example", "two@cert.example"))
    assert len(own) == len(one) == len(two) > 1
    for mails in (own, one, two):
        assert [row[2] for mail in mails for row in rows(mail)] == [noise(number) for number in range(130)]
        assert {mail["In-Reply-To"] for mail in mails[1:]} == {mails[0]["Message-Id"]}
    assert {attachment(mail).get_content_type() for mail in two} == {"text/csv"}
    assert all(len(mail.raw) <= 20000 for mail in smtpd.mails)


def test_limits_count_each_part(site, smtpd, put, database):
    put_rows(put, 130, text=noise)
    by_size(site)
    site.config["safety"] = {"max_mails_per_recipient": 1}
    result = run(site, status=1)
    assert "max_mails_per_recipient" in result.stderr
    assert smtpd.mails == []
    assert database.query("SELECT count(*) FROM directives WHERE sent_id IS NULL") == [(130,)]


def test_preview_shows_form_and_parts(site, smtpd, put):
    put_rows(put, 130, text=noise)
    put("small@isp.example")
    by_size(site)
    told = json.loads(site.run("preview", "--json").stdout)["mails"]
    small = [mail for mail in told if mail["recipient"] == "small@isp.example"]
    parts = [mail for mail in told if mail["recipient"] != "small@isp.example"]
    assert [(mail["data_form"], mail["part"], mail["n_parts"]) for mail in small] == [("inline", 1, 1)]
    assert [mail["part"] for mail in parts] == list(range(1, len(parts) + 1)) and len(parts) > 1
    assert {(mail["data_form"], mail["n_parts"]) for mail in parts} == {("zip", len(parts))}
    assert all(10000 < mail["size"] <= 20000 for mail in parts[:-1])
    assert {mail["size_limit"] for mail in told} == {20000}
    assert sum(mail["n_events"] for mail in parts) == 130
    lines = site.run("preview").stdout
    assert f" zip 2/{len(parts)} " in lines and " inline " in lines
    assert "\nForms and parts keep to the limits of format and configuration; the mail server may announce less" in lines
    assert "without the signatures" not in lines
    shown = site.run("preview", "--show", "1").stdout
    assert re.search(rf"^Form: zip 1/{len(parts)}, 1[0-9.]+ kB of at most 20.0 kB$", shown, re.MULTILINE), shown
    assert smtpd.mails == []


@pytest.mark.parametrize("algorithm", ["ed25519", "rsa4096"])
def test_signed_parts_fit_with_their_signatures(site, smtpd, put, algorithm):
    """As many events in each as fit: one more, in the encoding that they have, and it would be too large."""
    put_rows(put, 130, text=noise)
    by_size(site, zip="false", attachment_size="1MiB")
    with Home(key=None) as home:
        home.make_key(algorithm)
        site.config["openpgp"] = {"gnupg_home": str(home.path), "always_sign": True, "signing_key": home.fingerprint}
        told = site.run("preview", "--json")
        previewed = json.loads(told.stdout)["mails"]
        assert "without the signatures, for which room is kept" in site.run("preview").stdout
        run(site)
        assert all(home.verify(mail.raw).good for mail in smtpd.mails)
    sizes = [len(mail.raw) for mail in smtpd.mails]
    assert len(sizes) > 1 and all(19500 < size <= 20000 for size in sizes[:-1]), sizes
    assert 0 <= len(previewed) - len(sizes) <= 1  # for a key of whatever length
    assert all(18000 < mail["size"] < 20000 - 1000 for mail in previewed[:-1])


def test_dry_run(site, smtpd, put, database):
    put_rows(put, 130, text=noise)
    by_size(site)
    result = site.run("--all", "--dry-run")
    assert result.returncode == 0, result.stderr
    assert "Simulation: 2 mails sent, 0 postponed, 0 errors." in result.stderr
    assert smtpd.mails == []
    assert database.query("SELECT count(*) FROM sent") == [(0,)]


@pytest.mark.measures
def test_memory_of_a_large_group(site, smtpd, database):
    """Events are loaded in pieces, and no part is made before the one before it is through (a million of them:
    tests/crash/test_million_events.py)."""
    fill(database, 100000)
    by_size(site, mail_size="1MiB", attachment_size="1MiB")
    process = site.start("--all")
    most = most_memory(process)
    result = site.finish(process)
    assert result.returncode == 0, result.stderr
    sizes = [len(mail.raw) for mail in smtpd.mails]
    assert len(sizes) > 2 and max(sizes) <= 1 << 20
    assert min(sizes[:-1]) > 1000000, "as few parts as may be"
    assert database.query("SELECT count(*), count(DISTINCT sent_id) FROM directives") == [(100000, 1)]
    assert most < 64, f"{most:.0f} MB"

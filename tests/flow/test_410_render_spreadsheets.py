# SPDX-License-Identifier: AGPL-3.0-or-later
"""What a format says about the table for those who open it in a spreadsheet, and what templates can say about the table."""

import csv
import email
import email.policy
import io

import pytest

FORMAT = """
formats:
  - match: {{}}
    columns: [source.asn, event_description.text]
    subject: "${{n_events}} ${{part}} ${{n_parts}} ${{data_form}} '${{attachment_name}}'"
    body: "${{events_as_csv}}"
    {keys}
"""


def mail(site, smtpd, **keys):
    lines = "\n    ".join(f"{key}: {value}" for key, value in keys.items())
    site.write_format(text=FORMAT.format(keys=lines))
    result = site.run("--all")
    assert result.returncode == 0, result.stderr
    return email.message_from_bytes(smtpd.mails[-1].raw, policy=email.policy.default)


def attached(message):
    [part] = message.iter_attachments()
    return part.get_payload(decode=True)


@pytest.mark.parametrize("formulas, cell", [("as_is", "=1+1"), ("quoted", "'=1+1")])
def test_formulas(site, smtpd, put, formulas, cell):
    put(fields={"event_description.text": "=1+1"})
    text = attached(mail(site, smtpd, data="attachment", formulas=formulas)).decode()
    assert list(csv.reader(io.StringIO(text, newline="")))[1] == ["64496", cell]


def test_formulas_in_the_text_too(site, smtpd, put):
    put(fields={"event_description.text": "@x"})
    assert '"64496","\'@x"' in mail(site, smtpd, formulas="quoted").get_content()


@pytest.mark.parametrize("bom, beginning", [("true", b"\xef\xbb\xbf\""), ("false", b"\"")])
def test_byte_order_mark(site, smtpd, put, bom, beginning):
    put()
    assert attached(mail(site, smtpd, data="attachment", bom=bom)).startswith(beginning)


def test_no_byte_order_mark_in_the_text(site, smtpd, put):
    put()
    assert mail(site, smtpd, bom="true").get_content().startswith('"')


def test_names_of_the_form(site, smtpd, put):
    put(n_events=3)
    assert mail(site, smtpd)["Subject"] == "3 1 1 inline ''"
    put(n_events=2)
    attachment = mail(site, smtpd, data="attachment", attachment_name="a.csv")
    assert attachment["Subject"] == "2 1 1 attachment 'a.csv'"


def test_the_formats_own_names_win(site, smtpd, put):
    put()
    message = mail(site, smtpd, substitutions="{part: mine}")
    assert message["Subject"] == "1 mine 1 inline ''"

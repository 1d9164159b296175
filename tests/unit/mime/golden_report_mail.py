#!/usr/bin/python3
# SPDX-License-Identifier: AGPL-3.0-or-later
"""golden_report_mail.py PROGRAM: its mails as Python's email package reads them."""

import email
import email.policy
import subprocess
import sys

PROGRAM = sys.argv[1]
TEXTS = ["", "Hello\n", "no line end", "Größe \U0001f600\n", "From here\n.\n--=_0\n--\n", "x" * 5000 + "\n", " \t\n\n \n"]


def read(kind, *pieces):
    content = subprocess.run([PROGRAM, kind], input=b"".join(piece.encode() + b"\0" for piece in pieces), stdout=subprocess.PIPE,
                             check=True).stdout
    assert content.isascii() and max(map(len, content.split(b"\r\n"))) <= 998
    assert b"\n" not in content.replace(b"\r\n", b"") and b"\r" not in content.replace(b"\r\n", b"")
    return email.message_from_bytes(b"MIME-Version: 1.0\r\n" + content, policy=email.policy.default)


def lines(part):
    return part.get_payload(decode=True).decode().replace("\r\n", "\n")


def with_end(text):
    return text if text.endswith("\n") else text + "\n"


def judge_plain(message, text, report, evidence):
    assert message.get_content_type() == "multipart/mixed" and not message.defects
    first, second, third = message.iter_parts()
    assert first.get_content_type() == second.get_content_type() == "text/plain"
    assert first.get_content_charset() == second.get_content_charset() == "utf-8"
    assert with_end(lines(first)) == with_end(text) and with_end(lines(second)) == with_end(report)
    assert second.get_param("name") == second.get_filename() == "report.txt"
    assert third.get_content_type() == "text/csv" and third.get_payload(decode=True).decode() == evidence


def judge_xarf(message, text, report):
    assert message.get_content_type() == "multipart/report" and not message.defects
    assert message.get_param("report-type") == "feedback-report"
    first, second, third = message.iter_parts()
    assert first.get_content_type() == "text/plain" and with_end(lines(first)) == with_end(text)
    assert second.get_content_type() == "message/feedback-report" and second.get_content_disposition() == "inline"
    [fields] = second.get_payload()
    assert [fields["Feedback-Type"], fields["User-Agent"], fields["Version"]] == ["xarf", "test/1", "1"]
    assert third.get_content_type() == "application/json" and third.get_param("name") == third.get_filename() == "xarf.json"
    assert third["Content-Transfer-Encoding"] == "base64" and third.get_payload(decode=True).decode() == report


for text in TEXTS:
    for report in TEXTS:
        judge_plain(read("plain", text, report, report), text, report, report)
        judge_xarf(read("xarf", text, report, ""), text, report)
        secure = read("secure", text, report, text)
        assert secure.get_content_type() == "message/rfc822" and secure.get_param("name") == secure.get_filename() == "xarf.eml"
        judge_plain(secure.get_payload(0), text, report, text)
print("mails with reports: read as they were meant")

# SPDX-License-Identifier: AGPL-3.0-or-later
"""Reads with Python's email package what mime/ composes of hostile texts, and looks at the raw lines.

usage: golden_compose.py GOLDEN_COMPOSE_PROGRAM
"""
import email
import email.header
import email.policy
import random
import re
import subprocess
import sys

SEED = 20261120
SIGNATURE = "-----BEGIN PGP SIGNATURE-----\r\n\r\niQEzBAEBCgAdFiEE\r\n-----END PGP SIGNATURE-----\r\n"
PIECES = ["a", "word ", " ", "  ", "\t", "\n", "\r", "\r\n", ".", "\n.", "\n..\n", "From ", "\nFrom ", "=", "=20",
          "é", "ß", "😀", "€", "\x01", "\x7f", "\x85", "\u2028", "\xa0", '"', "'", ",", ";", "$", "x" * 80,
          "y" * 2000, "\n" + "z" * 76 + "\n", "--", "\n--===============\n", "=?utf-8?q?x?=", "<", ">", "@", "\\"]
HEAD = ["From", "To", "Subject", "Date", "Message-Id", "Auto-Submitted"]


def text_of(rng, most=14, without=""):
    text = "".join(rng.choices(PIECES, k=rng.randint(0, most)))
    return re.sub("[%s]" % re.escape(without), "", text) if without else text


def cases():
    rng = random.Random(SEED)
    base = {"sender": "CERT <noreply@cert.example>", "recipient": "abuse@isp.example", "subject": "s", "body": "b\n"}
    for i in range(500):
        case = dict(base, subject=text_of(rng, without="\r\n"), body=text_of(rng, 40))
        if i % 3 == 1:
            case.update(attachment=text_of(rng, 40), attachment_name=rng.choice(
                ["events.csv", 'a "b" \\.csv', "Übersicht.csv", "é" * 90]))
        if i % 2:
            case["signature"] = SIGNATURE
        yield case
    for sender, recipient in (
            ("noreply@cert.example", "a@b.example, c@d.example"),
            ('"Größe, “x”" <noreply@cert.example>', "Ünï <a@b.example>"),
            ('"CERT, Team" <noreply@cert.example>', '"x" <a@b.example>,\tc@d.example'),
            ("CERT (DE) <noreply@cert.example>", "a@b.example (Ä)"),
            ("Ä" * 300 + " <noreply@cert.example>", "a@" + "b" * 60 + "." + "c" * 60 + "." + "d" * 60 + ".example"),
            ("noreply@bücher.example", ", ".join("abuse%d@isp%d.example" % (i, i) for i in range(200))),
            ("noreply@[192.0.2.1]", ", ".join('"Näme, %d" <a%d@isp.example>' % (i, i) for i in range(50)))):
        yield dict(base, sender=sender, recipient=recipient)
    for name, value in (
            ("Reply-To", "Zoë <zoe@cert.example>"), ("List-Unsubscribe", "<https://cert.example/%s>" % ("u" * 200)),
            ("X-Ünï", "x"), ("X-Original-To", "ä" * 200), ("X-" + "n" * 58, "é" * 40), ("Organization", "w " * 300)):
        if name.isascii():
            yield dict(base, **{name: value})


def to_line(case):
    return " ".join("%s=%s" % (name, text.encode().hex()) for name, text in case.items()) + "\n"


def old_decode(value):
    return str(email.header.make_header(email.header.decode_header(re.sub(r"\r\n(?=[ \t])", "", value))))


def body_lines(text):
    return text.replace("\r\n", "\n").replace("\n", "\r\n")


def ended(text):
    return text if text.endswith(b"\r\n") else text + b"\r\n"


def check_raw(wire, problems):
    if re.search(rb"[^\t\r\n -~]", wire) or re.search(rb"(?<!\r)\n|\r(?!\n)", wire):
        problems.append("a byte that is no text on the wire")
    head, _, body = wire.partition(b"\r\n\r\n")
    for line in wire.split(b"\r\n"):
        if line.startswith((b"From ", b".")) or line.endswith((b" ", b"\t")):
            problems.append("unsafe line %r" % line[:60])
    for line in body.split(b"\r\n"):
        if len(line) > 76 and not line.startswith(b" filename"):
            problems.append("long line %r" % line)
    for line in head.split(b"\r\n"):
        if len(line) > 76 and not re.match(rb"List-Uns| ?a@b{60}|.{76}$|To: a@b{60}|.*multipart/signed", line):
            problems.append("long header %r" % line)


def check_parts(message, case, content, wire, problems):
    whole = message
    if "signature" in case:
        boundary = message.get_boundary().encode()
        if not boundary.startswith(b"===============") or message["Content-Type"].params["micalg"] != "pgp-sha512":
            problems.append("multipart/signed")
        if b"\r\n--" + boundary + b"\r\n" + content + b"\r\n--" + boundary + b"\r\n" not in wire:
            problems.append("signed content was touched")
        whole, signature = message.iter_parts()
        if signature.get_content_type() != "application/pgp-signature":
            problems.append("signature part")
    elif not wire.endswith((content, content + b"\r\n")):
        problems.append("content was touched")
    parts = list(whole.iter_parts()) if whole.is_multipart() else [whole]
    text = parts[0].get_payload(decode=True)
    wanted = body_lines(case["body"]).encode()
    if text != ended(wanted):
        problems.append("text: %a" % text[:300])
    if "attachment" in case:
        if parts[1].get_payload(decode=True) != ended(case["attachment"].encode()):
            problems.append("attachment: %a" % parts[1].get_payload(decode=True)[:300])
        if parts[1].get_filename() != case["attachment_name"] or parts[1].get_content_disposition() != "attachment":
            problems.append("filename %a" % parts[1].get_filename())


def check_head(message, case, wire, problems):
    names = [name for name in message.keys()]
    further = [name for name in case if name[0].isupper()]
    if names[:len(HEAD) + len(further) + 2] != HEAD + further + ["MIME-Version", "Content-Type"]:
        problems.append("order of headers: %s" % names)
    if message["Date"] != "Fri, 20 Nov 2026 04:04:05 +0100" or not re.fullmatch(
            r"<[^ <>@]+@[^ <>@]+>", message["Message-Id"]):
        problems.append("%s %s" % (message["Date"], message["Message-Id"]))
    old = email.message_from_bytes(wire)
    subject = old_decode(old["Subject"])
    if subject != case["subject"]:
        problems.append("subject %a" % subject)
    for name in further:
        if old_decode(old[name]).strip() != case[name].strip():
            problems.append("%s: %a" % (name, old_decode(old[name])))
    for name, given in (("From", case["sender"]), ("To", case["recipient"])):
        wanted = email.message_from_string("To: %s\n\n" % given, policy=email.policy.default)["To"].addresses
        found = message[name].addresses
        # Without spaces: this package leaves those between two encoded words of a name.
        found_names = [a.display_name.replace(" ", "") for a in found]
        if found_names != [a.display_name.replace(" ", "") for a in wanted] and "(" not in given:
            problems.append("%s: %a" % (name, found_names[:5]))
        if len(found) != len(wanted) or message[name].defects:
            problems.append("%s: %a" % (name, message[name]))


def check(case, line):
    problems = []
    verdict, *fields = line.split(" ")
    fields = [bytes.fromhex(field) for field in fields]
    if verdict != "ok":
        return [fields[0].decode()]
    envelope_from, envelope_tos, content, wire = fields
    message = email.message_from_bytes(wire, policy=email.policy.default)
    check_raw(wire, problems)
    check_head(message, case, wire, problems)
    check_parts(message, case, content, wire, problems)
    if [a.addr_spec for a in message["From"].addresses] != [envelope_from.decode()]:
        problems.append("envelope sender %a" % envelope_from)
    if [a.addr_spec for a in message["To"].addresses] != envelope_tos.decode().split(" "):
        problems.append("envelope recipients %a" % envelope_tos)
    return problems


def main(program):
    asked = list(cases())
    run = subprocess.run([program], input="".join(map(to_line, asked)), capture_output=True, text=True, check=False)
    answers = run.stdout.splitlines()
    if run.returncode != 0 or len(answers) != len(asked):
        sys.exit("%s ended with %d after %d answers: %s" % (program, run.returncode, len(answers), run.stderr))
    n_wrong = 0
    for case, line in zip(asked, answers):
        problems = check(case, line)
        n_wrong += bool(problems)
        if problems and n_wrong <= 10:
            print("%.500a:" % case, *["%.300s" % problem for problem in problems[:4]], sep="\n    ")
    print("%d mails, %d wrong" % (len(asked), n_wrong))
    sys.exit(n_wrong > 0)


if __name__ == "__main__":
    main(sys.argv[1])

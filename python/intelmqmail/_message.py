# SPDX-License-Identifier: AGPL-3.0-or-later
"""Mails as EmailMessages for scripts, and back to bytes for the wire.

A mail that the C core composed keeps its bytes: a signature covers them to the byte, and Python's
email package would not write them again as they were. So only headers that a script has changed
are written anew.
"""

import re
from datetime import datetime, timezone
from email import message_from_bytes, policy
from email.utils import format_datetime, localtime, make_msgid, parsedate_to_datetime

from intelmqmail import _core

# Everything is made fit for 7-bit transport, since no server is asked for 8BITMIME.
WIRE_POLICY = policy.SMTP.clone(cte_type="7bit")
_OLD_WIRE_POLICY = policy.compat32.clone(cte_type="7bit", linesep="\r\n")

_NAME = re.compile(r"[!-9;-~]+")


def _fingerprint(message):
    """What the bytes of a message depend on; equal as long as nobody changes the message."""
    payload = message._payload
    if isinstance(payload, list):
        payload = [_fingerprint(part) for part in payload]
    return (list(message.raw_items()), payload, message.preamble, message.epilogue)


def from_bytes(wire):
    return message_from_bytes(wire, policy=policy.SMTP)


def parse(mail):
    """An EmailMessage that remembers the Mail whose bytes it stands for."""
    message = from_bytes(mail.wire)
    message._intelmqmail_mail = mail
    message._intelmqmail_fingerprint = _fingerprint(message)
    return message


def ticket_of(message):
    """Of a message that stands for a Mail; None for a script's own, which knows none."""
    mail = getattr(message, "_intelmqmail_mail", None)
    return None if mail is None else mail.ticket


def _check_headers(message):
    """Line breaks get into a value only past the email package's own checks; it would not see them
    again when it writes the message."""
    for part in message.walk():
        for name, value in part.raw_items():
            if re.search(r"\r(?!\n)|\n(?![ \t])", str(value)) or not _NAME.fullmatch(name):
                raise ValueError(f"header {name!r} holds a line break or is no header")


def as_bytes(message):
    """The message for the wire, lines ended by CRLF. ValueError where it must not be sent."""
    _check_headers(message)
    mail = getattr(message, "_intelmqmail_mail", None)
    if mail is None:
        return _serialise(message)
    wire = mail.wire
    before = message._intelmqmail_fingerprint
    now = _fingerprint(message)
    if now == before:
        return wire
    if now[1:] != before[1:] or _content_headers(now[0]) != _content_headers(before[0]):
        return _serialise(message)
    head, _, body = wire.partition(b"\r\n\r\n")
    return _changed_head(head, before[0], now[0]) + b"\r\n" + body


def _serialise(message):
    # Messages of the older kind, as email.mime makes them, know headers that the new policy cannot write.
    is_old = isinstance(message.policy, policy.Compat32)
    return message.as_bytes(policy=_OLD_WIRE_POLICY if is_old else WIRE_POLICY)


def _content_headers(headers):
    return [(name, value) for name, value in headers if name.lower().startswith("content-")]


def _changed_head(head, before, now):
    fields = [field + b"\r\n" for field in re.split(rb"\r\n(?![ \t])", head)]
    known = dict(zip(before, fields))
    assert len(fields) == len(before)
    return b"".join(known.get((name, value)) or _fold(name, value) for name, value in now)


def _fold(name, value):
    return WIRE_POLICY.fold(name, value).encode("ascii")


def _parsed_date(text):
    try:
        return None if text is None else parsedate_to_datetime(str(text))
    except ValueError:
        return None


def date_of(message):
    """Its Date, aware; one without gets that of now."""
    date = getattr(message["Date"], "datetime", None)
    if date is None and isinstance(message.policy, policy.Compat32):
        date = _parsed_date(message["Date"])
    if date is None:
        date = localtime().replace(microsecond=0)
        del message["Date"]
        message["Date"] = format_datetime(date)
    return date.replace(tzinfo=timezone.utc) if date.tzinfo is None else date


def _complete(message):
    """Adds what every mail needs, where the script has not set it."""
    if message["From"] is None:
        raise ValueError("the mail has no header From")
    if message["Message-Id"] is None:
        message["Message-Id"] = make_msgid(domain=_core.sender_domain(str(message["From"])))
    if message["Auto-Submitted"] is None:
        message["Auto-Submitted"] = "auto-generated"
    if message["MIME-Version"] is None:
        message["MIME-Version"] = "1.0"


def as_mail(message, ticket, envelope_tos):
    """The Mail for the C core: bytes and envelope."""
    date = date_of(message)
    _complete(message)
    return _core.Mail(
        as_bytes(message), _envelope_from(message), str(message["To"] or ""), envelope_tos,
        str(message["Message-Id"]).strip(), int((date - _EPOCH).total_seconds()),
        str(message["Subject"] or ""), ticket)


def _envelope_from(message):
    """Whom bounces go to: the author, unless the site says otherwise for mails that it composes."""
    mail = getattr(message, "_intelmqmail_mail", None)
    if mail is not None and ("From", message["From"]) in message._intelmqmail_fingerprint[0]:
        return mail.envelope_from
    return str(message["From"])


_EPOCH = datetime(1970, 1, 1, tzinfo=timezone.utc)

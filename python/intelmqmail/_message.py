# SPDX-License-Identifier: AGPL-3.0-or-later
"""Mails as EmailMessages for scripts, and back to bytes for the wire.

A mail that the C core composed keeps its bytes: a signature covers them to the byte, and Python's
email package would not write them again as they were. So only headers that a script has changed
are written anew.
"""

import copy
import re
from datetime import datetime, timezone
from email import message_from_bytes, policy
from email.contentmanager import ContentManager, raw_data_manager
from email.utils import format_datetime, getaddresses, localtime, make_msgid, parsedate_to_datetime

from intelmqmail import _core

# Who gets the mail is for the envelope to say.
_HIDDEN = ("bcc", "resent-bcc")
_SINGLE = {"from", "sender", "reply-to", "to", "cc", "bcc", "message-id", "in-reply-to",
           "references", "subject", "date", "auto-submitted", "mime-version", "content-type",
           "content-transfer-encoding", "content-disposition", "content-id", "content-description"}
_OF_ADDRESSES = {"from", "sender", "reply-to", "to", "cc", "resent-from", "resent-sender",
                 "resent-to", "resent-cc", "errors-to"}
_EMPTY_GROUP = re.compile(r'\s*[^:@,;<>"]*:\s*;\s*')
_NAME = re.compile(r"[!-9;-~]+")
_LONG_OR_FROM = re.compile(rb"^From |^.{77}", re.MULTILINE)


def _quoted_printable(data):
    """As the core writes its own texts, lines ended by `\\n`: the last one too."""
    if not data.endswith(b"\n"):
        data += b"\n"
    return _core.quoted_printable(data).replace(b"\r\n", b"\n").decode("ascii")


def _set_encoded(part, data):
    del part["Content-Transfer-Encoding"]
    part["Content-Transfer-Encoding"] = "quoted-printable"
    part._payload = _quoted_printable(data)


def _set_text(message, text, subtype="plain", charset="utf-8", cte=None, **further):
    is_ours = cte in (None, "7bit", "8bit", "quoted-printable") and "\0" not in text
    raw_data_manager.set_content(message, text, subtype, charset,
                                 "quoted-printable" if is_ours else cte, **further)
    if is_ours:
        _set_encoded(message, re.sub("\r\n|\r", "\n", text).encode(charset, "surrogateescape"))


class MailgenContentManager(ContentManager):
    """Python's own, but that texts become quoted-printable such that no relay alters them: no line begins
    with "From ", none has more than 76 characters, each is ended."""

    def __init__(self):
        super().__init__()
        self.get_handlers.update(raw_data_manager.get_handlers)
        self.set_handlers.update(raw_data_manager.set_handlers)
        self.add_set_handler(str, _set_text)


# Everything is made fit for 7-bit transport, since no server is asked for 8BITMIME.
mailgen_policy = policy.SMTP.clone(cte_type="7bit", content_manager=MailgenContentManager())
_OLD_WIRE_POLICY = policy.compat32.clone(cte_type="7bit", linesep="\r\n")


def _fingerprint(message):
    """What the bytes of a message depend on; equal as long as nobody changes the message."""
    payload = message._payload
    if isinstance(payload, list):
        payload = [_fingerprint(part) for part in payload]
    return (list(message.raw_items()), payload, message.preamble, message.epilogue)


def from_bytes(wire):
    """An EmailMessage with `\\n` inside."""
    return message_from_bytes(wire.replace(b"\r\n", b"\n"), policy=mailgen_policy)


def parse(mail):
    """An EmailMessage that remembers the Mail whose bytes it stands for."""
    message = from_bytes(mail.wire)
    message._intelmqmail_mail = mail
    message._intelmqmail_fingerprint = _fingerprint(message)
    return message


class _Wire:
    """Stands for the Mail of bytes that a script has made itself."""

    ticket = None

    def __init__(self, wire):
        self.wire = wire


def parse_foreign(data):
    """A message of what smtplib's sendmail() takes, bytes or str; its bytes stay, where they are fit for the wire."""
    if isinstance(data, str):
        data = data.encode("ascii")
    wire = re.sub(rb"\r\n|\r|\n", b"\r\n", data)
    return parse(_Wire(wire)) if wire.isascii() else from_bytes(wire)


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


def _visible(headers):
    return [(name, value) for name, value in headers if name.lower() not in _HIDDEN]


def as_bytes(message):
    """The message for the wire, lines ended by CRLF, without Bcc. ValueError where it must not be sent."""
    _check_headers(message)
    mail = getattr(message, "_intelmqmail_mail", None)
    if mail is None:
        return _serialise(message)
    before = message._intelmqmail_fingerprint
    now = _fingerprint(message)
    headers = _visible(now[0])
    if now[1:] != before[1:] or _content_headers(headers) != _content_headers(before[0]):
        return _serialise(message)
    if headers == before[0]:
        return mail.wire
    head, _, body = mail.wire.partition(b"\r\n\r\n")
    return _changed_head(head, before[0], headers) + b"\r\n" + body


def _texts(part):
    """The text parts that may be written anew: what is signed must stay."""
    if part.get_content_maintype() == "text" and isinstance(part._payload, str):
        yield part
    elif part.get_content_maintype() == "multipart" and isinstance(part._payload, list) \
            and part.get_content_subtype() != "signed":
        for inner in part._payload:
            yield from _texts(inner)


def _make_safe(part):
    encoding = str(part.get("Content-Transfer-Encoding", "7bit")).strip().lower()
    if encoding not in ("7bit", "8bit", "quoted-printable"):
        return
    data = part.get_payload(decode=True)
    payload = part._payload.encode("ascii", "replace")
    is_safe = encoding == "quoted-printable" and payload.endswith(b"\n") \
        and not _LONG_OR_FROM.search(payload)
    if not is_safe and b"\0" not in data:
        _set_encoded(part, data.replace(b"\r\n", b"\n"))


def _serialise(message):
    fit = copy.deepcopy(message)  # a script may send its message again, to those in Bcc too
    fit._headers = [(name, _ascii_addresses(name, value) or value)
                    for name, value in _visible(fit._headers)]
    for part in _texts(fit):
        _make_safe(part)
    # Messages of the older kind, as email.mime makes them, know headers that the new policy cannot write.
    is_old = isinstance(message.policy, policy.Compat32)
    return fit.as_bytes(policy=_OLD_WIRE_POLICY if is_old else mailgen_policy)


def _content_headers(headers):
    return [(name, value) for name, value in headers if name.lower().startswith("content-")]


def _changed_head(head, before, now):
    fields = [field + b"\r\n" for field in re.split(rb"\r\n(?![ \t])", head)]
    known = dict(zip(before, fields))
    assert len(fields) == len(before)
    return b"".join(known.get((name, value)) or _fold(name, value) for name, value in now)


def _ascii_addresses(name, value):
    """The value of a header with an address in other letters than ASCII, as the core writes it; else None."""
    text = str(value)
    if text.isascii() or name.lower() not in _OF_ADDRESSES:
        return None
    if all(address.isascii() for _, address in getaddresses([text])):
        return None
    return _core.address_header(name, text)


def _fold(name, value):
    return mailgen_policy.fold(name, _ascii_addresses(name, value) or value).encode("ascii")


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


def _keep_single(message):
    """Of a header that a mail has once, and of one that the program had set, the last stays: the script's."""
    for name in ("To", "Cc"):  # the email package lets only messages of the older kind have several
        values = message.get_all(name, ())
        if len(values) > 1:
            del message[name]
            message[name] = ", ".join(str(value) for value in values)
    before = getattr(message, "_intelmqmail_fingerprint", ((),))[0]
    single = _SINGLE | {name.lower() for name, _ in before}
    last = {}
    for position, (name, _) in enumerate(message._headers):
        last[name.lower()] = position
    if len(last) < len(message._headers):
        message._headers = [field for position, field in enumerate(message._headers)
                            if field[0].lower() not in single
                            or last[field[0].lower()] == position]


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


def as_mail(message, ticket, envelope_tos, envelope_from=None):
    """The Mail for the C core: bytes and envelope. None for those in To, Cc and Bcc, and for the address in
    Sender or From."""
    _keep_single(message)
    date = date_of(message)
    _complete(message)
    return _core.Mail(
        as_bytes(message), envelope_from or _envelope_from(message), str(message["To"] or ""),
        _recipients(message) if envelope_tos is None else envelope_tos,
        str(message["Message-Id"]).strip(), int((date - _EPOCH).total_seconds()),
        str(message["Subject"] or ""), ticket)


def _recipients(message):
    """The texts of the headers that name some."""
    values = [str(value) for name in ("To", "Cc", "Bcc") for value in message.get_all(name, ())]
    texts = [text for text in values if text.strip() and not _EMPTY_GROUP.fullmatch(text)]
    if not texts:
        raise ValueError("the mail has no recipient: neither To nor Cc nor Bcc")
    return texts


def _envelope_from(message):
    """Whom bounces go to: as a script has set it; else as the site has, for mails that the core composes."""
    mail = getattr(message, "_intelmqmail_mail", None)
    before = () if mail is None else message._intelmqmail_fingerprint[0]
    for name in ("Sender", "From"):
        value = message[name]
        if (name, value) in before and hasattr(mail, "envelope_from"):
            return mail.envelope_from
        if value is not None and str(value).strip():
            return str(value)
    raise ValueError("the mail has no header From")


_EPOCH = datetime(1970, 1, 1, tzinfo=timezone.utc)

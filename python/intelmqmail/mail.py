# SPDX-License-Identifier: AGPL-3.0-or-later
"""Mails made without a template. `gpgme_ctx` is the context of a ScriptContext, or None."""

import time

from intelmqmail import _core


class DomainNotFound(Exception):
    """The sender's address has no domain."""


def domain_from_sender(sender):
    """The domain of the sender's address, which may carry a display name."""
    try:
        return _core.sender_domain(sender)
    except _core.NotificationError as error:
        raise DomainNotFound(str(error)) from error


def clearsign(gpgme_ctx, text):
    """The text, clear-signed."""
    return gpgme_ctx.clearsign(text)


def detached_signature(gpgme_ctx, plainbytes):
    """(signature, micalg): an armored detached signature as bytes, and "pgp-sha512" or whichever
    hash GnuPG has chosen."""
    return gpgme_ctx.detach(plainbytes)


def create_mail(sender, recipient, subject, body, attachments, gpgme_ctx):
    """An EmailMessage, signed where gpgme_ctx is not None. `attachments`: a list of (args, kwargs)
    of EmailMessage.add_attachment()."""
    from intelmqmail import _message

    draft, content = _content(sender, recipient, subject, body, list(attachments or ()),
                              gpgme_ctx is not None)
    signature = micalg = None
    if gpgme_ctx is not None:
        signature, micalg = detached_signature(gpgme_ctx, content)
    mail = _core.compose_mail(draft, content, signature, micalg, int(time.time()))
    return _message.parse(mail)


def _content(sender, recipient, subject, body, attachments, for_signing):
    simple = _csv_attachment(attachments)
    if simple is not None:
        draft = _core.Draft(sender, recipient, subject, body, *simple)
        return draft, _core.compose_content(draft, for_signing)
    draft = _core.Draft(sender, recipient, subject, body, None, None)
    return draft, _content_of_any(draft, attachments)


def _csv_attachment(attachments):
    """(name, text) where the core can make it; (None, None) without attachments; else None."""
    if not attachments:
        return None, None
    args, kwargs = attachments[0]
    if (len(attachments) == 1 and len(args) == 1 and isinstance(args[0], str)
            and set(kwargs) <= {"subtype", "filename", "charset", "cte"}
            and kwargs.get("subtype") == "csv" and kwargs.get("filename")
            and kwargs.get("charset", "utf-8").lower() in ("utf-8", "utf8")
            and kwargs.get("cte", "quoted-printable") == "quoted-printable"):
        return kwargs["filename"], args[0]
    return None


def _content_of_any(draft, attachments):
    """Python's own parts behind the text as the core makes it."""
    from email.message import EmailMessage

    from intelmqmail import _message

    text = _message.from_bytes(_core.compose_content(draft, False))
    content = EmailMessage(policy=_message.WIRE_POLICY)
    for name in text.keys():
        if name.lower().startswith("content-"):
            content[name] = text[name]
    content._payload = text._payload
    content.make_mixed()
    for args, kwargs in attachments:
        content.add_attachment(*args, **kwargs)
    del content["MIME-Version"]
    return content.as_bytes(policy=_message.WIRE_POLICY)

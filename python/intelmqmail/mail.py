# SPDX-License-Identifier: AGPL-3.0-or-later
"""Mails made without a template. `gpgme_ctx` is the context of a ScriptContext, a gpg.Context of
GnuPG's own Python package, or None for mails that are not signed."""

import time

from intelmqmail import _core

# By their numbers in OpenPGP, which are GnuPG's too.
hash_algorithms = {1: "pgp-md5", 2: "pgp-sha1", 3: "pgp-ripemd160", 8: "pgp-sha256",
                   9: "pgp-sha384", 10: "pgp-sha512", 11: "pgp-sha224"}

_MODE_DETACHED = 1  # gpg.constants.sig.mode
_MODE_CLEAR = 2


def __getattr__(name):
    # Python's email package is loaded only where a script touches a mail.
    if name in ("mailgen_policy", "MailgenContentManager"):
        from intelmqmail import _message

        return getattr(_message, name)
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")


class DomainNotFound(Exception):
    """The sender's address has no domain."""


def domain_from_sender(sender):
    """The domain of the sender's address, which may carry a display name. DomainNotFound where it has none."""
    try:
        return _core.sender_domain(sender)
    except _core.NotificationError as error:
        raise DomainNotFound(str(error)) from error


def _sign(context, data, mode):
    """(signed, result) by a gpg.Context, armored whatever it is set to."""
    armor, context.armor = context.armor, True
    try:
        return context.sign(data, mode=mode)
    finally:
        context.armor = armor


def clearsign(gpgme_ctx, text):
    """The text, clear-signed, as text."""
    if not hasattr(gpgme_ctx, "sign"):
        return gpgme_ctx.clearsign(text)
    return _sign(gpgme_ctx, text.encode("utf-8"), _MODE_CLEAR)[0].decode("utf-8")


def detached_signature(gpgme_ctx, plainbytes):
    """(signature, micalg): an armored detached signature as bytes, and "pgp-sha512" or whichever
    hash GnuPG has chosen."""
    if not hasattr(gpgme_ctx, "sign"):
        return gpgme_ctx.detach(plainbytes)
    signature, result = _sign(gpgme_ctx, plainbytes, _MODE_DETACHED)
    return signature, hash_algorithms[result.signatures[0].hash_algo]


def create_mail(sender, recipient, subject, body, attachments, gpgme_ctx):
    """An EmailMessage, signed where gpgme_ctx is not None. `attachments`: a list of (args, kwargs)
    of EmailMessage.add_attachment(); texts among them become quoted-printable. NotificationError and
    ValueError for what no mail can be: an address without domain, a line break in a header."""
    from intelmqmail import _message

    draft, content = _content(sender, recipient, subject, body, list(attachments or ()))
    return _message.parse(_compose(draft, content, gpgme_ctx))


def compose(draft, gpgme_ctx):
    """The core's Mail of its Draft."""
    return _compose(draft, _core.compose_content(draft), gpgme_ctx)


def _compose(draft, content, gpgme_ctx):
    signature = micalg = None
    if gpgme_ctx is not None:
        signature, micalg = detached_signature(gpgme_ctx, content)
        # As OpenPGP/MIME has it on the wire.
        signature = signature.replace(b"\r\n", b"\n").replace(b"\n", b"\r\n")
    return _core.compose_mail(draft, content, signature, micalg, int(time.time()))


def _content(sender, recipient, subject, body, attachments):
    simple = _csv_attachment(attachments)
    if simple is not None:
        draft = _core.Draft(sender, recipient, subject, body, *simple)
        return draft, _core.compose_content(draft)
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

    text = _message.from_bytes(_core.compose_content(draft))
    content = EmailMessage(policy=_message.mailgen_policy)
    for name in text.keys():
        if name.lower().startswith("content-"):
            content[name] = text[name]
    content._payload = text._payload
    content.make_mixed()
    for args, kwargs in attachments:
        content.add_attachment(*args, **kwargs)
    del content["MIME-Version"]
    return content.as_bytes()

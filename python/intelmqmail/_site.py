# SPDX-License-Identifier: AGPL-3.0-or-later
"""What a program that sends mails itself needs of the site: who signs them, and the mail server."""

import functools

from intelmqmail import _core, _engine

_DEFAULTS = {"host": "localhost", "port": 25, "timeout": 300}


@functools.lru_cache(maxsize=4)
def _signer(gnupg_home, signing_key, method):
    return _core.Signer(gnupg_home, signing_key, method)


def signer_of(config):
    """What signs mails as the configuration says, None where they are not signed. One for all calls with the same key,
    since it costs a test signature. NotificationError where the key cannot be used."""
    openpgp = config["openpgp"]
    if not openpgp["always_sign"]:
        return None
    if _engine.is_embedded:
        raise _core.NotificationError("a format script has no key of its own: it signs with context.gpgme_ctx")
    return _signer(openpgp.get("gnupg_home") or None, openpgp.get("signing_key"),
                   (config.get("signing") or {}).get("method", "auto"))


def _is_loopback(host):
    return host in ("localhost", "::1") or host.startswith("127.")


def _password(settings):
    if settings.get("password_file") is None:
        return settings.get("password")
    with open(settings["password_file"], encoding="utf-8") as file:
        return file.read().removesuffix("\n")


def _tls_context(settings, verifies):
    import ssl

    context = ssl.create_default_context(cafile=settings.get("ca_file"))
    if not verifies:
        context.check_hostname, context.verify_mode = False, ssl.CERT_NONE
    return context


def _start_tls(smtp, settings, tls):
    """Whether it is encrypted then. smtplib.SMTPNotSupportedError where it must be and the server does not offer it."""
    if tls == "never":
        return False
    smtp.ehlo()
    if tls == "opportunistic" and not smtp.has_extn("starttls"):
        return False
    smtp.starttls(context=_tls_context(settings, tls == "required"))
    return True


def open_mail_server(config):
    """A connection of smtplib's, with TLS and login as the configuration says. smtplib.SMTPException, OSError and, of
    TLS, ssl.SSLError."""
    import smtplib

    settings = {**_DEFAULTS, **{key: value for key, value in (config.get("smtp") or {}).items() if value is not None}}
    host, port = settings["host"], settings["port"]
    tls = settings.get("tls") or ("never" if _is_loopback(host) else "opportunistic")
    if tls == "implicit":
        smtp = smtplib.SMTP_SSL(host, port, timeout=settings["timeout"], context=_tls_context(settings, True))
    else:
        smtp = smtplib.SMTP(host, port, timeout=settings["timeout"])
    try:
        is_safe = tls == "implicit" or _start_tls(smtp, settings, tls) or _is_loopback(host)
        if settings.get("username") is not None:
            if not is_safe:
                raise smtplib.SMTPNotSupportedError("a password is not sent in clear: the mail server offers no STARTTLS")
            smtp.login(settings["username"], _password(settings))
    except BaseException:
        smtp.close()
        raise
    return smtp


def close_mail_server(smtp):
    """Says good-bye. What is wrong with that concerns no mail."""
    import smtplib

    try:
        smtp.quit()
    except (smtplib.SMTPException, OSError):
        smtp.close()

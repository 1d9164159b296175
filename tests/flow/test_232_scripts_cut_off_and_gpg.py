# SPDX-License-Identifier: AGPL-3.0-or-later
"""Scripts that change what they were given, cut off after the final dot: the mail comes again as it was, to those
that it was for. And signing with a context of GnuPG's own Python package."""

import email
import email.policy
import pathlib
import shutil

import pytest

from support.gnupg import Home, split_signed
from support.smtpd import Delay

KINDS = pathlib.Path(__file__).resolve().parents[1] / "scripts" / "kinds"


@pytest.fixture
def use(site):
    """use(kind): its script is the site's only format."""
    for path in site.formats.iterdir():
        path.unlink()
    site.write_template("open_snmp", "Report ${ticket_number}\n\nDear ${source.asn}\n${events_as_csv}\n")
    site.write_template("other", "Other ${ticket_number}\n\nOther text\n")
    return lambda kind: shutil.copy(KINDS / f"{kind}.py", site.formats / "10-kind.py")


def put_group(put, kind):
    put(f"abuse@{kind}.example", n_events=3, notification_format=kind, extra={"system_desc": "RouterOS"})


def read(mail):
    return email.message_from_bytes(mail.raw, policy=email.policy.default)


@pytest.mark.parametrize("kind", ["recipient_set", "template_set", "events_fewer", "unsigned", "sender_set",
                                  "bcc_added", "sender_header", "bcc_own_message", "bcc_own_send", "send_sendmail",
                                  "context_by_hand", "text_added", "local_part_quoted"])
def test_killed_after_the_dot(site, smtpd, database, put, use, kind):
    use(kind)
    put_group(put, kind)
    smtpd.script(dot=lambda session, mail: Delay(60))
    process = site.start("--all")
    smtpd.wait_until(lambda: smtpd.mails)
    process.kill()
    site.finish(process)
    smtpd.script(dot=None)
    assert database.query("SELECT count(*) FROM directives WHERE sent_id IS NULL") == [(3,)]

    result = site.run("--all")

    assert result.returncode == 0, result.stderr
    cut_off, again = smtpd.mails
    assert (again.envelope_tos, again.envelope_from) == (cut_off.envelope_tos, cut_off.envelope_from)
    for header in ("Message-Id", "Subject", "From", "To", "Bcc", "Sender"):
        assert read(again)[header] == read(cut_off)[header]
    assert [part.get_payload() for part in read(again).walk() if not part.is_multipart()] == [
        part.get_payload() for part in read(cut_off).walk() if not part.is_multipart()]
    (ticket, n_directives), = database.query("SELECT intelmq_ticket, count(*) FROM sent JOIN directives"
                                             " ON sent.id = sent_id GROUP BY 1")
    assert ticket in read(again)["Subject"] and n_directives == 3
    assert database.query("SELECT count(*) FROM delivery_intents") == [(0,)]


GPG = """\
import gpg
from intelmqmail.mail import clearsign, detached_signature
from intelmqmail.notification import EmailNotification, create_mail

own = gpg.Context(home_dir={home!r})
own.signers = [own.get_key({fingerprint!r}, secret=True)]


def create_notifications(context):
    ticket = context.new_ticket_number()
    signature, micalg = detached_signature(own, b"bytes")
    assert signature.startswith(b"-----BEGIN PGP SIGNATURE-----") and micalg.startswith("pgp-sha")
    made = create_mail(context.config["sender"], context.directive.recipient_address, f"Made {{ticket}}",
                       clearsign(own, "text\\n"), [], own)
    context.gpgme_ctx = own
    return context.mail_format_as_csv(ticket_number=ticket) + [
        EmailNotification(context.directive, made, ticket, mark_as_sent=False)]
"""


@pytest.mark.parametrize("site_signs", [False, True])
def test_context_of_gpg(site, smtpd, database, put, site_signs):
    with Home() as home, Home() as other:
        site.write_format("10-gpg.py", GPG.format(home=str(home.path), fingerprint=home.fingerprint))
        if site_signs:
            site.config["openpgp"] = {"gnupg_home": str(other.path), "always_sign": True,
                                      "signing_key": other.fingerprint}
        put(n_events=2)
        result = site.run("--all")
        assert result.errors == [], result.stderr
        assert len(smtpd.mails) == 2
        for mail in smtpd.mails:
            verification = home.verify(mail.raw)
            assert verification.good and verification.fingerprint == home.fingerprint
            assert split_signed(mail.raw).content.startswith(b"Content-Type: text/plain")
        text, = [read(mail).get_payload(0).get_content() for mail in smtpd.mails
                 if read(mail)["Subject"].startswith("Made")]
        assert home.verify_clear(text.replace("\r\n", "\n").encode()).good
    assert database.query("SELECT count(*) FROM sent") == [(1,)]

# SPDX-License-Identifier: AGPL-3.0-or-later
"""Library mode, directive by directive: programs that have the scripts asked and send by themselves. What the
configuration says of signing and of the mail server holds for them as for the program."""

import sys

import pytest

from support.authority import make_tls
from support.gnupg import Home
from support.program import BUILD
from support.smtpd import CLOSE, Greylist, Smtpd

sys.path.insert(0, str(BUILD / "python"))

from intelmqmail import cb, db, notification  # noqa: E402

SCRIPT = """
def create_notifications(context):
    return context.mail_format_as_csv(attach_event_data=True)
"""
LOGIN = ("mailgen", "s3cret")


@pytest.fixture
def own(site, put):
    """The scripts and the directives of a site with two groups, and a cursor."""
    for path in site.formats.iterdir():
        path.unlink()
    site.write_format("10-a.py", SCRIPT)
    put("one@isp.example")
    put("two@isp.example")
    connection = cb.open_db_connection(site.config)
    with connection.cursor() as cursor:
        yield cb.load_script_entry_points(site.config), db.get_pending_notifications(cursor), cursor
    connection.close()


@pytest.fixture
def home(site):
    with Home() as home:
        site.config["openpgp"] = {"gnupg_home": str(home.path), "always_sign": True, "signing_key": home.fingerprint}
        yield home


@pytest.fixture(scope="session")
def tls(tmp_path_factory):
    return make_tls(tmp_path_factory.mktemp("tls"))


def pending(cursor):
    cursor.connection.commit()
    cursor.execute("SELECT count(*) FROM directives WHERE sent_id IS NULL")
    return cursor.fetchone()[0]


@pytest.mark.parametrize("method", ["auto", "agent", "gpg"])
def test_signed(site, smtpd, own, home, method):
    scripts, directives, cursor = own
    site.config["signing"] = {"method": method}
    assert cb.send_notifications(site.config, directives, cursor, scripts) == (2, 0, 0)
    assert [home.verify(mail.raw).good for mail in smtpd.mails] == [True, True]
    assert pending(cursor) == 0


def test_signed_where_asked(site, smtpd, own, home, monkeypatch):
    scripts, directives, cursor = own
    monkeypatch.setattr("builtins.input", lambda question: "a")
    cb.generate_notifications_interactively(site.config, cursor, directives, scripts)
    assert [home.verify(mail.raw).good for mail in smtpd.mails] == [True, True]


@pytest.mark.parametrize("given, is_signed", [({}, True), ({"gpgme_ctx": None}, False)])
def test_made_only(site, own, home, given, is_signed):
    scripts, directives, cursor = own
    [made] = cb.create_notifications(cursor, directives[0], site.config, scripts, **given)
    assert (made.email.get_content_type() == "multipart/signed") == is_signed


def test_clear_signed(site, own, home):
    scripts, directives, cursor = own
    signed = []
    cb.create_notifications(cursor, directives[0], site.config,
                            [lambda context: signed.append(context.maybe_sign("text\n")) or notification.Postponed])
    assert home.verify_clear(signed[0].encode()).good


def test_wrong_key(site, smtpd, own, home):
    scripts, directives, cursor = own
    site.config["openpgp"]["signing_key"] = "0123456789ABCDEF"
    with pytest.raises(notification.NotificationError, match="0123456789ABCDEF"):
        cb.send_notifications(site.config, directives, cursor, scripts)
    assert smtpd.mails == []


@pytest.mark.parametrize("rule", [{"quit": CLOSE}, {"quit": "500 5.5.1 what?"}, {"close_after_mail": True}])
def test_good_bye_that_fails(site, smtpd, own, rule):
    """The mails are through, and the caller must come to its commit."""
    scripts, directives, cursor = own
    smtpd.script(**rule)
    assert cb.send_notifications(site.config, directives[:1], cursor, scripts) == (1, 0, 0)
    assert len(smtpd.mails) == 1 and pending(cursor) == 1


LIST = """
def create_notifications(context):
    return context.mail_format_as_csv(envelope_tos=["a@isp.example", "b@isp.example", "c@isp.example"])
"""
LATER, GONE = "450 4.2.0 greylisted\x1b", "550 5.1.1 no such user"


@pytest.mark.parametrize("rules, taken, refused", [
    ({"rcpt": {"b@isp.example": GONE}}, [["a", "c"]], ["b"]),
    ({"rcpt": {"b@isp.example": LATER}}, [["a", "c"]], ["b"]),
    ({"rcpt": Greylist()}, [["a", "b", "c"]], []),
    ({"rcpt": {"a@isp.example": LATER, "b@isp.example": GONE}}, [["c"]], ["a", "b"]),
    ({"recipients_per_mail": 1}, [["a"], ["b"], ["c"]], []),
    ({"recipients_per_mail": 2, "too_many": "552 too many recipients"}, [["a", "b"], ["c"]], []),
    ({"recipients_per_mail": 1, "rcpt": {"c@isp.example": LATER}}, [["a"], ["b"]], ["c"]),
], ids=["gone", "later", "all later", "both", "one at once", "two at once", "one at once and later"])
def test_some_recipients_refused(site, smtpd, own, caplog, rules, taken, refused):
    _, directives, cursor = own
    site.write_format("10-a.py", LIST)
    scripts = cb.load_script_entry_points(site.config)
    smtpd.script(**rules)
    counts = cb.send_notifications(site.config, directives[:1], cursor, scripts)
    if isinstance(rules.get("rcpt"), Greylist):
        assert counts == (0, 0, 1)  # nothing was accepted, the group is pending
        counts = cb.send_notifications(site.config, directives[:1], cursor, scripts)
        caplog.clear()
    assert counts == (1, 0, len(refused))
    assert [mail.envelope_tos for mail in smtpd.accepted()] == [[f"{name}@isp.example" for name in names] for names in taken]
    errors = [record.message for record in caplog.records if record.levelname == "ERROR"]
    assert len(errors) == len(refused)
    for error, name in zip(errors, refused):
        assert error.startswith("Error: ticket 20") and f": recipient {name}@isp.example refused while others" in error
        assert "\x1b" not in error
    assert pending(cursor) == 1


@pytest.mark.parametrize("settings, server, n_mails, is_secured", [
    ({"host": "localhost", "tls": "required"}, {"starttls": True}, 2, True),
    ({"host": "localhost", "tls": "required"}, {}, 0, None),
    ({"host": "localhost", "tls": "implicit"}, {"implicit_tls": True}, 2, True),
    ({"host": "localhost"}, {"starttls": True}, 2, False),
    ({"host": "0.0.0.0"}, {"starttls": True}, 2, True),  # this machine, but no loopback address
    ({"host": "0.0.0.0"}, {}, 2, False),
    ({"host": "0.0.0.0", "tls": "never"}, {"starttls": True}, 2, False),
    ({"host": "0.0.0.0", "username": LOGIN[0], "password": LOGIN[1]}, {"starttls": True, "credentials": LOGIN}, 2, True),
    ({"host": "0.0.0.0", "username": LOGIN[0], "password": LOGIN[1]}, {"credentials": LOGIN, "auth_in_clear": True}, 0, None),
    ({"host": "localhost", "username": LOGIN[0], "password": "wrong"}, {"credentials": LOGIN, "auth_in_clear": True}, 0, None),
    ({"host": "localhost", "username": LOGIN[0], "password": LOGIN[1]}, {"credentials": LOGIN, "auth_in_clear": True}, 2, False),
])
def test_tls_and_login(site, own, tls, settings, server, n_mails, is_secured):
    scripts, directives, cursor = own
    with Smtpd(tls=tls, **server) as smtpd:
        site.config["smtp"] = {**settings, "port": smtpd.port, "ca_file": tls.ca}
        assert cb.send_notifications(site.config, directives, cursor, scripts) == (n_mails, 0, 2 - n_mails)
        assert [mail.tls for mail in smtpd.mails] == [is_secured] * n_mails


def test_certificate_of_another(site, own, tls):
    scripts, directives, cursor = own
    with Smtpd(tls=tls, starttls=True) as smtpd:
        site.config["smtp"] = {"host": "localhost", "port": smtpd.port, "tls": "required"}
        assert cb.send_notifications(site.config, directives, cursor, scripts) == (0, 0, 2)
        assert smtpd.mails == []

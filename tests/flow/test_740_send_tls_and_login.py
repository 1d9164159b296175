# SPDX-License-Identifier: AGPL-3.0-or-later
"""Stage 7, send: TLS and login (intelmq-mailgen.conf(5), Mail server).

0.0.0.0 leads to this machine, but is no loopback address: for the program it is another machine.
"""

import ssl

import pytest

from support.authority import make_tls
from support.smtp_session import Session
from support.smtpd import CLOSE, Raw, Smtpd

LOGIN = ("mailgen", "s3cret=\u00fc")
AS_MAILGEN = {"username": LOGIN[0], "password": LOGIN[1]}
UNPROVEN = "showed a certificate that does not prove it: "


@pytest.fixture(scope="session")
def tls(tmp_path_factory):
    return make_tls(tmp_path_factory.mktemp("tls"))


@pytest.fixture(scope="session")
def wrong_name(tmp_path_factory):
    return make_tls(tmp_path_factory.mktemp("wrong"), name="other.example", addresses=())


def check_fails(session, code, *texts):
    for failure in (session.send(), session.probe()):
        assert failure.failed == code
        for text in texts:
            assert text in failure.message


# -- which server with which setting --


@pytest.mark.parametrize("mode, offered, secured", [
    ("never", False, False),
    ("never", True, False),
    ("opportunistic", False, False),
    ("opportunistic", True, True),
    ("required", True, True),
])  # fmt: skip
def test_starttls(tls, mode, offered, secured):
    with Smtpd(starttls=offered, tls=tls) as server:
        with Session(server, tls=mode, ca_file=tls.ca) as session:
            assert session.send().secured is secured
            assert session.send().secured is secured
        assert [mail.tls for mail in server.mails] == [secured, secured]
        assert server.connections == 1


def test_implicit(tls):
    with Smtpd(implicit_tls=True, tls=tls) as server:
        with Session(server, host="localhost", tls="implicit", ca_file=tls.ca) as session:
            assert session.probe() == "secured"
            assert session.send().secured
        assert [mail.tls for mail in server.mails] == [True]


def test_many_mails_and_dots_over_tls(tls):
    wire = b"Subject: x\r\n\r\n" + (b".\r\n" + b"x" * 70 + b"\r\n") * 5000
    with Smtpd(starttls=True, tls=tls) as server:
        with Session(server, tls="required", ca_file=tls.ca) as session:
            assert session.repeat(5, wire)[1] == 5
        assert [mail.raw for mail in server.mails] == [wire] * 5


def test_required_but_not_offered(tls):
    with Smtpd() as server, Session(server, tls="required", ca_file=tls.ca) as session:
        check_fails(session, "RUN", "offers no STARTTLS, which is demanded\nHINT: check smtp.port")
        assert server.mails == []


@pytest.mark.parametrize("reply", ["454 4.7.0 not now", "554 5.7.3 no"])
def test_starttls_refused(tls, reply):
    with Smtpd(starttls=True, tls=tls) as server:
        server.script(starttls=reply)
        with Session(server, tls="required", ca_file=tls.ca) as session:
            check_fails(session, "RUN", "refused to go on at STARTTLS: '%s'" % reply)
        with Session(server, tls="opportunistic") as session:
            assert session.send().secured is False


# -- certificates --


def test_authority_unknown(tls):
    with Smtpd(starttls=True, tls=tls) as server:
        with Session(server, tls="required") as session:
            check_fails(session, "RUN", UNPROVEN, "HINT: smtp.host must be")
        assert server.mails == []


def test_only_the_configured_authority_counts(tls, wrong_name):
    with Smtpd(starttls=True, tls=tls) as server:
        with Session(server, tls="required", ca_file=wrong_name.ca) as session:
            check_fails(session, "RUN", UNPROVEN)


@pytest.mark.parametrize("mode", ["required", "implicit"])
def test_wrong_name(wrong_name, mode):
    kind = {"starttls": mode == "required", "implicit_tls": mode == "implicit"}
    with Smtpd(tls=wrong_name, **kind) as server:
        with Session(server, host="localhost", tls=mode, ca_file=wrong_name.ca) as session:
            check_fails(session, "RUN", UNPROVEN, "localhost")
        assert server.mails == []


def test_opportunistic_does_not_ask_who_it_is(wrong_name):
    with Smtpd(starttls=True, tls=wrong_name) as server:
        with Session(server, tls="opportunistic") as session:
            assert session.send().secured


def test_authority_file_is_no_certificate(tls, tmp_path):
    (tmp_path / "ca.pem").write_text("nothing\n")
    with Smtpd(starttls=True, tls=tls) as server:
        with Session(server, tls="required", ca_file=tmp_path / "ca.pem") as session:
            check_fails(session, "RUN", "smtp.ca_file cannot be used: ")


# -- handshakes that fail --


def old_protocol(server):
    """A server that wants a certificate of its clients: TLS that cannot work."""
    server.tls_context.maximum_version = ssl.TLSVersion.TLSv1_2
    server.tls_context.verify_mode = ssl.CERT_REQUIRED


def test_broken_tls_opportunistic_goes_on_in_clear(tls):
    with Smtpd(starttls=True, tls=tls) as server:
        old_protocol(server)
        with Session(server, tls="opportunistic") as session:
            assert session.send().secured is False
            assert session.send().secured is False
            log = session.end()
        assert log.count("WARNING") == 1
        assert "offers TLS that does not work, going on without" in log
        assert server.connections == 2


@pytest.mark.parametrize("mode", ["required", "implicit"])
def test_broken_tls_verified_does_not(tls, mode):
    kind = {"starttls": mode == "required", "implicit_tls": mode == "implicit"}
    with Smtpd(tls=tls, **kind) as server:
        old_protocol(server)
        with Session(server, tls=mode, ca_file=tls.ca) as session:
            check_fails(session, "RUN", "failed at the TLS handshake: ")
        assert server.mails == []


def test_implicit_towards_a_clear_server(tls):
    with Smtpd() as server, Session(server, tls="implicit", ca_file=tls.ca, timeout=2) as session:
        failure = session.send()
        assert failure.failed == "RUN"
        assert "the TLS handshake" in failure.message


def test_clear_towards_an_implicit_server(tls):
    with Smtpd(implicit_tls=True, tls=tls) as server:
        with Session(server, tls="never", timeout=1) as session:
            failure = session.send()
        assert failure.failed == "RUN"
        assert "at banner" in failure.message


def test_words_slipped_in_before_tls(tls):
    """Answers that came in clear are not taken for answers under TLS."""
    with Smtpd(starttls=True, tls=tls) as server:
        server.script(starttls=Raw(b"220 go on\r\n250-hi\r\n250 AUTH PLAIN\r\n235 ok\r\n"))
        with Session(server, tls="required", ca_file=tls.ca, timeout=2) as session:
            assert session.send().failed == "RUN"
        assert server.mails == []


@pytest.mark.parametrize("action", [CLOSE, "421 4.3.2 stopping"], ids=str)
def test_kept_connection_lost_under_tls(tls, action):
    with Smtpd(starttls=True, tls=tls) as server:
        with Session(server, tls="required", ca_file=tls.ca) as session:
            assert session.send().secured
            server.script(connection=1, mail=action)
            assert session.send().secured
        assert server.connections == 2


# -- login --


@pytest.mark.parametrize("mechanisms", ["PLAIN", "LOGIN", "LOGIN PLAIN", "GSSAPI NTLM PLAIN"])
def test_login(tls, mechanisms):
    server = Smtpd(starttls=True, tls=tls, credentials=LOGIN, mechanisms=mechanisms.split())
    server.login_required = True
    with server:
        with Session(server, tls="required", ca_file=tls.ca, **AS_MAILGEN) as session:
            assert session.probe() == "secured"
            assert session.send().failed is None
            assert session.send().failed is None
        assert [mail.login for mail in server.mails] == [LOGIN[0]] * 2
        assert len(server.noted("auth")) == 1


def test_login_refused(tls):
    with Smtpd(starttls=True, tls=tls, credentials=LOGIN) as server:
        wrong = {"username": LOGIN[0], "password": "wr0ng"}
        with Session(server, tls="required", ca_file=tls.ca, **wrong) as session:
            check_fails(session, "RUN", "the login at AUTH: '535 5.7.8 bad credentials'\nHINT: ")
            assert "wr0ng" not in session.send().message + session.end()
        assert server.mails == []


@pytest.mark.parametrize("mechanisms, text", [
    (None, "offers no login, which smtp.username demands\nHINT: "),
    (("GSSAPI", "NTLM"), "offers no kind of login that can be used\nHINT: "),
])  # fmt: skip
def test_login_not_offered(tls, mechanisms, text):
    options = {"credentials": LOGIN, "mechanisms": mechanisms} if mechanisms else {}
    with Smtpd(starttls=True, tls=tls, **options) as server:
        login = {"username": "u@x.example", "password": "p"}
        with Session(server, tls="required", ca_file=tls.ca, **login) as session:
            check_fails(session, "RUN", text)
        assert server.mails == []
        assert not [command for _, command in server.commands if command.startswith("RCPT")]


def test_login_demanded_but_not_configured(tls):
    with Smtpd(credentials=LOGIN, auth_in_clear=True, login_required=True) as server:
        with Session(server) as session:
            failure = session.send()
        assert failure.failed == "RUN"
        assert "'530 5.7.0 authentication required'\nHINT: the server demands" in failure.message


def test_login_in_clear_to_this_machine():
    with Smtpd(credentials=LOGIN, auth_in_clear=True) as server:
        with Session(server, tls="never", **AS_MAILGEN) as session:
            assert session.send().failed is None
        assert server.mails[0].login == LOGIN[0]


def test_login_in_clear_to_another_machine():
    with Smtpd(host="0.0.0.0", credentials=LOGIN, auth_in_clear=True) as server:
        with Session(server, tls="never", **AS_MAILGEN) as session:
            assert session.error.failed == "SETUP"
            assert "would send the login to '0.0.0.0' in clear" in session.error.message
        assert server.connections == 0


@pytest.mark.parametrize("offered", [True, False])
def test_opportunistic_with_login_to_another_machine(tls, offered):
    """TLS is demanded then, or the password would go in clear."""
    login = {"credentials": LOGIN, "auth_in_clear": True}
    with Smtpd(host="0.0.0.0", starttls=offered, tls=tls, **login) as server:
        with Session(server, tls="opportunistic", **AS_MAILGEN) as session:
            failed = session.send().failed
        assert failed == (None if offered else "RUN")
        assert [entry[3] for entry in server.noted("auth")] == ([True] if offered else [])


def test_opportunistic_with_login_and_broken_tls(tls):
    login = {"credentials": LOGIN, "auth_in_clear": True}
    with Smtpd(host="0.0.0.0", starttls=True, tls=tls, **login) as server:
        old_protocol(server)
        with Session(server, tls="opportunistic", **AS_MAILGEN) as session:
            check_fails(session, "RUN", "failed at the TLS handshake: ")
        assert server.noted("auth") == []

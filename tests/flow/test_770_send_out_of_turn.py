# SPDX-License-Identifier: AGPL-3.0-or-later
"""Stage 7, send: what the server says before it was asked is no answer to what is said then."""

import pytest

from support.authority import make_tls
from support.smtp_session import Session
from support.smtpd import Raw, Smtpd

ALL_IS_WELL = b"250 ok\r\n250 ok\r\n354 go on\r\n250 2.0.0 Ok: queued as X1\r\n"
BIG = b"Subject: x\r\n\r\n" + (b"x" * 70 + b"\r\n") * 100000


@pytest.fixture(scope="module")
def tls(tmp_path_factory):
    return make_tls(tmp_path_factory.mktemp("tls"))


KINDS = {
    "clear": ({}, {}),
    "starttls": ({"starttls": True}, {"tls": "opportunistic"}),
    "implicit": ({"implicit_tls": True}, {"tls": "implicit"}),
}


@pytest.fixture
def server():
    with Smtpd() as server:
        yield server


@pytest.fixture(params=KINDS)
def pair(request, tls):
    """A server, and a session with it."""
    of_server, of_session = KINDS[request.param]
    with Smtpd(**of_server, tls=tls if of_server else None) as server:
        further = {"ca_file": tls.ca, **of_session} if of_session else {}
        with Session(server, host="127.0.0.1", timeout=5, **further) as session:
            yield server, session


BEFOREHAND = [
    ("mail", b"250 ok\r\n", ALL_IS_WELL[8:]),
    ("rcpt", b"250 ok\r\n", ALL_IS_WELL[16:]),
    ("data", b"354 go on\r\n", ALL_IS_WELL[27:]),
]


@pytest.mark.parametrize("step, answer, further", BEFOREHAND)
def test_answers_beforehand(server, step, answer, further):
    """With TLS nobody can count what libcurl has read and not used: there a server can lie ahead."""
    server.script(**{step: Raw(answer + further)}, dot="550 5.7.1 no")
    with Session(server) as session:
        failure = session.send()
        assert failure.failed == "RETRY"
        assert " spoke out of turn, " in failure.message
        assert server.mails == []
        server.script(**{step: None}, dot=None)
        assert session.send().failed is None


@pytest.mark.parametrize("step, answer, further", BEFOREHAND[:2])
def test_answers_beforehand_on_a_kept_connection(server, step, answer, further):
    """Nothing but the envelope was said: the mail goes out on another connection."""
    with Session(server) as session:
        assert session.send("first@x.example").failed is None
        server.script(connection=1, **{step: Raw(answer + further)})
        assert session.send("second@x.example").failed is None
    assert [mail.envelope_tos[0][:6] for mail in server.accepted()] == ["first@", "second"]
    assert server.connections == 2


@pytest.mark.parametrize("step, answer", [(step, answer) for step, answer, _ in BEFOREHAND])
def test_one_answer_too_many(pair, step, answer):
    """Whoever is one answer ahead says 250 to DATA: the mail goes out on another connection, or later."""
    server, session = pair
    assert session.send("first@x.example").failed is None
    server.script(connection=1, **{step: Raw(answer + b"250 and on\r\n")})
    outcome = session.send("second@x.example")
    if step == "data" and session.probe() == "secured":
        server.wait_until(lambda: len(server.mails) >= 2)  # the dot's own answer and that one agree
    elif outcome.failed is not None:
        assert outcome.failed == "RETRY"
        assert session.send("second@x.example").failed is None
    assert [mail.envelope_tos[0][:6] for mail in server.accepted()] == ["first@", "second"]


@pytest.mark.parametrize("wire", [pytest.param(BIG, id="big")])
def test_answer_to_the_dot_before_the_dot(pair, wire):
    server, session = pair
    server.script(text=Raw(b"250 2.0.0 Ok: queued as X1\r\n"), dot="550 5.7.1 no")
    failure = session.send(wire=wire)
    assert (failure.failed, server.mails) == ("RETRY", [])
    assert "spoke out of turn, while the mail was going out; nothing was delivered" in failure.message
    server.script(text=None, dot=None)
    assert session.send(wire=wire).failed is None


@pytest.mark.parametrize("too_much", [b"250 once more\r\n", b"25", b"421 4.4.2 bye\r\n"])
def test_more_than_the_answer_to_the_dot(pair, too_much):
    """The mail was accepted; what follows is no answer to the next one."""
    server, session = pair
    server.script(connection=1, dot=Raw(b"250 2.0.0 Ok: queued as A1\r\n" + too_much))
    is_secured = session.send("first@x.example").secured
    server.script(rcpt={"second@x.example": "550 5.1.1 no"})
    failure = session.send("second@x.example")
    if is_secured and failure.failed == "RETRY":
        failure = session.send("second@x.example")
    assert failure.failed == "GROUP"
    assert session.send("third@x.example").failed is None
    assert [mail.envelope_tos[0][:5] for mail in server.mails] == ["first", "third"]


@pytest.mark.parametrize("step, answer", [
    ("banner", b"220 hi\r\n250 hi\r\n" + ALL_IS_WELL),
    ("ehlo", b"250 hi\r\n" + ALL_IS_WELL),
    ("helo", b"250 hi\r\n" + ALL_IS_WELL),
])  # fmt: skip
def test_server_that_is_far_too_eager(step, answer):
    with Smtpd() as server, Session(server) as session:
        server.script(ehlo="502 5.5.1 what?" if step == "helo" else None)
        server.script(**{step: Raw(answer)}, dot="550 5.7.1 no")
        failure = session.send()
        assert failure.failed == "RUN"
        assert "out of turn" in failure.message
    assert server.mails == []


def test_commands_that_are_smuggled_in_before_tls(tls):
    with Smtpd(starttls=True, tls=tls) as server:
        server.script(starttls=Raw(b"220 go\r\n250 hi\r\n" + ALL_IS_WELL))
        for kind in ("required", "opportunistic"):
            with Session(server, host="127.0.0.1", tls=kind, ca_file=tls.ca) as session:
                assert session.send().failed == "RUN"
        assert server.mails == []

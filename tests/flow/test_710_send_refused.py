# SPDX-License-Identifier: AGPL-3.0-or-later
"""Stage 7, send: a server that answers properly, and says no."""

import socket

import pytest

from support.smtp_session import Session
from support.smtpd import Delay, Smtpd


@pytest.fixture
def server():
    with Smtpd() as server:
        yield server


NO = "550 5.7.1 no"
LATER = "451 4.3.0 later"
CLOSING = "421 4.3.2 closing"


@pytest.mark.parametrize("step, reply, code, text", [
    ("banner", NO, "RUN", "refused to go on at banner: '550 5.7.1 no'"),
    ("banner", LATER, "RUN", "refused to go on at banner: '451 4.3.0 later'\nHINT: the server may"),
    ("banner", CLOSING, "RUN", "refused to go on at banner: '421 4.3.2 closing'"),
    ("ehlo", CLOSING, "RUN", "refused to go on at EHLO: '421 4.3.2 closing'\nHINT: the server may"),
    ("mail", NO, "GROUP", "MAIL FROM the sender 'cert@cert.example': '550 5.7.1 no'\nHINT: "),
    ("mail", LATER, "GROUP", "MAIL FROM the sender 'cert@cert.example': '451 4.3.0 later'\nHINT"),
    ("mail", CLOSING, "RETRY", "ended the session at MAIL FROM: '421 4.3.2 closing'"),
    ("mail", "530 5.7.0 STARTTLS first", "RUN", "HINT: the server demands login or TLS"),
    ("rcpt", NO, "GROUP", "at RCPT TO 'abuse@isp.example' with '550 5.7.1 no'\nHINT: "),
    ("rcpt", LATER, "GROUP", "at RCPT TO 'abuse@isp.example' with '451 4.3.0 later'\nHINT: "),
    ("rcpt", CLOSING, "RETRY", "ended the session at RCPT TO: '421 4.3.2 closing'"),
    ("data", NO, "GROUP", "refused the mail at DATA: '550 5.7.1 no'"),
    ("data", LATER, "GROUP", "refused the mail at DATA: '451 4.3.0 later'\nHINT: a temp"),
    ("data", CLOSING, "RETRY", "ended the session at DATA: '421 4.3.2 closing'"),
    ("dot", NO, "GROUP", "refused the mail at the final dot: '550 5.7.1 no'"),
    ("dot", LATER, "GROUP", "refused the mail at the final dot: '451 4.3.0 later'\nHINT: a temp"),
    ("dot", CLOSING, "RETRY", "ended the session at the final dot: '421 4.3.2 closing'"),
    ("dot", ["550-5.7.1 spam,", "550 5.7.1 we think"], "GROUP", ": '550 5.7.1 spam, we think'"),
])  # fmt: skip
def test_refused(server, step, reply, code, text):
    server.script(**{step: reply})
    with Session(server) as session:
        failure = session.send()
        assert failure.failed == code
        assert failure.message.startswith("smtp server '127.0.0.1' port %d " % server.port)
        assert text in failure.message
        assert server.accepted() == []

        server.script(**{step: None})
        assert session.send().failed is None
    assert len(server.accepted()) == 1


def test_all_recipients_refused(server):
    server.script(rcpt=lambda session, address: "550 5.1.1 no " + address)
    with Session(server) as session:
        failure = session.send(*["r%d@x.example" % number for number in range(7)])
    assert failure.failed == "GROUP"
    assert "'r0@x.example' with '550 5.1.1 no r0@x.example', 'r1@x.example'" in failure.message
    assert failure.message.endswith(" and 2 more")


def test_refused_mails_cost_the_next_ones_nothing(server):
    server.script(rcpt={"bad@x.example": NO})
    with Session(server) as session:
        for _ in range(10):
            assert session.send("bad@x.example").failed == "GROUP"
            assert session.send("good@x.example").failed is None
    assert len(server.accepted()) == 10


def test_content_refused_keeps_the_connection(server):
    with Session(server) as session:
        server.script(dot=NO)
        assert session.send().failed == "GROUP"
        server.script(dot=None)
        assert session.send().failed is None
    assert server.connections == 1


def test_nobody_listens():
    listener = socket.create_server(("127.0.0.1", 0))
    port = listener.getsockname()[1]
    listener.close()
    with Session(host="127.0.0.1", port=port) as session:
        for failure in (session.send(), session.probe()):
            assert failure.failed == "RUN"
            assert "smtp server '127.0.0.1' port %d cannot be reached: " % port in failure.message
            assert "HINT: check smtp.host and smtp.port" in failure.message


def test_host_that_does_not_answer():
    """A listener whose queue is full drops what further clients say."""
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        listener.listen(0)
        clients = [socket.socket() for _ in range(8)]
        for client in clients:
            client.setblocking(False)
            client.connect_ex(listener.getsockname())
        with Session(host="127.0.0.1", port=listener.getsockname()[1], timeout=1) as session:
            failure = session.send()
        for client in clients:
            client.close()
    assert failure.failed == "RUN"
    assert "cannot be reached: the host does not answer" in failure.message


def test_unknown_host():
    with Session(host="nosuchhost.invalid", port=25) as session:
        failure = session.send()
    assert failure.failed == "RUN"
    assert "port 25 cannot be reached: 'Could not resolve host" in failure.message


def test_slow_but_in_time(server):
    server.script(**dict.fromkeys(["banner", "mail", "rcpt", "data", "dot"], Delay(0.2)))
    with Session(server, timeout=1) as session:
        assert session.send().failed is None

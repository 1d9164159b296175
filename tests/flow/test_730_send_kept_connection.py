# SPDX-License-Identifier: AGPL-3.0-or-later
"""Stage 7, send: a kept connection that the server is done with costs no mail and doubles none."""

import pytest

from support.smtp_session import Session
from support.smtpd import CLOSE, RESET, Many, Raw, Smtpd


@pytest.fixture
def server():
    with Smtpd() as server:
        yield server


def send_each_once(server, session, count):
    for number in range(count):
        outcome = session.send("r%d@isp.example" % number)
        assert outcome.failed is None, outcome
    expected = [["r%d@isp.example" % number] for number in range(count)]
    assert [mail.envelope_tos for mail in server.mails] == expected
    assert all(mail.answered for mail in server.mails)


@pytest.mark.parametrize("goodbye", [None, "421 4.4.2 idle for too long"])
def test_closed_while_idle(server, goodbye):
    server.script(close_after_mail=True, goodbye=goodbye)
    with Session(server) as session:
        send_each_once(server, session, 20)
    assert server.connections == 20


@pytest.mark.parametrize("per_connection", [1, 3])
def test_421_after_some_mails(server, per_connection):
    server.script(mails_per_connection=per_connection)
    with Session(server) as session:
        send_each_once(server, session, 9)
    assert server.connections == 9 // per_connection


@pytest.mark.parametrize("step", ["mail", "rcpt", "data"])
@pytest.mark.parametrize("action", [CLOSE, RESET, "421 4.3.2 stopping"], ids=str)
def test_lost_before_the_text(server, step, action):
    with Session(server) as session:
        assert session.send("first@isp.example").failed is None
        server.script(connection=1, **{step: action})
        assert session.send("second@isp.example").failed is None
    recipients = [to for mail in server.mails for to in mail.envelope_tos]
    assert recipients == ["first@isp.example", "second@isp.example"]
    assert server.connections == 2


def test_one_attempt_more_and_no_further(server):
    with Session(server) as session:
        assert session.send().failed is None
        server.script(mail=CLOSE)
        assert session.send().failed == "RETRY"
    assert server.connections == 2


def test_server_gone_meanwhile(server):
    with Session(server) as session:
        assert session.send().failed is None
        server.stop()
        failure = session.send()
    assert failure.failed == "RUN"
    assert "cannot be reached" in failure.message


def test_lost_after_the_final_dot_is_not_sent_again(server):
    with Session(server) as session:
        assert session.send().failed is None
        server.script(after_dot=Many([CLOSE, None]))
        assert session.send("second@isp.example").failed == "UNKNOWN_OUTCOME"
    assert len(server.mails) == 2


def test_answer_too_many(server):
    """A second line, in the same packet or later, is not taken for an answer to the next mail."""
    server.script(connection=1, dot=Raw(b"250 ok\r\n421 4.4.2 bye\r\n"))
    server.script(connection=2, dot=Raw(b"250 ok\r\n250 again\r\n"))
    with Session(server) as session:
        assert session.send("r0@isp.example").failed is None
        assert session.send("r1@isp.example").failed is None
        outcome = session.send("r2@isp.example")
        assert outcome.failed in (None, "RETRY")
        if outcome.failed is not None:
            assert session.send("r2@isp.example").failed is None
    assert [mail.envelope_tos[0][:2] for mail in server.mails] == ["r0", "r1", "r2"]


def test_probe_and_mail_share_it(server):
    with Session(server) as session:
        assert session.probe() == "clear"
        assert session.send().failed is None
        assert session.probe() == "clear"
    assert server.connections == 1

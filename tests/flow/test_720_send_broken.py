# SPDX-License-Identifier: AGPL-3.0-or-later
"""Stage 7, send: a server that breaks off, falls silent or speaks nonsense.

Nothing was delivered, or it is said that it may have been. What the server still has to say to one
mail is never taken for an answer to the next.
"""

import time

import pytest

from support.smtp_session import WIRE, Session
from support.smtpd import CLOSE, FREEZE, RESET, STALL, Delay, Many, Raw, Smtpd, Trickle

# More than the sockets' buffers take.
BIG = b"Subject: big\r\n\r\n" + (b"x" * 998 + b"\r\n") * 30000


@pytest.fixture
def server():
    with Smtpd() as server:
        yield server


CODES = {
    "banner": "RUN",
    "ehlo": "RUN",
    "mail": "RETRY",
    "rcpt": "RETRY",
    "data": "RETRY",
    "dot": "UNKNOWN_OUTCOME",
}


@pytest.mark.parametrize("step, code", CODES.items())
@pytest.mark.parametrize("action", [CLOSE, RESET], ids=repr)
def test_breaks_off(server, step, code, action):
    server.script(**{step: action})
    with Session(server) as session:
        failure = session.send()
        assert failure.failed == code
        # A reset may come so early that the connection does not even count as made.
        assert "closed the connection at " in failure.message or step == "banner"
        server.script(**{step: None})
        assert session.send().failed is None
    assert len(server.accepted()) == 1


@pytest.mark.parametrize("step, code", CODES.items())
@pytest.mark.parametrize("action", [STALL, Trickle()], ids=["silent", "trickle"])
def test_takes_too_long(server, step, code, action):
    server.script(connection=1, **{step: action})
    with Session(server, timeout=1) as session:
        start = time.monotonic()
        failure = session.send()
        assert time.monotonic() - start < 15
        assert failure.failed == code
        assert "took too long at " in failure.message
        assert session.send().failed is None
    assert server.connections == 2


NOISE = [b"\xff\xfe\x00\x01\r\n" * 3, b"999 what\r\n", b"199 what\r\n", b"354 go on\r\n"]


@pytest.mark.parametrize("step, noise", [
    (step, noise) for step in CODES for noise in NOISE
    if step != "ehlo" or noise == NOISE[0]  # any other code is a refusal, and HELO follows
    if step != "data" or noise != NOISE[3]  # is what DATA is answered with
])  # fmt: skip
def test_speaks_nonsense(server, step, noise):
    server.script(connection=1, **{step: Raw(noise)})
    with Session(server, timeout=1) as session:
        failure = session.send()
        assert failure.failed == CODES[step]
        assert "unexpectedly: '" in failure.message or "gave no whole answer" in failure.message
        assert session.send().failed is None


@pytest.mark.parametrize("action", [CLOSE, RESET], ids=repr)
def test_lost_in_the_text(server, action):
    """Before the final dot: nothing was delivered, and it is known."""
    server.script(text=action)
    with Session(server) as session:
        failure = session.send(wire=BIG)
        assert failure.failed == "RETRY"
        assert failure.message.endswith("closed the connection at the text; nothing was delivered")
        server.script(text=None)
        assert session.send(wire=BIG).failed is None
    assert [mail.raw for mail in server.mails] == [BIG]


def test_stuck_in_the_text(server):
    server.script(text=FREEZE)
    with Session(server, timeout=1) as session:
        start = time.monotonic()
        failure = session.send(wire=BIG)
        assert time.monotonic() - start < 15
        assert failure.failed == "RETRY"
        assert "took no more of the mail for 1 s (smtp.timeout); nothing was" in failure.message


def test_refused_in_the_text(server):
    """A server that has seen enough says so at once, takes the rest and closes."""
    server.script(connection=1, text=Raw(b"552 5.3.4 too big\r\n"), dot=CLOSE)
    with Session(server) as session:
        failure = session.send(wire=BIG)
        assert failure.failed == "GROUP"
        assert "refused the mail at the text: '552 5.3.4 too big'" in failure.message
        assert session.send().failed is None


@pytest.mark.parametrize("action", [CLOSE, RESET], ids=repr)
def test_lost_after_the_final_dot(server, action):
    server.script(after_dot=Many([action, None]))
    with Session(server) as session:
        failure = session.send()
        assert failure.failed == "UNKNOWN_OUTCOME"
        assert "at the final dot; it may have accepted the mail\nHINT: " in failure.message
        assert session.send().failed is None
    assert [mail.accepted for mail in server.mails] == [True, True]
    assert [mail.answered for mail in server.mails] == [False, True]


def test_late_answer_is_not_the_next_mails(server):
    """The answer to the final dot comes after we gave up, and says no; the next mail is taken."""
    server.script(connection=1, dot=Delay(1.5, "550 5.7.1 late"))
    with Session(server, timeout=1) as session:
        assert session.send().failed == "UNKNOWN_OUTCOME"
        outcome = session.send()
        assert outcome.failed is None
        assert outcome.reply == "250 2.0.0 Ok: queued as T0000002"
    assert server.connections == 2


def test_half_an_answer_to_the_final_dot(server):
    server.script(connection=1, after_dot=Raw(b"250-2.0.0 Ok\r\n"), dot=CLOSE)
    with Session(server) as session:
        failure = session.send()
    assert failure.failed == "UNKNOWN_OUTCOME"
    assert "gave no whole answer at the final dot but '250 2.0.0 Ok'" in failure.message


def test_one_mail_as_a_whole(server):
    """Each answer in time, all together not."""
    server.script(rcpt=Delay(0.8, "250 ok"))
    with Session(server, timeout=1) as session:
        start = time.monotonic()
        failure = session.send(*["r%d@x.example" % number for number in range(20)])
        assert time.monotonic() - start < 15
    assert failure.failed == "RETRY"


def test_endless_answer(server):
    server.script(mail=Raw(b"250-" + b"x" * 100_000 + b"\r\n" + b"250-more\r\n" * 100_000))
    with Session(server, timeout=2) as session:
        failure = session.send()
    assert failure.failed == "RETRY"
    assert len(failure.message) < 500


def test_gives_up_after_ten_lost_connections(server):
    server.script(mail=CLOSE)
    with Session(server) as session:
        failures = [session.send() for _ in range(11)]
        assert [failure.failed for failure in failures] == ["RETRY"] * 9 + ["RUN"] * 2
        assert failures[9].message.startswith("10 connections in a row were lost, the last one so:")
        assert failures[10].message.endswith("not tried again: 10 connections in a row were lost")
    assert server.connections == 10


def test_gives_up_after_ten_unknown_outcomes(server):
    """Or every mail of the run would end up uncertain."""
    server.script(after_dot=CLOSE)
    with Session(server) as session:
        codes = [session.send().failed for _ in range(11)]
    assert codes == ["UNKNOWN_OUTCOME"] * 10 + ["RUN"]
    assert len(server.mails) == 10


def test_a_proper_answer_restores_patience(server):
    server.script(mail=Many(([CLOSE] * 9 + ["550 5.7.1 no"]) * 2 + [None]))
    with Session(server) as session:
        codes = [session.send().failed for _ in range(21)]
    assert codes == (["RETRY"] * 9 + ["GROUP"]) * 2 + [None]


def test_farewell_unanswered(server):
    server.script(quit=STALL)
    with Session(server, timeout=1) as session:
        assert session.send().failed is None
        start = time.monotonic()
        session.end()
        assert time.monotonic() - start < 15
    assert server.mails[0].raw == WIRE

# SPDX-License-Identifier: AGPL-3.0-or-later
"""Stage 7, send: recipients of whom the server takes only some at once, or some only later."""

import pytest

from support.smtp_session import SENDER, WIRE, Session
from support.smtpd import CLOSE, STALL, Greylist, Many, Smtpd

ALL = ["r%d@x.example" % number for number in range(7)]
LATER = "451 4.3.0 later"
NO = "550 5.7.1 no"


@pytest.fixture
def server():
    with Smtpd() as server:
        yield server


def taken(server):
    return [mail.envelope_tos for mail in server.accepted()]


@pytest.mark.parametrize("limit, expected", [
    (1, [[to] for to in ALL]),
    (3, [ALL[:3], ALL[3:6], ALL[6:]]),
    (6, [ALL[:6], ALL[6:]]),
    (7, [ALL]),
])  # fmt: skip
@pytest.mark.parametrize("reply", ["452 4.5.3 too many recipients", "552 too many recipients",
                                   "451 4.3.0 multiple destination domains", "550 5.5.3 many"])
def test_limit_of_recipients(server, limit, expected, reply):
    """Everybody has the very same bytes, once, in the order of the mail."""
    server.script(recipients_per_mail=limit, too_many=reply)
    with Session(server) as session:
        outcome = session.send(*ALL)
        assert outcome.refusals == {}
        assert session.send(ALL[0]).failed is None
    ids = ["T%07d" % (number + 1) for number in range(len(expected))]
    assert outcome.queue_id == ", ".join(ids)
    assert outcome.reply == "; ".join("250 2.0.0 Ok: queued as " + name for name in ids)
    assert taken(server) == [*expected, ALL[:1]]
    assert {(mail.envelope_from, mail.raw) for mail in server.mails} == {(SENDER, WIRE)}
    assert server.connections == 1


def test_server_that_wants_nothing_of_a_mail_with_too_many(server):
    """Exim's recipients_max_reject: 552 to each further recipient, then 554 to DATA."""
    server.script(recipients_per_mail=3, too_many="552 too many recipients",
                  data=lambda session, _: "554 too many recipients" if session.refused else None)
    with Session(server) as session:
        assert session.send(*ALL).refusals == {}
    assert sorted(sum(taken(server), [])) == ALL


def test_limit_and_connections_of_one_mail(server):
    server.script(recipients_per_mail=2, mails_per_connection=1)
    with Session(server) as session:
        assert session.send(*ALL).refusals == {}
    assert taken(server) == [ALL[:2], ALL[2:4], ALL[4:6], ALL[6:]]
    assert server.connections == 4


def test_greylisted_and_asked_alone(server):
    """Who was refused behind others is asked once more, who still is is owed the mail."""
    server.script(rcpt=Greylist({ALL[0]: 9, ALL[2]: 9, ALL[3]: 1, ALL[5]: 9}))
    with Session(server) as session:
        outcome = session.send(*ALL)
    assert outcome.kinds == dict.fromkeys([ALL[0], ALL[2], ALL[5]], "FOR_NOW 450")
    assert set(outcome.refusals.values()) == {"450 4.7.1 greylisted"}
    assert taken(server) == [[ALL[1], ALL[4], ALL[6]], [ALL[3]]]


def test_refused_for_good_is_not_asked_again(server):
    server.script(rcpt={ALL[2]: NO, ALL[4]: "354 what"}, recipients_per_mail=2)
    with Session(server) as session:
        outcome = session.send(*ALL)
    assert outcome.kinds == {ALL[2]: "FOR_GOOD 550", ALL[4]: "FOR_NOW 354"}
    asked = [text for _, text in server.commands if text.startswith("RCPT") and ALL[2] in text]
    assert len(asked) == 2  # behind two that filled the first transaction, then first in the second


def second(action):
    return Many([None, action])


@pytest.mark.parametrize("step, action, kind, left", [
    ("mail", NO, "FOR_NOW 550", "the sender"),
    ("mail", LATER, "FOR_NOW 451", "the sender"),
    ("mail", "421 4.7.0 too many", "FOR_NOW 421", "ended the session at MAIL FROM"),
    ("data", NO, "FOR_GOOD 550", "refused the mail at DATA"),
    ("data", LATER, "FOR_NOW 451", "refused the mail at DATA"),
    ("data", CLOSE, "FOR_NOW 0", "closed the connection at DATA"),
    ("dot", NO, "FOR_GOOD 550", "refused the mail at the final dot"),
    ("dot", LATER, "FOR_NOW 451", "refused the mail at the final dot"),
    ("dot", "421 4.3.2 closing", "FOR_NOW 421", "ended the session at the final dot"),
    ("after_dot", CLOSE, "UNCERTAIN 0", "it may have accepted the mail"),
    ("after_dot", STALL, "UNCERTAIN 0", "took too long at the final dot"),
])  # fmt: skip
def test_second_transaction_fails(server, step, action, kind, left):
    """The first have the mail: it is accepted, whatever becomes of the others."""
    server.script(recipients_per_mail=4, **{step: second(action)})
    with Session(server, timeout=1) as session:
        outcome = session.send(*ALL)
        assert outcome.failed is None
        assert outcome.kinds == dict.fromkeys(ALL[4:], kind)
        assert left in outcome.refusals[ALL[4]]
        assert outcome.queue_id == "T0000001"
        server.script(**{step: None})
        assert session.send(ALL[4]).failed is None
    assert taken(server)[0] == ALL[:4]
    assert taken(server)[-1] == [ALL[4]]


@pytest.mark.parametrize("code", [452, 552])
def test_server_lost_between_two_transactions(server, code):
    """Who was turned away from a transaction that failed is owed the mail, whatever the code."""
    server.script(recipients_per_mail=2, too_many="%d too many" % code, dot=second(CLOSE))
    with Session(server) as session:
        outcome = session.send(*ALL)
    assert outcome.kinds == {**dict.fromkeys(ALL[2:4], "UNCERTAIN 0"),
                             **dict.fromkeys(ALL[4:], "FOR_NOW %d" % code)}
    assert server.connections == 1


def test_server_lost_with_two_transactions_to_come(server):
    """Nobody behind the one that failed is tried: each would cost another timeout."""
    server.script(recipients_per_mail=3, too_many="552 too many", mail=Many([None] * 3 + [CLOSE]),
                  data=lambda session, _: "554 no" if session.refused else None)
    with Session(server) as session:
        outcome = session.send(*ALL)
    assert taken(server) == [ALL[:3]]
    assert outcome.kinds == dict.fromkeys(ALL[3:], "FOR_NOW 0")
    assert server.connections == 3


def test_first_transaction_fails_nothing_was_accepted(server):
    server.script(recipients_per_mail=2, dot=NO)
    with Session(server) as session:
        assert session.send(*ALL).failed == "GROUP"
        server.script(dot=CLOSE)
        assert session.send(*ALL).failed == "UNKNOWN_OUTCOME"
    assert len(server.mails) == 2

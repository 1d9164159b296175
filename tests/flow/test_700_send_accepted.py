# SPDX-License-Identifier: AGPL-3.0-or-later
"""Stage 7, send: mails that the server takes arrive to the byte, over one connection."""

import socket

import pytest

from support.smtp_session import ABUSE, SENDER, WIRE, Accepted, Session
from support.smtpd import Delay, Smtpd

HEAD = b"Subject: x\r\n\r\n"


@pytest.fixture
def server():
    with Smtpd() as server:
        yield server


def test_one_mail(server):
    with Session(server) as session:
        outcome = session.send()
    assert outcome == Accepted("250 2.0.0 Ok: queued as T0000001", "T0000001", False, {})
    (mail,) = server.mails
    assert (mail.envelope_from, mail.envelope_tos, mail.raw) == (SENDER, [ABUSE], WIRE)
    assert mail.answered


@pytest.mark.parametrize("wire", [
    pytest.param(b".first\r\n", id="dot first"),
    pytest.param(HEAD + b".\r\n", id="a dot alone, last"),
    pytest.param(HEAD + b".\r\n..\r\n...\r\n.a\r\na.\r\n\r\n.\r\n", id="dots"),
    pytest.param(HEAD + b".\r\nMAIL FROM:<a@b>\r\nRCPT TO:<c@d>\r\nDATA\r\n", id="smuggling"),
    pytest.param(HEAD + b"\r\n" * 500, id="empty lines"),
    pytest.param(HEAD + b"x" * 2000 + b"\r\n", id="long line"),
    pytest.param(HEAD + (b"x" * 70 + b"\r\n") * 20000, id="big"),
    pytest.param(HEAD + (b".\r\n" * 3 + b"." * 70 + b"\r\n") * 20000, id="big with dots"),
    pytest.param(HEAD + b"Gr\xc3\xbc\xc3\x9fe \xff\r\n", id="eight bits"),
])  # fmt: skip
def test_bytes_arrive_as_they_are(server, wire):
    with Session(server) as session:
        assert session.send(wire=wire).failed is None
        assert session.send().failed is None
    assert [mail.raw for mail in server.mails] == [wire, WIRE]


@pytest.mark.parametrize("cut", range(65520, 65545))
def test_dots_at_the_edge_of_a_buffer(server, cut):
    wire = HEAD + b"y" * (cut - len(HEAD)) + b"\r\n.\r\n..\r\nend\r\n"
    with Session(server) as session:
        assert session.send(wire=wire).failed is None
    assert server.mails[0].raw == wire


def test_size_is_declared_and_true(server):
    with Session(server) as session:
        session.send()
        session.send(wire=HEAD + b".dot\r\n")
    assert server.mails[0].mail_parameters == ["SIZE=%d" % len(WIRE)]
    assert server.mails[1].mail_parameters == []


def test_many_mails_one_connection(server):
    with Session(server) as session:
        assert session.probe() == "clear"
        for number in range(50):
            assert session.send("r%d@isp.example" % number).failed is None
    expected = [["r%d@isp.example" % number] for number in range(50)]
    assert [mail.envelope_tos for mail in server.mails] == expected
    assert server.connections == 1
    assert [command for _, command in server.commands].count("QUIT") == 1


def test_connection_older_than_one_mail_may_take(server):
    """The time that one mail may take, here 4 s, begins with the mail, not with the connection."""
    server.script(dot=Delay(0.5))
    with Session(server, timeout=1) as session:
        for _ in range(10):
            assert session.send().failed is None
    assert server.connections == 1


def test_recipients_refused_in_part(server):
    server.script(rcpt={"b@x.example": "550 5.1.1 no such user",
                        "d@x.example": ["450-4.2.2 mailbox", "450 4.2.2 full"]})
    with Session(server) as session:
        outcome = session.send("a@x.example", "b@x.example", "c@x.example", "d@x.example")
        assert outcome.refusals == {"b@x.example": "550 5.1.1 no such user",
                                    "d@x.example": "450 4.2.2 mailbox full"}
        assert session.send("a@x.example").refusals == {}
    first, second = server.mails
    assert first.envelope_tos == ["a@x.example", "c@x.example"]
    assert second.envelope_tos == ["a@x.example"]


@pytest.mark.parametrize("reply, shown, queue_id", [
    ("250 OK id=1rA2b3-0004Xy-Z9", "250 OK id=1rA2b3-0004Xy-Z9", "1rA2b3-0004Xy-Z9"),
    (["250-2.0.0 thank", "250 2.0.0 you"], "250 2.0.0 thank you", ""),
    ("251 will forward", "251 will forward", ""),
    ("250 \x1b[2J", "250 \\x1b[2J", ""),
])  # fmt: skip
def test_reply(server, reply, shown, queue_id):
    server.script(dot=reply)
    with Session(server) as session:
        assert session.send() == Accepted(shown, queue_id, False, {})
        assert session.send() == Accepted(shown, queue_id, False, {})
    assert server.connections == 1


def test_greets_with_a_name_or_a_literal(server):
    with Session(server) as session:
        session.send()
    (name,) = server.noted("ehlo")
    assert "localhost" not in name
    assert "." in name or ":" in name
    assert " " not in name


def test_server_without_ehlo(server):
    server.script(ehlo="502 5.5.1 what?")
    with Session(server) as session:
        assert session.send().failed is None
    assert len(server.noted("helo")) == 1


def test_environment_and_netrc_do_not_matter(server, tmp_path):
    (tmp_path / ".netrc").write_text("default login evil password evil\n")
    (tmp_path / ".netrc").chmod(0o600)
    nowhere = "http://127.0.0.1:9"
    environment = {"HOME": str(tmp_path), "http_proxy": nowhere, "all_proxy": nowhere,
                   "ALL_PROXY": nowhere, "smtp_proxy": nowhere}
    server.credentials = ("someone", "else")
    server.auth_in_clear = True
    with Session(server, environment=environment) as session:
        assert session.send().failed is None
    assert server.noted("auth") == []


def test_ipv6():
    try:
        socket.create_server(("::1", 0), family=socket.AF_INET6).close()
    except OSError:
        pytest.skip("no IPv6 here")
    with Smtpd(host="::1") as server, Session(server) as session:
        assert session.send().failed is None


NO_ADDRESS = " is no address for an SMTP envelope"


@pytest.mark.parametrize("sender, to, wire, message", [
    (SENDER, "a@b\r\nRCPT TO:<c@d>", WIRE, "'a@b\\x0d\\x0aRCPT TO:<c@d>'" + NO_ADDRESS),
    ("a@b> SIZE=1", ABUSE, WIRE, "'a@b> SIZE=1'" + NO_ADDRESS),
    (SENDER, "", WIRE, "''" + NO_ADDRESS),
    (SENDER, ABUSE, HEAD + b"a\n.\nMAIL FROM:<b@c>\r\n", "line 3 of the mail does not end in CRLF"),
])  # fmt: skip
def test_unfit_mail_says_nothing_to_the_server(server, sender, to, wire, message):
    with Session(server) as session:
        failure = session.send(to, sender=sender, wire=wire)
        assert (failure.failed, failure.message) == ("GROUP", message)
        assert session.send().failed is None
    assert len(server.mails) == 1
    assert server.connections == 1

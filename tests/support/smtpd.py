# SPDX-License-Identifier: AGPL-3.0-or-later
"""A real SMTP server whose misbehaviour a test writes down beforehand.

In a test:

    with Smtpd() as server:
        server.script(rcpt={"gone@x.example": "550 5.1.1 no such user"})
        ... deliver to server.host, server.port ...
        mails = server.wait_for(1)

What the server does at a step is an action:

    "550 5.1.1 no"   says this (several lines: a list of strings, or one string with "\\r\\n" in it)
    CLOSE            closes the connection without a word
    RESET            the same, with a TCP reset
    STALL            says nothing, but reads on, until the client goes away or the server ends
    FREEZE           neither says nor reads anything until the server ends
    Trickle(text)    says it one byte at a time, slowly, and never its end
    Delay(seconds, action)   does it later
    Raw(bytes)       says exactly these bytes
    Many([a, b])     takes these in turn, the last one for ever
    Held()           says the normal answer once the test has called its release()

Steps: banner, ehlo, helo, starttls, auth, mail, rcpt, data, dot, rset, noop, quit. In place of an
action a dict can stand that gives one by address (mail, rcpt), or a function of the session and
that address, or (dot, after_dot) the Mail. None is the normal answer. Further rules:

    text=CLOSE | RESET | FREEZE …   after 354, with the mail read in part. A mail that fits into
                                    the sockets' buffers is out with its final dot all the same: use
                                    a big one
    after_dot=CLOSE | STALL         the mail is kept, the answer never given
    close_after_mail=True           closes the connection after each accepted mail's answer
    goodbye="421 …"                 with it: says this before it closes
    mails_per_connection=N          "421" to MAIL FROM after N mails, and closes
    recipients_per_mail=N           too_many, "452 …" unless said otherwise, to every RCPT TO after N were taken
    rcpt=Greylist(times)            "450 …" to an address the first `times` times

A rule holds for every connection, or with script(connection=N, …) for the Nth (from 1) only.
"""

import base64
import collections
import dataclasses
import re
import select
import socket
import ssl
import struct
import threading


class _Sign:
    def __init__(self, name):
        self.name = name

    def __repr__(self):
        return self.name


CLOSE = _Sign("CLOSE")
RESET = _Sign("RESET")
STALL = _Sign("STALL")
FREEZE = _Sign("FREEZE")


@dataclasses.dataclass
class Trickle:
    text: str = "250 slowly"
    pause: float = 0.05


@dataclasses.dataclass
class Delay:
    seconds: float
    action: object = None


@dataclasses.dataclass
class Raw:
    data: bytes


class Many:
    """Actions taken in turn; the last one stays. None is the server's normal answer."""

    def __init__(self, actions):
        self.actions = list(actions)

    def next(self):
        return self.actions.pop(0) if len(self.actions) > 1 else self.actions[0]


class Greylist:
    """For `rcpt`: refuses each address for now until it was asked for often enough. `times` may be a
    dict by address; who does not stand in it is taken at once."""

    def __init__(self, times=1, reply="450 4.7.1 greylisted"):
        self.times = times
        self.reply = reply
        self.asked = collections.Counter()

    def __call__(self, session, address):
        times = self.times.get(address, 0) if isinstance(self.times, dict) else self.times
        self.asked[address] += 1
        return self.reply if self.asked[address] <= times else None


@dataclasses.dataclass
class Mail:
    """A mail as it arrived. `raw`: dots unstuffed, line ends as they came. `accepted`: a 2xx was
    decided on; `answered`: and it was written to the client, which had not gone away."""

    connection: int
    envelope_from: str
    envelope_tos: list
    raw: bytes
    mail_parameters: list = dataclasses.field(default_factory=list)
    refused: list = dataclasses.field(default_factory=list)
    accepted: bool = False
    answered: bool = False
    tls: bool = False
    login: str = None
    queue_id: str = None


class _Gone(Exception):
    """The connection has ended, by either side."""


class Held:
    def __init__(self):
        self.released = threading.Event()

    def release(self):
        self.released.set()

    def __call__(self, session, argument):
        while not self.released.wait(0.05):
            if session.server.stopping.is_set():
                raise _Gone


RULES = frozenset(
    "banner ehlo helo starttls auth mail rcpt data dot rset noop quit"
    " text after_dot close_after_mail goodbye mails_per_connection recipients_per_mail too_many".split()
)


class _Connection:
    """One client, served by one thread."""

    def __init__(self, server, sock, number):
        self.server = server
        self.sock = sock
        self.number = number
        self.buffer = b""
        self.tls = False
        self.login = None
        self.mails_taken = 0
        self.commands = []
        self.reset()

    def reset(self):
        self.envelope_from = None
        self.mail_parameters = []
        self.tos = []
        self.refused = []

    # -- bytes --

    def wait(self, write=False):
        """Until the socket is ready; ends the connection when the server ends."""
        if not write and self.tls and self.sock.pending():
            return
        reading = [self.server.stop_reader] + ([] if write else [self.sock])
        ready, _, _ = select.select(reading, [self.sock] if write else [], [])
        if self.server.stop_reader in ready:
            raise _Gone

    def read_some(self):
        while True:
            self.wait()
            try:
                data = self.sock.recv(65536)
            except (ssl.SSLWantReadError, BlockingIOError):
                continue
            except OSError as error:
                raise _Gone from error
            if not data:
                raise _Gone
            self.buffer += data
            return

    def read_line(self):
        while b"\n" not in self.buffer:
            self.read_some()
        line, self.buffer = self.buffer.split(b"\n", 1)
        return line.rstrip(b"\r")

    def write(self, data):
        try:
            self.sock.setblocking(True)
            self.sock.sendall(data)
        except OSError as error:
            raise _Gone from error
        finally:
            if self.sock.fileno() >= 0:
                self.sock.setblocking(False)

    # -- actions --

    def stall(self):
        """Reads and ignores, so that the client's writes succeed, until it goes away."""
        while True:
            self.buffer = b""
            self.read_some()

    def say(self, reply):
        if isinstance(reply, (list, tuple)):
            reply = "\r\n".join(reply)
        self.write(reply.encode("utf-8", "surrogateescape") + b"\r\n")
        return reply

    def act(self, action):
        """Does it. The reply's first digit, None where no proper reply was given."""
        if isinstance(action, Many):
            action = action.next()
        if isinstance(action, Delay):
            if self.server.stopping.wait(action.seconds):
                raise _Gone
            return self.act(action.action)
        if action is CLOSE:
            raise _Gone
        if action is RESET:
            self.sock.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
            raise _Gone
        if action is STALL:
            self.stall()
        if action is FREEZE:
            self.server.stopping.wait()
            raise _Gone
        if isinstance(action, Trickle):
            while True:
                for byte in action.text:
                    self.write(byte.encode())
                    if self.server.stopping.wait(action.pause):
                        raise _Gone
        if isinstance(action, Raw):
            self.write(action.data)
            return action.data[:1].decode("latin-1")
        reply = self.say(action)
        if reply.startswith("421"):
            raise _Gone
        return reply[:1]

    def rule(self, name):
        return self.server.rule(self.number, name)

    def decide(self, name, normal, argument=None):
        """The action for the step, its normal reply where no rule says otherwise."""
        action = self.rule(name)
        if callable(action):
            action = action(self, argument)
        if isinstance(action, dict):
            action = action.get(argument)
        if isinstance(action, Many):
            action = action.next()
        if isinstance(action, Delay) and action.action is None:
            return Delay(action.seconds, normal)
        return normal if action is None else action

    def step(self, name, normal, argument=None):
        return self.act(self.decide(name, normal, argument))

    # -- the dialogue --

    def serve(self):
        try:
            if self.server.implicit_tls:
                self.start_tls()
            if self.step("banner", "220 smtpd.test ESMTP") != "2":
                self.stall()
            while self.serve_command(self.read_line()):
                pass
        except _Gone:
            pass
        finally:
            self.sock.close()

    def start_tls(self):
        self.buffer = b""  # what was pipelined in clear must not count
        self.sock.setblocking(True)
        try:
            self.sock = self.server.tls_context.wrap_socket(self.sock, server_side=True)
        except (OSError, ssl.SSLError) as error:
            self.server.note("tls-failed", str(error))
            raise _Gone from error
        self.sock.setblocking(False)
        self.tls = True

    def serve_command(self, line):
        text = line.decode("utf-8", "surrogateescape")
        verb, _, argument = text.partition(" ")
        verb = verb.upper()
        with self.server.changed:
            self.server.commands.append((self.number, text))
        handler = getattr(self, "do_" + verb.lower(), None)
        if handler is None:
            self.say("500 5.5.2 what?")
            return True
        return handler(argument) is not False

    def do_ehlo(self, argument):
        self.server.note("ehlo", argument)
        self.reset()
        lines = ["smtpd.test", "PIPELINING", "SIZE 35882577", "8BITMIME", "ENHANCEDSTATUSCODES"]
        if self.server.starttls and not self.tls:
            lines.append("STARTTLS")
        if self.server.credentials and (self.tls or self.server.auth_in_clear):
            lines.append("AUTH " + " ".join(self.server.mechanisms))
        self.step("ehlo", ["250-" + line for line in lines[:-1]] + ["250 " + lines[-1]])

    def do_helo(self, argument):
        self.server.note("helo", argument)
        self.reset()
        self.step("helo", "250 smtpd.test")

    def do_starttls(self, _):
        if not self.server.starttls or self.tls:
            self.say("503 5.5.1 no")
        elif self.step("starttls", "220 2.0.0 go on") == "2":
            self.start_tls()

    def do_auth(self, argument):
        mechanism, _, initial = argument.partition(" ")
        mechanism = mechanism.upper()
        if mechanism not in self.server.mechanisms:
            self.say("504 5.5.4 unknown mechanism")
            return
        if mechanism == "PLAIN":
            if not initial:
                self.say("334 ")
                initial = self.read_line().decode()
            _, user, password = base64.b64decode(initial).decode().split("\0")
        else:
            if initial:
                user = base64.b64decode(initial).decode()
            else:
                self.say("334 VXNlcm5hbWU6")
                user = base64.b64decode(self.read_line()).decode()
            self.say("334 UGFzc3dvcmQ6")
            password = base64.b64decode(self.read_line()).decode()
        good = (user, password) == self.server.credentials
        self.server.note("auth", (mechanism, user, good, self.tls))
        normal = "235 2.7.0 welcome" if good else "535 5.7.8 bad credentials"
        if self.step("auth", normal) == "2":
            self.login = user

    def do_mail(self, argument):
        path, _, parameters = argument.partition(":")[2].strip().partition(" ")
        limit = self.rule("mails_per_connection")
        if limit is not None and self.mails_taken >= limit:
            self.act("421 4.7.0 too many mails for one connection")
        if self.server.login_required and not self.login:
            self.say("530 5.7.0 authentication required")
            return
        self.reset()
        sender = path.strip("<>")
        self.mail_parameters = parameters.split()
        if self.step("mail", "250 2.1.0 ok", sender) == "2":
            self.envelope_from = sender

    def do_rcpt(self, argument):
        # The local part may be quoted, with blanks and brackets in it.
        address = re.match(r'[^:]*:\s*<?((?:"(?:[^"\\]|\\.)*"|[^\s<>])*)', argument)[1]
        if self.envelope_from is None:
            self.say("503 5.5.1 MAIL first")
            return
        limit = self.rule("recipients_per_mail")
        if limit is not None and len(self.tos) >= limit:
            self.act(self.decide("too_many", "452 4.5.3 too many recipients", address))
            self.refused.append(address)
        elif self.step("rcpt", "250 2.1.5 ok", address) == "2":
            self.tos.append(address)
        else:
            self.refused.append(address)

    def do_data(self, _):
        if not self.tos:
            self.say("503 5.5.1 RCPT first")
            return
        if self.step("data", "354 go on") != "3":
            return
        action = self.decide("text", None)
        if action is not None:
            self.read_some()
            self.act(action)
        self.take(self.read_text())

    def read_text(self):
        lines = []
        while True:
            while b"\r\n" not in self.buffer:
                self.read_some()
            line, self.buffer = self.buffer.split(b"\r\n", 1)
            if line == b".":
                return b"".join(lines)
            lines.append((line[1:] if line.startswith(b".") else line) + b"\r\n")

    def take(self, raw):
        mail = Mail(self.number, self.envelope_from, self.tos, raw, self.mail_parameters,
                    self.refused, tls=self.tls, login=self.login)
        mail.queue_id = self.server.keep(mail)
        after = self.decide("after_dot", None, mail)
        action = self.decide("dot", "250 2.0.0 Ok: queued as %s" % mail.queue_id, mail)
        delay = 0
        if isinstance(action, Delay):
            delay, action = action.seconds, action.action
        first = action[0] if isinstance(action, list) else action
        mail.accepted = isinstance(first, str) and first.startswith("2")
        if mail.accepted and self.server.on_mail is not None:
            self.server.on_mail(mail)
        self.server.settle(mail)
        self.reset()
        if after is not None:
            self.act(after)
        if delay and self.server.stopping.wait(delay):
            raise _Gone
        self.answer(mail, action)
        if self.rule("close_after_mail"):
            if self.rule("goodbye"):
                self.say(self.rule("goodbye"))
            raise _Gone

    def answer(self, mail, action):
        """`answered` is set before: a client that has the answer may be looked at at once."""
        mail.answered = mail.accepted
        self.mails_taken += mail.accepted
        try:
            self.act(action)
        except _Gone:
            mail.answered = False
            raise
        finally:
            self.server.settle(mail)

    def do_rset(self, _):
        self.reset()
        self.step("rset", "250 2.0.0 ok")

    def do_noop(self, _):
        self.step("noop", "250 2.0.0 ok")

    def do_quit(self, _):
        self.server.note("quit", self.number)
        self.step("quit", "221 2.0.0 bye")
        return False


class Smtpd:
    """The server. Everything that a test reads is complete: a mail stands in `mails` (in the order
    of arrival) from its final dot on, whatever was then answered."""

    def __init__(self, host="127.0.0.1", port=0, starttls=False, implicit_tls=False, tls=None,
                 credentials=None, mechanisms=("PLAIN", "LOGIN"), auth_in_clear=False,
                 login_required=False, on_mail=None):
        self.host = host
        self.wanted_port = port
        self.starttls = starttls
        self.implicit_tls = implicit_tls
        self.credentials = credentials
        self.mechanisms = mechanisms
        self.auth_in_clear = auth_in_clear
        self.login_required = login_required
        self.on_mail = on_mail
        self.changed = threading.Condition()
        self.mails = []
        self.notes = []
        self.commands = []
        self.connections = 0
        self.rules = {}
        self.threads = []
        self.stopping = threading.Event()
        self.tls_context = None
        if tls is not None:
            self.tls_context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
            self.tls_context.load_cert_chain(tls.certificate, tls.key)

    # -- life --

    def start(self):
        family = socket.AF_INET6 if ":" in self.host else socket.AF_INET
        address = (self.host, self.wanted_port)
        self.listener = socket.create_server(address, family=family, backlog=128)
        self.port = self.listener.getsockname()[1]
        self.stop_reader, self.stop_writer = socket.socketpair()
        self.thread = threading.Thread(target=self.accept, name="smtpd", daemon=True)
        self.thread.start()
        return self

    def accept(self):
        while True:
            ready, _, _ = select.select([self.listener, self.stop_reader], [], [])
            if self.stop_reader in ready:
                return
            sock, _ = self.listener.accept()
            sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            sock.setblocking(False)
            with self.changed:
                self.connections += 1
                connection = _Connection(self, sock, self.connections)
                self.changed.notify_all()
            thread = threading.Thread(target=connection.serve, daemon=True)
            self.threads = [t for t in self.threads if t.is_alive()] + [thread]
            thread.start()

    def stop(self):
        """Ends every connection at once, without a word."""
        if self.stopping.is_set():
            return
        self.stopping.set()
        self.stop_writer.send(b"x")
        self.thread.join()
        self.listener.close()
        for thread in self.threads:
            thread.join()
        self.stop_reader.close()
        self.stop_writer.close()

    def __enter__(self):
        return self.start()

    def __exit__(self, *_):
        self.stop()

    # -- what a test says --

    def script(self, connection=None, **rules):
        """Rules from now on; None takes one away. `connection`: for that one (from 1) only."""
        unknown = set(rules) - RULES
        if unknown:
            raise ValueError("no such rule: %s" % ", ".join(sorted(unknown)))
        with self.changed:
            self.rules.setdefault(connection, {}).update(rules)

    def rule(self, connection, name):
        with self.changed:
            special = self.rules.get(connection, {})
            return special[name] if name in special else self.rules.get(None, {}).get(name)

    # -- what a test reads --

    def keep(self, mail):
        with self.changed:
            self.mails.append(mail)
            number = len(self.mails)
            self.changed.notify_all()
        return "T%07d" % number

    def settle(self, mail):
        with self.changed:
            self.changed.notify_all()

    def note(self, kind, value):
        with self.changed:
            self.notes.append((kind, value))
            self.changed.notify_all()

    def noted(self, kind):
        with self.changed:
            return [value for what, value in self.notes if what == kind]

    def accepted(self):
        with self.changed:
            return [mail for mail in self.mails if mail.accepted]

    def wait_until(self, condition, timeout=30):
        with self.changed:
            if not self.changed.wait_for(condition, timeout):
                raise TimeoutError("smtpd: %d mails, %d connections, notes %r"
                                   % (len(self.mails), self.connections, self.notes))

    def wait_for(self, count, timeout=30):
        """The mails, once at least `count` have arrived."""
        self.wait_until(lambda: len(self.mails) >= count, timeout)
        return list(self.mails)

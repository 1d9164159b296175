# SPDX-License-Identifier: AGPL-3.0-or-later
"""Between the C core and format scripts: called for each script and group.

Whatever a script raises is its own, KeyboardInterrupt too: it runs in a worker's thread, and Python tells an
interrupt to the main thread alone.
"""

import itertools
import json
import logging
import os
import re
import sys
import traceback
from datetime import timedelta

from intelmqmail import _core, _process, script
from intelmqmail.db import Cursor
from intelmqmail.context import ScriptContext
from intelmqmail.directive import Directive
from intelmqmail.sending import EmailNotification, Notification, Postponed, SendContext
from intelmqmail.templates import template_from_text

_OUR_FILES = (__file__, script.__file__)
is_embedded = False
_runs = {}     # number → _RunInside
_by_text = {}  # the configuration as the core hands it out → _RunInside


def _fit_for_the_core(text):
    """With NUL and halves of surrogate pairs, which a script may have from an event, written out."""
    return text.replace("\0", "\\x00").encode("utf-8", "backslashreplace").decode("utf-8")


class _CoreHandler(logging.Handler):
    """Hands what scripts log to the log of the program."""

    def emit(self, record):
        try:
            _core.log(record.levelno, record.name, _fit_for_the_core(self.format(record)))
        except Exception:
            self.handleError(record)


def set_up_embedded():
    """Once, where the interpreter lives in the program: Python's log becomes the program's."""
    global is_embedded
    is_embedded = True
    logging.root.addHandler(_CoreHandler())
    logging.root.setLevel(_core.log_level())
    sys.stdout.reconfigure(line_buffering=True)
    sys.argv = ["intelmqcbmail"]
    _process.set_up()


def _text_of_failure(failure):
    """The traceback from the script's own code on."""
    frames = failure.__traceback__
    while frames is not None and frames.tb_frame.f_code.co_filename in _OUR_FILES:
        frames = frames.tb_next
    lines = traceback.format_exception(type(failure), failure, frames)
    return _fit_for_the_core("".join(lines).rstrip("\n"))


def _end_child(process, failure=None):
    """A child that a script has forked, and has not ended itself, ends where it would come back to the
    program: it must not go on as a second worker on the same connections."""
    if os.getpid() == process:
        return
    # As Python ends a program.
    status = failure.code if isinstance(failure, SystemExit) else failure
    if isinstance(status, BaseException):
        status = _text_of_failure(status)
    try:
        if status is not None and not isinstance(status, int):
            # Not by way of sys.stderr, whose lock another thread of the program may have held.
            os.write(2, f"{status}\n".encode("utf-8", "backslashreplace"))
            status = 1
    finally:
        os._exit((status or 0) & 0xFF)


def load(filename):
    """(Script, None), or (None, why it cannot be used)."""
    process = os.getpid()
    try:
        loaded = script.load_script(filename, "create_notifications")
    except BaseException as failure:
        _end_child(process, failure)
        return None, _text_of_failure(failure)
    _end_child(process)
    return loaded, None


class _RunInside:
    """What cb.start() was given, for the contexts of its scripts."""

    def __init__(self, config, template=None, templates=None, default_format_spec=None):
        self.config = config
        self.template = None if template is None else template_from_text(template)
        self.templates = templates
        self.default_format_spec = default_format_spec


_RUN_KEY = "_intelmqmail_run"
_numbers = itertools.count()


def begin_run(config, *further):
    """The configuration as text, by which contexts find the rest again."""
    text = json.dumps({**config, _RUN_KEY: next(_numbers)})
    run = _RunInside(config, *further)
    _runs[json.loads(text)[_RUN_KEY]] = run
    return text


def end_run(text):
    number = json.loads(text)[_RUN_KEY]
    run = _runs.pop(number)
    for key in [key for key, value in _by_text.items() if value is run]:
        del _by_text[key]


def _run_of(text):
    # Once for all groups: parsing the configuration for each would cost more than the script.
    run = _by_text.get(text)
    if run is None:
        config = json.loads(text) if text else {}
        run = _runs.get(config.get(_RUN_KEY)) or _RunInside(config)
        _by_text[text] = run
    return run


_PYTHON_ERROR = re.compile(r"(?:KeyError: |ValueError: Invalid placeholder)[^;\n]*")


def log_of_core(level, name, message):
    """Where another program hosts us, what the core logs goes to Python's log. Those programs look
    for a line that begins with the exception of a bad template."""
    found = _PYTHON_ERROR.search(message)
    if found and not re.search("^" + re.escape(found[0]), message, re.MULTILINE):
        message += "\n" + found[0]
    logging.getLogger(name).log(level, "%s", message)


def _context(host):
    run = _run_of(host.config_json())
    # A script may change its configuration: that holds for its group, not for those of other workers.
    context = ScriptContext(dict(run.config), Cursor(host), host if host.is_signing else None,
                            Directive(*host.directive()), template=run.template,
                            templates=run.templates, default_format_spec=run.default_format_spec)
    context.now = host.now()
    context._keep_given()
    return context


def _use_logger_of(context, filename):
    """Each script logs under its own name, unless some script has put a logger of its own there."""
    if context.logger is context.__dict__.get("_our_logger", context.logger):
        name = os.path.splitext(os.path.basename(filename))[0]
        context.logger = context._our_logger = logging.getLogger("intelmqmail.script." + name)


def ask(function, context, host):
    """(context, answer, failure). The answer: None where the script says "not mine", True for
    "mine, but later", else a list of what the core shall send; failure: a traceback."""
    process = os.getpid()
    try:
        if context is None:
            context = _context(host)
        _use_logger_of(context, function.filename)
        result = function(context)
        _end_child(process)
        answer = _handed_back(result, context, host.is_dry_run)
    except BaseException as failure:
        _end_child(process, failure)
        return context, None, _text_of_failure(failure)
    return context, answer, None


def _handed_back(result, context, is_dry_run):
    if result is Postponed:
        return True
    if not result:
        return None
    try:
        notifications = list(result)
    except TypeError as error:  # it says "mine", but not what: nobody else is asked
        return [(None, _text_of_failure(error), None, True, True, None)]
    for notification in notifications:
        if not isinstance(notification, Notification):
            raise TypeError(f"create_notifications() returned a list with {notification!r}, "
                            "which is no Notification")
    return [_for_core(notification, context, is_dry_run) for notification in notifications] or None


def _about(notification, context):
    """True for all the group's directives, else a list of their ids."""
    try:
        ids = notification.directive.directive_ids
        return True if ids == context._given.directive_ids else [int(number) for number in ids]
    except (AttributeError, TypeError, ValueError):
        if notification.mark_as_sent:
            raise
        return True  # a copy needs no directive


def _for_core(notification, context, is_dry_run):
    """(Draft or Mail or None, failure, ticket, whether it marks, what it is about, the notification where it sends
    itself). In a dry run nothing sends itself: the mail is only made. What is wrong with a mail is raised, so that the next script is
    asked; but a copy must not cost the group its first mail."""
    content = failure = sender = None
    if not is_dry_run and (type(notification).send is not EmailNotification.send
                           or "send" in notification.__dict__):
        sender = notification
    elif isinstance(notification, EmailNotification):
        try:
            content = notification._for_core()
        except BaseException as error:
            if notification.mark_as_sent:
                raise
            failure = _text_of_failure(error)
    ticket = None if notification.ticket is None else str(notification.ticket)
    return content, failure, ticket, bool(notification.mark_as_sent), _about(notification, context), sender


def _one_or_several(addresses):
    return [addresses] if isinstance(addresses, str) else addresses


class _Delivery(SendContext):
    """The SendContext of a notification that sends itself: its mail goes the way of all others."""

    def __init__(self, handle):
        super().__init__(cur=Cursor(handle.host), smtp=self)
        self._handle = handle

    def mark_as_sent(self, directive_ids, ticket, sent_at):
        # The core records the directives once the whole notification is through.
        if ticket is None:
            raise ValueError("no ticket number to record the directives under")
        self._handle.mark(str(ticket), [int(number) for number in directive_ids])

    def send_message(self, msg, from_addr=None, to_addrs=None, mail_options=(), rcpt_options=()):
        from intelmqmail import _message

        return self._handle.send(_message.as_mail(msg, _message.ticket_of(msg),
                                                  _one_or_several(to_addrs), from_addr))

    def sendmail(self, from_addr, to_addrs, msg, mail_options=(), rcpt_options=()):
        from intelmqmail import _message

        return self._handle.send(_message.as_mail(_message.parse_foreign(msg), None,
                                                  _one_or_several(to_addrs), from_addr))

    def _send_email(self, notification):
        self._handle.send(notification._for_core())
        if notification.mark_as_sent:
            self.mark_as_sent(notification.directive.directive_ids, notification.ticket, None)


def deliver(notification, handle):
    """None, or a traceback where the notification's own send() failed."""
    process = os.getpid()
    try:
        notification.send(_Delivery(handle))
    except BaseException as failure:
        _end_child(process, failure)
        return _text_of_failure(failure)
    _end_child(process)
    return None

# SPDX-License-Identifier: AGPL-3.0-or-later
"""The whole job for other programs: a run on their own database connection, or a preview of it."""

import copy
import json
import logging
import os
import re
import sys

from intelmqmail import _core, _engine, _site
from intelmqmail.db import get_pending_notifications, open_db_connection
from intelmqmail.notification import (Directive, NotificationError, Postponed, ScriptContext,
                                      SendContext)
from intelmqmail.script import load_scripts
from intelmqmail.templates import template_from_text

log = logging.getLogger("intelmqmail")

APPNAME = "intelmq-mailgen"
debug_level = 0  # above 1: a list that is shown before a question has the ids of the events

SYSTEM_FILE = "/etc/intelmq/intelmq-mailgen.conf"
NO_DIRECTIVES = "No directives"
NOTHING_PENDING = "No pending notifications to be sent"
QUESTION = "Options: [c]ontinue (skip), [s]end this batch, send [a]ll, [q]uit? "

__all__ = ["APPNAME", "create_notifications", "debug_level",
           "generate_notifications_interactively", "get_pending_notifications",
           "load_script_entry_points", "mailgen", "main", "open_db_connection",
           "read_configuration", "send_notifications", "start"]


def read_configuration(conf_file_path=None):
    """The site's configuration as a dict; `conf_file_path` replaces the system's file, the user's
    file is read all the same."""
    return json.loads(_core.read_configuration(os.fspath(conf_file_path or SYSTEM_FILE)))


def load_script_entry_points(config):
    """The format scripts of the site, in the order in which they are asked."""
    return load_scripts(config["script_directory"], "create_notifications", logger=log)


def start(config, process_all=False, template=None, templates=None, dry_run=False,
          get_preview=False, conn=None, additional_directive_where=None, default_format_spec=None,
          batch_size=None):
    """A run with all formats of the site.

    template, templates: a text for every directive, texts by template name; their first line is the
    subject, what follows that line the body. They win over the files. Empty ones mean none; one that
    cannot be used fails the groups that ask for it.
    get_preview: a list of the mails as text, and no change to the database.
    conn: a psycopg2 connection on which everything happens, in the transaction that it may have open
    already. It is committed at the end, or rolled back for a preview and a dry run, and closed.

    "No directives" where another instance has them in hand, "No pending notifications to be sent",
    or the counts: "[Simulation: ]N mails sent, P postponed, E errors." So too, with an error in the log,
    where the mail server cannot be reached: each group that was not begun is an error.
    NotificationError where a limit of `safety` would be exceeded; then nothing is sent.
    """
    return mailgen(config, None, process_all, template, templates, dry_run, get_preview, conn,
                   additional_directive_where, default_format_spec, batch_size)


def mailgen(config, scripts=None, process_all=False, template=None, templates=None, dry_run=False,
            get_preview=False, conn=None, additional_directive_where=None,
            default_format_spec=None, batch_size=None):
    """As start(), with these Scripts as the only formats."""
    config = copy.deepcopy(config)
    template, templates = _text(template), _texts(templates)
    if additional_directive_where:
        config.setdefault("database", {})["additional_directive_where"] = additional_directive_where
    is_trial = bool(dry_run or get_preview)
    try:
        return _run(config, scripts, is_trial, conn, template, templates, default_format_spec,
                    process_all, get_preview, batch_size or 10)
    finally:
        if conn is not None:
            conn.close()  # which rolls back what is not committed


def _run(config, scripts, is_trial, conn, template, templates, default_format_spec, process_all,
         get_preview, batch_size):
    if _engine.is_embedded:  # the log of the one would be that of the other, and so on
        raise NotificationError("a format script cannot start a run")
    handle = 0 if conn is None else _prepare(conn)

    _core.set_log_level(log.getEffectiveLevel())
    text = _engine.begin_run(config, template, templates, default_format_spec)
    try:
        run = _core.Run(text, None if scripts is None else list(scripts), is_trial, handle, template,
                        templates)
        try:
            answer = _work(run, process_all, get_preview, batch_size)
        except BaseException:
            # What was sent before the failure must be on record.
            if conn is not None and not is_trial and run.n_mails > 0:
                conn.commit()
            raise
        finally:
            run.close()
        if conn is not None and not is_trial:
            conn.commit()
        return answer
    finally:
        _engine.end_run(text)


def _prepare(conn):
    """The libpq handle of a psycopg2 connection, with a transaction open."""
    with conn.cursor() as cursor:
        cursor.execute("SET TIME ZONE 'UTC'")
    return conn.pgconn_ptr


def _work(run, process_all, get_preview, batch_size):
    if not run.is_alone:
        log.info("Could not get db lock for pending notifications. Probably another instance of"
                 " myself is running.")
        return [] if get_preview else NO_DIRECTIVES
    n_tasks = run.list()
    if n_tasks == 0:
        log.info(NOTHING_PENDING)
        return [] if get_preview else NOTHING_PENDING
    if process_all or get_preview:
        why = run.process(0, n_tasks)
    else:
        why = _ask(run, n_tasks, batch_size)
    if why is not None:
        log.error("Error: %s", why)
    if get_preview:
        return [_for_people(wire.decode("utf-8", "replace")) for wire in run.mails()]
    summary = run.summary()
    if why is not None:  # those that were not begun, or begun in vain, have failed too
        sent, postponed, errors = _counts(summary)
        errors = max(errors + n_tasks - run.n_done, n_tasks - sent - postponed)
        summary = re.sub(r"\d+ errors", f"{errors} errors", summary)
    log.info(summary)
    return summary


def _for_people(mail):
    """The mail's own header in plain Unicode; all else stays as it is, signed parts to the byte."""
    import email.policy  # only here: it takes longer than all else that is imported
    header, gap, rest = mail.partition("\r\n\r\n")
    sources = email.message_from_string(header, policy=email.policy.compat32).raw_items()
    values = email.message_from_string(header, policy=email.policy.default).values()
    lines = [f"{name}: {' '.join(value.splitlines()) if '=?' in source else source}"
             for (name, source), value in zip(sources, values)]
    return "\r\n".join(lines) + gap + rest


def _texts(templates):
    """Those that hold a text: front ends send empty ones for what nobody filled in."""
    if templates is None:
        return None
    return {str(name): _text(text) for name, text in templates.items() if _text(text) is not None}


def _text(text):
    if text is None or not str(text).strip():
        return None
    return str(text).replace("\0", "\\x00").encode("utf-8", "backslashreplace").decode("utf-8")


def _ask(run, n_tasks, batch_size):
    """Why it ended early, if it did."""

    def describe(first, n_batch):
        return [Directive(*group) for group in run.groups(first, n_batch)]

    def send(first, n_batch):
        before = _counts(run.summary())
        why = run.process(first, n_batch)
        if why is not None:
            raise _EndedEarly(why)
        summary = run.summary()  # of the whole run so far
        since = (now - then for now, then in zip(_counts(summary), before))
        return re.sub(r"\d+", lambda _: str(next(since)), summary)

    try:
        _go_through(n_tasks, batch_size, describe, send)
    except _EndedEarly as ended:
        return str(ended)
    return None


class _EndedEarly(Exception):
    pass


def _counts(summary):
    """Mails sent, postponed, errors."""
    return [int(number) for number in re.findall(r"\d+", summary)]


def _go_through(n_tasks, batch_size, describe, send):
    """Batch after batch, in the program's words. `send` gives the counts of what it has sent."""
    first = 0
    while first < n_tasks:
        n_batch = min(batch_size, n_tasks - first)
        print(f"Current batch ({n_batch} of {n_tasks - first} total):")
        for directive in describe(first, n_batch):
            print(_line_of(directive))
        answer = _read_answer()
        if answer == "q":
            print("Exiting without sending any further mails.")
            return
        if answer == "c":
            print("Skipping this batch.")
        else:
            if answer == "a":
                n_batch = n_tasks - first
            _send_batch(send, first, n_batch)
        first += n_batch


def _send_batch(send, first, n_batch):
    print(f"Sending mails for {n_batch} entries... ", end="", flush=True)
    counts = ""
    try:
        counts = send(first, n_batch)
    finally:
        print(counts)


def _line_of(directive):
    line = (f"* {directive.recipient_address} {directive.template_name}"
            f" ({directive.notification_format}/{directive.event_data_format}): {len(directive.event_ids)} events")
    if debug_level > 1:
        line += f": {list(directive.event_ids)}"
    return _harmless(line)


def _harmless(text):
    """It comes from outside: nothing of it steers the terminal, or begins a line of the log."""
    return "".join(letter if letter.isprintable() else _escaped(letter) for letter in text)


def _escaped(letter):
    return "".join(f"\\x{byte:02x}" for byte in letter.encode("utf-8", "surrogatepass"))


def _read_answer():
    """One of the four letters: a word that begins with one, such as "abort", must never send."""
    while True:
        try:
            answer = input(QUESTION).strip()
        except EOFError:
            return "q"
        if answer in ("c", "s", "a", "q"):
            return answer
        print("Please enter one of the characters c, s, a, q")


_AS_CONFIGURED = object()


def create_notifications(cur, directive, config, scripts, logger=None, gpgme_ctx=_AS_CONFIGURED,
                         template=None, templates=None, default_format_spec=None):
    """What the scripts answer for one directive: a list of notifications, or Postponed. gpgme_ctx: who signs their
    mails, None for nobody; left out, the key of the configuration where openpgp.always_sign is true.
    NotificationError where nobody answers, or the key cannot be used."""
    logger = logger or log
    if gpgme_ctx is _AS_CONFIGURED:
        gpgme_ctx = _site.signer_of(config)
    if isinstance(template, str):
        template = template_from_text(template)
    context = ScriptContext(config, cur, gpgme_ctx, directive, logger, template, templates,
                            default_format_spec)
    for script in scripts:
        try:
            notifications = script(context)
        except (Exception, SystemExit):
            logger.exception("Error: script %s failed, the next one is asked",
                             getattr(script, "filename", script))
            continue
        if notifications:
            return notifications
    raise NotificationError(f"none of the {len(scripts)} scripts answers for {directive!r}")


def _send(notification, cur, smtp):
    """How many recipients were refused while others were accepted: an error each, since nobody sees to them later."""
    context = SendContext(cur, smtp)
    notification.send(context)
    for address, (code, reply) in context._left_out.items():
        log.error("Error: ticket %s: recipient %s refused while others were accepted: '%d %s'",
                  _harmless(str(notification.ticket)), _harmless(address), code,
                  _harmless(reply.decode("utf-8", "backslashreplace")))
    return len(context._left_out)


def send_notifications(config, directives, cur, scripts, template=None, gpgme_ctx=_AS_CONFIGURED,
                       dry_run=False, templates=None, default_format_spec=None):
    """Has the scripts answer for the directives and sends what they answer, signed as create_notifications() says. The
    caller commits. (mails sent, postponed, errors); a recipient who was refused while others took the mail is an error,
    and logged. NotificationError where the key cannot be used. ValueError where the configuration sets one of the brakes of
    `safety`: this function knows none of them, start() and mailgen() do."""
    brakes = [key for key, value in (config.get("safety") or {}).items() if value not in (None, 0)]
    if brakes and not dry_run:
        raise ValueError(f"send_notifications() cannot keep safety.{brakes[0]}: use start()")
    if gpgme_ctx is _AS_CONFIGURED:
        gpgme_ctx = _site.signer_of(config)
    sent = postponed = errors = 0
    smtp = None
    try:
        for directive in directives:
            try:
                notifications = create_notifications(cur, directive, config, scripts, log, gpgme_ctx,
                                                     template, templates, default_format_spec)
                if notifications is Postponed:
                    postponed += 1
                    continue
                if smtp is None and not dry_run:
                    smtp = _site.open_mail_server(config)
                for notification in notifications:
                    if not dry_run:
                        errors += _send(notification, cur, smtp)
                    sent += 1
            except Exception:
                errors += 1
                log.exception("Error: no mail could be sent for %r", directive)
    finally:
        if smtp is not None:
            _site.close_mail_server(smtp)
    return sent, postponed, errors


def generate_notifications_interactively(config, cur, directives, scripts, template=None,
                                         batch_size=10):
    """As send_notifications(), but asks on the terminal before each batch."""
    def send(first, n_batch):
        sent, postponed, errors = send_notifications(config, directives[first:first + n_batch], cur,
                                                     scripts, template)
        return f"{sent} mails sent, {postponed} postponed, {errors} errors."

    _go_through(len(directives), batch_size,
                lambda first, n_batch: directives[first:first + n_batch], send)


def main():
    """The command line: the program itself."""
    os.execvp("intelmqcbmail", ["intelmqcbmail", *sys.argv[1:]])

# SPDX-License-Identifier: AGPL-3.0-or-later
"""Where the interpreter lives in the program: what scripts do to the process, and to processes that they start.

The program's threads keep SIGTERM, SIGINT and SIGHUP blocked and leave them to one of their own. A child has no
such thread, and must not inherit the block: whoever started it could not end it.
"""

import functools
import os
import signal
import subprocess
import sys

_OURS = (signal.SIGHUP, signal.SIGINT, signal.SIGTERM)


def _unblocked(start):
    """Within, the program's own handler passes the signals on to the thread that waits for them."""

    @functools.wraps(start)
    def start_unblocked(*arguments, **keywords):
        before = signal.pthread_sigmask(signal.SIG_UNBLOCK, _OURS)
        try:
            return start(*arguments, **keywords)
        finally:
            signal.pthread_sigmask(signal.SIG_SETMASK, before)

    return start_unblocked


def _system(command):
    """os.system(), which would have the whole program ignore SIGINT meanwhile."""
    status = subprocess.Popen(command, shell=True).wait()
    return -status if status < 0 else status << 8


def _set_up_child():
    signal.pthread_sigmask(signal.SIG_UNBLOCK, _OURS)
    for number in _OURS:
        if signal.getsignal(number) is None:  # the program's handler
            signal.signal(number, signal.SIG_DFL)


def _in_children_only(function, process):
    """What ends the process ends the script alone where that is the whole program, as sys.exit() does."""

    @functools.wraps(function)
    def end(*arguments, **keywords):
        if os.getpid() != process:
            return function(*arguments, **keywords)
        shown = ", ".join(map(repr, arguments))
        raise SystemExit(f"os.{function.__name__}({shown}): a format script cannot end the program")

    return end


def _replace(name, make):
    """In os and in the module below it, where some look."""
    posix = sys.modules["posix"]
    replacement = make(getattr(os, name))
    setattr(os, name, replacement)
    if hasattr(posix, name):
        setattr(posix, name, replacement)


def set_up():
    """Once."""
    import _posixsubprocess

    process = os.getpid()
    os.register_at_fork(after_in_child=_set_up_child)
    _posixsubprocess.fork_exec = _unblocked(_posixsubprocess.fork_exec)
    subprocess._fork_exec = _posixsubprocess.fork_exec
    for name in ("posix_spawn", "posix_spawnp"):
        _replace(name, _unblocked)
    _replace("system", lambda _: _system)
    for name in ("_exit", "execv", "execve"):
        _replace(name, lambda function: _in_children_only(function, process))

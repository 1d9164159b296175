# SPDX-License-Identifier: AGPL-3.0-or-later
"""Loading of format scripts."""

import errno
import glob
import logging
import os
import stat
import sys
import types


class Script:
    """A loaded script: calling it calls its entry point."""

    def __init__(self, filename, entry_point):
        self.filename = filename
        self.entry_point = entry_point

    def __call__(self, *args, **kwargs):
        return self.entry_point(*args, **kwargs)

    def __repr__(self):
        return f"Script({self.filename!r})"


def _open_regular(filename, flags):
    """For open(): a pipe would hang the program, a device never end."""
    descriptor = os.open(filename, flags | os.O_NONBLOCK)
    if not stat.S_ISREG(os.fstat(descriptor).st_mode):
        os.close(descriptor)
        raise OSError(errno.EINVAL, "is no regular file, so it is no format", filename)
    return descriptor


def load_script(filename, entry_point):
    """The script of a file. Whatever its code raises comes through; AttributeError where it lacks
    the entry point."""
    name = os.path.splitext(os.path.basename(filename))[0]
    module = types.ModuleType(name)
    module.__file__ = filename
    with open(filename, "rb", opener=_open_regular) as file:
        code = compile(file.read(), filename, "exec")
    # Registered since dataclasses and others look for the module of a class. The name begins with
    # digits, so it hides no module that could be imported.
    sys.modules[name] = module
    exec(code, module.__dict__)
    function = getattr(module, entry_point, None)
    if not callable(function):
        raise AttributeError(f"script {filename} has no function {entry_point}")
    return Script(filename, function)


def load_scripts(script_directory, entry_point, logger=None):
    """All scripts `[0-9][0-9]*.py` of a directory in name order, a list of Scripts. ValueError where the
    directory is missing or cannot be read. Each script that fails is logged; RuntimeError at the end where one
    did."""
    logger = logger or logging.getLogger(__name__)
    try:
        os.listdir(script_directory or "")
    except OSError as error:
        raise ValueError(f"script directory {script_directory!r} cannot be read: {error}") from error
    scripts = []
    failed = []
    for filename in sorted(glob.glob(os.path.join(glob.escape(script_directory),
                                                  "[0-9][0-9]*.py"))):
        try:
            scripts.append(load_script(filename, entry_point))
        except (Exception, SystemExit):
            logger.exception("Error: could not load script %s", filename)
            failed.append(filename)
    if failed:
        raise RuntimeError("scripts could not be loaded: " + ", ".join(failed))
    return scripts

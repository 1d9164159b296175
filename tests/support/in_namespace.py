# SPDX-License-Identifier: AGPL-3.0-or-later
"""Paths that are fixed, such as the journal's socket, given to one program alone: a mount namespace.

    command = in_namespace(command, {"/run": directory})
"""

import functools
import shlex
import subprocess

import pytest


@functools.cache
def is_possible():
    done = subprocess.run(["unshare", "-m", "mount", "-t", "tmpfs", "none", "/mnt"],
                          capture_output=True, check=False)
    return done.returncode == 0


def in_namespace(command, mounts):
    """The command with each directory of `mounts` in the place of the path. Skips the test where this
    user may not do so."""
    if not is_possible():
        pytest.skip("needs the right to make a mount namespace")
    binds = "".join(f"mount --rbind {shlex.quote(str(source))} {shlex.quote(str(target))} && "
                    for target, source in mounts.items())
    return ["unshare", "-m", "sh", "-c", f'{binds} exec "$@"', "sh", *map(str, command)]

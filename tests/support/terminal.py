# SPDX-License-Identifier: AGPL-3.0-or-later
"""A terminal that the program writes to: what a person would see there, as bytes."""

import os


def read_terminal(outer):
    """All that comes until the other side is closed; closes `outer`, the master of pty.openpty()."""
    seen = b""
    while True:
        try:
            chunk = os.read(outer, 4096)
        except OSError:  # the other side is closed
            break
        if not chunk:
            break
        seen += chunk
    os.close(outer)
    return seen

# SPDX-License-Identifier: AGPL-3.0-or-later
"""A clock that differs from the machine's, and jumps while a program runs (other_clock.c)."""

import pathlib
import shutil
import struct
import tempfile

from support.program import BUILD

LIBRARY = BUILD / "tests/libother_clock.so"


class OtherClock:
    """For the programs that are started with its `environment`."""

    def __enter__(self):
        # For PostgreSQL too, which another user may be: both the file and the library have to be open to it.
        self.directory = pathlib.Path(tempfile.mkdtemp(prefix="mg-clock-"))
        self.directory.chmod(0o755)
        library = shutil.copy(LIBRARY, self.directory)
        self.path = self.directory / "difference"
        self.path.write_bytes(bytes(8))
        self.environment = {"LD_PRELOAD": str(library), "OTHER_CLOCK": str(self.path)}
        return self

    def __exit__(self, *_):
        shutil.rmtree(self.directory)

    def set(self, days):
        """From now on it is so many days ahead of the machine's, or behind it where the number is negative."""
        with open(self.path, "r+b") as file:
            file.write(struct.pack("=q", days * 86400))

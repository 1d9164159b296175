# SPDX-License-Identifier: AGPL-3.0-or-later
"""Lets every test say `from support import …`."""

import pathlib
import sys

sys.path.insert(0, str(pathlib.Path(__file__).parent))

# SPDX-License-Identifier: AGPL-3.0-or-later
"""Makes `from support.smtpd import …` work, wherever pytest is started."""

import pathlib
import sys

import pytest

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent))
pytest.register_assert_rewrite("support.promise")

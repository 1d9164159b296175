# SPDX-License-Identifier: AGPL-3.0-or-later
from flow.conftest import *  # noqa: F401,F403

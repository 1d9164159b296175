# SPDX-License-Identifier: AGPL-3.0-or-later
"""The fixtures of the flow tests; here the databases write to disk as a site's does."""

import pytest

from flow.conftest import *  # noqa: F401,F403
from support.postgres import Cluster


@pytest.fixture(scope="session")
def cluster():
    with Cluster(fsync=True) as cluster:
        yield cluster

# SPDX-License-Identifier: AGPL-3.0-or-later
"""Fixtures for tests against real servers."""

import pytest

from support.postgres import Cluster


@pytest.fixture(scope="session")
def cluster():
    """One PostgreSQL for all tests of this process. Tests that stop it start it again."""
    with Cluster() as cluster:
        yield cluster


@pytest.fixture
def database(cluster, request):
    """A fresh database with events and notifications.sql. A test that wants another kind says so:
    @pytest.mark.database(extra_type="json", partitioned=True)"""
    marker = request.node.get_closest_marker("database")
    database = cluster.create_ready_database(**(marker.kwargs if marker else {}))
    seen = len(cluster.log)
    yield database
    request.node.add_report_section("teardown", "PostgreSQL's log", cluster.log[seen:])
    cluster.drop_database(database)


def pytest_configure(config):
    config.addinivalue_line("markers", "database(**kind): which kind of database the test gets")


@pytest.hookimpl(hookwrapper=True)
def pytest_runtest_makereport(item, call):
    outcome = yield
    report = outcome.get_result()
    cluster = getattr(item, "funcargs", {}).get("cluster")
    if cluster is not None and report.when == "call" and report.failed:
        report.sections.append(("PostgreSQL's log (end)", cluster.log[-8000:]))

# SPDX-License-Identifier: AGPL-3.0-or-later
"""Fixtures for tests against real servers."""

import os
import re
import signal

import pytest

from support.postgres import INSERTER, Cluster, directive, insert_event
from support.program import PRELOADED, Site
from support.smtpd import Smtpd

SANITIZER = os.environ.get("INTELMQCBMAIL_SANITIZER")

# Who starts the tests in the background hands down signals that are ignored, and the program leaves those so.
for name in (signal.SIGHUP, signal.SIGINT, signal.SIGQUIT, signal.SIGTERM):
    if signal.getsignal(name) == signal.SIG_IGN:
        signal.signal(name, signal.SIG_DFL)
LOADS_PACKAGE = re.compile("^(from|import) intelmqmail", re.MULTILINE)


def pytest_ignore_collect(collection_path):
    """With a sanitizer: what loads the package into this very process is run where the sanitizer's run-time
    was loaded before, and there nothing else."""
    if SANITIZER is None or not collection_path.name.startswith("test_"):
        return None
    loads_package = LOADS_PACKAGE.search(collection_path.read_text()) is not None
    return True if loads_package != (PRELOADED is not None) else None


def pytest_collection_modifyitems(items):
    for item in items:
        if SANITIZER is not None and item.get_closest_marker("measures"):
            item.add_marker(pytest.mark.skip(reason="measures, which a sanitizer makes pointless"))


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


@pytest.fixture
def smtpd():
    """A mail server that takes everything until the test scripts it otherwise."""
    with Smtpd() as server:
        yield server


@pytest.fixture
def site(tmp_path, database, smtpd):
    """A site whose one format, inline, answers for everything, with one template."""
    site = Site(tmp_path / "site", database.settings(), smtpd.port)
    site.write_format()
    site.write_template("open_snmp")
    return site


@pytest.fixture
def put(database):
    """put(recipient, n_events=1, fields={}, extra={}, **directive): events as IntelMQ inserts them,
    each with one directive; the ids of the events."""
    connection = database.connect(INSERTER)

    def put(recipient="abuse@isp.example", n_events=1, fields=None, extra=None, **attributes):
        ids = []
        with connection:
            for number in range(n_events):
                values = {
                    "source.asn": 64496,
                    "source.ip": f"192.0.2.{number % 250 + 1}",
                    "time.source": "2026-11-20 03:04:05+00",
                    **(fields or {}),
                }
                directives = [directive(recipient_address=recipient, **attributes)]
                ids.append(insert_event(connection, directives, extra, **values))
        return ids

    yield put
    connection.close()


def pytest_configure(config):
    config.addinivalue_line("markers", "database(**kind): which kind of database the test gets")
    config.addinivalue_line("markers", "measures: time or memory; skipped under a sanitizer")


@pytest.hookimpl(hookwrapper=True)
def pytest_runtest_makereport(item, call):
    outcome = yield
    report = outcome.get_result()
    cluster = getattr(item, "funcargs", {}).get("cluster")
    if cluster is not None and report.when == "call" and report.failed:
        report.sections.append(("PostgreSQL's log (end)", cluster.log[-8000:]))

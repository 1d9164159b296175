# SPDX-License-Identifier: AGPL-3.0-or-later
"""The throw-away PostgreSQL itself."""

import os
import subprocess
import sys

import psycopg2
import pytest

from support.postgres import SENDER, Cluster

WITH_POSTGRES = os.path.join(os.path.dirname(__file__), "..", "support", "with_postgres.py")


@pytest.fixture(scope="module")
def own_cluster():
    with Cluster(fsync=True) as cluster:
        yield cluster


@pytest.mark.parametrize("mode", ["smart", "fast", "immediate", "kill"])
def test_restart_keeps_address_and_rows(own_cluster, mode):
    database = own_cluster.create_ready_database()
    address = database.dsn_parts()
    database.query("INSERT INTO sent (intelmq_ticket) VALUES ('1')", login=SENDER)
    own_cluster.restart(mode)
    assert database.dsn_parts() == address
    assert database.query("SELECT intelmq_ticket FROM sent", login=SENDER) == [("1",)]


def test_stopped_means_refused_until_started(own_cluster):
    database = own_cluster.create_ready_database()
    own_cluster.stop()
    assert not own_cluster.is_running
    with pytest.raises(psycopg2.OperationalError):
        database.connect()
    own_cluster.start()
    assert database.query("SHOW fsync") == [("on",)]


def test_databases_share_nothing(own_cluster):
    one, other = own_cluster.create_ready_database(), own_cluster.create_ready_database()
    one.query("INSERT INTO sent (intelmq_ticket) VALUES ('1')")
    assert other.query("SELECT count(*) FROM sent") == [(0,)]


def test_destroy_leaves_nothing():
    cluster = Cluster()
    pid, directory = cluster.pid, cluster.directory
    cluster.destroy()
    cluster.destroy()
    assert not directory.exists()
    with pytest.raises(ProcessLookupError):
        os.kill(pid, 0)


def test_with_postgres_gives_environment_and_status():
    script = """
import os, psycopg2, sys
sender = psycopg2.connect(user=os.environ["MG_TEST_SENDER"], host=os.environ["MG_TEST_TCP_HOST"],
                          password=os.environ["MG_TEST_SENDER_PASSWORD"])
superuser = psycopg2.connect(user=os.environ["MG_TEST_SUPERUSER"])
cursor = sender.cursor()
cursor.execute("SELECT count(*) FROM directives")
sys.exit(7 + cursor.fetchone()[0])
"""
    command = [sys.executable, WITH_POSTGRES, sys.executable, "-c", script]
    finished = subprocess.run(command, capture_output=True, text=True, check=False)
    assert finished.returncode == 7, finished.stderr
    assert "the server's log:" in finished.stderr

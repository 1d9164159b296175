# SPDX-License-Identifier: AGPL-3.0-or-later
"""A throw-away PostgreSQL cluster, and fresh databases in it.

    with Cluster() as cluster:
        database = cluster.create_database()      # events and notifications.sql are there
        with database.connect(SENDER) as connection: ...

A Cluster has a directory, a port and a server process of its own; it is stopped by that process's
id, and dies with the program that started it. The superuser comes in through the socket without a
password, logins through TCP must show theirs. Databases are copies of a template, made once.
"""

import atexit
import collections
import contextlib
import ctypes
import fcntl
import glob
import json
import os
import pathlib
import pwd
import random
import re
import shutil
import signal
import socket
import subprocess
import tempfile
import time

import psycopg2

ROOT = pathlib.Path(__file__).resolve().parents[2]
NOTIFICATIONS_SQL = ROOT / "sql" / "notifications.sql"
EVENTS_SQL = pathlib.Path(__file__).with_name("events.sql")
PYTHON_PROGRAM_SQL = pathlib.Path(__file__).with_name("python_program.sql")

Login = collections.namedtuple("Login", "name password member_of")
SUPERUSER = Login("postgres", None, None)
INSERTER = Login("intelmq", "insert secret", "eventdb_insert")
SENDER = Login("intelmq_mailgen", "send secret", "eventdb_send_notifications")

START_TIMEOUT = 60
STOP_TIMEOUT = 60
PR_SET_PDEATHSIG = 1


def binary(name):
    """The newest installed server's program, else the one in PATH."""
    found = glob.glob(f"/usr/lib/postgresql/*/bin/{name}")
    if not found:
        return shutil.which(name) or name
    return max(found, key=lambda path: float(path.split("/")[4]))


def server_user():
    """As whom the server runs (it refuses to run as root); None: as who we are."""
    if os.geteuid() != 0:
        return None
    for name in ("postgres", "nobody"):
        with contextlib.suppress(KeyError):
            return pwd.getpwnam(name)
    raise RuntimeError("run as root, PostgreSQL needs a user postgres or nobody")


def _die_with_parent():
    ctypes.CDLL(None).prctl(PR_SET_PDEATHSIG, signal.SIGQUIT)


class _Port:
    """A free port of 127.0.0.1, locked among programs that ask this way, below those the kernel
    gives to connections."""

    def __init__(self):
        first_given = int(
            pathlib.Path("/proc/sys/net/ipv4/ip_local_port_range").read_text().split()[0]
        )
        for _ in range(1000):
            self.number = random.randrange(10000, max(first_given, 20000))
            self._lock = open(f"{tempfile.gettempdir()}/mg-test-port-{self.number}.lock", "a+")
            with contextlib.suppress(OSError):
                fcntl.flock(self._lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
                with socket.socket() as probe:
                    probe.bind(("127.0.0.1", self.number))
                return
            self._lock.close()
        raise RuntimeError("no free port found")

    def release(self):
        with contextlib.suppress(OSError):
            os.unlink(self._lock.name)
        self._lock.close()


class Cluster:
    """fsync: off unless a test is about crashes or time. settings: for postgresql.conf. environment: of the
    server, beside what it needs."""

    def __init__(self, fsync=False, settings=None, environment=None):
        self._user = server_user()
        self._environment = environment or {}
        self._process = None
        self._port = None
        self._templates = {}
        self._n_databases = 0
        self.directory = pathlib.Path(tempfile.mkdtemp(prefix="mg-postgres-"))
        atexit.register(self.destroy)
        # The socket stands in it, for whoever runs the tests; only the data is the server's alone.
        self.directory.chmod(0o755)
        if self._user is not None:
            os.chown(self.directory, self._user.pw_uid, self._user.pw_gid)
        self._initdb(fsync, settings or {})
        self.start()
        self._create_logins()

    def __enter__(self):
        return self

    def __exit__(self, *exception):
        self.destroy()

    @property
    def data_directory(self):
        return self.directory / "data"

    @property
    def socket_directory(self):
        return str(self.directory)

    @property
    def port(self):
        return self._port.number

    @property
    def pid(self):
        return self._process.pid

    @property
    def is_running(self):
        return self._process is not None and self._process.poll() is None

    @property
    def log(self):
        """What the server has logged."""
        with contextlib.suppress(FileNotFoundError):
            return (self.directory / "log").read_text(errors="replace")
        return ""

    def _command(self, name, *arguments, **options):
        if self._user is not None:
            options.update(
                user=self._user.pw_uid,
                group=self._user.pw_gid,
                extra_groups=os.getgrouplist(self._user.pw_name, self._user.pw_gid),
            )
        return subprocess.Popen(
            [binary(name), *arguments],
            cwd=self.directory,
            env={"PATH": "/usr/bin:/bin", "LC_ALL": "C.UTF-8", "TZ": "UTC", **self._environment},
            stdin=subprocess.DEVNULL,
            preexec_fn=_die_with_parent,
            **options,
        )

    def _initdb(self, fsync, settings):
        initdb = self._command(
            "initdb", "-D", self.data_directory, "-U", SUPERUSER.name, "-E", "UTF8", "--no-sync",
            "--locale=C.UTF-8", "--auth=trust",
            stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
        )  # fmt: skip
        output, _ = initdb.communicate(timeout=START_TIMEOUT)
        if initdb.returncode != 0:
            raise RuntimeError("initdb failed:\n" + output.decode(errors="replace"))
        (self.data_directory / "pg_hba.conf").write_text(
            "local all all trust\nhost all all 127.0.0.1/32 scram-sha-256\n"
            "local replication all trust\n"
        )
        on_or_off = "on" if fsync else "off"
        settings = {
            "listen_addresses": "127.0.0.1",
            "unix_socket_directories": self.socket_directory,
            "fsync": on_or_off,
            "full_page_writes": on_or_off,
            "password_encryption": "scram-sha-256",
            "log_line_prefix": "%m [%p] %u@%d %a ",
            "log_checkpoints": "off",
            "timezone": "Europe/Berlin",  # must not matter
            **settings,
        }
        with open(self.data_directory / "postgresql.auto.conf", "a") as conf:
            for name, value in settings.items():
                conf.write(f"{name} = '{value}'\n")

    def start(self):
        """Returns when connections are taken. The port stays the same across restarts."""
        kept_port = self._port is not None
        deadline = time.monotonic() + START_TIMEOUT
        while time.monotonic() < deadline:
            if not kept_port:
                self._port = _Port()
            seen = len(self.log)
            if self._try_to_start():
                return
            reason = self.log[seen:]
            if "Address already in use" in reason and not kept_port:
                self._port.release()
            elif "is still in use" in reason:  # by children of a server that was killed: they go
                time.sleep(0.05)
            else:
                break
        raise RuntimeError("the server did not start:\n" + self.log)

    def _try_to_start(self):
        with open(self.directory / "log", "ab") as log:
            self._process = self._command(
                "postgres", "-D", self.data_directory, "-p", str(self.port),
                stdout=log, stderr=log,
            )  # fmt: skip
        deadline = time.monotonic() + START_TIMEOUT
        while self._process.poll() is None:
            # The server's own word, as pg_ctl reads it: first its pid, in the end its state.
            with contextlib.suppress(FileNotFoundError):
                state = (self.data_directory / "postmaster.pid").read_text().splitlines()
                if len(state) >= 8 and int(state[0]) == self.pid and state[7].strip() == "ready":
                    return True
            if time.monotonic() > deadline:
                self.stop("immediate")
                raise RuntimeError(f"the server took over {START_TIMEOUT} s:\n" + self.log)
            time.sleep(0.01)
        return False

    def stop(self, mode="fast"):
        """mode: "smart", "fast", "immediate" as for pg_ctl, or "kill"."""
        if not self.is_running:
            return
        self._process.send_signal(
            {
                "smart": signal.SIGTERM,
                "fast": signal.SIGINT,
                "immediate": signal.SIGQUIT,
                "kill": signal.SIGKILL,
            }[mode]
        )
        try:
            self._process.wait(STOP_TIMEOUT)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()
            raise RuntimeError(f"the server had to be killed:\n{self.log}") from None

    def restart(self, mode="fast"):
        self.stop(mode)
        self.start()

    def destroy(self):
        """Stops the server and removes everything; may be called again."""
        atexit.unregister(self.destroy)
        self.stop("immediate")
        if self._port is not None:
            self._port.release()
            self._port = None
        shutil.rmtree(self.directory, ignore_errors=True)

    def _create_logins(self):
        with self.execute_as_superuser() as cursor:
            for login in (INSERTER, SENDER):
                cursor.execute(f"CREATE ROLE {login.name} LOGIN PASSWORD %s", [login.password])

    @contextlib.contextmanager
    def execute_as_superuser(self, database="postgres"):
        """A cursor, each statement its own transaction."""
        connection = Database(self, database).connect()
        connection.autocommit = True
        try:
            with connection.cursor() as cursor:
                yield cursor
        finally:
            connection.close()

    def create_database(self, name=None, template="template0"):
        """An empty database, or a copy of one. Nobody may be connected to the template."""
        if name is None:
            self._n_databases += 1
            name = f"mg_test_{self._n_databases}"
        with self.execute_as_superuser() as cursor:
            cursor.execute(f'CREATE DATABASE "{name}" TEMPLATE "{template}"')
        return Database(self, name)

    def create_ready_database(self, name=None, extra_type="jsonb", partitioned=False):
        """A database with events and notifications.sql, the logins having their grants."""
        template = f"mg_template_{extra_type}" + ("_partitioned" if partitioned else "")
        if template not in self._templates:
            database = self.create_database(template)
            database.create_events(extra_type, partitioned)
            database.install()
            self._templates[template] = database
        return self.create_database(name, template)

    def drop_database(self, database):
        with self.execute_as_superuser() as cursor:
            cursor.execute(f'DROP DATABASE IF EXISTS "{database.name}" WITH (FORCE)')


class Standby(Cluster):
    """A hot standby of a cluster; its databases are those, read-only."""

    def __init__(self, primary):
        self._primary = primary
        super().__init__()

    def _initdb(self, fsync, settings):
        copy = self._command(
            "pg_basebackup", "-D", self.data_directory, "-h", self._primary.socket_directory,
            "-p", str(self._primary.port), "-U", SUPERUSER.name, "--write-recovery-conf",
            "--checkpoint=fast", "--no-sync", stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
        )  # fmt: skip
        output, _ = copy.communicate(timeout=START_TIMEOUT)
        if copy.returncode != 0:
            raise RuntimeError("pg_basebackup failed:\n" + output.decode(errors="replace"))
        with open(self.data_directory / "postgresql.auto.conf", "a") as conf:
            conf.write(f"unix_socket_directories = '{self.socket_directory}'\n")

    def _create_logins(self):
        pass  # they came along

    def catch_up(self):
        """Returns when all that the primary has committed is seen here."""
        (written,), = Database(self._primary, "postgres").query("SELECT pg_current_wal_flush_lsn()")
        deadline = time.monotonic() + START_TIMEOUT
        while time.monotonic() < deadline:
            (is_there,), = Database(self, "postgres").query(
                "SELECT pg_last_wal_replay_lsn() >= %s::pg_lsn", [written])
            if is_there:
                return
            time.sleep(0.01)
        raise RuntimeError("the standby does not catch up:\n" + self.log)


class Database:
    """One database of a cluster, seen by its users."""

    def __init__(self, cluster, name):
        self.cluster = cluster
        self.name = name

    def connect(self, login=SUPERUSER, **options):
        """A psycopg2 connection. The superuser comes through the socket, others with their
        password through TCP, as the programs do."""
        return psycopg2.connect(**self.dsn_parts(login), **options)

    def dsn_parts(self, login=SENDER):
        parts = {"dbname": self.name, "port": self.cluster.port, "user": login.name}
        if login.password is None:
            return {**parts, "host": self.cluster.socket_directory}
        return {**parts, "host": "127.0.0.1", "password": login.password}

    def settings(self, login=SENDER):
        """What stands under database.event in the configuration file."""
        return {
            "name": self.name,
            "username": login.name,
            "password": login.password,
            "host": "127.0.0.1",
            "port": self.cluster.port,
        }

    def environment(self):
        """For programs under test that take their database from the environment."""
        return {
            "PGHOST": self.cluster.socket_directory,
            "PGPORT": str(self.cluster.port),
            "PGDATABASE": self.name,
            "MG_TEST_TCP_HOST": "127.0.0.1",
            "MG_TEST_SUPERUSER": SUPERUSER.name,
            "MG_TEST_SENDER": SENDER.name,
            "MG_TEST_SENDER_PASSWORD": SENDER.password,
            "MG_TEST_INSERTER": INSERTER.name,
            "MG_TEST_INSERTER_PASSWORD": INSERTER.password,
        }

    def psql(self, *arguments, check=True):
        """Runs psql as the superuser; the finished process, its output as text."""
        environment = {k: v for k, v in os.environ.items() if not k.startswith("PG")}
        finished = subprocess.run(
            [binary("psql"), "-X", "-h", self.cluster.socket_directory, "-p",
             str(self.cluster.port), "-U", SUPERUSER.name, "-d", self.name, *map(str, arguments)],
            env=environment, stdin=subprocess.DEVNULL, capture_output=True, text=True, check=False,
        )  # fmt: skip
        if check and finished.returncode != 0:
            raise RuntimeError(f"psql failed ({finished.returncode}):\n{finished.stderr}")
        return finished

    def create_events(self, extra_type="jsonb", partitioned=False):
        """IntelMQ's table events."""
        variables = ["-v", f"extra_type={extra_type}"]
        if partitioned:
            variables += ["-v", "partitioned=1"]
        return self.psql(*variables, "-f", EVENTS_SQL)

    def install(self):
        """What an administrator does: notifications.sql, then the grants to the logins."""
        finished = self.psql("-f", NOTIFICATIONS_SQL)
        with self.cluster.execute_as_superuser(self.name) as cursor:
            for login in (INSERTER, SENDER):
                cursor.execute(f"GRANT {login.member_of} TO {login.name}")
        return finished

    def query(self, statement, parameters=None, login=SUPERUSER):
        """Executes and commits one statement; its rows, if it has any."""
        connection = self.connect(login)
        try:
            with connection, connection.cursor() as cursor:
                cursor.execute(statement, parameters)
                return cursor.fetchall() if cursor.description else None
        finally:
            connection.close()


def directive(**attributes):
    """A directive as the rules expert writes it; None leaves an attribute out."""
    defaults = {
        "medium": "email",
        "recipient_address": "abuse@isp.example",
        "template_name": "open_snmp",
        "notification_format": "shadowserver",
        "event_data_format": "csv_open_snmp",
        "notification_interval": 0,
        "aggregate_identifier": {"source.asn": 64496},
    }
    return {k: v for k, v in {**defaults, **attributes}.items() if v is not None}


def insert_event(connection, directives=None, extra=None, **fields):
    """Inserts one event as IntelMQ's PostgreSQL output bot does, without committing; its id.

    fields: by their IntelMQ names, so mostly given as **{"source.ip": "192.0.2.1"}. extra: a dict
    that the directives are put into, or a str that goes in as it is.
    """
    if directives is not None:
        extra = {**(extra or {}), "certbund": {"source_directives": directives}}
    row = dict(fields)
    if extra is not None:
        row["extra"] = extra if isinstance(extra, str) else json.dumps(extra)
        if not isinstance(extra, str):
            # The bot does this to all its text, since jsonb holds no NUL.
            row["extra"] = re.sub(r"\\u0000", r"\\\\u0000", row["extra"])
    names = ", ".join(f'"{name}"' for name in row)
    places = ", ".join(["%s"] * len(row))
    statement = f"INSERT INTO events ({names}) VALUES ({places})" if row else (
        "INSERT INTO events DEFAULT VALUES"
    )
    with connection.cursor() as cursor:
        cursor.execute(statement, list(row.values()))
        # The role may use the sequence, and may not read the table.
        cursor.execute("SELECT currval('events_id_seq')")
        return cursor.fetchone()[0]

#!/usr/bin/python3
# SPDX-License-Identifier: AGPL-3.0-or-later
"""`make bench`: what a run costs, beside the bare limit of the machine.

Each scenario seeds G groups of E events in a private PostgreSQL (fsync on), runs the program against a
sink that takes everything, and prints a line a number of workers. The *bare* column is the same statements
and the same SMTP dialogue by a program that does nothing else: no pending list, no format, no CSV, no
MIME. What lies between the two is ours; the rest is PostgreSQL's and the kernel's.

With `--beside PROGRAM --beside-sql FILE` there is a second program, an older build of this one or another one
with the same command line. The two run in turns, each on fresh copies of a database that its own SQL made, with
the same events, default settings and fsync on; medians and their ratio (theirs to ours) are printed.

    tests/bench/bench.py --beside ../old/build/src/cli/intelmqcbmail --beside-sql ../old/sql/notifications.sql

The machine's speed drifts, so every run of the program has its bare run right after it, and ratios are
what to quote.
"""

import argparse
import contextlib
import dataclasses
import json
import os
import pathlib
import re
import shlex
import signal
import statistics
import subprocess
import sys
import tempfile
import time

ROOT = pathlib.Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT / "tests"))

import signing  # noqa: E402

from support import gnupg  # noqa: E402
from support.postgres import INSERTER, NOTIFICATIONS_SQL, SENDER, Cluster  # noqa: E402

BUILD = pathlib.Path(os.environ.get("INTELMQCBMAIL_BUILD", ROOT / "build"))
TICKS = os.sysconf("SC_CLK_TCK")

FORMAT = """\
titles: {source.asn: asn, source.ip: ip, time.source: timestamp, source.port: src_port,
         protocol.transport: proto, extra.system_desc: sysdesc}
formats:
  - name: bench
    match: {notification_format: shadowserver}
    columns: [source.asn, source.ip, time.source, source.port, protocol.transport, extra.system_desc]
"""

SCRIPT = """\
from intelmqmail.tableformat import build_table_format

table = build_table_format("bench", [("source.asn", "asn"), ("source.ip", "ip"),
    ("time.source", "timestamp"), ("source.port", "src_port"), ("protocol.transport", "proto"),
    ("extra.system_desc", "sysdesc")])

def create_notifications(context):
    if context.directive.notification_format == "shadowserver":
        return context.mail_format_as_csv(table)
    return None
"""

TEMPLATE = """\
[CERT Example#${ticket_number}] open services in AS ${source.asn}

Dear Sir or Madam,

the systems listed below answer to anybody on the Internet and can be abused for attacks on others.
Please find out whether that is intended, and close them where it is not.

${events_as_csv}
Kind regards
the CERT
"""

# As IntelMQ would write them, but at once: the trigger's work is not what is measured here.
SEED = """
SET session_replication_role = replica;
WITH added AS (
    INSERT INTO events ("source.asn", "source.ip", "time.source", "source.port",
                        "protocol.transport", "classification.identifier", extra)
    SELECT 64496 + g, ('198.18.' || e / 250 %% 250 || '.' || e %% 250 + 1)::inet,
           timestamptz '2026-11-20 03:04:05+00' + e * interval '1 second', 161, 'udp', 'open-snmp',
           jsonb_build_object('system_desc', 'RouterOS ' || e, 'g', g)
    FROM generate_series(1, %(events)s) e, generate_series(1, %(groups)s) g
    RETURNING id, "source.asn" - 64496 AS g)
INSERT INTO directives (events_id, medium, recipient_address, template_name, notification_format,
                        event_data_format, aggregate_identifier, notification_interval, endpoint)
SELECT id, 'email', 'abuse@isp-' || g || '.example', 'open_snmp', 'shadowserver', 'csv_open_snmp',
       ARRAY[ARRAY['source.asn', (64496 + g)::text]], '0', 'source'
FROM added ORDER BY id;
"""


def children(postmaster):
    """Its processes that are there."""
    return set(map(int, pathlib.Path(f"/proc/{postmaster}/task/{postmaster}/children").read_text().split()))


def wait_for_end_of_sessions(postmaster, before):
    """A session that is about to end when its time is read would be counted twice or not at all."""
    deadline = time.monotonic() + 2  # a vacuum may take longer, and is not waited for
    while children(postmaster) - before and time.monotonic() < deadline:
        time.sleep(0.002)


def server_cpu_seconds(postmaster):
    """Of the postmaster, its living children, and those it has buried."""
    total = 0
    for entry in pathlib.Path("/proc").iterdir():
        if not entry.name.isdigit():
            continue
        with contextlib.suppress(OSError):
            fields = (entry / "stat").read_text().rpartition(")")[2].split()
            parent, own = int(fields[1]), int(fields[11]) + int(fields[12])
            if int(entry.name) == postmaster:
                total += own + int(fields[13]) + int(fields[14])
            elif parent == postmaster:
                total += own
    return total / TICKS


class Sink:
    def __init__(self, directory, delay_ms=0):
        self.port_file = directory / f"sink-{delay_ms}.port"
        self.port_file.unlink(missing_ok=True)  # of one that has ended
        self.process = subprocess.Popen(
            [BUILD / "tests/bench/sink", "--port-file", self.port_file, "--delay-each-ms", str(delay_ms)],
            stdout=subprocess.PIPE, text=True)
        while not (self.port_file.exists() and self.port_file.read_text().strip()):
            if self.process.poll() is not None:
                sys.exit("the sink does not start")
            os.sched_yield()
        self.port = int(self.port_file.read_text())

    def stop(self):
        self.process.send_signal(signal.SIGTERM)
        self.process.communicate()


def timed(command, environment, postmaster):
    """Runs to the end; wall, program CPU, server CPU (seconds), peak memory (MB), standard error."""
    there = children(postmaster)
    before = server_cpu_seconds(postmaster)
    started = time.monotonic()
    with tempfile.TemporaryFile("w+") as log:
        process = subprocess.Popen(command, env=environment, stdin=subprocess.DEVNULL,
                                   stdout=subprocess.DEVNULL, stderr=log)
        _, status, usage = os.wait4(process.pid, 0)
        process.returncode = os.waitstatus_to_exitcode(status)
        wall = time.monotonic() - started
        log.seek(0)
        text = log.read()
    if process.returncode != 0:
        sys.exit(f"{command} ended with {process.returncode}:\n{text[-3000:]}")
    wait_for_end_of_sessions(postmaster, there)
    return (wall, usage.ru_utime + usage.ru_stime, server_cpu_seconds(postmaster) - before,
            usage.ru_maxrss / 1024, text)


class Bench:
    def __init__(self, directory, cluster, sink):
        self.directory, self.cluster, self.sink = directory, cluster, sink
        for name, file, text in (("templates", "open_snmp", TEMPLATE),
                                 ("yaml", "10-bench.yaml", FORMAT),
                                 ("python", "10-bench.py", SCRIPT)):
            (directory / name).mkdir()
            (directory / name / file).write_text(text)

    def seed(self, groups, events):
        database = self.cluster.create_ready_database()
        database.query(SEED % {"groups": groups, "events": events})
        database.psql("-c", "VACUUM ANALYZE events", "-c", "VACUUM ANALYZE directives")
        return database

    def configure(self, database, workers, formats, home, method="auto", sink=None):
        path = self.directory / "bench.conf"
        sink = sink or self.sink
        path.write_text(json.dumps({
            "openpgp": {"gnupg_home": str(home.path) if home else None,
                        "signing_key": home.fingerprint if home else None,
                        "always_sign": home is not None},
            "signing": {"method": method},
            "database": {"event": database.settings()},
            "template_dir": str(self.directory / "templates"),
            "script_directory": str(self.directory / formats),
            "sender": "noreply@cert.example",
            "smtp": {"host": "127.0.0.1", "port": sink.port},
            "logging_level": "INFO",
            **({"workers": workers} if workers is not None else {}),
        }))
        return path

    def run_program(self, groups, events, workers, formats, home, intents=True, method="auto"):
        database = self.seed(groups, events)
        if not intents:
            database.query("DROP TABLE delivery_intents")
        configuration = self.configure(database, workers, formats, home, method)
        environment = {"PATH": "/usr/bin:/bin", "HOME": str(self.directory),
                       "INTELMQCBMAIL_PLUGIN_DIR": str(BUILD / "python")}
        result = timed([BUILD / "src/cli/intelmqcbmail", "-a", "-c", configuration], environment,
                       self.cluster.pid)
        expected = f"{groups} mails sent, 0 postponed, 0 errors."
        if expected not in result[4]:
            sys.exit(f"wanted {expected!r}:\n{result[4][-2000:]}")
        self.cluster.drop_database(database)
        return result

    def run_bare(self, groups, events, workers):
        database = self.seed(groups, events)
        parts = database.dsn_parts()
        dsn = " ".join(f"{key}='{value}'" for key, value in parts.items())
        wall, *rest = timed([BUILD / "tests/bench/replay", dsn, str(self.sink.port), str(workers),
                             str(events)], {"PATH": "/usr/bin:/bin"}, self.cluster.pid)
        # What counts is the work itself, without reading the list of groups first.
        wall = float(re.search(r"seconds (\S+)", rest[-1])[1])
        self.cluster.drop_database(database)
        return wall, *rest


class Contender:
    """A program and its SQL. Databases are copies of one a scenario, so that seeding is paid once."""

    def __init__(self, name, bench, command, sql, plugins):
        self.name, self.bench, self.command, self.sql = name, bench, shlex.split(command), sql
        self.environment = {"PATH": "/usr/bin:/bin", "HOME": str(bench.directory)}
        if plugins.is_dir():
            self.environment["INTELMQCBMAIL_PLUGIN_DIR"] = str(plugins)

    def template(self, groups, events):
        cluster = self.bench.cluster
        database = cluster.create_database()
        database.create_events()
        database.psql("-f", self.sql)
        for login in (INSERTER, SENDER):
            database.query(f"GRANT {login.member_of} TO {login.name}")
        if groups:
            database.query(SEED % {"groups": groups, "events": events})
        database.psql("-c", "VACUUM ANALYZE events", "-c", "VACUUM ANALYZE directives")
        return database

    def run(self, template, scenario, sink, home):
        """Wall and CPU seconds, WAL in bytes, peak memory."""
        cluster, groups = self.bench.cluster, scenario.groups
        database = cluster.create_database(template=template.name)
        configuration = self.bench.configure(database, None, scenario.formats, home, scenario.method, sink)
        cluster_wal = "SELECT pg_current_wal_insert_lsn() - '0/0'::pg_lsn"
        database.query("CHECKPOINT")
        before = database.query(cluster_wal)[0][0]
        wall, own, server, peak, log = timed([*self.command, "-a", "-c", str(configuration)],
                                             self.environment, cluster.pid)
        wal = float(database.query(cluster_wal)[0][0] - before)
        if groups and f"{groups} mails sent" not in log:
            sys.exit(f"{self.name}: wanted {groups} mails:\n{log[-2000:]}")
        cluster.drop_database(database)
        return {"wall s": wall, "own CPU ms/mail": own * 1000 / max(groups, 1),
                "server CPU ms/mail": server * 1000 / max(groups, 1),
                "WAL KB/mail": wal / 1024 / max(groups, 1), "peak MB": peak}


@dataclasses.dataclass
class Scenario:
    name: str
    groups: int
    events: int  # a group
    pairs: int
    formats: str = "yaml"
    delay_ms: int = 0  # before each reply of the mail server
    algorithm: str | None = None  # of the signing key; None: unsigned
    method: str = "auto"  # of signing


PAIRED = (
    Scenario("nothing pending", 0, 0, 9),
    Scenario("20 x 3", 20, 3, 9),
    Scenario("1000 x 10", 1000, 10, 5),
    Scenario("1000 x 10, script", 1000, 10, 5, formats="python"),
    Scenario("60 x 1000", 60, 1000, 5),
    Scenario("500 x 10, 5 ms", 500, 10, 3, delay_ms=5),
    Scenario("1000 x 1000", 1000, 1000, 2),
    Scenario("ed25519, 1000 x 10", 1000, 10, 3, algorithm="ed25519"),
    Scenario("ed25519 agent, 1000 x 10", 1000, 10, 3, algorithm="ed25519", method="agent"),
    Scenario("rsa4096, 1000 x 10", 1000, 10, 3, algorithm="rsa4096"),
)


@contextlib.contextmanager
def signing_home(algorithm):
    """(nullable) for unsigned mails."""
    if algorithm is None:
        yield None
        return
    with gnupg.Home(key=None) as home:
        home.fingerprint = home.make_key(algorithm)
        yield home


def run_pairs(contenders, scenario, sink, templates):
    results = [[], []]
    with signing_home(scenario.algorithm) as home:
        for pair in range(scenario.pairs):
            for who in ((0, 1), (1, 0))[pair % 2]:
                results[who].append(contenders[who].run(templates[who], scenario, sink, home))
        if home is not None:
            print(f"\n  a second, alone: {signing_rates(home, scenario.algorithm)}")
    return results


def measure_pairs(bench, contenders, scenario, sink):
    templates = [contender.template(scenario.groups, scenario.events) for contender in contenders]
    results = run_pairs(contenders, scenario, sink, templates)
    print(f"\n{scenario.name}, {scenario.pairs} pairs")
    for key in results[0][0]:
        ours, theirs = (statistics.median(result[key] for result in one) for one in results)
        ratios = sorted(b[key] / a[key] for a, b in zip(*results) if a[key] > 0)
        spread = f"{ratios[0]:.2f} to {ratios[-1]:.2f}" if ratios else ""
        middle = statistics.median(ratios) if ratios else float("nan")
        print(f"  {key:<20} ours {ours:10.3f}   beside {theirs:10.3f}   ratio {middle:6.2f} ({spread})",
              flush=True)
    for template in templates:
        bench.cluster.drop_database(template)


def run_beside(bench, directory, options):
    program = pathlib.Path(shlex.split(options.beside)[0])
    contenders = (
        Contender("ours", bench, str(BUILD / "src/cli/intelmqcbmail"), NOTIFICATIONS_SQL,
                  BUILD / "python"),
        Contender("beside", bench, options.beside, options.beside_sql,
                  program.resolve().parents[2] / "python"),
    )
    for scenario in PAIRED:
        if options.only is not None and options.only not in scenario.name:
            continue
        sink = Sink(directory, scenario.delay_ms)
        try:
            measure_pairs(bench, contenders, scenario, sink)
        finally:
            sink.stop()


COLUMNS = ("scenario", "workers", "seconds", "mails/s", "events/s", "CPU ms/mail", "server ms/mail",
           "peak MB", "bare mails/s", "of bare")


def print_row(cells):
    print("  ".join(f"{str(cell):>{max(len(name), 14 if name == 'scenario' else 7)}}"
                    for cell, name in zip(cells, COLUMNS)), flush=True)


def measure(bench, name, groups, events, workers, formats="yaml", home=None, bare=True,
            intents=True, method="auto"):
    wall, cpu, server, peak, _ = bench.run_program(groups, events, workers, formats, home, intents,
                                                   method)
    limit = bench.run_bare(groups, events, workers)[0] if bare else None
    print_row((name, workers, f"{wall:.2f}", f"{groups / wall:.0f}", f"{groups * events / wall:.0f}",
               f"{cpu * 1000 / groups:.2f}", f"{server * 1000 / groups:.2f}", f"{peak:.0f}",
               f"{groups / limit:.0f}" if bare else "-", f"{limit / wall:.0%}" if bare else "-"))


def gpg_limit(home, seconds=3):
    """Signatures a second of gpg called alone, one process after the other in as many chains as there are
    cores, all over one home directory and its one agent."""
    message = home.path / "message"
    message.write_bytes(b"x" * 2000)
    chain = (f"n=0; end=$(($(date +%s%N) + {seconds}000000000)); while [ $(date +%s%N) -lt $end ]; do"
             f" gpg --homedir {home.path} --batch --no-tty -q -u {home.fingerprint} --armor"
             f" --detach-sign <{message} >/dev/null; n=$((n+1)); done; echo $n")
    chains = [subprocess.Popen(["sh", "-c", chain], stdout=subprocess.PIPE, text=True)
              for _ in range(os.cpu_count())]
    return sum(int(chain.communicate()[0]) for chain in chains) / seconds


def signing_rates(home, algorithm):
    return (f"OpenSSL on {os.cpu_count()} cores {signing.rate_of_openssl(algorithm, os.cpu_count()):.0f},"
            f" one gpg-agent {signing.rate_of_agent(home, home.fingerprint, 100):.0f},"
            f" gpg with {os.cpu_count()} processes over one agent {gpg_limit(home):.0f}")


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--groups", type=int, help="one scenario of this many groups")
    parser.add_argument("--events", type=int, default=10, help="events a group (10)")
    parser.add_argument("--workers", default="1,2,4,8")
    parser.add_argument("--only", help="scenarios whose name holds this text")
    parser.add_argument("--beside", help="a second program, to be run in turns with this one")
    parser.add_argument("--beside-sql", help="the SQL file that sets up its database")
    options = parser.parse_args()
    if (options.beside is None) != (options.beside_sql is None):
        parser.error("--beside and --beside-sql go together")
    workers = [int(number) for number in options.workers.split(",")]

    def wanted(name):
        return options.only is None or options.only in name

    with contextlib.ExitStack() as stack:
        directory = pathlib.Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="mg-bench-")))
        cluster = stack.enter_context(Cluster(fsync=True, settings={"max_connections": "60"}))
        sink = Sink(directory)
        stack.callback(sink.stop)
        bench = Bench(directory, cluster, sink)
        if options.beside is not None:
            run_beside(bench, directory, options)
            return
        print_row(COLUMNS)
        if options.groups:
            for number in workers:
                measure(bench, "chosen", options.groups, options.events, number)
            return
        for number in workers:
            if wanted("1000 x 10"):
                measure(bench, "1000 x 10", 1000, 10, number)
        for intents in (True, False, True, False):
            if wanted("intents"):
                measure(bench, "intents" if intents else "no intents", 1000, 10, 4, bare=False,
                        intents=intents)
        for name, groups, events in (("100 x 1000", 100, 1000), ("1000 x 1000", 1000, 1000)):
            if wanted(name):
                measure(bench, name, groups, events, 4)
        for formats in ("yaml", "python", "yaml", "python"):
            if wanted("script"):
                measure(bench, f"script: {formats}", 1000, 10, 4, formats=formats, bare=False)
        for algorithm in ("ed25519", "rsa4096"):
            if not wanted(algorithm):
                continue
            with signing_home(algorithm) as home:
                measure(bench, "unsigned", 1000, 10, 4, bare=False)
                for method, groups in (("auto", 1000), ("agent", 1000), ("gpg", 200)):
                    measure(bench, f"{algorithm} {method}", groups, 10, 4, home=home, bare=False, method=method)
                print(f"  a second, alone: {signing_rates(home, algorithm)}")


if __name__ == "__main__":
    main()

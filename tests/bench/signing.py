#!/usr/bin/python3
# SPDX-License-Identifier: AGPL-3.0-or-later
"""How many signatures a second this program makes by each method, beside OpenSSL's own rate, that of one gpg-agent
asked without any program between, and gpg called alone from a shell loop.

    tests/bench/signing.py [--build DIR] [--count N] [--rounds N] [ALGORITHM …]

The loop is gpg's best: one loop a core, each over a home directory and agent of its own. OpenSSL's is `openssl speed`
with one process a core. N signatures are made by gpg, five times as many by agents, twenty times by key holders. All is
measured in turn, several rounds, and the best of each is shown, since other load only slows down.
Beside it stands the CPU time of a signature, of all processes that had a part in it; on a busy machine
it says more than the rate.
"""

import argparse
import ctypes
import os
import pathlib
import re
import resource
import shutil
import socket
import subprocess
import sys
import time

ROOT = pathlib.Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT / "tests"))

from support.gnupg import Home  # noqa: E402

LOOP = """
i=0
while [ $i -lt $1 ]; do
    gpg --homedir "$2" --batch --no-tty --local-user $3 --armor --detach-sign <"$4" >/dev/null
    i=$((i + 1))
done
"""
CONTENT_SIZE = 3000
PR_SET_CHILD_SUBREAPER = 36


def twin(home):
    """A further home directory with the same key, for an agent of its own."""
    other = Home(key=None)
    for name in ("pubring.kbx", "trustdb.gpg"):
        shutil.copy(home.path / name, other.path)
    shutil.copytree(home.path / "private-keys-v1.d", other.path / "private-keys-v1.d",
                    dirs_exist_ok=True)
    return other


def rate_of_gpg(homes, fingerprint, count, content):
    """Of all loops together; their agents run already."""
    for home in homes:
        home.gpg("--local-user", fingerprint, "--detach-sign", stdin=b"x")
    each = max(count // len(homes), 1)
    start = time.monotonic()
    loops = [subprocess.Popen(["/bin/sh", "-c", LOOP, "sh", str(each), home.path, fingerprint, content],
                              stderr=subprocess.DEVNULL) for home in homes]
    for loop in loops:
        if loop.wait() != 0:
            raise RuntimeError("gpg failed")
    return each * len(homes) / (time.monotonic() - start)


def rate_of_openssl(algorithm, cores):
    """Signatures a second of all processes together; 0 where openssl does not know the algorithm."""
    done = subprocess.run(["openssl", "speed", "-mr", "-seconds", "2", "-multi", str(cores), algorithm],
                          check=False, capture_output=True, text=True)
    # +F2:NUMBER:BITS:SIGNATURES:VERIFICATIONS, of RSA; +F6:…:…:NAME:SIGNATURES:… of EdDSA; since OpenSSL 3 a second.
    found = re.findall(r"^\+F(?:2:\d+:\d+|6:\d+:\d+:[^:]+):([0-9.]+):", done.stdout, re.MULTILINE)
    return float(found[-1]) if found else 0.0


def rate_of_agent(home, fingerprint, count):
    """Of one agent, whose answers are waited for one by one."""
    home.gpg("--local-user", fingerprint, "--detach-sign", stdin=b"x")
    listing = home.gpg("--with-colons", "--with-keygrip", "--list-keys", fingerprint).decode()
    grip = re.search(r"^grp:{9}([0-9A-F]+):", listing, re.MULTILINE)[1]
    path = subprocess.run(["gpgconf", "--homedir", home.path, "--list-dirs", "agent-socket"], check=True,
                          capture_output=True, text=True).stdout.strip()
    question = b"SIGKEY %s\nSETHASH 10 %s\nPKSIGN\n" % (grip.encode(), b"0A" * 64)
    with socket.socket(socket.AF_UNIX) as agent:
        agent.connect(path)
        agent.recv(1000)
        start = time.monotonic()
        for _ in range(count):
            agent.sendall(question)
            answer = b""
            while answer.count(b"OK\n") < 3 or not answer.endswith(b"\nOK\n"):
                answer += agent.recv(8192)
    return count / (time.monotonic() - start)


def rate_of_program(build, home, fingerprint, threads, agents, count, method):
    done = subprocess.run([build / "tests/bench/signer_bench", home.path, fingerprint, str(threads),
                           str(agents), str(count), str(CONTENT_SIZE), method],
                          check=True, capture_output=True, text=True)
    return float(done.stdout)


def cpu_time(homes, run):
    """What `run` gives, and the CPU seconds of all processes it started, agents included: they become
    children of this process when their parent ends."""
    def settle():
        for home in homes:
            home.stop_agent()
        try:
            while True:
                os.waitpid(-1, 0)
        except ChildProcessError:
            usage = resource.getrusage(resource.RUSAGE_CHILDREN)
            return usage.ru_utime + usage.ru_stime

    before = settle()
    result = run()
    return result, settle() - before


def measure(algorithm, options, cores):
    homes = [Home(key=None)]
    try:
        fingerprint = homes[0].make_key(algorithm, usage="sign")
        homes += [twin(homes[0]) for _ in range(cores - 1)]
        content = homes[0].path / "content"
        content.write_bytes(b"x" * CONTENT_SIZE)
        count = options.count
        cases = {f"gpg alone, {cores} loops": (count, lambda: rate_of_gpg(homes, fingerprint, count, content)),
                 f"OpenSSL alone, {cores} processes": (0, lambda: rate_of_openssl(algorithm, cores)),
                 "agent alone": (5 * count, lambda: rate_of_agent(homes[0], fingerprint, 5 * count))}
        for method, factor in (("gpg", 1), ("agent", 5), ("auto", 20)):
            for threads in sorted({1, cores, 4 * cores}):
                cases[f"{method}, {threads} threads"] = (factor * count, lambda m=method, t=threads, n=factor * count:
                                                         rate_of_program(options.build, homes[0], fingerprint, t,
                                                                         min(cores, t), n, m))
        best = {name: (0.0, float("inf")) for name in cases}
        for _ in range(options.rounds):
            for name, (_, run) in cases.items():
                rate, seconds = cpu_time(homes, run)
                best[name] = (max(best[name][0], rate), min(best[name][1], seconds))
    finally:
        for home in homes:
            home.close()
    limit = next(iter(best.values()))[0]
    for name, (rate, seconds) in best.items():
        made = cases[name][0]
        cpu = f"{1000 * seconds / made:6.2f} ms CPU" if made else ""
        print(f"{algorithm:8} {name:26} {rate:8.1f}/s {rate / limit:6.1f} x {cpu}", flush=True)


def main():
    ctypes.CDLL(None).prctl(PR_SET_CHILD_SUBREAPER, 1)
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--build", type=pathlib.Path,
                        default=pathlib.Path(os.environ.get("INTELMQCBMAIL_BUILD", ROOT / "build")))
    parser.add_argument("--count", type=int, default=120)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("algorithm", nargs="*", default=["ed25519", "rsa2048", "rsa4096"])
    options = parser.parse_args()
    for algorithm in options.algorithm:
        measure(algorithm, options, len(os.sched_getaffinity(0)))


if __name__ == "__main__":
    main()

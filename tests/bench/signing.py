#!/usr/bin/python3
# SPDX-License-Identifier: AGPL-3.0-or-later
"""How many signatures a second this program makes, beside gpg called alone from a shell loop.

    tests/bench/signing.py [--build DIR] [--count N] [--rounds N] [ALGORITHM …]

The loop is gpg's best: one loop a core, each over a home directory and agent of its own. All is
measured in turn, several rounds, and the best of each is shown, since other load only slows down.
Beside it stands the CPU time of a signature, of all processes that had a part in it; on a busy machine
it says more than the rate.
"""

import argparse
import ctypes
import os
import pathlib
import resource
import shutil
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


def rate_of_program(build, home, fingerprint, threads, agents, count):
    done = subprocess.run([build / "tests/bench/signer_bench", home.path, fingerprint, str(threads),
                           str(agents), str(count), str(CONTENT_SIZE)],
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
        cases = {f"gpg alone, {cores} loops": lambda: rate_of_gpg(homes, fingerprint, options.count,
                                                                  content)}
        for agents in sorted({1, cores}):
            for threads in sorted({1, cores, 2 * cores, 4 * cores}):
                name = f"program, {threads} threads, {min(agents, threads)} agents"
                cases.setdefault(name, lambda t=threads, a=agents: rate_of_program(
                    options.build, homes[0], fingerprint, t, min(a, t), options.count))
        best = {name: (0.0, float("inf")) for name in cases}
        for _ in range(options.rounds):
            for name, run in cases.items():
                rate, seconds = cpu_time(homes, run)
                best[name] = (max(best[name][0], rate), min(best[name][1], seconds))
    finally:
        for home in homes:
            home.close()
    limit = next(iter(best.values()))[0]
    for name, (rate, seconds) in best.items():
        print(f"{algorithm:8} {name:32} {rate:7.1f}/s {100 * rate / limit:4.0f} %"
              f" {1000 * seconds / options.count:6.2f} ms CPU", flush=True)


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

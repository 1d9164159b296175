# SPDX-License-Identifier: AGPL-3.0-or-later
"""`make install`: into a prefix, where all must run, and staged with DESTDIR."""

import os
import subprocess

import pytest

from support.debian_root import ROOT, version


def make(*arguments):
    environment = {name: value for name, value in os.environ.items() if name not in ("DESTDIR", "CI")}
    done = subprocess.run(["make", "--no-print-directory", *arguments], cwd=ROOT, env=environment,
                          capture_output=True, text=True, timeout=600, check=False)
    assert done.returncode == 0, done.stdout + done.stderr


@pytest.fixture(scope="module")
def prefix(tmp_path_factory):
    directory = tmp_path_factory.mktemp("install")
    options = (f"BUILD={directory}/build", "MESON_OPTIONS=-Dtests=false")
    make("install", f"PREFIX={directory}/prefix", *options)
    make("install", "PREFIX=/opt/cbmail", f"DESTDIR={directory}/stage", *options)
    return directory / "prefix"


def run(*command, **environment):
    return subprocess.run(command, env={"PATH": "/usr/bin:/bin", **environment},
                          capture_output=True, text=True, check=True).stdout


def test_the_program_runs_from_its_prefix(prefix):
    assert run(prefix / "bin" / "intelmqcbmail", "--version") == f"intelmqcbmail {version()}\n"


def test_the_python_package_runs_from_its_prefix(prefix):
    (package,) = prefix.glob("lib/python3*/dist-packages")
    text = run("/usr/bin/python3", "-c", "import intelmqmail.cb as cb; print(cb.__file__)",
               PYTHONPATH=str(package))
    assert text.startswith(str(prefix))


def test_all_is_there(prefix):
    for path in (
        "share/man/man1/intelmqcbmail.1",
        "share/man/man5/intelmq-mailgen.conf.5",
        "share/intelmqcbmail/sql/notifications.sql",
        "share/bash-completion/completions/intelmqcbmail",
        "share/doc/intelmqcbmail/examples/intelmq-mailgen.conf.example",
        "share/doc/intelmqcbmail/MIGRATION.md",
        "lib/systemd/system/intelmqcbmail.timer",
    ):
        assert (prefix / path).is_file(), path
    unit = (prefix / "lib/systemd/system/intelmqcbmail.service").read_text()
    assert f"\nExecStart={prefix}/bin/intelmqcbmail --all\n" in unit


def test_a_stage_holds_the_same_files(prefix):
    def files(root):
        return {str(path.relative_to(root)) for path in root.rglob("*")
                if path.is_file() and path.parent.name != "__pycache__"}

    stage = prefix.parent / "stage"
    assert files(stage / "opt" / "cbmail") == files(prefix)
    assert [path.name for path in stage.iterdir()] == ["opt"]

# SPDX-License-Identifier: AGPL-3.0-or-later
"""The Debian packages: built, installed in a Debian of their own, used there, and purged."""

import pathlib
import re
import shutil
import subprocess

import pytest

from support.debian_root import ROOT, DebianRoot, build_package, field, version, why_impossible

pytestmark = pytest.mark.skipif(why_impossible() is not None, reason=str(why_impossible()))

PROGRAM = "intelmqcbmail"
PYTHON = "intelmqcbmail-python"
MAILGEN = "intelmq-mailgen"

SITE_CONFIGURATION = "/etc/intelmq/intelmq-mailgen.conf"
OLD_CONFIGURATION = '{"as": "packaged"}\n'
SITE_FILES = {
    SITE_CONFIGURATION: '{"as": "the site has changed it"}\n',
    "/etc/intelmq/mailgen/formats/10-ours.py": "# a script\n",
    "/etc/intelmq/mailgen/templates/ours": "Subject\n\nBody\n",
    "/etc/intelmq/mailgen/gnupghome/pubring.kbx": "keys\n",
    "/etc/cron.d/mailgen": "*/5 * * * * intelmq intelmqcbmail --all\n",
}

RUNNABLE_CONFIGURATION = """\
{"openpgp": {"always_sign": false, "gnupg_home": null, "signing_key": null},
 "database": {"event": {"host": "/nowhere"}},
 "template_dir": "/srv/templates", "script_directory": "/srv/formats",
 "sender": "noreply@cert.example"}
"""


@pytest.fixture
def root(make_base, tmp_path):
    """A Debian with what our packages say that they need, and nothing else."""
    with DebianRoot(make_base("python3-psycopg2"), tmp_path / "root") as root:
        yield root


@pytest.fixture
def mailgen(tmp_path):
    """A package like the Python program's: the same program, Python package, and a conffile."""
    return build_package(
        tmp_path, MAILGEN, "1.4.0-1",
        {
            "/usr/bin/intelmqcbmail": ("#!/bin/sh\necho the Python program\n", 0o755),
            "/usr/lib/python3/dist-packages/intelmqmail/__init__.py": ("", 0o644),
            "/usr/lib/python3/dist-packages/intelmqmail/cb.py": ("", 0o644),
            SITE_CONFIGURATION: (OLD_CONFIGURATION, 0o640),
        },
        conffiles=[SITE_CONFIGURATION],
    )


def keep_site_files(root):
    for path, text in SITE_FILES.items():
        root.write(path, text, mode=0o600)
    return site_files(root)


def site_files(root):
    return {path: ((root / path).read_text(), (root / path).stat().st_mode) for path in SITE_FILES}


def ours(packages):
    return packages[PROGRAM], packages[PYTHON]


def test_version_is_mesons(packages):
    for package in ours(packages):
        assert field(package, "Version") == version()


def test_nothing_is_shipped_in_etc(packages):
    for package in ours(packages):
        listing = subprocess.run(["dpkg-deb", "--contents", package],
                                 capture_output=True, text=True, check=True).stdout
        assert not re.search(r" \./etc/", listing)
        control = subprocess.run(["dpkg-deb", "--info", package],
                                 capture_output=True, text=True, check=True).stdout
        assert "conffiles" not in control


def test_installed_used_and_purged(root, packages):
    before = root.files()
    root.install(*ours(packages))
    assert root.run("intelmqcbmail", "--version").stdout == f"intelmqcbmail {version()}\n"
    assert "--dry-run" in root.run("intelmqcbmail", "--help").stdout
    assert root.run("python3", "-c", "import intelmqmail.cb, intelmqmail._core as core; print(core)")
    assert root.run("dpkg", "--verify", PROGRAM, PYTHON).stdout == ""
    assert not (root / "/etc/intelmq").exists()

    new = root.files() - before
    for path in (
        "usr/share/intelmqcbmail/sql/notifications.sql",
        "usr/share/bash-completion/completions/intelmqcbmail",
        "usr/share/doc/intelmqcbmail/examples/intelmq-mailgen.conf.example",
        "usr/share/doc/intelmqcbmail/examples/formats/10-shadowserver.yaml",
        "usr/share/doc/intelmqcbmail/examples/templates/malware",
        "usr/share/doc/intelmqcbmail/MIGRATION.md",
        "usr/share/doc/intelmqcbmail/copyright",
    ):
        assert path in new
    pages = {path.name for path in (ROOT / "doc").glob("*.[1-9]")}
    assert {f"{page}.gz" for page in pages} <= {pathlib.Path(path).name for path in new}

    root.apt("purge", PROGRAM, PYTHON)
    assert root.files() == before


def test_installing_enables_no_timer(root, packages):
    root.install(*ours(packages))
    enabled = [path for path in root.files() if "timers.target.wants" in path and PROGRAM in path]
    assert enabled == []


def test_takes_the_place_of_mailgen(root, packages, mailgen, tmp_path):
    """The site's files survive replacement, re-installation and purge; what depended on the old
    package stays installed."""
    webinput = build_package(tmp_path, "webinput-like", "1.0", {},
                             Depends="intelmq-mailgen (>= 1.3)")
    root.install(mailgen, webinput)
    assert root.run("intelmqcbmail").stdout == "the Python program\n"
    kept = keep_site_files(root)

    root.install(*ours(packages))
    assert root.run("intelmqcbmail", "--version").stdout == f"intelmqcbmail {version()}\n"
    assert (root.status(MAILGEN), root.status("webinput-like")) == ("rc", "ii")
    assert site_files(root) == kept

    root.apt("--reinstall", "install", *root.put(*ours(packages)))
    assert site_files(root) == kept

    root.apt("purge", PROGRAM, PYTHON)
    assert (root.status(PROGRAM), root.status(PYTHON)) == ("", "")
    assert site_files(root) == kept


def test_way_back_to_mailgen(root, packages, mailgen):
    root.install(mailgen)
    kept = keep_site_files(root)
    root.install(*ours(packages))
    root.install(mailgen)
    assert root.run("intelmqcbmail").stdout == "the Python program\n"
    assert [root.status(name) for name in (MAILGEN, PROGRAM, PYTHON)] == ["ii", "rc", "un"]
    assert site_files(root) == kept


def test_purging_mailgen_takes_its_conffile(root, packages, mailgen):
    """dpkg's own doing, and why doc/MIGRATION.md warns of it: should it change, so must the page."""
    root.install(mailgen)
    keep_site_files(root)
    root.install(*ours(packages))
    root.run("dpkg", "--purge", MAILGEN)
    left = {path for path in SITE_FILES if (root / path).exists()}
    assert left == set(SITE_FILES) - {SITE_CONFIGURATION}


def make_site(root):
    root.write("/srv/mailgen.conf", RUNNABLE_CONFIGURATION)
    (root / "/srv/templates").mkdir()
    root.write("/srv/formats/10-broken.py", "raise RuntimeError('seen by the interpreter')\n")


def test_format_script_runs(root, packages):
    root.install(*ours(packages))
    make_site(root)
    done = root.run("intelmqcbmail", "--all", "--config", "/srv/mailgen.conf", check=False)
    assert done.returncode == 2
    assert "RuntimeError: seen by the interpreter" in done.stderr


def test_without_the_python_part(root, packages):
    root.install(packages[PROGRAM])
    assert root.run("intelmqcbmail", "--version").stdout == f"intelmqcbmail {version()}\n"
    make_site(root)
    done = root.run("intelmqcbmail", "--all", "--config", "/srv/mailgen.conf", check=False)
    assert done.returncode == 2
    assert "HINT: install" in done.stderr


@pytest.mark.skipif(shutil.which("lintian") is None, reason="lintian is not installed")
def test_lintian_is_content(packages):
    done = subprocess.run(
        ["lintian", "--allow-root", "--fail-on", "error,warning", *ours(packages)],
        capture_output=True, text=True, check=False,
    )
    assert done.returncode == 0, done.stdout

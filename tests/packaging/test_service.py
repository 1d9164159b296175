# SPDX-License-Identifier: AGPL-3.0-or-later
"""The systemd service as the package brings it, in a Debian that is really booted: PostgreSQL, gpg and
a format script work inside its walls, and a stop loses nothing."""

import pathlib
import re
import shutil

import pytest

from support.debian_root import ROOT, DebianRoot, why_impossible

why = why_impossible() or (
    None if shutil.which("systemd-nspawn") else "systemd-nspawn is not installed"
)
pytestmark = pytest.mark.skipif(why is not None, reason=str(why))

HERE = pathlib.Path(__file__).parent
SUPPORT = ROOT / "tests" / "support"


@pytest.fixture(scope="module")
def results(packages, make_base, tmp_path_factory):
    base = make_base("systemd", "systemd-sysv", "dbus", "postgresql")
    with DebianRoot(base, tmp_path_factory.mktemp("service") / "root") as root:
        root.install(packages["intelmqcbmail"], packages["intelmqcbmail-python"])
        (root / "/trial").mkdir()
        for file in (HERE / "service_trial.sh", SUPPORT / "events.sql", SUPPORT / "mail_sink.py", SUPPORT / "maildir.py",
                     SUPPORT / "smtpd.py", SUPPORT / "insecure-test-key.asc"):
            shutil.copy(file, root / "/trial")
        log = root.boot("/trial/service_trial.sh")
    print(log)
    return dict(re.findall(r"^RESULT (\w+)=(.*)$", log, re.M))


def test_units_are_in_order(results):
    assert (results["timer"], results["verify"], results["security"]) == ("disabled", "0", "0")


def test_mails_of_both_kinds_go_out_signed(results):
    assert results["first_status"] == "0"
    assert (results["first_arrived"], results["first_scripts"], results["first_signed"]) == (
        "6", "3", "6")
    assert results["first_slower"] == "0"


def test_stop_finishes_what_is_in_hand(results):
    assert (results["stopped_status"], results["stopped_early"]) == ("1", "t")
    assert (results["stopped_unrecorded"], results["stopped_intents"]) == ("0", "0")


def test_nothing_is_left_running(results):
    assert (results["left_processes"], results["left_directories"]) == ("0", "")


def test_failed_groups_make_the_unit_fail(results):
    assert (results["failed_status"], results["failed_unit"]) == ("3", "failed")
    assert results["failed_arrived"] == "2"


def test_wrong_configuration_makes_the_unit_fail(results):
    assert results["setup_status"] == "2"

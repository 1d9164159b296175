# SPDX-License-Identifier: AGPL-3.0-or-later
"""A new operator's first mail: what `init` writes, and the INSERT that the documents show."""

import email.policy
import json
import os
import re
import stat
import subprocess

import pytest

from support.postgres import INSERTER
from support.program import BUILD, ROOT, Site

PROGRAM = str(BUILD / "src/cli/intelmqcbmail")


def init(directory, *arguments):
    return subprocess.run([PROGRAM, "init", str(directory), *arguments], capture_output=True, text=True, timeout=60)


def documented_inserts():
    """The one of the skeleton, of the README and of the manual page, each as psql would get it."""
    yield (ROOT / "src/cli/skeleton/directive.sql").read_text()
    readme = (ROOT / "README.md").read_text()
    yield re.search(r"^    (INSERT INTO events.*?;)$", readme, re.M | re.S)[1].replace("\n    ", "\n")
    page = (ROOT / "doc/intelmqcbmail.1").read_text()
    yield re.search(r"^(INSERT INTO events.*?;)$", page, re.M | re.S)[1]


INSERTS = list(documented_inserts())


def begin(tmp_path, database, smtpd):
    """A site as `init` has written it, with nothing but database, mail server and password set."""
    directory = tmp_path / "begun"
    assert init(directory).returncode == 0
    path = directory / "intelmq-mailgen.conf"
    config = json.loads(path.read_text())
    settings = database.settings()
    (directory / "database-password").write_text(settings.pop("password", None) or "x")
    config["database"]["event"] = {"password_file": config["database"]["event"]["password_file"], **settings}
    config["smtp"] = {"host": "127.0.0.1", "port": smtpd.port}
    site = Site(tmp_path / "unused")
    site.config = config
    return site


def test_what_init_writes_passes_check(tmp_path, database, smtpd):
    result = begin(tmp_path, database, smtpd).run("check")
    assert result.returncode == 0, result.stdout
    assert "failed" not in result.stdout and "warning" not in result.stdout


@pytest.mark.parametrize("extra_type", ["json", "jsonb"])
@pytest.mark.parametrize("text", INSERTS, ids=["skeleton", "README", "manual page"])
def test_the_test_directive_becomes_a_mail(cluster, tmp_path, smtpd, text, extra_type):
    database = cluster.create_ready_database(extra_type=extra_type)
    connection = database.connect(INSERTER)
    with connection, connection.cursor() as cursor:
        cursor.execute(text.replace("%", "%%"))
    connection.close()
    site = begin(tmp_path, database, smtpd)
    assert "expands" in site.run("check").stdout
    assert site.run("--all").returncode == 0
    (mail,) = smtpd.mails
    assert mail.envelope_tos == ["you@cert.example"]
    body = email.message_from_bytes(mail.raw, policy=email.policy.default).get_content()
    assert "192.0.2.1" in body and "64496" in body
    cluster.drop_database(database)


def test_secrets_are_the_owners_and_nothing_is_overwritten(tmp_path):
    directory = tmp_path / "new"
    old = os.umask(0)
    try:
        result = init(directory)
    finally:
        os.umask(old)
    assert result.returncode == 0 and "check" in result.stdout
    for path in [directory, *directory.rglob("*")]:
        mode = stat.S_IMODE(path.stat().st_mode)
        assert mode & 0o027 == 0, path
    assert stat.S_IMODE((directory / "database-password").stat().st_mode) == 0o600
    again = init(directory)
    assert again.returncode == 2 and "not empty" in again.stderr
    empty = tmp_path / "empty"
    empty.mkdir()
    assert init(empty).returncode == 0
    assert init(tmp_path / "no" / "such").returncode == 2
    (tmp_path / "file").touch()
    assert "no directory" in init(tmp_path / "file").stderr


def test_a_relative_name_and_a_strange_one(tmp_path):
    directory = tmp_path / 'a "b" \\ c'
    subprocess.run([PROGRAM, "init", directory.name], check=True, capture_output=True, cwd=tmp_path, timeout=60)
    config = json.loads((directory / "intelmq-mailgen.conf").read_text())
    assert config["template_dir"] == str(directory / "templates")

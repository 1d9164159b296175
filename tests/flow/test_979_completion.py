# SPDX-License-Identifier: AGPL-3.0-or-later
"""What shells offer that only a site knows: numbers of deliveries and groups, names of templates. Commands and options:
tests/lint/completion.py."""

import json

import pytest

from support.program import BUILD
from support.shells import SHELLS, is_installed, offered
from support.smtpd import CLOSE

PROGRAM = BUILD / "src/cli/intelmqcbmail"


@pytest.fixture(params=SHELLS)
def offer(request, site):
    """offer(words…): what is offered for the last one."""
    if not is_installed(request.param):
        pytest.skip(f"{request.param} is not installed")
    return lambda *words: offered(request.param, PROGRAM, site.directory, *words)


def ids(site, *command):
    return {str(one["id"]) for one in json.loads(site.run(*command, "--json").stdout)}


def test_numbers(site, smtpd, put, offer):
    for number in range(3):
        put(f"nobody{number}")
    put()
    smtpd.script(after_dot=CLOSE)
    assert site.run("--all").returncode == 3
    deliveries, groups = ids(site, "uncertain"), ids(site, "status", "--refused")
    assert len(deliveries) == 1 and len(groups) == 3
    path = str(site.write_config())
    assert offer("-c", path, "uncertain", "") == deliveries
    assert offer("uncertain", "--config", path, "--was-sent", "") == deliveries
    assert offer("uncertain", f"--config={path}", "--was-sent", "4711", "") == deliveries
    for command in ("set-aside", "bring-back"):
        assert offer("-c", path, command, "") == groups
        assert offer(command, f"--config={path}", "") == groups
    assert offer("-c", path, "status", "") == set()


def test_nothing_to_ask(site, database, offer):
    """Nothing is offered, and nothing said amid what is typed."""
    path = str(site.write_config())
    assert offer("-c", path, "uncertain", "") == set()
    database.query("DROP TABLE delivery_intents, refused_groups")
    for command in ("uncertain", "set-aside"):
        assert offer("-c", path, command, "") == set()
        assert offer("-c", str(site.directory / "nowhere"), command, "") == set()
    assert offer("-c", str(site.directory / "nowhere"), "preview", "--template", "") == set()


def test_templates(site, offer):
    """What a name may look like is the operator's affair; a name is not a command."""
    names = {"open_snmp", "de/open_snmp", "two words", "$(touch made)", "`touch made`", "a*"}
    (site.templates / "de").mkdir()
    for name in names:
        site.write_template(name)
    path = str(site.write_config())
    assert offer("-c", path, "--template", "") == names
    assert offer("preview", f"--config={path}", "--template", "") == names
    offered_behind = offer("preview", "-c", path, "--template=")
    assert {name.removeprefix("--template=") for name in offered_behind} == names
    (site.directory / "home.conf").write_text(site.write_config().read_text())
    assert offer("-c", "~/home.conf", "--template", "") == names
    assert not (site.directory / "made").exists()

# SPDX-License-Identifier: AGPL-3.0-or-later
"""What another user has laid out in a directory that everybody may write to is not written through."""

import os

import pytest

STRANGER = 65534
LINK = "another user has put a link there"


@pytest.fixture
def sticky(tmp_path):
    directory = tmp_path / "everybodys"
    directory.mkdir()
    directory.chmod(0o1777)
    return directory


def link(place, target, owner=STRANGER):
    place.symlink_to(target)
    os.chown(place, owner, -1, follow_symlinks=False)


def ways(place):
    yield ["preview", "--html", str(place)]
    yield ["status", "--prometheus", str(place)]
    yield ["--all", "--dry-run", "--report", str(place)]


@pytest.mark.parametrize("is_directory", [False, True], ids=["the name", "a directory on the way"])
def test_a_strangers_link_is_not_followed(site, put, sticky, tmp_path, is_directory):
    put()
    target = tmp_path / "mine"
    if is_directory:
        target.mkdir()
        link(sticky / "link", target)
        place, victim = sticky / "link/file", target / "file"
    else:
        link(sticky / "link", target)
        place, victim = sticky / "link", target
    victim.write_text("mine")
    for arguments in ways(place):
        result = site.run(*arguments)
        assert result.returncode == 2 and LINK in result.stderr, arguments
        assert victim.read_text() == "mine"
    site.config["log"] = {"target": "file", "file": str(place)}
    assert LINK in site.run("--all", "--dry-run").stderr
    assert LINK in site.run("check").stdout
    assert victim.read_text() == "mine"


def test_a_link_of_ones_own_is_followed(site, put, sticky, tmp_path):
    put()
    link(sticky / "link", tmp_path / "mine", os.geteuid())
    for arguments in ways(sticky / "link"):
        (tmp_path / "mine").write_text("mine")
        assert site.run(*arguments).returncode == 0
        assert (sticky / "link").is_symlink() and (tmp_path / "mine").read_text() != "mine"


@pytest.mark.parametrize("option", ["--eml", "--maildir"])
def test_a_directory_of_somebody_else_gets_no_mail(site, put, sticky, option):
    put()
    directory = sticky / "mails"
    directory.mkdir()
    os.chown(directory, STRANGER, -1)
    result = site.run("preview", option, str(directory))
    assert result.returncode == 2 and "belongs to another user" in result.stderr
    assert list(directory.iterdir()) == []
    own = sticky / "own"
    own.mkdir()
    link(sticky / "link", own)
    result = site.run("preview", option, str(sticky / "link"))
    assert result.returncode == 2 and list(own.iterdir()) == []
    assert site.run("preview", option, str(own)).returncode == 0


def test_a_maildir_with_a_part_of_somebody_else_gets_no_mail(site, put, sticky):
    put()
    directory = sticky / "mails"
    for name in ("tmp", "new", "cur"):
        (directory / name).mkdir(parents=True)
    os.chown(directory / "tmp", STRANGER, -1)
    assert site.run("preview", "--maildir", str(directory)).returncode == 2
    assert list((directory / "new").iterdir()) == []

# SPDX-License-Identifier: AGPL-3.0-or-later
"""The packages, built once, and Debians that hold what they need."""

import re
import subprocess

import pytest

from support import debian_root
from support.debian_root import ROOT, field


@pytest.fixture(scope="session")
def packages(tmp_path_factory):
    """Name to file of what `make deb` makes."""
    directory = tmp_path_factory.mktemp("deb")
    subprocess.run([ROOT / "tools" / "build-deb", directory], check=True, timeout=600)
    return {path.name.split("_")[0]: path for path in directory.glob("*.deb")}


@pytest.fixture(scope="session")
def make_base(packages):
    """A function: a Debian with what our packages depend on and the packages named."""
    needed = set()
    for package in packages.values():
        for alternatives in field(package, "Depends").split(","):
            needed.add(re.match(r"\s*([^\s:(|]+)", alternatives)[1])

    def make(*further):
        return debian_root.make_base(ROOT / "build" / "packaging",
                                     {*needed - set(packages), *further})

    return make

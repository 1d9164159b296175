# SPDX-License-Identifier: AGPL-3.0-or-later
"""A small Debian in a directory, to install packages in.

    base = make_base(cache, packages)         # once: a tar file, downloaded with mmdebstrap
    with DebianRoot(base, directory) as root:
        root.run("dpkg", "--install", "x.deb")
        root.boot("/trial.sh")                # where systemd is among the packages

Commands run in namespaces of their own, so that no process and no mount outlives them. As root only.
"""

import hashlib
import json
import os
import pathlib
import shlex
import shutil
import subprocess

ROOT = pathlib.Path(__file__).resolve().parents[2]

ENVIRONMENT = {
    "PATH": "/usr/sbin:/usr/bin:/sbin:/bin",
    "HOME": "/root",
    "LC_ALL": "C.UTF-8",
    "DEBIAN_FRONTEND": "noninteractive",
}
MAKING_TIMEOUT = 600
COMMAND_TIMEOUT = 120
BOOT_TIMEOUT = 180

TRIAL_SERVICE = """\
[Unit]
After=multi-user.target
SuccessAction=poweroff-force
FailureAction=poweroff-force

[Service]
Type=oneshot
ExecStart=/bin/bash {script}
StandardOutput=file:/trial.log
StandardError=inherit
"""


def why_impossible():
    """What this machine lacks, None where nothing is missing."""
    if os.geteuid() != 0:
        return "installs packages in a root of its own, which only root may make"
    for program in ("mmdebstrap", "unshare", "dpkg-deb"):
        if shutil.which(program) is None:
            return f"{program} is not installed"
    return None


def _mirror():
    """Where this machine's own packages come from, and the name of its release."""
    release = dict(
        line.rstrip().split("=", 1) for line in open("/etc/os-release", encoding="utf-8")
    )["VERSION_CODENAME"]
    targets = subprocess.run(
        ["apt-get", "indextargets", "--format", "$(RELEASE) $(COMPONENT) $(REPO_URI)"],
        capture_output=True, text=True, check=True,
    ).stdout
    for target in targets.splitlines():
        found, component, address = target.split()
        if found == release and component == "main":
            return release, address
    return release, "http://deb.debian.org/debian"


def make_base(cache, packages):
    """A tar file with Debian's essential packages, apt and `packages` with what they need. It is
    made once and kept in `cache`."""
    release, address = _mirror()
    wanted = ",".join(sorted(packages))
    name = hashlib.sha256(f"{release} {wanted}".encode()).hexdigest()[:16]
    base = pathlib.Path(cache) / f"debian-{name}.tar"
    if base.exists():
        return base
    base.parent.mkdir(parents=True, exist_ok=True)
    unfinished = base.with_suffix(f".{os.getpid()}.tar")
    try:
        subprocess.run(
            ["mmdebstrap", "--quiet", "--mode=root", "--variant=apt", f"--include={wanted}",
             "--dpkgopt=force-unsafe-io", "--dpkgopt=no-debsig",
             release, unfinished, address],
            check=True, timeout=MAKING_TIMEOUT,
        )
        unfinished.rename(base)
    finally:
        unfinished.unlink(missing_ok=True)
    return base


class DebianRoot:
    """Unpacked on entering, removed on leaving."""

    def __init__(self, base, directory):
        self.base = base
        self.directory = pathlib.Path(directory)

    def __enter__(self):
        self.directory.mkdir()
        subprocess.run(
            ["tar", "--extract", "--numeric-owner", "--file", self.base,
             "--directory", self.directory],
            check=True,
        )
        return self

    def __exit__(self, *failure):
        shutil.rmtree(self.directory)

    def __truediv__(self, path):
        return self.directory / path.lstrip("/")

    def write(self, path, text, mode=0o644):
        file = self / path
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(text)
        file.chmod(mode)

    def run(self, *command, check=True):
        """The finished command; its standard error is in stdout too where it fails the test."""
        done = subprocess.run(
            ["unshare", "--mount", "--pid", "--net", "--fork", "--kill-child",
             f"--root={self.directory}", "--mount-proc", "--", *command],
            env=ENVIRONMENT, stdin=subprocess.DEVNULL, capture_output=True, text=True,
            timeout=COMMAND_TIMEOUT, check=False,
        )
        if check and done.returncode:
            raise AssertionError(f"{' '.join(command)}: {done.returncode}\n{done.stdout}{done.stderr}")
        return done

    def boot(self, script):
        """Starts systemd and all services in it, runs `script`, a file in the root, as root, and shuts
        down. The script's standard output and error."""
        self.write("/etc/systemd/system/trial.service", TRIAL_SERVICE.format(script=script))
        wants = self / "/etc/systemd/system/graphical.target.wants"
        wants.mkdir(exist_ok=True)
        (wants / "trial.service").symlink_to("../trial.service")
        # Where no systemd runs there is nobody to keep a unit for the container.
        keep_unit = [] if os.path.exists("/run/systemd/system") else ["--keep-unit"]
        # Without the capability a container may lock no memory at all, unlike a service of a real machine.
        command = ["systemd-nspawn", "--quiet", "--register=no", *keep_unit, "--private-network",
                   "--capability=CAP_IPC_LOCK", f"--machine=trial-{os.getpid()}", f"--directory={self.directory}", "--boot"]
        # It wants a terminal to show the console on.
        console = subprocess.run(
            ["script", "--quiet", "--command", shlex.join(command), "/dev/null"],
            stdin=subprocess.DEVNULL, capture_output=True, text=True, errors="replace",
            timeout=BOOT_TIMEOUT, check=False,
        ).stdout
        output = self / "/trial.log"
        assert output.exists(), f"the script was not reached:\n{console}"
        return output.read_text(errors="replace")

    def put(self, *packages):
        """Copies package files into the root; their names there."""
        for package in packages:
            shutil.copy(package, self / "/var/tmp")
        return [f"/var/tmp/{package.name}" for package in packages]

    def install(self, *packages):
        """Installs package files as an administrator does, with apt."""
        return self.apt("install", *self.put(*packages))

    def apt(self, *arguments):
        """There is no network: what is needed must be there."""
        return self.run("apt-get", "--yes", "-o", "Dpkg::Use-Pty=0", *arguments)

    def status(self, package):
        """Such as "ii" for installed and "rc" for removed with its configuration left; "" where the
        package is unknown."""
        done = self.run("dpkg-query", "--show", "--showformat=${db:Status-Abbrev}", package,
                        check=False)
        return done.stdout.strip() if done.returncode == 0 else ""

    def files(self):
        """Every path outside the package managers' own books."""
        books = ("var/lib/dpkg", "var/lib/apt", "var/cache", "var/log", "var/tmp", "proc", "run")
        found = set()
        for folder, folders, files in os.walk(self.directory):
            here = pathlib.Path(folder).relative_to(self.directory)
            folders[:] = [name for name in folders if str(here / name) not in books]
            found.update(str(here / name) for name in [*folders, *files])
        return found


def field(package, name):
    """A field of a package file's control data, "" where it has none."""
    return subprocess.run(["dpkg-deb", "--field", package, name],
                          capture_output=True, text=True, check=True).stdout.strip()


def version():
    """What Meson says that the version is."""
    project = subprocess.run(["/usr/bin/meson", "introspect", "--projectinfo", "meson.build"],
                             cwd=ROOT, capture_output=True, text=True, check=True).stdout
    return json.loads(project)["version"]


def build_package(directory, name, version, files, conffiles=(), **fields):
    """A package with the given texts as files, made without debhelper."""
    tree = pathlib.Path(directory) / name
    control = {"Package": name, "Version": version, "Architecture": "all",
               "Maintainer": "test <test@example.org>", "Description": "for a test", **fields}
    for path, (text, mode) in files.items():
        file = tree / path.lstrip("/")
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(text)
        file.chmod(mode)
    (tree / "DEBIAN").mkdir(parents=True)
    (tree / "DEBIAN" / "control").write_text(
        "".join(f"{key}: {value}\n" for key, value in control.items())
    )
    (tree / "DEBIAN" / "conffiles").write_text("".join(f"{path}\n" for path in conffiles))
    package = pathlib.Path(directory) / f"{name}_{version}_all.deb"
    subprocess.run(["dpkg-deb", "--root-owner-group", "--build", tree, package],
                   check=True, capture_output=True)
    return package

# SPDX-License-Identifier: AGPL-3.0-or-later
"""Where the key is, what the process that holds it may do, and what happens when that process, an agent or the
key's file is gone: a signature comes another way or not at all, but never a wrong one."""

import mmap
import os
import re
import resource
import shutil
import signal
import subprocess
import time

import pytest

from support.gnupg import Home
from support.program import BUILD
from support.sign_content import Signing, children
from support.smtpd import Delay

CONTENT = b"Content-Type: text/plain\r\n\r\nDear Sir or Madam\r\n"
HOLDER, AGENT = "the key holder", "gpg-agent"


@pytest.fixture
def home():
    with Home(key=None) as home:
        home.make_key("rsa2048")
        yield home


def good(home, signing):
    micalg, signature = signing.sign(CONTENT)
    verification = home.verify_detached(CONTENT, signature, micalg)
    assert verification.good and verification.n_signatures == 1, verification.report
    return True


def key_file(home):
    (path,) = (home.path / "private-keys-v1.d").glob("*.key")
    return path


def secrets(path):
    """The secret numbers of an RSA key, without what they may have in common with others at their ends."""
    text = re.sub(r"\s", "", path.read_text())
    for name in "dpqu":
        number = bytes.fromhex(re.search(r"\(%s#([0-9A-Fa-f]+)#\)" % name, text)[1])
        yield name, number[8:40]


def memory(pid):
    """All that can be read of a process's memory, mapping after mapping."""
    with open(f"/proc/{pid}/maps", encoding="ascii") as maps, open(f"/proc/{pid}/mem", "rb") as mem:
        for line in maps:
            begin, end = (int(number, 16) for number in line.split()[0].split("-"))
            try:
                mem.seek(begin)
                yield mem.read(end - begin)
            except (OSError, OverflowError, ValueError):
                continue


def forms_of(number):
    """As it is, as OpenSSL has it, and in hex."""
    return number, number[::-1], number.hex().encode(), number.hex().upper().encode()


def found_in(pid, needles):
    """Which of the numbers stand in the memory."""
    found = set()
    for part in memory(pid):
        for name, number in needles:
            if any(form in part for form in forms_of(number)):
                found.add(name)
    return found


@pytest.mark.skipif(os.geteuid() != 0, reason="only root may read another process's memory")
@pytest.mark.skipif("INTELMQCBMAIL_SANITIZER" in os.environ, reason="a sanitizer's shadow is terabytes")
@pytest.mark.parametrize("method", ["auto", "agent", "gpg"])
def test_key_is_not_in_the_program(home, method):
    needles = list(secrets(key_file(home)))
    with Signing(home, method, n=2) as signing:
        for _ in range(20):
            good(home, signing)
        assert found_in(signing.process.pid, needles) == set()
        if method == "auto":
            # What is looked for can be found where it is.
            assert found_in(signing.holders()[0], needles) >= {"d", "p", "q"}


@pytest.mark.skipif(shutil.which("gcore") is None, reason="without gdb there is no gcore")
@pytest.mark.skipif("INTELMQCBMAIL_SANITIZER" in os.environ, reason="a sanitizer's shadow is terabytes")
@pytest.mark.parametrize("method", ["auto", "agent", "gpg"])
def test_key_is_in_no_core_dump(site, smtpd, put, home, tmp_path, method):
    """Of the program in the middle of a run: it has signed a mail, and has another in hand."""
    put("one@isp.example")
    put("two@isp.example")
    site.config["openpgp"] = {"gnupg_home": str(home.path), "always_sign": True, "signing_key": home.fingerprint}
    site.config["signing"] = {"method": method}
    smtpd.script(dot=lambda session, mail: Delay(30))
    process = site.start("--all")
    smtpd.wait_until(lambda: smtpd.mails)
    done = subprocess.run(["gcore", "-a", "-o", tmp_path / "core", str(process.pid)], capture_output=True, text=True,
                          check=False)
    process.kill()
    site.finish(process)
    if "Operation not permitted" in done.stderr:
        pytest.skip("this user may not look at another process")
    (dump,) = tmp_path.glob("core.*")
    with open(dump, "rb") as file, mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ) as core:
        assert core.find(b"two@isp.example") >= 0  # what is looked for can be found
        assert not [name for name, number in secrets(key_file(home))
                    if any(core.find(form) >= 0 for form in forms_of(number))]


def test_confined(home):
    with Signing(home) as signing:
        assert signing.signer.startswith(HOLDER)
        (pid,) = signing.holders()
        with open(f"/proc/{pid}/status", encoding="ascii") as file:
            status = dict(line.rstrip("\n").split(":\t", 1) for line in file if ":\t" in line)
        assert status["Seccomp"] == "2"
        assert status["NoNewPrivs"] == "1"
        assert int(status["VmLck"].split()[0]) > 100
        assert status["Threads"] == "1"
        assert resource.prlimit(pid, resource.RLIMIT_CORE) == (0, 0)
        # The socket alone; 1 was the key's file.
        assert os.listdir(f"/proc/{pid}/fd") == ["0"]
        assert os.readlink(f"/proc/{pid}/fd/0").startswith("socket:")
        with open(f"/proc/{pid}/environ", "rb") as file:
            assert file.read() == b""
        with open(f"/proc/{pid}/cmdline", "rb") as file:
            assert str(home.path).encode() not in file.read()
        # No core dump, and nothing of /proc belongs to the user: that is what "not dumpable" looks like.
        os.kill(pid, signal.SIGTERM)
        os.kill(pid, signal.SIGINT)
        good(home, signing)
        assert signing.holders() == [pid]


def test_ends_with_the_program(home):
    with Signing(home, n=2) as signing:
        good(home, signing)
        holders = signing.holders()
        signing.process.kill()
        signing.process.wait()
        wait_for(lambda: not any(is_alive(pid) for pid in holders))


def is_alive(pid):
    try:
        with open(f"/proc/{pid}/stat", encoding="ascii") as file:
            return ") Z " not in file.read()
    except FileNotFoundError:
        return False


def wait_for(condition):
    end = time.monotonic() + 60
    while not condition():
        assert time.monotonic() < end
        time.sleep(0.02)


def test_killed_holder_is_started_anew(home):
    with Signing(home) as signing:
        for _ in range(5):
            (pid,) = signing.holders()
            os.kill(pid, signal.SIGKILL)
            wait_for(lambda pid=pid: not is_alive(pid))
            good(home, signing)
            assert signing.holders() != [pid]
        assert signing.close() == ""


def test_killed_agent_is_started_anew(home):
    with Signing(home, "agent") as signing:
        assert signing.signer.startswith(AGENT)
        for _ in range(3):
            kill_agent(signing)
            good(home, signing)
            good(home, signing)
        log = signing.close()
    assert log.count("gpg-agent cannot sign, gpg is started for this mail") == 3
    assert "ERROR" not in log


def kill_agent(signing):
    """The private one: its home is named in its command line. Agents are no children: gpg starts them."""
    root = set()
    for pid in children(signing.process.pid):
        with open(f"/proc/{pid}/cmdline", "rb") as file:
            root.update(re.findall(rb"/[^\0]*intelmqcbmail-[A-Za-z0-9]{6}(?=\0)", file.read()))
    (root,) = root
    done = subprocess.run(["gpg-connect-agent", "--homedir", root + b"/0", "--no-autostart", "GETINFO pid", "/bye"],
                          capture_output=True, text=True, check=False)
    pid = int(re.search(r"^D (\d+)$", done.stdout, re.MULTILINE)[1])
    os.kill(pid, signal.SIGKILL)
    wait_for(lambda: not is_alive(pid))


@pytest.mark.parametrize("method", ["auto", "agent", "gpg"])
def test_key_file_removed_and_back(home, method):
    path = key_file(home)
    away = home.path / "away"
    with Signing(home, method) as signing:
        good(home, signing)
        path.rename(away)
        with pytest.raises(RuntimeError, match="No secret key"):
            signing.sign(CONTENT)
        away.rename(path)
        good(home, signing)


def test_key_file_of_another_key(home):
    """Whatever stands in the file: what comes out is good, or nothing does."""
    path = key_file(home)
    with Home(key=None) as other:
        other.make_key("rsa2048")
        foreign = key_file(other).read_bytes()
    with Signing(home) as signing:
        good(home, signing)
        path.write_bytes(foreign)
        try:
            micalg, signature = signing.sign(CONTENT)
        except RuntimeError:
            return
        assert home.verify_detached(CONTENT, signature, micalg).good


def test_broken_key_file(home):
    path = key_file(home)
    text = path.read_bytes()
    with Signing(home) as signing:
        for broken in (b"", b"(", text[:200], b"Key: (private-key (rsa))\n", b"\0" * 100000):
            path.write_bytes(broken)
            with pytest.raises(RuntimeError):
                signing.sign(CONTENT)
        path.write_bytes(text)
        good(home, signing)


def test_expired_in_the_middle():
    """gpg, which is asked from the second on in which the key expires, takes that second for its last."""
    with Home(key=None) as home:
        home.make_key("ed25519", expires="seconds=30")
        listing = home.gpg("--with-colons", "--list-keys").decode()
        expires = int(re.search(r"^pub:(?:[^:]*:){5}(\d+):", listing, re.MULTILINE)[1])
        with Signing(home) as signing:
            assert signing.signer.startswith(HOLDER)
            good(home, signing)
            while time.time() < expires + 1:
                time.sleep(0.05)
            with pytest.raises(RuntimeError):
                signing.sign(CONTENT)


@pytest.mark.skipif("INTELMQCBMAIL_SANITIZER" in os.environ, reason="a sanitizer wants to be loaded first")
def test_not_installed(home, tmp_path):
    """Without the program of the key holder the agent signs, and one line says why."""
    library = tmp_path / "libintelmqcbmail-core.so"
    library.write_bytes((BUILD / "src/libintelmqcbmail-core.so").read_bytes())
    done = subprocess.run([BUILD / "tests/sign_content", home.path, home.fingerprint, "auto"], check=True,
                          capture_output=True, text=True, stdin=subprocess.DEVNULL,
                          env={**os.environ, "LD_PRELOAD": str(library)})
    assert done.stdout.startswith(AGENT)
    assert done.stderr.count("\n") == 1
    assert "intelmqcbmail-keyholder cannot be started: No such file or directory" in done.stderr

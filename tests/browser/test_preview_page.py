# SPDX-License-Identifier: AGPL-3.0-or-later
"""The page that preview --html writes, in a real browser: it shows what is there, and nothing that came from
outside can do anything."""

import json
import os
import re
import shutil
import subprocess
import urllib.request

import pytest

CHROMIUM = shutil.which("chromium")
pytestmark = pytest.mark.skipif(CHROMIUM is None, reason="chromium is not installed")

EVIL = '</script><script>document.title="owned"</script><img src=x onerror="document.title=1">'


def browse(page, directory, *options):
    """What the browser prints; it has no network to reach and a profile of its own."""
    done = subprocess.run(
        [CHROMIUM, "--headless", "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run",
         "--disable-background-networking", "--disable-component-update", "--disable-sync",
         "--virtual-time-budget=3000", f"--user-data-dir={directory}/profile", *options,
         f"file://{page}"],
        capture_output=True, text=True, timeout=120, check=True)
    return done.stdout


@pytest.fixture
def page(site, put, tmp_path):
    site.write_template("open_snmp", "About ${evil}\n\nDear Sir or Madam,\n\n${events_as_csv}\n")
    put("abuse@one.example", 3, aggregate_identifier={"evil": "AS 64496"})
    put("abuse@two.example", aggregate_identifier={"evil": EVIL})
    put("bad@isp.example", template_name="missing")
    path = tmp_path / "page.html"
    result = site.run("preview", "--html", str(path))
    assert result.returncode == 3, result.stderr
    return path


def test_page_shows_the_mails(page, tmp_path):
    dom = browse(page, tmp_path, "--dump-dom")
    shown = re.sub(r'<script type="application/json".*?</script>', "", dom, flags=re.S)
    assert "abuse@one.example" in shown and "abuse@two.example" in shown
    assert re.search(r'id="count-mails"[^>]*>\D*2', shown)
    assert re.search(r'id="count-failed"[^>]*>\D*1', shown)


def test_hostile_content_does_nothing(page, tmp_path):
    dom = browse(page, tmp_path, "--dump-dom")
    assert "<title>Preview: what the next run would send</title>" in dom
    assert "<img" not in dom


def test_screenshot(page, tmp_path):
    """For eyes: SCREENSHOTS=DIR keeps it."""
    directory = os.environ.get("SCREENSHOTS", str(tmp_path))
    for name, size in (("wide", "1280,800"), ("narrow", "400,800")):
        browse(page, tmp_path, f"--window-size={size}", f"--screenshot={directory}/{name}.png")
        assert os.path.getsize(f"{directory}/{name}.png") > 5000


class Browser:
    """chromedriver over its HTTP interface (W3C WebDriver)."""

    ELEMENT = "element-6066-11e4-a52e-4f735466cecf"

    def __init__(self, directory):
        self.log = open(directory / "chromedriver.log", "w+")  # noqa: SIM115
        self.process = subprocess.Popen(["chromedriver", "--port=0"], stdout=self.log,
                                        stderr=subprocess.STDOUT)
        self.port = self._wait_for_port()
        self.session = None
        options = {"args": ["--headless", "--no-sandbox", "--disable-gpu", "--disable-quic",
                            "--no-first-run", "--disable-background-networking",
                            "--disable-component-update", "--disable-sync",
                            f"--user-data-dir={directory}/profile"], "binary": CHROMIUM}
        made = self.ask("POST", "", {"capabilities": {"alwaysMatch": {"goog:chromeOptions": options}}})
        self.session = made["sessionId"]

    def _wait_for_port(self):
        while self.process.poll() is None:
            self.log.seek(0)
            found = re.search(r"started successfully on port (\d+)", self.log.read())
            if found:
                return int(found[1])
            os.sched_yield()
        raise RuntimeError("chromedriver does not start")

    def ask(self, method, path, body=None):
        session = f"/{self.session}" if self.session else ""
        request = urllib.request.Request(
            f"http://127.0.0.1:{self.port}/session{session}{path}", method=method,
            data=None if method != "POST" else json.dumps(body or {}).encode(),
            headers={"Content-Type": "application/json"})
        with urllib.request.urlopen(request, timeout=60) as answer:
            return json.load(answer)["value"]

    def script(self, text):
        return self.ask("POST", "/execute/sync", {"script": text, "args": []})

    def type(self, keys):
        actions = [{"type": kind, "value": key} for key in keys for kind in ("keyDown", "keyUp")]
        self.ask("POST", "/actions", {"actions": [{"type": "key", "id": "k", "actions": actions}]})

    def close(self):
        try:
            self.ask("DELETE", "")
        finally:
            self.process.terminate()
            self.process.wait()
            self.log.close()


DOWN, ENTER, ESCAPE = "\ue015", "\ue007", "\ue00c"
SHOWN = "return [...document.querySelectorAll('#list > li')].filter(e => e.offsetHeight).length"


@pytest.mark.skipif(shutil.which("chromedriver") is None, reason="chromedriver is not installed")
def test_keyboard_filters_and_reads(page, tmp_path):
    browser = Browser(tmp_path)
    try:
        browser.ask("POST", "/url", {"url": f"file://{page}"})
        assert browser.script(SHOWN) == 2
        browser.type("/one.example")
        assert browser.script(SHOWN) == 1
        browser.type([DOWN, ENTER])
        text = browser.script("return document.querySelector('#reader').innerText")
        assert "Dear Sir or Madam," in text and "abuse@one.example" in text
        assert browser.script("return document.querySelectorAll('#reader table tr').length") >= 4
        browser.type([ESCAPE])
        assert browser.script("return document.title") == "Preview: what the next run would send"
    finally:
        browser.close()

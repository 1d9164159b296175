# SPDX-License-Identifier: AGPL-3.0-or-later
"""The page that preview --html writes, in a real browser: it shows what is there, and nothing that came from
outside can do anything."""

import os
import re
import shutil
import subprocess

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

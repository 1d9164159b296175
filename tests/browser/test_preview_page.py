# SPDX-License-Identifier: AGPL-3.0-or-later
"""The page that preview --html writes, in a real browser: it shows what is there, and nothing that came from
outside can do anything."""

import base64
import json
import os
import pathlib
import re
import shutil
import subprocess
import urllib.error
import urllib.request

import pytest

from support.smtpd import CLOSE
from support.table_mails import by_size, noise, put_rows

CHROMIUM = shutil.which("chromium")
pytestmark = pytest.mark.skipif(CHROMIUM is None, reason="chromium is not installed")

TITLE = "Preview: what the next run would send"
EVIL = (
    '</script><!--<script>document.title="owned"</script></template>'
    '<img src=x onerror="document.title=1"><a href="javascript:document.title=2">\u2028\u202ex'
)


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
    assert f"<title>{TITLE}</title>" in dom
    assert "<img" not in dom


def test_screenshot(page, tmp_path):
    """For eyes: SCREENSHOTS=DIR keeps it."""
    directory = os.environ.get("SCREENSHOTS", str(tmp_path))
    for name, *options in (("wide", "--window-size=1280,800"), ("narrow", "--window-size=500,800"),
                           ("dark", "--window-size=1280,800", "--blink-settings=preferredColorScheme=0")):
        browse(page, tmp_path, f"--screenshot={directory}/{name}.png", *options)
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


    def go(self, page):
        self.ask("POST", "/url", {"url": f"file://{page}"})

    def text_of(self, selector):
        return self.script(f"return document.querySelector({json.dumps(selector)}).innerText")

    def click(self, selector):
        """Where the pointer would: what is hidden or covered cannot be clicked."""
        found = self.ask("POST", "/element", {"using": "css selector", "value": selector})
        self.ask("POST", f"/element/{found[self.ELEMENT]}/click")

    def resize(self, width, height):
        self.ask("POST", "/window/rect", {"width": width, "height": height})

    def keep_screenshot(self, name):
        """For eyes, where SCREENSHOTS=DIR is set."""
        if "SCREENSHOTS" in os.environ:
            picture = base64.b64decode(self.ask("GET", "/screenshot"))
            pathlib.Path(os.environ["SCREENSHOTS"], f"{name}.png").write_bytes(picture)

    def focused(self):
        """What has the focus: its id, or the text of an entry of the list."""
        return self.script("const e = document.activeElement; return e.id || e.innerText")


UP, DOWN, LEFT, RIGHT, END = "\ue013", "\ue015", "\ue012", "\ue014", "\ue010"
ENTER, ESCAPE = "\ue007", "\ue00c"
SHOWN = "return [...document.querySelectorAll('#list > li')].filter(e => e.offsetHeight).length"

needs_driver = pytest.mark.skipif(shutil.which("chromedriver") is None,
                                  reason="chromedriver is not installed")


@pytest.fixture
def browser(tmp_path):
    browser = Browser(tmp_path)
    try:
        yield browser
    finally:
        browser.close()


@needs_driver
def test_keyboard_filters_and_reads(page, browser):
    browser.go(page)
    assert browser.script(SHOWN) == 2
    browser.type("/one.example")
    assert browser.script(SHOWN) == 1
    assert browser.text_of("#shown") == "1 of 2 mails, 3 events"
    browser.type([DOWN, ENTER])
    assert browser.focused() == "reader"
    text = browser.text_of("#reader")
    assert "Dear Sir or Madam," in text and "abuse@one.example" in text
    assert browser.script("return document.querySelectorAll('#reader table tr').length") == 4
    browser.type([ESCAPE])
    assert "abuse@one.example" in browser.focused()
    browser.type([UP])
    assert browser.focused() == "filter"
    browser.type([ESCAPE])
    assert browser.script(SHOWN) == 2


@needs_driver
def test_keyboard_moves_on_the_list_and_between_the_tabs(page, browser):
    browser.go(page)
    browser.type(["/", DOWN])
    assert "one.example" in browser.focused()
    browser.type([DOWN])
    assert "two.example" in browser.focused()
    browser.type([DOWN])
    assert "two.example" in browser.focused()  # the last
    browser.script("document.getElementById('tab-mails').focus()")
    browser.type([LEFT])
    assert browser.focused() == "tab-failed"
    assert "bad@isp.example" in browser.text_of("#list") and "missing" in browser.text_of("#list")
    browser.type([RIGHT])
    assert browser.focused() == "tab-mails"


@needs_driver
def test_focus_is_seen(page, browser):
    browser.go(page)
    for keys in ("/", [DOWN], [ENTER]):
        browser.type(keys)
        assert browser.script("return getComputedStyle(document.activeElement).outlineStyle") == "solid"


@needs_driver
def test_hostile_mail_that_is_read_does_nothing(page, browser):
    """Its text stands there to be read, and no element was made of it."""
    browser.go(page)
    browser.click("#list > li:nth-child(2) .item")
    text = browser.text_of("#reader")
    assert '<img src=x onerror="document.title=1">' in text and "U+202E" in text
    browser.script("document.querySelectorAll('details').forEach((each) => { each.open = true })")
    assert "</template>" in browser.text_of("#reader details")
    assert browser.script("return document.title") == TITLE
    assert browser.script("return document.querySelectorAll('img, a, iframe, object, form').length") == 0


@needs_driver
def test_policy_holds(page, browser, tmp_path):
    """A script, a style, an event handler and a picture that got into the page all the same are refused."""
    broken = tmp_path / "broken.html"
    intruders = ('<script>document.title="owned"</script><style>body { color: red }</style>'
                 '<img src="data:," onerror="document.title=1"><p id="p" style="color: red">p</p>')
    watch = "<body>"
    text = page.read_text()
    assert text.count(watch) == 1
    broken.write_text(text.replace(watch, watch + intruders))
    browser.go(broken)
    assert browser.script("return document.title") == TITLE
    assert browser.script("return getComputedStyle(document.getElementById('p')).color") != "rgb(255, 0, 0)"
    assert browser.script(SHOWN) == 2  # its own script runs
    with pytest.raises(urllib.error.HTTPError):
        browser.script("document.body.innerHTML = '<b>'")  # no markup out of text


@needs_driver
def test_narrow_screen_shows_list_or_mail(page, browser):
    browser.resize(420, 800)
    browser.go(page)
    visible = "return document.getElementById('{}').offsetHeight > 0"
    assert browser.script(visible.format("list-panel")) and not browser.script(visible.format("reader"))
    browser.click("#list > li:nth-child(1) .item")
    assert browser.script(visible.format("reader")) and not browser.script(visible.format("list-panel"))
    browser.click("#back")
    assert browser.script(visible.format("list-panel")) and "one.example" in browser.focused()
    assert browser.script("return document.documentElement.scrollWidth <= innerWidth")


def multiply(page, copies):
    """The page with each of its mails many times over, as intelmqcbmail would write it."""
    text = page.read_text()
    block = re.compile(r'<script type="application/json" id="data(-?\d*)">(.*?)</script>\n', re.S)
    blocks = dict(block.findall(text))
    data = json.loads(blocks.pop(""))
    mails = [dict(data["mails"][i % len(data["mails"])], number=i + 1, directive_ids=[i])
             for i in range(copies)]
    bodies = list(blocks.values())
    lines = [json.dumps(dict(data, mails=mails)).replace("<", "\\u003c")]
    lines += [bodies[i % len(bodies)] for i in range(copies)]
    made = "".join(f'<script type="application/json" id="data{f"-{i}" if i else ""}">{line}</script>\n'
                   for i, line in enumerate(lines))
    return block.sub("", text).replace("</noscript>\n", "</noscript>\n" + made)


@needs_driver
def test_ten_thousand_mails(page, browser, tmp_path):
    many = tmp_path / "many.html"
    many.write_text(multiply(page, 10_000))
    browser.go(many)
    assert browser.text_of("#shown") == "10,000 mails, 20,000 events"
    browser.type(["/", DOWN, END, ENTER])
    assert "Dear Sir or Madam," in browser.text_of("#reader")
    assert browser.script(SHOWN) <= 1000  # the rest when it is scrolled to
    browser.type("/two.example")
    assert browser.text_of("#shown") == "5,000 of 10,000 mails, 5,000 events"
    timing = "return performance.getEntriesByType('navigation')[0].domContentLoadedEventEnd"
    assert browser.script(timing) < 20_000  # milliseconds; 400 on two busy cores


@needs_driver
def test_limit_that_is_exceeded_stands_above_all_else(site, put, browser, tmp_path):
    site.config["safety"] = {"max_mails_per_run": 1}
    put("abuse@one.example", 2)
    put("abuse@two.example")
    path = tmp_path / "page.html"
    assert site.run("preview", "--html", str(path)).returncode == 1
    browser.go(path)
    text = browser.text_of("#limits")
    assert text.startswith("The run would stop before its first mail\n")
    assert "safety.max_mails_per_run is 1, it would be 2 mails, 1 too many" in text
    assert browser.script("return document.getElementById('limits').getBoundingClientRect().top") == 0
    assert browser.script(SHOWN) == 2
    browser.keep_screenshot("limits")
    browser.resize(420, 800)
    browser.keep_screenshot("limits-narrow")
    assert browser.script("return document.documentElement.scrollWidth <= innerWidth")


@needs_driver
def test_parts(site, put, browser, tmp_path):
    """A group that goes out in several mails: which part each is stands in the list, form and size in the mail."""
    put_rows(put, 130, text=noise, recipient="parts@isp.example")
    by_size(site)
    path = tmp_path / "page.html"
    assert site.run("preview", "--html", str(path)).returncode == 0
    browser.resize(1280, 800)
    browser.go(path)
    n_parts = browser.script(SHOWN)
    assert n_parts > 1
    for number in range(1, n_parts + 1):
        entry = f"#list > li:nth-child({number})"
        assert f"zip, part {number} of {n_parts}" in browser.text_of(entry)
        browser.click(f"{entry} .item")
        text = browser.text_of("#reader")
        assert f"zip, part {number} of {n_parts}" in text
        assert re.search(r"[0-9.]+ kB of at most 20\.0 kB, or what the mail server announces", text), text
        assert f"events-{number}of{n_parts}.csv.zip" in text
    browser.keep_screenshot("parts")
    browser.resize(420, 800)
    assert browser.script("return document.documentElement.scrollWidth <= innerWidth")
    browser.keep_screenshot("parts-narrow")


@needs_driver
def test_groups_that_are_left_alone(site, put, smtpd, browser, tmp_path):
    put()
    smtpd.script(after_dot=CLOSE)
    site.run("--all")
    site.config["uncertain_deliveries"] = "hold"
    path = tmp_path / "page.html"
    assert site.run("preview", "--html", str(path)).returncode == 0
    browser.go(path)
    assert not browser.script("return document.getElementById('limits').offsetHeight")
    browser.click("#tab-skipped")
    assert browser.text_of("#shown") == "1 group, 1 event"
    assert "held until an operator decides" in browser.text_of("#list")
    browser.click("#list > li:nth-child(1) .item")
    assert "held until an operator decides" in browser.text_of("#reader")
    assert "From when" not in browser.text_of("#reader")


@needs_driver
def test_what_no_run_sends_is_told(site, put, database, browser, tmp_path):
    path = tmp_path / "page.html"
    put()
    assert site.run("preview", "--html", str(path)).returncode == 0
    browser.go(path)
    assert not browser.script("return document.getElementById('left-out').offsetHeight")
    put("x" * 101 + "@isp.example")
    put("nobody")
    for _ in range(3):
        site.run("--all")
    database.query("UPDATE refused_groups SET set_aside_at = now()")
    assert site.run("preview", "--html", str(path)).returncode == 0
    browser.go(path)
    rejected, set_aside = browser.text_of("#left-out").splitlines()
    assert rejected.startswith("Not to be sent: 1 directive was rejected and is waiting, ")
    assert set_aside.startswith("Not to be sent: 1 group with 1 directive is set aside, ")
    browser.resize(420, 800)
    assert browser.script("return document.documentElement.scrollWidth <= innerWidth")


@needs_driver
def test_from_when_is_told(site, put, database, browser, tmp_path):
    site.write_format("10-later.yaml", "formats: [{name: later, match: {recipient_address: later*},"
                                       " postpone: {newest_directive_age: 1h}}]")
    put("later@isp.example")
    database.query("UPDATE directives SET inserted_at = '2126-11-20 03:04:05.123456+00'")
    path = tmp_path / "page.html"
    assert site.run("preview", "--html", str(path)).returncode == 0
    browser.go(path)
    browser.click("#tab-postponed")
    when = browser.script("return new Date('2126-11-20T04:05:00Z').toLocaleString('en-GB',"
                          " {day: 'numeric', month: 'short', year: 'numeric', hour: '2-digit',"
                          " minute: '2-digit', timeZoneName: 'short'})")
    assert f"from {when}: newest directive 2126-11-20 03:04:05.123456+00:00 + 1 hour" in \
        browser.text_of("#list")
    browser.click("#list > li:nth-child(1) .item")
    assert f"From when\n{when}" in re.sub(r"\s*\n\s*", "\n", browser.text_of("#reader"))

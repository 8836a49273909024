"""A real Chromium for the journeys: the system's own, no download."""

import shutil
from pathlib import Path

import pytest
from playwright.sync_api import sync_playwright

AXE = Path(__file__).resolve().parent.parent / "vendor" / "axe-core-4.14.1" / "axe.min.js"
CHROMIUM = ("chromium", "chromium-browser", "google-chrome-stable", "google-chrome")
SWITCHES = (
    "--no-sandbox",
    "--disable-gpu",
    "--disable-dev-shm-usage",
    "--disable-background-networking",
    "--disable-component-update",
    "--no-first-run",
)
# Violations of the policy end up in a list that survives nothing but the page; the console has them all.
LISTEN = """
addEventListener("securitypolicyviolation", e => console.error("CSP " + e.violatedDirective + " " + e.blockedURI));
"""
# Elements whose words leave their box: hidden by it, or written over what stands beside a button, heading or cell.
CUT = """
() => [...document.body.querySelectorAll("*")].filter(element => {
  const style = getComputedStyle(element);
  const hides = [style.overflowX, style.overflowY].some(way => way === "hidden" || way === "clip");
  if (!hides && !element.matches("button, .button, h1, h2, h3, th, td")) return false;
  // What is there for screen readers alone is one pixel wide.
  if (element.clientWidth < 2 || !element.innerText?.trim()) return false;
  if (!element.checkVisibility({visibilityProperty: true})) return false;
  const tall = hides && element.scrollHeight > element.clientHeight + 1;
  return tall || element.scrollWidth > element.clientWidth + 1;
}).map(element => element.outerHTML.slice(0, 160))
"""


@pytest.fixture(scope="session")
def chromium():
    """A running Chromium, one for each worker."""
    with sync_playwright() as playwright:
        path = next(filter(None, map(shutil.which, CHROMIUM)))
        browser = playwright.chromium.launch(executable_path=path, args=list(SWITCHES))
        yield browser
        browser.close()


@pytest.fixture
def window(chromium):
    """A fresh browser window; at the end nothing may have been said on its console: no error, no policy violation."""
    context = chromium.new_context(viewport={"width": 1280, "height": 900}, reduced_motion="reduce")
    context.add_init_script(LISTEN)
    page, said = context.new_page(), []
    page.on("console", lambda message: said.append(message.text) if is_news(message) else None)
    page.on("pageerror", lambda error: said.append(str(error)))
    page.set_default_timeout(120_000)  # no page is slow; a machine with other work is
    yield page
    context.close()
    assert not said, said


def is_news(message):
    """True for an error on the console; a page that is rightly not found is none."""
    return message.type == "error" and not message.location["url"].endswith("/no-such-page")


def press(page, selector):
    """Press what leads to another page and wait until that one stands: a page being kept holds the button back a moment."""
    with page.expect_navigation():
        page.click(selector)


def pick(page, selector, words):
    """Choose what a picker finds for ``words``, which arrive as one: a slow machine asks for what was typed so far."""
    page.fill(selector, words)
    page.click(f"[role=option]:visible:has-text('{words}')")


def findings(page, only=None):
    """What axe finds against WCAG 2.2 AA on the page as it stands, as readable lines."""
    if not page.evaluate("typeof axe === 'object'"):
        page.evaluate(AXE.read_text(encoding="utf-8"))
    tags = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"]
    run = {"type": "rule", "values": only} if only else {"type": "tag", "values": tags}
    # Its preloading writes a <style> of its own, which the policy rightly refuses.
    result = page.evaluate(
        "run => axe.run(document, {runOnly: run, resultTypes: ['violations'], preload: false})", run
    )
    return [
        f"{violation['id']}: {node['html'][:160]} {node['failureSummary'][:160]}"
        for violation in result["violations"]
        for node in violation["nodes"]
    ]


def look_at(page):
    """Findings at both widths in the language that the page is in."""
    return look_at_wide(page) + look_at_narrow(page)


def look_at_wide(page):
    """Findings at 1280 px in light and in dark: colours are all that dark changes, at any width."""
    found = _look(page, 1280, 900, "light")
    return found + _look(page, 1280, 900, "dark", ["color-contrast"])


def look_at_narrow(page):
    """Findings at 360 px in light, texts among them that do not fit into their place."""
    # As high as the page: what a bar at the foot of the window covers for now comes into view by scrolling.
    page.set_viewport_size({"width": 360, "height": 740})
    found = _look(page, 360, page.evaluate("document.documentElement.scrollHeight"), "light")
    return found + [f"{page.url} 360 px, cut: {line}" for line in page.evaluate(CUT)]


def _look(page, width, height, scheme, only=None):
    page.set_viewport_size({"width": width, "height": height})
    page.emulate_media(color_scheme=scheme, reduced_motion="reduce")
    found = [f"{page.url} {width} px {scheme}: {line}" for line in findings(page, only)]
    wide = page.evaluate("document.documentElement.scrollWidth - innerWidth")
    if wide > 0:
        found.append(f"{page.url}: {wide} px wider than a window of {width} px")
    return found

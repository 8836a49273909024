"""Six wizards to their last page by Tab, Space, Enter, arrows and typing alone; every stop shows where the focus is."""

import os

import pytest
import test_three_wizards  # its example agency and its family

import models

pytestmark = pytest.mark.journey
folder, portal, family = (
    test_three_wizards.folder,
    test_three_wizards.portal,
    test_three_wizards.family,
)
TABS, PAGES = 120, 6
STOP = """wanted => {
  const focused = document.activeElement, style = getComputedStyle(focused);
  const outlined = style.outlineStyle !== "none" && parseFloat(style.outlineWidth) > 0;
  return {
    isThere: focused.matches(wanted), isSkipLink: focused.matches(".skip-link"), html: focused.outerHTML.slice(0, 160),
    hasRing: focused === document.body || outlined || style.boxShadow !== "none",
  };
}"""


@pytest.fixture
def keys(portal, window):
    """The keyboard of a window that is signed in, in English."""
    test_three_wizards.sign_in(portal, window, "en")
    return Keys(window, portal.url)


class Keys:
    """Nothing but the keyboard; ``open`` types an address."""

    def __init__(self, window, url):
        self.window, self.url, self.press = window, url, window.keyboard.press

    def open(self, path):
        self.window.goto(self.url + path)

    def tab_to(self, wanted, key="Tab"):
        """Press ``key`` until the focus is on what the selector names; no stop on the way may be invisible."""
        for _press in range(TABS):
            self.press(key)
            stop = self.window.evaluate(STOP, wanted)
            assert stop["hasRing"], f"no ring around {stop['html']} on {self.window.url}"
            if stop["isThere"]:
                return
            if stop["isSkipLink"]:
                self.press("Enter")
        raise AssertionError(f"{TABS} times {key} never reach {wanted} on {self.window.url}")

    def enter(self, wanted="main .actions-bar .btn-primary"):
        """Tab to what leads to another page, by default Continue, and press Enter on it."""
        self.tab_to(wanted)
        with self.window.expect_navigation():
            self.press("Enter")

    def space(self, wanted, key="Tab"):
        self.tab_to(wanted, key)
        self.press("Space")

    def space_all(self, wanted):
        """Tick every one of several boxes."""
        for _box in range(self.window.locator(wanted).count()):
            self.space(wanted)

    def type(self, wanted, words):
        self.tab_to(wanted)
        self.window.keyboard.type(words)

    def choose(self, name, value):
        """One of several radio buttons, with the arrows."""
        self.space(f"[name='{name}']")
        for _press in range(TABS):
            if self.window.evaluate("document.activeElement.value") == value:
                return
            self.press("ArrowDown")
        raise AssertionError(f"no arrow reaches {value} of {name}")

    def pick(self, wanted, words):
        """The first row that a picker finds; the words arrive as one, or a slow machine asks for what was typed so far."""
        self.tab_to(wanted)
        self.window.keyboard.insert_text(words)
        self.window.wait_for_selector("[role=option]:visible")
        self.press("ArrowDown")
        self.press("Enter")

    def is_at(self, page):
        return self.window.url.removesuffix("#main").endswith(f"/{page}")

    def go_on_to(self, page):
        """Continue over pages that need no answer."""
        for _page in range(PAGES):
            if self.is_at(page):
                return
            self.enter()
        raise AssertionError(f"{self.window.url} is not left for {page}")

    def finish(self):
        self.go_on_to("check")
        self.space_all("[name=confirmed]")
        self.enter()
        # The last page of an email, once it is sent, is the one that stays about it.
        assert self.is_at("done") or "/distribute/sent/" in self.window.url, self.window.url


def test_an_intake(keys):
    keys.open("/intake/")
    keys.enter("main .start-form button")
    keys.type("[name=first_name]", "Thandiwe")
    keys.type("[name=last_name]", "Mbokazi")
    keys.enter()
    keys.space_all("[name=limits_explained]")
    keys.enter()
    for consent in ("confidentiality", "collection"):
        keys.choose(consent, "given")
    keys.space("[name=copy_given]")
    keys.enter()
    keys.type("[name=address]", "9 Erie Street")
    keys.choose("case_type", "intensive")
    keys.enter()
    keys.type("[name=people-0-birth_date]", "01151988")
    keys.go_on_to("urgent")
    keys.space("[name=urgent_needs]")
    keys.type("[name=immediate_actions]", "A food card was handed over.")
    keys.enter()
    keys.space_all("[name=explained]")
    keys.enter()
    keys.choose("charter", "given")
    keys.go_on_to("worker")
    keys.space("[name=no_conflict_declared]")
    keys.finish()


def test_a_plan(keys, family):
    keys.open("/plan/")
    keys.enter("main .start-form button")
    keys.pick("#client", "Rima Haddad")
    keys.enter()
    keys.enter("main button[name=add]")
    keys.type("[name=goals-1-title]", "I want to read my letters")
    keys.choose("goals-1-term", "long")
    keys.enter()
    for _goal in range(2):
        keys.enter("main button[name=add]")
        keys.type("[name=actions-0-text]", "Visit the library")
        keys.choose("actions-0-who", "both")
        keys.enter()
    keys.tab_to("main .actions-bar .btn-primary")
    keys.space("[name=copy_given]", "Shift+Tab")
    keys.finish()


def test_a_referral_is_built(keys, family):
    keys.open(f"/clients/details/?id={family.id}")
    keys.enter("form[action='/referral-builder/'] button")
    keys.choose("how", "factors")
    keys.space("[name=factors][value=language]")
    keys.enter()
    keys.space("ol.result-list [name=services]")
    keys.finish()


def test_referrals_are_emailed(keys, family):
    keys.open("/distribute/")
    keys.enter("main .start-form button")
    for _box in range(2):
        keys.space("[name=rowid]")
    keys.enter()
    keys.type("[name=destination]", "lead@partner.example")
    keys.finish()


def test_a_new_service(keys, family):
    keys.open("/new-service/")
    keys.enter("main .start-form button")
    keys.choose("which", "existing")
    keys.pick("#program", models.Program.get(models.Program.state == "active").name)
    keys.enter()
    keys.type("[name=name]", f"Walk and talk {os.urandom(2).hex()}")
    keys.type("[name=description]", "A walk by the lake with volunteers.")
    keys.enter()
    keys.space("[name=days][value=mon]")
    keys.type("[name=start_time]", "1000AM")
    keys.type("[name=end_time]", "1130AM")
    keys.enter()
    keys.space("[name=locations]")
    keys.enter()
    keys.space("[name=keywords]")
    keys.finish()


def test_a_case_is_closed(keys, family):
    keys.open(f"/households/details/?id={family.household_id}")
    keys.enter("form[action='/close-case/'] button")
    keys.enter()
    keys.choose("rows-0-what", "keep")
    keys.type("[name=rows-0-reason]", "The partner calls in May.")
    keys.enter()
    keys.space("[name=clients]")
    keys.go_on_to("closing")
    keys.tab_to("[name=close_reason]")
    keys.press("ArrowDown")
    keys.type("[name=close_summary]", "They moved to Windsor.")
    keys.finish()

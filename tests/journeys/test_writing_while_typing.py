"""The writing assistant reads along in a real browser: under the box, without moving what is typed (R-NOTE-5)."""

import pytest
from case_factories import make_case
from factories import make_client
from prepare import PASSPHRASE, SECRET
from served import Served

pytestmark = pytest.mark.journey


@pytest.fixture
def portal(app, tmp_path):
    with Served(tmp_path, SECRET_KEY=SECRET, CLOCK="0") as served:
        yield served


def test_hints_come_under_the_box_while_one_types_and_go_with_the_words(app, portal, window):
    """R-NOTE-5"""
    client = make_client(make_case())
    window.clock.install()
    window.goto(f"{portal.url}/sign-in")
    window.fill("[name=passphrase]", PASSPHRASE)
    window.click("main button[type=submit]")
    window.click("main .name-list button >> nth=0")
    window.wait_for_url(f"{portal.url}/")
    window.goto(f"{portal.url}/case-notes/new/?household={client.household_id}&type=one-to-one")
    asked = []
    window.on("request", lambda r: asked.append(r) if r.url.endswith("/writing/look/") else None)
    # However long a letter takes on this machine, the page's own clock says that one types without a pause.
    window.clock.pause_at(window.evaluate("Date.now() + 60000"))
    window.locator("#reason_for_contact").press_sequentially("Client is depressed.")
    window.clock.run_for(1000)
    window.wait_for_selector("#reason_for_contact-look mark.look-strong")
    assert window.inner_text("#reason_for_contact-look mark") == "depressed"
    assert len(asked) == 1, "one question for a sentence, not one for a letter"
    assert asked[0].method == "POST" and "depressed" not in asked[0].url
    assert "1 hint" in window.inner_text("#announcer")
    assert window.evaluate("document.activeElement.id") == "reason_for_contact"
    window.fill("#reason_for_contact", "Client appeared tired.")
    window.clock.run_for(1000)
    window.wait_for_selector("#reason_for_contact-look", state="hidden")

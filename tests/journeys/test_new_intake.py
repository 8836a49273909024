"""A family arrives: the intake in a real browser, in both languages."""

import datetime

import pytest
import scans
from conftest import look_at, press  # the one beside this file
from prepare import ADMINISTRATOR, PASSPHRASE
from served import Served, command

pytestmark = pytest.mark.journey


@pytest.fixture(scope="module")
def portal(tmp_path_factory):
    """The example agency, served."""
    folder = tmp_path_factory.mktemp("intake")
    given = ("--agency", "Lakeshore Newcomer Centre", "--province", "ON", "--example")
    secret = ("--passphrase", PASSPHRASE, "--admin-passphrase", ADMINISTRATOR)
    command(folder, "init", *given, *secret)
    with Served(folder, CLOCK="0") as served:
        yield served


def sign_in(portal, window):
    window.goto(f"{portal.url}/sign-in")
    window.fill("[name=passphrase]", PASSPHRASE)
    window.click("main button[type=submit]")
    window.click("main .name-list button >> nth=0")
    window.wait_for_url(f"{portal.url}/")


def speak(window, portal, code):
    window.goto(f"{portal.url}/")
    button = window.locator(f".top button[lang={code}]")
    if button.count():
        button.first.click()
        window.wait_for_selector(f"html[lang={code}]")


def go_on(window):
    press(window, "main form.step .actions-bar .btn-primary")


def years_ago(years):
    today = datetime.date.today()
    return today.replace(year=today.year - years, day=1).isoformat()


def person(window, number, first, last, born, relation=None):
    at = f"[name=people-{number}"
    window.fill(f"{at}-first_name]", first)
    window.fill(f"{at}-last_name]", last)
    window.fill(f"{at}-birth_date]", born)
    if relation:
        window.select_option(f"{at}-relation]", relation)


def walk(window, url, family, seen):
    """The whole intake; ``seen(window, page)`` looks at every page before it is answered, and once more with errors."""
    window.goto(f"{url}/intake/")
    seen(window, "start")
    press(window, "main .start-form button")
    go_on(window)  # nothing typed: the messages
    seen(window, "desk-errors")
    window.fill("[name=first_name]", "Nasrin")
    window.fill("[name=last_name]", family)
    window.select_option("[name=language_used]", "fa")
    go_on(window)
    seen(window, "limits")
    for box in window.locator("[name=limits_explained]").all():
        box.check()
    go_on(window)
    window.check("[name=confidentiality][value=given]")
    window.check("[name=collection][value=given]")
    window.check("[name=copy_given]")
    scan = {"name": "signed.png", "mimeType": "image/png", "buffer": scans.png()}
    window.set_input_files("[name=file]", scan)
    seen(window, "consents")
    go_on(window)
    window.fill("[name=address]", "9 Erie Street")
    window.check("[name=case_type][value=intensive]")
    seen(window, "household")
    go_on(window)
    window.fill("[name=people-0-birth_date]", years_ago(38))
    press(window, "main button[name=add]")
    person(window, 1, "Davoud", family, years_ago(41), "spouse-partner")
    press(window, "main button[name=add]")
    person(window, 2, "Parisa", family, years_ago(9), "child")
    seen(window, "people")
    go_on(window)
    window.locator("[name=signed]").first.check()
    seen(window, "forms")
    go_on(window)
    window.select_option("[name=immigration_category]", "gar")
    seen(window, "person")
    go_on(window)
    for name in ("contact", "contact-2", "learning", "learning-2"):
        seen(window, name)
        go_on(window)
    seen(window, "care")
    go_on(window)
    window.locator("[name=urgent_needs]").first.check()
    go_on(window)
    seen(window, "urgent-errors")
    window.fill("[name=immediate_actions]", "A food card was handed over.")
    go_on(window)
    for box in window.locator("[name=explained]").all():
        box.check()
    seen(window, "orientation")
    go_on(window)
    window.check("[name=charter][value=given]")
    window.set_input_files("[name=file]", scan)
    seen(window, "charter")
    go_on(window)
    seen(window, "sharing")
    go_on(window)
    window.check("[name=no_conflict_declared]")
    seen(window, "worker")
    go_on(window)
    seen(window, "conversation")
    go_on(window)
    seen(window, "check")
    window.click("main .actions-bar .btn-primary")
    window.wait_for_url("**/done")
    seen(window, "done")
    press(window, "main .next-steps a >> nth=0")
    seen(window, "household-page")
    press(window, "main tbody th a >> nth=0")
    seen(window, "client-page")


@pytest.mark.parametrize("code", ["en", "fr"])
def test_every_page_of_the_intake_is_clean_in_both_sizes(portal, window, code):
    sign_in(portal, window)
    speak(window, portal, code)
    found = []
    family = {"en": "Karimi", "fr": "Bahrampour"}[
        code
    ]  # names that sound alike would be asked about
    walk(window, portal.url, family, lambda page, name: found.extend(look_at(page)))
    assert window.evaluate("document.documentElement.lang") == code
    assert not found, "\n".join(found)


def test_a_look_alike_shows_while_somebody_types(portal, window):
    """R-CLI-3: with script the question comes as one goes; without, on Continue."""
    sign_in(portal, window)
    walk(window, portal.url, "Zamani", lambda page, name: None)
    window.goto(f"{portal.url}/intake/")
    press(window, "main .start-form button")
    window.locator("[name=first_name]").press_sequentially("Nasrin")
    window.locator("[name=last_name]").press_sequentially("Zamani")
    window.wait_for_selector("fieldset.look-alikes")
    assert "Zamani, Nasrin" in window.inner_text("fieldset.look-alikes")

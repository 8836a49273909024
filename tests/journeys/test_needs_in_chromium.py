"""A needs assessment in a real browser: in English and French, wide and narrow, and by keyboard alone."""

import pytest
from case_factories import make_assessment, make_case, make_guardianship
from conftest import look_at, press  # the one beside this file
from factories import make_client
from prepare import PASSPHRASE, SECRET
from served import Served

from models import NeedAlert, NeedsAssessment
from workflows import agency_rules, settings
from workflows.business_days import add_months

pytestmark = pytest.mark.journey


@pytest.fixture
def household(app):
    """A parent at the second assessment, another adult, a child."""
    start = add_months(settings.today(), -4)
    house = make_case(anchor_date=start, status="intake")
    parent, other = (
        make_client(household=house, first_name=name, birth_date=add_months(start, -12 * 30))
        for name in ("Ana", "Rui")
    )
    make_guardianship(parent)
    for client in (parent, other):
        make_assessment(client, completed_on=start)
    return house, parent


@pytest.fixture
def portal(household, tmp_path):
    with Served(tmp_path, SECRET_KEY=SECRET, CLOCK="0") as served:
        yield served


def sign_in(window, portal, language):
    window.goto(f"{portal.url}/sign-in")
    window.fill("[name=passphrase]", PASSPHRASE)
    window.click("main button[type=submit]")
    window.click("main .name-list button >> nth=0")
    window.wait_for_url(f"{portal.url}/")
    button = window.locator(f"button[value={language}]")
    if button.count():
        press(window, f"button[value={language}] >> nth=0")


def answer(window, value):
    for box in window.locator("fieldset.matrix-question").all():
        box.locator(f"input[value='{value}']").check()


@pytest.mark.parametrize("language", ["en", "fr"])
def test_an_assessment_from_the_schedule_to_the_referral(portal, household, window, language):
    """Section 4, order of work on screen; R-SCO-3: the alert is seen at once."""
    house, parent = household
    sign_in(window, portal, language)
    found, on = [], ".actions-bar .btn-primary"
    window.goto(f"{portal.url}/needs-assessments/case/?id={house.id}")
    found += look_at(window)
    press(window, f"form:has(input[name=client][value='{parent.id}']) button")
    for _page in ("point", "facts"):
        found += look_at(window)
        press(window, on)
    looked = False
    while "/factor-" in window.url:
        answer(window, 1 if "health" in window.url else 3)
        if "housing" in window.url:
            window.check("#aid")
            window.locator("fieldset.matrix-question details summary").first.click()
            found += look_at(window)
            looked = True
        press(window, on)
    assert looked
    for _page in ("words", "review", "check"):
        found += look_at(window)
        press(window, on)
    assert "/needs-assessments/details/" in window.url
    assert window.locator("svg[role=img] polygon.radar-now").count() == 1
    found += look_at(window)
    window.check("#statement-health")
    press(window, "form[action*='/pick/'] .btn-primary")
    assert window.locator("#statement-health").is_disabled()
    press(window, ".notice-danger a >> nth=0")
    found += look_at(window)
    assert not found, "\n".join(found)
    row = NeedsAssessment.get(NeedsAssessment.point == "a2", NeedsAssessment.client == parent)
    assert row.level == "very-high" and NeedAlert.select().count() == 2


def tab_to(window, condition):
    """Press Tab until ``condition`` holds of the focused element ``e``."""
    for _press in range(120):
        window.keyboard.press("Tab")
        if window.evaluate(f"(e => {condition})(document.activeElement)"):
            return
    raise AssertionError(f"no Tab reaches {condition} on {window.url}")


def enter(window, condition):
    """Tab to what leads to another page, press Enter on it and wait until that one stands."""
    tab_to(window, condition)
    with window.expect_navigation():
        window.keyboard.press("Enter")


def test_an_assessment_by_keyboard_alone(portal, household, window):
    house, parent = household
    sign_in(window, portal, "en")
    window.goto(f"{portal.url}/needs-assessments/case/?id={house.id}")
    onward = "e.matches('.actions-bar .btn-primary')"
    enter(window, f"e.form?.client?.value === '{parent.id}'")
    for _page in ("point", "facts"):
        enter(window, onward)
    for factor in agency_rules.matrix().factors:
        slug = f"/factor-{factor.slug}"
        if slug not in window.url:
            continue
        for question in factor.questions:
            tab_to(window, f"e.name === '{question.slug}'")
            window.keyboard.press("Space")
            window.keyboard.press("ArrowDown")
        enter(window, onward)
    for end in ("/words", "/review", "/check"):
        assert window.url.endswith(end)
        enter(window, onward)
    window.wait_for_selector("text=Need index 75.0 of 100")
    assert NeedsAssessment.get(NeedsAssessment.point == "a2").level == "very-high"

"""A settlement plan in a real browser, in English and French: every page clean in both sizes."""

import os

import pytest
from case_factories import make_assessment
from conftest import look_at, pick, press  # the one beside this file
from factories import make_client, make_household, make_staff
from prepare import SECRET
from served import Served
from test_three_wizards import sign_in

from models import FactorResult, PlanAction
from workflows import settings
from workflows.business_days import add_months

pytestmark = pytest.mark.journey
ON, LATER = "main .actions-bar .btn-primary", "2099-05-01"


@pytest.fixture
def client(app):
    """A mother in the program whose latest assessment found two pressing parts of life, and her son."""
    start = add_months(settings.today(), -4)
    household = make_household(
        case_type="portal-only", status="open", anchor_date=start, primary_worker=make_staff()
    )
    client = make_client(household, first_name="Rima", last_name="Haddad")
    make_client(household, first_name="Karim", last_name="Haddad")
    found = make_assessment(client=client)
    for factor, score, level in (("housing", 75, "very-high"), ("language", 62, "high")):
        FactorResult.create(assessment=found, factor=factor, score=score, level=level)
    return client


@pytest.fixture
def portal(client, tmp_path):
    with Served(tmp_path, SECRET_KEY=SECRET, CLOCK="0") as served:
        yield served


def fill(window, **answers):
    for name, value in answers.items():
        field = window.locator(f"[name={name.replace('__', '-')}]")
        if field.evaluate("e => e.localName") == "select":
            field.select_option(value)
        else:
            field.fill(value)


def make(window, url, seen):
    """The wizard from its first page to its last, each page once empty-handed where that is an error."""
    window.goto(f"{url}/plan/")
    seen("start")
    press(window, "main .start-form button")
    press(window, ON)
    seen("who-errors")
    pick(window, "#client", "Rima")
    press(window, ON)
    press(window, ON)
    seen("goals-errors")
    fill(window, goals__0__title="I want to read my letters", goals__0__factor="language")
    press(window, "main button[name=add]")
    fill(window, goals__1__title="A bigger home", goals__1__target_date=LATER)
    seen("goals")
    press(window, ON)
    press(window, ON)
    seen("steps-errors")
    window.locator("[name=suggested]").first.check()
    press(window, "main button[name=add]")
    fill(window, actions__0__text="Visit the library", actions__0__due_on=LATER)
    window.locator("[name=actions-0-who]").first.check()
    seen("steps")
    press(window, ON)
    press(window, "main button[name=add]")
    fill(window, actions__0__text="Go and see two flats")
    window.locator("[name=actions-0-who]").first.check()
    seen("steps-of-our-own")
    press(window, ON)
    window.check("[name=copy_given]")
    seen("agreement")
    press(window, ON)
    seen("check")
    press(window, ON)
    seen("done")


def work_with(window, url, seen):
    """The plan made is read, ticked off, printed, and gone through again."""
    press(window, "main a[href*='/settlement-plans/details/']")
    seen("plan")
    for _way in ("done", "and not after all", "done for good"):
        press(window, "[id^=step-]:nth-child(2) form[action*='/tick/'] button")
    seen("plan-ticked")
    press(window, "main a[href*='/settlement-plans/print/']")
    seen("print")
    window.go_back()
    press(window, "main form[action='/plan/'] button")
    press(window, ON)
    seen("goals-again")
    press(window, ON)
    seen("steps-again")


@pytest.mark.parametrize("code", ["en", "fr"])
def test_every_page_of_the_plan_is_clean_in_both_sizes(portal, window, code):
    """2.11, from the first page to the plan that is gone through again."""
    sign_in(portal, window, code)
    found = []

    def seen(name):
        found.extend(look_at(window))
        if os.environ.get("PICTURES"):
            for width in (1280, 360):
                window.set_viewport_size({"width": width, "height": 900})
                window.emulate_media(color_scheme="light", reduced_motion="reduce")
                window.screenshot(
                    path=f"{os.environ['PICTURES']}/{name}-{code}-{width}.png", full_page=True
                )
        window.set_viewport_size({"width": 1280, "height": 900})

    make(window, portal.url, seen)
    work_with(window, portal.url, seen)
    assert window.evaluate("document.documentElement.lang") == code
    assert not found, "\n".join(found)
    assert PlanAction.select().where(PlanAction.done_on.is_null(False)).count() == 1

"""Emailing referrals, a new service and the end of a case in a real browser: every page clean in both sizes."""

import os

import pytest
from case_factories import make_goal, make_plan
from conftest import look_at, press  # the one beside this file
from factories import make_client, make_household, make_referral
from prepare import ADMINISTRATOR, PASSPHRASE, leave
from served import Served, command

import models
from workflows import audit, settings
from workflows.business_days import add_months

pytestmark = pytest.mark.journey
MAIL = {
    "MAIL_SERVER": "127.0.0.1",
    "MAIL_PORT": "9",
    "MAIL_SECURITY": "none",
    "MAIL_FROM": "portal@agency.example",
}


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    """The example agency, and how many families it helps in these walks."""
    folder = tmp_path_factory.mktemp("three")
    given = ("--agency", "Lakeshore Newcomer Centre", "--province", "ON", "--example")
    secret = ("--passphrase", PASSPHRASE, "--admin-passphrase", ADMINISTRATOR)
    command(folder, "init", *given, *secret)
    return folder


@pytest.fixture(scope="module")
def portal(folder):
    with Served(folder, CLOCK="0", **MAIL) as served:
        yield served


@pytest.fixture
def family(folder, app):
    """An adult of a household with an open referral and a goal, in the database that is served."""
    leave()
    models.open_database(f"sqlite:///{folder}/portal.db")
    models.database.connect()
    audit.use_key(bytes.fromhex((folder / "audit.key").read_text().strip()))
    born = add_months(settings.today(), -12 * 40)
    household = make_household(
        case_type="portal-only", status="open", file_number=os.urandom(4).hex()
    )
    client = make_client(household, first_name="Rima", last_name="Haddad", birth_date=born)
    make_referral(client=client)
    make_goal(client, plan=make_plan(household=household))
    return client


def sign_in(portal, window, code):
    window.goto(f"{portal.url}/sign-in")
    window.fill("[name=passphrase]", PASSPHRASE)
    window.click("main button[type=submit]")
    window.click("main .name-list button >> nth=0")
    window.wait_for_url(f"{portal.url}/")
    button = window.locator(f".top button[lang={code}]")
    if button.count():
        button.first.click()
        window.wait_for_selector(f"html[lang={code}]")


def go_on(window):
    press(window, "main form.step .actions-bar .btn-primary")


def finish(window, to):
    window.click("main .actions-bar .btn-primary")
    window.wait_for_url(to)


def email_referrals(window, url, seen):
    window.goto(f"{url}/distribute/")
    seen(window, "distribute-start")
    press(window, "main .start-form button")
    seen(window, "distribute-referrals")
    go_on(window)
    seen(window, "distribute-referrals-errors")
    for box in window.locator("[name=rowid]").all()[:4]:
        box.check()
    go_on(window)
    seen(window, "distribute-destination")
    go_on(window)
    seen(window, "distribute-destination-errors")
    press(window, "button[name=split]")
    for field in window.locator("[name$=-destination]").all():
        field.fill(field.input_value() or "lead@partner.example")
    seen(window, "distribute-recipients")
    go_on(window)
    seen(window, "distribute-check")
    for box in window.locator("[name=confirmed]").all():
        box.check()
    finish(window, "**/done")
    seen(window, "distribute-done")
    press(window, "main .next-steps a >> nth=0")
    seen(window, "distribute-sent")


def new_service(window, url, seen):
    window.goto(f"{url}/new-service/")
    press(window, "main .start-form button")
    seen(window, "service-program")
    window.check("[name=which][value=new]")
    go_on(window)
    seen(window, "service-new-program")
    go_on(window)
    seen(window, "service-new-program-errors")
    window.go_back(), window.go_back(), window.reload()
    program = models.Program.get(models.Program.state == "active")
    window.goto(window.url.rsplit("/", 1)[0] + "/program")
    window.check("[name=which][value=existing]")
    chosen = window.locator("[name=program-query], #program").first
    chosen.fill(program.name)
    window.click("[role=option] >> nth=0")
    go_on(window)
    window.fill("[name=name]", f"Walk and talk {os.urandom(2).hex()}")
    window.fill("[name=description]", "A walk by the lake with volunteers.")
    seen(window, "service-basics")
    go_on(window)
    window.check("[name=days][value=mon]")
    window.fill("[name=start_time]", "10:00")
    window.fill("[name=end_time]", "09:00")
    go_on(window)
    seen(window, "service-time-errors")
    window.fill("[name=end_time]", "11:30")
    go_on(window)
    for box in window.locator("[name=locations]").all()[:2]:
        box.check()
    seen(window, "service-place")
    go_on(window)
    window.locator("[name=keywords]").first.check()
    seen(window, "service-keywords")
    go_on(window)
    seen(window, "service-whom")
    go_on(window)
    seen(window, "service-contact")
    go_on(window)
    seen(window, "service-check")
    finish(window, "**/done")
    seen(window, "service-done")


def close_case(window, url, seen, household):
    window.goto(f"{url}/households/details/?id={household.id}")
    seen(window, "close-household-page")
    press(window, "main form[action='/close-case/'] button")
    seen(window, "close-household")
    go_on(window)
    seen(window, "close-referrals")
    go_on(window)
    seen(window, "close-referrals-errors")
    window.check("[name=rows-0-what][value=keep]")
    window.fill("[name=rows-0-reason]", "The partner calls in May.")
    go_on(window)
    window.check("[name=clients]")
    seen(window, "close-agree")
    go_on(window)
    seen(window, "close-interview")
    go_on(window)
    seen(window, "close-goals")
    go_on(window)
    seen(window, "close-closing")
    go_on(window)
    seen(window, "close-closing-errors")
    window.select_option("[name=close_reason]", "moved")
    window.fill("[name=close_summary]", "They moved to Windsor.")
    go_on(window)
    seen(window, "close-check")
    finish(window, "**/done")
    seen(window, "close-done")


@pytest.mark.parametrize("code", ["en", "fr"])
def test_every_page_of_three_wizards_is_clean_in_both_sizes(portal, window, family, code):
    sign_in(portal, window, code)
    found = []

    def seen(page, name):
        found.extend(look_at(page))
        if os.environ.get("PICTURES"):
            for width in (1280, 360):
                page.set_viewport_size({"width": width, "height": 900})
                page.emulate_media(color_scheme="light", reduced_motion="reduce")
                page.screenshot(
                    path=f"{os.environ['PICTURES']}/{name}-{code}-{width}.png", full_page=True
                )
        page.set_viewport_size({"width": 1280, "height": 900})

    email_referrals(window, portal.url, seen)
    new_service(window, portal.url, seen)
    close_case(window, portal.url, seen, family.household)
    assert window.evaluate("document.documentElement.lang") == code
    assert not found, "\n".join(found)

"""New intake through the screens: from the first hello to a file number (2.6-2.9, R-CON, R-CLI-3)."""

import io

import pytest
import scans
from factories import make_client, make_household, make_organization

from models import Attachment, Client, ConsentRecord, Draft, Guardianship, Household, Intake
from workflows import settings
from workflows.business_days import add_months

LIMITS = ["harm-self-others", "child-abuse-neglect", "signed-consent", "subpoena"]
SCAN = {"file": (io.BytesIO(scans.png()), "signed.png")}


def scan():
    return (io.BytesIO(scans.png()), "signed.png")


def years_ago(years):
    return add_months(settings.today(), -12 * years).isoformat()


@pytest.fixture
def begun(browser):
    return browser.submit(browser.get("/intake/"), "Start")


def to_consents(browser, page, first="Rima", last="Haddad", language="ar", **more):
    page = browser.submit(
        page, "Continue", first_name=first, last_name=last, language_used=language, **more
    )
    assert page.heading == "Limits of confidentiality", page.errors
    return browser.submit(page, "Continue", limits_explained=LIMITS)


def to_household(browser, page, **more):
    page = to_consents(browser, page, **more)
    assert page.heading == "Consent", page.errors
    page = browser.submit(
        page, "Continue", confidentiality="given", collection="given", copy_given=True, file=scan()
    )
    assert page.heading == "The household", page.errors
    return page


def to_people(browser, page, kind="general", **more):
    page = browser.submit(
        to_household(browser, page, **more),
        "Continue",
        address="9 Erie Street",
        city="Leamington",
        case_type=kind,
    )
    assert page.heading == "People in the household", page.errors
    return page


def row(number, **answers):
    return {f"people-{number}-{name}": value for name, value in answers.items()}


def go_on(browser, page, until):
    """Press Continue on pages that need no answer."""
    for _page in range(40):
        if page.heading == until:
            return page
        assert not page.errors, page.errors
        page = browser.submit(page, "Continue")
    raise AssertionError(page.heading)


def finish(browser, page, charter="given", **sharing):
    """From "Needed today" to the page after the intake."""
    assert page.heading == "Needed today", page.heading
    page = browser.submit(page, "Continue")
    boxes = [box["value"] for box in page.soup.select("[name=explained]")]
    page = browser.submit(page, "Continue", explained=boxes)
    files = {"file": scan()} if charter == "given" else {}
    page = browser.submit(page, "Continue", {"charter": charter, **files})
    page = browser.submit(page, "Continue", sharing)
    assert page.heading == "Main worker", page.errors
    page = browser.submit(page, "Continue", no_conflict_declared=True)
    page = browser.submit(page, "Continue", reason="They want to find a home.")
    assert page.heading == "Check your answers", page.errors
    return browser.submit(page, "Finish the intake")


def test_an_intake_goes_from_the_desk_to_an_open_case(browser, begun):
    """R-CON-1, R-CON-4, 2.9"""
    page = to_people(browser, begun)
    page = browser.submit(
        page, "Add another person", row(0, birth_date=years_ago(40), gender="woman")
    )
    page = browser.submit(
        page,
        "Continue",
        row(1, first_name="Omar", last_name="Haddad", relation="child", birth_date=years_ago(8)),
    )
    assert page.heading == "Rima Haddad: language and arrival" and "Rima" not in page.title
    page = browser.submit(page, "Continue", immigration_category="gar", arrival_date="2026-01-05")
    page = browser.submit(page, "Continue", phone="519-555-0101", safe_to_call="yes")
    page = browser.submit(page, "Continue", clb_en_listening="3", seeking_work="yes")
    assert page.heading == "Children and who cares for them"
    page = finish(browser, browser.submit(page, "Continue"))
    assert page.heading == "The intake is finished", page.text
    house = Household.get()
    assert house.file_number in page and house.status == "open" and "Haddad" not in page.title
    rima, omar = Client.select().order_by(Client.id)
    assert (rima.phone, rima.clb_en_listening, rima.municipality) == (
        "519-555-0101",
        3,
        "Leamington",
    )
    assert (omar.immigration_category, omar.preferred_languages) == ("gar", ["ar"])
    assert [(g.guardian, g.child) for g in Guardianship.select()] == [(rima, omar)]
    kinds = {c.type: c for c in ConsentRecord.select()}
    assert set(kinds) == {"confidentiality", "collection-use", "client-charter"}
    assert kinds["confidentiality"].limits_explained == LIMITS
    owners = {(a.owner_table, a.owner_id, a.kind) for a in Attachment.select()}
    assert owners == {
        ("consent_record", kinds[k].id, "signed-form")
        for k in ("confidentiality", "client-charter")
    }
    intake = Intake.get()
    assert intake.completed_on == settings.today() and len(intake.orientation_checklist) == 8
    assert set(Draft.get(Draft.kind == "intake").answers) == {"household"}

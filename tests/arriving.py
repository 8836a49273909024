"""A family arrives: the pages of a new intake, answered for the tests that begin further on."""

import io

import scans

from workflows import settings
from workflows.business_days import add_months

LIMITS = ["harm-self-others", "child-abuse-neglect", "signed-consent", "subpoena"]


def scan():
    return (io.BytesIO(scans.png()), "signed.png")


def years_ago(years):
    return add_months(settings.today(), -12 * years).isoformat()


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


def finish(browser, page, charter="given", reason="They want to find a home.", **sharing):
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
    page = browser.submit(page, "Continue", reason=reason)
    assert page.heading == "Check your answers", page.errors
    return browser.submit(page, "Finish the intake")

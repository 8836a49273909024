"""The needs assessment through its screens: the family of the examples, and what can go wrong (domain 10, R-ASM, R-SCO)."""

import pytest
from case_factories import make_case, make_child, make_guardianship, make_interpreter
from factories import make_client, make_household, make_staff
from family import ASSESSMENTS, FAMILY, approve, check, come_to, make_family, reason_of

from models import Answer, Draft, NeedAlert, NeedsAssessment
from workflows import agency_rules, assessments


def begin(browser, client):
    """The page that asks for the point, as it comes after the button on a client's page."""
    page = browser.get("/needs-matrix/")
    return browser.post("/needs-matrix/", {"csrf_token": page.token(), "client": client.id})


def answer_factor(browser, page, levels):
    """One factor's page: levels in the order of its questions, None for "Not assessed"."""
    names = [
        box.select_one("input[type=radio]")["name"]
        for box in page.soup.select("fieldset.matrix-question")
    ]
    given = {
        name: "none" if level is None else str(level)
        for name, level in zip(names, levels, strict=True)
    }
    return browser.submit(page, "Continue", given)


def walk(browser, page, by_factor, reason=None):
    """From the facts page to the result: {factor slug: [levels]} in asking order."""
    page = browser.submit(page, "Continue", {"not_seeking": reason or ""})
    for slug, levels in by_factor.items():
        assert page.path.partition("?")[0].endswith(f"factor-{slug}"), page.path
        page = answer_factor(browser, page, levels)
    assert page.heading == "In the client's words"
    page = browser.submit(
        page, "Continue", {"client_view": "A bigger home", "strengths": "Patience"}
    )
    assert page.heading == "Review"
    page = browser.submit(page, "Continue")
    assert page.heading == "Check your answers"
    return browser.submit(page, "Save the assessment")


def test_the_family_is_assessed_through_the_screens_from_a1_to_a5(app, clock):
    """Domain 6.3; R-ASM-2 to R-ASM-8, R-SCO-1 to R-SCO-4."""
    clock.set("2025-01-06")
    people = make_family()
    reached = {}
    for example in ASSESSMENTS:
        browser = come_to(app, clock, example["completed_on"])
        point = example["point"]
        if point == "a5" and "a5" not in reached:
            found = assessments.case(people["P1"].household)
            assert found.suggested_on == FAMILY["extension"]["suggested_on"]
            page = browser.get(f"/needs-assessments/case/?id={found.household.id}")
            assert "suggests going on" in page and "Record a decision" in page
            approve(people)
        page = begin(browser, people[example["person"]])
        assert page.heading == "Which assessment"
        assert page.soup.select_one("[name=point][checked]")["value"] == point
        page = browser.submit(page, "Continue")
        assert page.heading == "What is asked"
        page = walk(browser, page, example["answers"], reason_of(example))
        row = check(example)
        assert page.path.startswith(f"/needs-assessments/details/?id={row.id}")
        assert f"Need index {row.need_index} of 100" in page
        reached[point] = assessments.case(people["P1"].household).level
    assert reached == FAMILY["expected_household_level"]

"""The referral builder on a bad day: something changes between the list and the last button, or somebody forges a page."""

import datetime

import pytest
from builder_rows import begin, catalogue, client, force, results, tick
from factories import make_consent, make_organization
from test_wizard_engine import seal_of, token_of

from models import (
    Client,
    ConsentRecord,
    DrivingStatement,
    Household,
    MatchRun,
    Organization,
    Referral,
    ServiceActivity,
)
from workflows import directory, records, referrals, settings

WRITTEN = (Referral, DrivingStatement, MatchRun)


@pytest.fixture
def services(app):
    return catalogue(partners=("S10",))


def to_the_end(browser, page):
    while page.heading != "Check your answers":
        page = browser.submit(page, "Continue")
    return page


def nothing_is_written():
    return not any(model.select().exists() for model in WRITTEN)


def test_a_service_archived_between_match_and_save_stops_before_anything_is_written(
    browser, services
):
    page = to_the_end(
        browser, tick(browser, results(browser, client("C1"), "language"), services["S01"])
    )
    directory.archive(ServiceActivity.get_by_id(services["S01"]), confirmed=("last-active",))
    page = browser.submit(page, "Record the referrals")
    assert page.heading == "Services that may help" and "cannot be chosen any more" in page
    assert nothing_is_written()


def test_a_client_whose_case_was_closed_meanwhile_is_not_referred(browser, services):
    who = client("C1")
    page = to_the_end(browser, tick(browser, results(browser, who, "language"), services["S01"]))
    Household.update(status="closed").where(Household.id == who.household_id).execute()
    page = browser.submit(page, "Record the referrals")
    assert page.heading == "Client" and "no longer there" in page
    assert nothing_is_written()


def test_the_draft_of_a_client_who_is_gone_asks_for_another(browser, services):
    who = client("C1")
    page = results(browser, who, "language")
    Client.delete().where(Client.id == who.id).execute()
    page = browser.get(page.path)
    assert page.heading == "Client" and "no longer there" in page


def test_a_consent_withdrawn_in_another_tab_is_asked_for_again(browser, services):
    """R-CON-5: at once, and nobody is left out without being told."""
    who = client("C1")
    consent = make_consent(who, [Organization.get(Organization.name == "Harbour Centre")])
    page = to_the_end(browser, tick(browser, results(browser, who, "financial"), services["S10"]))
    referrals.withdraw(ConsentRecord.get_by_id(consent.id))
    page = browser.submit(page, "Record the referrals")
    assert page.heading == "Consent to share"
    assert "No consent covers Harbour Centre any more" in page and nothing_is_written()


def test_an_expired_consent_covers_nothing(browser, services):
    """R-CON-6."""
    who, today = client("C1"), settings.today()
    given = today - datetime.timedelta(days=800)
    make_consent(who, [Organization.get(Organization.name == "Harbour Centre")], given_on=given)
    page = tick(browser, results(browser, who, "financial"), services["S10"])
    page = browser.submit(page, "Continue")
    assert "No consent yet" in page and "Covered by" not in page


def test_a_minor_s_consent_is_signed_by_a_guardian(browser, services):
    """R-CON-3, in the words of the rule."""
    born = settings.today() - datetime.timedelta(days=15 * 365)
    page = tick(
        browser, results(browser, client("C1", birth_date=born), "financial"), services["S10"]
    )
    page = browser.submit(page, "Continue")
    page = browser.submit(page, "Continue", signed_by_name="A parent", signer_role="client")
    assert page.heading == "Consent to share" and "under the age of majority" in page
    page = browser.submit(page, "Continue", signer_role="guardian")
    assert "Say how the guardian is related." in page


def test_forged_ticks_are_refused_in_words(browser, services):
    page = force(browser, results(browser, client("C1"), "language"), 999_999)
    assert "A service that was ticked is no longer there." in page
    page = browser.submit(page, "Continue")
    assert "Tick at least one service." in page and nothing_is_written()


@pytest.mark.parametrize(
    "wrong",
    [
        {"how": "by-magic"},
        {"factors": "nothing-we-know"},
        {"how": "free", "keywords": "forged"},
        {},
    ],
    ids=str,
)
def test_forged_or_missing_needs_are_refused_in_words(browser, services, wrong):
    page = begin(browser, client("C1"))
    data = {"csrf_token": token_of(page), "seal": seal_of(page), "how": "factors", **wrong}
    page = browser.post(page.path, data)
    assert page.heading == "What is needed" and page.soup.select(".error-summary")


def test_a_step_of_somebody_else_s_plan_is_left_alone(browser, services):
    page = begin(browser, client("C1"), factor="language", step="99999999999999999999")
    assert page.heading == "What is needed"


def test_a_megabyte_in_a_statement_is_refused_in_words(browser, services):
    page = tick(browser, results(browser, client("C1"), "language"), services["S01"])
    page = browser.submit(page, "Continue", {"statements-0-text": "x" * 1_000_000})
    assert page.heading == "Driving statements and actions"
    assert "much too long and was not kept" in page


def test_two_tabs_meet_and_both_versions_are_shown(browser, services):
    page = results(browser, client("C1"), "language")
    tick(browser, page, services["S01"])
    second = browser.submit(page, "Continue", status=409, services=[services["S02"]])
    assert second.heading == "This page was changed meanwhile"


def test_a_fact_saved_elsewhere_meanwhile_is_taken_over_and_a_conflict_is_shown(browser, services):
    """R-SYS-2: nobody overwrites what somebody else wrote without having seen it."""
    who = client("C1")
    page = results(browser, who, "language")
    stored = Client.get_by_id(who.id)
    stored.municipality, stored.gender = "Lakeside", "not-stated"
    records.save(stored, confirmed=("similar-client",))
    page = tick(browser, page, services["S01"], municipality="Hilltown")
    assert page.heading == "Services that may help" and "meanwhile: Lakeside" in page
    page = browser.submit(page, "Continue")
    assert page.heading == "Driving statements and actions"
    browser.submit(to_the_end(browser, page), "Record the referrals")
    saved = Client.get_by_id(who.id)
    assert (saved.municipality, saved.gender) == ("Hilltown", "not-stated")


def test_choosing_another_client_drops_what_was_typed_about_the_first(browser, services):
    first, second = client("C1"), client("C4")
    page = results(browser, first, "language")
    page = tick(browser, page, services["S01"], municipality="Hilltown")
    page = browser.get(page.path.replace("/reasons", "/client"))
    page = browser.submit(page, "Continue", client=second.id)
    page = browser.get(page.path.replace("/need", "/results"))
    assert "Hilltown" not in page and not page.soup.select("[name=services][checked]")


def test_a_program_of_another_partner_is_noticed(browser, services):
    other = make_organization(name="Other Partner")
    program = ServiceActivity.get_by_id(services["S10"]).program_id
    page = begin(browser, client("C1"))
    page = browser.submit(
        page, "Continue", {"how": "partner", "organization": other.id, "program": program}
    )
    assert "belongs to another organization" in page

"""New intake through the screens: from the first hello to a file number (2.6-2.9, R-CON)."""

import pytest
from arriving import (
    LIMITS,
    finish,
    go_on,
    row,
    scan,
    to_consents,
    to_household,
    to_people,
    years_ago,
)
from browser import Browser
from factories import make_organization, make_staff

from models import (
    Attachment,
    Client,
    ConsentRecord,
    Draft,
    Guardianship,
    Household,
    Intake,
    Staff,
)
from workflows import settings


@pytest.fixture
def begun(browser):
    return browser.submit(browser.get("/intake/"), "Start")


def draft():
    return Draft.get(Draft.kind == "intake")


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


# ---- Before the consents (R-CON-1, R-CON-2) ------------------------------------------------------------------------------


def test_nothing_is_asked_or_kept_before_the_consents_are_given(browser, begun):
    """R-CON-1: a page posted out of order leaves no trace; the limits come first, then the signature."""
    key, token = draft().key, begun.token()
    for slug in ("household", "people", "person-0", "contact-0", "urgent", "conversation"):
        page = browser.post(
            f"/intake/{key}/{slug}", {"csrf_token": token, "address": "9 Erie", "reason": "Flight"}
        )
        assert page.heading == "Who is at the desk"
    page = browser.submit(begun, "Continue", first_name="Rima", last_name="Haddad")
    page = browser.submit(page, "Continue", limits_explained=LIMITS[:3])
    assert page.heading == "Limits of confidentiality" and "Explain each limit" in page
    asked = {name for answers in draft().answers.values() for name in answers}
    assert asked <= {
        "first_name",
        "last_name",
        "language_used",
        "interpreter",
        "interpreter-query",
        "household",
        "household-query",
        "same",
        "limits_explained",
        "_done",
    }


def test_a_refusal_leaves_a_number_and_nothing_else(browser, begun):
    """R-CON-2"""
    page = to_consents(browser, begun)
    page = browser.submit(
        page, "Continue", confidentiality="given", collection="refused", file=scan()
    )
    assert page.heading == "Check your answers"
    page = browser.submit(page, "Finish the intake")
    house = Household.get()
    assert house.status == "consent-refused" and house.file_number in page and "Haddad" not in page
    assert not (Client.select().exists() or ConsentRecord.select().exists())
    assert not (Intake.select().exists() or Attachment.select().exists())
    assert draft().answers == {"household": house.id, "refused": True}


def test_a_consent_refused_later_takes_what_was_typed_along(browser, begun):
    """R-CON-2: in this window or in another."""
    page = to_people(browser, begun)
    other = browser.get(f"/intake/{draft().key}/consents?change=1")
    browser.submit(other, "Continue", collection="refused")
    assert set(draft().answers) == {"desk", "limits", "consents"}
    page = browser.submit(page, "Continue", row(0, birth_date=years_ago(40)))
    assert page.heading == "Check your answers" and "not asked" in page.notices[0]
    assert set(draft().answers) == {"desk", "limits", "consents"}


def test_a_signature_is_whole_before_the_family_is_asked(browser, begun):
    """R-CON-1, R-CON-3: a guardian says how they are related, staff sign too, nobody signs tomorrow."""
    page = to_consents(browser, begun)
    given = {"confidentiality": "given", "collection": "given"}
    page = browser.submit(
        page, "Continue", given | {"signer_role": "guardian", "staff_signer_name": ""}
    )
    assert "Say how the guardian is related." in page and "who explained this form" in page
    page = browser.submit(
        page,
        "Continue",
        {"signer_role": "client", "staff_signer_name": "Test Worker", "given_on": "2999-01-01"},
    )
    assert "Enter a date between" in page or "in the future" in page


# ---- Who signs, who is asked (R-CON-3) ------------------------------------------------------------------------------------


def test_an_adult_who_did_not_sign_is_not_asked_about(browser, begun):
    """R-CON-1, R-CON-3: each adult signs their own forms; the file says whose are missing."""
    page = to_people(browser, begun)
    page = browser.submit(page, "Add another person", row(0, birth_date=years_ago(40)))
    born = {"birth_date": years_ago(38), "relation": "spouse-partner"}
    page = browser.submit(page, "Continue", row(1, first_name="Sami", last_name="Haddad", **born))
    assert page.heading == "Forms of the other adults" and "Sami Haddad" in page
    page = go_on(browser, page, "Needed today")
    slugs = [slug for slug in draft().answers if slug.endswith("-1")]
    assert slugs == []
    page = finish(browser, page)
    assert "Sami Haddad has not signed their own forms yet." in page
    assert (
        ConsentRecord.select().where(ConsentRecord.client == Client.get(first_name="Sami")).count()
        == 0
    )


def test_an_adult_who_signed_has_forms_of_their_own(browser, begun):
    """R-CON-3"""
    page = to_people(browser, begun)
    page = browser.submit(page, "Add another person", row(0, birth_date=years_ago(40)))
    born = {"birth_date": years_ago(38), "relation": "spouse-partner"}
    page = browser.submit(page, "Continue", row(1, first_name="Sami", last_name="Haddad", **born))
    page = browser.submit(page, "Continue", signed=["1"])
    page = finish(browser, go_on(browser, page, "Needed today"))
    sami = Client.get(Client.first_name == "Sami")
    own = {
        c.type: c.signed_by_name for c in ConsentRecord.select().where(ConsentRecord.client == sami)
    }
    assert own == {"confidentiality": "Sami Haddad", "collection-use": "Sami Haddad"}


def test_a_guardian_signs_for_a_minor_at_the_desk(browser, begun):
    """R-CON-3: somebody under 18 in Ontario."""
    page = to_consents(browser, begun, first="Omar")
    page = browser.submit(
        page,
        "Continue",
        confidentiality="given",
        collection="given",
        signer_role="guardian",
        signed_by_name="Huda Haddad",
        guardian_relation="Aunt",
    )
    page = browser.submit(page, "Continue", case_type="general")
    page = go_on(
        browser, browser.submit(page, "Continue", row(0, birth_date=years_ago(16))), "Needed today"
    )
    page = finish(browser, page)
    assert page.heading == "The intake is finished", page.text
    signers = {
        (c.signed_by_name, c.signer_role, c.guardian_relation) for c in ConsentRecord.select()
    }
    assert signers == {("Huda Haddad", "guardian", "Aunt")}


def test_a_minor_cannot_sign_alone(browser, begun):
    """R-CON-3: found out once the birth date is known, and nothing is written."""
    page = to_people(browser, begun)
    page = browser.submit(page, "Continue", row(0, birth_date=years_ago(16)))
    page = finish(browser, go_on(browser, page, "Needed today"))
    assert page.heading == "Check your answers" and "a parent or guardian signs" in page
    assert not Household.select().exists()


# ---- What keeps a case from opening (R-CON-4) -----------------------------------------------------------------------------


def test_without_a_signed_charter_the_case_stays_at_intake_and_says_why(browser, begun):
    """R-CON-4"""
    page = browser.submit(to_people(browser, begun), "Continue", row(0, birth_date=years_ago(40)))
    page = finish(browser, go_on(browser, page, "Needed today"), charter="later")
    assert "The client charter is not signed yet." in page
    house = Household.get()
    assert house.status == "intake"
    page = browser.get(f"/households/details/?id={house.id}")
    assert "What is missing" in page and "Record the charter" in page.links


def test_sharing_consents_name_organizations_and_last_twelve_months(browser, begun):
    """R-CON-6"""
    partner = make_organization(is_own=False)
    page = browser.submit(to_people(browser, begun), "Continue", row(0, birth_date=years_ago(40)))
    page = go_on(browser, page, "Needed today")
    page = finish(
        browser, page, sharing="given", organizations=[str(partner.id)], email_details="given"
    )
    assert page.heading == "The intake is finished", page.text
    kinds = {c.type: c for c in ConsentRecord.select()}
    sharing = kinds["information-sharing"]
    assert [row.id for row in sharing.named_organizations] == [partner.id]
    assert (
        sharing.expires_on.year == settings.today().year + 1
        and kinds["email-details"].state == "given"
    )


def test_an_intensive_case_counts_from_the_day_of_the_intake(browser, begun):
    """2.6, R-ASM-2: the first assessment is offered at once."""
    page = to_people(browser, begun, kind="intensive")
    page = browser.submit(page, "Continue", row(0, birth_date=years_ago(40)))
    page = finish(browser, go_on(browser, page, "Needed today"))
    house = Household.get()
    assert house.anchor_date == settings.today() and house.planned_end is not None
    assert "Rima Haddad: assessment A1" in page and "Assess Rima Haddad: A1" in page


# ---- Rules of the pages ---------------------------------------------------------------------------------------------------


def test_an_urgent_need_comes_with_what_was_done(browser, begun):
    """2.9"""
    page = browser.submit(to_people(browser, begun), "Continue", row(0, birth_date=years_ago(40)))
    page = browser.submit(go_on(browser, page, "Needed today"), "Continue", urgent_needs=["food"])
    assert "Say what was done" in page
    page = browser.submit(page, "Continue", immediate_actions="Food bank today.")
    assert page.heading == "Explained at intake"
    page = browser.submit(page, "Continue", explained=["role-explained"])
    assert "7 still to explain" in page


@pytest.mark.parametrize(
    ("answers", "words"),
    [
        ({"birth_date": "2026-02-30"}, "This date is not in the calendar"),
        ({"birth_date": "2100-01-01"}, "This birth date is in the future"),
        ({"birth_year_only": "1799"}, "Enter a year between 1900"),
    ],
)
def test_an_impossible_birth_is_said_beside_it_and_stays_typed(browser, begun, answers, words):
    """2.7"""
    page = browser.submit(to_people(browser, begun), "Continue", row(0, **answers))
    assert page.heading == "People in the household" and words in page
    name, value = next(iter(row(0, **answers).items()))
    assert draft().answers["people"][name] == [value]


@pytest.mark.parametrize(
    ("answers", "words"),
    [
        ({"arrival_date": "1960-01-01"}, "arrive before being born"),
        ({"permanent_residence_date": "1960-01-01"}, "permanent resident before being born"),
        ({"arrival_date": "2025-02-30"}, "This date is not in the calendar"),
        ({"funder_client_number": "123"}, "8 or the 10 digits"),
    ],
)
def test_dates_of_a_life_are_in_order(browser, begun, answers, words):
    """2.7"""
    page = browser.submit(to_people(browser, begun), "Continue", row(0, birth_date=years_ago(40)))
    page = browser.submit(page, "Continue", answers)
    assert page.heading == "Rima Haddad: language and arrival" and words in page


def test_a_forged_choice_is_refused(browser, begun):
    page = to_people(browser, begun)
    seal = page.soup.select_one("[name=seal]")["value"]
    data = {
        "csrf_token": page.token(),
        "seal": seal,
        **row(0, row="1", first_name="A", last_name="B", relation="king"),
    }
    page = browser.post(page.path, data)
    assert page.heading == "People in the household" and page.errors
    data |= row(0, relation="child", same="999999")
    page = browser.post(page.path, data | {"seal": page.soup.select_one("[name=seal]")["value"]})
    assert page.heading == "People in the household" and page.errors


# ---- Many people, two windows, two colleagues ------------------------------------------------------------------------------


def test_twenty_five_people_are_one_household(browser, begun):
    """No silent cap."""
    page = to_people(browser, begun)
    page = browser.submit(page, "Add another person", row(0, birth_date=years_ago(40)))
    for number in range(1, 25):
        child = row(
            number,
            first_name=f"C{number}",
            last_name="Haddad",
            relation="child",
            birth_date=years_ago(3),
        )
        page = browser.submit(page, "Add another person" if number < 24 else "Continue", child)
    page = finish(browser, go_on(browser, page, "Needed today"))
    assert page.heading == "The intake is finished", page.text
    assert Client.select().count() == 25 and Guardianship.select().count() == 24


def test_somebody_removed_takes_their_pages_along(browser, begun):
    """The next person added under the same number starts empty."""
    page = to_people(browser, begun)
    page = browser.submit(page, "Add another person", row(0, birth_date=years_ago(40)))
    child = {
        "last_name": "Haddad",
        "relation": "child",
        "birth_date": years_ago(5),
        "details": "own",
    }
    page = browser.submit(page, "Continue", row(1, first_name="Omar", **child))
    page = browser.submit(page, "Continue")
    page = browser.submit(page, "Continue", country_of_origin="sy")
    assert "person-1" in draft().answers
    page = browser.submit(browser.get(f"/intake/{draft().key}/people"), "Remove : Person 2")
    assert "person-1" not in draft().answers
    page = browser.submit(page, "Add another person")
    page = browser.submit(page, "Continue", row(1, first_name="Aya", **child))
    page = browser.get(f"/intake/{draft().key}/person-1")
    assert page.soup.select_one("[name=country_of_origin] option[selected]") is None


def test_back_keeps_what_was_typed_and_two_windows_show_both_versions(browser, begun):
    page = to_household(browser, begun)
    stale = browser.get(page.path)
    page = browser.submit(page, "Back", address="9 Erie Street")
    assert page.heading == "Consent" and draft().answers["household"]["address"] == [
        "9 Erie Street"
    ]
    page = browser.submit(
        stale, "Continue", address="7 Main Street", case_type="general", status=409
    )
    assert "9 Erie Street" in page and "7 Main Street" in page


def test_a_colleague_goes_on_where_somebody_stopped(browser, begun, app, prepared):
    page = to_household(browser, begun)
    browser.submit(page, "Save and finish later", address="9 Erie Street")
    colleague = Browser(app, prepared["cookies"]["administrator"])
    page = colleague.follow(colleague.get("/intake/"), "Haddad, Rima")
    assert page.soup.select_one("[name=address]")["value"] == "9 Erie Street"


def test_the_worker_who_declares_is_a_member_of_staff(browser, begun):
    make_staff()
    page = browser.submit(to_people(browser, begun), "Continue", row(0, birth_date=years_ago(40)))
    finish(browser, go_on(browser, page, "Needed today"))
    assert Household.get().primary_worker.name == "Test Worker" == Intake.get().worker.name


def test_a_worker_who_may_not_take_cases_is_refused_where_the_intake_names_them(browser, begun):
    """R-STAFF-1: with a sentence on the page, and nothing that was typed is lost; nobody named is no obstacle."""
    make_staff(name="Lee Without", is_checked=False)
    page = browser.submit(to_people(browser, begun), "Continue", row(0, birth_date=years_ago(40)))
    page = go_on(browser, page, "Needed today")
    page = browser.submit(page, "Continue")
    boxes = [box["value"] for box in page.soup.select("[name=explained]")]
    page = browser.submit(page, "Continue", explained=boxes)
    page = go_on(browser, browser.submit(page, "Continue", charter="later"), "Main worker")
    page = browser.submit(page, "Continue", primary_worker="Lee Without", no_conflict_declared=True)
    assert page.heading == "Main worker"
    assert any("Lee Without cannot look after a case yet." in line for line in page.errors)
    assert page.soup.select_one("[name=no_conflict_declared]").has_attr("checked")
    page = browser.submit(page, "Continue", primary_worker="")
    page = browser.submit(page, "Continue", reason="They want to find a home.")
    page = browser.submit(page, "Finish the intake")
    house = Household.get()
    assert (house.status, house.primary_worker_id) == ("intake", None)
    assert Client.get().last_name == "Haddad" and "no main worker yet" in page.text


def test_somebody_without_papers_at_the_desk_is_not_proposed_as_main_worker(browser, begun):
    """R-STAFF-1"""
    Staff.update(work_phone=None).where(Staff.name == "Test Worker").execute()
    page = browser.submit(to_people(browser, begun), "Continue", row(0, birth_date=years_ago(40)))
    page = finish(browser, go_on(browser, page, "Needed today"))
    assert page.heading == "The intake is finished"
    assert Household.get().primary_worker_id is None

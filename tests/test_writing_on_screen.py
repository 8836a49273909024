"""The writing assistant on screen: while typing, and when a text is saved (R-NOTE-5, R-NOTE-7, R-CLI-1)."""

import pytest
from casework_factories import make_addendum, make_case_note, make_correspondence, make_incident
from factories import make_client, make_driving_statement, make_service
from test_plan import begin
from test_wizard_engine import token_of

import models
from models import (
    AuditLog,
    CaseNote,
    Client,
    Correspondence,
    Draft,
    DrivingStatement,
    Goal,
    HomeVisit,
    Household,
    IncidentReport,
    NoteAddendum,
    PlanAction,
    PlanReview,
)
from workflows import assistant, records
from workflows.records import Refused

KEEP = "I have read the strong warnings of the writing assistant and keep these words."
SAVED = "The writing assistant has %s for this text."


def look(browser, text, **more):
    """The part of a page that the assistant answers with."""
    token = token_of(browser.get("/"))
    response = browser.open(
        "/writing/look/", "POST", data={"csrf_token": token, "text": text} | more
    )
    assert response.status_code == 200
    return response.get_data(as_text=True)


def write(browser, household=None, **texts):
    """The page after a note was saved."""
    household = household or make_client().household
    page = browser.get(f"/case-notes/new/?household={household.id}&type=one-to-one")
    page = browser.submit(page, author=page.soup.select("#author option")[-1]["value"], **texts)
    return page


def marked(page):
    return [mark.text for mark in page.soup.select(".look mark")]


@pytest.fixture
def author(app):
    return models.Staff.create(name="Amina", languages=[])


# ---- While typing ------------------------------------------------------------------------------------------------------------


def test_marked_words_are_shown_with_what_to_write_instead(browser):
    """R-NOTE-5"""
    part = look(browser, "Client is depressed. <b>The client was upset.</b>")
    assert '<mark class="look-strong">depressed</mark>' in part
    assert '<mark class="look-warn">client was upset</mark>' in part
    assert "This reads like a diagnosis." in part and "the client appeared upset" in part
    assert "<b>" not in part and "2 hints for this text" in part


def test_a_text_with_nothing_to_say_about_is_answered_with_nothing(browser):
    """R-NOTE-5, R-NOTE-7: exact words in quotation marks are the client's own."""
    assert look(browser, "Client stated that sleep has been difficult since arrival.") == ""
    assert look(browser, "Client stated “I never feel safe here”.") == ""
    assert "cancer" in look(browser, "Client stated “my doctor says I have cancer”.")


def test_a_goal_is_in_the_client_s_own_words_so_only_strong_rules_hold(browser):
    """R-NOTE-7, 2.11"""
    assert look(browser, "I want to read my letters", own="yes") == ""
    assert "diabetes" in look(browser, "I want to live with my diabetes", own="yes")


def test_hints_are_in_the_language_of_the_page_and_strong_rules_hold_in_both(browser):
    """R-NOTE-5, R-CLI-1"""
    part = look(browser, "La cliente est schizophrène. Elle est toujours en retard.")
    assert "schizophrène" in part and "This reads like a diagnosis." in part
    assert "toujours</mark>" not in part
    browser.post("/language", {"csrf_token": token_of(browser.get("/")), "language": "fr"})
    part = look(browser, "La cliente est toujours en retard. SIN 046 454 286.")
    assert "toujours</mark>" in part and "affirmation absolue" in part
    assert "numéro d’assurance sociale" in part


def test_what_is_typed_is_kept_nowhere(browser):
    """R-NOTE-5: nothing is stored, nothing is logged."""
    token = token_of(browser.get("/"))
    before = AuditLog.select().count(), Draft.select().count()
    browser.open("/writing/look/", "POST", data={"csrf_token": token, "text": "She has PTSD."})
    assert (AuditLog.select().count(), Draft.select().count()) == before


def test_a_stranger_is_not_answered_and_the_text_is_not_kept_for_later(anonymous):
    """R-NOTE-5"""
    response = anonymous.open(
        "/writing/look/", "POST", data={"text": "She has PTSD."}, headers={"HX-Request": "true"}
    )
    assert response.status_code in (400, 401) and not Draft.select().exists()


def test_a_long_text_shows_only_what_stands_around_the_marks():
    text = f"{'x ' * 200}she is depressed{' y' * 200}"
    pieces = assistant.excerpt(text, assistant.marks(text))
    assert [words for words, severity in pieces if severity] == ["depressed"]
    assert sum(len(words) for words, _severity in pieces) < 2 * assistant.AROUND + 20
    assert pieces[0][0].startswith("…") and pieces[-1][0].endswith("…")


def test_the_page_of_the_assistant_says_what_it_looks_for(browser):
    page = browser.get("/writing/")
    assert ["This reads like a diagnosis. Only qualified professionals can make one."] == [
        row[0] for row in page.rows if "diagnosis" in row[0]
    ]


@pytest.mark.parametrize(
    "model, names",
    [
        (
            CaseNote,
            {
                "reason_for_contact",
                "observations",
                "discussed",
                "agreed_and_follow_up",
                "client_words",
            },
        ),
        (NoteAddendum, {"text"}),
        (Correspondence, {"purpose", "content"}),
        (IncidentReport, {"what_happened", "action_taken", "people_involved"}),
        (DrivingStatement, {"text"}),
        (Goal, {"title"}),
        (PlanAction, {"text"}),
        (PlanReview, {"progress", "goals_changed"}),
        (HomeVisit, {"purpose", "risk_decision", "conditions"}),
        (Client, {"accessibility_needs"}),
        (Household, {"close_summary", "anchor_reason", "legal_hold_reason"}),
    ],
)
def test_every_text_of_these_records_is_read(model, names):
    """R-NOTE-5, R-CLI-1: notes, correspondence, incidents, driving statements, plan text, visits, what a person needs."""
    assert set(model._meta.assisted) == names and model in assistant.ASSISTED


@pytest.mark.parametrize(
    "address, name",
    [
        ("/driving-statements/new/", "text"),
        ("/goals/new/", "title"),
        ("/plan-actions/new/", "text"),
        ("/incident-reports/new/", "what_happened"),
        ("/note-addenda/new/", "text"),
    ],
)
def test_the_boxes_are_marked_for_reading_along(browser, address, name):
    """R-NOTE-5"""
    assert browser.get(address).soup.select_one(f"[name={name}]").has_attr("data-look")


# ---- When it is saved --------------------------------------------------------------------------------------------------------


def test_a_strong_mark_asks_one_tick_and_the_words_are_shown_under_their_box(browser, author):
    """R-NOTE-5, R-CLI-1: an identity number in a free text is caught."""
    page = write(browser, reason_for_contact="SIN 046 454 286 copied for the bank.")
    assert KEEP in page and marked(page) == ["046 454 286"] and not CaseNote.select().exists()
    assert "This looks like a social insurance number." in page
    page = browser.submit(page, "Save anyway", confirmed=True)
    assert CaseNote.get().warnings_acknowledged == 1 and "Saved." in page


def test_what_was_taken_out_is_kept_nowhere(browser, author):
    """R-NOTE-5: how many marks were kept is counted, never the text."""
    page = write(browser, reason_for_contact="Client is depressed and asked for a lawyer.")
    page = browser.submit(page, reason_for_contact="Client appeared tired and asked for a lawyer.")
    note = CaseNote.get()
    assert note.warnings_acknowledged == 0 and not Draft.select().exists()
    logged = str(list(AuditLog.select(AuditLog.changed_fields).tuples()))
    assert "depressed" not in logged and "tired" not in logged


def test_a_hint_that_is_not_strong_is_said_after_the_save_and_can_be_looked_at(browser, author):
    """R-NOTE-5: it warns and does not stand in the way."""
    page = write(browser, reason_for_contact="The client was upset. These people never call back.")
    assert CaseNote.select().count() == 1 and SAVED % "3 hints" in page.text
    page = browser.follow(page, "Show the hints")
    assert marked(page) == ["client was upset", "These people", "never"]
    page = browser.submit(page, reason_for_contact="The client appeared upset.")
    assert "hint" not in page.text


def test_what_was_kept_once_is_not_asked_about_again(browser, author):
    """R-NOTE-5: one click."""
    page = browser.submit(write(browser, reason_for_contact="She has PTSD."), confirmed=True)
    note = CaseNote.get()
    page = browser.get(f"/case-notes/edit/?id={note.id}")
    page = browser.submit(page, reason_for_contact="She has PTSD. A letter came.")
    assert KEEP not in page and CaseNote.get().warnings_acknowledged == 1
    page = browser.get(f"/case-notes/edit/?id={note.id}")
    page = browser.submit(page, discussed="She takes insulin.")
    assert KEEP in page
    browser.submit(page, confirmed=True)
    assert CaseNote.get().warnings_acknowledged == 2


@pytest.mark.parametrize(
    "make, texts",
    [
        (make_case_note, {"observations": "Client is bipolar."}),
        (make_addendum, {"text": "Client is bipolar."}),
        (make_correspondence, {"content": "Client is bipolar."}),
        (make_incident, {"what_happened": "Client is bipolar."}),
        (make_driving_statement, {"text": "Client is bipolar."}),
    ],
)
def test_import_and_program_are_asked_as_the_screen_is(app, make, texts):
    """R-NOTE-5: the rule stands where everything is saved."""
    with pytest.raises(Refused) as refused:
        make(**texts)
    (problem,) = refused.value.problems
    assert (problem.code, problem.level) == ("writing", records.CONFIRM)
    assert "bipolar" not in problem.message


def test_the_plan_s_last_page_asks_for_the_tick_too(browser):
    """R-NOTE-5: plan text."""
    page = browser.submit(
        begin(browser, make_client()),
        "Continue",
        {"goals-0-title": "I want to live with my diabetes"},
    )
    page = browser.submit(page, "Add another step")
    page = browser.submit(
        page, "Continue", {"actions-0-text": "Ask the library", "actions-0-who": "Client"}
    )
    page = browser.submit(page, "Continue", copy_given=True)
    page = browser.submit(page, "Save the plan")
    assert KEEP in page and not Goal.select().exists()
    page = browser.submit(page, "Save the plan", confirmed=True)
    assert page.heading == "The plan is saved" and Goal.select().count() == 1


def test_what_a_person_needs_is_no_place_for_a_diagnosis(browser):
    """R-CLI-1, 2.7: practical needs only."""
    client = make_client()
    page = browser.get(f"/clients/edit/?id={client.id}")
    page = browser.submit(page, accessibility_needs="Is bipolar and needs a quiet room.")
    assert KEEP in page and marked(page) and not Client.get().accessibility_needs
    browser.submit(page, accessibility_needs="Needs a quiet room.")
    assert Client.get().accessibility_needs == "Needs a quiet room."


def test_the_reason_of_a_received_referral_is_asked_about_where_it_is_typed(browser):
    """R-NOTE-5: driving statements."""
    service, page = make_service(), browser.get("/referrals/new/")
    page = browser.submit(
        page,
        inbound_name="Omar Said",
        service_activity=service.id,
        reason="He has PTSD and looks for a class.",
        referred_by_name="Jo Partner",
    )
    assert KEEP in page and marked(page) == ["PTSD"] and not DrivingStatement.select().exists()
    browser.submit(page, confirmed=True)
    assert DrivingStatement.select().count() == 1


# ---- What is never stored ----------------------------------------------------------------------------------------------------

NEVER = (
    *(
        "social_insurance",
        "sin_number",
        "health_card",
        "diagnos",
        "medication",
        "medical",
        "illness",
    ),
    *("faith", "religion", "criminal", "offence", "conviction", "youth_justice"),
)


def test_no_table_has_a_field_for_what_is_never_stored():
    """R-CLI-1, 2.7; the tick that a diagnosis was removed is on a page and in no table."""
    names = [f"{m.__name__}.{name}" for m in models.TABLES for name in m._meta.fields]
    names.remove("Interpreter.certified_medical")  # what an interpreter was trained for
    assert [n for n in names for word in NEVER if word in n.lower()] == []
    assert "age" not in Client._meta.fields

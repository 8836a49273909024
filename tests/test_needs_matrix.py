"""The needs assessment through its screens: the family of the examples, and what can go wrong (domain 10, R-ASM, R-SCO)."""

import datetime

import pytest
from case_factories import make_assessment, make_case, make_child
from factories import make_client

from models import (
    MATRIX,
    Answer,
    Client,
    Draft,
    DrivingStatement,
    Household,
    NeedAlert,
    NeedsAssessment,
)
from workflows import agency_rules, assessments, instrument_edits, instruments, settings
from workflows.engine import DONE

BORN = datetime.date(1990, 3, 1)


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
    assert page.heading == "In the client’s words"
    page = browser.submit(
        page, "Continue", {"client_view": "A bigger home", "strengths": "Patience"}
    )
    assert page.heading == "Review"
    page = browser.submit(page, "Continue")
    assert page.heading == "Check your answers"
    return browser.submit(page, "Save the assessment")


# ---- What can go wrong -------------------------------------------------------------------------------------------------


@pytest.fixture
def adult(app):
    """The only adult of a case that began today."""
    house = make_case(anchor_date=settings.today(), status="intake")
    return make_client(household=house, first_name="Ana", last_name="Costa", birth_date=BORN)


@pytest.fixture
def first_factor(browser, adult):
    """The first factor's page of an assessment of ``adult``."""
    page = browser.submit(begin(browser, adult), "Continue")
    return browser.submit(page, "Continue")


def draft():
    return Draft.get(Draft.kind == "needs-matrix", Draft.finished_at.is_null())


def answer_all(level="3"):
    """Answer every page of the draft as somebody at another desk would; returns its address."""
    found = draft()
    raw = {q.slug: [level] for f in agency_rules.matrix().factors for q in f.questions}
    pages = {f"factor-{f.slug}": {**raw, DONE: ["1"]} for f in agency_rules.matrix().factors}
    pages |= {"words": {DONE: ["1"]}, "review": {DONE: ["1"]}}
    found.answers = {**found.answers, **pages}
    found.save()
    return f"/needs-matrix/{found.key}/"


def save(browser):
    """From a draft in which everything is answered to what comes after it."""
    page = browser.get(f"{answer_all()}check")
    assert page.heading == "Check your answers", page.text[:500]
    return browser.submit(page, "Save the assessment")


def seen(page):
    """The names of the questions of a factor's page."""
    return [box.input["name"] for box in page.soup.select("fieldset.matrix-question")]


@pytest.mark.parametrize("forged", ["6", "0", "x", "-1", "1.5", ""])
def test_a_forged_level_is_refused_and_the_page_stays(browser, first_factor, forged):
    """R-SCO-1: a level is a whole number from 1 to 5."""
    raw = first_factor.form_for({}, "Continue").values()
    raw |= {"health-access": forged, "health-coping": "2"}
    page = browser.post(first_factor.path, raw)
    assert page.heading == "Health" and "Choose one of the descriptions" in page
    assert page.soup.select_one("#health-coping-2").has_attr("checked")


def test_a_page_shows_five_anchors_a_count_and_no_score(first_factor):
    """Section 4, order of work on screen."""
    assert "0 of 40 questions answered" in first_factor
    boxes = first_factor.soup.select("fieldset.matrix-question")
    assert [len(box.select("input[type=radio]")) for box in boxes] == [6, 6, 6, 6]
    assert not first_factor.soup.select("input[type=radio][checked]")
    assert "core" not in first_factor.text.replace("Services", "")


def test_the_other_language_stands_beside_once_it_is_asked_for(browser, first_factor):
    assert "Le client peut-il obtenir des soins" in first_factor
    page = browser.submit(first_factor, "Continue", {"aid": True})
    assert page.soup.select_one("#aid").has_attr("checked")


def test_a_comment_of_300_kilobytes_is_kept_and_said_to_be_too_long(browser, first_factor):
    long = "ж" * 150_000
    page = browser.submit(first_factor, "Continue", {"health-access_comment": long})
    assert page.heading == "Health" and "too long" in page
    assert draft().answers["factor-health"]["health-access_comment"] == [long]


def test_not_assessed_is_an_answer_and_too_little_gives_no_level(browser, first_factor):
    """R-SCO-2"""
    address = answer_all("none")
    page = browser.get(f"{address}review")
    assert "No level of need can be given yet." in page and "Not assessed" in page
    page = browser.submit(browser.get(f"{address}check"), "Save the assessment")
    assert "No level of need could be given" in page
    assert NeedsAssessment.get().level is None


def test_an_instrument_edited_meanwhile_does_not_change_what_was_begun(browser, first_factor):
    """Decision 0.8, R-SCO-5"""
    edited = instruments.new_version(MATRIX)
    content, _slug = instrument_edits.save_question(
        edited.content,
        "health",
        None,
        {"en": "A new question?", "fr": ""},
        [{"en": "a", "fr": ""}] * 5,
        False,
    )
    instruments.change(edited, content)
    instruments.publish(edited)
    page = browser.get(first_factor.path)
    assert "A new question?" not in page
    save(browser)
    assert NeedsAssessment.get().matrix_version == "2026.1"
    other = make_client(household=make_case(anchor_date=settings.today(), status="intake"))
    page = browser.submit(begin(browser, other), "Continue")
    assert "A new question?" in browser.submit(page, "Continue")


def test_a_case_closed_meanwhile_leads_back_to_the_person(browser, adult, first_factor):
    address = answer_all()
    Household.update(status="closed").where(Household.id == adult.household_id).execute()
    page = browser.get(f"{address}check")
    assert page.heading == "Person" and "is not under way" in page
    assert not NeedsAssessment.select().exists()


def test_a_person_who_is_gone_meanwhile_leads_back_to_the_person(browser, adult, first_factor):
    address = answer_all()
    Client.delete().where(Client.id == adult.id).execute()
    page = browser.get(f"{address}check")
    assert page.heading == "Person" and not NeedsAssessment.select().exists()


def test_a_point_done_by_a_colleague_meanwhile_is_not_done_twice(browser, adult, first_factor):
    """2.10: the colleague's stays; nothing of ours is written."""
    check = browser.get(f"{answer_all()}check")
    theirs = make_assessment(adult, completed_on=settings.today())
    page = browser.submit(check, "Save the assessment")
    assert page.heading == "Which assessment" and "A1 was recorded meanwhile by" in page
    assert [row.id for row in NeedsAssessment.select()] == [theirs.id]


def test_pressing_save_twice_in_two_tabs_makes_one_assessment(browser, first_factor):
    check = browser.get(f"{answer_all()}check")
    first = browser.submit(check, "Save the assessment")
    assert browser.submit(check, "Save the assessment").heading == first.heading
    assert NeedsAssessment.select().count() == 1


def test_a_child_is_never_assessed(browser, adult):
    """R-ASM-4"""
    page = begin(browser, make_child(adult, age=8))
    assert page.heading == "Person" and "younger than 18" in page


def test_dates_before_the_program_and_in_the_future_are_refused(browser, adult):
    """R-ASM-1"""
    page = begin(browser, adult)
    for days, words in ((-1, "nothing is assessed before"), (1, "in the future")):
        day = settings.today() + datetime.timedelta(days=days)
        page = browser.submit(page, "Continue", {"completed_on": day})
        assert page.heading == "Which assessment" and words in page


def test_a_point_that_is_not_asked_of_this_person_is_refused(browser, adult):
    """R-ASM-5: A5 without an extension."""
    page = begin(browser, adult)
    raw = {name: values[0] for name, values in page.form_for({}, "Continue").values().items()}
    page = browser.post(page.path, {**raw, "point": "a5"})
    assert page.heading == "Which assessment" and "not asked of this person" in page


# ---- Skipping, correcting, voiding ---------------------------------------------------------------------------------------


def test_a_point_is_skipped_with_a_reason_and_the_next_cannot_be(browser, adult):
    """R-ASM-6"""
    page = browser.submit(begin(browser, adult), "Continue", {"what": "skip"})
    assert page.heading == "Why it is skipped" and "Low level of need" not in page
    page = browser.submit(page, "Continue", {"skip_reason": "Client declined"})
    assert browser.submit(page, "Save the assessment").heading == "The skip is recorded"
    row = NeedsAssessment.get()
    assert (row.state, row.skip_reason, row.level) == ("skipped", "client-declined", None)
    page = browser.submit(begin(browser, adult), "Continue", {"what": "skip"})
    assert page.heading == "Which assessment" and "two in a row never are" in page


def test_answers_are_corrected_through_the_wizard_for_seven_days(
    browser, adult, first_factor, clock
):
    """R-ASM-11"""
    page = save(browser)
    row = NeedsAssessment.get()
    check = browser.submit(page, "Correct the answers")
    assert check.heading == "Check your answers"
    page = browser.get(check.absolute("factor-health?change=1"))
    assert page.soup.select_one("#health-access-3").has_attr("checked")
    check = browser.submit(page, "Continue", {"health-access": "1"})
    assert check.heading == "Check your answers"
    page = browser.submit(check, "Save the assessment")
    assert "1 critical answer raised it" in page and NeedAlert.select().count() == 1
    assert [each.id for each in NeedsAssessment.select()] == [row.id]
    clock.forward(days=8)
    NeedsAssessment.update(completed_on=row.completed_on - datetime.timedelta(days=8)).execute()
    assert not assessments.may_correct(NeedsAssessment.get())


def test_an_assessment_is_voided_with_a_reason_and_done_anew(browser, adult, first_factor):
    """R-ASM-11"""
    page = save(browser)
    page = browser.follow(page, "Void this assessment")
    assert "Say why this assessment does not count." in browser.submit(
        page, "Void this assessment", {"reason": " "}
    )
    page = browser.submit(page, "Void this assessment", {"reason": "Answers of another person"})
    assert "Answers of another person" in page
    assert begin(browser, adult).soup.select_one("[name=point][checked]")["value"] == "a1"


def test_answers_of_another_adult_are_offered_and_each_is_to_be_confirmed(browser, adult):
    """R-ASM-12: marked beside the anchors of what the household shares, never filled in."""
    other = make_client(household=adult.household, first_name="Rui", birth_date=BORN)
    row = make_assessment(other, completed_on=settings.today())
    Answer.update(question="housing-stability", level=2).where(Answer.assessment == row).execute()
    Answer.create(assessment=row, question="health-access", level=4)
    page = browser.submit(browser.submit(begin(browser, adult), "Continue"), "Continue")
    assert page.heading == "Health" and "Answer of" not in page
    page = browser.submit(page, "Continue")
    assert page.heading == "Housing" and "answered these for the household" in page
    marked = page.soup.select_one(".anchor-mark").find_parent("label")
    assert marked["for"] == "housing-stability-2" and "Answer of Rui" in marked.text
    assert not page.soup.select("input[type=radio][checked]")


def test_the_reason_of_65_is_not_given_for_somebody_younger(browser, adult):
    """Section 4, factor 10."""
    page = browser.submit(begin(browser, adult), "Continue")
    page = browser.submit(page, "Continue", {"not_seeking": "senior-not-seeking"})
    assert page.heading == "What is asked" and "people of 65 or older" in page
    page = browser.submit(page, "Continue", {"not_seeking": "full-time-care"})
    assert page.heading == "Health" and "0 of 37 questions" in page


def test_a_suggested_statement_that_was_reworded_is_asked_about(browser, first_factor):
    """R-NOTE-5: the writing assistant reads driving statements."""
    answer_all("1")
    page = browser.submit(browser.get(f"/needs-matrix/{draft().key}/check"), "Save the assessment")
    answers = {"statement": ["health"], "text-health": "Has schizophrenia."}
    page = browser.submit(page, "Keep what is ticked", answers)
    assert "schizophrenia: This reads like a diagnosis." in page
    assert not DrivingStatement.select().exists()
    browser.submit(page, "Yes, continue")
    assert DrivingStatement.get().text == "Has schizophrenia."


def test_what_helps_is_picked_and_nothing_else_is_made(browser, first_factor):
    """Section 4: from low score to referral."""
    answer_all("1")
    page = browser.submit(browser.get(f"/needs-matrix/{draft().key}/check"), "Save the assessment")
    assert not DrivingStatement.select().exists()
    page = browser.submit(
        page,
        "Keep what is ticked",
        {"statement": ["health"], "text-health": "Needs a family doctor.", "action": ["health-1"]},
    )
    statement = DrivingStatement.get()
    assert (statement.kind, statement.factor, statement.text) == (
        "need",
        "health",
        "Needs a family doctor.",
    )
    assert statement.source_assessment.chosen_actions == ["health-1"]
    page = browser.submit(page, "Keep what is ticked")
    assert DrivingStatement.select().count() == 1


def test_a_factor_page_keeps_no_question_of_another_factor(browser, first_factor):
    data = {"csrf_token": first_factor.token(), "seal": "", "keep-mine": "yes", "later": "yes"}
    browser.open(first_factor.path, "POST", data={**data, "aid": "y", "invented": "x"})
    slug = first_factor.path.rpartition("/")[2]
    assert Draft.get(Draft.kind == "needs-matrix").answers[slug] == {"aid": ["y"]}

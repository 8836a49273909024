"""Factors added and taken out, and the words and filters of matching, from the screen of the draft to the work itself."""

import pytest
from builder_rows import cards, catalogue, client, results
from case_factories import make_assessment, make_case, make_draft, make_goal
from factories import make_client
from test_needs_matrix import answer_all, answer_factor, begin, draft

from models import (
    ACTIONS,
    MATCHING,
    MATRIX,
    Draft,
    DrivingStatement,
    FactorResult,
    Instrument,
    NeedsAssessment,
)
from workflows import agency_rules, assessments, instrument_edits, instruments, plan, settings

HOME = "/administration/needs-matrix/"
WORDS = {f"level_{n}_en": f"Words of {n}" for n in range(1, 6)}


def adult():
    """The only adult of a case that began today."""
    return make_client(household=make_case(anchor_date=settings.today(), status="intake"))


def first_page(browser, who):
    """The first factor's page of an assessment of ``who``."""
    page = browser.submit(begin(browser, who), "Continue")
    return browser.submit(page, "Continue")


def add_pets(administrator, questions=1):
    """A draft with a new factor "Pets"; returns the draft."""
    new = make_draft(MATRIX)
    page = administrator.get(f"{HOME}{new.id}/")
    page = administrator.follow(page, "Add a factor")
    page = administrator.submit(
        page,
        "Save",
        label_en="Pets & animals",
        label_fr="Animaux",
        prompt_en="Can the client look after an animal?",
    )
    for number in range(questions):
        page = administrator.follow(page, "Add a question")
        words = {**WORDS, "text_en": f"Is animal {number} well?"}
        page = administrator.submit(page, "Save", words)
    return Instrument.get_by_id(new.id)


def put_in_force(administrator, row):
    page = administrator.submit(administrator.get(f"{HOME}{row.id}/check"), "Put in force")
    assert "is in force. Finished assessments keep theirs." in page
    return page


def test_a_new_factor_gets_a_short_name_of_its_english_name_once_r_tax_1(administrator_browser):
    row = add_pets(administrator_browser)
    factor = row.content["factors"][-1]
    assert (factor["slug"], factor["order"]) == ("pets-animals", 17)
    assert factor["questions"][0]["slug"] == "pets-animals-is-animal-0-well"
    page = administrator_browser.get(f"{HOME}edit/{row.id}/factor/pets-animals")
    administrator_browser.submit(page, "Save", label_en="Cats")
    factor = Instrument.get_by_id(row.id).content["factors"][-1]
    assert (factor["slug"], factor["label"]["en"]) == ("pets-animals", "Cats")


@pytest.mark.parametrize("name, slug", [("New", "new-2"), ("Health", "health-2"), ("子", "factor")])
def test_a_short_name_is_never_one_that_is_taken_r_tax_1(app, name, slug):
    content = instruments.in_force(MATRIX)
    assert instrument_edits.add_factor(content, label={"en": name})[1] == slug


def test_a_factor_without_a_question_is_not_put_in_force(administrator_browser):
    row = add_pets(administrator_browser, questions=0)
    page = administrator_browser.get(f"{HOME}{row.id}/check")
    assert "Pets & animals: Add at least one question with the words of its five levels." in page
    assert "Put in force" not in [b.text for b in page.soup.select("button")]


def test_a_seventeenth_factor_is_asked_and_scored_from_then_on_r_sco_5(
    browser, administrator_browser
):
    first_page(browser, adult())
    put_in_force(administrator_browser, add_pets(administrator_browser))
    page = browser.submit(browser.get(f"{answer_all()}check"), "Save the assessment")
    old = NeedsAssessment.get()
    assert old.matrix_version == "2026.1"
    assert FactorResult.select().where(FactorResult.assessment == old.id).count() == 16
    assert "Pets" not in page
    who = adult()
    page = first_page(browser, who)
    assert "0 of 41 questions answered" in page
    answer_all()
    page = browser.get(f"/needs-matrix/{draft().key}/factor-pets-animals?change=1")
    answer_factor(browser, page, [1])
    page = browser.submit(browser.get(f"/needs-matrix/{draft().key}/check"), "Save the assessment")
    new = NeedsAssessment.get(NeedsAssessment.client == who)
    result = assessments.result_of(new)
    assert len(result.factors) == 17 and result.of("pets-animals").score == 100
    assert "Pets & animals" in page.text
    assert new.need_index > old.need_index
    # With last time's version beside it, the page of the new one still draws.
    assert browser.get(f"/needs-assessments/details/?id={new.id}").soup.select_one("svg")


def test_a_new_factor_suggests_once_its_suggestions_are_in_force(browser, administrator_browser):
    put_in_force(administrator_browser, add_pets(administrator_browser))
    page = administrator_browser.get(HOME)
    assert "Nothing is suggested yet for: Pets & animals." in page
    row = make_draft(ACTIONS)
    page = administrator_browser.get(f"{HOME}{row.id}/")
    page = administrator_browser.follow(page, "Pets & animals")
    administrator_browser.submit(
        page,
        "Save",
        need_en="Client needs help with a pet.",
        strength_en="Client likes animals.",
        cma_topic="life-skills",
        primary=["health"],
    )
    page = administrator_browser.get(f"{HOME}{row.id}/check")
    assert "Pets & animals: Choose at least one keyword." in page
    page = administrator_browser.get(f"{HOME}edit/{row.id}/suggestions/pets-animals")
    administrator_browser.submit(page, "Save", new_keyword="health--dental", new_weight="3")
    put_in_force(administrator_browser, Instrument.get_by_id(row.id))
    guidance = agency_rules.suggestions().of("pets-animals")
    assert (guidance.cma_topic, guidance.primary) == ("life-skills", ("health",))
    catalogue()
    page = browser.get("/referral-builder/")
    data = {"csrf_token": page.token(), "client": client("C1").id, "factor": "pets-animals"}
    page = browser.submit(browser.post("/referral-builder/", data), "Continue")
    assert page.heading == "Services that may help"
    assert "Nothing is suggested yet" not in administrator_browser.get(HOME)


def test_factors_are_put_in_another_order(administrator_browser):
    row = make_draft(MATRIX)
    page = administrator_browser.get(f"{HOME}{row.id}/")
    administrator_browser.submit(page, button="Down : Health")
    content = Instrument.get_by_id(row.id).content
    assert [f["slug"] for f in content["factors"]][:2] == ["housing", "health"]
    assert [f["order"] for f in content["factors"]] == list(range(1, 17))
    put_in_force(administrator_browser, Instrument.get_by_id(row.id))
    assert agency_rules.matrix().factors[0].slug == "housing"


def test_a_factor_that_was_never_in_force_goes_with_its_questions(administrator_browser):
    row = add_pets(administrator_browser)
    page = administrator_browser.get(f"{HOME}{row.id}/")
    page = administrator_browser.follow(page, "Take out : Pets & animals")
    assert "1 question is about it." in page and "never in force" in page
    administrator_browser.submit(page, "Yes, take it out")
    assert Instrument.get_by_id(row.id).content["factors"] == make_draft().content["factors"]
    assert len(Instrument.get_by_id(row.id).content["factors"]) == 16


def test_a_factor_that_was_in_force_is_retired_and_old_work_keeps_it_r_tax_1(
    browser, administrator_browser
):
    begun, done = adult(), make_assessment()
    first_page(browser, begun)
    address = f"/needs-matrix/{draft().key}/"
    make_goal(factor="health")
    DrivingStatement.create(client=begun, kind="need", factor="health", text="Needs a doctor")
    row = make_draft(MATRIX)
    page = administrator_browser.get(f"{HOME}{row.id}/")
    page = administrator_browser.follow(page, "Take out : Health")
    assert "4 questions are about it." in page and "1 goal of a plan names it." in page
    assert "1 driving statement names it." in page and "11 keywords" in page
    administrator_browser.submit(page, "Yes, take it out")
    put_in_force(administrator_browser, Instrument.get_by_id(row.id))
    # What was begun or finished keeps it; what begins now does not ask it.
    assert browser.get(f"{address}factor-health?change=1").heading == "Health"
    assert browser.get(f"/needs-assessments/details/?id={done.id}").status == 200
    page = first_page(browser, adult())
    assert page.heading == "Housing"
    # Plans and referrals that name it still call it by its name, but it is not offered any more.
    assert plan.factor_labels()["health"] == "Health"
    page = browser.get("/referral-builder/")
    data = {"csrf_token": page.token(), "client": client("C1").id}
    page = browser.post("/referral-builder/", data)
    offered = [box["value"] for box in page.soup.select("[name=factors]")]
    assert "housing" in offered and "health" not in offered
    # It comes back as what it was.
    row = make_draft(MATRIX)
    page = administrator_browser.get(f"{HOME}{row.id}/")
    administrator_browser.submit(page, button="Ask it again : Health")
    put_in_force(administrator_browser, Instrument.get_by_id(row.id))
    assert agency_rules.matrix().factor("health").questions


def test_the_last_factor_is_not_retired(app):
    content = instruments.in_force(MATRIX)
    for factor in content["factors"]:
        content = instrument_edits.retire_factor(content, factor["slug"])
    assert ("factors", "At least one factor must be in use.") in instruments.problems(
        MATRIX, content
    )


def test_employment_is_not_asked_about_once_no_factor_depends_on_it(browser, app):
    row = make_draft(MATRIX)
    instruments.change(row, instrument_edits.retire_factor(row.content, "employment"))
    instruments.publish(row)
    page = browser.submit(begin(browser, adult()), "Continue")
    assert not page.soup.select("[name=not_seeking]")
    assert browser.submit(page, "Continue").heading == "Health"
    page = browser.submit(browser.get(f"{answer_all()}check"), "Save the assessment")
    assert (
        "Employment" not in page and Draft.select().where(Draft.finished_at.is_null()).count() == 0
    )


# ---- Matching ----------------------------------------------------------------------------------------------------------


def matching_page(administrator):
    row = make_draft(MATCHING)
    return row, administrator.get(f"{HOME}{row.id}/")


def test_a_text_of_matching_is_edited_and_said_by_the_builder(browser, administrator_browser):
    """Decision 0.8"""
    catalogue()
    row, page = matching_page(administrator_browser)
    page = administrator_browser.follow(page, "Edit : Why a service fits")
    page = administrator_browser.submit(
        page, "Save", {"why-keywords_en": "Shares {n} words of {m}: {list}"}
    )
    put_in_force(administrator_browser, Instrument.get_by_id(row.id))
    page = results(browser, client("C1"), "language")
    assert "Shares 2 words of" in page.text or "Shares 1 words of" in page.text
    assert "Matches " not in page.text


def test_a_text_names_only_what_is_known_there(administrator_browser):
    row, page = matching_page(administrator_browser)
    page = administrator_browser.follow(page, "Edit : Why a service is left out")
    page = administrator_browser.submit(page, "Save", {"ended_fr": "Fini le {jour}"}, status=422)
    said = "“Fini le {jour}” names {jour}, which is not known there. It may name: {end_date}."
    assert said in page.text
    content = instrument_edits.change_texts(row.content, "left-out", {"ended": {"en": "{x}"}})
    [(_place, sentence)] = instruments.problems(MATCHING, content)
    assert "names {x}" in sentence


def test_a_missing_text_is_named_before_it_is_in_force(app):
    row = make_draft(MATCHING)
    del row.content["texts"]["warn-stale"]
    [(_place, sentence)] = instruments.problems(MATCHING, row.content)
    assert "texts.warn-stale" in sentence


STRICT = "Needs CLB {clb}; client is CLB {client_clb}"


def test_a_filter_that_is_off_leaves_nothing_out(browser, administrator_browser):
    services = catalogue()

    def shown():
        page = results(browser, client("C1"), "language")
        return page, {key for key, *_rest in cards(page)}

    page, before = shown()
    assert "client is CLB" in page.text and services["S03"] not in before
    row, page = matching_page(administrator_browser)
    page = administrator_browser.submit(page, button=f"Turn off : {STRICT}")
    assert "Turned off" in page
    page = administrator_browser.get(f"{HOME}{row.id}/check")
    assert f"Left out › {STRICT} › Turned off" in page
    put_in_force(administrator_browser, Instrument.get_by_id(row.id))
    page, after = shown()
    assert after == before | {services["S03"]} and "client is CLB" not in page.text
    row, page = matching_page(administrator_browser)
    administrator_browser.submit(page, button=f"Turn on : {STRICT}")
    put_in_force(administrator_browser, Instrument.get_by_id(row.id))
    assert shown()[1] == before


@pytest.mark.parametrize("code", ["inactive", "ended"])
def test_not_active_and_ended_stay_on(administrator_browser, code):
    """Domain 7: never chosen against, so never turned off."""
    row, page = matching_page(administrator_browser)
    assert page.text.count("Always on") == 2
    data = {"csrf_token": page.token(), "do": f"off:{code}"}
    page = administrator_browser.post(f"{HOME}edit/{row.id}/filters", data)
    assert "This filter cannot be turned off" in page.text
    assert Instrument.get_by_id(row.id).content == row.content
    content = instrument_edits.turn_filter(row.content, code, True)
    assert "cannot be turned off" in instruments.problems(MATCHING, content)[0][1]


def test_the_order_of_filters_decides_which_reason_is_shown(app, administrator_browser):
    row, page = matching_page(administrator_browser)
    administrator_browser.submit(page, button="Up : Closed to new clients")
    put_in_force(administrator_browser, Instrument.get_by_id(row.id))
    kept = [one["code"] for one in instruments.in_force(MATCHING)["hard_filters"]]
    assert kept[:3] == ["inactive", "closed", "ended"]

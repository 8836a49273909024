"""The needs matrix on screen: a new version, edited part by part, checked, put in force."""

import pytest
from case_factories import make_assessment, make_draft

from models import ACTIONS, MATCHING, MATRIX, SCORING, Instrument
from workflows import instrument_edits, instruments

HOME = "/administration/needs-matrix/"


def draft_page(browser, kind):
    """A draft of ``kind`` and the page it is edited from."""
    draft = make_draft(kind)
    return draft, browser.get(f"{HOME}{draft.id}/")


def stored(draft):
    return Instrument.get_by_id(draft.id).content


def test_the_needs_matrix_is_for_administrators(browser):
    assert browser.get(HOME).path.startswith("/administrator")


def test_administration_leads_to_the_versions_of_every_kind(administrator_browser):
    page = administrator_browser.get("/administration/")
    page = administrator_browser.follow(page, "Needs matrix")
    headings = [h.text for h in page.soup.select("main h2")]
    assert headings[:4] == [
        "Needs matrix",
        "Scoring",
        "Statements, actions and keywords",
        "Matching",
    ]
    assert page.text.count("Version 2026.1") == 4


def test_a_new_version_is_made_once_and_then_continued(administrator_browser):
    page = administrator_browser.get(HOME)
    page = administrator_browser.submit(page, button="Make a new version : Needs matrix")
    assert "Draft" in page.text and Instrument.select().count() == 5
    page = administrator_browser.get(HOME)
    administrator_browser.follow(page, "Continue the draft : Needs matrix")


@pytest.mark.parametrize("kind", [MATRIX, SCORING, ACTIONS, MATCHING])
def test_a_version_in_force_is_shown_and_offers_nothing_to_edit(administrator_browser, kind):
    row = Instrument.in_force(kind).get()
    page = administrator_browser.get(f"{HOME}{row.id}/")
    assert not page.soup.select("main form") and "This version stays as it is" in page.text
    for place in (f"edit/{row.id}/factor/health", f"edit/{row.id}/numbers"):
        assert administrator_browser.open(HOME + place).status_code == 404


def test_a_factor_is_edited_checked_and_put_in_force_r_sco_5(administrator_browser):
    draft, page = draft_page(administrator_browser, MATRIX)
    page = administrator_browser.follow(page, "Health")
    page = administrator_browser.submit(
        page, button="Save", label_en="Wellness", weight="1.5", household_shared=True
    )
    factor = instrument_edits.factor_of(stored(draft), "health")
    assert factor["label"] == {"en": "Wellness", "fr": "Santé"} and factor["weight"] == 1.5
    page = administrator_browser.get(f"{HOME}{draft.id}/check")
    assert "Wellness › Name › English" in page.text and "Wellness › Weight" in page.text
    page = administrator_browser.submit(page, button="Put in force")
    assert f"Version {draft.name} is in force" in page.text
    assert instruments.name_in_force(MATRIX) == draft.name


def test_a_question_is_added_moved_and_removed(administrator_browser):
    draft, page = draft_page(administrator_browser, MATRIX)
    page = administrator_browser.follow(page, "Housing")
    page = administrator_browser.follow(page, "Add a question")
    words = {f"level_{n}_en": f"Words of {n}" for n in range(1, 6)}
    page = administrator_browser.submit(page, button="Save", text_en="Is the home warm?", **words)
    rows = instrument_edits.factor_of(stored(draft), "housing")["questions"]
    assert rows[-1]["slug"] == "housing-is-the-home-warm" and len(rows) == 5
    page = administrator_browser.submit(page, button="Up : Is the home warm?")
    rows = instrument_edits.factor_of(stored(draft), "housing")["questions"]
    assert rows[3]["slug"] == "housing-is-the-home-warm"
    administrator_browser.submit(page, button="Remove : Is the home warm?")
    assert len(instrument_edits.factor_of(stored(draft), "housing")["questions"]) == 4


def test_a_question_that_was_in_force_can_only_be_retired_r_tax_1(administrator_browser):
    draft, page = draft_page(administrator_browser, MATRIX)
    page = administrator_browser.follow(page, "Health")
    assert "Remove" not in page.text
    text = "Can the client get medical or dental care when it is needed?"
    page = administrator_browser.submit(page, button=f"Retire : {text}")
    question = instrument_edits.question_of(stored(draft), "health", "health-access")
    assert question["retired"] is True
    administrator_browser.submit(page, button=f"Ask it again : {text}")
    question = instrument_edits.question_of(stored(draft), "health", "health-access")
    assert "retired" not in question


def test_a_question_needs_its_english_words(administrator_browser):
    draft = make_draft(MATRIX)
    page = administrator_browser.get(f"{HOME}edit/{draft.id}/factor/health/question/new")
    page = administrator_browser.submit(page, "Save", status=422, text_en="Only the question")
    assert len(page.errors) == 5
    assert stored(draft) == draft.content


def test_the_suggestions_of_a_factor_are_edited(administrator_browser):
    draft, page = draft_page(administrator_browser, ACTIONS)
    page = administrator_browser.follow(page, "Health")
    page = administrator_browser.submit(
        page,
        button="Save",
        need_en="Client needs help with health.",
        weight_0="0",
        weight_1="1",
        new_keyword="women--mothers",
        new_weight="3",
        action_0_retired=True,
        action_6_en="Meet the nurse",
        action_6_band="high",
    )
    row = instrument_edits.guidance_of(stored(draft), "health")
    weights = {each["slug"]: each["weight"] for each in row["keywords"]}
    assert "health--family-doctors" not in weights
    assert weights["health--community-health-centres"] == 1 and weights["women--mothers"] == 3
    assert row["actions"][0]["retired"] is True
    assert row["actions"][-1] == {
        "slug": "health-7",
        "band": "high",
        "en": "Meet the nurse",
        "fr": "",
    }
    assert row["driving_statements"]["need"]["en"] == "Client needs help with health."
    assert instruments.problems(ACTIONS, stored(draft)) == []


def test_the_cut_points_are_edited_and_a_wrong_order_is_named_before_it_is_in_force(
    administrator_browser,
):
    draft, page = draft_page(administrator_browser, SCORING)
    page = administrator_browser.follow(page, "Edit the numbers")
    assert page.soup.select_one("input[name=overall_high]")["value"] == "54.0"
    page = administrator_browser.submit(page, overall_high="70", answered="75 %")
    content = stored(draft)
    assert content["overall_levels"][1] == {"level": "high", "min_index": 70}
    assert content["factor_score"]["minimum_answered_share"] == "0.75"
    page = administrator_browser.get(f"{HOME}{draft.id}/check")
    assert "Each level begins below the one before" in page.text
    assert "Put in force" not in [b.text for b in page.soup.select("button")]


def test_the_points_of_matching_are_edited(administrator_browser):
    draft, page = draft_page(administrator_browser, MATCHING)
    page = administrator_browser.follow(page, "Edit the numbers")
    administrator_browser.submit(
        page, points__area__primary="20", points__penalties__wait_list="-8"
    )
    assert stored(draft)["points"]["area"]["primary"] == 20
    assert stored(draft)["points"]["penalties"]["wait_list"] == -8
    page = administrator_browser.get(f"{HOME}{draft.id}/check")
    assert "Taken away › Has a wait list" in page.text


def test_two_people_editing_different_parts_lose_nothing_r_sys_2(administrator_browser):
    draft = make_draft(MATRIX)
    page = administrator_browser.get(f"{HOME}edit/{draft.id}/factor/health")
    theirs = instrument_edits.change_factor(draft.content, "housing", weight=3)
    instruments.change(draft, theirs)
    page = administrator_browser.submit(page, "Save", status=422, label_en="Wellness")
    assert "while you were typing" in page.text
    administrator_browser.submit(page, button="Save")
    content = stored(draft)
    assert instrument_edits.factor_of(content, "housing")["weight"] == 3
    assert instrument_edits.factor_of(content, "health")["label"]["en"] == "Wellness"


def test_a_draft_is_deleted_after_a_question(administrator_browser):
    draft, page = draft_page(administrator_browser, MATRIX)
    page = administrator_browser.follow(page, "Delete this draft")
    assert Instrument.get_or_none(Instrument.id == draft.id)
    administrator_browser.submit(page, button="Yes, delete")
    assert Instrument.get_or_none(Instrument.id == draft.id) is None


def test_the_matrix_prints_with_all_its_questions_and_levels(administrator_browser):
    row = Instrument.in_force(MATRIX).get()
    page = administrator_browser.get(f"{HOME}{row.id}/preview")
    assert len(page.soup.select(".preview-factor")) == 16
    assert len(page.soup.select(".preview-factor .card-block")) == 52
    assert len(page.soup.select(".preview-factor ol li")) == 260


def test_after_a_hundred_assessments_cut_points_are_proposed_and_become_a_draft(
    administrator_browser,
):
    assert "So far there are 0" in administrator_browser.get(HOME).text
    first = make_assessment()
    rows = [
        {
            **first.__data__,
            "id": None,
            "uuid": f"u{n}",
            "need_index": str(n % 100),
            "point": f"t{n}",
        }
        for n in range(120)
    ]
    for row in rows:
        row.pop("id")
    type(first).insert_many(rows).execute()
    page = administrator_browser.follow(administrator_browser.get(HOME), "See the proposal")
    page = administrator_browser.submit(page, button="Make a draft with these cut points")
    assert page.path.endswith("/check") and "begins at" in page.text
    draft = instruments.draft_of(SCORING)
    assert draft.content["overall_levels"] != instruments.in_force(SCORING)["overall_levels"]
    assert instruments.problems(SCORING, draft.content) == []

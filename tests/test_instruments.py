"""Versions of the instruments: what is in force, what a draft may change, what finished assessments keep (R-SCO-5, R-TAX-1)."""

import pytest
from case_factories import make_draft

from models import ACTIONS, CURRENT, MATCHING, MATRIX, RETIRED, SCORING, AuditLog, Instrument
from workflows import instrument_edits, instruments, records

KINDS = (MATRIX, SCORING, ACTIONS, MATCHING)


@pytest.mark.parametrize("kind", KINDS)
def test_one_version_of_every_kind_is_in_force_and_can_be_used(app, kind):
    assert instruments.name_in_force(kind) == "2026.1"
    assert instruments.problems(kind, instruments.in_force(kind)) == []


def test_a_new_version_is_a_copy_under_the_next_free_name(app):
    draft = make_draft(MATRIX)
    assert draft.name.endswith(".2") or draft.name.endswith(".1")
    assert draft.name != "2026.1" and draft.content["matrix_version"] == draft.name
    assert draft.content["factors"] == instruments.in_force(MATRIX)["factors"]
    assert make_draft(MATRIX).id == draft.id, "one draft of a kind at a time"


def test_putting_a_draft_in_force_retires_the_former_and_is_logged(app):
    draft = make_draft(SCORING)
    instruments.publish(draft)
    assert instruments.name_in_force(SCORING) == draft.name
    former = Instrument.get(Instrument.kind == SCORING, Instrument.name == "2026.1")
    assert former.state == RETIRED
    assert draft.published_by_name == "Test Worker" and draft.published_at
    logged = AuditLog.select().where(
        AuditLog.entity == "instrument", AuditLog.entity_id == draft.id
    )
    assert logged.order_by(AuditLog.id.desc()).first().reason == "Put in force"


def test_a_finished_assessment_keeps_its_version_r_sco_5(app):
    before = instruments.by_name(MATRIX, "2026.1")
    draft = make_draft(MATRIX)
    label = {"en": "Wellness", "fr": "Mieux-être"}
    content = instrument_edits.change_factor(draft.content, "health", label=label)
    instruments.change(draft, content)
    instruments.publish(draft)
    assert instruments.in_force(MATRIX)["factors"][0]["label"]["en"] == "Wellness"
    assert instruments.by_name(MATRIX, "2026.1") == before


def test_what_was_in_force_never_changes_r_sco_5(app):
    version = Instrument.in_force(MATRIX).get()
    content = instrument_edits.change_factor(version.content, "health", weight=2)
    with pytest.raises(records.Refused):
        instruments.change(version, content)
    with pytest.raises(records.Refused):
        records.delete(Instrument.get_by_id(version.id))


def test_a_question_that_was_in_force_is_retired_not_removed_r_tax_1(app):
    draft = make_draft(MATRIX)
    gone = instrument_edits.remove_question(draft.content, "health", "health-access")
    with pytest.raises(records.Refused):
        instruments.change(draft, gone)
    draft = Instrument.get_by_id(draft.id)
    retired = instrument_edits.retire_question(draft.content, "health", "health-access")
    instruments.change(draft, retired)
    instruments.publish(draft)
    read = instruments.parsed(MATRIX, instruments.READERS[MATRIX])
    assert "health-access" not in read.questions()
    assert "health-access" in instruments.slugs(MATRIX, instruments.in_force(MATRIX))


def test_a_draft_that_cannot_be_read_is_not_put_in_force_and_the_former_stays(app):
    draft = make_draft(SCORING)
    cuts = {"very-high": 50, "high": 54, "moderate": 46, "moderate-to-low": 35, "low": 0}
    instruments.change(draft, instrument_edits.change_overall_cuts(draft.content, cuts))
    with pytest.raises(records.Refused) as refused:
        instruments.publish(draft)
    assert "begins below the one before" in str(refused.value)
    assert instruments.name_in_force(SCORING) == "2026.1"
    assert Instrument.get_by_id(draft.id).state == "draft"


def test_a_suggestion_may_only_name_keywords_and_areas_that_exist(app):
    draft = make_draft(ACTIONS)
    draft.content["factors"][0]["keywords"][0]["slug"] = "no-such-word"
    found = instruments.problems(ACTIONS, draft.content)
    assert [place for place, _sentence in found] == ["health"]


def test_the_audit_log_names_the_content_without_holding_it(app):
    draft = make_draft(MATRIX)
    content = instrument_edits.change_factor(draft.content, "health", weight=2)
    instruments.change(draft, content)
    row = AuditLog.select().order_by(AuditLog.id.desc()).first()
    assert row.changed_fields == {"content": None}


def test_a_new_question_gets_a_free_short_name_and_can_be_moved_and_removed(app):
    draft = make_draft(MATRIX)
    anchors = [{"en": f"Level {n}", "fr": ""} for n in range(1, 6)]
    content, slug = instrument_edits.save_question(
        draft.content, "health", None, {"en": "Can the client sleep?", "fr": ""}, anchors, False
    )
    assert slug == "health-can-the-client-sleep"
    rows = instrument_edits.factor_of(content, "health")["questions"]
    assert rows[-1]["slug"] == slug and [row["order"] for row in rows] == [1, 2, 3, 4, 5]
    moved = instrument_edits.move_question(content, "health", slug, -1)
    rows = instrument_edits.factor_of(moved, "health")["questions"]
    assert rows[3]["slug"] == slug and [row["order"] for row in rows] == [1, 2, 3, 4, 5]
    assert instruments.problems(MATRIX, moved) == []
    removed = instrument_edits.remove_question(moved, "health", slug)
    assert instruments.slugs(MATRIX, removed) == instruments.slugs(MATRIX, draft.content)


def test_the_numbers_of_matching_are_set_by_their_place(app):
    draft = make_draft(MATCHING)
    numbers = {("points", "area", "primary"): 20, ("bands", "strong", "min"): 75}
    content = instrument_edits.change_matching(draft.content, numbers)
    scheme = instruments.READERS[MATCHING](content)
    assert scheme.points["area"]["primary"] == 20 and scheme.band(74) == "good"
    assert CURRENT == Instrument.in_force(MATCHING).get().state

"""Needs assessments as rows: levels, schedule, alerts, corrections, skips (2.10, R-ASM, R-SCO)."""

import datetime

import pytest
from case_factories import make_case
from factories import make_client, make_household, make_staff
from family import ASSESSMENTS, FAMILY, approve, check, complete, make_family

from models import (
    Answer,
    Extension,
    FactorResult,
    NeedAlert,
    NeedsAssessment,
)
from workflows import agency_rules, assessments, records, schedule, settings
from workflows.business_days import add_months


def date(text):
    return datetime.date.fromisoformat(text)


ANCHOR = date("2025-01-06")


def standing(client, point, on=None):
    """The Standing of a client at a point."""
    person = assessments.case(client.household, on).person(client.id)
    return next(s for s in person.standings if s.window.point == point)


def answers(level=3, **but):
    slugs = agency_rules.matrix().questions()
    return dict.fromkeys(slugs, level) | {k.replace("_", "-"): v for k, v in but.items()}


def assess(client, point="a1", on=None, level=3, but=None, **more):
    """Complete one assessment in which every question has the same answer but those named."""
    on = on or settings.today()
    facts = agency_rules.facts(client, on)
    given = answers(level) | (but or {})
    return assessments.complete(client, point, given, facts, on, make_staff(), **more)


# ---- The family of domain 6.3 ------------------------------------------------------------------------------------------


def test_the_family_of_the_examples_comes_to_its_levels_from_a1_to_a5(app, clock):
    """R-ASM-2 to R-ASM-8, R-SCO-1 to R-SCO-4: indexes, levels, critical answers, household levels, extension."""
    clock.set("2025-01-06")
    people = make_family()
    household = people["P1"].household
    reached = {}
    for example in ASSESSMENTS:
        clock.set(str(example["completed_on"]))
        if example["point"] == "a5" and not Extension.select().exists():
            found = assessments.case(household)
            assert found.suggested_on == FAMILY["extension"]["suggested_on"]
            approve(people)
        complete(people, example)
        check(example)
        reached[example["point"]] = assessments.case(household).level
    assert reached == FAMILY["expected_household_level"]
    for code, points in FAMILY["expected_required_points"].items():
        person = assessments.case(household).person(people[code].id)
        done = [s.window.point for s in person.standings if s.state == schedule.DONE_ON_TIME]
        assert done == points
        windows = {s.window.point: vars(s.window) for s in person.standings}
        for point, window in FAMILY["expected_windows"].items():
            assert windows[point] == {"point": point, **window}
    baselines = NeedsAssessment.select().where(NeedsAssessment.is_person_baseline == True)  # noqa: E712
    assert [(row.client, row.point) for row in baselines] == [(people["P3"], "a3")]


# ---- Scores, levels, alerts --------------------------------------------------------------------------------------------


def test_each_critical_answer_raises_the_level_and_an_alert_due_in_one_business_day(app, clock):
    """R-SCO-3; Friday's is due on Monday."""
    clock.set("2026-05-01T15:00")
    row = assess(make_client(), level=5, but={"financial-basics": 1})
    assert (row.base_level, row.level) == ("low", "high")
    alert = NeedAlert.get()
    assert (alert.question, alert.due_on, alert.done_on) == (
        "financial-basics",
        date("2026-05-04"),
        None,
    )


def test_alerts_are_raised_also_when_no_level_can_be_given(app):
    """R-SCO-2, R-SCO-3: the scores that can be given stay."""
    row = assess(make_client(), level=None, but={"health-access": 1})
    assert (row.level, row.need_index, row.critical_questions) == (None, None, ["health-access"])
    assert NeedAlert.select().count() == 1
    assert Answer.select().where(Answer.level == 1).count() == 1


def test_factors_that_do_not_apply_are_kept_as_such_and_counted_nowhere(app):
    """R-SCO-4"""
    row = assess(make_client(), level=3)
    left_out = FactorResult.select().where(FactorResult.applicable == False)  # noqa: E712
    assert {each.factor for each in left_out} == {
        "childcare",
        "school-age-education",
        "school-age-activities",
        "parenting",
    }
    assert {each.score for each in left_out} == {None} and float(row.need_index) == 50.0
    assert Answer.select().count() == 40


def test_a_stored_result_keeps_the_versions_it_was_made_with(app):
    """R-SCO-5"""
    row = NeedsAssessment.get_by_id(assess(make_client()).id)
    assert (row.matrix_version, row.scheme_version) == ("2026.1", "2026.1")
    FactorResult.update(score="10.0", level="low").where(FactorResult.factor == "health").execute()
    kept = assessments.result_of(row)
    assert (kept.of("health").level, kept.level) == ("low", row.level)


# ---- Schedule, skips, extension ------------------------------------------------------------------------------------------


@pytest.fixture
def adult(app, clock):
    """The only adult of a case that began on 6 January 2025."""
    clock.set("2025-01-10T15:00")
    house = make_case(anchor_date=ANCHOR, status="intake")
    return make_client(household=house, birth_date=date("1990-03-01"))


def test_low_need_lets_one_point_be_skipped_and_never_two(adult):
    """R-ASM-6"""
    worker = make_staff()
    with pytest.raises(records.Refused):
        assessments.skip(adult, "a2", "low-need", worker)
    assess(adult, "a1", ANCHOR, level=5)
    assessments.skip(adult, "a2", "low-need", worker)
    for reason in ("low-need", "away", "client-declined"):
        with pytest.raises(records.Refused):
            assessments.skip(adult, "a3", reason, worker)
    person = assessments.case(adult.household).person(adult.id)
    assert (person.skip_reasons("a3"), person.next.window.point) == ([], "a3")


def test_a_reason_that_is_a_fact_is_not_offered_for_skipping(adult):
    """R-ASM-6: nobody chooses "under 18" or "case closed"."""
    person = assessments.case(adult.household).person(adult.id)
    assert set(person.skip_reasons("a1")) == {"client-declined", "could-not-reach", "away"}


def test_a_point_is_there_once_among_those_that_count(adult):
    """2.10"""
    first = assess(adult, "a1", ANCHOR)
    with pytest.raises(records.Refused):
        assess(adult, "a1", ANCHOR)
    assessments.void(first, "Another person's answers")
    assess(adult, "a1", ANCHOR)
    assert NeedsAssessment.standing().count() == 1


def test_somebody_who_misses_a_point_still_counts_with_the_one_before(adult):
    """R-ASM-8"""
    other = make_client(household=adult.household, birth_date=date("1988-01-01"))
    assess(adult, "a1", ANCHOR, level=1)
    assess(other, "a1", ANCHOR, level=5)
    assess(other, "a2", date("2025-05-06"), level=5)
    assert assessments.case(adult.household).level == "very-high"


def test_a5_is_asked_for_only_while_an_approved_extension_runs(adult):
    """R-ASM-5, R-ASM-7"""
    points = lambda: assessments.case(adult.household).person(adult.id).required  # noqa: E731
    assert points() == ("a1", "a2", "a3", "a4")
    extension = Extension.create(
        household=adult.household,
        because="x",
        decision="approved",
        decided_by=make_staff(role="supervisor"),
        decided_on=date("2025-01-09"),
        new_end=date("2026-05-05"),
    )
    assert points() == ("a1", "a2", "a3", "a4")
    extension.new_end = date("2026-05-06")
    extension.save()
    assert points() == ("a1", "a2", "a3", "a4", "a5")


def test_an_extension_is_suggested_by_the_level_of_the_household_at_a4_until_it_is_decided(adult):
    """R-ASM-7"""
    other = make_client(household=adult.household, birth_date=date("1988-01-01"))
    case = lambda: assessments.case(adult.household)  # noqa: E731
    assess(other, "a2", date("2025-05-06"), level=1)
    assert case().suggested_on is None
    assess(adult, "a4", date("2026-01-08"), level=5)
    assert case().suggested_on == date("2026-01-08")
    Extension.create(
        household=adult.household,
        because="x",
        decision="refused",
        decided_by=make_staff(role="supervisor"),
        decided_on=date("2026-01-09"),
    )
    assert case().suggested_on is None


def test_low_need_of_every_adult_at_a3_suggests_closing_until_a4_is_done(browser):
    """R-ASM-6: on the page of the household and on its schedule."""
    today = settings.today()
    house = make_case(anchor_date=add_months(today, -12), status="intake")
    one, other = (make_client(household=house, birth_date=date("1988-01-01")) for _n in range(2))

    def shown():
        pages = ("/households/details/", "/needs-assessments/case/")
        found = {f"{page}?id={house.id}" for page in pages}
        return {"may close instead of going on to A4" in browser.get(page) for page in found}

    assess(one, "a3", add_months(today, -4), level=5)
    assess(other, "a2", add_months(today, -8), level=5)
    assert shown() == {False}
    assess(other, "a3", add_months(today, -4), level=5)
    assert shown() == {True}
    assess(one, "a4", today, level=5)
    assert shown() == {False}


def test_a_general_case_has_one_assessment_and_one_follow_up(app):
    """R-ASM-10"""
    client = make_client(household=make_household(case_type="general", status="intake"))
    done = settings.today()
    assess(client, "a1", done)
    person = assessments.case(client.household).person(client.id)
    assert [s.window.point for s in person.standings] == ["a1", "a2"]
    assert person.next.window.opens == add_months(done, 3)
    assert person.next.window.due == add_months(done, 6)


# ---- Corrections and voiding ---------------------------------------------------------------------------------------------


def test_answers_are_corrected_within_seven_days_and_alerts_follow(adult, clock):
    """R-ASM-11"""
    row = assess(adult, "a1", date("2025-01-10"), level=5, but={"housing-stability": 1})
    assert assessments.may_correct(row, date("2025-01-17"))
    assert not assessments.may_correct(row, date("2025-01-18"))
    assess(adult, "a1", date("2025-01-10"), 5, {"safety-at-risk": 1}, assessment=row)
    states = {alert.question: alert.done_on for alert in NeedAlert.select()}
    assert states == {"housing-stability": date("2025-01-10"), "safety-at-risk": None}
    assert NeedsAssessment.select().count() == 1
    assert row.critical_questions == ["safety-at-risk"]


def test_voiding_needs_a_reason_and_settles_its_alerts(adult):
    """R-ASM-11"""
    row = assess(adult, "a1", date("2025-01-10"), level=5, but={"housing-stability": 1})
    with pytest.raises(records.Refused):
        assessments.void(NeedsAssessment.get_by_id(row.id), " ")
    assessments.void(NeedsAssessment.get_by_id(row.id), "Another person's answers")
    assert NeedAlert.get().what_was_done == "The assessment was voided."
    assert assessments.case(adult.household).person(adult.id).next.window.point == "a1"


def test_what_was_picked_is_kept_once(adult):
    """Section 4: nothing is created silently."""
    row = assess(adult, "a1", date("2025-01-10"), level=1)
    picked = [("health", "need", "Needs a family doctor.")]
    assert assessments.pick(row, picked, ["health-1"]) == 1
    assert assessments.pick(row, picked, ["health-2"]) == 0
    statement = row.statements.get()
    assert (statement.client, statement.factor) == (adult, "health")
    assert NeedsAssessment.get_by_id(row.id).chosen_actions == ["health-2"]

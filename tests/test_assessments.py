"""Needs assessments as rows: levels, schedule, alerts, corrections, skips (2.10, R-ASM, R-SCO)."""

import datetime

import pytest
from case_factories import make_assessment, make_case, make_child, make_guardianship
from factories import make_client, make_household, make_staff
from family import ASSESSMENTS, FAMILY, approve, check, complete, make_family

from models import (
    Answer,
    Client,
    Extension,
    FactorResult,
    Household,
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

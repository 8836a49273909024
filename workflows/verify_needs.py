"""Worked examples of scores and dates for ``flask verify``; each function yields (case, expected, got)."""

import dataclasses
import datetime
import re
from collections import Counter
from fractions import Fraction

from workflows import agency_rules, business_days, eligibility, schedule, settings
from workflows.needs_matrix import ALWAYS
from workflows.scoring import (
    Facts,
    applicable,
    assess,
    level_of,
    raised,
    round_half_up,
    score_answers,
)

# Keys beside the results of an assessment.
ABOUT_IT = ("answers", "factors", "note", "label", "case")
UNKNOWN = "nothing of this name"
NOWHERE = datetime.date(2026, 1, 1)  # for examples in which the day makes no difference


def unknown(data, known):
    """A failed check for every key that expects something we know nothing about."""
    for name, expected in data.items():
        if name.startswith("expected_") and name not in known:
            yield name, expected, UNKNOWN


# ---- Scores ----------------------------------------------------------------------------------------------------------


def scoring(data, whole, world):
    """``scoring_vectors``: factor scores, indexes, the critical rule, which factors apply (R-SCO-1 to R-SCO-4)."""
    for name, vectors in data.items():
        if name.startswith("caseload"):
            yield from _caseload(name, vectors)
        else:
            yield from _each(name, vectors, _SCORING)


def _each(name, vectors, checks):
    """What the function of ``checks`` for this part of the file makes of each of its vectors, numbered."""
    if name not in checks:
        raise ValueError(f"unknown part {name}")
    for number, vector in enumerate(vectors, 1):
        for part, expected, got in checks[name](vector):
            yield f"{name} {number}{part}", expected, got


def _caseload(name, vector):
    thresholds = agency_rules.scheme().overall_levels
    found = Counter(level_of(Fraction(str(n)), thresholds) for n in vector["indexes"])
    for level, expected in vector["expected"].items():
        yield f"{name} {level}", expected, found[level]


def _override(vector):
    thresholds = agency_rules.scheme().overall_levels
    base = level_of(Fraction(str(vector["index"])), thresholds)
    yield "", vector["expected"], raised(base, vector["critical_at_1"])


def _factor(vector):
    exact, level = score_answers(vector["levels"], agency_rules.scheme())
    yield " score", vector["score"], exact if exact is None else round_half_up(exact)
    yield " level", vector["level"], level


def _index(vector):
    instrument = agency_rules.matrix()
    # An example without facts about the person is about the factors it answers.
    asked = tuple(
        dataclasses.replace(factor, applies=ALWAYS)
        for factor in instrument.factors
        if factor.slug in vector["answers"]
    )
    instrument = dataclasses.replace(instrument, factors=asked)
    answers = answers_of(instrument, vector["answers"])
    yield from result_checks(
        vector, assess(instrument, agency_rules.scheme(), answers, Facts(NOWHERE))
    )


def result_checks(expected, result):
    """What an example says of a Result, key by key."""
    got = {
        "need_index": result.index,
        "base_level": result.base_level,
        "level": result.level,
        "critical": set(result.critical),
        "applicable_factors": len(result.applicable),
    }
    for name, value in expected.items():
        if name not in ABOUT_IT:
            yield f" {name}", value, got.get(name, UNKNOWN)
    for slug, facts in expected.get("factors", {}).items():
        found = result.of(slug)
        for name, value in facts.items():
            yield f" {slug} {name}", value, getattr(found, name)


def answers_of(instrument, by_factor):
    """{question slug: level} of {factor slug: levels in the order of its questions}."""
    found = {}
    for slug, levels in by_factor.items():
        questions = instrument.factor(slug).questions
        found |= {q.slug: level for q, level in zip(questions, levels, strict=True)}
    return found


def _applicability(vector):
    children = vector["children"] if vector.get("parent_or_guardian", True) else ()
    facts = Facts(
        vector["on"],
        vector.get("birth_date"),
        tuple(children or ()),
        vector.get("not_seeking"),
        agency_rules.ages(),
    )
    yield "", vector["expected"], {f.slug for f in applicable(agency_rules.matrix(), facts)}


_SCORING = {
    "override": _override,
    "factor": _factor,
    "index": _index,
    "applicability": _applicability,
}


# ---- Dates -----------------------------------------------------------------------------------------------------------


def dates(data, whole, world):
    """``date_vectors``: fiscal years, windows, states, ends, retention, eligibility, business days, majority."""
    for name, vectors in data.items():
        yield from _each(name, vectors, _DATES)


def _calendar(vector):
    return agency_rules.calendar(vector.get("province"))


def _fiscal_year(vector):
    yield "", vector["expected"], business_days.fiscal_year_of(vector["date"])


def _windows(vector):
    for point in schedule.POINTS:
        if point in vector:
            yield from window_checks(point, vector[point], vector["anchor"], _calendar(vector))


def window_checks(point, expected, anchor, days):
    """What an example says of one window, key by key (R-ASM-3)."""
    window = schedule.window(anchor, point, days, agency_rules.terms())
    for name, value in expected.items():
        yield f" {point} {name}", value, getattr(window, name)


def _retention(vector):
    years = settings.value("retention_years")
    yield "", vector["eligible_from"], business_days.years_later(vector["last_entry"], years)


def _time_limit(vector):
    category = vector.get("immigration_category", "economic-skilled")
    got = eligibility.eligible(
        agency_rules.eligibility(), category, vector.get("pr_date"), vector["on"]
    )
    # Unquoted, YAML takes yes and no for true and false.
    expected = {True: eligibility.YES, False: eligibility.NO}.get(vector["expected"])
    yield "", expected or vector["expected"], got


def _business_days(vector):
    days = _calendar(vector)
    for name, expected in vector.items():
        if count := re.fullmatch(r"plus_(\d+)", name):
            yield f" {name}", expected, days.add(vector["event"], int(count[1]))


def _observed(vector):
    yield "", vector["expected"], _calendar(vector).holidays(vector["year"])


def _majority(vector):
    ages = agency_rules.ages_of_majority()
    got = business_days.comes_of_age_on(vector["birth_date"], vector["province"], ages)
    yield "", vector["expected"], got


def _required(vector):
    got = schedule.required_points(
        vector["anchor"], vector["birth_date"], vector.get("new_end"), agency_rules.terms()
    )
    yield "", vector["expected"], got


def _point_state(vector):
    terms, point = agency_rules.terms(), vector["point"]
    required = True
    if "birth_date" in vector or "new_end" in vector:
        required = point in schedule.required_points(
            vector["anchor"], vector.get("birth_date"), vector.get("new_end"), terms
        )
    window = schedule.window(vector["anchor"], point, _calendar(vector), terms)
    skipped = bool(vector.get("skipped") or vector.get("skip_reason"))
    got = schedule.state(window, vector["on"], vector.get("completed_on"), skipped, required)
    yield "", vector["expected"], got


def _may_skip(vector):
    reason = vector.get("reason", schedule.LOW_NEED)
    levels, skipped = vector.get("levels") or {}, vector.get("skipped") or ()
    yield "", vector["expected"], schedule.may_skip(vector["point"], levels, skipped, reason)


def _program_end(vector):
    terms = agency_rules.terms()
    if "standard_end" in vector:
        yield (
            " standard_end",
            vector["standard_end"],
            schedule.standard_end(vector["anchor"], terms),
        )
    if "latest_allowed_end" in vector:
        got = schedule.latest_end(vector["anchor"], terms)
        yield " latest_allowed_end", vector["latest_allowed_end"], got


_DATES = {
    "fiscal_year": _fiscal_year,
    "windows": _windows,
    "retention": _retention,
    "ircc_time_limit": _time_limit,
    "business_days": _business_days,
    "observed_holidays": _observed,
    "majority": _majority,
    "required_points": _required,
    "point_states": _point_state,
    "may_skip": _may_skip,
    "program_end": _program_end,
}

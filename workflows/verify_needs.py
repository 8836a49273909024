"""Worked examples of needs, scores and dates for ``flask verify``; each function yields (case, expected, got)."""

import dataclasses
import datetime
import re
from collections import Counter
from fractions import Fraction

from models import Client, Guardianship, Household
from workflows import agency_rules, business_days, eligibility, schedule, settings
from workflows.needs_matrix import ALWAYS
from workflows.records import save
from workflows.scoring import (
    Facts,
    applicable,
    assess,
    level_of,
    not_applicable,
    raised,
    round_half_up,
    score_answers,
)

# Keys beside the results of an assessment.
ABOUT_IT = ("answers", "factors", "note", "label", "case")
UNKNOWN = "nothing of this name"
FAMILY_EXPECTS = (
    "expected_windows",
    "expected_required_points",
    "expected_household_level",
    "expected_plan_reviews",
    "expected_activity_report",
)
NOWHERE = datetime.date(2026, 1, 1)  # for examples in which the day makes no difference


# ---- Scores ----------------------------------------------------------------------------------------------------------


def scoring(data, whole, world):
    """``scoring_vectors``: factor scores, indexes, the critical rule, which factors apply (R-SCO-1 to R-SCO-4)."""
    for name, vectors in data.items():
        if name.startswith("caseload"):
            yield from _caseload(name, vectors)
        elif name in _SCORING:
            for number, vector in enumerate(vectors, 1):
                for part, expected, got in _SCORING[name](vector):
                    yield f"{name} {number}{part}", expected, got
        else:
            raise ValueError(f"unknown part {name}")


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
    answers = _answers(instrument, vector["answers"])
    yield from _result(vector, assess(instrument, agency_rules.scheme(), answers, Facts(NOWHERE)))


def _result(expected, result):
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


def _answers(instrument, by_factor):
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
        if name not in _DATES:
            raise ValueError(f"unknown part {name}")
        for number, vector in enumerate(vectors, 1):
            for part, expected, got in _DATES[name](vector):
                yield f"{name} {number}{part}", expected, got


def _calendar(vector):
    return agency_rules.calendar(vector.get("province"))


def _fiscal_year(vector):
    yield "", vector["expected"], business_days.fiscal_year_of(vector["date"])


def _windows(vector):
    for point in schedule.POINTS:
        if point in vector:
            yield from _window(point, vector[point], vector["anchor"], _calendar(vector))


def _window(point, expected, anchor, days):
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


# ---- A family --------------------------------------------------------------------------------------------------------


def family(data, whole, world):
    """A household from the anchor to the end: windows, required points, assessments, levels, extension, reviews."""
    yield from unknown(data, FAMILY_EXPECTS)
    people = {person["code"]: person for person in data["people"]}
    clients = _stored(data)
    anchor, days = data["anchor_date"], agency_rules.calendar(data.get("province"))
    for point, expected in data["expected_windows"].items():
        yield from _spaced("window", _window(point, expected, anchor, days))
    yield from _required_of(data, people)
    done = {code: {} for code in people}
    for example in data.get("assessments", ()):
        who, point = example["person"], example["point"]
        facts = _facts(example, clients[who])
        result = _assess(example, facts)
        done[who][point] = (example["completed_on"], result.level)
        yield from _spaced(f"{who} {point}", _result(example["expected"], result))
        yield from _spaced(f"{who} {point}", _left_out(example, facts))
    yield from _skips(data, done)
    yield from _levels(data, done)
    yield from _extension(data, done)
    yield from _reviews(data)
    yield from _notes(data, days)
    for number, activity in enumerate(data.get("activities", ()), 1):
        if "expected_level" in activity:
            got = schedule.level_on(done[activity["person"]], activity["date"])
            yield f"activity {number} level", activity["expected_level"], got or "not-assessed"


def unknown(data, known):
    """A failed check for every key that expects something we know nothing about."""
    for name, expected in data.items():
        if name.startswith("expected_") and name not in known:
            yield name, expected, UNKNOWN


def _stored(data):
    """The household and its members as records, the minors in the care of its parents; {code: Client}."""
    household = Household(
        file_number=data.get("file_number"),
        case_type=data.get("case_type", "intensive"),
        status="intake",
        anchor_date=data["anchor_date"],
        province=data.get("province"),
    )
    save(household)
    clients = {}
    for person in data["people"]:
        clients[person["code"]] = client = Client(
            household=household,
            relation=person.get("relation", "other-relative"),
            first_name=person["code"],
            last_name="Example",
            birth_date=person.get("birth_date"),
            birth_year_only=person.get("birth_year_only"),
            immigration_category=data.get("immigration_category", "unknown"),
            preferred_languages=["en"],
        )
        save(client, confirmed=("similar-client",))
    parents = {p["code"] for p in data["people"] if p.get("parent_or_guardian")}
    for guardian in parents:
        for child in clients.keys() - parents:
            # Not saved by the rules, which go by today: some of these children have come of age since.
            Guardianship.create(guardian=clients[guardian], child=clients[child])
    return clients


def _spaced(prefix, checks):
    for part, expected, got in checks:
        yield f"{prefix}{part}", expected, got


def _new_end(data):
    extension = data.get("extension") or {}
    approved = extension.get("approved_on") and extension.get("decision", "approved") == "approved"
    return extension.get("new_end") if approved else None


def _born(person):
    return business_days.birth_day(person.get("birth_date"), person.get("birth_year_only"))


def _points_of(data, person):
    terms = agency_rules.terms()
    return schedule.required_points(data["anchor_date"], _born(person), _new_end(data), terms)


def _required_of(data, people):
    for code, expected in (data.get("expected_required_points") or {}).items():
        yield f"{code} required points", expected, _points_of(data, people[code])


def _facts(example, client):
    reasons = {row["factor"]: row.get("reason") for row in example.get("not_applicable") or ()}
    reason = reasons.get("employment") or example.get("not_seeking")
    return agency_rules.facts(client, example["completed_on"], reason)


def _assess(example, facts):
    instrument = agency_rules.matrix()
    answers = _answers(instrument, example["answers"])
    return assess(instrument, agency_rules.scheme(), answers, facts)


def _left_out(example, facts):
    if "not_applicable" not in example:
        return
    factors = agency_rules.matrix().factors
    got = {f.slug: reason for f in factors if (reason := not_applicable(f, facts))}
    expected = {
        row["factor"]: str(row.get("reason")).replace(" ", "-") for row in example["not_applicable"]
    }
    yield " not applicable", dict(sorted(expected.items())), dict(sorted(got.items()))


def _skips(data, done):
    skipped = {code: [] for code in done}
    people = {person["code"]: person for person in data["people"]}
    for skip in data.get("skips") or ():
        who, point = skip["person"], skip["point"]
        levels = {p: level for p, (_day, level) in done[who].items()}
        got = schedule.may_skip(
            point,
            levels,
            skipped[who],
            skip.get("reason", schedule.LOW_NEED),
            _points_of(data, people[who]),
        )
        if got:
            skipped[who].append(point)
        yield f"{who} skips {point}", skip["expected_allowed"], got


def _household(done, upto):
    return schedule.household_level(
        [{p: level for p, (_day, level) in of_one.items()} for of_one in done.values()], upto
    )


def _levels(data, done):
    for point, expected in (data.get("expected_household_level") or {}).items():
        yield f"household level {point}", expected, _household(done, point)


def _extension(data, done):
    extension, anchor, terms = data.get("extension"), data["anchor_date"], agency_rules.terms()
    if not extension:
        return
    level = _household(done, "a4")
    suggested = schedule.suggests_extension(level)
    got = {
        "suggested_on": _first_suggested(done) if suggested else None,
        "because": f"household level {level} at A4" if suggested else None,
        "standard_end": schedule.standard_end(anchor, terms),
        "latest_allowed_end": schedule.latest_end(anchor, terms),
    }
    for name, value in got.items():
        if name in extension:
            yield f"extension {name}", extension[name], value
    if _new_end(data):
        allowed = _new_end(data) <= schedule.latest_end(anchor, terms)
        yield "extension new_end allowed", True, allowed


def _first_suggested(done):
    """The day of the A4 that first brought the household, as known by then, to a level that suggests it (R-ASM-7)."""
    days = sorted(of_one["a4"][0] for of_one in done.values() if "a4" in of_one)
    for day in days:
        known = {
            code: {p: row for p, row in of_one.items() if row[0] <= day}
            for code, of_one in done.items()
        }
        if schedule.suggests_extension(_household(known, "a4")):
            return day
    return None


def _reviews(data):
    """The reviews of the standard length are compared, and those of the extension where the example lists them."""
    if "expected_plan_reviews" not in data:
        return
    expected, terms = data["expected_plan_reviews"], agency_rules.terms()
    got = schedule.plan_reviews(data["anchor_date"], None, terms)
    if len(expected) > len(got):
        got = schedule.plan_reviews(data["anchor_date"], _new_end(data), terms)
    yield "plan reviews", expected, got


def _notes(data, days):
    for number, note in enumerate(data.get("case_note_due") or (), 1):
        for name, key in (("target", "target"), ("limit", "due")):
            if name in note:
                count = settings.value(f"case_note_{key}_business_days")
                yield f"case note {number} {name}", note[name], days.add(note["contact"], count)

"""Scores, index and level of the needs matrix (R-SCO, section 4)."""

import copy
import datetime
from collections import Counter
from decimal import Decimal
from fractions import Fraction
from pathlib import Path

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

import seed
from workflows import scoring
from workflows.needs_matrix import Unusable, read_instrument, read_scheme, read_suggestions
from workflows.scoring import Facts, assess, round_half_up

DAY = datetime.date.fromisoformat
ON = DAY("2026-05-01")
MATRIX = seed.read("needs_matrix")
SCORING = seed.read("scoring")
INSTRUMENT, SCHEME = read_instrument(MATRIX), read_scheme(SCORING)
SUGGESTIONS = read_suggestions(seed.read("factor_actions"))
EXAMPLES = yaml.safe_load((Path(__file__).parent / "data" / "examples.yaml").read_text("utf-8"))
VECTORS = EXAMPLES["scoring_vectors"]
PARENT = Facts(ON, DAY("1987-06-14"), (DAY("2016-03-02"), DAY("2022-11-11")))
SINGLE = Facts(ON, DAY("1987-06-14"))
QUESTIONS = list(INSTRUMENT.questions())
ANSWERS = st.dictionaries(st.sampled_from(QUESTIONS), st.sampled_from([1, 2, 3, 4, 5, None]))


def answers(by_factor):
    return {
        question.slug: level
        for slug, levels in by_factor.items()
        for question, level in zip(INSTRUMENT.factor(slug).questions, levels, strict=True)
    }


def all_answered(level, **but):
    return dict.fromkeys(QUESTIONS, level) | {k.replace("_", "-"): v for k, v in but.items()}


def result(level=3, facts=PARENT, **but):
    return assess(INSTRUMENT, SCHEME, all_answered(level, **but), facts)


# ---- The numbers -----------------------------------------------------------------------------------------------------


def test_the_matrix_has_16_factors_52_questions_and_the_critical_ones_of_section_4():
    critical = [q.slug for factor, q in INSTRUMENT.questions().values() if q.is_critical]
    assert (len(INSTRUMENT.factors), len(QUESTIONS)) == (16, 52)
    assert critical == [
        "health-access",
        "health-coping",
        "housing-stability",
        "safety-at-risk",
        "financial-basics",
        "parenting-safety",
    ]


@pytest.mark.parametrize("case", VECTORS["factor"], ids=lambda case: str(case["levels"]))
def test_a_factor_score_follows_its_answers_r_sco_1_r_sco_2(case):
    exact, level = scoring.score_answers(case["levels"], SCHEME)
    score = None if exact is None else round_half_up(exact)
    assert (score and float(score), level) == (case["score"], case["level"])


def test_the_indexes_of_the_caseload_land_on_their_levels_r_sco_1():
    vector = VECTORS["caseload_of_36_adults"]
    levels = [scoring.level_of(Fraction(str(n)), SCHEME.overall_levels) for n in vector["indexes"]]
    assert Counter(levels) == vector["expected"]


@pytest.mark.parametrize("case", VECTORS["override"], ids=str)
def test_critical_answers_raise_the_level_and_not_the_index_r_sco_3(case):
    base = scoring.level_of(Fraction(str(case["index"])), SCHEME.overall_levels)
    assert scoring.raised(base, case["critical_at_1"]) == case["expected"]


@pytest.mark.parametrize("case", VECTORS["index"], ids=lambda case: str(case["need_index"]))
def test_an_index_needs_four_fifths_of_the_factors_and_every_critical_answer_r_sco_2(case):
    found = assess(INSTRUMENT, SCHEME, answers(case["answers"]), SINGLE)
    assert found.index == (case["need_index"] and Decimal(str(case["need_index"])))
    assert (found.base_level, found.level) == (case["base_level"], case["level"])
    assert list(found.critical) == case["critical"]


def test_critical_answers_are_told_even_without_a_level_r_sco_3():
    found = assess(INSTRUMENT, SCHEME, {"housing-stability": 1}, SINGLE)
    assert (found.index, found.level, found.critical) == (None, None, ("housing-stability",))
    assert found.missing == (scoring.TOO_FEW_FACTORS, scoring.CRITICAL_OPEN)
    assert found.open_critical == (
        "health-access",
        "health-coping",
        "safety-at-risk",
        "financial-basics",
    )


@pytest.mark.parametrize(
    ("number", "decimals", "expected"),
    [
        (Fraction(325, 4), 1, "81.3"),
        (Fraction(1, 20), 1, "0.1"),
        (Fraction(49, 1000), 1, "0.0"),
        (Fraction(137, 2), 0, "69"),
        (100, 1, "100.0"),
    ],
)
def test_numbers_are_rounded_half_up_from_the_exact_value(number, decimals, expected):
    assert str(round_half_up(number, decimals)) == expected


@given(ANSWERS)
def test_an_index_is_from_0_to_100_and_comes_with_both_levels(given_answers):
    found = assess(INSTRUMENT, SCHEME, given_answers, PARENT)
    if found.missing:
        assert (found.index, found.base_level, found.level) == (None, None, None)
    else:
        assert 0 <= found.index <= 100
        order = scoring.LEVELS.index
        assert order(found.level) <= order(found.base_level)


@given(ANSWERS, st.sampled_from(QUESTIONS))
def test_a_worse_answer_never_lowers_the_need_r_sco_1(given_answers, question):
    full = all_answered(3) | {k: v for k, v in given_answers.items() if v}
    better = assess(INSTRUMENT, SCHEME, full | {question: 5}, PARENT)
    worse = assess(INSTRUMENT, SCHEME, full | {question: 1}, PARENT)
    assert worse.index >= better.index
    assert scoring.LEVELS.index(worse.level) <= scoring.LEVELS.index(better.level)


# ---- Which factors apply ---------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("facts", "count"),
    [
        (SINGLE, 12),
        (Facts(ON, DAY("1987-06-14"), (), "full-time-student"), 11),
        (PARENT, 16),
        (Facts(ON, None, (DAY("2008-05-02"), DAY("2021-09-30"))), 16),
        (Facts(ON, None, (DAY("2008-05-01"),)), 12),
        (Facts(ON, None, (DAY("2021-05-02"),)), 14),
        (Facts(ON, None, (DAY("2021-05-01"),)), 16),
        (Facts(ON, None, (None,)), 12),
    ],
)
def test_factors_apply_by_children_in_care_and_reason_r_sco_4(facts, count):
    assert len(scoring.applicable(INSTRUMENT, facts)) == count


def test_the_reason_of_seniors_needs_their_age():
    assert scoring.reason_holds("senior-not-seeking", DAY("1961-05-01"), ON)
    assert not scoring.reason_holds("senior-not-seeking", DAY("1961-05-02"), ON)
    assert not scoring.reason_holds("", DAY("1961-05-01"), ON)


def test_the_ages_of_the_settings_win_over_those_of_the_matrix():
    four = (DAY("2022-01-01"),)
    slugs = ("school-age-education", "school-age-activities")
    ages = dict.fromkeys(slugs, (4, 17))
    now = {f.slug for f in scoring.applicable(INSTRUMENT, Facts(ON, None, four, ages=ages))}
    assert now - {f.slug for f in scoring.applicable(INSTRUMENT, Facts(ON, None, four))} == set(
        slugs
    )


def test_a_factor_that_does_not_apply_is_left_out_and_never_counts_as_5_r_sco_4():
    with_children = result(3, facts=SINGLE, parenting_safety=1)
    assert (with_children.index, with_children.critical) == (Decimal("50.0"), ())
    assert with_children.of("parenting").reason == scoring.NO_CHILD
    assert with_children.of("parenting").score is None


# ---- What is shown afterwards -----------------------------------------------------------------------------------------


def test_the_three_highest_and_three_lowest_are_in_asking_order_when_equal():
    highest, lowest = scoring.extremes(result(3, language_oral=1, employment_readiness=5))
    assert [each.factor for each in highest] == ["language", "health", "housing"]
    assert [each.factor for each in lowest][:2] == ["employment", "safety-security"]


def test_with_few_factors_none_is_both_high_and_low():
    few = assess(INSTRUMENT, SCHEME, answers({"health": [3, 3, 3, 3]}), SINGLE)
    highest, lowest = scoring.extremes(few)
    assert [each.factor for each in highest] == ["health"] and lowest == ()


def test_changes_compare_what_was_scored_both_times():
    before = scoring.scores(result(2, facts=SINGLE))
    now = scoring.scores(result(3, facts=PARENT))
    found = {change.factor: change for change in scoring.changes(now, before)}
    assert found[None].difference == Decimal("-25.0")
    assert "parenting" not in found and found["health"].now == Decimal("50.0")


def test_a_high_factor_is_a_need_with_high_and_moderate_actions():
    found = {s.factor: s for s in scoring.suggest(SUGGESTIONS, INSTRUMENT, result(2))}
    assert found["housing"].kind == scoring.NEED
    assert str(found["housing"].statement) == "Client needs support to find, keep or run a home."
    assert {a.band for a in found["housing"].actions} == {"high", "moderate"}


@pytest.mark.parametrize(
    ("level", "kind", "shown"),
    [
        (1, scoring.NEED, {"urgent", "high", "moderate"}),
        (3, scoring.OFFER, {"moderate"}),
        (5, scoring.STRENGTH, set()),
    ],
)
def test_the_level_of_a_factor_decides_what_is_suggested(level, kind, shown):
    found = scoring.suggest(SUGGESTIONS, INSTRUMENT, result(level))
    assert {s.kind for s in found} == {kind}
    assert {a.band for s in found for a in s.actions} == shown


def test_a_factor_at_moderate_to_low_suggests_nothing():
    assert scoring.suggest(SUGGESTIONS, INSTRUMENT, result(4)) == ()


def test_a_critical_answer_brings_the_urgent_actions_of_its_factor():
    found = {
        s.factor: s
        for s in scoring.suggest(SUGGESTIONS, INSTRUMENT, result(5, housing_stability=1))
    }
    assert found["housing"].kind == scoring.NEED
    assert {a.band for a in found["housing"].actions} == {"urgent"}
    assert found["health"].kind == scoring.STRENGTH


# ---- Recalibration ---------------------------------------------------------------------------------------------------


def test_recalibration_waits_for_a_hundred_assessments():
    proposal = scoring.recalibrate([50] * 99, SCHEME)
    assert (proposal.count, proposal.thresholds) == (99, None)


def test_recalibration_proposes_the_quantiles_of_the_reference_table():
    """Cumulative 19.8, 51.9, 70.8 and 89.6 percent from the top of 0, 1, … 100."""
    proposal = scoring.recalibrate(range(101), SCHEME)
    assert [int(least) for _level, least in proposal.thresholds] == [80, 48, 29, 10, 0]
    assert sum(proposal.now.values()) == sum(proposal.then.values()) == 101
    assert proposal.then["very-high"] == 21


def test_recalibration_makes_no_proposal_of_indexes_that_lie_together():
    assert scoring.recalibrate([50] * 200, SCHEME).thresholds is None


@given(st.lists(st.integers(0, 1000).map(lambda n: Decimal(n) / 10), min_size=100, max_size=300))
def test_a_proposal_is_a_scheme_that_can_be_used(indexes):
    proposal = scoring.recalibrate(indexes, SCHEME)
    if proposal.thresholds:
        content = copy.deepcopy(SCORING)
        content["overall_levels"] = [
            {"level": level, "min_index": int(least)} for level, least in proposal.thresholds
        ]
        assert read_scheme(content).overall_levels == proposal.thresholds


# ---- What people edit ------------------------------------------------------------------------------------------------


def broken(content, change):
    wrong = copy.deepcopy(content)
    change(wrong)
    return wrong


@pytest.mark.parametrize(
    ("change", "said"),
    [
        (lambda c: c.pop("factors"), "factors"),
        (lambda c: c.update(matrix_version=""), "name"),
        (lambda c: c["scale"].update(max=7), "from 1 to 5"),
        (lambda c: c["factors"][0].update(slug="No Slug"), "small letters"),
        (lambda c: c["factors"][0].update(weight=0), "weight"),
        (lambda c: c["factors"][0].update(weight=float("nan")), "weight"),
        (lambda c: c["factors"][1].update(slug="health"), "used twice"),
        (lambda c: c["factors"][12]["applies_if"].update(min_age=20), "youngest"),
        (lambda c: c["factors"][0]["applies_if"].update(kind="sometimes"), "when the factor"),
        (lambda c: c["factors"][0]["questions"].clear(), "at least one question"),
        (lambda c: c["factors"][0]["questions"][0]["levels"].pop(), "levels 1, 2, 3"),
        (lambda c: c["factors"][0]["questions"][0]["text"].update(en=" "), "English text"),
        (lambda c: c["factors"][2]["questions"].append(3), "English text"),
    ],
)
def test_a_matrix_that_cannot_be_used_says_why(change, said):
    with pytest.raises(Unusable, match=said):
        read_instrument(broken(MATRIX, change))


@pytest.mark.parametrize(
    ("change", "said"),
    [
        (lambda c: c["overall_levels"][1].update(min_index=70), "below the one before"),
        (lambda c: c["overall_levels"][4].update(min_index=5), "at 0"),
        (lambda c: c["overall_levels"][0].update(min_index=101), "to 100"),
        (lambda c: c["factor_levels"].reverse(), "five levels"),
        (lambda c: c["factor_score"].update(minimum_answered_share="most"), "share"),
        (lambda c: c["calibration"].pop("reference_counts"), "missing"),
        (lambda c: c["need_index"].update(minimum_scored_share_of_applicable_factors=2), "share"),
    ],
)
def test_a_scheme_that_cannot_be_used_says_why(change, said):
    with pytest.raises(Unusable, match=said):
        read_scheme(broken(SCORING, change))


@pytest.mark.parametrize(
    ("change", "said"),
    [
        (lambda c: c["factors"][0]["keywords"][0].update(weight=4), "1, 2 or 3"),
        (lambda c: c["factors"][0]["actions"][0].update(band="soon"), "one of"),
        (lambda c: c["factors"][0].update(actions=7), "missing or empty"),
        (lambda c: c["trigger"].update(offer_when_factor_level_in=["some"]), "A level is one of"),
    ],
)
def test_suggestions_that_cannot_be_used_say_why(change, said):
    with pytest.raises(Unusable, match=said):
        read_suggestions(broken(seed.read("factor_actions"), change))


def test_every_mistake_is_told_with_its_place():
    def two(content):
        content["factors"][0]["questions"][1]["text"] = {}
        content["factors"][3]["weight"] = "much"

    with pytest.raises(Unusable) as caught:
        read_instrument(broken(MATRIX, two))
    assert [place for place, _sentence in caught.value.problems] == [
        "health, question 2",
        "language",
    ]


def test_a_threshold_means_what_was_typed():
    """54.1 as a binary number is a little less or more than 54.1."""
    content = broken(SCORING, lambda c: c["overall_levels"][1].update(min_index=54.1))
    thresholds = read_scheme(content).overall_levels
    assert scoring.level_of(Fraction("54.1"), thresholds) == "high"

"""What the answers of a needs assessment come to (R-SCO-1 to R-SCO-5): scores, index, level, changes, suggestions.

Plain values and dataclasses in and out.  Sums are exact fractions and are rounded once, half up, to one decimal.
Scores and the index go from 0 (low need) to 100 (very high need).  The Instrument, the Scheme and the Suggestions come
from ``needs_matrix``.
"""

import datetime
from collections import Counter
from dataclasses import dataclass, field
from decimal import Decimal
from fractions import Fraction
from math import floor

from workflows.business_days import age
from workflows.needs_matrix import CHILD_IN_CARE, LEAST, MOST, UNLESS_NOT_SEEKING, URGENT
from workflows.schedule import HIGH, LEVELS, VERY_HIGH

NO_CHILD = "no-child-in-care"
SENIOR, SENIOR_AGE = "senior-not-seeking", 65

# Why there is no index (R-SCO-2).
TOO_FEW_FACTORS, CRITICAL_OPEN = "too-few-factors", "critical-open"


def round_half_up(number, decimals=1):
    """An exact number as a Decimal with so many decimals: 81.25 → Decimal("81.3")."""
    scaled = floor(Fraction(number) * 10**decimals + Fraction(1, 2))
    return Decimal(scaled).scaleb(-decimals)


# ---- Which factors apply (R-SCO-4) ------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Facts:
    """What decides whether a factor applies to one person on the day ``on``.

    ``children`` are the birth dates of the people in this person's care (None where it is not known),
    ``not_seeking`` the reason why the person does not look for work or None, ``ages`` {factor slug: (youngest, oldest)}
    what the agency's settings say instead of the matrix.
    """

    on: datetime.date
    born: datetime.date | None = None
    children: tuple = ()
    not_seeking: str | None = None
    ages: dict = field(default_factory=dict)


def reason_holds(reason, born, on):
    """Whether a reason for not looking for work can be given: "65 or older" needs that age where it is known."""
    if not reason:
        return False
    years = age(born, on)
    return reason != SENIOR or years is None or years >= SENIOR_AGE


def not_applicable(factor, facts):
    """Why a Factor does not apply to a person, as a slug; None when it does."""
    if factor.applies == UNLESS_NOT_SEEKING:
        holds = reason_holds(facts.not_seeking, facts.born, facts.on)
        return facts.not_seeking if holds else None
    if factor.applies == CHILD_IN_CARE:
        youngest, oldest = facts.ages.get(factor.slug, (factor.min_age, factor.max_age))
        years = [age(born, facts.on) for born in facts.children]
        return None if any(n is not None and youngest <= n <= oldest for n in years) else NO_CHILD
    return None


def applicable(instrument, facts):
    """The factors that apply to a person, in asking order."""
    return tuple(factor for factor in instrument.factors if not_applicable(factor, facts) is None)


# ---- Scores (R-SCO-1, R-SCO-2) ----------------------------------------------------------------------------------------


@dataclass(frozen=True)
class FactorScore:
    """What one factor came to.  ``exact`` is None when it does not apply or too few questions were answered."""

    factor: str
    reason: str | None
    answered: int
    asked: int
    exact: Fraction | None
    level: str | None

    @property
    def applies(self):
        return self.reason is None

    @property
    def score(self):
        """The score as it is shown and stored: one decimal, half up; None when there is none."""
        return None if self.exact is None else round_half_up(self.exact)


@dataclass(frozen=True)
class Result:
    """What one assessment came to.

    ``index`` is a Decimal with one decimal; it, ``base_level`` and ``level`` are None when ``missing`` says why
    (TOO_FEW_FACTORS, CRITICAL_OPEN).  ``critical`` are the slugs of critical questions answered at level 1 and
    ``open_critical`` those that apply and have no answer.
    """

    factors: tuple
    index: Decimal | None
    base_level: str | None
    level: str | None
    critical: tuple
    open_critical: tuple
    missing: tuple

    def of(self, factor):
        """The FactorScore of a factor; None when the instrument did not have it."""
        return next((each for each in self.factors if each.factor == factor), None)

    @property
    def applicable(self):
        return tuple(each for each in self.factors if each.applies)

    @property
    def scored(self):
        return tuple(each for each in self.factors if each.exact is not None)


def level_of(number, thresholds):
    """The first level whose least score ``number`` reaches; ``thresholds`` as in Scheme."""
    return next((level for level, least in thresholds if number >= least), thresholds[-1][0])


def score_answers(levels, scheme):
    """(exact score, level) of one factor's answers, each 1 to 5 or None; (None, None) with too few of them (R-SCO-2)."""
    given = [level for level in levels if level is not None]
    if not given or Fraction(len(given), len(levels)) < scheme.answered_share:
        return None, None
    exact = 100 * (MOST - Fraction(sum(given), len(given))) / (MOST - LEAST)
    return exact, level_of(exact, scheme.factor_levels)


def raised(base_level, criticals):
    """The level after the critical rule: one makes it High at least, two Very High (R-SCO-3)."""
    if base_level is None or not criticals:
        return base_level
    floor_level = HIGH if criticals == 1 else VERY_HIGH
    return min(base_level, floor_level, key=LEVELS.index)


def assess(instrument, scheme, answers, facts):
    """The Result of one person's answers, {question slug: level 1 to 5 or None} (R-SCO-1 to R-SCO-4).

    Answers to questions of factors that do not apply are left out, never counted as 5.
    """
    factors = tuple(_factor_score(factor, scheme, answers, facts) for factor in instrument.factors)
    applies = {each.factor for each in factors if each.applies}
    vital = [
        q.slug
        for f in instrument.factors
        if f.slug in applies
        for q in f.questions
        if q.is_critical
    ]
    critical = tuple(slug for slug in vital if answers.get(slug) == LEAST)
    open_critical = tuple(slug for slug in vital if answers.get(slug) is None)
    missing = _missing(factors, applies, open_critical, scheme)
    index = None if missing else _index(instrument, factors)
    base = None if index is None else level_of(Fraction(index), scheme.overall_levels)
    return Result(
        factors, index, base, raised(base, len(critical)), critical, open_critical, missing
    )


def _factor_score(factor, scheme, answers, facts):
    reason = not_applicable(factor, facts)
    levels = [answers.get(question.slug) for question in factor.questions]
    answered = sum(level is not None for level in levels)
    exact, level = (None, None) if reason else score_answers(levels, scheme)
    return FactorScore(factor.slug, reason, answered, len(levels), exact, level)


def _missing(factors, applies, open_critical, scheme):
    scored = sum(each.exact is not None for each in factors)
    found = []
    if not applies or Fraction(scored, len(applies)) < scheme.scored_share:
        found.append(TOO_FEW_FACTORS)
    if scheme.needs_critical and open_critical:
        found.append(CRITICAL_OPEN)
    return tuple(found)


def _index(instrument, factors):
    weights = {factor.slug: factor.weight for factor in instrument.factors}
    scored = [each for each in factors if each.exact is not None]
    total = sum(weights[each.factor] for each in scored)
    return round_half_up(sum(weights[each.factor] * each.exact for each in scored) / total)


# ---- What stands out, what changed ------------------------------------------------------------------------------------


def extremes(result, count=3):
    """(highest, lowest): at most ``count`` FactorScores each, none in both; equal ones in asking order."""
    by_need = sorted(result.scored, key=lambda each: -each.exact)
    highest = by_need[:count]
    lowest = sorted(by_need[len(highest) :], key=lambda each: each.exact)[:count]
    return tuple(highest), tuple(lowest)


@dataclass(frozen=True)
class Change:
    """How a factor (or, with ``factor`` None, the index) moved since last time; negative is less need."""

    factor: str | None
    before: Decimal
    now: Decimal

    @property
    def difference(self):
        return self.now - self.before


def changes(now, before):
    """One Change for the index and for each factor scored both times; ``now`` and ``before`` are {slug: Decimal or None}.

    The index stands under None, as ``scores`` gives it.  Stored scores of an older scheme are compared as they are
    (R-SCO-5).
    """
    return tuple(
        Change(slug, before[slug], score)
        for slug, score in now.items()
        if score is not None and before.get(slug) is not None
    )


def scores(result):
    """{None: index, factor slug: score} of a Result, as ``changes`` takes it."""
    return {None: result.index} | {each.factor: each.score for each in result.applicable}


# ---- Statements and actions to pick from (section 4) --------------------------------------------------------------------

NEED, OFFER, STRENGTH = "need", "offer", "strength"


@dataclass(frozen=True)
class Suggestion:
    """What one factor suggests; the worker picks.  ``kind`` is NEED, OFFER or STRENGTH, ``statement`` Words or None."""

    factor: str
    kind: str
    statement: object
    actions: tuple
    guidance: object


def suggest(suggestions, instrument, result):
    """Suggestions of a Result by factor in asking order; nothing is created by it.

    A critical answer at level 1 makes its factor a need whatever its level, with the urgent actions.
    """
    questions = instrument.questions()
    danger = {questions[slug][0].slug for slug in result.critical}
    found = (
        _suggestion(suggestions, suggestions.of(each.factor), each.level, each.factor in danger)
        for each in result.applicable
    )
    return tuple(each for each in found if each is not None)


def _suggestion(suggestions, guidance, level, in_danger):
    if guidance is None:
        return None
    if in_danger or level in suggestions.need_at:
        kind, statement = NEED, guidance.need
    elif level in suggestions.offer_at:
        kind, statement = OFFER, None
    elif level in suggestions.strength_at:
        kind, statement = STRENGTH, guidance.strength
    else:
        return None
    shown = bands(level, in_danger, suggestions)
    actions = tuple(action for action in guidance.actions if action.band in shown)
    return Suggestion(guidance.factor, kind, statement, actions, guidance)


def bands(level, in_danger, suggestions):
    """The bands of actions shown at a factor level: urgent, high, moderate (section 4)."""
    found = [URGENT] if in_danger or level == VERY_HIGH else []
    found += ["high"] if level in suggestions.need_at else []
    return (
        (*found, "moderate")
        if level in (*suggestions.need_at, *suggestions.offer_at)
        else tuple(found)
    )


# ---- Recalibration (scoring.yaml, recalibrate) --------------------------------------------------------------------------


@dataclass(frozen=True)
class Proposal:
    """New cut points from the agency's own indexes; an administrator decides (R-SCO-5: nothing is graded again).

    ``thresholds`` as in Scheme, or None when there are too few indexes or they lie too close together; ``now`` and
    ``then`` are {level: adults} by the index alone with the present and the proposed thresholds.
    """

    count: int
    needed: int
    thresholds: tuple | None
    now: dict
    then: dict | None


def recalibrate(indexes, scheme):
    """A Proposal from the indexes of completed adult assessments, numbers from 0 to 100.

    The cut points are the quantiles at the reference table's cumulative shares from the top (in percent with one
    decimal), straight between neighbours, rounded to whole numbers.
    """
    ordered = sorted((Fraction(str(index)) for index in indexes), reverse=True)
    count, needed = len(ordered), scheme.recalibrate_from
    present = _spread(ordered, scheme.overall_levels)
    if count < needed:
        return Proposal(count, needed, None, present, None)
    cuts = [round_half_up(_quantile(ordered, share), 0) for share in _shares(scheme.reference)]
    if len(set(cuts)) < len(cuts) or cuts[-1] <= 0:
        return Proposal(count, needed, None, present, None)
    proposed = tuple(zip(LEVELS, [*(Fraction(cut) for cut in cuts), Fraction(0)], strict=True))
    return Proposal(count, needed, proposed, present, _spread(ordered, proposed))


def _shares(reference):
    """Cumulative shares from the top of all levels but the last: 0.198, 0.519, …"""
    total, reached, found = sum(n for _level, n in reference), 0, []
    for _level, n in reference[:-1]:
        reached += n
        found.append(Fraction(round_half_up(Fraction(100 * reached, total))) / 100)
    return found


def _quantile(ordered, share):
    place = share * (len(ordered) - 1)
    at, between = int(place), place - int(place)
    after = ordered[min(at + 1, len(ordered) - 1)]
    return ordered[at] + between * (after - ordered[at])


def _spread(indexes, thresholds):
    counted = Counter(level_of(index, thresholds) for index in indexes)
    return {level: counted[level] for level in LEVELS}

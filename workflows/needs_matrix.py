"""The needs matrix, its scoring scheme and its suggestions as frozen values, read from plain dicts (section 4).

The dicts have the shape of ``seed/needs_matrix.yaml``, ``seed/scoring.yaml`` and ``seed/factor_actions.yaml``.  People
edit them, so every reader goes over the whole content and raises ``Unusable`` with one sentence for each mistake.
"""

import re
from dataclasses import dataclass
from fractions import Fraction
from math import isfinite

from flask_babel import gettext as _

from models import Bilingual
from workflows.schedule import LEVELS

LEAST, MOST = 1, 5  # levels of an answer: 1 is very high need, 5 is low need
ALWAYS, CHILD_IN_CARE, UNLESS_NOT_SEEKING = "always", "child_in_care", "unless_not_seeking_work"
APPLIES = (ALWAYS, CHILD_IN_CARE, UNLESS_NOT_SEEKING)
URGENT = "urgent"
BANDS = (URGENT, "high", "moderate")
_SLUG = re.compile(r"[a-z0-9]+(-+[a-z0-9]+)*")


class Unusable(ValueError):
    """The content cannot be used; ``problems`` are [(place, sentence), …], the place such as "health, question 2"."""

    def __init__(self, problems):
        self.problems = problems
        super().__init__("\n".join(f"{place}: {sentence}" for place, sentence in problems))


@dataclass(frozen=True)
class Words(Bilingual):
    """A text in both languages; ``str`` gives the one of the present language."""

    label_en: str
    label_fr: str = ""

    __str__ = Bilingual.__str__


# ---- The matrix ------------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Question:
    """One question; ``anchors`` are the words of levels 1 to 5, in this order."""

    slug: str
    text: Words
    anchors: tuple
    is_critical: bool


@dataclass(frozen=True)
class Factor:
    """One of the settlement factors.  ``applies`` is one of APPLIES; the ages, in years, are those of a child in care."""

    slug: str
    label: Words
    prompt: Words
    applies: str
    min_age: int
    max_age: int
    weight: Fraction
    is_household_shared: bool
    questions: tuple


@dataclass(frozen=True)
class Instrument:
    """One version of the needs matrix: factors in asking order, and the anchors that hold for every question.

    ``retired`` are pairs (slug, label) of factors that were asked once: plans and referrals still name them.
    """

    version: str
    factors: tuple
    anchors: tuple
    not_assessed: Words
    retired: tuple = ()

    def labels(self):
        """{slug: Words} of all factors, those asked first."""
        return {factor.slug: factor.label for factor in self.factors} | dict(self.retired)

    def factor(self, slug):
        """The factor of that name; KeyError when this version has none."""
        return {factor.slug: factor for factor in self.factors}[slug]

    def questions(self):
        """{slug: (factor, question)} of all questions."""
        return {q.slug: (factor, q) for factor in self.factors for q in factor.questions}


def read_instrument(content):
    """An Instrument from the dict of a needs matrix; raises Unusable."""
    reading = _Reading()
    rows = reading.rows(content, "factors", _("factors"))
    scale = reading.dict(content, "scale", _("scale"))
    if (scale.get("min"), scale.get("max")) != (LEAST, MOST):
        reading.wrong(_("scale"), _("Answers go from 1 to 5; the scale cannot be another one."))
    generic = reading.rows(scale, "generic_anchors", _("scale"))
    asked = _in_use(rows)
    if rows and not asked:
        reading.wrong(_("factors"), _("At least one factor must be in use."))
    factors = tuple(_factor(reading, row, n) for n, row in enumerate(asked, 1))
    places = [(row, str(row.get("slug"))) for row in rows if row not in asked]
    retired = tuple(
        (reading.slug(row, place), reading.words(row, "label", place)) for row, place in places
    )
    reading.unique(_("factors"), [*(factor.slug for factor in factors), *dict(retired)])
    reading.unique(_("questions"), [q.slug for factor in factors for q in factor.questions])
    made = Instrument(
        reading.name(content, "matrix_version", _("matrix")),
        factors,
        tuple(reading.words(row, "label", _("scale")) for row in generic),
        reading.words(scale, "not_assessed", _("scale")),
        retired,
    )
    return reading.finished(made)


def _factor(reading, row, number):
    row = row if isinstance(row, dict) else {}
    place = str(row.get("slug") or _("factor %(number)s", number=number))
    applies = reading.dict(row, "applies_if", place)
    kind, ages = applies.get("kind"), (applies.get("min_age", 0), applies.get("max_age", 17))
    if kind not in APPLIES:
        reading.wrong(place, _("Say when the factor applies: %(kinds)s.", kinds=", ".join(APPLIES)))
    if not all(_whole(years) for years in ages) or not 0 <= ages[0] <= ages[1] <= 120:
        reading.wrong(place, _("The youngest age comes before the oldest, both from 0 to 120."))
    first = _("Add at least one question with the words of its five levels.")
    questions = reading.rows(row, "questions", place, first)
    if questions and not _in_use(questions):
        reading.wrong(place, _("At least one question must be in use."))
    return Factor(
        reading.slug(row, place),
        reading.words(row, "label", place),
        reading.words(row, "capacity_prompt", place),
        kind,
        *ages,
        reading.number(row, "weight", place, Fraction(1, 100), 100),
        bool(row.get("household_shared", False)),
        tuple(_question(reading, q, place, n) for n, q in enumerate(_in_use(questions), 1)),
    )


def _in_use(rows):
    """The rows that are not retired: a retired question or action stays in the content and is not asked (R-TAX-1)."""
    return [row for row in rows if not (isinstance(row, dict) and row.get("retired"))]


def _question(reading, row, factor, number):
    place = _("%(factor)s, question %(number)s", factor=factor, number=number)
    row = row if isinstance(row, dict) else {}
    levels = [
        level if isinstance(level, dict) else {} for level in reading.rows(row, "levels", place)
    ]
    if [level.get("level") for level in levels] != list(range(LEAST, MOST + 1)):
        reading.wrong(place, _("Give the words of the levels 1, 2, 3, 4 and 5, in this order."))
    return Question(
        reading.slug(row, place),
        reading.words(row, "text", place),
        tuple(reading.said(level, place) for level in levels),
        bool(row.get("critical_at_level_1", False)),
    )


# ---- The scheme ------------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Scheme:
    """One version of the scoring: shares are Fractions, thresholds pairs (level, least score) from most need to least.

    ``reference`` is {level: adults} of the table that the cut points were set by, for recalibration.
    """

    version: str
    answered_share: Fraction
    scored_share: Fraction
    needs_critical: bool
    factor_levels: tuple
    overall_levels: tuple
    reference: tuple
    recalibrate_from: int = 100


def read_scheme(content):
    """A Scheme from the dict of a scoring scheme; raises Unusable."""
    reading = _Reading()
    index = reading.dict(content, "need_index", _("need index"))
    calibration = reading.dict(content, "calibration", _("calibration"))
    counts = reading.dict(calibration, "reference_counts", _("calibration"))
    reference = tuple((level, counts.get(level)) for level in LEVELS)
    if not all(_whole(n) and n >= 0 for _level, n in reference) or not any(
        n for _l, n in reference
    ):
        reading.wrong(_("calibration"), _("Give the number of adults of each of the five levels."))
    score = reading.dict(content, "factor_score", _("factor score"))
    made = Scheme(
        reading.name(content, "scheme_version", _("scoring")),
        reading.share(score, "minimum_answered_share", _("factor score")),
        reading.share(index, "minimum_scored_share_of_applicable_factors", _("need index")),
        bool(index.get("requires_all_applicable_critical_questions", True)),
        _thresholds(reading, content, "factor_levels", "min_score", _("factor levels")),
        _thresholds(reading, content, "overall_levels", "min_index", _("overall levels")),
        reference,
    )
    return reading.finished(made)


def _thresholds(reading, content, name, least, place):
    rows = [row if isinstance(row, dict) else {} for row in reading.rows(content, name, place)]
    if tuple(row.get("level") for row in rows) != LEVELS:
        reading.wrong(place, _("List the five levels from very high to low."))
    found = [reading.number(row, least, place, 0, 100) for row in rows]
    if found != sorted(set(found), reverse=True) or found[-1:] != [0]:
        reading.wrong(place, _("Each level begins below the one before, and the last one at 0."))
    return tuple(zip(LEVELS, found, strict=False))


# ---- The suggestions -------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Action:
    """A recommended step; ``band`` is one of BANDS."""

    slug: str
    band: str
    text: Words


@dataclass(frozen=True)
class Guidance:
    """What a factor suggests: statements, actions, and areas and (keyword, weight 1 to 3) for the referral builder."""

    factor: str
    cma_topic: str
    need: Words
    strength: Words
    actions: tuple
    primary: tuple
    secondary: tuple
    keywords: tuple


@dataclass(frozen=True)
class Suggestions:
    """Guidance of every factor, and the factor levels at which a need, an offer or a strength is suggested."""

    need_at: tuple
    offer_at: tuple
    strength_at: tuple
    guidance: tuple

    def of(self, factor):
        """The Guidance of a factor; None when there is none."""
        return next((each for each in self.guidance if each.factor == factor), None)

    def actions(self):
        """{slug: Action} of all factors."""
        return {action.slug: action for each in self.guidance for action in each.actions}


def read_suggestions(content):
    """Suggestions from the dict of statements, actions and keywords; raises Unusable."""
    reading = _Reading()
    trigger = reading.dict(content, "trigger", _("levels"))
    names = (
        "need_when_factor_level_in",
        "offer_when_factor_level_in",
        "strength_when_factor_level_in",
    )
    levels = [tuple(reading.rows(trigger, name, _("levels"))) for name in names]
    if any(level not in LEVELS for each in levels for level in each):
        reading.wrong(_("levels"), _("A level is one of: %(levels)s.", levels=", ".join(LEVELS)))
    rows = reading.rows(content, "factors", _("factors"))
    guidance = tuple(_guidance(reading, row, n) for n, row in enumerate(rows, 1))
    reading.unique(_("factors"), [each.factor for each in guidance])
    reading.unique(_("actions"), [action.slug for each in guidance for action in each.actions])
    return reading.finished(Suggestions(*levels, guidance))


def _guidance(reading, row, number):
    row = row if isinstance(row, dict) else {}
    place = str(row.get("factor") or _("factor %(number)s", number=number))
    said = reading.dict(row, "driving_statements", place)
    areas = reading.dict(row, "areas", place)
    keywords = tuple(
        (each.get("slug"), each.get("weight")) if isinstance(each, dict) else (None, None)
        for each in reading.rows(row, "keywords", place, _("Choose at least one keyword."))
    )
    if not all(isinstance(slug, str) and weight in (1, 2, 3) for slug, weight in keywords):
        reading.wrong(place, _("Each keyword has a weight of 1, 2 or 3."))
    return Guidance(
        reading.slug(row, place, "factor"),
        str(row.get("cma_topic") or ""),
        reading.words(said, "need", place),
        reading.words(said, "strength", place),
        tuple(
            _action(reading, each, place) for each in _in_use(reading.some(row, "actions", place))
        ),
        tuple(reading.rows(areas, "primary", place)),
        tuple(reading.some(areas, "secondary", place)),
        keywords,
    )


def _action(reading, row, place):
    row = row if isinstance(row, dict) else {}
    if row.get("band") not in BANDS:
        reading.wrong(place, _("Each action is one of: %(bands)s.", bands=", ".join(BANDS)))
    return Action(reading.slug(row, place), row.get("band"), reading.said(row, place))


# ---- Reading ---------------------------------------------------------------------------------------------------------


def _whole(value):
    return isinstance(value, int) and not isinstance(value, bool)


class _Reading:
    """Goes over a content and collects what is wrong with it."""

    def __init__(self):
        self.problems = []

    def wrong(self, place, sentence):
        if (str(place), sentence) not in self.problems:
            self.problems.append((str(place), sentence))

    def finished(self, made):
        if self.problems:
            raise Unusable(self.problems)
        return made

    def dict(self, content, name, place):
        found = content.get(name) if isinstance(content, dict) else None
        if isinstance(found, dict):
            return found
        self.wrong(place, _("The part “%(name)s” is missing.", name=name))
        return {}

    def rows(self, content, name, place, otherwise=None):
        found = content.get(name) if isinstance(content, dict) else None
        if isinstance(found, list) and found:
            return found
        self.wrong(place, otherwise or _("The list “%(name)s” is missing or empty.", name=name))
        return []

    def some(self, content, name, place):
        """Rows that may be missing."""
        return self.rows(content, name, place) if content.get(name) else []

    def name(self, content, name, place):
        found = content.get(name) if isinstance(content, dict) else None
        if isinstance(found, str) and 0 < len(found.strip()) <= 40:
            return found.strip()
        self.wrong(place, _("Give this version a name of at most 40 characters, such as 2026.1."))
        return ""

    def slug(self, row, place, name="slug"):
        found = row.get(name)
        if isinstance(found, str) and len(found) <= 80 and _SLUG.fullmatch(found):
            return found
        words = _(
            "The short name “%(name)s” may hold small letters, digits and hyphens.", name=found
        )
        self.wrong(place, words)
        return ""

    def words(self, row, name, place):
        return self.said(row.get(name) if isinstance(row, dict) else None, place)

    def said(self, found, place):
        english = found.get("en") if isinstance(found, dict) else None
        if not isinstance(english, str) or not english.strip():
            self.wrong(place, _("An English text is missing."))
            return Words("")
        return Words(english, str(found.get("fr") or ""))

    def number(self, row, name, place, least, most):
        found = row.get(name)
        if isinstance(found, int | float) and not isinstance(found, bool) and isfinite(found):
            # The decimals as they were written, not as binary numbers store them.
            exact = Fraction(str(found))
            if least <= exact <= most:
                return exact
        self.wrong(
            place, _("“%(name)s” must be a number from 0 to %(most)s.", name=name, most=most)
        )
        return Fraction(0)

    def share(self, row, name, place):
        """A share such as 0.8 or "2/3 of the factor questions"."""
        try:
            found = Fraction(str(row.get(name)).split(" ")[0])
        except (ValueError, ZeroDivisionError):
            found = Fraction(0)
        if not 0 < found <= 1:
            self.wrong(place, _("“%(name)s” must be a share such as 2/3 or 0.8.", name=name))
        return found

    def unique(self, place, slugs):
        for slug in sorted({slug for slug in slugs if slug and slugs.count(slug) > 1}):
            self.wrong(place, _("The short name “%(name)s” is used twice.", name=slug))

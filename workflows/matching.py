"""The rule of the referral builder for one service and one person (domain 7); whole catalogues: matching_catalogue.

Plain values in, plain values out.  Missing data never excludes: what is not recorded gives middle points and a check.
Reasons are codes with their facts; ``match_words`` turns them into sentences.
"""

import datetime
from dataclasses import dataclass
from functools import lru_cache
from operator import attrgetter
from typing import NamedTuple

from models import DATES, IRCC, ONGOING, normalise
from workflows.business_days import fiscal_year_of
from workflows.eligibility import CHECK, NO, YES
from workflows.matching_scheme import OLD_YEAR, STALE, WAITING

# What each part of the score depends on: entries that share these facts share what is found of them.
PARTS = {
    "area": attrgetter("area"),
    "clb": attrgetter("clb", "languages"),
    "language": attrgetter("area", "languages", "supports"),
    "supports": attrgetter("supports"),
    "location": attrgetter("municipality", "delivery", "regions"),
    "group": attrgetter("groups"),
    "penalties": attrgetter("reviewed", "intake", "duration", "fiscal_year"),
}

TRAINING, EVERYONE, INTERPRETATION = "language-training", "everyone", "interpretation"
ONLINE, INTAKE_CLOSED, WAIT_LIST, FRENCH = "online", "closed", "waitlist", "fr"
OFFICIAL, FLUENT = ("en", "fr"), 5


folded = lru_cache(maxsize=8192)(normalise)


@dataclass(frozen=True)
class Need:
    """What is looked for: areas of focus, and keywords as (slug, weight 1 or more)."""

    primary: tuple = ()
    secondary: tuple = ()
    keywords: tuple = ()
    factor: str | None = None


@dataclass(frozen=True)
class Person:
    """What is known of the client on the day asked about; None, and ``unknown_groups``, are what nobody recorded.

    ``age`` in years, ``is_age_estimated`` when only the year of birth is known; ``eligibility`` of IRCC-funded
    services "yes", "no" or "check"; ``clb_en`` and ``clb_fr`` 0–12, the lower of listening and speaking;
    ``languages`` preferred ones, empty when not recorded; ``supports`` those needed for this referral.
    """

    age: int | None = None
    is_age_estimated: bool = False
    eligibility: str = CHECK
    clb_en: int | None = None
    clb_fr: int | None = None
    languages: tuple = ()
    needs_interpreter: bool = False
    groups: frozenset = frozenset()
    unknown_groups: frozenset = frozenset()
    municipality: str | None = None
    supports: tuple = ()


@dataclass(frozen=True, slots=True)
class Entry:
    """One service as matching sees it: slugs and plain values; an empty one means "no limit"."""

    id: int
    name: str
    area: str
    reviewed: datetime.date
    location: str = ""
    is_active: bool = True
    is_own: bool = True
    funding: str = ""
    keywords: tuple = ()
    languages: tuple = ()
    supports: tuple = ()
    groups: tuple = ()
    groups_exclusive: bool = False
    intake: str = "open"
    delivery: str = ""
    municipality: str = ""
    regions: tuple = ()
    duration: str = ONGOING
    start: datetime.date | None = None
    end: datetime.date | None = None
    fiscal_year: str = ""
    min_age: int | None = None
    max_age: int | None = None
    clb: tuple = ()
    clb_strict: bool = False

    @property
    def order(self):
        """The last tie-breaks, which depend on the entry alone: review date, name, location, id."""
        name, location = self.name.casefold(), self.location.casefold()
        return -self.reviewed.toordinal(), name, location, self.id

    def available(self, on):
        """The first day somebody can come, as an ordinal; an ongoing service today."""
        return (self.start if self.duration == DATES and self.start else on).toordinal()

    @property
    def real_groups(self):
        """The groups listed; none when everyone is among them."""
        return () if EVERYONE in self.groups else self.groups

    @property
    def clb_language(self):
        """The language whose level counts: French for a French-only entry, otherwise English."""
        return FRENCH if self.languages == (FRENCH,) else "en"


class Note(NamedTuple):
    """One reason, check, warning or exclusion: its code in the scheme's texts and the facts the text names."""

    code: str
    facts: dict = {}


class Finding(NamedTuple):
    """What one part of the rule says of an entry: points, and Notes."""

    points: int
    reasons: tuple = ()
    checks: tuple = ()
    warnings: tuple = ()


class Result(NamedTuple):
    """One service that fits: ``points`` by part sum up to ``score`` before it is held within the score range.

    ``keywords`` are the matched ones in the order of the need; ``reasons``, ``checks`` and ``warnings`` are Notes.
    """

    id: int
    score: int
    band: str
    points: dict
    keywords: tuple
    reasons: tuple
    checks: tuple
    warnings: tuple
    order: tuple


CHECKS = CHECK_AGE, CHECK_IRCC, CHECK_CLB, CHECK_GROUP, CHECK_LANGUAGE, CHECK_LOCATION = tuple(
    Note(f"check-{fact}") for fact in ("age", "ircc", "clb", "group", "language", "location")
)


@dataclass(frozen=True)
class Excluded:
    """A candidate that a hard filter leaves out, and the first filter that does."""

    id: int
    code: str
    facts: dict


class Asked:
    """One need of one person on one day, ready to be put to any number of entries."""

    def __init__(self, scheme, need, person, on):
        self.scheme, self.need, self.person, self.on = scheme, need, person, on
        self.wanted = {}
        for slug, weight in need.keywords:
            self.wanted[slug] = max(weight, self.wanted.get(slug, 0))
        self.place_of = {slug: place for place, slug in enumerate(self.wanted)}
        self.full = min(sum(self.wanted.values()), scheme.keywords_full)
        most, full = scheme.keywords_max, self.full
        self.by_weight = [(2 * most * w + full) // (2 * full) if w else 0 for w in range(full + 1)]
        self.primary = frozenset(need.primary)
        self.secondary = frozenset(need.secondary) - self.primary
        self.supports = tuple(dict.fromkeys(person.supports))
        self.clb = {"en": person.clb_en, "fr": person.clb_fr}
        self.fluent = tuple(c for c in OFFICIAL if (self.clb[c] or 0) >= FLUENT)
        self.place = folded(person.municipality or "")
        self.year = fiscal_year_of(on)
        self.asks_age = person.age is None or person.is_age_estimated
        self.asks_category = person.eligibility == CHECK
        self.parts = [(n, facts, getattr(self, f"_{n}"), {}) for n, facts in PARTS.items()]
        self.stale_before = on - datetime.timedelta(days=scheme.review_days)

    def is_candidate(self, entry):
        """Its area is one of the need's, or it carries a requested keyword."""
        area, wanted = entry.area, self.wanted
        return (
            area in self.primary
            or area in self.secondary
            or any(k in wanted for k in entry.keywords)
        )

    def keyword_points(self, weight):
        """Points for the matched weight, half a point rounded up."""
        return self.by_weight[min(weight, self.full)]

    def support_points(self, offered):
        """Points for so many of the needed supports, half a point rounded up."""
        most, needed = self.scheme.supports_max, len(self.supports)
        return (2 * most * offered + needed) // (2 * needed) if needed else most

    def exclusion(self, entry):
        """The first hard filter that leaves the entry out, an Excluded; None when it fits."""
        for code in self.scheme.filters:
            facts = getattr(self, "_" + code.replace("-", "_"))(entry)
            if facts is not None:
                return Excluded(entry.id, code, facts)
        return None

    def _inactive(self, entry):
        return None if entry.is_active else {}

    def _ended(self, entry):
        return {"end_date": entry.end} if entry.end and entry.end < self.on else None

    def _closed(self, entry):
        return {} if entry.intake == INTAKE_CLOSED else None

    def _age_below(self, entry):
        age, least = self.person.age, entry.min_age
        is_out = age is not None and least is not None and age < least
        return {"min_age": least, "age": age} if is_out else None

    def _age_above(self, entry):
        age, most = self.person.age, entry.max_age
        is_out = age is not None and most is not None and age > most
        return {"max_age": most, "age": age} if is_out else None

    def _ircc_not_eligible(self, entry):
        return {} if entry.funding == IRCC and self.person.eligibility == NO else None

    def _group_exclusive(self, entry):
        person, groups = self.person, entry.real_groups
        if not entry.groups_exclusive or not groups:
            return None
        may = any(g in person.groups or g in person.unknown_groups for g in groups)
        return None if may else {"groups": groups}

    def _clb_strict(self, entry):
        level = self.clb[entry.clb_language]
        if not entry.clb_strict or not entry.clb or level is None or level in entry.clb:
            return None
        return {"clb": entry.clb, "client_clb": level}

    def result(self, entry):
        """Points, matched keywords, reasons, checks and warnings of an entry, an override included."""
        matched, points, reasons, checks, warnings = self._keywords(entry)
        for name, facts_of, find, known in self.parts:
            facts = facts_of(entry)
            found = known.get(facts)
            if found is None:
                found = known[facts] = find(entry)
            points[name], why, check, warning = found
            if why:
                reasons += why
            if check:
                checks += check
            if warning:
                warnings += warning
        if len(checks) > 1:
            checks = tuple(sorted(checks, key=CHECKS.index))
        score = self.scheme.held(sum(points.values()))
        order = (
            -score,
            -points["keywords"],
            -points["area"],
            len(checks),
            self.person.eligibility == YES and entry.funding != IRCC,
            entry.available(self.on),
            *entry.order,
        )
        band = self.scheme.band(score)
        return Result(entry.id, score, band, points, matched, reasons, checks, warnings, order)

    def _keywords(self, entry):
        """What a result begins with: matched keywords, {"keywords": points}, the reason, checks of its own, no warning."""
        wanted, checks = self.wanted, ()
        if self.asks_age and (entry.min_age is not None or entry.max_age is not None):
            checks = (CHECK_AGE,)
        if self.asks_category and entry.funding == IRCC:
            checks += (CHECK_IRCC,)
        matched = [slug for slug in entry.keywords if slug in wanted]
        if not matched:
            return (), {"keywords": self.keyword_points(0)}, (), checks, ()
        if len(matched) > 1:
            matched = sorted(set(matched), key=self.place_of.__getitem__)
        matched = tuple(matched)
        points = self.keyword_points(sum([wanted[slug] for slug in matched]))
        facts = {"n": len(matched), "m": len(wanted), "list": matched}
        return matched, {"keywords": points}, (Note("why-keywords", facts),), checks, ()

    def _area(self, entry):
        steps = self.scheme.points["area"]
        if entry.area in self.primary:
            step = "primary"
        elif entry.area in self.secondary:
            step = "secondary"
        else:
            return Finding(steps["neither"])
        facts = {"factor": self.need.factor, "area": entry.area}
        return Finding(steps[step], (Note(f"why-area-{step}", facts),))

    def _clb(self, entry):
        steps, listed = self.scheme.points["clb"], entry.clb
        if not listed:
            return Finding(steps["no_requirement_or_inside"], (Note("why-clb-none"),))
        level = self.clb[entry.clb_language]
        if level is None:
            return Finding(steps["unknown"], checks=(CHECK_CLB,))
        if level in listed:
            reason = Note("why-clb-in", {"client_clb": level, "clb": listed})
            return Finding(steps["no_requirement_or_inside"], (reason,))
        if level - 1 in listed or level + 1 in listed:
            return Finding(steps["within_one_level"], warnings=(Note("warn-clb-near"),))
        return Finding(steps["further"], warnings=(Note("warn-clb-far"),))

    def _language(self, entry):
        steps, person, offered = self.scheme.points["language"], self.person, entry.languages
        if entry.area == TRAINING:
            return Finding(steps["language_training_entries"])
        if not person.languages or not offered:
            return Finding(steps["unknown"], checks=(CHECK_LANGUAGE,))
        shared = tuple(code for code in person.languages if code in offered)
        if shared:
            reason = Note("why-language", {"language": shared})
            return Finding(steps["preferred_language_offered"], (reason,))
        if person.needs_interpreter and INTERPRETATION in entry.supports:
            return Finding(steps["interpreter_needed_and_offered"], (Note("why-interpretation"),))
        shared = tuple(code for code in self.fluent if code in offered)
        if shared:
            reason = Note("why-language", {"language": shared})
            return Finding(steps["official_language_at_clb_5_or_more"], (reason,))
        return Finding(steps["none"], warnings=(Note("warn-language"),))

    def _supports(self, entry):
        offered = tuple(slug for slug in self.supports if slug in entry.supports)
        missing = tuple(slug for slug in self.supports if slug not in entry.supports)
        return Finding(
            self.support_points(len(offered)),
            (Note("why-supports", {"list": offered}),) if offered else (),
            (),
            (Note("warn-supports", {"list": missing}),) if missing else (),
        )

    def _location(self, entry):
        steps, place = self.scheme.points["location"], self.place
        there = folded(entry.municipality)
        if not place or not there:
            return Finding(steps["unknown"], checks=(CHECK_LOCATION,))
        if place == there:
            reason = Note("why-location", {"municipality": entry.municipality})
            return Finding(steps["same_municipality"], (reason,))
        if entry.delivery == ONLINE:
            return Finding(steps["online"])
        if any(folded(region) == place for region in entry.regions):
            return Finding(steps["region_served"])
        return Finding(steps["elsewhere"], warnings=(Note("warn-location"),))

    def _group(self, entry):
        steps, person, groups = self.scheme.points["group"], self.person, entry.real_groups
        if not groups:
            return Finding(steps["none_listed_or_unknown"])
        if any(g in person.groups for g in groups):
            return Finding(steps["belongs"], (Note("why-group", {"groups": groups}),))
        if any(g in person.unknown_groups for g in groups):
            return Finding(steps["none_listed_or_unknown"], checks=(CHECK_GROUP,))
        return Finding(steps["does_not_belong"])

    def _penalties(self, entry):
        faults = {}
        if entry.reviewed < self.stale_before:
            faults[STALE] = Note("warn-stale", {"date": entry.reviewed})
        if entry.intake == WAIT_LIST:
            faults[WAITING] = Note("warn-waitlist")
        if entry.duration == ONGOING and entry.fiscal_year < self.year:
            faults[OLD_YEAR] = Note("warn-fiscal-year", {"fiscal_year": self.year})
        penalty = sum(self.scheme.penalties[code] for code in faults)
        return Finding(penalty, warnings=tuple(faults.values()))

"""The rule of the referral builder for one service and one person (domain 7); whole catalogues: matching_catalogue.

Plain values in, plain values out.  Missing data never excludes: what is not recorded gives middle points and a check.
Reasons are codes with their facts; ``match_words`` turns them into sentences.
"""

import datetime
from dataclasses import dataclass
from functools import lru_cache
from typing import NamedTuple

from models import DATES, IRCC, ONGOING, normalise
from workflows.business_days import fiscal_year_of
from workflows.eligibility import CHECK, NO, YES
from workflows.matching_scheme import ENDED, INACTIVE, OLD_YEAR, STALE, WAITING

NEVER_OVERRIDDEN = (INACTIVE, ENDED)
PARTS = ("keywords", "area", "clb", "language", "supports", "location", "group", "penalties")

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
        self.primary = frozenset(need.primary)
        self.secondary = frozenset(need.secondary) - self.primary
        self.supports = tuple(dict.fromkeys(person.supports))
        self.clb = {"en": person.clb_en, "fr": person.clb_fr}
        self.fluent = tuple(c for c in OFFICIAL if (self.clb[c] or 0) >= FLUENT)
        self.place = folded(person.municipality or "")
        self.year = fiscal_year_of(on)
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
        most, full = self.scheme.keywords_max, self.full
        return (2 * most * min(weight, full) + full) // (2 * full) if full else 0

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
        said = _Said()
        points = {
            "keywords": self._keywords(entry, said),
            "area": self._area(entry, said),
            "clb": self._clb(entry, said),
            "language": self._language(entry, said),
            "supports": self._supports(entry, said),
            "location": self._location(entry, said),
            "group": self._group(entry, said),
            "penalties": self._penalties(entry, said),
        }
        scheme = self.scheme
        score = scheme.held(sum(points.values()))
        self._check_facts(entry, said)
        prefers_ircc = self.person.eligibility == YES and entry.funding != IRCC
        order = (
            -score,
            -points["keywords"],
            -points["area"],
            len(said.checks),
            prefers_ircc,
            entry.available(self.on),
            *entry.order,
        )
        return Result(
            entry.id,
            score,
            scheme.band(score),
            points,
            said.keywords,
            tuple(said.reasons),
            said.sorted_checks(),
            tuple(said.warnings),
            order,
        )

    def _keywords(self, entry, said):
        wanted = self.wanted
        matched = [slug for slug in entry.keywords if slug in wanted]
        if not matched:
            return self.keyword_points(0)
        matched = tuple(sorted(set(matched), key=self.place_of.__getitem__))
        facts = {"n": len(matched), "m": len(wanted), "list": matched}
        said.keywords = matched
        said.reasons.append(Note("why-keywords", facts))
        return self.keyword_points(sum([wanted[slug] for slug in matched]))

    def _area(self, entry, said):
        steps = self.scheme.points["area"]
        if entry.area in self.primary:
            step = "primary"
        elif entry.area in self.secondary:
            step = "secondary"
        else:
            return steps["neither"]
        facts = {"factor": self.need.factor, "area": entry.area}
        said.reasons.append(Note(f"why-area-{step}", facts))
        return steps[step]

    def _clb(self, entry, said):
        steps, listed = self.scheme.points["clb"], entry.clb
        if not listed:
            said.reasons.append(Note("why-clb-none"))
            return steps["no_requirement_or_inside"]
        level = self.clb[entry.clb_language]
        if level is None:
            said.checks.append("check-clb")
            return steps["unknown"]
        if level in listed:
            said.reasons.append(Note("why-clb-in", {"client_clb": level, "clb": listed}))
            return steps["no_requirement_or_inside"]
        if level - 1 in listed or level + 1 in listed:
            said.warnings.append(Note("warn-clb-near"))
            return steps["within_one_level"]
        said.warnings.append(Note("warn-clb-far"))
        return steps["further"]

    def _language(self, entry, said):
        steps, person, offered = self.scheme.points["language"], self.person, entry.languages
        if entry.area == TRAINING:
            return steps["language_training_entries"]
        if not person.languages or not offered:
            said.checks.append("check-language")
            return steps["unknown"]
        shared = [code for code in person.languages if code in offered]
        if shared:
            said.reasons.append(Note("why-language", {"language": tuple(shared)}))
            return steps["preferred_language_offered"]
        if person.needs_interpreter and INTERPRETATION in entry.supports:
            said.reasons.append(Note("why-interpretation"))
            return steps["interpreter_needed_and_offered"]
        shared = [code for code in self.fluent if code in offered]
        if shared:
            said.reasons.append(Note("why-language", {"language": tuple(shared)}))
            return steps["official_language_at_clb_5_or_more"]
        said.warnings.append(Note("warn-language"))
        return steps["none"]

    def _supports(self, entry, said):
        if not self.supports:
            return self.scheme.supports_max
        there = entry.supports
        offered = [slug for slug in self.supports if slug in there]
        if offered:
            said.reasons.append(Note("why-supports", {"list": tuple(offered)}))
        if len(offered) < len(self.supports):
            missing = [slug for slug in self.supports if slug not in there]
            said.warnings.append(Note("warn-supports", {"list": tuple(missing)}))
        return self.support_points(len(offered))

    def _location(self, entry, said):
        steps, place = self.scheme.points["location"], self.place
        there = folded(entry.municipality)
        if not place or not there:
            said.checks.append("check-location")
            return steps["unknown"]
        if place == there:
            said.reasons.append(Note("why-location", {"municipality": entry.municipality}))
            return steps["same_municipality"]
        if entry.delivery == ONLINE:
            return steps["online"]
        if any(folded(region) == place for region in entry.regions):
            return steps["region_served"]
        said.warnings.append(Note("warn-location"))
        return steps["elsewhere"]

    def _group(self, entry, said):
        steps, person, groups = self.scheme.points["group"], self.person, entry.real_groups
        if not groups:
            return steps["none_listed_or_unknown"]
        if any(g in person.groups for g in groups):
            said.reasons.append(Note("why-group", {"groups": groups}))
            return steps["belongs"]
        if any(g in person.unknown_groups for g in groups):
            said.checks.append("check-group")
            return steps["none_listed_or_unknown"]
        return steps["does_not_belong"]

    def _penalties(self, entry, said):
        faults = []
        if entry.reviewed < self.stale_before:
            faults.append((STALE, Note("warn-stale", {"date": entry.reviewed})))
        if entry.intake == WAIT_LIST:
            faults.append((WAITING, Note("warn-waitlist")))
        if entry.duration == ONGOING and entry.fiscal_year < self.year:
            faults.append((OLD_YEAR, Note("warn-fiscal-year", {"fiscal_year": self.year})))
        penalties, found = self.scheme.penalties, 0
        for code, warning in faults:
            found += penalties[code]
            said.warnings.append(warning)
        return found

    def _check_facts(self, entry, said):
        person = self.person
        has_limits = entry.min_age is not None or entry.max_age is not None
        if has_limits and (person.age is None or person.is_age_estimated):
            said.checks.append("check-age")
        if entry.funding == IRCC and person.eligibility == CHECK:
            said.checks.append("check-ircc")


CHECKS = (
    "check-age",
    "check-ircc",
    "check-clb",
    "check-group",
    "check-language",
    "check-location",
)


class _Said:
    """What the parts of one result have to say."""

    __slots__ = ("checks", "keywords", "reasons", "warnings")

    def __init__(self):
        self.keywords, self.reasons, self.checks, self.warnings = (), [], [], []

    def sorted_checks(self):
        """The checks as Notes, in the order of the texts."""
        found = self.checks
        return tuple([Note(code) for code in CHECKS if code in found]) if found else ()

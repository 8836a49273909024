"""The matching scheme: points, hard filters, bands and texts of the referral builder, read from data (domain 7)."""

import re
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from flask_babel import gettext as _

INACTIVE, ENDED, CLOSED = "inactive", "ended", "closed"
AGE_BELOW, AGE_ABOVE = "age-below", "age-above"
NOT_ELIGIBLE, GROUP, CLB = "ircc-not-eligible", "group-exclusive", "clb-strict"
FILTERS = (INACTIVE, ENDED, CLOSED, AGE_BELOW, AGE_ABOVE, NOT_ELIGIBLE, GROUP, CLB)

NEVER_OVERRIDDEN = (INACTIVE, ENDED)  # and therefore never turned off
# Every text of the scheme with the facts it may name in braces.
FACTS = {
    INACTIVE: (),
    ENDED: ("end_date",),
    CLOSED: (),
    AGE_BELOW: ("min_age", "age"),
    AGE_ABOVE: ("max_age", "age"),
    NOT_ELIGIBLE: (),
    GROUP: ("groups",),
    CLB: ("clb", "client_clb"),
    "why-keywords": ("n", "m", "list"),
    "why-area-primary": ("factor", "area"),
    "why-area-secondary": ("factor", "area"),
    "why-clb-none": (),
    "why-clb-in": ("client_clb", "clb"),
    "why-language": ("language",),
    "why-interpretation": (),
    "why-supports": ("list",),
    "why-location": ("municipality",),
    "why-group": ("groups",),
    **dict.fromkeys([f"check-{of}" for of in ("age", "ircc", "clb", "group")], ()),
    **dict.fromkeys([f"check-{of}" for of in ("language", "location")], ()),
    **dict.fromkeys([f"warn-{of}" for of in ("clb-near", "clb-far", "language", "location")], ()),
    "warn-supports": ("list",),
    "warn-stale": ("date",),
    "warn-waitlist": (),
    "warn-fiscal-year": ("fiscal_year",),
    "warn-duplicate": ("date", "status"),
    "no-candidates": (),
}

POINTS = {
    "area": ("primary", "secondary", "neither"),
    "clb": ("no_requirement_or_inside", "within_one_level", "further", "unknown"),
    "language": (
        "preferred_language_offered",
        "interpreter_needed_and_offered",
        "official_language_at_clb_5_or_more",
        "unknown",
        "none",
        "language_training_entries",
    ),
    "location": ("same_municipality", "online", "region_served", "unknown", "elsewhere"),
    "group": ("belongs", "none_listed_or_unknown", "does_not_belong"),
}
STALE, WAITING = "not_reviewed_within_service_review_days", "wait_list"
OLD_YEAR = "ongoing_and_fiscal_year_not_current"
PENALTIES = (STALE, WAITING, OLD_YEAR)
_IN_BRACES = re.compile(r"\{([^{}]*)\}")
_KEYWORDS = re.compile(r"matched weight / min\(total requested weight, (\d{1,3})\)")


class BadScheme(ValueError):
    """A matching scheme that cannot be used; the message names the place and what belongs there."""


@dataclass(frozen=True)
class Scheme:
    """Points, filters, bands and texts of one version of the matching scheme (``read_scheme``).

    ``points`` {part: {step: points}}, ``penalties`` {code: 0 or less}, ``bands`` ((slug, least score), …) from the
    best to the worst, ``filters`` that are on in their order, ``texts`` {code: {"en": …, "fr": …}}, ``review_days`` the setting.
    """

    version: str
    keywords_max: int
    keywords_full: int
    supports_max: int
    points: dict
    penalties: dict
    least: int
    most: int
    bands: tuple
    filters: tuple
    texts: dict
    labels: dict
    review_days: int = 180

    def band(self, score):
        """The slug of the band of a score."""
        return self._by_score[score - self.least]

    @cached_property
    def _by_score(self):
        """The slug of the band of every possible score."""
        scores = range(self.least, self.most + 1)
        return tuple(next(s for s, least in self.bands if score >= least) for score in scores)

    def held(self, total):
        """A sum of points within the score range."""
        return min(max(total, self.least), self.most)

    @cached_property
    def highest(self):
        """The highest sum of points without penalties."""
        most = sum(max(steps.values()) for steps in self.points.values())
        return most + self.keywords_max + self.supports_max

    @property
    def hidden(self):
        """The band that is not shown until somebody asks: the lowest."""
        return self.bands[-1][0]


def read_scheme(content, review_days=180):
    """The Scheme in ``content``, a dict in the shape of ``seed/matching.yaml``; raises BadScheme."""
    if not isinstance(content, dict):
        raise BadScheme(_("The matching scheme is not a list of named values."))
    points = _dict(content, "points")
    keywords, supports = _dict(points, "keywords", "points"), _dict(points, "supports", "points")
    least, most = _score_range(content.get("score_range"))
    filters = _filters(content.get("hard_filters"))
    texts = {code: _text(text, f"texts.{code}") for code, text in _dict(content, "texts").items()}
    for row in content["hard_filters"]:
        texts[row["code"]] = _text(row.get("text"), f"hard_filters.{row['code']}.text")
    for code in FACTS:
        for said in (texts.get(code) or _missing(f"texts.{code}")).values():
            if sentence := unknown_fact(code, said):
                raise BadScheme(sentence)
    penalties = _dict(points, "penalties", "points")
    bands, labels = _bands(content.get("bands"), least)
    return Scheme(
        version=str(content.get("scheme_version") or _missing("scheme_version")),
        keywords_max=_whole(keywords, "max", "points.keywords", 0, 100),
        keywords_full=_full_marks(keywords),
        supports_max=_whole(supports, "max", "points.supports", 0, 100),
        points={
            part: {
                s: _whole(_dict(points, part, "points"), s, f"points.{part}", 0, 100) for s in steps
            }
            for part, steps in POINTS.items()
        },
        penalties={
            code: _whole(penalties, code, "points.penalties", -100, 0) for code in PENALTIES
        },
        least=least,
        most=most,
        bands=bands,
        filters=filters,
        texts=texts,
        labels=labels,
        review_days=review_days,
    )


def _missing(where):
    raise BadScheme(_("“%(where)s” is missing in the matching scheme.", where=where))


def _dict(content, key, inside=""):
    where = f"{inside}.{key}" if inside else key
    found = content.get(key)
    return found if isinstance(found, dict) else _missing(where)


def _whole(content, key, inside, least, most) -> Any:
    found = content.get(key)
    if isinstance(found, bool) or not isinstance(found, int) or not least <= found <= most:
        raise BadScheme(
            _(
                "“%(where)s” must be a whole number from %(least)s to %(most)s, not %(found)s.",
                where=f"{inside}.{key}",
                least=least,
                most=most,
                found=found,
            )
        )
    return found


def _full_marks(keywords):
    found = _KEYWORDS.search(str(keywords.get("formula")))
    if not found or not int(found[1]):
        raise BadScheme(
            _(
                "“points.keywords.formula” must end with “matched weight / min(total requested weight, 8))”;"
                " only the number may be another one."
            )
        )
    return int(found[1])


def _text(text, where):
    if not isinstance(text, dict) or not text.get("en"):
        _missing(f"{where}.en")
    return {"en": text["en"], "fr": text.get("fr") or text["en"]}


def known_facts(code):
    """The facts that a text may name, as they are typed: "{n}, {m}, {list}"; "" for none."""
    return ", ".join(f"{{{fact}}}" for fact in FACTS.get(code, ()))


def unknown_fact(code, said):
    """A sentence when a text names what nobody knows there: it would stand in the list as it was typed."""
    strange = [name for name in _IN_BRACES.findall(said) if name not in FACTS.get(code, ())]
    if not strange:
        return ""
    return _(
        "“%(text)s” names %(name)s, which is not known there. It may name: %(facts)s.",
        text=said,
        name=f"{{{strange[0]}}}",
        facts=known_facts(code) or _("nothing"),
    )


def _score_range(found):
    if (
        not isinstance(found, list)
        or len(found) != 2
        or not all(isinstance(n, int) for n in found)
        or not 0 <= found[0] < found[1] <= 1000
    ):
        raise BadScheme(_("“score_range” must be two whole numbers, such as [0, 100]."))
    return found


def always_on(rows):
    """A sentence for each hard filter that is off although no worker may choose against it (domain 7)."""
    for row in rows:
        if row.get("off") and row["code"] in NEVER_OVERRIDDEN:
            yield _(
                "This filter cannot be turned off: nobody is referred to a service that is not active"
                " or has ended."
            )


def _filters(rows):
    is_list = isinstance(rows, list) and all(isinstance(row, dict) for row in rows)
    codes = [row.get("code") for row in rows] if is_list else []
    if sorted(codes, key=str) != sorted(FILTERS):
        raise BadScheme(
            _("“hard_filters” must hold each of these once: %(codes)s.", codes=", ".join(FILTERS))
        )
    for row in rows:
        _whole(row, "order", f"hard_filters.{row['code']}", 0, 1000)
    for sentence in always_on(rows):
        raise BadScheme(sentence)
    asked = sorted((row for row in rows if not row.get("off")), key=lambda row: row["order"])
    return tuple(row["code"] for row in asked)


def _bands(rows, least):
    if not isinstance(rows, list) or not rows or not all(isinstance(row, dict) for row in rows):
        _missing("bands")
    bands, labels = [], {}
    for row in rows:
        slug = str(row.get("slug") or _missing("bands.slug"))
        bands.append((slug, _whole(row, "min", f"bands.{slug}", 0, 1000)))
        labels[slug] = _text(row.get("label"), f"bands.{slug}.label")
    bands.sort(key=lambda band: -band[1])
    if bands[-1][1] > least or len(labels) != len(bands):
        raise BadScheme(_("“bands” must reach down to the lowest score, each with its own slug."))
    return tuple(bands), labels

"""The matching rule once more, one service after the other, word for word as ``seed/matching.yaml`` says it.

Slow and obvious on purpose: the catalogue's bit sets must agree with it for any services and any person.
"""

import datetime
from fractions import Fraction
from math import floor

ORDER = (
    "inactive",
    "ended",
    "closed",
    "age-below",
    "age-above",
    "ircc-not-eligible",
    "group-exclusive",
    "clb-strict",
)


def half_up(number):
    return floor(number + Fraction(1, 2))


def retrieved(entry, need):
    keywords = [slug for slug, _weight in need.keywords]
    by_area = entry.area in need.primary or entry.area in need.secondary
    return by_area or any(slug in entry.keywords for slug in keywords)


def level_of(entry, person):
    return person.clb_fr if list(entry.languages) == ["fr"] else person.clb_en


def listed_groups(entry):
    return [] if "everyone" in entry.groups else list(entry.groups)


def knows_no_group(entry, person):
    return any(group in person.unknown_groups for group in listed_groups(entry))


def belongs(entry, person):
    return any(group in person.groups for group in listed_groups(entry))


def failures(entry, person, on):
    age, level = person.age, level_of(entry, person)
    groups = listed_groups(entry)
    return {
        "inactive": not entry.is_active,
        "ended": entry.end is not None and entry.end < on,
        "closed": entry.intake == "closed",
        "age-below": None not in (age, entry.min_age) and age < entry.min_age,
        "age-above": None not in (age, entry.max_age) and age > entry.max_age,
        "ircc-not-eligible": entry.funding == "ircc" and person.eligibility == "no",
        "group-exclusive": entry.groups_exclusive
        and len(groups) > 0
        and not belongs(entry, person)
        and not knows_no_group(entry, person),
        "clb-strict": entry.clb_strict
        and len(entry.clb) > 0
        and level is not None
        and level not in entry.clb,
    }


def first_failure(entry, person, on):
    found = failures(entry, person, on)
    return next((code for code in ORDER if found[code]), None)


def keyword_points(entry, need):
    total = sum(weight for _slug, weight in need.keywords)
    matched = sum(weight for slug, weight in need.keywords if slug in entry.keywords)
    return min(40, half_up(Fraction(40 * matched, min(total, 8)))) if total else 0


def area_points(entry, need):
    return 15 if entry.area in need.primary else 8 if entry.area in need.secondary else 0


def clb_points(entry, person):
    level = level_of(entry, person)
    if not entry.clb:
        return 10, None, None
    if level is None:
        return 5, "check-clb", None
    distance = min(abs(level - listed) for listed in entry.clb)
    if distance == 0:
        return 10, None, None
    return (5, None, "warn-clb-near") if distance == 1 else (0, None, "warn-clb-far")


def language_points(entry, person):
    official = {"en": person.clb_en, "fr": person.clb_fr}
    if entry.area == "language-training":
        return 8, None, None
    if not person.languages or not entry.languages:
        return 5, "check-language", None
    if set(person.languages) & set(entry.languages):
        return 10, None, None
    if person.needs_interpreter and "interpretation" in entry.supports:
        return 8, None, None
    if any(code in entry.languages and (level or 0) >= 5 for code, level in official.items()):
        return 6, None, None
    return 0, None, "warn-language"


def support_points(entry, person):
    needed = set(person.supports)
    if not needed:
        return 10, None, None
    offered = needed & set(entry.supports)
    points = half_up(Fraction(10 * len(offered), len(needed)))
    return points, None, None if offered == needed else "warn-supports"


def location_points(entry, person):
    if not person.municipality or not entry.municipality:
        return 5, "check-location", None
    if person.municipality.lower() == entry.municipality.lower():
        return 10, None, None
    if entry.delivery == "online":
        return 7, None, None
    if person.municipality.lower() in [region.lower() for region in entry.regions]:
        return 5, None, None
    return 0, None, "warn-location"


def group_points(entry, person):
    if not listed_groups(entry):
        return 2, None, None
    if belongs(entry, person):
        return 5, None, None
    if knows_no_group(entry, person):
        return 2, "check-group", None
    return 0, None, None


def penalties(entry, on, review_days):
    first_year = on.year if on.month >= 4 else on.year - 1
    current = f"F{first_year}-{first_year + 1}"
    found = []
    if (on - entry.reviewed).days > review_days:
        found.append("warn-stale")
    if entry.intake == "waitlist":
        found.append("warn-waitlist")
    if entry.duration == "ongoing" and entry.fiscal_year < current:
        found.append("warn-fiscal-year")
    return found


def scored(entry, need, person, on, review_days=180):
    """{"score", "points", "checks" (a set), "warnings" (a set)} of one entry."""
    ladders = {
        "clb": clb_points(entry, person),
        "language": language_points(entry, person),
        "supports": support_points(entry, person),
        "location": location_points(entry, person),
        "group": group_points(entry, person),
    }
    faults = penalties(entry, on, review_days)
    points = {part: found for part, (found, _check, _warning) in ladders.items()}
    points["keywords"], points["area"] = keyword_points(entry, need), area_points(entry, need)
    points["penalties"] = -5 * len(faults)
    checks = {check for _points, check, _warning in ladders.values() if check}
    has_limits = entry.min_age is not None or entry.max_age is not None
    if has_limits and (person.age is None or person.is_age_estimated):
        checks.add("check-age")
    if entry.funding == "ircc" and person.eligibility == "check":
        checks.add("check-ircc")
    warnings = {warning for _points, _check, warning in ladders.values() if warning}
    return {
        "score": max(0, min(100, sum(points.values()))),
        "points": points,
        "checks": checks,
        "warnings": warnings | set(faults),
    }


def place_in_order(entry, found, person, on):
    dated = entry.duration == "dates" and entry.start is not None
    never = datetime.date.max.toordinal()
    return (
        -found["score"],
        -found["points"]["keywords"],
        -found["points"]["area"],
        len(found["checks"]),
        0 if person.eligibility == "yes" and entry.funding == "ircc" else 1,
        entry.start if dated else on,
        never - entry.reviewed.toordinal(),
        entry.name.casefold(),
        entry.location.casefold(),
        entry.id,
    )


def match(entries, need, person, on):
    """([(entry id, scored)] in order, {entry id: code of the first failing filter})."""
    ranked, excluded = [], {}
    for entry in entries:
        if not retrieved(entry, need):
            continue
        code = first_failure(entry, person, on)
        if code:
            excluded[entry.id] = code
        else:
            ranked.append((entry, scored(entry, need, person, on)))
    ranked.sort(key=lambda pair: place_in_order(*pair, person, on))
    return [(entry.id, found) for entry, found in ranked], excluded

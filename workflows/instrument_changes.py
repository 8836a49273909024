"""What differs between two versions of an instrument, place by place, in words a person can check."""

from dataclasses import dataclass

from flask_babel import gettext as _

from models import N_

SKIPPED = ("schema_version", "matrix_version", "scheme_version", "order", "calibration")
# What a row of a list is known by: whichever of these it has first.
NAMES = ("slug", "factor", "code", "level")
WORDS = {
    "label": N_("Name"),
    "capacity_prompt": N_("What to look at"),
    "kind": N_("Who is asked"),
    "min_age": N_("Youngest age"),
    "max_age": N_("Oldest age"),
    "weight": N_("Weight"),
    "household_shared": N_("Offered to the second adult"),
    "critical_at_level_1": N_("Critical at level 1"),
    "retired": N_("Retired"),
    "en": N_("English"),
    "fr": N_("French"),
    "primary": N_("First choice"),
    "secondary": N_("Can also help"),
    "need": N_("Need"),
    "strength": N_("Strength"),
    "band": N_("Shown at"),
    "keywords": N_("Keywords"),
    "area": N_("Area of focus"),
    "clb": N_("Language level (CLB)"),
    "language": N_("Language of service"),
    "supports": N_("Support services"),
    "location": N_("Place"),
    "group": N_("Focus group"),
    "penalties": N_("Taken away"),
    "hard_filters": N_("Left out"),
    "off": N_("Turned off"),
    "texts": N_("Words"),
    "cma_topic": N_("CMA topic"),
    "formula": N_("How it is counted"),
    "factor_levels": N_("Levels of a factor"),
    "overall_levels": N_("Level of need"),
    "minimum_answered_share": N_("Share of questions answered"),
    "minimum_scored_share_of_applicable_factors": N_("Share of factors scored"),
    "requires_all_applicable_critical_questions": N_("Every critical question answered"),
    "min_score": N_("begins at"),
    "min_index": N_("begins at"),
    "min": N_("begins at"),
}


@dataclass(frozen=True)
class Difference:
    """One place that differs: ``where`` are its words from the outside in; ``before`` or ``now`` is "" for none."""

    where: tuple
    before: str
    now: str


def differences(before, now, name_of=str):
    """[Difference, …] between two contents of one kind, in the order of the new one.

    ``name_of(slug)`` gives what people call a keyword, an area, a factor or a level.
    """
    return list(_dicts(before, now, (), name_of))


def _dicts(before, now, where, name_of):
    for key in [*now, *(key for key in before if key not in now)]:
        if key in SKIPPED or before.get(key) == now.get(key):
            continue
        inside = (*where, _(WORDS[key])) if key in WORDS else where
        if not WORDS.get(key) and not isinstance(now.get(key, before.get(key)), dict | list):
            inside = (*where, name_of(key))
        yield from _values(before.get(key), now.get(key), inside, name_of)


def _values(before, now, where, name_of):
    if isinstance(before, dict) and isinstance(now, dict):
        yield from _dicts(before, now, where, name_of)
    elif _is_rows(before) and _is_rows(now):
        yield from _rows(before, now, where, name_of)
    else:
        yield Difference(where, _shown(before, name_of), _shown(now, name_of))


def _is_rows(value):
    return isinstance(value, list) and bool(value) and all(_key(row) is not None for row in value)


def _key(row):
    return next((row[n] for n in NAMES if n in row), None) if isinstance(row, dict) else None


def _rows(before, now, where, name_of):
    old, new = {_key(row): row for row in before}, {_key(row): row for row in now}
    for key, row in new.items():
        called = (*where, _called(row, name_of))
        if key not in old:
            yield Difference(called, "", _("Added"))
        else:
            yield from _dicts(old[key], row, called, name_of)
    for key, row in old.items():
        if key not in new:
            yield Difference((*where, _called(row, name_of)), _called(row, name_of), _("Taken out"))
    places = [key for key in old if key in new], [key for key in new if key in old]
    # Keywords stand by their weight, which says so itself.
    if places[0] != places[1] and ("label" in now[0] or "weight" not in now[0]):
        orders = [" · ".join(_called(new[key], name_of) for key in keys) for keys in places]
        yield Difference((*where, _("Order")), *orders)


def _called(row, name_of):
    if isinstance(row.get("level"), int):
        return _("Level %(number)s", number=row["level"])
    for words in (row.get("label"), row.get("text"), row):
        if isinstance(words, dict) and words.get("en"):
            return name_of(words)
    return name_of(_key(row))


def _shown(value, name_of):
    if value is None or value == "":
        return ""
    if isinstance(value, bool):
        return _("Yes") if value else _("No")
    if isinstance(value, list):
        return ", ".join(_shown(each, name_of) for each in value)
    if isinstance(value, dict):
        return name_of(value) if "en" in value else ", ".join(map(str, value.values()))
    return str(value) if isinstance(value, int | float) else name_of(value)

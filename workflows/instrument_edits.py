"""What an administrator does to the draft of an instrument, one part at a time.

Each function takes the content of a draft (a dict in the shape of its file) and returns a changed copy.  Short names are
made here once and never change (R-TAX-1).  KeyError when the content has no such part.
"""

import copy
import re
from functools import wraps

from models import normalise
from workflows.schedule import LEVELS

LONGEST_SLUG = 80
NEW = "new"  # what an address calls a part that is about to be added: no factor is named so


def factor_of(content, slug):
    """The row of one factor of a matrix; KeyError."""
    return _one(content["factors"], "slug", slug)


def question_of(content, factor, slug):
    """The row of one question of a matrix; KeyError."""
    return _one(factor_of(content, factor)["questions"], "slug", slug)


def guidance_of(content, factor):
    """The row of one factor of the suggestions; KeyError."""
    return _one(content["factors"], "factor", factor)


def _one(rows, name, slug):
    for row in rows:
        if row[name] == slug:
            return row
    raise KeyError(slug)


def said(english, french):
    """A text in both languages; the French is left out where there is none."""
    return {"en": english or "", "fr": french or ""}


def short_name(start, words, taken):
    """A free short name of at most 80 characters: ``start``, if any, and the first words of ``words``."""
    first = re.findall("[a-z0-9]+", normalise(words))[:5] or ([] if start else ["factor"])
    base = "-".join([start, *first] if start else first)[: LONGEST_SLUG - 4].rstrip("-")
    name, number = base, 2
    while name in taken:
        name, number = f"{base}-{number}", number + 1
    return name


def _edit(change):
    """``change(content, …)`` done to a copy of the content, which is returned; the content stays as it was."""

    @wraps(change)
    def changed(content, *args, **values):
        content = copy.deepcopy(content)
        change(content, *args, **values)
        return content

    return changed


# ---- Matrix ----------------------------------------------------------------------------------------------------------


@_edit
def change_factor(content, slug, **values):
    """Set label, capacity_prompt, applies_if, weight or household_shared of a factor."""
    factor_of(content, slug).update(values)


def add_factor(content, **values):
    """Add a factor at the end, its short name made from its English name; returns (content, slug).

    It has no question yet, so the draft is not put in force before it has one.
    """
    content = copy.deepcopy(content)
    taken = {NEW, *(row["slug"] for row in content["factors"])}
    slug = short_name("", values["label"]["en"], taken)
    row = {"order": len(content["factors"]) + 1, "slug": slug}
    content["factors"].append(row | values | {"questions": []})
    return content, slug


@_edit
def move_factor(content, slug, by):
    """Move a factor up (-1) or down (1) in the asking order."""
    _move(content["factors"], factor_of(content, slug), by)


@_edit
def retire_factor(content, slug, is_retired=True):
    """Stop asking a factor, or ask it again."""
    _retire(factor_of(content, slug), is_retired)


@_edit
def remove_factor(content, slug):
    """Take out a factor that was never in force."""
    content["factors"].remove(factor_of(content, slug))
    _number(content["factors"])


def save_question(content, factor, slug, text, anchors, is_critical):
    """Change a question, or add one at the end when ``slug`` is None; returns (content, slug).

    ``text`` is {"en", "fr"}, ``anchors`` five such texts for the levels 1 to 5.
    """
    content = copy.deepcopy(content)
    rows = factor_of(content, factor)["questions"]
    if slug is None:
        taken = {q["slug"] for each in content["factors"] for q in each["questions"]}
        slug = short_name(factor, text["en"], taken)
        rows.append({"order": len(rows) + 1, "slug": slug})
    row = _one(rows, "slug", slug)
    row.update(
        critical_at_level_1=bool(is_critical),
        text=text,
        levels=[{"level": n, **anchor} for n, anchor in enumerate(anchors, 1)],
    )
    return content, slug


@_edit
def move_question(content, factor, slug, by):
    """Move a question up (-1) or down (1) among those of its factor."""
    rows = factor_of(content, factor)["questions"]
    _move(rows, _one(rows, "slug", slug), by)


def _move(rows, row, by):
    here = rows.index(row)
    there = min(max(here + by, 0), len(rows) - 1)
    rows.insert(there, rows.pop(here))
    _number(rows)


@_edit
def retire_question(content, factor, slug, is_retired=True):
    """Stop asking a question, or ask it again."""
    _retire(question_of(content, factor, slug), is_retired)


@_edit
def remove_question(content, factor, slug):
    """Take out a question that was never in force."""
    rows = factor_of(content, factor)["questions"]
    rows.remove(_one(rows, "slug", slug))
    _number(rows)


def _number(rows):
    for number, row in enumerate(rows, 1):
        row["order"] = number


def _retire(row, is_retired):
    row.pop("retired", None)
    if is_retired:
        row["retired"] = True


# ---- Suggestions -----------------------------------------------------------------------------------------------------


def new_guidance(factor):
    """The row of a factor that suggests nothing yet."""
    return {
        "factor": factor,
        "areas": {"primary": [], "secondary": []},
        "keywords": [],
        "driving_statements": {},
        "actions": [],
    }


@_edit
def change_guidance(content, factor, cma_topic, areas, keywords, statements, actions):
    """Replace what a factor suggests; one that suggests nothing yet gets its row.

    ``areas`` {"primary": [slug], "secondary": [slug]}; ``keywords`` [(slug, weight)], the heaviest first in the result;
    ``statements`` {"need": text, "strength": text}; ``actions`` [(slug or None, band, text, is_retired)].
    """
    if all(row["factor"] != factor for row in content["factors"]):
        content["factors"].append(new_guidance(factor))
    row = guidance_of(content, factor)
    taken = {a["slug"] for each in content["factors"] for a in each.get("actions") or ()}
    made = []
    for slug, band, text, is_retired in actions:
        slug = slug or _next_action(factor, taken)
        taken.add(slug)
        action = {"slug": slug, "band": band, **text}
        _retire(action, is_retired)
        made.append(action)
    weighed = sorted(keywords, key=lambda pair: -pair[1])
    row.update(
        cma_topic=cma_topic,
        areas={name: list(slugs) for name, slugs in areas.items()},
        keywords=[{"slug": slug, "weight": weight} for slug, weight in weighed],
        driving_statements=statements,
        actions=made,
    )


def _next_action(factor, taken):
    number = 1
    while f"{factor}-{number}" in taken:
        number += 1
    return f"{factor}-{number}"


# ---- Scoring and matching ----------------------------------------------------------------------------------------------


@_edit
def change_scoring(content, factor_cuts, overall_cuts, answered, scored, needs_critical):
    """Set the cut points ({level: least}, the last one is 0), both shares (0.8, "2/3") and the rule of critical ones."""
    content["factor_levels"] = _cuts(factor_cuts, "min_score")
    content["overall_levels"] = _cuts(overall_cuts, "min_index")
    content["factor_score"]["minimum_answered_share"] = answered
    index = content["need_index"]
    index["minimum_scored_share_of_applicable_factors"] = scored
    index["requires_all_applicable_critical_questions"] = bool(needs_critical)


@_edit
def change_overall_cuts(content, cuts):
    """Set only the cut points of the overall levels, such as those of a recalibration."""
    content["overall_levels"] = _cuts(cuts, "min_index")


def _cuts(least, name):
    return [{"level": level, name: least.get(level, 0)} for level in LEVELS]


WHY, CHECK, WARN, LEFT_OUT, BANDS = "why", "check", "warn", "left-out", "bands"
NO_CANDIDATES = "no-candidates"
FULL = ("full",)
FORMULA = (
    "min({most}, round-half-up({most} * matched weight / min(total requested weight, {full})))"
)


def matching_numbers(content, places):
    """{place: number} of a matching scheme, such as {("points", "area", "primary"): 15, ("full",): 8}."""
    found = {}
    for place in places:
        part = content
        for name in place if place != FULL else ():
            part = _inside(part, name)
        found[place] = part
    if FULL in found:
        formula = content["points"]["keywords"]["formula"]
        found[FULL] = int(formula.rpartition("weight, ")[2].rstrip(")"))
    return found


@_edit
def change_matching(content, numbers):
    """Set numbers by their place, such as {("points", "area", "primary"): 15, ("bands", "strong", "min"): 70}."""
    for place, number in numbers.items():
        if place == FULL:
            continue
        *path, last = place
        part = content
        for name in path:
            part = _inside(part, name)
        part[last] = number
    words = content["points"]["keywords"]
    full = numbers.get(FULL) or matching_numbers(content, [FULL])[FULL]
    words["formula"] = FORMULA.format(most=words["max"], full=full)


def matching_texts(content, kind):
    """{code: text} of a matching scheme: its reasons ("why"), "check", "warn", "left-out" ones, or "bands"."""
    if kind == LEFT_OUT:
        return {row["code"]: row["text"] for row in content["hard_filters"]}
    if kind == BANDS:
        names = {row["slug"]: row["label"] for row in content["bands"]}
        return names | {NO_CANDIDATES: content["texts"][NO_CANDIDATES]}
    return {code: text for code, text in content["texts"].items() if code.startswith(f"{kind}-")}


@_edit
def change_texts(content, kind, texts):
    """Set texts of one kind, {code: {"en", "fr"}}."""
    for code, text in texts.items():
        matching_texts(content, kind)[code].update(text)


@_edit
def move_filter(content, code, by):
    """Ask a hard filter earlier (-1) or later (1): the first one that fails is the reason shown."""
    rows = content["hard_filters"]
    rows.sort(key=lambda row: row["order"])
    _move(rows, _one(rows, "code", code), by)


@_edit
def turn_filter(content, code, is_off):
    """Turn a hard filter off, or on again."""
    row = _one(content["hard_filters"], "code", code)
    row.pop("off", None)
    if is_off:
        row["off"] = True


def _inside(part, name):
    return _one(part, "slug", name) if isinstance(part, list) else part[name]

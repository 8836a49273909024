"""The instruments: questions, scoring, suggestions and matching, each kept as versions (decision 0.8).

One version of each kind is in force; a new one begins as a draft, and what was finished keeps the one it was made with
(R-SCO-5).  The content of a version has the shape of its file in ``seed``.
"""

import copy

from flask_babel import gettext as _

from models import (
    ACTIONS,
    CURRENT,
    DRAFT,
    MATCHING,
    MATRIX,
    RETIRED,
    SCORING,
    AreaOfFocus,
    DrivingStatement,
    FactorResult,
    Goal,
    Instrument,
    Keyword,
    database,
    now,
)
from workflows import audit, matching_scheme, needs_matrix, records, settings
from workflows.records import Problem, delete_rule, rule

# Where a content says which version it is; the suggestions do not.
VERSION_KEYS = {MATRIX: "matrix_version", SCORING: "scheme_version", MATCHING: "scheme_version"}
READERS = {
    MATRIX: needs_matrix.read_instrument,
    SCORING: needs_matrix.read_scheme,
    ACTIONS: needs_matrix.read_suggestions,
    MATCHING: matching_scheme.read_scheme,
}
MOVES = {(None, DRAFT), (None, CURRENT), (DRAFT, CURRENT), (CURRENT, RETIRED)}


class NotThere(LookupError):
    """No version of a kind is in force, or none has that name: the reference data was never loaded."""


class _Kept:
    """What this process remembers: (revision and database, {key: value})."""

    memory = ((None, None), {})


def _memory():
    stamp = (settings.revision(), database.obj)
    if _Kept.memory[0] != stamp:
        _Kept.memory = (stamp, {})
    return _Kept.memory[1]


def name_in_force(kind):
    """The name of the version of ``kind`` in force, such as "2026.1"; raises NotThere."""
    known = _memory()
    if kind not in known:
        row = Instrument.in_force(kind).first()
        if row is None:
            raise NotThere(
                _("No version of this instrument is in force. Load the reference data: flask seed.")
            )
        known[kind] = row.name
        known[(kind, row.name)] = row.content
    return known[kind]


def in_force(kind):
    """The content of the version of ``kind`` in force, shared and therefore only read; raises NotThere."""
    return by_name(kind, name_in_force(kind))


def by_name(kind, name):
    """The content of one version, in force, retired or draft, shared and therefore only read; raises NotThere."""
    known = _memory()
    if (kind, name) not in known:
        row = Instrument.get_or_none(Instrument.kind == kind, Instrument.name == name)
        if row is None:
            raise NotThere(_("There is no version %(name)s of this instrument.", name=name))
        known[(kind, name)] = row.content
    return known[(kind, name)]


def parsed(kind, reader, name=None):
    """``reader(content)`` of a version (the one in force unless ``name`` says another), worked out once a process."""
    name = name or name_in_force(kind)
    known, key = _memory(), (kind, name, reader)
    if key not in known:
        known[key] = reader(by_name(kind, name))
    return known[key]


# ---- Versions --------------------------------------------------------------------------------------------------------


def next_name(kind):
    """A free name for the next version: 2026.2 after 2026.1."""
    names = Instrument.select(Instrument.name).where(Instrument.kind == kind).tuples()
    taken, year, number = {name for (name,) in names}, settings.today().year, 1
    while f"{year}.{number}" in taken:
        number += 1
    return f"{year}.{number}"


def draft_of(kind):
    """The draft of a kind that somebody began; None when there is none."""
    drafts = Instrument.select().where(Instrument.kind == kind, Instrument.state == DRAFT)
    return drafts.order_by(Instrument.id).first()


def new_version(kind):
    """The draft of a kind: the one that somebody began, else a copy of the version in force with the next free name."""
    with database.atomic():
        draft = draft_of(kind)
        if draft is None:
            name, content = next_name(kind), copy.deepcopy(in_force(kind))
            if kind in VERSION_KEYS:
                content[VERSION_KEYS[kind]] = name
            draft = Instrument(kind=kind, name=name, content=content)
            records.save(draft)
    return draft


def change(draft, content, version=None):
    """Save the edited content of a draft; raises Refused, or Conflict when ``version`` is not the newest."""
    draft.content = content
    records.save(draft, version=version)


def publish(draft, version=None):
    """Put a draft in force and retire the version that was, in one transaction; raises Refused or Conflict."""
    with database.atomic():
        former = list(Instrument.in_force(draft.kind))
        draft.state, draft.published_at = CURRENT, now()
        draft.published_by_name = audit.actor.get().name
        records.save(draft, version=version, reason=_("Put in force"))
        for one in former:
            one.state = RETIRED
            records.save(one, reason=_("Replaced by version %(name)s", name=draft.name))


# ---- What makes a version usable -------------------------------------------------------------------------------------


def problems(kind, content):
    """What is wrong with a content, as [(place or "", sentence)]; nothing when it may be put in force."""
    try:
        made = READERS[kind](content)
    except needs_matrix.Unusable as unusable:
        return unusable.problems
    except matching_scheme.BadScheme as bad:
        return [("", str(bad))]
    return list(_strangers(made)) if kind == ACTIONS else []


def _strangers(suggestions):
    """Keywords, areas and factors that are not in the agency's lists or in the matrix in force."""
    words = {slug for (slug,) in Keyword.select(Keyword.slug).tuples()}
    areas = {slug for (slug,) in AreaOfFocus.select(AreaOfFocus.slug).tuples()}
    factors = {row["slug"] for row in in_force(MATRIX)["factors"]}
    for each in suggestions.guidance:
        unknown = [slug for slug, _weight in each.keywords if slug not in words]
        unknown += [slug for slug in (*each.primary, *each.secondary) if slug not in areas]
        unknown += [each.factor] if each.factor not in factors else []
        for slug in unknown:
            yield each.factor, _("“%(name)s” is in none of the agency’s lists.", name=slug)


def uses_of(factor):
    """What refers to a factor: {"results", "statements", "goals": rows, "guidance": what it suggests now or None}."""
    rows = in_force(ACTIONS)["factors"]
    found = {"guidance": next((row for row in rows if row["factor"] == factor), None)}
    kinds = {"results": FactorResult, "statements": DrivingStatement, "goals": Goal}
    return found | {
        name: model.select().where(model.factor == factor).count() for name, model in kinds.items()
    }


def slugs(kind, content):
    """The short names in a content that answers, statements and plans refer to."""
    if kind == MATRIX:
        found = {row["slug"] for row in content["factors"]}
        return found | {q["slug"] for row in content["factors"] for q in row["questions"]}
    if kind == ACTIONS:
        found = {row["factor"] for row in content["factors"]}
        return found | {a["slug"] for row in content["factors"] for a in row.get("actions") or ()}
    return set()


@rule(Instrument)
def versions_keep_what_they_are(change):
    """R-SCO-5: what was in force never changes; a draft may only be put in force, and that only be retired."""
    record, before = change.record, change.before
    if before and before.state != DRAFT and change.changed("content", "kind", "name"):
        words = _("This version was in force, so it stays as it is. Make a new version instead.")
        yield Problem("content", words)
    if change.changed("state") and (before and before.state, record.state) not in MOVES:
        yield Problem("state", _("Only a draft can be put in force."))


@rule(Instrument)
def short_names_stay(change):
    """R-TAX-1: a question or action that was in force is retired, never removed, and keeps its short name."""
    record = change.record
    if not change.changed("content", "state") or record.state == RETIRED:
        return
    former = Instrument.in_force(record.kind).where(Instrument.id != (record.id or 0)).first()
    if former is None:
        return
    gone = slugs(record.kind, former.content) - slugs(record.kind, record.content)
    for slug in sorted(gone):
        words = _("“%(name)s” was in force: it can be retired, but not removed.", name=slug)
        yield Problem("content", words)


@rule(Instrument)
def only_a_usable_version_is_in_force(change):
    """A version that cannot be read whole is not put in force; each mistake is named."""
    if change.record.state == CURRENT and change.changed("state"):
        for place, sentence in problems(change.record.kind, change.record.content):
            words = (
                _("%(place)s: %(problem)s", place=place, problem=sentence) if place else sentence
            )
            yield Problem("content", words)


@rule(Instrument)
def some_filters_stay_on(change):
    """Domain 7: not active and ended are never chosen against, so they are not turned off either."""
    if change.record.kind == MATCHING and change.changed("content"):
        for sentence in matching_scheme.always_on(change.record.content["hard_filters"]):
            yield Problem("content", sentence)


@delete_rule(Instrument)
def only_drafts_are_deleted(change):
    if change.record.state != DRAFT:
        yield Problem("", _("Only a draft can be deleted. Finished assessments need this version."))

"""What of the database belongs to the file of a household, found by the foreign keys of all tables (R-RET-2).

Whatever has a key that leads to the household or its people is among it, so a table of tomorrow is too.  Drafts, saved
filters and attachments name what they belong to in other ways; those are looked into.
"""

import re
from dataclasses import dataclass
from urllib.parse import parse_qs

from peewee import ForeignKeyField

from models import (
    TABLES,
    THROUGH,
    Attachment,
    CaseNote,
    Client,
    DistributionLog,
    Draft,
    DrivingStatement,
    Goal,
    HomeVisit,
    Household,
    IncidentReport,
    NeedsAssessment,
    OutboxMessage,
    Referral,
    SavedFilter,
    SettlementPlan,
)
from workflows import references, unsaved
from workflows.rows import chunks

# Names under which drafts and saved filters hold ids of what goes.
NAMED = {
    **references.NAMED,
    Referral: ("referral", "referrals", "offered"),
    NeedsAssessment: ("assessment",),
    SettlementPlan: ("plan",),
    Goal: ("goal",),
    CaseNote: ("note",),
    HomeVisit: ("visit",),
    IncidentReport: ("incident",),
}


@dataclass(frozen=True)
class Contents:
    """What of the database belongs to a file.

    ``rows`` {model: ids} go; ``moved`` {model: ids} go along with people who are in another file now; the text of the
    messages ``emptied`` goes, because they were about other people too.
    """

    rows: dict
    moved: dict
    emptied: tuple


# ---- What belongs to a file ----------------------------------------------------------------------------------------------


def contents(household):
    """The Contents of a household's file, found by the foreign keys of all tables."""
    rows, moved = {Household: {household.id}}, {}
    for model in (*TABLES, *THROUGH):
        ids = set()
        for field in leading(model, rows):
            ids |= linked(model.id, field, rows[field.rel_model])
        if stray := _strays(model, ids, rows):
            moved[model] = stray
        if model is DrivingStatement:
            continue  # it may be of a referral that names nobody: see below
        if ids - stray or model is Household:
            rows[model] = rows.get(model, set()) | ids - stray
    _add_statements(rows)
    emptied = _add_messages(rows)
    _add_drafts(rows)
    for model, ids in list(rows.items()):
        owned = linked(Attachment.id, Attachment.owner_id, ids, model._meta.table_name)
        if owned:
            rows.setdefault(Attachment, set()).update(owned)
    return Contents(rows, moved, emptied)


def leading(model, rows):
    """The foreign keys of a table to what goes; those that are emptied by themselves lead nowhere."""
    return [
        field
        for field in model._meta.sorted_fields
        if isinstance(field, ForeignKeyField)
        and field.rel_model in rows
        and field.rel_model is not model
        and field.on_delete != "SET NULL"
    ]


def _strays(model, ids, rows):
    """Those of ``ids`` that name a person who is in another file now and can go there."""
    fields = model._meta.fields
    person = fields.get("client")
    if not ids or person is None or getattr(person, "rel_model", None) is not Client:
        return set()
    tied = [f for f in leading(model, rows) if f.name not in ("client", "household")]
    if any(not field.null for field in tied):
        return set()
    there = {}
    for some in chunks(ids):
        there |= dict(model.select(model.id, person).where(model.id.in_(some)).tuples())
    members = rows.get(Client, set())
    return {key for key, client in there.items() if client is not None and client not in members}


def _add_statements(rows):
    """Driving statements of the people, and those of their referrals that belong to no other."""
    through = DrivingStatement.referrals.get_through_model()
    mine = linked(DrivingStatement.id, DrivingStatement.client, rows.get(Client, set()))
    served = linked(through.drivingstatement, through.referral, rows.get(Referral, set()))
    others = {
        key
        for some in chunks(served)
        for key, referral, client in through.select(
            through.drivingstatement, through.referral, DrivingStatement.client
        )
        .join(DrivingStatement)
        .where(through.drivingstatement.in_(some))
        .tuples()
        if referral not in rows[Referral] or client not in (None, *rows.get(Client, ()))
    }
    if found := mine | served - others:
        rows[DrivingStatement] = found
        rows.setdefault(through, set()).update(linked(through.id, through.drivingstatement, found))


def _add_messages(rows):
    """Messages about these referrals only go; ids of those that were about others too are returned."""
    logged = rows.get(DistributionLog, set())
    touched = linked(DistributionLog.message, DistributionLog.id, logged) - {None}
    shared = {
        message
        for some in chunks(touched)
        for message, key in DistributionLog.select(DistributionLog.message, DistributionLog.id)
        .where(DistributionLog.message.in_(some))
        .tuples()
        if key not in logged
    }
    if touched - shared:
        rows[OutboxMessage] = touched - shared
    return tuple(sorted(shared))


def _add_drafts(rows):
    """Work begun, forms kept and saved filters that name what goes."""
    named = {name: _texts(rows[m]) for m, names in NAMED.items() if m in rows for name in names}
    pages = {f"/{unsaved.address(model)}/": _texts(ids) for model, ids in rows.items()}
    people = rows.get(Client, set())
    for draft in Draft.select():
        path, _mark, query = draft.path.partition("?")
        asked = {name: set(values) for name, values in parse_qs(query).items()}
        on_page = any(path.startswith(at) and asked.get("id", set()) & pages[at] for at in pages)
        names_it = any(asked.get(name, set()) & ids for name, ids in named.items())
        if (
            on_page
            or names_it
            or draft.client_id in people
            or _mentions(draft.answers, named, rows)
        ):
            rows.setdefault(Draft, set()).add(draft.id)
    _add_kept_forms(rows)
    for saved in SavedFilter.select():
        if _mentions(saved.arguments, named, rows):
            rows.setdefault(SavedFilter, set()).add(saved.id)


def _add_kept_forms(rows):
    """What was typed on pages of this work and waits in a browser that was signed out meanwhile."""
    begun = {d.id: d.path for d in Draft.select(Draft.id, Draft.path) if d.path}
    paths = tuple(begun[key] for key in rows.get(Draft, ()) if key in begun)
    beneath = {key for key, path in begun.items() if paths and path.startswith(paths)}
    if beneath:
        rows[Draft] |= beneath


def _texts(ids):
    return {str(key) for key in ids}


def _mentions(value, named, rows, ids=frozenset()):
    """True when a value of a draft holds one of ``ids``, or one of those that stand under the names of ``named``."""
    if isinstance(value, dict):
        people = _texts(rows.get(Client, ()))
        return any(
            key.startswith("interview-")
            and key.removeprefix("interview-") in people
            or _mentions(inner, named, rows, named.get(key.rpartition("-")[2], frozenset()))
            for key, inner in value.items()
        )
    if isinstance(value, list):
        return any(_mentions(inner, named, rows, ids) for inner in value)
    return bool(ids) and bool(ids & set(re.findall(r"\d+", str(value))))


def linked(key, field, targets, table=None):
    """Values of ``key`` in the rows whose ``field`` is one of ``targets``."""
    found = set()
    for some in chunks(targets):
        query = key.model.select(key).where(field.in_(some))
        if table:
            query = query.where(Attachment.owner_table == table)
        found |= {value for (value,) in query.tuples()}
    return found


def tables():
    """Every table that can hold rows of a file, through tables too."""
    reached = {Household: (), Attachment: (), Draft: (), SavedFilter: (), OutboxMessage: ()}
    for model in (*TABLES, *THROUGH):
        if leading(model, reached):
            reached[model] = ()
    return tuple(reached)

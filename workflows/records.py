"""The one way to save or delete a record: version, stamps, search text, counters, rules and the audit row.

Views, wizards, import and commands all call ``save`` and ``delete``.  Rules register with ``@rule(Model)`` and yield
Problems; what must follow a save in the same transaction registers with ``@after(Model)``.
"""

from collections import defaultdict
from contextlib import nullcontext
from contextvars import ContextVar
from dataclasses import dataclass
from functools import cache
from typing import Any

from flask_babel import gettext as _
from peewee import ForeignKeyField, IntegrityError

from models import (
    TABLES,
    THROUGH,
    DerivedField,
    KeptCount,
    Record,
    SortField,
    database,
    normalise,
    now,
)
from workflows import audit, belonging, rows

BLOCK, CONFIRM, WARN = "block", "confirm", "warn"
# Columns that every save moves; they are no change by themselves.
MOVING = ("version", "updated_at", "updated_by_name")

_rules = defaultdict(list)
_before = defaultdict(list)
_after = defaultdict(list)
agreed = ContextVar("agreed", default=())  # what was ticked on a wizard's last page, for its saves


@dataclass(frozen=True)
class Problem:
    """A rule's finding.  ``level``: block (cannot save), confirm (saves once ``code`` is confirmed), warn."""

    field: str
    message: str
    level: str = BLOCK
    code: str = ""


class Refused(Exception):
    """A rule blocks the save, or asks for a confirmation first; ``problems`` says which and why."""

    def __init__(self, problems):
        super().__init__("; ".join(str(p.message) for p in problems))
        self.problems = problems


class Conflict(Exception):
    """Somebody else saved a newer version; ``theirs`` is that record (R-SYS-2)."""

    def __init__(self, theirs):
        super().__init__(_("Somebody else saved this record while you were working on it."))
        self.theirs = theirs


class InUse(Exception):
    """The record cannot be deleted; ``uses`` is a list of (model, count) that still refer to it."""

    def __init__(self, uses):
        super().__init__(_("This record is still in use."))
        self.uses = uses


@dataclass(frozen=True)
class Change:
    """What a rule looks at: the record as it will be, as it was (None when new), the chosen through rows, and why."""

    record: Any
    before: Any
    many: dict
    reason: str = ""

    def changed(self, *names):
        """True when any of the named columns differs from what is stored."""
        return self.before is None or any(
            _value(self.record, n) != _value(self.before, n) for n in names
        )

    def ids(self, name):
        """Ids chosen for the through field ``name``; what is stored when the save leaves it alone."""
        if name in self.many:
            return list(self.many[name])
        return linked_ids(self.record, name) if self.record.id else []


def _registrar(functions, keys):
    """A decorator that puts a function into ``functions`` {key: [function]} under each of the keys."""

    def register(function):
        for key in keys:
            functions[key].append(function)
        return function

    return register


def rule(*models):
    """Register ``check(change)``, a generator of Problems, for these models."""
    return _registrar(_rules, models)


def before(*models):
    """Register ``prepare(record, stored)``, run in the transaction before the rules; ``stored`` is None when new.

    It fills in what other tables decide, and may raise Refused.
    """
    return _registrar(_before, models)


def after(*models):
    """Register ``follow(change)``, run in the same transaction after a save of these models."""
    return _registrar(_after, models)


def problems(record, before=None, many=None):
    """All findings of the rules of ``record``'s model, without saving."""
    change = Change(record, before, many or {})
    return [found for check in _rules[type(record)] for found in check(change)]


def linked_ids(record, name):
    """Sorted ids that the through field ``name`` of ``record`` refers to."""
    return rows.linked(record, name)


def save(record, many=None, version=None, confirmed=(), reason="", action=None):
    """Insert or update ``record`` with its audit row, in one transaction; returns the warnings (R-SYS-2, R-SYS-5).

    ``many`` maps through fields to lists of ids; ``version`` is the one the person saw (None: no check);
    ``confirmed`` holds codes of Problems already confirmed.  Raises Refused or Conflict, and then nothing is written.
    """
    model, many = type(record), dict(many or {})
    with database.atomic():
        before = _held(record, "FOR NO KEY UPDATE") if record.id else None
        if before is None and record.id and "id" not in record._dirty:
            gone = _(
                "Somebody deleted this record meanwhile. Copy what you typed if you still need it."
            )
            raise Refused([Problem("", gone)])
        if before and version is not None and before.version != version:
            raise Conflict(before)
        if before and version is None:
            _catch_up(record, before)
        for prepare in _before[model]:
            prepare(record, before)
        derive(record)
        change = Change(record, before, many, reason)
        found = [problem for check in _rules[model] for problem in check(change)]
        claims = _claims(record, before)
        found += _twins(record, claims)
        ticked = {*confirmed, *agreed.get()} if agreed.get() else confirmed
        stopping = [
            p for p in found if p.level == BLOCK or p.level == CONFIRM and p.code not in ticked
        ]
        if stopping:
            raise Refused(stopping)
        try:
            # Only what must be unique can be refused by the database, and be asked about afterwards.
            with database.atomic() if claims else nullcontext():
                changed = _write(record, before, many)
        except IntegrityError as error:
            # Somebody else saved the same name in this very moment; anything else is a fault of ours.
            twins = claims and _twins(record, claims)
            if not twins:
                raise
            raise Refused(twins) from error
        if changed:
            _count(record, before)
            audit.record(
                action or ("update" if before else "create"),
                model._meta.table_name,
                record.id,
                _described(record, changed),
                reason,
            )
            _touch(model)
        for follow in _after[model]:
            follow(change)
    return [p for p in found if p.level == WARN]


def delete(record, reason=""):
    """Delete ``record`` with its audit row; False when it was gone already.

    Raises InUse and removes nothing when other rows need it.
    """
    model = type(record)
    with database.atomic():
        stored = _held(record, "FOR UPDATE")
        if stored is None:
            return False  # a button pressed twice, or another desk: it is gone, counted and logged already
        uses = used_by(record)
        if uses:
            raise InUse(uses)
        found = [
            p for check in _rules[(model, "delete")] for p in check(Change(record, record, {}))
        ]
        if found:
            raise Refused(found)
        try:
            with database.atomic():
                record.delete_instance(recursive=False)
        except IntegrityError as error:
            raise InUse(used_by(record)) from error
        _count(None, stored)
        audit.record("delete", model._meta.table_name, record.id, belonging.whose(stored), reason)
        _touch(model)
        for follow in _after[(model, "delete")]:
            follow(record)
    return True


def _held(record, lock):
    """The row of ``record`` as it stands, held until the transaction ends; None when it is gone."""
    return type(record).stored(record.id, lock if database.obj.for_update else "")


def _catch_up(record, before):
    """What the caller did not set on ``record`` is as stored: it was read before the lock, and somebody may have saved
    since."""
    if getattr(record, "version", None) != getattr(before, "version", None):
        untouched = set(before.__data__) - set(record._dirty)
        record.__data__.update({name: before.__data__[name] for name in untouched})


def _touch(model):
    """Move the revision that tells every process to forget what it remembers of this table."""
    meta = model._meta
    if getattr(meta, "reference", False) or getattr(meta, "remembered", False):
        bump("revision", "reference", 1)


def delete_rule(*models):
    """Register ``check(change)`` for deleting; any Problem it yields refuses the deletion."""
    return _registrar(_rules, [(model, "delete") for model in models])


def after_delete(*models):
    """Register ``follow(record)``, run in the same transaction after a row of these models is gone."""
    return _registrar(_after, [(model, "delete") for model in models])


def used_by(record):
    """(model, count) for every table whose rows would keep ``record`` from being deleted, own links left out."""
    model, uses = type(record), []
    own = {
        field.get_through_model()
        for field in model._meta.manytomany.values()
        if not field._is_backref
    }
    for other in (*TABLES, *THROUGH):
        if other in own:
            continue
        for field in other._meta.sorted_fields:
            blocks = isinstance(field, ForeignKeyField) and field.rel_model is model
            if not blocks or field.on_delete == "SET NULL":
                continue
            if field.on_delete == "CASCADE" and other not in THROUGH:
                continue
            count = other.select().where(field == record.id).count()
            if count:
                uses.append((other, count))
    return uses


@cache
def unique_sets(model):
    """Sets of columns that no two rows of a table may have alike; the UUID is never typed."""
    meta = model._meta
    sets = [(field.name,) for field in meta.sorted_fields if field.unique and field.name != "uuid"]
    return sets + [names for names, is_unique in meta.indexes if is_unique]


def _claims(record, before):
    """The sets of unique columns in which ``record`` says something new."""
    claims = []
    for names in unique_sets(type(record)):
        values = [_value(record, name) for name in names]
        if None in values or before and values == [_value(before, name) for name in names]:
            continue
        claims.append(names)
    return claims


def _twins(record, claims):
    """A Problem for each of these sets of columns in which another row already holds the same."""
    meta, found = record._meta, []
    for names in claims:
        fields = [meta.fields[name] for name in names]
        same = " AND ".join(f'"{field.column_name}" = ?' for field in fields)
        values = [field.db_value(_value(record, field.name)) for field in fields]
        sql = f'SELECT 1 FROM "{meta.table_name}" WHERE {same} AND "id" <> ? LIMIT 1'
        if rows.run(sql, *values, record.id or 0).fetchone():
            label = _(fields[-1].verbose_name or names[-1])
            message = _(
                "%(field)s: there is already one that is the same. Open that one, or choose another.",
                field=label,
            )
            found.append(Problem(names[-1], message))
    return found


def derive(record):
    """Fill in what is worked out from the record itself: kept columns, the search words, what lists are sorted by."""
    if hasattr(record, "derive"):
        record.derive()
    meta = record._meta
    names = getattr(meta, "search", None)
    if names and "search" in meta.fields:
        words = (_searched(record, meta.fields[name]) for name in names)
        record.search = normalise(" ".join(filter(None, words)))
    for field in _sort_fields(type(record)):
        setattr(record, field.name, field.derived(record))


@cache
def _sort_fields(model):
    return [field for field in model._meta.sorted_fields if isinstance(field, SortField)]


def _searched(record, field):
    """What a record is found by of one of its columns: of another record its label, which is all that is read of it."""
    value = record.__data__.get(field.name)
    if value and isinstance(field, ForeignKeyField):
        label = field.rel_model._meta.label
        row = record.__rel__.get(field.name) or field.rel_model.stored(value, only=(label,))
        value = getattr(row, label)
    return str(value) if value else ""


def _write(record, before, many):
    """Write changed columns and through rows; returns {name: (old, new)} of what differed."""
    model, who, changed = type(record), audit.actor.get().name, {}
    stamped = isinstance(record, Record)
    if before is None:
        if stamped:
            record.created_by_name = record.updated_by_name = who
        skipped = Record._meta.fields if stamped else ("id",)
        changed = {
            f.name: (None, _value(record, f.name))
            for f in model._meta.sorted_fields
            if f.name not in skipped and not isinstance(f, DerivedField)
        }
        rows.insert(record)
    else:
        old, new = before.__data__, record.__data__
        differing = {
            name: (old.get(name), new.get(name))
            for name in model._meta.fields
            if old.get(name) != new.get(name) and name not in MOVING
        }
        fields = model._meta.fields
        changed = {n: p for n, p in differing.items() if not isinstance(fields[n], DerivedField)}
    for name, ids in many.items():
        pair = rows.link(record, name, ids, before is None)
        if pair:
            changed[name] = pair
    if before is not None and (changed or differing):
        values, seen = {name: new for name, (_old, new) in differing.items()}, None
        if stamped:
            record.version, record.updated_at, record.updated_by_name = (
                before.version + 1,
                now(),
                who,
            )
            values |= {name: getattr(record, name) for name in MOVING}
            seen = before.version
        if not rows.update(record, values, seen):
            raise Conflict(model.get_by_id(record.id))
    return changed


def _value(record, name):
    return record.__data__.get(name)


def _described(record, changed):
    """Old and new values, names only where the field is personal (2.23) or the place confidential (decision 0.1)."""
    meta = record._meta
    hidden = getattr(meta, "personal", False) or getattr(record, "is_confidential", False)
    if hidden or "is_confidential" in changed or meta.table_name == "account":
        return dict.fromkeys(changed)
    bulky = getattr(meta, "bulky", ())
    return {
        name: None if name in bulky or _is_secret(pair) else list(pair)
        for name, pair in changed.items()
    }


def _is_secret(pair):
    """A stored secret, such as the mail password, never reaches the audit log, not even encrypted."""
    return any(isinstance(value, dict) and "encrypted" in value for value in pair)


def bump(name, key, by):
    """Add ``by`` to a kept counter, making it when it is missing."""
    sql = "UPDATE kept_count SET n = n + ? WHERE name = ? AND key = ?"
    if not rows.run(sql, by, name, str(key)).rowcount:
        KeptCount.insert(name=name, key=key, n=by).on_conflict(
            conflict_target=[KeptCount.name, KeptCount.key],
            update={KeptCount.n: KeptCount.n + by},
        ).execute()


def _count(record, before):
    """Keep the counter of ``Meta.counted`` right; ``flask recount`` must find nothing to mend."""
    model = type(record or before)
    column = getattr(model._meta, "counted", None)
    if not column:
        return
    old = _value(before, column) if before else None
    new = _value(record, column) if record else None
    if old == new:
        return
    moves = [(value, by) for value, by in ((old, -1), (new, 1)) if value is not None]
    # In one order for everybody: two opposite moves at once must not wait for each other.
    for value, by in sorted(moves):
        bump(f"{model._meta.table_name}.{column}", value, by)


def kept_counts(model):
    """{value: count} of the column ``Meta.counted`` of ``model``."""
    name = f"{model._meta.table_name}.{model._meta.counted}"
    sql = f"SELECT key, n FROM kept_count WHERE name = {database.param}"
    return dict(database.execute_sql(sql, (name,)).fetchall())

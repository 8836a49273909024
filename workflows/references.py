"""What points to a record, found by the foreign keys of all tables: so that another one can take its place (R-CLI-4).

Drafts and saved filters name ids in JSON and in addresses; those are looked into by the names they stand under.
"""

import re

from peewee import ForeignKeyField

from models import (
    TABLES,
    THROUGH,
    VOID,
    Client,
    Draft,
    Household,
    NeedsAssessment,
    Record,
    SavedFilter,
    now,
)
from workflows import audit, records

# Names under which drafts and filters hold ids: of questions ("goals-2-client"), of facts, in addresses.
NAMED = {Client: ("client", "clients", "person", "same"), Household: ("household",)}
LOOKED_INTO = (Draft.answers, SavedFilter.arguments)


def columns(target):
    """Every foreign key to the model ``target``, those of through tables included."""
    return [
        field
        for model in (*TABLES, *THROUGH)
        for field in model._meta.sorted_fields
        if isinstance(field, ForeignKeyField) and field.rel_model is target
    ]


def _unique_of(model):
    """[(names, condition or None)] of columns that no two rows have alike, by an index or by a rule (2.10)."""
    sets = [(names, None) for names in records.unique_sets(model)]
    if model is NeedsAssessment:
        sets.append((("client", "point"), NeedsAssessment.state != VOID))
    return sets


def clashes(field, old, new):
    """[(row that would move, names of the columns)] for which the record that stays has a row already."""
    model = field.model
    for names, condition in _unique_of(model):
        if field.name not in names:
            continue
        others = [name for name in names if name != field.name]

        def told(row, others=others):
            return tuple(row.__data__[name] for name in others)

        rows = model.select().where(
            field.in_((old, new)), *([] if condition is None else [condition])
        )
        rows = list(rows)
        there = {told(row) for row in rows if row.__data__[field.name] == new}
        yield from (
            (row, names) for row in rows if row.__data__[field.name] == old and told(row) in there
        )


def is_link(model, names):
    """True when a row says nothing but that its two ends belong together, so that one of two alike is enough."""
    kept = {*Record._meta.fields, *names}
    return all(name in kept for name in model._meta.fields)


def point(field, old, new, more):
    """Point the rows of a foreign key elsewhere, ``more`` {model: id} too; of two links alike one is dropped."""
    model = field.model
    for row, _names in clashes(field, old, new):
        model.delete().where(model.id == row.id).execute()
    values = {field: new}
    for other in model._meta.sorted_fields:
        if isinstance(other, ForeignKeyField) and other.rel_model in more:
            values[other] = more[other.rel_model]
    write(model, values, field == old)


def write(model, values, condition):
    """Set columns of the rows, and those that tell whoever has one open that it was changed (R-SYS-2)."""
    if issubclass(model, Record):
        values = values | {
            model.version: model.version + 1,
            model.updated_at: now(),
            model.updated_by_name: audit.actor.get().name,
        }
    model.update(values).where(condition).execute()


def rename(model, old, new):
    """Write the new id where drafts and saved filters hold the old one."""
    whole = re.compile(rf"(?<!\d){old}(?!\d)")
    names = NAMED[model]
    table = {Client: "clients", Household: "households"}[model]
    address = re.compile(rf"(^/{table}/\w+/\?(?:.*&)?id=|[?&]{names[0]}=){old}(?!\d)")

    def renamed(value, said=False):
        if isinstance(value, dict):
            return {
                whole.sub(str(new), key)
                if model is Client and key.startswith("interview-")
                else key: renamed(inner, key.rpartition("-")[2] in names)
                for key, inner in value.items()
            }
        if isinstance(value, list):
            return [renamed(inner, said) for inner in value]
        if said and isinstance(value, str):
            return whole.sub(str(new), value)
        return new if said and type(value) is int and value == old else value

    for field in LOOKED_INTO:
        for row in list(field.model.select()):
            setattr(row, field.name, renamed(getattr(row, field.name)))
            if field.model is Draft:
                row.path = address.sub(rf"\g<1>{new}", row.path)
            records.save(row)

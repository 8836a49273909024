"""The statements that write a row and its links.  Only ``workflows/records.py`` writes with them, after its rules.

They are text, and put together once for each set of columns: building a statement from its parts takes several times as
long as running it.
"""

import json
from functools import cache

from peewee import ForeignKeyField, JSONField, SqliteDatabase

from models import database

CHUNK = 500


def chunks(keys):
    """The keys in order, a few hundred at a time: a database takes so many values in one statement."""
    keys = sorted(keys)
    return [keys[start : start + CHUNK] for start in range(0, len(keys), CHUNK)]


def run(sql, *values):
    """Execute a statement with ``?`` in the place of its values."""
    return database.execute_sql(sql.replace("?", database.param), values)


def insert(record):
    """Write a new row; it gets its id."""
    record._populate_unsaved_relations(record.__data__)
    values = {name: value for name, value in record.__data__.items() if name != "id" or value}
    start, _pairs, marks = _columns(type(record), tuple(values), _has_text())
    sql = f'INSERT INTO {start} VALUES ({marks}) RETURNING "id"'
    (record.__data__["id"],) = run(sql, *_bound(record._meta, values)).fetchone()
    record._dirty.clear()


def update(record, values, seen=None):
    """Write {column: value} to the row of ``record``; False when there is none any more in the version ``seen``."""
    _start, pairs, _marks = _columns(type(record), tuple(values), _has_text())
    version = "" if seen is None else f' AND "version" = {seen:d}'
    sql = f'UPDATE "{record._meta.table_name}" SET {pairs} WHERE "id" = ?{version}'
    return bool(run(sql, *_bound(record._meta, values), record.id).rowcount)


@cache
def _columns(model, names, has_text):
    """The parts of statements that write these columns: (table and columns, pairs of column and mark, marks)."""
    fields = [model._meta.fields[name] for name in names]
    # SQLite keeps JSON as text, in its shortest form.
    marks = ["json(?)" if has_text and isinstance(field, JSONField) else "?" for field in fields]
    columns = [f'"{field.column_name}"' for field in fields]
    pairs = ", ".join(f"{column} = {mark}" for column, mark in zip(columns, marks, strict=True))
    return f'"{model._meta.table_name}" ({", ".join(columns)})', pairs, ", ".join(marks)


def _has_text():
    """True where JSON is kept as text."""
    return isinstance(database.obj, SqliteDatabase)


def _bound(meta, values):
    """The values as the database takes them."""
    has_text = _has_text()
    found = []
    for name, value in values.items():
        field = meta.fields[name]
        is_text = has_text and value is not None and isinstance(field, JSONField)
        found.append(json.dumps(value) if is_text else field.db_value(value))
    return found


def linked(record, name):
    """Sorted ids that the through field ``name`` of ``record`` refers to."""
    through, mine, other = through_of(type(record), name)
    table = through._meta.table_name
    sql = f'SELECT "{other.column_name}" FROM "{table}" WHERE "{mine.column_name}" = ?'
    return sorted(value for (value,) in run(sql, record.id).fetchall())


def link(record, name, ids, is_new):
    """Make the through rows of ``name`` exactly ``ids``; returns (old, new) ids, or None when equal."""
    through, mine, other = through_of(type(record), name)
    old, new = set() if is_new else set(linked(record, name)), set(ids)
    if old == new:
        return None
    if old - new:
        through.delete().where(mine == record.id, other.in_(old - new)).execute()
    if new - old:
        pairs = [{mine.name: record.id, other.name: value} for value in sorted(new - old)]
        through.insert_many(pairs).execute()
    return sorted(old), sorted(new)


@cache
def through_of(model, name):
    """(through model, its field for ``model``, its field for the other side)."""
    field = model._meta.manytomany[name]
    through = field.get_through_model()
    mine, other = None, None
    for candidate in through._meta.sorted_fields:
        if isinstance(candidate, ForeignKeyField):
            if candidate.rel_model is model and mine is None:
                mine = candidate
            else:
                other = candidate
    return through, mine, other

"""Looking after the portal: is everything as it should be, and are the kept counters right?  ``flask check, recount``."""

import sqlite3
from dataclasses import dataclass

import peewee
from flask_babel import gettext as _

from models import TABLES, KeptCount, Setting, database
from workflows import audit, backup, case_tasks, last_entry, records, schema, settings

GOOD, NOTE, BAD = "good", "note", "bad"
TASKS = "case_task.household"  # the rows that case_tasks keeps, by household
LATEST = "household.last_entry_on"  # the day that last_entry keeps, by household
SAFE_SQLITE = (3, 51, 3)


@dataclass(frozen=True)
class Finding:
    """One thing looked at: good, note (know about it) or bad (do something); ``text`` is a full sentence."""

    state: str
    text: str


def look():
    """Yield a Finding for everything that can be looked at; nothing is changed."""
    if schema.strangers():
        yield Finding(BAD, schema.newer_words())
        return
    if schema.pending():
        yield Finding(BAD, _("The database is older than the program. Run: flask upgrade"))
        return
    yield Finding(GOOD, _("The database has the shape this version needs."))
    for part in (_engine, _whole, _references, _chain, _counters, _word_index, _backups, _values):
        yield from part()


def _is_sqlite():
    return isinstance(database.obj, peewee.SqliteDatabase)


def _engine():
    if not _is_sqlite():
        return
    if sqlite3.sqlite_version_info < SAFE_SQLITE:
        yield Finding(
            NOTE,
            _(
                "SQLite %(version)s is in use. Versions before 3.51.3 can, very rarely, damage a database under load: "
                "keep the daily backup on, and take the next update of Python or of the system.",
                version=sqlite3.sqlite_version,
            ),
        )
    else:
        yield Finding(GOOD, _("SQLite %(version)s is in use.", version=sqlite3.sqlite_version))


def _whole():
    if not _is_sqlite():
        return
    answer = database.execute_sql("PRAGMA integrity_check").fetchone()[0]
    if answer == "ok":
        yield Finding(GOOD, _("The database file is whole."))
    else:
        yield Finding(BAD, _("The database file is damaged. Restore the last good backup."))


def _references():
    broken = database.execute_sql("PRAGMA foreign_key_check").fetchall() if _is_sqlite() else ()
    tables = ", ".join(sorted({row[0] for row in broken}))
    if broken:
        yield Finding(BAD, _("Rows refer to others that are gone, in: %(tables)s.", tables=tables))
    else:
        yield Finding(GOOD, _("Every reference between records leads somewhere."))


def _chain():
    found = audit.first_broken_row()
    if found is None:
        yield Finding(GOOD, _("The audit log is whole."))
        return
    row, why = found
    if row:
        text = _(
            "The audit log was changed outside the portal at row %(row)s: %(why)s.",
            row=row,
            why=why,
        )
    else:
        text = _("The audit log was changed outside the portal: %(why)s.", why=why)
    yield Finding(BAD, text)


def _counters():
    differences = miscounted()
    for name, key, kept, real in differences:
        yield Finding(
            BAD,
            _(
                "The counter %(name)s of “%(key)s” says %(kept)s, but there are %(real)s. Run: flask recount",
                name=name,
                key=key,
                kept=kept,
                real=real,
            ),
        )
    if not differences:
        yield Finding(GOOD, _("The kept counters agree with the rows."))


def _word_index():
    try:
        wrong = [t for t in _indexed() if not _index_agrees(t)] if _is_sqlite() else []
    except peewee.OperationalError:
        yield Finding(
            BAD,
            _(
                "The database cannot be written to, so the search index was not looked at. Is the disk full or closed for"
                " writing?"
            ),
        )
        return
    if wrong:
        yield Finding(
            BAD,
            _(
                "The search index is out of step for: %(tables)s. Run: flask recount",
                tables=", ".join(wrong),
            ),
        )
    else:
        yield Finding(GOOD, _("The search index is in step."))


def _indexed():
    """Tables that have an index of words."""
    found = {name for name in database.get_tables() if name.endswith("_words")}
    return [m._meta.table_name for m in TABLES if f"{m._meta.table_name}_words" in found]


def _index_agrees(table):
    """True when SQLite finds the index of words equal to the rows it was made from."""
    try:
        database.execute_sql(
            f"INSERT INTO {table}_words({table}_words, rank) VALUES ('integrity-check', 1)"
        )
    except peewee.OperationalError:
        raise  # the question itself could not be asked
    except peewee.DatabaseError:
        return False
    return True


def _backups():
    made = backup.last_good()
    if made is None:
        yield Finding(BAD, _("There is no backup yet. Make one under Administration, Backups."))
        return
    when = settings.local(made).strftime("%Y-%m-%d %H:%M")
    if backup.is_old():
        yield Finding(
            BAD, _("The last good backup is of %(when)s, more than two days ago.", when=when)
        )
    else:
        yield Finding(GOOD, _("The last good backup is of %(when)s.", when=when))
    if backup.last_failed():
        yield Finding(
            BAD,
            _("The last attempt to make a backup failed. Is the folder there, with room in it?"),
        )


def _values():
    unknown = [
        k for (k,) in Setting.select(Setting.key).tuples() if k not in settings.definitions()
    ]
    if unknown:
        yield Finding(NOTE, _("Settings nobody reads any more: %(keys)s.", keys=", ".join(unknown)))


# ---- Counters ---------------------------------------------------------------------------------------------------------


def miscounted():
    """[(counter, key, kept, real)] of every kept counter that differs from its rows."""
    found = []
    for model in TABLES:
        column = getattr(model._meta, "counted", None)
        if not column:
            continue
        field = model._meta.fields[column]
        query = model.select(field, peewee.fn.COUNT(model._meta.fields["id"])).group_by(field)
        real, kept = dict(query.tuples()), records.kept_counts(model)
        name = f"{model._meta.table_name}.{column}"
        for key in sorted({*real, *kept}):
            if real.get(key, 0) != kept.get(key, 0):
                found.append((name, key, kept.get(key, 0), real.get(key, 0)))
    tasks = [(TASKS, key, len(kept), len(wanted)) for key, kept, wanted in case_tasks.wrong()]
    behind = [(LATEST, *each) for each in last_entry.wrong()]
    return found + tasks + behind


def catch_up():
    """After an upgrade: what this version works out from the rows otherwise than the last one did."""
    with database.atomic():
        case_tasks.recount()
        last_entry.recount()


def recount():
    """Mend every counter and index of words that is wrong, in one transaction; returns what ``miscounted`` found."""
    with database.atomic():
        found = miscounted()
        case_tasks.recount()
        last_entry.recount()
        for name, key, _kept, real in found:
            if name in (TASKS, LATEST):
                continue
            updated = (
                KeptCount.update(n=real)
                .where(KeptCount.name == name, KeptCount.key == key)
                .execute()
            )
            if not updated:
                KeptCount.create(name=name, key=key, n=real)
        if _is_sqlite():
            for table in _indexed():
                database.execute_sql(f"INSERT INTO {table}_words({table}_words) VALUES ('rebuild')")
    return found

"""Restoring a backup: the database and its keys, with what was there put aside (R-SYS-7, R-RET-3)."""

import base64
import contextlib
import json
import os
import sqlite3
from pathlib import Path

import peewee
from flask import current_app
from flask_babel import gettext as _

from forms import choices
from models import TABLES, THROUGH, Account, Client, Organization, Referral, database, now
from workflows import audit, backup, checks, records, running, schema, sealed
from workflows.backup import BackupFailed


def is_empty():
    """True when nothing would be lost by restoring over this database."""
    return not any(model.select().exists() for model in (Account, Organization, Client, Referral))


def restore(path, words, force=False):
    """Put a copy in place of the present database and keys; returns (manifest, where the replaced one is kept or None).

    Refuses while the portal runs, and a database that is not empty, unless ``force``; what is replaced is put aside
    (``backup.aside``).  Raises BackupFailed.
    """
    if not force and running.others():
        raise BackupFailed(
            _(
                "The portal is still running on this machine (process %(numbers)s). Stop it first, then restore;"
                " --force restores all the same.",
                numbers=", ".join(map(str, running.others())),
            )
        )
    if not schema.pending() and not is_empty() and not force:
        raise BackupFailed(
            _(
                "The present database is not empty. Add --force to replace it; it is kept as long as a backup."
            )
        )
    before = 0 if schema.pending() else choices.revision()
    try:
        with backup.private_folder() as work:
            manifest = backup.unpack(Path(path), sealed.key_from(words), work)
            if backup.count_rows(work) != manifest["rows"]:
                raise BackupFailed(_("The copy does not hold the rows it should. Use another one."))
            if set(manifest["migrations"]) - set(schema.known()):
                raise BackupFailed(
                    _("This copy is from a newer version of the portal. Update the portal first.")
                )
            kept = _replace(work, manifest)
            _replace_keys(work)
    except (OSError, sqlite3.Error) as error:
        raise BackupFailed(_why(error, current_app.config["INSTANCE"])) from error
    schema.upgrade()
    _count_anew(before)
    # A copy cannot know that it was finished; the restored database learns it here.
    backup.note_good(manifest["made_at"])
    audit.record("restore", "backup")
    return manifest, kept


def _why(error, folder):
    if backup.is_full(error):
        return _(
            "The disk is full, so nothing was restored. Make room in %(folder)s and try again.",
            folder=folder,
        )
    return backup.why(error, folder)


def _count_anew(before):
    """What was remembered of the replaced database is forgotten, and what is kept is right without waiting for the night.

    Days passed since the copy was made, and an older version counted otherwise.
    """
    records.bump("revision", "reference", max(before - choices.revision(), 0) + 1)
    choices.refresh(choices.revision())
    checks.recount()


def _replace(work, manifest):
    content = work / "database.sqlite"
    is_sqlite = isinstance(database.obj, peewee.SqliteDatabase)
    if content.exists() and not is_sqlite:
        raise BackupFailed(
            _("This copy was made with SQLite. Set DATABASE_URL to a sqlite:/// address first.")
        )
    if not is_sqlite:
        return _load_rows(work / "rows.jsonl", manifest)
    if not content.exists():
        raise BackupFailed(
            _(
                "This copy was made with PostgreSQL. Set DATABASE_URL to a postgresql:// address first."
            )
        )
    live = Path(database.obj.database)
    kept = None
    if live.exists():
        backup.aside().mkdir(mode=0o700, exist_ok=True)
        kept = backup.aside() / f"{live.stem}-{now():%Y-%m-%d-%H%M%S}{live.suffix}"
        kept.touch(mode=0o600)
        try:
            backup.copy_sqlite(live, kept)
        except sqlite3.Error:
            kept.unlink()  # half a copy would fill the disk and help nobody
            raise
    database.close()
    # Through SQLite itself: in one transaction, with its locks, so that a portal still running never sees half of it.
    with (
        contextlib.closing(sqlite3.connect(content)) as copy,
        contextlib.closing(sqlite3.connect(live)) as target,
    ):
        copy.backup(target)
    database.connect()
    return kept


def _load_rows(path, manifest):
    """Fill the tables of an upgraded PostgreSQL database with the rows of a copy, in one transaction."""
    schema.upgrade()
    kept = None
    if not is_empty():
        kept = backup.make(backup.aside())
    models = {model._meta.table_name: model for model in (*TABLES, *THROUGH)}
    with database.atomic(), open(path, encoding="utf-8") as file:
        for model in reversed((*TABLES, *THROUGH)):
            if model not in THROUGH:
                continue
            model.delete().execute()
        for model in reversed(TABLES):
            _forget_self(model)
            model.delete().execute()
        waiting, current = [], None
        for line in file:
            name, row = json.loads(line)
            if name != current or len(waiting) >= 500:
                _insert(models.get(current), waiting)
                waiting, current = [], name
            waiting.append(row)
        _insert(models.get(current), waiting)
        for model in models.values():
            _restart(model)
        schema.fill(manifest["migrations"])
    return kept


def _forget_self(model):
    for field in model._meta.sorted_fields:
        if isinstance(field, peewee.ForeignKeyField) and field.rel_model is model and field.null:
            model.update({field: None}).execute()


def _insert(model, rows):
    if not rows:
        return
    known = model._meta.fields
    made = [{n: _value(known[n], v) for n, v in row.items() if n in known} for row in rows]
    model.insert_many(made).execute()


def _value(field, value):
    if isinstance(field, peewee.BlobField) and value is not None:
        return base64.b64decode(value["base64"])
    return value


def _restart(model):
    """Let the next key follow the highest one."""
    key = model._meta.primary_key
    if isinstance(key, peewee.AutoField):
        table, column = model._meta.table_name, key.column_name
        database.execute_sql(
            f"SELECT setval(pg_get_serial_sequence('\"{table}\"', '{column}'), "
            f'(SELECT COALESCE(MAX("{column}"), 0) + 1 FROM "{table}"), false)'
        )


def _replace_keys(work):
    """The keys of the copy belong to its rows: sealed audit rows and stored secrets; the present ones are kept beside."""
    instance = Path(current_app.config["INSTANCE"])
    for name in backup.KEYS:
        if not (work / name).exists():
            continue
        present = instance / name
        if present.exists() and present.read_bytes() != (work / name).read_bytes():
            os.replace(present, present.with_name(f"{name}.replaced-{now():%Y-%m-%d-%H%M%S}"))
        part = present.with_name(f"{name}.part")
        part.write_bytes((work / name).read_bytes())
        os.chmod(part, 0o600)
        os.replace(part, present)
    audit.use_key(bytes.fromhex((instance / "audit.key").read_text().strip()))

"""Backups: a daily copy in a second folder that this machine can make but not read (R-SYS-7, R-RET-3).

A backup key is made once and printed: the private half of a key pair, which people keep on paper.  The server keeps the
public half, enough to write copies.  Whoever steals the computer or the folder cannot open one (``sealed``).

A copy is a tar: ``manifest.json``, the database, ``audit.key`` and ``secret.key``.  SQLite is copied by its online backup,
exact down to the page.  PostgreSQL is written as one JSON line a row: that needs no program of the right version beside
us, and reads back on any later version.
"""

import base64
import collections
import contextlib
import datetime
import json
import os
import shutil
import sqlite3
import struct
import tarfile
import tempfile
import zlib
from pathlib import Path

import peewee
from flask import current_app
from flask_babel import gettext as _

from models import TABLES, THROUGH, Setting, database, now
from workflows import audit, clock, records, schema, sealed, settings

SUFFIX = ".backup"
KEYS = ("audit.key", "secret.key")
PARTS = ("manifest.json", "database.sqlite", "rows.jsonl", *KEYS)
LATE = datetime.timedelta(days=2)
PUBLIC, LAST_AT, LAST_OK = "backup_public_key", "last_backup_at", "last_backup_ok"

BackupFailed = sealed.Unsealable


class NoKey(BackupFailed):
    """There is no backup key yet."""


# ---- The key ----------------------------------------------------------------------------------------------------------


def make_key():
    """Make a new backup key, remember its public half, and return the words to print: fourteen groups of four.

    Older copies still need the key they were made with.
    """
    words, public = sealed.new_pair()
    _remember(PUBLIC, public.hex())
    return words


def has_key():
    """True when a backup key was made."""
    return bool(_recall(PUBLIC))


def _recall(key):
    row = Setting.get_or_none(Setting.key == key)
    return row.value if row else None


def _remember(key, value):
    row = Setting.get_or_none(Setting.key == key) or Setting(key=key)
    row.value = value
    records.save(row)


# ---- Making a copy ------------------------------------------------------------------------------------------------------


def folder():
    """The folder of the copies: the setting, else ``backups`` beside the database."""
    return Path(settings.value("backup_dir") or Path(current_app.config["INSTANCE"]) / "backups")


def aside():
    """The folder in which a restore keeps the database it replaces, as long as a copy is kept."""
    return Path(current_app.config["INSTANCE"]) / "replaced"


def make(target=None):
    """Write, read back and compare one copy; returns its path.  Raises BackupFailed, and leaves nothing half-written."""
    recipient = _recall(PUBLIC)
    if not recipient:
        raise NoKey(_("There is no backup key yet. Make one first and keep it on paper."))
    audit.record("export", "backup")
    try:
        path = _make(bytes.fromhex(recipient), target or folder())
    except BackupFailed:
        with contextlib.suppress(peewee.PeeweeException):
            _remember(LAST_OK, False)
        raise
    note_good(now().isoformat())
    _remove_old()
    return path


def _make(recipient, target):
    """One verified copy in the folder ``target``, by way of a ``.part`` file."""
    try:
        target.mkdir(parents=True, exist_ok=True)
        _need_room(target)
        name = _free_name(target)
        part = target / f"{name}.part"
        try:
            with private_folder() as work:
                counts, key = _write(part, recipient, work)
                _verify(part, key, counts, work)
            os.replace(part, target / name)
            _sync_folder(target)
        finally:
            part.unlink(missing_ok=True)
    except (OSError, sqlite3.Error, peewee.PeeweeException) as error:
        raise BackupFailed(why(error, target)) from error
    return target / name


def why(error, target):
    """A full sentence for what went wrong with the folder ``target``."""
    if is_full(error):
        return _(
            "The disk is full, so no copy was made. Make room in %(folder)s and try again.",
            folder=target,
        )
    if isinstance(error, PermissionError) or "readonly" in str(error).lower():
        return _("The portal may not write to %(folder)s. Choose another folder.", folder=target)
    return _("No copy could be made in %(folder)s. Is the disk connected?", folder=target)


def is_full(error):
    """True when ``error`` says that a disk is full."""
    return isinstance(error, OSError) and error.errno in (28, 122) or "full" in str(error).lower()


def _need_room(target):
    """Refuse early when the folder or the place of the working copy cannot take the database."""
    size = _database_size()
    for place in (target, Path(current_app.config["INSTANCE"])):
        if shutil.disk_usage(place).free < size + (1 << 20):
            raise OSError(28, "disk full")


def _database_size():
    if isinstance(database.obj, peewee.SqliteDatabase):
        return Path(database.obj.database).stat().st_size
    return database.execute_sql("SELECT pg_database_size(current_database())").fetchone()[0]


def _free_name(target):
    stamp = settings.local(now()).strftime("%Y-%m-%d-%H%M")
    names = [f"portal-{stamp}{SUFFIX}", *(f"portal-{stamp}-{n}{SUFFIX}" for n in range(2, 100))]
    return next(name for name in names if not (target / name).exists())


@contextlib.contextmanager
def private_folder():
    """A folder beside the database for the working copy, closed to others and gone afterwards."""
    with tempfile.TemporaryDirectory(prefix="copy-", dir=current_app.config["INSTANCE"]) as name:
        yield Path(name)


def _sync_folder(target):
    """Make the new name in the folder last through a power cut, where the system knows how."""
    if hasattr(os, "O_DIRECTORY"):
        descriptor = os.open(target, os.O_RDONLY | os.O_DIRECTORY)
        try:
            os.fsync(descriptor)
        finally:
            os.close(descriptor)


def _write(part, recipient, work):
    """Write the sealed tar; returns ({table: rows}, the data key)."""
    if isinstance(database.obj, peewee.SqliteDatabase):
        content = work / "database.sqlite"
        copy_sqlite(Path(database.obj.database), content)
        counts = _sqlite_counts(content)
    else:
        content = work / "rows.jsonl"
        counts = _dump_rows(content)
    manifest = work / "manifest.json"
    facts = {"made_at": now().isoformat(), "rows": counts, "migrations": schema.applied()}
    manifest.write_text(json.dumps(facts), encoding="utf-8")
    with open(part, "wb") as file:
        os.chmod(part, 0o600)
        sealer = sealed.Sealer(file, recipient)
        with tarfile.open(fileobj=sealer, mode="w|") as tar:
            tar.add(manifest, "manifest.json")
            tar.add(content, content.name)
            for name in KEYS:
                key = Path(current_app.config["INSTANCE"]) / name
                if key.exists():
                    tar.add(key, name)
        sealer.close()
        file.flush()
        os.fsync(file.fileno())
    content.unlink()
    return counts, sealer.key


def copy_sqlite(source, target):
    """SQLite's online backup: exact and whole while others go on working."""
    with (
        contextlib.closing(sqlite3.connect(source)) as live,
        contextlib.closing(sqlite3.connect(target)) as copy,
    ):
        live.backup(copy)
        # A copy in one file: without the write-ahead log beside it.
        copy.execute("PRAGMA journal_mode = delete")


def _sqlite_counts(path):
    with contextlib.closing(sqlite3.connect(path)) as copy:
        if copy.execute("PRAGMA integrity_check").fetchone()[0] != "ok":
            raise BackupFailed(
                _("The database is damaged. Restore the last good copy and ask for help.")
            )
        # What the copy itself holds, whatever version made it; the word indexes are made from the rows.
        found = copy.execute("SELECT name FROM sqlite_master WHERE type = 'table'").fetchall()
        names = [
            name for (name,) in found if "_words" not in name and not name.startswith("sqlite_")
        ]
        return {n: copy.execute(f'SELECT COUNT(*) FROM "{n}"').fetchone()[0] for n in names}


def _dump_rows(path):
    """Every row of every table as of one moment, one JSON line each: [table, {column: value}]."""
    counts = collections.Counter()
    with database.atomic("REPEATABLE READ"), open(path, "w", encoding="utf-8") as file:
        for model in (*TABLES, *THROUGH):
            name = model._meta.table_name
            for row in model.select().order_by(*_primary(model)).dicts().iterator():
                file.write(json.dumps([name, row], default=_plain, ensure_ascii=False) + "\n")
                counts[name] += 1
    return dict(counts)


def _primary(model):
    key = model._meta.primary_key
    return (
        [key] if isinstance(key, peewee.Field) else [model._meta.fields[n] for n in key.field_names]
    )


def _plain(value):
    if isinstance(value, (bytes, memoryview)):
        return {"base64": base64.b64encode(bytes(value)).decode()}
    return str(value)


# ---- Reading a copy -----------------------------------------------------------------------------------------------------


def unpack(path, key_of, work):
    """Unpack a copy into ``work``; ``key_of(facts)`` gives the data key.  Returns the manifest."""
    with open(path, "rb") as file:
        header, facts = sealed.read_header(file)
        opener = sealed.Opener(file, header, key_of(facts))
        try:
            with tarfile.open(fileobj=opener, mode="r|") as tar:
                for member in tar:
                    if member.name in PARTS and member.isfile():
                        with open(work / member.name, "wb") as target:
                            shutil.copyfileobj(tar.extractfile(member), target, sealed.BLOCK)
            # What comes after the tar's own end is read too, so that a cut file never passes.
            while opener.read(sealed.BLOCK):
                pass
        except (tarfile.TarError, zlib.error, struct.error) as error:
            raise BackupFailed(_("The copy is damaged.")) from error
    return json.loads((work / "manifest.json").read_text(encoding="utf-8"))


def count_rows(work):
    content = work / "database.sqlite"
    if content.exists():
        return _sqlite_counts(content)
    counts = collections.Counter()
    with open(work / "rows.jsonl", encoding="utf-8") as file:
        counts.update(json.loads(line)[0] for line in file)
    return dict(counts)


def _verify(path, key, counts, work):
    """Read a copy back from the disk and count its rows again."""
    unpack(path, lambda _facts: key, work)
    if count_rows(work) != counts:
        raise BackupFailed(_("The copy does not hold what was written. The disk may be failing."))


def verify(path, words):
    """Open a copy with the printed key and count its rows; returns the manifest.  Raises BackupFailed."""
    try:
        with private_folder() as work:
            manifest = unpack(Path(path), sealed.key_from(words), work)
            if count_rows(work) != manifest["rows"]:
                raise BackupFailed(_("The copy does not hold the rows it should. Use another one."))
    except (OSError, sqlite3.Error) as error:
        raise BackupFailed(
            _("The file cannot be read: %(why)s", why=error.strerror or error)
        ) from error
    return manifest


def copies(place=None, names=f"portal-*{SUFFIX}"):
    """[(path, made at (local), size)] of the copies in the folder, newest first; [] when it cannot be read."""
    place = place or folder()
    if not place.is_dir():
        return []
    found = []
    for path in place.glob(names):
        facts = path.stat()
        made = datetime.datetime.fromtimestamp(facts.st_mtime, datetime.UTC).replace(tzinfo=None)
        found.append((path, settings.local(made), facts.st_size))
    return sorted(found, key=lambda one: one[1], reverse=True)


def look_at(path):
    """Check a copy without the key: one of ours and whole.  True when the present key opens it; raises BackupFailed."""
    try:
        with open(path, "rb") as file:
            return sealed.look_through(file)["recipient"].hex() == _recall(PUBLIC)
    except OSError as error:
        raise BackupFailed(_("The file cannot be read: %(why)s", why=error.strerror)) from error


# ---- How things stand -----------------------------------------------------------------------------------------------------


def last_good():
    """The instant (naive UTC) of the last good copy, or None."""
    text = _recall(LAST_AT)
    return datetime.datetime.fromisoformat(text) if text else None


def is_old():
    """True when there is a good copy and the last one is older than two days (R-SYS-7)."""
    made = last_good()
    return made is not None and is_late(made)


def is_late(made):
    """True when a copy of this instant is not one of these days; one of a day to come says that the clock was ahead."""
    return abs(now() - made) > LATE


def note_good(moment):
    """Remember that a good copy was made at ``moment`` (ISO text, naive UTC)."""
    _remember(LAST_AT, moment)
    _remember(LAST_OK, True)


def last_failed():
    """True when the last attempt failed."""
    return _recall(LAST_OK) is False


def _remove_old():
    """Remove copies older than ``backup_keep_days``, never the newest: disposed data leaves them too (R-RET-3).

    So do the databases that a restore replaced.
    """
    limit = settings.local(now()) - datetime.timedelta(days=settings.value("backup_keep_days"))
    for path, made, _size in (*copies()[1:], *copies(aside(), "*")):
        if made < limit:
            path.unlink(missing_ok=True)


def daily():
    """The clock's job: one copy a day, once there is a key."""
    if has_key():
        try:
            make()
        except BackupFailed as error:
            # The clock tries again in an hour; Home and the backups page say so meanwhile.
            raise OSError(str(error)) from error


clock.DAILY.append(daily)

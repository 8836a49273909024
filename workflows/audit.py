"""The audit log: append-only, each row sealed to the one before, one head row so that a cut tail shows (2.23)."""

import datetime
import hashlib
import hmac
import json
from contextlib import contextmanager, nullcontext
from contextvars import ContextVar
from dataclasses import dataclass

from flask_babel import gettext as _
from peewee import SqliteDatabase, fn

from models import Account, AuditHead, AuditLog, database, now


@dataclass(frozen=True)
class Actor:
    """Who is at the screen: a label chosen after sign-in, not proof (R-SYS-3)."""

    name: str = ""
    address: str = ""


NOBODY = Actor()
actor = ContextVar("actor", default=NOBODY)


class _Sealer:
    """Holds the key kept beside the database; set once when the application starts."""

    key = b""


HOUR = datetime.timedelta(hours=1)
HEAD = "SELECT count, last_hash FROM audit_head WHERE id = 1"
START = "INSERT INTO audit_head (id, count, last_hash, seal) VALUES (1, 0, '', '') RETURNING count, last_hash"
APPEND = (
    "INSERT INTO audit_log (at, working_as_name, ip, action, entity, entity_id, changed_fields, reason, row_hash)"
    " VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)"
)
MOVE_HEAD = "UPDATE audit_head SET count = ?, last_hash = ?, seal = ? WHERE id = 1"
_exact = json.JSONEncoder(ensure_ascii=False, sort_keys=True, default=str).encode


def use_key(key):
    """Seal audit rows with ``key`` (32 bytes kept beside the database)."""
    _Sealer.key = key


def _seal(*parts):
    return hmac.new(_Sealer.key, _exact(parts).encode(), hashlib.sha256).hexdigest()


def _row_seal(previous, at, name, address, action, entity, entity_id, changed, reason):
    return _seal(
        previous, at.isoformat(), name, address, action, entity, entity_id, changed, reason
    )


def record(action, entity="", entity_id=None, changed=None, reason=""):
    """Append one row inside the caller's transaction (one is opened when there is none).

    ``changed`` maps field names to [old, new], or to None where the field is personal.
    """
    said = (action, entity, entity_id, changed, reason)
    if chain := _chain.get():
        chain.append(*said)
        return
    with _transaction(action):
        chain = _Chain()
        chain.append(*said)
        chain.write()


class _Chain:
    """The rows that one transaction appends, each sealed to the one before, the first one to the present head."""

    def __init__(self):
        # The next writer waits until this row is in: SQLite's transactions begin with the lock, PostgreSQL takes it here.
        found = _run(HEAD + (" FOR UPDATE" if database.obj.for_update else "")).fetchone()
        self.count, self.last = found or _run(START).fetchone()
        self.rows = []

    def append(self, action, entity, entity_id, changed, reason):
        who = actor.get()
        text = json.dumps(changed or {}, ensure_ascii=False, default=str)
        start = (now(), who.name, who.address, action, entity, entity_id)
        self.last = _row_seal(self.last, *start, json.loads(text), reason)
        self.rows.append((*start, text, reason, self.last))

    def write(self):
        append = APPEND.replace("?", database.param)
        if len(self.rows) == 1:
            database.execute_sql(append, self.rows[0])
        else:
            database.cursor().executemany(append, self.rows)
        count = self.count + len(self.rows)
        _run(MOVE_HEAD, count, self.last, _seal(count, self.last))


_chain = ContextVar("chain", default=None)


@contextmanager
def together():
    """Within a transaction that fails as a whole: its thousands of rows are written in one go at the end."""
    token = _chain.set(_Chain())
    try:
        yield
        _chain.get().write()
    finally:
        _chain.reset(token)


def _transaction(action):
    """The caller's transaction, else one of our own."""
    if database.in_transaction():
        return nullcontext()
    return _unhurried() if action == "view" else database.atomic()


@contextmanager
def _unhurried():
    """A transaction that is there when it ends but does not wait for the disk.

    For rows about looking, which change nothing: a power cut may take the last few of them, a crash may not.
    Whatever is saved waits for the disk, and takes these rows along.
    """
    sqlite = isinstance(database.obj, SqliteDatabase)
    if sqlite:
        database.execute_sql("PRAGMA synchronous = NORMAL")
    try:
        with database.atomic():
            if not sqlite:
                database.execute_sql("SET LOCAL synchronous_commit TO off")
            yield
    finally:
        if sqlite:
            database.execute_sql("PRAGMA synchronous = FULL")


def _run(sql, *values):
    """Written as text: every page that shows a person appends a row, so this is on the way of every request."""
    return database.execute_sql(sql.replace("?", database.param), values)


def first_broken_row():
    """Walk the chain; return None when it is whole, else (row id or None, what is wrong).

    A row id of None means that rows are missing at the end, or all of them.  Rows are read as the database has them:
    what is no date or no JSON any more is a changed row, not a fault of the check.
    """
    previous, count = "", 0
    columns = ", ".join(f'"{name}"' for name in ("id", *SEALED, "row_hash"))
    for key, *values, stored in _run(f"SELECT {columns} FROM audit_log ORDER BY id"):
        expected = _expected(previous, values)
        if expected is None or not _same(expected, stored):
            return key, _("changed, or a row before it was removed or moved")
        if not previous and (words := _began_late(values[0])):
            return key, words
        previous, count = stored, count + 1
    return _wrong_at_the_end(previous, count)


SEALED = (
    "at",
    "working_as_name",
    "ip",
    "action",
    "entity",
    "entity_id",
    "changed_fields",
    "reason",
)


def _expected(previous, values):
    """The seal that a row of these raw values must have; None when they are none that the portal writes."""
    at, *plain, changed, reason = values
    fields = AuditLog._meta.fields
    try:
        at = fields["at"].python_value(at)
        changed = fields["changed_fields"].python_value(changed)
        return _row_seal(previous, at, *plain, changed, reason)
    except (ValueError, AttributeError, TypeError):
        return None


def _same(expected, stored):
    """True when two seals are alike; somebody may have put anything in the place of one."""
    return isinstance(stored, str) and hmac.compare_digest(expected.encode(), stored.encode())


def _began_late(at):
    """What is wrong when the first row is younger than the portal itself: the rows before it were taken away."""
    opened = Account.select(fn.MIN(Account.created_at)).scalar()
    if opened and AuditLog._meta.fields["at"].python_value(at) > opened + HOUR:
        return _("the rows before it are missing")
    return ""


def _wrong_at_the_end(previous, count):
    head = AuditHead.get_or_none(AuditHead.id == 1)
    if head is None:
        # A portal that was set up wrote rows: an empty log was emptied.
        whole = count == 0 and not Account.select(Account.id).exists()
        return None if whole else (None, _("the head row is missing"))
    if head.count != count or head.last_hash != previous:
        return None, _("rows missing at the end: %(count)s", count=head.count - count)
    if not _same(_seal(count, previous), head.seal):
        return None, _("the head row was changed")
    return None

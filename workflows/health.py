"""Is the portal well: can it write, does the mail move, is there room."""

import shutil
import sqlite3

from flask_babel import gettext as _
from peewee import PeeweeException, SqliteDatabase

from models import Session, database
from workflows import outbox

ROOM = 200 * 1024 * 1024  # bytes that must be free beside the database
# Older ones may, very rarely, damage a database that two connections write to at the same moment.
SOUND_SQLITE = (3, 51, 3)


def report(folder):
    """{check: (is well, words)} for the data in ``folder``; the words are for signed-in eyes only."""
    is_writable = _is_writable()
    is_moving = is_writable and outbox.is_moving()
    free = shutil.disk_usage(folder).free
    return {
        "database": (is_writable, engine()),
        "outbox": (
            is_moving,
            _("Moving") if is_moving else _("A message has been due for over ten minutes"),
        ),
        "disk": (free > ROOM, _("%(size)s MB free", size=free // 1024**2)),
    }


def engine():
    """The database engine, its version, and a warning when the version has a known fault."""
    if not isinstance(database.obj, SqliteDatabase):
        return "PostgreSQL"
    if sqlite3.sqlite_version_info >= SOUND_SQLITE:
        return f"SQLite {sqlite3.sqlite_version}"
    return _(
        "SQLite %(version)s, which has a very rare fault when two programs write at the same moment. "
        "Version 3.51.3 or newer has it mended: keep your backups going, and update when you can.",
        version=sqlite3.sqlite_version,
    )


def _is_writable():
    """Ask for the right to write, and write to no row at all: a locked or read-only database refuses."""
    try:
        with database.atomic():
            Session.update(browser=Session.browser).where(Session.id < 0).execute()
    except PeeweeException:
        return False
    return True

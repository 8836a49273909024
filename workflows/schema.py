"""The database's shape: migrations run in order, and an older database always upgrades."""

from pathlib import Path

from flask_babel import gettext as _
from peewee import PeeweeException
from playhouse.migrations import Runner

from models import database

FOLDER = Path(__file__).resolve().parent.parent / "migrations"


class Newer(SystemExit):
    """The database was upgraded by a newer version; ends the program with a sentence, before anything is written."""


def upgrade():
    """Apply every pending migration; returns their names.  Raises Newer.

    Of several servers that start together each may find a migration done by another while it was at it itself.
    """
    if strangers():
        raise Newer(newer_words())
    waiting = left = pending()
    while left:
        try:
            Runner(database.obj, str(FOLDER)).up()
        except PeeweeException:
            if pending() == left:
                raise  # nobody else is at it
        left = pending()
    return waiting


def strangers():
    """Names of the migrations that this database has had and this version does not know."""
    return [m.name for m in Runner(database.obj, str(FOLDER)).status() if not m.path]


def newer_words():
    """What to do about a database that is newer than the program."""
    return _(
        "The database is of a newer version of the portal. Start that version again, or restore a copy that was made"
        " before the update (with PostgreSQL, into a new and empty database)."
    )


def fill(had):
    """What migrations would have worked out for the rows of a copy made when only those in ``had`` were applied."""
    runner = Runner(database.obj, str(FOLDER))
    for migration in runner.migrations():
        module = None if migration.name in had else migration.load()
        if getattr(module, "FILLS", False):
            module.up(runner.migrator, database.obj)


def pending():
    """Names of migrations not yet applied."""
    return [m.name for m in Runner(database.obj, str(FOLDER)).status() if m.path and not m.applied]


def applied():
    """Names of the migrations this database has had."""
    return [m.name for m in Runner(database.obj, str(FOLDER)).status() if m.applied]


def known():
    """Names of the migrations that come with this version of the portal."""
    return [m.name for m in Runner(database.obj, str(FOLDER)).status() if m.path]

"""The database's shape: migrations run in order, and an older database always upgrades."""

from pathlib import Path

from playhouse.migrations import Runner

from models import database

FOLDER = Path(__file__).resolve().parent.parent / "migrations"


def upgrade():
    """Apply every pending migration; returns their names."""
    return Runner(database.obj, str(FOLDER)).up()


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

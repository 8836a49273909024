"""The day on which an assessment was due stays with it, so that what was on time can be counted."""

from peewee import DateField


def up(migrator, db):
    migrator.migrate(
        migrator.add_column("needs_assessment", "due_on", DateField(null=True)),
        migrator.add_index("needs_assessment", ("due_on",), False),
    )


def down(migrator, db):
    migrator.migrate(migrator.drop_column("needs_assessment", "due_on"))

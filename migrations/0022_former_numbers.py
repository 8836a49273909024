"""A file keeps the number of the file that was merged into it, by which letters and people still call it."""

from peewee import CharField


def up(migrator, db):
    column = CharField(null=True, max_length=400)
    migrator.migrate(migrator.add_column("household", "former_numbers", column))


def down(migrator, db):
    migrator.migrate(migrator.drop_column("household", "former_numbers"))

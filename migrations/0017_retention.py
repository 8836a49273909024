"""Further names under a disposal; why the first day of a program moved, kept in the file that is disposed of."""

from peewee import SQL, CharField, JSONField


def up(migrator, db):
    migrator.migrate(
        migrator.add_column(
            "disposal",
            "also_confirmed_by",
            JSONField(constraints=[SQL("DEFAULT '[]'")]),
            allow_not_null=True,
        ),
        migrator.add_column("household", "anchor_reason", CharField(null=True, max_length=300)),
    )


def down(migrator, db):
    migrator.migrate(
        migrator.drop_column("disposal", "also_confirmed_by"),
        migrator.drop_column("household", "anchor_reason"),
    )

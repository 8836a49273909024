"""A note knows whether it was written on target, on time or late (R-NOTE-2)."""

from peewee import CharField


def up(migrator, db):
    field = CharField(max_length=10, null=True)
    migrator.migrate(
        migrator.add_column("case_note", "timeliness", field),
        migrator.add_index("case_note", ("timeliness", "contact_on")),
    )
    db.execute_sql(
        "UPDATE case_note SET timeliness = CASE WHEN written_on <= target_on THEN 'on-target'"
        " WHEN written_on <= due_on THEN 'on-time' ELSE 'late' END WHERE due_on IS NOT NULL"
    )


def down(migrator, db):
    migrator.migrate(
        migrator.drop_index("case_note", "case_note_timeliness_contact_on"),
        migrator.drop_column("case_note", "timeliness"),
    )

"""The service record is checked along an index that holds whatever it asks of an activity, and so is work by topic."""

from peewee import SQL

OLD, NEW = "case_activity_date_topic_minutes", "case_activity_as_reported"
TOPIC = ("date", "topic", "minutes")
REPORTED = (*TOPIC, "type", "ircc_service", "referral_id")


def up(migrator, db):
    _exchange(db, OLD, NEW, REPORTED)


def down(migrator, db):
    _exchange(db, NEW, OLD, TOPIC)


def _exchange(db, old, new, columns):
    listed = ", ".join(f'"{column}"' for column in columns)
    db.execute(SQL(f'DROP INDEX "{old}"'))
    db.execute(SQL(f'CREATE INDEX "{new}" ON "case_activity" ({listed})'))

"""Indexes along which the reports walk: what was done in a period, the level on a day, status on a day, first sending."""

from peewee import SQL

INDEXES = {
    "case_activity_date_topic_minutes": ("case_activity", ("date", "topic", "minutes")),
    "needs_assessment_level_on": (
        "needs_assessment",
        ("client_id", "completed_on", "point", "level", "state"),
    ),
    "referral_referred_on": ("referral", ("referred_on", "direction", "client_id")),
    "referral_status_event_at": ("referral_status_event", ("at", "referral_id")),
    "distribution_log_sendings": ("distribution_log", ("referral_id", "result", "sent_at")),
}


def up(migrator, db):
    for name, (table, columns) in INDEXES.items():
        listed = ", ".join(f'"{column}"' for column in columns)
        db.execute(SQL(f'CREATE INDEX "{name}" ON "{table}" ({listed})'))


def down(migrator, db):
    for name in INDEXES:
        db.execute(SQL(f'DROP INDEX "{name}"'))

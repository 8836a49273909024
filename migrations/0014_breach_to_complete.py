"""A breach record may be opened before everything is known: the report of the incident opens it."""

COLUMNS = ("information_involved", "people_affected_count", "significant_harm_risk", "harm_reasons")


def up(migrator, db):
    for column in COLUMNS:
        migrator.migrate(migrator.drop_not_null("privacy_breach", column))


def down(migrator, db):
    for column in COLUMNS:
        empty = "0" if column == "people_affected_count" else "''"
        db.execute_sql(f'UPDATE privacy_breach SET "{column}" = {empty} WHERE "{column}" IS NULL')
        migrator.migrate(migrator.add_not_null("privacy_breach", column))

"""Words in the search columns as ``normalise`` writes them now: ł, ø, đ, ı and their like without stroke or hook.

The search text of a row was normalised already, so only these letters differ.  Doing it twice changes nothing.
"""

TABLES = (
    "keyword",
    "staff",
    "organization",
    "service_location",
    "program",
    "service_activity",
    "household",
    "client",
    "referral",
)
FOLDED = {
    **dict(zip("łøđðıħŧŋƙɓɗɨə", "loddihtnkbdie", strict=True)),
    "æ": "ae",
    "œ": "oe",
    "þ": "th",
}


def up(migrator, db):
    folded = "search"
    for letter, plain in FOLDED.items():
        folded = f"REPLACE({folded}, '{letter}', '{plain}')"
    for table in TABLES:
        # The triggers and indexes of 0002 follow by themselves.
        db.execute_sql(f'UPDATE "{table}" SET search = {folded} WHERE search <> {folded}')


def down(migrator, db):
    """Nothing: the rows are found the same way, only fewer spellings lead to them."""

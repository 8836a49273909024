"""What lists are put in order by, beside each text they are sorted by: lower case, no accents, the same on both databases."""

import unicodedata

from peewee import SqliteDatabase

# Rows of an older copy have none yet; running again changes nothing.
FILLS = True
LENGTH = 120
FRENCH = ("label_fr", "label_en")
LABELS = {"label_en": ("label_en",), "label_fr": FRENCH}
NAME = {"name": ("name",)}
TABLES = {
    "taxonomy_list": LABELS,
    "taxonomy_item": LABELS,
    "language": LABELS,
    "keyword_category": LABELS,
    "keyword": LABELS,
    "area_of_focus": LABELS,
    "staff": NAME,
    "interpreter": NAME,
    "organization": NAME,
    "service_location": NAME | {"city": ("city",)},
    "program": NAME,
    "service_activity": NAME,
    "client": {"display_name": ("display_name",), "municipality": ("municipality",)},
    "export_profile": NAME,
}
# (table, index, columns) that only served to sort, and what serves instead besides one for each new column.
REPLACED = (
    ("taxonomy_item", "taxonomyitem_label_en", ("label_en",)),
    ("language", "language_label_en", ("label_en",)),
    ("keyword", "keyword_label_en", ("label_en",)),
    ("area_of_focus", "areaoffocus_label_en", ("label_en",)),
    ("service_location", "servicelocation_name", ("name",)),
    ("service_location", "servicelocation_city", ("city",)),
    ("program", "program_name", ("name",)),
    ("service_activity", "serviceactivity_name", ("name",)),
    ("service_activity", "serviceactivity_state_name", ("state", "name")),
    ("client", "client_display_name", ("display_name",)),
    ("client", "client_municipality_display_name", ("municipality", "display_name")),
)
WITH_NAME = "municipality_sorted"  # an index of two columns begins with it
FOLDED = str.maketrans(
    dict(zip("łøđðıħŧŋƙɓɗɨə", "loddihtnkbdie", strict=True)) | {"æ": "ae", "œ": "oe", "þ": "th"}
)


def up(migrator, db):
    for table, columns in TABLES.items():
        missing = {f"{name}_sorted" for name in columns} - {c.name for c in db.get_columns(table)}
        for column in sorted(missing):
            _add(db, table, column)
        _fill(db, table, columns)
    for table, index, columns in REPLACED:
        db.execute_sql(f'DROP INDEX IF EXISTS "{index}"')
        if len(columns) > 1:
            _index(db, table, _instead(table, columns))


def _instead(table, columns):
    return tuple(f"{name}_sorted" if name in TABLES[table] else name for name in columns)


def down(migrator, db):
    for table, index, columns in REPLACED:
        listed = ", ".join(f'"{column}"' for column in columns)
        db.execute_sql(f'CREATE INDEX "{index}" ON "{table}" ({listed})')
        if len(columns) > 1:
            db.execute_sql(f'DROP INDEX "{_named(table, _instead(table, columns))}"')
    for table, columns in TABLES.items():
        for name in columns:
            db.execute_sql(f'DROP INDEX IF EXISTS "{_named(table, (f"{name}_sorted",))}"')
            db.execute_sql(f'ALTER TABLE "{table}" DROP COLUMN "{name}_sorted"')


def _add(db, table, column):
    # Letter by letter, as SQLite compares, whatever the language of the server.
    collation = "" if isinstance(db, SqliteDatabase) else 'COLLATE "C"'
    db.execute_sql(
        f'ALTER TABLE "{table}" ADD COLUMN "{column}" VARCHAR({LENGTH}) {collation} '
        "NOT NULL DEFAULT ''"
    )
    if column != WITH_NAME:
        _index(db, table, (column,))


def _index(db, table, columns):
    listed = ", ".join(f'"{column}"' for column in columns)
    db.execute_sql(f'CREATE INDEX IF NOT EXISTS "{_named(table, columns)}" ON "{table}" ({listed})')


def _named(table, columns):
    return "_".join((table.replace("_", ""), *columns))


def _fill(db, table, columns):
    for name, of in columns.items():
        listed = ", ".join(f'"{column}"' for column in of)
        sql = f'SELECT id, "{name}_sorted", {listed} FROM "{table}"'
        for key, known, *words in db.execute_sql(sql).fetchall():
            wanted = _words(next(filter(None, words), ""))[:LENGTH]
            if wanted != known:
                sql = f'UPDATE "{table}" SET "{name}_sorted" = {db.param} WHERE id = {db.param}'
                db.execute_sql(sql, (wanted, key))


def _words(text):
    """As the search words are written: lower case, no accents, letters and digits only, one space between."""
    plain = unicodedata.normalize("NFKD", text).casefold()
    plain = unicodedata.normalize("NFKD", plain).translate(FOLDED)
    kept = (c if c.isalnum() else "" if unicodedata.combining(c) else " " for c in plain)
    return " ".join("".join(kept).split())

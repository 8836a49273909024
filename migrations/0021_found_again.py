"""A file keeps the number of the file that was merged into it; a name is found with an Arabic or a Persian keyboard alike.

The words of a row were normalised already, so only these letters differ.
"""

from peewee import CharField

# A copy of an older version has its words as they were; running again changes nothing.
FILLS = True
FOLDED = {"ی": "ي", "ى": "ي", "ک": "ك", "ة": "ه", "ە": "ه"}


def up(migrator, db):
    if "former_numbers" not in {column.name for column in db.get_columns("household")}:
        column = CharField(null=True, max_length=400)
        migrator.migrate(migrator.add_column("household", "former_numbers", column))
    for table in db.get_tables():
        # The indexes of words follow by themselves.
        for column in () if "_words" in table else db.get_columns(table):
            if column.name == "search" or column.name.endswith("_sorted"):
                _fold(db, table, column.name)


def _fold(db, table, name):
    folded = f'"{name}"'
    for letter, plain in FOLDED.items():
        folded = f"REPLACE({folded}, '{letter}', '{plain}')"
    db.execute_sql(f'UPDATE "{table}" SET "{name}" = {folded} WHERE "{name}" <> {folded}')


def down(migrator, db):
    migrator.migrate(migrator.drop_column("household", "former_numbers"))

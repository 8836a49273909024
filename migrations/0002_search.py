"""The word index of every searched table: FTS5 with prefix indexes on SQLite, a GIN index on PostgreSQL.

The FTS5 tables hold no text of their own (external content); triggers keep them in step with whatever writes the row.
"""

from peewee import SqliteDatabase

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

FTS = """
CREATE VIRTUAL TABLE {t}_words USING fts5(search, content='{t}', content_rowid='id', detail='none',
    prefix='2 3 4 5 6', tokenize='unicode61 remove_diacritics 0');
CREATE TRIGGER {t}_words_insert AFTER INSERT ON {t} BEGIN
    INSERT INTO {t}_words(rowid, search) VALUES (new.id, new.search);
END;
CREATE TRIGGER {t}_words_delete AFTER DELETE ON {t} BEGIN
    INSERT INTO {t}_words({t}_words, rowid, search) VALUES ('delete', old.id, old.search);
END;
CREATE TRIGGER {t}_words_update AFTER UPDATE OF search ON {t} WHEN old.search <> new.search BEGIN
    INSERT INTO {t}_words({t}_words, rowid, search) VALUES ('delete', old.id, old.search);
    INSERT INTO {t}_words(rowid, search) VALUES (new.id, new.search);
END;
"""


def up(migrator, db):
    for table in TABLES:
        if isinstance(db, SqliteDatabase):
            for statement in FTS.format(t=table).split(";\nC"):
                statement = statement.strip().rstrip(";")
                if not statement.startswith("C"):
                    statement = "C" + statement
                db.execute_sql(statement)
        else:
            db.execute_sql(
                f'CREATE INDEX {table}_words ON "{table}" '
                "USING gin (to_tsvector('simple', search))"
            )


def down(migrator, db):
    for table in TABLES:
        if isinstance(db, SqliteDatabase):
            for event in ("insert", "delete", "update"):
                db.execute_sql(f"DROP TRIGGER {table}_words_{event}")
            db.execute_sql(f"DROP TABLE {table}_words")
        else:
            db.execute_sql(f"DROP INDEX {table}_words")

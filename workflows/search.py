"""Finding rows by the beginnings of words, on one normalised column; both databases give the same rows.

SQLite: an FTS5 table with prefix indexes of two to six letters.  A longer word is looked up by its first six letters
and the rest is checked on the row, so that rows are read lazily, newest first, however common the word is.
PostgreSQL: to_tsvector('simple') with a GIN index.
"""

from peewee import SQL, SqliteDatabase, fn

from models import database, normalise

PREFIX = 6


def words_of(text):
    """The words that are looked for, at most eight."""
    return normalise(text[:200]).split()[:8]


def is_lazy():
    """True where matches are read in row order without finding all of them first."""
    return isinstance(database.obj, SqliteDatabase)


def matching(query, model, text):
    """``query`` limited to rows of ``model`` with words that begin with each word of ``text``."""
    words, meta = words_of(text), model._meta
    if not words:
        return query.where(SQL("1 = 0"))
    if not is_lazy():
        terms = " & ".join(f"{word}:*" for word in words)
        return query.where(
            SQL("to_tsvector('simple', t1.search) @@ to_tsquery('simple', %s)", (terms,))
        )
    # A single letter has no index of its own; FTS5 then walks the terms, which is still right.
    asked = " ".join(f'"{word[:PREFIX]}"*' for word in words)
    table = f"{meta.table_name}_words"
    query = query.where(
        SQL(f"t1.id IN (SELECT rowid FROM {table} WHERE {table} MATCH ?)", (asked,))
    )
    for word in words:
        if len(word) > PREFIX:
            query = query.where(fn.INSTR(SQL("' ' || t1.search"), f" {word}") > 0)
    return query

"""Finding rows by the beginnings of words, on one normalised column; both databases give the same rows.

SQLite: an FTS5 table with prefix indexes of two to six letters.  A longer word is looked up by its first six letters
and the rest is checked on the row, so that rows are read lazily, newest first, however common the word is.
PostgreSQL: to_tsvector('simple') with a GIN index.
"""

from peewee import SQL, SqliteDatabase

from models import database, normalise

PREFIX = 6


def words_of(text):
    """The words that are looked for, at most eight."""
    return normalise(text[:200]).split()[:8]


def is_lazy():
    """True where matches are read in row order without finding all of them first."""
    return isinstance(database.obj, SqliteDatabase)


def matching(model, source, text):
    """(FROM clause, [(SQL, parameters)], lazy) that limits ``source`` ("table AS t1") to rows with these words.

    Every word of ``text`` must begin a word of the row.  Where ``lazy`` is true the index is called w and drives.
    """
    words, table = words_of(text), f"{model._meta.table_name}_words"
    if not words:
        return source, [("1 = 0", ())], False
    if not is_lazy():
        terms = " & ".join(f"{word}:*" for word in words)
        found = "to_tsvector('simple', t1.search) @@ to_tsquery('simple', %s)"
        return source, [(found, (terms,))], False
    asked = " ".join(f'"{word[:PREFIX]}"*' for word in words)
    conditions = [(f"{table} MATCH ?", (asked,))]
    conditions += [
        ("INSTR(' ' || t1.search, ?) > 0", (f" {word}",)) for word in words if len(word) > PREFIX
    ]
    # CROSS JOIN keeps SQLite from turning the order around: rows come out of the index newest first, as they are needed.
    return f"{table} AS w CROSS JOIN {source} ON t1.id = w.rowid", conditions, True


def condition(model, text, newest=None):
    """The same as a peewee expression for short queries; ``newest`` keeps that many, read lazily where possible."""
    source, conditions, lazy = matching(model, f'"{model._meta.table_name}" AS t1', text)
    where = " AND ".join(sql for sql, _values in conditions)
    values = [value for _sql, given in conditions for value in given]
    if newest:
        where += f" ORDER BY {'w.rowid' if lazy else 't1.id'} DESC LIMIT {int(newest)}"
    return model._meta.fields["id"].in_(SQL(f"(SELECT t1.id FROM {source} WHERE {where})", values))

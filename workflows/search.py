"""Finding rows by the beginnings of words, on one normalised column; both databases give the same rows.

SQLite: an FTS5 table with prefix indexes of two to six letters.  A longer word is looked up by its first six letters
and the rest is checked on the row, so that rows are read lazily, newest first, however common the word is.
PostgreSQL: to_tsvector('simple') with a GIN index.
"""

from peewee import SQL, SqliteDatabase

from models import Client, Household, database, normalise

PREFIX = 6
WITHIN = {Household: Client.household}  # a file is found by the people in it too


def words_of(text):
    """The words that are looked for, at most eight."""
    return normalise(text[:200]).split()[:8]


def is_lazy(model=None):
    """True where matches (of ``model``) are read in row order without finding all of them first."""
    return isinstance(database.obj, SqliteDatabase) and model not in WITHIN


def matching(model, source, text):
    """(FROM clause, [(SQL, parameters)], lazy) that limits ``source`` ("table AS t1") to rows with these words.

    Every word of ``text`` must begin a word of the row.  Where ``lazy`` is true the index is called w and drives.
    """
    words = words_of(text)
    if not words:
        return source, [("1 = 0", ())], False
    if model not in WITHIN:
        return _of_the_row(model, source, words)
    link = WITHIN[model]
    own, values = _ids(_of_the_row(model, _table(model), words))
    inside, others = _ids(_of_the_row(link.model, _table(link.model), words))
    files = f'SELECT t1."{link.column_name}" FROM {_table(link.model)} WHERE t1.id IN ({inside})'
    return source, [(f"t1.id IN ({own}) OR t1.id IN ({files})", [*values, *others])], False


def _of_the_row(model, source, words):
    """As ``matching``, by the row's own words."""
    table = f"{model._meta.table_name}_words"
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
    found = matching(model, _table(model), text)
    sql, values = _ids(found)
    if newest:
        sql += f" ORDER BY {'w.rowid' if found[2] else 't1.id'} DESC LIMIT {int(newest)}"
    return model._meta.fields["id"].in_(SQL(f"({sql})", values))


def _table(model):
    return f'"{model._meta.table_name}" AS t1'


def _ids(found):
    """(SQL, parameters) of the ids of what ``matching`` found."""
    source, conditions, _lazy = found
    where = " AND ".join(sql for sql, _values in conditions)
    return f"SELECT t1.id FROM {source} WHERE {where}", [
        v for _sql, given in conditions for v in given
    ]

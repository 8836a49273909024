"""What waits for somebody: each kind is defined once, and Home, the standards page and the reminders by email read it."""

from collections.abc import Callable
from dataclasses import dataclass

from peewee import Select, fn

from forms.formats import number_text
from models import database

CAP = 1000
SHOWN = 5  # rows named on the standards page; the list behind the link has them all


@dataclass(frozen=True)
class Waiting:
    """One kind of thing that waits.

    ``query(today)`` gives the rows, a query of ids; or several such queries, or an expression that is the number.
    ``words(number)`` says what they are, ``href(today)`` is the list of them.  ``table`` is the model of the rows where
    the standards page may name some of them.
    """

    name: str
    query: Callable
    words: Callable
    href: Callable
    table: type | None = None


def shown(number):
    """A count as people read it; beyond the cap "1,000+"."""
    return f"{number_text(CAP)}+" if number > CAP else number_text(number)


def counts(kinds, today):
    """{name: number} of these Waitings on the day ``today``, in one statement; CAP + 1 means more than CAP."""
    columns, owners = [], []
    for kind in kinds:
        asked = kind.query(today)
        for part in asked if isinstance(asked, list | tuple) else (asked,):
            number = _capped(part) if hasattr(part, "limit") else part
            columns.append(number.alias(f"n{len(columns)}"))
            owners.append(kind.name)
    found = dict.fromkeys((kind.name for kind in kinds), 0)
    if columns:
        numbers = next(iter(Select([], columns).bind(database).tuples()))
        for name, number in zip(owners, numbers, strict=True):
            found[name] += number
    return found


def _capped(query):
    """The number of rows of ``query``, at most CAP + 1: nobody needs to know how many more there are."""
    rows = query.limit(CAP + 1).alias("rows")
    return Select([rows], [fn.COUNT(rows.c.id)])


def first_rows(kind, today):
    """The first few records of a Waiting that names a table."""
    if kind.table is None:
        return []
    ids = [key for (key,) in kind.query(today).limit(SHOWN).tuples()]
    found = kind.table.stored_by_id(ids)
    return [found[key] for key in ids if key in found]

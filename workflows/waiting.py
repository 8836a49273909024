"""What waits for somebody: each kind is defined once, and Home, the standards page and the reminders by email read it."""

from collections.abc import Callable
from dataclasses import dataclass

from peewee import Select, fn

from forms.formats import number_text

CAP = 1000
SHOWN = 5  # rows named on the standards page; the list behind the link has them all


@dataclass(frozen=True)
class Waiting:
    """One kind of thing that waits.

    ``query(today)`` selects the ids of the rows, ``words(number)`` says what they are, ``href(today)`` is the list of
    them, ``table`` the model of the rows.
    """

    name: str
    table: type
    query: Callable
    words: Callable
    href: Callable


def shown(number):
    """A count as people read it; beyond the cap "1,000+"."""
    return f"{number_text(CAP)}+" if number > CAP else number_text(number)


def capped(query):
    """A query for the number of rows of ``query``, at most CAP + 1: nobody needs to know how many more there are."""
    rows = query.limit(CAP + 1).alias("rows")
    return Select([rows], [fn.COUNT(rows.c.id)])


def counts(kinds, today):
    """{name: number} of these Waitings on the day ``today``, in one statement; CAP + 1 means more than CAP."""
    if not kinds:
        return {}
    columns = [capped(kind.query(today)).alias(kind.name.replace("-", "_")) for kind in kinds]
    found = Select([], columns).bind(kinds[0].table._meta.database).tuples()
    return dict(zip((kind.name for kind in kinds), next(iter(found)), strict=True))


def first_rows(kind, today):
    """The first few records of a Waiting."""
    ids = [key for (key,) in kind.query(today).limit(SHOWN).tuples()]
    found = kind.table.stored_by_id(ids)
    return [found[key] for key in ids if key in found]

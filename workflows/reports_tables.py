"""What a report is made of: what was asked, figures and tables each with its definition in words (domain 8).

A figure is defined once, here or in a ``reports_…`` file of its subject; the page, the print, the spreadsheets and the
page of standards all compute it from that one definition.
"""

import datetime
import re
from collections.abc import Callable
from dataclasses import dataclass, field
from decimal import Decimal
from fractions import Fraction
from functools import wraps

from flask_babel import gettext as _

from models import normalise
from workflows import settings
from workflows.business_days import ONE_DAY, add_months, fiscal_year_start
from workflows.scoring import round_half_up

PERIOD, LOCATION, PROGRAM, WORKER, CASE_TYPE = (
    "period",
    "location",
    "program",
    "worker",
    "case_type",
)


# ---- Values --------------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Ratio:
    """So many of so many; ``percent`` is None where there is nothing to divide by."""

    part: int
    whole: int

    @property
    def percent(self):
        return round_half_up(Fraction(100 * self.part, self.whole)) if self.whole else None


@dataclass(frozen=True)
class Mean:
    """An average, a median or a score over ``base`` people or answers; ``value`` is None where there are none."""

    value: Decimal | int | None
    base: int


def mean(total, base):
    """``total`` divided by ``base``, with one decimal, rounded half up."""
    return Mean(round_half_up(Fraction(total, base)) if base else None, base)


class Hidden:
    """Stands in a shared report where a small number was."""

    def __repr__(self):
        return "HIDDEN"


HIDDEN = Hidden()


# ---- What was asked -------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Asked:
    """The period (both days in it) and the filters of one look at a report; ``shared`` hides small numbers."""

    first: datetime.date
    last: datetime.date
    today: datetime.date
    location: int | None = None
    program: int | None = None
    worker: int | None = None
    case_type: str = ""
    shared: bool = False
    known: dict = field(default_factory=dict, compare=False, repr=False)

    @property
    def begins(self):
        """The instant at which the period begins."""
        return settings.start_of(self.first)

    @property
    def ends(self):
        """The instant at which the day after the period begins."""
        return settings.start_of(self.last + ONE_DAY)


def once(function):
    """What several figures are read from is asked of the database once a look."""

    @wraps(function)
    def remembered(asked):
        key = f"{function.__module__}.{function.__name__}"
        if key not in asked.known:
            asked.known[key] = function(asked)
        return asked.known[key]

    return remembered


def periods(today):
    """{name: (first day, last day)} of the quick choices; quarters are those of the fiscal year."""
    year, month = fiscal_year_start(today), today.replace(day=1)
    quarter = add_months(month, -((month.month - 1) % 3))
    return {
        "this-year": (year, today),
        "last-year": (add_months(year, -12), year - ONE_DAY),
        "last-quarter": (add_months(quarter, -3), quarter - ONE_DAY),
        "last-month": (add_months(month, -1), month - ONE_DAY),
    }


# ---- Figures, tables, reports -----------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Figure:
    """One number: ``compute(asked)`` gives an int, a Ratio, a Mean or None.  ``personal`` ones may be small numbers
    of people; ``least`` names the setting under which a shared report hides it."""

    slug: str
    label: str
    definition: str
    compute: Callable
    personal: bool = True
    least: str = "small_cell_min"


COUNT, FOLLOWS, PLAIN = "count", "follows", "plain"


@dataclass(frozen=True)
class Column:
    """One column of numbers: ``count`` of people or their events (small ones are hidden in a shared report), ``follows``
    the count in column ``of`` and is hidden with it, or ``plain``.  ``bar``: the numbers are drawn as bars too."""

    label: str
    kind: str = COUNT
    of: int = 0
    bar: bool = False


PART, TOTAL, AVERAGE, REFERENCE = "part", "total", "average", "reference"


@dataclass(frozen=True)
class Line:
    """One row: its words, a value for each column, where it leads, and whether it is a part or sums the parts up."""

    label: str
    cells: tuple
    kind: str = PART
    href: str = ""


@dataclass(frozen=True)
class Grid:
    """A computed table.  ``sums``: the last column sums the count columns before it up, line by line."""

    head: str
    columns: tuple
    lines: tuple
    sums: bool = False
    note: str = ""


@dataclass(frozen=True)
class Table:
    """``compute(asked)`` gives a Grid.  A ``listing`` names records and is never part of a shared report; one with
    ``needs`` is left out of it while its total is under that setting."""

    slug: str
    label: str
    definition: str
    compute: Callable
    personal: bool = True
    listing: bool = False
    needs: str = ""


@dataclass(frozen=True)
class Report:
    """A page of figures and tables; ``filters`` are those that mean something here.

    One that is a page of its own has an ``href`` and nothing else.
    """

    slug: str
    title: str
    about: str
    filters: tuple = ()
    figures: tuple = ()
    tables: tuple = ()
    href: str = ""

    @property
    def is_confidential(self):
        """True when it lists records by name."""
        return any(table.listing for table in self.tables)


def words(text):
    """A label or definition in the current language, the settings it speaks of filled in."""
    asked = re.findall(r"%\((\w+)\)s", text)
    return _(text, **{key: settings.value(key) for key in asked}) if asked else _(text)


def counted(head, column, pairs, note=""):
    """The Grid of (label, number) pairs with their total, the numbers drawn as bars."""
    lines = [Line(label, (number,)) for label, number in pairs]
    total = Line(_("Total"), (sum(line.cells[0] for line in lines),), TOTAL)
    return Grid(head, (Column(column, bar=True),), (*lines, total), note=note)


def in_order(counts, terms, unknown):
    """(label, number) of each of ``terms`` that occurs, in their order; what is none of them counts as unknown."""
    known = dict(terms)
    pairs = [(label, counts[slug]) for slug, label in terms if counts.get(slug)]
    rest = sum(number for slug, number in counts.items() if slug not in known)
    return [*pairs, (unknown, rest)] if rest else pairs


def by_number(counts, label_of):
    """(label, number), the largest first, equal ones by their words."""
    pairs = [(label_of(key), number) for key, number in counts.items()]
    return sorted(pairs, key=lambda pair: (-pair[1], normalise(str(pair[0]))))

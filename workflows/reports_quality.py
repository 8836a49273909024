"""Data quality: what is missing from people's records, who may be on file twice, which files ask for something (domain 8)."""

from typing import NamedTuple

from flask_babel import gettext as _
from peewee import fn

from models import IN_HAND, N_, Client, Household
from workflows import case_file, retention
from workflows.reports_clients import of
from workflows.reports_tables import (
    CASE_TYPE,
    PLAIN,
    WORKER,
    Column,
    Figure,
    Grid,
    Line,
    Ratio,
    Report,
    Table,
    once,
)

MOST = 50
PERSON, FILE = "/clients/details/?id=", "/households/details/?id="


class Gap(NamedTuple):
    """Something that may be missing from a person's record, with the words of its figure and of its list."""

    slug: str
    condition: object
    label: str
    definition: str
    list_label: str
    list_definition: str


GAPS = (
    Gap(
        "birth-date",
        Client.birth_date.is_null() & Client.birth_year_only.is_null(),
        N_("Without a birth date"),
        N_("Those with neither a birth date nor a year of birth."),
        N_("People without a birth date"),
        N_("With neither a birth date nor a year of birth."),
    ),
    Gap(
        "year-only",
        Client.birth_date.is_null() & Client.birth_year_only.is_null(False),
        N_("Only the year of birth"),
        N_("Those of whom only the year of birth is known; they count as born on 1 July."),
        N_("People of whom only the year of birth is known"),
        N_("They count as born on 1 July."),
    ),
    Gap(
        "category",
        Client.immigration_category == "unknown",
        N_("Without an immigration category"),
        N_("Those whose immigration category is unknown."),
        N_("People without an immigration category"),
        N_("Their category is unknown."),
    ),
    Gap(
        "language",
        Client.preferred_languages.cast("text") == "[]",
        N_("Without a language"),
        N_("Those without a preferred language."),
        N_("People without a language"),
        N_("They have no preferred language."),
    ),
    Gap(
        "municipality",
        Client.municipality.is_null() | (Client.municipality == ""),
        N_("Without a municipality"),
        N_("Those without a municipality."),
        N_("People without a municipality"),
        N_("Their municipality is empty."),
    ),
)


def _people(asked, *columns):
    """A query of the people whose case is not closed."""
    query = Client.select(*columns).join(Household)
    return query.where(Household.status.in_(IN_HAND), *of(asked))


@once
def gaps(asked):
    """(people, then how many of them have each of GAPS)."""
    each = [fn.COALESCE(fn.SUM(gap.condition.cast("integer")), 0) for gap in GAPS]
    return _people(asked, fn.COUNT(Client.id), *each).tuples().get()


def _share(place):
    return lambda asked: Ratio(gaps(asked)[place + 1], gaps(asked)[0])


def _listed(head, column, lines):
    """A Grid of the first Lines, which may be one more than are shown."""
    note = _("Only the first %(number)s are listed.", number=MOST) if len(lines) > MOST else ""
    return Grid(head, (Column(column, PLAIN),), tuple(lines[:MOST]), note=note)


def _people_with(condition):
    def compute(asked):
        query = _people(asked, Client.id, Client.display_name, Household.file_number)
        query = query.where(condition).order_by(Client.display_name_sorted, Client.id)
        lines = [
            Line(name, (number,), href=f"{PERSON}{key}")
            for key, name, number in query.limit(MOST + 1).tuples()
        ]
        return _listed(_("Person"), _("File number"), lines)

    return compute


# ---- Possible duplicates ----------------------------------------------------------------------------------------------


@once
def duplicates(asked):
    """[ids of people who look alike]: the same last name and birth date, or the same phone in another household.

    The comparison of spellings is the intake's (R-CLI-3); here what is the same to the letter is found, everywhere.
    """
    last = fn.LOWER(Client.last_name)
    named = (
        Client.select(fn.MIN(Client.id), fn.MAX(Client.id))
        .where(Client.birth_date.is_null(False))
        .group_by(Client.birth_date, last)
        .having(fn.COUNT(Client.id) > 1)
    )
    called = (
        Client.select(fn.MIN(Client.id), fn.MAX(Client.id))
        .where(Client.phone.is_null(False))
        .group_by(Client.phone, fn.LOWER(Client.first_name))
        .having(fn.COUNT(Client.id) > 1)
    )
    found = {tuple(pair) for query in (named, called) for pair in query.tuples()}
    return sorted(found)


def listed_duplicates(asked):
    shown = duplicates(asked)[: MOST + 1]
    known = Client.stored_by_id({key for pair in shown for key in pair}, ("id", "display_name"))
    lines = [
        Line(
            known[first].display_name,
            (known[second].display_name,),
            href=f"/clients/merge/?id={first}&other={second}",
        )
        for first, second in shown
    ]
    return _listed(_("Person"), _("May be the same as"), lines)


# ---- Files ----------------------------------------------------------------------------------------------------------


@once
def due_for_printing(asked):
    """[(household id, file number, day of its latest entry)], the oldest entry first (R-NOTE-8)."""
    facts = (Household.id, Household.file_number, Household.last_entry_on)
    query = Household.select(*facts).where(case_file.print_is_due(asked.today), *of(asked))
    return list(query.order_by(Household.last_entry_on, Household.id).tuples())


@once
def due_for_disposal(asked):
    """The same of the files that may be disposed of (R-RET-1, R-RET-2)."""
    found = retention.due(asked.today, *of(asked))
    rows = [(kept.household.id, kept.household.file_number, kept.last_entry_on) for kept in found]
    return sorted(rows, key=lambda row: (row[2], row[0]))


def _number(files):
    return lambda asked: len(files(asked))


def _files(files):
    def compute(asked):
        lines = [Line(number, (day,), href=f"{FILE}{key}") for key, number, day in files(asked)]
        return _listed(_("File number"), _("Latest entry"), lines)

    return compute


def _list(slug, label, definition, compute):
    return Table(slug, label, definition, compute, listing=True)


REPORT = Report(
    "data-quality",
    N_("Data quality"),
    N_(
        "What is missing, who may be on file twice, which files are due for printing or disposal, with the way to each."
    ),
    (WORKER, CASE_TYPE),
    (
        Figure(
            "people",
            N_("People looked at"),
            N_("People whose case is not closed: at intake, open, extended or on hold."),
            lambda asked: gaps(asked)[0],
        ),
        *(
            Figure(gap.slug, gap.label, gap.definition, _share(place))
            for place, gap in enumerate(GAPS)
        ),
        Figure(
            "duplicates",
            N_("Possible duplicates"),
            N_(
                "Pairs of people with the same last name and birth date, or the same phone and first name, everybody on file"
                " counted."
            ),
            lambda asked: len(duplicates(asked)),
        ),
        Figure(
            "printing",
            N_("Files due for printing"),
            N_(
                "Files of open and extended cases with entries newer than their last printout, when that is more than"
                " %(file_print_days)s days old; those never printed, when they or their latest entry are that old."
            ),
            _number(due_for_printing),
        ),
        Figure(
            "disposal",
            N_("Files due for disposal"),
            N_("Closed files without a legal hold that are as old as their retention rule asks."),
            _number(due_for_disposal),
        ),
    ),
    (
        *(
            _list(gap.slug, gap.list_label, gap.list_definition, _people_with(gap.condition))
            for gap in GAPS
        ),
        _list(
            "duplicates",
            N_("Possible duplicates"),
            N_("The link opens both beside each other."),
            listed_duplicates,
        ),
        _list(
            "printing",
            N_("Files due for printing"),
            N_("The oldest entry first."),
            _files(due_for_printing),
        ),
        _list(
            "disposal",
            N_("Files due for disposal"),
            N_("The oldest entry first."),
            _files(due_for_disposal),
        ),
    ),
)

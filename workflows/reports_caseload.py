"""How many people each worker looks after, and how great their need is: the standard's first table (domain 8)."""

from fractions import Fraction

from flask_babel import gettext as _

from forms import choices
from models import N_, Household, Staff, normalise
from workflows import caseload
from workflows.case_rules import PORTAL_ONLY
from workflows.reports_clients import active, of
from workflows.reports_tables import (
    AVERAGE,
    CASE_TYPE,
    PERIOD,
    REFERENCE,
    TOTAL,
    WORKER,
    Column,
    Figure,
    Grid,
    Line,
    Mean,
    Report,
    Table,
    mean,
    once,
)
from workflows.schedule import LEVELS
from workflows.scoring import round_half_up

# The averages that the standard prints: cases, clients of all ages, adults at each level.
REFERENCE_CASELOAD = (*caseload.REFERENCE[:2], *caseload.REFERENCE[2])


@once
def caseloads(asked):
    """[(worker's name, (cases, clients, adults at each level))] of those with an active case, by name.

    Counted as on the page of caseloads (R-LOAD-1), on the last day of the period.
    """
    counted = (active(asked), Household.case_type != PORTAL_ONLY, *of(asked))
    at_levels = caseload.at_levels(asked.last, *counted)
    names = dict(Staff.select(Staff.id, Staff.name).tuples())
    rows = [
        (names.get(worker, ""), (*size, *(at_levels.get(worker, {}).get(n, 0) for n in LEVELS)))
        for worker, size in caseload.sizes(*counted).items()
    ]
    return sorted(rows, key=lambda row: normalise(row[0]))


def by_worker(asked):
    rows = caseloads(asked)
    totals = tuple(map(sum, zip(*(cells for _name, cells in rows), strict=True)))
    totals = totals or (0,) * len(REFERENCE_CASELOAD)
    workers = [(name, cells) for name, cells in rows if name]
    led = map(sum, zip(*(cells for _name, cells in workers), strict=True))
    averages = tuple(round_half_up(Fraction(n, len(workers))) for n in led)
    lines = [Line(name or _("No main worker"), cells) for name, cells in rows]
    lines.append(Line(_("Total"), totals, TOTAL))
    if workers:
        lines.append(Line(_("Average of a worker"), averages, AVERAGE))
    lines.append(Line(_("Reference of the standard"), REFERENCE_CASELOAD, REFERENCE))
    columns = (
        Column(_("Cases")),
        Column(_("Clients of all ages"), bar=True),
        *(Column(choices.term_label("need-levels", level)) for level in LEVELS),
    )
    return Grid(_("Worker"), columns, tuple(lines))


def workers(asked):
    return sum(1 for name, _cells in caseloads(asked) if name)


def a_workers(place):
    """A function: the average over the workers of one column of the caseload table."""

    def compute(asked):
        rows = [cells for name, cells in caseloads(asked) if name]
        # Hidden in a shared report when there are few people behind it, not few workers.
        found = mean(sum(cells[place] for cells in rows), len(rows))
        return Mean(found.value, sum(cells[1] for cells in rows))

    return compute


REPORT = Report(
    "caseload",
    N_("Caseload"),
    N_(
        "The standard’s table: cases, clients and adults at each level, for each worker and on average."
    ),
    (PERIOD, WORKER, CASE_TYPE),
    (
        Figure(
            "workers",
            N_("Workers with a case"),
            N_(
                "Staff who were the main worker of at least one active case. It is today’s main worker that counts."
            ),
            workers,
            personal=False,
        ),
        Figure(
            "cases-of-a-worker",
            N_("Cases of a worker"),
            N_(
                "Active cases with a main worker, divided by the workers with a case. The standard’s average is 21."
            ),
            a_workers(0),
        ),
        Figure(
            "clients-of-a-worker",
            N_("Clients of a worker"),
            N_(
                "Persons of every age in active cases with a main worker, divided by the workers with a case. The standard’s"
                " average is 58."
            ),
            a_workers(1),
        ),
    ),
    (
        Table(
            "workers",
            N_("Caseload of each worker"),
            N_(
                "Active cases on the last day of the period by today’s main worker, contacts who are only referred left out;"
                " clients of every age; adults by the level of their latest assessment. Adults without an assessment stand"
                " under clients only, so the levels add up to less."
            ),
            by_worker,
        ),
    ),
)

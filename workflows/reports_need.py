"""How great the need of assessed adults is, and how it moves (domain 8)."""

from collections import Counter

from flask_babel import gettext as _
from peewee import fn

from forms import choices
from models import COMPLETE, N_, Client, Household, NeedsAssessment
from workflows import caseload
from workflows.reports_clients import active, of
from workflows.reports_tables import (
    CASE_TYPE,
    PERIOD,
    TOTAL,
    WORKER,
    Column,
    Figure,
    Grid,
    Line,
    Ratio,
    Report,
    Table,
    counted,
    once,
)
from workflows.schedule import LEVELS

FIRST_POINT, YEAR_POINT = "a1", "a4"


@once
def levels(asked):
    """{worker id or None: {level: adults}} of the assessed adults of active cases by their latest level."""
    return caseload.at_levels(asked.last, active(asked), *of(asked))


def by_level(asked):
    counts = Counter()
    for one in levels(asked).values():
        counts.update(one)
    pairs = [(choices.term_label("need-levels", level), counts[level]) for level in LEVELS]
    return counted(_("Level of need"), _("Adults"), pairs)


@once
def moves(asked):
    """{(level at A1, level at A4): adults} of those whose A4 was completed in the period."""
    before, after = NeedsAssessment.alias(), NeedsAssessment.alias()
    query = (
        after.select(before.level, after.level, fn.COUNT(after.id))
        .join(before, on=(before.client == after.client))
        .where(
            after.point == YEAR_POINT,
            after.state == COMPLETE,
            after.completed_on.between(asked.first, asked.last),
            after.level.is_null(False),
            before.point == FIRST_POINT,
            before.state == COMPLETE,
            before.level.is_null(False),
        )
        .group_by(before.level, after.level)
    )
    if of(asked):
        people_of = Client.select(Client.id).join(Household).where(*of(asked))
        query = query.where(after.client.in_(people_of))
    return {(first, last): number for first, last, number in query.tuples()}


def movement(asked):
    found = moves(asked)
    lines = []
    for first in LEVELS:
        cells = [found.get((first, last), 0) for last in LEVELS]
        lines.append(Line(choices.term_label("need-levels", first), (*cells, sum(cells))))
    total = tuple(map(sum, zip(*(line.cells for line in lines), strict=True)))
    columns = [Column(choices.term_label("need-levels", level)) for level in LEVELS]
    return Grid(
        _("At A1, down; at A4, across"),
        (*columns, Column(_("Total"))),
        (*lines, Line(_("Total"), total, TOTAL)),
        sums=True,
    )


def improved(asked):
    """Adults whose level at A4 is a lower need than at A1, of those with both."""
    found = moves(asked)
    better = sum(n for (a, b), n in found.items() if LEVELS.index(b) > LEVELS.index(a))
    return Ratio(better, sum(found.values()))


REPORT = Report(
    "level-of-need",
    N_("Level of need"),
    N_("Assessed adults by their latest level, and how levels moved from A1 to A4."),
    (PERIOD, WORKER, CASE_TYPE),
    (
        Figure(
            "assessed",
            N_("Assessed adults"),
            N_(
                "Adults in active cases with at least one completed needs assessment that gave a level by the end of the period."
            ),
            lambda asked: sum(sum(one.values()) for one in levels(asked).values()),
        ),
        Figure(
            "both-points",
            N_("Adults with A1 and A4"),
            N_(
                "Adults whose A4 was completed in the period and whose A1 and A4 both gave a level."
            ),
            lambda asked: sum(moves(asked).values()),
        ),
        Figure(
            "improved",
            N_("Improved by at least one level"),
            N_(
                "Of the adults with A1 and A4: those whose level at A4 is at least one step lower than at A1."
            ),
            improved,
        ),
    ),
    (
        Table(
            "levels",
            N_("Assessed adults by level"),
            N_(
                "Each adult counts once, at the level of the latest completed assessment by the end of the period."
            ),
            by_level,
        ),
        Table(
            "movement",
            N_("From A1 to A4"),
            N_(
                "Adults whose A4 was completed in the period: the level at A1 down, the level at A4 across."
            ),
            movement,
        ),
    ),
)

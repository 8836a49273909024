"""The level of need of a person on a day, for counting work by it in one statement (domain 8)."""

from peewee import Case

from models import COMPLETE, NeedsAssessment
from workflows.schedule import LEVELS


def level_on(client, day):
    """An expression: the level of the person on that day, that of the latest assessment completed by then."""
    return _latest(NeedsAssessment.level, client, day)


def rank_on(client, day):
    """The same as its place in ``schedule.LEVELS``: a small number, which a database groups by much faster than a text."""
    ranks = [(level, rank) for rank, level in enumerate(LEVELS)]
    return _latest(Case(NeedsAssessment.level, ranks), client, day)


def _latest(column, client, day):
    return (
        NeedsAssessment.select(column)
        .where(
            NeedsAssessment.client == client,
            NeedsAssessment.state == COMPLETE,
            NeedsAssessment.level.is_null(False),
            NeedsAssessment.completed_on <= day,
        )
        .order_by(NeedsAssessment.completed_on.desc(), NeedsAssessment.point.desc())
        .limit(1)
    )

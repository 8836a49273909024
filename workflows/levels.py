"""The level of need of a person on a day, for counting work by it in one statement (domain 8)."""

from models import COMPLETE, NeedsAssessment


def level_on(client, day):
    """An expression: the level of the person on that day, that of the latest assessment completed by then."""
    return (
        NeedsAssessment.select(NeedsAssessment.level)
        .where(
            NeedsAssessment.client == client,
            NeedsAssessment.state == COMPLETE,
            NeedsAssessment.level.is_null(False),
            NeedsAssessment.completed_on <= day,
        )
        .order_by(NeedsAssessment.completed_on.desc(), NeedsAssessment.point.desc())
        .limit(1)
    )

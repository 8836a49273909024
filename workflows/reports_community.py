"""Capacity building in figures: work with the community (domain 8)."""

from collections import Counter

from flask_babel import gettext as _

from forms import choices
from models import N_, CapacityBuildingActivity, normalise
from workflows.reports_tables import (
    LOCATION,
    PERIOD,
    TOTAL,
    WORKER,
    Column,
    Figure,
    Grid,
    Line,
    Report,
    Table,
    once,
)


@once
def community_work(asked):
    """[(type, partners, minutes, people who attended)] of the period."""
    query = CapacityBuildingActivity.select(
        CapacityBuildingActivity.type,
        CapacityBuildingActivity.partners,
        CapacityBuildingActivity.minutes,
        CapacityBuildingActivity.attendees,
    ).where(CapacityBuildingActivity.date.between(asked.first, asked.last))
    if asked.location:
        query = query.where(CapacityBuildingActivity.location == asked.location)
    if asked.worker:
        query = query.where(CapacityBuildingActivity.staff == asked.worker)
    return list(query.tuples())


def _partners(rows):
    return len({normalise(partners) for _type, partners, _minutes, _people in rows})


def community_by_type(asked):
    rows, lines = community_work(asked), []
    counts = Counter(row[0] for row in rows)
    for slug, label in choices.terms("capacity-building-types", counts):
        mine = [row for row in rows if row[0] == slug]
        if mine:
            lines.append(Line(label, (len(mine), _partners(mine), sum(row[2] for row in mine))))
    total = (len(rows), _partners(rows), sum(row[2] for row in rows))
    columns = (Column(_("Activities"), bar=True), Column(_("Partners")), Column(_("Minutes")))
    return Grid(_("Type"), columns, (*lines, Line(_("Total"), total, TOTAL)))


REPORT = Report(
    "capacity-building",
    N_("Capacity building"),
    N_("Work with the community: activities, partners and minutes by type."),
    (PERIOD, LOCATION, WORKER),
    (
        Figure(
            "activities",
            N_("Activities"),
            N_("Capacity building activities whose day is in the period."),
            lambda asked: len(community_work(asked)),
            personal=False,
        ),
        Figure(
            "partners",
            N_("Partners"),
            N_(
                "Different partners of these activities, as written there. Capitals and accents make no difference."
            ),
            lambda asked: _partners(community_work(asked)),
            personal=False,
        ),
        Figure(
            "minutes",
            N_("Minutes"),
            N_("The minutes of these activities."),
            lambda asked: sum(row[2] for row in community_work(asked)),
            personal=False,
        ),
        Figure(
            "attendees",
            N_("People who attended"),
            N_(
                "The people who attended, added up over these activities. Somebody who came twice counts twice."
            ),
            lambda asked: sum(row[3] or 0 for row in community_work(asked)),
            personal=False,
        ),
    ),
    (
        Table(
            "types",
            N_("By type"),
            N_(
                "Activities of the period by type; a partner of two types counts in both lines and once in the total."
            ),
            community_by_type,
            personal=False,
        ),
    ),
)

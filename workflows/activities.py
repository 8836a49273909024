"""Activities of case management: what may be recorded, and a whole day at once (2.16, R-ACT-1)."""

from flask_babel import gettext as _

from forms.day import LONGEST
from models import AreaOfFocus, CaseActivity, Client, database
from workflows import settings
from workflows.records import Problem, Refused, rule, save

Link = CaseActivity.clients.get_through_model()


# ---- What may be recorded (R-ACT-1) --------------------------------------------------------------------------------------


@rule(CaseActivity)
def is_whole(change):
    """R-ACT-1: somebody it was for, minutes from 1 to 600, a day that has come."""
    row = change.record
    if not change.ids("clients"):
        yield Problem("clients", _("Choose at least one person it was done with or for."))
    if row.minutes is not None and not 1 <= row.minutes <= LONGEST:
        yield Problem("minutes", _("Enter between 1 and %(most)s minutes.", most=LONGEST))
    if row.date and row.date > settings.today() and change.changed("date"):
        yield Problem("date", _("This day is in the future. Enter the day it was done."))


# What follows from the topic of an activity when nobody chose the funder's service; every other topic is case management.
FOLLOWING = (
    "information-orientation",
    "language-training",
    "employment-services",
    "community-connections",
)
CASE_MANAGEMENT = "case-management"


def services_of_topics():
    """A function (funder's service as chosen, topic) → the service that counts in the service record (2.16, 8).

    That of a topic is the service of its area of focus, the first one where several share the topic.
    """
    rows = AreaOfFocus.select(AreaOfFocus.cma_topic, AreaOfFocus.ircc_service)
    rows = rows.where(AreaOfFocus.ircc_service.in_(FOLLOWING)).order_by(AreaOfFocus.id.desc())
    known = dict(rows.tuples())
    return lambda chosen, topic: chosen or known.get(topic, CASE_MANAGEMENT)


# ---- A day’s work --------------------------------------------------------------------------------------------------------


class DayRefused(Exception):
    """Nothing was saved; ``problems`` is {number of the line: [Problem]}."""

    def __init__(self, problems):
        super().__init__(_("Nothing was saved yet."))
        self.problems = problems


def record_day(staff, day, lines, confirmed=(), once=None):
    """Save the lines (forms.day.Line) of one worker's day, all or none; ``confirmed`` holds what was ticked for all of them.

    ``once`` is the UUID of the first of them: where it is known already the day is recorded, and nothing is done again.
    Returns [(row, warnings)].  Raises DayRefused with every wrong line.
    """
    made, problems = [], {}
    with database.atomic():
        if once and CaseActivity.select().where(CaseActivity.uuid == once).exists():
            return made
        for line in lines:
            client = Client.get_by_id(line.client)
            row = CaseActivity(
                household=client.household_id,
                date=day,
                topic=line.topic,
                type=line.type,
                minutes=line.minutes,
                staff=staff,
                note=line.note,
            )
            if once and line is lines[0]:
                row.uuid = once
            try:
                made.append((row, save(row, {"clients": [client.id]}, confirmed=confirmed)))
            except Refused as refused:
                problems[line.number] = refused.problems
        if problems:
            raise DayRefused(problems)
    return made


def of_day(staff, day):
    """[(activity, names)] that a worker has recorded for a day, the first one first."""
    rows = CaseActivity.select().where(CaseActivity.staff == staff, CaseActivity.date == day)
    rows = list(rows.order_by(CaseActivity.id))
    names = {row.id: [] for row in rows}
    people = (
        Link.select(Link.caseactivity, Client.display_name)
        .join(Client, on=(Link.client == Client.id))
        .where(Link.caseactivity.in_(list(names)))
        .order_by(Client.display_name_sorted, Client.id)
    )
    for key, name in people.tuples():
        names[key].append(name)
    return [(row, names[row.id]) for row in rows]

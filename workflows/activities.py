"""Activities of case management: what may be recorded, a whole day at once, and their totals (2.16, R-ACT, 8).

Joint work counts once in the totals of the agency and once for each client in averages per client; minutes are never
divided (R-ACT-2).
"""

from flask_babel import gettext as _
from peewee import SQL, Select, Value, fn

from forms import choices
from forms.day import LONGEST
from models import AreaOfFocus, CaseActivity, Client, database
from workflows import settings
from workflows.levels import level_on
from workflows.records import Problem, Refused, rule, save
from workflows.schedule import LEVELS

NOT_ASSESSED, TOTAL = "not-assessed", "total"
COUNTED = ("clients", "activities", "minutes")
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


def ircc_service_of(activity):
    """The funder's service of an activity for the service record: its own, else what its topic stands for; or ""."""
    return activity.ircc_service or choices.memo("services of topics", _services).get(
        activity.topic, ""
    )


def _services():
    """{topic: funder's service} by the first area of focus in use that has both."""
    rows = AreaOfFocus.select(AreaOfFocus.cma_topic, AreaOfFocus.ircc_service).where(
        AreaOfFocus.is_active,
        AreaOfFocus.cma_topic.is_null(False),
        AreaOfFocus.ircc_service.is_null(False),
    )
    return dict(reversed([*rows.order_by(AreaOfFocus.id).tuples()]))


# ---- A day's work --------------------------------------------------------------------------------------------------------


class DayRefused(Exception):
    """Nothing was saved; ``problems`` is {number of the line: [Problem]}."""

    def __init__(self, problems):
        super().__init__(_("Nothing was saved yet."))
        self.problems = problems


def record_day(staff, day, lines):
    """Save the lines (forms.day.Line) of one worker's day, all or none; returns their rows.  Raises DayRefused with every wrong line."""
    made, problems = [], {}
    with database.atomic():
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
            try:
                save(row, {"clients": [client.id]})
            except Refused as refused:
                problems[line.number] = refused.problems
            made.append(row)
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
        .order_by(Client.display_name)
    )
    for key, name in people.tuples():
        names[key].append(name)
    return [(row, names[row.id]) for row in rows]


# ---- Totals (R-ACT-2) ----------------------------------------------------------------------------------------------------


def _within(first, last, condition):
    period = CaseActivity.date.between(first, last)
    return period if condition is None else period & condition


def by_level(first, last, condition=None):
    """{level: {"clients", "activities", "minutes"}} by each client's level on the day (8), in one statement.

    Joint work counts once for each client, so a person may stand under two levels; "not-assessed" are those without a
    level by then, and "total" counts every activity and every client once.
    """
    within = _within(first, last, condition)
    person = (
        Link.select(
            Link.client.alias("client"),
            fn.COALESCE(level_on(Link.client, CaseActivity.date), NOT_ASSESSED).alias("level"),
            fn.COUNT(Link.id).alias("activities"),
            fn.SUM(CaseActivity.minutes).alias("minutes"),
        )
        .join(CaseActivity, on=(Link.caseactivity == CaseActivity.id))
        .where(within)
        .group_by(SQL("1, 2"))
        .cte("person")
    )
    levels = Select(
        [person],
        [
            person.c.level,
            fn.COUNT(person.c.client),
            fn.SUM(person.c.activities),
            fn.SUM(person.c.minutes),
        ],
    ).group_by(person.c.level)
    everybody = Select([person], [fn.COUNT(person.c.client.distinct())])
    once = CaseActivity.select(
        Value(TOTAL),
        everybody,
        fn.COUNT(CaseActivity.id),
        fn.COALESCE(fn.SUM(CaseActivity.minutes), 0),
    ).where(within)
    rows = levels.union_all(once).with_cte(person).bind(database).tuples()
    found = {level: dict(zip(COUNTED, map(int, numbers), strict=True)) for level, *numbers in rows}
    nobody = dict.fromkeys(COUNTED, 0)
    return {name: found.get(name, nobody) for name in (*LEVELS, NOT_ASSESSED, TOTAL)}

"""What was done for clients while they were at each level of need: the standard's second table (domain 8)."""

from dataclasses import replace
from fractions import Fraction

from flask_babel import gettext as _
from peewee import SQL, Select, Value, fn

from forms import choices
from models import (
    N_,
    CaseActivity,
    Household,
    Referral,
    database,
)
from workflows.levels import rank_on
from workflows.reports_tables import (
    CASE_TYPE,
    FOLLOWS,
    LOCATION,
    PERIOD,
    PLAIN,
    TOTAL,
    WORKER,
    Column,
    Figure,
    Grid,
    Line,
    Mean,
    Report,
    Table,
    once,
)
from workflows.schedule import LEVELS
from workflows.scoring import round_half_up

# For each level from very high to low, a client's: activities, minutes, hours, referrals.
REFERENCE_ACTIVITY = (
    (22, 1034, 17, 10),
    (15, 1120, 19, 10),
    (19, 1179, 20, 11),
    (13, 952, 16, 5),
    (10, 615, 10, 4),
)
NOT_ASSESSED, AGENCY = "not-assessed", "agency"  # beside the levels
UNKNOWN, WHOLE = -1, -2  # beside their ranks
NO_REFERENCE = (None,) * 4
NOTHING = (0, 0, 0, 0)  # clients, activities, minutes, referrals
MADE_BY_US = ("internal", "outbound")


def _activities(asked, *columns):
    query = CaseActivity.select(*columns).where(CaseActivity.date.between(asked.first, asked.last))
    if asked.worker:
        query = query.where(CaseActivity.staff == asked.worker)
    if asked.location:
        query = query.where(CaseActivity.location == asked.location)
    if asked.case_type:
        cases = Household.select(Household.id).where(Household.case_type == asked.case_type)
        query = query.where(CaseActivity.household.in_(cases))
    return query


@once
def work(asked):
    """{level, NOT_ASSESSED or AGENCY: (clients, activities, minutes, referrals)}, each client's own added up.

    Joint work counts once for each client (R-ACT-2).  A client stands under each level at which there was an activity;
    referrals are those made for these clients while at it.  Under AGENCY each client stands once.
    """
    through = CaseActivity.clients.get_through_model()
    done = _activities(
        asked,
        through.client.alias("client"),
        _rank(through.client, CaseActivity.date).alias("rank"),
        CaseActivity.minutes.alias("minutes"),
    ).join(through, on=(through.caseactivity == CaseActivity.id))
    made = Referral.select(
        Referral.client, _rank(Referral.client, Referral.referred_on), SQL("NULL")
    ).where(
        Referral.referred_on.between(asked.first, asked.last),
        Referral.direction.in_(MADE_BY_US),
        Referral.client.is_null(False),
    )
    # One row a client and level; only an activity has minutes, so the other rows are the referrals.
    rows = done.union_all(made).alias("rows_of_clients")
    client, rank, minutes = rows.c.client, rows.c.rank, rows.c.minutes
    sums = (fn.COUNT(minutes), fn.SUM(minutes), fn.COUNT(client) - fn.COUNT(minutes))
    names = ("client", "rank", "activities", "minutes", "referrals")
    pairs = Select([rows], [client, rank, *sums]).group_by(client, rank)
    pairs = pairs.cte("work_at_level", columns=names)
    added = [fn.SUM(getattr(pairs.c, name)) for name in names[2:]]
    active = pairs.c.activities > 0
    levels = Select([pairs], [pairs.c.rank, fn.COUNT(pairs.c.client), *added])
    agency = Select([pairs], [Value(WHOLE), fn.COUNT(pairs.c.client.distinct()), *added])
    query = levels.where(active).group_by(pairs.c.rank).union_all(agency.where(active))
    found = database.execute(query.with_cte(pairs)).fetchall()
    called = {**dict(enumerate(LEVELS)), UNKNOWN: NOT_ASSESSED, WHOLE: AGENCY}
    return {called[rank]: tuple(int(number or 0) for number in sums) for rank, *sums in found}


def _rank(client, day):
    return fn.COALESCE(rank_on(client, day), UNKNOWN)


@once
def topics(asked):
    """{topic: (activities, minutes)} of the agency: joint work counts once (R-ACT-2)."""
    # Grouped by an expression, so that the database walks along the days and not along every topic there ever was.
    topic = fn.LOWER(CaseActivity.topic)
    query = _activities(asked, topic, fn.COUNT(CaseActivity.id), fn.SUM(CaseActivity.minutes))
    return {name: (number, minutes) for name, number, minutes in query.group_by(topic).tuples()}


def agency_work(asked):
    """(activities, minutes) of the agency: joint work counts once (R-ACT-2)."""
    return tuple(map(sum, zip(*topics(asked).values(), strict=True))) or (0, 0)


def worked_with(asked):
    return work(asked).get(AGENCY, NOTHING)[0]


def _averages(clients, activities, minutes, referrals):
    """A client's activities, minutes, hours and referrals: whole numbers, halves rounded up, as the standard prints."""
    if not clients:
        return None, None, None, None
    shares = (activities, minutes, Fraction(minutes, 60), referrals)
    return tuple(round_half_up(Fraction(share) / clients, 0) for share in shares)


def _levels(asked):
    """[(words, sums of ``work``, the standard's averages or none)] of each level, the whole agency the last."""
    found = work(asked)
    rows = [
        (choices.term_label("need-levels", level), found.get(level, NOTHING), reference)
        for level, reference in zip(LEVELS, REFERENCE_ACTIVITY, strict=True)
    ]
    rows.append((_("Not assessed yet"), found.get(NOT_ASSESSED, NOTHING), NO_REFERENCE))
    return [*rows, (_("The agency"), found.get(AGENCY, NOTHING), NO_REFERENCE)]


def activity_by_need(asked):
    *levels, (whole, sums, _reference) = _levels(asked)
    lines = [Line(label, tuple(one[:3])) for label, one, _reference in levels]
    lines.append(Line(whole, (sums[0], *agency_work(asked)), TOTAL))
    columns = (
        Column(_("Clients"), bar=True),
        Column(_("Activities"), FOLLOWS),
        Column(_("Minutes"), FOLLOWS),
    )
    note = _(
        "One person may stand at two levels. Work with several clients at once counts for each of them at their level, and once"
        " for the agency."
    )
    return Grid(_("Level of need"), columns, tuple(lines), note=note)


def averages_by_need(asked):
    lines = []
    for label, sums, reference in _levels(asked):
        pairs = zip(_averages(*sums), reference, strict=True)
        lines.append(Line(label, (sums[0], *(value for pair in pairs for value in pair))))
    lines[-1] = replace(lines[-1], kind=TOTAL)
    columns = [Column(_("Clients"))]
    for label in (_("Activities"), _("Minutes"), _("Hours"), _("Referrals")):
        columns += [Column(label, FOLLOWS), Column(_("Standard"), PLAIN)]
    return Grid(_("Level of need"), tuple(columns), tuple(lines))


def by_topic(asked):
    found = topics(asked)
    named = sorted(found, key=lambda topic: (-found[topic][0], topic))
    lines = [Line(choices.term_label("cma-topics", topic), found[topic]) for topic in named]
    lines.append(Line(_("Total"), agency_work(asked), TOTAL))
    columns = (Column(_("Activities"), bar=True), Column(_("Minutes"), FOLLOWS))
    return Grid(_("Topic"), columns, tuple(lines))


REPORT = Report(
    "activity-by-need",
    N_("Activities and referrals by level of need"),
    N_(
        "The standard’s second table: what was done for clients while they were at each level, beside its averages."
    ),
    (PERIOD, LOCATION, WORKER, CASE_TYPE),
    (
        Figure(
            "activities",
            N_("Activities"),
            N_("Case activities whose day is in the period. Joint work counts once."),
            lambda asked: agency_work(asked)[0],
        ),
        Figure(
            "minutes",
            N_("Minutes"),
            N_("The minutes of these activities. Joint work counts once."),
            lambda asked: Mean(agency_work(asked)[1], agency_work(asked)[0]),
        ),
        Figure(
            "hours",
            N_("Hours"),
            N_("These minutes divided by 60, a half rounded up."),
            lambda asked: Mean(
                round_half_up(Fraction(agency_work(asked)[1], 60), 0), agency_work(asked)[0]
            ),
        ),
        Figure(
            "clients",
            N_("Clients"),
            N_("Different persons with at least one of these activities."),
            worked_with,
        ),
    ),
    (
        Table(
            "levels",
            N_("By level of need"),
            N_(
                "The level is the person’s on the day of the activity: that of the latest assessment completed by then. Clients"
                " are those with at least one activity at that level."
            ),
            activity_by_need,
        ),
        Table(
            "averages",
            N_("A client’s average at each level"),
            N_(
                "Activities and minutes at the level, divided by the clients with at least one activity at it. Hours are"
                " minutes ÷ 60. Referrals are those we made for these clients, within the agency or to partners, on a day on"
                " which they were at the level. Everything is rounded to whole numbers, a half upwards; beside it stand the"
                " averages that the standard prints."
            ),
            averages_by_need,
        ),
        Table(
            "topics",
            N_("By topic"),
            N_("Activities of the period and their minutes by topic. Joint work counts once."),
            by_topic,
        ),
    ),
)

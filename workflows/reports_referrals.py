"""Referrals in figures: what came, how it stood at the end of the period, how fast it was sent (domain 8)."""

import datetime
from bisect import bisect_right
from collections import Counter
from fractions import Fraction

from flask_babel import gettext as _
from peewee import JOIN, Case, fn

from forms import choices
from forms.formats import day_of
from models import (
    N_,
    PENDING,
    RECEIVED,
    SENT,
    AreaOfFocus,
    Client,
    DistributionLog,
    Household,
    Program,
    Referral,
    ReferralStatusEvent,
    ServiceActivity,
    database,
)
from workflows import exports, settings
from workflows.business_days import ONE_DAY
from workflows.reports_tables import (
    CASE_TYPE,
    LOCATION,
    PERIOD,
    PROGRAM,
    Figure,
    Mean,
    Ratio,
    Report,
    Table,
    by_number,
    counted,
    in_order,
    once,
)
from workflows.scoring import round_half_up


def narrowed(query, asked):
    """``query`` of referrals, narrowed to the location, the program and the type of case that were asked for."""
    if asked.location:
        query = query.where(Referral.location == asked.location)
    if asked.program:
        query = query.where(Referral.program == asked.program)
    if asked.case_type:
        people = Client.select(Client.id).join(Household)
        people = people.where(Household.case_type == asked.case_type)
        query = query.where(Referral.client.in_(people))
    return query


def _at_end(asked, *columns):
    """A query of referrals with ``columns`` and, the last one, their status at the end of the period.

    What the first move after the period started from is what they were at its end; one that never moved since is what
    it is now.
    """
    if asked.last >= asked.today:
        return Referral.select(*columns, Referral.status)
    later, event = ReferralStatusEvent.alias(), ReferralStatusEvent.alias()
    first = (
        later.select(later.referral, fn.MIN(later.id).alias("event"))
        .where(later.at >= asked.ends)
        .group_by(later.referral)
        .alias("later_move")
    )
    was = fn.COALESCE(event.from_status, RECEIVED)
    status = Case(None, ((event.id.is_null(), Referral.status),), was)
    return (
        Referral.select(*columns, status)
        .join(first, JOIN.LEFT_OUTER, on=(first.c.referral_id == Referral.id))
        .join(event, JOIN.LEFT_OUTER, on=(event.id == first.c.event))
    )


COLUMNS = ("received", "service", "program", "direction", "priority", "outcome", "sent", "status")


@once
def received(asked):
    """{column: values} of the referrals received in the period; the values of one referral stand at one place."""
    log = DistributionLog.alias()
    sent = log.select(fn.MIN(log.sent_at)).where(
        log.referral == Referral.id, log.result == SENT, log.sent_at < asked.ends
    )
    outcome = Case(None, ((Referral.outcome_on > asked.last, PENDING),), Referral.outcome)
    query = _at_end(
        asked,
        Referral.received_on,
        Referral.service_activity,
        Referral.program,
        Referral.direction,
        Referral.priority,
        outcome,
        sent,
    ).where(Referral.received_on.between(asked.first, asked.last))
    rows = database.execute(narrowed(query, asked)).fetchall()
    columns = zip(*rows, strict=True) if rows else [()] * len(COLUMNS)
    return dict(zip(COLUMNS, columns, strict=True))


def days_to_first_sending(asked):
    """The median of the days from received to first sent, a half-way one rounded up to one decimal."""
    found = received(asked)
    days = [asked.first + ONE_DAY * n for n in range((asked.last - asked.first).days + 1)]
    midnights = [str(settings.start_of(day)) for day in days]
    place = {day: n for n, day in enumerate(days)}
    waits = sorted(
        max(0, bisect_right(midnights, str(sent)) - 1 - place[day_of(day)])
        for day, sent in zip(found["received"], found["sent"], strict=True)
        if sent is not None
    )
    if not waits:
        return Mean(None, 0)
    middle = len(waits) // 2
    twice = waits[middle] + waits[~middle]
    return Mean(round_half_up(Fraction(twice, 2)), len(waits))


def with_outcome(asked):
    outcomes = received(asked)["outcome"]
    return Ratio(sum(outcome != PENDING for outcome in outcomes), len(outcomes))


def successes(asked):
    outcomes = [outcome for outcome in received(asked)["outcome"] if outcome != PENDING]
    good = {s for s in set(outcomes) if choices.term_extra("referral-outcomes", s).get("success")}
    return Ratio(sum(outcome in good for outcome in outcomes), len(outcomes))


@once
def waiting(asked):
    """(stale, overdue): referrals of any day that were received and not sent at the end of the period (R-REF-11)."""
    stale, overdue = (
        asked.last - datetime.timedelta(days=settings.value(key))
        for key in ("referral_stale_days", "referral_overdue_days")
    )
    query = narrowed(_at_end(asked, Referral.received_on), asked)
    # Those that were received then are received now, or have moved since.
    moved = ReferralStatusEvent.select(ReferralStatusEvent.referral)
    moved = moved.where(ReferralStatusEvent.at >= asked.ends)
    candidates = Referral.status == RECEIVED
    if asked.last < asked.today:
        candidates |= Referral.id.in_(moved)
    rows = database.execute(query.where(Referral.received_on <= stale, candidates)).fetchall()
    days = [day_of(day) for day, status in rows if status == RECEIVED]
    late = sum(day <= overdue for day in days)
    return len(days) - late, late


def _by(name, terms, head):
    def compute(asked):
        counts = Counter(received(asked)[name])
        pairs = in_order(counts, choices.terms(terms, counts), _("Not known"))
        return counted(head(), _("Referrals"), pairs)

    return compute


def by_service(asked):
    """Services of confidential places and programs stand together and nameless (decision 0.1)."""
    counts = Counter(received(asked)["service"])
    names = dict(
        ServiceActivity.select(ServiceActivity.id, ServiceActivity.name)
        .where(
            ServiceActivity.id.in_([key for key in counts if key]),
            *exports.may_leave(ServiceActivity),
        )
        .tuples()
    )
    names[None] = _("A program or an organization as a whole")
    summed = Counter()
    for key, number in counts.items():
        summed[names.get(key) or _("Confidential services")] += number
    return counted(_("Service or activity"), _("Referrals"), by_number(summed, str))


def by_area(asked):
    area = dict(Program.select(Program.id, Program.area_of_focus).tuples())
    label = choices.label_column(AreaOfFocus)
    names = dict(AreaOfFocus.select(AreaOfFocus.id, label).tuples())
    names[None] = _("An organization as a whole")
    counts = Counter(area.get(key) for key in received(asked)["program"])
    return counted(_("Area of focus"), _("Referrals"), by_number(counts, names.get))


REPORT = Report(
    "referrals",
    N_("Referrals by period"),
    N_("What was received, how it stood at the end, how fast it was sent, and what became of it."),
    (PERIOD, LOCATION, PROGRAM, CASE_TYPE),
    (
        Figure(
            "received",
            N_("Received in the period"),
            N_("Referrals whose day of receipt is in the period."),
            lambda asked: len(received(asked)["status"]),
        ),
        Figure(
            "days-to-send",
            N_("Median days until first sent"),
            N_(
                "Of the referrals received in the period and sent by its end: the middle one of the days from the day of"
                " receipt to the day of the first sending that was not voided."
            ),
            days_to_first_sending,
        ),
        Figure(
            "with-outcome",
            N_("With an outcome"),
            N_(
                "Referrals received in the period whose outcome by its end is no longer pending, of all received."
            ),
            with_outcome,
        ),
        Figure(
            "successes",
            N_("Successes"),
            N_(
                "Of the referrals with an outcome: those enrolled, or where the service was received."
            ),
            successes,
        ),
        Figure(
            "stale",
            N_("Stale at the end"),
            N_(
                "Referrals of any day that were still received on the last day of the period, %(referral_stale_days)s days"
                " old or older, and not overdue yet."
            ),
            lambda asked: waiting(asked)[0],
        ),
        Figure(
            "overdue",
            N_("Overdue at the end"),
            N_(
                "Referrals of any day that were still received on the last day of the period, %(referral_overdue_days)s"
                " days old or older."
            ),
            lambda asked: waiting(asked)[1],
        ),
    ),
    (
        Table(
            "status",
            N_("Status at the end of the period"),
            N_(
                "Referrals received in the period by the status they had when it ended, from their status history."
            ),
            _by("status", "referral-statuses", lambda: _("Status")),
        ),
        Table(
            "outcome",
            N_("Outcome"),
            N_("Referrals received in the period by what had become of the client by its end."),
            _by("outcome", "referral-outcomes", lambda: _("Outcome")),
        ),
        Table(
            "direction",
            N_("By direction"),
            N_("Referrals received in the period: to us, within the agency, from us to partners."),
            _by("direction", "referral-directions", lambda: _("Direction")),
        ),
        Table(
            "priority",
            N_("By priority"),
            N_("Referrals received in the period by the priority they have now."),
            _by("priority", "referral-priorities", lambda: _("Priority")),
        ),
        Table(
            "area",
            N_("By area of focus"),
            N_(
                "Referrals received in the period by the area of focus of the program they went to."
            ),
            by_area,
        ),
        Table(
            "service",
            N_("By service"),
            N_(
                "Referrals received in the period by the service or activity they went to; copies at other places count together."
            ),
            by_service,
        ),
    ),
)

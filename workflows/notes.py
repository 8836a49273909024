"""When a case note is due and whether it was in time, and the notes that nobody wrote (R-NOTE-1, R-NOTE-2)."""

import datetime
from dataclasses import dataclass
from typing import NamedTuple

from peewee import SQL, NodeList, SqliteDatabase, fn

from models import (
    COMPLETE,
    LATE,
    ON_TARGET,
    ON_TIME,
    CaseNote,
    Client,
    HomeVisit,
    Household,
    Intake,
    NeedsAssessment,
    PlanReview,
    VisitList,
    database,
)
from workflows import agency_rules, settings
from workflows.business_days import ONE_DAY
from workflows.case_rules import CLOSED, PORTAL_ONLY

INTAKE, ASSESSED, REVIEW, VISIT, CLOSING = (
    "intake",
    "needs-assessment",
    "quarterly-check-in",
    "home-visit",
    "closing",
)
NEAR = 7  # days: a note that is dated so close to an event is its note
LOOKED_BACK = datetime.timedelta(days=365)  # older events nobody writes down from memory
MOST = 500  # rows of each kind that are listed
CHECKED_IN = "checked-in"


# ---- When it is due (R-NOTE-2) -----------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Days:
    """The days by which the note of a contact is best written, and is due."""

    target: datetime.date
    due: datetime.date


def days_of(contact_on, calendar=None):
    """The Days of a contact in business days of the agency's province: the day after the contact is the first."""
    calendar = calendar or agency_rules.calendar()
    return Days(
        calendar.add(contact_on, settings.value("case_note_target_business_days")),
        calendar.add(contact_on, settings.value("case_note_due_business_days")),
    )


def timeliness(day, days):
    """on-target, on-time or late, for a note that was in the file on ``day``."""
    if day <= days.target:
        return ON_TARGET
    return ON_TIME if day <= days.due else LATE


def typed_on(note):
    """The day on which a note was typed in here; the day of writing is what somebody says, this one is known."""
    return settings.local(note.created_at).date()


# ---- What is missing (R-NOTE-1) ----------------------------------------------------------------------------------------------


class Missing(NamedTuple):
    """A note that the standard asks for: ``kind`` is its type, ``day`` that of the event, ``due`` the last in time."""

    household: int
    kind: str
    day: datetime.date
    due: datetime.date


def missing_and_whom(today):
    """[(Missing, client id or None)] of the last year on the day ``today``, the longest overdue first."""
    calendar, known, found = agency_rules.calendar(), {}, []
    for kind, query in _events(today - LOOKED_BACK, today).items():
        for household, client, day in query.limit(MOST).tuples():
            due = known.get(day) or known.setdefault(day, days_of(day, calendar).due)
            found.append((Missing(household, kind, day, due), client))
    return sorted(found, key=lambda each: (each[0].due, each[0].day, each[0].household))


def overdue_queries(today):
    """{kind: query of ids} of events whose note is overdue on the day ``today``, for the number of Home."""
    events = _events(today - LOOKED_BACK, last_overdue_day(today))
    return {kind: query.select(query.model.id) for kind, query in events.items()}


def last_overdue_day(today):
    """The latest day of an event whose note was due before ``today``."""
    calendar, day = agency_rules.calendar(), today - ONE_DAY
    while days_of(day, calendar).due >= today:
        day -= ONE_DAY
    return day


def _events(first, last):
    """{kind: query of (household, client, day)} of events from ``first`` to ``last`` that need a note and have none.

    A household that is in the portal for referrals only has no case, and so no case notes.
    """
    case = Household.case_type != PORTAL_ONLY
    assessed, reviewed = NeedsAssessment.completed_on, PlanReview.done_on
    return {
        INTAKE: Intake.select(Intake.household, SQL("NULL"), Intake.completed_on)
        .join(Household)
        .where(case, Intake.completed_on.between(first, last))
        .where(~_noted(INTAKE, Intake.household, Intake.intake_date, Intake.completed_on)),
        ASSESSED: NeedsAssessment.select(Client.household, NeedsAssessment.client, assessed)
        .join(Client)
        .join(Household)
        .where(case, NeedsAssessment.state == COMPLETE, assessed.between(first, last))
        .where(~_noted(ASSESSED, Client.household, assessed, assessed, NeedsAssessment.client)),
        REVIEW: PlanReview.select(PlanReview.household, SQL("NULL"), reviewed)
        .join(Household)
        .where(case, reviewed.between(first, last))
        .where(~_noted(REVIEW, PlanReview.household, reviewed, reviewed)),
        VISIT: HomeVisit.select(HomeVisit.household, SQL("NULL"), VisitList.date)
        .join(VisitList)
        .where(HomeVisit.status == CHECKED_IN, HomeVisit.note.is_null())
        .where(VisitList.date.between(first, last)),
        CLOSING: Household.select(Household.id, SQL("NULL"), Household.close_date)
        .where(case, Household.status == CLOSED, Household.close_date.between(first, last))
        .where(~_noted(CLOSING, Household.id, Household.close_date, Household.close_date)),
    }


def _noted(kind, household, begun, done, client=None):
    """The condition that a note of this type was written about a contact from about ``begun`` to about ``done``."""
    note = CaseNote.alias()
    query = note.select(note.id).where(
        note.household == household,
        note.type == kind,
        note.contact_on >= _shifted(begun, -NEAR),
        note.contact_on <= _shifted(done, NEAR),
    )
    if client is not None:
        link = CaseNote.clients.get_through_model().alias()
        named = link.select(link.id).where(link.casenote == note.id, link.client == client)
        query = query.where(fn.EXISTS(named))
    return fn.EXISTS(query)


def _shifted(column, days):
    """The day so many days after the one in ``column``, as either database says it."""
    if isinstance(database.obj, SqliteDatabase):
        return fn.DATE(column, f"{days:+d} days")
    return NodeList((column, SQL(f"+ ({days})")))


# ---- How many were in time (R-NOTE-2) ----------------------------------------------------------------------------------------


def written_in_time(first, last):
    """(met, due) of contacts and events from ``first`` to ``last``: notes in time, and all that had to be written.

    A note that is missing counts once it is overdue.
    """
    written = CaseNote.select(fn.COUNT(CaseNote.id)).where(CaseNote.contact_on.between(first, last))
    in_time = written.where(CaseNote.timeliness.in_((ON_TARGET, ON_TIME))).scalar()
    overdue = min(last, last_overdue_day(settings.today()))
    missing = sum(query.count() for query in _events(first, overdue).values())
    return in_time, written.scalar() + missing

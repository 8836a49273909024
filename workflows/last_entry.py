"""The day of the latest entry in a file: it moves with every dated record, and keeping counts from it (2.6, R-RET-1).

``DATED`` says which columns count, ``WAYS`` how a row without a household reaches one.  A save moves the day in the same
transaction; ``recount`` works all of them out anew, which is also how a booking begins to count on the day it comes.
The day never goes back: a file is kept from the latest day there was an entry of, even when that entry is gone.
"""

import datetime

from peewee import DateTimeField, fn

from models import (
    AccessRequest,
    Appointment,
    Booking,
    CaseActivity,
    CaseAssignment,
    CaseNote,
    ConsentRecord,
    ConsultedParty,
    Correspondence,
    DistributionLog,
    EscalationStep,
    ExitInterview,
    Extension,
    Goal,
    HomeVisit,
    Household,
    IncidentReport,
    Intake,
    MatchRun,
    NeedAlert,
    NeedsAssessment,
    NoteAddendum,
    PlanAction,
    PlanReview,
    PrivacyBreach,
    Referral,
    ReferralStatusEvent,
    SettlementPlan,
    database,
)
from workflows import clock, settings
from workflows.records import after, before
from workflows.rows import chunks

# Written as text because every save of a dated record runs it.
MOVE = (
    "UPDATE household SET last_entry_on = ? WHERE id = ?"
    " AND (last_entry_on IS NULL OR last_entry_on < ?)"
)
# What dates an entry of a file, so that a new one moves the day (R-RET-1).  A day on which something is due is none.
DATED = (
    Intake.intake_date,
    Intake.completed_on,
    ConsentRecord.given_on,
    ConsentRecord.withdrawn_on,
    NeedsAssessment.completed_on,
    NeedAlert.done_on,
    Extension.decided_on,
    Referral.received_on,
    Referral.outcome_on,
    ReferralStatusEvent.at,
    DistributionLog.sent_at,
    MatchRun.at,
    SettlementPlan.created_on,
    SettlementPlan.agreed_with_client_on,
    PlanAction.done_on,
    PlanReview.done_on,
    ExitInterview.date,
    CaseNote.contact_on,
    CaseNote.written_on,
    ConsultedParty.consulted_on,
    NoteAddendum.written_on,
    Correspondence.occurred_at,
    Correspondence.signed_on,
    CaseActivity.date,
    Appointment.called_at,
    Appointment.done_on,
    AccessRequest.received_on,
    AccessRequest.answered_on,
    HomeVisit.risk_checked_on,
    HomeVisit.checked_in_at,
    EscalationStep.taken_at,
    IncidentReport.occurred_at,
    IncidentReport.submitted_at,
    IncidentReport.supervisor_review_on,
    PrivacyBreach.discovered_at,
    PrivacyBreach.regulator_told_on,
    PrivacyBreach.people_told_on,
    PrivacyBreach.closed_on,
    Booking.date,
    CaseAssignment.started_on,
    CaseAssignment.ended_on,
)
# The way from a table without a household of its own to the one that has it.
WAYS = {
    NeedsAssessment: NeedsAssessment.client,
    NeedAlert: NeedAlert.client,
    Referral: Referral.client,
    MatchRun: MatchRun.client,
    Appointment: Appointment.client,
    AccessRequest: AccessRequest.client,
    ReferralStatusEvent: ReferralStatusEvent.referral,
    DistributionLog: DistributionLog.referral,
    PlanAction: PlanAction.goal,
    Goal: Goal.plan,
    ConsultedParty: ConsultedParty.note,
    NoteAddendum: NoteAddendum.note,
    EscalationStep: EscalationStep.visit,
    PrivacyBreach: PrivacyBreach.incident,
}


def _home_of(model):
    """[foreign keys] from a table to the one that has the household, in order."""
    ways = []
    while "household" not in model._meta.fields:
        ways.append(WAYS[model])
        model = ways[-1].rel_model
    return ways, model._meta.fields["household"]


def _latest(field, ids, today):
    """(household id, latest value of ``field`` not after today) of the rows in these files; of all when ``ids`` is None."""
    ways, home = _home_of(field.model)
    query = field.model.select(home, fn.MAX(field))
    for way in ways:
        query = query.join(way.rel_model, on=(way == way.rel_model.id))
    is_instant = isinstance(field, DateTimeField)
    end = settings.start_of(today + datetime.timedelta(days=1)) if is_instant else today
    query = query.where(field < end if is_instant else field <= end, home.is_null(False))
    if ids is not None:
        query = query.where(home.in_(ids))
    for key, value in query.group_by(home).tuples():
        yield key, settings.local(value).date() if is_instant else value


def latest(household_ids=None, today=None):
    """{household id: day of the latest dated record} worked out from the rows, of those that have one."""
    found, today = {}, today or settings.today()
    for some in [None] if household_ids is None else chunks(household_ids):
        closed = Household.select(Household.id, Household.close_date).where(
            Household.close_date <= today
        )
        if some is not None:
            closed = closed.where(Household.id.in_(some))
        pairs = list(closed.tuples())
        for field in DATED:
            pairs += _latest(field, some, today)
        for key, day in pairs:
            found[key] = max(found.get(key, day), day)
    return found


def of_all(households):
    """{household id: day of its latest entry}, a statement for each kind of date, however many files."""
    found = latest([household.id for household in households])
    for household in households:
        days = (household.close_date, household.last_entry_on, found.get(household.id))
        found[household.id] = max((day for day in days if day), default=None)
    return found


def of(household):
    """The latest entry of one file; None when it has no date at all (2.6)."""
    return of_all([household])[household.id]


def move(household_id, day):
    """The file has an entry of ``day``: a direct UPDATE, so that nobody's open form of the household conflicts."""
    if not household_id or not day or day > settings.today():
        return
    database.execute_sql(MOVE.replace("?", database.param), (day, household_id, day))


def wrong():
    """[(household id, day kept, day it should be)] of files whose latest entry is older than their rows say."""
    real = latest()
    kept = dict(Household.select(Household.id, Household.last_entry_on).tuples())
    return [
        (key, kept[key], day)
        for key, day in sorted(real.items())
        if key in kept and (kept[key] is None or kept[key] < day)
    ]


def recount():
    """Move every day that is behind; returns what ``wrong`` found."""
    with database.atomic():
        found = wrong()
        for key, _kept, day in found:
            move(key, day)
    return found


clock.DAILY.append(recount)


@after(*dict.fromkeys(field.model for field in DATED))
def an_entry_moves_the_day(change):
    """R-RET-1: a new entry moves the date; one of tomorrow does so once it has come."""
    row = change.record
    days = [_day(field, row) for field in DATED if field.model is type(row)]
    if isinstance(row, Referral) and change.changed("status"):
        days.append(settings.today())  # its status event is written beside it
    day = max((day for day in days if day and day <= settings.today()), default=None)
    if day:
        move(_household_id(row), day)


def _day(field, row):
    value = getattr(row, field.name)
    return settings.local(value).date() if isinstance(value, datetime.datetime) else value


def _household_id(row):
    for way in _home_of(type(row))[0]:
        row = row and getattr(row, way.name)
    return row and row.household_id


@before(Household)
def the_days_never_go_back(household, stored):
    """What stands in a form or in memory may be older than what an entry or a printout wrote meanwhile."""
    if stored is None:
        return
    closed = household.close_date if household.status == "closed" else None
    days = (stored.last_entry_on, household.last_entry_on, closed)
    household.last_entry_on = max((day for day in days if day), default=None)
    if stored.printed_on and (household.printed_on or stored.printed_on) <= stored.printed_on:
        household.printed_on = stored.printed_on

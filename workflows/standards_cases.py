"""How far cases keep to the standard: workers, charters, assessments, alerts and plan reviews, met and due in a period.

Each function takes the first and the last day and returns (met, due).  What is due is known by that day; what is not
yet due counts neither way.
"""

from functools import cache

from models import (
    ASSESSMENT,
    COMPLETE,
    GIVEN,
    REVIEW,
    Attachment,
    CaseTask,
    Client,
    ConsentRecord,
    Household,
    NeedAlert,
    NeedsAssessment,
    PlanReview,
)
from workflows import (
    agency_rules,
    capacity_building,
    case_file,
    case_rules,
    clock,
    schedule,
    settings,
)
from workflows.case_rules import INTENSIVE
from workflows.people_rules import CHARTER
from workflows.records import before


def active_cases():
    """Ids of the cases that are worked with."""
    return Household.select(Household.id).where(case_rules.active())


def without_worker(_today):
    """Active cases that nobody looks after (S0: every family has one main worker)."""
    return active_cases().where(Household.primary_worker.is_null()).order_by(Household.id)


def with_worker(_first, _last):
    """S0: active cases with a main worker, of all active cases, as they stand now."""
    due = active_cases().count()
    return due - without_worker(None).count(), due


def without_charter(_today):
    """Active cases without a signed charter on file (S3, R-CON-4)."""
    on_file = Attachment.select(Attachment.owner_id).where(
        Attachment.owner_table == ConsentRecord._meta.table_name
    )
    signed = ConsentRecord.select(ConsentRecord.household).where(
        ConsentRecord.type == CHARTER,
        ConsentRecord.state == GIVEN,
        ConsentRecord.id.in_(on_file),
    )
    return active_cases().where(Household.id.not_in(signed)).order_by(Household.id)


def with_charter(_first, _last):
    """S3: active cases whose signed charter is on file, of all active cases, as they stand now."""
    due = active_cases().count()
    return due - without_charter(None).count(), due


def printed(_first, _last):
    """S8, R-NOTE-8: active cases whose paper file is not due for printing, of all of them, as it stands now."""
    due = active_cases()
    late = due.where(case_file.print_is_due(settings.today()))
    return due.count() - late.count(), due.count()


def months_recorded(first, last):
    """S0, R-CAP-1: whole months of the period with capacity building, of those in which an intensive case was under way."""
    months = capacity_building.months_between(first, min(last, settings.today()))
    return sum(capacity_building.is_recorded(*month) for month in months), len(months)


# ---- Assessments (S7) ------------------------------------------------------------------------------------------------


@before(NeedsAssessment)
def keep_the_due_day(assessment, _stored):
    """The day an assessment was due stays as it was then, whatever becomes of the first day later (2.6, R-ASM-3)."""
    if assessment.due_on is None:
        household = assessment.client.household
        assessment.due_on = due_day(household.case_type, household.anchor_date, assessment.point)


def due_day(case_type, anchor, point):
    """The business day on which a point of an intensive case is due; None for others."""
    if case_type != INTENSIVE or anchor is None:
        return None
    window = schedule.window(anchor, point, agency_rules.calendar(), agency_rules.terms())
    return window.due_on_business_day


def fill_due_days():
    """Give assessments of before this was kept their due day; returns how many."""
    rows = (
        NeedsAssessment.select(
            NeedsAssessment.id, NeedsAssessment.point, Household.case_type, Household.anchor_date
        )
        .join(Client, on=(NeedsAssessment.client == Client.id))
        .join(Household, on=(Client.household == Household.id))
        .where(
            NeedsAssessment.due_on.is_null(),
            Household.case_type == INTENSIVE,
            Household.anchor_date.is_null(False),
        )
    )
    found = list(rows.tuples())
    for key, point, case_type, anchor in found:
        NeedsAssessment.update(due_on=due_day(case_type, anchor, point)).where(
            NeedsAssessment.id == key
        ).execute()
    return len(found)


clock.DAILY.append(fill_due_days)


def _owed(kind, first, last):
    """How many of what is asked of cases next fell due in the period and is past its day (R-ASM-3, R-ASM-9)."""
    mine = CaseTask.select().where(CaseTask.kind == kind, CaseTask.due_on.between(first, last))
    return mine.where(CaseTask.due_on < settings.today()).count()


def assessed_in_time(first, last):
    """S7: points completed by their due day, of all points that fell due in the period; skipped ones are not due."""
    done = NeedsAssessment.select().where(
        NeedsAssessment.state == COMPLETE, NeedsAssessment.due_on.between(first, last)
    )
    in_time = done.where(NeedsAssessment.completed_on <= NeedsAssessment.due_on)
    return in_time.count(), done.count() + _owed(ASSESSMENT, first, last)


def alerts_in_time(first, last):
    """S7, R-SCO-3: critical answers acted on within their business day, of those acted on or past their day."""
    return done_in_time(NeedAlert.due_on, NeedAlert.done_on, first, last)


def done_in_time(due_on, done_on, first, last):
    """(met, due) of rows whose day is in the period: done by it, of those done or past it."""
    rows = due_on.model.select().where(due_on.between(first, last))
    done = rows.where(done_on.is_null(False))
    late = rows.where(done_on.is_null(), due_on < settings.today())
    return done.where(done_on <= due_on).count(), done.count() + late.count()


# ---- Plan reviews (R-ASM-9) ------------------------------------------------------------------------------------------


def reviews_in_time(first, last):
    """S6, R-ASM-9: plan reviews held by their day, of those held or owed that fell due in the period."""
    on_or_after = cache(agency_rules.calendar().on_or_after)
    rows = PlanReview.select(PlanReview.due_on, PlanReview.done_on).where(
        PlanReview.done_on.is_null(False), PlanReview.due_on.between(first, last)
    )
    held = list(rows.tuples())
    met = sum(done <= on_or_after(due) for due, done in held)
    return met, len(held) + _owed(REVIEW, first, last)

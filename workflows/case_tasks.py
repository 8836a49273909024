"""What every case asks for next, kept as rows: the numbers of Home are one short walk along an index each (R-ASM).

A household's rows are worked out anew whenever something is saved that they are counted from; ``recount`` mends all.
They do not depend on the day, so nothing has to be done at midnight.
"""

import datetime
from contextlib import nullcontext

from peewee import fn

from models import (
    ASSESSMENT,
    EXTENSION,
    FOLLOW_UP,
    REVIEW,
    SERVED,
    AgencyClosure,
    CaseTask,
    Client,
    Extension,
    Household,
    NeedAlert,
    NeedsAssessment,
    PlanReview,
    Setting,
    database,
)
from workflows import agency_rules, assessments, clock, schedule, settings
from workflows.case_rules import ACTIVE_CASE, review_days
from workflows.records import after, after_delete

INTENSIVE, GENERAL = assessments.INTENSIVE, "general"
PORTION = 200  # households read at once
COUNTED_FROM = (
    "assessment_interval_months",
    "assessment_open_before_days",
    "assessment_window_months",
    "assessment_min_age",
    "assessment_a6_enabled",
    "program_months_standard",
    "program_months_max",
    "plan_review_interval_months",
    "general_followup_from_months",
    "general_followup_to_months",
    "province",
)
_COLUMNS = (
    CaseTask.household,
    CaseTask.client,
    CaseTask.kind,
    CaseTask.point,
    CaseTask.opens_on,
    CaseTask.due_on,
)


def asks(household):
    """True for a case under way whose type has a schedule."""
    return household.status in SERVED and household.case_type in (INTENSIVE, GENERAL)


def tasks(case, reviewed_until=None):
    """{(household id, client id, kind, point, opens on, due on)} that a Case asks for next.

    ``reviewed_until`` is the due day of the latest plan review that was held.
    """
    house, found = case.household, set()
    for person in case.people:
        upcoming = next(iter(person.waiting), None)
        # The first assessment of a general case has no window, so nothing says when it is due.
        if upcoming is None or not case.is_intensive and upcoming.window.point == "a1":
            continue
        kind, window = (ASSESSMENT if case.is_intensive else FOLLOW_UP), upcoming.window
        days = window.opens, window.due_on_business_day
        found.add((house.id, person.client.id, kind, window.point, *days))
    if case.suggested_on:
        end = house.planned_end or schedule.standard_end(house.anchor_date, agency_rules.terms())
        # Under the name of the first member: the list shows whom a case is about.
        first = case.people[0].client.id
        found.add((house.id, first, EXTENSION, None, case.suggested_on, end))
    if day := _next_review(house, reviewed_until):
        terms, calendar = agency_rules.terms(), agency_rules.calendar()
        opens = day - datetime.timedelta(days=terms.opens_days_before)
        first = case.people[0].client.id if case.people else None
        found.add((house.id, first, REVIEW, None, opens, calendar.on_or_after(day)))
    return found


def _next_review(household, reviewed_until):
    """The first plan review after the latest one held; one that was left out is not asked for twice (R-ASM-9)."""
    if household.case_type != INTENSIVE or household.status not in ACTIVE_CASE:
        return None
    if household.anchor_date is None:
        return None
    days = review_days(household)
    return next((day for day in days if not reviewed_until or day > reviewed_until), None)


def differing(ids):
    """[(household id, rows there are, rows there should be)] of the households whose rows are not right."""
    kept, wanted = {key: set() for key in ids}, {key: set() for key in ids}
    marks = ", ".join([database.param] * len(ids))
    for row in CaseTask.read(f'"household_id" IN ({marks})', *ids):
        kept[row.household_id].add(tuple(row.__data__[column.name] for column in _COLUMNS))
    households = [h for h in Household.stored_by_id(ids).values() if asks(h)]
    if households:
        # Any day gives the same rows: they say from when to when, not how it stands today.
        held = _reviewed_until(ids)
        for case in assessments.cases(households, settings.today()):
            wanted[case.household.id] = tasks(case, held.get(case.household.id))
    return [(key, kept[key], wanted[key]) for key in ids if kept[key] != wanted[key]]


def _reviewed_until(ids):
    """{household id: due day of the latest plan review that was held}."""
    rows = (
        PlanReview.select(PlanReview.household, fn.MAX(PlanReview.due_on))
        .where(PlanReview.household.in_(ids), PlanReview.done_on.is_null(False))
        .group_by(PlanReview.household)
    )
    return {key: PlanReview.due_on.python_value(day) for key, day in rows.tuples()}


def keep(household_ids):
    """Bring the rows of these households up to date; returns what ``differing`` found."""
    ids = [key for key in dict.fromkeys(household_ids) if key]
    if not ids:
        return []
    with nullcontext() if database.in_transaction() else database.atomic():
        found = differing(ids)
        if found:
            moved = [key for key, _kept, _wanted in found]
            CaseTask.delete().where(CaseTask.household.in_(moved)).execute()
        fresh = [row for _key, _kept, wanted in found for row in sorted(wanted, key=str)]
        if fresh:
            CaseTask.insert_many(fresh, fields=list(_COLUMNS)).execute()
    return found


def _portions():
    """Ids of the households that have or may have rows, some at a time."""
    served = Household.status.in_(SERVED)
    has_rows = Household.id.in_(CaseTask.select(CaseTask.household))
    rows = Household.select(Household.id).where(served | has_rows).order_by(Household.id)
    ids = [key for (key,) in rows.tuples()]
    return [ids[start : start + PORTION] for start in range(0, len(ids), PORTION)]


def wrong():
    """What ``differing`` finds among all households."""
    return [each for ids in _portions() for each in differing(ids)]


def recount():
    """Mend the rows of every household; returns what ``wrong`` found."""
    return [each for ids in _portions() for each in keep(ids)]


clock.DAILY.append(recount)


# ---- What they are counted from ------------------------------------------------------------------------------------------


@after(Household)
def the_case_changed(change):
    if change.changed("status", "case_type", "anchor_date", "planned_end"):
        keep([change.record.id])


@after(Client)
def somebody_joined_or_is_older(change):
    if change.changed("birth_date", "birth_year_only", "household"):
        keep([change.record.household_id, change.before and change.before.household_id])


@after(NeedsAssessment)
def an_assessment_was_saved(change):
    keep([change.record.client.household_id])


@after(Extension)
def an_extension_was_decided(change):
    keep([change.record.household_id])


@after(PlanReview)
def a_review_was_held(change):
    keep([change.record.household_id])


@after_delete(PlanReview)
def a_review_is_gone(review):
    keep([review.household_id])


@after_delete(Extension)
def a_decision_is_gone(extension):
    keep([extension.household_id])


@after(Setting)
def the_numbers_changed(change):
    if change.record.key in COUNTED_FROM:
        recount()


@after(AgencyClosure)
def the_agency_is_closed(change):
    recount()


@after_delete(AgencyClosure)
def the_agency_is_open_after_all(closure):
    recount()


# ---- The numbers of Home -------------------------------------------------------------------------------------------------


def _longest():
    """No window is longer than this, so that one that is open now is due within it: a walk with an end."""
    terms = agency_rules.terms()
    months = max(terms.window, terms.follow_up_to - terms.follow_up_from) + 1
    return datetime.timedelta(days=terms.opens_days_before + 31 * months)


def past_its_end(today):
    """The condition of a case that should be closed: without an extension it ends on its planned end (R-ASM-7)."""
    return Household.status.in_(ACTIVE_CASE) & (Household.planned_end < today)


def queries(today):
    """{name: query of rows} that Home counts on the day ``today``."""
    row = CaseTask.select(CaseTask.id)
    assessed = CaseTask.kind.in_((ASSESSMENT, FOLLOW_UP))
    return {
        "alerts": NeedAlert.select(NeedAlert.id).where(NeedAlert.done_on.is_null()),
        "assessments-overdue": row.where(assessed, CaseTask.due_on < today),
        "assessments-open": row.where(
            assessed,
            CaseTask.due_on.between(today, today + _longest()),
            CaseTask.opens_on <= today,
        ),
        "extensions": row.where(CaseTask.kind == EXTENSION),
        "reviews-overdue": row.where(CaseTask.kind == REVIEW, CaseTask.due_on < today),
        "cases-to-close": Household.select(Household.id).where(past_its_end(today)),
    }

"""Capacity building: what may be recorded, and the months in which nobody recorded anything (2.19, R-CAP-1)."""

import datetime
from functools import reduce
from operator import add

from flask_babel import gettext as _
from peewee import Case, Value, fn

from models import CapacityBuildingActivity, Household
from workflows import settings
from workflows.business_days import add_months
from workflows.case_rules import ACTIVE_CASE, INTENSIVE
from workflows.records import Problem, rule

LONGEST = 24 * 60
LOOKED_BACK = 3  # months: older gaps are for the report, nobody fills them in from memory


@rule(CapacityBuildingActivity)
def is_plausible(change):
    """2.19: it has happened, and took some minutes of one day."""
    row = change.record
    if row.date and change.changed("date") and row.date > settings.today():
        yield Problem("date", _("This day is in the future. Check the date."))
    if row.minutes is not None and not 1 <= row.minutes <= LONGEST:
        yield Problem("minutes", _("Enter between 1 and %(most)s minutes.", most=LONGEST))
    if row.attendees is not None and row.attendees < 0:
        yield Problem("attendees", _("The number of people cannot be below 0."))


def months_to_ask_about(today):
    """[(first day, last day)] of the whole months before the one of ``today``, the latest first."""
    first = today.replace(day=1)
    starts = [add_months(first, -back) for back in range(1, LOOKED_BACK + 1)]
    return [(day, add_months(day, 1) - datetime.timedelta(days=1)) for day in starts]


def unrecorded(today):
    """An expression: how many of these months have no entry (R-CAP-1).

    A month counts from the first case on that is run to the standard: an agency that only passes referrals on is not asked.
    """
    cases = Household.select(Household.id).where(
        Household.case_type == INTENSIVE, Household.status.in_(ACTIVE_CASE)
    )
    entries = CapacityBuildingActivity.select(CapacityBuildingActivity.id)
    parts = []
    for first, last in months_to_ask_about(today):
        held = fn.EXISTS(entries.where(CapacityBuildingActivity.date.between(first, last)))
        begun = fn.EXISTS(cases.where(Household.anchor_date <= last))
        parts.append(Case(None, ((begun & ~held, Value(1)),), Value(0)))
    return reduce(add, parts)


def months_between(first, last):
    """[(first day, last day)] of the whole months of a period in which a case run to the standard was under way."""
    began = (
        Household.select(fn.MIN(Household.anchor_date))
        .where(Household.case_type == INTENSIVE, Household.status.in_(ACTIVE_CASE))
        .scalar()
    )
    months, day = [], first if first.day == 1 else add_months(first.replace(day=1), 1)
    while (end := add_months(day, 1) - datetime.timedelta(days=1)) <= last:
        if began and began <= end:
            months.append((day, end))
        day = add_months(day, 1)
    return months


def is_recorded(first, last):
    """Whether there is an entry between these days."""
    return (
        CapacityBuildingActivity.select()
        .where(CapacityBuildingActivity.date.between(first, last))
        .exists()
    )

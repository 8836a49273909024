"""The day of the latest entry in a file: it moves with every dated record, and keeping counts from it (2.6, R-RET-1).

``DATED`` says which columns count and how a row reaches its household.  A save moves the day in the same transaction;
``recount`` works all of them out anew, which is also how a booking begins to count on the day it comes.  The day never
goes back: a file is kept from the latest day there was an entry of, even when that entry is gone.
"""

import datetime
from dataclasses import dataclass
from typing import Any

from peewee import fn

from models import (
    Appointment,
    Booking,
    CaseActivity,
    CaseNote,
    ConsentRecord,
    Correspondence,
    ExitInterview,
    Extension,
    HomeVisit,
    Household,
    IncidentReport,
    Intake,
    NeedsAssessment,
    NoteAddendum,
    PlanReview,
    Referral,
    SettlementPlan,
    database,
)
from workflows import clock, settings
from workflows.records import after, before


@dataclass(frozen=True)
class Dated:
    """A column whose day counts; ``through`` is the foreign key to the row that has the household or the day."""

    model: Any
    day: str
    through: str = ""
    is_instant: bool = False

    @property
    def other(self):
        return self.model._meta.fields[self.through].rel_model

    @property
    def household(self):
        """The column that names the household, on the row itself or on the one it belongs to."""
        owner = self.model if "household" in self.model._meta.fields else self.other
        return owner._meta.fields["household"]

    @property
    def column(self):
        owner = self.model if self.day in self.model._meta.fields else self.other
        return owner._meta.fields[self.day]

    def latest(self, ids, today):
        """{household id: latest day not after ``today``} of these households; of all when ``ids`` is None."""
        last = settings.start_of(today + datetime.timedelta(days=1)) if self.is_instant else today
        query = self.model.select(self.household, fn.MAX(self.column))
        if self.through:
            query = query.join(self.other, on=self.model._meta.fields[self.through])
        past = self.column < last if self.is_instant else self.column <= last
        query = query.where(past, self.household.is_null(False)).group_by(self.household)
        if ids is not None:
            query = query.where(self.household.in_(list(ids)))
        if self.model is HomeVisit:
            query = query.where(HomeVisit.checked_in_at.is_null(False))
        return {key: self._local(value) for key, value in query.tuples()}

    def _local(self, value):
        return settings.local(value).date() if self.is_instant else value

    def of(self, record):
        """(household id, day) of one row; the day is None while it does not count."""
        if self.model is HomeVisit and record.checked_in_at is None:
            return record.household_id, None
        owner = record if self.day in record._meta.fields else getattr(record, self.through)
        value = getattr(owner, self.day)
        holder = record if "household" in record._meta.fields else getattr(record, self.through)
        return holder and holder.household_id, value and self._local(value)


DATED = (
    Dated(CaseNote, "contact_on"),
    Dated(NoteAddendum, "written_on", "note"),
    Dated(CaseActivity, "date"),
    Dated(Correspondence, "occurred_at", is_instant=True),
    Dated(Intake, "intake_date"),
    Dated(ConsentRecord, "given_on"),
    Dated(ConsentRecord, "withdrawn_on"),
    Dated(NeedsAssessment, "completed_on", "client"),
    Dated(PlanReview, "done_on"),
    Dated(Referral, "received_on", "client"),
    Dated(Referral, "outcome_on", "client"),
    Dated(HomeVisit, "date", "visit_list"),
    Dated(IncidentReport, "occurred_at", is_instant=True),
    Dated(Booking, "date"),
    Dated(Appointment, "done_on", "client"),
    Dated(ExitInterview, "date"),
    Dated(SettlementPlan, "created_on"),
    Dated(Extension, "decided_on"),
)


def latest(household_ids=None, today=None):
    """{household id: day of the latest dated record} worked out from the rows, of those that have one."""
    found, day = {}, today or settings.today()
    for one in DATED:
        for key, value in one.latest(household_ids, day).items():
            found[key] = max(found.get(key, value), value)
    closed = Household.select(Household.id, Household.close_date).where(Household.close_date <= day)
    if household_ids is not None:
        closed = closed.where(Household.id.in_(list(household_ids)))
    for key, value in closed.tuples():
        found[key] = max(found.get(key, value), value)
    return found


def of(household, closes_on=None):
    """The latest entry of one household, were it to close on that day (2.6)."""
    known = latest([household.id]).get(household.id)
    return max((day for day in (known, household.last_entry_on, closes_on) if day), default=None)


def move(household_id, day):
    """The file has an entry of ``day``: a direct UPDATE, so that nobody's open form of the household conflicts."""
    if not household_id or not day or day > settings.today():
        return
    older = Household.last_entry_on.is_null() | (Household.last_entry_on < day)
    Household.update(last_entry_on=day).where(Household.id == household_id, older).execute()


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


@after(*dict.fromkeys(one.model for one in DATED))
def an_entry_moves_the_day(change):
    """R-RET-1: a new entry moves the date; one of tomorrow does so once it has come."""
    for one in DATED:
        if one.model is type(change.record):
            move(*one.of(change.record))


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

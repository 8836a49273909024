"""The example looks right at whatever hour and on whatever day it is loaded (R-VISIT-5, R-STAFF-2)."""

import datetime

import pytest

from models import Appointment, Booking, CaseNote, HomeVisit, VisitList
from seed import example
from workflows import (
    agency_rules,
    appointments,
    case_tasks,
    checks,
    home_tasks,
    last_entry,
    notes,
    settings,
    visits,
)

DAY = datetime.timedelta(days=1)


def whole_example(clock, day, time):
    """Move to that time of day where the agency is, load everything and look at it; returns the day."""
    local = datetime.datetime.fromisoformat(f"{day}T{time}").replace(tzinfo=settings.zone())
    clock.set(local.astimezone(datetime.UTC).replace(tzinfo=None).isoformat())
    example.load(families=True, caseload=True)
    looks_right(local.date())
    return local.date()


@pytest.mark.sqlite_only
def test_the_whole_example_looks_right_on_a_leap_day_in_the_middle_of_a_visit(app, clock):
    """On a holiday and on the last evening of a year: test_example_agency."""
    whole_example(clock, "2028-02-29", "10:15")
    assert HomeVisit.select().where(HomeVisit.status == visits.IN_PROGRESS).exists()


def looks_right(today):
    """Nothing of the example is on a day or at an hour that is none for it."""
    calendar, time = agency_rules.calendar(), settings.local(visits.now()).time()
    # Nobody is missed, now or at the next tick of the clock; who is out is so at a time of day for it.
    numbers = home_tasks.counts(today)
    assert numbers["missed-check-ins"] == 0 and visits.mark_missed() == 0
    for visit in HomeVisit.select():
        listed, begins = visit.visit_list, visit.start_time
        assert calendar.is_business_day(listed.date), listed.date
        if visit.status == visits.IN_PROGRESS:
            assert listed.date == today and begins <= time <= visit.expected_end
        if visit.status == visits.AUTHORIZED:
            assert listed.date > today or (listed.date == today and begins > time)
        if visit.status == visits.CHECKED_IN:
            assert visit.checked_in_at <= visits.now()
    days = sorted(row.date for row in VisitList.select())
    assert days[0] < today <= days[1] < days[2]
    assert days[1] == calendar.on_or_after(today)
    for row in Appointment.select().where(Appointment.kind == appointments.APPOINTMENT):
        planned = datetime.datetime.combine(row.due_on, row.starts_at or datetime.time(23))
        is_past = planned <= datetime.datetime.combine(today, time)
        assert calendar.is_business_day(row.due_on) and bool(row.done_on) == is_past, row.about
    assert not appointments.late_calls().where(Appointment.due_on >= today).exists()
    for row in Booking.select():
        assert calendar.is_business_day(row.date), row.date
    for row in CaseNote.select():
        assert row.written_on <= today, row.written_on
    many = {name: n for name, n in numbers.items() if n >= 10 and name != "assessments-open"}
    assert many == {}
    assert len([row for row, _whom in notes.missing_and_whom(today) if row.due < today]) <= 4
    assert last_entry.wrong() == case_tasks.wrong() == checks.miscounted() == []

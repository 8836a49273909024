"""The day of the latest entry moves with every dated record and never goes back (2.6, R-RET-1)."""

import datetime
import runpy
from pathlib import Path

import pytest
from case_factories import (
    make_assessment,
    make_case,
    make_exit_interview,
    make_extension,
    make_intake,
    make_plan,
    make_plan_review,
)
from casework_factories import (
    make_addendum,
    make_appointment,
    make_booking,
    make_case_activity,
    make_case_note,
    make_correspondence,
    make_home_visit,
    make_incident,
    make_interpreter,
)
from factories import make_client, make_consent, make_household, make_referral

from models import Household, Referral, ReferralStatusEvent, database
from workflows import checks, clock, last_entry, records, settings

DAY = datetime.timedelta(days=1)
UP = Path(__file__).resolve().parent.parent / "migrations" / "0016_latest_entry.py"


def stored(household):
    return Household.get_by_id(household.id).last_entry_on


def at_noon(day):
    return settings.start_of(day) + datetime.timedelta(hours=12)


@pytest.fixture
def client(app):
    return make_client()


def visited(client, day):
    visit = make_home_visit(clients=[client])
    visit.checked_in_at, visit.check_in_method = at_noon(day), "phone"
    records.save(visit)
    return visit


MAKERS = {
    "note": lambda c, day: make_case_note(clients=[c], contact_on=day, written_on=day),
    "activity": lambda c, day: make_case_activity(clients=[c], date=day),
    "letter": lambda c, day: make_correspondence(client=c, occurred_at=at_noon(day)),
    "intake": lambda c, day: make_intake(household=c.household, intake_date=day),
    "consent": lambda c, day: make_consent(c, given_on=day),
    "assessment": lambda c, day: make_assessment(c, completed_on=day),
    "review": lambda c, day: make_plan_review(household=c.household, done_on=day),
    "visit": visited,
    "booking": lambda c, day: make_booking(
        client=c, date=day, interpreter=make_interpreter(confidentiality_signed_on=day)
    ),
    "appointment": lambda c, day: make_appointment(
        client=c, due_on=day, done_on=day, result="Came."
    ),
    "exit": lambda c, day: make_exit_interview(client=c, date=day),
    "plan": lambda c, day: make_plan(household=c.household, created_on=day),
}


@pytest.mark.parametrize("kind", MAKERS)
def test_every_dated_record_moves_the_day_and_an_earlier_one_does_not(client, kind):
    """2.6, R-RET-1: a new entry moves the date."""
    day, version = settings.today() - 7 * DAY, Household.get_by_id(client.household_id).version
    MAKERS[kind](client, day)
    assert stored(client.household) == day
    make_intake(household=client.household, intake_date=day - 30 * DAY)
    assert stored(client.household) == day
    assert Household.get_by_id(client.household_id).version == version, "open forms conflict"
    assert not last_entry.wrong()


def test_a_referral_and_an_incident_are_entries_of_the_day_they_are_written(client):
    """2.6, R-RET-1: a status is set today and a report handed in today, whatever day they speak of."""
    day, other = settings.today() - 7 * DAY, make_client()
    make_referral(client=client, received_on=day, referred_on=day)
    times = {"occurred_at": at_noon(day), "shift_ended_at": at_noon(day) + DAY / 8}
    make_incident(household=other.household, **times)
    assert stored(client.household) == stored(other.household) == settings.today()
    assert not last_entry.wrong()


def test_an_extension_an_addition_and_an_outcome_move_the_day(client):
    """R-RET-1"""
    today, house = settings.today(), make_case()
    make_extension(household=house)
    assert stored(house) == today
    note = make_case_note(clients=[client], contact_on=today - 9 * DAY, written_on=today - 9 * DAY)
    make_addendum(note=note, written_on=today - DAY)
    assert stored(client.household) == today - DAY
    other = make_client()
    referral = make_referral(client=other)
    long_ago = {"at": at_noon(today - 9 * DAY)}
    ReferralStatusEvent.update(**long_ago).execute()
    Referral.update(received_on=today - 9 * DAY, referred_on=today - 9 * DAY).execute()
    Household.update(last_entry_on=today - 9 * DAY).execute()
    referral = Referral.get_by_id(referral.id)
    referral.outcome, referral.outcome_on = "enrolled", today - 2 * DAY
    records.save(referral)
    assert stored(other.household) == today - 2 * DAY


def test_a_visit_nobody_came_back_from_is_no_entry_yet(client):
    make_home_visit(clients=[client], address="12 Elm Street")
    assert stored(client.household) is None


def test_a_booking_of_tomorrow_counts_once_its_day_has_come(app, clock):
    """2.6: nothing that is still to come is an entry; the daily recount moves the day."""
    client, today = make_client(), settings.today()
    make_booking(client=client, date=today + DAY)
    assert stored(client.household) is None and not last_entry.wrong()
    clock.forward(days=1)
    assert last_entry.recount() == [(client.household_id, None, today + DAY)]
    assert stored(client.household) == today + DAY


def test_the_recount_is_one_of_the_jobs_of_the_day(app):
    assert last_entry.recount in clock.DAILY


def test_a_form_opened_before_the_entry_does_not_take_the_day_back(browser, client):
    """R-RET-1, R-SYS-2: through the screen; the page was open while a colleague wrote a note."""
    page = browser.get(f"/households/edit/?id={client.household_id}")
    make_case_note(clients=[client])
    page = browser.submit(page, "Save", city="Leamington")
    assert "Saved." in page
    house = Household.get_by_id(client.household_id)
    assert (house.city, house.last_entry_on) == ("Leamington", settings.today())
    stale = client.household
    stale.last_entry_on = settings.today() - 90 * DAY
    records.save(stale)
    assert stored(house) == settings.today()


def test_check_names_a_day_that_is_behind_and_recount_mends_it(client):
    """``flask check`` and ``flask recount`` agree."""
    make_case_note(clients=[client])
    Household.update(last_entry_on=None).execute()
    found = ("household.last_entry_on", client.household_id, None, settings.today())
    assert found in checks.miscounted()
    assert found in checks.recount()
    assert stored(client.household) == settings.today() and not checks.miscounted()


def test_what_is_gone_stays_counted_and_two_files_do_not_mix(client):
    """R-RET-1: never before the latest day there was an entry of."""
    other = make_client(household=make_household())
    note = make_case_note(clients=[client])
    records.delete(note)
    assert stored(client.household) == settings.today()
    assert stored(other.household) is None
    assert last_entry.latest([other.household_id]) == {}


def test_an_evening_letter_is_of_the_local_day(app):
    """An instant counts on the day it was where the agency is."""
    client, today = make_client(), settings.today()
    late = settings.start_of(today) - datetime.timedelta(minutes=30)
    make_correspondence(client=client, occurred_at=late)
    assert stored(client.household) == today - DAY
    assert last_entry.latest([client.household_id]) == {client.household_id: today - DAY}


def test_an_older_database_learns_its_days_from_what_it_holds(client):
    """The migration fills them in once, as the recount would."""
    day = settings.today() - 7 * DAY
    for make in MAKERS.values():
        make(client, day)
    note = make_case_note(clients=[client], contact_on=day, written_on=day)
    make_addendum(note=note, written_on=day + DAY)
    make_booking(client=client, date=settings.today() + 9 * DAY)
    later = make_client()
    Household.update(last_entry_on=None).execute()
    Household.update(last_entry_on=settings.today()).where(
        Household.id == later.household
    ).execute()
    make_case_note(clients=[later], contact_on=day, written_on=day)
    up = runpy.run_path(str(UP))["up"]
    up(None, database)
    assert stored(client.household) == day + DAY and not last_entry.wrong()
    assert stored(later.household) == settings.today()

"""When a case stopped being active and went on again, so that an earlier day can be counted (domain 8, 2.6).

A case begins as the reports say it (its first day, its first intake, its file); what is kept here is every day on which it
left the open and extended cases, or came back to them.
"""

from peewee import fn

from models import CaseStatusEvent, Household
from workflows import audit, settings
from workflows.case_rules import ACTIVE_CASE, CLOSED, OPEN
from workflows.records import after, before

INTAKE = "intake"


@before(Household)
def a_case_that_goes_on_is_not_closed(house, stored):
    """2.6: the day of closing is that of a closed case; the history keeps the earlier one."""
    goes_on = stored and stored.status == CLOSED and house.status in ACTIVE_CASE
    if goes_on and house.close_date == stored.close_date:
        house.close_date = None


@after(Household)
def keep_the_days(change):
    """2.6: each move out of the active cases and back into them, on the day on which it happened."""
    house, before = change.record, change.before
    begins = OPEN if house.status == CLOSED else house.status
    was = before.status if before else begins
    if house.status == was:
        _correct(change)
    elif house.status == CLOSED or (house.status in ACTIVE_CASE) != (was in ACTIVE_CASE):
        latest = _latest(house)
        if was == INTAKE and house.status != CLOSED and latest is None:
            return  # it begins; that day is known otherwise
        day = house.close_date if house.status == CLOSED else settings.today()
        CaseStatusEvent.create(
            household=house.id,
            from_status=was,
            to_status=house.status,
            moved_on=max(day, latest.moved_on) if latest else day,
            by_name=audit.actor.get().name,
        )


def _correct(change):
    """The day of closing was put right."""
    house = change.record
    if house.status != CLOSED or not change.changed("close_date"):
        return
    latest = _latest(house)
    if latest and latest.to_status == CLOSED:
        earlier = _latest(house, CaseStatusEvent.id != latest.id)
        # It closed after it went on, whatever was typed.
        latest.moved_on = max(house.close_date, earlier.moved_on) if earlier else house.close_date
        latest.save()


def _latest(house, *conditions):
    events = CaseStatusEvent.select().where(CaseStatusEvent.household == house.id, *conditions)
    return events.order_by(CaseStatusEvent.moved_on.desc(), CaseStatusEvent.id.desc()).first()


# ---- Conditions of reports --------------------------------------------------------------------------------------------------


def active_on(day):
    """The condition that a case was open or extended at the end of ``day``, wherever it stands now."""
    done = _of_it(CaseStatusEvent.to_status, CaseStatusEvent.moved_on <= day)
    done = done.order_by(CaseStatusEvent.moved_on.desc(), CaseStatusEvent.id.desc()).limit(1)
    to_come = _of_it(CaseStatusEvent.from_status, CaseStatusEvent.moved_on > day)
    to_come = to_come.order_by(CaseStatusEvent.moved_on, CaseStatusEvent.id).limit(1)
    return fn.COALESCE(done, to_come, Household.status).in_(ACTIVE_CASE)


def active_between(first, last):
    """The condition that a case was open or extended on some day of these; it may have closed on the first."""
    moved = CaseStatusEvent.moved_on.between(first, last) & (
        CaseStatusEvent.from_status.in_(ACTIVE_CASE) | CaseStatusEvent.to_status.in_(ACTIVE_CASE)
    )
    return active_on(last) | fn.EXISTS(_of_it(CaseStatusEvent.id, moved))


def closed_between(first, last):
    """The condition that a case closed on a day of these, one that went on later too, but not on the same day."""
    undone = CaseStatusEvent.alias()
    same_day = undone.select(undone.id).where(
        undone.household == CaseStatusEvent.household,
        undone.moved_on == CaseStatusEvent.moved_on,
        undone.id > CaseStatusEvent.id,
        undone.to_status.in_(ACTIVE_CASE),
    )
    moved = CaseStatusEvent.moved_on.between(first, last) & (CaseStatusEvent.to_status == CLOSED)
    return fn.EXISTS(_of_it(CaseStatusEvent.id, moved & ~fn.EXISTS(same_day)))


def ever_active():
    """The condition that a case is or was open, extended or closed."""
    once = CaseStatusEvent.from_status.in_(ACTIVE_CASE)
    now = Household.status.in_((*ACTIVE_CASE, CLOSED))
    return now | fn.EXISTS(_of_it(CaseStatusEvent.id, once))


def _of_it(column, condition):
    return CaseStatusEvent.select(column).where(
        CaseStatusEvent.household == Household.id, condition
    )

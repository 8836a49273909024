"""The day's list: visits in order and in the morning, authorized by a supervisor as a whole (2.17, R-VISIT-1…4)."""

import datetime
import hashlib
from contextvars import ContextVar

from flask_babel import gettext as _

from forms.formats import time_text
from models import HomeVisit, Household, VisitList, database, normalise
from workflows import settings, signers, visit_risk
from workflows.records import (
    WARN,
    Problem,
    Refused,
    after,
    after_delete,
    before,
    delete_rule,
    rule,
    save,
)

DRAFT, SUBMITTED, AUTHORIZED = PLANNED = ("draft", "submitted", "authorized")
WAIVED, CANCELLED, IN_PROGRESS = "waived", "cancelled", "in-progress"
NOT_BEGUN = (*PLANNED, WAIVED)
OFF = (WAIVED, CANCELLED)
# What a supervisor has seen and agreed to: a change asks again.
AGREED = ("visit_list", "address", "start_time", "expected_end")
CHECKLIST = ("risk_checked_on", "risk_result", "risk_decision", "conditions")

_exchanging = ContextVar("exchanging", default=())


def visits_of(listed):
    """The HomeVisits of a list in their order."""
    query = HomeVisit.select().where(HomeVisit.visit_list == listed.id)
    return list(query.order_by(HomeVisit.position, HomeVisit.start_time, HomeVisit.id))


def standing(visit):
    """The status of a visit nobody has begun: waived where it is unsafe (R-VISIT-4), else as its list stands."""
    if visit.risk_result == visit_risk.UNSAFE:
        return WAIVED
    safe = Household.select(Household.safe_address).where(Household.id == visit.household_id)
    if not safe.scalar():
        return WAIVED
    return VisitList.select(VisitList.state).where(VisitList.id == visit.visit_list_id).scalar()


# ---- A visit -------------------------------------------------------------------------------------------------------------


@before(HomeVisit)
def follow_the_list(visit, stored):
    """Another address needs another checklist (R-VISIT-2); the status of what is not begun follows list and risk."""
    if stored:
        # The place in the day follows from the times and is written without a new version.
        visit.position = stored.position
        if normalise(stored.address) != normalise(visit.address or ""):
            visit.risk_answers = {}
            for name in CHECKLIST:
                setattr(visit, name, None)
    if visit.start_time and visit.start_time < settings.value("visit_morning_ends"):
        visit.afternoon_exception_by = None
    if visit.status in NOT_BEGUN and visit.visit_list_id and visit.household_id:
        visit.status = standing(visit)


@rule(HomeVisit)
def times_make_sense(change):
    """2.17: an end after the start, and one visit at a time."""
    visit = change.record
    if not visit.start_time or not visit.expected_end:
        return
    if visit.expected_end <= visit.start_time:
        yield Problem("expected_end", _("The visit has to end after it starts."))
    elif change.changed("visit_list", "start_time", "expected_end") and visit.status not in OFF:
        others = HomeVisit.select().where(
            HomeVisit.visit_list == visit.visit_list_id,
            HomeVisit.id.not_in([visit.id or 0, *_exchanging.get()]),
            HomeVisit.status.not_in(OFF),
            HomeVisit.start_time < visit.expected_end,
            HomeVisit.expected_end > visit.start_time,
        )
        if other := others.first():
            facts = {"start": time_text(other.start_time), "end": time_text(other.expected_end)}
            words = _("From %(start)s to %(end)s there is another visit of this list.", **facts)
            yield Problem("start_time", words)
    ends = settings.value("business_day_ends")
    if change.changed("expected_end") and visit.expected_end > ends:
        words = _("Remember: by %(time)s the worker has to check in.", time=time_text(ends))
        yield Problem("expected_end", words, WARN)


@rule(HomeVisit)
def starts_in_the_morning(change):
    """R-VISIT-3: a later start needs a manager's exception, by name."""
    visit, noon = change.record, settings.value("visit_morning_ends")
    if not visit.start_time or not change.changed("start_time", "afternoon_exception_by"):
        return
    if visit.start_time >= noon and not visit.afternoon_exception_by_id:
        words = _(
            "For a start at %(time)s or later, name the manager who allows it.",
            time=time_text(noon),
        )
        yield Problem("start_time", words)
    by = visit.afternoon_exception_by_id and visit.afternoon_exception_by
    if by and change.changed("afternoon_exception_by") and not signers.may_sign(by):
        words = _("Choose a supervisor or manager who works here now.")
        yield Problem("afternoon_exception_by", words)


@rule(HomeVisit)
def what_has_begun_stays(change):
    """R-VISIT-1: nobody plans anew what was visited already, or for a day that is over."""
    visit = change.record
    listed = visit.visit_list_id and VisitList.get_by_id(visit.visit_list_id)
    if change.before and change.before.status not in NOT_BEGUN and change.changed(*AGREED):
        words = _("This visit has begun or was called off. Plan another one instead.")
        yield Problem("address", words)
    elif listed and change.changed("visit_list") and listed.date < settings.today():
        yield Problem("visit_list", _("This day is over. Choose a list of today or later."))
    if listed and change.changed("status") and visit.status == IN_PROGRESS:
        if listed.state != AUTHORIZED:
            words = _("A supervisor has to authorize the list before the first visit starts.")
            yield Problem("", words)


@after(HomeVisit)
def the_list_follows(change):
    """Number the day by its times; a list that was authorized waits again for a supervisor (R-VISIT-1)."""
    visit, stored = change.record, change.before
    if change.changed("visit_list", "start_time"):
        for key in {visit.visit_list_id, stored.visit_list_id if stored else None} - {None}:
            _number(key)
    if visit.status not in PLANNED:
        return
    back = stored is not None and stored.status == WAIVED
    if back or change.changed(*AGREED) or stored and change.changed("risk_result"):
        listed = VisitList.get_by_id(visit.visit_list_id)
        if listed.state == AUTHORIZED:
            listed.state, listed.submitted_on = SUBMITTED, settings.today()
            save(listed)


@after_delete(HomeVisit)
def close_the_gap(visit):
    _number(visit.visit_list_id)


def _number(key):
    rows = HomeVisit.select(HomeVisit.id, HomeVisit.position).where(HomeVisit.visit_list == key)
    for place, row in enumerate(rows.order_by(HomeVisit.start_time, HomeVisit.id), 1):
        if row.position != place:
            HomeVisit.update(position=place).where(HomeVisit.id == row.id).execute()


@delete_rule(HomeVisit)
def visits_that_took_place_are_kept(change):
    """What happened on a visit is part of the file."""
    if change.record.status not in (*NOT_BEGUN, CANCELLED):
        yield Problem("", _("This visit took place. It stays in the file."))


@after(Household)
def the_address_is_safe_or_not(change):
    """R-VISIT-4: coming visits to an address that is not safe any more are waived."""
    if change.before is None or not change.changed("safe_address"):
        return
    coming = VisitList.select(VisitList.id).where(VisitList.date >= settings.today())
    for visit in list(
        HomeVisit.select().where(
            HomeVisit.household == change.record.id,
            HomeVisit.visit_list.in_(coming),
            HomeVisit.status.in_(NOT_BEGUN),
        )
    ):
        save(visit)


# ---- The list ------------------------------------------------------------------------------------------------------------


@before(VisitList)
def another_day_is_another_list(listed, stored):
    """R-VISIT-1: a supervisor authorized this worker's list of this day."""
    if stored and stored.state == AUTHORIZED and listed.state == AUTHORIZED:
        if (listed.date, listed.staff_id) != (stored.date, stored.staff_id):
            listed.state, listed.submitted_on = SUBMITTED, settings.today()


@rule(VisitList)
def the_day_is_to_come(change):
    """2.17: a list is made for today or later, and stays where it is once a visit has begun."""
    listed = change.record
    if not change.changed("date", "staff"):
        return
    if listed.date and change.changed("date") and listed.date < settings.today():
        yield Problem("date", _("This day is over. Choose today or a later day."))
    if change.before:
        begun = HomeVisit.select().where(
            HomeVisit.visit_list == listed.id, HomeVisit.status.not_in((*NOT_BEGUN, CANCELLED))
        )
        if begun.exists():
            yield Problem("date", _("A visit of this list has begun. Make another list."))


@after(VisitList)
def its_visits_follow(change):
    if not change.changed("state"):
        return
    waiting = HomeVisit.status.in_(NOT_BEGUN)
    for visit in list(HomeVisit.select().where(HomeVisit.visit_list == change.record.id, waiting)):
        save(visit)


def lacking(listed, is_decided=True):
    """[(visit or None, sentence)] of what keeps a list from being authorized; ``is_decided`` as for visit_risk.missing."""
    planned = [visit for visit in visits_of(listed) if visit.status in PLANNED]
    if not planned:
        return [(None, _("There is no visit on this list yet."))]
    found = [(visit, visit_risk.missing(visit, listed.date, is_decided)) for visit in planned]
    return [(visit, words) for visit, words in found if words]


def submit(listed):
    """Hand the list to a supervisor; raises Refused with what is missing (R-VISIT-1, R-VISIT-2)."""
    if listed.state != DRAFT:
        raise Refused([Problem("", _("This list was submitted already."))])
    # What a supervisor has to decide is theirs to do before they authorize it.
    _stop(lacking(listed, is_decided=False))
    listed.state, listed.submitted_on = SUBMITTED, settings.today()
    return save(listed)


def as_seen(listed):
    """What stands for the list as a supervisor has it before them: any change of a visit changes it."""
    rows = HomeVisit.select(HomeVisit.id, HomeVisit.version).where(
        HomeVisit.visit_list == listed.id
    )
    words = str([(listed.version, listed.date), *rows.order_by(HomeVisit.id).tuples()])
    return hashlib.sha256(words.encode()).hexdigest()


def authorize(listed, by, seen=None):
    """A supervisor authorizes the whole list as it was ``seen``; raises Refused (R-VISIT-1)."""
    with database.atomic():
        if seen is not None and seen != as_seen(listed):
            words = _("The list was changed while you were reading it. Read it once more.")
            raise Refused([Problem("", words)])
        if listed.state != SUBMITTED:
            raise Refused([Problem("", _("This list does not wait for a supervisor."))])
        if not signers.may_sign(by):
            words = _("Choose a supervisor or manager who works here now.")
            raise Refused([Problem("authorized_by", words)])
        _stop(lacking(listed))
        listed.state, listed.authorized_by, listed.authorized_on = AUTHORIZED, by, settings.today()
        return save(listed)


def _stop(found):
    sentences = dict.fromkeys(words for _visit, words in found)
    if sentences:
        raise Refused([Problem("", words) for words in sentences])


def move(visit, up):
    """Exchange a visit with its neighbour: both keep their length, and the pause between them stays; raises Refused."""
    with database.atomic():
        rows = [v for v in visits_of(visit.visit_list) if v.status in PLANNED]
        place = next((n for n, row in enumerate(rows) if row.id == visit.id), None)
        if place is None:
            raise Refused([Problem("", _("This visit cannot be moved any more."))])
        first = place - 1 if up else place
        if not 0 <= first < len(rows) - 1:
            return
        _exchange(*rows[first : first + 2])


def _exchange(earlier, later):
    start, end = _minutes(earlier.start_time), _minutes(later.expected_end)
    longer = _minutes(later.expected_end) - _minutes(later.start_time)
    shorter = _minutes(earlier.expected_end) - _minutes(earlier.start_time)
    later.start_time, later.expected_end = _time(start), _time(start + longer)
    earlier.start_time, earlier.expected_end = _time(end - shorter), _time(end)
    token = _exchanging.set((earlier.id, later.id))
    try:
        save(later)
        # Saving the first may have sent the list back to the supervisor, and this visit with it.
        save(_with_times(earlier))
    finally:
        _exchanging.reset(token)


def _with_times(visit):
    fresh = HomeVisit.get_by_id(visit.id)
    fresh.start_time, fresh.expected_end = visit.start_time, visit.expected_end
    return fresh


def _minutes(time):
    return time.hour * 60 + time.minute


def _time(minutes):
    return datetime.time(*divmod(minutes, 60))

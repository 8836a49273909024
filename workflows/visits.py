"""On the day of a visit: starting, coming back, what happens when nobody does, and the note (2.17, R-VISIT-3, 5, 6)."""

import datetime

from flask_babel import gettext as _

from forms.formats import time_text
from models import CaseNote, EscalationStep, HomeVisit, VisitList, database, now
from workflows import audit, clock, settings, texts, visit_risk
from workflows.records import Conflict, Problem, Refused, after, rule, save
from workflows.visit_lists import (
    AUTHORIZED,
    CANCELLED,
    IN_PROGRESS,
    OFF,
    PLANNED,
    SUBMITTED,
    WAIVED,
)

CHECKED_IN, MISSED, ESCALATED = "checked-in", "missed-check-in", "escalated"
UNHEARD = (MISSED, ESCALATED)
# Somebody may be out there: a list that was changed after it was authorized waits again, but its worker has left.
AWAY = (SUBMITTED, AUTHORIZED, IN_PROGRESS)
HOME_VISIT = "home-visit"
LONGEST = 300


def _refuse(words, field=""):
    raise Refused([Problem(field, words)])


def _day(visit):
    return VisitList.get_by_id(visit.visit_list_id)


# ---- Starting and coming back --------------------------------------------------------------------------------------------


def start(visit):
    """The worker goes in: today, authorized, checked, and in the morning; raises Refused (R-VISIT-1, 2, 3)."""
    listed, present, noon = _day(visit), settings.local(now()), settings.value("visit_morning_ends")
    if listed.state != AUTHORIZED and visit.status in PLANNED:
        _refuse(_("A supervisor has to authorize the list before the first visit starts."))
    if visit.status != AUTHORIZED:
        _refuse(_("This visit cannot be started."))
    if listed.date != present.date():
        _refuse(_("This visit is planned for another day."))
    if words := visit_risk.missing(visit, listed.date):
        _refuse(words)
    if present.time() >= noon and not visit.afternoon_exception_by_id:
        words = _(
            "A visit that starts after %(time)s needs a manager’s exception: edit the visit, give its new time and name the manager.",
            time=time_text(noon),
        )
        _refuse(words)
    visit.status = IN_PROGRESS
    return save(visit)


def may_check_in(visit, day):
    """True when somebody may still be out on this visit of ``day``."""
    return visit.status in (*UNHEARD, IN_PROGRESS, AUTHORIZED) and day <= settings.today()


def check_in(visit, method):
    """The worker is back, however late: the alarm ends, its steps stay; raises Refused (R-VISIT-5)."""
    if method not in dict(HomeVisit.check_in_method.choices):
        _refuse(_("Say how the worker checked in."))
    if not (may_check_in(visit, _day(visit).date) or is_missed(visit)):
        _refuse(_("Nobody is out on this visit."))
    visit.status, visit.checked_in_at, visit.check_in_method = CHECKED_IN, now(), method
    return save(visit)


def cancel(visit):
    """The visit does not take place; raises Refused."""
    if visit.status not in (*PLANNED, WAIVED):
        _refuse(_("This visit cannot be cancelled any more. Check in instead."))
    visit.status = CANCELLED
    return save(visit)


# ---- Nobody came back (R-VISIT-5) ----------------------------------------------------------------------------------------


def last_day_over(instant):
    """The last day whose end of business has passed at ``instant`` where the agency is."""
    local = settings.local(instant)
    is_over = local.time() >= settings.value("business_day_ends")
    return local.date() if is_over else local.date() - datetime.timedelta(days=1)


def overdue(instant):
    """The condition of a visit whose worker should have checked in, and whom the clock has not marked yet."""
    out = VisitList.select(VisitList.id).where(
        VisitList.date <= last_day_over(instant), VisitList.authorized_on.is_null(False)
    )
    return HomeVisit.status.in_(AWAY) & HomeVisit.visit_list.in_(out)


def unheard(instant):
    """The condition of every visit whose worker nobody has heard of, marked or not."""
    return HomeVisit.status.in_(UNHEARD) | overdue(instant)


def is_missed(visit):
    """True for one such visit, also while no clock is running."""
    if visit.status in UNHEARD:
        return True
    mine = HomeVisit.select().where(HomeVisit.id == visit.id, overdue(now()))
    return visit.status in AWAY and mine.exists()


def mark_missed():
    """Mark every visit without a check-in; runs at each tick of the clock.  Returns how many."""
    found = list(HomeVisit.select().where(overdue(now())))
    return sum(_mark(visit) for visit in found)


def _mark(visit):
    visit.status = MISSED
    try:
        save(visit, version=visit.version)
    except Conflict:
        return False  # the worker checked in at this very moment
    return True


clock.TICKS.append(mark_missed)


def steps():
    """[(slug, words in the current language)] of what to do, in order."""
    items = sorted(texts.items("missed-check-in-steps"), key=lambda item: item["order"])
    return [(item["slug"], texts.said(item["label"])) for item in items]


def taken(visit):
    """{slug: EscalationStep} of what was done for a visit."""
    query = EscalationStep.select().where(EscalationStep.visit == visit.id)
    return {row.step: row for row in query.order_by(EscalationStep.id)}


def next_step(visit):
    """The slug of the step to take now: each only after the one before it; None when all are done."""
    done = taken(visit)
    return next((slug for slug, _words in steps() if slug not in done), None)


def take_step(visit, step, result):
    """Write down one step with its time and name; the first makes the visit escalated; raises Refused."""
    result = " ".join((result or "").split())
    with database.atomic():
        if not is_missed(visit):
            _refuse(_("The worker has checked in. No further step is needed."))
        if step != next_step(visit):
            _refuse(_("Take the steps in their order: somebody may have taken this one already."))
        if not result or len(result) > LONGEST:
            words = _("Write down what came of it, in at most %(most)s characters.", most=LONGEST)
            _refuse(words, "result")
        name = audit.actor.get().name
        save(EscalationStep(visit=visit, step=step, by_name=name, result=result))
        visit.status = ESCALATED
        save(visit)


def open_escalations(household):
    """The visits of a household from which somebody has not come back, the latest first (R-VISIT-5)."""
    query = HomeVisit.select().where(HomeVisit.household == household.id, unheard(now()))
    return list(query.order_by(HomeVisit.id.desc()))


def queries():
    """{name: query of rows} that Home counts."""
    return {"missed-check-ins": HomeVisit.select(HomeVisit.id).where(unheard(now()))}


# ---- The note (R-VISIT-6) ------------------------------------------------------------------------------------------------


def notes_for(visit, day):
    """A query of the notes that may be the one about this visit: of the household, of that day or later."""
    used = HomeVisit.select(HomeVisit.note).where(HomeVisit.note.is_null(False))
    return (
        CaseNote.select()
        .where(
            CaseNote.household == visit.household_id,
            CaseNote.type == HOME_VISIT,
            CaseNote.contact_on >= day,
            CaseNote.id.not_in(used),
        )
        .order_by(CaseNote.contact_on, CaseNote.id)
    )


def attach(visit, note_id):
    """Say which note is about this visit; raises Refused."""
    visit.note = note_id
    return save(visit)


@rule(HomeVisit)
def the_note_is_about_this_visit(change):
    """R-VISIT-6: a note of a home visit to this household, of the day of the visit or later."""
    visit = change.record
    if not visit.note_id or not change.changed("note"):
        return
    note, day = CaseNote.get_or_none(CaseNote.id == visit.note_id), _day(visit).date
    fits = note and note.household_id == visit.household_id and note.type == HOME_VISIT
    if not fits or note.contact_on < day:
        words = _("Choose a note about a home visit to this household, of that day or later.")
        yield Problem("note", words)


@after(CaseNote)
def the_note_finds_its_visit(change):
    """R-VISIT-6: a note about a home visit belongs to the visit of that day that has none yet."""
    note = change.record
    if note.type != HOME_VISIT or not change.changed("type", "contact_on"):
        return
    if HomeVisit.select().where(HomeVisit.note == note.id).exists():
        return
    that_day = (
        HomeVisit.select(HomeVisit, VisitList)
        .join(VisitList)
        .where(
            HomeVisit.household == note.household_id,
            VisitList.date == note.contact_on,
            HomeVisit.note.is_null(),
            HomeVisit.status.not_in(OFF),
        )
        .order_by(HomeVisit.id)
    )
    found = sorted(that_day, key=lambda visit: visit.visit_list.staff_id != note.author_id)
    if found:
        attach(HomeVisit.get_by_id(found[0].id), note.id)


def note_missing(visit):
    """R-VISIT-6: somebody was there, and nobody has written about it yet."""
    return visit.status == CHECKED_IN and visit.note_id is None


# ---- The standards -------------------------------------------------------------------------------------------------------


def authorized_and_checked_in(from_day, to_day):
    """(met, due) of the visits of these days: authorized by then, and checked in before the end of business."""
    rows = (
        HomeVisit.select(HomeVisit.checked_in_at, VisitList.date, VisitList.authorized_on)
        .join(VisitList)
        .where(
            VisitList.date.between(from_day, min(to_day, last_day_over(now()))),
            HomeVisit.status.not_in(OFF),
        )
        .tuples()
    )
    found = [_is_in_time(*row) for row in rows]
    return sum(found), len(found)


def _is_in_time(checked_in_at, day, authorized_on):
    if checked_in_at is None or authorized_on is None or authorized_on > day:
        return False
    local = settings.local(checked_in_at)
    return local.date() == day and local.time() <= settings.value("business_day_ends")

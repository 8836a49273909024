"""Appointments with clients and calls to return: when they are due, when they are late, and doing them (R-STAFF-2)."""

import datetime

from flask_babel import gettext as _

from models import Appointment, Client, now
from workflows import settings
from workflows.records import Problem, rule, save

APPOINTMENT, CALL_BACK = "appointment", "call-back"
OPEN, LATE, TODAY, DONE, ALL = "open", "late", "today", "done", "all"
SHOWN = 8  # on Home


def due_moment(row):
    """The instant (naive UTC) by which a call is to be returned; None for anything else (R-STAFF-2)."""
    if row.kind != CALL_BACK or row.called_at is None:
        return None
    return row.called_at + datetime.timedelta(hours=settings.value("callback_hours"))


@rule(Appointment)
def is_plausible(change):
    """R-STAFF-2: whose it is and when; nobody called or was met in the future."""
    row = change.record
    if row.client_id is None:
        yield Problem("client", _("Choose the client."))
    if row.due_on is None:
        yield Problem("due_on", _("Enter the day."))
    if row.called_at and row.kind != CALL_BACK:
        yield Problem(
            "called_at", _("Only a call to return has this. Change the kind, or leave it empty.")
        )
    if row.called_at and row.called_at > now() and change.changed("called_at"):
        yield Problem("called_at", _("This is in the future. Enter when the client called."))
    elif row.called_at and change.before and change.changed("called_at"):
        if row.called_at > change.before.created_at:
            words = _("This was saved earlier than that, so the client had called by then.")
            yield Problem("called_at", words)
    if row.done_on and row.done_on > settings.today() and change.changed("done_on"):
        yield Problem("done_on", _("This day is in the future. Enter the day it was done."))
    if row.result and not row.done_on:
        yield Problem("done_on", _("Enter the day it was done, or leave empty what came of it."))


def is_late(row):
    """True when it is not done and its day, or the hours to return a call, are over."""
    if row.done_on:
        return False
    moment = due_moment(row)
    return row.due_on < settings.today() or bool(moment) and moment < now()


# ---- Conditions of lists -------------------------------------------------------------------------------------------------


def _called_too_long_ago():
    hours = datetime.timedelta(hours=settings.value("callback_hours"))
    return (Appointment.kind == CALL_BACK) & (Appointment.called_at < now() - hours)


def late():
    """The condition of what is late, calls to return and appointments alike."""
    over = (Appointment.due_on < settings.today()) | _called_too_long_ago()
    return Appointment.done_on.is_null() & over


def condition(state):
    """The condition of a list: open, late, today (what is on for the day, done or not) or done."""
    if state == LATE:
        return late()
    if state == TODAY:
        return Appointment.due_on == settings.today()
    return Appointment.done_on.is_null(state != DONE)


def late_calls():
    """Calls to return that are late, for Home to count (R-STAFF-2)."""
    return Appointment.select(Appointment.id).where(Appointment.kind == CALL_BACK, late())


def _waits_today():
    return (Appointment.due_on == settings.today()) & Appointment.done_on.is_null()


def of_today(limit=SHOWN):
    """[(id, starts at, kind, client's name, about)] still to do today, in the order of the day; one more
    than ``limit`` when there are more."""
    rows = (
        Appointment.select(
            Appointment.id,
            Appointment.starts_at,
            Appointment.kind,
            Client.display_name,
            Appointment.about,
        )
        .join(Client)
        .where(_waits_today())
        .order_by(Appointment.starts_at.is_null(), Appointment.starts_at, Appointment.id)
    )
    return list(rows.limit(limit + 1).tuples())


def count_today():
    """How many are still to do today."""
    return Appointment.select().where(_waits_today()).count()


# ---- Doing them ----------------------------------------------------------------------------------------------------------


def finish(row, result):
    """Done today, with what came of it; what is done already stays as it is.  Returns warnings, raises records.Refused."""
    if row.done_on is not None:
        return []
    row.done_on, row.result = settings.today(), result or None
    return save(row)

"""A client asks to see or to correct what is held about them: thirty days to answer, and what an answer says."""

import datetime

from flask_babel import gettext as _

from forms.formats import date_text
from models import AccessRequest
from workflows import settings
from workflows.records import WARN, Problem, before, delete_rule, rule

DAYS, SOON = 30, 7
OPEN, ANSWERED, REFUSED = "open", "answered", "refused"
SEE, CORRECT = "see", "correct"
PRESSING, LATE = "pressing", "late"


# ---- The request ---------------------------------------------------------------------------------------------------------


@before(AccessRequest)
def there_are_thirty_days(request, stored):
    """The law gives thirty calendar days from the day it was asked."""
    if request.received_on:
        request.due_on = request.received_on + datetime.timedelta(days=DAYS)


@rule(AccessRequest)
def is_plausible(change):
    """Days that can be, and an answer that says something."""
    row, today = change.record, settings.today()
    if row.received_on and row.received_on > today and change.changed("received_on"):
        yield Problem("received_on", _("This day is in the future. Enter the day it was asked."))
    elif change.before and change.changed("received_on"):
        saved_on = settings.local(change.before.created_at).date()
        if row.received_on and row.received_on > saved_on:
            words = _(
                "This was saved on %(day)s, so it was asked by then.", day=date_text(saved_on)
            )
            yield Problem("received_on", words)
    if row.answered_on and row.answered_on > today and change.changed("answered_on"):
        yield Problem("answered_on", _("This day is in the future. Enter the day of the answer."))
    if row.answered_on and row.received_on and row.answered_on < row.received_on:
        yield Problem(
            "answered_on", _("The answer would come before the question. Check both days.")
        )
    if row.state == OPEN and row.answered_on:
        yield Problem("state", _("An open request has no day of an answer. Choose how it ended."))
    yield from _answer(row, change)


def _answer(row, change):
    if row.state == OPEN:
        return
    if not row.answered_on:
        yield Problem("answered_on", _("Enter the day of the answer."))
    if not (row.answer or "").strip():
        words = _("Say what was given, or why not.")
        if row.kind == CORRECT:
            words = _("Say what was changed in the record, or why it was not changed.")
        yield Problem("answer", words)
    elif change.changed("state", "kind") and (words := disagreement(row)):
        yield Problem("state", words, WARN)


@delete_rule(AccessRequest)
def a_request_stays_in_the_log(change):
    """The clock runs until there is an answer; a slip of the finger is taken back on the same day."""
    if settings.local(change.record.created_at).date() < settings.today():
        words = _("A request is kept, and so is its answer. Say how it ended instead.")
        yield Problem("", words)


def disagreement(row):
    """The sentence that goes with a refused correction; empty for everything else."""
    if row.kind != CORRECT or row.state != REFUSED:
        return ""
    return _(
        "The client may write a statement of disagreement. It is kept with the file: attach it, or record it as"
        " correspondence, and tell the client so."
    )


def is_late(row):
    """True once the thirty days are over without an answer."""
    return row.state == OPEN and row.due_on < settings.today()


def condition(when, today):
    """The condition of requests that are open on a day, late, or pressing: late or due within a week."""
    waiting = AccessRequest.state == OPEN
    if when == LATE:
        return waiting & (AccessRequest.due_on < today)
    if when == PRESSING:
        return waiting & (AccessRequest.due_on <= today + datetime.timedelta(days=SOON))
    return waiting


def pressing(today):
    """Requests that are late or due within a week, for Home to count."""
    return AccessRequest.select(AccessRequest.id).where(condition(PRESSING, today))

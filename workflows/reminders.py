"""Reminders by email to staff who want them, every day or every week: what waits, in numbers, nobody's name.

No message goes out by itself unless a person asked for it on their own staff page (R-REF-12).
"""

import datetime

from flask_babel import gettext as _

from forms.formats import date_text
from forms.validators import clean_line
from models import Organization, OutboxMessage, Staff, database
from workflows import agency_rules, clock, home_tasks, mail, outbox, settings, texts, waiting
from workflows.records import Problem, rule

KIND, TEMPLATE = "reminder", "reminders"
DAILY, WEEKLY = "daily", "weekly"


@rule(Staff)
def reminders_need_an_address(change):
    """Reminders go by email, and there is nowhere else to send them."""
    if change.record.digest and not change.record.email:
        yield Problem("email", _("Enter the work email that the reminders go to."))


def send():
    """Queue today's reminders for everybody who is due one; returns how many.  Only on business days."""
    today = settings.today()
    if not mail.ready() or not agency_rules.calendar().is_business_day(today):
        return 0
    asked = Staff.is_active, Staff.digest.is_null(False)
    rows = Staff.select().where(*asked).order_by(Staff.id)
    due = [row for row in rows if row.email and not _has_one(row, today)]
    if not due:
        return 0
    with database.atomic():
        subject, text = written(today)
        for person in due:
            outbox.queue(person.email, subject, text, kind=KIND)
    clock.wake()
    return len(due)


def _has_one(person, today):
    """Whether this person had theirs today, or in the week of today where they want one a week."""
    first = today
    if person.digest == WEEKLY:
        first = today - datetime.timedelta(days=today.weekday())
    return (
        OutboxMessage.select()
        .where(
            OutboxMessage.kind == KIND,
            OutboxMessage.recipient == person.email,
            OutboxMessage.created_at >= settings.start_of(first),
        )
        .exists()
    )


def written(today):
    """(subject, text) in the agency's language: the numbers of Home."""
    spoken, own = settings.value("interface_default_language"), Organization.own()
    with texts.in_language(spoken):
        numbers = home_tasks.counts(today)
        lines = [
            f"{waiting.shown(numbers[kind.name])} {kind.words(numbers[kind.name])}"
            for kind in home_tasks.waits(numbers)
        ]
        facts = {
            "organization": clean_line(own.name) if own else "",
            "day": date_text(today),
            "lines": "\n".join(lines) or texts.row(TEMPLATE, spoken),
            "portal_link": settings.public_url(),
        }
        return texts.subject(TEMPLATE, spoken, **facts), texts.body(TEMPLATE, spoken, **facts)


clock.DAILY.append(send)

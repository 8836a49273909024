"""The weekly digest: one message a week with numbers and no names, to the organization itself (R-REF-12).

No message goes out by itself unless the agency switched this on; it is off by default.
"""

from forms.formats import date_text
from forms.validators import clean_line
from models import Organization, OutboxMessage, database
from workflows import clock, flags, home_tasks, mail, outbox, settings, texts, waiting

KIND, TEMPLATE = "digest", "weekly-digest"


def weekly():
    """Queue this week's digest if it is switched on, due, and has somewhere to go; returns the message or None.

    Weeks begin on Monday where the agency is; a machine that was off then sends it on the next day that it is on.
    """
    recipient = address()
    if not settings.value("weekly_digest") or not recipient or not mail.ready():
        return None
    with database.atomic():
        if _sent_in_week_of(settings.today()):
            return None
        message = outbox.queue(recipient, *written(), kind=KIND)
    clock.wake()
    return message


def address():
    """Where the digest goes: the setting, else the own organization's email; empty when there is neither."""
    own = Organization.own()
    return settings.value("weekly_digest_to") or (own and own.email) or ""


def written():
    """(subject, text) in the agency's language: counts of what waits, nobody's name."""
    spoken, day = settings.value("interface_default_language"), settings.today()
    counts, own = home_tasks.counts(day), Organization.own()
    with texts.in_language(spoken):
        facts = {
            "organization": clean_line(own.name) if own else "",
            "day": date_text(day),
            "new": waiting.shown(counts[flags.NEW]),
            "stale": waiting.shown(counts[flags.STALE]),
            "overdue": waiting.shown(counts[flags.OVERDUE]),
            "follow_up": waiting.shown(counts[flags.FOLLOW_UP_DUE]),
            "unsent": waiting.shown(counts["failed"] + counts["uncertain"]),
            "portal_link": settings.public_url(),
        }
        return texts.subject(TEMPLATE, spoken, **facts), texts.body(TEMPLATE, spoken, **facts)


def _sent_in_week_of(day):
    last = (
        OutboxMessage.select(OutboxMessage.created_at)
        .where(OutboxMessage.kind == KIND)
        .order_by(OutboxMessage.id.desc())
        .limit(1)
        .scalar()
    )
    return bool(last) and settings.local(last).date().isocalendar()[:2] == day.isocalendar()[:2]


clock.DAILY.append(weekly)

"""What a referral that waits is called (new, stale, overdue, follow-up due), and the weekly check of the list."""

import datetime

from models import (
    COMPLETE,
    DISTRIBUTED,
    PENDING,
    RECEIVED,
    Organization,
    Referral,
    WeeklyCheck,
    database,
)
from workflows import audit, settings
from workflows.records import save

NEW, STALE, OVERDUE, FOLLOW_UP_DUE = "new", "stale", "overdue", "follow-up-due"
FLAGS = (NEW, STALE, OVERDUE, DISTRIBUTED, FOLLOW_UP_DUE, COMPLETE)


def flag(referral, today):
    """One of FLAGS for ``referral`` on the day ``today`` (R-REF-11)."""
    names = flagger(today)
    return names(referral.status, referral.outcome, referral.received_on, referral.last_sent_at)


def flagger(today):
    """A function (status, outcome, received_on, last_sent_at) → one of FLAGS on the day ``today`` (R-REF-11)."""
    stale, overdue, follow_up = (
        settings.value(key)
        for key in ("referral_stale_days", "referral_overdue_days", "distributed_followup_days")
    )

    def name(status, outcome, received_on, last_sent_at):
        if status == COMPLETE:
            return COMPLETE
        if status == DISTRIBUTED:
            if outcome != PENDING or not last_sent_at:
                return DISTRIBUTED
            waited = (today - settings.local(last_sent_at).date()).days
            return FOLLOW_UP_DUE if waited >= follow_up else DISTRIBUTED
        age = (today - received_on).days
        return OVERDUE if age >= overdue else STALE if age >= stale else NEW

    return name


def flag_condition(name, today):
    """The condition of a query for the referrals that ``flag`` calls ``name`` on ``today`` (R-REF-11)."""
    waiting, out = Referral.status == RECEIVED, Referral.status == DISTRIBUTED
    stale = today - datetime.timedelta(days=settings.value("referral_stale_days"))
    overdue = today - datetime.timedelta(days=settings.value("referral_overdue_days"))
    follow = datetime.timedelta(days=settings.value("distributed_followup_days") - 1)
    sent_before = settings.start_of(today - follow)
    return {
        NEW: waiting & (Referral.received_on > max(stale, overdue)),
        STALE: waiting & (Referral.received_on <= stale) & (Referral.received_on > overdue),
        OVERDUE: waiting & (Referral.received_on <= overdue),
        FOLLOW_UP_DUE: out & (Referral.outcome == PENDING) & (Referral.last_sent_at < sent_before),
        DISTRIBUTED: out
        & (
            (Referral.outcome != PENDING)
            | Referral.last_sent_at.is_null()
            | (Referral.last_sent_at >= sent_before)
        ),
        COMPLETE: Referral.status == COMPLETE,
    }[name]


def weekly_check(today=None, by=None):
    """Store that somebody went through the referral list; returns the WeeklyCheck (R-REF-12)."""
    today, by = today or settings.today(), by or audit.actor.get().name
    stale = today - datetime.timedelta(days=settings.value("referral_stale_days"))
    waiting = Referral.select().where(Referral.status == RECEIVED)
    with database.atomic():
        check = WeeklyCheck.create(
            on=today,
            by_name=by,
            open_received=waiting.count(),
            stale=waiting.where(Referral.received_on <= stale).count(),
        )
        own = Organization.own()
        if own:
            own.referral_last_checked_on = today
            save(own)
    return check


def days_since_check(today):
    """Days from when the referral list was last checked to ``today``, None when it never was."""
    own = Organization.own()
    last = own and own.referral_last_checked_on
    return (today - last).days if last else None


def check_due(today):
    """True when Home should ask for the weekly check on ``today`` (R-REF-12)."""
    days = days_since_check(today)
    return days is None or days >= settings.value("referral_check_days")

"""What needs doing today: the numbers of Home, each with a cap so that none ever costs more than a short walk."""

import datetime

from peewee import Select, fn

from models import (
    ACTIVE,
    COMPLETE,
    FAILED,
    ONGOING,
    QUEUED,
    UNCERTAIN,
    DistributionLog,
    Draft,
    Organization,
    OutboxMessage,
    Program,
    Referral,
    ServiceActivity,
)
from workflows import referrals, settings

CAP = 1000


def _capped(query):
    """The number of rows of ``query``, at most CAP + 1: nobody needs to know how many more there are."""
    rows = query.limit(CAP + 1).alias("rows")
    return Select([rows], [fn.COUNT(rows.c.id)])


def counts(today):
    """{what: number} of everything that waits on the day ``today``, in one statement; CAP + 1 means more than CAP."""
    row = Referral.select(Referral.id)
    message = OutboxMessage.select(OutboxMessage.id)
    queries = {
        name: row.where(referrals.flag_condition(name, today))
        for name in (referrals.NEW, referrals.STALE, referrals.OVERDUE, referrals.FOLLOW_UP_DUE)
    }
    queries["follow-up-day"] = row.where(
        Referral.follow_up_due_on <= today, Referral.status != COMPLETE
    )
    queries["failed"] = message.where(OutboxMessage.state == FAILED, OutboxMessage.id.in_(_unsettled()))
    queries["uncertain"] = message.where(OutboxMessage.state == UNCERTAIN)
    queries["queued"] = message.where(OutboxMessage.state == QUEUED)
    queries["review"] = services_to_review(today).select(ServiceActivity.id)
    if year_to_confirm(today):
        queries["new-year"] = services_of_ended_year(today).select(ServiceActivity.id)
    columns = [_capped(query).alias(name.replace("-", "_")) for name, query in queries.items()]
    found = Select([], columns).bind(Referral._meta.database).tuples()
    return dict(zip(queries, next(iter(found)), strict=True))


def _unsettled():
    """Messages that failed and that nothing newer was done about: not sent again, not complete meanwhile."""
    row, newer = DistributionLog.alias(), DistributionLog.alias()
    follow = newer.select(newer.id).where(newer.referral == row.referral, newer.id > row.id)
    return (
        row.select(row.message)
        .join(Referral, on=(row.referral == Referral.id))
        .where(row.result == FAILED, Referral.status != COMPLETE, ~fn.EXISTS(follow))
    )


def own_services():
    """Active services of the own organization."""
    own = Organization.select(Organization.id).where(Organization.is_own == True)  # noqa: E712
    programs = Program.select(Program.id).where(Program.organization.in_(own))
    return ServiceActivity.select().where(
        ServiceActivity.state == ACTIVE, ServiceActivity.program.in_(programs)
    )


def services_to_review(today):
    """Own active services nobody looked at for over ``service_review_days`` (R-SA-15)."""
    limit = today - datetime.timedelta(days=settings.value("service_review_days"))
    return own_services().where(ServiceActivity.last_reviewed_on < limit)


def ended_year(today):
    """The fiscal year that ended last on 31 March, such as F2025-2026."""
    start = today.year if today.month >= 4 else today.year - 1
    return f"F{start - 1}-{start}"


def year_to_confirm(today):
    """The ended fiscal year while the April list is due: from 1 April for the rest of the calendar year (R-SA-16)."""
    return ended_year(today) if today.month >= 4 else None


def services_of_ended_year(today):
    """Own ongoing services still entered for the fiscal year that has ended (R-SA-16)."""
    return own_services().where(
        ServiceActivity.duration_type == ONGOING,
        ServiceActivity.fiscal_year == ended_year(today),
    )


def drafts(limit=6):
    """Work begun and kept for later, newest first (a draft without a page is only a step of something under way)."""
    return list(
        Draft.select(Draft.kind, Draft.path, Draft.updated_at, Draft.created_by_name)
        .where(Draft.path != "")
        .order_by(Draft.updated_at.desc(), Draft.id.desc())
        .limit(limit)
    )


def recent_referrals(limit=6):
    """(id, client, number, target, status, received on) of the newest referrals."""
    return list(
        Referral.select(
            Referral.id,
            Referral.client_name,
            Referral.number,
            Referral.target_name,
            Referral.status,
            Referral.received_on,
        )
        .order_by(Referral.received_on.desc(), Referral.id.desc())
        .limit(limit)
        .tuples()
    )

"""What needs doing today: the numbers of Home, each with a cap so that none ever costs more than a short walk."""

import datetime

from peewee import Select, fn

from forms.formats import number_text
from models import (
    ACTIVE,
    COMPLETE,
    FAILED,
    QUEUED,
    UNCERTAIN,
    Client,
    DistributionLog,
    Draft,
    Household,
    Organization,
    OutboxMessage,
    PolicyItem,
    Program,
    Referral,
    ServiceActivity,
)
from workflows import (
    access,
    appointments,
    capacity_building,
    case_file,
    case_tasks,
    directory,
    flags,
    households,
    incidents,
    interpreters,
    letters,
    notes,
    policy,
    settings,
    team,
    visits,
)

CAP = 1000


def shown(number):
    """A count as people read it; beyond the cap "1,000+"."""
    return f"{number_text(CAP)}+" if number > CAP else number_text(number)


def _capped(query):
    """The number of rows of ``query``, at most CAP + 1: nobody needs to know how many more there are."""
    rows = query.limit(CAP + 1).alias("rows")
    return Select([rows], [fn.COUNT(rows.c.id)])


def counts(today):
    """{what: number} of everything that waits on the day ``today``, in one statement; CAP + 1 means more than CAP."""
    row = Referral.select(Referral.id)
    message = OutboxMessage.select(OutboxMessage.id)
    queries = {
        name: row.where(flags.flag_condition(name, today))
        for name in (flags.NEW, flags.STALE, flags.OVERDUE, flags.FOLLOW_UP_DUE)
    }
    queries["follow-up-day"] = row.where(
        Referral.follow_up_due_on <= today, Referral.status != COMPLETE
    )
    queries["failed"] = message.where(OutboxMessage.state == FAILED, _unsettled())
    queries["uncertain"] = message.where(OutboxMessage.state == UNCERTAIN)
    queries["queued"] = message.where(OutboxMessage.state == QUEUED)
    queries["review"] = services_to_review(today).select(ServiceActivity.id)
    ended = ServiceActivity.id.in_(
        directory.april_list(today).select(ServiceActivity.id).order_by()
    )
    queries["new-year"] = own_services().select(ServiceActivity.id).where(ended)
    queries |= case_tasks.queries(today) | team.queries(today) | interpreters.queries(today)
    queries |= visits.queries() | incidents.queries()
    queries["late-calls"] = appointments.late_calls()
    queries["access-requests"] = access.pressing(today)
    queries["letters-waiting"] = letters.waiting()
    overdue = {f"note-{kind}": query for kind, query in notes.overdue_queries(today).items()}
    queries |= overdue
    queries["policy"] = policy.to_review(today).select(PolicyItem.id)
    queries["files-to-print"] = Household.select(Household.id).where(case_file.print_is_due(today))
    queries["own-forms"] = Client.select(Client.id).where(households.own_forms_to_sign(today))
    columns = [_capped(query).alias(name.replace("-", "_")) for name, query in queries.items()]
    columns.append(capacity_building.unrecorded(today).alias("capacity"))
    found = Select([], columns).bind(Referral._meta.database).tuples()
    counts = dict(zip((*queries, "capacity"), next(iter(found)), strict=True))
    counts["notes-missing"] = sum(counts[name] for name in overdue)
    return counts


def _unsettled():
    """The condition that nothing newer was done about a failed message: not sent again, not complete meanwhile."""
    row, newer = DistributionLog.alias(), DistributionLog.alias()
    follow = newer.select(newer.id).where(newer.referral == row.referral, newer.id > row.id)
    return fn.EXISTS(
        row.select(row.id)
        .join(Referral, on=(row.referral == Referral.id))
        .where(
            row.message == OutboxMessage.id,
            row.result == FAILED,
            Referral.status != COMPLETE,
            ~fn.EXISTS(follow),
        )
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
    return own_services().where(ServiceActivity.last_reviewed_on < last_review_that_counts(today))


def last_review_that_counts(today):
    """Reviews before this day are due again (R-SA-15)."""
    return today - datetime.timedelta(days=settings.value("service_review_days"))


def drafts(limit=6):
    """Work begun and kept for later, newest first: a draft without a page is a step of something under way, and one
    with a session belongs to that browser alone."""
    return list(
        Draft.select()
        .where(Draft.path != "", Draft.session_token.is_null())
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

"""Pills and short words for referrals, the same in the list, on Home, in search results and on the details page."""

from typing import Any, NamedTuple

from flask_babel import gettext as _
from markupsafe import Markup

from admin_views.listing import date_text, pill
from forms import choices
from models import FAILED, OUTBOX_STATES, QUEUED, UNCERTAIN, DistributionLog, Referral
from workflows import referrals

TROUBLE = (FAILED, UNCERTAIN)


class Age(NamedTuple):
    """What referrals.flag looks at, as it stands in a list row."""

    status: str
    outcome: str
    received_on: Any
    last_sent_at: Any


def flag_label(name):
    """The words of a flag (R-REF-11); none for those that only repeat the status."""
    return {
        referrals.NEW: _("New"),
        referrals.STALE: _("Stale"),
        referrals.OVERDUE: _("Overdue"),
        referrals.FOLLOW_UP_DUE: _("Follow-up due"),
    }.get(name, "")


def flag_pill(age, today):
    """The flag of a referral, or of the Age of one, as a pill."""
    name = referrals.flag(age, today)
    words = flag_label(name)
    return pill(name, name, words) if words else ""


def raw_age(status, outcome, received_on, last_sent_at):
    """An Age out of raw database values."""
    fields = Referral._meta.fields
    return Age(
        status,
        outcome,
        fields["received_on"].python_value(received_on),
        fields["last_sent_at"].python_value(last_sent_at),
    )


def status_pill(status):
    """Received, Distributed or Complete as a pill."""
    return pill("status", status, choices.term_label("referral-statuses", status))


def result_pill(result):
    """What became of one sending as a pill; one that waits reads "Sending"."""
    return pill("result", result, choices.term_label("distribution-results", result))


def state_pill(state):
    """The state of a message in the outbox as a pill."""
    return pill("state", state, _(dict(OUTBOX_STATES)[state]))


def status_and_mark(value):
    """(status, result or None): the status and, beside it, how a message under way stands."""
    status, result = value
    shown = status_pill(status)
    return shown + Markup(" ") + result_pill(result) if result else shown


def trouble(ids):
    """{referral id: failed or uncertain} where that is how the newest sending stands."""
    rows = (
        DistributionLog.select(DistributionLog.referral, DistributionLog.result)
        .where(DistributionLog.referral.in_(ids))
        .order_by(DistributionLog.id)
        .tuples()
    )
    return {key: result for key, result in dict(list(rows)).items() if result in TROUBLE}


def mark_of(referral):
    """queued, failed, uncertain or None: how the newest sending of one referral stands."""
    return QUEUED if referral.sending else trouble([referral.id]).get(referral.id)


def brief(referral):
    """(day, number, target, pill) of a referral in a short table."""
    return (
        date_text(referral.received_on),
        referral.number,
        referral.target_name,
        status_pill(referral.status),
    )

"""Pills and short words for referrals, the same in the list, on Home, in search results and on the details page."""

from markupsafe import Markup

from admin_views.showing import pill
from admin_views.words import plain as _
from forms import choices
from forms.formats import date_text, day_of
from models import (
    DISTRIBUTED,
    FAILED,
    N_,
    OUTBOX_STATES,
    QUEUED,
    UNCERTAIN,
    Referral,
    database,
)
from workflows import flags

TROUBLE = (FAILED, UNCERTAIN)


# The words of each flag (R-REF-11); the others only repeat the status.
FLAG_WORDS = {
    flags.NEW: N_("New"),
    flags.STALE: N_("Stale"),
    flags.OVERDUE: N_("Overdue"),
    flags.FOLLOW_UP_DUE: N_("Follow-up due"),
}


def flag_pill(name):
    """One of flags.FLAGS as a pill; empty for those that only repeat the status."""
    return pill(name, name, _(FLAG_WORDS[name])) if name in FLAG_WORDS else ""


def raw_flags(today):
    """A function from (status, outcome, received_on, last_sent_at) as the database gives them to the flag's pill."""
    name_of, sent = flags.flagger(today), Referral._meta.fields["last_sent_at"].python_value

    def shown(value):
        status, outcome, received_on, last_sent_at = value
        moment = sent(last_sent_at) if last_sent_at and status == DISTRIBUTED else None
        return flag_pill(name_of(status, outcome, day_of(received_on), moment))

    return shown


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
    if not ids:
        return {}
    marks = ", ".join([database.param] * len(ids))
    sql = f"SELECT referral_id, result FROM distribution_log WHERE referral_id IN ({marks}) ORDER BY id"
    newest = dict(database.execute_sql(sql, ids).fetchall())
    return {key: result for key, result in newest.items() if result in TROUBLE}


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

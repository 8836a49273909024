"""What of a case is still open, and how long its file is kept once it is closed (2.6, 2.22, R-RET-1)."""

from dataclasses import dataclass

from flask_babel import gettext as _

from models import Draft, ExitInterview, Household, NeedAlert, Referral
from workflows import (
    assessments,
    case_rules,
    households,
    last_entry,
    people_rules,
    plan,
    retention,
    schedule,
    settings,
)
from workflows.records import Problem, rule

DUE = (schedule.OPEN, schedule.OVERDUE)
OVER = ("met", "dropped")


@dataclass(frozen=True)
class Ends:
    """What of a household is still open: ``lacking`` [(client, point)], open referrals, goals, alerts; its adults."""

    household: Household
    adults: tuple
    lacking: tuple
    referrals: tuple
    goals: tuple
    alerts: tuple
    levels: dict


def ends(household):
    """The Ends of a household today."""
    case = assessments.case(household)
    ids = [person.client.id for person in case.people]
    found = plan.active(household)
    lacking = []
    for person in case.people:
        due = [one.window.point for one in person.waiting if one.state in DUE]
        if due and household.case_type != case_rules.PORTAL_ONLY:
            lacking.append((person.client, due[-1]))
    alerts = NeedAlert.select().where(NeedAlert.client.in_(ids), NeedAlert.done_on.is_null())
    return Ends(
        household,
        tuple(p.client for p in case.people if people_rules.is_minor(p.client) is not True),
        tuple(lacking),
        tuple(Referral.open().where(Referral.client.in_(ids)).order_by(Referral.id)),
        tuple(goal for goal in (plan.goals(found) if found else ()) if goal.status not in OVER),
        tuple(alerts.order_by(NeedAlert.due_on, NeedAlert.id)),
        {person.client.id: person.level for person in case.people},
    )


def kept_until(household, closes_on):
    """(latest entry, day until which it is kept) of a file that closes on that day (2.6, R-RET-1)."""
    day = max(filter(None, (last_entry.of(household), closes_on)))
    return day, retention.kept_until(household, day)


def drafts_about(household):
    """Unfinished drafts of wizards about somebody of the household."""
    ids = {str(client.id) for client in households.members_of(household)}
    waiting = Draft.select().where(Draft.path.startswith("/"), Draft.finished_at.is_null())
    return [
        draft
        for draft in waiting.order_by(Draft.id)
        if str(draft.client_id) in ids
        or any(
            isinstance(raw, dict) and (raw.get("client") or [""])[-1] in ids
            for raw in draft.answers.values()
        )
    ]


@rule(ExitInterview)
def an_interview_is_plausible(change):
    """2.22: one to five, zero to ten, not in the future."""
    row = change.record
    if row.independent is not None and not 1 <= row.independent <= 5:
        yield Problem("independent", _("Enter a number from 1 to 5."))
    if row.nps is not None and not 0 <= row.nps <= 10:
        yield Problem("nps", _("Enter a number from 0 to 10."))
    if row.date and row.date > settings.today():
        yield Problem("date", _("This day is in the future. Enter the day of the interview."))

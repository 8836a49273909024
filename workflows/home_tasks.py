"""Everything that may wait for somebody today, in the order of Home: the most pressing first.

A new kind is one Waiting here; Home, the standards page (by name) and the reminders by email have it then.
"""

import datetime

from flask import url_for
from flask_babel import ngettext
from peewee import fn

from models import (
    COMPLETE,
    FAILED,
    QUEUED,
    UNCERTAIN,
    AccessRequest,
    CaseTask,
    Client,
    Correspondence,
    DistributionLog,
    HomeVisit,
    Household,
    IncidentReport,
    Interpreter,
    NeedAlert,
    OutboxMessage,
    PolicyItem,
    PrivacyBreach,
    Referral,
    ServiceActivity,
    Staff,
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
    standards_cases,
    team,
    visits,
    waiting,
)
from workflows.waiting import Waiting

ALARM, QUEUE, TRAINING = "missed-check-ins", "queued", "training"
# What Home shows in a way of its own.
APART = (ALARM, QUEUE)


def counts(today):
    """{name: number} of all kinds on the day ``today``; CAP + 1 means more than CAP."""
    return waiting.counts(KINDS, today)


def waits(numbers):
    """The Waitings of which something waits, in the order of Home; ``numbers`` are their counts."""
    return [kind for kind in KINDS if numbers[kind.name] and kind.name not in APART]


def named(*names):
    """The Waitings of these names."""
    known = {kind.name: kind for kind in KINDS}
    return tuple(known[name] for name in names)


# ---- Rows ----------------------------------------------------------------------------------------------------------------


def _ended(today):
    """Own services of a fiscal year that is over (R-SA-16)."""
    ended = directory.april_list(today).select(ServiceActivity.id).order_by()
    return directory.own_services().select(ServiceActivity.id).where(ServiceActivity.id.in_(ended))


def _flagged(name):
    return lambda today: Referral.select(Referral.id).where(flags.flag_condition(name, today))


def _follow_up(today):
    return Referral.select(Referral.id).where(
        Referral.follow_up_due_on <= today, Referral.status != COMPLETE
    )


def _messages(*conditions):
    return lambda _today: OutboxMessage.select(OutboxMessage.id).where(*conditions)


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


def _case(name):
    return lambda today: case_tasks.queries(today)[name]


def _incident(name):
    return lambda _today: incidents.queries()[name]


# ---- Addresses -----------------------------------------------------------------------------------------------------------


def at(endpoint, **arguments):
    """A function of the day that gives the address of a list with these filters on."""
    return lambda _today: url_for(endpoint, **arguments)


def _followed_up(today):
    return f"{url_for('referral.index_view')}?follow_up_due_on-to={today.isoformat()}"


def _reviewed(today):
    limit = directory.last_review_that_counts(today) - datetime.timedelta(days=1)
    listed = url_for("service_activity.index_view")
    return f"{listed}?organization=own&state=active&last_reviewed_on-to={limit}"


KINDS = (
    Waiting(
        ALARM,
        lambda _today: visits.queries()[ALARM],
        lambda n: ngettext("home visit without a check-in", "home visits without a check-in", n),
        at("home_visit.index_view", waiting="check-in"),
        HomeVisit,
    ),
    Waiting(
        "breaches-to-tell",
        _incident("breaches-to-tell"),
        lambda n: ngettext(
            "privacy breach to report to the regulator and the people",
            "privacy breaches to report to the regulator and the people",
            n,
        ),
        at("privacy_breach.index_view", waiting="tell"),
        PrivacyBreach,
    ),
    Waiting(
        "breaches-to-complete",
        _incident("breaches-to-complete"),
        lambda n: ngettext(
            "privacy breach record to complete", "privacy breach records to complete", n
        ),
        at("privacy_breach.index_view", waiting="complete"),
        PrivacyBreach,
    ),
    Waiting(
        "incidents-to-review",
        _incident("incidents-to-review"),
        lambda n: ngettext("incident report to review", "incident reports to review", n),
        at("incident_report.index_view", waiting="review"),
        IncidentReport,
    ),
    Waiting(
        "alerts",
        _case("alerts"),
        lambda n: ngettext("critical answer to act on", "critical answers to act on", n),
        at("need_alert.index_view", state="open"),
        NeedAlert,
    ),
    Waiting(
        "late-calls",
        lambda _today: appointments.late_calls(),
        lambda n: ngettext("call to return is late", "calls to return are late", n),
        at("appointment.index_view", when="late", kind="call-back"),
    ),
    Waiting(
        "access-requests",
        access.pressing,
        lambda n: ngettext("request for access to answer", "requests for access to answer", n),
        at("access_request.index_view", when="pressing"),
        AccessRequest,
    ),
    Waiting(
        "assessments-overdue",
        _case("assessments-overdue"),
        lambda n: ngettext("needs assessment is overdue", "needs assessments are overdue", n),
        at("case_task.index_view", when="overdue"),
        CaseTask,
    ),
    Waiting(
        "notes-missing",
        lambda today: list(notes.overdue_queries(today).values()),
        lambda n: ngettext("case note is missing", "case notes are missing", n),
        at("case_note.missing_view"),
    ),
    Waiting(
        "letters-waiting",
        lambda _today: letters.waiting(),
        lambda n: ngettext("letter waits for a signature", "letters wait for a signature", n),
        at("correspondence.index_view", state="awaiting-signature"),
        Correspondence,
    ),
    Waiting(
        "assessments-open",
        _case("assessments-open"),
        lambda n: ngettext("needs assessment can be done", "needs assessments can be done", n),
        at("case_task.index_view", when="open"),
        CaseTask,
    ),
    Waiting(
        "reviews-overdue",
        _case("reviews-overdue"),
        lambda n: ngettext("plan review is overdue", "plan reviews are overdue", n),
        at("case_task.index_view", when="reviews"),
        CaseTask,
    ),
    Waiting(
        "extensions",
        _case("extensions"),
        lambda n: ngettext("extension to decide", "extensions to decide", n),
        at("case_task.index_view", kind="extension"),
        CaseTask,
    ),
    Waiting(
        "cases-to-close",
        _case("cases-to-close"),
        lambda n: ngettext("case is past its planned end", "cases are past their planned end", n),
        at("household.index_view", closing="due"),
        Household,
    ),
    Waiting(
        "cases-without-worker",
        standards_cases.without_worker,
        lambda n: ngettext("case has no main worker", "cases have no main worker", n),
        at("household.index_view", lacks="worker"),
        Household,
    ),
    Waiting(
        "cases-without-charter",
        standards_cases.without_charter,
        lambda n: ngettext(
            "open case has no signed charter on file",
            "open cases have no signed charter on file",
            n,
        ),
        at("household.index_view", lacks="charter"),
        Household,
    ),
    Waiting(
        "own-forms",
        lambda today: Client.select(Client.id).where(households.own_forms_to_sign(today)),
        lambda n: ngettext(
            "person came of age and signs their own forms",
            "people came of age and sign their own forms",
            n,
        ),
        at("client.index_view", forms="due"),
        Client,
    ),
    Waiting(
        "files-to-print",
        lambda today: Household.select(Household.id).where(case_file.print_is_due(today)),
        lambda n: ngettext(
            "file on paper is older than its latest entry",
            "files on paper are older than their latest entry",
            n,
        ),
        at("household.index_view", print="due"),
        Household,
    ),
    Waiting(
        "capacity",
        capacity_building.unrecorded,
        lambda n: ngettext(
            "month without capacity building recorded",
            "months without capacity building recorded",
            n,
        ),
        at("capacity_building_activity.index_view"),
    ),
    Waiting(
        "interpreter-review",
        lambda today: interpreters.to_review(today).select(Interpreter.id),
        lambda n: ngettext(
            "interpreter to review confidentiality with",
            "interpreters to review confidentiality with",
            n,
        ),
        at("interpreter.index_view", review="due"),
        Interpreter,
    ),
    Waiting(
        TRAINING,
        lambda today: team.without_training(today).select(Staff.id),
        lambda n: ngettext(
            "member of staff with training missing or expired",
            "members of staff with training missing or expired",
            n,
        ),
        at("staff.index_view", training="missing"),
        Staff,
    ),
    Waiting(
        "failed",
        _messages(OutboxMessage.state == FAILED, _unsettled()),
        lambda n: ngettext("message could not be sent", "messages could not be sent", n),
        at("outbox_message.index_view", state="failed"),
    ),
    Waiting(
        "uncertain",
        _messages(OutboxMessage.state == UNCERTAIN),
        lambda n: ngettext("message may not have arrived", "messages may not have arrived", n),
        at("outbox_message.index_view", state="uncertain"),
    ),
    Waiting(
        QUEUE,
        _messages(OutboxMessage.state == QUEUED),
        lambda n: ngettext("message is on its way", "messages are on their way", n),
        at("outbox_message.index_view", state="queued"),
    ),
    Waiting(
        flags.OVERDUE,
        _flagged(flags.OVERDUE),
        lambda n: ngettext("referral is overdue", "referrals are overdue", n),
        at("referral.index_view", flag="overdue"),
    ),
    Waiting(
        flags.STALE,
        _flagged(flags.STALE),
        lambda n: ngettext(
            "referral has waited a week or more", "referrals have waited a week or more", n
        ),
        at("referral.index_view", flag="stale"),
    ),
    Waiting(
        flags.NEW,
        _flagged(flags.NEW),
        lambda n: ngettext("new referral was received", "new referrals were received", n),
        at("referral.index_view", flag="new"),
    ),
    Waiting(
        flags.FOLLOW_UP_DUE,
        _flagged(flags.FOLLOW_UP_DUE),
        lambda n: ngettext(
            "distributed referral needs a follow-up",
            "distributed referrals need a follow-up",
            n,
        ),
        at("referral.index_view", flag="follow-up-due"),
    ),
    Waiting(
        "follow-up-day",
        _follow_up,
        lambda n: ngettext(
            "referral has reached its follow-up day",
            "referrals have reached their follow-up day",
            n,
        ),
        _followed_up,
    ),
    Waiting(
        "review",
        lambda today: directory.services_to_review(today).select(ServiceActivity.id),
        lambda n: ngettext("service needs a review", "services need a review", n),
        _reviewed,
    ),
    Waiting(
        "new-year",
        _ended,
        lambda n: ngettext(
            "service to confirm for the new fiscal year",
            "services to confirm for the new fiscal year",
            n,
        ),
        at("service_activity.confirm_view"),
    ),
    Waiting(
        "policy",
        lambda today: policy.to_review(today).select(PolicyItem.id),
        lambda n: ngettext(
            "topic of the records policy to review",
            "topics of the records policy to review",
            n,
        ),
        at("policy_item.index_view"),
    ),
)

"""How far the team and the records keep to the standard: papers, training, workload, certificates, calls, answers.

As in standards_cases: each function takes the first and the last day and returns (met, due).
"""

import datetime

from models import (
    AccessRequest,
    Appointment,
    Booking,
    Interpreter,
    PolicyItem,
    PrivacyBreach,
    Staff,
    TaxonomyItem,
    TaxonomyList,
)
from workflows import backup, caseload, policy, settings, team
from workflows.appointments import CALL_BACK
from workflows.standards_cases import done_in_time


def _case_workers():
    return Staff.select(Staff.id).where(Staff.is_active, Staff.role.in_(team.CASE_ROLES))


def with_papers(_first, _last):
    """S6, R-STAFF-1: case workers with a valid vulnerable sector check and a signed form, of all, as it stands today."""
    due = _case_workers()
    met = due.where(
        Staff.confidentiality_signed_on <= settings.today(), Staff.id.in_(team.checked())
    )
    return met.count(), due.count()


def trained(_first, _last):
    """S10, R-STAFF-1: case workers whose mandatory trainings all stand, of all, as it stands today."""
    due = _case_workers().count()
    return due - team.without_training(settings.today()).count(), due


def in_the_band(_first, _last):
    """S9, R-LOAD-1: workers with no more clients than the standard's most, of those with cases, as it stands today."""
    found = [load for load in caseload.loads() if load.clients]
    most = settings.value("caseload_max")
    return sum(load.clients <= most for load in found), len(found)


def even(_first, _last):
    """S9, R-LOAD-2: workers whose share of high needs is near the team's, of those measured, as it stands today."""
    found = [load for load in caseload.loads() if load.assessed and load.is_even]
    share = caseload.team_share(found)
    return sum(not caseload.is_uneven(load, share) for load in found), len(found)


def with_certificate(first, last):
    """S5, R-INT-2: medical, legal and mental-health bookings whose interpreter has the certificate."""
    certified = (
        TaxonomyItem.select(TaxonomyItem.slug)
        .join(TaxonomyList)
        .where(TaxonomyList.slug == "interpreter-settings", TaxonomyItem.slug != "community")
    )
    due = (
        Booking.select(Booking.id)
        .join(Interpreter)
        .where(Booking.date.between(first, last), Booking.setting.in_(certified))
    )
    legal = Booking.setting == "legal"
    met = (legal & (Interpreter.certified_legal == True)) | (  # noqa: E712
        ~legal & (Interpreter.certified_medical == True)  # noqa: E712
    )
    return due.where(met).count(), due.count()


def calls_in_time(first, last):
    """S2, R-STAFF-2: calls returned within the hours the agency promises, of those returned or past them."""
    hours = datetime.timedelta(hours=settings.value("callback_hours"))
    rows = (
        Appointment.select(Appointment.called_at, Appointment.done_on)
        .where(
            Appointment.kind == CALL_BACK,
            settings.on_days(Appointment.called_at, first, last),
        )
        .tuples()
    )
    met = due = 0
    for called_at, done_on in rows:
        by = settings.local(called_at + hours).date()
        if done_on or by < settings.today():
            due += 1
            met += bool(done_on and done_on <= by)
    return met, due


def answered_in_time(first, last):
    """S4: requests for access answered within their thirty days, of those answered or past them."""
    return done_in_time(AccessRequest.due_on, AccessRequest.answered_on, first, last)


def policy_written(_first, _last):
    """S4: topics of the records policy that are written and not past their review, of the seven, as it stands today."""
    due = len(PolicyItem.topic.choices)
    lacking = policy.unwritten().count() + policy.to_review(settings.today()).count()
    return max(0, due - lacking), due


def backed_up(_first, _last):
    """S4, R-SYS-7: whether the last good backup is at most two days old, as it stands today."""
    return int(not backup.is_old()), 1


def breaches_handled(first, last):
    """S4, R-INC-3: breaches with a real risk that were told to the regulator and to the people, of those discovered."""
    due = PrivacyBreach.select(PrivacyBreach.id).where(
        PrivacyBreach.significant_harm_risk == "yes",
        settings.on_days(PrivacyBreach.discovered_at, first, last),
    )
    met = due.where(
        PrivacyBreach.regulator_told_on.is_null(False), PrivacyBreach.people_told_on.is_null(False)
    )
    return met.count(), due.count()

"""Incidents and breaches of privacy: reported by the end of the shift, reviewed, told, kept (2.18, R-INC-1…3)."""

import datetime

from flask_babel import gettext as _

from forms.formats import date_text
from models import IncidentReport, PrivacyBreach, now
from workflows import settings, signers
from workflows.assistant import WRITING
from workflows.business_days import add_months, years_later
from workflows.records import Problem, Refused, after, before, delete_rule, rule, save

PRIVACY = "privacy"
YES = "yes"
LONGEST_SHIFT = datetime.timedelta(hours=24)
LEAST_MONTHS = 24  # what the law asks for, whatever the setting says
# What a finished breach record says (2.18).
NEEDED = (
    "description",
    "information_involved",
    "people_affected_count",
    "significant_harm_risk",
    "harm_reasons",
    "steps_taken",
)
TOLD = ("regulator_told_on", "people_told_on")


# ---- Incidents -----------------------------------------------------------------------------------------------------------


@before(IncidentReport)
def stamp_the_report(incident, stored):
    """R-INC-1: when it was reported is when it was first saved; nobody changes that."""
    if stored:
        incident.submitted_at = stored.submitted_at


@rule(IncidentReport)
def times_are_plausible(change):
    """2.18: it has happened, in a shift that ended within a day."""
    row = change.record
    if row.occurred_at and change.changed("occurred_at") and row.occurred_at > now():
        yield Problem("occurred_at", _("This is in the future. Check the day and the time."))
    if not row.occurred_at or not row.shift_ended_at:
        return
    if row.shift_ended_at < row.occurred_at:
        yield Problem("shift_ended_at", _("The shift ended before this happened. Check both."))
    elif row.shift_ended_at - row.occurred_at > LONGEST_SHIFT:
        words = _("Enter the end of the shift in which it happened: within 24 hours of it.")
        yield Problem("shift_ended_at", words)


@rule(IncidentReport)
def it_goes_to_a_supervisor(change):
    """2.18: reported to somebody who may act on it."""
    to = change.record.reported_to_id and change.record.reported_to
    if to and change.changed("reported_to") and not signers.may_sign(to):
        words = _("Choose a supervisor or manager who works here now.")
        yield Problem("reported_to", words)


@after(IncidentReport)
def open_the_breach_record(change):
    """R-INC-2: an incident of privacy opens a breach record, to be completed with what is found out."""
    incident = change.record
    if incident.type != PRIVACY or breach_of(incident) is not None:
        return
    breach = PrivacyBreach(
        incident=incident,
        discovered_at=incident.submitted_at,
        occurred_at=incident.occurred_at,
        description=incident.what_happened,
        steps_taken=incident.action_taken,
    )
    save(breach, confirmed=(WRITING,))  # the same words were kept in the report (R-NOTE-5)


def breach_of(incident):
    """The breach record that an incident opened, or None."""
    return PrivacyBreach.get_or_none(PrivacyBreach.incident == incident.id)


def is_late(incident):
    """R-INC-1: reported after the shift had ended."""
    return incident.submitted_at > incident.shift_ended_at


def late():
    """The condition of ``is_late``."""
    return IncidentReport.submitted_at > IncidentReport.shift_ended_at


def review(incident):
    """A supervisor has read the report; raises Refused when somebody did already."""
    if incident.supervisor_review_on:
        raise Refused([Problem("", _("This report was reviewed already."))])
    incident.supervisor_review_on = settings.today()
    return save(incident)


def reported_in_time(from_day, to_day):
    """(met, due) of the incidents of these days: reported by the end of the shift (R-INC-1)."""
    due = IncidentReport.select().where(
        settings.on_days(IncidentReport.occurred_at, from_day, to_day)
    )
    return due.where(~late()).count(), due.count()


# ---- Breaches ------------------------------------------------------------------------------------------------------------


def unanswered(breach):
    """Names of the fields that a finished breach record still lacks."""
    return [name for name in NEEDED if getattr(breach, name) in (None, "")]


def untold(breach):
    """Names of the days still to come where the breach may do significant harm (R-INC-3)."""
    if breach.significant_harm_risk != YES:
        return []
    return [name for name in TOLD if getattr(breach, name) is None]


@rule(PrivacyBreach)
def a_breach_record_is_finished(change):
    """2.18: one that an incident opened may wait for its answers, until it was complete or is to be closed."""
    breach, stored = change.record, change.before
    may_wait = breach.incident_id and not breach.closed_on
    if not may_wait or stored is not None and not unanswered(stored):
        for name in unanswered(breach):
            yield Problem(name, _("Answer this: a breach record is kept for years."))
    elif breach.significant_harm_risk and not breach.harm_reasons:
        yield Problem("harm_reasons", _("Say why there is, or is not, such a risk."))
    if breach.closed_on:
        for name in untold(breach):
            words = _("Before the record is closed: tell them, and enter the day.")
            yield Problem(name, words)


@rule(PrivacyBreach)
def days_and_numbers_are_plausible(change):
    """2.18: nothing lies in the future, and nothing ends before it began."""
    breach, today = change.record, settings.today()
    count = breach.people_affected_count
    if count is not None and count < 0:
        yield Problem("people_affected_count", _("The number of people cannot be below 0."))
    future = _("This is in the future. Check the day and the time.")
    for name in ("discovered_at", "occurred_at"):
        value = getattr(breach, name)
        if value and change.changed(name) and value > now():
            yield Problem(name, future)
    if breach.occurred_at and breach.discovered_at and breach.occurred_at > breach.discovered_at:
        yield Problem("occurred_at", _("It was discovered before it happened. Check both."))
    found_on = breach.discovered_at and settings.local(breach.discovered_at).date()
    for name in (*TOLD, "closed_on"):
        day = getattr(breach, name)
        if not day or not change.changed(name):
            continue
        if day > today:
            yield Problem(name, _("This day is in the future. Check the date."))
        elif found_on and day < found_on:
            yield Problem(name, _("This day is before the breach was discovered."))


def kept_until(breach):
    """The day up to which the record is kept: at least 24 months, whatever the setting says (R-INC-3)."""
    last = max(filter(None, (settings.local(breach.discovered_at).date(), breach.closed_on)))
    return max(
        years_later(last, settings.value("breach_record_years")), add_months(last, LEAST_MONTHS)
    )


@delete_rule(IncidentReport)
def a_report_stays(change):
    """R-INC-1: what a supervisor has read is part of the file, and so is what nobody took back on the day it was reported."""
    if change.record.supervisor_review_on:
        yield Problem("", _("A supervisor has reviewed this report, so it stays."))
    elif settings.local(change.record.submitted_at).date() < settings.today():
        words = _("This was reported before today, so it stays. A supervisor reviews it.")
        yield Problem("", words)


@delete_rule(PrivacyBreach)
def breach_records_are_kept(change):
    """R-INC-3"""
    until = kept_until(change.record)
    if settings.today() <= until:
        words = _(
            "The law asks to keep this record. It may be deleted after %(day)s.",
            day=date_text(until),
        )
        yield Problem("", words)


# ---- What waits ----------------------------------------------------------------------------------------------------------


def to_complete():
    """The condition of a breach record with answers to come (R-INC-2)."""
    b = PrivacyBreach
    return (
        b.information_involved.is_null()
        | b.people_affected_count.is_null()
        | b.significant_harm_risk.is_null()
        | b.harm_reasons.is_null()
    )


def to_tell():
    """The condition of a breach that may do significant harm and was not told to everybody (R-INC-3)."""
    b = PrivacyBreach
    return (b.significant_harm_risk == YES) & (
        b.regulator_told_on.is_null() | b.people_told_on.is_null()
    )


def queries():
    """{name: query of rows} that Home counts."""
    open_breach = PrivacyBreach.select(PrivacyBreach.id).where(PrivacyBreach.closed_on.is_null())
    unread = IncidentReport.supervisor_review_on.is_null()
    return {
        "breaches-to-tell": open_breach.where(to_tell()),
        "breaches-to-complete": open_breach.where(to_complete()),
        "incidents-to-review": IncidentReport.select(IncidentReport.id).where(unread),
    }

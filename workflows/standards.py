"""The standards clock: how far the work keeps to the national standard, a row per standard (S0 to S11).

A Standard is defined once: its measure (met ÷ due in a period) is on the standards page and in the compliance report,
and what is open now comes from the kinds of Home.
"""

from collections.abc import Callable
from dataclasses import dataclass

from models import N_
from workflows import (
    home_tasks,
    incidents,
    interpreters,
    letters,
    notes,
    visits,
)
from workflows import standards_cases as cases
from workflows import standards_records as records


@dataclass(frozen=True)
class Standard:
    """``measure(first, last)`` returns (met, due); ``definition`` says how it counts; ``waits`` names kinds of Home."""

    number: str
    slug: str
    title: str
    definition: str
    measure: Callable
    waits: tuple = ()

    @property
    def waiting(self):
        return home_tasks.named(*self.waits)


STANDARDS = (
    Standard(
        "S0",
        "main-worker",
        N_("Every case has a main worker"),
        N_("Open and extended cases that have a main worker, of all of them; as it stands today."),
        cases.with_worker,
        ("cases-without-worker",),
    ),
    Standard(
        "S0",
        "capacity-building",
        N_("Work with the community is recorded every month"),
        N_("Whole months of the period with an entry, of those in which a case was under way."),
        cases.months_recorded,
        ("capacity",),
    ),
    Standard(
        "S2",
        "home-visits",
        N_("Home visits are authorized, and the worker checks in"),
        N_(
            "Visits of the period that took place from an authorized list and were checked in by the end of their day, of"
            " all that were planned and not waived or cancelled."
        ),
        visits.authorized_and_checked_in,
        ("missed-check-ins",),
    ),
    Standard(
        "S2",
        "calls",
        N_("Calls are returned in time"),
        N_("Calls returned within the promised hours, of those returned or past them."),
        records.calls_in_time,
        ("late-calls",),
    ),
    Standard(
        "S3",
        "charter",
        N_("The client charter is signed and on file"),
        N_(
            "Open and extended cases with a signed charter and its scan or photo, of all of them; as it stands today."
        ),
        cases.with_charter,
        ("cases-without-charter", "own-forms"),
    ),
    Standard(
        "S3",
        "interpreters",
        N_("Interpreters have signed the confidentiality form"),
        N_("Bookings of the period whose interpreter had signed by that day, of all bookings."),
        interpreters.with_forms,
        ("interpreter-review",),
    ),
    Standard(
        "S4",
        "policy",
        N_("The records policy is written and current"),
        N_("Topics that are written and not past their review, of the seven; as it stands today."),
        records.policy_written,
        ("policy",),
    ),
    Standard(
        "S4",
        "backup",
        N_("There is a good backup"),
        N_("Met when the last good backup is at most two days old; as it stands today."),
        records.backed_up,
    ),
    Standard(
        "S4",
        "access",
        N_("Requests to see a record are answered within 30 days"),
        N_("Requests answered by their day, of those answered or past it in the period."),
        records.answered_in_time,
        ("access-requests",),
    ),
    Standard(
        "S4",
        "breaches",
        N_("Privacy breaches are reported"),
        N_(
            "Breaches with a real risk of significant harm that the regulator and the people were told of, of those"
            " discovered in the period."
        ),
        records.breaches_handled,
        ("breaches-to-tell", "breaches-to-complete"),
    ),
    Standard(
        "S5",
        "certified",
        N_("Medical, legal and mental-health interpreters are certified"),
        N_("Bookings in such settings whose interpreter has the certificate, of all of them."),
        records.with_certificate,
    ),
    Standard(
        "S6",
        "papers",
        N_("Workers have their checks"),
        N_(
            "Case workers with a valid vulnerable sector check and a signed confidentiality form, of all; as it stands"
            " today."
        ),
        records.with_papers,
    ),
    Standard(
        "S6",
        "plan-reviews",
        N_("The plan is looked at together every three months"),
        N_(
            "Plan reviews held by their day, of those that fell due in the period; a day that is no business day moves to"
            " the next one."
        ),
        cases.reviews_in_time,
        ("reviews-overdue",),
    ),
    Standard(
        "S7",
        "assessments",
        N_("Needs are assessed on time"),
        N_(
            "Assessments completed by their day, of all that fell due in the period; what was skipped for a reason is not"
            " due."
        ),
        cases.assessed_in_time,
        ("assessments-overdue",),
    ),
    Standard(
        "S7",
        "alerts",
        N_("Critical answers are acted on within a business day"),
        N_("Alerts acted on by their day, of those acted on or past their day in the period."),
        cases.alerts_in_time,
        ("alerts",),
    ),
    Standard(
        "S8",
        "notes",
        N_("Case notes are written within five business days"),
        N_(
            "Notes written in time, of the notes of contacts in the period and of events that still lack the note they"
            " need."
        ),
        notes.written_in_time,
        ("notes-missing",),
    ),
    Standard(
        "S8",
        "letters",
        N_("Letters on behalf of clients are signed by a supervisor"),
        N_(
            "Letters of the period that were signed, of those that need a signature and are past the draft."
        ),
        letters.signed_in_time,
        ("letters-waiting",),
    ),
    Standard(
        "S8",
        "incidents",
        N_("Incidents are reported by the end of the shift"),
        N_("Reports handed in before the shift ended, of all incidents of the period."),
        incidents.reported_in_time,
        ("incidents-to-review",),
    ),
    Standard(
        "S8",
        "paper-file",
        N_("The file on paper is current"),
        N_(
            "Open and extended cases whose paper file is not due for printing, of all of them; as it stands today."
        ),
        cases.printed,
        ("files-to-print",),
    ),
    Standard(
        "S9",
        "caseload",
        N_("No worker has more than 60 clients"),
        N_("Workers at or below the most clients, of those with cases; as it stands today."),
        records.in_the_band,
    ),
    Standard(
        "S9",
        "evenness",
        N_("High needs are spread evenly"),
        N_(
            "Workers whose share of high and very high needs is near the team’s, of those measured; as it stands today."
        ),
        records.even,
    ),
    Standard(
        "S10",
        "training",
        N_("Mandatory training is current"),
        N_("Case workers whose mandatory trainings all stand, of all; as it stands today."),
        records.trained,
        ("training",),
    ),
)
# The short names of the national standard's parts, by number.
PARTS = {
    "S0": N_("Foundations"),
    "S2": N_("Boundaries and home visits"),
    "S3": N_("Confidentiality and consent"),
    "S4": N_("Electronic records"),
    "S5": N_("Limits of the role"),
    "S6": N_("Qualifications and knowledge"),
    "S7": N_("Needs assessment"),
    "S8": N_("Record keeping"),
    "S9": N_("Workload"),
    "S10": N_("Professional development"),
}


def measured(first, last):
    """[(Standard, met, due)] of every standard, in the period from ``first`` to ``last``."""
    return [(standard, *standard.measure(first, last)) for standard in STANDARDS]

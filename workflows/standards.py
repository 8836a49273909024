"""The standards clock: how far the work keeps to the national standard, a row per standard (S0 to S11).

A Standard is defined once: its measure (met ÷ due in a period) and what is open now are on the standards page, in the
compliance report, on Home and in the reminders by email.
"""

from collections.abc import Callable
from dataclasses import dataclass

from flask import url_for
from flask_babel import lazy_gettext as _l
from flask_babel import ngettext

from models import CaseTask, Household, NeedAlert
from workflows import standards_cases as cases
from workflows.waiting import Waiting


@dataclass(frozen=True)
class Standard:
    """``measure(first, last)`` returns (met, due), or is None; ``definition`` says how it counts."""

    number: str
    slug: str
    title: str
    definition: str
    measure: Callable | None
    waiting: tuple = ()


def _list(endpoint, **arguments):
    """A function of the day that gives the address of a list."""
    return lambda _today: url_for(endpoint, **arguments)


STANDARDS = (
    Standard(
        "S0",
        "main-worker",
        _l("Every case has a main worker"),
        _l("Open and extended cases that have a main worker, of all of them; as it stands today."),
        cases.with_worker,
        (
            Waiting(
                "cases-without-worker",
                Household,
                cases.without_worker,
                lambda n: ngettext("case has no main worker", "cases have no main worker", n),
                _list("household.index_view", status="open"),
            ),
        ),
    ),
    Standard(
        "S3",
        "charter",
        _l("The client charter is signed and on file"),
        _l(
            "Open and extended cases with a signed charter and its scan or photo, of all of them; as it stands today."
        ),
        cases.with_charter,
        (
            Waiting(
                "cases-without-charter",
                Household,
                cases.without_charter,
                lambda n: ngettext(
                    "open case has no signed charter on file",
                    "open cases have no signed charter on file",
                    n,
                ),
                _list("household.index_view", status="open"),
            ),
        ),
    ),
    Standard(
        "S6",
        "plan-reviews",
        _l("The plan is looked at together every three months"),
        _l(
            "Plan reviews held by their day, of those that fell due in the period; a day that is no business day moves to"
            " the next one."
        ),
        cases.reviews_in_time,
        (
            Waiting(
                "reviews-overdue",
                CaseTask,
                cases.reviews_overdue,
                lambda n: ngettext("plan review is overdue", "plan reviews are overdue", n),
                _list("case_task.index_view", when="reviews"),
            ),
        ),
    ),
    Standard(
        "S7",
        "assessments",
        _l("Needs are assessed on time"),
        _l(
            "Assessments completed by their day, of all that fell due in the period; what was skipped for a reason is not"
            " due."
        ),
        cases.assessed_in_time,
        (
            Waiting(
                "assessments-overdue",
                CaseTask,
                cases.overdue,
                lambda n: ngettext(
                    "needs assessment is overdue", "needs assessments are overdue", n
                ),
                _list("case_task.index_view", when="overdue"),
            ),
        ),
    ),
    Standard(
        "S7",
        "alerts",
        _l("Critical answers are acted on within a business day"),
        _l("Alerts acted on by their day, of those acted on or past their day in the period."),
        cases.alerts_in_time,
        (
            Waiting(
                "alerts",
                NeedAlert,
                cases.alerts_open,
                lambda n: ngettext("critical answer to act on", "critical answers to act on", n),
                _list("need_alert.index_view", state="open"),
            ),
        ),
    ),
)
# The short names of the national standard's parts, by number.
PARTS = {
    "S0": _l("Foundations"),
    "S1": _l("Code of ethics"),
    "S2": _l("Boundaries and home visits"),
    "S3": _l("Confidentiality and consent"),
    "S4": _l("Electronic records"),
    "S5": _l("Limits of the role"),
    "S6": _l("Qualifications and knowledge"),
    "S7": _l("Needs assessment"),
    "S8": _l("Record keeping"),
    "S9": _l("Workload"),
    "S10": _l("Professional development"),
    "S11": _l("Self-care"),
}


def measured(first, last):
    """[(Standard, met, due)] of every standard with a measure, in the period from ``first`` to ``last``."""
    return [
        (standard, *standard.measure(first, last)) for standard in STANDARDS if standard.measure
    ]


def all_waiting():
    """Every Waiting of the standards, in their order."""
    return tuple(kind for standard in STANDARDS for kind in standard.waiting)

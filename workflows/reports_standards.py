"""Standards compliance: met ÷ due of every standard in the period (domain 8); the same figures as on the standards page."""

from functools import partial

from models import N_
from workflows import standards
from workflows.reports_tables import Figure, Ratio, Report


def _ratio(standard, asked):
    return Ratio(*standard.measure(asked.first, asked.last))


REPORT = Report(
    "standards",
    N_("Standards compliance"),
    N_("How far the work keeps to the national standard: what was met of what was due."),
    (),
    tuple(
        Figure(standard.slug, standard.title, standard.definition, partial(_ratio, standard))
        for standard in standards.STANDARDS
    ),
)

"""The reports in their order, and one of them computed as it was asked for (domain 8)."""

from dataclasses import dataclass

from flask_babel import gettext as _

from models import N_
from workflows import (
    reports_caseload,
    reports_casework,
    reports_clients,
    reports_community,
    reports_directory,
    reports_need,
    reports_outcomes,
    reports_quality,
    reports_referrals,
    reports_sendings,
    reports_sharing,
    reports_standards,
)
from workflows.reports_tables import Figure, Grid, Report, Table

REPORTS = (
    reports_directory.REPORT,
    reports_referrals.REPORT,
    reports_sendings.REPORT,
    reports_clients.REPORT,
    reports_need.REPORT,
    reports_caseload.REPORT,
    reports_casework.REPORT,
    reports_standards.REPORT,
    reports_community.REPORT,
    reports_outcomes.REPORT,
    Report(
        "service-record",
        N_("Service record"),
        N_(
            "One row for each person and service event, in the columns of a funder; with what is missing."
        ),
        href="/service-record/",
    ),
    reports_quality.REPORT,
)
BY_SLUG = {report.slug: report for report in REPORTS}


@dataclass(frozen=True)
class Found:
    """A report computed: ``figures`` [(Figure, value)], ``tables`` [(Table, Grid or None where it is left out)]."""

    report: Report
    figures: tuple[tuple[Figure, object], ...]
    tables: tuple[tuple[Table, Grid | None], ...]

    @property
    def listed(self):
        """How many records are named in it."""
        return sum(len(grid.lines) for table, grid in self.tables if table.listing and grid)


def compute(report, asked):
    """The report as it was asked for; a shared one without its small numbers and its lists of records."""
    figures = [(figure, figure.compute(asked)) for figure in report.figures]
    tables = [
        (table, None if asked.shared and table.listing else table.compute(asked))
        for table in report.tables
    ]
    if asked.shared:
        figures = [(figure, reports_sharing.figure(figure, value)) for figure, value in figures]
        tables = [
            (table, grid and reports_sharing.table(table, grid))
            for table, grid in tables
            if not table.listing
        ]
    return Found(report, tuple(figures), tuple(tables))


def left_out():
    """The sentence that stands in a shared report where a table was."""
    return _("This table is left out: its numbers are so small that people could be recognized.")

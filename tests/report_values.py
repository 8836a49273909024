"""One look at a report in a test: its figures by slug, its tables as {words: cells}."""

import datetime

from models import CaseStatusEvent, Household
from workflows import reports_list, settings
from workflows.reports_tables import Asked


def ago(days):
    return settings.today() - datetime.timedelta(days=days)


class Look:
    """A report of the last ``days`` days (or from ``first`` to ``last``), computed."""

    def __init__(self, slug, days=30, **asked):
        today = settings.today()
        asked = {"first": ago(days), "last": today, **asked}
        self.asked = Asked(today=today, **asked)
        self.found = reports_list.compute(reports_list.BY_SLUG[slug], self.asked)

    def figure(self, slug):
        return {figure.slug: value for figure, value in self.found.figures}[slug]

    def grid(self, slug):
        return {table.slug: grid for table, grid in self.found.tables}[slug]

    def table(self, slug):
        """{words of the line: its cells}, the cell itself where there is one column."""
        grid = self.grid(slug)
        alone = len(grid.columns) == 1
        return {line.label: line.cells[0] if alone else line.cells for line in grid.lines}


def put(household, **values):
    """Write the columns of a case as they are, without the steps that lead there."""
    Household.update(**values).where(Household.id == household.id).execute()
    if values.get("status") == "closed":
        day = values.get("close_date")
        moved = {"from_status": "open", "to_status": "closed", "moved_on": day}
        CaseStatusEvent.create(household=household, **moved)
    return Household.get_by_id(household.id)

"""Reports: every figure with its definition, on screen, in print and as a spreadsheet (domain 8)."""

import datetime
from dataclasses import replace
from decimal import Decimal
from urllib.parse import urlencode

from flask import abort, request
from flask_admin import expose
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l

from admin_views.base import PageView
from admin_views.exports import as_file
from admin_views.listing import typed_day, whole
from forms import choices
from forms.formats import date_text, number_text, score_text
from models import Program, ServiceLocation, Staff
from workflows import audit, charts, directory, exports, reports_files, reports_list, settings
from workflows.reports_list import BY_SLUG, REPORTS
from workflows.reports_tables import (
    CASE_TYPE,
    HIDDEN,
    LOCATION,
    PART,
    PERIOD,
    PLAIN,
    PROGRAM,
    WORKER,
    Asked,
    Mean,
    Ratio,
    periods,
    words,
)

QUICK = {
    "this-year": _l("This fiscal year"),
    "last-year": _l("Last fiscal year"),
    "last-quarter": _l("Last quarter"),
    "last-month": _l("Last month"),
}
LABELS = {
    LOCATION: _l("Location"),
    PROGRAM: _l("Program"),
    WORKER: _l("Worker"),
    CASE_TYPE: _l("Type of case"),
}


def shown(value):
    """A value as people read it."""
    if value is HIDDEN:
        return _("hidden")
    if isinstance(value, Mean):
        value = value.value
    if isinstance(value, Ratio):
        return "–" if value.percent is None else _("%(number)s%%", number=score_text(value.percent))
    if value is None:
        return "–"
    if isinstance(value, Decimal) and value.as_tuple().exponent:
        return score_text(value)
    if isinstance(value, (int, Decimal)):
        return number_text(int(value))
    return date_text(value) if isinstance(value, datetime.date) else value


class ReportsView(PageView):
    """The list of reports, and each of them."""

    def __init__(self):
        super().__init__(endpoint="reports", url="/reports", name=_l("Reports"))

    @expose("/")
    def index(self):
        rows = [
            (words(one.title), one.href or self.get_url(".report", slug=one.slug), words(one.about))
            for one in REPORTS
        ]
        return self.render("reports/index.html", rows=rows)

    @expose("/<slug>/")
    def report(self, slug):
        report, asked, problem = self._asked(slug)
        found = reports_list.compute(report, asked)
        if found.listed:
            audit.record("view", "report", changed={"report": slug, "shown": found.listed})
        return self.render(
            "reports/report.html",
            **self._facts(found, asked),
            problem=problem,
            asked=asked,
            has_period=PERIOD in report.filters,
            choices=self._choices(report, asked),
            quick=self._quick(report, asked),
            files=[
                (_("As a CSV file"), self._at(".file", report, asked, kind="csv")),
                (_("As an Excel file"), self._at(".file", report, asked, kind="xlsx")),
            ],
            print_href=self._at(".print_view", report, asked),
            can_share=any(one.personal for one in (*report.figures, *report.tables)),
        )

    @expose("/<slug>/print/")
    def print_view(self, slug):
        report, asked, _problem = self._asked(slug)
        found = reports_list.compute(report, asked)
        audit.record("print", "report", changed={"report": slug, "shown": found.listed})
        return self.render(
            "print/report.html",
            **self._facts(found, asked),
            printed_on=date_text(asked.today),
            back_href=self._at(".report", report, asked),
        )

    @expose("/<slug>/file/<kind>/")
    def file(self, slug, kind):
        if kind not in exports.FORMATS:
            abort(404)
        report, asked, _problem = self._asked(slug)
        found = reports_list.compute(report, asked)
        reports_files.record_export(report, found, asked)
        filters = self._filter_words(report, asked)
        if kind == "csv":
            body = reports_files.csv_file(found, asked, filters)
        else:
            body = exports.chunks(reports_files.xlsx_file(found, asked, filters))
        return as_file(body, reports_files.file_name(report, asked, kind))

    # ---- What was asked ------------------------------------------------------------------------------------------------

    def _asked(self, slug):
        """(Report, Asked, what is wrong with the days or nothing)."""
        report = BY_SLUG.get(slug)
        if report is None or report.href:
            abort(404)
        today, given, problem = settings.today(), request.args, ""
        first, last = periods(today)["this-year"]
        if PERIOD in report.filters and (given.get("from") or given.get("to")):
            asked = typed_day(given.get("from")) or first, typed_day(given.get("to")) or last
            if asked[0] <= asked[1]:
                first, last = asked
            else:
                problem = _("The period ends before it begins. You see the fiscal year to date.")
        allowed = {name: whole(given.get(name)) for name in (LOCATION, PROGRAM, WORKER)}
        chosen = {name: key for name, key in allowed.items() if name in report.filters}
        kind = given.get(CASE_TYPE, "")
        if CASE_TYPE in report.filters and kind in choices.slugs("case-types"):
            chosen[CASE_TYPE] = kind
        return (
            report,
            Asked(first, last, today, shared=given.get("shared") == "1", **chosen),
            problem,
        )

    def _at(self, endpoint, report, asked, **more):
        """The address of this report asked the same way."""
        given = {name: getattr(asked, name) for name in LABELS if getattr(asked, name)}
        if PERIOD in report.filters:
            given |= {"from": asked.first.isoformat(), "to": asked.last.isoformat()}
        if asked.shared:
            given["shared"] = "1"
        start = self.get_url(endpoint, slug=report.slug, **more)
        return f"{start}?{urlencode(given)}" if given else start

    def _quick(self, report, asked):
        """(label, address, current) of the quick periods."""
        found = []
        for name, (first, last) in periods(asked.today).items():
            href = self._at(".report", report, replace(asked, first=first, last=last))
            found.append((QUICK[name], href, (first, last) == (asked.first, asked.last)))
        return found if PERIOD in report.filters else []

    def _choices(self, report, asked):
        """(name, label, [(value, label, chosen)]) of the filters that this report has."""
        return [
            (name, LABELS[name], [(key, text, key == getattr(asked, name)) for key, text in rows])
            for name, rows in ((name, _offered(name)) for name in LABELS if name in report.filters)
        ]

    def _filter_words(self, report, asked):
        return [
            _("%(label)s: %(value)s", label=label, value=text)
            for _name, label, rows in self._choices(report, asked)
            for _key, text, chosen in rows
            if chosen
        ]

    # ---- What is shown -------------------------------------------------------------------------------------------------

    def _facts(self, found, asked):
        report = found.report
        return {
            "title": words(report.title),
            "about": words(report.about),
            "period": reports_files.period_words(report, asked),
            "filters": self._filter_words(report, asked),
            "confidential": reports_files.confidentiality(asked),
            "figures": [
                (words(figure.label), shown(value), _of(value), words(figure.definition))
                for figure, value in found.figures
            ],
            "tables": [
                (table.slug, words(table.label), words(table.definition), drawn(grid))
                for table, grid in found.tables
            ],
            "left_out": reports_list.left_out(),
        }


def _of(value):
    """The numbers behind a percentage."""
    if not isinstance(value, Ratio):
        return ""
    return _("%(part)s of %(whole)s", part=number_text(value.part), whole=number_text(value.whole))


def _offered(name):
    if name == CASE_TYPE:
        return choices.terms("case-types")
    if name == WORKER:
        query = Staff.select(Staff.id, Staff.name).where(Staff.is_active == True)  # noqa: E712
        return list(query.order_by(Staff.name_sorted, Staff.id).tuples())
    model = ServiceLocation if name == LOCATION else Program
    # What is confidential is not offered: the name of a chosen one would stand in the file.
    ours = (model.organization == directory.own_id(), *exports.may_leave(model))
    query = model.select(model.id, model.name).where(*ours)
    return list(query.order_by(model.name_sorted, model.id).tuples())


def drawn(grid):
    """A table ready for the page: heads, lines of words, bars; None stays None."""
    if grid is None:
        return None
    barred = next((n for n, column in enumerate(grid.columns) if column.bar), None)
    parts = [line for line in grid.lines if line.kind == PART]
    values = [line.cells[barred] for line in parts] if barred is not None else []
    most = max((value for value in values if isinstance(value, int)), default=0)
    return {
        "head": grid.head,
        "columns": [column.label for column in grid.columns],
        "numeric": [not _is_words(grid, n) for n in range(len(grid.columns))],
        "note": grid.note,
        "has_bars": barred is not None and most > 0,
        "bars_of": grid.columns[barred].label
        if barred is not None and len(grid.columns) > 1
        else "",
        "plain": [column.kind == PLAIN for column in grid.columns],
        "lines": [
            {
                "label": line.label,
                "href": line.href,
                "kind": line.kind,
                "cells": ["" if value is None else shown(value) for value in line.cells],
                "bar": charts.bar(line.cells[barred], most)
                if barred is not None and line.kind == PART
                else "",
            }
            # A sum of nothing says nothing.
            for line in (grid.lines if parts else ())
        ],
    }


def _is_words(grid, place):
    return any(isinstance(line.cells[place], (str, datetime.date)) for line in grid.lines)


PAGES = (ReportsView,)

"""A report as a spreadsheet: figures with their definitions, then each table under its caption (R-SYS-5, R-SYS-8)."""

import datetime
import re
import tempfile
from decimal import Decimal

import xlsxwriter
from flask_babel import gettext as _

from forms.formats import date_text
from workflows import audit, exports, settings
from workflows.reports_list import left_out
from workflows.reports_tables import HIDDEN, PERIOD, Mean, Ratio, words


def confidentiality(asked):
    """The line that stands in every file, print and beside the buttons (R-SYS-8)."""
    if asked.shared:
        return _(
            "For sharing: numbers of people under %(least)s are hidden, and others with them so that none can be worked out.",
            least=settings.value("small_cell_min"),
        )
    return _(
        "Confidential: small numbers may point to people. Tick “For sharing” before this leaves the agency."
    )


def file_name(report, asked, kind):
    """The report, its last day and, unless it is for sharing, "confidential"."""
    parts = [
        report.slug,
        asked.last.isoformat(),
        _("for-sharing") if asked.shared else _("confidential"),
    ]
    return f"{'-'.join(parts)}.{kind}"


def record_export(report, found, asked):
    """The audit row of a file, before it leaves: which report, of which days, and how many records it names."""
    changed = {"report": report.slug, "from": str(asked.first), "to": str(asked.last)}
    audit.record("export", "report", changed=changed | {"shown": found.listed})


def period_words(report, asked):
    """The days a report tells of."""
    if PERIOD in report.filters:
        days = {"first": date_text(asked.first), "last": date_text(asked.last)}
        return _("%(first)s to %(last)s", **days)
    return _("As it stands on %(day)s", day=date_text(asked.today))


def cell(value):
    """What stands in a cell: a number where it is one, else words that no spreadsheet program runs."""
    if value is HIDDEN:
        return _("hidden")
    if isinstance(value, Ratio):
        return value.percent if value.percent is None else float(value.percent)
    if isinstance(value, Mean):
        value = value.value
    if isinstance(value, Decimal):
        return int(value) if value == value.to_integral_value() else float(value)
    if isinstance(value, datetime.date):
        return value.isoformat()
    return exports.guard(value)


def blocks(found, asked, filters):
    """[(caption, rows)]: the figures first, then each table; ``filters`` are the words of those that are on."""
    report = found.report
    head = [[words(report.title)], [period_words(report, asked)], [confidentiality(asked)]]
    head += [[line] for line in filters]
    rows = [[_("Figure"), _("Value"), _("Unit"), _("How this is counted")]]
    for figure, value in found.figures:
        unit = "%" if isinstance(value, Ratio) else ""
        rows.append([words(figure.label), cell(value), unit, words(figure.definition)])
    parts = [(words(report.title), [*head, [], *rows])]
    for table, grid in found.tables:
        start = [[words(table.label)], [words(table.definition)]]
        if grid is None:
            parts.append((words(table.label), [*start, [left_out()]]))
            continue
        lines = [[exports.guard(line.label), *map(cell, line.cells)] for line in grid.lines]
        heads = [grid.head, *(column.label for column in grid.columns)]
        note = [[grid.note]] if grid.note else []
        parts.append((words(table.label), [*start, *note, heads, *lines]))
    return parts


def csv_file(found, asked, filters):
    """The bytes of a CSV file, one block after another."""
    return exports.csv_bytes(
        row for _caption, rows in blocks(found, asked, filters) for row in (*rows, [])
    )


def xlsx_file(found, asked, filters):
    """An open temporary file: one sheet for the figures, one for each table."""
    file = tempfile.TemporaryFile()
    options = {"strings_to_formulas": False, "strings_to_urls": False}
    book = xlsxwriter.Workbook(file, options)
    bold, taken = book.add_format({"bold": True}), set()
    for caption, rows in blocks(found, asked, filters):
        sheet = book.add_worksheet(_sheet_name(caption, taken))
        sheet.set_header(f"&L{confidentiality(asked)[:200]}")
        sheet.set_column(0, 0, 36)
        for n, row in enumerate(rows):
            for column, value in enumerate(row):
                if isinstance(value, (int, float)):
                    sheet.write_number(n, column, value)
                elif value not in (None, ""):
                    sheet.write_string(n, column, str(value)[:32_767], bold if n == 0 else None)
    book.close()
    file.seek(0)
    return file


def _sheet_name(caption, taken):
    """A name that Excel takes: 31 letters, none of its signs, none twice."""
    base = re.sub(r"[\[\]:*?/\\']", " ", caption)[:28].strip()
    name, number = base, 2
    while name.casefold() in taken:
        name, number = f"{base} {number}", number + 1
    taken.add(name.casefold())
    return name

"""Reading a spreadsheet that somebody gives us: CSV in any usual dress, or an Excel file, judged by its content."""

import base64
import codecs
import csv
import datetime
import io
import json
import zipfile
import zlib

import openpyxl
from flask_babel import gettext as _
from openpyxl.utils.exceptions import InvalidFileException

from forms.formats import number_text

BIGGEST_FILE = 10 * 1024 * 1024
BIGGEST_UNPACKED = 200 * 1024 * 1024
# Shared texts and styles, which are read whole before the first row.
BIGGEST_BESIDE = 20 * 1024 * 1024
MOST_ROWS = 20_000
MOST_COLUMNS = 200


class Unreadable(Exception):
    """The file cannot be read as a table; the text says why and what to do."""


def read(content):
    """The rows of a file as lists of texts, the headings first; raises Unreadable.

    Line numbers of the file are kept: what comes before the headings (a confidentiality line) stands as ``None``.
    """
    if not content.strip():
        raise Unreadable(_("The file is empty. Choose a file with headings and at least one row."))
    if len(content) > BIGGEST_FILE:
        raise Unreadable(_("The file is too large: at most 10 MB. Split it into several files."))
    rows = _excel(content) if content[:2] == b"PK" else _text(content)
    rows = _from_headings(rows)
    if len(rows) > MOST_ROWS + 1:
        most = number_text(MOST_ROWS)
        raise Unreadable(
            _("The file has more than %(most)s rows. Split it into several files.", most=most)
        )
    return rows


def _wrong_kind():
    return Unreadable(
        _("This is not a CSV or Excel (.xlsx) file. Save the table as one of these and try again.")
    )


def _excel(content):
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as parts:
            if "xl/workbook.xml" not in parts.namelist():
                raise _wrong_kind()
            sizes = {part.filename: part.file_size for part in parts.infolist()}
            beside = sum(
                size for name, size in sizes.items() if not name.startswith("xl/worksheets/")
            )
            if sum(sizes.values()) > BIGGEST_UNPACKED or beside > BIGGEST_BESIDE:
                raise Unreadable(_("The file is too large. Split it into several files."))
        book = openpyxl.load_workbook(io.BytesIO(content), read_only=True, data_only=True)
        sheet = book.worksheets[0]
        # What a file claims about its size is not believed: every sheet is read row by row up to a limit.
        sheet.reset_dimensions()
        rows = []
        for row in sheet.iter_rows(values_only=True, max_col=MOST_COLUMNS):
            rows.append([_cell(value) for value in row])
            if len(rows) > MOST_ROWS + 20:
                break
    except (
        zipfile.BadZipFile,
        InvalidFileException,
        KeyError,
        IndexError,
        ValueError,
        TypeError,
        EOFError,
        OSError,  # an archive without a workbook in it
        RuntimeError,  # one that is locked or packed in a way of its own
        SyntaxError,  # XML that is none
        zlib.error,
    ) as error:
        raise _wrong_kind() from error
    return rows


def _cell(value):
    if value is None:
        return ""
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, datetime.datetime):
        return value.date().isoformat() if value.time() == datetime.time() else str(value)
    if isinstance(value, float) and value.is_integer():
        return str(int(value))
    return str(value).strip()


def _text(content):
    if content.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        text = content.decode("utf-16", "replace")
    elif b"\0" in content or content.startswith((b"%PDF", b"\xd0\xcf\x11\xe0", b"{\\rtf")):
        raise _wrong_kind()
    else:
        try:
            text = content.decode("utf-8-sig")
        except UnicodeDecodeError:
            # What Excel calls "CSV" without UTF-8 is written in the code page of Western Windows.
            text = content.decode("cp1252", "replace")
    first = text.lstrip("\r\n").partition("\n")[0]
    if first.lstrip().lower().startswith(("<!doctype", "<html", "<?xml")):
        raise _wrong_kind()
    separator = max(",;\t", key=first.count)
    try:
        reader = csv.reader(io.StringIO(text, newline=""), delimiter=separator, strict=False)
        return [[cell.replace("\0", "").strip() for cell in row[:MOST_COLUMNS]] for row in reader]
    except csv.Error as error:
        raise _wrong_kind() from error


def _from_headings(rows):
    """Rows from the headings on, all of one length; empty ones and a single line of words before them are None."""
    rows = [row if any(row) else None for row in rows]
    while rows and rows[-1] is None:
        rows.pop()
    start = next((n for n, row in enumerate(rows) if row), None)
    if start is None:
        raise Unreadable(_("The file is empty. Choose a file with headings and at least one row."))
    later = next((n for n in range(start + 1, len(rows)) if rows[n]), None)
    if later is not None and _filled(rows[start]) == 1 and _filled(rows[later]) > 1:
        start = later
    if start == len(rows) - 1:
        raise Unreadable(_("The file has headings but no rows. Add at least one row below them."))
    width = _width(rows[start])
    body = [row and (row + [""] * width)[:width] for row in rows[start + 1 :]]
    return [None] * start + [rows[start][:width]] + body


def _filled(row):
    return sum(1 for cell in row if cell)


def _width(headings):
    return max(n for n, cell in enumerate(headings, 1) if cell)


def pack(value):
    """A JSON value as a short text, for a draft."""
    return base64.b64encode(zlib.compress(json.dumps(value, ensure_ascii=False).encode())).decode()


def unpack(text):
    """What ``pack`` was given."""
    return json.loads(zlib.decompress(base64.b64decode(text)))

"""Spreadsheets out: every field of an entity, streamed as CSV or written as an Excel file (R-SYS-8, stack.md S8).

A page of rows is one narrow query by key; its columns are turned into words one column at a time by converters that
were prepared once, so that no Python object is made for a row.  ``columns`` also says what an import understands.
"""

import csv
import io
import json
import re
import tempfile
from dataclasses import dataclass
from typing import Any

import peewee
import xlsxwriter
from flask_babel import gettext as _

import models
from forms import choices
from forms.formats import number_text
from models import ConsentRecord, DerivedField, Program, ServiceLocation, database
from workflows import audit, people_rules, search, settings
from workflows.rows import through_of

# What reads otherwise today than it was stored: {column: (function of the day, function of a record)}.
TODAY = {ConsentRecord.state: (people_rules.state_column, people_rules.state_of)}
PAGE = 1000
XLSX_ROWS = 10_000
CACHED = 50_000
FORMATS = ("csv", "xlsx")
SKIPPED = ("id", "uuid", "version")
STAMPS = ("created_at", "created_by_name", "updated_at", "updated_by_name")

# Spreadsheet programs run a cell that begins so.  An apostrophe in front disarms it; a text that begins with
# apostrophes and then such a character gets one more, so that taking one off always gives the text back.
_RISK = re.compile(r"'*[=+\-@\t\r]")
_RISK_IN_COLUMN = re.compile(r"(?:^|\0)'*[=+\-@\t\r]")


class TooManyRows(Exception):
    """An Excel file of this many rows would take too long; a CSV file has no limit."""


@dataclass(frozen=True)
class Column:
    """One column of the sheet.  ``kind``: own, row (words of a foreign key), row-uuid, or many (through rows)."""

    name: str
    field: Any
    kind: str = "own"


@dataclass(frozen=True)
class Selection:
    """Which rows, in which order: expressions, search words, a sortable column (None: by key) and its direction."""

    conditions: tuple = ()
    words: str = ""
    sort: Any = None
    descending: bool = False


def columns(model, names=None):
    """The Columns of a sheet of ``model``, the UUID first; ``names`` limits them to some fields."""
    meta = model._meta
    shown = (f for f in meta.sorted_fields if not isinstance(f, DerivedField))
    fields = [f for f in shown if f.name not in (*SKIPPED, *STAMPS)]
    fields += [meta.fields[name] for name in STAMPS if name in meta.fields]
    found = [Column("uuid", meta.fields["uuid"])] if "uuid" in meta.fields else []
    for field in fields:
        if isinstance(field, peewee.BlobField):
            continue
        if isinstance(field, peewee.ForeignKeyField):
            found.append(Column(field.name, field, "row"))
            found.append(Column(f"{field.name}.uuid", field, "row-uuid"))
        else:
            found.append(Column(field.name, field))
    found += [Column(name, field, "many") for name, field in through_fields(model).items()]
    if names is None:
        return found
    by_name = {column.name: column for column in found}
    return (
        [by_name["uuid"], *(by_name[n] for n in names)]
        if "uuid" in by_name
        else [by_name[n] for n in names]
    )


def through_fields(model):
    """{name: field} of the through fields on a sheet: the entity's own, and for reference data both ways."""
    return {
        name: field
        for name, field in model._meta.manytomany.items()
        if not field._is_backref
        or getattr(model._meta, "reference", False)
        and getattr(field.rel_model._meta, "reference", False)
    }


def label(column):
    """The words above a column, in the current language."""
    field = column.field
    words = getattr(field, "verbose_name", None) or getattr(field.rel_model._meta, "title", "")
    if column.kind == "row-uuid":
        return _("%(label)s (UUID)", label=_(words))
    if isinstance(field, peewee.DateTimeField):
        return _("%(label)s (UTC)", label=_(words))
    return _(words)


def headings(found):
    """The words above each column; two columns of the same name tell themselves apart by their field."""
    words = [label(column) for column in found]
    return [
        f"{text} ({column.name})" if words.count(text) > 1 else text
        for text, column in zip(words, found, strict=True)
    ]


def guard(text):
    """``text`` with an apostrophe in front when a spreadsheet program would run it as a formula."""
    return f"'{text}" if isinstance(text, str) and _RISK.match(text) else text


def unguard(text):
    """``text`` without the apostrophe that ``guard`` put there."""
    return text[1:] if text[:1] == "'" and _RISK.match(text) else text


def value_today(record, field):
    """What a sheet says of one record in the column ``field``, before it becomes words."""
    return TODAY[field][1](record) if field in TODAY else record.__data__.get(field.name)


# ---- From stored values to words, a whole column at a time ------------------------------------------------------------


class _Memo(dict):
    """Remembers what a function made of each value: a list of ten thousand statuses costs four calls."""

    def __init__(self, function):
        super().__init__()
        self.function = function

    def __missing__(self, value):
        made = self[value] = guard(self.function(value))
        return made


def _guarded(values):
    if _RISK_IN_COLUMN.search("\0".join(filter(None, values))):
        return [guard(value) for value in values]
    return values


def shown_terms(pairs):
    """{slug: words} for a sheet: the label where it names one slug only and holds no separator, else the slug."""
    labels = [text for _slug, text in pairs]
    return {
        slug: text if labels.count(text) == 1 and ";" not in text else slug for slug, text in pairs
    }


def every_term(name):
    """(slug, label) of a list, the retired ones too."""
    return choices.terms(name, choices.slugs(name))


def every_language():
    """(code, label) of the languages, the retired ones too."""
    return choices.languages(choices.codes())


def _of_json(function):
    """A column converter for JSON: text on SQLite, already read on PostgreSQL."""
    memo = _Memo(lambda text: function(json.loads(text)))

    def convert(values):
        return [
            "" if v is None else memo[v] if isinstance(v, str) else guard(function(v))
            for v in values
        ]

    return convert


def _joined(words):
    return lambda values: "; ".join(str(words.get(v, v)) for v in values or ())


def _hours(days):
    return lambda rows: "; ".join(
        f"{days[d - 1]} {opens}-{closes}" for d, opens, closes in rows or ()
    )


def converter(field):
    """A function from a list of stored values of ``field`` to the list of what stands in the cells."""
    terms = getattr(field, "terms", None)
    if isinstance(field, models.HoursField):
        return _of_json(_hours([text for _slug, text in every_term("weekdays")]))
    if isinstance(field, models.TermsField):
        return _of_json(_joined(shown_terms(every_term(terms))))
    if isinstance(field, models.LanguageListField):
        return _of_json(_joined(shown_terms(every_language())))
    if isinstance(field, models.LevelsField):
        return _of_json(_joined({}))
    if isinstance(field, models.LinesField):
        return _of_json(lambda lines: "\n".join(lines or ()))
    if isinstance(field, peewee.JSONField):
        return _of_json(lambda value: json.dumps(value, ensure_ascii=False))
    return _by_memo(_words(field)) if _words(field) else _plain(field)


def _words(field):
    """A function from one value to its words, for fields of few different values; None for the rest."""
    if isinstance(field, models.TermField):
        known = shown_terms(every_term(field.terms))
    elif isinstance(field, models.LanguageField):
        known = shown_terms(every_language())
    elif getattr(field, "choices", None):
        known = shown_terms([(value, _(text)) for value, text in field.choices])
    elif isinstance(field, peewee.BooleanField):
        known = {1: _("yes"), 0: _("no")}
    elif isinstance(field, peewee.TimeField):
        return lambda value: "" if value is None else str(value)[:5]
    else:
        return None
    return lambda value: known.get(value, "" if value is None else value)


def _by_memo(function):
    memo = _Memo(function)
    return lambda values: list(map(memo.__getitem__, values))


def _plain(field):
    if isinstance(field, (peewee.CharField, peewee.TextField)) and field.name != "uuid":
        return _guarded
    return lambda values: values


class _Rows:
    """Words and UUIDs of the rows a foreign key names, read a page at a time and remembered."""

    def __init__(self, field):
        self.model, self.known = field.rel_model, {None: ("", "")}

    def learn(self, keys):
        """Read what is not known yet of ``keys``; forgets first when it knows very many."""
        if len(self.known) > CACHED:
            self.known = {None: ("", "")}
        missing = set(keys).difference(self.known)
        if missing:
            meta = self.model._meta
            query = self.model.select(meta.fields["id"], row_label(self.model), meta.fields["uuid"])
            query = query.where(meta.fields["id"].in_(missing))
            words = _words(meta.fields[meta.label]) or str
            for key, text, identity in database.execute(query).fetchall():
                self.known[key] = (guard(words(text)), identity)

    def texts(self, keys):
        return [self.known[key][0] for key in keys]

    def uuids(self, keys):
        return [self.known[key][1] for key in keys]


def row_label(model):
    """The column a person calls a row by, in the current language."""
    name = model._meta.label
    field = model._meta.fields[name]
    if name.endswith("_en") and models.language.get() != "en":
        french = model._meta.fields[f"{name[:-2]}fr"]
        return peewee.fn.COALESCE(peewee.fn.NULLIF(french, ""), field)
    return field


def key_field(model):
    """The column that names a row inside a cell with several: the last part of its natural key."""
    meta = model._meta
    return (
        meta.fields[meta.natural_key[-1]]
        if getattr(meta, "natural_key", None)
        else meta.fields["uuid"]
    )


def _through_words(model, name):
    """A function from the ids of a page to the joined names of their through rows."""
    through, mine, other = through_of(model, name)
    target = model._meta.manytomany[name].rel_model
    key, identity = key_field(target), target._meta.fields["uuid"]

    def convert(ids):
        query = (
            through.select(mine, key, identity)
            .join(target, on=(other == target._meta.fields["id"]))
            .where(mine.in_(ids))
            .order_by(mine, key)
        )
        found = {}
        for owner, text, row_uuid in database.execute(query).fetchall():
            found.setdefault(owner, []).append(row_uuid if ";" in text else text)
        return [guard("; ".join(found.get(one, ()))) for one in ids]

    return convert


# ---- Which rows ------------------------------------------------------------------------------------------------------


def may_leave(model):
    """Conditions that keep confidential locations and programs, and whatever belongs to one, from an export."""
    confidential = {
        place: [key for (key,) in place.select(place.id).where(place.is_confidential).tuples()]
        for place in (ServiceLocation, Program)
    }
    if not any(confidential.values()):
        return []
    return _open(model, confidential, (model,))


def _open(model, confidential, seen):
    found = []
    if confidential.get(model):
        found.append(model._meta.fields["id"].not_in(confidential[model]))
    for field in model._meta.sorted_fields:
        if not isinstance(field, peewee.ForeignKeyField) or field.rel_model in seen:
            continue
        target = field.rel_model
        inner = _open(target, confidential, (*seen, target))
        if inner:
            allowed = target.select(target._meta.fields["id"]).where(*inner)
            found.append(field.is_null() | field.in_(allowed))
    return found


def query_of(model, selection, *chosen):
    """The query of a selection: its conditions, its search words, nothing confidential."""
    query = model.select(*chosen)
    for condition in (*selection.conditions, *may_leave(model)):
        query = query.where(condition)
    return query.where(search.condition(model, selection.words)) if selection.words else query


def count(model, selection):
    """How many rows the export holds."""
    key = model._meta.fields["id"]
    return query_of(model, selection, peewee.fn.COUNT(key)).scalar()


def pages(model, selection, found):
    """Yield lists of rows (sequences of cells, as text, whole numbers and dates), ``PAGE`` rows at a time, by key."""
    key, sort = model._meta.fields["id"], selection.sort
    if sort is not None and (sort.null or sort.name == "id"):
        sort = None
    order = [key] if sort is None else [sort, key]
    stored = list(dict.fromkeys(c.field for c in found if c.kind != "many"))
    today = settings.today()
    read = [TODAY[field][0](today) if field in TODAY else field for field in stored]
    query = query_of(model, selection, *order, *read)
    query = query.order_by(*((c.desc() if selection.descending else c.asc()) for c in order)).limit(
        PAGE
    )
    fill = _filler(model, found, stored, len(order))
    rows = database.execute(query).fetchall()
    while rows:
        last = rows[-1][: len(order)]
        yield fill(rows)
        if len(rows) < PAGE:
            return
        rows = database.execute(query.where(_beyond(order, last, selection))).fetchall()


def _beyond(order, last, selection):
    left = order[0] if len(order) == 1 else peewee.Tuple(*order)
    right = last[0] if len(order) == 1 else peewee.Tuple(*last)
    return left < right if selection.descending else left > right


def _filler(model, found, stored, skip):
    """A function from raw rows (sort keys first, the id the last of them) to rows of cells."""
    place = {field: n + skip for n, field in enumerate(stored)}
    known = {f: _Rows(f) for f in stored if isinstance(f, peewee.ForeignKeyField)}
    steps = []
    for column in found:
        if column.kind == "many":
            steps.append((skip - 1, _through_words(model, column.name)))
        elif column.kind == "own":
            steps.append((place[column.field], converter(column.field)))
        else:
            rows = known[column.field]
            steps.append((place[column.field], rows.texts if column.kind == "row" else rows.uuids))

    def fill(raw):
        turned = list(zip(*raw, strict=True))
        for field, rows in known.items():
            rows.learn(turned[place[field]])
        return zip(*(convert(turned[n]) for n, convert in steps), strict=True)

    return fill


# ---- Files -----------------------------------------------------------------------------------------------------------


def is_confidential(model):
    """True when a file of these rows tells of people (R-SYS-8)."""
    return getattr(model._meta, "personal", False)


def confidentiality_line():
    """The sentence that goes with every list of people."""
    return _(
        "Confidential: personal information. Keep it only as long as you need it, and share it with nobody else."
    )


def file_name(model, address, kind):
    """Entity, day and, for personal entities, "confidential": never a person's name."""
    parts = [address, settings.today().isoformat()]
    if is_confidential(model):
        parts.append(_("confidential"))
    return f"{'-'.join(parts)}.{kind}"


def record_export(model, rows):
    """The audit row of an export: which entity and how many rows, before the first of them leaves (R-SYS-5)."""
    audit.record("export", model._meta.table_name, changed={"rows": rows})


def csv_stream(model, selection, found):
    """Yield the bytes of a CSV file.

    It begins with a byte order mark: without one Excel reads accents as rubbish, and everything else skips it.
    """
    yield csv_bytes([headings(found)])
    for rows in pages(model, selection, found):
        yield _csv(rows)


def csv_bytes(rows):
    """A short CSV file as a whole, begun as ``csv_stream`` begins."""
    return b"\xef\xbb\xbf" + _csv(rows)


def _csv(rows):
    buffer = io.StringIO(newline="")
    csv.writer(buffer).writerows(rows)
    return buffer.getvalue().encode("utf-8", "replace")


def xlsx_file(model, selection, found):
    """An open temporary file with an Excel sheet of at most XLSX_ROWS rows; raises TooManyRows."""
    if count(model, selection) > XLSX_ROWS:
        raise TooManyRows(
            _(
                "An Excel file holds at most %(most)s rows. Export a CSV file, or filter the list first.",
                most=number_text(XLSX_ROWS),
            )
        )
    file = tempfile.TemporaryFile()
    options = {"constant_memory": True, "strings_to_formulas": False, "strings_to_urls": False}
    book = xlsxwriter.Workbook(file, options)
    _write_sheet(book, model, selection, found)
    book.close()
    file.seek(0)
    return file


def _write_sheet(book, model, selection, found):
    sheet, bold = book.add_worksheet(), book.add_format({"bold": True})
    line = 0
    if is_confidential(model):
        sheet.write_string(0, 0, confidentiality_line(), bold)
        sheet.set_header(f"&L{confidentiality_line()}")
        line = 1
    for n, text in enumerate(headings(found)):
        sheet.write_string(line, n, text, bold)
    sheet.freeze_panes(line + 1, 0)
    for rows in pages(model, selection, found):
        for row in rows:
            line += 1
            for n, value in enumerate(row):
                if isinstance(value, int):
                    sheet.write_number(line, n, value)
                elif value not in (None, ""):
                    sheet.write_string(line, n, str(value)[:32_767])


def chunks(file, size=1 << 16):
    """Yield the bytes of an open file and close it."""
    with file:
        while block := file.read(size):
            yield block

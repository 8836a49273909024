"""Spreadsheets in: which column is which, what each row would do, and all of it in one transaction.

A row passes the same form fields, validators and rules as the screen, so nothing is written that a form would refuse.
The preview really saves, a hundred rows at a time, and takes it back: it says exactly what the import would do, and
colleagues never wait for it longer than a moment.
"""

import uuid
from contextlib import nullcontext
from dataclasses import asdict, dataclass, field

import peewee
from flask_babel import gettext as _
from werkzeug.datastructures import MultiDict

import models
from forms.fields import is_required
from models import database, normalise
from workflows import audit, cells, exports, people, records

NEW, CHANGED, UNCHANGED, WRONG = "new", "changed", "unchanged", "wrong"
BATCH = 100
PERSON = ("last_name", "first_name", "birth_date", "birth_year_only", "phone")
_UNTOUCHABLE = ("account", "session", "draft", "outbox_message", "audit_log", "audit_head")


class Stopped(Exception):
    """Nothing was written: rows went wrong that were right in the preview; ``lines`` are all of them."""

    def __init__(self, lines):
        super().__init__(
            _("Nothing was imported, because some rows could not be saved. Look at them below.")
        )
        self.lines = lines


class _Anything:
    """Every code of a question "are you sure?"."""

    def __contains__(self, code):
        return True


ANYTHING = _Anything()


@dataclass
class Line:
    """What one row of the file does; ``text`` says why, ``number`` is its line in the file."""

    number: int
    state: str
    key: str
    text: str = ""
    cells: list = field(default_factory=list)


@dataclass
class Step:
    """A row on its way: its Line, and the record with the values to save; None when there is nothing to save."""

    line: Line
    record: object = None
    values: dict = None


def is_importable(model):
    """True for tables that people may fill; logs, the outbox, sessions and accounts are never written by a file."""
    meta = model._meta
    return (
        not getattr(meta, "readonly", False)
        and meta.section != "hidden"
        and meta.table_name not in _UNTOUCHABLE
    )


# ---- Which column is which --------------------------------------------------------------------------------------------


def targets(screen):
    """The Columns a file may fill: what the form asks, and what a row is found by."""
    model = screen.model
    names = {*screen.field_names(model()), *getattr(model._meta, "natural_key", ()), "uuid"}
    names |= set(exports.through_fields(model))
    return [column for column in exports.columns(model) if column.name.partition(".")[0] in names]


def guess(screen, headings):
    """For each heading the name of the column it most likely fills, or ""; every column is guessed once."""
    every, wanted = exports.columns(screen.model), targets(screen)
    known = {}
    for words in cells.in_both_languages(lambda: [exports.label(column) for column in wanted]):
        known.update(
            (normalise(text), column.name)
            for text, column in reversed(list(zip(words, wanted, strict=True)))
        )
    for words in cells.in_both_languages(lambda: exports.headings(every)):
        known.update(
            (normalise(text), column.name) for text, column in zip(words, every, strict=True)
        )
    known.update((normalise(column.name), column.name) for column in wanted)
    offered, guessed = {column.name for column in wanted}, []
    for heading in headings:
        name = known.get(normalise(heading), "")
        guessed.append(name if name in offered and name not in guessed else "")
    return guessed


# ---- What each row does -------------------------------------------------------------------------------------------------


class Reading:
    """A file understood: ``screen`` asks the questions, ``chosen`` names the column behind each cell ("" for none).

    ``accept`` answers yes wherever a form would ask "are you sure?".
    """

    def __init__(self, screen, rows, chosen, accept=False):
        self.screen, self.model, self.accept = screen, screen.model, accept
        self.meta = self.model._meta
        start = next(n for n, row in enumerate(rows) if row is not None)
        self.headings = rows[start]
        self.rows = [
            (n, [exports.unguard(cell) for cell in row])
            for n, row in enumerate(rows[start + 1 :], start + 2)
            if row is not None
        ]
        offered = {column.name: column for column in targets(screen)}
        self.places = {name: n for n, name in enumerate(chosen) if name in offered}
        self.columns = {name: offered[name] for name in self.places}
        names = dict.fromkeys(name.partition(".")[0] for name in self.places)
        self.fields = {n: self._field(n) for n in names if n != "uuid"}
        self.parsers = {n: self._reader(n, one) for n, one in self.fields.items()}
        self.needed = {name for name, one in self.meta.fields.items() if is_required(one)}
        self.needed |= {*screen.own_questions(), *exports.through_fields(self.model)}
        self.seen = {}

    def _field(self, name):
        return self.meta.fields.get(name) or self.meta.manytomany[name]

    def _texts(self, *names):
        return [row[self.places[n]] for _n, row in self.rows for n in names if n in self.places]

    def _reader(self, name, one):
        """A function from a row of cells to the value of field ``name``."""
        place = self.places.get(name)
        if isinstance(one, peewee.ForeignKeyField):
            return self._row_reader(name, one)
        if isinstance(one, peewee.ManyToManyField):
            texts = [part for text in self._texts(name) for part in cells.parts(text)]
            finder = cells.RowFinder(one.rel_model, texts, cells.limit_of(one))
            return lambda row: sorted({finder.one(part) for part in cells.parts(row[place])})
        parse, empty = cells.parser(one), cells.empty_value(one)
        return lambda row: parse(row[place]) if row[place] else empty

    def _row_reader(self, name, one):
        """The words decide; the UUID beside them only tells rows of one name apart, or stands alone."""
        identity = f"{name}.uuid"
        finder = cells.RowFinder(one.rel_model, self._texts(name, identity))
        words, other = self.places.get(name), self.places.get(identity)
        if isinstance(one.rel_model._meta.fields[one.rel_model._meta.label], models.TermField):
            # Such rows have no name of their own: only the UUID says which one is meant.
            words = None

        def read(row):
            uuid_text = row[other] if other is not None else ""
            if words is None:
                return finder.one(uuid_text) if uuid_text else None
            return finder.one(row[words], uuid_text) if row[words] else None

        return read

    def title(self, row):
        """What a person would call the row."""
        for name in (self.meta.label, *getattr(self.meta, "natural_key", ()), *self.places):
            if name != "uuid" and name in self.places and row[self.places[name]]:
                return row[self.places[name]][:80]
        return ""

    # -- one row

    def values(self, row):
        """({field: value}, [what is wrong])."""
        values, wrong = {}, []
        for name, read in self.parsers.items():
            try:
                values[name] = read(row)
            except ValueError as error:
                wrong.append(self.about(name, str(error)))
        return values, wrong

    def about(self, name, message):
        """A message with the name of its field in front."""
        one = self.meta.fields.get(name) or self.meta.manytomany.get(name)
        if one is None:
            return str(message)
        label = exports.label(exports.Column(name, one))
        return _("%(label)s: %(message)s", label=label, message=message)

    def find(self, row, values):
        """The stored record of a row: by UUID, else by its natural key, else None (a new row)."""
        if identity := self._identity(row):
            record = self._stored((("uuid", identity),))
            if record:
                return record
        key = self.natural(values)
        return self._stored(key) if key else None

    def _identity(self, row):
        """The UUID that a row says it has, or nothing."""
        return row[self.places["uuid"]].lower() if "uuid" in self.places else ""

    def _stored(self, pairs):
        fields = [self.meta.fields[name] for name, _value in pairs]
        same = " AND ".join(f'"{field.column_name}" = {database.param}' for field in fields)
        bound = [field.db_value(v) for field, (_n, v) in zip(fields, pairs, strict=True)]
        return next(self.model.read(same, *bound), None)

    def natural(self, values):
        """((name, value), …) of the natural key; empty when the file does not tell all of it."""
        names = getattr(self.meta, "natural_key", ())
        if not names or any(values.get(n) in (None, "") for n in names):
            return ()
        return tuple((n, values[n]) for n in names)

    def comparing(self):
        """A context that yields the memory of clients in which look-alikes are found (R-CLI-3); None for other tables."""
        return people.remembering() if self.model is models.Client else nullcontext()

    def prepare(self, number, row, known=None):
        """What the row asks for, read and checked as the form would, without a transaction; returns its Step."""
        values, wrong = self.values(row)
        step = Step(Line(number, WRONG, self.title(row), cells=row))
        record = None if wrong else self.find(row, values)
        step.line.text = " ".join(wrong) or self._twice(number, row, values, record)
        if not step.line.text:
            self._attempt(step, lambda: self._plan(step, record, row, values))
        if known and step.record is not None:
            person = {**step.record.__data__, **step.values}
            known.expect(*(person.get(name) for name in PERSON))
        return step

    def write(self, step):
        """Do what ``prepare`` made of a row, inside the caller's transaction; returns its Line."""
        if step.record is not None:
            self._attempt(step, lambda: self._save(step))
        return step.line

    def _attempt(self, step, do):
        """What went wrong becomes the text of the line."""
        line = step.line
        try:
            do()
            return
        except records.Refused as refused:
            line.text = " ".join(self.about(p.field, p.message) for p in refused.problems)
        except records.Conflict as conflict:
            line.text = str(conflict)
        except ValueError as error:
            line.text = str(error)
        except peewee.IntegrityError:
            line.text = _("Another record has the same name or number already.")
        except peewee.DataError:
            line.text = _("A value is too long or too large for its field.")
        line.state, step.record = WRONG, None

    def _twice(self, number, row, values, record):
        own = self._identity(row), self.natural(values)
        keys = [key for key in (record and record.id, *own) if key]
        for key in keys:
            earlier = self.seen.setdefault(key, number)
            if earlier != number:
                return _("The same row is already in line %(line)s.", line=earlier)
        return ""

    def _plan(self, step, record, row, values):
        """Fill in what is to be saved; raises Refused or ValueError."""
        if record is None:
            self._create(step, row, values)
            return
        if self.screen.get_one(record.id) is None:
            raise records.Refused(
                [records.Problem("", _("This row belongs to another list. Import it there."))]
            )
        differing = {n: v for n, v in values.items() if self._differs(record, n, v)}
        if not differing:
            step.line.state = UNCHANGED
            return
        allowed = {*self.screen.field_names(record), *exports.through_fields(self.model)}
        fixed = [n for n in differing if n not in allowed]
        if fixed:
            raise records.Refused([records.Problem(n, _("This cannot be changed.")) for n in fixed])
        words = "; ".join(self._difference(record, n, row) for n in differing)
        step.values, step.record = self._checked(record, differing), record
        step.line.state, step.line.text = CHANGED, words

    def _create(self, step, row, values):
        record = self.model()
        if identity := self._identity(row):
            record.uuid = _uuid(identity)
        names = self.screen.field_names(record)
        for name in names:
            one = self._field(name)
            silent = values.get(name) in (None, "") and (name not in values or not one.null)
            if silent and not isinstance(one, peewee.ManyToManyField):
                values[name] = record.__data__.get(name)
        extra = exports.through_fields(self.model)
        missing = [
            f.name
            for f in self.meta.sorted_fields
            if isinstance(f, peewee.ForeignKeyField)
            and not f.null
            and f.name in names
            and not values.get(f.name)
        ]
        if missing:
            raise records.Refused([records.Problem(n, _("Fill this in.")) for n in missing])
        wanted = {n: values.get(n) for n in (*names, *extra) if n in names or n in values}
        step.values, step.record = self._checked(record, wanted), record
        step.line.state = NEW

    def _checked(self, record, values):
        """The values as the form of the screen cleaned and accepted them; raises Refused."""
        names = self.screen.field_names(record)
        asked = [n for n in names if n in values and self._asks(n, values[n])]
        pairs = [pair for n in asked for pair in cells.posted(n, self._field(n), values[n])]
        form = self.screen.import_form(record, asked, MultiDict([*pairs, ("version", "")]))
        if not form.validate():
            found = [records.Problem(f.name, e) for f in form for e in f.errors]
            raise records.Refused(found)
        cleaned = {n: self.screen.stored_value(n, form[n].data) for n in asked}
        for name, value in cleaned.items():
            if value is None and isinstance(self._field(name), peewee.JSONField):
                cleaned[name] = cells.empty_value(self._field(name))
        return {**values, **cleaned}

    def _asks(self, name, value):
        """False where a form would have nothing to say: no answer to a question that needs none."""
        return value not in (None, "", []) or name in self.needed

    def _save(self, step):
        """Write one record; one that somebody changed since it was read is a Conflict."""
        record, values = step.record, step.values
        many = {n: values[n] or [] for n in values if n in self.meta.manytomany}
        seen = record.version if record.id else None
        for name, value in values.items():
            if name in self.meta.fields:
                setattr(record, name, value)
        records.save(record, many, version=seen, confirmed=ANYTHING if self.accept else ())

    def _differs(self, record, name, value):
        if name in self.meta.manytomany:
            return records.linked_ids(record, name) != value
        if value is None and isinstance(self._field(name), peewee.BooleanField):
            return False
        stored = record.__data__.get(name)
        if stored != value and exports.value_today(record, self._field(name)) == value:
            return False  # the file says how it reads today; nobody changed it
        return stored != value and (stored not in (None, "") or value not in (None, ""))

    def _difference(self, record, name, row):
        column = self.columns.get(name)
        if column is None or column.kind != "own":
            return exports.label(exports.Column(name, self._field(name)))
        old = exports.converter(column.field)([exports.value_today(record, column.field)])[0]
        return _(
            "%(label)s: %(old)s → %(new)s",
            label=exports.label(column),
            old=_short(old),
            new=_short(row[self.places[name]]),
        )


def _short(value):
    text = " ".join(str("" if value is None else value).split())
    return (f"{text[:40]}…" if len(text) > 40 else text) or "–"


def _uuid(text):
    try:
        return str(uuid.UUID(text))
    except ValueError:
        raise ValueError(
            _("“%(text)s” is not a UUID. Leave it empty for a new row.", text=text[:80])
        ) from None


# ---- Preview and import -------------------------------------------------------------------------------------------------


def preview(reading, progress=lambda done: None):
    """The Line of every row, wrong ones first; everything is tried and taken back."""
    lines, rows = [], reading.rows
    reading.seen = {}
    with reading.comparing() as known:
        for start in range(0, len(rows), BATCH):
            steps = [
                reading.prepare(number, row, known) for number, row in rows[start : start + BATCH]
            ]
            with database.atomic() as transaction:
                with audit.together():
                    lines += [reading.write(step) for step in steps]
                transaction.rollback()
            if known:
                known.taken_back()
            progress(len(lines))
    return ordered(lines)


def ordered(lines):
    """Wrong rows first, then what changes, then what is new, then what stays."""
    place = (WRONG, CHANGED, NEW, UNCHANGED)
    return sorted(lines, key=lambda line: (place.index(line.state), line.number))


def run(reading, progress=lambda done: None):
    """Write every row, or nothing; returns the Lines.  Raises Stopped when a row is wrong.

    Each record has its audit row; one more says that a file was imported, and how many rows.  Rows are read and
    checked first: colleagues who save wait only while the records are written.
    """
    reading.seen, lines = {}, []
    with reading.comparing() as known:
        steps = [reading.prepare(number, row, known) for number, row in reading.rows]
        with database.atomic():
            if known:
                known.catch_up()
            with audit.together():
                for step in steps:
                    lines.append(reading.write(step))
                    progress(len(lines))
                if any(line.state == WRONG for line in lines):
                    raise Stopped(ordered(lines))
                found = counts(lines)
                changed = {NEW: found[NEW], CHANGED: found[CHANGED]}
                audit.record("import", reading.meta.table_name, changed=changed)
    return ordered(lines)


def counts(lines):
    """{state: how many lines}."""
    found = dict.fromkeys((NEW, CHANGED, UNCHANGED, WRONG), 0)
    for line in lines:
        found[line.state] += 1
    return found


def as_data(lines):
    """Lines for a draft: cells only of wrong ones, unchanged ones not at all."""
    return [
        {**asdict(line), "cells": line.cells if line.state == WRONG else []}
        for line in lines
        if line.state != UNCHANGED
    ]

"""Spreadsheets in: which column is which, what each row would do, and all of it in one transaction.

A row passes the same form fields, validators and rules as the screen, so nothing is written that a form would refuse.
The preview really saves, a hundred rows at a time, and takes it back: it says exactly what the import would do, and
colleagues never wait for it longer than a moment.
"""

import datetime
import json
import re
import uuid
from dataclasses import asdict, dataclass, field

import peewee
from flask_babel import force_locale
from flask_babel import gettext as _
from werkzeug.datastructures import MultiDict

import models
from forms import choices, validators
from models import database, normalise
from workflows import audit, exports, records

NEW, CHANGED, UNCHANGED, WRONG = "new", "changed", "unchanged", "wrong"
BATCH = 100
CHUNK = 500
_YES = {"yes", "y", "oui", "o", "1", "true", "vrai", "x"}
_NO = {"no", "n", "non", "0", "false", "faux", ""}
_SLOT = re.compile(r"(.+?)\s+(\d{1,2}:\d\d)\s*[-–—]\s*(\d{1,2}:\d\d)")
_UNTOUCHABLE = ("account", "session", "draft", "outbox_message", "audit_log", "audit_head")


class Stopped(Exception):
    """Nothing was written: rows went wrong that were right in the preview; ``lines`` are all of them."""

    def __init__(self, lines):
        super().__init__(_("Nothing was imported, because some rows could not be saved. Look at them below."))
        self.lines = lines


@dataclass
class Line:
    """What one row of the file does; ``text`` says why, ``number`` is its line in the file."""

    number: int
    state: str
    key: str
    text: str = ""
    cells: list = field(default_factory=list)


def is_importable(model):
    """True for tables that people may fill; logs, the outbox, sessions and accounts are never written by a file."""
    meta = model._meta
    return not getattr(meta, "readonly", False) and meta.section != "hidden" and meta.table_name not in _UNTOUCHABLE


def _in_both_languages(make):
    """[what ``make()`` gives in English, the same in French]."""
    made = []
    for code in models.LANGUAGES:
        spoken = models.language.set(code)
        try:
            with force_locale(code):
                made.append(make())
        finally:
            models.language.reset(spoken)
    return made


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
    for words in _in_both_languages(lambda: [exports.label(column) for column in wanted]):
        known.update((normalise(text), column.name) for text, column in reversed(list(zip(words, wanted, strict=True))))
    for words in _in_both_languages(lambda: exports.headings(every)):
        known.update((normalise(text), column.name) for text, column in zip(words, every, strict=True))
    known.update((normalise(column.name), column.name) for column in wanted)
    offered, guessed = {column.name for column in wanted}, []
    for heading in headings:
        name = known.get(normalise(heading), "")
        guessed.append(name if name in offered and name not in guessed else "")
    return guessed


# ---- From words to values -----------------------------------------------------------------------------------------------


def _not_offered(text):
    return ValueError(_("“%(text)s” is not one of the choices.", text=text[:80]))


class _Words:
    """Values by their slug and by their words in both languages."""

    def __init__(self, pairs_of):
        self.known = {}
        for pairs in _in_both_languages(pairs_of):
            for value, words in pairs:
                self.known.setdefault(normalise(str(words)) or str(words), value)
        for value, _words in pairs_of():
            self.known[normalise(str(value)) or str(value)] = value

    def one(self, text):
        try:
            return self.known[normalise(text) or text]
        except KeyError:
            raise _not_offered(text) from None

    def many(self, text):
        return [self.one(part) for part in _parts(text)]


def _parts(text):
    return list(dict.fromkeys(part.strip() for part in re.split(r"[;\n]", text) if part.strip()))


class _RowFinder:
    """Ids of rows of ``model`` by UUID, by the last part of the natural key, and by label in both languages."""

    def __init__(self, model, texts, limit=None):
        self.model, self.known, self.limit = model, {}, limit
        meta = model._meta
        labels = [meta.label, meta.label[:-2] + "fr"] if meta.label.endswith("_en") else [meta.label]
        names = list(dict.fromkeys([*labels, exports.key_field(model).name, "uuid"]))
        self.columns = [meta.fields[n] for n in names if isinstance(meta.fields[n], (peewee.CharField, peewee.TextField))]
        if getattr(meta, "reference", False):
            self._learn(model.select(meta.fields["id"], *self.columns))
        else:
            wanted = sorted(set(texts) - {""})
            for start in range(0, len(wanted), CHUNK):
                some = wanted[start : start + CHUNK]
                matching = [column.in_(some) for column in self.columns]
                condition = matching[0]
                for one in matching[1:]:
                    condition |= one
                self._learn(model.select(meta.fields["id"], *self.columns).where(condition))

    def _learn(self, query):
        query = query if self.limit is None else query.where(self.limit)
        for key, *texts in query.tuples():
            for text in filter(None, texts):
                self.known.setdefault(str(text).casefold(), set()).add(key)

    def ids(self, text):
        return self.known.get(text.casefold(), set())

    def one(self, text, identity=""):
        """The id of the row called ``text``; its UUID decides between rows of one name."""
        found = self.ids(text)
        if len(found) > 1:
            found = found & self.ids(identity) if identity else found
        if not found:
            raise ValueError(_("There is no “%(text)s”. Add it first, or correct the spelling.", text=text[:80]))
        if len(found) > 1:
            raise ValueError(
                _("Several are called “%(text)s”. Add a column with the UUID to say which.", text=text[:80])
            )
        return next(iter(found))


def _whole(text):
    if not re.fullmatch(r"-?\d{1,10}(\.0+)?", text):
        raise ValueError(_("“%(text)s” is not a whole number.", text=text[:80]))
    return int(text.partition(".")[0])


def _day(text):
    try:
        return datetime.date.fromisoformat(text[:10])
    except ValueError:
        raise ValueError(_("“%(text)s” is not a date. Write it as 2026-11-30.", text=text[:80])) from None


def _time(text):
    try:
        return datetime.time.fromisoformat(text.zfill(5) if len(text) < 6 else text)
    except ValueError:
        raise ValueError(_("“%(text)s” is not a time. Write it as 16:30.", text=text[:80])) from None


def _truth(text):
    word = text.casefold()
    if word not in _YES | _NO:
        raise ValueError(_("“%(text)s” is neither yes nor no.", text=text[:80]))
    return word in _YES


def _json(text):
    try:
        return json.loads(text)
    except ValueError:
        raise ValueError(_("This is not valid JSON.")) from None


def _hours():
    days = _Words(lambda: [(n, words) for n, (_slug, words) in enumerate(choices.terms("weekdays"), 1)])

    def parse(text):
        rows = []
        for part in _parts(text):
            match = _SLOT.fullmatch(part)
            if not match:
                raise ValueError(
                    _("“%(text)s” is not an opening time. Write it as Monday 09:00-16:30.", text=part[:80])
                )
            rows.append([days.one(match[1]), match[2].zfill(5), match[3].zfill(5)])
        return rows

    return parse


def _clean(one):
    if isinstance(one, models.PostalCodeField):
        return validators.postal_code
    return validators.clean_line if isinstance(one, peewee.CharField) else validators.clean_text


def parser(one):
    """A function from the (not empty) words of a cell to the value of the field; ValueError says what is wrong."""
    if isinstance(one, models.TermField):
        return _Words(lambda: exports.every_term(one.terms)).one
    if isinstance(one, models.TermsField):
        return _Words(lambda: exports.every_term(one.terms)).many
    if isinstance(one, models.LanguageField):
        return _Words(exports.every_language).one
    if isinstance(one, models.LanguageListField):
        return _Words(exports.every_language).many
    if isinstance(one, models.HoursField):
        return _hours()
    if getattr(one, "choices", None):
        return _Words(lambda: [(value, _(words)) for value, words in one.choices]).one
    for kind, parse in _PARSERS:
        if isinstance(one, kind):
            return parse
    return _clean(one)


_PARSERS = (
    (models.LevelsField, lambda text: sorted({_whole(part) for part in re.split(r"[;,\s]+", text) if part})),
    (models.LinesField, lambda text: list(dict.fromkeys(filter(None, map(validators.clean_line, text.splitlines()))))),
    (peewee.JSONField, _json),
    (peewee.BooleanField, _truth),
    (peewee.IntegerField, _whole),
    (peewee.DateTimeField, lambda text: datetime.datetime.combine(_day(text), _time(text[11:16] or "00:00"))),
    (peewee.DateField, _day),
    (peewee.TimeField, _time),
)


def _empty(one):
    """What an empty cell means; a yes-or-no field is then left as it is."""
    if isinstance(one, peewee.JSONField):
        return None if one.null else []
    return "" if isinstance(one, (peewee.CharField, peewee.TextField)) and not one.null else None


def posted(name, one, value):
    """[(name, text)] as a browser would send ``value`` for the question ``name``."""
    if isinstance(one, models.HoursField):
        return _posted_hours(name, value or [])
    if isinstance(one, models.LanguageListField):
        return [(f"{name}-{n}", code) for n, code in enumerate(value or [])]
    if isinstance(one, models.LinesField):
        return [(name, "\n".join(value or []))]
    if isinstance(one, (models.TermsField, models.LevelsField, peewee.ManyToManyField)):
        return [(name, str(item)) for item in value or []]
    if isinstance(one, peewee.JSONField):
        return [(name, json.dumps(value))]
    if isinstance(one, peewee.BooleanField):
        return [(name, "y")] if value else []
    return [(name, "" if value is None else str(value))]


def _posted_hours(name, rows):
    used, pairs = {}, []
    for day, opens, closes in rows:
        slot = used[day] = used.get(day, -1) + 1
        if slot > 1:
            raise ValueError(_("At most two opening times a day."))
        pairs += [(f"{name}-{day}-{slot}-opens", opens), (f"{name}-{day}-{slot}-closes", closes)]
    return pairs


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
            texts = [part for text in self._texts(name) for part in _parts(text)]
            finder = _RowFinder(one.rel_model, texts, _limit(one))
            return lambda row: sorted({finder.one(part) for part in _parts(row[place])})
        parse, empty = parser(one), _empty(one)
        return lambda row: parse(row[place]) if row[place] else empty

    def _row_reader(self, name, one):
        """The words decide; the UUID beside them only tells rows of one name apart, or stands alone."""
        identity = f"{name}.uuid"
        finder = _RowFinder(one.rel_model, self._texts(name, identity))
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
        identity = row[self.places["uuid"]].lower() if "uuid" in self.places else ""
        if identity:
            record = self.model.get_or_none(self.meta.fields["uuid"] == identity)
            if record:
                return record
        key = self.natural(values)
        if not key:
            return None
        return self.model.get_or_none(*(self.meta.fields[n] == v for n, v in key))

    def natural(self, values):
        """((name, value), …) of the natural key; empty when the file does not tell all of it."""
        names = getattr(self.meta, "natural_key", ())
        if not names or any(values.get(n) in (None, "") for n in names):
            return ()
        return tuple((n, values[n]) for n in names)

    def apply(self, number, row):
        """Do what the row says, inside the caller's transaction; returns its Line."""
        values, wrong = self.values(row)
        line = Line(number, WRONG, self.title(row), cells=row)
        record = None if wrong else self.find(row, values)
        line.text = " ".join(wrong) or self._twice(number, row, values, record)
        if line.text:
            return line
        try:
            with database.atomic():
                line.state, line.text = self._write(record, row, values)
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
        return line

    def _twice(self, number, row, values, record):
        identity = row[self.places["uuid"]].lower() if "uuid" in self.places else ""
        keys = [k for k in (record and record.id, identity, self.natural(values)) if k]
        for key in keys:
            earlier = self.seen.setdefault(key, number)
            if earlier != number:
                return _("The same row is already in line %(line)s.", line=earlier)
        return ""

    def _write(self, record, row, values):
        """(state, words) of one row; raises Refused, Conflict or ValueError."""
        if record is None:
            return self._create(row, values)
        differing = {n: v for n, v in values.items() if self._differs(record, n, v)}
        if not differing:
            return UNCHANGED, ""
        allowed = {*self.screen.field_names(record), *exports.through_fields(self.model)}
        fixed = [n for n in differing if n not in allowed]
        if fixed:
            raise records.Refused([records.Problem(n, _("This cannot be changed.")) for n in fixed])
        words = "; ".join(self._difference(record, n, row) for n in differing)
        self._save(record, self._checked(record, differing))
        return CHANGED, words

    def _create(self, row, values):
        record = self.model()
        identity = row[self.places["uuid"]].lower() if "uuid" in self.places else ""
        if identity:
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
            if isinstance(f, peewee.ForeignKeyField) and not f.null and f.name in names and not values.get(f.name)
        ]
        if missing:
            raise records.Refused([records.Problem(n, _("Fill this in.")) for n in missing])
        self._save(record, self._checked(record, {n: values.get(n) for n in (*names, *extra) if n in names or n in values}))
        return NEW, ""

    def _checked(self, record, values):
        """The values as the form of the screen cleaned and accepted them; raises Refused."""
        asked = [n for n in self.screen.field_names(record) if n in values]
        pairs = [pair for n in asked for pair in posted(n, self._field(n), values[n])]
        form = self.screen.import_form(record, asked, MultiDict([*pairs, ("version", "")]))
        if not form.validate():
            found = [records.Problem(f.name, e) for f in form for e in f.errors]
            raise records.Refused(found)
        cleaned = {n: self.screen.stored_value(n, form[n].data) for n in asked}
        return {**values, **cleaned}

    def _save(self, record, values):
        many = {n: values[n] or [] for n in values if n in self.meta.manytomany}
        for name, value in values.items():
            if name in self.meta.fields:
                setattr(record, name, value)
        try:
            records.save(record, many)
        except records.Refused as refused:
            codes = [p.code for p in refused.problems if p.level == records.CONFIRM]
            if not self.accept or len(codes) < len(refused.problems):
                raise
            records.save(record, many, confirmed=codes)

    def _differs(self, record, name, value):
        if name in self.meta.manytomany:
            return records.linked_ids(record, name) != value
        if value is None and isinstance(self._field(name), peewee.BooleanField):
            return False
        stored = record.__data__.get(name)
        return stored != value and (stored not in (None, "") or value not in (None, ""))

    def _difference(self, record, name, row):
        column = self.columns.get(name)
        if column is None or column.kind != "own":
            return exports.label(exports.Column(name, self._field(name)))
        old = exports.converter(column.field)([record.__data__.get(name)])[0]
        return _(
            "%(label)s: %(old)s → %(new)s",
            label=exports.label(column),
            old=_short(old),
            new=_short(row[self.places[name]]),
        )


def _short(value):
    text = " ".join(str("" if value is None else value).split())
    return (f"{text[:40]}…" if len(text) > 40 else text) or "–"


def _limit(one):
    """Which rows a through field offers: items of a list only from the list that the field is named after."""
    if one.rel_model is not models.TaxonomyItem:
        return None
    name = one.name.replace("_", "-")
    chosen = models.TaxonomyList.select(models.TaxonomyList.id).where(models.TaxonomyList.slug == name)
    return models.TaxonomyItem.list.in_(chosen)


def _uuid(text):
    try:
        return str(uuid.UUID(text))
    except ValueError:
        raise ValueError(_("“%(text)s” is not a UUID. Leave it empty for a new row.", text=text[:80])) from None


# ---- Preview and import -------------------------------------------------------------------------------------------------


def preview(reading, progress=lambda done: None):
    """The Line of every row, wrong ones first; everything is tried and taken back."""
    lines, rows = [], reading.rows
    reading.seen = {}
    for start in range(0, len(rows), BATCH):
        with database.atomic() as transaction:
            lines += [reading.apply(number, row) for number, row in rows[start : start + BATCH]]
            transaction.rollback()
        progress(len(lines))
    return ordered(lines)


def ordered(lines):
    """Wrong rows first, then what changes, then what is new, then what stays."""
    place = (WRONG, CHANGED, NEW, UNCHANGED)
    return sorted(lines, key=lambda line: (place.index(line.state), line.number))


def run(reading, left_out=(), progress=lambda done: None):
    """Write every row but the lines ``left_out``, or nothing; returns the Lines.  Raises Stopped.

    Each record has its audit row; one more says that a file was imported, and how many rows.
    """
    reading.seen, lines = {}, []
    with database.atomic():
        for number, row in reading.rows:
            if number not in left_out:
                lines.append(reading.apply(number, row))
                progress(len(lines))
        if any(line.state == WRONG for line in lines):
            raise Stopped(ordered(lines))
        found = counts(lines)
        audit.record(
            "import", reading.meta.table_name, changed={NEW: found[NEW], CHANGED: found[CHANGED]}
        )
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

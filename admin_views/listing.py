"""One page of a list: which rows, in which order, with which filters, as plain tuples ready for the template.

Paging is by key: ``?before=ID`` gives the rows that come before that row in key order, ``?after=ID`` those after it.
A cursor is always a row id, never a value, so nothing personal stands in an address.
"""

import datetime
from dataclasses import dataclass
from functools import lru_cache
from typing import Any
from urllib.parse import urlencode

import peewee
from babel.dates import format_date, format_datetime, format_time
from flask_babel import gettext as _
from markupsafe import Markup, escape

import models
from admin_views.secrets import reveal
from forms import choices
from workflows import records, search, settings

PAGE_SIZES = (20, 50, 100)
PAGE_SIZE = 50


@lru_cache(4096)
def _date_text(value, code):
    return format_date(value, "d MMM y", locale=code)


def date_text(value):
    """A day as people write it: 9 Feb 2026, 9 févr. 2026."""
    return _date_text(value, models.language.get()) if value else ""


def moment_text(value):
    """An instant (naive UTC) in the agency's time zone."""
    if not value:
        return ""
    return format_datetime(settings.local(value), "d MMM y, HH:mm", locale=models.language.get())


def time_text(value):
    """A clock time: 9:00 AM in English, 09:00 in French."""
    return format_time(value, "short", locale=f"{models.language.get()}_CA") if value else ""


def _list_text(label_of):
    return lambda values: ", ".join(label_of(value) for value in values or ())


def _hours_text(rows):
    days = dict(enumerate((label for _slug, label in choices.terms("weekdays")), 1))
    return "; ".join(f"{days.get(day, day)} {opens}–{closes}" for day, opens, closes in rows or ())


def text_of(field):
    """A function from a stored value of ``field`` to the words a person reads."""
    terms = getattr(field, "terms", None)
    if isinstance(field, models.TermField):
        return lambda value: choices.term_label(terms, value)
    if isinstance(field, models.TermsField):
        return _list_text(lambda value: choices.term_label(terms, value))
    if isinstance(field, models.LanguageField):
        return choices.language_label
    if isinstance(field, models.LanguageListField):
        return _list_text(choices.language_label)
    if isinstance(field, models.HoursField):
        return _hours_text
    if isinstance(field, (models.LinesField, models.LevelsField)):
        return _list_text(str)
    if getattr(field, "choices", None):
        offered = dict(field.choices)
        return lambda value: _(offered[value]) if value in offered else value or ""
    for kind, text in _TEXTS:
        if isinstance(field, kind):
            return text
    return lambda value: "" if value is None else str(value)


def _json_text(value):
    if isinstance(value, dict):
        return ", ".join(value)
    return "" if value is None else str(value)


_TEXTS = (
    (peewee.BooleanField, lambda value: _("Yes") if value else _("No")),
    (peewee.DateTimeField, moment_text),
    (peewee.DateField, date_text),
    (peewee.TimeField, time_text),
    (peewee.JSONField, _json_text),
)


@dataclass(frozen=True)
class Filter:
    """One way to narrow a list.  ``kind``: choice, date (from-to), text or lookup; ``condition(value)`` → expression."""

    name: str
    label: Any
    kind: str
    condition: Any
    options: Any = None

    def value(self, args):
        """The value asked for, or None; for a date filter a (from, to) pair."""
        if self.kind == "date":
            pair = (_day(args.get(self.name)), _day(args.get(f"{self.name}-to")))
            return pair if any(pair) else None
        text = (args.get(self.name) or "").strip()[:100]
        return text or None


def _day(text):
    try:
        day = datetime.date.fromisoformat((text or "").strip())
    except ValueError:
        return None
    return day if 1900 <= day.year <= 2199 else None


def whole(text):
    """A row id out of an address, or None: never a number that no database can hold."""
    text = (text or "").strip()
    return int(text) if text.isdigit() and text.isascii() and len(text) < 10 else None


def field_filter(model, path):
    """The Filter for a column of ``model`` or, with one dot, for a column of the row a foreign key names."""
    first, _dot, second = path.partition(".")
    field = model._meta.fields[first]
    if not second:
        return _filter(path, field, lambda condition: condition)
    target = field.rel_model
    return _filter(
        second,
        target._meta.fields[second],
        lambda condition: field.in_(target.select(target.id).where(condition)),
    )


def _filter(name, field, wrap):
    label = field.verbose_name
    if isinstance(field, peewee.ForeignKeyField):
        return Filter(
            name, label, "lookup", lambda v: wrap(field == (whole(v) or -1)), lambda: _rows(field)
        )
    if isinstance(field, peewee.BooleanField):
        offered = lambda: [("1", _("Yes")), ("0", _("No"))]  # noqa: E731
        return Filter(name, label, "choice", lambda v: wrap(field == (v == "1")), offered)
    if isinstance(field, (peewee.DateField, peewee.DateTimeField)):
        return Filter(name, label, "date", lambda pair: wrap(_between(field, *pair)))
    if isinstance(field, models.TermField):
        offered = lambda: choices.terms(field.terms)  # noqa: E731
        return Filter(name, label, "choice", lambda v: wrap(field == v), offered)
    if field.choices:
        offered = lambda: [(value, _(text)) for value, text in field.choices]  # noqa: E731
        return Filter(name, label, "choice", lambda v: wrap(field == v), offered)
    return Filter(name, label, "text", lambda v: wrap(field == v))


def _between(field, first, last):
    if isinstance(field, peewee.DateTimeField) and last:
        last = last + datetime.timedelta(days=1)
        below = field < last
    else:
        below = field <= last if last else None
    parts = [part for part in (field >= first if first else None, below) if part is not None]
    return parts[0] & parts[1] if len(parts) == 2 else parts[0]


def _rows(field):
    """(id, label) of the rows a filter offers; a longer list is typed into instead."""
    target = field.rel_model
    label = target._meta.fields[target._meta.label]
    rows = target.select(target.id, label).order_by(label).limit(201).tuples()
    rows = [(str(key), str(text)) for key, text in rows]
    return rows if len(rows) <= 200 else None


def label_column(model):
    """The column a person calls a row by, in the current language."""
    name = model._meta.label
    if name.endswith("_en") and models.language.get() != "en":
        french = model._meta.fields[name[:-2] + "fr"]
        return peewee.fn.COALESCE(peewee.fn.NULLIF(french, ""), model._meta.fields[name])
    return model._meta.fields[name]


class Listing:
    """The list that a request asks for: built from the view's declarations and the address."""

    def __init__(self, view, args):
        self.view, self.model, self.args = view, view.model, args
        self.meta = view.model._meta
        self.words = reveal(args["found"]) if args.get("found") else args.get("search", "")[:200]
        self.active = [
            (one, value)
            for one in view.filters.values()
            if (value := one.value(args)) is not None
        ]
        self.size = int(args["size"]) if args.get("size") in ("20", "50", "100") else PAGE_SIZE
        self.sort, self.descending = self._order()

    def _order(self):
        """(field or None for the key alone, descending).  A lazy search is read in key order, newest first."""
        if self.words and search.is_lazy() and self.view.big:
            return None, True
        asked = self.args.get("sort", "")
        name, descending = asked.lstrip("-"), asked.startswith("-")
        if name not in getattr(self.meta, "sortable", ()):
            default = getattr(self.meta, "order", ("id",))[0]
            name, descending = default.lstrip("-"), default.startswith("-")
        return (None if name == "id" else self.meta.fields[name]), descending

    def conditions(self):
        """Every condition of the list, without the cursor."""
        found = [self.view.base_condition()] if self.view.base_condition() is not None else []
        return found + [one.condition(value) for one, value in self.active]

    def query(self, columns):
        """The rows of the list in order, without the cursor; ``columns`` as they are selected."""
        query = self.model.select(self.meta.fields["id"], *columns)
        for alias, on in self.view.joins.values():
            query = query.join_from(self.model, alias, peewee.JOIN.LEFT_OUTER, on=on)
        for condition in self.conditions():
            query = query.where(condition)
        if self.words:
            query = search.matching(query, self.model, self.words)
        return query.order_by(*self._ordering(self.descending))

    def _ordering(self, descending):
        key = self.meta.fields["id"]
        columns = [key] if self.sort is None else [self.sort, key]
        return [column.desc() if descending else column.asc() for column in columns]

    def _beyond(self, cursor, below):
        """Rows on one side of the row ``cursor`` in key order; None when that row is gone."""
        key = self.meta.fields["id"]
        if self.sort is None:
            return key < cursor if below else key > cursor
        value = self.model.select(self.sort).where(key == cursor).tuples().first()
        if value is None:
            return None
        left, right = peewee.Tuple(self.sort, key), (value[0], cursor)
        right = peewee.Tuple(*right)
        return left < right if below else left > right

    def page(self, columns):
        """(rows, has previous, has next): at most ``size`` rows as tuples, the id first."""
        before, after = whole(self.args.get("before")), whole(self.args.get("after"))
        query, backwards, moved = self.query(columns), False, False
        cursor, below = (before, True) if before is not None else (after, False)
        if cursor is not None:
            condition = self._beyond(cursor, below)
            if condition is not None:
                moved, backwards = True, below != self.descending
                query = query.where(condition)
                if backwards:
                    query = query.order_by(*self._ordering(not self.descending))
        rows = list(query.limit(self.size + 1).tuples())
        more, rows = len(rows) > self.size, rows[: self.size]
        if backwards:
            rows.reverse()
            return rows, more, moved
        return rows, moved, more

    def link(self, **changes):
        """The address of this list with some arguments changed; None removes one."""
        kept = {k: v for k, v in self.args.items() if k not in ("before", "after") and v}
        kept.update(changes)
        text = urlencode({k: v for k, v in kept.items() if v is not None})
        return f"?{text}" if text else "?"

    def count_text(self, rows, moved, more):
        """How many rows there are, without counting what nobody kept count of."""
        if not moved and not more:
            return _("%(count)s in all", count=f"{len(rows):,}")
        kept = self._kept_count()
        if kept is not None:
            return _("%(shown)s of %(count)s", shown=len(rows), count=f"{kept:,}")
        return _("%(shown)s on this page", shown=len(rows))

    def _kept_count(self):
        if not getattr(self.meta, "counted", None) or self.words:
            return None
        asked = dict((one.name, value) for one, value in self.active)
        if set(asked) - {self.meta.counted} or self.view.base_condition() is not None:
            return None
        counts = records.kept_counts(self.model)
        value = asked.get(self.meta.counted)
        return counts.get(value, 0) if value else sum(counts.values())

    def chips(self):
        """(words, address without it) for each filter and search that is on."""
        found = []
        for one, value in self.active:
            if one.kind == "date":
                words = " – ".join(date_text(day) for day in value)
                href = self.link(**{one.name: None, f"{one.name}-to": None})
            else:
                words = self._chosen(one, value)
                href = self.link(**{one.name: None})
            found.append((f"{_(one.label)}: {words}", href))
        if self.words:
            href = self.link(found=None, search=None)
            found.append((_("Search: %(words)s", words=self.words), href))
        return found

    def _chosen(self, one, value):
        if one.kind == "lookup":
            field = self.view.lookup_field(one.name)
            target = field.rel_model
            row = target.select(label_column(target)).where(target.id == (whole(value) or -1))
            row = row.tuples().first()
            return row[0] if row else value
        return dict(one.options() if one.options else ()).get(value, value)

    def filter_facts(self):
        """What the filter panel shows."""
        facts = []
        asked = {one.name: value for one, value in self.active}
        for one in self.view.filters.values():
            value = asked.get(one.name)
            options = one.options() if one.options else None
            first, last = value if one.kind == "date" and value else (value, None)
            facts.append(
                {
                    "name": one.name,
                    "label": _(one.label),
                    "kind": one.kind,
                    "options": [(v, text, v == value) for v, text in options or ()],
                    "value": first or "",
                    "value_to": last or "",
                }
            )
        return facts


def pill(kind, value, text):
    """A status as a word in a pill with a shape of its own; made once a request for each value."""
    return Markup('<span class="pill pill-{}">{}</span>').format(value, text)


def cells(formats, rows, href):
    """Rows for the template: (id, address, first words, (cell, …)), every cell safe to print."""
    first, rest = formats[0], formats[1:]
    known = [{} for _format in rest]
    made = []
    for row in rows:
        line = []
        for n, form in enumerate(rest):
            value = row[n + 2]
            memory = known[n]
            try:
                text = memory[value]
            except KeyError:
                text = memory[value] = escape(form(value))
            except TypeError:
                text = escape(form(value))
            line.append(text)
        made.append((row[0], f"{href}{row[0]}", escape(first(row[1]) or "—"), tuple(line)))
    return made

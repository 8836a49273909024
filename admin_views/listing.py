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
from peewee import OP

import models
from admin_views.secrets import reveal
from admin_views.words import plain as _
from forms import choices
from forms.formats import date_text, number_text, whole
from workflows import records, search

PAGE_SIZE = 50
FEW = 100
SIMPLE = (OP.EQ, OP.NE, OP.LT, OP.LTE, OP.GT, OP.GTE)
PLAIN = (str, int, datetime.date)


@lru_cache(2000)
def _query(pairs):
    return urlencode(pairs)


@dataclass(frozen=True)
class Filter:
    """One way to narrow a list.  ``kind``: choice, date (from-to), text or lookup; ``condition(value)`` → expression.

    A lookup is asked by a row id, as links do, or by words, as people do: the two have names of their own, for what
    people type may be a number.
    """

    name: str
    label: Any
    kind: str
    condition: Any
    options: Any = None

    @property
    def names(self):
        """What an address calls it: one name, or two."""
        second = {"date": "to", "lookup": "words"}.get(self.kind)
        return (self.name, f"{self.name}-{second}") if second else (self.name,)

    def value(self, args):
        """The value asked for, or None; for a date filter a (from, to) pair, for a lookup a row id or words."""
        if self.kind == "date":
            pair = tuple(typed_day(args.get(name)) for name in self.names)
            return tuple(sorted(pair)) if all(pair) else pair if any(pair) else None
        # PostgreSQL takes no NUL in a text, and nobody can mean one.
        texts = [(args.get(name) or "").replace("\x00", "").strip()[:100] for name in self.names]
        if self.kind == "lookup":
            return texts[1] or whole(texts[0]) or texts[0] or None
        return texts[0] or None


def typed_day(text):
    try:
        day = datetime.date.fromisoformat((text or "").strip())
    except ValueError:
        return None
    return day if 1900 <= day.year <= 2199 else None


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
        return Filter(name, label, "lookup", lambda v: wrap(_names(field, v)), lambda: _rows(field))
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
    return Filter(name, label, "text", lambda v: wrap(_says(field, v)))


def _says(field, text):
    """Rows whose ``field`` says ``text``, with or without accents and capitals where lists are sorted so."""
    column = models.in_order(field)
    return column == _as_sorted(column, text)


def _as_sorted(column, text):
    """``text`` as ``column`` holds it; what has no letter or digit is looked for as it is, and not found."""
    return isinstance(column, models.SortField) and column.folded(text) or text


def _between(field, first, last):
    if isinstance(field, peewee.DateTimeField) and last:
        last = last + datetime.timedelta(days=1)
        below = field < last
    else:
        below = field <= last if last else None
    parts = [part for part in (field >= first if first else None, below) if part is not None]
    return parts[0] & parts[1] if len(parts) == 2 else parts[0]


def _names(field, asked):
    """Rows whose ``field`` names the row with this id, or a row whose label begins with these words."""
    target = field.rel_model
    if isinstance(asked, int) or target is models.Client:
        return field == (asked if isinstance(asked, int) else -1)
    label = choices.label_order(target)
    begins = label.cast("TEXT").startswith(_as_sorted(label, asked))
    return field.in_(target.select(target.id).where(begins))


def _rows(field):
    """(id, words) of the rows a filter offers; a longer list is typed into instead.

    Directory and reference tables are remembered until one of them is saved.
    """
    target = field.rel_model
    if not getattr(target._meta, "remembered", False):
        return None
    return choices.memo((target, models.language.get()), lambda: _few_rows(target))


def _few_rows(target):
    label = choices.label_column(target)
    rows = target.select(target.id, label).order_by(target.id).limit(FEW + 1).tuples()
    rows = choices.by_words((str(key), str(text)) for key, text in rows)
    return rows if len(rows) <= FEW else None


def _called(target, key):
    """The words of one row, remembered as ``_rows`` are; empty when it is gone."""

    def read():
        row = target.get_or_none(target.id == key)
        return str(row) if row else ""

    known = getattr(target._meta, "remembered", False)
    return choices.memo((target, models.language.get(), key), read) if known else read()


@lru_cache(512)
def _head(model, columns):
    """SELECT … FROM … for these columns of ``model``; a foreign key shows the words of the row it names.

    Written as text because it is the hottest statement of the portal, and LEFT JOINs so that the base table drives.
    """
    meta = model._meta
    chosen, joins = ["t1.id"], []
    for n, (name, label) in enumerate(columns, 2):
        field = meta.fields[name]
        if label is None:
            chosen.append(f't1."{field.column_name}"')
            continue
        if label == name:
            chosen.append(_label_sql("t1", label))
            continue
        target = field.rel_model._meta
        chosen.append(_label_sql(f"t{n}", label))
        joins.append(
            f'LEFT OUTER JOIN "{target.table_name}" AS t{n} ON t{n}.id = t1."{field.column_name}"'
        )
    return f"SELECT {', '.join(chosen)} FROM ", f'"{meta.table_name}" AS t1', " ".join(joins)


def _label_sql(alias, label):
    if label.endswith("_fr"):
        return f"COALESCE(NULLIF({alias}.{label}, ''), {alias}.{label[:-2]}en || ' (EN)')"
    return f"{alias}.{label}"


def twin(model, name):
    """In French the column of the other language for a column that has one, so that French comes first; else ``name``."""
    other = {"_en": "_fr", "_fr": "_en"}.get(name[-3:])
    found = other and f"{name[:-3]}{other}"
    return found if models.language.get() == "fr" and found in model._meta.fields else name


def fragment(model, expression):
    """(SQL, parameters) of a peewee condition on ``model``, which is t1."""
    if isinstance(expression, peewee.Expression) and expression.op in SIMPLE:
        field, value = expression.lhs, expression.rhs
        # Most filters compare one column with one value: said here in a fifth of the library's time.
        if isinstance(field, peewee.Field) and field.model is model and isinstance(value, PLAIN):
            sign, mark = expression.op, models.database.param
            return f't1."{field.column_name}" {sign} {mark}', [field.db_value(value)]
    context = models.database.get_sql_context()
    with context.scope_normal(subquery=True):
        context.alias_manager[model._meta.table] = "t1"
        return context.sql(expression).query()


class Listing:
    """The list that a request asks for: built from the view's declarations and the address."""

    def __init__(self, view, args):
        self.view, self.model, self.args = view, view.model, args
        self.meta = view.model._meta
        self.words = self._asked_words() if getattr(self.meta, "search", None) else ""
        self.active = [
            (one, value) for one in view.filters.values() if (value := one.value(args)) is not None
        ]
        home = view.home_filters(args)
        self.chosen = [(one, value) for one, value in self.active if one.name not in home]
        self.size = int(args["size"]) if args.get("size") in ("20", "50", "100") else PAGE_SIZE
        self.sort, self.descending = self._order()

    def _asked_words(self):
        found = self.args.get("found")
        return reveal(found) if found else self.args.get("search", "")[:200]

    def _order(self):
        """(column or None for the key alone, descending).

        A lazy search is read in key order, newest first, unless somebody asks for another order.
        """
        asked = self.args.get("sort", "")
        if self.words and search.is_lazy(self.model) and self.view.big and not asked:
            return None, True
        name, descending = asked.lstrip("-"), asked.startswith("-")
        if name not in getattr(self.meta, "sortable", ()):
            default = getattr(self.meta, "order", ("id",))[0]
            name, descending = default.lstrip("-"), default.startswith("-")
        if name == "id":
            return None, descending
        return models.in_order(self.meta.fields[twin(self.model, name)]), descending

    def conditions(self):
        """[(SQL, parameters)] of every condition of the list, without the search and the cursor."""
        limits = self.view.limits(self)
        found = [*limits, *(one.condition(value) for one, value in self.active)]
        return [fragment(self.model, condition) for condition in found]

    def statement(self, columns, extra=(), descending=None, limit=None):
        """(SQL, parameters) of the rows in order; ``columns`` is a tuple of (field name, label column or None)."""
        descending = self.descending if descending is None else descending
        select, source, joins = _head(self.model, columns)
        found = [*self.conditions(), *extra]
        key = "t1.id"
        if self.words:
            source, conditions, lazy = search.matching(self.model, source, self.words)
            found += conditions
            key = "w.rowid" if lazy and self.sort is None else key
        where = " AND ".join(f"({sql})" for sql, _values in found)
        values = [value for _sql, given in found for value in given]
        way = "DESC" if descending else "ASC"
        first = f't1."{self.sort.column_name}" {way}, ' if self.sort is not None else ""
        sql = f"{select}{source} {joins} {'WHERE ' + where if where else ''} ORDER BY {first}{key} {way}"
        return (f"{sql} LIMIT {limit}" if limit else sql), values

    def _beyond(self, cursor, below):
        """The condition for rows on one side of the row ``cursor``; None when that row is gone."""
        sign, mark = "<" if below else ">", models.database.param
        if self.sort is None:
            key = "w.rowid" if self.words and search.is_lazy(self.model) else "t1.id"
            return f"{key} {sign} {mark}", [cursor]
        column, table = self.sort.column_name, self.meta.table_name
        value = models.database.execute_sql(
            f'SELECT "{column}" FROM "{table}" WHERE id = {mark}', (cursor,)
        ).fetchone()
        if value is None:
            return None
        return f'(t1."{column}", t1.id) {sign} ({mark}, {mark})', [value[0], cursor]

    def page(self, columns):
        """(rows, has previous, has next): at most ``size`` rows as tuples, the id first."""
        before, after = whole(self.args.get("before")), whole(self.args.get("after"))
        backwards, moved, extra = False, False, []
        cursor, below = (before, True) if before is not None else (after, False)
        beyond = self._beyond(cursor, below) if cursor is not None else None
        if beyond is not None:
            extra.append(beyond)
            moved, backwards = True, below != self.descending
        way = self.descending != backwards
        sql, values = self.statement(columns, extra, way, self.size + 1)
        rows = models.database.execute_sql(sql, values).fetchall()
        more, rows = len(rows) > self.size, rows[: self.size]
        if backwards:
            rows.reverse()
            return rows, more, moved
        return rows, moved, more

    def link(self, **changes):
        """The address of this list with some arguments changed; None removes one."""
        kept = {k: v for k, v in self.args.items() if k not in ("before", "after") and v}
        kept.update(changes)
        return f"?{_query(tuple([pair for pair in kept.items() if pair[1] is not None]))}"

    def unasked(self):
        """[(name, value)] of what the filter panel does not ask and its button keeps: search, order, size, whose rows."""
        names = {"before", "after"}
        for one in self.view.filters.values():
            if self._is_asked(one):
                names.update(one.names)
        return [(name, value) for name, value in self.args.items() if value and name not in names]

    def _is_asked(self, one):
        """A person is no question of the panel: a name would stand in the address; people are searched for."""
        return (
            one.kind != "lookup" or self.view.lookup_field(one.name).rel_model is not models.Client
        )

    def count_text(self, shown, moved, more):
        """How many rows there are, without counting what nobody kept count of."""
        if not moved and not more:
            return _("%(count)s in all", count=number_text(shown))
        kept = self._kept_count()
        if kept is not None:
            return _("%(shown)s of %(count)s", shown=shown, count=number_text(kept))
        return _("%(shown)s on this page", shown=shown)

    def _kept_count(self):
        if not getattr(self.meta, "counted", None) or self.words:
            return None
        known = self.view.known_count(self)
        if known is not None:
            return known
        asked = {one.name: value for one, value in self.active}
        if set(asked) - {self.meta.counted} or self.view.limits(self):
            return None
        counts = records.kept_counts(self.model)
        value = asked.get(self.meta.counted)
        return counts.get(value, 0) if value else sum(counts.values())

    def chips(self):
        """(words, address without it) for each filter that somebody chose and for the search."""
        found = []
        for one, value in self.chosen:
            is_date = one.kind == "date"
            words = " – ".join(map(date_text, value)) if is_date else self._chosen(one, value)
            href = self.link(**dict.fromkeys(one.names))
            found.append((_("%(label)s: %(words)s", label=_(one.label), words=words), href))
        if self.words:
            href = self.link(found=None, search=None)
            found.append((_("Search: %(words)s", words=self.words), href))
        return found

    def _chosen(self, one, value):
        if one.kind == "lookup":
            target = self.view.lookup_field(one.name).rel_model
            return _called(target, value) or str(value) if isinstance(value, int) else value
        return dict(one.options() if one.options else ()).get(value, value)

    def filter_facts(self):
        """What the filter panel shows."""
        facts = []
        asked = {one.name: value for one, value in self.active}
        for one in self.view.filters.values():
            if not self._is_asked(one):
                continue
            value = asked.get(one.name)
            options = one.options() if one.options else None
            first, last = value if one.kind == "date" and value else (value, None)
            typed = one.kind == "lookup" and not options
            if typed and value:
                first = self._chosen(one, value)
            facts.append(
                {
                    "name": one.names[-1] if typed else one.name,
                    "label": _(one.label),
                    "kind": one.kind,
                    "options": [(v, text, v == str(value)) for v, text in options or ()],
                    "value": first or "",
                    "value_to": last or "",
                }
            )
        return facts

"""A stored value as the words a person reads (days, list items, yes and no, a status), and rows of them as HTML."""

import datetime
import re
from decimal import Decimal

import peewee
from babel.dates import format_datetime
from markupsafe import Markup, escape

import models
from admin_views.words import plain as _
from forms import choices
from forms.formats import date_text, day_pattern, masked, score_text, time_text
from workflows import search, settings

UNSAFE = re.compile("[&<>\"']")


def moment_text(value):
    """An instant (naive UTC) in the agency's time zone."""
    return local_text(settings.local(value)) if value else ""


def local_text(value):
    """A day and its time on the agency's clock."""
    code = models.language.get()
    clock = "H\xa0'h'\xa0mm" if code == "fr" else "HH:mm"
    return format_datetime(value, f"{day_pattern(value, code)}, {clock}", locale=code)


def _list_text(label_of):
    return lambda values: ", ".join(label_of(value) for value in values or ())


def _hours_text(rows):
    """The opening hours of a week, days with the same hours together: Monday–Thursday: 8:30 a.m. – 8:30 p.m.; …"""
    hours = {}
    for day, opens, closes in rows or ():
        hours.setdefault(day, []).append(f"{_clock(opens)} – {_clock(closes)}")
    spans = []
    for day, times in hours.items():
        if spans and spans[-1][1] == times and spans[-1][0][-1] == day - 1:
            spans[-1][0].append(day)
        else:
            spans.append(([day], times))
    names = dict(enumerate((label for _slug, label in choices.terms("weekdays")), 1))
    return "; ".join(
        _("%(title)s: %(name)s", title=_span(days, names), name=", ".join(times))
        for days, times in spans
    )


def _span(days, names):
    words = [str(names.get(day, day)) for day in days]
    return "–".join((words[0], words[-1])) if len(words) > 2 else ", ".join(words)


def _clock(text):
    return time_text(datetime.time.fromisoformat(text))


def text_of(field):
    """A function from a stored value of ``field`` to the words a person reads."""
    terms = getattr(field, "terms", None)
    if isinstance(field, models.TermField):
        return lambda value: choices.term_label(terms, value)
    if isinstance(field, models.TermsField):
        return _list_text(lambda value: choices.term_label(terms, value))
    if isinstance(field, models.LanguageField):
        return choices.language_label
    if isinstance(field, models.MaskedField):
        return masked
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
    return as_text


def called(record):
    """What a person calls a record: the words of its label, never a slug or a day as it is stored."""
    label = record._meta.fields[record._meta.label]
    words = text_of(label)
    return str(record) if words is as_text else words(getattr(record, label.name))


def as_text(value):
    """Shown as it is."""
    return "" if value is None else str(value)


def _decimal_text(value):
    """A number with one decimal, as SQLite or PostgreSQL gives it."""
    return "" if value is None else score_text(Decimal(str(value)))


def _json_text(value):
    if isinstance(value, dict):
        return ", ".join(value)
    return "" if value is None else str(value)


_TEXTS = (
    (peewee.BooleanField, lambda value: _("Yes") if value else _("No")),
    (peewee.DateTimeField, moment_text),
    (peewee.DateField, date_text),
    (peewee.TimeField, time_text),
    (peewee.DecimalField, _decimal_text),
    (peewee.JSONField, _json_text),
)


def one_line(words):
    """A day or a telephone number in a list, which does not break at the end of a line."""
    return Markup('<span class="unbroken">{}</span>').format(words) if words else ""


def pill(kind, value, text):
    """A status as a word in a pill with a shape of its own."""
    return Markup(f'<span class="pill pill-{escape(value)}">{escape(text)}</span>')


def cells(formats, columns):
    """The columns of a list for the template: the ids, then what the cells of each column show, safe plain strings.

    ``columns`` are the ids and the raw database values; ``formats`` turn a value into words, each one once a page.
    """
    if not columns:
        return []
    ids, *others = columns
    first, *rest = map(_shown, formats, others)
    return [ids, [words or "—" for words in first], *rest]


def _shown(form, values):
    if form is as_text:
        # Looking once at a whole column is cheaper than at every value.
        texts = ["" if value is None else str(value) for value in values]
        clean = UNSAFE.search("".join(texts)) is None
        return texts if clean else [str(escape(text)) for text in texts]
    if not search.is_lazy():
        values = list(values)
        if any(isinstance(value, (dict, list)) for value in values):
            # PostgreSQL gives lists and dicts, by which nothing is remembered.
            return [safe(form(value)) for value in values]
    return list(map(_Memory(form).__getitem__, values))


class _Memory(dict):
    """What each value of one column shows, worked out the first time it is met."""

    def __init__(self, form):
        super().__init__()
        self.form = form

    def __missing__(self, value):
        text = self[value] = safe(self.form(value))
        return text


def safe(words):
    """``words`` as a plain string that HTML may hold; most need no change, and looking is cheaper than escaping."""
    if isinstance(words, Markup):
        return str(words)
    words = str(words)
    return words if UNSAFE.search(words) is None else str(escape(words))


def fill(line, columns, tick, marked):
    """All rows as HTML: ``line`` is one row with %s for [id, (id,) first,] id, first and each cell.

    The template writes the row, this only repeats it: a loop in the template costs three times as much.
    """
    ids, first, *rest = columns
    ticks = (ids, ids, first) if marked else (ids, first)
    values = zip(*(ticks if tick else ()), ids, first, *rest, strict=True)
    return Markup("\n".join(map(str(line).__mod__, values)))


def refused_words(refused):
    """All sentences of a records.Refused on one line."""
    return " ".join(str(problem.message) for problem in refused.problems)

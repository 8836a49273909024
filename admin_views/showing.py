"""A stored value as the words a person reads (days, list items, yes and no, a status), and rows of them as HTML."""

import datetime
import re

import peewee
from babel.dates import format_datetime, format_time
from markupsafe import Markup, escape

import models
from admin_views.words import plain as _
from forms import choices
from forms.formats import date_text
from workflows import search, settings

UNSAFE = re.compile("[&<>\"']")


def moment_text(value):
    """An instant (naive UTC) in the agency's time zone."""
    if not value:
        return ""
    code = models.language.get()
    clock = "H\xa0'h'\xa0mm" if code == "fr" else "HH:mm"
    return format_datetime(settings.local(value), f"d MMM y, {clock}", locale=code)


def time_text(value):
    """A clock time: 9:00 a.m. in English, 9 h 00 in French."""
    if not value:
        return ""
    if models.language.get() == "fr":
        return format_time(value, "H\xa0'h'\xa0mm", locale="fr")
    return format_time(value, "short", locale="en_CA")


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


def day_of(raw):
    """A date as SQLite (ISO text) or PostgreSQL (a date) gives it."""
    return datetime.date.fromisoformat(raw[:10]) if isinstance(raw, str) else raw


def pill(kind, value, text):
    """A status as a word in a pill with a shape of its own; made once a request for each value."""
    return Markup('<span class="pill pill-{}">{}</span>').format(value, text)


def cells(formats, rows, href):
    """Rows for the template: (id, address, first words, (cell, …)), every one a safe plain string.

    ``formats`` turn a raw database value into words; each value is formatted once a page.
    """
    first, odd = formats[0], set()
    if not search.is_lazy():
        odd = {
            n for row in rows for n, value in enumerate(row[2:]) if isinstance(value, (dict, list))
        }
    memories = [(_Each if n in odd else _Memory)(form) for n, form in enumerate(formats[1:])]
    return [
        (
            row[0],
            f"{href}{row[0]}",
            safe(first(row[1]) or "—"),
            tuple([memory[value] for memory, value in zip(memories, row[2:], strict=True)]),
        )
        for row in rows
    ]


class _Each:
    """What each value of a JSON column shows; PostgreSQL gives lists and dicts, by which nothing is remembered."""

    def __init__(self, form):
        self.form = form

    def __getitem__(self, value):
        return str(escape(self.form(value)))


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


def fill(line, rows, tick, marked):
    """All rows as HTML: ``line`` is one row with %s for [id, (id,) first,] address, first and each cell.

    The template writes the row, this only repeats it: a loop in the template costs three times as much.
    """
    text = str(line)
    if tick and marked:
        lines = [text % (i, i, first, href, first, *rest) for i, href, first, rest in rows]
    elif tick:
        lines = [text % (i, first, href, first, *rest) for i, href, first, rest in rows]
    else:
        lines = [text % (href, first, *rest) for _i, href, first, rest in rows]
    return Markup("\n".join(lines))

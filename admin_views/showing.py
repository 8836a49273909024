"""A stored value as the words a person reads (days, list items, yes and no, a status), and rows of them as HTML."""

import re

import peewee
from babel.dates import format_datetime
from markupsafe import Markup, escape

import models
import seed
from forms import wording
from forms.formats import day_pattern
from forms.wording import as_text
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


def text_of(field):
    """A function from a stored value of ``field`` to the words a person reads."""
    if isinstance(field, peewee.DateTimeField):
        return moment_text
    is_shipped = field.name in getattr(field.model._meta, "shipped", ())
    return seed.shipped_text if is_shipped else wording.text_of(field)


def called(record):
    """What a person calls a record: the words of its columns, never a slug or a day as it is stored."""
    return wording.called(record, text_of)


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

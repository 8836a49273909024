"""A stored value as the words a person reads (days, list items, yes and no, a status), and rows of them as HTML."""

import re

import peewee
from flask import url_for
from markupsafe import Markup, escape

import seed
from forms import wording
from forms.formats import date_text, time_text
from forms.wording import as_text
from workflows import members, search, settings

UNSAFE = re.compile("[&<>\"']")


def moment_text(value):
    """An instant (naive UTC) in the agency's time zone."""
    return local_text(settings.local(value)) if value else ""


def local_text(value):
    """A day and its time on the agency's clock."""
    return f"{date_text(value.date())}, {time_text(value.time())}"


def text_of(field):
    """A function from a stored value of ``field`` to the words a person reads."""
    if isinstance(field, peewee.DateTimeField):
        return moment_text
    is_shipped = field.name in getattr(field.model._meta, "shipped", ())
    return seed.shipped_text if is_shipped else wording.text_of(field)


def called(record):
    """What a person calls a record: the words of its columns, never a slug or a day as it is stored."""
    return wording.called(record, text_of)


def link(href, words):
    return Markup('<a href="{}">{}</a>').format(href, words)


def to_page(row, words=None):
    """A link to the page of a record: ``words``, else what its ``str`` says."""
    href = url_for(f"{row._meta.table_name}.details_view", id=row.id)
    return link(href, row if words is None else words)


def one_line(words):
    """A day or a telephone number in a list, which does not break at the end of a line."""
    return Markup('<span class="unbroken">{}</span>').format(words) if words else ""


def moment_cell(value):
    """An instant in a list: the line may end between the day and the time, and nowhere else."""
    day, _comma, clock = moment_text(value).partition(", ")
    return one_line(f"{day},") + " " + one_line(clock) if day else ""


class FileCell:
    """The number of a file in a list and who is in it: nobody calls a family by a number."""

    def __init__(self):
        self.people = {}

    def prepare(self, numbers):
        """All files of the page are asked about at once."""
        self.people = members.in_files({number for number in numbers if number})

    def __call__(self, number):
        who = self.people.get(number)
        said = Markup(' <span class="muted small">{}</span>').format(who) if who else ""
        return one_line(number) + said


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
    if isinstance(form, FileCell):
        form.prepare(values)
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

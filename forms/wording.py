"""A stored value, and a row, as the words a person reads: days, list items, yes and no, a status."""

import datetime
from decimal import Decimal

import peewee
from flask_babel import to_user_timezone

import models
from forms import choices
from forms.formats import date_text, masked, score_text, time_text
from forms.words import plain as _


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
    """A function from a stored value of ``field`` to the words a person reads; of an instant they are its day."""
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
    (peewee.DateTimeField, lambda value: value and date_text(to_user_timezone(value).date())),
    (peewee.DateField, date_text),
    (peewee.TimeField, time_text),
    (peewee.DecimalField, _decimal_text),
    (peewee.JSONField, _json_text),
)


# ---- Rows ------------------------------------------------------------------------------------------------------------


def telling(model):
    """The names of the columns that say which row it is: those of ``Meta.called``, else the label."""
    return getattr(model._meta, "called", (model._meta.label,))


def called(record, text_of=text_of):
    """What a person calls a record: the words of its columns, never a slug or a day as it is stored."""
    return _joined(_word(record, name, text_of) for name in telling(record))


def _word(record, name, text_of):
    words = text_of(record._meta.fields[name])
    if words is as_text:
        return str(record) if name == record._meta.label else getattr(record, name)
    return words(getattr(record, name))


def row_words(model, key):
    """What a person calls the row of ``key``, or None when it is gone."""
    fields, names, label = model._meta.fields, telling(model), model._meta.label
    if models.language.get() == "fr" and label.endswith("_en"):
        french = f"{label[:-2]}fr"
        row = model.stored(key, only=(label, french))
        return row and (getattr(row, french) or f"{getattr(row, label)} (EN)")
    row = model.stored(key, only=names)
    return row and _joined(text_of(fields[name])(getattr(row, name)) for name in names)


def _joined(words):
    return " · ".join(filter(None, words))


def rows_of(query, limit):
    """[(id, words)] of the rows of ``query`` in the order in which people look for them; dated ones newest first."""
    model = query.model
    fields, names = model._meta.fields, telling(model)
    label = choices.label_column(model)
    is_dated = isinstance(fields[model._meta.label], (peewee.DateField, peewee.DateTimeField))
    columns = [label if name == model._meta.label else fields[name] for name in names]
    order = label.desc() if is_dated else choices.label_order(model)
    texts = [text_of(fields[name]) for name in names]
    found = [
        (key, _joined(text(v) for text, v in zip(texts, values, strict=True)))
        for key, *values in query.select(fields["id"], *columns)
        .order_by(order, fields["id"])
        .limit(limit)
        .tuples()
    ]
    return found if is_dated else choices.by_words(found)

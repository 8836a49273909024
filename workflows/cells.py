"""From the words of a spreadsheet cell to the value of a field, and from a value to what a browser would post."""

import datetime
import json
import re
from functools import reduce
from operator import or_

import peewee
from flask_babel import gettext as _

import models
from forms import choices, validators
from models import normalise
from workflows import exports, settings
from workflows.rows import chunks
from workflows.texts import in_language

_YES = {"yes", "y", "oui", "o", "1", "true", "vrai", "x"}
_NO = {"no", "n", "non", "0", "false", "faux", ""}
_SLOT = re.compile(r"(.+?)\s+(\d{1,2}:\d\d)\s*[-–—]\s*(\d{1,2}:\d\d)")


def in_both_languages(make):
    """[what ``make()`` gives in English, the same in French]."""
    made = []
    for code in models.LANGUAGES:
        with in_language(code):
            made.append(make())
    return made


def _not_offered(text):
    return ValueError(_("“%(text)s” is not one of the choices.", text=text[:80]))


class _Words:
    """Values by their slug and by their words in both languages."""

    def __init__(self, pairs_of):
        self.known = {}
        for pairs in in_both_languages(pairs_of):
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
        return [self.one(part) for part in parts(text)]


def parts(text):
    return list(dict.fromkeys(part.strip() for part in re.split(r"[;\n]", text) if part.strip()))


class RowFinder:
    """Ids of rows of ``model`` by UUID, by the last part of the natural key, and by label in both languages."""

    def __init__(self, model, texts, limit=None):
        self.model, self.known, self.limit = model, {}, limit
        meta = model._meta
        labels = (
            [meta.label, meta.label[:-2] + "fr"] if meta.label.endswith("_en") else [meta.label]
        )
        names = list(dict.fromkeys([*labels, exports.key_field(model).name, "uuid"]))
        self.columns = [
            meta.fields[n]
            for n in names
            if isinstance(meta.fields[n], (peewee.CharField, peewee.TextField))
        ]
        if getattr(meta, "reference", False):
            self._learn(model.select(meta.fields["id"], *self.columns))
        else:
            for some in chunks(set(texts) - {""}):
                matching = reduce(or_, (column.in_(some) for column in self.columns))
                self._learn(model.select(meta.fields["id"], *self.columns).where(matching))

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
            raise ValueError(
                _("There is no “%(text)s”. Add it first, or correct the spelling.", text=text[:80])
            )
        if len(found) > 1:
            raise ValueError(
                _(
                    "Several are called “%(text)s”. Add a column with the UUID to say which.",
                    text=text[:80],
                )
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
        raise ValueError(
            _("“%(text)s” is not a date. Write it as 2026-11-30.", text=text[:80])
        ) from None


def _time(text):
    try:
        return datetime.time.fromisoformat(text.zfill(5) if len(text) < 6 else text)
    except ValueError:
        raise ValueError(
            _("“%(text)s” is not a time. Write it as 16:30.", text=text[:80])
        ) from None


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
    days = _Words(
        lambda: [(n, words) for n, (_slug, words) in enumerate(choices.terms("weekdays"), 1)]
    )

    def parse(text):
        rows = []
        for part in parts(text):
            match = _SLOT.fullmatch(part)
            if not match:
                raise ValueError(
                    _(
                        "“%(text)s” is not an opening time. Write it as Monday 09:00-16:30.",
                        text=part[:80],
                    )
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
    (
        models.LevelsField,
        lambda text: sorted({_whole(part) for part in re.split(r"[;,\s]+", text) if part}),
    ),
    (
        models.LinesField,
        lambda text: list(
            dict.fromkeys(filter(None, map(validators.clean_line, text.splitlines())))
        ),
    ),
    (peewee.JSONField, _json),
    (peewee.BooleanField, _truth),
    (peewee.IntegerField, _whole),
    (
        peewee.DateTimeField,
        lambda text: datetime.datetime.combine(_day(text), _time(text[11:19] or "00:00")),
    ),
    (peewee.DateField, _day),
    (peewee.TimeField, _time),
)


def empty_value(one):
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
    if isinstance(one, peewee.DateTimeField) and value is not None:
        value = settings.local(value).replace(tzinfo=None)  # a form asks in the agency's time
    return [(name, "" if value is None else str(value))]


def _posted_hours(name, rows):
    used, pairs = {}, []
    for day, opens, closes in rows:
        slot = used[day] = used.get(day, -1) + 1
        if slot > 1:
            raise ValueError(_("At most two opening times a day."))
        pairs += [(f"{name}-{day}-{slot}-opens", opens), (f"{name}-{day}-{slot}-closes", closes)]
    return pairs


def limit_of(one):
    """Which rows a through field offers: items of a list only from the list that the field is named after."""
    if one.rel_model is not models.TaxonomyItem:
        return None
    name = one.name.replace("_", "-")
    chosen = models.TaxonomyList.select(models.TaxonomyList.id).where(
        models.TaxonomyList.slug == name
    )
    return models.TaxonomyItem.list.in_(chosen)

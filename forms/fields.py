"""From a model's fields to a form: the converter, and the field types that WTForms does not have.

Choices are read for each request from forms.choices, so an administrator's edit shows at once.
"""

import json
import re
from functools import partial

import peewee
from flask import get_template_attribute
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from markupsafe import Markup
from wtforms import (
    BooleanField,
    DateField,
    HiddenField,
    IntegerField,
    RadioField,
    SelectField,
    StringField,
    TextAreaField,
    TimeField,
)
from wtforms.fields import Field
from wtforms.validators import Length, Optional, ValidationError

import models
from forms import choices, validators, wording
from forms.base import EntityForm, Question
from forms.drawing import MacroWidget
from forms.formats import masked, number_text, whole
from forms.hours import HoursField
from forms.moments import MomentField
from forms.pickers import PickerField, RequiredPick, SmallTableField
from forms.ticks import MembersField, TickField
from forms.words import plain

LONG_TEXT = 20_000
SMALL_TABLE = 25


class LineField(StringField):
    """One line of text, tidied; empty becomes None where the column allows it."""

    def __init__(self, *args, nullable=True, clean=validators.clean_line, **options):
        self.nullable, self.clean = nullable, clean
        super().__init__(*args, **options)

    def process_formdata(self, values):
        if values:
            text = self.clean(values[0])
            self.data = text or (None if self.nullable else "")


class MaskedField(LineField):
    """A number that stays hidden but for its end: left as it is shown, it stays as it was."""

    def process_formdata(self, values):
        kept = self.object_data
        if kept and values and validators.clean_line(values[0]) == masked(kept):
            self.data = kept
            return
        super().process_formdata(values)
        if self.data:
            self.data = re.sub(r"[\s-]", "", self.data)

    def _value(self):
        if self.raw_data and self.data != self.object_data:
            return self.raw_data[0]
        return masked(self.data)


class ParagraphField(LineField, TextAreaField):
    """Text of several lines."""

    def __init__(self, *args, **options):
        super().__init__(*args, clean=validators.clean_text, **options)


class LinesField(TextAreaField):
    """A list of short texts, one on each line."""

    def _value(self):
        if self.raw_data:
            return self.raw_data[0]
        return "\n".join(self.data or [])

    def process_formdata(self, values):
        lines = (validators.clean_line(line) for line in (values or [""])[0].splitlines())
        self.data = list(dict.fromkeys(line for line in lines if line))


class LevelsField(TickField):
    """CLB levels 0-12 with presets (R-SA-12)."""

    is_group = True
    widget = MacroWidget("clb")

    def __init__(self, *args, **options):
        super().__init__(*args, coerce=int, choices=[(n, str(n)) for n in range(13)], **options)

    def facts(self):
        return ()

    def post_validate(self, form, stopped):
        self.data = sorted(set(self.data or ()))


class WeekdaysField(TickField):
    """Days of the week with presets."""

    is_group = True
    widget = MacroWidget("weekdays")

    def facts(self):
        return ()


class LanguagesField(TickField):
    """Many languages out of a hundred: a list that can be searched, chosen ones first."""

    is_group = True
    widget = MacroWidget("languages")

    def facts(self):
        return (self.data or [], self.choices)


class PreferredLanguagesField(Field):
    """Up to five languages in order of preference, one select each; spare ones stay empty."""

    is_group = True

    def widget(self, field, **attributes):
        draw = get_template_attribute("macros/widgets.html", "preferred_languages")
        chosen = self.data or []
        slots = min(5, max(2, len(chosen) + 1))
        return Markup(draw(self, [*chosen, *[""] * 5][:slots], choices.languages(chosen)))

    def process(self, formdata, data=None, extra_filters=None):
        super().process(formdata, data, extra_filters)
        if formdata is not None and any(key.startswith(f"{self.name}-") for key in formdata):
            picked = (formdata.get(f"{self.name}-{n}", "") for n in range(5))
            self.data = list(dict.fromkeys(code for code in picked if code))

    def post_validate(self, form, stopped):
        known = dict(choices.languages(self.data or []))
        if len(self.data or []) > 5 or any(code not in known for code in self.data or []):
            raise ValidationError(_l("Choose languages from the list."))


class JsonTextField(TextAreaField):
    """A JSON value; what was typed stays in the box when it is not valid JSON."""

    def _value(self):
        if self.raw_data:
            return self.raw_data[0]
        return json.dumps(self.data, ensure_ascii=False) if self.data is not None else ""

    def process_formdata(self, values):
        try:
            self.data = json.loads(values[0]) if values and values[0].strip() else None
        except ValueError as error:
            raise ValueError(_("This is not valid JSON.")) from error


class TermMixin:
    """A retired item that a record still carries stays offered on that record (R-TAX-1)."""

    terms = None

    def process_data(self, value):
        super().process_data(value)
        offered = {choice[0] for choice in self.choices}
        held = value if isinstance(value, list) else [value]
        self.choices = list(self.choices) + [
            (slug, choices.term_label(self.terms, slug))
            for slug in held
            if slug and slug not in offered
        ]


class TermSelectField(TermMixin, SelectField):
    """One item of a list."""


class TermRadioField(TermMixin, RadioField):
    """One item of a short list."""


class TermTickField(TermMixin, TickField):
    """Several items of a list."""


def _key(value):
    return whole(value)


def common(field, required):
    """Label, help and validators that every question takes from its model field."""
    return {
        "label": plain(field.verbose_name or field.name),
        "description": plain(field.help_text) if field.help_text else "",
        "validators": [validators.Needed() if required else Optional()],
        **_assisted(field),
    }


def _assisted(field):
    """The mark of a text that the writing assistant reads along with (R-NOTE-5), "own" where it is a client's words."""
    meta = getattr(getattr(field, "model", None), "_meta", None)
    if meta is None or field.name not in getattr(meta, "assisted", ()):
        return {}
    is_own = field.name in getattr(meta, "own_words", ())
    return {"render_kw": {"data-look": "own" if is_own else True}}


def is_required(field):
    """True when a person must answer: the column allows neither NULL nor a stand-in."""
    if isinstance(field, models.ManyField):
        return not field.null
    if field.null or isinstance(field, (peewee.BooleanField, peewee.JSONField)):
        return False
    return field.default in (None,) or callable(field.default) or bool(field.choices)


def question(field, queries=None, lookup_url=None):
    """The unbound WTForms field for a model field; ``queries`` maps FK names to the rows that may be chosen."""
    required = is_required(field)
    options = common(field, required)
    if isinstance(field, peewee.ForeignKeyField):
        return _row_question(field, options, required, queries or {}, lookup_url)
    if isinstance(field, models.ManyField) and getattr(field.rel_model._meta, "personal", False):
        offered = (queries or {}).get(field.name)
        return MembersField(target=field.rel_model, offered=offered, **options)
    for kind, build in BUILDERS:
        if isinstance(field, kind):
            return build(field, options, required)
    raise TypeError(f"no question for {field!r}")


def _row_question(field, options, required, queries, lookup_url):
    target, query = field.rel_model, queries.get(field.name)
    if getattr(target._meta, "reference", False):
        rows = target.select() if query is None else query
        rows = choices.by_words((row.id, row.label) for row in rows)
    else:
        rows = _few(target, query)
        if not rows:
            options["validators"] = [RequiredPick() if required else Optional()]
            url = lookup_url(field.name) if lookup_url else ""
            query = target.select() if query is None else query
            return PickerField(query=query, lookup_url=url, **options)
    blank = [("", _("Choose…") if required else "")]
    return SmallTableField(choices=blank + rows, coerce=_key, **options)


def _few(target, query):
    """(id, words) of all rows to choose from while they are few, else nothing: then they are looked up."""

    def read():
        rows = wording.rows_of(target.select() if query is None else query, SMALL_TABLE + 1)
        return rows if len(rows) <= SMALL_TABLE else []

    if getattr(target._meta, "remembered", False):
        asked = "" if query is None else repr(query.sql())
        return choices.memo(("few", target, models.language.get(), asked), read)
    return [] if query is None else read()


def _select(field, options, required, offered, kinds=(SelectField, RadioField)):
    """Radio buttons for two to four choices that must be answered, else a select."""
    select, radio = kinds
    options["validators"] = [validators.Needed()] if required else [Optional()]
    if required and len(offered) <= 4:
        return radio(choices=offered, **options)
    if not required or field.default is None:
        offered = [("", _("Choose…") if required else ""), *offered]
    return select(choices=offered, filters=[lambda value: value or None], **options)


def _term(field, options, required):
    kinds = tuple(
        type(kind.__name__, (kind,), {"terms": field.terms})
        for kind in (TermSelectField, TermRadioField)
    )
    return _select(field, options, not field.null, choices.terms(field.terms), kinds)


def _ticks(field, options, required):
    kind = WeekdaysField if field.terms == "weekdays" else TermTickField
    kind = type(kind.__name__, (kind,), {"terms": field.terms})
    return kind(choices=choices.terms(field.terms), **options)


def _many(field, options, required):
    if field.rel_model is models.Language:
        return LanguagesField(coerce=int, choices=choices.language_ids(), **options)
    if field.rel_model is models.TaxonomyItem:
        return TickField(
            coerce=int, choices=choices.term_ids(field.name.replace("_", "-")), **options
        )
    label = choices.label_column(field.rel_model)
    query = field.rel_model.select(field.rel_model.id, label)
    return TickField(coerce=int, choices=choices.by_words(query.tuples()), **options)


def _line(field, options, required, *checks, **more):
    options["validators"] += [Length(max=field.max_length), *checks]
    more.setdefault("nullable", field.null)
    return LineField(**options, **more)


def _paragraph(field, options, required):
    too_long = _l("This is too long: at most %(max)s characters.", max=number_text(LONG_TEXT))
    options["validators"].append(Length(max=LONG_TEXT, message=too_long))
    return ParagraphField(nullable=field.null, **options)


def _integer(field, options, required):
    options["validators"].append(validators.is_whole_number)
    return IntegerField(**options)


def _date(field, options, required):
    options["validators"].append(validators.is_sensible_date)
    return DateField(**options)


BUILDERS = (
    (models.ManyField, _many),
    (models.TermField, _term),
    (models.TermsField, _ticks),
    (models.LinesField, lambda f, o, r: LinesField(**o)),
    (models.HoursField, lambda f, o, r: HoursField(**o)),
    (models.LevelsField, lambda f, o, r: LevelsField(**o)),
    (models.LanguageListField, lambda f, o, r: PreferredLanguagesField(**o)),
    (models.LanguageField, lambda f, o, r: _select(f, o, not f.null, choices.languages())),
    (models.MaskedField, lambda f, o, r: MaskedField(**o)),
    (models.PhoneField, lambda f, o, r: _line(f, o, r, validators.is_phone)),
    (models.EmailField, lambda f, o, r: _line(f, o, r, validators.is_email)),
    (models.WebsiteField, lambda f, o, r: _line(f, o, r, validators.is_web_address)),
    (
        models.PostalCodeField,
        lambda f, o, r: _line(
            f,
            {**o, "validators": [o["validators"][0]]},
            r,
            validators.is_postal_code,
            clean=validators.postal_code,
        ),
    ),
    (peewee.JSONField, lambda f, o, r: JsonTextField(**o)),
    (peewee.BooleanField, lambda f, o, r: BooleanField(**{**o, "validators": []})),
    (
        peewee.CharField,
        lambda f, o, r: (
            _select(f, o, not f.null, [(value, _l(text)) for value, text in f.choices])
            if f.choices
            else _line(f, o, r)
        ),
    ),
    (peewee.TextField, _paragraph),
    (peewee.IntegerField, _integer),
    (peewee.DateTimeField, lambda f, o, r: MomentField(**o)),
    (peewee.DateField, _date),
    (peewee.TimeField, lambda f, o, r: TimeField(format=["%H:%M", "%H:%M:%S"], **o)),
)


def model_form(model, names, queries=None, lookup_url=None, replaced=None):
    """What makes a form of these fields of ``model``, in order, with the version that the person saw (R-SYS-2).

    ``queries`` limits what may be chosen for a foreign key; ``replaced`` gives fields of our own by name.  A question
    that neither names is put together once for each language and revision of the lists.
    """
    known, code = {**model._meta.fields, **model._meta.manytomany}, models.language.get()
    queries, replaced = queries or {}, replaced or {}

    def ask(name):
        if name in replaced:
            return replaced[name]
        if name in queries:
            return question(known[name], queries, lookup_url)
        # A file's questions have no address to look rows up at; a screen's always have the same.
        key = ("question", model, name, code, lookup_url is None)
        return choices.memo(key, lambda: Question(question(known[name], {}, lookup_url)))

    return partial(EntityForm, [*((name, ask(name)) for name in names), ("version", VERSION)])


VERSION = Question(HiddenField())

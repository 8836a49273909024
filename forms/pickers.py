"""One row of another table as an answer: chosen from a select, or found by typing where the table is long."""

import peewee
from flask_babel import lazy_gettext as _l
from wtforms import SelectField
from wtforms.fields import Field
from wtforms.validators import ValidationError

import models
from forms import choices, wording
from forms.drawing import MacroWidget
from forms.formats import whole
from forms.validators import Needed

NEWEST = 500


def find_rows(query, text, limit=20):
    """Up to ``limit`` (id, words) rows of ``query`` whose words begin with the words of ``text``."""
    model, wanted = query.model, models.normalise(text).split()
    if wording.telling(model) != (model._meta.label,):
        # What such a row is called stands in no column; its newest are few enough to be read.
        found = wording.rows_of(query, NEWEST)
        return [row for row in found if _has(row[1], wanted)][:limit]
    column = model._meta.fields.get("search") or choices.label_order(model)
    if not isinstance(column, models.DerivedField):
        # A label may be a day, which only SQLite compares with words.
        column = peewee.fn.LOWER(column.cast("TEXT"))
    for word in wanted:
        query = query.where(column.startswith(word) | column.contains(f" {word}"))
    return wording.rows_of(query, limit)


def _has(words, wanted):
    known = f" {models.normalise(words)}"
    return all(f" {word}" in known for word in wanted)


class PickerField(Field):
    """One row of another table: a select while the table is small, else found by typing.

    Without script "Find" posts the page back and offers the matches; nothing is saved on the way.
    ``query`` is the base query of rows that may be chosen.
    """

    is_group = False
    widget = MacroWidget("picker")

    def __init__(self, *args, query=None, lookup_url="", **options):
        self.query, self.lookup_url, self.found = query, lookup_url, None
        super().__init__(*args, **options)

    def process_data(self, value):
        self.data = getattr(value, "id", value)

    def process(self, formdata, data=None, extra_filters=None):
        super().process(formdata, data, extra_filters)
        self.typed = (formdata.get(f"{self.name}-query", "") if formdata else "").strip()
        self.asked = bool(formdata) and formdata.get("find") == self.name

    def process_formdata(self, values):
        values = [value for value in values if value.strip()]
        self.data = None
        if values:
            self.data = whole(values[-1])
            if self.data is None:
                self.data = -1

    def find(self, text):
        """[(id, words)] of the rows that ``text`` finds."""
        return find_rows(self.query, text)

    def words(self, key):
        """What a person calls a row, or None when it is gone."""
        return wording.row_words(self.query.model, key)

    def label_of(self, key):
        """The words of the chosen row, or None when there is no such row to choose."""
        if key == self.object_data:
            # What the record has already stays readable, archived or not (R-SA-17).
            return self.words(key)
        is_limited = self.query._where is not None  # else every row there is may be chosen
        if is_limited and not self.query.where(self.query.model.id == key).exists():
            return None
        return self.words(key)

    def chosen(self):
        """(key, words) of the row that is chosen, empty where none is."""
        key = self.data if self.data not in (None, -1) else ""
        return key, (self.label_of(key) or "") if key else ""

    def blanks(self):
        """What is chosen, where that is all there is to see; None while rows to choose from are shown."""
        return None if self.asked or self.typed or self.found is not None else self.chosen()

    def facts(self, blanks=None):
        matches = self.find(self.typed) if self.asked else self.found
        return (*(blanks or self.chosen()), matches, self.typed, self.lookup_url)

    def pre_validate(self, form):
        if self.data is None and self.typed and not self.asked:
            # Somebody typed and pressed Save without choosing: one match is meant, several are offered.
            self.found = self.find(self.typed)
            if len(self.found) == 1:
                self.data, self.found = self.found[0][0], None
            else:
                raise ValidationError(_l("Choose one of the rows that were found."))
        chosen = self.data is not None and self.data != self.object_data
        if chosen and self.label_of(self.data) is None:
            self.data = None
            raise ValidationError(_l("That row is no longer there. Please choose again."))


class RequiredPick(Needed):
    """A row must be chosen; what counts is the choice, not the text in the search box."""

    def __call__(self, form, field):
        if field.data is None and not field.typed:
            super().__call__(form, field)


class SmallTableField(SelectField):
    """One row of a table small enough for a select."""

    def process_data(self, value):
        self.data = getattr(value, "id", value)

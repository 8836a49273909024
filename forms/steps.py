"""The pages of wizards: one topic a page, its questions top to bottom, and its own summary for the check page."""

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from wtforms import BooleanField, FieldList, FormField, HiddenField

import models
from forms import choices
from forms.base import PortalForm
from forms.drawing import MacroWidget
from forms.fields import question
from forms.formats import date_text, time_text

SENTENCE = 32  # an answer of more characters is a sentence


class Section:
    """Questions of a page that belong together, under a heading."""

    def __init__(self, title, lines, help_text=""):
        self.title, self.lines, self.help_text = title, lines, help_text


def names_in(lines):
    """Every name in the ``lines`` of a page, for one that asks nothing but columns: they are said once."""
    for line in lines:
        if isinstance(line, str):
            yield line
        else:
            yield from names_in(line.lines if isinstance(line, Section) else line)


class StepForm(PortalForm):
    """One page.  ``asks`` takes questions from the columns of ``model``; others are declared as in any form.

    ``lines`` is the order on the page: names, tuples of names said together, or Sections of them; every question in
    turn when it is empty.  The engine sets ``answers`` (the pages before this one) and ``item`` (what the page is
    about, when it is asked once for each of several).
    """

    title = ""
    lead = ""
    template = "workflow/step.html"
    continue_label = _l("Continue")
    model = None
    asks = ()
    lines = ()
    file_kind = None  # the kind of attachment this page takes, such as the scan of a signed form
    file_label = _l("Scan or photo of the signed form")
    answers = item = None
    of_colleague = (
        ""  # what the button "Take my colleague's version" names, where both versions are shown
    )

    @classmethod
    def made(cls, item=None):
        """The form class with the questions of ``model``; made once for each language and revision of the lists.

        A page asked once for each of several things may ask different questions of each ``item``.
        """
        if not cls.asks:
            return cls
        known = {**cls.model._meta.fields, **cls.model._meta.manytomany}

        def make():
            fields = {name: _asked(known[name]) for name in cls.asks if not hasattr(cls, name)}
            return type(cls.__name__, (cls,), fields)

        return choices.memo(("step", cls, models.language.get()), make)

    @classmethod
    def applies(cls, answers):
        """False when this page has nothing to ask after these answers."""
        return True

    @classmethod
    def named(cls, item):
        """What the page is called, for the list of pages; ``item`` as in Each."""
        return cls.title

    @property
    def heading(self):
        return self.named(self.item)

    def sections(self):
        """[Section] as they stand on the page, the names turned into fields."""
        lines = self.lines or [name for name in self._fields if not _is_hidden(self._fields[name])]
        loose, found = [], []
        for line in lines:
            if isinstance(line, Section):
                found.append(Section(line.title, self._drawn(line.lines), line.help_text))
            else:
                loose.append(line)
        return [Section("", self._drawn(loose)), *found] if loose else found

    def _drawn(self, lines):
        known = self._fields
        rows = []
        for line in lines:
            names = (line,) if isinstance(line, str) else line
            row = [known[name] for name in names if name in known]
            if row:
                rows.append(row if len(row) > 1 else row[0])
        return rows

    def shown(self):
        """Every question, in the order of the page."""
        for section in self.sections():
            for line in section.lines:
                yield from line if isinstance(line, list) else [line]

    def summary(self):
        """[(label, words)] of what was answered, for the check page."""
        return [pair for field in self.shown() for pair in words_of(field)]


def row_number(text):
    """The number of a row out of the name of a question; None when it is no number."""
    return int(text) if text.isascii() and text.isdecimal() and len(text) < 6 else None


class RowForm(StepForm):
    """One of several alike, such as a household member."""

    row = HiddenField(default="1")

    @property
    def number(self):
        """The number that stays with this row whoever is removed from the list."""
        return self._prefix.rstrip("-").rpartition("-")[2]

    def process(self, formdata=None, obj=None, **known):
        """A row just added has nothing but its mark: it begins like the first one, its tick boxes included."""
        sent = [name for name in formdata or () if name.startswith(self._prefix)]
        is_new = sent == [f"{self._prefix}row"]
        super().process(None if is_new else formdata, obj, **known)

    def summary_line(self):
        """What the check page says of this row; of a tick box its own words, for "Yes" alone says nothing."""
        said = []
        for field in self.shown():
            if isinstance(field, BooleanField):
                said += [str(field.label.text)] if field.data else []
            else:
                said += [words for _label, words in words_of(field) if words]
        return ", ".join(said)


class RowsField(FieldList):
    """As many rows as there are: "Add another" and "Remove" are buttons that keep what was typed."""

    is_group = True
    widget = MacroWidget("rows")

    def __init__(self, label, row, noun, add_label, **options):
        self.noun, self.add_label = noun, add_label
        options.setdefault("min_entries", 1)
        super().__init__(FormField(row.made(), label=""), label, **options)
        self.flags.required = self.min_entries > 0

    def facts(self):
        return ()

    def _extract_indices(self, prefix, formdata):
        # A forged name may carry a number that is none, or none that anything could count up to.
        names = (
            name.removeprefix(f"{prefix}-") for name in formdata if name.startswith(f"{prefix}-")
        )
        numbers = (row_number(name.partition("-")[0]) for name in names)
        return (number for number in numbers if number is not None)

    def _compact_indices(self):
        """A row keeps its number whoever is removed: pages about it, and what was typed there, are found by it."""

    @property
    def forms(self):
        """The forms of the rows."""
        return [entry.form for entry in self.entries]

    def validate(self, form, extra_validators=()):
        valid = super().validate(form, extra_validators)
        if any(isinstance(error, dict) for error in self.errors):
            # Each answer says what is wrong with it; the list as a whole says only that something is.
            self.errors = [_("Something here is still to be mended.")]
        return valid

    def legend(self, number):
        """What row ``number`` (from 1) is called on the page."""
        return _("%(noun)s %(number)s", noun=self.noun, number=number)

    def prefix(self, number):
        return self.entries[number - 1].name


class FixedRows(RowsField):
    """One row for each of several things that are there already: nothing is added or removed by hand.

    ``align`` says which; ``key`` is the hidden question of a row that names its thing.
    """

    def __init__(self, label, row, key, **options):
        self.key, self.legends = key, []
        super().__init__(label, row, "", "", min_entries=0, **options)

    def align(self, things):
        """Show exactly ``things``, [(key, words, {question: value})], and keep what was said about each."""
        known = {entry.form[self.key].data: entry for entry in self.entries}
        kept = []
        for key, _words, first in things:
            if str(key) not in known:
                entry = self.append_entry({**first, self.key: str(key)})
                entry.form[self.key].raw_data = [str(key)]
                known[str(key)] = entry
            kept.append(known[str(key)])
        self.entries, self.legends = kept, [words for _key, words, _first in things]
        self.min_entries = len(kept)

    def legend(self, number):
        return self.legends[number - 1]


def _asked(field):
    """The question for a column, with the column's own default as its first answer."""
    asked = question(field)
    if field.default is not None and not callable(field.default):
        asked.kwargs.setdefault("default", field.default)
    return asked


def words_of(field):
    """[(label, words)] of one answered field; several for rows, none for what nobody reads."""
    label = str(field.label.text)
    if _is_hidden(field):
        return []
    if isinstance(field, RowsField):
        return [(field.legend(n), form.summary_line()) for n, form in enumerate(field.forms, 1)]
    return [(label, _words(field))]


def _words(field):
    data = field.data
    if hasattr(field, "as_words"):
        return field.as_words()
    if isinstance(data, bool):
        return _("Yes") if data else _("No")
    if hasattr(field, "iter_choices"):
        chosen = [str(label) for value, label, is_chosen, _r in field.iter_choices() if is_chosen]
        chosen = [words for words in chosen if words.strip("–— ")]
        # Sentences have commas of their own: each has a line to itself.
        return ("\n" if any(len(words) > SENTENCE for words in chosen) else ", ").join(chosen)
    if hasattr(field, "label_of"):
        return (field.label_of(data) or "") if data else ""
    if hasattr(data, "isoformat"):
        return date_text(data) if hasattr(data, "year") else time_text(data)
    if field.type == "PreferredLanguagesField":
        return ", ".join(map(choices.language_label, data or ()))
    if isinstance(data, (list, tuple)):
        return ", ".join(map(str, data))
    return "" if data is None else str(data)


def _is_hidden(field):
    return getattr(field.widget, "input_type", "") == "hidden" or getattr(field, "is_silent", False)

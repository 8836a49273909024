"""The forms every screen and wizard builds on."""

from functools import cache

from wtforms import Form
from wtforms.i18n import get_translations

from forms.words import plain
from models import N_, language

# What the library says of an answer it cannot read, and what we say.
OURS = {
    "Not a valid choice.": N_("Choose one of the answers."),
    "Not a valid date value.": N_(
        "This date is not in the calendar. Enter one such as 2026-04-30."
    ),
    "Not a valid datetime value.": N_("Enter a date and a time."),
    "Not a valid time value.": N_("Enter a time such as 16:30."),
    "Not a valid integer value.": N_("Enter a whole number, such as 45."),
    "Not a valid decimal value.": N_("Enter a number, such as 2.5."),
}


@cache
def _messages(code):
    """WTForms' own messages in one language, read from disk once."""
    return Messages(get_translations([code]))


class Messages:
    """The library's messages: in our words where they say what to do, else in its own."""

    def __init__(self, own):
        self.own, self.ngettext = own, own.ngettext

    def gettext(self, text):
        return plain(OURS[text]) if text in OURS else self.own.gettext(text)


class PortalForm(Form):
    """A form with messages in the person's language.

    The anti-forgery token belongs to the whole page (CSRFProtect), so no form carries one of its own.
    """

    class Meta:
        def get_translations(self, form):
            return _messages(language.get())

    def problem(self, name, message):
        """Attach a message to a field, or to the form when the field is not on the page."""
        field = self._fields.get(name)
        if field is None:
            self.form_errors.append(message)
        else:
            field.errors = [*field.errors, message]

    def tell(self, problems):
        """Say the Problems of a refusal beside their fields."""
        for problem in problems:
            self.problem(problem.field, problem.message)


class Question:
    """An unbound field that is put together once: each form gets a copy, with answers of its own."""

    name = None

    def __init__(self, unbound):
        self.unbound, self.pattern = unbound, None

    def bind(self, form, **options):
        if self.pattern is None:
            pattern = self.unbound.bind(form=form, **options)
            pattern._form, pattern.drawn = None, {}
            pattern.label.text, pattern.description = (
                str(pattern.label.text),
                str(pattern.description),
            )
            self.pattern = pattern
        # WTForms makes an unbound field of whatever is made without a form, so copy() is no help.
        field = object.__new__(type(self.pattern))
        field.__dict__.update(self.pattern.__dict__, _form=form)
        return field


class EntityForm(PortalForm):
    """A form whose questions are told when it is made: [(name, unbound field)]."""

    def __init__(self, questions, formdata=None, data=None):
        self._unbound_fields = questions
        super().__init__(formdata, data=data)

"""The forms every screen and wizard builds on."""

from functools import cache

from wtforms import Form
from wtforms.i18n import get_translations

from models import language


@cache
def _messages(code):
    """WTForms' own messages in one language, read from disk once."""
    return get_translations([code])


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

"""The forms every screen and wizard builds on."""

from flask_wtf.i18n import translations
from wtforms import Form


class PortalForm(Form):
    """A form with messages in the person's language.

    The anti-forgery token belongs to the whole page (CSRFProtect), so no form carries one of its own.
    """

    class Meta:
        def get_translations(self, form):
            return translations

    def problem(self, name, message):
        """Attach a message to a field, or to the form when the field is not on the page."""
        field = self._fields.get(name)
        if field is None:
            self.form_errors.append(message)
        else:
            field.errors = [*field.errors, message]

"""Tick boxes for several choices."""

from flask_babel import lazy_gettext as _l
from wtforms import SelectMultipleField
from wtforms.validators import ValidationError

from forms import choices


class TickField(SelectMultipleField):
    """Tick boxes for several choices; unknown values are refused, nothing is cut silently."""

    is_group = False

    def iter_choices(self):
        """As the library's, which takes every choice apart and puts it together again: ours are pairs, always."""
        chosen = self.data or ()
        return [
            (value, label, self.coerce(value) in chosen, {}) for value, label in self.choices or ()
        ]

    def pre_validate(self, form):
        if not self.data:
            return
        known = {str(value) for value, _label in self.choices or ()}
        if any(str(value) not in known for value in self.data):
            raise ValidationError(
                _l("One of these choices is no longer offered. Please choose again.")
            )


class MembersField(TickField):
    """Rows of a table too long to be listed: ``offered`` is the query of those to tick, else any that exists is taken."""

    def __init__(self, *args, target, offered=None, **options):
        self.target, label = target, choices.label_column(target)
        rows = () if offered is None else offered.select(target.id, label).order_by(target.id)
        self.is_limited = offered is not None
        found = [(key, str(text)) for key, text in rows.tuples()] if self.is_limited else []
        super().__init__(*args, coerce=int, choices=found, **options)

    def pre_validate(self, form):
        if self.is_limited:
            return super().pre_validate(form)
        asked = set(self.data or ())
        if asked and self.target.select().where(self.target.id.in_(asked)).count() < len(asked):
            raise ValidationError(
                _l("One of these choices is no longer offered. Please choose again.")
            )

"""Questions of the directory that a column alone cannot ask: money in dollars, copies, fields left blank."""

import re
from copy import copy

from flask_babel import lazy_gettext as _l
from wtforms import RadioField, SelectField, SelectMultipleField, StringField
from wtforms.validators import Optional, ValidationError

from forms.base import PortalForm
from forms.formats import whole
from forms.validators import Needed

AMOUNT = re.compile(r"\$?\s*(\d{1,6})(?:[.,](\d{1,2}))?\s*\$?")


class DollarsField(StringField):
    """An amount typed in dollars ("12.50") and kept in cents."""

    def _value(self):
        if self.raw_data:
            return self.raw_data[0]
        return "" if self.data is None else f"{self.data // 100}.{self.data % 100:02}"

    def as_words(self):
        """The amount as people read it."""
        return "" if self.data is None else f"${self.data // 100}.{self.data % 100:02}"

    def process_formdata(self, values):
        typed = (values[0] if values else "").strip()
        if not typed:
            self.data = None
            return
        found = AMOUNT.fullmatch(typed)
        if not found:
            raise ValueError(_l("Enter an amount in dollars, such as 12.50."))
        self.data = int(found[1]) * 100 + int((found[2] or "0").ljust(2, "0"))


def is_left_blank(form, field):
    """R-SA-13: a question that is not connected takes no answer."""
    if any(str(value).strip() for value in field.raw_data or ()):
        raise ValidationError(_l("Leave this blank: it is not connected to matching yet."))


def blank_field(column):
    """A question that is shown and cannot be answered yet (R-SA-13)."""
    return StringField(
        _l(column.verbose_name),
        description=_l("Leave blank: not connected to matching yet."),
        validators=[is_left_blank],
        filters=[lambda text: text or None],
        render_kw={"disabled": True},
    )


def is_edited(form):
    """True when an answer is another one than what is stored."""

    def said(value):
        return sorted(value, key=str) if isinstance(value, (list, tuple)) else value or None

    return any(
        said(field.data) != said(field.object_data)
        for field in form
        if field.name != "version" and not (field.render_kw or {}).get("disabled")
    )


def require(form, names):
    """Ask for these fields although the column allows them to be empty."""
    for name in names:
        if name in form:
            field = form[name]
            kept = [check for check in field.validators if not isinstance(check, Optional)]
            field.validators = [Needed(), *kept]
            # The question is shared with other forms.
            field.flags, field.drawn = copy(field.flags), None
            field.flags.required = True


class CloneForm(PortalForm):
    """Where the copies go, and whom people call there (R-SA-3)."""

    locations = SelectMultipleField(_l("Locations"), coerce=int)
    contact = RadioField(
        _l("Contact of the copies"),
        choices=[
            ("keep", _l("Keep this contact")),
            ("location", _l("Use the reception contact of each location")),
        ],
        default="keep",
    )

    def validate_locations(self, field):
        if not field.data:
            raise ValidationError(_l("Tick at least one location."))


class CopiesForm(PortalForm):
    """Which fields of this entry all its copies get (R-SA-4)."""

    fields = SelectMultipleField(_l("Fields to give to all copies"))

    def validate_fields(self, field):
        if not field.data:
            raise ValidationError(_l("Tick at least one field."))


class MergeForm(PortalForm):
    """The keyword that stays when two are merged."""

    winner = SelectField(
        _l("Keyword to keep"),
        coerce=whole,
        validators=[Needed()],
    )

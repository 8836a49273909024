"""The columns of an export profile as one form, and the day on which a file was handed in."""

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from wtforms import BooleanField, DateField, IntegerField, StringField
from wtforms.validators import InputRequired, Length, NumberRange

from forms.base import PortalForm
from forms.fields import LinesField
from forms.validators import is_sensible_date

ASKED = ("position", "is_on", "heading", "required_if", "codes")


class HandedInForm(PortalForm):
    """When and to whom."""

    submitted_on = DateField(
        _l("Handed in on"),
        [InputRequired(_l("Enter the day on which it was handed in.")), is_sensible_date],
    )
    submitted_to = StringField(
        _l("Handed in to"),
        [InputRequired(_l("Enter to whom it was handed in.")), Length(max=200)],
    )
    remark = StringField(_l("Remark"), [Length(max=300)])


def columns_form(columns, formdata=None):
    """A form with five questions for each column, named ``source-field``."""
    fields, filled = {}, {}
    for column in columns:
        named = {"source": column.source}
        whole = _("Enter a whole number from 1 to 999.")
        fields |= {
            f"{column.source}-position": IntegerField(
                _("Place of %(source)s", **named),
                [InputRequired(whole), NumberRange(1, 999, whole)],
            ),
            f"{column.source}-is_on": BooleanField(_("%(source)s is in the file", **named)),
            f"{column.source}-heading": StringField(
                _("Heading of %(source)s", **named), [Length(max=120)]
            ),
            f"{column.source}-required_if": StringField(
                _("%(source)s is required", **named), [Length(max=120)]
            ),
            f"{column.source}-codes": LinesField(_("Codes of %(source)s", **named)),
        }
        filled |= {f"{column.source}-{name}": getattr(column, name) for name in ASKED}
    return type("ColumnsForm", (PortalForm,), fields)(formdata, data=filled)


def answers(form, columns):
    """{source: {field: value}} of a filled form."""
    return {
        column.source: {name: form[f"{column.source}-{name}"].data for name in ASKED}
        for column in columns
    }

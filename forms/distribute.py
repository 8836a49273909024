"""The pages of "Email selected referrals": which ones, to whom, how much of them, and when to ask what became of it."""

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from wtforms import DateField, HiddenField, RadioField, StringField
from wtforms.validators import InputRequired, Length, Optional, StopValidation

import models
from forms import validators
from forms.base import PortalForm
from forms.fields import LineField
from forms.steps import RowForm, RowsField, StepForm
from forms.ticks import TickField

USUAL = "usual"  # the amount of detail that the agency's settings choose for an address
EACH = "each"  # one message for each contact instead of one for all
ADDRESS = {"type": "email", "autocomplete": "off"}
DETAIL = (
    (USUAL, _l("What is usual for this address")),
    (models.MINIMAL, _l("Minimal: numbers and services only, no names")),
    (models.FULL, _l("Full: names, how to reach people, reasons and actions")),
)


def one_address(form, field):
    """R-REF-2: exactly one, unless each contact has its own."""
    if form.split.data == EACH:
        return
    if not field.data:
        raise StopValidation(_("Enter the destination email."))
    validators.is_email(form, field)


one_address.field_flags = {"required": True}


def row_number(text):
    """The key of a row as it was posted; ValueError for what no database would hold."""
    if len(str(text)) > 9:
        raise ValueError
    return int(text)


class TickedForm(StepForm):
    """What arrives ticked is passed; without a selection the oldest waiting ones are offered."""

    title = _l("Referrals")
    lead = _l("Which referrals do you want to email?")
    rowid = TickField(
        _l("Referrals"),
        [InputRequired(_l("Tick at least one referral."))],
        coerce=row_number,
        description=_l("The ones that have waited longest come first."),
    )


class DestinationForm(StepForm):
    """A suggestion is a button: pressing it answers the question and goes on."""

    title = _l("To whom")
    template = "workflow/distribute_destination.html"
    lines = ("destination", "detail", "follow_up_on")
    split = StringField(_l("One message for each contact"))
    destination = LineField(
        _l("Destination email"),
        [one_address, Length(max=254)],
        nullable=False,
        description=_l("One address. Everything ticked goes there in one message."),
        render_kw={**ADDRESS, "list": "suggested-addresses"},
    )
    detail = RadioField(
        _l("How much to send"), [validators.Needed()], choices=DETAIL, default=USUAL
    )
    follow_up_on = DateField(
        _l("Ask what became of it on"),
        [Optional(), validators.is_sensible_date],
        description=_l("Home reminds you on that day. Leave it empty for no reminder."),
    )

    def __init__(self, formdata=None, **options):
        if formdata is not None and formdata.get("suggestion"):
            formdata.setlist("destination", formdata.getlist("suggestion"))
        super().__init__(formdata, **options)

    def summary(self):
        found = super().summary()
        return found[1:] if self.split.data == EACH else found


class RecipientRow(RowForm):
    """One message: the referrals it holds and its address."""

    lines = ("destination",)
    ids = HiddenField()
    destination = LineField(
        _l("Destination email"),
        [InputRequired(_l("Enter the destination email.")), Length(max=254), validators.is_email],
        nullable=False,
        render_kw=ADDRESS,
    )


class RecipientsForm(StepForm):
    """Every contact's own address."""

    title = _l("Recipients")
    lead = _l(
        "Each address gets one message with its own referrals. The same address twice gets one."
    )
    template = "workflow/distribute_recipients.html"
    groups = RowsField(_l("Messages"), RecipientRow, _l("Message"), "")

    @classmethod
    def applies(cls, answers):
        return answers.of("destination", "split") == EACH


class AnotherWayForm(PortalForm):
    """Recording that referrals were passed on without the portal's email (R-REF-6)."""

    destination = LineField(
        _l("Who received them"),
        [InputRequired(_l("Enter who received them.")), Length(max=254)],
        nullable=False,
        description=_l("A person or a program, such as the housing lead."),
    )
    note = LineField(
        _l("How"),
        [Optional(), Length(max=300)],
        nullable=False,
        description=_l("For instance by phone, on paper or in a meeting."),
    )

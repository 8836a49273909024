"""The pages of a new service or activity: the columns of the entry, a topic at a time (R-SA)."""

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from wtforms import BooleanField, RadioField
from wtforms.validators import InputRequired

from forms.directory import CloneForm, DollarsField
from forms.pickers import PickerField
from forms.steps import Section, StepForm, names_in
from forms.ticks import TickField
from forms.validators import Needed
from models import ARCHIVED, Program, ServiceActivity

EXISTING, NEW = "existing", "new"
ONLINE = "online"
UNENDING = 200  # more locations than any organization has


class ProgramForm(StepForm):
    """The umbrella of the service."""

    title = _l("Program")
    lead = _l("Every service or activity belongs to one program.")
    which = RadioField(
        _l("Which program?"),
        [Needed()],
        choices=((EXISTING, _l("One we have")), (NEW, _l("A new program of our organization"))),
        default=EXISTING,
    )
    program = PickerField(
        _l("Program"),
        query=Program.select().where(Program.state != ARCHIVED),
        lookup_url="/referrals/lookup/?field=program",
        description=_l("Type part of its name. Leave it empty for a new program."),
    )

    def validate(self, extra_validators=None):
        valid = super().validate(extra_validators)
        if valid and self.which.data == EXISTING and not self.program.data:
            self.problem("program", _("Choose the program."))
            return False
        return valid

    def summary(self):
        lines = super().summary()
        return lines[1:] if self.which.data == EXISTING else lines[:1]


class NewProgramForm(StepForm):
    """A program that is made with its first service (R-PROG-1)."""

    title = _l("The new program")
    lead = _l("The umbrella name of a group of services. It is saved together with this service.")
    model = Program
    lines = (
        "name",
        "description",
        "funding",
        "area_of_focus",
        "languages",
        "contact_name",
        ("contact_phone", "contact_email"),
    )
    asks = tuple(names_in(lines))

    @classmethod
    def applies(cls, answers):
        return answers.of("program", "which") == NEW


class EntryForm(StepForm):
    """A page whose answers are columns of the entry."""

    model = ServiceActivity

    def summary(self):
        """What was answered; the card above says the rest."""
        return [(label, words) for label, words in super().summary() if words]


class BasicsForm(EntryForm):
    title = _l("What it is")
    asks = ("name", "description", "delivery_mode", "languages")
    lines = ("name", "delivery_mode", "add_online", "description", "languages")
    add_online = BooleanField(
        _l("Add “(Online)” to the name"),
        default=True,
        description=_l("Only for online services whose name does not say so."),
    )

    def summary(self):
        asked = str(self.add_online.label.text)
        is_online = self.delivery_mode.data == ONLINE
        return [pair for pair in super().summary() if is_online or pair[0] != asked]


class TimeForm(EntryForm):
    title = _l("When it takes place")
    lines = (
        Section(_l("Duration"), ("duration_type", ("start_date", "end_date"), "fiscal_year")),
        Section(
            _l("Time / Days"),
            ("schedule_type", "days", ("start_time", "end_time"), "schedule_note"),
        ),
    )
    asks = tuple(names_in(lines))


class PlaceForm(EntryForm):
    """One entry at each place; the first ticked one is the original (R-SA-3)."""

    title = _l("Where it takes place")
    lead = _l("Online services need a location too: the one that answers for them.")
    locations = TickField(
        _l("Locations"),
        [InputRequired(_l("Tick at least one location."))],
        coerce=lambda text: int(text) if len(str(text)) < 10 else -1,
        description=_l("Several locations make one entry each, kept together as copies."),
    )


class KeywordsForm(EntryForm):
    title = _l("Keywords")
    lead = _l(
        "Matching finds the service by its keywords. Its program’s area of focus offers these."
    )
    asks = ("keywords",)
    keywords = TickField(_l("Keywords"), coerce=int, description=_l("Choose all that apply."))


class WhomForm(EntryForm):
    title = _l("Whom it is for")
    lead = _l("Leave empty what does not matter. Whoever does not fit is told so by matching.")
    lines = (
        Section(_l("Eligibility"), (("min_age", "max_age"), "clb_levels", "clb_strict")),
        Section(_l("Client groups"), ("client_groups", "groups_exclusive", "focus_group_text")),
        Section(_l("Support services"), ("support_services",)),
    )
    asks = tuple(names_in(lines))


class ContactForm(EntryForm):
    title = _l("Contact, cost and next steps")
    asks = (
        "contact_mode",
        "contact_name",
        "contact_phone",
        "contact_email",
        "by_appointment",
        "cost_type",
        "cost_cents",
        "cost_note",
        "next_steps",
        "intake_state",
    )
    lines = (
        Section(
            _l("Contact Information"),
            (
                "contact_mode",
                "contact_name",
                ("contact_phone", "contact_email"),
                "copies_contact",
            ),
        ),
        Section(_l("Cost"), ("cost_type", ("cost_cents", "cost_note"))),
        Section(_l("Next steps"), ("next_steps", "by_appointment", "intake_state")),
    )
    cost_cents = DollarsField(_l("Amount in dollars"))
    copies_contact = CloneForm.contact


ENTRY = {
    "basics": BasicsForm,
    "time": TimeForm,
    "place": PlaceForm,
    "keywords": KeywordsForm,
    "whom": WhomForm,
    "contact": ContactForm,
}

"""The pages of a new intake about the family, in asking order (2.6-2.9); what is signed first is in ``consents``."""

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from wtforms import SelectField
from wtforms.validators import Optional

from forms.care import CareField
from forms.consents import AfterConsent
from forms.look_alikes import LookAlikeField
from forms.steps import RowForm, RowsField, Section, names_in
from forms.ticks import TickField
from forms.validators import Needed
from models import Client, Household, Intake

OWN, SAME = "own", "same"


def name_of(item):
    """What a person of the household is called on a page."""
    return f"{item.get('preferred_name') or item['first_name']} {item['last_name']}"


class HouseholdForm(AfterConsent):
    """Where they live and what kind of case it is (2.6)."""

    title = _l("The household")
    model = Household
    lines = (
        "address",
        ("city", "province", "postal_code"),
        "safe_address",
        "case_type",
        "anchor_date",
    )
    asks = tuple(names_in(lines))


class PersonRow(RowForm):
    """One member of the household."""

    model = Client
    asks = (
        "first_name",
        "last_name",
        "preferred_name",
        "relation",
        "birth_date",
        "birth_year_only",
        "gender",
    )
    lines = (
        ("first_name", "last_name"),
        "preferred_name",
        ("relation", "gender"),
        ("birth_date", "birth_year_only"),
        "same",
        "details",
    )
    same = LookAlikeField(_l("This may be somebody we know already"))
    details = SelectField(
        _l("Language and arrival"),
        choices=[
            (SAME, _l("The same as the first person")),
            (OWN, _l("Different: ask on a page of its own")),
        ],
        default=SAME,
        validators=[Needed()],
    )

    @property
    def data(self):
        return {**super().data, "number": self.number}


class PeopleForm(AfterConsent):
    """Everybody who settles together; relatives with a household of their own get an intake of their own (R-CON-7)."""

    title = _l("People in the household")
    lead = _l(
        "The person at the desk first. Relatives who live elsewhere have an intake of their own."
    )
    people = RowsField(_l("People"), PersonRow, _l("Person"), _l("Add another person"))


class FormsForm(AfterConsent):
    """R-CON-3: from the age of majority on, each person signs their own forms."""

    title = _l("Forms of the other adults")
    lead = _l(
        "Each of these is of age and signs their own two forms: confidentiality and collection of information."
        " Tick who has signed. Of those who have not, nothing more is asked today."
    )
    signed = TickField(_l("Signed their own forms, explained to them by staff"), [Optional()])


class PersonForm(AfterConsent):
    """The language of a person and how they came to Canada (2.7)."""

    title = _l("Language and arrival")
    model = Client
    lines = (
        Section(
            _l("Language"),
            (
                "preferred_languages",
                "needs_interpreter",
                "interpreter_preference",
                "interpreter_not_own_community",
            ),
        ),
        Section(
            _l("Arrival and immigration"),
            (
                "immigration_category",
                ("arrival_date", "permanent_residence_date"),
                "country_of_origin",
                "funder_client_number",
            ),
        ),
    )
    asks = tuple(names_in(lines))

    @classmethod
    def named(cls, item):
        return _("%(name)s: language and arrival", name=name_of(item)) if item else cls.title


class ContactForm(AfterConsent):
    """Where and how the client agreed to be reached (2.7, R-CLI-2)."""

    title = _l("Reaching this person")
    model = Client
    asks = (
        "phone",
        "email",
        "safe_to_call",
        "safe_to_text",
        "safe_to_email",
        "emergency_contact_name",
        "emergency_contact_phone",
        "emergency_contact_relation",
        "accessibility_needs",
    )
    lines = (
        ("phone", "email"),
        "same",
        "safe_to_call",
        "safe_to_text",
        "safe_to_email",
        Section(
            _l("In an emergency"),
            (
                "emergency_contact_name",
                ("emergency_contact_phone", "emergency_contact_relation"),
                "accessibility_needs",
            ),
        ),
    )
    same = LookAlikeField(_l("Somebody with this phone is on file"))

    @classmethod
    def named(cls, item):
        return _("Reaching %(name)s", name=name_of(item)) if item else cls.title


class LearningForm(AfterConsent):
    """Language level, school and work of an adult (2.7)."""

    title = _l("Language level, school and work")
    model = Client
    lines = (
        Section(
            _l("Language level (CLB)"),
            (
                ("clb_en_listening", "clb_en_speaking", "clb_en_reading", "clb_en_writing"),
                ("clb_fr_listening", "clb_fr_speaking", "clb_fr_reading", "clb_fr_writing"),
                "clb_assessed_on",
            ),
            _l("From 0 to 12; 0 means literacy. Leave empty what was not assessed."),
        ),
        Section(
            _l("School, work and groups"),
            ("education_level", "occupation", "seeking_work", "self_identified_groups"),
        ),
    )
    asks = tuple(names_in(lines))

    @classmethod
    def named(cls, item):
        return _("%(name)s: level, school and work", name=name_of(item)) if item else cls.title


class CareForm(AfterConsent):
    """Whose children they are: decides who signs for them and some parts of the needs assessment (2.7, R-CON-3)."""

    title = _l("Children and who cares for them")
    lead = _l("For each child, tick the parents or guardians in this household.")
    care = CareField(_l("Parents and guardians"))

    def summary(self):
        return self.care.words


class UrgentForm(AfterConsent):
    """What cannot wait (2.9)."""

    title = _l("Needed today")
    lead = _l("In an emergency call 911 first.")
    model = Intake
    asks = ("urgent_needs", "immediate_actions")

    def validate(self, extra_validators=None):
        valid = super().validate(extra_validators)
        if valid and self.urgent_needs.data and not self.immediate_actions.data:
            self.problem("immediate_actions", _("Say what was done about what is needed today."))
            return False
        return valid


class OrientationForm(AfterConsent):
    """What every family hears at intake; all of it, before the intake is finished (2.9)."""

    title = _l("Explained at intake")
    lead = _l(
        "Tick each one once it was talked about. Come back to this page later if there was no time."
    )
    explained = TickField(_l("Explained and understood"))

    def validate(self, extra_validators=None):
        valid = super().validate(extra_validators)
        left = len(self.explained.choices) - len(set(self.explained.data or ()))
        if valid and left:
            self.problem(
                "explained",
                _(
                    "%(left)s still to explain. All of them are needed to finish the intake.",
                    left=left,
                ),
            )
            return False
        return valid


class WorkerForm(AfterConsent):
    """Who works with the family from now on (R-CON-4)."""

    title = _l("Main worker")
    template = "workflow/intake_worker.html"
    model = Household
    asks = ("primary_worker", "backup_worker", "no_conflict_declared")


class ConversationForm(AfterConsent):
    """This conversation itself (2.9)."""

    title = _l("This intake")
    model = Intake
    lines = (("intake_date", "mode"), "worker", "referred_from", "reason")
    asks = tuple(names_in(lines))

"""The pages of a new intake, in asking order (2.9, R-CON-1): first what must be explained and signed, then the family."""

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from wtforms import RadioField, SelectField
from wtforms.validators import InputRequired, Length, Optional

from forms.care import CareField
from forms.fields import LineField, TickField
from forms.look_alikes import LookAlikeField
from forms.pickers import PickerField
from forms.steps import RowForm, RowsField, Section, StepForm
from models import GIVEN, REFUSED, Client, ConsentRecord, Household, Intake

NOT_ASKED, LATER = "not-asked", "later"
OWN, SAME = "own", "same"
SIGNATURE = (
    "signed_by_name",
    "signer_role",
    "guardian_relation",
    "staff_signer_name",
    "language_used",
    "given_on",
    "copy_given",
)
GUARDIAN_HELP = _l(
    "Under the age of majority of the province a parent or guardian signs; from that age on people sign for themselves."
)


def consents_given(answers):
    """True once the limits are explained and both consents are given (R-CON-1)."""
    return all(answers.of("consents", name) == GIVEN for name in ("confidentiality", "collection"))


def name_of(item):
    """What a person of the household is called on a page."""
    return f"{item.get('preferred_name') or item['first_name']} {item['last_name']}"


class DeskForm(StepForm):
    """R-CON-1: the name and the preferred language, to fill the forms, and nothing else about the client."""

    title = _l("Who is at the desk")
    lead = _l(
        "Only the name and the language for now. Everything else is asked once the limits of"
        " confidentiality are explained and the forms are signed."
    )
    model = ConsentRecord
    asks = ("language_used", "interpreter")
    lines = (
        ("first_name", "last_name"),
        "same",
        "language_used",
        "interpreter",
        "household",
    )
    first_name = LineField(
        _l("First name"),
        [InputRequired(_l("Enter the first name.")), Length(max=120)],
        nullable=False,
    )
    last_name = LineField(
        _l("Last name"),
        [InputRequired(_l("Enter the last name.")), Length(max=120)],
        nullable=False,
    )
    same = LookAlikeField(_l("Somebody with this name is on file"))
    household = PickerField(
        _l("Household we know already"),
        [Optional()],
        query=Household.select(),
        lookup_url="/clients/lookup/?field=household",
        description=_l("Its file number. Leave empty for a new household."),
    )


class LimitsForm(StepForm):
    """R-CON-1: each of the four limits, explained and ticked."""

    title = _l("Limits of confidentiality")
    lead = _l(
        "Say each of these in a language the person understands, and tick it once it is understood."
    )
    template = "workflow/intake_limits.html"
    model = ConsentRecord
    asks = ("limits_explained",)


class SignedForm(StepForm):
    """A form that somebody signs; its signature is asked only when it is given."""

    model = ConsentRecord
    asks = tuple(name for name in SIGNATURE if name != "signer_role")
    signer_role = RadioField(
        _l("Who signs"),
        [InputRequired()],
        choices=[("client", _l("The person themselves")), ("guardian", _l("A parent or guardian"))],
        description=GUARDIAN_HELP,
    )

    @property
    def is_signed(self):
        raise NotImplementedError

    def validate(self, extra_validators=None):
        if not self.is_signed:
            for name in SIGNATURE:
                if name in self:
                    del self[name]
        valid = super().validate(extra_validators)
        if valid and self.is_signed:
            if self.signer_role.data == "guardian" and not self.guardian_relation.data:
                self.problem("guardian_relation", _("Say how the guardian is related."))
            if "staff_signer_name" in self and not self.staff_signer_name.data:
                self.problem("staff_signer_name", _("Enter the name of who explained this form."))
        return valid and not self.errors


def _given_or_refused(label):
    return RadioField(
        label,
        [InputRequired(_l("Choose “Given” or “Refused”."))],
        choices=[(GIVEN, _l("Given")), (REFUSED, _l("Refused"))],
    )


class ConsentsForm(SignedForm):
    """The two consents without which nothing is asked (R-CON-1, R-CON-2)."""

    title = _l("Consent")
    lead = _l(
        "Both are needed before anything is written down. If one is refused, only a file number remains and"
        " whatever was typed on later pages is removed."
    )
    file_kind = "consent-form"
    lines = (
        "confidentiality",
        "collection",
        Section(
            _l("Signature"),
            (
                ("signed_by_name", "given_on"),
                "signer_role",
                "guardian_relation",
                "staff_signer_name",
                "language_used",
                "copy_given",
            ),
        ),
    )
    confidentiality = _given_or_refused(_l("Confidentiality and its limits explained"))
    collection = _given_or_refused(_l("Collection and use of personal information"))

    @property
    def is_signed(self):
        return REFUSED not in (self.confidentiality.data, self.collection.data)


class AfterConsent(StepForm):
    """A page that exists only once the consents are given (R-CON-1)."""

    @classmethod
    def applies(cls, answers):
        return consents_given(answers)


class HouseholdForm(AfterConsent):
    """Where they live and what kind of case it is (2.6)."""

    title = _l("The household")
    model = Household
    asks = (
        "address",
        "city",
        "province",
        "postal_code",
        "safe_address",
        "case_type",
        "anchor_date",
    )
    lines = (
        "address",
        ("city", "province", "postal_code"),
        "safe_address",
        "case_type",
        "anchor_date",
    )


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
    )

    @property
    def number(self):
        """The number that stays with this person whoever is removed from the list."""
        return self._prefix.rstrip("-").rpartition("-")[2]

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
    asks = (
        "preferred_languages",
        "needs_interpreter",
        "interpreter_preference",
        "interpreter_not_own_community",
        "immigration_category",
        "arrival_date",
        "permanent_residence_date",
        "country_of_origin",
        "funder_client_number",
    )
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
    asks = (
        "clb_en_listening",
        "clb_en_speaking",
        "clb_en_reading",
        "clb_en_writing",
        "clb_fr_listening",
        "clb_fr_speaking",
        "clb_fr_reading",
        "clb_fr_writing",
        "clb_assessed_on",
        "education_level",
        "occupation",
        "seeking_work",
        "self_identified_groups",
    )
    lines = (
        Section(
            _l("Language level (CLB)"),
            (asks[:4], asks[4:8], "clb_assessed_on"),
            _l("From 0 to 12; 0 means literacy. Leave empty what was not assessed."),
        ),
        Section(
            _l("School, work and groups"),
            ("education_level", "occupation", "seeking_work", "self_identified_groups"),
        ),
    )

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


class CharterForm(SignedForm, AfterConsent):
    """The client charter; signed and scanned it lets the case open (R-CON-4)."""

    title = _l("Client charter")
    lead = _l(
        "Go through the charter together. The case opens once it is signed and its scan is here."
    )
    template = "workflow/intake_charter.html"
    file_kind = "charter-form"
    lines = ("charter", *SIGNATURE)
    charter = RadioField(
        _l("The charter"),
        [InputRequired(_l("Choose whether the charter is signed."))],
        choices=[(GIVEN, _l("Signed")), (LATER, _l("Not signed yet"))],
    )

    @property
    def is_signed(self):
        return self.charter.data == GIVEN


class SharingForm(AfterConsent):
    """Consents that referrals need later on (R-CON-6); both may wait."""

    title = _l("Sharing information")
    lead = _l(
        "A referral to another organization needs a consent that names it; it lasts twelve months."
        " Adults sign for themselves, a parent or guardian signs for children."
    )
    file_kind = "sharing-form"
    lines = (
        "sharing",
        "organizations",
        "email_details",
        "people",
        "given_on",
        "copy_given",
    )
    sharing = RadioField(
        _l("Sharing with named organizations"),
        [InputRequired()],
        choices=[
            (GIVEN, _l("Given")),
            (REFUSED, _l("Refused")),
            (NOT_ASKED, _l("Not asked today")),
        ],
    )
    organizations = TickField(_l("Organizations named"), [Optional()], coerce=int)
    email_details = RadioField(
        _l("Sending referral details by email"),
        [InputRequired()],
        choices=[
            (GIVEN, _l("Given")),
            (REFUSED, _l("Refused")),
            (NOT_ASKED, _l("Not asked today")),
        ],
    )
    people = TickField(_l("For whom this was signed"), [Optional()])
    model = ConsentRecord
    asks = ("given_on", "copy_given")

    def validate(self, extra_validators=None):
        valid = super().validate(extra_validators)
        answered = {self.sharing.data, self.email_details.data} - {NOT_ASKED}
        if valid and self.sharing.data == GIVEN and not self.organizations.data:
            self.problem(
                "organizations", _("Tick at least one organization, or choose another answer.")
            )
        if valid and answered and not self.people.data:
            self.problem("people", _("Tick everybody for whom this was signed or refused."))
        return valid and not self.errors


class WorkerForm(AfterConsent):
    """Who works with the family from now on (R-CON-4)."""

    title = _l("Main worker")
    model = Household
    asks = ("primary_worker", "backup_worker", "no_conflict_declared")


class ConversationForm(AfterConsent):
    """This conversation itself (2.9)."""

    title = _l("This intake")
    model = Intake
    asks = ("intake_date", "worker", "mode", "referred_from", "reason")
    lines = (("intake_date", "mode"), "worker", "referred_from", "reason")

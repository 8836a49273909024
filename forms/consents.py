"""What must be explained and signed: the first pages of an intake, the charter, the consents that referrals need (R-CON)."""

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from wtforms import RadioField
from wtforms.validators import InputRequired, Length, Optional

from forms.fields import LineField
from forms.look_alikes import LookAlikeField
from forms.pickers import PickerField
from forms.steps import Section, StepForm
from forms.ticks import TickField
from forms.validators import Needed
from models import GIVEN, REFUSED, ConsentRecord, Household

NOT_ASKED, LATER = "not-asked", "later"
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
        [Needed()],
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
        [InputRequired(_l("Choose whether it was given or refused."))],
        choices=[(GIVEN, _l("Yes, given")), (REFUSED, _l("No, refused"))],
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

    def summary(self):
        """What was answered; a family of six has a hundred questions that nobody needed to ask."""
        return [(label, words) for label, words in super().summary() if words]


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
        [Needed()],
        choices=[
            (GIVEN, _l("Yes, given")),
            (REFUSED, _l("No, refused")),
            (NOT_ASKED, _l("Not asked today")),
        ],
    )
    organizations = TickField(_l("Organizations named"), [Optional()], coerce=int)
    email_details = RadioField(
        _l("Sending referral details by email"),
        [Needed()],
        choices=[
            (GIVEN, _l("Yes, given")),
            (REFUSED, _l("No, refused")),
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

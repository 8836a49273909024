"""The pages of the referral builder after the need: which services, why, and with whose consent (domain 7)."""

import json
from functools import partial

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from wtforms import HiddenField, IntegerField, RadioField
from wtforms.fields import Field
from wtforms.validators import InputRequired, Length, NumberRange, Optional

import models
from forms import choices
from forms.base import Question
from forms.builder_need import PARTNER
from forms.fields import LineField, LinesField, ParagraphField
from forms.formats import whole
from forms.referrals import ServicePicker, find_services
from forms.steps import RowForm, RowsField, StepForm
from forms.ticks import TickField
from forms.validators import Needed
from models import (
    Client,
    ConsentRecord,
    DrivingStatement,
    Referral,
    ServiceActivity,
)

ALL, OWN, PARTNERS = "all", "own", "partners"
LONGEST, MOST_TICKED = 300, 30
# What is known of a client and may be completed beside the results.
KNOWN = (
    "municipality",
    "preferred_languages",
    "needs_interpreter",
    "immigration_category",
    "permanent_residence_date",
    "birth_year_only",
    "gender",
    "clb_en_listening",
    "clb_en_speaking",
    "clb_fr_listening",
    "clb_fr_speaking",
    "self_identified_groups",
)


# ---- The results ------------------------------------------------------------------------------------------------------


class TickedField(Field):
    """Ids of the services that are ticked, each once."""

    is_silent = True

    def process_data(self, value):
        self.data = list(value or ())

    def process_formdata(self, values):
        found = dict.fromkeys(key for key in map(whole, values) if key is not None)
        self.data = list(found)[:MOST_TICKED]


class PressedField(Field):
    """Which button of the list was pressed; nothing of it is kept."""

    is_silent = True

    def process_formdata(self, values):
        self.data = values[-1] if values else ""


class AnyServicePicker(ServicePicker):
    """Any service, the archived ones too: "Why is it not here?" has an answer for each."""

    def find(self, text):
        return find_services(ServiceActivity.select(), text)

    def pre_validate(self, form):
        """A question that was not asked to its end keeps nobody from going on."""


def _level(label):
    limit = NumberRange(0, 12, _l("A level goes from 0 to 12; 0 means literacy."))
    return IntegerField(label, [Optional(), limit])


class ResultsForm(StepForm):
    """Services in their order, and beside them what they are looked for with."""

    title = _l("Services that may help")
    template = "workflow/builder_results.html"
    model = Client
    asks = KNOWN
    supports = TickField(_l("Supports needed"), [Optional()])
    clb_en_listening = _level(_l("English CLB, listening"))
    clb_en_speaking = _level(_l("English CLB, speaking"))
    clb_fr_listening = _level(_l("French NCLC, listening"))
    clb_fr_speaking = _level(_l("French NCLC, speaking"))
    services = TickedField()
    override_reason = LineField(
        _l("Reason for choosing it all the same"),
        [Optional(), Length(max=LONGEST)],
        render_kw={"data-look": True},
    )
    ask = AnyServicePicker(
        _l("Why is a service not here?"),
        [Optional()],
        query=ServiceActivity.select(),
        lookup_url="/service-activities/find/",
        description=_l("Type part of its name or of its location."),
    )
    find = PressedField()
    whose, weak, start, left_out = (HiddenField(default=d) for d in (ALL, "", "0", ""))
    person, known = HiddenField(), HiddenField()
    question, judged, said, conflicts, lacking = None, {}, (), {}, frozenset()  # of the builder

    @classmethod
    def applies(cls, answers):
        return answers.of("need", "how") != PARTNER

    @classmethod
    def made(cls, item=None):
        """As any page, its questions put together once and copied for each request."""
        form = super().made(item)

        def make():
            unbound = list(form()._unbound_fields)
            return [(name, Question(field)) for name, field in unbound]

        return partial(form, choices.memo((cls, "questions", models.language.get()), make))

    def __init__(self, questions=None, formdata=None, data=None):
        if questions is not None:
            self._unbound_fields = questions
        super().__init__(formdata, data=data)

    def press(self):
        """Take in which button was pressed: whose services, weak ones, another page, more of what was left out."""
        name, _dash, value = (self.find.data or "").partition("-")
        if name == "whose" and value in (ALL, OWN, PARTNERS):
            self.whose.data, self.start.data = value, "0"
        elif name == "weak":
            self.weak.data = "1" if value == "show" else ""
            self.start.data = "0"
        elif name == "start" and whole(value) is not None:
            self.start.data = value[:6]
        elif name == "left":
            self.left_out.data = "1"
        elif name:
            self.start.data = "0"

    def baseline(self):
        """What was known of the client when the page was first shown: {question: plain value}."""
        try:
            found = json.loads(self.known.data or "{}")
        except ValueError:
            return {}
        return found if isinstance(found, dict) else {}

    def summary(self):
        return list(self.said)


# ---- Why --------------------------------------------------------------------------------------------------------------


class StatementRow(RowForm):
    """One driving statement; ``statement`` is one that was picked at an assessment."""

    lines = ("kind", "text")
    statement, factor = HiddenField(), HiddenField()
    model = DrivingStatement
    asks = ("kind",)
    text = ParagraphField(
        _l("Driving statement"),
        [
            InputRequired(_l("Write the statement, or remove it.")),
            Length(max=LONGEST, message=_l("Shorten the statement to 300 characters.")),
        ],
        nullable=False,
        description=_l("Why this referral, in one or two plain sentences."),
        render_kw={"rows": 3, "maxlength": LONGEST, "class": "short", "data-look": True},
    )

    def summary_line(self):
        (_label, kind), (_other, text) = self.summary()
        return _("%(kind)s: %(text)s", kind=kind, text=text)


class ReasonsForm(StepForm):
    """What goes with every referral that is made here."""

    title = _l("Driving statements and actions")
    lead = _l("They go with every referral made here; those who receive it read them first.")
    lines = ("statements", "suggested", "own_actions", "priority", "follow_up_due_on")
    model = Referral
    asks = ("priority", "follow_up_due_on")
    statements = RowsField(
        _l("Driving statements"), StatementRow, _l("Statement"), _l("Add another statement")
    )
    suggested = TickField(_l("Recommended settlement actions"), [Optional()])
    own_actions = LinesField(
        _l("Actions of your own"),
        [Optional()],
        description=_l("One on each line."),
        render_kw={"rows": 3, "data-look": True},
    )

    def validate(self, extra_validators=None):
        valid = super().validate(extra_validators)
        if any(len(line) > LONGEST for line in self.own_actions.data or ()):
            self.problem("own_actions", _("Shorten each action to 300 characters."))
            return False
        return valid


# ---- Consent ----------------------------------------------------------------------------------------------------------


class ConsentForm(StepForm):
    """R-REF-13, R-CON-6: which consent covers which partner; what is missing is signed here or left out."""

    title = _l("Consent to share")
    template = "workflow/builder_consent.html"
    file_kind = "sharing-form"
    model = ConsentRecord
    asks = ("signed_by_name", "guardian_relation", "language_used", "given_on", "copy_given")
    organizations = TickField(
        _l("Named in a consent signed now"),
        [Optional()],
        coerce=int,
        description=_l("A partner that is not ticked gets no referral."),
    )
    signer_role = RadioField(
        _l("Who signs"),
        [Needed()],
        choices=[("client", _l("The person themselves")), ("guardian", _l("A parent or guardian"))],
    )
    asked = HiddenField()
    said, now_lacking = (), ""  # of the builder
    signature = (
        "signed_by_name",
        "signer_role",
        "guardian_relation",
        "language_used",
        "given_on",
        "copy_given",
    )

    @classmethod
    def applies(cls, answers):
        return bool(getattr(answers, "shares", False))

    def validate(self, extra_validators=None):
        if "organizations" not in self:
            return True
        if not self.organizations.data:
            # Nobody signs anything: what is typed about a signature is not looked at.
            return self.organizations.validate(self)
        valid = super().validate(extra_validators)
        if valid and self.signer_role.data == "guardian" and not self.guardian_relation.data:
            self.problem("guardian_relation", _("Say how the guardian is related."))
        return valid and not self.errors

    def summary(self):
        return [*self.said, *(super().summary() if "organizations" in self else ())]

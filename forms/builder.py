"""The pages of the referral builder: whom, what is needed, which services, why, and with whose consent (domain 7)."""

import json
from functools import partial

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from wtforms import HiddenField, IntegerField, RadioField
from wtforms.fields import Field
from wtforms.validators import InputRequired, Length, NumberRange, Optional, ValidationError

import models
from forms import choices
from forms.base import Question
from forms.fields import LineField, LinesField, ParagraphField, TickField
from forms.formats import whole
from forms.pickers import PickerField, RequiredPick
from forms.referrals import ServicePicker, find_services, service_picker
from forms.steps import RowForm, RowsField, StepForm
from models import (
    ACTIVE,
    Client,
    ConsentRecord,
    DrivingStatement,
    Household,
    Keyword,
    Organization,
    Program,
    Referral,
    ServiceActivity,
)

CLOSED = ("closed", "disposed", "consent-refused")
FACTORS, FREE, SERVICE, PARTNER = "factors", "free", "service", "partner"
ALL, OWN, PARTNERS = "all", "own", "partners"
LONGEST, MOST_TICKED, MOST_FOUND = 300, 30, 30
LOOKUP = "/referrals/lookup/?field="
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


class ServedPicker(PickerField):
    """A client whose file is not closed; one statement, written as text, for every look at a draft."""

    def label_of(self, key):
        mark = models.database.param
        sql = (
            "SELECT c.display_name FROM client c JOIN household h ON h.id = c.household_id"
            f" WHERE c.id = {mark} AND h.status NOT IN ({', '.join([mark] * len(CLOSED))})"
        )
        row = models.database.execute_sql(sql, (key, *CLOSED)).fetchone()
        return row and row[0]


class ClientForm(StepForm):
    """Everybody whose file is not closed may be referred."""

    title = _l("Client")
    lead = _l("Who is referred?")
    client = ServedPicker(
        _l("Client"),
        [RequiredPick(_l("Choose who is referred."))],
        query=Client.select().join(Household).where(Household.status.not_in(CLOSED)),
        lookup_url=f"{LOOKUP}client",
        description=_l("Type part of the name or phone."),
    )


# ---- The need ---------------------------------------------------------------------------------------------------------


class KeywordsField(Field):
    """Keywords found by typing: chosen ones stay ticked, "Find" offers more; without a word those of the ticked areas."""

    def __init__(self, *args, **options):
        super().__init__(*args, **options)
        self.typed, self.asked = "", False

    def process(self, formdata, data=None, extra_filters=None):
        super().process(formdata, data, extra_filters)
        self.typed = (
            " ".join(formdata.get(f"{self.name}-query", "").split())[:100] if formdata else ""
        )
        self.asked = bool(formdata) and formdata.get("find") == self.name

    def process_data(self, value):
        self.data = list(value or ())

    def process_formdata(self, values):
        self.data = list(dict.fromkeys(value for value in values if value))[:MOST_TICKED]

    def pre_validate(self, form):
        if len(self.rows(self.data)) < len(self.data):
            raise ValidationError(_l("One of these keywords is not used any more. Choose again."))

    @staticmethod
    def rows(slugs):
        """[(slug, label)] of the keywords in use among ``slugs``, in their order."""
        if not slugs:
            return []
        known = choices.memo(("keywords in use", models.language.get()), dict)
        fresh = [slug for slug in slugs if slug not in known]
        if fresh:
            query = Keyword.select(Keyword.slug, choices.label_column(Keyword)).where(
                Keyword.slug.in_(fresh),
                Keyword.is_active == True,  # noqa: E712
            )
            known.update(query.tuples())
        return [(slug, known[slug]) for slug in slugs if slug in known]

    def offered(self, areas):
        """[(slug, label)] of what "Find" found, the chosen ones apart; ``areas`` are slugs."""
        if not self.asked or not (self.typed or areas):
            return []
        label = choices.label_column(Keyword)
        query = Keyword.select(Keyword.slug, label).where(Keyword.is_active == True)  # noqa: E712
        for word in models.normalise(self.typed).split():
            query = query.where(Keyword.search.contains(word))
        if not self.typed:
            links = models.AreaOfFocus.keywords.get_through_model()
            query = query.join(links).join(models.AreaOfFocus)
            query = query.where(models.AreaOfFocus.slug.in_(areas)).distinct()
        if self.data:
            query = query.where(Keyword.slug.not_in(self.data))
        return list(query.order_by(label).limit(MOST_FOUND).tuples())


class NeedForm(StepForm):
    """Where the search begins: parts of life, words, a service, or a partner as a whole."""

    title = _l("What is needed")
    template = "workflow/builder_need.html"
    how = RadioField(
        _l("Start from"),
        [InputRequired(_l("Choose where to start."))],
        choices=[
            (FACTORS, _l("Parts of settling")),
            (FREE, _l("Areas of focus or keywords")),
            (SERVICE, _l("A service you know")),
            (PARTNER, _l("A partner organization or a program, without a service")),
        ],
    )
    factors = TickField(_l("Which parts?"), [Optional()])
    areas = TickField(_l("Areas of focus"), [Optional()])
    keywords = KeywordsField(_l("Keywords"))
    service = service_picker(
        ServiceActivity.select().where(ServiceActivity.state == ACTIVE),
        f"{LOOKUP}service_activity",
    )
    organization = PickerField(
        _l("Partner organization"),
        [Optional()],
        query=Organization.partners(),
        lookup_url=f"{LOOKUP}organization",
        description=_l("Type part of its name."),
    )
    program = PickerField(
        _l("Or a program"),
        [Optional()],
        query=Program.select().where(Program.state == ACTIVE),
        lookup_url=f"{LOOKUP}program",
        description=_l("Ours or a partner's. Its organization need not be chosen then."),
    )

    def validate(self, extra_validators=None):
        valid = super().validate(extra_validators)
        if not valid or not self.how.data:
            return valid
        name, message = {
            FACTORS: ("factors", _("Tick at least one part.")),
            FREE: ("keywords", _("Tick an area of focus or a keyword.")),
            SERVICE: ("service", _("Choose the service or activity.")),
            PARTNER: ("organization", _("Choose an organization or a program.")),
        }[self.how.data]
        also = {FREE: self.areas.data, PARTNER: self.program.data}.get(self.how.data)
        if not self[name].data and not also:
            if name == "keywords" and self.keywords.typed:
                # Enter in the search box: what it finds is offered.
                self.keywords.asked = True
                message = _("Tick what you mean among the keywords that were found.")
            self.problem(name, message)
            return False
        return True

    def summary(self):
        shown = {
            FACTORS: ("factors",),
            FREE: ("areas",),
            SERVICE: ("service",),
            PARTNER: ("organization", "program"),
        }.get(self.how.data, ())
        found = [
            pair
            for pair in super().summary()
            if pair[0] in {str(self[n].label.text) for n in shown}
        ]
        if self.how.data == FREE:
            words = ", ".join(label for _slug, label in self.keywords.rows(self.keywords.data))
            found.append((str(self.keywords.label.text), words))
        return [(label, words) for label, words in found if words]


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
        _l("Reason for choosing it all the same"), [Optional(), Length(max=LONGEST)]
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
        render_kw={"rows": 3, "maxlength": LONGEST, "class": "short"},
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
        render_kw={"rows": 3},
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
        [InputRequired()],
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

"""The first pages of the referral builder: who is referred, and what is needed (domain 7)."""

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from wtforms import RadioField
from wtforms.fields import Field
from wtforms.validators import InputRequired, Optional, ValidationError

import models
from forms import choices
from forms.pickers import PickerField, RequiredPick
from forms.referrals import service_picker
from forms.steps import StepForm
from forms.ticks import TickField
from models import ACTIVE, Client, Household, Keyword, Organization, Program, ServiceActivity

CLOSED = ("closed", "disposed", "consent-refused")
FACTORS, FREE, SERVICE, PARTNER = "factors", "free", "service", "partner"
MOST_TICKED, MOST_FOUND = 30, 30
LOOKUP = "/referrals/lookup/?field="


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
        return choices.by_words(query.order_by(label).limit(MOST_FOUND).tuples())


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
        description=_l("Ours or a partner’s. Its organization need not be chosen then."),
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

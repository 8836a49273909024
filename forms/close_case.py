"""The pages of closing a case: what is still open, what the family says, why it ends."""

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from wtforms import HiddenField, RadioField, SelectField
from wtforms.validators import InputRequired, Length, Optional

from forms import choices
from forms.directory import require
from forms.fields import LineField
from forms.formats import whole
from forms.pickers import PickerField, RequiredPick
from forms.steps import FixedRows, RowForm, StepForm
from forms.ticks import TickField
from forms.validators import Needed
from models import IN_HAND, PENDING, ExitInterview, Goal, Household

KEEP, COMPLETED = "keep", "complete"
LONGEST = 300


def case_of(answers):
    """What the case still has open, once its household is chosen; else None."""
    return getattr(answers, "case", None)


class HouseholdForm(StepForm):
    title = _l("Which case?")
    lead = _l("A case closes with its loose ends tied: assessments, referrals, goals, and a talk.")
    template = "workflow/close_household.html"
    household = PickerField(
        _l("File number"),
        [RequiredPick(_l("Choose the household."))],
        query=Household.select().where(Household.status.in_(IN_HAND)),
        lookup_url="/clients/lookup/?field=household",
        description=_l("Type part of the file number."),
    )


class AssessmentRow(RowForm):
    lines = ("reason",)
    client = HiddenField()
    reason = LineField(
        _l("Why it is left out"),
        [InputRequired(_l("Do the assessment, or say why it is left out.")), Length(max=LONGEST)],
        nullable=False,
        description=_l("Leave this page, do the assessment, and come back: it is gone from here."),
        render_kw={"data-look": True},
    )


class AssessmentsForm(StepForm):
    """Adults without an assessment at the last point that is due."""

    title = _l("Final assessments")
    lead = _l("The last assessment shows what changed for each adult. These are still to be done.")
    template = "workflow/close_assessments.html"
    rows = FixedRows(_l("Final assessments"), AssessmentRow, "client")

    @classmethod
    def applies(cls, answers):
        return bool(case_of(answers) and case_of(answers).lacking)


class ReferralRow(RowForm):
    lines = ("what", "outcome", "reason")
    referral = HiddenField()
    what = RadioField(
        _l("What becomes of it?"),
        [InputRequired(_l("Choose one."))],
        choices=((COMPLETED, _l("It is complete")), (KEEP, _l("Keep it open"))),
    )
    outcome = SelectField(_l("Outcome for the client"), [Needed()], default=PENDING)
    reason = LineField(
        _l("Why it stays open"),
        [Length(max=LONGEST)],
        nullable=False,
        description=_l("Only for one that stays open: who follows it up?"),
        render_kw={"data-look": True},
    )

    def __init__(self, *args, **options):
        super().__init__(*args, **options)
        self.outcome.choices = choices.terms("referral-outcomes")

    def validate(self, extra_validators=None):
        valid = super().validate(extra_validators)
        if self.what.data == KEEP and not self.reason.data:
            self.problem("reason", _("Say why it stays open."))
            return False
        return valid


class ReferralsForm(StepForm):
    title = _l("Open referrals")
    lead = _l("Each of them ends with its outcome, or stays open for a reason.")
    rows = FixedRows(_l("Open referrals"), ReferralRow, "referral")

    @classmethod
    def applies(cls, answers):
        return bool(case_of(answers) and case_of(answers).referrals)


class AgreeForm(StepForm):
    """An exit interview is an offer."""

    title = _l("Exit interview")
    lead = _l("Seven questions for each adult. Nobody has to answer them.")
    clients = TickField(
        _l("Who agrees to it?"),
        [Optional()],
        coerce=whole,
        description=_l("Leave all empty when nobody does."),
    )

    @classmethod
    def applies(cls, answers):
        return bool(case_of(answers) and case_of(answers).adults)


def point(text):
    """A point of a scale; no answer is None, and nought is an answer."""
    return None if text in (None, "") else int(text)


class InterviewForm(StepForm):
    """The questions as the agency words them; the workflow puts them on the labels."""

    title = _l("Exit interview")
    model = ExitInterview
    asks = ("goals", "where_next", "most_useful", "missing", "consent_to_contact")
    lines = (
        "independent",
        "goals",
        "where_next",
        "most_useful",
        "missing",
        "nps",
        "consent_to_contact",
    )
    independent = RadioField(
        _l("I can handle daily life here without a worker"),
        [Optional()],
        coerce=point,
        choices=(
            (1, _l("1: not at all")),
            (2, "2"),
            (3, "3"),
            (4, "4"),
            (5, _l("5: entirely")),
            ("", _l("No answer")),
        ),
        default="",
    )
    nps = SelectField(
        _l("How likely are you to recommend us to a friend or relative?"),
        [Optional()],
        coerce=point,
        choices=(("", _l("No answer")), *((n, str(n)) for n in range(11))),
        description=_l("0: not at all likely. 10: extremely likely."),
        default="",
    )

    @classmethod
    def named(cls, item):
        return _("Exit interview: %(name)s", name=str(item)) if item else cls.title


class GoalRow(RowForm):
    lines = ("status",)
    goal = HiddenField()
    model = Goal
    asks = ("status",)


class GoalsForm(StepForm):
    title = _l("Goals of the plan")
    lead = _l("How does each stand today? The plan closes with the case.")
    rows = FixedRows(_l("Goals"), GoalRow, "goal")

    @classmethod
    def applies(cls, answers):
        return bool(case_of(answers) and case_of(answers).goals)


class ClosingForm(StepForm):
    title = _l("Why it closes")
    model = Household
    asks = ("close_date", "close_reason", "close_summary")

    def __init__(self, *args, **options):
        super().__init__(*args, **options)
        require(self, self.asks)

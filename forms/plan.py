"""The pages of the settlement plan: whose it is, the goals in the client's words, the steps to each, the agreement."""

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from wtforms import BooleanField, DateField, HiddenField, SelectField
from wtforms.validators import InputRequired, Length, Optional, ValidationError

from forms import validators
from forms.fields import LineField
from forms.formats import whole
from forms.pickers import PickerField, RequiredPick
from forms.steps import RowForm, RowsField, StepForm
from forms.ticks import TickField
from models import Client, Goal, Household, PlanAction, SettlementPlan

CLOSED = ("closed", "disposed", "consent-refused")
LONGEST = 300


def one_chosen(form, field):
    """A choice of a select that begins with an empty line."""
    if not field.data:
        raise ValidationError(_("Choose one."))


one_chosen.field_flags = {"required": True}


class WhoForm(StepForm):
    """Anyone of the household; the plan is the household's."""

    title = _l("Whose plan is it?")
    lead = _l("One plan for the household; every goal names the person it belongs to.")
    client = PickerField(
        _l("Client"),
        [RequiredPick(_l("Choose whose plan it is."))],
        query=Client.select().join(Household).where(Household.status.not_in(CLOSED)),
        lookup_url="/referrals/lookup/?field=client",
        description=_l("Type part of the name or phone."),
    )


class GoalRow(RowForm):
    """One goal."""

    lines = ("title", ("client", "factor"), "term", "target_date", "set_by_client", "status")
    goal = HiddenField()
    title = LineField(
        _l("Goal"),
        [
            InputRequired(_l("Write the goal, or remove it.")),
            Length(max=LONGEST, message=_l("Shorten the goal to 300 characters.")),
        ],
        nullable=False,
        description=_l("Use the client’s own words"),
        render_kw={"maxlength": LONGEST},
    )
    client = SelectField(
        _l("Whose goal"),
        [one_chosen],
        coerce=whole,
    )
    factor = SelectField(_l("Part of life"), [Optional()], filters=[lambda value: value or None])
    target_date = DateField(_l("By when"), [Optional(), validators.is_sensible_date])
    set_by_client = BooleanField(_l("The client chose this goal"), default=True)
    model = Goal
    asks = ("term", "status")

    @property
    def data(self):
        return {**super().data, "number": self.number}


class GoalsForm(StepForm):
    """As many as they want, the first ones of last time included."""

    title = _l("Goals")
    lead = _l("What does the family want to reach?")
    template = "workflow/plan_goals.html"
    # "id:mark" of the goals that stood in the plan at first: one of them without a row was removed, and one whose mark
    # is another one now was changed at another desk.
    offered = HiddenField()
    goals = RowsField(_l("Goals"), GoalRow, _l("Goal"), _l("Add another goal"))


class ActionRow(RowForm):
    """One step of our own."""

    lines = ("text", "who", ("due_on", "done_on"))
    action = HiddenField()
    text = LineField(
        _l("Step"),
        [
            InputRequired(_l("Write the step, or remove it.")),
            Length(max=LONGEST, message=_l("Shorten the step to 300 characters.")),
        ],
        nullable=False,
        render_kw={"maxlength": LONGEST},
    )
    due_on = DateField(_l("By when"), [Optional(), validators.is_sensible_date])
    done_on = DateField(_l("Done on"), [Optional(), validators.is_sensible_date])
    model = PlanAction
    asks = ("who",)


class StepsForm(StepForm):
    """The steps to one goal: suggested ones to tick, others to write."""

    title = _l("Steps")
    lead = _l("Who does what, and by when? Small steps the client can see being done.")
    lines = ("suggested", "actions")
    offered = HiddenField()  # as for the goals
    suggested = TickField(
        _l("Suggested for this part of life"),
        [Optional()],
        description=_l("Ticked ones become steps for the client and the worker together."),
    )
    actions = RowsField(_l("Steps"), ActionRow, _l("Step"), _l("Add another step"), min_entries=0)

    @classmethod
    def named(cls, item):
        return _("Steps to: %(goal)s", goal=item["title"]) if item else cls.title

    def validate(self, extra_validators=None):
        valid = super().validate(extra_validators)
        ticked = "suggested" in self and self.suggested.data
        if valid and not ticked and not self.actions.entries:
            self.problem("actions", _("Tick or write at least one step."))
            return False
        return valid


class AgreementForm(StepForm):
    """What the client said to it."""

    title = _l("Agreement with the client")
    lead = _l("Go through the plan together before you finish it.")
    model = SettlementPlan
    asks = ("agreed_with_client_on", "copy_given")

"""The pages of the needs assessment: whom and when, what decides what is asked, one factor a page, the client's words."""

from functools import partial

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from wtforms import BooleanField, DateField, RadioField, SelectField
from wtforms.validators import InputRequired, Length, Optional, ValidationError

import models
from forms import choices
from forms.base import Question
from forms.fields import LONG_TEXT, ParagraphField
from forms.formats import number_text
from forms.pickers import PickerField, RequiredPick
from forms.steps import StepForm
from forms.validators import is_sensible_date
from models import SERVED, Client, Household, Interpreter, NeedsAssessment

ASSESS, SKIP = "assess", "skip"
NOT_ASSESSED = "none"
LEVELS = ("1", "2", "3", "4", "5")
COMMENT = "_comment"  # behind a question's short name, which has no underscore
LOOKUP = "/needs-assessments/lookup/?field="


def served():
    """Clients whose case is under way: nobody else is assessed."""
    return Client.select().join(Household).where(Household.status.in_(SERVED))


class ServedPicker(PickerField):
    """Finds people of cases under way; whoever was chosen stays readable, and the wizard says what is wrong."""

    def label_of(self, key):
        return self.words(key)


class AssessmentStep(StepForm):
    """A page that a correction leaves out: who and when stand (R-ASM-11)."""

    @classmethod
    def applies(cls, answers):
        return "assessment" not in answers.fixed


class PersonForm(AssessmentStep):
    title = _l("Person")
    lead = _l("Adults of a case that is under way. Children are never assessed.")
    client = ServedPicker(
        _l("Client"),
        [RequiredPick(_l("Choose who is assessed."))],
        query=served(),
        lookup_url=f"{LOOKUP}client",
        description=_l("Type part of the name or phone."),
    )


class PointForm(AssessmentStep):
    title = _l("Which assessment")
    model = NeedsAssessment
    asks = ("mode", "assessor")
    lines = ("point", "what", "completed_on", "mode", "interpreter", "assessor")
    point = RadioField(
        _l("Assessment"), [InputRequired(_l("Choose the assessment."))], validate_choice=False
    )
    what = RadioField(
        _l("What happens now"),
        [InputRequired(_l("Choose one."))],
        choices=[(ASSESS, _l("Assess")), (SKIP, _l("Skip this one"))],
    )
    completed_on = DateField(
        _l("Date of the assessment"),
        [InputRequired(_l("Enter the date.")), is_sensible_date],
    )
    interpreter = PickerField(
        _l("Interpreter"),
        [Optional()],
        query=Interpreter.select().where(Interpreter.is_active == True),  # noqa: E712
        lookup_url=f"{LOOKUP}interpreter",
    )


class SkipForm(AssessmentStep):
    title = _l("Why it is skipped")
    lead = _l("Two assessments in a row are never skipped.")
    skip_reason = RadioField(
        _l("Reason for skipping"), [InputRequired(_l("Choose the reason."))], validate_choice=False
    )

    @classmethod
    def applies(cls, answers):
        return super().applies(answers) and answers.of("point", "what") == SKIP


class AskedForm(StepForm):
    """A page of the assessment itself."""

    @classmethod
    def applies(cls, answers):
        return answers.of("point", "what") != SKIP


class FactsForm(AskedForm):
    title = _l("What is asked")
    template = "workflow/needs_facts.html"
    not_seeking = SelectField(_l("Employment"), [Optional()], filters=[lambda value: value or None])


def too_long():
    return _l("This is too long: at most %(max)s characters.", max=number_text(LONG_TEXT))


class LevelField(RadioField):
    """A level from 1 to 5, "Not assessed", or nothing yet."""

    def pre_validate(self, form):
        if self.data is not None and self.data not in (*LEVELS, NOT_ASSESSED):
            raise ValidationError(_("Choose one of the descriptions, or “Not assessed”."))


class FactorForm(AskedForm):
    """One factor: a level and a comment for each of its questions; ``item`` is the factor of the instrument."""

    template = "workflow/needs_factor.html"
    aid = BooleanField(_l("Show the other language beside it"))

    def __init__(self, questions, formdata=None, data=None):
        self._unbound_fields = [*self.always(), *questions]
        super().__init__(formdata, data=data)

    @classmethod
    def always(cls):
        return [("aid", cls.aid)]

    @classmethod
    def made(cls, item=None):
        """The form with the questions of ``item``, put together once for each language and revision of the lists."""

        def make():
            found = []
            for one in item.questions:
                offered = [
                    (level, f"{level} – {anchor}")
                    for level, anchor in zip(LEVELS, one.anchors, strict=True)
                ] + [(NOT_ASSESSED, _("Not assessed"))]
                label = str(one.text)
                comment = _("Comment")
                limit = Length(max=LONG_TEXT, message=too_long())
                words = ParagraphField(comment, [Optional(), limit], render_kw={"data-look": True})
                found += [
                    (one.slug, Question(LevelField(label, choices=offered))),
                    (one.slug + COMMENT, Question(words)),
                ]
            return found

        # The item itself is part of the key: two versions of an instrument may ask differently.
        return partial(cls, choices.memo((cls, item, models.language.get()), make))

    @classmethod
    def named(cls, item):
        return str(item.label) if item else cls.title

    def levels(self):
        """{question: level or None} as answered."""
        return levels_in(self.data, self.item)

    def summary(self):
        found = []
        for question in self.item.questions:
            field, comment = self[question.slug], self[question.slug + COMMENT].data
            words = dict(field.choices).get(field.data, _("Not assessed"))
            found.append((str(question.text), f"{words}\n{comment}" if comment else words))
        return found


def levels_in(data, factor):
    """{question: 1 to 5 or None} out of the answers of a factor's page."""
    given = {q.slug: (data or {}).get(q.slug) for q in factor.questions}
    return {slug: int(level) if level in LEVELS else None for slug, level in given.items()}


def comments_in(data, factor):
    """{question: comment} out of the answers of a factor's page."""
    found = {q.slug: (data or {}).get(q.slug + COMMENT) for q in factor.questions}
    return {slug: text for slug, text in found.items() if text}


class WordsForm(AskedForm):
    title = _l("In the client’s words")
    model = NeedsAssessment
    asks = ("client_view", "strengths")


class ReviewForm(AskedForm):
    title = _l("Review")
    template = "workflow/needs_review.html"

    def summary(self):
        return []

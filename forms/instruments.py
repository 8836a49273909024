"""The questions an administrator answers when editing the draft of an instrument."""

import re
from fractions import Fraction

from flask_babel import lazy_gettext as _l
from wtforms import BooleanField, DecimalField, HiddenField, IntegerField, RadioField, SelectField
from wtforms.validators import InputRequired, Length, NumberRange, Optional, ValidationError

from forms.base import PortalForm
from forms.fields import LineField, ParagraphField
from forms.ticks import TickField
from forms.validators import Needed

LONGEST = 300
WEIGHTS = (
    ("3", _l("Main topic")),
    ("2", _l("Closely related")),
    ("1", _l("May help")),
)
BANDS = (("urgent", _l("Urgent")), ("high", _l("High need")), ("moderate", _l("Moderate need")))
APPLIES = (
    ("always", _l("Everybody")),
    ("child_in_care", _l("People with a child of this age in their care")),
    ("unless_not_seeking_work", _l("Everybody, unless a reason for not looking for work is given")),
)
LEVELS = (
    ("very-high", _l("Very high need begins at")),
    ("high", _l("High need begins at")),
    ("moderate", _l("Moderate need begins at")),
    ("moderate-to-low", _l("Moderate to low need begins at")),
)
# Every number of the matching scheme that can be set: its place in the content and what a person calls it.
MATCHING_NUMBERS = (
    (
        _l("Keywords"),
        (
            (("points", "keywords", "max"), _l("All asked keywords match")),
            (("full",), _l("Weight that counts as a full match")),
        ),
    ),
    (
        _l("Area of focus"),
        (
            (("points", "area", "primary"), _l("First choice for the need")),
            (("points", "area", "secondary"), _l("Can also help")),
            (("points", "area", "neither"), _l("Another area")),
        ),
    ),
    (
        _l("Language level (CLB)"),
        (
            (("points", "clb", "no_requirement_or_inside"), _l("None required, or inside")),
            (("points", "clb", "within_one_level"), _l("One level away")),
            (("points", "clb", "further"), _l("Further away")),
            (("points", "clb", "unknown"), _l("Level not recorded")),
        ),
    ),
    (
        _l("Language of service"),
        (
            (("points", "language", "preferred_language_offered"), _l("A language of the client")),
            (
                ("points", "language", "interpreter_needed_and_offered"),
                _l("Interpretation needed and offered"),
            ),
            (
                ("points", "language", "official_language_at_clb_5_or_more"),
                _l("Official language, client at CLB 5 or more"),
            ),
            (("points", "language", "language_training_entries"), _l("Language classes")),
            (("points", "language", "unknown"), _l("Languages not recorded")),
            (("points", "language", "none"), _l("No language in common")),
        ),
    ),
    (_l("Support services"), ((("points", "supports", "max"), _l("Offers all that is needed")),)),
    (
        _l("Place"),
        (
            (("points", "location", "same_municipality"), _l("Same municipality")),
            (("points", "location", "online"), _l("Online")),
            (("points", "location", "region_served"), _l("Region served")),
            (("points", "location", "unknown"), _l("Place not recorded")),
            (("points", "location", "elsewhere"), _l("Elsewhere")),
        ),
    ),
    (
        _l("Focus group"),
        (
            (("points", "group", "belongs"), _l("The client belongs to it")),
            (("points", "group", "none_listed_or_unknown"), _l("None listed, or not recorded")),
            (("points", "group", "does_not_belong"), _l("The client does not belong to it")),
        ),
    ),
    (
        _l("Taken away"),
        (
            (
                ("points", "penalties", "not_reviewed_within_service_review_days"),
                _l("Details not reviewed lately"),
            ),
            (("points", "penalties", "wait_list"), _l("Has a wait list")),
            (
                ("points", "penalties", "ongoing_and_fiscal_year_not_current"),
                _l("Not confirmed for this fiscal year"),
            ),
        ),
    ),
    (
        _l("Bands"),
        (
            (("bands", "strong", "min"), _l("Strong match begins at")),
            (("bands", "good", "min"), _l("Good match begins at")),
            (("bands", "possible", "min"), _l("Possible match begins at")),
        ),
    ),
)


SHORT = {"class": "short", "rows": 2}


def english(label, most=LONGEST, field=ParagraphField):
    needed = _l("Enter the English text.")
    return field(label, [InputRequired(needed), Length(max=most)], nullable=False, render_kw=SHORT)


def french(label, most=LONGEST, field=ParagraphField):
    return field(label, [Optional(), Length(max=most)], nullable=False, render_kw=SHORT)


class VersionedForm(PortalForm):
    """A form that says which version of the draft was seen."""

    version = HiddenField()


class NoteForm(VersionedForm):
    """What a version is for."""

    note = LineField(
        _l("What changed"),
        [Optional(), Length(max=LONGEST)],
        nullable=False,
        description=_l("For colleagues who wonder later why this version was made."),
    )


class FactorForm(VersionedForm):
    """One settlement factor of the matrix, without its questions."""

    label_en = english(_l("Name in English"), 120, LineField)
    label_fr = french(_l("Name in French"), 120, LineField)
    prompt_en = english(_l("What to look at, in English"), 500)
    prompt_fr = french(_l("What to look at, in French"), 500)
    applies = RadioField(_l("Who is asked"), [Needed()], choices=APPLIES)
    min_age = IntegerField(
        _l("Youngest age of the child"),
        [Optional(), NumberRange(0, 120, _l("Enter an age from 0 to 120."))],
    )
    max_age = IntegerField(
        _l("Oldest age of the child"),
        [Optional(), NumberRange(0, 120, _l("Enter an age from 0 to 120."))],
    )
    weight = DecimalField(
        _l("Weight in the need index"),
        [Needed(), NumberRange(0.01, 100, _l("Enter a number above 0, such as 1."))],
        places=None,
        description=_l("1 for every factor counts them all alike."),
    )
    household_shared = BooleanField(
        _l("Answers are offered to the second adult of a household"),
        description=_l("Each of them is still confirmed."),
    )

    def validate_max_age(self, field):
        if self.applies.data != "child_in_care":
            return
        if self.min_age.data is None or field.data is None:
            raise ValidationError(_l("Enter the youngest and the oldest age of the child."))
        if field.data < self.min_age.data:
            raise ValidationError(_l("The youngest age comes before the oldest."))


def _question_form():
    fields = {
        "__doc__": "One question: its text, whether level 1 is critical, and the words of the five levels.",
        "text_en": english(_l("Question in English"), 500),
        "text_fr": french(_l("Question in French"), 500),
        "critical": BooleanField(
            _l("Critical at level 1"),
            description=_l("The answer 1 raises the level of need and makes an alert."),
        ),
    }
    for number in range(1, 6):
        fields[f"level_{number}_en"] = english(_l("Level %(number)s in English", number=number))
        fields[f"level_{number}_fr"] = french(_l("Level %(number)s in French", number=number))
    return type("QuestionForm", (VersionedForm,), fields)


QuestionForm = _question_form()


def guidance_form(topics, areas, keywords, chosen, actions, formdata=None, data=None):
    """The form of what a factor suggests.

    ``topics``, ``areas`` and ``keywords`` are [(slug, label)]; ``chosen`` [(slug, label)] of the keywords it has and ``actions`` how
    many actions it has: one row each, and an empty one to add another.
    """
    words = [("", _l("Choose a keyword to add")), *keywords]
    fields = {
        "need_en": english(_l("Need, in English")),
        "need_fr": french(_l("Need, in French")),
        "strength_en": english(_l("Strength, in English")),
        "strength_fr": french(_l("Strength, in French")),
        "cma_topic": SelectField(_l("CMA topic"), choices=[("", _l("None")), *topics]),
        "primary": TickField(
            _l("First choice"), [InputRequired(_l("Tick at least one."))], choices=areas
        ),
        "secondary": TickField(_l("Can also help"), choices=areas),
        "new_keyword": SelectField(_l("Another keyword"), choices=words),
        "new_weight": SelectField(_l("Its weight"), choices=WEIGHTS),
    }
    for number, (_slug, label) in enumerate(chosen):
        offered = [*WEIGHTS, ("0", _l("Take it out"))]
        fields[f"weight_{number}"] = SelectField(label, choices=offered)
    for number in range(actions + 1):
        is_new = number == actions
        text = french if is_new else english
        fields[f"action_{number}_en"] = text(_l("In English"))
        fields[f"action_{number}_fr"] = french(_l("In French"))
        fields[f"action_{number}_band"] = SelectField(_l("Shown at"), choices=BANDS)
        if not is_new:
            fields[f"action_{number}_retired"] = BooleanField(_l("Retired: no longer suggested"))
    form = type("GuidanceForm", (VersionedForm,), fields)(formdata, data=data)
    for field in form:
        # A choice that always has an answer is not called optional.
        field.flags.has_default = isinstance(field, SelectField) and field.name != "new_keyword"
    return form


def _share(form, field):
    """A share such as 2/3, 0.8 or 80 %."""
    text = (field.data or "").replace(",", ".").replace(" ", "")
    try:
        found = Fraction(text.rstrip("%")) / (100 if text.endswith("%") else 1)
    except (ValueError, ZeroDivisionError):
        found = Fraction(0)
    if not 0 < found <= 1:
        raise ValidationError(_l("Enter a share above 0 and not above 1, such as 2/3 or 0.8."))


def _cut(label):
    most = _l("Enter a number from 0 to 100.")
    return DecimalField(label, [Needed(), NumberRange(0, 100, most)], places=None)


def _scoring_form():
    shares = {
        "answered": _l("Share of a factor’s questions that must be answered"),
        "scored": _l("Share of the factors that must have a score"),
    }
    fields = {"__doc__": "Cut points of factors and of the whole, and how much must be answered."}
    for name, label in shares.items():
        fields[name] = LineField(label, [Needed(), _share], description=_l("Such as 2/3 or 0.8."))
    fields["needs_critical"] = BooleanField(
        _l("Every critical question must be answered"),
        description=_l("Else no index and no level is given."),
    )
    for part in ("factor", "overall"):
        for level, label in LEVELS:
            fields[f"{part}_{level}"] = _cut(label)
    return type("ScoringForm", (VersionedForm,), fields)


ScoringForm = _scoring_form()


def _matching_form():
    fields = {"__doc__": "The points of the referral builder."}
    for _title, rows in MATCHING_NUMBERS:
        for place, label in rows:
            least, most = (-100, 0) if "penalties" in place else (0, 100)
            limits = NumberRange(least, most, _l("Enter a whole number from %(min)s to %(max)s."))
            fields[matching_name(place)] = IntegerField(label, [Needed(), limits])
    return type("MatchingForm", (VersionedForm,), fields)


def texts_form(texts, formdata=None, data=None):
    """The form of some texts of the matching, {code: text}: each in English and French."""
    fields = {}
    for code in texts:
        fields[f"{code}_en"] = english(_l("In English"))
        fields[f"{code}_fr"] = french(_l("In French"))
    return type("TextsForm", (VersionedForm,), fields)(formdata, data=data)


def matching_name(place):
    """The name of the field for a number of the matching scheme."""
    return re.sub(r"\W", "_", "__".join(place))


MatchingForm = _matching_form()

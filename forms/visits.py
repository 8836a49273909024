"""The questions around a home visit: the risk checklist, a supervisor's decision, the authorization (R-VISIT)."""

from flask_babel import lazy_gettext as _l
from wtforms import HiddenField, RadioField
from wtforms.validators import InputRequired, Length, Optional

from forms.base import EntityForm, PortalForm
from forms.fields import LONG_TEXT, ParagraphField
from forms.pickers import SmallTableField

ANSWERS = (("no", _l("No")), ("yes", _l("Yes")), ("unknown", _l("Unknown")))
CONDITIONS = "conditions"


def checklist(questions, formdata=None, data=None):
    """A form with one answer for each of ``questions`` [(slug, words)], and the conditions."""
    asked = [
        (slug, RadioField(words, [InputRequired(_l("Answer this question."))], choices=ANSWERS))
        for slug, words in questions
    ]
    conditions = ParagraphField(
        _l("Conditions under which the visit goes ahead"),
        [Optional(), Length(max=LONG_TEXT)],
        description=_l("Needed when an answer asks for care, such as: two workers go together."),
        render_kw={"class": "short", "data-look": True},
    )
    return EntityForm([*asked, (CONDITIONS, conditions)], formdata, data)


class DecisionForm(PortalForm):
    """What a supervisor decides where a danger is unknown."""

    go = RadioField(
        _l("Decision"),
        [InputRequired(_l("Choose one of the two."))],
        choices=(("yes", _l("The visit may go ahead")), ("no", _l("The visit is waived"))),
    )
    risk_decision = ParagraphField(
        _l("Reasons"),
        [InputRequired(_l("Write down what was decided, and why.")), Length(max=LONG_TEXT)],
        description=_l("What was found out, and what the worker is to do."),
        render_kw={"class": "short", "data-look": True},
    )


def authorization(people, formdata=None, data=None):
    """Who authorizes a list; ``people`` are (id, name) of those who may.  ``seen`` goes along unseen."""
    who = SmallTableField(
        _l("Authorized by"),
        [InputRequired(_l("Choose who authorizes the list."))],
        choices=[("", _l("Choose…")), *people],
        coerce=lambda value: int(value) if str(value).isdecimal() else None,
    )
    return EntityForm([("authorized_by", who), ("seen", HiddenField())], formdata, data)

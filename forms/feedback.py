"""What somebody is asked about a service, and the links that invite them (2.22)."""

from flask_babel import lazy_gettext as _l
from wtforms import DateField, IntegerField, RadioField, SelectField
from wtforms.validators import InputRequired, Length, NumberRange, Optional

from forms.base import PortalForm
from forms.fields import LineField, ParagraphField
from forms.validators import Needed
from models import ClientFeedback

MOST_LINKS = 30
LONGEST = 5_000


def _point(text):
    """A point of a scale; no answer is None, and nought is an answer."""
    return None if text in (None, "", "None") else int(text)


def _scale(label):
    """Points from 1 to 5; the words for the two ends are said beside them."""
    return RadioField(
        label,
        [Optional()],
        coerce=_point,
        choices=[(n, str(n)) for n in range(1, 6)],
        validate_choice=False,
        render_kw={"ends": {1: _l("not at all"), 5: _l("entirely")}},
    )


class SurveyForm(PortalForm):
    """Five questions as the agency words them, and a name for those who want to leave one."""

    nps_score = RadioField(
        _l("How likely are you to recommend us?"),
        [InputRequired(_l("Choose a number from 0 to 10."))],
        coerce=_point,
        choices=[(n, str(n)) for n in range(11)],
        render_kw={"ends": {0: _l("not at all likely"), 10: _l("very likely")}},
    )
    met_need = RadioField(
        _l("Did it meet your need?"),
        [Optional()],
        choices=[(slug, _l(words)) for slug, words in ClientFeedback.met_need.choices],
        validate_choice=False,
    )
    respect = _scale(_l("Treated with respect"))
    understood = _scale(_l("A language I understand"))
    improve = ParagraphField(
        _l("What should we change?"),
        [
            Optional(),
            Length(max=LONGEST, message=_l("Please shorten this to 5,000 characters.")),
        ],
    )
    given_by = LineField(
        _l("Your name"),
        [Optional(), Length(max=120, message=_l("Please shorten this to 120 characters."))],
        description=_l("Leave it empty and nobody knows who you are."),
        render_kw={"autocomplete": "name"},
    )

    def reply(self):
        """{column: answer}; what is no answer at all is None."""
        offered = dict(ClientFeedback.met_need.choices)
        points = {name: self[name].data for name in ("respect", "understood")}
        return {
            "nps_score": self.nps_score.data,
            "met_need": self.met_need.data if self.met_need.data in offered else None,
            **{name: point if point in range(1, 6) else None for name, point in points.items()},
            "improve": self.improve.data,
            "given_by": self.given_by.data,
        }


class InviteForm(PortalForm):
    """Which service, in which language, and how many links."""

    about = SelectField(
        _l("Program or service"), [InputRequired(_l("Choose a program or a service."))]
    )
    language = SelectField(
        _l("Language of the questions"),
        [Needed()],
        choices=[("en", _l("English")), ("fr", _l("French"))],
        description=_l("Whoever answers can change it on the page."),
    )
    count = IntegerField(
        _l("How many links"),
        [
            InputRequired(_l("Enter a number from 1 to 30.")),
            NumberRange(1, MOST_LINKS, _l("Enter a number from 1 to 30.")),
        ],
        description=_l("One for each person: each link brings one answer."),
        default=10,
        render_kw={"min": 1, "max": MOST_LINKS},
    )
    expires_on = DateField(
        _l("Open until"), [InputRequired(_l("Enter the last day on which the links work."))]
    )

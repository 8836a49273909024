"""Questions of a breach record that may be answered later, once the incident has opened it (2.18, R-INC-2)."""

from flask_babel import lazy_gettext as _l
from wtforms import IntegerField, SelectField
from wtforms.validators import Length, Optional

from forms.fields import LONG_TEXT, ParagraphField
from forms.validators import is_whole_number


class Expected:
    """Not required at once, and not optional either: the label does not call it so."""

    field_flags = {"has_default": True}

    def __call__(self, form, field):
        """Whether it may wait is a rule of the record."""


def later_questions(fields):
    """{name: unbound field} of these questions; ``fields`` are the model's, for their labels."""

    def label(name):
        return _l(fields[name].verbose_name)

    checks = [Optional(), Expected()]
    return {
        "information_involved": ParagraphField(
            label("information_involved"),
            [*checks, Length(max=LONG_TEXT)],
            description=_l("Such as names, addresses, immigration papers, health information."),
            render_kw={"data-look": True},
        ),
        "people_affected_count": IntegerField(
            label("people_affected_count"), [*checks, is_whole_number]
        ),
        "significant_harm_risk": SelectField(
            label("significant_harm_risk"),
            checks,
            choices=[("", _l("Not known yet")), ("yes", _l("Yes")), ("no", _l("No"))],
            filters=[lambda value: value or None],
            description=_l(
                "Think of how sensitive the information is and how likely its misuse: violence, loss of status or"
                " work, identity theft, humiliation."
            ),
        ),
        "harm_reasons": ParagraphField(
            label("harm_reasons"),
            [*checks, Length(max=LONG_TEXT)],
            render_kw={"data-look": True},
        ),
    }

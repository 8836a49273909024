"""A day’s work on one page: a line for each activity, empty lines left out (2.16, R-ACT-1)."""

from dataclasses import dataclass

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from wtforms import DateField, HiddenField, IntegerField, SelectField
from wtforms.validators import InputRequired, Length, NumberRange, Optional

from forms import choices
from forms.base import PortalForm
from forms.fields import LineField
from forms.pickers import PickerField, RequiredPick
from forms.steps import RowForm, RowsField
from forms.validators import is_sensible_date, is_whole_number
from models import Client

ASKED = ("client", "topic", "type", "minutes", "note")
LINES, MORE = 4, 4
MOST = 60  # lines of one page
LONGEST = 600  # minutes of one activity (R-ACT-1)


def _term(label, missing, terms):
    """One item of a list, read anew for each page."""
    return SelectField(
        label,
        [InputRequired(missing)],
        choices=lambda: [("", _("Choose…")), *choices.terms(terms)],
        filters=[lambda value: value or None],
    )


@dataclass(frozen=True)
class Line:
    """One activity of a day: ``number`` says which line of the page it is; ``client`` is an id."""

    number: int
    client: int
    topic: str
    type: str
    minutes: int
    note: str | None = None


class DayLine(RowForm):
    """One activity of the day; a line with nothing in it is no activity."""

    lines = (ASKED,)
    client = PickerField(
        _l("Client"),
        [RequiredPick(_l("Choose the client."))],
        query=Client.select(),
        lookup_url="/appointments/lookup/?field=client",
    )
    topic = _term(_l("Topic"), _l("Choose the topic."), "cma-topics")
    type = _term(_l("Type of activity"), _l("Choose the type."), "case-activity-types")
    minutes = IntegerField(
        _l("Minutes"),
        [
            InputRequired(_l("Enter the minutes.")),
            is_whole_number,
            NumberRange(1, LONGEST, _l("Enter between 1 and %(most)s minutes.", most=LONGEST)),
        ],
    )
    note = LineField(_l("Remark"), [Optional(), Length(max=300)], render_kw={"data-look": True})

    @property
    def is_empty(self):
        """True when nothing was typed or chosen."""
        answers = (self.client.data, self.client.typed, self.topic.data, self.type.data)
        typed = [value for value in self.minutes.raw_data or () if value.strip()]
        return not any((*answers, typed, self.note.data))

    def validate(self, extra_validators=None):
        return self.is_empty or super().validate(extra_validators)


class DayForm(PortalForm):
    """One worker's day."""

    date = DateField(_l("Day"), [InputRequired(_l("Enter the day.")), is_sensible_date])
    version = HiddenField()  # the number of a page, by which a second press of its button is known

    @classmethod
    def made(cls):
        """The form with as many lines as a page begins with, in the language of the page."""
        rows = RowsField(_l("Activities"), DayLine, _l("Line"), "", min_entries=LINES)
        return type(cls.__name__, (cls,), {"activities": rows})

    @property
    def may_add(self):
        return len(self.activities.entries) < MOST

    def add_lines(self):
        """Some more empty lines under what was typed."""
        for _n in range(min(MORE, MOST - len(self.activities.entries))):
            self.activities.append_entry()

    def look_up(self):
        """Somebody pressed "Find": what is still missing is not a mistake yet."""
        self.validate()
        for field in (self.date, *(field for form in self.activities.forms for field in form)):
            field.errors = []
        self.activities.errors = []

    def filled(self):
        """[(number of the line, its form)] of the lines that say something."""
        lines = enumerate(self.activities.forms, 1)
        return [(number, line) for number, line in lines if not line.is_empty]

    def as_lines(self):
        """The filled lines as what they are about."""
        return [
            Line(number, *(line[name].data for name in ASKED)) for number, line in self.filled()
        ]

    def minutes(self):
        """The minutes of all lines together, as far as they are numbers."""
        return sum(line.minutes.data or 0 for _number, line in self.filled())

    def say(self, problems):
        """Show {number of the line: [problem]} beside the answers they are about; the day stands above all lines."""
        for number, found in problems.items():
            line = self.activities.forms[number - 1]
            for problem in found:
                if problem.field == "date":
                    self.date.errors = [problem.message]
                else:
                    name = "client" if problem.field == "clients" else problem.field
                    line.problem(name, problem.message)
        if any(line.errors for line in self.activities.forms):
            self.activities.errors = [_("Something here is still to be mended.")]

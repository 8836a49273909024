"""The question whether somebody is a person we know already (R-CLI-3): asked only when there is a look-alike."""

from flask import get_template_attribute
from flask_babel import lazy_gettext as _l
from markupsafe import Markup
from wtforms import DateField, IntegerField
from wtforms.fields import Field
from wtforms.validators import Optional, ValidationError

from forms.base import PortalForm
from forms.fields import LineField
from forms.formats import whole

DIFFERENT = "different"


class LookAlikeField(Field):
    """Empty, the id of the client this person is, or "different-12-45": none of those who were shown.

    Whoever draws the form sets ``found`` [(id, words, address)] to those to choose from, ``known`` to the words of the
    one chosen already, and ``look_url`` where a script asks for them while somebody types.
    """

    is_silent = True  # drawn only when there is something to ask, and nothing for the check page
    look_from = "closest fieldset"
    found, known, look_url = (), "", ""

    def widget(self, field, **attributes):
        draw = get_template_attribute("macros/look_alikes.html", "look_alikes")
        return Markup(draw(self))

    def _value(self):
        return self.data or ""

    def process_formdata(self, values):
        self.data = (values[-1] if values else "").strip()[:400]

    @property
    def person(self):
        """The id of the client this is; None for somebody new."""
        return whole(self.data)

    @property
    def seen(self):
        """Ids of the look-alikes that were shown and found to be somebody else."""
        first, *parts = (self.data or "").split("-")
        return {whole(part) for part in parts} - {None} if first == DIFFERENT else set()

    @property
    def different(self):
        """The answer "a different person" to those shown now, and to those shown before."""
        ids = sorted(self.seen | {key for key, _words, _href in self.found})
        return "-".join((DIFFERENT, *map(str, ids)))

    def ask(self, found):
        """Offer these look-alikes; True when somebody has to choose, and then the message stands beside them."""
        ids = {key for key, _words, _href in found}
        if not ids or self.person in ids or ids <= self.seen:
            return False
        self.found = found
        self.errors = [
            *self.errors,
            str(_l("Look at these and choose: the same person, or somebody else.")),
        ]
        return True

    def pre_validate(self, form):
        data = self.data or ""
        if data and self.person is None and not data.startswith(DIFFERENT):
            raise ValidationError(_l("Choose one of the answers."))


class LookAlikeForm(PortalForm):
    """What was typed so far about one person, on whichever page."""

    first_name = LineField("", nullable=False)
    last_name = LineField("", nullable=False)
    birth_date = DateField("", [Optional()])
    birth_year_only = IntegerField("", [Optional()])
    same = LookAlikeField(_l("This may be somebody we know already"))

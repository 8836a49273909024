"""Which adults of a household care for which children: a list of ticks for each child."""

from flask import get_template_attribute
from flask_babel import lazy_gettext as _l
from markupsafe import Markup
from wtforms.fields import Field
from wtforms.validators import ValidationError

from forms.words import plain as _


class CareField(Field):
    """``data`` is {number of the child: [numbers of adults]}; children the page did not show are missing from it.

    Whoever draws the form sets ``children`` and ``adults`` to [(number, name)].
    """

    is_group = True
    children, adults = (), ()

    def widget(self, field, **attributes):
        draw = get_template_attribute("macros/look_alikes.html", "care")
        return Markup(draw(self))

    def process(self, formdata, data=None, extra_filters=None):
        super().process(None, data, extra_filters)
        if formdata is not None:
            shown = formdata.getlist(self.name)
            self.data = {child: formdata.getlist(f"{self.name}-{child}") for child in shown}

    def ticked(self, child, adult):
        return adult in (self.data or {}).get(child, ())

    def pre_validate(self, form):
        adults = dict(self.adults)
        for child, name in self.children:
            chosen = (self.data or {}).get(child)
            if chosen is None:
                raise ValidationError(_("Say who cares for %(name)s.", name=name))
            if any(adult not in adults for adult in chosen):
                raise ValidationError(
                    _l("One of these people is no longer in the household. Choose again.")
                )

    @property
    def words(self):
        """[(child, names of who cares for them)] for the check page."""
        adults = dict(self.adults)
        return [
            (name, ", ".join(adults[a] for a in (self.data or {}).get(child, ()) if a in adults))
            for child, name in self.children
        ]

"""The page on which a whole caseload is handed over."""

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from flask_babel import ngettext
from wtforms.validators import InputRequired, Length, Optional

from forms.base import PortalForm
from forms.fields import LineField, SmallTableField
from forms.formats import whole
from forms.ticks import TickField
from forms.validators import Needed
from models import Staff

EACH = "each"


class MoveForm(PortalForm):
    """Which households, to whom, and why."""

    households = TickField(
        _l("Households"), [InputRequired(_l("Tick at least one household."))], coerce=int
    )
    to = SmallTableField(
        _l("New main worker"),
        [Needed()],
        description=_l(
            "As suggested: languages first, then who has the fewest adults with high needs."
        ),
    )
    backup_worker = SmallTableField(
        _l("Backup worker"),
        [Optional()],
        coerce=lambda value: whole(value) if value else None,
        description=_l("Leave empty and each household keeps the one it has."),
    )
    reason = LineField(_l("Reason"), [Needed(), Length(max=300)], render_kw={"data-look": True})

    @classmethod
    def of(cls, giver, listed, formdata):
        """The form about the households [(Household, people)] of ``giver``; all are ticked at first."""
        form = cls(formdata, data={"households": [house.id for house, _people in listed]})
        rows = Staff.select(Staff.id, Staff.name).where(Staff.is_active, Staff.id != giver.id)
        names = [
            (str(key), name) for key, name in rows.order_by(Staff.name_sorted, Staff.id).tuples()
        ]
        form.households.choices = [
            (house.id, _people(house.file_number, people)) for house, people in listed
        ]
        form.to.choices = [
            ("", _("Choose…")),
            (EACH, _("As suggested, for each household")),
            *names,
        ]
        form.backup_worker.choices = [("", ""), *names]
        return form

    def receiver(self):
        """The Staff chosen, or EACH."""
        return EACH if self.to.data == EACH else Staff.get_by_id(int(self.to.data))

    def backup(self):
        """The Staff chosen as backup, or None."""
        return Staff.get_by_id(self.backup_worker.data) if self.backup_worker.data else None


def _people(number, people):
    """A file and how many people are in it."""
    return ngettext("%(file)s, %(num)s person", "%(file)s, %(num)s people", people, file=number)

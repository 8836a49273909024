"""Who was consulted about a file, as lines on the form of a note (2.14, R-NOTE-4)."""

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from wtforms import DateField, HiddenField
from wtforms.validators import Length, Optional

from forms.base import PortalForm
from forms.fields import LineField
from forms.formats import whole
from forms.validators import is_sensible_date
from models import ConsultedParty

SPARE = 3


class PartyForm(PortalForm):
    """One line: who, their role, when."""

    row = HiddenField()
    who = LineField(_l("Who"), [Optional(), Length(max=200)])
    role = LineField(_l("Their role"), [Optional(), Length(max=200)])
    consulted_on = DateField(_l("Consulted on"), [Optional(), is_sensible_date])

    @property
    def is_blank(self):
        return not (self.who.data or self.role.data or self.consulted_on.data)


class Parties:
    """The lines of one note: those it has and three spare ones; what was posted wins."""

    def __init__(self, note, formdata=None):
        rows = ConsultedParty.select().where(ConsultedParty.note == note.id) if note.id else ()
        self.rows = {row.id: row for row in (rows.order_by(ConsultedParty.id) if rows else ())}
        if formdata is not None:
            count = 0
            while f"{_prefix(count)}who" in formdata:
                count += 1
            self.lines = [PartyForm(formdata, prefix=_prefix(n)) for n in range(count)]
            return
        stored = [
            {"row": key, "who": row.who, "role": row.role, "consulted_on": row.consulted_on}
            for key, row in self.rows.items()
        ]
        self.lines = [
            PartyForm(prefix=_prefix(n), data=data)
            for n, data in enumerate([*stored, *[{}] * SPARE])
        ]

    def validate(self):
        """True when every line that says something says who."""
        valid = True
        for line in self.lines:
            valid = line.validate() and valid
            if not line.is_blank and not line.who.data:
                line.problem("who", _("Say who was consulted, or empty this line."))
                valid = False
        return valid

    def changes(self, note):
        """(rows to save, rows to delete) of a validated form; a day that is not given is that of the contact."""
        kept, gone = [], []
        for line in self.lines:
            row = self.rows.get(whole(line.row.data))
            if line.is_blank:
                gone += [row] if row else []
                continue
            row = row or ConsultedParty(note=note)
            row.who, row.role = line.who.data, line.role.data
            row.consulted_on = line.consulted_on.data or note.contact_on
            kept.append(row)
        return kept, gone


def _prefix(number):
    return f"consulted-{number}-"

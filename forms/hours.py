"""The hours of a week as an answer: for each day up to two times of opening and closing."""

import datetime

from flask_babel import lazy_gettext as _l
from wtforms.fields import Field
from wtforms.validators import ValidationError

from forms import choices
from forms.drawing import MacroWidget


class HoursField(Field):
    """Weekly hours as rows of [weekday, opens, closes]; closes after opens, no overlaps (R-LOC-3)."""

    is_group = True
    widget = MacroWidget("hours")

    def facts(self):
        days = [label for _slug, label in choices.terms("weekdays")]
        typed = self.typed or [[] for _day in range(7)]
        return ([(n + 1, days[n], (typed[n] + [("", "")] * 2)[:2]) for n in range(len(days))],)

    def process(self, formdata, data=None, extra_filters=None):
        super().process(formdata, data, extra_filters)
        self.typed = self._typed(formdata) if formdata else self._stored(self.data or [])
        if formdata is not None:
            self.data = [
                [day + 1, opens, closes]
                for day, slots in enumerate(self.typed)
                for opens, closes in slots
                if opens or closes
            ]

    def _stored(self, rows):
        typed = [[] for _day in range(7)]
        for day, opens, closes in rows:
            typed[day - 1].append((opens, closes))
        return typed

    def _typed(self, formdata):
        return [
            [
                (
                    formdata.get(f"{self.name}-{day}-{slot}-opens", "").strip()[:5],
                    formdata.get(f"{self.name}-{day}-{slot}-closes", "").strip()[:5],
                )
                for slot in (0, 1)
            ]
            for day in range(1, 8)
        ]

    def post_validate(self, form, stopped):
        by_day = {}
        for day, opens, closes in self.data or []:
            try:
                start, end = datetime.time.fromisoformat(opens), datetime.time.fromisoformat(closes)
            except ValueError as error:
                raise ValidationError(
                    _l("Give both an opening and a closing time, such as 09:00 and 16:30.")
                ) from error
            if end <= start:
                raise ValidationError(_l("Closing time must be later than opening time."))
            by_day.setdefault(day, []).append((start, end))
        for slots in by_day.values():
            slots.sort()
            if any(b[0] < a[1] for a, b in zip(slots, slots[1:], strict=False)):
                raise ValidationError(_l("Two times on one day overlap. Change one of them."))

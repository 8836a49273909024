"""Instants on forms."""

from flask_babel import to_user_timezone, to_utc
from wtforms import DateTimeLocalField


class MomentField(DateTimeLocalField):
    """An instant: asked and shown in the agency's time zone, kept as naive UTC; left as it is shown, it keeps its seconds."""

    def process_formdata(self, values):
        super().process_formdata(values)
        kept = self.object_data
        if self.data:
            self.data = to_utc(self.data)
            if kept and self.data == kept.replace(second=0, microsecond=0):
                self.data = kept

    def _value(self):
        if self.raw_data:
            return " ".join(self.raw_data)
        return to_user_timezone(self.data).strftime("%Y-%m-%dT%H:%M") if self.data else ""

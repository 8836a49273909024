"""Case notes with the writing assistant (2.14, R-NOTE)."""

from flask_babel import lazy_gettext as _l

from admin_views.of_household import HouseholdRecordView
from models import CaseNote


class CaseNoteView(HouseholdRecordView):
    """Contacts, observations and what was agreed; due within five business days."""

    new_label = _l("Write a note")
    intro = _l("Contacts, observations and what was agreed; due within five business days.")
    filled_today = ("contact_on", "written_on")
    filled_me = ("author",)


VIEWS = {CaseNote: CaseNoteView}

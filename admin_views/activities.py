"""Activities of case management: what was done, with whom, for how long (2.16, R-ACT)."""

from flask_babel import lazy_gettext as _l

from admin_views.of_household import HouseholdRecordView
from models import CaseActivity


class CaseActivityView(HouseholdRecordView):
    """What was done with and for clients, with the minutes it took."""

    new_label = _l("Record an activity")
    intro = _l("What was done with and for clients, with the minutes it took.")
    filled_today = ("date",)
    filled_me = ("staff",)


VIEWS = {CaseActivity: CaseActivityView}

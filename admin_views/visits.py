"""Home visits: the day list, the risk checklist, coming back (2.17, R-VISIT)."""

from flask_babel import lazy_gettext as _l

from admin_views.of_household import HouseholdRecordView
from models import HomeVisit


class HomeVisitView(HouseholdRecordView):
    """Every visit of every day list."""

    new_label = _l("Plan a visit")
    intro = _l("Every visit of every day list.")


VIEWS = {HomeVisit: HomeVisitView}

"""Correspondence with a supervisor's signature (2.15, R-COR)."""

from flask_babel import lazy_gettext as _l

from admin_views.of_household import HouseholdRecordView
from models import Correspondence


class CorrespondenceView(HouseholdRecordView):
    """Letters, messages and calls to and from others about a household."""

    new_label = _l("Record correspondence")
    intro = _l("Letters, messages and calls to and from others about a household.")


VIEWS = {Correspondence: CorrespondenceView}

"""The team: training, assignments, caseload, interpreters and their bookings (R-STAFF, R-LOAD, R-INT)."""

from flask_babel import lazy_gettext as _l

from admin_views.of_household import HouseholdRecordView
from models import Booking


class BookingView(HouseholdRecordView):
    """Interpreters booked for clients."""

    new_label = _l("Book an interpreter")
    intro = _l("Interpreters booked for clients.")
    filled_today = ("date",)


VIEWS = {Booking: BookingView}

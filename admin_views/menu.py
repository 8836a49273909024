"""The menu at the left, in its order."""

from flask_babel import lazy_gettext as _l

CASEWORK = (
    (_l("Households"), "/households/"),
    (_l("Coming assessments"), "/case-tasks/"),
    (_l("Settlement plans"), "/settlement-plans/"),
    (_l("Case notes"), "/case-notes/"),
    (_l("Activities"), "/case-activities/"),
    (_l("Correspondence"), "/correspondence/"),
    (_l("Calls and appointments"), "/appointments/"),
    (_l("Home visits"), "/visit-lists/"),
    (_l("Interpreter bookings"), "/bookings/"),
    (_l("Incident reports"), "/incident-reports/"),
    (_l("Caseload"), "/caseload/"),
    (_l("Capacity building"), "/capacity-building-activities/"),
)
ANSWERING = (
    (_l("Standards"), "/standards/"),
    (_l("Service record"), "/service-record/"),
    (_l("Feedback"), "/client-feedback/"),
    (_l("Access requests"), "/access-requests/"),
)
# (label, address, what opens below it while one is inside)
MENU = (
    (_l("Home"), "/", ()),
    (_l("My Organization"), "/my-organization/", ()),
    (_l("Service Locations"), "/service-locations/?organization=own", ()),
    (_l("Programs"), "/programs/?organization=own", ()),
    (_l("Services & Activities"), "/service-activities/?organization=own", ()),
    (_l("Referrals"), "/referrals/", ()),
    (_l("Clients"), "/clients/", CASEWORK),
    (_l("Partners"), "/partners/", ()),
    (_l("Reports"), "/reports/", ANSWERING),
    (_l("Administration"), "/administration/", ()),
)

"""The menu at the left, in its order."""

from flask_babel import lazy_gettext as _l

CASEWORK = (
    (_l("Households"), "/households/"),
    (_l("Coming assessments"), "/case-tasks/"),
    (_l("Settlement plans"), "/settlement-plans/"),
    (_l("Capacity building"), "/capacity-building-activities/"),
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
    (_l("Administration"), "/administration/", ()),
)

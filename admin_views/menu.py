"""The menu at the left, in its order."""

from flask_babel import lazy_gettext as _l

from admin_views.administration import PATHS

CASEWORK = (
    (_l("Households"), "/households/"),
    (_l("Due in cases"), "/case-tasks/"),
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
# Pages that no entry opens stand below the one by which people come to them: {entry: how their addresses begin}.
BELOW = {
    "/service-activities/": ("/new-service/", "/coverage/", "/service-reviews/"),
    "/referrals/": (
        "/referral-",
        "/distribut",
        "/driving-statements/",
        "/recommended-actions/",
        "/match-runs/",
        "/weekly-checks/",
    ),
    "/clients/": (
        "/intake",
        "/forms/",
        "/consent-records/",
        "/guardianships/",
        "/attachments/",
        "/printouts/",
    ),
    "/households/": ("/close-case/", "/case-file/", "/case-status-events/", "/exit-interviews/"),
    "/case-tasks/": ("/needs-", "/need-alerts/", "/extensions/"),
    "/settlement-plans/": ("/plan", "/goals/"),
    "/case-notes/": ("/note-addenda/", "/consulted-parties/", "/writing/"),
    "/visit-lists/": ("/home-visits/",),
    "/incident-reports/": ("/privacy-breaches/", "/escalation-steps/"),
    "/caseload/": ("/case-assignments/",),
    "/partners/": ("/organizations/",),
    "/client-feedback/": ("/feedback-invitations/",),
    "/service-record/": ("/submissions/",),
    "/administration/": (*PATHS, "/taxonomy-items/", "/export-columns/"),
}

"""The screens: one EntityView for every table, and the overrides that need more."""

from functools import reduce
from operator import or_

from flask_admin import Admin

from admin_views import (
    activities,
    administration,
    answering,
    appointments,
    assessments,
    attachments,
    audit_log,
    backups,
    blank_forms,
    case_file,
    case_lists,
    caseload,
    cases,
    directory,
    feedback,
    help,
    households,
    incidents,
    instrument_parts,
    instruments,
    keywords,
    letters,
    notes,
    organizations,
    outbox,
    people,
    plans,
    reference,
    referrals,
    reports,
    retention,
    search,
    service_activities,
    service_record,
    settings,
    standards,
    team,
    trace,
    visits,
    writing,
)
from admin_views.base import EntityView
from admin_views.distribution import DistributeView
from admin_views.home import HomeView
from admin_views.wizards import WORKFLOWS, WizardView
from models import TABLES
from workflows.distribute import Distribute

# Each room says which entities it shows (VIEWS) and which pages stand beside them (PAGES), where it has some.
ROOMS = (
    activities,
    administration,
    answering,
    appointments,
    assessments,
    attachments,
    audit_log,
    backups,
    blank_forms,
    case_file,
    case_lists,
    caseload,
    cases,
    directory,
    feedback,
    help,
    households,
    incidents,
    instrument_parts,
    instruments,
    keywords,
    letters,
    notes,
    organizations,
    outbox,
    people,
    plans,
    reference,
    referrals,
    reports,
    retention,
    search,
    service_activities,
    service_record,
    settings,
    standards,
    team,
    trace,
    visits,
    writing,
)
VIEWS = reduce(or_, (getattr(room, "VIEWS", {}) for room in ROOMS))
WIZARDS = {Distribute: DistributeView}  # those with pages of their own beside the steps


def init_app(app):
    """Register a view for every table that people may see, and the pages beside them."""
    admin = Admin(app, url="/", index_view=HomeView(url="/"), name="portal")
    for model in TABLES:
        if model._meta.section != "hidden":
            admin.add_view(VIEWS.get(model, EntityView)(model))
    for page in (page for room in ROOMS for page in getattr(room, "PAGES", ())):
        admin.add_view(page())
    app.extensions["csrf"].exempt(feedback.SURVEY)
    for workflow in WORKFLOWS:
        admin.add_view(WIZARDS.get(workflow, WizardView)(workflow()))
    return admin

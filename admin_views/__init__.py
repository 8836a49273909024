"""The screens: one EntityView for every table, and the overrides that need more."""

from flask_admin import Admin

from admin_views.administration import AdministrationView
from admin_views.assessments import NeedsAssessmentView
from admin_views.attachments import AttachmentView
from admin_views.audit_log import AuditLogView
from admin_views.backups import BackupsView
from admin_views.base import EntityView
from admin_views.blank_forms import FormsView
from admin_views.case_lists import CaseTaskView, NeedAlertView
from admin_views.cases import CapacityBuildingView, ExtensionView, PlanReviewView
from admin_views.directory import CoverageView, LocationView, ProgramView
from admin_views.distribution import DistributeView
from admin_views.help import HelpView
from admin_views.home import HomeView
from admin_views.households import HouseholdView
from admin_views.instrument_parts import InstrumentPartsView
from admin_views.instruments import InstrumentsView
from admin_views.keywords import AreaView, CategoryView, KeywordView
from admin_views.organizations import MyOrganizationView, OrganizationView, PartnersView
from admin_views.outbox import OutboxView
from admin_views.people import ClientView, ConsentView
from admin_views.plans import PlanView
from admin_views.referrals import ReferralView
from admin_views.search import SearchView
from admin_views.service_activities import ServiceActivityView
from admin_views.settings import ExampleView, SettingsView
from admin_views.trace import StatementView
from admin_views.wizards import WORKFLOWS, WizardView
from models import (
    TABLES,
    AreaOfFocus,
    Attachment,
    AuditLog,
    CapacityBuildingActivity,
    CaseTask,
    Client,
    ConsentRecord,
    DrivingStatement,
    Extension,
    Household,
    Keyword,
    KeywordCategory,
    NeedAlert,
    NeedsAssessment,
    Organization,
    OutboxMessage,
    PlanReview,
    Program,
    Referral,
    ServiceActivity,
    ServiceLocation,
    SettlementPlan,
)
from workflows.distribute import Distribute

VIEWS = {
    Keyword: KeywordView,
    KeywordCategory: CategoryView,
    AreaOfFocus: AreaView,
    Organization: OrganizationView,
    ServiceLocation: LocationView,
    Program: ProgramView,
    ServiceActivity: ServiceActivityView,
    Household: HouseholdView,
    Client: ClientView,
    ConsentRecord: ConsentView,
    Attachment: AttachmentView,
    NeedsAssessment: NeedsAssessmentView,
    NeedAlert: NeedAlertView,
    CaseTask: CaseTaskView,
    Extension: ExtensionView,
    PlanReview: PlanReviewView,
    CapacityBuildingActivity: CapacityBuildingView,
    Referral: ReferralView,
    DrivingStatement: StatementView,
    SettlementPlan: PlanView,
    OutboxMessage: OutboxView,
    AuditLog: AuditLogView,
}
PAGES = (
    MyOrganizationView,
    PartnersView,
    CoverageView,
    SearchView,
    AdministrationView,
    SettingsView,
    BackupsView,
    ExampleView,
    HelpView,
    FormsView,
    InstrumentsView,
    InstrumentPartsView,
)
WIZARDS = {Distribute: DistributeView}  # those with pages of their own beside the steps


def init_app(app):
    """Register a view for every table that people may see, and the pages beside them."""
    admin = Admin(app, url="/", index_view=HomeView(url="/"), name="portal")
    for model in TABLES:
        if model._meta.section != "hidden":
            admin.add_view(VIEWS.get(model, EntityView)(model))
    for page in PAGES:
        admin.add_view(page())
    for workflow in WORKFLOWS:
        admin.add_view(WIZARDS.get(workflow, WizardView)(workflow()))
    return admin

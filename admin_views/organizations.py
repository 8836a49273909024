"""My Organization and Partners: the two views of organizations (R-ORG, decision 0.1)."""

from flask import redirect, url_for
from flask_admin import expose
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l

from admin_views.base import EntityView
from admin_views.directory import OWN, PARTNERS, SHOWN, state_pill
from forms.choices import term_label
from forms.directory import require
from models import N_, Organization, Program, ServiceActivity, ServiceLocation
from workflows import directory_rules


class OrganizationView(EntityView):
    """An organization with what it offers and where."""

    new_label = N_("Add a partner")
    details_template = "directory/organization.html"

    def form_sections(self, record):
        """Our own entry does not say where it was found; whether it is IRCC-funded asks the next four."""
        declared = super().form_sections(record)
        return declared[:-1] if record.is_own else declared

    def build_form(self, record, formdata=None):
        form = super().build_form(record, formdata)
        if record.is_own:
            require(form, directory_rules.OWN_REQUIRED)
        return form

    def toolbar(self, record):
        if not record.id:
            return []
        return [
            (_("Add a location"), url_for("service_location.create_view", organization=record.id)),
            (_("Add a program"), url_for("program.create_view", organization=record.id)),
            (_("Coverage"), url_for("coverage.index", organization=record.id)),
        ]

    def related(self, record):
        locations = ServiceLocation.select().where(ServiceLocation.organization == record)
        programs = Program.select().where(Program.organization == record)
        services = ServiceActivity.placed(ServiceActivity, Program, ServiceLocation).where(
            Program.organization == record
        )
        only = {"organization": record.id}
        return [
            (
                _("Service Locations"),
                [_("Name"), _("City"), _("Contact phone")],
                [
                    (self.linked(row), row.city, row.contact_phone or "")
                    for row in locations.order_by(
                        ServiceLocation.name_sorted, ServiceLocation.id
                    ).limit(SHOWN)
                ],
                url_for("service_location.index_view", **only),
            ),
            (
                _("Programs"),
                [_("Name"), _("Funding"), _("State")],
                [
                    (self.linked(row), term_label("funding-types", row.funding), state_pill(row))
                    for row in programs.order_by(Program.name_sorted, Program.id).limit(SHOWN)
                ],
                url_for("program.index_view", **only),
            ),
            (
                _("Services & Activities"),
                [_("Name"), _("Location"), _("State")],
                [
                    (self.linked(row), row.location.name, state_pill(row))
                    for row in services.order_by(
                        ServiceActivity.name_sorted, ServiceActivity.id
                    ).limit(SHOWN)
                ],
                url_for("service_activity.index_view", **only),
            ),
        ]


class MyOrganizationView(OrganizationView):
    """One form for the own organization, opened directly (R-ORG-1)."""

    can_delete = False

    def __init__(self):
        super().__init__(
            Organization,
            name=_l("My Organization"),
            endpoint="my_organization",
            url="/my-organization",
        )

    def base_condition(self):
        return Organization.is_own == True  # noqa: E712 - a peewee expression

    @expose("/", methods=("GET", "POST"))
    def index_view(self):
        return self._edit(Organization.own() or Organization(is_own=True))

    @expose("/new/", methods=("GET", "POST"))
    def create_view(self):
        return redirect(self.get_url(".index_view"))

    def form_title(self, record):
        return _("My Organization")

    def toolbar(self, record):
        return [
            (_("Service Locations"), url_for("service_location.index_view", organization=OWN)),
            (_("Programs"), url_for("program.index_view", organization=OWN)),
            (_("Coverage"), url_for("coverage.index")),
        ]

    def after_save_url(self, record, is_new):
        return self.get_url(".index_view")


class PartnersView(OrganizationView):
    """The organizations that we refer to (decision 0.1)."""

    intro = N_(
        "Organizations you refer people to, with their own locations, programs and services."
    )

    def __init__(self):
        super().__init__(Organization, name=_l("Partners"), endpoint="partners", url="/partners")

    def derived_filters(self):
        return [one for one in super().derived_filters() if one.name != "is_own"]

    def base_condition(self):
        return Organization.is_own == False  # noqa: E712 - a peewee expression

    def page_views(self, listing):
        return [
            (_("Partners"), self.get_url(".index_view"), True),
            (
                _("Their services"),
                url_for("service_activity.index_view", organization=PARTNERS),
                False,
            ),
            (
                _("Their locations"),
                url_for("service_location.index_view", organization=PARTNERS),
                False,
            ),
        ]

    def empty(self):
        return {
            "title": _("No partners yet"),
            "text": _("Add the organizations you refer people to, or import them from a file."),
            "href": self.get_url(".create_view"),
            "label": _(self.new_label),
        }


VIEWS = {Organization: OrganizationView}
PAGES = (MyOrganizationView, PartnersView)

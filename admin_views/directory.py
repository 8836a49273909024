"""My Organization, Partners, Service Locations, Programs and Coverage (R-ORG, R-LOC, R-PROG)."""

from flask import abort, flash, redirect, request, url_for
from flask_admin import expose
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l

from admin_views.base import EntityView, PageView
from admin_views.listing import Filter, whole
from admin_views.showing import pill, text_of
from models import (
    ARCHIVED,
    N_,
    Organization,
    Program,
    ServiceActivity,
    ServiceLocation,
)
from workflows import accounts, directory, records

OWN, PARTNERS = "own", "partners"
SHOWN = 20


def organization_filter(field, wrap=lambda condition: condition):
    """The organization filter: our own, the partners', or one organization's (decision 0.1)."""

    def condition(value):
        if value in (OWN, PARTNERS):
            ids = Organization.select(Organization.id).where(Organization.is_own == (value == OWN))
            return wrap(field.in_(ids))
        return wrap(field == (whole(value) or -1))

    def options():
        rows = Organization.select(Organization.id, Organization.name).order_by(
            Organization.name_sorted, Organization.id
        )
        named = [(str(key), name) for key, name in rows.limit(300).tuples()]
        return [(OWN, _("Ours")), (PARTNERS, _("Partners")), *named]

    return Filter("organization", N_("Organization"), "choice", condition, options)


def is_own(asked):
    """True when the organization asked for is our own: by that word, or by its id as in the menu."""
    own, _name = accounts.own_agency()
    return asked == OWN or (own is not None and whole(asked) == own)


class DirectoryView(EntityView):
    """A list that belongs to organizations: the menu opens it on ours, partners are one click away."""

    ours = N_("Ours")
    theirs = N_("Partners")

    def derived_filters(self):
        kept = (one for one in super().derived_filters() if one.name != "organization")
        return [organization_filter(self.organization_field(), self.organization_wrap), *kept]

    def organization_field(self):
        return self.model.organization

    @staticmethod
    def organization_wrap(condition):
        return condition

    def is_ours(self, record):
        """True for an entry of our own organization."""
        return bool(record.organization_id) and record.organization.is_own

    def form_sections(self, record):
        """Where an entry was found is asked of partners' entries only."""
        declared = super().form_sections(record)
        return declared[:-1] if self.is_ours(record) else declared

    def home_filters(self, args):
        """The menu opens the list on our own entries."""
        return ("organization",) if is_own(args.get("organization")) else ()

    def page_views(self, listing):
        current = listing.args.get("organization") or None
        current = OWN if is_own(current) else current
        offered = ((OWN, _(self.ours)), (PARTNERS, _(self.theirs)), (None, _("All")))
        return [
            (label, listing.link(organization=value), current == value) for value, label in offered
        ]

    def new_record(self):
        record = super().new_record()
        if record.organization_id is None:
            record.organization = Organization.own()
        return record

    def list_facts(self, listing, *more):
        facts = super().list_facts(listing, *more)
        chosen = whole(listing.args.get("organization"))
        if chosen:
            facts["new_href"] = self.get_url(".create_view", organization=chosen)
        return facts


def post_state(view, record, states):
    """Move a record to the posted state; ``states`` maps it to (change, words when done).

    What only needs a confirmation is asked on a page of its own; what blocks is said where it can be mended.
    """
    target = request.form.get("to", "")
    if target not in states:
        abort(404)
    change, done = states[target]
    here = view.get_url(".details_view", id=record.id)
    try:
        warnings = change(record, request.form.getlist("confirmed"))
    except records.Refused as refused:
        blocks = [p for p in refused.problems if p.level == records.BLOCK]
        for problem in blocks:
            flash(problem.message, "danger")
        if blocks:
            return redirect(view.get_url(".edit_view", id=record.id))
        return view.render(
            "directory/confirm.html",
            title=str(record),
            messages=[p.message for p in refused.problems],
            posted=[
                ("id", record.id),
                ("to", target),
                *(("confirmed", p.code) for p in refused.problems),
            ],
            cancel_href=here,
        )
    for warning in warnings:
        flash(warning.message, "warning")
    flash(done, "success")
    return redirect(here)


def state_pill(record):
    """Draft, Active or Archived as a word in a pill."""
    return pill("state", record.state, text_of(type(record).state)(record.state))


# ---- Locations --------------------------------------------------------------------------------------------------------


class LocationView(DirectoryView):
    """A place where services happen (R-LOC)."""

    new_label = N_("New Service Location")
    ours = N_("Our locations")
    theirs = N_("Partners’ locations")

    def new_record(self):
        record = super().new_record()
        if record.organization_id:
            record.city, record.province = record.organization.city, record.organization.province
        return record

    def empty(self):
        return {
            "title": _("No locations yet"),
            "text": _(
                "Add each place where your services happen, with its hours and a contact person."
            ),
            "href": self.get_url(".create_view"),
            "label": _(self.new_label),
        }

    def related(self, record):
        services = (
            ServiceActivity.select(ServiceActivity, Program)
            .join(Program)
            .where(ServiceActivity.location == record, ServiceActivity.state != ARCHIVED)
            .order_by(ServiceActivity.name_sorted, ServiceActivity.id)
        )
        return [
            (
                _("Services & Activities"),
                [_("Name"), _("Program"), _("State")],
                [(self.linked(s), s.program.name, state_pill(s)) for s in services.limit(SHOWN)],
                url_for("service_activity.index_view", location=record.id),
            )
        ]


# ---- Programs ---------------------------------------------------------------------------------------------------------


class ProgramView(DirectoryView):
    """An umbrella of services; its state moves by itself (R-PROG-1)."""

    new_label = N_("New Program")
    ours = N_("Our programs")
    theirs = N_("Partners’ programs")
    says_itself = True
    edit_template = "directory/program_form.html"
    details_template = "directory/program.html"

    def empty(self):
        return {
            "title": _("No programs yet"),
            "text": _("A program is the umbrella name of a group of services and activities."),
            "href": self.get_url(".create_view"),
            "label": _(self.new_label),
        }

    def form_facts(self, record, form):
        has_services = record.id and record.services.exists()
        return {"first_service": not has_services}

    def after_save_url(self, record, is_new):
        if request.form.get("then") == "service":
            return url_for("service_activity.create_view", program=record.id)
        return super().after_save_url(record, is_new)

    def details_facts(self, record):
        return {
            "pill": state_pill(record),
            "is_archived": record.state == ARCHIVED,
            "first_service": not record.services.exists(),
            "new_service_href": url_for("service_activity.create_view", program=record.id),
            "state_href": self.get_url(".state_view"),
        }

    def related(self, record):
        services = (
            ServiceActivity.select(ServiceActivity, ServiceLocation)
            .join(ServiceLocation)
            .where(ServiceActivity.program == record)
            .order_by(ServiceActivity.name_sorted, ServiceLocation.name_sorted, ServiceLocation.id)
        )
        return [
            (
                _("Services & Activities"),
                [_("Name"), _("Location"), _("State")],
                [(self.linked(s), s.location.name, state_pill(s)) for s in services.limit(50)],
                url_for("service_activity.index_view", program=record.id),
            )
        ]

    @expose("/state/", methods=("POST",))
    def state_view(self):
        """Archive a program, or take it back (R-PROG-5)."""
        states = {
            "archived": (directory.archive_program, _("Archived. Its services left matching.")),
            "restored": (
                lambda record, _confirmed: directory.restore_program(record),
                _("Restored."),
            ),
        }
        return post_state(self, self.found(), states)


# ---- Coverage ---------------------------------------------------------------------------------------------------------


class CoverageView(PageView):
    """The guide's table: programs and services down, locations across, an X where an entry exists."""

    def __init__(self):
        super().__init__(_l("Coverage"), endpoint="coverage", url="/coverage")

    @expose("/")
    def index(self):
        chosen = whole(request.args.get("organization"))
        organization = Organization.get_or_none(Organization.id == chosen) if chosen else None
        if chosen and organization is None:
            abort(404)
        organization = organization or Organization.own()
        locations, programs = [], []
        if organization:
            locations, programs = directory.coverage(organization.id)
        return self.render(
            "directory/coverage.html",
            organization=organization,
            locations=[(row.id, row.name) for row in locations],
            programs=programs,
            entries=sum(len(places) for _p, lines in programs for _n, places, _i in lines),
        )


VIEWS = {ServiceLocation: LocationView, Program: ProgramView}
PAGES = (CoverageView,)

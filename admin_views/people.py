"""Clients, households and consents: the contact part of the file."""

import re
from dataclasses import replace

from flask import request, url_for
from flask_admin import expose
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from wtforms.validators import Optional

from admin_views import standing, timeline
from admin_views.base import EntityView
from admin_views.client_merge import Merging
from admin_views.consents import ConsentView
from admin_views.listing import Filter
from admin_views.marks import brief
from admin_views.showing import to_page
from forms import choices
from forms.formats import date_text, time_text
from forms.look_alikes import LookAlikeForm
from forms.pickers import PickerField
from models import (
    Appointment,
    Client,
    ConsentRecord,
    Guardianship,
    Household,
    NeedsAssessment,
    Referral,
)
from workflows import (
    assessments,
    audit,
    households,
    intake,
    people,
    people_rules,
    plan,
    settings,
)

SHOWN = 10


class ClientView(Merging, EntityView):
    """Somebody we serve: how to reach them safely, their referrals, consents and household."""

    details_template = "people/client.html"
    new_label = _l("New client")

    def own_filters(self):
        """R-CON-3: who came of age and has forms of their own to sign."""

        def due(value):
            return households.own_forms_to_sign(settings.today())

        offered = lambda: [("due", _("To sign: came of age"))]  # noqa: E731
        return (Filter("forms", _l("Own forms"), "choice", due, offered),)

    def list_facts(self, *listed):
        """A family comes in by the intake; a contact for a referral alone may be typed in directly."""
        facts = super().list_facts(*listed)
        direct = (_(self.new_label), self.at("new"))
        return facts | {"new_href": "/intake/", "new_label": _("New intake"), "links": [direct]}

    def empty(self):
        return super().empty() | {"href": "/intake/", "label": _("New intake")}

    def form_sections(self, record):
        person, *others = self.meta.form
        if record.id is None:
            title, help, names = person
            names = ("household", *[n for n in names if n != "household"])
            person = (title, help, names)
        return (person, *others)

    def own_questions(self):
        address = f"{self.get_url('.lookup_view')}?field=household"
        return {
            "household": PickerField(
                _l("Household"),
                [Optional()],
                query=Household.select(),
                lookup_url=address,
                description=_l(
                    "File number of a household we already have. Leave empty and a new one is made."
                ),
            )
        }

    def save(self, record, form, many, version):
        confirmed = request.form.getlist("confirmed")
        return people.add_client(record, many, confirmed=confirmed, version=version)

    def page_title(self, record):
        return _("Client")

    @expose("/look-alikes/", methods=("POST",))
    def look_alikes(self):
        """People on file who may be the one being typed, for the page of the intake to show as one goes (R-CLI-3).

        ``row`` in the address says which fields of the form are meant; what was typed travels in the body.
        """
        row = re.sub(r"[^a-z0-9-]", "", request.args.get("row", ""))[:40]
        form = LookAlikeForm(request.form, prefix=row)
        form.validate()
        found = intake.like_typed(form, name_alone=not row)
        if found:
            audit.record("view", "client", changed={"shown": len(found)})
        form.same.found = found
        return self.render("people/look_alikes.html", field=form.same)

    @expose("/details/")
    def details_view(self):
        client = self.found()
        audit.record("view", "client", client.id)
        household = client.household
        case = assessments.case(household)
        starts, following = households.starts_of(client, household, case)
        mine = replace(case, people=tuple(p for p in case.people if p.client.id == client.id))
        members = {row.id: str(row) for row in households.members_of(household)}
        own = {client.id: members[client.id]}
        key = self._key(client, household)
        return self.render(
            self.details_template,
            title=str(client),
            page_title=_("Client"),
            record=client,
            edit_href=self.get_url(".edit_view", id=client.id),
            links=[],
            channels=people.channels(client),
            key=[*key, (_("Next assessment"), following)] if following else key,
            starts=starts,
            levels=standing.levels(mine) | {"now": ""},
            plan=standing.plan_facts(plan.active(household), client.id),
            additions=standing.additions_for(client),
            print_buttons=[(_("Print this person’s own record"), "person", client.id)],
            printed=_("Only what concerns this person alone; nothing about others."),
            dated=timeline.page(household.id, own, self.at("details", client.id), person=client.id),
            family=timeline.family(household.id, members),
            facts=self.facts(client),
            related=[
                self._referrals(client),
                *self._assessments(client),
                self._consents(client),
                *self._appointments(client),
                *self._care(client),
                self._members(client, household),
            ],
        )

    def details_sections(self, record):
        """What the shaded block and the ways to reach the person do not say already."""
        names = ["relation", "preferred_name", "birth_date", "birth_year_only", "gender"]
        names += ["address", "municipality"]
        if record.needs_interpreter:
            names += ["interpreter_preference", "interpreter_not_own_community"]
        return ((_("More about this person"), None, tuple(names)),)

    def _key(self, client, household):
        age = people.age_on(client, settings.today())
        pairs = [
            (_("Household"), to_page(household)),
            (_("Age"), age if age is not None else ""),
            (
                _("Languages"),
                ", ".join(choices.language_label(code) for code in client.preferred_languages),
            ),
            (_("Interpreter"), _("Needs an interpreter") if client.needs_interpreter else ""),
        ]
        return [(label, words) for label, words in pairs if words != ""]

    @staticmethod
    def _referrals(client):
        query = Referral.select().where(Referral.client == client.id)
        rows = query.order_by(Referral.received_on.desc(), Referral.id.desc()).limit(SHOWN)
        lines = []
        for referral in rows:
            day, number, target, status = brief(referral)
            lines.append(
                (
                    to_page(referral, target),
                    number,
                    day,
                    status,
                )
            )
        heads = (_("Service"), _("Number"), _("Received on"), _("Status"))
        everything = f"{url_for('referral.index_view')}?client={client.id}&status=all"
        return _("Referrals"), heads, lines, everything if len(lines) == SHOWN else None

    @staticmethod
    def _consents(client):
        query = ConsentRecord.select().where(ConsentRecord.client == client.id)
        rows = query.order_by(ConsentRecord.given_on.desc(), ConsentRecord.id.desc()).limit(SHOWN)
        lines = [
            (
                to_page(
                    consent,
                    choices.term_label("consent-types", consent.type),
                ),
                choices.term_label("consent-states", people_rules.state_of(consent)),
                date_text(consent.given_on),
                date_text(consent.expires_on),
            )
            for consent in rows
        ]
        heads = (_("Type of consent"), _("State"), _("Given on"), _("Expires on"))
        return _("Consents"), heads, lines, None

    @staticmethod
    def _assessments(client):
        """Their needs assessments, newest first; no heading while there is none."""
        query = NeedsAssessment.select().where(NeedsAssessment.client == client.id)
        lines = [
            (
                to_page(row, row.point.upper()),
                date_text(row.completed_on),
                choices.term_label("need-levels", row.level),
            )
            for row in query.order_by(NeedsAssessment.id.desc()).limit(SHOWN)
        ]
        heads = (_("Assessment"), _("Completed on"), _("Level of need"))
        return [(_("Needs assessments"), heads, lines, None)] if lines else []

    @staticmethod
    def _appointments(client):
        """Calls to return and meetings, newest first; no heading while there is none."""
        query = Appointment.select().where(Appointment.client == client.id)
        rows = query.order_by(Appointment.due_on.desc(), Appointment.id.desc()).limit(SHOWN)
        kinds = dict(Appointment.kind.choices)
        lines = [
            (
                to_page(row, date_text(row.due_on)),
                time_text(row.starts_at),
                _(kinds[row.kind]),
                row.about or "",
                date_text(row.done_on),
            )
            for row in rows
        ]
        heads = (_("On"), _("At"), _("Kind"), _("What it is about"), _("Done on"))
        everything = f"{url_for('appointment.index_view')}?client={client.id}"
        more = everything if len(lines) == SHOWN else None
        return [(_("Calls and appointments"), heads, lines, more)] if lines else []

    @staticmethod
    def _care(client):
        """Whose parent or guardian somebody is, and who theirs are; no heading while there is nobody (2.7)."""
        links = Guardianship.select().where(
            (Guardianship.guardian == client.id) | (Guardianship.child == client.id)
        )
        pairs = [(row.guardian_id, row.child_id) for row in links]
        others = {key for pair in pairs for key in pair} - {client.id}
        named = Client.stored_by_id(others)
        lines = []
        for guardian, child in pairs:
            is_child = guardian == client.id
            other = named[child if is_child else guardian]
            words = _("Child in this person’s care") if is_child else _("Parent or guardian")
            lines.append((to_page(other), words))
        heads = (_("Name"), _("Relation"))
        return [(_("Children and guardians"), heads, lines, None)] if lines else []

    @staticmethod
    def _members(client, household):
        query = Client.select().where(Client.household == household.id, Client.id != client.id)
        lines = [
            (
                to_page(member),
                choices.term_label("household-relations", member.relation),
                date_text(member.birth_date) or member.birth_year_only or "",
            )
            for member in query.order_by(Client.id).limit(20)
        ]
        heads = (_("Name"), _("Place in the household"), _("Born"))
        return _("Others in this household"), heads, lines, None


VIEWS = {Client: ClientView, ConsentRecord: ConsentView}

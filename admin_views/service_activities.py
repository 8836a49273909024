"""Services & Activities: the form in the guide's order, the card, copies, reviews and the April list (R-SA)."""

from flask import request, url_for
from flask_admin import expose
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from flask_babel import ngettext

from admin_views.directory import (
    DirectoryView,
    organization_filter,
    state_pill,
)
from admin_views.handout import HandoutPages
from admin_views.listing import whole
from admin_views.service_pages import ServicePages
from admin_views.showing import text_of
from forms import choices
from forms.directory import DollarsField, blank_field, is_edited
from forms.fields import model_form
from forms.formats import date_text
from forms.ticks import TickField
from models import (
    ACTIVE,
    ARCHIVED,
    N_,
    Keyword,
    Program,
    Referral,
    ServiceActivity,
    ServiceLocation,
    language,
    normalise,
)
from workflows import audit, business_days, directory, records, service_rules, settings


def program_facts(program_id):
    """(organization id, area id) of a program, remembered until one of them is saved; (None, None) of none."""
    rows = Program.select(Program.id, Program.organization, Program.area_of_focus)
    known = choices.memo("programs", lambda: {key: facts for key, *facts in rows.tuples()})
    return known.get(program_id, (None, None))


def keywords_of(area_id):
    """{id: label} of the keywords in use that an area of focus offers, remembered like the lists."""

    def read():
        offered = service_rules.offered_in(area_id)
        return {row.id: row.label for row in Keyword.select().where(Keyword.id.in_(offered))}

    return choices.memo(("keywords of", area_id, language.get()), read)


class ServiceActivityView(HandoutPages, ServicePages, DirectoryView):
    """One service, class, activity or event at one place, inside one program (R-SA-1)."""

    new_label = N_("New Service or Activity")
    ours = N_("Our services")
    theirs = N_("Partners’ services")
    edit_template = "directory/service_form.html"
    details_template = "directory/service.html"
    actions = (
        ("still-correct", N_("Still correct"), ""),
        ("activate", N_("Activate"), ""),
        ("archive", N_("Archive"), ""),
    )

    # ---- List

    def organization_field(self):
        return Program.organization

    @staticmethod
    def organization_wrap(condition):
        return ServiceActivity.program.in_(Program.select(Program.id).where(condition))

    def derived_filters(self):
        inner = super().derived_filters()[1:]
        return [organization_filter(Program.organization, self.organization_wrap), *inner]

    def page_views(self, listing):
        return [*super().page_views(listing), (_("Coverage"), url_for("coverage.index"), False)]

    def list_facts(self, listing, *more):
        facts = super().list_facts(listing, *more)
        waiting = directory.april_list().where(Program.organization == directory.own_id()).count()
        direct = (_("One-page form"), self.get_url(".create_view", **self._chosen(listing)))
        facts |= {"new_href": "/new-service/", "new_label": _("New service"), "links": [direct]}
        if waiting:
            words = ngettext(
                "%(num)s entry to confirm for the new fiscal year",
                "%(num)s entries to confirm for the new fiscal year",
                waiting,
            )
            facts["views"] = [*facts["views"], (words, self.get_url(".confirm_view"), False)]
        return facts

    def _chosen(self, listing):
        """What the filters say about a new entry."""
        names = ("organization", "program", "location")
        return {name: key for name in names if (key := whole(listing.args.get(name)))}

    def empty(self):
        return {
            "title": _("No services or activities yet"),
            "text": _("Each service, class, activity or event at one location is one entry."),
            "href": "/new-service/",
            "label": _("New service"),
        }

    def new_record(self):
        """A new entry with what is known: its program's contact, the current fiscal year, CLB for language classes."""
        record = super(DirectoryView, self).new_record()
        record.fiscal_year = business_days.fiscal_year_of(settings.today())
        program = record.program_id and record.program
        if program:
            record.contact_name = program.contact_name
            record.contact_phone = program.contact_phone
            record.contact_email = program.contact_email
            record.clb_strict = program.area_of_focus.slug == "language-training"
        if record.location_id is None:
            places = list(self.queries(record)["location"].limit(2))
            record.location = places[0] if len(places) == 1 else None
        return record

    def organization_id(self, record):
        """Whose entry it is: its program's, its location's, the address's, else our own."""
        if record.program_id:
            return program_facts(record.program_id)[0]
        if record.location_id:
            return record.location.organization_id
        return whole(request.args.get("organization")) or directory.own_id()

    def is_ours(self, record):
        return self.organization_id(record) in choices.memo(
            "own organization", lambda: (directory.own_id(),)
        )

    def queries(self, record):
        organization = self.organization_id(record)
        programs = Program.select().where(
            Program.organization == organization,
            (Program.state != ARCHIVED) | (Program.id == (record.program_id or -1)),
        )
        locations = ServiceLocation.select().where(
            ServiceLocation.organization == organization,
            (ServiceLocation.is_active == True)  # noqa: E712 - a peewee expression
            | (ServiceLocation.id == (record.location_id or -1)),
        )
        return {"program": programs, "location": locations}

    def replaced_fields(self, record):
        columns = self.meta.fields
        return {name: blank_field(columns[name]) for name in service_rules.not_connected()}

    def own_questions(self):
        about = _l("Choose all that apply.")
        keywords = TickField(_l("Keywords"), description=about, coerce=int, choices=[])
        return {"keywords": keywords, "cost_cents": DollarsField(_l("Amount in dollars"))}

    def keyword_choices(self, record, form, formdata):
        """(id, label) of the keywords of the chosen program's area, and what the entry has already (R-SA-5).

        On saving, what was ticked under another program is kept too, so that the rule can say what to do with it.
        """
        program_id = form.program.data or -1
        _organization, area_id = program_facts(program_id)
        if area_id is None:
            return []
        offered, stored = keywords_of(area_id), list(form.keywords.object_data or ())
        kept = set(stored) if program_id == record.program_id else set()
        if (
            formdata
            and "find" not in formdata
            and request.endpoint != f"{self.endpoint}.keywords_view"
        ):
            kept.update(key for key in map(whole, formdata.getlist("keywords")) if key)
        more = kept - set(offered)
        if more:
            # A retired one is offered to an entry that has it (R-TAX-1).
            known = (Keyword.is_active == True) | Keyword.id.in_(stored or [-1])  # noqa: E712
            rows = Keyword.select().where(Keyword.id.in_(list(more)) & known)
            offered = {**offered, **{row.id: row.label for row in rows}}
        # What is ticked already stands first.
        return sorted(offered.items(), key=lambda pair: (pair[0] not in kept, normalise(pair[1])))

    def build_form(self, record, formdata=None):
        form = super().build_form(record, formdata)
        form.keywords.choices = self.keyword_choices(record, form, formdata)
        for name in service_rules.not_connected():
            if not any(form[name].raw_data or ()):
                form[name].data = record.__data__.get(name)
        return form

    def import_form(self, record, names, formdata):
        """A row of a file names its own program, of whichever organization; the rules judge its keywords (R-SA-5)."""
        if record.id is None:
            record.program_id = whole(formdata.get("program", ""))

        def make():
            # What a file says about a question that is not connected is kept (R-SA-13).
            return model_form(self.model, names, self.queries(record), None, self.own_questions())

        # A file has many rows of one program at one place.
        key = ("import form", *names, record.program_id, record.location_id, language.get())
        form = choices.memo(key, make)(formdata)
        if "keywords" in form:
            form.keywords.choices = [(whole(key), "") for key in formdata.getlist("keywords")]
        return form

    def form_facts(self, record, form):
        return {
            "is_draft": record.state != ACTIVE,
            "keywords_href": self.get_url(".keywords_view", id=record.id),
            "has_program": bool(form.program.data),
        }

    def save(self, record, form, many, version):
        before = record.state
        if request.form.get("activate") and record.state != ACTIVE:
            record.state = ACTIVE
        if record.id is None:
            record.reviewed_by_name = audit.actor.get().name
            record.last_reviewed_on = settings.today()
        try:
            if record.id and before == ACTIVE and is_edited(form):
                confirmed = request.form.getlist("confirmed")
                return directory.save_changed(record, many, version, confirmed)
            return super().save(record, form, many, version)
        except records.Refused:
            record.state = before
            raise

    @expose("/keywords/", methods=("POST",))
    def keywords_view(self):
        """The keywords part of the form, for the program that was just chosen."""
        record = self.found() if request.args.get("id") else self.model()
        form = self.build_form(record, request.form)
        return self.render(
            "directory/keywords_part.html",
            form=form,
            has_program=bool(form.program.data),
        )

    # ---- One entry

    def toolbar(self, record):
        return [
            (_("Clone to other locations"), self.get_url(".clone_view", id=record.id)),
            (_("Print card"), self.get_url(".card_view", id=record.id)),
        ]

    def details_facts(self, record):
        program = record.program
        late = directory.confirmation_is_late()
        behind = directory.april_list().where(ServiceActivity.id == record.id).exists()
        return {
            "pill": state_pill(record),
            "state": record.state,
            "card": directory.card(record),
            "missing": directory.completeness(record) if record.state != ARCHIVED else [],
            "review": directory.review_words(record) if record.state == ACTIVE else "",
            "is_late": behind and late,
            "lacks_online": service_rules.lacks_online(record),
            "has_copies": directory.copies(record).exists(),
            "program": self.linked(program),
            "location": self.linked(record.location),
            "urls": {
                name: self.get_url(
                    f".{name}_view", **({"id": record.id} if name == "copies" else {})
                )
                for name in ("state", "still_correct", "add_online", "copies")
            },
        }

    def facts(self, record):
        """What stands beside the card: contact, eligibility, keywords and the rest, with what is filled in."""
        sections = [(_("Contact Information"), self.contact_facts(record))]
        parts = (
            (_("Keywords"), ("keywords",)),
            (
                _("Eligibility"),
                (
                    "client_groups",
                    "groups_exclusive",
                    "min_age",
                    "max_age",
                    "clb_levels",
                    "clb_strict",
                    *settings.value("connected_fields"),
                ),
            ),
            (_("Specific focus groups"), ("focus_group_text",)),
            (_("Support services"), ("support_services",)),
            (
                _("Additional Information"),
                (
                    "delivery_mode",
                    "schedule_note",
                    "languages",
                    "intake_state",
                    "by_appointment",
                    "cost_type",
                    "cost_cents",
                    "cost_note",
                    "next_steps",
                    "desired_outcomes",
                ),
            ),
            (_("Where this entry comes from"), ("source", "source_id", "last_verified_on")),
        )
        for title, names in parts:
            pairs = [self.fact(record, name) for name in names]
            sections.append((title, [(label, words) for label, words in pairs if words]))
        return [(title, pairs) for title, pairs in sections if pairs]

    def fact(self, record, name):
        label, words = super().fact(record, name)
        if name in ("groups_exclusive", "clb_strict", "by_appointment") and not getattr(
            record, name
        ):
            return label, ""
        if name == "cost_cents" and record.cost_cents is not None:
            return _("Amount"), f"${record.cost_cents // 100}.{record.cost_cents % 100:02}"
        if name == "languages" and not words:
            return label, ", ".join(sorted(map(str, record.program.languages), key=normalise))
        return label, words

    def contact_facts(self, record):
        name, phone, email = record.contact
        pairs = [
            (_("Contact"), text_of(ServiceActivity.contact_mode)(record.contact_mode)),
            (_("Contact person"), name),
            (_("Phone"), phone),
            (_("Email"), email),
            (
                _("Reviewed"),
                _(
                    "%(day)s by %(name)s",
                    day=date_text(record.last_reviewed_on),
                    name=record.reviewed_by_name or "–",
                ),
            ),
        ]
        return [(label, words) for label, words in pairs if words]

    def related(self, record):
        # A copy reads like the entry; the place is what tells them apart.
        copies = [
            (self.linked(copy), copy.location.name, state_pill(copy))
            for copy in directory.copies(record)
        ]
        since = settings.today().replace(day=1)
        sent = Referral.select().where(Referral.service_activity == record)
        count, recent = sent.count(), sent.where(Referral.received_on >= since)
        tables = [
            (
                _("Referrals"),
                [_("Since"), _("Referrals")],
                [(date_text(since), recent.count()), (_("In all"), count)] if count else [],
                url_for("referral.index_view", service_activity=record.id) if count else None,
            )
        ]
        if copies:
            heads = [_("Name"), _("Location"), _("State")]
            tables.insert(0, (_("Copies at other locations"), heads, copies, None))
        return tables

    def delete_message(self, record):
        """R-PROG-1: deleting the last active entry returns its program to draft."""
        last = record.state == ACTIVE and not directory.is_followed(record)
        if last:
            return _(
                "This is the last active service of %(program)s: the program becomes a draft again. "
                "The entry will be gone for everyone. This cannot be undone.",
                program=record.program.name,
            )
        return None


VIEWS = {ServiceActivity: ServiceActivityView}

"""What people do with one service or with many: state, review, card, clones, copies and the April list (R-SA)."""

from flask import flash, redirect, request, url_for
from flask_admin import expose
from flask_babel import gettext as _
from flask_babel import ngettext

from admin_views.directory import OWN, post_state
from admin_views.listing import whole
from admin_views.showing import refused_words
from forms.directory import CloneForm, CopiesForm
from forms.formats import date_text
from models import ACTIVE, ARCHIVED, DRAFT, Program, ServiceActivity, ServiceLocation
from workflows import audit, business_days, directory, records, service_rules, settings


class ServicePages:
    """The pages of Services & Activities beside list, form and details."""

    @expose("/state/", methods=("POST",))
    def state_view(self):
        """Activate, archive or take back (R-SA-14, R-SA-17)."""
        states = {
            ACTIVE: (directory.activate, _("Active: matching finds it now.")),
            ARCHIVED: (directory.archive, _("Archived. Its old referrals stay readable.")),
            DRAFT: (directory.restore, _("It is a draft again.")),
        }
        return post_state(self, self.found(), states)

    @expose("/still-correct/", methods=("POST",))
    def still_correct_view(self):
        """R-SA-15."""
        return self.stepped(directory.confirm_still_correct, _("Thank you. Reviewed today."))

    @expose("/add-online/", methods=("POST",))
    def add_online_view(self):
        """R-SA-9."""
        return self.stepped(directory.add_online, _("Saved."))

    @expose("/card/")
    def card_view(self):
        """The card on paper: never a confidential place or its contact (decision 0.1)."""
        record = self.found()
        audit.record("print", self.meta.table_name, record.id)
        name, phone, email = ("", "", "") if directory.is_confidential(record) else record.contact
        contact = ((_("Contact person"), name), (_("Phone"), phone), (_("Email"), email))
        return self.render(
            "print/card.html",
            title=record.name,
            card=directory.card(record, leaves=True),
            contact=[(label, words) for label, words in contact if words],
            next_steps=record.next_steps,
            printed_on=date_text(settings.today()),
            back_href=self.get_url(".details_view", id=record.id),
        )

    @expose("/clone/", methods=("GET", "POST"))
    def clone_view(self):
        """R-SA-3: tick the locations that get a copy."""
        record = self.found()
        places = list(
            ServiceLocation.select()
            .where(ServiceLocation.organization == record.program.organization_id)
            .order_by(ServiceLocation.name_sorted, ServiceLocation.id)
        )
        done = {p.id for p in places if service_rules.same_entry(record, p.id)}
        done.add(record.location_id)
        ticked = [key for key in (whole(request.args.get("location")),) if key]
        form = CloneForm(request.form or None, data={"locations": ticked, "contact": "keep"})
        form.locations.choices = [(p.id, p.name) for p in places]
        if request.method == "POST" and form.validate():
            wanted = [p for p in places if p.id in form.locations.data]
            try:
                return self._cloned(record, *directory.clone(record, wanted, form.contact.data))
            except records.Refused as refused:
                for problem in refused.problems:
                    form.problem("locations", problem.message)
        return self.render(
            "directory/clone.html",
            title=_("Clone to other locations"),
            record=record,
            form=form,
            places=[
                (p.id, p.name, p.id in done, p.id in (form.locations.data or [])) for p in places
            ],
            any_left=len(done) < len(places),
            asks_contact=record.contact_mode == "own",
            cancel_href=self.get_url(".details_view", id=record.id),
            location_href=url_for(
                "service_location.create_view", organization=record.program.organization_id
            ),
        )

    def _cloned(self, record, made, skipped):
        if made:
            names = ", ".join(copy.location.name for copy in made)
            flash(_("Copied to %(names)s.", names=names), "success")
        if skipped:
            names = ", ".join(place.name for place in skipped)
            flash(_("Already there, left as it is: %(names)s.", names=names), "info")
        return redirect(self.get_url(".details_view", id=record.id))

    @expose("/copies/", methods=("GET", "POST"))
    def copies_view(self):
        """R-SA-4: give chosen fields of this entry to all its copies."""
        record = self.found()
        copies = list(directory.copies(record))
        known = {**self.meta.fields, **self.meta.manytomany}
        form = CopiesForm(request.form or None)
        form.fields.choices = [
            (name, _("Amount in dollars") if name == "cost_cents" else _(known[name].verbose_name))
            for name in directory.SHARED
            if name not in service_rules.not_connected()
        ]
        if request.method == "POST" and form.validate():
            try:
                changed = directory.change_copies(record, form.fields.data)
            except records.Refused as refused:
                for problem in refused.problems:
                    form.problem("fields", problem.message)
            else:
                words = ngettext("%(num)s copy changed.", "%(num)s copies changed.", len(changed))
                flash(words, "success")
                return redirect(self.get_url(".details_view", id=record.id))
        ticked = form.fields.data or []
        return self.render(
            "directory/copies.html",
            title=_("Edit all copies"),
            record=record,
            form=form,
            fields=[
                (n, label, self.fact(record, n)[1], n in ticked) for n, label in form.fields.choices
            ],
            copies=[(self.linked(copy), copy.location.name) for copy in copies],
            edit_href=self.get_url(".edit_view", id=record.id),
            cancel_href=self.get_url(".details_view", id=record.id),
        )

    @expose("/confirm/", methods=("GET", "POST"))
    def confirm_view(self):
        """R-SA-16: every April, ongoing entries are confirmed for the new fiscal year."""
        theirs = request.args.get("organization") != OWN and "organization" in request.args
        ours = directory.own_id()
        query = directory.april_list().where(
            Program.organization != ours if theirs else Program.organization == ours
        )
        if request.method == "POST":
            ids = [key for key in map(whole, request.form.getlist("rowid")) if key]
            try:
                done = directory.confirm_for_year(query.where(ServiceActivity.id.in_(ids or [-1])))
                words = ngettext("%(num)s entry confirmed.", "%(num)s entries confirmed.", done)
                flash(words, "success" if done else "warning")
            except records.Refused as refused:
                flash(refused_words(refused), "danger")
            return redirect(request.full_path.rstrip("?"))
        year = business_days.fiscal_year_of(settings.today())
        here = self.get_url(".confirm_view")
        return self.render(
            "directory/april.html",
            title=_("Confirm for %(year)s", year=year),
            rows=[
                (row.id, self.linked(row), row.program.name, row.location.name, row.fiscal_year)
                for row in query
            ],
            is_late=directory.confirmation_is_late(),
            views=[
                (_("Our services"), here, not theirs),
                (_("Partners’ services"), f"{here}?organization=partners", theirs),
            ],
        )

    def do_still_correct(self, ids):
        return self._each(ids, directory.confirm_still_correct)

    def do_activate(self, ids):
        return self._each(ids, directory.activate)

    def do_archive(self, ids):
        return self._each(ids, lambda row: directory.archive(row, ("last-active",)))

    def _each(self, ids, change):
        done = 0
        for row in ServiceActivity.select().where(ServiceActivity.id.in_(ids)):
            try:
                change(row)
                done += 1
            except records.Refused as refused:
                why = refused_words(refused)
                flash(_("%(name)s: %(why)s", name=row.name, why=why), "warning")
        if done:
            flash(ngettext("%(num)s entry changed.", "%(num)s entries changed.", done), "success")

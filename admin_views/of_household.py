"""What every record of a household's file shares: the household is chosen first, then the people out of it."""

from urllib.parse import urlencode

from flask import redirect, request, url_for
from flask_admin import expose
from flask_babel import gettext as _
from flask_login import current_user

from admin_views.base import EntityView
from admin_views.listing import whole
from admin_views.showing import to_page
from forms.fields import model_form
from models import Client, ConsentRecord, Staff
from workflows import members, settings


class Filled:
    """Mixin of EntityView: ``filled_today`` and ``filled_me`` name the columns a new record begins with."""

    filled_today = ()
    filled_me = ()

    def new_record(self):
        record = super().new_record()
        for name in self.filled_today:
            setattr(record, name, settings.today())
        for name in self.filled_me:
            setattr(record, name, me())
        return record


class HouseholdRecordView(Filled, EntityView):
    """A record of one household."""

    def queries(self, record):
        """The people who may be chosen are those of the household; staff are those who work here."""
        found = super().queries(record)
        if record.household_id:
            chosen = Client.select().where(Client.household == record.household_id)
            known = (*self.meta.fields, *self.through_names())
            found |= {name: chosen for name in ("client", "clients") if name in known}
        return found

    def new_record(self):
        record = super().new_record()
        if record.household_id is None and (client := whole(request.args.get("client"))):
            member = Client.stored(client)
            record.household = member and member.household
        return record

    def field_names(self, record):
        """The household is settled before the form opens."""
        return [name for name in super().field_names(record) if name != "household"]

    def build_form(self, record, formdata=None):
        form = super().build_form(record, formdata)
        asked = whole(request.args.get("client"))
        if "clients" in form:
            # Nobody ticked means the whole family, or the only person there is: a rule answers, not "(optional)".
            form.clients.flags.has_default = True
        if formdata is None and record.id is None and asked and "clients" in form:
            form.clients.data = [asked]
        return form

    def form_facts(self, record, form):
        """Whose file it is, in words above the questions."""
        return super().form_facts(record, form) | {"file_of": members.called(record.household)}

    def details_facts(self, record):
        """Whose file it is, with the way to it."""
        return super().details_facts(record) | {"file_of": file_of(record.household)}

    def details_sections(self, record):
        """The file stands above them already."""
        return tuple(
            (title, None, tuple(line for line in lines if line != "household"))
            for title, _help, lines in self.form_sections(record)
        )

    @expose("/new/", methods=("GET", "POST"))
    def create_view(self):
        record = self.new_record()
        return self._edit(record) if record.household_id else self._choose_person()

    def _choose_person(self):
        """Ask whose file it is, by name; only numbers go into the address."""
        lookup = lambda name: url_for("consent_record.lookup_view", field=name)  # noqa: E731
        make = model_form(ConsentRecord, ["client"], {}, lookup)
        form = make(request.form if request.method == "POST" else None)
        form.client.label.text = _("Whose file is it?")
        # Needed, but said below and not by the browser, which would not let "Find" be pressed.
        form.client.flags.has_default = True
        form.client.description = _("Type a name. The record belongs to this person’s household.")
        if request.method == "POST":
            chosen = form.validate() and Client.stored(form.client.data or 0)
            if chosen and "find" not in request.form:
                return redirect(self._at_person(chosen))
            if "find" in request.form:
                form.client.errors = []
            elif not form.errors:
                form.problem("client", _("Choose the person first."))
        return self.render(
            "admin/edit.html",
            title=self.form_title(self.model()),
            form=form,
            record=self.model(),
            sections=[(None, None, [[form.client]])],
            confirms=(),
            save_label=_("Continue"),
            cancel_href=self.at(),
        )

    def _at_person(self, client):
        known = {"household": client.household_id, "client": client.id}
        return f"{self.at('new')}?{urlencode(request.args.to_dict() | known)}"


def file_of(household):
    """A file by its number and who is in it, as the way to it."""
    return to_page(household, members.called(household))


def me():
    """The Staff row of who is at the screen, or None."""
    return Staff.get_or_none(Staff.name == current_user.working_as)

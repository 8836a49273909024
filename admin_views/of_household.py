"""What every record of a household's file shares: the household is chosen first, then the people out of it."""

from flask import redirect, request
from flask_admin import expose
from flask_babel import gettext as _
from flask_login import current_user

from admin_views.base import EntityView
from admin_views.listing import whole
from forms.fields import model_form
from models import Client, Household, Staff
from workflows import members, settings


class HouseholdRecordView(EntityView):
    """A record of one household; ``filled_today`` and ``filled_me`` name the columns a new one begins with."""

    edit_template = "people/of_household.html"
    filled_today = ()
    filled_me = ()

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
        for name in self.filled_today:
            setattr(record, name, settings.today())
        for name in self.filled_me:
            setattr(record, name, me())
        return record

    def field_names(self, record):
        """The household is settled before the form opens."""
        return [name for name in super().field_names(record) if name != "household"]

    def build_form(self, record, formdata=None):
        form = super().build_form(record, formdata)
        asked = whole(request.args.get("client"))
        if formdata is None and record.id is None and asked and "clients" in form:
            form.clients.data = [asked]
        return form

    def form_facts(self, record, form):
        """Whose file it is, in words above the questions."""
        return super().form_facts(record, form) | {"file_of": members.called(record.household)}

    @expose("/new/", methods=("GET", "POST"))
    def create_view(self):
        record = self.new_record()
        return self._edit(record) if record.household_id else self._choose_household()

    def _choose_household(self):
        """Ask whose file it is; the answer goes into the address as a number."""
        lookup = lambda name: f"{self.at('lookup')}?field={name}"  # noqa: E731
        make = model_form(self.model, ["household"], self.queries(self.model()), lookup)
        form = make(request.form if request.method == "POST" else None)
        if request.method == "POST" and "find" not in request.form and form.validate():
            return redirect(f"{self.at('new')}?household={form.household.data}")
        if "find" in request.form:
            form.validate()
            form.household.errors = []
        return self.render(
            "admin/edit.html",
            title=self.form_title(self.model()),
            form=form,
            record=Household(),
            sections=[(None, None, [[form.household]])],
            confirms=(),
            save_label=_("Continue"),
            cancel_href=self.at(),
        )


def me():
    """The Staff row of who is at the screen, or None."""
    return Staff.get_or_none(Staff.name == current_user.working_as)

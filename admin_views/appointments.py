"""Calls to return and appointments with clients, and the text for outside opening hours (R-STAFF-2)."""

from flask import flash, redirect, request
from flask_admin import expose
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from flask_babel import ngettext

from admin_views.assisting import reads_along
from admin_views.base import EntityView
from admin_views.list_state import Standing
from admin_views.listing import Filter
from admin_views.of_household import me
from admin_views.showing import moment_text, pill
from forms.formats import date_text, day_of
from forms.pickers import PickerField, RequiredPick
from forms.validators import clean_line
from models import LANGUAGES, Appointment, Client, database, language, now
from workflows import appointments, audit, people, settings, texts
from workflows.appointments import ALL, CALL_BACK, DONE, LATE, OPEN, TODAY

COLUMNS = ("client", "due_on", "starts_at", "kind", "about", "staff")
LONGEST_RESULT = 300


def _offered():
    return [
        (OPEN, _("Open")),
        (TODAY, _("Today")),
        (LATE, _("Late")),
        (DONE, _("Done")),
        (ALL, _("All")),
    ]


class WhenFilter(Filter):
    """A state; "all" is no condition but lifts the default."""

    def value(self, args):
        asked = super().value(args)
        return asked if asked in (OPEN, LATE, TODAY, DONE) else None


class AppointmentView(Standing, EntityView):
    """When somebody comes or is called, what it is about, and what came of it."""

    stands_by = ("done_on", "due_on", "kind", "called_at")

    list_template = "people/appointments.html"
    details_template = "people/appointment.html"
    new_label = _l("New call or appointment")
    intro = _l("Meetings with clients, and messages to return within the agreed hours.")
    actions = (("done", _l("Done"), ""),)

    # ---- List --------------------------------------------------------------------------------------------------------

    def own_filters(self):
        return (WhenFilter("when", _l("When"), "choice", appointments.condition, _offered),)

    def limits(self, listing):
        """What is done is left out until somebody asks for it, or for one client."""
        asked = any(listing.args.get(name) for name in ("when", "client", "due_on"))
        return [] if asked else [Appointment.done_on.is_null()]

    def page_views(self, listing):
        asked = listing.args.get("when") or OPEN
        return [(label, f"?when={state}", state == asked) for state, label in _offered()]

    def list_columns(self):
        return list(COLUMNS)

    def list_facts(self, listing, names, page, previous, following):
        facts = super().list_facts(listing, names, page, previous, following)
        text = (_("After-hours message"), self.at("after-hours"))
        return facts | {"links": [text], "longest": LONGEST_RESULT}

    def empty(self):
        return super().empty() | {
            "title": _("No call and no appointment is open"),
            "text": _("Meetings with clients and calls to return will be listed here."),
        }

    @reads_along(result=Appointment.result)
    def do_done(self, ids):
        """Everything ticked is done today, with the same result, or nothing is."""
        rows = Appointment.stored_by_id(ids).values()
        waiting = [row for row in rows if row.done_on is None]
        with database.atomic():
            for row in waiting:
                appointments.finish(row, _result())
        words = ngettext("%(num)s is done.", "%(num)s are done.", len(waiting))
        flash(words if waiting else _("These were done already."), "success")

    def standing(self, values):
        """Done, late or open, from what the database gives."""
        done_on, due_on, kind, called_at = values
        if done_on:
            return pill("state", "done", _("Done"))
        row = Appointment(kind=kind, due_on=day_of(due_on))
        row.called_at = Appointment.called_at.python_value(called_at)
        if appointments.is_late(row):
            return pill("state", "overdue", _("Late"))
        return pill("state", "open", _("Open"))

    # ---- One of them -------------------------------------------------------------------------------------------------

    def own_questions(self):
        address = f"{self.at('lookup')}?field=client"
        required = [RequiredPick(_l("Choose the client."))]
        return {
            "client": PickerField(_l("Client"), required, query=Client.select(), lookup_url=address)
        }

    def new_record(self):
        """For today and me; a call to return begins with this moment and the hours that it may take."""
        row = super().new_record()
        row.due_on, row.staff = settings.today(), me()
        if request.args.get("kind") == CALL_BACK:
            row.kind, row.called_at = CALL_BACK, now().replace(second=0, microsecond=0)
            row.due_on = settings.local(appointments.due_moment(row)).date()
        return row

    def form_sections(self, record):
        done = () if record.id is None else ((_("When it is done"), None, ("done_on", "result")),)
        asked = ("client", "kind", ("due_on", "starts_at"), "called_at", "staff", "about")
        return ((None, None, asked), *done)

    def details_facts(self, record):
        moment = appointments.due_moment(record)
        unsafe = record.client.safe_to_call == "no"  # R-CLI-2: then this page has no number at all
        return {
            "state": self.standing([getattr(record, name) for name in self.stands_by]),
            "return_by": moment_text(moment),
            "channels": [
                way for way in people.channels(record.client) if way.kind == "email" or not unsafe
            ],
            "unsafe": unsafe,
            "longest": LONGEST_RESULT,
            "done_href": f"{self.at('done')}?id={record.id}",
        }

    @expose("/done/", methods=("POST",))
    @reads_along(result=Appointment.result)
    def done_view(self):
        """Done today, in one step from the details."""
        row = self.found()
        for warning in appointments.finish(row, _result()):
            flash(self.said(warning, row), "warning")
        flash(_("Done."), "success")
        return redirect(self.at("details", row.id))

    # ---- Outside opening hours ---------------------------------------------------------------------------------------

    @expose("/after-hours/")
    def after_hours_view(self):
        """What the answering machine says and the door shows, in both languages (R-STAFF-2)."""
        audit.record("print", "text_template")
        line = settings.value("crisis_line")
        said = [
            (code, texts.body("after-hours-message", code, crisis_line=line)) for code in LANGUAGES
        ]
        return self.render(
            "print/after_hours.html",
            lang=language.get(),
            said=said,
            printed_on=date_text(settings.today()),
            back_href=self.at(),
        )


def _result():
    return clean_line(request.form.get("result", ""))[:LONGEST_RESULT]


VIEWS = {Appointment: AppointmentView}

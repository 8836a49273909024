"""The team: staff and their trainings, who looks after whom, interpreters and their bookings (R-STAFF, R-INT)."""

from flask import flash, redirect, request, url_for
from flask_admin import expose
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from flask_babel import ngettext
from markupsafe import Markup

from admin_views.attachments import Attaching
from admin_views.bars import bar
from admin_views.base import EntityView
from admin_views.listing import Filter
from admin_views.of_household import Filled, HouseholdRecordView
from admin_views.showing import link, pill, to_page
from forms import choices
from forms.fields import SmallTableField
from forms.formats import date_text, whole
from forms.validators import Needed
from models import Booking, CaseAssignment, Interpreter, Staff, TrainingRecord
from workflows import audit, caseload, interpreters, reminders, settings, team

SHOWN = 50


class StaffView(EntityView):
    """Who works here: papers, trainings, and the cases they look after."""

    details_template = "team/staff.html"

    def own_filters(self):
        missing = lambda _value: Staff.id.in_(  # noqa: E731
            team.without_training(settings.today()).select(Staff.id)
        )
        offered = lambda: [("missing", _("Missing or expired"))]  # noqa: E731
        return (Filter("training", _l("Mandatory training"), "choice", missing, offered),)

    def toolbar(self, record):
        links = [
            (_("Record a training"), f"{url_for('training_record.create_view')}?staff={record.id}")
        ]
        if team.cases_of(record.id).exists():
            links.append((_("Move cases"), f"{url_for('caseload.move')}?from={record.id}"))
        if record.digest:
            links.append((_("See the reminders"), self.get_url(".reminders_view")))
        return links

    @expose("/reminders/")
    def reminders_view(self):
        """The reminders by email exactly as they would go out now (R-REF-12)."""
        subject, text = reminders.written(settings.today())
        return self.render("team/reminders.html", subject=subject, text=text)

    def details_facts(self, record):
        load = next((one for one in caseload.loads() if one.staff.id == record.id), None)
        return {
            "lacking": team.lacking(record) if load else [],
            "says_itself": [_("Cases")],
            "bar": load and bar(load.clients),
        }

    def related(self, record):
        return [self._cases(record), self._trainings(record)]

    @staticmethod
    def _trainings(record):
        """Every mandatory training and how it stands, then the others that were done (R-STAFF-1)."""
        again = {one.slug: one for one in team.trainings(record) if not one.is_valid}
        lines = [
            (one.label, pill("state", "wrong", _("Missing")), "", "", _record_it(record, slug))
            for slug, one in again.items()
            if one.done_on is None
        ]
        rows = TrainingRecord.select().where(TrainingRecord.staff == record.id)
        for row in rows.order_by(TrainingRecord.done_on.desc(), TrainingRecord.id).limit(SHOWN):
            label = choices.term_label("training-types", row.type)
            is_over = bool(row.expires_on and row.expires_on < settings.today())
            # What was done again since is over and needs nobody.
            to_do = again.pop(row.type, None)
            state = pill("state", "inactive" if is_over else "done", _("Done"))
            if is_over or to_do:
                state = pill("state", "wrong" if to_do else "inactive", _("Expired"))
            days = date_text(row.done_on), date_text(row.expires_on)
            more = _record_it(record, row.type) if to_do else ""
            lines.append((to_page(row, label), state, *days, more))
        heads = (_("Training"), _("State"), _("Done on"), _("Valid until"), "")
        return _("Trainings"), heads, lines, None

    @staticmethod
    def _cases(record):
        houses = list(team.cases_of(record.id).limit(SHOWN))
        if houses:
            audit.record("view", "household", changed={"shown": len(houses)})
        lines = [
            (
                to_page(house),
                choices.term_label("case-types", house.case_type),
                pill("status", house.status, choices.term_label("case-statuses", house.status)),
            )
            for house in houses
        ]
        heads = (_("File number"), _("Type of case"), _("Status"))
        everything = f"{url_for('household.index_view')}?primary_worker={record.id}"
        return _("Cases"), heads, lines, everything if len(lines) == SHOWN else None


class TrainingView(Attaching, Filled, EntityView):
    """A training or a check that somebody has done, with its proof."""

    details_template = "people/consent.html"
    new_label = _l("Record a training")
    intro = _l("Trainings and checks of the people who work here.")
    attachment_kind = "training-proof"
    attachment_title = _l("Proof of training")
    filled_today = ("done_on",)

    def new_record(self):
        row = super().new_record()
        if request.args.get("type") in dict(choices.terms("training-types")):
            row.type = request.args["type"]
        return row


class AssignmentView(EntityView):
    """The history of main workers: it follows the households, so nobody begins a row by hand."""

    intro = _l(
        "Who was the main worker of which household. It follows the household: change the main worker there, or move"
        " cases from the caseload."
    )
    can_create = can_delete = False

    @expose("/new/", methods=("GET", "POST"))
    def create_view(self):
        return redirect(url_for("caseload.move"))

    def empty(self):
        return {
            "title": _("Nobody is assigned yet"),
            "text": _("Rows appear here once households have a main worker."),
            "href": None,
            "label": "",
        }

    def form_sections(self, record):
        names = [("started_on", "ended_on") if record.ended_on else "started_on"]
        return ((None, None, (*names, "reason", "no_conflict_declared")),)

    def details_sections(self, record):
        names = ("household", "staff", "started_on", "ended_on", "reason", "no_conflict_declared")
        return ((None, None, names),)


class InterpreterView(EntityView):
    """Languages, certificates, the signed form and its yearly review (R-INT-1, R-INT-4)."""

    details_template = "team/interpreter.html"
    actions = (("reviewed", _l("Confidentiality reviewed today"), ""),)

    def own_filters(self):
        due = lambda _value: Interpreter.id.in_(  # noqa: E731
            interpreters.to_review(settings.today()).select(Interpreter.id)
        )
        offered = lambda: [("due", _("Due"))]  # noqa: E731
        return (Filter("review", _l("Review of confidentiality"), "choice", due, offered),)

    def do_reviewed(self, ids):
        done = interpreters.reviewed(ids)
        words = ngettext(
            "%(num)s interpreter reviewed today.", "%(num)s interpreters reviewed today.", done
        )
        flash(words, "success")

    def details_facts(self, record):
        due = interpreters.to_review(settings.today()).where(Interpreter.id == record.id)
        return {"review_due": due.exists(), "action_href": self.at("action")}

    def related(self, record):
        rows = Booking.select().where(Booking.interpreter == record.id)
        rows = list(rows.order_by(Booking.date.desc(), Booking.id.desc()).limit(SHOWN))
        if rows:
            audit.record("view", "booking", changed={"shown": len(rows)})
        lines = [
            (
                to_page(row, date_text(row.date)),
                to_page(row.household),
                choices.term_label("interpreter-settings", row.setting),
                row.minutes or "",
            )
            for row in rows
        ]
        heads = (_("Date"), _("File number"), _("Setting"), _("Minutes"))
        everything = f"{url_for('booking.index_view')}?interpreter={record.id}"
        return [(_("Bookings"), heads, lines, everything if len(lines) == SHOWN else None)]


class BookingView(HouseholdRecordView):
    """Interpreters booked for clients."""

    new_label = _l("Book an interpreter")
    intro = _l("Interpreters booked for clients.")
    filled_today = ("date",)

    def form_sections(self, record):
        when = ("date", "starts_at", "minutes")
        names = ("interpreter", "client", when, "setting", "urgent_override_reason")
        return ((None, None, names),)

    def replaced_fields(self, record):
        """Interpreters by the languages they share with the people, those who share one first."""
        if not record.household_id:
            return {}
        client = record.client_id and record.client
        found = interpreters.offered(record.household, client, record.interpreter_id)
        rows = [(row.id, self._option(row)) for row, _shared in found]
        field = SmallTableField(
            _l("Interpreter"),
            [Needed()],
            choices=[("", _("Choose…")), *rows],
            coerce=whole,
            description=_l(
                "Those who share a language with the people come first. Offered is who signed the confidentiality"
                " form."
            ),
        )
        return {"interpreter": field}

    @staticmethod
    def _option(row):
        spoken = ", ".join(map(choices.language_label, row.languages or ()))
        return f"{row.name} – {spoken}" if spoken else row.name


def _record_it(staff, slug):
    """The link that begins the record of one training of somebody."""
    label = choices.term_label("training-types", slug)
    href = url_for("training_record.create_view", staff=staff.id, type=slug)
    words = Markup('{}<span class="visually-hidden">: {}</span>').format(_("Record it"), label)
    return link(href, words)


VIEWS = {
    Staff: StaffView,
    TrainingRecord: TrainingView,
    CaseAssignment: AssignmentView,
    Interpreter: InterpreterView,
    Booking: BookingView,
}

"""Home visits: planning one, the day itself, coming back or not, the note (2.17, R-VISIT)."""

from flask import abort, request, url_for
from flask_admin import expose
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l

from admin_views.assisting import reads_along
from admin_views.listing import Filter, whole
from admin_views.of_household import HouseholdRecordView
from admin_views.showing import moment_text
from admin_views.visit_checks import Checking
from admin_views.visit_lists import (
    METHODS,
    VisitListView,
    from_to,
    list_href,
    lists_to_choose,
    people_of,
    risk_pill,
    status_pill,
)
from forms.formats import date_text
from forms.pickers import SmallTableField
from forms.validators import Needed
from models import Client, EscalationStep, HomeVisit, VisitList, now
from workflows import (
    audit,
    members,
    people,
    settings,
    signers,
    visit_lists,
    visit_risk,
    visits,
)

UNHEARD = "check-in"


class HomeVisitView(Checking, HouseholdRecordView):
    """Every visit of every day list."""

    new_label = _l("Plan a visit")
    intro = _l("Every visit of every day list.")
    details_template = "visits/visit.html"

    def own_filters(self):
        """Those whose worker nobody has heard of, also before the clock has marked them (R-VISIT-5)."""
        offered = lambda: [(UNHEARD, _("No check-in")), ("note", _("No note"))]  # noqa: E731

        def waiting(value):
            if value == "note":
                return (HomeVisit.status == visits.CHECKED_IN) & HomeVisit.note.is_null()
            return visits.unheard(now())

        return (Filter("waiting", _l("Waiting for"), "choice", waiting, offered),)

    # ---- Planning ----------------------------------------------------------------------------------------------------

    def form_sections(self, record):
        back = _(
            "Once the list is authorized, a change of the day, the times or the address sends it back to a supervisor."
        )
        return (
            (
                _("When"),
                back if record.id else None,
                ("visit_list", ("start_time", "expected_end"), "afternoon_exception_by"),
            ),
            (_("Whom and why"), None, ("clients", "address", "purpose")),
        )

    def replaced_fields(self, record):
        field = self.meta.fields["visit_list"]
        offered = [("", _("Choose…")), *lists_to_choose(record.visit_list_id)]
        help_text = "" if len(offered) > 1 else _("Plan a day of visits first.")
        question = SmallTableField(
            _l(field.verbose_name),
            [Needed()],
            choices=offered,
            coerce=lambda value: whole(str(value)) if value else None,
            description=help_text,
        )
        return {"visit_list": question}

    def queries(self, record):
        return super().queries(record) | {"afternoon_exception_by": signers.people()}

    def new_record(self):
        visit = super().new_record()
        home = visit.household_id and visit.household
        if home and home.address:
            visit.address = ", ".join(filter(None, (home.address, home.city)))
        return visit

    def build_form(self, record, formdata=None):
        """A household of one person is visited for that person."""
        form = super().build_form(record, formdata)
        if formdata is None and record.id is None and not form.clients.data:
            offered = [key for key, *_rest in form.clients.iter_choices()]
            form.clients.data = offered if len(offered) == 1 else []
        return form

    def after_save_url(self, record, is_new):
        stored = HomeVisit.get_by_id(record.id)
        if stored.status == visit_lists.WAIVED:
            return self.at("details", record.id)
        if not visit_risk.is_filled_in(stored):
            return self.at("checklist", record.id)
        return list_href(stored.visit_list_id)

    def called(self, record):
        return record.address

    # ---- One visit ---------------------------------------------------------------------------------------------------

    def details_facts(self, record):
        listed = VisitList.get_by_id(record.visit_list_id)
        is_missed = visits.is_missed(record)
        may_go = record.status in visit_lists.PLANNED
        people_here = list(Client.select().where(Client.household == record.household_id))
        return {
            "day": f"{date_text(listed.date)} · {listed.staff}",
            "day_href": list_href(listed.id),
            "file_of": members.called(record.household),
            "household_href": url_for("household.details_view", id=record.household_id),
            "times": from_to(record),
            "who": ", ".join(people_of([record])[record.id]),
            "status": status_pill(
                visits.MISSED
                if is_missed and record.status not in visits.UNHEARD
                else record.status
            ),
            "risk": risk_pill(record),
            "checked_on": date_text(record.risk_checked_on),
            "lacks": may_go and visit_risk.missing(record, listed.date),
            "may_fill_in": record.status in visit_lists.NOT_BEGUN
            and listed.date >= settings.today(),
            "awaits_decision": may_go and visit_risk.awaits_decision(record),
            "may_start": may_go
            and record.status == listed.state == visit_lists.AUTHORIZED
            and listed.date == settings.today(),
            "may_check_in": is_missed or visits.may_check_in(record, listed.date),
            "may_cancel": record.status in visit_lists.NOT_BEGUN,
            "methods": [(value, _(words)) for value, words in METHODS],
            "checked_in": moment_text(record.checked_in_at),
            "method": _(dict(METHODS)[record.check_in_method]) if record.check_in_method else "",
            "is_unsafe_address": not record.household.safe_address,
            "steps": self._steps(record, is_missed),
            "phones": self._phones(record, listed, people_here) if is_missed else [],
            "is_missed": is_missed,
            "people": [(person.id, str(person)) for person in people_here],
            "note_missing": visits.note_missing(record),
            "notes": [
                (note.id, f"{date_text(note.contact_on)} · {note.author}")
                for note in visits.notes_for(record, listed.date).limit(20)
            ]
            if visits.note_missing(record)
            else [],
        }

    @staticmethod
    def _steps(visit, is_missed):
        """[(slug, words, EscalationStep or None, when, may be taken now)] of the three steps, where there are any."""
        done = visits.taken(visit)
        if not (is_missed or done):
            return []
        following = visits.next_step(visit) if is_missed else None
        return [
            (
                slug,
                words,
                done.get(slug),
                moment_text(done[slug].taken_at) if slug in done else "",
                slug == following,
            )
            for slug, words in visits.steps()
        ]

    @staticmethod
    def _phones(visit, listed, people_here):
        """[(whose, [(which, Channel)])]: shown for a missed check-in only, and the showing is logged (R-VISIT-5)."""
        worker = listed.staff
        reason = _("Missed check-in")
        audit.record("view", "staff", worker.id, reason=reason)
        numbers = (
            (_("Personal cell"), worker.personal_phone),
            (_("Work phone"), worker.work_phone),
            (_("Home phone"), worker.home_phone),
        )
        found = [
            (str(worker), [(which, people.Channel("call", n, "yes")) for which, n in numbers if n])
        ]
        for person in people_here:
            ways = [way for way in people.channels(person) if way.kind == "call"]
            if ways:
                audit.record("view", "client", person.id, reason=reason)
                found.append((str(person), [(_("Phone"), way) for way in ways]))
        return found

    # ---- On the day --------------------------------------------------------------------------------------------------

    @expose("/start/", methods=("POST",))
    def start_view(self):
        return self.stepped(visits.start, _("The visit has started. Remember to check in."))

    @expose("/check-in/", methods=("POST",))
    def check_in_view(self):
        method = request.form.get("method", "")
        return self.stepped(lambda visit: visits.check_in(visit, method), _("Checked in."))

    @expose("/cancel/", methods=("POST",))
    def cancel_view(self):
        return self.stepped(visits.cancel, _("The visit is cancelled."))

    @expose("/step/", methods=("POST",))
    @reads_along(result=EscalationStep.result)
    def step_view(self):
        """One of the three steps when nobody checked in (R-VISIT-5)."""
        step, result = request.form.get("step", ""), request.form.get("result", "")
        return self.stepped(lambda visit: visits.take_step(visit, step, result), _("Written down."))

    @expose("/note/", methods=("POST",))
    def note_view(self):
        """An existing note is the one about this visit (R-VISIT-6)."""
        key = whole(request.form.get("note")) or abort(404)
        return self.stepped(
            lambda visit: visits.attach(visit, key), _("The note belongs to the visit.")
        )


VIEWS = {
    HomeVisit: HomeVisitView,
    VisitList: VisitListView,
}

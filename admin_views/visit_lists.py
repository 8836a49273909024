"""A worker's visits of one day: the page to work with, its authorization, and the sheet to take along (R-VISIT-1)."""

from flask import flash, redirect, request, url_for
from flask_admin import expose
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l

from admin_views.base import EntityView
from admin_views.list_state import tabs
from admin_views.listing import Filter, whole
from admin_views.of_household import me
from admin_views.showing import pill, text_of
from forms import choices
from forms.formats import date_text, time_text
from forms.visits import authorization
from models import Client, HomeVisit, Household, Organization, Staff, VisitList, now
from workflows import audit, records, settings, signers, visit_lists, visit_risk, visits
from workflows.rows import through_of

METHODS = HomeVisit.check_in_method.choices


def status_pill(status):
    """How a visit stands, as a pill."""
    return pill("status", status, choices.term_label("visit-statuses", status))


def risk_pill(visit):
    """What the checklist came to, as a pill; empty while there is none."""
    if visit_risk.awaits_decision(visit):
        return pill("risk", "flagged", _("A danger is unknown"))
    result = visit.risk_result
    return pill("risk", result, choices.term_label("visit-risk-results", result)) if result else ""


def from_to(visit):
    """From when to when a visit is planned."""
    return f"{time_text(visit.start_time)} – {time_text(visit.expected_end)}"


class VisitListView(EntityView):
    """The day in a worker's hand."""

    new_label = _l("Plan a day of visits")
    intro = _l("The visits of one worker on one day. A supervisor authorizes the list first.")
    details_template = "visits/day.html"
    supervised = ("authorize_view",)

    def __init__(self, model):
        super().__init__(model)
        # Addresses stand on the page: its title names nobody, and opening it is logged.
        self.big = True

    def own_filters(self):
        def when(value):
            today = settings.today()
            return VisitList.date == today if value == "today" else VisitList.date > today

        offered = lambda: [("today", _("Today")), ("coming", _("Coming"))]  # noqa: E731
        return (Filter("when", _l("When"), "choice", when, offered),)

    def page_views(self, listing):
        offered = ((None, _("All")), ("today", _("Today")), ("coming", _("Coming")))
        return tabs(self, listing, "when", offered)

    def list_facts(self, listing, names, page, previous, following):
        facts = super().list_facts(listing, names, page, previous, following)
        return facts | {"links": [(_("All visits"), url_for("home_visit.index_view"))]}

    def new_record(self):
        listed = super().new_record()
        listed.date, listed.staff = settings.today(), listed.staff_id and listed.staff or me()
        return listed

    def queries(self, record):
        return {"staff": Staff.select().where(Staff.is_active)}

    def called(self, record):
        return f"{date_text(record.date)} · {record.staff}"

    def empty(self):
        return {
            **super().empty(),
            "title": _("No day of visits yet"),
            "text": _("Plan the visits of a day in order and in the morning."),
        }

    # ---- The day -----------------------------------------------------------------------------------------------------

    def details_facts(self, record):
        rows = visit_lists.visits_of(record)
        lacking = {v.id: words for v, words in visit_lists.lacking(record) if v}
        planned = [row.id for row in rows if row.status in visit_lists.PLANNED]
        overdue = {
            row.id
            for row in HomeVisit.select(HomeVisit.id).where(
                HomeVisit.visit_list == record.id, visits.overdue(now())
            )
        }
        files = Household.stored_by_id({row.household_id for row in rows})
        people = people_of(rows)
        is_open = record.date >= settings.today()
        return {
            "standing": self._state(record),
            "state": record.state,
            "is_open": is_open,
            "may_submit": is_open and planned and record.state == visit_lists.DRAFT,
            "is_ready": not visit_lists.lacking(record, is_decided=False),
            "may_authorize": is_open and record.state == visit_lists.SUBMITTED,
            "methods": [(value, _(words)) for value, words in METHODS],
            "visits": [
                {
                    "row": row,
                    "times": from_to(row),
                    "file": files[row.household_id].file_number,
                    "people": ", ".join(people[row.id]),
                    "risk": risk_pill(row),
                    "status": status_pill(visits.MISSED if row.id in overdue else row.status),
                    "unheard": row.id in overdue or row.status in visits.UNHEARD,
                    "lacks": lacking.get(row.id, ""),
                    "is_undecided": visit_risk.awaits_decision(row),
                    "may_start": self._may_start(row, record),
                    "may_check_in": visits.may_check_in(row, record.date) or row.id in overdue,
                    "needs_note": visits.note_missing(row),
                    "up": is_open and row.id in planned[1:],
                    "down": is_open and row.id in planned[:-1],
                }
                for row in rows
            ],
        }

    @staticmethod
    def _may_start(visit, listed):
        is_ready = visit.status == listed.state == visit_lists.AUTHORIZED
        return is_ready and listed.date == settings.today()

    @staticmethod
    def _state(record):
        """(pill, words about who authorized the list, or when it was submitted)."""
        mark = pill("state", record.state, text_of(VisitList.state)(record.state))
        by, on = record.authorized_by, date_text(record.authorized_on)
        if record.state == visit_lists.AUTHORIZED:
            return mark, _("by %(name)s, %(day)s", name=by, day=on)
        if record.state == visit_lists.SUBMITTED:
            return mark, _("since %(day)s", day=date_text(record.submitted_on))
        return mark, ""

    @expose("/submit/", methods=("POST",))
    def submit_view(self):
        return self.stepped(visit_lists.submit, _("The list waits for a supervisor now."))

    @expose("/move/", methods=("POST",))
    def move_view(self):
        """Exchange one visit with its neighbour, their times too."""
        up, key = request.form.get("way") == "up", whole(request.form.get("visit"))

        def move(listed):
            visit = HomeVisit.get_or_none(HomeVisit.id == key, HomeVisit.visit_list == listed.id)
            if visit is None:
                problem = records.Problem("", _("This visit is not on the list any more."))
                raise records.Refused([problem])
            visit_lists.move(visit, up)

        return self.stepped(move, _("The order and the times were changed."))

    @expose("/authorize/", methods=("GET", "POST"))
    def authorize_view(self):
        """A supervisor reads the whole list and authorizes it (R-VISIT-1)."""
        listed, is_post = self.found(), request.method == "POST"
        offered = [(row.id, row.name) for row in signers.people()]
        mine = me()
        data = {
            "authorized_by": mine.id if mine and signers.may_sign(mine) else None,
            "seen": visit_lists.as_seen(listed),
        }
        form = authorization(offered, request.form if is_post else None, data)
        if is_post and form.validate():
            try:
                by = Staff.get_by_id(form.authorized_by.data)
                visit_lists.authorize(listed, by, form.seen.data)
                flash(_("The list is authorized."), "success")
                return redirect(self.at("details", listed.id))
            except records.Refused as refused:
                form.tell(refused.problems)
                form.seen.data = data["seen"]
        audit.record("view", "visit_list", listed.id)
        return self.render(
            "visits/authorize.html",
            title=_("Authorize this list?"),
            form=form,
            day=self.called(listed),
            is_submitted=listed.state == visit_lists.SUBMITTED,
            lacking=visit_lists.lacking(listed),
            visits=self._summary(listed),
            cancel_href=self.at("details", listed.id),
        )

    @staticmethod
    def _summary(listed):
        return [
            {
                "row": row,
                "times": from_to(row),
                "risk": risk_pill(row),
                "exception": row.afternoon_exception_by or "",
                "undecided": visit_risk.awaits_decision(row),
            }
            for row in visit_lists.visits_of(listed)
            if row.status in visit_lists.PLANNED
        ]

    @expose("/print/")
    def print_view(self):
        """The sheet to take along, and the one that stays at the office (R-VISIT-1)."""
        listed = self.found()
        audit.record("print", "visit_list", listed.id)
        rows = [v for v in visit_lists.visits_of(listed) if v.status not in visit_lists.OFF]
        people = people_of(rows)
        own = Organization.own()
        return self.render(
            "print/visit_list.html",
            title=self.called(listed),
            standing=self._state(listed),
            worker=listed.staff,
            supervisor=listed.staff.supervisor,
            office=own and own.phone,
            ends=time_text(settings.value("business_day_ends")),
            visits=[(row, from_to(row), ", ".join(people[row.id]), risk_pill(row)) for row in rows],
            printed_on=date_text(settings.today()),
            back_href=self.at("details", listed.id),
        )


def people_of(rows):
    """{visit id: [name, …]} of who is to be visited, in two statements."""
    through, mine, other = through_of(HomeVisit, "clients")
    pairs = list(through.select(mine, other).where(mine.in_([r.id for r in rows] or [0])).tuples())
    named = Client.stored_by_id({client for _visit, client in pairs})
    return {row.id: [str(named[c]) for v, c in sorted(pairs) if v == row.id] for row in rows}


def lists_to_choose(listed_id=None):
    """[(id, words)] of the lists a visit may be put on: today's and coming ones, and the one it is on."""
    rows = (
        VisitList.select(VisitList, Staff)
        .join(Staff)
        .where((VisitList.date >= settings.today()) | (VisitList.id == (listed_id or 0)))
    )
    return [
        (row.id, f"{date_text(row.date)} · {row.staff}")
        for row in rows.order_by(VisitList.date, Staff.name_sorted, Staff.id).limit(200)
    ]


def list_href(listed_id):
    """The page of the day."""
    return url_for("visit_list.details_view", id=listed_id)

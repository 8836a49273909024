"""The caseload page: the standard's table, bars and evenness; and handing a whole caseload over (R-LOAD)."""

from fractions import Fraction

from flask import abort, flash, redirect, request, url_for
from flask_admin import expose
from flask_babel import gettext as _
from flask_babel import ngettext

from admin_views.assisting import asks, reads_along
from admin_views.bars import PILLS, bar
from admin_views.base import PageView
from admin_views.listing import whole
from admin_views.showing import pill
from forms import choices
from forms.caseload import MoveForm
from forms.formats import number_text, score_text
from models import CaseAssignment, Staff
from workflows import audit, case_moves, caseload, settings
from workflows.records import Refused
from workflows.schedule import LEVELS
from workflows.scoring import round_half_up


class CaseloadView(PageView):
    """Numbers of the workers; no client is named here."""

    def __init__(self):
        super().__init__(endpoint="caseload", url="/caseload")

    @expose("/")
    def index(self):
        found = caseload.loads()
        share = caseload.team_share(found)
        return self.render(
            "team/caseload.html",
            levels=[choices.term_label("need-levels", level) for level in LEVELS],
            rows=[self._row(load, share) for load in found],
            sums=self._sums(found),
            share=_percent(share),
            points=settings.value("caseload_evenness_points"),
            watch=settings.value("caseload_low_watch"),
            low=settings.value("caseload_min"),
            high=settings.value("caseload_max"),
        )

    @staticmethod
    def _row(load, share):
        drawn = bar(load.clients)
        uneven = caseload.is_uneven(load, share)
        return {
            "name": load.staff.name,
            "href": url_for("household.index_view", primary_worker=load.staff.id),
            "gone": not load.staff.is_active,
            "youth": load.staff.works_with_youth_only,
            "cases": load.cases,
            "clients": load.clients,
            "bar": drawn,
            "state": pill("state", PILLS[drawn.state], drawn.words),
            "levels": load.adults,
            "share": _percent(load.share),
            "uneven": pill("state", "warning", _("Uneven")) if uneven else "",
            "move": url_for(".move", **{"from": load.staff.id}) if load.cases else None,
        }

    @staticmethod
    def _sums(found):
        """[(words, cases, clients, adults at each level)]: together, on average, and the standard's row."""
        if not found:
            return []
        cases, clients, adults = caseload.totals(found)
        mean = lambda n: score_text(round_half_up(Fraction(n, len(found))))  # noqa: E731
        ref_cases, ref_clients, ref_adults = caseload.REFERENCE
        return [
            (_("All together"), number_text(cases), number_text(clients), adults),
            (_("Average of a worker"), mean(cases), mean(clients), [mean(n) for n in adults]),
            (_("The standard’s example"), ref_cases, ref_clients, ref_adults),
        ]

    # ---- Handing over ----------------------------------------------------------------------------------------------------

    @expose("/move/", methods=("GET", "POST"))
    @reads_along(reason=CaseAssignment.reason)
    def move(self):
        """Choose who leaves, tick what moves, look at the numbers; the last button moves."""
        giver = Staff.get_or_none(Staff.id == (whole(request.values.get("from")) or 0))
        if giver is None:
            return self._choose_giver()
        listed = case_moves.listed(giver)
        if listed:
            audit.record("view", "household", changed={"shown": len(listed)})
        form = MoveForm.of(giver, listed, request.form if request.method == "POST" else None)
        if request.method == "POST" and form.validate():
            found = case_moves.plan(giver, set(form.households.data), form.receiver())
            if "move" not in request.form:
                return self._check_page(form, found)
            return self._move(form, giver)
        return self.render(
            "team/move.html",
            title=_("Move the cases of %(name)s", name=giver.name),
            form=form,
            is_empty=not listed,
            cancel_href=url_for(".index"),
        )

    def _choose_giver(self):
        if request.values.get("from"):
            abort(404)
        rows = [
            (url_for(".move", **{"from": load.staff.id}), load.staff.name, load.cases, load.clients)
            for load in caseload.loads()
            if load.cases
        ]
        return self.render("team/move_from.html", rows=rows)

    def _check_page(self, form, found, problems=()):
        """Before and after, what R-STAFF-1 and R-LOAD-1 say, and a tick for each new worker."""
        kept = ("households", "to", "backup_worker", "reason")
        posted = [(n, v) for n in kept for v in request.form.getlist(n)]
        moves = [(house.file_number, people, staff) for house, people, staff in found.moves]
        return self.render(
            "team/move_check.html",
            giver=found.giver,
            posted=posted,
            moves=moves,
            seal=[f"{key}.{version}.{worker}" for key, (version, worker) in found.seal.items()],
            receivers=found.receivers,
            stops=[*problems, *found.stops, *(r.lacking for r in found.receivers if r.lacking)],
            ticked={name: request.form.getlist(name) for name in ("declared", "past")},
            back_href=url_for(".move", **{"from": found.giver.id}),
            has_problems=bool(problems),
        ), 422 if problems else 200

    def _move(self, form, giver):
        try:
            done = case_moves.move(
                giver,
                _seal(request.form.getlist("seal"), form.households.data),
                form.backup(),
                form.reason.data,
                [whole(value) for value in request.form.getlist("declared")],
                [whole(value) for value in request.form.getlist("past")],
            )
        except Refused as refused:
            if asks(refused):
                raise
            found = case_moves.plan(giver, set(form.households.data), form.receiver())
            return self._check_page(form, found, [str(p.message) for p in refused.problems])
        flash(ngettext("%(num)s case is moved.", "%(num)s cases are moved.", done), "success")
        return redirect(url_for(".index"))


def _seal(values, ticked):
    """{household id: (version, staff id)} out of the check page; what it cannot have said is left out."""
    found = {}
    for parts in (value.split(".") for value in values):
        numbers = [whole(part) for part in parts]
        if len(numbers) == 3 and None not in numbers and numbers[0] in ticked:
            found[numbers[0]] = (numbers[1], numbers[2])
    return found


def _percent(share):
    """A share as people read it: 51 %; empty for None."""
    return "" if share is None else _("%(number)s%%", number=round_half_up(share * 100, 0))


PAGES = (CaseloadView,)

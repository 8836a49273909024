"""The risk checklist of a home visit on screen, and a supervisor's decision on what is unknown (R-VISIT-2, R-VISIT-4)."""

from flask import flash, redirect, request
from flask_admin import expose
from flask_babel import gettext as _

from admin_views.assisting import asks, reads_along
from admin_views.listing import whole
from admin_views.showing import refused_words
from admin_views.visit_lists import from_to, list_href, risk_pill
from forms.formats import date_text
from forms.visits import CONDITIONS, DecisionForm, checklist
from models import HomeVisit, VisitList
from workflows import audit, records, visit_lists, visit_risk


class Checking:
    """Mixin of the view of home visits: the pages that say how safe one is."""

    supervised = ("decide_view",)

    @expose("/checklist/", methods=("GET", "POST"))
    @reads_along(conditions=HomeVisit.conditions)
    def checklist_view(self):
        visit, is_post = self.found(), request.method == "POST"
        if visit.status not in visit_lists.NOT_BEGUN:
            flash(_("This visit has begun or was called off."), "info")
            return redirect(self.at("details", visit.id))
        asked = [(slug, words) for slug, words, _safety in visit_risk.questions()]
        data = {**(visit.risk_answers or {}), CONDITIONS: visit.conditions}
        form = checklist(asked, request.form if is_post else None, data)
        if is_post and form.validate():
            answers = {slug: form[slug].data for slug, _words in asked}
            try:
                visit_risk.fill_in(visit, answers, form[CONDITIONS].data)
                return self._after_risk(visit)
            except records.Refused as refused:
                if asks(refused):
                    raise
                form.tell(refused.problems)
        audit.record("view", "home_visit", visit.id)
        listed = VisitList.get_by_id(visit.visit_list_id)
        found = None if visit_risk.is_filled_in(visit) else visit_risk.earlier(visit, listed.date)
        return self.render(
            "visits/checklist.html",
            title=_("Risk checklist"),
            visit=visit,
            form=form,
            day=f"{date_text(listed.date)}, {from_to(visit)}",
            earlier=found
            and {
                "on": date_text(found.risk_checked_on),
                "risk": risk_pill(found),
                "conditions": found.conditions or "",
            },
            cancel_href=list_href(listed.id),
        )

    def _after_risk(self, visit):
        """Where to go once the risk is known: to what is offered instead, to the supervisor, or back to the day."""
        stored = HomeVisit.get_by_id(visit.id)
        if stored.status == visit_lists.WAIVED:
            flash(_("The visit is waived. Offer another way to meet."), "warning")
            return redirect(self.at("details", visit.id))
        if visit_risk.awaits_decision(stored):
            flash(_("A danger is unknown: a supervisor has to decide in writing."), "warning")
            return redirect(self.at("details", visit.id))
        flash(_("The checklist is saved."), "success")
        return redirect(list_href(stored.visit_list_id))

    @expose("/take-over/", methods=("POST",))
    def take_over_view(self):
        """Nothing has changed at this address since the earlier checklist (R-VISIT-2)."""
        visit = self.found()
        try:
            visit_risk.take_over(visit)
        except records.Refused as refused:
            flash(refused_words(refused), "danger")
            return redirect(self.at("checklist", visit.id))
        return self._after_risk(visit)

    @expose("/decide/", methods=("GET", "POST"))
    @reads_along(risk_decision=HomeVisit.risk_decision)
    def decide_view(self):
        """A supervisor decides in writing about what is unknown (2.17)."""
        visit = self.found()
        if not visit_risk.awaits_decision(visit) or visit.status not in visit_lists.PLANNED:
            flash(_("Nothing is to be decided about this visit."), "info")
            return redirect(self.at("details", visit.id))
        form = DecisionForm(request.form if request.method == "POST" else None)
        if request.method == "POST" and form.validate():
            seen, may_go = whole(request.form.get("version")) or 0, form.go.data == "yes"
            try:
                visit_risk.decide(visit, form.risk_decision.data, may_go, seen)
                return self._after_risk(visit)
            except records.Conflict as conflict:
                form.form_errors.append(
                    _("The visit was changed while you were reading. Look at it once more.")
                )
                visit = conflict.theirs
        audit.record("view", "home_visit", visit.id)
        return self.render(
            "visits/decide.html",
            title=_("Decide about this visit"),
            visit=visit,
            form=form,
            unknown=visit_risk.unknown_dangers(visit.risk_answers),
            cancel_href=self.at("details", visit.id),
        )

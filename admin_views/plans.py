"""Settlement plans on screen: the goals with their steps, the client's copy in print, and the reviews (2.11)."""

from flask import abort, redirect, request, url_for
from flask_admin import expose
from flask_babel import gettext as _

import models
from admin_views.base import EntityView
from admin_views.listing import whole
from forms.choices import term_label
from forms.formats import date_text
from models import Client, PlanAction, SettlementPlan
from workflows import audit, case_rules, plan, settings
from workflows.texts import in_language


class PlanView(EntityView):
    """Plans are made and changed in the wizard; here they are read, ticked off and printed."""

    details_template = "people/plan.html"
    can_create = False

    def called(self, record):
        return _("Settlement plan of file %(number)s", number=record.household.file_number)

    def details_facts(self, record):
        steps, today = plan.actions(record), settings.today()
        first = Client.select().where(Client.household == record.household_id).order_by(Client.id)
        return {
            "goals": [self._goal(goal, steps.get(goal.id, ())) for goal in plan.goals(record)],
            "reviews": [
                (date_text(day), date_text(row.done_on) if row else "", not row and day < today)
                for day, row in case_rules.reviews(record.household)
            ],
            "client": first.first(),
            "household_href": url_for("household.details_view", id=record.household_id),
        }

    @staticmethod
    def _goal(goal, steps):
        who = dict(PlanAction.who.choices)
        return {
            "title": goal.title,
            "person": str(goal.client),
            "client_id": goal.client_id,
            "factor": goal.factor or "",
            "term": term_label("plan-goal-terms", goal.term),
            "by": date_text(goal.target_date),
            "status": term_label("goal-statuses", goal.status),
            "mark": goal.status,
            "edit_href": url_for("goal.edit_view", id=goal.id),
            "steps": [
                {
                    "id": step.id,
                    "text": step.text,
                    "who": _(who[step.who]),
                    "by": date_text(step.due_on),
                    "done": date_text(step.done_on),
                    "referral": step.referral,
                }
                for step in steps
            ],
        }

    @expose("/tick/", methods=("POST",))
    def tick_view(self):
        """A step is done, or not after all."""
        record = self.found()
        action = PlanAction.get_or_none(PlanAction.id == whole(request.form.get("action")))
        if action is None or action.goal.plan_id != record.id:
            abort(404)
        plan.tick(action, settings.today())
        return redirect(f"{self.at('details', record.id)}#step-{action.id}")

    @expose("/print/")
    def print_view(self):
        """The client's copy, in their language where the portal has texts in it."""
        record = self.found()
        audit.record("print", "settlement_plan", record.id)
        people = Client.select().where(Client.household == record.household_id).order_by(Client.id)
        asked = request.args.get("lang")
        spoken = asked if asked in models.LANGUAGES else plan.print_language(people.first())
        with in_language(spoken):
            steps = plan.actions(record)
            return self.render(
                "print/plan.html",
                lang=spoken,
                made_on=date_text(record.created_on),
                agreed_on=date_text(record.agreed_with_client_on),
                people=[str(person) for person in people],
                worker=record.household.primary_worker,
                goals=[
                    self._goal(goal, steps.get(goal.id, ()))
                    for goal in plan.goals(record)
                    if goal.status != "dropped"
                ],
                reviews=[date_text(day) for day, _row in case_rules.reviews(record.household)],
                printed_on=date_text(settings.today()),
                back_href=self.at("details", record.id),
                other=[
                    (label, self.get_url(".print_view", id=record.id, lang=code))
                    for code, label in (("en", "English"), ("fr", "Français"))
                    if code != spoken
                ],
            )


VIEWS = {SettlementPlan: PlanView}

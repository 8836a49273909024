"""Screens of casework that need more than the derived ones: extensions are a supervisor's step."""

from flask import request
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l

from admin_views.base import EntityView
from admin_views.of_household import Filled
from models import CapacityBuildingActivity, Extension, PlanReview, Staff
from workflows import case_rules, settings


class ExtensionView(Filled, EntityView):
    """Everybody reads what was decided; recording it asks for the administrator passphrase (R-ASM-7, R-SYS-3)."""

    everybodys = (
        "index_view",
        "details_view",
        "search_view",
        "lookup_view",
        "export_page",
        "export",
    )
    new_label = _l("Record a decision")
    intro = _l("A supervisor decides whether a case goes on past twelve months.")
    filled_today = ("decided_on",)

    def __init__(self, model):
        super().__init__(model)
        self.administration = True

    def queries(self, record):
        supervisors = Staff.select().where(Staff.role == case_rules.SUPERVISOR, Staff.is_active)
        return {"decided_by": supervisors}


class PlanReviewView(Filled, EntityView):
    """Reviews that were done; what is due is worked out from the first day of the program (R-ASM-9)."""

    new_label = _l("Record a review")
    filled_today = ("done_on",)

    def new_record(self):
        review = super().new_record()
        if review.household_id:
            waiting = [day for day, row in case_rules.reviews(review.household) if row is None]
            asked = [day for day in waiting if day.isoformat() == request.args.get("due_on")]
            review.due_on = next(iter([*asked, *waiting]), settings.today())
        return review


class CapacityBuildingView(Filled, EntityView):
    """Work with the community, which the standard asks to be recorded (R-CAP-1)."""

    new_label = _l("Record capacity building")
    filled_today = ("date",)
    filled_me = ("staff",)
    says_itself = True
    intro = _l(
        "Work that helps the community serve newcomers better: outreach, partnerships, training."
    )

    def empty(self):
        return {
            **super().empty(),
            "title": _("No capacity building yet"),
            "text": _("Meetings with partners, training and outreach will be listed here."),
        }


VIEWS = {
    Extension: ExtensionView,
    PlanReview: PlanReviewView,
    CapacityBuildingActivity: CapacityBuildingView,
}

"""Screens of casework that need more than the derived ones: extensions are a supervisor's step."""

from flask import request
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from flask_login import current_user

from admin_views.base import EntityView
from models import CapacityBuildingActivity, Extension, PlanReview, Staff
from workflows import case_rules, settings


class ExtensionView(EntityView):
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

    def __init__(self, model):
        super().__init__(model)
        self.administration = True

    def queries(self, record):
        supervisors = Staff.select().where(Staff.role == case_rules.SUPERVISOR, Staff.is_active)
        return {"decided_by": supervisors}

    def new_record(self):
        extension = super().new_record()
        extension.decided_on = settings.today()
        return extension


class PlanReviewView(EntityView):
    """Reviews that were done; what is due is worked out from the first day of the program (R-ASM-9)."""

    new_label = _l("Record a review")

    def new_record(self):
        review = super().new_record()
        review.done_on = settings.today()
        if review.household_id:
            waiting = [day for day, row in case_rules.reviews(review.household) if row is None]
            asked = [day for day in waiting if day.isoformat() == request.args.get("due_on")]
            review.due_on = next(iter([*asked, *waiting]), settings.today())
        return review


class CapacityBuildingView(EntityView):
    """Work with the community, which the standard asks to be recorded (R-CAP-1)."""

    new_label = _l("Record capacity building")
    says_itself = True
    intro = _l(
        "Work that helps the community serve newcomers better: outreach, partnerships, training."
    )

    def new_record(self):
        row = super().new_record()
        row.date = settings.today()
        row.staff = Staff.get_or_none(Staff.name == current_user.working_as)
        return row

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

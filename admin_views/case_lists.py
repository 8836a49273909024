"""What cases ask for: the assessments that are open or overdue, extensions to decide, alerts to act on."""

from flask import redirect, url_for
from flask_admin import expose
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from markupsafe import Markup
from wtforms import DateField
from wtforms.validators import InputRequired

from admin_views.base import EntityView
from admin_views.list_state import tabs
from admin_views.listing import Filter
from admin_views.marks import flag_pill
from forms.fields import ParagraphField
from forms.formats import date_text
from models import EXTENSION, REVIEW, CaseTask, NeedAlert
from workflows import agency_rules, people, settings

OPEN, OVERDUE, LATER, REVIEWS = "open", "overdue", "later", "reviews"
DONE = "done"


def _when(value):
    """The condition of a list of assessments that are open, overdue or still to come today, or of reviews overdue."""
    today, assessed = settings.today(), CaseTask.kind.not_in((EXTENSION, REVIEW))
    if value == REVIEWS:
        return (CaseTask.kind == REVIEW) & (CaseTask.due_on < today)
    if value == OVERDUE:
        return assessed & (CaseTask.due_on < today)
    if value == OPEN:
        return assessed & (CaseTask.due_on >= today) & (CaseTask.opens_on <= today)
    return assessed & (CaseTask.opens_on > today)


class CaseTaskView(EntityView):
    """The next assessment of every adult, the plan reviews, and the extensions to decide (R-ASM)."""

    can_delete = False

    def list_columns(self):
        return ["client", "kind", "point", "opens_on", "due_on", "household"]

    def own_filters(self):
        offered = lambda: [  # noqa: E731
            (OPEN, _("Open now")),
            (OVERDUE, _("Overdue")),
            (LATER, _("Not open yet")),
            (REVIEWS, _("Plan reviews overdue")),
        ]
        return (Filter("when", _l("When"), "choice", _when, offered),)

    def page_views(self, listing):
        offered = (
            (None, _("All")),
            (OVERDUE, _("Overdue")),
            (OPEN, _("Open now")),
            (REVIEWS, _("Plan reviews overdue")),
        )
        return tabs(self, listing, "when", offered)

    @expose("/details/")
    def details_view(self):
        """The schedule of the household, where the next step begins; a review begins on the page of the household."""
        row = self.found()
        if row.kind == REVIEW:
            return redirect(url_for("household.details_view", id=row.household_id))
        return redirect(url_for("needs_assessment.case_view", id=row.household_id))

    def empty(self):
        return {
            "title": _("Nothing is due"),
            "text": _("Assessments appear here once a case has its first day of the program."),
            "href": None,
            "label": "",
        }


class NeedAlertView(EntityView):
    """Critical answers that somebody must act on (R-SCO-3); they begin with an assessment, never by hand."""

    edit_template = "people/alert.html"
    can_create = can_delete = False

    def own_filters(self):
        conditions = {
            OPEN: NeedAlert.done_on.is_null(),
            DONE: NeedAlert.done_on.is_null(False),
        }
        offered = lambda: [(OPEN, _("To act on")), (DONE, _("Done"))]  # noqa: E731
        return (Filter("state", _l("State"), "choice", conditions.get, offered),)

    def page_views(self, listing):
        offered = ((None, _("All")), (OPEN, _("To act on")), (DONE, _("Done")))
        return tabs(self, listing, "state", offered)

    def cell(self, name):
        if name != "question":
            return super().cell(name)
        questions = agency_rules.matrix().questions()
        return lambda slug: str(questions[slug][1].text) if slug in questions else slug

    def list_columns(self):
        return ["client", "question", "due_on", "done_on"]

    def row_address(self):
        return f"{self.at('edit')}?id="

    def own_questions(self):
        return {
            "done_on": DateField(_l("Done on"), [InputRequired(_l("Enter the day."))]),
            "what_was_done": ParagraphField(
                _l("What was done"),
                [InputRequired(_l("Say what was done about it."))],
                render_kw={"data-look": True},
            ),
        }

    def form_sections(self, record):
        if record.id is None:
            return super().form_sections(record)
        return ((None, None, ("done_on", "what_was_done")),)

    def build_form(self, record, formdata=None):
        form = super().build_form(record, formdata)
        if formdata is None and record.id and record.done_on is None:
            form.done_on.data = settings.today()
        return form

    def form_title(self, record):
        return _("What was done about it?") if record.id else super().form_title(record)

    def form_facts(self, record, form):
        if record.id is None:
            return {}
        row = record.assessment
        found = agency_rules.matrix(row.matrix_version).questions().get(record.question)
        question = found and found[1]
        late = record.done_on is None and record.due_on < settings.today()
        answer = str(question.anchors[0]) if question else ""
        address = url_for("needs_assessment.details_view", id=row.id)
        words = _("%(point)s, %(day)s", point=row.point.upper(), day=date_text(row.completed_on))
        key = [
            (_("Client"), self.linked(record.client)),
            (_("Question"), str(question.text) if question else record.question),
            (_("Answer"), answer),
            (_("Act by"), date_text(record.due_on)),
            (_("Assessment"), Markup('<a href="{}">{}</a>').format(address, words)),
        ]
        return {
            "key": [(label, words) for label, words in key if words],
            "late": flag_pill(OVERDUE) if late else "",
            "channels": people.channels(record.client),
        }


VIEWS = {NeedAlert: NeedAlertView, CaseTask: CaseTaskView}

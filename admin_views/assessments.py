"""Needs assessments on screen: the result, what it suggests, correcting and voiding, and the schedule of a case."""

from flask import abort, flash, redirect, request, url_for
from flask_admin import expose
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from flask_babel import ngettext

from admin_views.assessment_facts import (
    answer_rows,
    case_rows,
    extremes,
    factor_rows,
    level_pill,
    picture,
    suggestion_rows,
)
from admin_views.assisting import asks, reads_along, strong_lines
from admin_views.base import EntityView
from admin_views.listing import whole
from admin_views.of_household import file_of
from admin_views.showing import text_of
from admin_views.trace import traced
from forms import choices
from forms.formats import date_text, score_text
from forms.needs_matrix import served
from forms.words import apart
from models import COMPLETE, SERVED, VOID, Household, Interpreter, NeedAlert, NeedsAssessment, Staff
from workflows import (
    agency_rules,
    assessments,
    audit,
    households,
    needs_assessment,
    needs_pages,
    records,
    settings,
    trace,
)

WHY_NO_LEVEL = _l(
    "No level of need could be given: too little was answered. What was answered is kept."
)


class NeedsAssessmentView(EntityView):
    """One assessment as it was scored then (R-SCO-5); it begins with the wizard and is never typed here."""

    details_template = "people/assessment.html"
    can_delete = False

    def queries(self, record):
        return {
            "client": served(),
            "interpreter": Interpreter.select().where(Interpreter.is_active == True),  # noqa: E712
            "assessor": Staff.select().where(Staff.is_active == True),  # noqa: E712
        }

    def list_columns(self):
        return ["client", "point", "completed_on", "state", "level", "need_index", "assessor"]

    def cell(self, name):
        if name != "level":
            return super().cell(name)
        return lambda level: level_pill(level) if level else ""

    def called(self, record):
        return str(record.client)

    @expose("/details/")
    def details_view(self):
        row = self.found()
        audit.record("view", "needs_assessment", row.id)
        house = row.client.household
        label = needs_pages.point_label(row.point, house.case_type == assessments.INTENSIVE)
        facts = self._result(row) if row.matrix_version else {}
        return self.render(
            self.details_template,
            record=row,
            heading=f"{apart(row.client)} · {label}",
            key=self._key(row, house),
            may_correct=assessments.may_correct(row),
            may_void=row.state != VOID,
            traced=traced(trace.of_assessment(row)),
            **facts,
        )

    def _key(self, row, house):
        said = [
            (_("Household"), self.linked(house)),
            (_("State"), text_of(self.meta.fields["state"])(row.state)),
            (_("Completed on"), date_text(row.completed_on)),
            (_("Reason"), choices.term_label("skip-reasons", row.skip_reason)),
            (_("Why it does not count"), row.void_reason),
            (_("Assessor"), str(row.assessor)),
        ]
        if row.completed_on:
            said += [
                (_("How"), text_of(self.meta.fields["mode"])(row.mode)),
                (_("Interpreter"), row.interpreter and str(row.interpreter)),
            ]
        if row.is_person_baseline:
            said.append((_("First assessment"), _("The first for this person, who came of age")))
        return [(label, words) for label, words in said if words]

    @staticmethod
    def _result(row):
        result = assessments.result_of(row)
        last = assessments.before(row.client_id, row.completed_on, row.id)
        earlier = assessments.result_of(last) if last else None
        instrument = agency_rules.matrix(row.matrix_version)
        rows = factor_rows(instrument, result, earlier)
        highest, lowest = extremes(instrument, result)
        alerts = NeedAlert.select().where(NeedAlert.assessment == row.id).order_by(NeedAlert.id)
        return {
            "level": level_pill(row.level) if row.level else "",
            "index": score_text(row.need_index),
            "no_level": "" if row.level else WHY_NO_LEVEL,
            "raised": _raised(row),
            "change": _change(row, last),
            "last_words": last
            and _("%(point)s, %(day)s", point=last.point.upper(), day=date_text(last.completed_on)),
            "highest": highest,
            "lowest": lowest,
            "rows": rows,
            "radar": picture(result, earlier),
            "alerts": [
                (
                    str(instrument.questions()[a.question][1].text),
                    date_text(a.due_on),
                    a.done_on and date_text(a.done_on),
                    url_for("need_alert.edit_view", id=a.id),
                )
                for a in alerts
                if a.question in instrument.questions()
            ],
            "suggestion_list": suggestion_rows(row, instrument, result)
            if row.state == COMPLETE
            else (),
            "parts": answer_rows(row, instrument, result),
        }

    # ---- Correcting and voiding (R-ASM-11) ------------------------------------------------------------------------------

    @expose("/correct/", methods=("POST",))
    def correct(self):
        """Open the wizard with the stored answers."""
        row = self.found()
        if not assessments.may_correct(row):
            flash(
                _("The seven days for correcting are over. Void it with a reason and do it anew."),
                "warning",
            )
            return redirect(self.at("details", row.id))
        draft = needs_assessment.begin_correction(row)
        return redirect(f"{draft.path}check")

    @expose("/void/", methods=("GET", "POST"))
    @reads_along(reason=NeedsAssessment.void_reason)
    def void(self):
        """Take it out of the count, with a reason."""
        row, problems = self.found(), ()
        if row.state == VOID:
            flash(_("This one does not count already."), "info")
            return redirect(self.at("details", row.id))
        reason = " ".join(request.form.get("reason", "").split())[:300]
        if request.method == "POST":
            try:
                assessments.void(row, reason, whole(request.form.get("version")))
            except records.Refused as refused:
                if asks(refused):
                    raise
                problems = [str(problem.message) for problem in refused.problems]
            except records.Conflict:
                problems = [_("Somebody changed it meanwhile. Look at it again first.")]
            else:
                flash(_("It does not count any more. The point can be assessed anew."), "success")
                return redirect(self.at("details", row.id))
        else:
            audit.record("view", "needs_assessment", row.id)
        return self.render(
            "people/assessment_void.html",
            record=row,
            name=f"{apart(row.client)} · {row.point.upper()}",
            reason=reason,
            problems=problems,
            cancel_href=self.at("details", row.id),
        )

    # ---- Suggestions ------------------------------------------------------------------------------------------------------

    @expose("/pick/", methods=("POST",))
    def pick(self):
        """Keep the ticked statements and actions; nothing is created that nobody picked (section 4)."""
        row = self.found()
        if row.state != COMPLETE:
            abort(404)
        instrument = agency_rules.matrix(row.matrix_version)
        offered = suggestion_rows(row, instrument, assessments.result_of(row))
        ticked = set(request.form.getlist("statement"))
        statements = [
            (
                one["factor"],
                one["kind"],
                " ".join(request.form.get(f"text-{one['factor']}", one["text"]).split())[:300],
            )
            for one in offered
            if one["text"] and one["factor"] in ticked
        ]
        known = {slug for one in offered for slug, _words, _chosen in one["actions"]}
        actions = [slug for slug in request.form.getlist("action") if slug in known]
        statements = [each for each in statements if each[2]]
        try:
            count = assessments.pick(row, statements, actions, request.form.getlist("confirmed"))
        except records.Refused as refused:
            return self._confirm(row, statements, refused)
        words = ngettext("%(num)s new statement", "%(num)s new statements", count)
        flash(
            _("Kept: %(statements)s. They are offered in referrals and plans.", statements=words),
            "success",
        )
        return redirect(self.at("details", row.id) + "#suggested")

    def _confirm(self, row, statements, refused):
        """A page that says which words of the statements must not stand in a file, and asks once (R-NOTE-5)."""
        texts = [text for _factor, _kind, text in statements]
        skipped = {"csrf_token", "confirmed"}
        posted = [pair for pair in request.form.items(multi=True) if pair[0] not in skipped]
        return self.render(
            "directory/confirm.html",
            title=_("Please read this before the statements are kept"),
            messages=[
                *(line for text in texts for line in strong_lines(text)),
                *(problem.message for problem in refused.problems),
            ],
            posted=[*posted, *(("confirmed", problem.code) for problem in refused.problems)],
            cancel_href=self.at("details", row.id) + "#suggested",
        )

    # ---- The schedule of a case -------------------------------------------------------------------------------------------

    @expose("/case/")
    def case_view(self):
        """Every point of every adult of a household, counted from the first day (R-ASM-1 to R-ASM-9)."""
        household = Household.stored(whole(request.args.get("id")) or 0) or abort(404)
        audit.record("view", "household", household.id)
        found = assessments.case(household)
        return self.render("people/case_schedule.html", **case_facts(found))


def _raised(row):
    if not row.level or row.level == row.base_level:
        return ""
    base = choices.term_label("need-levels", row.base_level)
    count = len(row.critical_questions)
    words = ngettext("%(num)s critical answer", "%(num)s critical answers", count)
    return _("The index alone gives %(level)s; %(answers)s raised it.", level=base, answers=words)


def _change(row, last):
    """A sentence on the index since last time."""
    if last is None or row.need_index is None or last.need_index is None:
        return ""
    facts = {
        "before": score_text(last.need_index),
        "now": score_text(row.need_index),
        "point": last.point.upper(),
        "day": date_text(last.completed_on),
    }
    if row.need_index < last.need_index:
        return _("Less need than at %(point)s (%(day)s): %(before)s then, %(now)s now.", **facts)
    if row.need_index > last.need_index:
        return _("More need than at %(point)s (%(day)s): %(before)s then, %(now)s now.", **facts)
    return _("The same need as at %(point)s (%(day)s): %(now)s.", **facts)


def case_facts(found):
    """What templates/people/case_schedule.html shows of an assessments.Case."""
    house = found.household
    return {
        "household": house,
        "file_of": file_of(house),
        "is_intensive": found.is_intensive,
        "anchor": date_text(house.anchor_date),
        "end": date_text(house.planned_end),
        "level": level_pill(found.level) if found.level else "",
        "suggested_on": date_text(found.suggested_on),
        "may_close": found.suggests_closing and households.low_at_a3(),
        "people": case_rows(found),
        "is_served": house.status in SERVED,
        "today": date_text(settings.today()),
    }


VIEWS = {NeedsAssessment: NeedsAssessmentView}

"""The wizard of the needs assessment: person and point, one factor a page, review, result (domain 10, R-ASM, R-SCO)."""

from flask_babel import gettext as _

from forms import choices
from forms.formats import date_text, whole
from forms.needs_matrix import (
    ASSESS,
    COMMENT,
    NOT_ASSESSED,
    SKIP,
    FactorForm,
    FactsForm,
    PersonForm,
    PointForm,
    ReviewForm,
    SkipForm,
    WordsForm,
)
from forms.words import apart
from models import (
    COMPLETE,
    MATRIX,
    N_,
    SCORING,
    SERVED,
    Client,
    FactorResult,
    NeedsAssessment,
    Staff,
)
from workflows import (
    agency_rules,
    assessments,
    audit,
    engine,
    instruments,
    schedule,
    scoring,
    settings,
)
from workflows.engine import DONE, FIXED, Each
from workflows.needs_draft import (
    about,
    day_of,
    factors_of,
    facts_of,
    given,
    instrument_of,
    subject,
)
from workflows.needs_matrix import UNLESS_NOT_SEEKING
from workflows.needs_pages import SHOWN, point_words
from workflows.records import Problem, Refused

REASONS = "employment-not-applicable-reasons"


class NeedsMatrix(engine.Workflow):
    """The needs matrix of one adult at one point."""

    name = "needs-matrix"
    title = N_("Needs assessment")
    intro = N_(
        "One adult, one conversation: a page for each part of settling, then the level of need and what may help."
    )
    check_lead = N_("Once saved, the answers can be corrected for seven days.")
    finish_label = N_("Save the assessment")
    steps = {
        "person": PersonForm,
        "point": PointForm,
        "skip": SkipForm,
        "facts": FactsForm,
        "factor": Each(factors_of, FactorForm),
        "words": WordsForm,
        "review": ReviewForm,
    }

    # ---- Beginning -----------------------------------------------------------------------------------------------------

    def begin(self, draft):
        in_force = {kind: instruments.name_in_force(kind) for kind in (MATRIX, SCORING)}
        fixed = {"matrix": in_force[MATRIX], "scheme": in_force[SCORING]}
        draft.answers[FIXED] = fixed | draft.answers.get(FIXED, {})
        if draft.answers.get("person"):
            # Somebody pressed the button on this client's page, so the person is chosen.
            draft.answers["person"] = {**draft.answers["person"], DONE: ["1"]}

    def about(self, draft):
        fixed = draft.answers.get(FIXED, {})
        key = draft.answers.get("person", {}).get("client", [""])[-1]
        point = draft.answers.get("point", {}).get("point", [""])[-1]
        if "assessment" in fixed:
            row = NeedsAssessment.stored(fixed["assessment"])
            key, point = (str(row.client_id), row.point) if row else ("", "")
        client = Client.stored(whole(key) or 0)
        if client is None:
            return ""
        return f"{apart(client.display_name)} · {point.upper()}" if point else client.display_name

    def initial(self, page, answers, draft):
        if page.step == "point":
            return self._first_point(answers)
        if page.step == "facts":
            return {"not_seeking": self._last_reason(answers)}
        if page.step == "factor":
            seen = [s for s in answers if s.startswith("factor-")]
            return {"aid": bool(seen) and answers.of(seen[-1], "aid", False)}
        return {}

    @staticmethod
    def _first_point(answers):
        who, name = subject(answers), audit.actor.get().name
        next_one = who and who.person.next
        staff = Staff.get_or_none(Staff.name == name, Staff.is_active == True)  # noqa: E712
        return {
            "point": next_one and next_one.window.point,
            "what": ASSESS,
            "completed_on": settings.today(),
            "mode": "in-person",
            "assessor": staff and staff.id,
        }

    @staticmethod
    def _last_reason(answers):
        who = subject(answers)
        last = who and assessments.before(who.client.id, day_of(answers))
        if last is None:
            return None
        return _reason(last)

    # ---- Pages ---------------------------------------------------------------------------------------------------------

    def prepare(self, page, answers, draft):
        who = subject(answers) if page.step != "person" else None
        if page.step == "point":
            page.form.point.choices = (
                [(s.window.point, point_words(s, who.case)) for s in who.person.offered]
                if who
                else []
            )
            if hasattr(page.form.assessor, "lookup_url"):
                page.form.assessor.lookup_url = "/needs-assessments/lookup/?field=assessor"
        elif page.step == "skip":
            reasons = who.person.skip_reasons(answers.of("point", "point")) if who else ()
            page.form.skip_reason.choices = [
                (slug, choices.term_label("skip-reasons", slug)) for slug in reasons
            ]
        elif page.step == "facts":
            offered = [("", _("Ask about employment")), *choices.terms(REASONS)]
            page.form.not_seeking.choices = offered
            if all(f.applies != UNLESS_NOT_SEEKING for f in instrument_of(answers).factors):
                del page.form.not_seeking

    def examine(self, page, answers, draft):
        engine.say_wrong(EXAMINED, page, answers)

    def facts(self, page, answers, draft):
        shown = SHOWN.get(page.step)
        return shown(page, answers, draft) if shown else {}

    # ---- The end -------------------------------------------------------------------------------------------------------

    def finish(self, answers, draft):
        who = subject(answers)
        if who is None:
            raise Refused([Problem("", _("This client is no longer there."))])
        if answers.of("point", "what") == SKIP:
            row = assessments.skip(
                who.client,
                answers.of("point", "point"),
                answers.of("skip", "skip_reason"),
                answers.of("point", "assessor"),
            )
            return {"skipped": row.id, "client": who.client.id}
        levels, comments = given(answers)
        said = answers["words"]
        more = {name: said.get(name) for name in ("client_view", "strengths")}
        point, assessor = answers.of("point", "point"), answers.of("point", "assessor")
        if who.corrected:
            point, assessor = who.corrected.point, who.corrected.assessor_id
        else:
            more |= {name: answers.of("point", name) for name in ("mode", "interpreter")}
        row = assessments.complete(
            who.client,
            point,
            levels,
            facts_of(answers),
            day_of(answers),
            assessor,
            (answers.fixed["matrix"], answers.fixed["scheme"]),
            comments,
            who.corrected,
            **more,
        )
        return {"assessment": row.id, "client": who.client.id}

    def done(self, facts):
        if "assessment" in facts:
            return engine.Done(
                _("The assessment is saved."),
                href=f"/needs-assessments/details/?id={facts['assessment']}",
            )
        client = f"/clients/details/?id={facts['client']}"
        return engine.Done(
            _("The skip is recorded"),
            (_("The next assessment stays on the schedule."),),
            ((_("Open the client"), client),),
        )


def _reason(assessment):
    """Why the client did not look for work at an assessment; None when that was asked or does not matter."""
    row = FactorResult.get_or_none(
        FactorResult.assessment == assessment.id,
        FactorResult.not_applicable_reason.is_null(False),
        FactorResult.not_applicable_reason != scoring.NO_CHILD,
    )
    return row and row.not_applicable_reason


def begin_correction(assessment):
    """A draft with the stored answers, to be corrected (R-ASM-11)."""
    fixed = {
        "assessment": assessment.id,
        "matrix": assessment.matrix_version,
        "scheme": assessment.scheme_version,
        "was": _mark(assessment),
    }
    answers, done = {FIXED: fixed}, {DONE: ["1"]}
    answers["facts"] = {"not_seeking": [_reason(assessment) or ""], **done}
    stored = {row.question: row for row in assessment.answers}
    for factor in agency_rules.matrix(assessment.matrix_version).factors:
        rows = [stored[q.slug] for q in factor.questions if q.slug in stored]
        if rows:
            raw = {row.question: [str(row.level or NOT_ASSESSED)] for row in rows}
            raw |= {row.question + COMMENT: [row.comment] for row in rows if row.comment}
            answers[f"factor-{factor.slug}"] = {**raw, **done}
    words = {name: [getattr(assessment, name) or ""] for name in ("client_view", "strengths")}
    answers |= {"words": {**words, **done}, "review": done}
    return engine.start(NeedsMatrix(), answers)


def _mark(assessment):
    """A short mark of the stored answers, to notice that somebody else corrected them meanwhile (R-SYS-2)."""
    rows = {row.question: [row.level, row.comment] for row in assessment.answers}
    return engine.seal(rows | {"words": [assessment.client_view, assessment.strengths]})


# ---- Rules that need the database ----------------------------------------------------------------------------------------


def _person(form, answers):
    who = about(answers, form.client.data)
    if who is None:
        yield "client", _("This client is no longer there. Choose again.")
        return
    case, person = who.case, who.person
    if case.household.status not in SERVED:
        yield "client", _("The case of this client is not under way, so nobody is assessed.")
        return
    if case.is_intensive and case.household.anchor_date is None:
        yield (
            "client",
            _("The household has no first day of the program yet. Enter it there first."),
        )
        return
    if not person.required:
        yield "client", _("This person is younger than 18 at every assessment of this case.")
    elif not person.offered:
        yield "client", _("Every assessment of this person is done. Open the client to see them.")


def _point(form, answers):
    who, point, on = subject(answers), form.point.data, form.completed_on.data
    offered = {s.window.point: s for s in who.person.offered}
    if point in who.person.rows:
        row = who.person.rows[point]
        words = _(
            "%(point)s was recorded meanwhile by %(name)s. Open the client to see it.",
            point=point.upper(),
            name=row.created_by_name,
        )
        yield "point", words
        return
    if point not in offered:
        yield "point", _("This assessment is not asked of this person. Choose another.")
        return
    if form.what.data == SKIP:
        if not who.person.skip_reasons(point):
            words = _("The one before was skipped too: two in a row never are. Assess, or close.")
            yield "what", words
        return
    yield from _day(who, point, on)


def _day(who, point, on):
    if on > settings.today():
        yield "completed_on", _("This day is in the future. Enter the day of the conversation.")
    anchor = who.case.household.anchor_date
    if who.case.is_intensive and on < anchor:
        words = _(
            "The program began on %(day)s: nothing is assessed before.", day=date_text(anchor)
        )
        yield "completed_on", words
    earlier = [
        row
        for p, row in who.person.rows.items()
        if row.state == COMPLETE and schedule.POINTS.index(p) < schedule.POINTS.index(point)
    ]
    if earlier and on < max(row.completed_on for row in earlier):
        words = _(
            "The assessment before this one was on %(day)s. Enter a later day.",
            day=date_text(max(row.completed_on for row in earlier)),
        )
        yield "completed_on", words


def _skip(form, answers):
    person, point = subject(answers).person, answers.of("point", "point")
    if words := assessments.why_no_skip(person, point, form.skip_reason.data):
        yield "skip_reason", words


def _facts(form, answers):
    who = subject(answers)
    if who is None or who.corrected and not assessments.may_correct(who.corrected):
        yield (
            "not_seeking",
            _(
                "The seven days for correcting are over. Void the assessment with a reason and do it anew."
            ),
        )
        return
    if who.corrected and engine.moved(answers.fixed.get("was"), _mark(who.corrected)):
        words = _(
            "%(name)s changed this assessment after you began. Throw this correction away, open the assessment and"
            " begin again from what stands there now.",
            name=who.corrected.updated_by_name,
        )
        yield "not_seeking", words
        return
    reason, on = form.data.get("not_seeking"), day_of(answers)
    if reason and not scoring.reason_holds(reason, who.person.born, on):
        yield "not_seeking", _("This reason is for people of 65 or older. Choose another.")


EXAMINED = {"person": _person, "point": _point, "skip": _skip, "facts": _facts}

"""What the result of a needs assessment says, as plain rows for its templates."""

from operator import itemgetter

from flask import url_for
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l

from admin_views.radar import radar
from admin_views.showing import pill
from forms import choices
from forms.formats import date_text, score_text
from models import COMPLETE, DrivingStatement
from workflows import agency_rules, needs_pages, schedule, scoring
from workflows.business_days import years_later

STATE_PILLS = {
    schedule.NOT_OPEN: ("waiting", _l("Not open")),
    schedule.OPEN: ("open", _l("Can be done")),
    schedule.OVERDUE: ("overdue", _l("Overdue")),
    schedule.DONE_EARLY: ("done", _l("Done early")),
    schedule.DONE_ON_TIME: ("done", _l("Done")),
    schedule.DONE_LATE: ("done", _l("Done late")),
    schedule.SKIPPED: ("neutral", _l("Skipped")),
    schedule.NOT_REQUIRED: ("neutral", _l("Not required")),
}


def level_pill(level):
    """One of the five levels as a pill."""
    return pill("level", level, choices.term_label("need-levels", level))


def factor_rows(instrument, result, earlier):
    """A dict for each factor: number in the picture, name, score, level, and how it moved since last time."""
    before = scoring.scores(earlier) if earlier else {}
    moved = {change.factor: change for change in scoring.changes(scoring.scores(result), before)}
    rows = []
    number = 0
    for each in result.factors:
        number += each.applies
        rows.append(
            {
                "factor": each.factor,
                "name": str(instrument.factor(each.factor).label),
                "number": number if each.applies else "",
                "score": score_text(each.score),
                "level": level_pill(each.level) if each.level else "",
                "why": _why(each),
                "change": _moved(moved.get(each.factor)),
            }
        )
    return rows


def _why(each):
    """Why a factor has no score."""
    if each.applies:
        return "" if each.exact is not None else _("Too few questions were answered")
    if each.reason == scoring.NO_CHILD:
        return _("No child of that age in care")
    return choices.term_label("employment-not-applicable-reasons", each.reason)


def _moved(change):
    """(arrow, words) of a change; less need is a way down."""
    if change is None:
        return None
    size = score_text(abs(change.difference))
    if change.difference < 0:
        return "▼", _("%(size)s less need", size=size)
    if change.difference > 0:
        return "▲", _("%(size)s more need", size=size)
    return "=", _("the same")


def extremes(instrument, result):
    """([(name, level pill, score)] highest, the same lowest): at most three each."""
    return tuple(
        [
            (
                str(instrument.factor(each.factor).label),
                level_pill(each.level),
                score_text(each.score),
            )
            for each in side
        ]
        for side in scoring.extremes(result)
    )


def picture(result, earlier):
    """The Radar of the factors that apply, with last time's; None when there are too few."""
    before = scoring.scores(earlier) if earlier else {}
    applies = result.applicable
    return radar([each.score for each in applies], [before.get(each.factor) for each in applies])


def suggestion_rows(row, instrument, result):
    """A dict for each factor that suggests something, the most need first: statement, actions, what was picked (section 4)."""
    kept = {
        (statement.factor, statement.kind): statement.text
        for statement in DrivingStatement.select().where(
            DrivingStatement.source_assessment == row.id
        )
    }
    found = []
    for one in scoring.suggest(agency_rules.suggestions(), instrument, result):
        kind = scoring.STRENGTH if one.kind == scoring.STRENGTH else scoring.NEED
        text = str(one.statement) if one.statement else ""
        level = result.of(one.factor).level
        found.append(
            {
                "factor": one.factor,
                "name": str(instrument.factor(one.factor).label),
                "level": level_pill(level) if level else "",
                "kind": kind,
                "kind_words": choices.term_label("driving-statement-kinds", kind),
                "text": kept.get((one.factor, kind), text),
                "is_kept": (one.factor, kind) in kept,
                "actions": [
                    (action.slug, str(action.text), action.slug in row.chosen_actions)
                    for action in one.actions
                ],
                "leads_on": one.kind != scoring.STRENGTH,
                "is_open": one.kind == scoring.NEED,
                "order": (one.kind != scoring.NEED, -(result.of(one.factor).exact or 0)),
            }
        )
    return sorted(found, key=itemgetter("order"))


def answer_rows(row, instrument, result):
    """[(factor, [(question, answer, comment)])] as they were given."""
    given = {answer.question: answer for answer in row.answers}
    parts = []
    for each in result.applicable:
        factor = instrument.factor(each.factor)
        lines = []
        for question in factor.questions:
            answer = given.get(question.slug)
            words = _("Not assessed")
            if answer and answer.level:
                words = f"{answer.level} – {question.anchors[answer.level - 1]}"
            lines.append((str(question.text), words, answer and answer.comment or ""))
        parts.append((str(factor.label), lines))
    return parts


def case_rows(found):
    """A dict for each member of a household: name, level, and a row for every point of the case."""
    people = []
    for person in found.people:
        upcoming = person.next
        people.append(
            {
                "name": str(person.client),
                "id": person.client.id,
                "href": url_for("client.details_view", id=person.client.id),
                "level": level_pill(person.level) if person.level else "",
                "is_asked": bool(person.required),
                "turns_18": _turns(person),
                "points": [_point(found, person, standing) for standing in person.standings],
                "may_begin": upcoming and upcoming.state != schedule.NOT_OPEN,
            }
        )
    return people


def _turns(person):
    if person.born is None or person.rows:
        return ""
    return date_text(years_later(person.born, agency_rules.terms().minimum_age))


def _point(found, person, standing):
    window, row = standing.window, person.rows.get(standing.window.point)
    kind, words = STATE_PILLS[standing.state]
    is_plain = not found.is_intensive and window.point == "a1"
    return {
        "name": needs_pages.point_label(window.point, found.is_intensive),
        "opens": "" if is_plain else date_text(window.opens),
        "due": "" if is_plain else date_text(window.due_on_business_day),
        "state": pill("state", kind, words),
        "href": row and url_for("needs_assessment.details_view", id=row.id),
        "done_on": row and date_text(row.completed_on),
        "level": level_pill(row.level) if row and row.state == COMPLETE and row.level else "",
        "is_baseline": standing.is_person_baseline,
    }

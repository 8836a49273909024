"""What the pages of the needs assessment show besides their questions: states, last answers, what is open."""

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from flask_babel import ngettext

from forms import choices
from forms.formats import date_text
from forms.needs_matrix import COMMENT, LEVELS, NOT_ASSESSED
from models import LANGUAGES, Client, Guardianship, language
from workflows import agency_rules, assessments, schedule, scoring
from workflows.business_days import age, birth_day
from workflows.needs_draft import day_of, factors_of, facts_of, given, instrument_of, subject

STATE_WORDS = {
    schedule.OPEN: _l("open until %(day)s"),
    schedule.OVERDUE: _l("overdue since %(day)s"),
    schedule.NOT_OPEN: _l("opens on %(day)s"),
}
OTHER = dict(zip(LANGUAGES, reversed(LANGUAGES), strict=True))


def point_label(point, is_intensive):
    """What a point is called; a general case has an assessment and a follow-up instead (R-ASM-10)."""
    if is_intensive:
        return choices.term_label("assessment-points", point)
    return _("Needs assessment") if point == "a1" else _("Follow-up assessment")


def point_words(standing, case):
    """What a point is called with its state: "A2 – Re-assessment at 4 months · open until 5 Jun 2025"."""
    window, label = standing.window, point_label(standing.window.point, case.is_intensive)
    if not case.is_intensive and window.point == "a1":
        return label
    day = window.opens if standing.state == schedule.NOT_OPEN else window.due_on_business_day
    return f"{label} · {STATE_WORDS[standing.state] % {'day': date_text(day)}}"


def facts_page(page, answers, draft):
    """The children in care that decide about factors 13 to 16."""
    who = subject(answers)
    if who is None:
        return {"children": (), "household_id": None}
    care = Client.select().join(Guardianship, on=(Guardianship.child == Client.id))
    on = day_of(answers)
    children = []
    for child in care.where(Guardianship.guardian == who.client.id).order_by(Client.id):
        years = age(birth_day(child.birth_date, child.birth_year_only), on)
        words = _("age not known") if years is None else _("%(age)s years", age=years)
        children.append((str(child), words))
    return {
        "children": children,
        "household_id": who.client.household_id,
        "client_id": who.client.id,
    }


def factor_page(page, answers, draft):
    """The questions of one factor ready to be drawn, the answers of last time and of another adult marked."""
    who, on, factor = subject(answers), day_of(answers), page.item
    last = assessments.before(who.client.id, on, who.corrected and who.corrected.id)
    others = {}
    other = assessments.of_another_adult(who.client, on) if factor.is_household_shared else None
    marks = [(assessments.answers_of(last), _last_words(last))]
    if other:
        others = assessments.answers_of(other)
        marks.append((others, _("Answer of %(name)s", name=str(other.client))))
    levels, _comments = given(answers)
    asked = sum(len(f.questions) for _slug, f in factors_of(answers))
    return {
        "prompt": str(factor.prompt),
        "questions": [
            _question(page.form, question, number, marks)
            for number, question in enumerate(factor.questions, 1)
        ],
        "not_assessed": str(instrument_of(answers).not_assessed),
        "offered_by": _offered(other, others, factor),
        "other_language": OTHER[language.get()],
        "count": _(
            "%(done)s of %(all)s questions answered",
            done=sum(level is not None for level in levels.values()),
            all=asked,
        ),
    }


def _last_words(last):
    if last is None:
        return ""
    return _(
        "Last time (%(point)s, %(day)s)",
        point=last.point.upper(),
        day=date_text(last.completed_on),
    )


def _offered(other, answers, factor):
    """A sentence when another adult answered for the household already (R-ASM-12)."""
    if not other or not any(question.slug in answers for question in factor.questions):
        return ""
    return _(
        "%(name)s answered these for the household on %(day)s. The answers are marked;"
        " choose each one that is still right, to confirm it.",
        name=str(other.client),
        day=date_text(other.completed_on),
    )


def _question(form, question, number, marks):
    field, comment = form[question.slug], form[question.slug + COMMENT]
    rows = []
    for value, anchor in zip(LEVELS, question.anchors, strict=True):
        said = [words for known, words in marks if str(known.get(question.slug)) == value]
        rows.append(_row(field, value, str(anchor), said) | {"other": _other(anchor)})
    none = _row(field, NOT_ASSESSED, "", [])
    return {
        "field": field,
        "number": number,
        "other": _other(question.text),
        "rows": rows,
        "none": none,
        "comment": comment,
        "is_open": bool(comment.data or comment.errors),
    }


def _row(field, value, words, marks):
    return {
        "id": f"{field.id}-{value}",
        "value": value,
        "words": words,
        "marks": marks,
        "is_chosen": field.data == value,
    }


def _other(words):
    """A text in the language that the page is not in."""
    return words.label_fr if language.get() == "en" else words.label_en


def review_page(page, answers, draft):
    """What is unanswered, whether an index can be given, and the critical answers (R-SCO-2, R-SCO-3)."""
    levels, _comments = given(answers)
    instrument = instrument_of(answers)
    result = scoring.assess(
        instrument, agency_rules.scheme(answers.fixed["scheme"]), levels, facts_of(answers)
    )
    questions = instrument.questions()
    unanswered = [
        (str(factor.label), ngettext("%(num)s question", "%(num)s questions", missing), slug)
        for slug, factor in factors_of(answers)
        if (missing := sum(levels.get(q.slug) is None for q in factor.questions))
    ]
    return {
        "unanswered": unanswered,
        "missing": [MISSING[reason] for reason in result.missing],
        "open_critical": [
            (str(questions[slug][1].text), questions[slug][0].slug) for slug in result.open_critical
        ],
        "critical": [
            (str(questions[slug][1].text), str(questions[slug][1].anchors[0]))
            for slug in result.critical
        ],
        "scored": len(result.scored),
        "applicable": len(result.applicable),
    }


MISSING = {
    scoring.TOO_FEW_FACTORS: _l("Too few parts are answered."),
    scoring.CRITICAL_OPEN: _l("A question that can show danger is not answered."),
}
SHOWN = {"facts": facts_page, "factor": factor_page, "review": review_page}

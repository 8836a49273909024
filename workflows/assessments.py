"""Needs assessments as they are stored: who is due for which point, completing, correcting, skipping, voiding (2.10, R-ASM).

The pure rules are in ``schedule`` and ``scoring``; here they meet the rows.
"""

from collections import defaultdict
from dataclasses import dataclass
from fractions import Fraction

from flask_babel import gettext as _

from forms import choices
from models import (
    COMPLETE,
    SKIPPED,
    VOID,
    Answer,
    Client,
    DrivingStatement,
    Extension,
    FactorResult,
    Household,
    NeedAlert,
    NeedsAssessment,
    database,
)
from workflows import agency_rules, assistant, audit, records, schedule, scoring, settings
from workflows.business_days import age, birth_day
from workflows.records import Problem, rule
from workflows.schedule import Standing, Window

# What a schedule needs of its rows; whole rows would cost four times as much on every page of the wizard.
_MEMBER = (
    Client.id,
    Client.household,
    Client.first_name,
    Client.last_name,
    Client.preferred_name,
    Client.birth_date,
    Client.birth_year_only,
)
_DONE = (
    NeedsAssessment.id,
    NeedsAssessment.client,
    NeedsAssessment.point,
    NeedsAssessment.state,
    NeedsAssessment.completed_on,
    NeedsAssessment.level,
    NeedsAssessment.created_by_name,
)
INTENSIVE = "intensive"
WAITS = (schedule.NOT_OPEN, schedule.OPEN, schedule.OVERDUE)


# ---- Who is due for what -----------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Person:
    """One member of a household: ``standings`` of schedule, ``rows`` {point: standing NeedsAssessment}."""

    client: Client
    born: object
    standings: tuple
    rows: dict

    @property
    def levels(self):
        """{point: level or None} of the complete ones."""
        return {p: row.level for p, row in self.rows.items() if row.state == COMPLETE}

    @property
    def skipped(self):
        return tuple(p for p, row in self.rows.items() if row.state == SKIPPED)

    @property
    def required(self):
        """The person's own points, in order."""
        return tuple(s.window.point for s in self.standings if s.state != schedule.NOT_REQUIRED)

    @property
    def waiting(self):
        """Standings still to be done.  What came before the last one done is missed: nobody is asked for it any more."""
        ended = [n for n, s in enumerate(self.standings) if s.window.point in self.rows]
        start = ended[-1] + 1 if ended else 0
        return tuple(s for s in self.standings[start:] if s.state in WAITS)

    @property
    def offered(self):
        """What may be assessed or skipped now: every point that is not done, skipped or left out by age."""
        return tuple(s for s in self.standings if s.state in WAITS)

    @property
    def next(self):
        """The right one to do now: the latest that is open, else the first that waits; None when nothing does."""
        is_open = [s for s in self.waiting if s.state == schedule.OPEN]
        return is_open[-1] if is_open else next(iter(self.waiting), None)

    @property
    def level(self):
        return schedule.latest_level(self.levels)

    def skip_reasons(self, point):
        """Slugs of the reasons for which ``point`` may be left out now (R-ASM-6)."""
        return [
            slug
            for slug, _label in choices.terms("skip-reasons")
            if slug not in schedule.FACTS
            and schedule.may_skip(point, self.levels, self.skipped, slug, self.required)
        ]


@dataclass(frozen=True)
class Case:
    """A household with the schedule of its members on one day; ``new_end`` is that of an approved extension."""

    household: Household
    people: tuple
    new_end: object
    has_decision: bool

    @property
    def is_intensive(self):
        return self.household.case_type == INTENSIVE

    @property
    def level(self):
        """The highest need among adults (R-ASM-8)."""
        return schedule.household_level([person.levels for person in self.people])

    @property
    def suggested_on(self):
        """The day of the A4 from which on an extension is suggested (R-ASM-7); None when none is, or it was decided."""
        if self.has_decision or not self.is_intensive:
            return None
        days = [p.rows["a4"].completed_on for p in self.people if "a4" in p.levels]
        level = schedule.household_level([person.levels for person in self.people], "a4")
        return max(days) if days and schedule.suggests_extension(level) else None

    @property
    def suggests_closing(self):
        """True when Low at A3 of every adult who is asked suggests closing the case instead of A4 (R-ASM-6)."""
        asked = [person.levels for person in self.people if person.required]
        return self.is_intensive and bool(asked) and all(map(schedule.suggests_closing, asked))

    def person(self, client_id):
        """The Person of a client; None when that is no member."""
        return next((p for p in self.people if p.client.id == client_id), None)


def case(household, on=None, but=None):
    """The Case of one household on a day (today); ``but`` is the id of an assessment that is left out."""
    return next(cases([household], on or settings.today(), but))


def cases(households, on, but=None):
    """A Case for each of several households, in four statements; see ``case``."""
    ids = [household.id for household in households]
    members, rows, ends = defaultdict(list), defaultdict(dict), defaultdict(list)
    people = Client.select(*_MEMBER).where(Client.household.in_(ids)).order_by(Client.id)
    for client in people:
        members[client.household_id].append(client)
    found = NeedsAssessment.select(*_DONE).where(NeedsAssessment.state != VOID)
    for row in found.where(NeedsAssessment.client.in_([client.id for client in people])):
        if row.id != but:
            rows[row.client_id][row.point] = row
    decisions = Extension.select(Extension.household, Extension.new_end)
    for extension in decisions.where(Extension.household.in_(ids)):
        ends[extension.household_id].append(extension.new_end)
    days, terms = agency_rules.calendar(), agency_rules.terms()
    for household in households:
        decided = ends[household.id]
        new_end = max(filter(None, decided), default=None)
        persons = tuple(
            _person(household, client, rows[client.id], new_end, on, days, terms)
            for client in members[household.id]
        )
        yield Case(household, persons, new_end, bool(decided))


def _person(household, client, rows, new_end, on, days, terms):
    born = birth_day(client.birth_date, client.birth_year_only)
    done = {p: (r.completed_on, r.level) for p, r in rows.items() if r.state == COMPLETE}
    skipped = tuple(p for p, r in rows.items() if r.state == SKIPPED)
    if household.case_type != INTENSIVE:
        standings = _general(born, days, on, done, skipped, terms)
    elif household.anchor_date is None:
        standings = ()
    else:
        standings = schedule.person_schedule(
            household.anchor_date, born, days, on, done, skipped, new_end, terms
        )
    return Person(client, born, standings, rows)


def _general(born, days, on, done, skipped, terms):
    """One assessment, and one follow-up between three and six months after it (R-ASM-10)."""
    years = age(born, on)
    is_adult = years is None or years >= terms.minimum_age
    first = done.get("a1", (on,))[0]
    windows = [Window("a1", first, first, first, first)]
    if "a1" in done:
        start, end = schedule.follow_up(first, terms)
        windows.append(Window("a2", start, start, end, days.on_or_after(end)))
    return tuple(
        Standing(
            window,
            schedule.state(
                window, on, done.get(window.point, (None,))[0], window.point in skipped, is_adult
            ),
            False,
            False,
        )
        for window in windows
    )


# ---- Completing and correcting (R-SCO, R-ASM-11) -------------------------------------------------------------------------


def complete(
    client,
    point,
    answers,
    facts,
    on,
    assessor,
    versions=(None, None),
    comments=None,
    assessment=None,
    **about,
):
    """Score one person's answers and store them with everything that follows; returns the NeedsAssessment.

    ``answers`` {question slug: 1 to 5 or None}, ``facts`` scoring.Facts, ``on`` the day, ``versions`` the names of the
    matrix and of the scoring (those in force where None), ``comments`` {question slug: text}, ``assessment`` the one
    that is corrected, ``about`` further columns: mode, interpreter, client_view, strengths.  Raises records.Refused.
    """
    instrument, scheme = agency_rules.matrix(versions[0]), agency_rules.scheme(versions[1])
    result = scoring.assess(instrument, scheme, answers, facts)
    record = assessment or NeedsAssessment(client=client, point=point, state=COMPLETE)
    about |= {
        "completed_on": on,
        "assessor": assessor,
        "matrix_version": instrument.version,
        "scheme_version": scheme.version,
        "need_index": result.index,
        "base_level": result.base_level,
        "level": result.level,
        "critical_questions": list(result.critical),
        "is_person_baseline": _is_baseline(client, point, facts.born),
    }
    for name, value in about.items():
        setattr(record, name, value)
    with database.atomic():
        records.save(record)
        if assessment:
            audit.record("update", "needs_assessment", record.id, {"answers": None})
        known = {row.comment for row in record.answers} if assessment else ()
        assistant.ask_about((comments or {}).values(), known)
        _store_rows(record, instrument, result, answers, comments or {})
        _raise_alerts(record, result)
    return record


def _is_baseline(client, point, born):
    house = client.household
    if house.case_type != INTENSIVE or house.anchor_date is None:
        return False
    required = schedule.required_points(house.anchor_date, born, None, agency_rules.terms())
    # Somebody who comes of age while the case is extended begins at A5.
    return point != "a1" and schedule.is_person_baseline(point, required or (point,))


def _store_rows(record, instrument, result, answers, comments):
    for table in (Answer, FactorResult):
        table.delete().where(table.assessment == record.id).execute()
    FactorResult.insert_many(
        {
            "assessment": record.id,
            "factor": each.factor,
            "applicable": each.applies,
            "not_applicable_reason": each.reason,
            "score": each.score,
            "level": each.level,
        }
        for each in result.factors
    ).execute()
    applies = {each.factor for each in result.applicable}
    rows = [
        {
            "assessment": record.id,
            "question": question.slug,
            "level": answers.get(question.slug),
            "comment": comments.get(question.slug) or None,
        }
        for factor in instrument.factors
        if factor.slug in applies
        for question in factor.questions
    ]
    if rows:
        Answer.insert_many(rows).execute()


def _raise_alerts(record, result):
    """One alert for each critical answer, due in so many business days, also when no level can be given (R-SCO-3)."""
    known = {
        alert.question: alert
        for alert in NeedAlert.select().where(NeedAlert.assessment == record.id)
    }
    due = agency_rules.calendar().add(
        record.completed_on, settings.value("critical_alert_business_days")
    )
    for question in result.critical:
        if question not in known:
            alert = NeedAlert(
                client=record.client_id, assessment=record, question=question, due_on=due
            )
            records.save(alert)
    for question, alert in known.items():
        if question not in result.critical:
            _settle(alert, _("The answer was corrected."))


def _settle(alert, words):
    if alert.done_on is None:
        alert.done_on, alert.what_was_done = settings.today(), words
        records.save(alert)


def skip(client, point, reason, assessor):
    """Record that a point is left out; returns the NeedsAssessment, raises records.Refused (R-ASM-6)."""
    record = NeedsAssessment(
        client=client, point=point, state=SKIPPED, skip_reason=reason, assessor=assessor
    )
    records.save(record)
    return record


@rule(NeedsAssessment)
def a_point_is_skipped_for_a_reason_that_holds(change):
    """R-ASM-6: low need only after Low at the point before, and never two points in a row."""
    row = change.record
    if row.state != SKIPPED or not row.skip_reason or not change.changed("state", "skip_reason"):
        return
    if row.skip_reason in schedule.FACTS:
        return
    person = case(row.client.household, but=row.id).person(row.client_id)
    if words := why_no_skip(person, row.point, row.skip_reason):
        yield Problem("skip_reason", words)


def why_no_skip(person, point, reason):
    """A sentence when a Person's point cannot be left out for this reason, else empty (R-ASM-6)."""
    if reason in person.skip_reasons(point):
        return ""
    return _(
        "This point cannot be skipped for this reason: two in a row never are,"
        " and low need counts only after a point that came to Low."
    )


def may_correct(assessment, on=None):
    """True while the answers can still be changed: seven days (R-ASM-11)."""
    if assessment.state != COMPLETE:
        return False
    return schedule.may_correct(assessment.completed_on, on or settings.today())


def void(assessment, reason, version=None):
    """Take an assessment or a skip out of the count, with a reason; raises Refused or Conflict (R-ASM-11)."""
    with database.atomic():
        assessment.state, assessment.void_reason = VOID, reason
        records.save(assessment, version=version)
        for alert in NeedAlert.select().where(NeedAlert.assessment == assessment.id):
            _settle(alert, _("The assessment was voided."))


# ---- Reading what is stored ----------------------------------------------------------------------------------------------


def result_of(assessment):
    """The scoring.Result of a stored assessment, from its rows and never worked out anew (R-SCO-5)."""
    rows = {row.factor: row for row in assessment.factors}
    instrument = agency_rules.matrix(assessment.matrix_version)
    given = {row.question: row.level for row in assessment.answers}
    factors = tuple(
        _score(factor, rows[factor.slug], given)
        for factor in instrument.factors
        if factor.slug in rows
    )
    return scoring.Result(
        factors,
        assessment.need_index,
        assessment.base_level,
        assessment.level,
        tuple(assessment.critical_questions),
        (),
        (),
    )


def _score(factor, row, given):
    answered = sum(given.get(question.slug) is not None for question in factor.questions)
    exact = None if row.score is None else Fraction(row.score)
    reason = None if row.applicable else row.not_applicable_reason or ""
    return scoring.FactorScore(
        factor.slug, reason, answered, len(factor.questions), exact, row.level
    )


def before(client_id, on, but=None):
    """The complete assessment of a person before the day ``on`` that counts, or None."""
    return (
        NeedsAssessment.select()
        .where(NeedsAssessment.client == client_id, NeedsAssessment.state == COMPLETE)
        .where(NeedsAssessment.completed_on <= on, NeedsAssessment.id != (but or 0))
        .order_by(NeedsAssessment.completed_on.desc(), NeedsAssessment.point.desc())
        .first()
    )


def answers_of(assessment):
    """{question slug: level} of what was answered; empty for None."""
    if assessment is None:
        return {}
    query = Answer.select(Answer.question, Answer.level).where(
        Answer.assessment == assessment.id, Answer.level.is_null(False)
    )
    return dict(query.tuples())


def of_another_adult(client, on):
    """The latest complete assessment of another adult of the household, whose shared answers are offered (R-ASM-12)."""
    others = Client.select(Client.id).where(
        Client.household == client.household_id, Client.id != client.id
    )
    return (
        NeedsAssessment.select()
        .where(NeedsAssessment.client.in_(others), NeedsAssessment.state == COMPLETE)
        .where(NeedsAssessment.completed_on <= on)
        .order_by(NeedsAssessment.completed_on.desc(), NeedsAssessment.id.desc())
        .first()
    )


def pick(assessment, statements, actions, confirmed=()):
    """Keep what the worker picked: a DrivingStatement for each (factor, kind, text), the slugs of the actions.

    A factor's statement that was picked before is not made again.  ``confirmed`` are codes about their words.  Returns how
    many statements are new; raises records.Refused.
    """
    known = {
        (row.factor, row.kind)
        for row in DrivingStatement.select().where(
            DrivingStatement.source_assessment == assessment.id
        )
    }
    with database.atomic():
        fresh = [each for each in statements if each[:2] not in known]
        for factor, kind, text in fresh:
            statement = DrivingStatement(
                client=assessment.client_id,
                kind=kind,
                factor=factor,
                text=text,
                source_assessment=assessment,
            )
            records.save(statement, confirmed=confirmed)
        assessment.chosen_actions = list(actions)
        records.save(assessment)
    return len(fresh)

"""The chain of one referral, forwards and backwards: answer → factor → statement → action → keyword → service →
referral → outcome → change at the next assessment.  A gap is a gap and is said so."""

from dataclasses import dataclass

from flask_babel import gettext as _

from forms import choices
from forms.formats import date_text, score_text
from models import (
    COMPLETE,
    PENDING,
    SENT,
    DistributionLog,
    DrivingStatement,
    FactorResult,
    Keyword,
    NeedsAssessment,
    RecommendedAction,
)
from workflows import agency_rules, assessments, match_words, matching_index


@dataclass(frozen=True)
class Item:
    """One line of a link: words, smaller words behind them, and the page it leads to."""

    words: str
    more: str = ""
    href: str = ""


@dataclass(frozen=True)
class Link:
    """One link of the chain: its name, its Items, and what is said when there are none."""

    title: str
    items: tuple
    gap: str = ""


def chain(referral):
    """[Link] of a referral, from the answers to what changed."""
    statements = list(referral.driving_statements.order_by(DrivingStatement.id))
    snapshot = referral.match_snapshot or {}
    factors = _factors(statements, snapshot)
    sources = _sources(statements)
    return [
        _answers(sources),
        _levels(sources, factors),
        _statements(statements),
        _actions(referral),
        _keywords(snapshot),
        _service(referral),
        _referral(referral),
        _outcome(referral),
        _change(referral, sources, factors),
    ]


def _factors(statements, snapshot):
    """Slugs of the factors the referral is about, in order."""
    found = [statement.factor for statement in statements if statement.factor]
    need = snapshot.get("need") or {}
    if need.get("factor"):
        found.append(need["factor"])
    return list(dict.fromkeys(found))


def _sources(statements):
    """{factor: NeedsAssessment} that the statements come from."""
    return {
        statement.factor: statement.source_assessment
        for statement in statements
        if statement.factor and statement.source_assessment_id
    }


def _label(factor):
    return str(agency_rules.matrix().labels().get(factor, factor))


def _when(assessment):
    day = date_text(assessment.completed_on)
    return _("%(point)s, %(day)s", point=assessment.point.upper(), day=day)


def _at(assessment):
    return f"/needs-assessments/details/?id={assessment.id}"


def _answers(sources):
    """The answers that gave the factor its score, the greatest need first."""
    items = []
    for factor, assessment in sources.items():
        instrument = agency_rules.matrix(assessment.matrix_version)
        given = assessments.answers_of(assessment)
        mine = [f for f in instrument.factors if f.slug == factor]
        questions = [q for f in mine for q in f.questions if q.slug in given]
        for question in sorted(questions, key=lambda q: given[q.slug]):
            level = given[question.slug]
            anchor = str(question.anchors[level - 1])
            words = _("%(level)s – %(anchor)s", level=level, anchor=anchor)
            more = _("%(question)s (%(when)s)", question=str(question.text), when=_when(assessment))
            items.append(Item(words, more, _at(assessment)))
    gap = _("No assessment stands behind this referral.")
    return Link(_("Answer"), tuple(items), gap)


def _results(assessment, factors):
    """{factor: FactorResult} of an assessment."""
    rows = FactorResult.select().where(
        FactorResult.assessment == assessment.id, FactorResult.factor.in_(list(factors))
    )
    return {row.factor: row for row in rows}


def _scored(row):
    if row.level is None:
        return _("Not scored")
    level = choices.term_label("need-levels", row.level)
    return _("%(level)s (%(score)s)", level=level, score=score_text(row.score))


def _levels(sources, factors):
    items = []
    for factor, assessment in sources.items():
        row = _results(assessment, [factor]).get(factor)
        if row is not None:
            items.append(
                Item(
                    _("%(part)s: %(level)s", part=_label(factor), level=_scored(row)),
                    _when(assessment),
                    _at(assessment),
                )
            )
    items += [
        Item(_label(factor), _("not assessed")) for factor in factors if factor not in sources
    ]
    return Link(
        _("Part of settling"),
        tuple(items),
        _("The referral did not begin with a part of settling."),
    )


def _statements(statements):
    items = tuple(
        Item(
            row.text,
            choices.term_label("driving-statement-kinds", row.kind),
            f"/driving-statements/edit/?id={row.id}",
        )
        for row in statements
    )
    return Link(_("Driving statement"), items, _("None recorded."))


def _actions(referral):
    rows = referral.actions.order_by(RecommendedAction.id)
    items = tuple(
        Item(
            row.text,
            _("Done") if row.done else _("To do"),
            f"/referrals/details/?id={referral.id}#actions",
        )
        for row in rows
    )
    return Link(_("Settlement action"), items, _("None recorded."))


def _keywords(snapshot):
    slugs = snapshot.get("keywords") or []
    rows = {row.slug: row for row in Keyword.select().where(Keyword.slug.in_(slugs or [""]))}
    items = tuple(
        Item(rows[slug].label, "", f"/keywords/details/?id={rows[slug].id}")
        if slug in rows
        else Item(slug)
        for slug in slugs
    )
    gap = _("It was not found by matching: somebody chose it.")
    if snapshot:
        gap = _("No keyword of the need stands in this service.")
    return Link(_("Keywords matched"), items, gap)


def _service(referral):
    snapshot, scheme = referral.match_snapshot or {}, matching_index.catalogue().scheme
    more = ""
    if snapshot.get("band") in scheme.labels:
        band = match_words.band(snapshot["band"], scheme)
        facts = {"band": band, "score": snapshot["score"], "version": snapshot["scheme_version"]}
        more = _("%(band)s, %(score)s points by version %(version)s", **facts)
    if snapshot.get("excluded"):
        more = _("%(words)s; chosen all the same", words=more)
    deepest = (
        ("service-activities", referral.service_activity_id),
        ("programs", referral.program_id),
        ("organizations", referral.organization_id),
    )
    page, key = next((page, key) for page, key in deepest if key)
    return Link(_("Service"), (Item(referral.target_name, more, f"/{page}/details/?id={key}"),))


def _referral(referral):
    here = f"/referrals/details/?id={referral.id}"
    status = choices.term_label("referral-statuses", referral.status)
    items = [
        Item(
            _(
                "%(number)s, made on %(day)s",
                number=referral.number,
                day=date_text(referral.referred_on),
            ),
            status,
            here,
        )
    ]
    log = DistributionLog.select().where(
        DistributionLog.referral == referral.id, DistributionLog.result == SENT
    )
    for row in log.order_by(DistributionLog.id):
        items.append(
            Item(
                _("Sent to %(address)s", address=row.destination),
                date_text(row.sent_at.date()),
                here,
            )
        )
    if len(items) == 1:
        items.append(Item(_("Not sent to anybody yet.")))
    return Link(_("Referral"), tuple(items))


def _outcome(referral):
    if referral.outcome == PENDING:
        return Link(_("Outcome"), (), _("Not known yet."))
    words = choices.term_label("referral-outcomes", referral.outcome)
    href = f"/referrals/outcome/?id={referral.id}"
    return Link(_("Outcome"), (Item(words, date_text(referral.outcome_on), href),))


def _change(referral, sources, factors):
    """How each factor stands at the first complete assessment after the referral (2.10)."""
    title, gap = _("Change at the next assessment"), _("There is no later assessment yet.")
    if not referral.client_id:
        return Link(title, (), gap)
    later = (
        NeedsAssessment.select()
        .where(NeedsAssessment.client == referral.client_id, NeedsAssessment.state == COMPLETE)
        .where(NeedsAssessment.completed_on > referral.referred_on)
        .order_by(NeedsAssessment.completed_on, NeedsAssessment.id)
        .first()
    )
    if later is None:
        return Link(title, (), gap)
    now, items = _results(later, factors), []
    for factor in factors:
        row = now.get(factor)
        if row is None:
            continue
        words = _("%(part)s: %(level)s", part=_label(factor), level=_scored(row))
        before = _results(sources[factor], [factor]).get(factor) if factor in sources else None
        if before is not None and before.score is not None and row.score is not None:
            words = _(
                "%(part)s: from %(before)s to %(now)s",
                part=_label(factor),
                before=_scored(before),
                now=_scored(row),
            )
        items.append(Item(words, _when(later), _at(later)))
    return Link(title, tuple(items), _("The next assessment has nothing about this part."))


def of_statement(statement):
    """The referrals a statement stands behind, oldest first."""
    return list(statement.referrals.order_by("id"))


def of_assessment(assessment):
    """The referrals that came from an assessment: those its statements stand behind, oldest first."""
    found = {}
    for statement in DrivingStatement.select().where(
        DrivingStatement.source_assessment == assessment.id
    ):
        found.update({referral.id: referral for referral in statement.referrals})
    return [found[key] for key in sorted(found)]

"""What came of it: goals, exit interviews and what clients said, in figures (domain 8)."""

from collections import Counter

from flask_babel import gettext as _
from peewee import fn

from forms import choices
from models import (
    N_,
    ClientFeedback,
    ExitInterview,
    Goal,
    Household,
    ServiceActivity,
    SettlementPlan,
)
from workflows import feedback, reports_clients
from workflows.reports_tables import (
    CASE_TYPE,
    PERIOD,
    PROGRAM,
    TOTAL,
    WORKER,
    Column,
    Figure,
    Grid,
    Line,
    Mean,
    Ratio,
    Report,
    Table,
    counted,
    in_order,
    mean,
    once,
)

NPS = "nps_min_responses"
MET = ("met", "partly-met")


@once
def goals(asked):
    """{status: goals} of the plans of cases active on some day of the period, as they stand today."""
    query = (
        Goal.select(Goal.status, fn.COUNT(Goal.id))
        .join(SettlementPlan)
        .join(Household)
        .where(
            reports_clients.active_within(asked),
            SettlementPlan.created_on <= asked.last,
            *reports_clients.of(asked),
        )
        .group_by(Goal.status)
    )
    return dict(query.tuples())


def goals_by_status(asked):
    counts = goals(asked)
    pairs = in_order(counts, choices.terms("goal-statuses", counts), _("Not known"))
    return counted(_("How it stands"), _("Goals"), pairs)


def goals_met(asked):
    counts = goals(asked)
    whole = sum(number for status, number in counts.items() if status != "dropped")
    return Ratio(sum(counts.get(status, 0) for status in MET), whole)


@once
def interviews(asked):
    """[(independent, nps, may be contacted)] of the exit interviews of the period."""
    query = (
        ExitInterview.select(
            ExitInterview.independent, ExitInterview.nps, ExitInterview.consent_to_contact
        )
        .join(Household)
        .where(ExitInterview.date.between(asked.first, asked.last), *reports_clients.of(asked))
    )
    return list(query.tuples())


@once
def replies(asked):
    """[(score, did it meet the need, respect, understood)] of the feedback collected in the period."""
    query = ClientFeedback.select(
        ClientFeedback.nps_score,
        ClientFeedback.met_need,
        ClientFeedback.respect,
        ClientFeedback.understood,
    ).where(ClientFeedback.collected_on.between(asked.first, asked.last))
    if asked.program:
        services = ServiceActivity.select(ServiceActivity.id)
        services = services.where(ServiceActivity.program == asked.program)
        query = query.where(
            (ClientFeedback.program == asked.program)
            | ClientFeedback.service_activity.in_(services)
        )
    return list(query.tuples())


def _scores(rows, place):
    return [row[place] for row in rows if row[place] is not None]


def promoters(scores):
    """The net promoter score of these answers as a Mean; how few are too few is for a shared report to say."""
    return Mean(feedback.net_promoter_score(scores, 0).nps, len(scores))


def _average(rows, place):
    found = _scores(rows, place)
    return mean(sum(found), len(found))


def by_group(asked):
    found = feedback.net_promoter_score(_scores(replies(asked), 0), 0)
    pairs = (
        (_("Promoters (9 and 10)"), found.promoters),
        (_("In between (7 and 8)"), found.passives),
        (_("Detractors (0 to 6)"), found.detractors),
    )
    return counted(_("Would recommend us"), _("Replies"), pairs)


def by_need_met(asked):
    named = [(value, _(label)) for value, label in ClientFeedback.met_need.choices]
    counts = Counter(row[1] for row in replies(asked))
    pairs = in_order(counts, named, _("Not answered"))
    return counted(_("Did it meet the need"), _("Replies"), pairs)


def independence(asked):
    counts = Counter(_scores(interviews(asked), 0))
    lines = tuple(Line(str(n), (counts.get(n, 0),)) for n in range(1, 6))
    total = Line(_("Total"), (sum(counts.values()),), TOTAL)
    return Grid(
        _("Handles daily life alone (1 to 5)"),
        (Column(_("Interviews"), bar=True),),
        (*lines, total),
    )


REPORT = Report(
    "outcomes",
    N_("Outcomes and feedback"),
    N_("Goals by how they stand, exit interviews, and whether clients would recommend the agency."),
    (PERIOD, PROGRAM, WORKER, CASE_TYPE),
    (
        Figure(
            "goals",
            N_("Goals"),
            N_(
                "Goals of settlement plans made by the end of the period, of cases that were open or extended on some day of"
                " it."
            ),
            lambda asked: sum(goals(asked).values()),
        ),
        Figure(
            "goals-met",
            N_("Goals met"),
            N_("Of these goals, the dropped ones apart: those that are met or partly met today."),
            goals_met,
        ),
        Figure(
            "interviews",
            N_("Exit interviews"),
            N_("Exit interviews whose day is in the period."),
            lambda asked: len(interviews(asked)),
        ),
        Figure(
            "independence",
            N_("Handles daily life alone"),
            N_("The average answer from 1 to 5 in these interviews, of those who answered."),
            lambda asked: _average(interviews(asked), 0),
        ),
        Figure(
            "may-contact",
            N_("May be contacted in six months"),
            N_("Exit interviews in which the person agreed to be contacted, of all of them."),
            lambda asked: Ratio(
                sum(bool(row[2]) for row in interviews(asked)), len(interviews(asked))
            ),
        ),
        Figure(
            "exit-nps",
            N_("NPS of exit interviews"),
            N_(
                "100 × (promoters − detractors) ÷ replies, of the exit interviews with an answer; a half is rounded up."
            ),
            lambda asked: promoters(_scores(interviews(asked), 1)),
            least=NPS,
        ),
        Figure(
            "replies",
            N_("Replies"),
            N_("Feedback collected in the period, about the program where one is chosen."),
            lambda asked: len(replies(asked)),
        ),
        Figure(
            "nps",
            N_("Net promoter score (NPS)"),
            N_(
                "100 × (promoters − detractors) ÷ replies; promoters said 9 or 10, detractors 0 to 6; a half is rounded up."
                " Hidden in a report for sharing under %(nps_min_responses)s replies."
            ),
            lambda asked: promoters(_scores(replies(asked), 0)),
            least=NPS,
        ),
        Figure(
            "respect",
            N_("Treated with respect"),
            N_("The average answer from 1 to 5, of those who answered."),
            lambda asked: _average(replies(asked), 2),
        ),
        Figure(
            "understood",
            N_("In a language I understand"),
            N_("The average answer from 1 to 5, of those who answered."),
            lambda asked: _average(replies(asked), 3),
        ),
    ),
    (
        Table(
            "goals",
            N_("Goals by how they stand"),
            N_("The same goals by how they stand today."),
            goals_by_status,
        ),
        Table(
            "independence",
            N_("Exit interviews: daily life alone"),
            N_(
                "Exit interviews of the period by the answer from 1 to 5; those without an answer are left out."
            ),
            independence,
        ),
        Table(
            "promoters",
            N_("Who would recommend us"),
            N_("Feedback of the period by its score: 9 and 10, 7 and 8, 0 to 6."),
            by_group,
            needs=NPS,
        ),
        Table(
            "need-met",
            N_("Did it meet the need"),
            N_("Feedback of the period by whether the service met the need."),
            by_need_met,
        ),
    ),
)

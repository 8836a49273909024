"""Rows of the case file beside those of ``factories``: needs, plans, instruments; ``MAKE`` is every entity with a screen."""

import datetime

import casework_factories
import factories
from casework_factories import make_interpreter
from factories import _number, _row, make_client, make_staff, save

from models import (
    MATRIX,
    Answer,
    CapacityBuildingActivity,
    CaseTask,
    ExitInterview,
    Extension,
    FactorResult,
    Goal,
    Guardianship,
    Household,
    Intake,
    Interpreter,
    MatchRun,
    NeedAlert,
    NeedsAssessment,
    PlanAction,
    PlanReview,
    SettlementPlan,
)
from workflows import instruments, settings
from workflows.business_days import add_months


def make_draft(kind=MATRIX):
    """A draft copied from the version in force."""
    return instruments.new_version(kind)


def make_child(guardian=None, age=8, **values):
    """A child of ``age`` years in the household of ``guardian``."""
    guardian = guardian or make_client()
    born = add_months(settings.today(), -12 * age)
    base = {"household": guardian.household, "relation": "child", "birth_date": born}
    return make_client(**base | values)


def make_guardianship(guardian=None, child=None, **values):
    guardian = guardian or make_client()
    base = {"guardian": guardian, "child": child or make_child(guardian)}
    return save(Guardianship(**base | values))


def make_intake(**values):
    household = values.pop("household", None) or make_client().household
    base = {"household": household, "intake_date": settings.today(), "worker": make_staff()}
    return save(Intake(**base | values))


def make_assessment(client=None, **values):
    """A complete A1 with one answer and one factor, at the level Moderate."""
    base = {
        "client": client or make_client(),
        "point": "a1",
        "completed_on": settings.today(),
        "assessor": make_staff(),
        "matrix_version": "2026.1",
        "scheme_version": "2026.1",
        "need_index": "50.0",
        "base_level": "moderate",
        "level": "moderate",
    }
    assessment = save(NeedsAssessment(**base | values))
    _row(Answer, {"assessment": assessment, "question": "health-access", "level": 3})
    _row(FactorResult, {"assessment": assessment, "factor": "health", "score": "50.0"})
    return assessment


def make_need_alert(assessment=None, **values):
    assessment = assessment or make_assessment()
    base = {
        "client": assessment.client,
        "assessment": assessment,
        "question": "health-access",
        "due_on": settings.today() + datetime.timedelta(days=1),
    }
    return save(NeedAlert(**base | values))


def make_case(**values):
    """A household in the intensive program that began six months ago, its case not open yet."""
    anchor = add_months(settings.today(), -6)
    base = {"case_type": "intensive", "status": "intake", "anchor_date": anchor}
    base["file_number"] = f"C-{next(_number)}"
    return save(Household(**base | values))


def make_extension(**values):
    """A refusal; ``decision="approved", new_end=…`` for the other answer."""
    base = {
        "household": values.pop("household", None) or make_case(),
        "because": "Housing is not settled.",
        "decision": "refused",
        "decided_by": make_staff(role="supervisor"),
        "decided_on": settings.today(),
    }
    return save(Extension(**base | values))


def make_case_task(**values):
    """A first assessment that is due in a month."""
    client = values.pop("client", None) or make_client()
    today = settings.today()
    base = {"client": client, "household": client.household, "kind": "assessment", "point": "a1"}
    days = {"opens_on": today, "due_on": today + datetime.timedelta(days=30)}
    return _row(CaseTask, base | days | values)


def make_plan(**values):
    household = values.pop("household", None) or make_client().household
    return save(SettlementPlan(**{"household": household, "created_on": settings.today()} | values))


def make_goal(client=None, **values):
    client = client or make_client()
    plan = values.pop("plan", None) or make_plan(household=client.household)
    return save(Goal(**{"plan": plan, "client": client, "title": "Find a bigger home"} | values))


def make_plan_action(**values):
    goal = values.pop("goal", None) or make_goal()
    return save(PlanAction(**{"goal": goal, "text": "Apply for housing"} | values))


def make_plan_review(**values):
    household = values.pop("household", None) or make_client().household
    base = {"household": household, "due_on": settings.today(), "done_on": settings.today()}
    return save(PlanReview(**base | values))


def make_exit_interview(**values):
    client = values.pop("client", None) or make_client()
    base = {"client": client, "household": client.household, "date": settings.today()}
    return save(ExitInterview(**base | values))


def make_capacity_building(**values):
    base = {
        "date": settings.today(),
        "type": "outreach",
        "partners": "The library",
        "objective": "Newcomers do not know its English circle.",
        "minutes": 90,
        "staff": values.pop("staff", None) or make_staff(),
    }
    return save(CapacityBuildingActivity(**base | values))


def make_match_run(**values):
    base = {"client": make_client(), "need": {"factor": "health"}, "scheme_version": "2026.1"}
    return _row(MatchRun, base | values)


def make_statement_of(assessment, **values):
    """A driving statement that came from ``assessment``."""
    base = {"client": assessment.client, "factor": "health", "source_assessment": assessment}
    return factories.make_driving_statement(**base | values)


# Every entity that has a screen, and how one row of it is made.
MAKE = (
    factories.MAKE
    | casework_factories.MAKE
    | {
        Interpreter: make_interpreter,
        Guardianship: make_guardianship,
        Intake: make_intake,
        NeedsAssessment: make_assessment,
        NeedAlert: make_need_alert,
        Extension: make_extension,
        CaseTask: make_case_task,
        MatchRun: make_match_run,
        SettlementPlan: make_plan,
        Goal: make_goal,
        PlanAction: make_plan_action,
        PlanReview: make_plan_review,
        ExitInterview: make_exit_interview,
        CapacityBuildingActivity: make_capacity_building,
    }
)

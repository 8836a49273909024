"""The families of the example agency: the worked example to the last score, one case in every other state, wiped whole."""

import datetime
from collections import Counter
from io import BytesIO

import pytest
from family import ASSESSMENTS, FAMILY
from prepare import sign_in

from models import (
    TABLES,
    Attachment,
    AuditLog,
    CaseTask,
    Client,
    ConsentRecord,
    Draft,
    Extension,
    Household,
    Intake,
    Interpreter,
    KeptCount,
    MatchRun,
    NeedAlert,
    NeedsAssessment,
    Organization,
    PlanReview,
    Referral,
    ServiceActivity,
    Setting,
    Staff,
)
from seed import example, example_wipe
from seed.example_scan import signed_form
from workflows import assessments, attachments, audit, case_rules, case_tasks, records, settings

AS_OF = datetime.date(2026, 5, 13)
NAMES = {"P1": "Bassam", "P2": "Hanan", "P3": "Rima", "P4": "Sami", "P5": "Layla"}


@pytest.fixture
def families(app, clock):
    clock.set("2026-05-13T16:00")
    example.load(AS_OF, families=True)


def household(number):
    return Household.get(Household.file_number == number)


def test_the_family_of_the_worked_example_has_its_dates_6_3(families):
    family = household(FAMILY["file_number"])
    extension = FAMILY["extension"]
    assert (family.status, family.anchor_date) == ("extended", FAMILY["anchor_date"])
    assert family.planned_end == extension["new_end"]
    born = {row.first_name: row.birth_date for row in family.clients}
    assert born == {NAMES[p["code"]]: p["birth_date"] for p in FAMILY["people"]}
    row = Extension.get(Extension.household == family)
    assert (row.suggested_on, row.decided_on) == (
        extension["suggested_on"],
        extension["approved_on"],
    )
    assert row.decided_by.role == extension["approved_by_role"]
    done = PlanReview.select().where(PlanReview.household == family).order_by(PlanReview.due_on)
    assert [review.due_on for review in done][:4] == FAMILY["expected_plan_reviews"]


def test_its_assessments_came_out_as_the_worked_example_says_r_sco_1(families):
    found = {
        (row.client.first_name, row.point): (
            row.completed_on,
            float(row.need_index),
            row.level,
            row.critical_questions,
        )
        for row in NeedsAssessment.select().where(
            NeedsAssessment.client.in_(household(FAMILY["file_number"]).clients)
        )
    }
    assert found == {
        (NAMES[each["person"]], each["point"]): (
            each["completed_on"],
            each["expected"]["need_index"],
            each["expected"]["level"],
            each["expected"]["critical"],
        )
        for each in ASSESSMENTS
    }


def test_its_critical_answers_were_acted_on_in_time_r_sco_3(families):
    family = household(FAMILY["file_number"])
    alerts = list(NeedAlert.select().where(NeedAlert.client.in_(family.clients)))
    assert len(alerts) == 2
    assert all(alert.done_on == alert.due_on and alert.what_was_done for alert in alerts)


def test_each_of_its_referrals_came_from_an_assessment_and_has_an_outcome_2_13(families):
    family = household(FAMILY["file_number"])
    sent = list(Referral.select().where(Referral.client.in_(family.clients)))
    assert len(sent) == 3
    for referral in sent:
        (statement,) = referral.driving_statements
        assert statement.source_assessment.client_id == referral.client_id
        assert all(action.action_slug for action in referral.actions)
        assert referral.status == "complete" and referral.outcome != "pending"
        assert referral.plan_actions.count() == 1
        run = MatchRun.get_by_id(referral.match_snapshot["run"])
        assert referral.service_activity_id in [key for key, _score, _band in run.results]
        assert referral.direction == "internal" or referral.consent_record_id


def test_every_open_case_has_its_signed_charter_on_file_r_con_4(families):
    served = Household.select().where(
        Household.status.in_(("open", "extended", "on-hold")), Household.case_type != "portal-only"
    )
    assert served.count() == 7
    for case in served:
        assert case_rules.has_signed_charter(case)
    for scan in Attachment.select():
        assert scan.media_type == attachments.PDF
        assert bytes(scan.content).startswith(b"%PDF-1.4")


def test_there_is_a_case_in_every_state(families):
    states = Counter(
        row.status for row in Household.select() if row.case_type != "portal-only" or not row.city
    )
    assert states == {
        "open": 5,
        "extended": 1,
        "intake": 1,
        "on-hold": 1,
        "closed": 1,
        "consent-refused": 1,
    }


def test_a_refused_consent_leaves_no_name_r_con_2(families):
    stub = Household.get(Household.status == "consent-refused")
    assert stub.clients.count() == stub.consents.count() == 0


def test_home_has_something_of_every_kind_to_do_today(families):
    counts = {name: query.count() for name, query in case_tasks.queries(AS_OF).items()}
    assert counts == {
        "alerts": 1,
        "assessments-overdue": 1,
        "assessments-open": 4,
        "extensions": 1,
        "reviews-overdue": 1,
        "cases-to-close": 0,
    }
    assert case_tasks.wrong() == []
    assert NeedAlert.get(NeedAlert.done_on.is_null()).due_on == AS_OF
    assert CaseTask.get(CaseTask.kind == "extension").client.first_name == "Hodan"


def test_an_intake_that_was_begun_waits_on_home(families, app):
    browser = sign_in(app)
    page = browser.get("/")
    assert "New intake Girma, Yohannes started by Sofia Marquez" in page.text
    draft = Draft.get(Draft.kind == "intake")
    assert draft.created_by_name == "Sofia Marquez"
    assert browser.get(draft.path).status == 200


def test_the_triage_week_keeps_its_open_numbers_beside_the_families(families):
    assert records.kept_counts(Referral) == {"received": 6, "distributed": 2, "complete": 4}
    own = [s for s in ServiceActivity.select() if s.program.organization.is_own]
    assert len(own) == 36


@pytest.mark.parametrize("day", ["2024-02-29", "2026-02-09", "2026-11-23", "2027-01-01"])
def test_the_families_move_with_the_day_r_asm_3(app, clock, day):
    """On any day the A5 of the family lies in its window, and what was done was done on a working day."""
    clock.set(f"{day}T18:00")
    example.load(families=True)
    today = settings.today()
    for row in NeedsAssessment.select():
        assert row.completed_on <= today and row.completed_on.weekday() < 5
    family = Household.get(Household.status == "extended")
    for person in assessments.case(family, today).people:
        for standing in person.standings:
            if standing.window.point in person.rows:
                done = person.rows[standing.window.point].completed_on
                assert standing.window.opens <= done <= standing.window.due_on_business_day
    overdue = CaseTask.select().where(CaseTask.due_on < today)
    assert overdue.where(CaseTask.kind != "plan-review").count() == 1
    assert NeedAlert.get(NeedAlert.done_on.is_null()).due_on >= today


def test_an_example_set_on_a_later_day_tells_the_families_as_of_today(app, clock):
    clock.set("2026-05-13T16:00")
    example.load(AS_OF + datetime.timedelta(days=30), families=True)
    assert max(row.completed_on for row in NeedsAssessment.select()) <= AS_OF


def counts():
    kept = (AuditLog, KeptCount, Setting)
    return {model: model.select().count() for model in TABLES if model not in kept}


def test_wiping_leaves_no_row_of_the_families_and_none_that_was_made_with_them(app):
    before = counts()
    example.load(families=True)
    draft = Draft.get(Draft.kind == "intake")
    attachments.store("consent-form", draft, BytesIO(signed_form("Consent", ())), "consent.pdf")
    example_wipe.wipe()
    assert counts() == before
    assert not any(records.kept_counts(Referral).values())
    assert audit.first_broken_row() is None


def test_an_interpreter_and_a_worker_whom_a_real_file_names_stay(families):
    real = Household(file_number="2026-900")
    records.save(real)
    intake = Intake(
        household=real,
        intake_date=AS_OF,
        worker=Staff.get(Staff.name == "Grace Okafor"),
        interpreter=Interpreter.get(Interpreter.name == "Farid Nouri"),
    )
    records.save(intake)
    example_wipe.wipe()
    assert [row.name for row in Interpreter.select()] == ["Farid Nouri"]
    assert Staff.select().where(Staff.name == "Grace Okafor").exists()
    assert Intake.select().count() == 1


def test_all_families_are_invented_and_signed_for_themselves_r_con_3(families):
    for client in Client.select():
        assert client.phone is None or "555-01" in client.phone
        assert client.email is None or client.email.endswith(".example")
    for consent in ConsentRecord.select().where(ConsentRecord.type == "client-charter"):
        assert consent.signer_role == "client"
    assert Organization.own().name.endswith("(TIES)")

"""What cases ask for next, kept as rows: right after every save, on Home and in the lists (R-ASM)."""

import datetime

import pytest
from case_factories import make_case, make_need_alert, make_plan_review
from factories import make_client, make_staff

from models import AgencyClosure, CaseTask, Client, Extension, Household, NeedsAssessment, Setting
from workflows import case_tasks, checks, home_tasks, records, settings
from workflows.business_days import add_months


def date(text):
    return datetime.date.fromisoformat(text)


def rows():
    """{(client id, kind, point, opens on, due on)} of all tasks."""
    found = CaseTask.select()
    return {(r.client_id, r.kind, r.point, str(r.opens_on), str(r.due_on)) for r in found}


@pytest.fixture
def case(app, clock):
    """A case that began on 6 January 2025, a few days later."""
    clock.set("2025-01-10T15:00")
    return make_case(anchor_date=date("2025-01-06"), status="intake")


@pytest.fixture
def adult(case):
    return make_client(household=case, birth_date=date("1990-03-01"))


def save_assessment(client, point, day, level):
    row = NeedsAssessment(
        client=client, point=point, completed_on=date(day), assessor=make_staff(), level=level
    )
    records.save(row)
    return row


def test_the_next_assessment_is_kept_from_the_first_to_the_decision_on_an_extension(adult, case):
    """R-ASM-2, R-ASM-3, R-ASM-7"""
    assert rows() == {(adult.id, "assessment", "a1", "2025-01-06", "2025-02-05")}
    save_assessment(adult, "a1", "2025-01-09", "high")
    assert rows() == {(adult.id, "assessment", "a2", "2025-04-22", "2025-06-05")}
    save_assessment(adult, "a4", "2026-01-08", "high")
    assert rows() == {(adult.id, "extension", None, "2026-01-08", "2026-01-05")}
    assert not case_tasks.wrong()


def test_tasks_follow_what_they_are_counted_from(adult, case):
    """2.6: moving the first day moves what is open; a closed case and a child ask for nothing."""
    house = Household.get_by_id(case.id)
    house.anchor_date, house.planned_end = date("2025-01-07"), None
    records.save(house, reason="Arrived a day later")
    assert [row[3] for row in rows()] == ["2025-01-07"]
    client = Client.get_by_id(adult.id)
    client.birth_date = date("2015-01-01")
    records.save(client, confirmed=("similar-client",))
    assert rows() == set()
    client.birth_date = date("2007-05-07")
    records.save(client, confirmed=("similar-client",))
    assert [row[2] for row in rows()] == ["a2"]
    house.status, house.close_reason = "closed", "moved"
    records.save(house)
    assert rows() == set() and not case_tasks.wrong()


def test_tasks_follow_the_settings_and_the_closures_of_the_agency(adult):
    settings.change("assessment_window_months", 2)
    assert [row[4] for row in rows()] == ["2025-03-05"]
    records.save(AgencyClosure(date=date("2025-03-05"), label="Storm"))
    assert [row[4] for row in rows()] == ["2025-03-06"]
    assert Setting.get(Setting.key == "assessment_window_months").value == 2


def test_recount_mends_the_tasks_and_check_names_them(adult, case):
    CaseTask.delete().execute()
    assert ("case_task.household", case.id, 0, 1) in checks.miscounted()
    assert checks.recount()
    assert rows() and not checks.miscounted()


def test_a_refused_extension_and_a_deleted_one_bring_the_task_back_and_forth(adult, case):
    """R-ASM-7"""
    save_assessment(adult, "a4", "2025-01-09", "very-high")
    refusal = Extension(
        household=case,
        because="Moves away",
        decision="refused",
        decided_by=make_staff(role="supervisor"),
        decided_on=date("2025-01-10"),
    )
    records.save(refusal)
    assert "extension" not in {row[1] for row in rows()}
    records.delete(refusal)
    assert "extension" in {row[1] for row in rows()}


# ---- Home and the lists --------------------------------------------------------------------------------------------------


def test_the_next_plan_review_is_asked_for_while_a_case_is_open(case, clock):
    """R-ASM-9: every three months from the first day; one that was left out is not asked for twice."""
    assert not rows(), "not while the intake is under way"
    Household.update(status="open").where(Household.id == case.id).execute()
    case_tasks.keep([case.id])
    review = (None, "plan-review", None, "2025-03-23", "2025-04-07")
    assert rows() == {review}, "6 April is a Sunday"
    clock.set("2025-11-10T15:00")
    assert case_tasks.queries(settings.today())["reviews-overdue"].count() == 1
    late = make_plan_review(household=case, due_on=date("2025-10-06"), done_on=date("2025-11-10"))
    assert [row[4] for row in rows()] == ["2026-01-06"]
    assert not case_tasks.queries(settings.today())["reviews-overdue"].count()
    records.delete(late)
    assert rows() == {review} and not case_tasks.wrong()


def test_home_counts_and_leads_to_the_lists_behind(browser):
    """R-ASM-3, R-SCO-3: an alert is two clicks from Home."""
    start = add_months(settings.today(), -1)
    late = make_client(household=make_case(anchor_date=add_months(start, -3), status="intake"))
    make_client(
        household=make_case(anchor_date=settings.today(), status="intake"),
        first_name="Open",
        last_name="Now",
    )
    alert = make_need_alert()
    counts = home_tasks.counts(settings.today())
    assert (counts["alerts"], counts["assessments-overdue"], counts["assessments-open"]) == (
        1,
        1,
        1,
    )
    page = browser.get("/")
    listed = browser.follow(page, "needs assessment is overdue")
    assert late.display_name in listed and "Now, Open" not in listed
    schedule = browser.follow(listed, late.display_name)
    assert schedule.heading == "Schedule of needs assessments"
    listed = browser.follow(page, "critical answer to act on")
    act = browser.get(listed.absolute(listed.soup.select_one("tbody th a")["href"]))
    assert act.heading == "What was done about it?" and str(alert.client) in act
    done = browser.submit(act, "Save", {"what_was_done": "Went to the clinic together."})
    assert "Went to the clinic together." in done
    assert home_tasks.counts(settings.today())["alerts"] == 0


def test_an_alert_is_not_done_without_words(browser):
    """R-SCO-3"""
    alert = make_need_alert()
    page = browser.get(f"/need-alerts/edit/?id={alert.id}")
    page = browser.submit(page, "Save")
    assert "Say what was done about it." in page

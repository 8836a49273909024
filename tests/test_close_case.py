"""The wizard that closes a case: loose ends, exit interviews, the reason, how long the file is kept (2.22, R-RET-1)."""

import datetime

import pytest
from case_factories import (
    make_case,
    make_goal,
    make_need_alert,
    make_plan,
)
from factories import make_client, make_household, make_referral
from test_wizard_engine import seal_of, token_of

from models import (
    COMPLETE,
    Draft,
    ExitInterview,
    Goal,
    Household,
    NeedAlert,
    Referral,
    SettlementPlan,
)
from workflows import records, retention, settings
from workflows.business_days import add_months


@pytest.fixture
def client(app):
    """An adult in an open case without a schedule."""
    born = add_months(settings.today(), -12 * 40)
    household = make_household(case_type="portal-only", status="open")
    return make_client(household, first_name="Rima", last_name="Haddad", birth_date=born)


def begin(browser, household):
    token = token_of(browser.get("/close-case/"))
    page = browser.post("/close-case/", {"csrf_token": token, "household": str(household.id)})
    assert page.heading == "Which case?"
    return browser.submit(page, "Continue")


def until_check(browser, page, **closing):
    if page.heading == "Exit interview":
        page = browser.submit(page, "Continue")
    given = {"close_reason": "Moved away", "close_summary": "They moved to Windsor."} | closing
    page = browser.submit(page, "Continue", given)
    assert page.heading == "Check your answers", page.errors
    return page


def test_a_case_closes_with_its_reason_and_says_how_long_the_file_is_kept(browser, client):
    """R-RET-1"""
    page = until_check(browser, begin(browser, client.household))
    household = Household.get_by_id(client.household_id)
    assert household.status == "open"
    today = settings.today()
    assert str(today.year + 7) in page.soup.select_one(".key-block").get_text()
    page = browser.submit(page, "Close the case")
    assert page.heading == f"Case {household.file_number} is closed"
    household = Household.get_by_id(household.id)
    assert (household.status, household.close_reason) == ("closed", "moved")
    assert (household.close_date, household.last_entry_on) == (today, today)
    assert household.close_summary == "They moved to Windsor."


def test_the_file_is_kept_from_its_latest_entry_not_from_an_earlier_closing_day(browser, client):
    """R-RET-1: the latest dated record of the file decides, 29 February becomes 1 March."""
    make_referral(client=client, status=COMPLETE)
    earlier = settings.today() - datetime.timedelta(days=30)
    page = until_check(browser, begin(browser, client.household), close_date=earlier)
    browser.submit(page, "Close the case")
    household = Household.get_by_id(client.household_id)
    assert (household.close_date, household.last_entry_on) == (earlier, settings.today())
    leap = retention.kept_until(household, datetime.date(2024, 2, 29))
    assert leap == datetime.date(2031, 3, 1)


def test_the_years_are_the_agency_s_setting(browser, client):
    """R-RET-1"""
    settings.change("retention_years", 10)
    today = settings.today()
    page = until_check(browser, begin(browser, client.household))
    assert str(today.year + 10) in page.soup.select_one(".key-block").get_text()


def test_a_critical_answer_nobody_acted_on_comes_first(browser, client):
    """R-SCO-3"""
    alert = make_need_alert(client=client)
    page = begin(browser, client.household)
    assert page.heading == "Which case?"
    assert "critical answer nobody acted on" in page.errors[0]
    assert page.soup.select_one(f"main a[href='/need-alerts/edit/?id={alert.id}']")
    NeedAlert.update(done_on=settings.today(), what_was_done="Called.").execute()
    assert browser.submit(page, "Continue").heading == "Exit interview"


def test_each_open_referral_gets_an_outcome_or_stays_open_for_a_reason(browser, client):
    done, stays = make_referral(client=client), make_referral(client=client)
    finished = make_referral(client=client, status=COMPLETE)
    page = begin(browser, client.household)
    assert page.heading == "Open referrals" and finished.number not in page
    page = browser.submit(
        page,
        "Continue",
        {
            "rows-0-what": "It is complete",
            "rows-0-outcome": "Service received",
            "rows-1-what": "Keep it open",
        },
    )
    assert len(page.errors) == 1 and page.errors[0].endswith("Say why it stays open.")
    page = browser.submit(page, "Continue", {"rows-1-reason": "The partner calls in May."})
    page = browser.submit(until_check(browser, page), "Close the case")
    assert "1 referral stays open." in page
    done, stays = Referral.get_by_id(done.id), Referral.get_by_id(stays.id)
    assert (done.status, done.outcome) == (COMPLETE, "service-received")
    assert (stays.status, stays.outcome) == ("received", "pending")
    assert "The partner calls in May." in stays.follow_up_notes


def test_who_agrees_is_asked_seven_questions_and_nobody_has_to_answer(browser, client):
    """2.22"""
    page = begin(browser, client.household)
    page = browser.submit(page, "Continue", clients=[str(client)])
    assert page.heading == "Exit interview: Rima Haddad" and "Rima" not in page.title
    assert "I can handle daily life here without a worker" in page
    page = browser.submit(
        page,
        "Continue",
        {"independent": "4", "nps": "9", "missing": "A bus.", "consent_to_contact": True},
    )
    page = browser.submit(until_check(browser, page), "Close the case")
    row = ExitInterview.get()
    assert (row.client, row.household, row.date) == (client, client.household, settings.today())
    assert (row.independent, row.nps, row.missing, row.most_useful) == (4, 9, "A bus.", None)
    assert row.consent_to_contact and (row.goals_met, row.open_referrals) == (0, 0)


def test_goals_get_their_last_status_and_the_plan_closes(browser, client):
    """2.11"""
    plan = make_plan(household=client.household)
    goal = make_goal(client, plan=plan)
    over = make_goal(client, plan=plan, title="Old", status="dropped")
    page = browser.submit(begin(browser, client.household), "Continue")
    assert page.heading == "Goals of the plan" and over.title not in page.text.split()
    page = browser.submit(page, "Continue", {"rows-0-status": "Met"})
    browser.submit(until_check(browser, page), "Close the case")
    assert Goal.get_by_id(goal.id).status == "met"
    assert SettlementPlan.get_by_id(plan.id).state == "closed"


def test_an_adult_without_the_last_assessment_is_assessed_or_left_out_for_a_reason(browser):
    """R-ASM-6, R-ASM-7"""
    household = make_case()
    born = add_months(settings.today(), -12 * 40)
    adult = make_client(household, first_name="Rima", last_name="Haddad", birth_date=born)
    page = begin(browser, household)
    assert page.heading == "Final assessments"
    assert page.soup.select_one("form[action='/needs-matrix/'] button")
    page = browser.submit(page, "Continue")
    assert "Do the assessment, or say why" in page.errors[0]
    page = browser.submit(page, "Continue", {"rows-0-reason": "They left in a hurry."})
    page = browser.submit(until_check(browser, page), "Close the case")
    summary = Household.get_by_id(household.id).close_summary
    assert f"{adult}" in summary and "They left in a hurry." in summary


def test_closing_needs_a_reason_and_a_summary_and_no_day_to_come(browser, client):
    """2.6"""
    page = browser.submit(begin(browser, client.household), "Continue")
    later = settings.today() + datetime.timedelta(days=1)
    page = browser.submit(page, "Continue", close_date=later)
    assert page.errors == ["Choose “Reason for closing”.", "Enter “Closing summary”."]
    given = {"close_reason": "Other", "close_summary": "Done."}
    page = browser.submit(page, "Continue", given)
    assert "in the future" in page.errors[0]


def test_a_case_closed_meanwhile_is_not_closed_twice(browser, client):
    page = until_check(browser, begin(browser, client.household))
    household = Household.get_by_id(client.household_id)
    household.status, household.close_reason = "closed", "withdrew"
    records.save(household)
    page = browser.submit(page, "Close the case")
    assert page.heading == "Which case?" and "no longer there" in page
    assert Household.get_by_id(household.id).close_reason == "withdrew"


def test_a_referral_that_came_meanwhile_is_asked_about(browser, client):
    page = until_check(browser, begin(browser, client.household))
    made = make_referral(client=client)
    page = browser.submit(page, "Close the case")
    assert page.heading == "Open referrals" and made.number in page
    assert Household.get_by_id(client.household_id).status == "open"


def test_an_alert_that_came_meanwhile_stops_the_closing(browser, client):
    """R-SCO-3"""
    page = until_check(browser, begin(browser, client.household))
    make_need_alert(client=client)
    assert browser.submit(page, "Close the case").heading == "Which case?"


def test_a_stranger_s_referral_cannot_be_slipped_in(browser, client):
    mine, other = make_referral(client=client), make_referral(client=make_client())
    page = begin(browser, client.household)
    data = {
        "csrf_token": token_of(page),
        "seal": seal_of(page),
        "rows-0-row": "1",
        "rows-0-referral": str(other.id),
        "rows-0-what": "complete",
        "rows-0-outcome": "no-show",
    }
    page = browser.post(page.path, data)
    assert page.heading == "Open referrals" and mine.number in page and other.number not in page
    assert Referral.get_by_id(other.id).status == "received"


@pytest.mark.parametrize("answers", [{"rows-0-what": "burn"}, {"rows-0-outcome": "eaten"}])
def test_a_forged_choice_is_refused(browser, client, answers):
    row = make_referral(client=client)
    page = begin(browser, client.household)
    data = {
        "csrf_token": token_of(page),
        "seal": seal_of(page),
        "rows-0-row": "1",
        "rows-0-referral": str(row.id),
        "rows-0-what": "complete",
        "rows-0-outcome": "pending",
    }
    page = browser.post(page.path, data | answers)
    assert page.heading == "Open referrals" and page.errors


def test_another_tab_that_changed_an_answer_is_shown_first(browser, client):
    page = until_check(browser, begin(browser, client.household))
    tab = browser.get(page.path.replace("/check", "/closing"))
    browser.submit(tab, "Continue", close_summary="Another story.")
    page = browser.submit(page, "Close the case")
    assert "An answer was changed since this page was opened" in page
    assert "Another story." in page


def test_pressing_close_twice_makes_one_interview(browser, client):
    page = browser.submit(begin(browser, client.household), "Continue", clients=[str(client)])
    page = until_check(browser, browser.submit(page, "Continue"))
    for _press in range(2):
        assert "is closed" in browser.submit(page, "Close the case").heading
    assert ExitInterview.select().count() == 1


def test_work_begun_about_the_household_is_listed(browser, client):
    token = token_of(browser.get("/plan/"))
    browser.post("/plan/", {"csrf_token": token, "client": str(client.id)})
    plan_path = Draft.get(Draft.kind == "plan").path
    page = until_check(browser, begin(browser, client.household))
    assert page.soup.select_one(f"main a[href='{plan_path}']")
    page = browser.submit(page, "Close the case")
    assert "was begun and is not finished" in page


def test_a_case_past_its_planned_end_is_on_home_and_its_page_leads_here(browser):
    """R-ASM-7"""
    start = add_months(settings.today(), -13)
    household = make_case(anchor_date=start)
    make_client(household)
    Household.update(status="open").where(Household.id == household.id).execute()
    page = browser.get("/")
    assert "case is past its planned end" in page
    page = browser.get("/households/?closing=due")
    assert len(page.rows) == 1
    page = browser.get(f"/households/details/?id={household.id}")
    assert "The case was due to close on" in page
    assert browser.submit(page, "Close the case").heading == "Which case?"


@pytest.mark.parametrize(("typed", "kept"), [("", None), ("0", 0), ("10", 10)])
def test_nought_is_an_answer_and_none_is_none(browser, client, typed, kept):
    """2.22"""
    page = browser.submit(begin(browser, client.household), "Continue", clients=[str(client)])
    assert [o["value"] for o in page.soup.select("[name=nps] option[selected]")] == [""]
    page = browser.submit(page, "Continue", nps=typed)
    assert page.soup.select("[name=close_reason]"), page.errors
    browser.submit(until_check(browser, page), "Close the case")
    row = ExitInterview.get()
    assert (row.nps, row.independent) == (kept, None)


@pytest.mark.parametrize(("name", "value"), [("independent", 6), ("nps", 11)])
def test_an_interview_keeps_to_its_scales(client, name, value):
    """2.22"""
    row = ExitInterview(household=client.household, client=client, date=settings.today())
    setattr(row, name, value)
    with pytest.raises(records.Refused):
        records.save(row)

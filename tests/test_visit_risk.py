"""The risk checklist of a home visit: what the answers mean, how long they hold, who decides (2.17)."""

import datetime

import pytest
from casework_factories import make_home_visit, make_visit_list
from factories import make_client
from visit_day import (
    Day,
    answers,
    checked,
    details,
    fresh,
    refusal,
    soon,
    supervisor,
    the_day,
)

from models import HomeVisit, VisitList
from workflows import records, settings, visit_lists, visit_risk


@pytest.fixture
def day(app, clock):
    return Day(clock)


@pytest.mark.parametrize(
    "met, result",
    [
        ({}, "low"),
        ({"alone": "yes"}, "mitigate"),
        ({"weather": "unknown"}, "mitigate"),
        ({"weapons": "unknown"}, "low"),
        ({"weapons": "yes", "alone": "yes"}, "unsafe"),
    ],
)
def test_the_answers_make_the_result(app, met, result):
    """2.17, R-VISIT-4: an unknown counts as met where conditions would do, and goes to a supervisor for a danger."""
    assert visit_risk.result(answers(**met)) == result


def test_a_checklist_asks_everything_and_for_conditions_where_they_are_needed(browser, app):
    """R-VISIT-2, 2.17"""
    visit = make_home_visit()
    page = browser.get(f"/home-visits/checklist/?id={visit.id}")
    assert len(page.soup.select("fieldset")) == 10
    page = browser.submit(page, "Save", answers={"threats": "No"})
    assert len(page.errors) == 9
    page = browser.submit(page, "Save", answers=answers(alone="yes"))
    assert any("Write down the conditions" in error for error in page.errors)
    browser.submit(page, "Save", conditions="Two workers go together.")
    assert (fresh(visit).risk_result, fresh(visit).risk_checked_on) == (
        "mitigate",
        settings.today(),
    )


def test_a_list_without_every_checklist_is_not_submitted(browser, app):
    """R-VISIT-2"""
    visit = make_home_visit()
    page = browser.submit(browser.get(the_day(visit)), "Submit for authorization")
    assert "The risk checklist is not filled in yet." in page.notices[0]
    assert VisitList.get().state == "draft"


def test_a_checklist_holds_for_30_days_and_not_one_more(day):
    """R-VISIT-2"""
    listed = make_visit_list(date=day.date + datetime.timedelta(days=29))
    visit = checked(make_home_visit(visit_list=listed))
    assert visit_lists.lacking(listed) == []
    listed.date += datetime.timedelta(days=1)
    records.save(listed)
    assert "older than 30 days" in visit_lists.lacking(listed)[0][1]
    assert "older than 30 days" in refusal(visit_lists.submit, listed)[0][1]
    assert fresh(visit).status == "draft"


def test_an_earlier_checklist_for_the_address_is_taken_over_with_its_day(browser, day):
    """R-VISIT-2: asked whether anything has changed; its own day goes along."""
    client = make_client()
    old = checked(make_home_visit(clients=[client]), "Two go together.", alone="yes")
    HomeVisit.update(risk_checked_on=settings.today() - datetime.timedelta(days=9)).where(
        HomeVisit.id == old.id
    ).execute()
    visit = make_home_visit(clients=[client], visit_list=make_visit_list(date=day.date))
    elsewhere = make_home_visit(clients=[client], address="9 Oak Street")
    page = browser.get(f"/home-visits/checklist/?id={elsewhere.id}")
    assert "Has anything changed?" not in page
    page = browser.get(f"/home-visits/checklist/?id={visit.id}")
    assert "Has anything changed?" in page
    browser.submit(page, "Nothing has changed: take it over")
    visit = fresh(visit)
    assert (visit.risk_result, visit.conditions) == ("mitigate", "Two go together.")
    assert visit.risk_checked_on == settings.today() - datetime.timedelta(days=9)


def test_another_address_needs_another_checklist(app):
    """R-VISIT-2"""
    visit = checked(make_home_visit())
    visit.address = "9 Oak Street"
    records.save(visit)
    assert fresh(visit).risk_checked_on is None and not visit_risk.is_filled_in(fresh(visit))


def test_an_unknown_danger_is_decided_in_writing_by_a_supervisor(
    browser, administrator_browser, day
):
    """2.17, R-VISIT-2"""
    visit = checked(make_home_visit(visit_list=soon()), weapons="unknown")
    listed = visit.visit_list
    visit_lists.submit(listed)
    assert "supervisor has to decide" in refusal(visit_lists.authorize, listed, supervisor())[0][1]
    page = browser.follow(browser.get(details(visit)), "Decide about this visit")
    assert page.heading == "Administrator passphrase"
    page = administrator_browser.get(f"/home-visits/decide/?id={visit.id}")
    assert "Weapons known to be in the home" in page
    page = administrator_browser.submit(page, "Save", go="The visit may go ahead")
    assert page.errors
    administrator_browser.submit(page, "Save", risk_decision="The police know of none.")
    visit_lists.authorize(listed, supervisor())
    assert fresh(visit).status == "authorized"


def test_a_supervisor_may_decide_against_the_visit(administrator_browser, day):
    """R-VISIT-4"""
    visit = checked(make_home_visit(visit_list=soon()), threats="unknown")
    assert "A danger is unknown" in administrator_browser.get(the_day(visit))
    page = administrator_browser.get(f"/home-visits/decide/?id={visit.id}")
    page = administrator_browser.submit(
        page, "Save", go="The visit is waived", risk_decision="The neighbours warned us."
    )
    assert fresh(visit).status == "waived" and "The neighbours warned us." in page


def test_a_decision_is_about_the_answers_that_were_read(administrator_browser, day):
    """R-VISIT-2, R-SYS-2: another danger that turned up meanwhile is looked at first."""
    visit = checked(make_home_visit(visit_list=soon()), weapons="unknown")
    page = administrator_browser.get(f"/home-visits/decide/?id={visit.id}")
    checked(fresh(visit), weapons="unknown", threats="unknown")
    answer = {"go": "The visit may go ahead", "risk_decision": "The police know of none."}
    page = administrator_browser.submit(page, "Save", **answer)
    assert "changed while you were reading" in page and not fresh(visit).risk_decision
    administrator_browser.submit(page, "Save", **answer)
    assert fresh(visit).risk_decision == "The police know of none."

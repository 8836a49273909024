"""The standards clock: met ÷ due, what is open now, each figure worked out by hand."""

import datetime

import pytest
from case_factories import (
    make_assessment,
    make_case,
    make_need_alert,
    make_plan_review,
)
from factories import make_client, make_staff

from models import Household, NeedAlert, NeedsAssessment
from workflows import case_tasks, settings, standards, standards_cases
from workflows.business_days import add_months

DAY = datetime.timedelta(days=1)


def under_way(months, **values):
    """An open case that began so many months ago, with one adult."""
    anchor = add_months(settings.today(), -months)
    case = make_case(anchor_date=anchor, **values)
    client = make_client(household=case, birth_date=datetime.date(1985, 2, 3))
    Household.update(status="open").where(Household.id == case.id).execute()
    case_tasks.keep([case.id])
    return client


def figures(first=None, last=None):
    """{slug: (met, due)} of the period, a year to today unless said."""
    first = first or add_months(settings.today(), -12)
    found = standards.measured(first, last or settings.today())
    return {standard.slug: (met, due) for standard, met, due in found}


def test_nothing_is_due_where_nothing_was_done(app):
    assert {
        met_due for slug, met_due in figures().items() if slug in ("assessments", "alerts")
    } == {(0, 0)}


def test_an_assessment_counts_as_met_by_its_day_and_an_overdue_one_as_due(app):
    """Standard 7, R-ASM-3: late, in time, and never done."""
    in_time, late = under_way(3), under_way(3)
    under_way(3)
    for client, months in ((in_time, 3), (late, 1)):
        day = add_months(settings.today(), -months)
        make_assessment(client, completed_on=day)
    NeedsAssessment.update(completed_on=settings.today()).where(
        NeedsAssessment.client == late.id
    ).execute()
    assert figures()["assessments"] == (1, 3)
    due = NeedsAssessment.get(NeedsAssessment.client == in_time.id).due_on
    assert figures(first=due + 40 * DAY)["assessments"] == (0, 0)


def test_the_due_day_stays_with_the_assessment_and_older_ones_are_filled(app):
    """R-ASM-3, 2.6: a first day that moves later does not make finished work late."""
    client = under_way(3)
    row = make_assessment(client)
    kept = row.due_on
    assert kept is not None
    Household.update(anchor_date=settings.today()).where(
        Household.id == client.household_id
    ).execute()
    assert NeedsAssessment.get_by_id(row.id).due_on == kept
    NeedsAssessment.update(due_on=None).execute()
    assert standards_cases.fill_due_days() == 1
    assert NeedsAssessment.get_by_id(row.id).due_on > kept


def test_a_review_counts_by_the_business_day_it_moves_to(app):
    """Standard 6, R-ASM-9"""
    client = under_way(7)
    due = add_months(client.household.anchor_date, 3)
    make_plan_review(household=client.household, due_on=due, done_on=due)
    assert figures()["plan-reviews"] == (1, 2), "the one at six months is owed"
    other = under_way(4)
    due = add_months(other.household.anchor_date, 3)
    make_plan_review(household=other.household, due_on=due, done_on=due + 9 * DAY)
    assert figures()["plan-reviews"] == (1, 3)


@pytest.mark.parametrize("lateness, expected", [(0, (1, 1)), (1, (0, 1)), (None, (0, 1))])
def test_an_alert_is_met_by_its_day(app, lateness, expected):
    """Standard 7, R-SCO-3"""
    alert = make_need_alert()
    due = settings.today() - 5 * DAY
    done = None if lateness is None else due + lateness * DAY
    NeedAlert.update(due_on=due, done_on=done).where(NeedAlert.id == alert.id).execute()
    assert figures()["alerts"] == expected


def test_the_page_names_the_files_that_lack_something_and_leads_to_them(browser):
    """Standards 0 and 3: an open case without a worker and without a charter."""
    client = under_way(1)
    page = browser.get("/standards/")
    assert "case has no main worker" in page and "no signed charter on file" in page
    assert page.text.count(client.household.file_number) >= 2
    worker = make_staff()
    Household.update(primary_worker=worker.id).execute()
    assert figures()["main-worker"] == (1, 1) and figures()["charter"] == (0, 1)
    page = browser.get("/standards/")
    assert "case has no main worker" not in page
    opened = browser.follow(page, f"{client.household.file_number} · {client}")
    assert opened.heading == client.household.file_number


def test_a_period_the_wrong_way_round_is_said_and_a_wrong_date_is_not_an_error(browser):
    page = browser.get("/standards/?from=2026-05-01&to=2026-04-01")
    assert "The first day is after the last." in page
    assert browser.get("/standards/?from=yesterday&to=").heading == "Standards"

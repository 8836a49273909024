"""Capacity building: recording it, and Home asking for the months in which nobody did (2.19)."""

import datetime

import pytest
from case_factories import make_capacity_building, make_case
from test_home import tasks

from models import CapacityBuildingActivity, Household
from workflows import settings
from workflows.business_days import add_months
from workflows.records import Refused

WORDS = "without capacity building recorded"


def asked(browser):
    """The number on Home, or None."""
    found = [number for words, (number, _href) in tasks(browser.get("/")).items() if WORDS in words]
    return int(found[0]) if found else None


def open_since(day):
    case = make_case(anchor_date=day)
    Household.update(status="open").where(Household.id == case.id).execute()


def month(back):
    """The first day of the month so many months ago."""
    return add_months(settings.today().replace(day=1), -back)


def last_of(first):
    return add_months(first, 1) - datetime.timedelta(days=1)


def test_home_counts_the_whole_months_without_an_entry(browser):
    """R-CAP-1: recording is mandatory; the month under way and months before the first case are not asked about."""
    assert asked(browser) is None
    open_since(last_of(month(2)))
    assert asked(browser) == 2
    make_capacity_building(date=last_of(month(2)))
    make_capacity_building(date=month(0))
    assert asked(browser) == 1
    make_capacity_building(date=month(1))
    assert asked(browser) is None


def test_months_long_past_are_not_asked_about(browser):
    """R-CAP-1"""
    open_since(month(9))
    assert asked(browser) == 3


def test_it_is_recorded_and_leads_back_to_its_list(browser):
    """2.19, R-CAP-1: today and who is at the screen are filled in."""
    page = browser.get("/")
    page = browser.follow(browser.follow(page, "Clients"), "Capacity building")
    assert page.heading == "Capacity building" and "No capacity building yet" in page
    page = browser.follow(page, "Record capacity building")
    page = browser.submit(
        page,
        "Save",
        type="Outreach",
        partners="Library and parks",
        objective="Newcomers do not know the free classes.",
        minutes="90",
    )
    row = CapacityBuildingActivity.get()
    assert (row.date, row.minutes, str(row.staff)) == (settings.today(), 90, "Test Worker")
    assert "Outreach" in page.heading


@pytest.mark.parametrize(
    "field, value",
    [
        ("minutes", 0),
        ("minutes", 1441),
        ("attendees", -1),
        ("date", settings.today),
    ],
)
def test_what_cannot_be_is_refused(app, field, value):
    """2.19"""
    if callable(value):
        value = value() + datetime.timedelta(days=1)
    with pytest.raises(Refused) as refused:
        make_capacity_building(**{field: value})
    assert [problem.field for problem in refused.value.problems] == [field]

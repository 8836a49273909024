"""Business days, months, ages and fiscal years (section 3, domain 5)."""

import datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

import seed
from workflows import business_days
from workflows.business_days import (
    add_months,
    age,
    birth_year_by,
    calendar_of,
    fiscal_year_of,
    years_later,
)

DAY = datetime.date.fromisoformat
DAYS = st.dates(DAY("2020-01-01"), DAY("2035-12-31"))
HOLIDAYS = [(row["rule"], row["provinces"]) for row in seed.read("holidays")["holidays"]]
PROVINCES = [row["slug"] for row in seed.read("taxonomies")["provinces"]["items"]]
AGES = {
    row["slug"]: row["age_of_majority"] for row in seed.read("taxonomies")["provinces"]["items"]
}


def ontario(*closures):
    return calendar_of("ON", HOLIDAYS, [DAY(day) for day in closures])


@pytest.mark.parametrize(
    ("province", "event", "first", "fifth"),
    [
        ("ON", "2025-12-23", "2025-12-24", "2026-01-02"),
        ("AB", "2025-12-23", "2025-12-24", "2025-12-31"),
        ("ON", "2026-04-01", "2026-04-02", "2026-04-09"),
        ("NB", "2026-06-30", "2026-07-02", "2026-07-08"),
        ("MB", "2026-02-13", "2026-02-17", "2026-02-23"),
        ("BC", "2026-09-29", "2026-10-01", "2026-10-07"),
        ("ON", "2026-09-29", "2026-09-30", "2026-10-06"),
        ("ON", "2027-12-22", "2027-12-23", "2027-12-31"),
    ],
)
def test_the_day_after_the_event_is_business_day_one_r_note_2(province, event, first, fifth):
    days = calendar_of(province, HOLIDAYS)
    assert days.add(DAY(event), 1) == DAY(first)
    assert days.add(DAY(event), 5) == DAY(fifth)


def test_two_holidays_on_one_weekend_move_to_two_weekdays():
    """Christmas 2027 is a Saturday and Boxing Day a Sunday."""
    assert [str(day) for day in ontario().holidays(2027)] == [
        "2027-01-01",
        "2027-02-15",
        "2027-03-26",
        "2027-05-24",
        "2027-07-01",
        "2027-09-06",
        "2027-10-11",
        "2027-12-27",
        "2027-12-28",
    ]


def test_a_moved_holiday_passes_over_one_that_stays():
    """Christmas 2022 is a Sunday; Monday is Boxing Day already."""
    assert [str(day) for day in ontario().holidays(2022)][-2:] == ["2022-12-26", "2022-12-27"]


def test_a_holiday_at_the_end_of_december_may_move_into_january():
    rule = ({"kind": "fixed", "month": 12, "day": 31}, ["ON"])
    days = calendar_of("ON", [rule])
    assert not days.is_business_day(DAY("2023-01-02"))


@pytest.mark.parametrize(
    ("year", "easter"),
    [(2024, "2024-03-31"), (2025, "2025-04-20"), (2026, "2026-04-05"), (2038, "2038-04-25")],
)
def test_easter_is_the_western_one(year, easter):
    rule = business_days.read_rule({"kind": "easter", "offset_days": 0})
    assert rule.in_year(year) == DAY(easter)


def test_a_day_on_which_the_agency_is_closed_is_no_business_day():
    assert ontario().add(DAY("2026-03-16"), 1) == DAY("2026-03-17")
    assert ontario("2026-03-17").add(DAY("2026-03-16"), 1) == DAY("2026-03-18")


def test_a_rule_that_is_none_is_refused():
    with pytest.raises(ValueError, match="no rule of a holiday"):
        business_days.read_rule({"kind": "full-moon", "month": 1})
    with pytest.raises(ValueError, match="no rule of a holiday"):
        business_days.read_rule({"kind": "fixed", "month": "July", "day": 1})


@given(st.sampled_from(PROVINCES), DAYS, st.integers(1, 12))
def test_business_days_only_go_forward_and_are_counted_one_by_one(province, day, count):
    days = calendar_of(province, HOLIDAYS)
    reached = days.add(day, count)
    assert days.is_business_day(reached)
    between = [day + datetime.timedelta(days=n) for n in range(1, (reached - day).days + 1)]
    assert sum(days.is_business_day(each) for each in between) == count
    assert days.add(day + datetime.timedelta(days=1), count) >= reached


@given(st.sampled_from(PROVINCES), st.integers(2000, 2100))
def test_no_observed_holiday_is_on_a_weekend_and_none_is_lost(province, year):
    days = calendar_of(province, HOLIDAYS)
    assert all(day.isoweekday() < 6 for day in days.holidays(year))
    assert len(days.holidays(year)) == len(days.rules)


@pytest.mark.parametrize(
    ("day", "months", "expected"),
    [
        ("2025-01-31", 1, "2025-02-28"),
        ("2024-01-31", 1, "2024-02-29"),
        ("2025-11-30", 3, "2026-02-28"),
        ("2025-12-15", 12, "2026-12-15"),
        ("2025-10-31", 4, "2026-02-28"),
    ],
)
def test_months_are_added_to_the_same_day_or_the_last_of_a_shorter_month(day, months, expected):
    assert add_months(DAY(day), months) == DAY(expected)


@pytest.mark.parametrize(
    ("day", "year"),
    [
        ("2021-03-31", "F2020-2021"),
        ("2026-04-01", "F2026-2027"),
        ("2025-12-31", "F2025-2026"),
        ("2026-01-01", "F2025-2026"),
    ],
)
def test_the_fiscal_year_begins_on_the_first_of_april(day, year):
    assert fiscal_year_of(DAY(day)) == year


def test_a_leap_day_has_its_anniversary_on_the_first_of_march_r_ret_1():
    assert years_later(DAY("2020-02-29"), 7) == DAY("2027-03-01")
    assert years_later(DAY("2020-02-29"), 8) == DAY("2028-02-29")
    assert years_later(DAY("2019-02-28"), 7) == DAY("2026-02-28")


@given(DAYS, st.integers(0, 100))
def test_a_person_is_as_many_years_old_on_the_anniversary_and_not_the_day_before(born, years):
    birthday = years_later(born, years)
    assert age(born, birthday) == years
    assert age(born, birthday - datetime.timedelta(days=1)) == years - 1


@pytest.mark.parametrize(("province", "expected"), [("ON", "2026-03-01"), ("BC", "2027-03-01")])
def test_the_age_of_majority_is_the_provinces_r_con_3(province, expected):
    reached = business_days.comes_of_age_on(DAY("2008-02-29"), province, AGES)
    assert reached == DAY(expected)


def test_a_year_alone_counts_from_the_first_of_july():
    """2.7"""
    assert business_days.birth_day(None, 2007) == DAY("2007-07-01")
    assert business_days.birth_day(DAY("2007-02-03"), 2007) == DAY("2007-02-03")
    assert business_days.birth_day(None) is None
    assert age(None, DAY("2026-01-01")) is None


def test_a_year_of_birth_alone_counts_as_its_first_of_july_2_7():
    assert birth_year_by(datetime.date(2008, 6, 30)) == 2007
    assert birth_year_by(datetime.date(2008, 7, 1)) == 2008

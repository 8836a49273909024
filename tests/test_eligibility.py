"""Who may use a service that the funder pays for (domain 5)."""

import datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

import seed
from workflows.eligibility import eligible, last_day

DAY = datetime.date.fromisoformat
RULES = {item["slug"]: item for item in seed.read("taxonomies")["immigration-categories"]["items"]}
ECONOMIC = [slug for slug, item in RULES.items() if item["ircc_eligible"] == "time-limited"]


@pytest.mark.parametrize("category", ECONOMIC)
@pytest.mark.parametrize(
    ("residence", "on", "expected"),
    [
        ("2019-05-02", "2026-03-31", "yes"),
        ("2019-05-02", "2026-04-01", "no"),
        ("2020-04-01", "2026-04-01", "no"),
        ("2020-04-02", "2026-04-30", "yes"),
        ("2020-04-02", "2026-05-01", "no"),
        ("2021-06-21", "2027-06-30", "yes"),
        ("2021-06-21", "2027-07-01", "no"),
        ("2027-03-31", "2033-03-31", "yes"),
        ("2027-04-01", "2032-04-30", "yes"),
        ("2027-04-01", "2032-05-01", "no"),
        ("2027-05-04", "2032-05-31", "yes"),
    ],
)
def test_economic_classes_are_eligible_to_the_end_of_the_anniversary_month(
    category, residence, on, expected
):
    assert eligible(RULES, category, DAY(residence), DAY(on)) == expected


def test_a_limit_in_time_without_a_date_of_residence_is_checked_never_refused():
    assert eligible(RULES, "economic-skilled", None, DAY("2026-05-01")) == "check"


@pytest.mark.parametrize("category", [None, "unknown", "pr-unknown", "never heard of"])
def test_an_unknown_category_is_never_treated_as_not_eligible(category):
    assert eligible(RULES, category, None, DAY("2026-05-01")) == "check"


def test_other_classes_have_no_limit_in_time():
    assert eligible(RULES, "gar", DAY("2010-01-01"), DAY("2026-05-01")) == "yes"
    assert eligible(RULES, "citizen-naturalized", DAY("2010-01-01"), DAY("2026-05-01")) == "no"


def test_details_that_do_not_decide_are_checked():
    """An administrator may have left something out of a category of the agency's own."""
    assert eligible({"own": {}}, "own", DAY("2020-01-01"), DAY("2026-05-01")) == "check"
    own = {"own": {"ircc_eligible": "time-limited"}}
    assert eligible(own, "own", DAY("2020-01-01"), DAY("2026-05-01")) == "check"


def test_residence_on_a_leap_day_counts_to_the_end_of_february():
    """No anniversary exists in the sixth year, but its month does."""
    assert last_day(RULES["economic-skilled"], DAY("2024-02-29")) == DAY("2030-02-28")


@given(
    st.dates(DAY("1990-01-01"), DAY("2040-01-01")), st.dates(DAY("1990-01-01"), DAY("2060-01-01"))
)
def test_who_lost_eligibility_never_gets_it_back(residence, on):
    answers = [
        eligible(RULES, "economic-pnp", residence, on + datetime.timedelta(days=n))
        for n in range(0, 400, 20)
    ]
    assert "yes" not in answers[answers.index("no") :] if "no" in answers else True

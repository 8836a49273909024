"""When assessments, reviews and follow-ups are due (R-ASM)."""

import datetime
from pathlib import Path

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

import seed
from workflows import schedule
from workflows.business_days import add_months, calendar_of
from workflows.schedule import LOW, POINTS, Terms

DAY = datetime.date.fromisoformat
ANCHORS = st.dates(DAY("2024-01-01"), DAY("2032-12-31"))
HOLIDAYS = [(row["rule"], row["provinces"]) for row in seed.read("holidays")["holidays"]]
ONTARIO = calendar_of("ON", HOLIDAYS)
ANCHOR, EXTENDED = DAY("2025-01-06"), DAY("2027-01-05")
EXAMPLES = yaml.safe_load((Path(__file__).parent / "data" / "examples.yaml").read_text("utf-8"))
FAMILY = EXAMPLES["gar_family"]


def schedule_of(born, on, done=None, **options):
    return schedule.person_schedule(ANCHOR, DAY(born), ONTARIO, DAY(on), done, **options)


@pytest.mark.parametrize("point", FAMILY["expected_windows"])
def test_the_windows_of_the_family_r_asm_3(point):
    window = schedule.window(FAMILY["anchor_date"], point, ONTARIO)
    expected = FAMILY["expected_windows"][point]
    assert {name: getattr(window, name) for name in expected} == expected


def test_a_target_in_a_shorter_month_is_its_last_day_r_asm_2():
    window = schedule.window(DAY("2025-10-31"), "a2", ONTARIO)
    assert (window.target, window.opens) == (DAY("2026-02-28"), DAY("2026-02-14"))
    assert window.due == DAY("2026-03-30"), "counted from the anchor, not from 28 February"


@given(ANCHORS)
def test_program_months_follow_each_other_without_a_gap_r_asm_1(anchor):
    for number in range(1, 25):
        first, last = schedule.program_month(anchor, number)
        after, _last = schedule.program_month(anchor, number + 1)
        assert first <= last and last + datetime.timedelta(days=1) == after


@given(ANCHORS)
def test_windows_come_in_order_and_end_on_business_days_r_asm_3(anchor):
    windows = [schedule.window(anchor, point, ONTARIO) for point in POINTS]
    assert windows[0].opens == anchor
    for window in windows:
        assert window.opens <= window.target <= window.due <= window.due_on_business_day
        assert ONTARIO.is_business_day(window.due_on_business_day)
    assert [w.opens for w in windows] == sorted(w.opens for w in windows)


@pytest.mark.parametrize(
    ("born", "new_end", "expected"),
    [
        ("1987-06-14", None, "a1 a2 a3 a4"),
        ("1987-06-14", EXTENDED, "a1 a2 a3 a4 a5"),
        ("2007-07-19", EXTENDED, "a3 a4 a5"),
        ("2007-09-06", DAY("2026-05-05"), "a3 a4"),
        ("2007-09-07", DAY("2026-05-06"), "a4 a5"),
        ("2016-03-02", EXTENDED, ""),
    ],
)
def test_a_point_is_required_at_18_on_its_target_and_a5_by_an_extension_r_asm_4_r_asm_5(
    born, new_end, expected
):
    assert schedule.required_points(ANCHOR, DAY(born), new_end) == tuple(expected.split())


def test_a6_exists_only_when_it_is_switched_on_r_asm_5():
    assert schedule.case_points(ANCHOR, EXTENDED)[-1] == "a5"
    assert schedule.case_points(ANCHOR, EXTENDED, Terms(has_a6=True))[-1] == "a6"
    assert schedule.case_points(ANCHOR, DAY("2026-09-05"), Terms(has_a6=True))[-1] == "a5"


def test_with_a_longer_interval_a_point_after_the_standard_end_needs_an_extension():
    assert schedule.case_points(ANCHOR, None, Terms(interval=6)) == ("a1", "a2", "a3")


def test_somebody_whose_age_is_not_known_is_asked_for_every_point():
    assert schedule.required_points(ANCHOR, None) == ("a1", "a2", "a3", "a4")


def test_the_first_point_of_somebody_who_turned_18_is_a_baseline_r_asm_4():
    found = schedule_of("2007-07-19", "2025-01-06", new_end=EXTENDED)
    assert [s.window.point for s in found if s.is_person_baseline] == ["a3"]
    assert [s.state for s in found][:3] == ["not-required", "not-required", "not-open"]
    mother = schedule_of("1987-06-14", "2025-01-06")
    assert not any(s.is_person_baseline for s in mother)


@pytest.mark.parametrize(
    ("on", "completed_on", "expected"),
    [
        ("2025-08-22", None, "not-open"),
        ("2025-08-23", None, "open"),
        ("2025-10-06", None, "open"),
        ("2025-10-07", None, "overdue"),
        ("2025-10-07", "2025-08-22", "done-early"),
        ("2025-10-07", "2025-08-23", "done-on-time"),
        ("2025-10-07", "2025-10-06", "done-on-time"),
        ("2025-10-07", "2025-10-07", "done-late"),
    ],
)
def test_the_states_of_a_point_change_with_its_window_r_asm_3(on, completed_on, expected):
    window = schedule.window(ANCHOR, "a3", ONTARIO)
    done = completed_on and DAY(completed_on)
    assert schedule.state(window, DAY(on), done) == expected


def test_what_was_skipped_or_is_not_required_waits_for_nobody_r_asm_3():
    window = schedule.window(ANCHOR, "a3", ONTARIO)
    assert schedule.state(window, DAY("2025-10-07"), skipped=True) == "skipped"
    assert schedule.state(window, DAY("2025-10-07"), required=False) == "not-required"


@pytest.mark.parametrize(
    ("point", "levels", "skipped", "expected"),
    [
        ("a2", {"a1": LOW}, (), True),
        ("a3", {"a1": LOW}, ("a2",), False),
        ("a2", {"a1": "moderate-to-low"}, (), False),
        ("a2", {"a1": None}, (), False),
        ("a3", {"a1": LOW}, (), False),
        ("a4", {"a1": "high", "a3": LOW}, ("a2",), True),
        ("a1", {}, (), False),
    ],
)
def test_low_need_may_skip_the_next_point_and_no_more_r_asm_6(point, levels, skipped, expected):
    assert schedule.may_skip(point, levels, skipped) is expected


def test_other_reasons_never_skip_two_in_a_row_but_facts_are_facts_r_asm_6():
    assert schedule.may_skip("a2", {"a1": "high"}, (), "could-not-reach")
    assert not schedule.may_skip("a3", {"a1": "high"}, ("a2",), "could-not-reach")
    assert schedule.may_skip("a3", {"a1": "high"}, ("a2",), "case-closed")


def test_the_first_point_of_a_youth_is_not_skipped_r_asm_6():
    assert not schedule.may_skip("a3", {}, (), required=("a3", "a4"))
    assert schedule.may_skip("a4", {"a3": LOW}, (), required=("a3", "a4"))


@given(
    st.lists(st.sampled_from([*schedule.LEVELS, None, "skip"]), min_size=6, max_size=6),
    st.sampled_from(["low-need", "away"]),
)
def test_nobody_ever_skips_two_in_a_row_r_asm_6(wishes, reason):
    levels, skipped = {}, []
    for point, wish in zip(POINTS, wishes, strict=True):
        if wish == "skip" and schedule.may_skip(point, levels, skipped, reason):
            skipped.append(point)
        else:
            levels[point] = None if wish == "skip" else wish
    assert not any(a in skipped and b in skipped for a, b in zip(POINTS, POINTS[1:], strict=False))


def test_low_at_a3_suggests_closing_r_asm_6():
    assert schedule.suggests_closing({"a1": "high", "a3": LOW})
    assert not schedule.suggests_closing({"a1": LOW})
    assert not schedule.suggests_closing({"a3": LOW, "a4": LOW})


def test_the_household_level_counts_each_adult_at_their_own_latest_point_r_asm_8():
    mother = {"a1": "very-high"}
    father = {"a1": "high", "a2": "moderate", "a3": None}
    assert schedule.household_level([mother, father]) == "very-high"
    assert schedule.household_level([father]) == "moderate", "A3 gave no level"
    assert schedule.household_level([father], upto="a1") == "high"
    assert schedule.household_level([{}]) is None


def test_an_extension_is_suggested_at_high_and_very_high_r_asm_7():
    wanted = [level for level in schedule.LEVELS if schedule.suggests_extension(level)]
    assert wanted == ["very-high", "high"]
    assert not schedule.suggests_extension(None)


def test_the_program_ends_on_the_day_before_r_asm_7():
    anchor = DAY("2024-02-29")
    assert schedule.standard_end(anchor) == DAY("2025-02-27")
    assert schedule.latest_end(anchor) == DAY("2026-02-27")


def test_plan_reviews_come_every_three_months_and_on_while_extended_r_asm_9():
    reviews = schedule.plan_reviews(ANCHOR)
    assert list(reviews) == FAMILY["expected_plan_reviews"]
    longer = schedule.plan_reviews(ANCHOR, EXTENDED)
    assert longer[:4] == reviews and longer[-1] == DAY("2026-10-06")


def test_a_general_case_has_one_follow_up_between_three_and_six_months_r_asm_10():
    first, last = schedule.follow_up(DAY("2025-11-30"))
    assert (first, last) == (DAY("2026-02-28"), DAY("2026-05-30"))


def test_answers_are_corrected_for_seven_days_r_asm_11():
    assert schedule.may_correct(DAY("2026-01-20"), DAY("2026-01-27"))
    assert not schedule.may_correct(DAY("2026-01-20"), DAY("2026-01-28"))


def test_the_level_on_a_day_is_that_of_the_latest_assessment_by_then():
    done = {"a1": (DAY("2025-01-09"), "high"), "a2": (DAY("2025-05-13"), None)}
    assert schedule.level_on(done, DAY("2025-01-08")) is None
    assert schedule.level_on(done, DAY("2025-06-01")) == "high"


def test_a_schedule_names_what_comes_next_and_whether_it_may_be_skipped():
    done = {"a1": (DAY("2025-01-09"), LOW)}
    found = schedule_of("1987-06-14", "2025-05-01", done)
    assert [s.state for s in found] == ["done-on-time", "open", "not-open", "not-open"]
    assert [s.may_skip for s in found] == [False, True, False, False]


def test_a_finished_point_outside_the_schedule_stays_on_it():
    """A5 was done under an extension that was taken back."""
    done = {"a5": (DAY("2026-05-11"), "moderate")}
    assert schedule_of("1987-06-14", "2026-06-01", done)[-1].state == "done-on-time"


@given(ANCHORS, st.integers(0, 48))
def test_months_are_counted_from_the_anchor_never_from_the_point_before(anchor, months):
    assert add_months(anchor, months).day <= anchor.day

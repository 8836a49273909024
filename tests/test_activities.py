"""Activities with their minutes: one at a time, a whole day at once, and by level of need (2.16, R-ACT)."""

import datetime

import pytest
from case_factories import make_assessment
from casework_factories import make_case_activity
from factories import make_client, make_staff

from models import AreaOfFocus, AuditLog, CaseActivity, NeedsAssessment, Staff
from workflows import activities, records, settings
from workflows.records import Refused

DAY = "/case-activities/day/"
ONE = datetime.timedelta(days=1)


def me():
    return Staff.get(Staff.name == "Test Worker")


def line(number, client, minutes=30, **more):
    """The answers of one line of the day; ``number`` counts from 1."""
    base = {"topic": "Housing", "type": "Help with forms", "minutes": minutes}
    answers = {"client": client.id} | base | more
    return {f"activities-{number - 1}-{name}": value for name, value in answers.items()}


def test_only_minutes_from_one_to_six_hundred_are_taken(app):
    """R-ACT-1"""
    for minutes in (0, 700, 601, -5):
        with pytest.raises(Refused) as refused:
            make_case_activity(minutes=minutes)
        assert "between 1 and 600 minutes" in str(refused.value)
    assert {make_case_activity(minutes=n).minutes for n in (1, 600)} == {1, 600}


def test_a_day_to_come_and_nobody_are_refused(app):
    """R-ACT-1"""
    with pytest.raises(Refused, match="in the future"):
        make_case_activity(date=settings.today() + ONE)
    row = make_case_activity()
    with pytest.raises(Refused, match="at least one person"):
        records.save(row, {"clients": []})
    with pytest.raises(Refused, match="this household only"):
        records.save(row, {"clients": [make_client().id]})


def test_the_form_begins_with_today_and_me_and_keeps_what_was_typed(browser):
    """R-ACT-1: through the screen; nothing is lost when the minutes cannot be."""
    client, worker = make_client(), me()
    page = browser.get(f"/case-activities/new/?client={client.id}")
    said = {"topic": "Health", "type": "Accompaniment", "note": "To the clinic."}
    page = browser.submit(page, "Save", minutes="700", **said)
    assert page.errors == ["Minutes: Enter between 1 and 600 minutes."]
    assert "To the clinic." in page.soup.select_one("textarea[name=note]").get_text()
    page = browser.submit(page, "Save", minutes="an hour")
    assert page.errors == ["Minutes: Enter a whole number, such as 45."]
    page = browser.submit(page, "Save", minutes="99999999999")
    assert page.errors == ["Minutes: This number is too large."]
    page = browser.submit(page, "Save", minutes="90")
    row = CaseActivity.get()
    assert (row.date, row.minutes, row.staff) == (settings.today(), 90, worker)
    assert records.linked_ids(row, "clients") == [client.id]


def test_somebody_of_another_household_cannot_be_chosen(browser):
    """R-ACT-1, R-CON-7: said beside the question, nothing is lost."""
    client, other = make_client(), make_client()
    page = browser.get(f"/case-activities/new/?client={client.id}")
    answers = {"topic": "Health", "type": "Accompaniment", "minutes": "20", "note": "By bus."}
    data = page.form_for(answers).values() | {"clients": [str(other.id)], "note": ["By bus."]}
    page = browser.post(page.path, data | {"topic": ["health"], "type": ["accompaniment"]})
    assert any("no longer offered" in line for line in page.errors)
    assert "By bus." in page.soup.select_one("textarea[name=note]").get_text()
    assert not CaseActivity.select().exists()


def test_home_leads_to_the_days_work(browser):
    assert browser.follow(browser.get("/"), "Record today's work").path == DAY


def test_the_funders_service_follows_from_the_topic_unless_it_is_named(app):
    """2.16: it is worked out for the export and never stored."""
    row = make_case_activity(topic="employment")
    assert activities.ircc_service_of(row) == "employment-services" and row.ircc_service is None
    row.ircc_service = "rap"
    assert activities.ircc_service_of(row) == "rap"
    assert activities.ircc_service_of(make_case_activity(topic="health")) == ""
    area = AreaOfFocus.get(cma_topic="language-skills")
    assert activities.ircc_service_of(make_case_activity(topic="language-skills")) == (
        area.ircc_service
    )


# ---- A day's work --------------------------------------------------------------------------------------------------------


def test_a_day_is_recorded_line_by_line_and_listed_above(browser):
    """R-ACT-1, 2.16: empty lines are left out; it is reached from the list."""
    one, two, worker = make_client(), make_client(), me()
    page = browser.follow(browser.get("/case-activities/"), "A day's work")
    page = browser.submit(page, "Save the day", {**line(1, one, 30), **line(3, two, 45)})
    assert page.notices == ["2 activities are recorded: 75 minutes."]
    assert [row[3] for row in page.rows] == ["30", "45"]
    assert page.soup.select_one(".day-total").get_text() == "75"
    rows = list(CaseActivity.select().order_by(CaseActivity.id))
    assert [(row.staff_id, row.date, row.household_id) for row in rows] == [
        (worker.id, settings.today(), client.household_id) for client in (one, two)
    ]


@pytest.mark.parametrize("minutes", ["0", "700", ""])
def test_one_wrong_line_saves_nothing_and_is_named_and_all_that_was_typed_stays(browser, minutes):
    """R-ACT-1: all or nothing."""
    one, two = make_client(), make_client()
    answers = {**line(1, one, 30), **line(4, two, minutes, note="A long wait")}
    page = browser.submit(browser.get(DAY), "Save the day", answers)
    said = "Enter between 1 and 600 minutes." if minutes else "Enter the minutes."
    assert page.errors == [f"Line 4 – Minutes: {said}"]
    assert not CaseActivity.select().exists()
    assert page.soup.select_one("[name=activities-3-note]")["value"] == "A long wait"
    assert page.soup.select_one("[name=activities-0-minutes]")["value"] == "30"
    page = browser.submit(page, "Save the day", {"activities-3-minutes": "15"})
    assert page.notices == ["2 activities are recorded: 45 minutes."]


def test_a_line_without_a_client_and_a_day_to_come_are_said_in_words(browser):
    """R-ACT-1"""
    page = browser.submit(browser.get(DAY), "Save the day", {"activities-1-minutes": "20"})
    assert page.errors == [
        "Line 2 – Client: Choose the client.",
        "Line 2 – Topic: Choose the topic.",
        "Line 2 – Type of activity: Choose the type.",
    ]
    tomorrow = (settings.today() + ONE).isoformat()
    answers = {**line(1, make_client()), "date": tomorrow}
    page = browser.submit(browser.get(DAY), "Save the day", answers)
    assert page.errors == ["Day: This day is in the future. Enter the day it was done."]
    page = browser.submit(browser.get(DAY), "Save the day")
    assert page.errors == ["Fill in at least one line."]


def test_more_lines_and_finding_a_client_need_no_script(browser):
    client = make_client(first_name="Amina", last_name="Zarif")
    page = browser.submit(browser.get(DAY), "More lines", {"activities-0-minutes": "25"})
    assert len(page.soup.select("fieldset.day-line")) == 12
    assert page.soup.select_one("[name=activities-0-minutes]")["value"] == "25"
    found = page.soup.select_one("[name=find][value=activities-0-client]")
    assert found.get_text() == "Find"
    form = page.form_for({})
    data = form.values() | {"activities-0-client-query": ["zari"], "find": ["activities-0-client"]}
    page = browser.post(DAY, data)
    assert not page.errors and "Zarif, Amina" in page
    answers = {"activities-0-client": client.id, "activities-0-topic": "Housing"}
    page = browser.submit(page, "Save the day", {**answers, "activities-0-type": "Follow-up"})
    assert CaseActivity.get().minutes == 25


def test_somebody_who_is_not_on_the_list_of_staff_is_told_so(browser):
    Staff.update(name="Somebody Else").where(Staff.name == "Test Worker").execute()
    page = browser.get(DAY)
    assert "not on the list of staff" in page.notices[0]
    page = browser.submit(page, "Save the day", line(1, make_client()))
    assert "not on the list of staff" in page.errors[0] and not CaseActivity.select().exists()


# ---- Totals --------------------------------------------------------------------------------------------------------------


def assessed(client, point, day, level, **more):
    row = make_assessment(client=client, point=point)
    NeedsAssessment.update(completed_on=day, level=level, **more).where(
        NeedsAssessment.id == row.id
    ).execute()
    return row


def test_joint_work_counts_once_in_all_and_once_for_each_client(app):
    """R-ACT-2: minutes are not divided."""
    one, today = make_client(), settings.today()
    two = make_client(household=one.household)
    make_case_activity(clients=[one, two], minutes=60)
    make_case_activity(clients=[one], minutes=10, date=today - ONE)
    assert activities.totals(today - ONE, today) == {"activities": 2, "minutes": 70}
    assert activities.per_client(today - ONE, today) == {
        one.id: {"activities": 2, "minutes": 70},
        two.id: {"activities": 1, "minutes": 60},
    }
    found = activities.by_level(today, today)
    assert found["not-assessed"] == {"clients": 2, "activities": 2, "minutes": 120}
    assert found["total"] == {"clients": 2, "activities": 1, "minutes": 60}


def test_the_level_is_that_of_the_day_and_what_is_void_or_gave_none_does_not_count(app):
    """Report "CMA by need level" (8); R-ACT-2"""
    client, today = make_client(birth_date=datetime.date(1980, 1, 1)), settings.today()
    days = [today - ONE * back for back in (40, 30, 20, 10, 0)]
    assessed(client, "a1", days[1], "high")
    assessed(client, "a2", days[2], None)
    assessed(client, "a3", days[2], "low", state="void")
    assessed(client, "a4", days[3], "moderate")
    for number, day in enumerate(days):
        make_case_activity(client=client, date=day, minutes=10 + number)
    found = activities.by_level(days[0], today)
    assert {name: numbers["minutes"] for name, numbers in found.items()} == {
        "very-high": 0,
        "high": 11 + 12,
        "moderate": 13 + 14,
        "moderate-to-low": 0,
        "low": 0,
        "not-assessed": 10,
        "total": 60,
    }
    assert [found[name]["clients"] for name in ("high", "moderate", "total")] == [1, 1, 1]


def test_of_two_assessments_on_one_day_the_later_point_counts(app):
    """Report "CMA by need level" (8), as schedule.level_on has it"""
    client, today = make_client(birth_date=datetime.date(1980, 1, 1)), settings.today()
    assessed(client, "a2", today, "low")
    assessed(client, "a1", today, "high")
    make_case_activity(client=client)
    assert activities.by_level(today, today)["low"]["activities"] == 1


def test_a_report_may_be_narrowed_to_some_activities(app):
    worker, today = make_staff(), settings.today()
    make_case_activity(staff=worker, minutes=5)
    make_case_activity(minutes=7)
    found = activities.by_level(today, today, CaseActivity.staff == worker)
    assert found["total"] == {"clients": 1, "activities": 1, "minutes": 5}
    assert activities.totals(today, today, CaseActivity.topic == "health")["activities"] == 0


def test_looking_at_the_day_leaves_a_trace(browser):
    """R-SYS-5"""
    make_case_activity(staff=me())
    browser.get(DAY)
    row = AuditLog.select().where(AuditLog.entity == "case_activity").order_by(AuditLog.id.desc())
    assert row.get().action == "view"

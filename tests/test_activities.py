"""Activities with their minutes: one at a time, a whole day at once, and by level of need (2.16, R-ACT)."""

import datetime

import pytest
from casework_factories import make_case_activity
from factories import make_client

from forms import choices
from models import AuditLog, CaseActivity, Staff
from workflows import records, settings
from workflows.records import Refused
from workflows.service_events import events

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
    assert page.errors == ["Enter between 1 and 600 minutes."]
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
    assert browser.follow(browser.get("/"), "Record today’s work").path == DAY


@pytest.mark.parametrize(
    ("chosen", "topic", "service"),
    [
        (None, "employment", "employment-services"),
        ("rap", "employment", "rap"),
        (None, "health", "case-management"),
        (None, "life-skills", "case-management"),
        (None, "language-skills", "language-training"),
    ],
)
def test_the_funders_service_follows_from_the_topic_unless_it_is_named(
    browser, chosen, topic, service
):
    """2.16: it is worked out for the export, shown as the export has it, and never stored."""
    row = make_case_activity(topic=topic, ircc_service=chosen, date=settings.today())
    [event] = events(settings.today(), settings.today())
    assert event.values["ircc_service"] == service
    label = choices.term_label("ircc-services", service)
    page = browser.get(f"/case-activities/details/?id={row.id}")
    assert label in page and (f"{label} (from the topic)" in page) == (chosen is None)


# ---- A day’s work --------------------------------------------------------------------------------------------------------


def test_a_day_is_recorded_line_by_line_and_listed_above(browser):
    """R-ACT-1, 2.16: empty lines are left out; it is reached from the list."""
    one, two, worker = make_client(), make_client(), me()
    page = browser.follow(browser.get("/case-activities/"), "A day’s work")
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
    assert page.errors == [f"Line 4 – {said}"]
    assert not CaseActivity.select().exists()
    assert page.soup.select_one("[name=activities-3-note]")["value"] == "A long wait"
    assert page.soup.select_one("[name=activities-0-minutes]")["value"] == "30"
    page = browser.submit(page, "Save the day", {"activities-3-minutes": "15"})
    assert page.notices == ["2 activities are recorded: 45 minutes."]


def test_a_line_without_a_client_and_a_day_to_come_are_said_in_words(browser):
    """R-ACT-1"""
    page = browser.submit(browser.get(DAY), "Save the day", {"activities-1-minutes": "20"})
    assert page.errors == [
        "Line 2 – Choose the client.",
        "Line 2 – Choose the topic.",
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
    assert len(page.soup.select("fieldset.day-line")) == 8
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


def test_looking_at_the_day_leaves_a_trace(browser):
    """R-SYS-5"""
    make_case_activity(staff=me())
    browser.get(DAY)
    row = AuditLog.select().where(AuditLog.entity == "case_activity").order_by(AuditLog.id.desc())
    assert row.get().action == "view"

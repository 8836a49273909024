"""Calls to return and appointments: when they are late, doing them in one step, and Home on their day (R-STAFF-2)."""

import datetime

import pytest
from casework_factories import make_appointment
from factories import make_client
from test_home import tasks

from models import Appointment, AuditLog, Staff, now
from workflows import appointments, settings
from workflows.records import Refused, save

LIST = "/appointments/"
HOUR = datetime.timedelta(hours=1)


def day(number):
    return settings.today() + datetime.timedelta(days=number)


def call(hours_ago, **values):
    """A call to return: the client left a message so many hours ago."""
    base = {"kind": "call-back", "called_at": now() - HOUR * hours_ago, "due_on": day(2)}
    return make_appointment(**base | values)


def states(page):
    """{what it is about: the state in words} of a list."""
    return {row[-3]: row[-1] for row in page.rows}


def test_a_call_is_to_be_returned_within_the_hours_of_the_setting(app):
    """R-STAFF-2"""
    row = call(1)
    assert appointments.due_moment(row) == row.called_at + HOUR * 48
    settings.change("callback_hours", 24)
    assert appointments.due_moment(row) == row.called_at + HOUR * 24
    assert appointments.due_moment(make_appointment()) is None


def test_what_is_late_says_so_in_the_list_and_stands_in_its_own_tab(browser):
    """R-STAFF-2: a call once its hours are over, anything once its day is."""
    call(47, about="Fresh")
    call(49, about="Old call")
    make_appointment(due_on=day(-1), about="Missed")
    make_appointment(due_on=day(-3), done_on=day(-3), about="Met")
    page = browser.get(LIST)
    assert states(page) == {"Fresh": "Open", "Old call": "Late", "Missed": "Late"}
    assert set(states(browser.follow(page, "Late"))) == {"Old call", "Missed"}
    assert set(states(browser.follow(page, "Done"))) == {"Met"}
    assert len(browser.follow(page, "All").rows) == 4


def test_the_list_of_the_day_holds_what_is_on_today(browser):
    make_appointment(about="Now")
    make_appointment(due_on=day(1), about="Tomorrow")
    assert set(states(browser.get(f"{LIST}?when=today"))) == {"Now"}


def test_done_takes_one_step_from_the_list(browser):
    """R-STAFF-2"""
    one, two = call(50), make_appointment()
    page = browser.get(LIST)
    page = browser.submit(page, "Done", rowid=[one.id, two.id], result="Both settled")
    assert "2 are done." in page.notices[0]
    for row in Appointment.select():
        assert (row.done_on, row.result) == (settings.today(), "Both settled")
    assert AuditLog.select().where(AuditLog.action == "update").exists()
    assert "No call and no appointment is open" in browser.get(LIST)


def test_done_takes_one_step_from_the_details_and_a_second_press_changes_nothing(browser):
    row = call(2)
    page = browser.get(f"{LIST}details/?id={row.id}")
    assert "To be returned by" in page
    done = browser.submit(page, "Done", result="Called, all is well")
    assert "Called, all is well" in done
    browser.submit(page, "Done", result="Again")
    assert Appointment.get().result == "Called, all is well"


def test_where_a_call_is_not_safe_the_number_is_not_on_the_page(browser):
    """R-CLI-2, R-STAFF-2"""
    said = {"phone": "519-555-0177", "safe_to_text": "yes"}
    safe = call(1, client=make_client(safe_to_call="yes", **said))
    page = browser.get(f"{LIST}details/?id={safe.id}")
    assert page.soup.select_one("a[href^='tel:']") and "not safe" not in page
    unsafe = call(1, client=make_client(safe_to_call="no", **said))
    page = browser.get(f"{LIST}details/?id={unsafe.id}")
    assert "519-555-0177" not in page.text and not page.soup.select(
        "a[href^='tel:'], a[href^='sms:']"
    )
    assert "Calling this person is not safe" in page.notices[0]


def test_without_a_client_or_a_day_it_says_what_is_missing_and_keeps_what_was_typed(browser):
    page = browser.submit(browser.get(f"{LIST}new/"), "Save", about="School bus", due_on="")
    assert "Choose the client." in page.errors
    assert any(line.startswith("On:") for line in page.errors)
    assert page.soup.select_one("[name=about]")["value"] == "School bus"
    client = make_client()
    page = browser.submit(page, "Save", client=client.id, due_on=day(3).isoformat())
    row = Appointment.get()
    assert (row.client, row.about, row.due_on) == (client, "School bus", day(3))


def test_a_new_call_begins_with_this_moment_and_me(browser):
    """R-STAFF-2"""
    worker = Staff.get(Staff.name == "Test Worker")
    client = make_client()
    page = browser.get(f"{LIST}new/?client={client.id}&kind=call-back")
    browser.submit(page, "Save")
    row = Appointment.get()
    assert (row.kind, row.staff, row.client) == ("call-back", worker, client)
    assert row.due_on == settings.local(row.called_at + HOUR * 48).date()


def test_the_hours_of_a_call_are_not_begun_anew_by_an_edit(browser):
    """R-STAFF-2"""
    row = make_appointment(kind="call-back", called_at=now() - HOUR * 60, due_on=day(2))
    Appointment.update(created_at=now() - HOUR * 59).execute()
    row = Appointment.get()
    row.called_at = now() - HOUR
    with pytest.raises(Refused, match="so the client had called by then"):
        save(row)
    row.called_at = now() - HOUR * 61
    save(row)
    assert appointments.is_late(Appointment.get())


@pytest.mark.parametrize(
    "values, field",
    [
        ({"kind": "call-back", "called_at": now() + HOUR * 5}, "called_at"),
        ({"called_at": now() - HOUR}, "called_at"),
        ({"done_on": now().date() + HOUR * 48}, "done_on"),
        ({"result": "Nothing"}, "done_on"),
    ],
)
def test_what_cannot_be_is_refused(app, values, field):
    with pytest.raises(Refused) as refused:
        make_appointment(**values)
    assert [problem.field for problem in refused.value.problems] == [field]


def test_home_lists_the_day_in_its_order_and_counts_the_late_calls(browser):
    """R-STAFF-2, issue item 10"""
    amina = make_client(first_name="Amina", last_name="Zarif")
    make_appointment(starts_at=datetime.time(14), about="Later", client=amina)
    make_appointment(starts_at=datetime.time(9, 30), about="Early", client=amina)
    make_appointment(about="Some time", client=amina)
    make_appointment(due_on=day(1), about="Tomorrow")
    call(60, about="Waiting", due_on=day(0))
    page = browser.get("/")
    lines = [line.get_text(" ", strip=True) for line in page.soup.select("#on-today ~ ul li")]
    assert [line.rpartition("· ")[2] for line in lines] == [
        "Early",
        "Later",
        "Some time",
        "Waiting",
    ]
    assert "Zarif, Amina" in lines[0] and "9:30" in lines[0]
    number, href = tasks(page)["call to return is late"]
    assert number == "1" and set(states(browser.get(href))) == {"Waiting"}


def test_home_shows_eight_and_says_how_many_more(browser):
    client = make_client()
    for _n in range(11):
        make_appointment(client=client)
    page = browser.get("/")
    assert len(page.soup.select("#on-today ~ ul li")) == 8
    assert len(browser.follow(page, "and 3 more").rows) == 11
    Appointment.update(done_on=day(0)).execute()
    assert not browser.get("/").soup.select("#on-today")


def test_the_clients_page_has_them_and_leads_to_a_new_one(browser):
    row = make_appointment(about="Tax forms")
    page = browser.get(f"/clients/details/?id={row.client_id}")
    assert "Calls and appointments" in page and "Tax forms" in page
    page = browser.follow(page, "New call or appointment")
    assert page.path == f"{LIST}new/?client={row.client_id}"


def test_the_after_hours_text_prints_in_both_languages_with_the_crisis_line(browser):
    """R-STAFF-2"""
    settings.change("crisis_line", "1-800-555-0199")
    page = browser.follow(browser.get(LIST), "After-hours message")
    assert page.path == "/appointments/after-hours/"
    english, french = page.soup.select("p[lang=en]"), page.soup.select("p[lang=fr]")
    assert "call 911" in english[0].get_text() and "24 to 48 hours" in english[0].get_text()
    assert "1-800-555-0199" in french[0].get_text() and "{" not in page.text

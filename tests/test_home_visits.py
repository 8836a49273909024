"""Home visits: the day list, the checklist, the morning, another way to meet, the note (2.17)."""

import datetime

import pytest
from casework_factories import make_case_note, make_home_visit, make_visit_list
from factories import make_client, make_household, make_staff
from test_home import tasks
from visit_day import (
    Day,
    answers,
    authorize,
    checked,
    details,
    fresh,
    ready_visit,
    refusal,
    soon,
    supervisor,
    the_day,
    time,
)

from models import AuditLog, HomeVisit, VisitList
from workflows import records, settings, visit_lists, visits


@pytest.fixture
def day(app, clock):
    return Day(clock)


# ---- The list ------------------------------------------------------------------------------------------------------------


def test_a_day_is_planned_checked_submitted_and_authorized_on_screen(
    browser, administrator_browser
):
    """R-VISIT-1, R-VISIT-2: from an empty list to an authorized one."""
    boss = supervisor(name="Lee Boss")
    client = make_client(make_household(address="12 Elm Street", city="Leamington"))
    page = browser.submit(browser.get("/visit-lists/new/"), "Save")
    assert "No visits yet" in page
    page = browser.follow(page, "Add a visit")
    page = browser.submit(page, "Find", answers={"client-query": client.last_name})
    page = browser.submit(page, "Continue", client=str(client.id))
    assert page.soup.select_one("#address")["value"] == "12 Elm Street, Leamington"
    page = browser.submit(
        page, "Save", start_time="09:30", expected_end="10:15", purpose="The lease."
    )
    assert page.heading == "Risk checklist"
    page = browser.submit(page, "Save", answers=answers())
    assert "12 Elm Street" in page and "Low" in page
    page = browser.submit(page, "Submit for authorization")
    assert "Waiting for a supervisor" in page
    visit = HomeVisit.get()
    assert visit.status == "submitted"
    page = administrator_browser.follow(administrator_browser.get(the_day(visit)), "Authorize")
    page = administrator_browser.submit(page, "Authorize", authorized_by="Lee Boss")
    listed = VisitList.get()
    assert "Lee Boss" in page and (listed.state, listed.authorized_by) == ("authorized", boss)
    assert listed.authorized_on == settings.today() and fresh(visit).status == "authorized"


def test_authorizing_asks_for_the_administrator_passphrase(browser, day):
    """R-VISIT-1, decision 0.6"""
    visit = checked(make_home_visit(visit_list=soon()))
    visit_lists.submit(visit.visit_list)
    page = browser.get(f"/visit-lists/authorize/?id={visit.visit_list_id}")
    assert page.heading == "Administrator passphrase"
    assert VisitList.get().state == "submitted"


def test_a_list_that_changes_while_a_supervisor_reads_it_is_read_again(administrator_browser, day):
    """R-VISIT-1: nobody authorizes a visit they have not seen."""
    supervisor(name="Lee Boss")
    visit = checked(make_home_visit(visit_list=soon()))
    visit_lists.submit(visit.visit_list)
    page = administrator_browser.get(f"/visit-lists/authorize/?id={visit.visit_list_id}")
    visit = fresh(visit)
    visit.start_time = time("09:00")
    records.save(visit)
    page = administrator_browser.submit(page, "Authorize", authorized_by="Lee Boss")
    assert (
        "changed while you were reading" in page.errors[0] and VisitList.get().state == "submitted"
    )
    administrator_browser.submit(page, "Authorize")
    assert VisitList.get().state == "authorized"


def test_only_a_supervisor_who_works_here_authorizes(app):
    """R-VISIT-1"""
    visit = checked(make_home_visit(visit_list=soon()))
    visit_lists.submit(visit.visit_list)
    for nobody in (make_staff(role="caseworker"), supervisor(is_active=False), None):
        found = refusal(visit_lists.authorize, VisitList.get(), nobody)
        assert [field for field, _words in found] == ["authorized_by"]


def test_a_worker_has_one_list_a_day_and_none_for_a_day_that_is_over(app):
    """R-VISIT-1, 2.17"""
    listed = make_visit_list()
    assert refusal(lambda: make_visit_list(date=listed.date, staff=listed.staff))[0][0] == "staff"
    yesterday = settings.today() - datetime.timedelta(days=1)
    assert refusal(lambda: make_visit_list(date=yesterday))[0][0] == "date"


def test_no_visit_starts_before_its_list_is_authorized(browser, day):
    """R-VISIT-1: neither by the button nor by any other way of saving."""
    visit = checked(make_home_visit(visit_list=make_visit_list(date=day.date)))
    visit_lists.submit(visit.visit_list)
    day.at("09:00")
    assert "authorize" in refusal(visits.start, fresh(visit))[0][1]
    visit = fresh(visit)
    visit.status = "in-progress"
    assert "authorize" in refusal(records.save, visit)[0][1]
    page = browser.get(details(visit))
    assert not [form for form in page.forms() if form.has_button("Start")]
    authorize(visit)
    page = browser.submit(browser.get(the_day(visit)), "Start")
    assert fresh(visit).status == "in-progress" and "remember to check in" in page.text.lower()


@pytest.mark.parametrize(
    "change",
    [
        {"address": "9 Oak Street"},
        {"start_time": time("09:00")},
        {"expected_end": time("11:00")},
    ],
    ids=lambda change: next(iter(change)),
)
def test_a_changed_visit_sends_the_list_back_to_the_supervisor(day, change):
    """R-VISIT-1: what was authorized is what takes place."""
    visit = ready_visit(day)
    for name, value in change.items():
        setattr(visit, name, value)
    records.save(visit)
    assert (fresh(visit).status, VisitList.get().state) == ("submitted", "submitted")


def test_another_visit_sends_the_list_back_and_another_purpose_does_not(browser, day):
    """R-VISIT-1"""
    visit = ready_visit(day)
    visit.purpose = "The heating."
    records.save(visit)
    assert VisitList.get().state == "authorized"
    make_home_visit(
        visit_list=visit.visit_list, start_time=time("10:30"), expected_end=time("11:00")
    )
    assert VisitList.get().state == "submitted" and fresh(visit).status == "submitted"
    assert "changed after it was authorized" in browser.get(the_day(visit))


def test_visits_stand_in_the_order_of_their_times_and_change_places_with_them(browser, day):
    """R-VISIT-1: moved up, a visit takes the earlier time; both keep their length and the pause between them."""
    listed = make_visit_list(date=day.date)
    later = make_home_visit(
        visit_list=listed, start_time=time("10:15"), expected_end=time("11:15"), address="Late"
    )
    early = make_home_visit(
        visit_list=listed, start_time=time("09:00"), expected_end=time("09:30"), address="Early"
    )
    assert [v.id for v in visit_lists.visits_of(listed)] == [early.id, later.id]
    browser.submit(browser.get(the_day(early)), "Later: Early")
    found = [(v.address, v.start_time, v.expected_end) for v in visit_lists.visits_of(listed)]
    assert found == [
        ("Late", time("09:00"), time("10:00")),
        ("Early", time("10:45"), time("11:15")),
    ]


@pytest.mark.parametrize(
    "start, end, field",
    [
        ("09:45", "10:30", "start_time"),
        ("08:00", "12:00", "start_time"),
        ("09:00", "09:00", "expected_end"),
    ],
)
def test_times_that_cannot_be_are_refused(app, start, end, field):
    """2.17: an end after the start, one visit at a time; one that starts as another ends is fine."""
    visit = make_home_visit()  # 9:30 to 10:15
    values = {"visit_list": visit.visit_list, "start_time": time(start), "expected_end": time(end)}
    assert refusal(lambda: make_home_visit(**values))[0][0] == field
    make_home_visit(
        visit_list=visit.visit_list, start_time=time("10:15"), expected_end=time("11:00")
    )


def test_the_sheet_to_take_along_is_printed_and_logged(browser, day):
    """2.17, 2.23"""
    visit = ready_visit(day, conditions="Two workers go together.")
    page = browser.follow(browser.get(the_day(visit)), "Print")
    assert "12 Elm Street" in page and "519-326-8629" in page and "Check in by 4:30" in page
    assert AuditLog.get(AuditLog.action == "print").entity == "visit_list"


# ---- The morning ---------------------------------------------------------------------------------------------------------


def test_a_visit_at_one_o_clock_needs_a_managers_exception(browser, app):
    """R-VISIT-3"""
    visit, boss = make_home_visit(), supervisor(name="Lee Boss")
    page = browser.get(f"/home-visits/edit/?id={visit.id}")
    page = browser.submit(page, "Save", start_time="13:00", expected_end="13:45")
    assert any("name the manager who allows it" in error for error in page.errors)
    browser.submit(page, "Save", afternoon_exception_by="Lee Boss")
    assert (fresh(visit).start_time, fresh(visit).afternoon_exception_by) == (time("13:00"), boss)


@pytest.mark.parametrize("start, allowed", [("11:59", True), ("12:00", False)])
def test_the_morning_ends_when_the_setting_says(app, start, allowed):
    """R-VISIT-3"""
    values = {"start_time": time(start), "expected_end": time("12:30")}
    if allowed:
        assert make_home_visit(**values).id
    else:
        assert refusal(lambda: make_home_visit(**values))[0][0] == "start_time"
    by_a_worker = {**values, "afternoon_exception_by": make_staff(role="caseworker")}
    if not allowed:
        assert refusal(lambda: make_home_visit(**by_a_worker))[0][0] == "afternoon_exception_by"


def test_the_button_does_not_start_a_visit_in_the_afternoon_or_on_another_day(day):
    """R-VISIT-3"""
    visit = ready_visit(day)
    day.at("10:00", days=-1)
    assert "another day" in refusal(visits.start, visit)[0][1]
    day.at("12:00")
    assert "manager’s exception" in refusal(visits.start, visit)[0][1]
    visit.afternoon_exception_by = supervisor()
    visit.start_time, visit.expected_end = time("12:00"), time("12:45")
    records.save(visit)
    authorize(visit)
    visits.start(fresh(visit))
    assert fresh(visit).status == "in-progress"


# ---- Not at home ---------------------------------------------------------------------------------------------------------


def test_an_unsafe_result_waives_the_visit_and_offers_another_way_to_meet(browser, day):
    """R-VISIT-4"""
    client = make_client()
    visit = make_home_visit(clients=[client])
    page = browser.get(f"/home-visits/checklist/?id={visit.id}")
    page = browser.submit(page, "Save", answers=answers(threats="yes"))
    assert fresh(visit).status == "waived" and "office, by phone or in a public place" in page
    links = [href for href in page.links.values() if href.startswith("/appointments/new/")]
    assert links == [f"/appointments/new/?client={client.id}"]
    assert refusal(visit_lists.submit, visit.visit_list)


def test_an_address_that_is_not_safe_waives_the_visits_to_it(browser, day):
    """R-VISIT-4: at once when planned, and those planned before."""
    client = make_client()
    before = ready_visit(day, client=client)
    household = before.household
    household.safe_address = False
    records.save(household)
    assert fresh(before).status == "waived"
    after = make_home_visit(clients=[client])
    assert fresh(after).status == "waived"
    assert "not safe to visit" in browser.get(details(after))
    assert refusal(visits.start, fresh(before))


# ---- The note ------------------------------------------------------------------------------------------------------------


def back(day):
    """A visit that took place, its worker checked in."""
    visit = ready_visit(day)
    day.at("09:30")
    visits.start(visit)
    day.at("10:20")
    visits.check_in(fresh(visit), "phone")
    return fresh(visit)


def test_checking_in_stamps_the_time_and_asks_for_the_note(browser, day):
    """R-VISIT-6"""
    visit = ready_visit(day)
    day.at("09:30")
    browser.submit(browser.get(the_day(visit)), "Start")
    day.at("10:20")
    page = browser.submit(browser.get(the_day(visit)), "Text message")
    assert "Write the note" in page
    visit = fresh(visit)
    assert (visit.status, visit.check_in_method) == ("checked-in", "text")
    assert visit.checked_in_at == day.instant("10:20")
    page = browser.get(details(visit))
    assert page.links["Write the note"].startswith(
        f"/case-notes/new/?household={visit.household_id}"
    )


def test_a_note_of_the_day_finds_its_visit(day):
    """R-VISIT-6: of that household, that kind and that day; a second one is not taken."""
    visit = back(day)
    client = visit.clients[0]
    make_case_note(client=client, type="one-to-one")
    make_case_note(type="home-visit")
    assert visits.note_missing(fresh(visit))
    note = make_case_note(client=client, type="home-visit")
    make_case_note(client=client, type="home-visit")
    assert fresh(visit).note == note


def test_a_note_written_under_a_later_day_is_chosen(browser, day):
    """R-VISIT-6"""
    visit = back(day)
    day.at("09:00", days=1)
    note = make_case_note(client=visit.clients[0], type="home-visit")
    assert fresh(visit).note is None
    page = browser.submit(browser.get(details(visit)), "This is the note", note=note.id)
    assert fresh(visit).note == note and "Open the note about this visit" in page
    other = make_case_note(type="home-visit")
    assert refusal(visits.attach, fresh(visit), other.id)[0][0] == "note"


def test_home_and_the_lists_are_quiet_on_an_ordinary_day(browser, day):
    visit = back(day)
    assert not [words for words in tasks(browser.get("/")) if "check" in words]
    assert visits.open_escalations(visit.household) == []
    page = browser.get("/visit-lists/?when=today")
    assert len(page.rows) == 1 and len(browser.get("/visit-lists/?when=coming").rows) == 0


def test_a_visit_is_called_off_and_its_time_is_free_again(browser, day):
    """2.17: no note is asked for, and nobody is missed."""
    visit = ready_visit(day)
    browser.submit(browser.get(details(visit)), "Cancel this visit")
    assert fresh(visit).status == "cancelled"
    day.at("17:00")
    assert visits.mark_missed() == 0
    make_home_visit(visit_list=VisitList.get())
    assert "cannot be cancelled" in refusal(visits.cancel, fresh(visit))[0][1]


def test_the_day_of_somebody_who_left_can_still_be_mended(administrator_browser):
    """Whoever is chosen already stays chosen; everybody else who left is not offered."""
    gone, listed = make_staff(is_active=False), make_visit_list()
    page = administrator_browser.get(f"/staff/edit/?id={listed.staff_id}")
    page = administrator_browser.submit(page, "Save", is_active=False)
    assert any("days of home visits ahead" in words for words in page.notices)
    page = administrator_browser.get(f"/visit-lists/edit/?id={listed.id}")
    offered = {option["value"] for option in page.soup.select("select[name=staff] option")}
    assert str(listed.staff_id) in offered and str(gone.id) not in offered
    page = administrator_browser.submit(page, "Save")
    assert not page.errors

"""Nobody came back from a home visit: the alarm, the three steps, the standard (R-VISIT-5)."""

import datetime

import pytest
from casework_factories import make_home_visit, make_visit_list
from factories import make_client, make_staff
from visit_day import Day, checked, fresh, ready_visit

from models import AuditLog, EscalationStep, HomeVisit, VisitList
from workflows import clock as product_clock
from workflows import records, settings, visits
from workflows.records import Refused

ALARM = "Nobody has checked in after 1 home visit."


@pytest.fixture
def day(app, clock):
    return Day(clock)


@pytest.fixture
def out(day):
    """A worker on a visit since 9:30, with three numbers to call."""
    worker = make_staff(
        name="Noor Out",
        work_phone="519-555-0101",
        personal_phone="519-555-0102",
        home_phone="519-555-0103",
    )
    client = make_client(phone="519-555-0104", safe_to_call="no")
    make_client(client.household, phone="519-555-0105", safe_to_call="ask-first")
    visit = ready_visit(day, client=client, visit_list=make_visit_list(date=day.date, staff=worker))
    day.at("09:30")
    visits.start(visit)
    return fresh(visit)


def details(visit):
    return f"/home-visits/details/?id={visit.id}"


def test_the_clock_marks_it_at_the_end_of_the_business_day_and_not_before(app, day, out):
    """R-VISIT-5: 16:30 where the agency is."""
    day.at("16:29")
    product_clock.tick(app)
    assert fresh(out).status == "in-progress"
    day.at("16:30")
    product_clock.tick(app)
    assert fresh(out).status == "missed-check-in"
    assert visits.mark_missed() == 0


def test_the_setting_says_when_the_business_day_ends(day, out):
    """R-VISIT-5"""
    settings.change("business_day_ends", "15:00")
    day.at("15:00")
    assert visits.mark_missed() == 1


def test_it_is_noticed_for_a_visit_nobody_started_and_for_a_list_changed_on_the_day(day):
    """R-VISIT-5: the worker has left with the list that was authorized."""
    authorized, changed = ready_visit(day), ready_visit(day)
    changed.expected_end = datetime.time(11)
    records.save(changed)
    never = make_home_visit(visit_list=make_visit_list(date=day.date))
    checked(never)
    day.at("17:00")
    assert visits.mark_missed() == 2
    assert {fresh(v).status for v in (authorized, changed)} == {"missed-check-in"}
    assert fresh(never).status == "draft"


def test_a_check_in_on_time_keeps_the_alarm_away(day, out):
    """R-VISIT-5"""
    day.at("16:29")
    visits.check_in(out, "office")
    day.at("17:00")
    assert visits.mark_missed() == 0 and fresh(out).status == "checked-in"


def test_home_says_so_first_even_while_no_clock_runs(browser, day, out):
    """R-VISIT-5"""
    day.at("16:29")
    assert ALARM not in browser.get("/")
    day.at("16:31")
    page = browser.get("/")
    assert ALARM in page.soup.select_one("main [role=alert]").get_text()
    assert fresh(out).status == "in-progress", "looking changes nothing"
    assert len(browser.get("/home-visits/?waiting=check-in").rows) == 1
    page = browser.follow(page, "Take the steps")
    assert page.path == details(out)
    assert page.soup.select_one("[role=alert] h2").get_text() == "Nobody has checked in"


def test_the_steps_are_taken_in_order_and_stamped(browser, day, out):
    """R-VISIT-5: worker, then who was visited, then the police."""
    day.at("16:40")
    page = browser.get(details(out))
    assert len(page.soup.select("input[name=result]")) == 1
    page = browser.submit(page, "This is done", result="")
    assert "Write down what came of it" in page.notices[0]
    with pytest.raises(Refused):
        visits.take_step(fresh(out), "call-police", "Called.")
    for minute, (slug, words) in enumerate(visits.steps(), 41):
        day.at(f"16:{minute}")
        asked = page.soup.select_one("input[name=step]")
        assert asked["value"] == slug and words in page
        page = browser.submit(page, "This is done", result=f"Result of {slug}")
        assert fresh(out).status == "escalated"
    taken = list(EscalationStep.select().order_by(EscalationStep.id))
    assert [row.step for row in taken] == ["call-staff", "call-visited", "call-police"]
    assert [row.taken_at for row in taken] == [day.instant(f"16:{n}") for n in (41, 42, 43)]
    assert {row.by_name for row in taken} == {"Test Worker"}
    assert not page.soup.select("input[name=step]") and "Result of call-police" in page


def test_a_step_is_taken_once(browser, day, out):
    """R-VISIT-5: two people at two screens."""
    day.at("16:40")
    page = browser.get(details(out))
    browser.submit(page, "This is done", result="No answer.")
    browser.submit(page, "This is done", result="No answer either.")
    assert EscalationStep.select().count() == 1


def test_the_numbers_are_shown_then_only_and_the_showing_is_logged(browser, day, out):
    """R-VISIT-5, R-CLI-2: a number that is not safe to call is not offered."""
    page = browser.get(details(out))
    assert "519-555-0102" not in page and "519-555-0103" not in page
    day.at("16:40")
    page = browser.get(details(out))
    assert all(f"519-555-010{n}" in page for n in (1, 2, 3, 5))
    assert "519-555-0104" not in page and "Not safe. Do not use." in page
    worker = VisitList.get_by_id(out.visit_list_id).staff
    shown = AuditLog.select().where(AuditLog.action == "view", AuditLog.entity == "staff")
    assert [row.entity_id for row in shown] == [worker.id]


def test_the_case_shows_it_until_the_worker_is_back(browser, day, out):
    """R-VISIT-5: a late check-in ends it, the steps stay."""
    day.at("16:40")
    file = f"/households/details/?id={out.household_id}"
    assert [v.id for v in visits.open_escalations(out.household)] == [out.id]
    page = browser.get(file)
    assert "Escalated" in page and "Nobody has checked in after a home visit." in page
    visits.take_step(fresh(out), "call-staff", "No answer.")
    day.at("08:00", days=1)
    page = browser.submit(browser.get(details(out)), "Phone")
    assert fresh(out).status == "checked-in" and "No answer." in page
    assert "Escalated" not in browser.get(file) and ALARM not in browser.get("/")
    with pytest.raises(Refused):
        visits.take_step(fresh(out), "call-visited", "Called.")


def test_a_check_in_at_the_same_moment_wins_over_the_clock(day, out):
    """R-VISIT-5: the clock read the visit before the worker checked in."""
    day.at("16:31")
    stale = fresh(out)
    visits.check_in(fresh(out), "phone")
    assert visits._mark(stale) is False
    assert fresh(out).status == "checked-in"


def test_the_standard_counts_visits_authorized_and_checked_in(day):
    """Standards page: met and due; what was waived or cancelled, and what is still to come, is not due."""
    on_time, late, never = (ready_visit(day) for _n in range(3))
    cancelled, coming = ready_visit(day), ready_visit(Tomorrow(day))
    visits.cancel(cancelled)
    day.at("10:30")
    visits.check_in(on_time, "phone")
    assert visits.authorized_and_checked_in(day.date, coming.visit_list.date) == (0, 0)
    day.at("16:45")
    visits.check_in(late, "phone")
    assert visits.authorized_and_checked_in(day.date, coming.visit_list.date) == (1, 3)
    assert fresh(never).status == "authorized"
    before = day.date - datetime.timedelta(days=1)
    assert visits.authorized_and_checked_in(before, before) == (0, 0)


class Tomorrow:
    """The day after the day of the visits."""

    def __init__(self, day):
        self.date = day.date + datetime.timedelta(days=1)


def test_a_visit_that_took_place_is_neither_planned_anew_nor_deleted(day, out):
    """2.17"""
    out.address = "9 Oak Street"
    with pytest.raises(Refused):
        records.save(out)
    with pytest.raises(Refused):
        records.delete(fresh(out))
    assert HomeVisit.select().count() == 1

"""Home: what needs doing today, and the search over everything."""

import datetime

from factories import (
    make_client,
    make_distribution,
    make_outbox_message,
    make_referral,
    make_service,
)
from statements import statements

from models import (
    DISTRIBUTED,
    AuditLog,
    Draft,
    Organization,
    Referral,
    ServiceActivity,
    WeeklyCheck,
)
from workflows import records, settings, waiting


def days_ago(days):
    return settings.today() - datetime.timedelta(days=days)


def tasks(page):
    """{words: (number, address)} of what needs doing."""
    return {
        item.a.get_text(): (item.select_one(".stat-number").get_text(), item.a["href"])
        for item in page.soup.select(".stat")
    }


def test_an_empty_day_says_that_nothing_is_waiting(browser):
    assert "Nothing is waiting." in browser.get("/").text


def test_each_number_leads_to_a_list_with_that_many_rows(browser):
    """R-REF-11"""
    for days in (0, 1, 8, 20):
        make_referral(received_on=days_ago(days))
    old = make_referral(status=DISTRIBUTED, received_on=days_ago(40))
    Referral.update(last_sent_at=datetime.datetime.combine(days_ago(30), datetime.time(15))).where(
        Referral.id == old.id
    ).execute()
    found = tasks(browser.get("/"))
    assert {number for number, _href in found.values()} == {"1", "2"}
    assert len(found) == 4
    for words, (number, href) in found.items():
        page = browser.get(href)
        assert len(page.soup.select("[data-referral-id]")) == int(number), words


def test_a_follow_up_day_that_has_come_is_on_the_list(browser):
    make_referral(received_on=days_ago(1), follow_up_due_on=settings.today())
    make_referral(received_on=days_ago(1), follow_up_due_on=days_ago(-1))
    number, href = tasks(browser.get("/"))["referral has reached its follow-up day"]
    assert number == "1"
    assert len(browser.get(href).soup.select("[data-referral-id]")) == 1


def test_a_failed_message_is_on_the_list_until_something_is_done_about_it(browser):
    """Decision 0.4"""
    referral, message = make_referral(), make_outbox_message(state="failed")
    make_distribution(referral, message=message, result="failed")
    assert "message could not be sent" in tasks(browser.get("/"))
    make_distribution(referral, result="sent")
    assert "message could not be sent" not in tasks(browser.get("/"))


def test_an_uncertain_message_is_on_the_list(browser):
    """Decision 0.4"""
    make_outbox_message(state="uncertain")
    assert "message may not have arrived" in tasks(browser.get("/"))


def test_a_service_nobody_looked_at_for_half_a_year_is_on_the_list(browser):
    """R-SA-15"""
    for days in (180, 181):
        service = make_service()
        ServiceActivity.update(last_reviewed_on=days_ago(days)).where(
            ServiceActivity.id == service.id
        ).execute()
    number, href = tasks(browser.get("/"))["service needs a review"]
    assert number == "1"
    assert len(browser.get(href).rows) == 1


def test_the_weekly_check_is_asked_for_from_the_seventh_day(browser):
    """R-REF-12"""
    for days, due in ((6, False), (7, True)):
        own = Organization.own()
        own.referral_last_checked_on = days_ago(days)
        records.save(own)
        page = browser.get("/")
        assert f"last checked {days} days ago" in page.text
        assert bool(page.soup.select_one(".weekly-due")) is due
    browser.submit(browser.get("/"), "Checked this week")
    assert WeeklyCheck.get().by_name == "Test Worker"
    assert "was checked today" in browser.get("/").text


def test_work_kept_for_later_is_offered_and_a_step_under_way_is_not(browser):
    records.save(Draft(kind="distribute", path="", answers={}))
    assert "Continue" not in browser.get("/").text
    records.save(Draft(kind="distribute", path="/distribute/x/check", answers={}))
    assert "Continue" in browser.get("/").text


def test_a_large_number_is_capped(monkeypatch, browser):
    monkeypatch.setattr(waiting, "CAP", 2)
    for _n in range(4):
        make_referral(received_on=days_ago(1))
    assert tasks(browser.get("/"))["new referrals were received"][0] == "2+"


def test_home_asks_the_database_at_most_six_times(browser):
    make_referral()
    browser.get("/")
    with statements() as asked:
        browser.open("/")
    assert len(asked.counted()) <= 6, asked.counted()


# ---- Search ----------------------------------------------------------------------------------------------------------


def search(browser, words):
    return browser.submit(browser.get("/"), answers={"search": words})


def groups(page):
    return {
        section.h2.get_text(" ", strip=True): [li.a.get_text() for li in section.select("li")]
        for section in page.soup.select(".results")
    }


def test_search_finds_people_services_referrals_and_partners(browser):
    client = make_client(last_name="Zelaya")
    service = make_service(name="Zelkova walking group")
    referral = make_referral(service, client)
    found = groups(search(browser, "zel"))
    assert found["Clients 1"] == [client.display_name]
    assert found["Services & Activities 1"] == [service.name]
    assert found["Referrals 1"] == [referral.client_name]


def test_a_referral_is_found_by_its_number_two_presses_from_its_outcome(browser):
    referral = make_referral()
    page = search(browser, referral.number)
    assert groups(page) == {"Referrals 1": [referral.client_name]}
    href = page.soup.select_one("a[href*='/referrals/outcome/']")["href"]
    browser.submit(browser.get(href), "Client contacted")
    assert Referral.get_by_id(referral.id).outcome == "contacted"


def test_a_name_that_is_searched_for_stands_in_no_address(browser):
    make_client(last_name="Zelaya")
    page = search(browser, "Zelaya")
    assert "zelaya" not in page.path.lower() and "found=" in page.path
    assert "Zelaya" not in page.title


def test_one_audit_row_for_each_kind_of_personal_result(browser):
    """R-SYS-5"""
    make_referral(client=make_client(last_name="Zelaya"))
    page = search(browser, "zelaya")
    before = AuditLog.select().count()
    browser.open(page.path)
    rows = AuditLog.select().order_by(AuditLog.id).offset(before)
    assert [(r.entity, r.changed_fields) for r in rows] == [
        ("client", {"shown": 1}),
        ("referral", {"shown": 1}),
    ]


def test_nothing_found_says_what_to_try(browser):
    assert "Try fewer letters" in search(browser, "qqqqq").text


def test_clients_that_were_opened_are_offered_again(browser):
    client = make_client(last_name="Zelaya")
    browser.get(f"/clients/details/?id={client.id}")
    page = browser.get("/search")
    assert page.soup.select_one(f"a[href='/clients/details/?id={client.id}']")

"""The Referral List and Referral Details as people use them."""

import datetime

import pytest
from factories import (
    make_client,
    make_consent,
    make_distribution,
    make_recommended_action,
    make_referral,
    make_service,
)
from statements import statements

from models import (
    COMPLETE,
    DISTRIBUTED,
    AuditLog,
    Client,
    DrivingStatement,
    RecommendedAction,
    Referral,
    SavedFilter,
)
from workflows import records, referrals, settings


def days_ago(days):
    return settings.today() - datetime.timedelta(days=days)


def fresh(referral):
    return Referral.get_by_id(referral.id)


def listed(page):
    """Ids on the page, in order."""
    return [int(box["data-referral-id"]) for box in page.soup.select("[data-referral-id]")]


def audited(entity, action="view"):
    rows = AuditLog.select().where(AuditLog.entity == entity, AuditLog.action == action)
    return list(rows.order_by(AuditLog.id))


# ---- The list --------------------------------------------------------------------------------------------------------


def test_the_list_shows_what_is_not_complete_until_all_is_asked_for(browser):
    """R-REF-10"""
    waiting, done = make_referral(), make_referral(status=COMPLETE)
    page = browser.get("/referrals/")
    assert page.heading == "Referral List"
    assert listed(page) == [waiting.id]
    assert set(listed(browser.follow(page, "All"))) == {waiting.id, done.id}
    assert set(listed(browser.follow(page, "View All"))) == {waiting.id, done.id}


def test_the_newest_referral_stands_first(browser):
    old, new = make_referral(received_on=days_ago(9)), make_referral(received_on=days_ago(1))
    assert listed(browser.get("/referrals/")) == [new.id, old.id]


@pytest.mark.parametrize(
    ("days", "flag", "words"),
    [(0, "new", "New"), (7, "stale", "Stale"), (14, "overdue", "Overdue")],
)
def test_a_flag_is_shown_and_filters(browser, days, flag, words):
    """R-REF-11"""
    wanted = make_referral(received_on=days_ago(days))
    for other in {0, 7, 14} - {days}:
        make_referral(received_on=days_ago(other))
    page = browser.get(f"/referrals/?flag={flag}")
    assert listed(page) == [wanted.id]
    assert [p.get_text() for p in page.soup.select(f"td .pill-{flag}")] == [words]


def test_every_filter_of_the_guide_narrows_the_list(browser):
    """R-REF-10"""
    wanted = make_referral(client=make_client(), priority="urgent")
    make_referral(received_on=days_ago(5))
    for asked in (
        f"location={wanted.location_id}",
        f"service_activity={wanted.service_activity_id}",
        f"program={wanted.program_id}",
        "priority=urgent",
        f"received_on={days_ago(1)}",
        f"client={wanted.client_id}",
    ):
        assert listed(browser.get(f"/referrals/?{asked}")) == [wanted.id], asked
    assert len(listed(browser.get("/referrals/?status=received&direction=inbound"))) >= 1
    assert listed(browser.get("/referrals/?status=complete")) == []


def test_a_search_finds_the_client_and_keeps_the_name_out_of_the_address(browser):
    wanted = make_referral(client=make_client(last_name="Okonkwo"))
    make_referral()
    page = browser.submit(browser.get("/referrals/"), "Search", {"search": "okonk"})
    assert listed(page) == [wanted.id]
    assert "okonk" not in page.path.lower()


def test_filters_are_kept_by_name_for_everybody(browser):
    """R-REF-10"""
    make_referral(priority="urgent"), make_referral()
    page = browser.get("/referrals/?priority=urgent")
    page = browser.submit(page, "Save these filters", {"name": "Act today"})
    assert SavedFilter.get().arguments == {"priority": "urgent"}
    page = browser.follow(browser.get("/referrals/"), "Act today")
    assert len(listed(page)) == 1


def test_a_failed_sending_is_marked_in_the_list_until_something_newer_happens(browser):
    referral = make_referral()
    make_distribution(referral, result="failed")
    assert "Failed" in browser.get("/referrals/").soup.select_one("tbody tr").get_text()
    make_distribution(referral, result="sent")
    assert "Failed" not in browser.get("/referrals/").soup.select_one("tbody tr").get_text()


def test_marking_as_complete_needs_no_outcome_and_then_offers_one(browser):
    """R-REF-7"""
    first, second = make_referral(), make_referral(status=DISTRIBUTED)
    page = browser.submit(
        browser.get("/referrals/"),
        "Mark selected as complete",
        {"rowid": [str(first.id), str(second.id)]},
    )
    assert page.heading == "2 referrals are complete"
    assert {fresh(first).status, fresh(second).status} == {COMPLETE}
    assert fresh(first).outcome == "pending"
    browser.submit(page, "Service received")
    assert {fresh(first).outcome, fresh(second).outcome} == {"service-received"}


def test_nothing_ticked_is_said_plainly(browser):
    make_referral()
    page = browser.submit(browser.get("/referrals/"), "Mark selected as complete")
    assert "Tick at least one row first." in page.text


def test_the_list_asks_the_database_at_most_five_times(browser):
    for n in range(6):
        make_referral(status=(COMPLETE, DISTRIBUTED)[n % 2])
    browser.get("/referrals/?status=all")
    with statements() as asked:
        browser.open("/referrals/?status=all")
    assert len(asked.counted()) <= 5, asked.counted()


def test_one_audit_row_says_that_a_list_was_shown_and_how_long_it_was(browser):
    """R-SYS-5"""
    make_referral(), make_referral()
    before = len(audited("referral"))
    browser.open("/referrals/")
    rows = audited("referral")[before:]
    assert [row.changed_fields for row in rows] == [{"shown": 2}]


# ---- Referral Details ------------------------------------------------------------------------------------------------


def test_details_come_in_the_order_of_the_guide_and_the_title_holds_no_name(browser):
    client = make_client(last_name="Okonkwo")
    referral, other = make_referral(client=client), make_referral(client=client)
    make_recommended_action(referral=referral)
    page = browser.follow(browser.get("/referrals/"), referral.client_name)
    page = browser.get(f"/referrals/details/?id={referral.id}")
    assert page.heading == referral.client_name
    assert "Okonkwo" not in page.title
    labels = [dt.get_text() for dt in page.soup.select(".key-block dt")]
    assert labels == [
        "Organization",
        "Location",
        "Program",
        "Service",
        "Referred by",
        "Referred on",
    ]
    heads = [h.get_text() for h in page.soup.select("main h2")]
    order = [
        "Driving statements",
        "Settlement actions",
        "Other referrals of this client",
        "Status history",
        "Distribution log",
    ]
    assert [h for h in heads if h in order] == order
    assert other.number in page.text


def test_opening_and_printing_are_logged(browser):
    """R-SYS-5"""
    referral = make_referral()
    browser.get(f"/referrals/details/?id={referral.id}")
    browser.get(f"/referrals/print/?id={referral.id}")
    assert audited("referral")[-1].entity_id == referral.id
    assert [row.entity_id for row in audited("referral", "print")] == [referral.id]


@pytest.mark.parametrize("channel", ["call", "text", "email"])
def test_a_channel_that_is_not_safe_has_no_link(browser, channel):
    """R-CLI-2"""
    scheme = {"call": "tel:", "text": "sms:", "email": "mailto:"}[channel]
    safe = {f"safe_to_{name}": "yes" for name in ("call", "text", "email")}
    for answer, links in (("yes", 1), ("no", 0)):
        values = {**safe, f"safe_to_{channel}": answer}
        client = make_client(phone="519-555-0142", email="k@example.org", **values)
        referral = make_referral(client=client)
        for path in (
            f"/referrals/details/?id={referral.id}",
            f"/clients/details/?id={client.id}",
        ):
            page = browser.get(path)
            assert len(page.soup.select(f"main a[href^='{scheme}']")) == links, (path, answer)
        records.delete(referral)
        Client.update(phone=None).where(Client.id == client.id).execute()


def test_settlement_actions_are_ticked_and_added(browser):
    referral = make_referral()
    action = make_recommended_action(referral=referral)
    page = browser.get(f"/referrals/details/?id={referral.id}")
    browser.submit(
        page, "Save actions", {"done": [str(action.id)], "more": "Call the housing desk"}
    )
    found = RecommendedAction.select().where(RecommendedAction.referral == referral)
    assert {(a.text, a.done) for a in found} == {
        (action.text, True),
        ("Call the housing desk", False),
    }


def test_an_outcome_takes_two_presses_and_moves_no_status(browser):
    """Decision 0.7"""
    referral = make_referral(status=DISTRIBUTED)
    page = browser.get(f"/referrals/details/?id={referral.id}")
    browser.submit(browser.follow(page, "Record an outcome"), "On a wait list")
    assert (fresh(referral).outcome, fresh(referral).status) == ("waitlisted", DISTRIBUTED)
    assert fresh(referral).outcome_on == settings.today()


def test_notes_alone_leave_the_day_of_the_outcome(browser):
    referral = make_referral()
    referrals.set_outcome(referral, "contacted", today=days_ago(4))
    page = browser.get(f"/referrals/outcome/?id={referral.id}")
    browser.submit(page, "Save the notes only", {"follow_up_notes": "Call in May"})
    stored = fresh(referral)
    assert (stored.outcome, stored.outcome_on) == ("contacted", days_ago(4))
    assert stored.follow_up_notes == "Call in May"


def test_an_outcome_over_a_newer_version_is_not_written(browser):
    """R-SYS-2"""
    referral = make_referral()
    page = browser.get(f"/referrals/outcome/?id={referral.id}")
    theirs = fresh(referral)
    theirs.follow_up_notes = "Called back"
    records.save(theirs)
    page = browser.submit(page, "Client declined")
    assert "changed this referral meanwhile" in page.text
    assert fresh(referral).outcome == "pending"


def test_a_reopened_referral_says_why_in_its_history(browser):
    """R-REF-1, R-REF-8"""
    referral = make_referral(status=COMPLETE)
    page = browser.get(f"/referrals/reopen/?id={referral.id}")
    page = browser.submit(page, "Reopen", {"reason": "She called again"})
    assert fresh(referral).status in ("received", DISTRIBUTED)
    assert "She called again" in page.text


def test_the_edit_form_offers_no_status(browser):
    """R-REF-1"""
    referral = make_referral()
    page = browser.get(f"/referrals/edit/?id={referral.id}")
    assert not page.soup.select("main [name=status]")
    page = browser.submit(page, "Save", {"follow_up_notes": "Left a message"})
    assert fresh(referral).follow_up_notes == "Left a message"


# ---- Record a received referral --------------------------------------------------------------------------------------


def answers(**more):
    return {
        "inbound_name": "Mariam Haidari",
        "inbound_phone": "519-555-0177",
        "reason": "Needs a class close to home.",
        "referred_by_name": "J. Cole",
        "referred_by_organization": "Public Library",
        **more,
    }


def test_a_received_referral_is_recorded_on_one_page(browser):
    service = make_service()
    page = browser.get(f"/referrals/new/?service_activity={service.id}")
    page = browser.submit(page, "Save", answers(actions="Book a tour\nAsk about child care"))
    made = Referral.get(Referral.inbound_name == "Mariam Haidari")
    assert page.heading == "Mariam Haidari"
    assert (made.service_activity, made.location, made.status) == (
        service,
        service.location,
        "received",
    )
    assert made.received_on == settings.today()
    assert [s.text for s in made.driving_statements] == ["Needs a class close to home."]
    assert {a.text for a in made.actions} == {"Book a tour", "Ask about child care"}


def test_save_and_record_another_offers_an_empty_form(browser):
    make_service()
    page = browser.submit(browser.get("/referrals/new/"), "Save and record another", answers())
    assert page.heading == "Record a received referral"
    assert page.soup.select_one("[name=inbound_name]")["value"] == ""


def test_a_referral_without_a_service_is_for_the_organization(browser):
    """R-REF-15"""
    browser.submit(browser.get("/referrals/new/"), "Save", answers())
    made = Referral.get(Referral.inbound_name == "Mariam Haidari")
    assert (made.level, made.organization.is_own, made.location) == ("organization", True, None)


def test_somebody_with_the_same_phone_is_offered_before_a_stranger_is_recorded(browser):
    """R-CLI-3"""
    known = make_client(last_name="Haydari", first_name="Maryam", phone="(519) 555 0177")
    page = browser.submit(browser.get("/referrals/new/"), "Save", answers())
    assert "Is it one of these people?" in page.text
    assert known.display_name in page.text
    assert Referral.select().where(Referral.inbound_name == "Mariam Haidari").count() == 0
    browser.submit(page, "Save", {"similar": str(known.id)})
    assert Referral.select().where(Referral.client == known).count() == 1


def test_somebody_else_with_that_phone_is_recorded_when_confirmed(browser):
    """R-CLI-3"""
    make_client(phone="519-555-0177")
    page = browser.submit(browser.get("/referrals/new/"), "Save", answers())
    browser.submit(page, "Save", {"similar": "new"})
    assert Referral.get(Referral.inbound_name == "Mariam Haidari").client is None


def test_a_second_referral_to_the_same_service_warns_and_links(browser):
    """R-REF-9"""
    service, client = make_service(), make_client()
    first = make_referral(service, client, received_on=days_ago(90))
    page = browser.get(f"/referrals/new/?client={client.id}&service_activity={service.id}")
    page = browser.submit(page, "Save", {"reason": "Again", "referred_by_name": "J. Cole"})
    assert f"referred to the same service on {first.received_on}" in page.text
    assert page.soup.select_one(f".notice a[href$='id={first.id}']")


def test_nothing_typed_is_lost_when_the_reason_is_missing(browser):
    page = browser.submit(browser.get("/referrals/new/"), "Save", answers(reason=""))
    assert "Say in one or two sentences why this referral is made." in page.text
    assert page.soup.select_one("[name=inbound_name]")["value"] == "Mariam Haidari"
    assert DrivingStatement.select().count() == 0


def test_a_withdrawn_sharing_consent_stops_an_outbound_referral_on_the_form(browser):
    """R-CON-5, R-REF-13"""
    service = make_service()
    client = make_client()
    consent = make_consent(client, [service.program.organization], type="information-sharing")
    referrals.withdraw(consent)
    page = browser.get(f"/referrals/new/?client={client.id}")
    page = browser.submit(
        page,
        "Save",
        {"reason": "A class", "referred_by_name": "Us", "direction": "outbound"},
    )
    assert page.soup.select_one(".error-summary")
    assert Referral.select().where(Referral.client == client).count() == 0

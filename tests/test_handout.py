"""The plain hand-out for a client: what, where, when, next steps, contact; nothing about anybody (decision 0.1)."""

from builder_rows import catalogue, client, finish, results, tick
from factories import make_location, make_program, make_service

from models import AuditLog, Referral


def test_a_hand_out_says_what_where_when_and_whom_to_ask(browser):
    place = make_location(name="Maple Hall", address="9 Maple Street", city="Windsor")
    service = make_service(location=place, next_steps="Bring your card.", contact_name="Ines Roy")
    page = browser.get(f"/service-activities/handout/?ids={service.id}")
    assert page.heading == "Services for you"
    for words in (
        service.name,
        "Maple Hall, 9 Maple Street, Windsor",
        "Bring your card.",
        "Ines Roy",
    ):
        assert words in page
    assert (
        "Monday" in page and AuditLog.get(AuditLog.action == "print").entity == "service_activity"
    )
    page = browser.follow(page, "Français")
    assert page.heading == "Des services pour vous" and page.soup.html["lang"] == "fr"


def test_a_confidential_place_or_program_never_leaves(browser):
    """Decision 0.1: of a confidential entry the name of the service alone."""
    place = make_location(name="Safe House", address="1 Hidden Lane", is_confidential=True)
    hidden = make_service(location=place, contact_name="Secret Host", next_steps="Ring twice.")
    shelter = make_service(make_program(is_confidential=True), contact_name="Quiet Host")
    page = browser.get(f"/service-activities/handout/?ids={hidden.id},{shelter.id}")
    for words in ("Safe House", "Hidden Lane", "Secret Host", "Ring twice.", "Quiet Host"):
        assert words not in page
    assert "Confidential: ask your worker" in page


def test_a_hand_out_of_nothing_is_not_found(browser):
    for ids in ("", "x", "999999", "9" * 40):
        browser.get(f"/service-activities/handout/?ids={ids}", status=404)


def test_the_last_page_leads_to_the_hand_out_and_to_the_sending(browser):
    services = catalogue()
    page = tick(
        browser, results(browser, client("C1"), "language"), services["S01"], services["S14"]
    )
    page = finish(browser, page)
    assert "LINC CLB 1-4 part-time" in browser.follow(page, "Print a hand-out for the client")
    page = browser.submit(page, "Email these")
    for referral in Referral.select():
        assert referral.number in page

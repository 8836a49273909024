"""What somebody asks of a list stays asked: a search keeps the filters, the filters keep the search and the order."""

import pytest
from factories import make_client, make_referral

from models import Client
from workflows import search


def firsts(page):
    """The first column of the list on a page."""
    return [row.select_one("th").get_text(" ", strip=True) for row in page.soup.select("tbody tr")]


@pytest.mark.parametrize("address", ["need-alerts", "needs-assessments", "settlement-plans"])
def test_a_list_whose_rows_come_from_elsewhere_offers_to_add_none(browser, address):
    page = browser.get(f"/{address}/")
    assert page.soup.select_one(".empty") and not page.soup.select_one("main a[href$='/new/']")
    assert "What is recorded elsewhere is listed here." in page


@pytest.fixture
def people(app):
    for last, town in (("Bee", "Montréal"), ("Ant", "Montréal"), ("Bat", "Windsor"), ("Bug", None)):
        make_client(first_name="Ola", last_name=last, municipality=town)


def test_a_search_keeps_the_filters_the_order_and_the_rows_on_a_page(browser, people):
    page = browser.get("/clients/?municipality=Windsor&sort=-display_name&size=20&after=1")
    page = browser.submit(page, "Search", {"search": "b"})
    assert firsts(page) == ["Bat, Ola"]
    assert {"municipality=Windsor", "sort=-display_name", "size=20"} <= set(
        page.path.partition("?")[2].split("&")
    )
    page = browser.submit(page, "Search", {"search": ""})
    assert page.path == "/clients/?municipality=Windsor&sort=-display_name&size=20"


def test_the_filters_keep_the_search_the_order_and_whose_rows_they_are(browser, people):
    page = browser.submit(browser.get("/clients/?sort=-display_name"), "Search", {"search": "ola"})
    page = browser.submit(page, "Show these", {"municipality": "Montréal"})
    assert firsts(page) == ["Bee, Ola", "Ant, Ola"]
    page = browser.submit(page, "Show these", {"municipality": ""})
    assert len(firsts(page)) == 4
    mine = Client.get(Client.last_name == "Bug")
    make_referral(client=mine, status="complete")
    make_referral(client=Client.get(Client.last_name == "Bat"), status="complete")
    page = browser.submit(
        browser.get(f"/referrals/?client={mine.id}"), "Show these", {"status": "all"}
    )
    assert len(page.soup.select("tbody tr")) == 1 and f"client={mine.id}" in page.path


def test_what_a_search_found_can_be_sorted(browser, people):
    page = browser.submit(browser.get("/clients/"), "Search", {"search": "ola"})
    if search.is_lazy():
        assert firsts(page)[0] == "Bug, Ola", "the newest first, until another order is asked for"
    page = browser.get(page.absolute(page.soup.select_one("thead a")["href"]))
    assert firsts(page) in (sorted(firsts(page)), sorted(firsts(page), reverse=True))
    assert page.soup.select_one("thead th[aria-sort]")


@pytest.mark.parametrize("typed", ["Montréal", "montreal", "MONTREAL "])
def test_a_town_is_found_however_it_is_typed(browser, people, typed):
    assert firsts(browser.get(f"/clients/?municipality={typed}")) == ["Ant, Ola", "Bee, Ola"]


def test_a_town_of_no_letters_is_nobodys(browser, people):
    assert firsts(browser.get("/clients/?municipality=--")) == []

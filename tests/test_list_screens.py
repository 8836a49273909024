"""What somebody asks of a list stays asked: a search keeps the filters, the filters keep the search and the order."""

import pytest
from casework_factories import make_case_note
from factories import make_client, make_household, make_referral

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
    browser.get(f"/{address}/new/", 404)


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


def test_a_file_is_found_by_the_people_in_it_too(browser, people):
    house = make_household(file_number="2031-001", city="Leamington")
    make_client(house, first_name="Rima", last_name="Haddad")
    for words in ("haddad", "rima had", "leaming", "2031-001"):
        page = browser.submit(browser.get("/households/"), "Search", {"search": words})
        assert firsts(page) == ["2031-001 Rima Haddad"], words
    page = browser.submit(browser.get("/households/"), "Search", {"search": "nobody"})
    assert firsts(page) == []


def test_a_number_typed_into_a_filter_is_words_and_no_row_id(browser):
    files = [make_household(file_number=number) for number in ("2031-001", "2032-001")]
    for house in files:
        make_case_note(clients=[make_client(house)])
    page = browser.submit(browser.get("/case-notes/"), "Show these", {"household-words": "2032"})
    assert len(page.rows) == 1 and "2032-001" in page.rows[0][1]
    page = browser.submit(page, "Show these", {"household-words": str(files[0].id)})
    assert page.rows == []
    page = browser.get(f"/case-notes/?household={files[0].id}")
    page = browser.submit(page, "Show these", {"type": ""})
    assert len(page.rows) == 1 and "2031-001" in page.rows[0][1], "a link's row stays asked for"


def test_days_the_wrong_way_round_are_turned(browser):
    make_referral()
    page = browser.get("/referrals/?received_on=2199-01-01&received_on-to=1990-01-01&status=all")
    assert len(page.soup.select("tbody tr")) == 1 and "1 Jan 1990 – 1 Jan 2199" in page

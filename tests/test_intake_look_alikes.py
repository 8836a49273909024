"""Look-alikes at intake, in any alphabet, and families we know already (R-CLI-3)."""

import datetime

import pytest
from arriving import finish, go_on, row, to_consents, to_people, years_ago
from factories import make_client, make_consent

from models import Client, ConsentRecord, Draft, Household
from workflows import names, people, records

BORN = datetime.date(1988, 3, 9)


@pytest.fixture
def begun(browser):
    return browser.submit(browser.get("/intake/"), "Start")


def draft():
    return Draft.get(Draft.kind == "intake")


def test_one_name_in_several_alphabets_sounds_the_same():
    """R-CLI-3: Arabic, Cyrillic, Ethiopic, Devanagari and Latin."""
    written = ("محمد", "Мухаммед", "መሐመድ", "मोहम्मद", "Mohammed", "MOHAMED", "Muhammad")
    assert {names.skeleton(name) for name in written} == {"mhmd"}
    assert names.alike(("Olena", "Shevchenko"), ("Шевченко", "Олена"))
    assert names.alike(("فاطمة", "السيد"), ("Fatmah", "Elsayed"))
    assert not names.alike(("Ali", "Haddad"), ("Layla", "Haddadin"))
    assert names.skeleton("王伟") == "王伟", "what nobody can spell is compared as it is written"


@pytest.mark.parametrize(
    ("first", "last"),
    [("فاطمة", "السيد"), ("Фатима", "Эль-Сайед"), ("FATMA", "El Sayed"), ("Elsayed", "Fatima")],
)
def test_a_look_alike_in_another_alphabet_is_found_by_the_year_of_birth(app, first, last):
    """R-CLI-3: with the same year, and only then."""
    known = make_client(first_name="Fatima", last_name="El-Sayed", birth_date=BORN)
    assert people.similar(last, first, None, 1988) == [known]
    assert people.similar(last, first, None, 1989) == []


def test_a_look_alike_is_asked_about_and_can_be_somebody_else(browser, begun):
    """R-CLI-3: without script, on Continue; the answer is not asked for again."""
    known = make_client(first_name="Fatima", last_name="El-Sayed", birth_date=BORN, phone=None)
    page = to_people(browser, begun, first="فاطمة", last="السيد")
    page = browser.submit(page, "Continue", row(0, birth_date=BORN.isoformat()))
    assert page.heading == "People in the household" and "El-Sayed, Fatima" in page
    assert f"/clients/details/?id={known.id}" in page.links.values()
    page = browser.submit(page, "Continue")
    assert "Look at these and choose" in page, "no answer is no answer"
    page = browser.submit(page, "Continue", {"people-0-same": "Somebody else"})
    page = finish(browser, go_on(browser, page, "Needed today"))
    assert page.heading == "The intake is finished", page.text
    assert Client.select().count() == 2


def test_somebody_who_is_on_file_is_not_entered_twice(browser, begun):
    """R-CLI-3: "this is that person" goes on in their file."""
    known = make_client(first_name="Rima", last_name="Haddad", birth_date=BORN)
    page = browser.submit(begun, "Continue", first_name="Rima", last_name="Haddad")
    assert page.heading == "Who is at the desk" and "Haddad, Rima" in page
    page = browser.submit(page, "Continue", same=str(known.id))
    page = to_people_of(browser, page)
    assert page.soup.select_one("[name=people-0-birth_date]")["value"] == BORN.isoformat()
    page = finish(browser, go_on(browser, page, "Needed today"))
    assert page.heading == "The intake is finished", page.text
    assert Client.select().count() == 1 and Household.select().count() == 1
    assert known.household.file_number in page


def to_people_of(browser, page):
    """From the limits to the people, everything given."""
    boxes = [box["value"] for box in page.soup.select("[name=limits_explained]")]
    page = browser.submit(page, "Continue", limits_explained=boxes)
    page = browser.submit(page, "Continue", confidentiality="given", collection="given")
    return browser.submit(page, "Continue", case_type="general")


def test_a_phone_that_is_on_file_is_asked_about(browser, begun):
    """R-CLI-3"""
    make_client(first_name="Ann", last_name="Brown", phone="519-555-0133")
    page = browser.submit(to_people(browser, begun), "Continue", row(0, birth_date=years_ago(40)))
    page = browser.submit(page, "Continue")
    page = browser.submit(page, "Continue", phone="+1 (519) 555-0133")
    assert page.heading == "Reaching Rima Haddad" and "Brown, Ann" in page
    page = browser.submit(page, "Continue", same="Somebody else")
    assert page.heading == "Rima Haddad: level, school and work"


def test_somebody_saved_at_another_desk_meanwhile_is_noticed_at_the_end(browser, begun):
    """R-CLI-3: two desks, one family."""
    page = browser.submit(
        to_people(browser, begun), "Continue", row(0, birth_date=BORN.isoformat())
    )
    page = go_on(browser, page, "Needed today")
    make_client(first_name="Rima", last_name="Haddad", birth_date=BORN)
    page = finish(browser, page)
    assert page.heading == "Check your answers" and "came on file meanwhile" in page
    assert Client.select().count() == 1


def test_a_script_finds_look_alikes_while_somebody_types(browser, begun):
    """R-CLI-3: names travel in the body, never in the address."""
    known = make_client(first_name="Fatima", last_name="El-Sayed", birth_date=BORN)
    typed = row(3, first_name="Фатима", last_name="Elsayed", birth_date=BORN.isoformat())
    answer = browser.open(
        "/clients/look-alikes/?row=people-3-",
        "POST",
        data={"csrf_token": begun.token(), **typed},
        headers={"HX-Request": "true"},
    )
    text = answer.get_data(as_text=True)
    assert (
        answer.status_code == 200 and f'name="people-3-same" id="people-3-same-{known.id}"' in text
    )
    assert "<html" not in text


def test_a_file_that_was_closed_meanwhile_is_said_on_the_first_page(browser, begun):
    known = make_client(first_name="Rima", last_name="Haddad", birth_date=BORN)
    page = browser.submit(begun, "Continue", first_name="Rima", last_name="Haddad")
    page = browser.submit(page, "Continue", same=str(known.id))
    page = to_people_of(browser, page)
    house = Household.get_by_id(known.household_id)
    house.status, house.close_reason = "closed", "moved-away"
    records.save(house)
    page = browser.submit(page, "Continue", row(0, preferred_name="Rim"))
    assert page.heading == "Who is at the desk" and "is closed" in browser.get(page.path)
    assert draft().answers["people"]["people-0-preferred_name"] == ["Rim"]


def test_a_consent_taken_back_in_another_window_sends_back_to_it(browser, begun):
    """R-CON-1, R-CON-5"""
    known = make_client(first_name="Rima", last_name="Haddad", birth_date=BORN)
    consent = make_consent(known, type="collection-use")
    page = browser.submit(begun, "Continue", first_name="Rima", last_name="Haddad")
    page = to_people_of(browser, browser.submit(page, "Continue", same=str(known.id)))
    consent = ConsentRecord.get_by_id(consent.id)
    consent.state = "withdrawn"
    records.save(consent)
    page = browser.submit(page, "Continue")
    page = browser.get(page.path)
    assert page.heading == "Consent" and "took a consent back meanwhile" in page


def test_the_first_page_needs_no_birth_date_to_find_a_name(browser, begun):
    make_client(first_name="Rima", last_name="Haddad", birth_date=None)
    page = browser.submit(begun, "Continue", first_name="haddad", last_name="RIMA")
    assert page.heading == "Who is at the desk" and "Haddad, Rima" in page
    page = to_consents(browser, page, first="Rima", last="Haddad", same="Somebody else")
    assert page.heading == "Consent"

"""Records of a household's file: whose it is comes first, and only members can be named (R-CON-7)."""

import pytest
from case_factories import make_goal
from casework_factories import make_case_activity, make_case_note, make_correspondence
from factories import make_client, make_household

from models import CaseActivity, CaseNote, Client, Correspondence, Household, IncidentReport
from workflows import records


def test_the_person_is_chosen_by_name_and_the_household_follows(browser):
    """Without a script: typed, found, ticked; the name never stands in the address."""
    amal = make_client(first_name="Amal", last_name="Haddad")
    page = browser.get("/case-activities/new/")
    assert "Whose file is it?" in page and "(optional)" not in page.soup.main.get_text()
    page = browser.submit(page, "Find", {"client-query": "Haddad"})
    page = browser.submit(page, "Continue", {"client": str(amal.id)})
    assert page.path == f"/case-activities/new/?household={amal.household_id}&client={amal.id}"
    assert "Amal Haddad" in page
    page = browser.submit(page, "Save", topic="Housing", type="form-filling", minutes="30")
    row = CaseActivity.get()
    assert row.household_id == amal.household_id
    assert [c.id for c in row.clients] == [amal.id]


@pytest.mark.parametrize("make", [make_case_note, make_case_activity])
def test_nobody_of_another_household_is_named(app, make):
    """R-CON-7"""
    row, other = make(), make_client()
    with pytest.raises(records.Refused, match="of this household only"):
        records.save(row, {"clients": [other.id]})


@pytest.mark.parametrize(
    "make", [make_case_note, make_case_activity, make_correspondence, make_goal]
)
def test_nobody_is_moved_out_of_a_file_that_names_them(browser, make):
    """R-CON-7, R-NOTE-3: the note would name somebody of another file, and nobody could mend it."""
    client, other = make_client(), make_client()
    house = client.household
    page = browser.get(f"/clients/edit/?id={client.id}")
    row = make(
        **{"clients": [client]}
        if make in (make_case_note, make_case_activity)
        else {"client": client}
    )
    page = browser.submit(page, household=str(other.household_id))
    assert "begin an intake of their own" in page.text
    assert Client.get_by_id(client.id).household_id == house.id
    records.delete(row)
    client = Client.get_by_id(client.id)
    client.household = other.household
    records.save(client, confirmed=("similar-client",))


# ---- Consent was refused (R-CON-2) -----------------------------------------------------------------------------------------


def test_nobody_is_written_into_a_file_without_consent(browser):
    """R-CON-2: the page of the household and that of a new client keep to it as the intake does."""
    stub = make_household(status="consent-refused")
    page = browser.get(f"/households/edit/?id={stub.id}")
    page = browser.submit(page, "Save", address="9 Erie Street")
    assert "keeps its number and nothing else" in page
    assert Household.get_by_id(stub.id).address is None
    with pytest.raises(records.Refused, match="its number and nothing else"):
        make_client(stub)
    assert not Client.select().exists()


@pytest.mark.parametrize("model", [CaseNote, CaseActivity, Correspondence, IncidentReport])
def test_a_file_without_consent_takes_no_record(app, model):
    """R-CON-2"""
    stub = make_household(status="consent-refused")
    row = model(household=stub)
    assert any(
        "nothing else" in str(p.message) for p in records.problems(row) if p.field == "household"
    )


def test_a_file_with_people_in_it_is_not_called_refused(app):
    """R-CON-2: what was stored with a consent is kept, closed and disposed of."""
    file = make_client().household
    file.status = "consent-refused"
    with pytest.raises(records.Refused, match="There are people in this file"):
        records.save(file)


def test_a_list_says_who_is_in_each_file(browser):
    """Nobody calls a family by a number; two people tell it from others, and the list asks once for all of them."""
    home = make_household(file_number="2026-777")
    for name in ("Amal", "Bassam", "Celine"):
        make_client(home, first_name=name, last_name="Haddad")
    make_correspondence(client=Client.get(first_name="Celine"))
    for path in ("/households/", "/correspondence/"):
        words = " ".join(browser.get(path).soup.select_one("tbody tr").get_text(" ").split())
        assert "2026-777 Amal Haddad, Bassam Haddad, …" in words
    assert (
        "Amal Haddad, Bassam Haddad, Celine Haddad"
        in browser.get(f"/households/details/?id={home.id}").soup.select_one(".lead").get_text()
    )


def test_a_record_leads_to_its_file(browser):
    row = make_case_activity()
    page = browser.get(f"/case-activities/details/?id={row.id}")
    assert page.soup.select_one(f".lead a[href='/households/details/?id={row.household_id}']")

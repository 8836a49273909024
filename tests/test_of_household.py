"""Records of a household's file: whose it is comes first, and only members can be named (R-CON-7)."""

import pytest
from casework_factories import make_case_activity, make_case_note
from factories import make_client

from models import CaseActivity
from workflows import records


def test_the_person_is_chosen_by_name_and_the_household_follows(browser):
    """Without a script: typed, found, ticked; the name never stands in the address."""
    amal = make_client(first_name="Amal", last_name="Haddad")
    page = browser.get("/case-activities/new/")
    assert "Whose file is it?" in page
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

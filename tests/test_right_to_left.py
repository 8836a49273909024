"""A name in Arabic or Dari beside numbers and other words: nothing in the line is drawn back to front."""

import pytest
from case_factories import make_assessment, make_case
from casework_factories import make_case_note
from factories import make_client, make_referral, make_service

from forms.words import apart
from workflows import distribution

KEPT = "\u2068أحمد الحسيني\u2069"
LISTED = "\u2068الحسيني, أحمد\u2069"


@pytest.fixture
def client(app):
    return make_client(
        make_case(),
        first_name="أحمد",
        last_name="الحسيني",
        phone="519-555-0117",
        safe_to_call="yes",
    )


@pytest.mark.parametrize(
    "name", ["Rima Haddad", "Юлія Шевченко", "ሰላም ኪዳነ", "Zoé 👩‍👧", "", 7, None]
)
def test_what_is_written_from_left_to_right_stays_as_it_is(name):
    assert apart(name) is name


def test_several_lines_are_left_alone():
    assert apart("أحمد\nنرگس") == "أحمد\nنرگس"


def test_the_phone_number_after_an_arabic_name_is_read_the_right_way_in_an_email(client):
    """By Unicode's rules 519-555-0117 after an Arabic letter is drawn 0117-555-519."""
    letter = distribution.plan([make_referral(make_service(), client).id], "lead@agency.example")
    assert f"| {KEPT} | 519-555-0117 |" in letter.text
    assert "أحمد" not in letter.subject


def test_a_name_in_a_sentence_and_beside_a_number_keeps_to_itself(administrator_browser, client):
    row = make_referral(client=client)
    note, point = make_case_note(clients=[client]), make_assessment(client)
    for path, words in (
        (f"/clients/delete/?id={client.id}", f"Delete {KEPT}?"),
        (f"/referrals/outcome/?id={row.id}", f"What became of {LISTED}?"),
        (f"/case-notes/details/?id={note.id}", f"{client.household} · {KEPT}"),
        (f"/needs-assessments/details/?id={point.id}", f"{KEPT} · A1"),
    ):
        assert words in administrator_browser.get(path), path
    page = administrator_browser.get(f"/clients/details/?id={client.id}")
    assert page.heading == "أحمد الحسيني", "alone it needs nothing"


def test_nothing_of_it_is_stored_or_exported(administrator_browser, client):
    page = administrator_browser.get(f"/clients/edit/?id={client.id}")
    administrator_browser.submit(page, "Save")
    file = administrator_browser.open("/clients/export/csv/").get_data(as_text=True)
    assert "الحسيني" in file and "\u2068" not in file

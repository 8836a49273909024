"""What a record is called and how its values are written, in the language of the page."""

import datetime

import pytest
from casework_factories import make_case_note

from admin_views.showing import called, moment_text, text_of
from admin_views.words import unbroken
from forms import choices
from forms.formats import date_text
from forms.pickers import find_rows
from forms.wording import row_words
from models import CaseNote, ConsentRecord, ExportProfile, Extension, NeedsAssessment, language


@pytest.fixture
def french(app):
    spoken = language.set("fr")
    yield
    language.reset(spoken)


def test_a_record_is_called_by_its_day_and_never_by_a_stored_word(french):
    decided = Extension(decided_on=datetime.date(2026, 8, 7), decision="approved")
    assert called(decided) == "7 août 2026"
    assert (
        called(ConsentRecord(type="client-charter", given_on=decided.decided_on))
        == "Charte du client"
    )


def test_the_first_of_a_month_is_the_1er_in_french(french):
    assert date_text("2026-04-01") == "1er avr. 2026"
    assert date_text("2026-04-11") == "11 avr. 2026"
    assert moment_text(datetime.datetime(2026, 4, 1, 18)).startswith("1er avr. 2026")


def test_the_first_of_a_month_stays_a_number_in_english(app):
    assert date_text("2026-04-01") == "1 Apr 2026"


def test_an_index_has_a_comma_in_french(french):
    assert text_of(NeedsAssessment.need_index)("87.5") == "87,5"


def test_choices_stand_as_people_look_words_up(french):
    pairs = [(1, "Zone"), (2, "Étude"), (3, "emploi"), (4, "Vie")]
    assert [key for key, _words in choices.by_words(pairs)] == [3, 2, 4, 1]
    countries = [label for _slug, label in choices.terms("countries")]
    assert countries.index("Émirats arabes unis") < countries.index("France")
    assert countries[0] == "Afghanistan"


def test_a_dated_row_is_picked_by_its_words_and_its_day(french):
    note = make_case_note(type="intake", contact_on=datetime.date(2026, 8, 7))
    kind = choices.term_label("case-note-types", "intake")
    assert find_rows(CaseNote.select(), "7 août") == [(note.id, f"{kind} · 7 août 2026")]
    assert find_rows(CaseNote.select(), "8 août") == []
    assert row_words(CaseNote, note.id) == f"{kind} · 7 août 2026"
    assert row_words(CaseNote, note.id + 1) is None


def test_a_text_that_came_with_the_product_is_french_until_somebody_words_it(french):
    profile = ExportProfile.get()
    assert called(profile) == "Relevé de services"
    profile.name = "Our own"
    assert called(profile) == "Our own"


def test_a_file_number_in_a_heading_does_not_break(app):
    whole = '<a href="/2026-101">Plan of <span class="unbroken">2026-101</span></a>'
    assert unbroken('<a href="/2026-101">Plan of 2026-101</a>') == whole
    assert unbroken("2026-08-07") == "2026-08-07"

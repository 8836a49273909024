"""What a record is called and how its values are written, in the language of the page."""

import datetime

import pytest

from admin_views.showing import called, moment_text, text_of
from forms.formats import date_text
from models import ConsentRecord, Extension, NeedsAssessment, language


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

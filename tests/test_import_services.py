"""Imports of services and activities: rows name their own program, also a partner's, and their keywords (R-SA-5)."""

import pytest
from factories import (
    keywords_of,
    make_keyword,
    make_location,
    make_organization,
    make_program,
    make_service,
)
from test_imports import as_csv, reading

from models import ServiceActivity
from workflows import imports

HEADINGS = ["Name", "Program", "Location", "Keywords"]


@pytest.fixture(autouse=True)
def page(app):
    """The screens make addresses for their own pages."""
    with app.test_request_context("/service-activities/"):
        yield


def names_of(service):
    return sorted(keyword.label_en for keyword in service.keywords)


def bring(app, *row):
    """The lines of a file with this one row, imported."""
    return imports.run(reading(app, ServiceActivity, as_csv(HEADINGS, row)))


def test_a_new_service_of_a_partner_comes_with_its_keywords(app):
    partner = make_organization()
    program, location = make_program(partner), make_location(partner)
    first, second = keywords_of(program.area_of_focus)[:2]
    (line,) = bring(app, "Tea and talk", program.name, location.name, first.label_en)
    assert line.state == imports.NEW, line.text
    made = ServiceActivity.get(ServiceActivity.name == "Tea and talk")
    assert made.program == program and names_of(made) == [first.label_en]
    (line,) = bring(app, "Tea and talk", program.name, location.name, second.label_en)
    assert line.state == imports.CHANGED, line.text
    assert names_of(made) == [second.label_en]


def test_an_answer_to_a_question_that_is_not_connected_is_kept_from_a_file(app):
    """R-SA-13"""
    service = make_service()
    headings = ["UUID", "Other keywords", "Minimum months in Canada"]
    content = as_csv(headings, [service.uuid, "pottery", "6"])
    (line,) = imports.run(reading(app, ServiceActivity, content))
    assert line.state == imports.CHANGED, line.text
    stored = ServiceActivity.get_by_id(service.id)
    assert (stored.other_keywords, stored.min_months_in_canada) == ("pottery", 6)


def test_a_keyword_of_another_area_is_refused_in_a_file_too(app):
    """R-SA-5"""
    program = make_program()
    location = make_location(program.organization)
    elsewhere = make_keyword()
    content = as_csv(HEADINGS, ["Tea and talk", program.name, location.name, elsewhere.label_en])
    (line,) = imports.preview(reading(app, ServiceActivity, content))
    assert line.state == imports.WRONG and elsewhere.label_en in line.text

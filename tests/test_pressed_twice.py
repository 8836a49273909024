"""Buttons pressed twice, on a slow machine or after going back: what was asked for happens once."""

import io
import threading

import pytest
from browser import Browser
from factories import make_client, make_staff
from test_activities import line

from models import Appointment, CapacityBuildingActivity, CaseActivity

ROW = "2026-05-04,Training for partners,P{},Know each other,60,Ann\n"


@pytest.fixture
def preview(administrator_browser):
    """The last page of an import whose rows have no name to be found by, before its button is pressed."""
    make_staff(name="Ann")
    headings = "Date,Type,Partners,Objective,Minutes,Staff member\n"
    content = headings + "".join(map(ROW.format, range(40)))
    first = administrator_browser.get("/capacity-building-activities/import/")
    page = administrator_browser.submit(
        first, "Continue", file=(io.BytesIO(content.encode()), "a.csv")
    )
    return administrator_browser.submit(page, "Continue")


def press_at_once(app, browser, page, data):
    """Send one form from three tabs at the same moment; returns the statuses."""
    go, got = threading.Barrier(3), []

    def press(tab):
        go.wait()
        got.append(tab.open(page.path, "POST", data=data).status_code)

    tabs = [Browser(app, browser.cookies()) for _tab in range(3)]
    threads = [threading.Thread(target=press, args=(tab,)) for tab in tabs]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return got


def test_a_file_is_imported_once_however_often_its_button_is_pressed(
    app, administrator_browser, preview
):
    data = {"csrf_token": preview.token()}
    assert press_at_once(app, administrator_browser, preview, data) == [302] * 3
    assert CapacityBuildingActivity.select().count() == 40


def test_going_back_to_an_import_that_is_done_says_so(administrator_browser, preview):
    administrator_browser.submit(preview, "Import: 40")
    again = administrator_browser.submit(preview, "Import: 40")
    assert "no longer waiting" in again.notices[0]
    assert CapacityBuildingActivity.select().count() == 40


def test_an_import_survives_signing_in_again(administrator_browser):
    """The address of the file and the one of what was typed must not be taken for each other."""
    first = administrator_browser.get("/staff/import/")
    file = (io.BytesIO(b"Name\nAnn\n"), "a.csv")
    page = administrator_browser.submit(first, "Continue", file=file)
    data = {"csrf_token": "of yesterday", "column-0": "name"}
    kept = administrator_browser.open(page.path, "POST", data=data).headers["Location"]
    assert administrator_browser.get(kept).heading == "Which column is which?"


def test_the_mistakes_of_a_file_that_was_not_looked_at_yet_lead_to_its_columns(
    administrator_browser,
):
    first = administrator_browser.get("/staff/import/")
    page = administrator_browser.submit(
        first, "Continue", file=(io.BytesIO(b"Name\nAnn\n"), "a.csv")
    )
    again = administrator_browser.get(page.path.replace("/match/", "/wrong.csv"))
    assert again.heading == "Which column is which?"


@pytest.fixture
def filled(browser):
    """The form of a new appointment with its answers."""
    client = make_client()
    page = browser.get(f"/appointments/new/?client={client.id}")
    form = page.form_for({"about": ""})
    return page, {**dict(form.values()), "about": "Bring the card"}


def test_a_new_record_is_made_once_however_often_its_button_is_pressed(app, browser, filled):
    page, data = filled
    assert press_at_once(app, browser, page, data) == [302] * 3
    assert Appointment.select().count() == 1


def test_a_second_press_leads_to_the_record_that_the_first_one_made(browser, filled):
    page, _data = filled
    first = browser.submit(page, about="Bring the card")
    second = browser.submit(page, about="Bring the card")
    assert first.path == second.path


def test_going_back_and_changing_an_answer_makes_another_record(browser, filled):
    page, _data = filled
    browser.submit(page, about="Bring the card")
    browser.submit(page, about="Bring the letter")
    assert Appointment.select().count() == 2


def test_the_same_answers_on_a_new_page_make_another_record(browser, filled):
    page, _data = filled
    browser.submit(page, about="Bring the card")
    browser.submit(browser.get(page.path), about="Bring the card")
    assert Appointment.select().count() == 2


def test_a_days_work_is_recorded_once_however_often_its_button_is_pressed(browser):
    page = browser.get("/case-activities/day/")
    answers = {**line(1, make_client(), 30), **line(2, make_client(), 45)}
    for _press in "12":
        again = browser.submit(page, "Save the day", answers)
        assert again.notices == ["2 activities are recorded: 75 minutes."]
    assert CaseActivity.select().count() == 2

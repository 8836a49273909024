"""What keeps a file from being disposed of, and what its page says (R-RET)."""

import datetime

import pytest
from casework_factories import (
    make_appointment,
    make_breach,
    make_case_activity,
    make_case_note,
    make_incident,
)
from disposals import age, exists, log, old_file, page_of, words_of
from factories import (
    make_attachment,
    make_client,
    make_outbox_message,
    make_referral,
    make_staff,
)

import models
from models import (
    Disposal,
    Household,
)
from workflows import disposal, records, settings
from workflows.business_days import years_later

# ---- What keeps a file (bad input) ---------------------------------------------------------------------------------------


def refused(browser, household, words):
    """The page says why, offers no button, and a posted confirmation changes nothing."""
    page = page_of(browser, household)
    assert words in page and not page.soup.select("#read")
    data = {"csrf_token": page.token(), "id": household.id, "read": "yes"}
    page = browser.post("/retention/confirm/", data)
    assert any(words in said for said in words_of(page))
    assert exists(household) and not Disposal.select().exists()


def test_one_day_early_says_from_which_day(desks):
    """R-RET-1: never before."""
    household = old_file(days=-1)
    first = years_later(household.last_entry_on, 7)
    refused(desks[0], household, "not before. Nothing was changed.")
    assert str(first.day) in words_of(page_of(desks[0], household))[0]
    page = desks[0].get("/retention/")
    soon = page.soup.find("h2", string="Within the next 90 days").parent
    assert household.file_number in soon.get_text()


def test_on_the_very_day_it_may_go(desks, clock):
    """R-RET-1: no file becomes seven years old on 29 February, so the day is a fixed one."""
    clock.set("2026-05-13T15:00")
    assert disposal.problems(old_file(days=0)) == []


def test_a_file_under_legal_hold_stays(desks):
    """R-RET-2"""
    household = old_file(legal_hold=True, legal_hold_reason="Asked for by the court")
    refused(desks[0], household, "under legal hold (Asked for by the court)")
    held = desks[0].get("/retention/").soup.find("h2", string="Under legal hold").parent
    assert "Asked for by the court" in held.get_text()


@pytest.mark.parametrize("kind", ["case-notes", "case-activities", "attachments", "appointments"])
def test_a_file_under_legal_hold_is_not_emptied_record_by_record(administrator_browser, kind):
    """R-RET-2"""
    client = make_client()
    note = make_case_note(clients=[client])
    rows = {
        "case-notes": note,
        "case-activities": make_case_activity(clients=[client]),
        "attachments": make_attachment(owner_table="case_note", owner_id=note.id),
        "appointments": make_appointment(client=client),
    }
    house, row = client.household, rows[kind]
    house.legal_hold, house.legal_hold_reason = True, "Court file 12"
    records.save(house)
    ask = f"/{kind}/delete/?id={row.id}"
    page = administrator_browser.submit(administrator_browser.get(ask), "Yes, delete")
    assert "Nothing in it is deleted until the hold is taken off." in page.text
    assert type(row).get_or_none(type(row).id == row.id)
    house.legal_hold = False
    records.save(house)
    administrator_browser.submit(administrator_browser.get(ask), "Yes, delete")
    assert type(row).get_or_none(type(row).id == row.id) is None


def test_an_open_case_stays(desks):
    """R-RET-2"""
    household = old_file(status="on-hold")
    refused(desks[0], household, "This case is not closed.")


def test_a_breach_record_stays_for_its_own_time(desks):
    """R-INC-3, R-RET-2"""
    household = old_file()
    settings.change("breach_record_years", 9)
    when = datetime.datetime.combine(household.last_entry_on, datetime.time(15))
    incident = make_incident(
        household=household,
        occurred_at=when,
        shift_ended_at=when + datetime.timedelta(hours=2),
    )
    make_breach(incident=incident, discovered_at=when)
    models.IncidentReport.update(submitted_at=when, supervisor_review_on=None).execute()
    models.PrivacyBreach.update(
        regulator_told_on=None, people_told_on=None, closed_on=None
    ).execute()
    refused(desks[0], household, "A privacy breach record in this file must be kept until")


def test_a_message_on_its_way_is_waited_for(desks):
    """R-RET-2"""
    household = old_file()
    referral = make_referral(client=make_client(household))
    age(models.Referral, "received_on", referral.id)
    log(referral, make_outbox_message())
    assert disposal.problems(household) == [
        "A message about this file waits to be sent. Wait for it, or cancel it."
    ]


# ---- On the page of the file ---------------------------------------------------------------------------------------------


def test_the_page_of_a_closed_file_says_from_which_day_it_may_go_and_why(desks, browser):
    """R-RET-1, R-RET-2: the day and the reason for everybody, the way to it for those who may confirm."""
    household = old_file()
    page = desks[0].get(f"/households/details/?id={household.id}")
    assert "This file may be disposed of since" in page
    assert "files are kept for 7 years after it" in page
    assert page.links["Disposing of this file"].endswith(f"/retention/file/?id={household.id}")
    make_staff(name="Nobody Special", role="settlement-worker")
    browser.submit(browser.get("/who"), answers={"name": "Nobody Special"})
    page = browser.get(f"/households/details/?id={household.id}")
    assert "This file may be disposed of since" in page
    assert "Disposing of this file" not in page.links


def test_the_page_of_a_file_that_is_not_due_says_until_when_it_is_kept(desks):
    """R-RET-1: and what keeps it longer than that."""
    household = old_file()
    last = settings.today() - datetime.timedelta(days=30)
    held = {"legal_hold": True, "legal_hold_reason": "A court asked"}
    Household.update(close_date=last, last_entry_on=last, **held).where(
        Household.id == household.id
    ).execute()
    page = desks[0].get(f"/households/details/?id={household.id}")
    assert (
        "may be disposed of from that day on" in page and "under legal hold (A court asked)" in page
    )
    Household.update(status="open", close_date=None).where(Household.id == household.id).execute()
    page = desks[0].get(f"/households/details/?id={household.id}")
    assert "may be disposed of" not in page and "How long the file is kept" not in page

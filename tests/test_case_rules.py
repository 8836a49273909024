"""When a case may open, how long it runs, how it closes; extensions, reviews, alerts (R-CON-4, R-CON-7, R-ASM-7, R-ASM-9, R-SCO-3)."""

import datetime

import pytest
from case_factories import (
    make_assessment,
    make_case,
    make_extension,
    make_goal,
    make_intake,
    make_need_alert,
    make_plan,
    make_plan_review,
)
from factories import make_client, make_consent, make_staff
from prepare import ADMINISTRATOR

from models import Attachment, ConsentRecord, Extension, Household, PlanReview
from workflows import case_rules, records, settings
from workflows.business_days import ONE_DAY, add_months


def refused(save, *arguments, **values):
    """The fields that a save is refused for."""
    with pytest.raises(records.Refused) as error:
        save(*arguments, **values)
    return {problem.field for problem in error.value.problems}


def signed_charter(client, with_scan=True):
    consent = make_consent(client, type="client-charter", staff_signer_name="Amina")
    if with_scan:
        Attachment.create(
            kind="signed-form",
            owner_table="consent_record",
            owner_id=consent.id,
            name="charter.pdf",
            media_type="application/pdf",
            size=4,
            hash="0" * 64,
            content=b"%PDF",
        )
    return consent


def open_case(**values):
    """A case that was opened by the rules: charter on file, worker without conflict."""
    client = make_client(household=make_case(**values))
    signed_charter(client)
    case = Household.get_by_id(client.household_id)
    case.primary_worker, case.no_conflict_declared, case.status = make_staff(), True, "open"
    records.save(case)
    return Household.get_by_id(case.id)


def test_a_case_opens_only_with_charter_worker_and_no_conflict_r_con_4(app):
    case = make_case()
    case.status = "open"
    assert refused(records.save, case) == {"status", "primary_worker", "no_conflict_declared"}
    assert open_case().status == "open"


def test_a_charter_without_its_scan_does_not_open_a_case_r_con_4(app):
    client = make_client(household=make_case())
    signed_charter(client, with_scan=False)
    case = client.household
    case.primary_worker, case.no_conflict_declared, case.status = make_staff(), True, "open"
    assert refused(records.save, case) == {"status"}


def test_a_new_main_worker_declares_no_conflict_too_r_con_4(app):
    case = open_case()
    case.primary_worker = make_staff()
    assert refused(records.save, case) == {"no_conflict_declared"}
    records.save(case, confirmed=[case_rules.NEW_WORKER])


def test_a_referral_contact_needs_no_charter(app):
    assert make_client().household.status == "open"


def test_the_first_day_is_the_day_of_intake_and_the_end_twelve_months_later(app):
    client = make_client()
    day = add_months(settings.today(), -2)
    make_intake(household=client.household, intake_date=day)
    house = Household.get_by_id(client.household_id)
    house.case_type, house.status = "intensive", "intake"
    records.save(house)
    assert house.anchor_date == day and house.planned_end == add_months(day, 12) - ONE_DAY


def test_an_intensive_case_has_a_first_day(app):
    assert refused(make_case, anchor_date=None) == {"anchor_date"}


@pytest.mark.parametrize(
    ("months", "field"), [(12, None), (13, "planned_end"), (25, "planned_end")]
)
def test_a_case_runs_twelve_months_without_an_extension_r_asm_7(app, months, field):
    start = add_months(settings.today(), -6)
    end = add_months(start, months) - ONE_DAY
    if field:
        assert refused(make_case, anchor_date=start, planned_end=end) == {field}
    else:
        assert make_case(anchor_date=start, planned_end=end).planned_end == end


def test_moving_the_first_day_needs_a_reason_and_moves_the_end(app):
    case = make_case()
    case.anchor_date += ONE_DAY
    assert refused(records.save, case) == {"anchor_date"}
    records.save(case, reason="The arrival was a day later.")
    assert case.planned_end == add_months(case.anchor_date, 12) - ONE_DAY


def test_closing_and_a_legal_hold_say_why(app):
    case = make_case()
    case.status, case.legal_hold = "closed", True
    assert refused(records.save, case) == {"close_reason", "legal_hold_reason"}
    case.close_reason, case.legal_hold_reason = "moved", "A court asked for it."
    records.save(case)
    assert case.close_date == settings.today()


def test_an_approved_extension_moves_the_case_and_its_end_r_asm_7(app):
    case = open_case()
    end = add_months(case.anchor_date, 24) - ONE_DAY
    make_extension(household=case, decision="approved", new_end=end)
    case = Household.get_by_id(case.id)
    assert (case.status, case.planned_end) == ("extended", end)


@pytest.mark.parametrize(
    ("values", "field"),
    [
        ({"months": 24, "days": 1}, "new_end"),
        ({"months": 12, "days": 0}, "new_end"),
        ({"months": None, "days": 0}, "new_end"),
    ],
)
def test_an_extension_ends_within_its_limits_r_asm_7(app, values, field):
    case = open_case()
    end = values["months"] and add_months(case.anchor_date, values["months"]) - ONE_DAY
    end = end and end + ONE_DAY * values["days"]
    assert refused(make_extension, household=case, decision="approved", new_end=end) == {field}


def test_only_a_supervisor_decides_and_a_refusal_has_no_end_r_asm_7(app):
    case = open_case()
    worker = make_staff(role="settlement-worker")
    found = refused(make_extension, household=case, decided_by=worker, new_end=settings.today())
    assert found == {"decided_by", "new_end"}
    make_extension(household=case)
    assert Household.get_by_id(case.id).status == "open"


def test_an_open_case_keeps_the_charter_it_is_open_with_r_con_4(administrator_browser):
    case = open_case()
    charter = ConsentRecord.get(ConsentRecord.type == "client-charter")
    scan = Attachment.get(Attachment.owner_id == charter.id)
    for path in (f"/consent-records/delete/?id={charter.id}", f"/attachments/delete/?id={scan.id}"):
        page = administrator_browser.submit(administrator_browser.get(path), "Yes, delete")
        assert "Record the new one, with its scan, first." in page.text
    case.status, case.close_reason = "closed", "moved"
    records.save(case)
    path = f"/consent-records/delete/?id={charter.id}"
    administrator_browser.submit(administrator_browser.get(path), "Yes, delete")
    assert not Attachment.select().exists()


def test_who_works_here_no_more_decides_nothing_new_r_asm_7(app):
    case, chief = open_case(), make_staff(role="supervisor")
    row = make_extension(household=case, decided_by=chief)
    chief.is_active = False
    records.save(chief)
    assert refused(make_extension, household=case, decided_by=chief) == {"decided_by"}
    row.because = "Housing is settled."
    records.save(row)


def test_the_decision_an_extended_case_runs_by_is_kept_r_asm_7(administrator_browser):
    case = open_case()
    end = add_months(case.anchor_date, 24) - ONE_DAY
    row = make_extension(household=case, decision="approved", new_end=end)
    ask = f"/extensions/delete/?id={row.id}"
    page = administrator_browser.submit(administrator_browser.get(ask), "Yes, delete")
    assert "Set the end of the case back first." in page.text
    case = Household.get_by_id(case.id)
    case.status, case.planned_end = "open", add_months(case.anchor_date, 12) - ONE_DAY
    records.save(case)
    administrator_browser.submit(administrator_browser.get(ask), "Yes, delete")
    assert not Extension.select().exists()


def test_recording_a_decision_asks_for_the_administrator_passphrase_r_asm_7(app, browser):
    row = make_extension()
    assert browser.get(f"/extensions/details/?id={row.id}").heading
    page = browser.get("/extensions/new/")
    assert page.path.startswith("/administrator")
    page = browser.submit(page, passphrase=ADMINISTRATOR)
    assert page.path.startswith("/extensions/new/")


def test_reviews_are_worked_out_every_three_months_and_stored_when_done_r_asm_9(app):
    case = make_case(anchor_date=datetime.date(2025, 1, 6))
    assert [day.isoformat() for day, _row in case_rules.reviews(case)] == [
        "2025-04-06",
        "2025-07-06",
        "2025-10-06",
        "2026-01-06",
    ]
    assert not PlanReview.select().exists()
    row = make_plan_review(household=case, due_on=datetime.date(2025, 4, 6))
    assert case_rules.reviews(case)[0] == (datetime.date(2025, 4, 6), row)
    assert refused(make_plan_review, household=case, done_on=None) == {"done_on"}


def test_the_household_page_offers_the_reviews_that_are_due(browser):
    case = make_case(anchor_date=datetime.date(2025, 1, 6))
    page = browser.get(f"/households/details/?id={case.id}")
    form = browser.follow(page, "Record this review")
    assert form.soup.select_one("input[name=due_on]")["value"] == "2025-04-06"


def test_an_alert_is_done_with_what_was_done_r_sco_3(app):
    alert = make_need_alert()
    alert.done_on = settings.today()
    assert refused(records.save, alert) == {"what_was_done"}
    alert.what_was_done = "Went to the clinic together."
    records.save(alert)


def test_a_goal_is_of_somebody_in_the_household_r_con_7(app):
    assert refused(make_goal, make_client(), plan=make_plan()) == {"client"}


def test_a_need_of_today_is_acted_on(app):
    assert refused(make_intake, urgent_needs=["food"]) == {"immediate_actions"}


def test_a_person_has_each_point_once_unless_it_is_void(app):
    first = make_assessment()
    assert refused(make_assessment, first.client) == {"point"}
    first.state, first.void_reason = "void", "The wrong person."
    records.save(first)
    make_assessment(first.client)


def test_the_form_asks_why_the_first_day_moves(browser):
    case = make_case()
    page = browser.get(f"/households/edit/?id={case.id}")
    later = (case.anchor_date + ONE_DAY).isoformat()
    page = browser.submit(page, anchor_date=later)
    assert "Say below why" in page.text
    browser.submit(page, reason="The arrival was a day later.")
    assert Household.get_by_id(case.id).anchor_date.isoformat() == later

"""Papers before a case, trainings, and the history of main workers (2.20, R-STAFF-1)."""

import datetime
import io
import runpy
from pathlib import Path

import pytest
from case_factories import make_case
from casework_factories import make_training
from factories import make_client, make_household, make_staff, save
from scans import pdf
from test_case_rules import open_case, signed_charter
from test_home import tasks

import models
from models import Attachment, AuditLog, CaseAssignment, Household, Staff, TrainingRecord
from workflows import case_rules, households, records, settings, team
from workflows.business_days import add_months

UP = Path(__file__).resolve().parent.parent / "migrations" / "0015_assignments.py"
DAY = datetime.timedelta(days=1)


def refusal(record, **options):
    with pytest.raises(records.Refused) as error:
        records.save(record, **options)
    return " ".join(str(problem.message) for problem in error.value.problems)


def without_check(**values):
    return make_staff(is_checked=False, **values)


def history(household):
    rows = CaseAssignment.select().where(CaseAssignment.household == household.id)
    return [(row.staff.name, row.ended_on) for row in rows.order_by(CaseAssignment.id)]


# ---- R-STAFF-1 ----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "missing, words",
    [
        ({"role": None}, "the role"),
        ({"work_phone": None}, "the work phone"),
        ({"confidentiality_signed_on": None}, "the signed confidentiality form"),
    ],
)
def test_a_case_goes_to_nobody_without_role_phone_and_form(app, missing, words):
    """R-STAFF-1: one sentence names exactly what is missing."""
    case, staff = open_case(), make_staff(**missing)
    case.primary_worker = staff
    said = refusal(case, confirmed=[case_rules.NEW_WORKER])
    assert f"{staff.name} cannot look after a case yet. Missing: {words}." in said


def test_a_case_goes_to_nobody_whose_sector_check_is_missing_or_has_run_out(app):
    """R-STAFF-1"""
    case, staff = open_case(), without_check()
    case.primary_worker = staff
    assert "sector police check" in refusal(case, confirmed=[case_rules.NEW_WORKER])
    yesterday = settings.today() - DAY
    check = {"staff": staff, "type": team.SECTOR_CHECK, "done_on": yesterday - DAY}
    row = make_training(**check, expires_on=yesterday)
    assert "sector police check" in refusal(case, confirmed=[case_rules.NEW_WORKER])
    row.expires_on = settings.today()
    records.save(row)
    records.save(case, confirmed=[case_rules.NEW_WORKER])
    assert Household.get_by_id(case.id).primary_worker == staff


def test_an_intake_under_way_names_nobody_without_papers(app):
    """R-STAFF-1: whoever is named is taken for the main worker; what the file says besides can be changed."""
    case = make_case()
    case.primary_worker = without_check()
    assert "sector police check" in refusal(case)
    assert CaseAssignment.select().count() == 0
    portal = make_household(case_type="portal-only", primary_worker=case.primary_worker)
    portal.case_type = "general"
    assert "sector police check" in refusal(portal)


def test_a_case_does_not_open_with_a_worker_whose_papers_ran_out_and_says_so_meanwhile(app):
    """R-STAFF-1: while the intake is under way the file names what is missing."""
    client, staff = make_client(household=make_case()), make_staff()
    signed_charter(client)
    case = client.household
    case.primary_worker, case.no_conflict_declared = staff, True
    records.save(case)
    TrainingRecord.delete().where(TrainingRecord.staff == staff.id).execute()
    case.city = "Kingsville"
    records.save(case)
    [(words, _label, href)] = households.keeps_closed(case)
    assert "sector police check" in words and href == f"/staff/details/?id={staff.id}"
    case.status = "open"
    assert "sector police check" in refusal(case)


def test_what_runs_out_later_does_not_lock_the_file(app):
    """R-STAFF-1 looks at the assignment, so an address can still be changed."""
    case = open_case()
    TrainingRecord.delete().execute()
    case.city = "Kingsville"
    records.save(case)
    assert Household.get_by_id(case.id).city == "Kingsville"


def test_the_household_form_says_what_the_worker_lacks(browser):
    """R-STAFF-1, on screen."""
    case, staff = open_case(), make_staff(name="Lee Without", work_phone=None)
    page = browser.get(f"/households/edit/?id={case.id}")
    page = browser.submit(page, "Save", primary_worker=staff.name)
    assert any("Missing: the work phone" in line for line in page.errors)
    assert Household.get_by_id(case.id).primary_worker != staff


# ---- Trainings ----------------------------------------------------------------------------------------------------------


def fully_trained(**values):
    staff = without_check(**values)
    for slug in team.mandatory():
        make_training(staff=staff, type=slug)
    return staff


def test_a_yearly_training_counts_for_twelve_months(app):
    """R-STAFF-1: annual-day is repeated; the record says until when it is valid."""
    staff, today = fully_trained(), settings.today()
    row = TrainingRecord.get(TrainingRecord.staff == staff, TrainingRecord.type == "annual-day")
    assert row.expires_on == add_months(today, 12)
    assert staff not in team.without_training(today)
    assert staff not in team.without_training(add_months(today, 12))
    assert staff in team.without_training(add_months(today, 12) + DAY)


def test_what_was_never_done_is_missing_whoever_else_did_it(app):
    """R-STAFF-1"""
    trained, staff = fully_trained(), make_staff()
    missing = [one.slug for one in team.trainings(staff) if not one.is_valid]
    assert missing == [slug for slug in team.mandatory() if slug != team.SECTOR_CHECK]
    assert all(one.is_valid for one in team.trainings(trained))


def test_only_case_workers_who_work_here_are_counted(app):
    """R-STAFF-1"""
    today = settings.today()
    before = team.without_training(today).count()
    make_staff(role="reception"), make_staff(is_active=False)
    assert team.without_training(today).count() == before
    make_staff()
    assert team.without_training(today).count() == before + 1


WORDS = "with training missing or expired"


def test_home_tells_who_supervises_how_many_lack_a_training(administrator_browser):
    """R-STAFF-1: a number that leads to the list; nobody else is told."""
    staff = make_staff(name="Untrained Person")
    home = administrator_browser.get("/")
    assert not any(WORDS in words for words in tasks(home))
    me = Staff.get(Staff.name == "Test Worker")
    me.role = "supervisor"
    records.save(me)
    found = tasks(administrator_browser.get("/"))
    [(number, href)] = [pair for words, pair in found.items() if WORDS in words]
    assert int(number) == team.without_training(settings.today()).count()
    assert staff.name in administrator_browser.get(href)


def test_the_page_of_a_worker_shows_what_is_missing_and_leads_to_recording_it(
    administrator_browser,
):
    """R-STAFF-1, 2.20: trainings, papers, cases; the proof is kept with the training."""
    staff = without_check()
    page = administrator_browser.get(f"/staff/details/?id={staff.id}")
    assert "No case can be assigned yet" in page
    lines = {row[0]: row[1] for row in page.rows}
    assert lines["Vulnerable sector police check"] == "Missing"
    href = next(
        a["href"]
        for a in page.soup.select("tbody a")
        if "type=vulnerable-sector-check" in a["href"]
    )
    page = administrator_browser.submit(administrator_browser.get(href), "Save")
    assert "Vulnerable sector police check" in page.heading and "Proof of training" in page
    scan = {"file": (io.BytesIO(pdf()), "check.pdf")}
    assert "check.pdf" in administrator_browser.submit(page, "Add this file", scan)
    assert Attachment.get().kind == "training-proof"
    page = administrator_browser.get(f"/staff/details/?id={staff.id}")
    assert "No case can be assigned yet" not in page


@pytest.mark.parametrize(
    "values, field",
    [
        ({"done_on": DAY}, "done_on"),
        ({"done_on": -DAY, "expires_on": -2 * DAY}, "expires_on"),
    ],
)
def test_a_training_was_done_and_lasts(app, values, field):
    """2.20"""
    days = {name: settings.today() + delta for name, delta in values.items()}
    with pytest.raises(records.Refused) as error:
        make_training(**days)
    assert [problem.field for problem in error.value.problems] == [field]


# ---- The history of main workers ------------------------------------------------------------------------------------------


def test_a_new_main_worker_ends_the_assignment_and_begins_the_next(app):
    """2.20: in one save, with an audit row each; the reason is kept."""
    house, first, second = make_household(), make_staff(), make_staff()
    house.primary_worker = first
    save(house)
    assert history(house) == [(first.name, None)]
    house = Household.get_by_id(house.id)
    house.primary_worker, house.no_conflict_declared = second, True
    records.save(house, reason="First one moved away")
    assert history(house) == [(first.name, settings.today()), (second.name, None)]
    row = CaseAssignment.get(CaseAssignment.staff == second)
    assert (row.reason, row.no_conflict_declared) == ("First one moved away", True)
    logged = AuditLog.select().where(AuditLog.entity == "case_assignment")
    assert [entry.action for entry in logged.order_by(AuditLog.id)] == [
        "create",
        "update",
        "create",
    ]


def test_the_assignment_ends_with_the_case_and_begins_again_with_it(app):
    """2.20"""
    house = open_case()
    name, closed = house.primary_worker.name, settings.today() - DAY
    CaseAssignment.update(started_on=closed - 9 * DAY).execute()
    house.status, house.close_date, house.close_reason = "closed", closed, "self-sufficient"
    save(house)
    assert history(house) == [(name, closed)]
    house = Household.get_by_id(house.id)
    house.status, house.close_date, house.close_reason = "open", None, None
    save(house)
    assert history(house) == [(name, closed), (name, None)]


def test_a_declaration_recorded_later_is_the_assignments_too(app):
    """2.20"""
    house = make_household(primary_worker=make_staff())
    assert not CaseAssignment.get().no_conflict_declared
    house.no_conflict_declared = True
    save(house)
    assert CaseAssignment.get().no_conflict_declared


def test_the_history_stands_on_the_page_of_the_household_and_is_not_begun_by_hand(browser):
    """2.20"""
    staff = make_staff(name="Ida Berg")
    house = make_household(primary_worker=staff)
    page = browser.get(f"/households/details/?id={house.id}")
    assert [row[2] for row in page.rows if row[0] == "Ida Berg"] == ["now"]
    row = CaseAssignment(household=house, staff=make_staff(), started_on=settings.today())
    assert "Change the main worker" in refusal(row)
    assert browser.get("/case-assignments/new/").heading == "Whose cases move?"


def test_cases_from_before_the_history_begin_with_the_worker_of_now(app):
    """2.20: a running case since its first day, a closed one not at all."""
    began, staff = add_months(settings.today(), -6), make_staff()
    running = make_case(primary_worker=staff, anchor_date=began)
    closed = make_household(primary_worker=staff)
    Household.update(status="closed").where(Household.id == closed.id).execute()
    CaseAssignment.delete().execute()
    for _time in range(2):
        runpy.run_path(str(UP))["up"](None, models.database)
    [row] = CaseAssignment.select()
    assert (row.household, row.staff, row.started_on, row.ended_on) == (running, staff, began, None)
    save(Household.get_by_id(running.id))
    assert CaseAssignment.select().count() == 1


def test_nobody_leaves_with_cases(administrator_browser):
    """2.20: the sentence and the way to move them; without cases it works."""
    staff = make_staff()
    make_household(primary_worker=staff)
    page = administrator_browser.get(f"/staff/edit/?id={staff.id}")
    refused = administrator_browser.submit(page, "Save", is_active=False)
    assert any("main worker of a case" in line for line in refused.errors)
    assert f"/caseload/move/?from={staff.id}" in refused.links.values()
    Household.update(primary_worker=None).execute()
    administrator_browser.submit(page, "Save", is_active=False)
    assert not Staff.get_by_id(staff.id).is_active


def test_facts_about_staff_are_plausible(app):
    """2.20"""
    staff = make_staff()
    staff.max_clients, staff.supervisor = 0, staff
    staff.confidentiality_signed_on = settings.today() + DAY
    with pytest.raises(records.Refused) as error:
        records.save(staff)
    fields = {problem.field for problem in error.value.problems}
    assert fields == {"max_clients", "supervisor", "confidentiality_signed_on"}

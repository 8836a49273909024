"""Figures of people, need, caseload and work, worked out by hand; the worked family's totals on the screen (domain 8)."""

import datetime
import runpy
from pathlib import Path

from browser import text_of
from case_factories import make_assessment, make_capacity_building, make_case, make_intake
from casework_factories import make_case_activity
from factories import make_client, make_location, make_referral, make_staff, save
from family import ASSESSMENTS, EXAMPLES, FAMILY, complete, make_family
from report_values import Look, ago, put
from test_case_rules import open_case

import models
from models import CaseActivity, CaseStatusEvent, Household, NeedsAssessment
from workflows import settings
from workflows.business_days import add_months
from workflows.caseload import loads
from workflows.reports_tables import Mean, Ratio

UP = Path(__file__).resolve().parent.parent / "migrations" / "0018_case_status_events.py"


def case(status="open", began=100, people=1, worker=None, **values):
    """People of a case of that status which began so many days ago."""
    house = make_case(anchor_date=ago(began), planned_end=None)
    house = put(house, status=status, primary_worker=worker, **values)
    return [make_client(household=house) for _n in range(people)]


def aged(years, **values):
    return {"birth_date": add_months(settings.today(), -12 * years), **values}


# ---- Active clients -------------------------------------------------------------------------------------------------


def test_persons_of_open_and_extended_cases_are_active(app):
    """Open 2, extended 1, closed after the period 1; on hold, at intake, closed in it and begun after it: nobody."""
    case(people=2)
    case("extended")
    case("on-hold")
    case("intake")
    case("closed", close_date=ago(10))
    case("closed", close_date=ago(2))
    case(began=1)
    look = Look("active-clients", first=ago(30), last=ago(5))
    assert (look.figure("persons"), look.figure("cases")) == (4, 3)
    assert look.figure("closed") == 1
    now = Look("active-clients")
    assert (now.figure("persons"), now.figure("closed"), now.figure("new")) == (4, 2, 1)


def test_a_case_that_closed_went_on_and_closed_again_counts_on_the_days_it_was_active(app):
    """Domain 8: active at period end is told of any day, whatever became of the case since."""
    house = open_case()
    Household.update(anchor_date=ago(200)).where(Household.id == house.id).execute()
    steps = (("closed", 100), ("open", 60), ("closed", 20), ("open", 10))
    for status, days in steps:
        house = Household.get_by_id(house.id)
        house.status, house.close_reason = status, "self-sufficient"
        if status == "closed":
            assert house.close_date is None
            house.close_date = ago(days)
        save(house)
        if status == "open":
            event = CaseStatusEvent.select().order_by(CaseStatusEvent.id.desc()).get()
            CaseStatusEvent.update(moved_on=ago(days)).where(
                CaseStatusEvent.id == event.id
            ).execute()
    assert Household.get_by_id(house.id).close_date is None
    told = {
        days: Look("active-clients", first=ago(150), last=ago(days)).figure("persons")
        for days in (150, 101, 100, 61, 60, 21, 20, 11, 10, 0)
    }
    assert told == {150: 1, 101: 1, 100: 0, 61: 0, 60: 1, 21: 1, 20: 0, 11: 0, 10: 1, 0: 1}
    for first, last, closed in ((150, 80, 1), (80, 30, 0), (150, 0, 1), (9, 0, 0)):
        look = Look("active-clients", first=ago(first), last=ago(last))
        assert look.figure("closed") == closed, (first, last)
    made = Look("active-clients", first=ago(210), last=ago(90))
    assert made.figure("new") == 1


def test_a_case_on_hold_counts_until_that_day_and_a_day_of_closing_can_be_put_right(app):
    """Domain 8"""
    house = open_case()
    Household.update(anchor_date=ago(200)).where(Household.id == house.id).execute()
    house = Household.get_by_id(house.id)
    house.status = "on-hold"
    save(house)
    CaseStatusEvent.update(moved_on=ago(50)).execute()
    persons = [Look("active-clients", last=ago(n)).figure("persons") for n in (51, 50, 0)]
    assert persons == [1, 0, 0]
    house.status, house.close_date, house.close_reason = "closed", ago(40), "self-sufficient"
    save(house)
    house.close_date = ago(45)
    save(house)
    assert [e.moved_on for e in CaseStatusEvent.select().order_by(CaseStatusEvent.id)] == [
        ago(50),
        ago(45),
    ]


def test_a_day_of_closing_typed_too_early_leaves_no_closed_case_active(app):
    """Domain 8: a case that went on and closed again closed after it went on."""
    house = open_case()
    Household.update(anchor_date=ago(200)).where(Household.id == house.id).execute()
    house = Household.get_by_id(house.id)
    house.status, house.close_date, house.close_reason = "closed", ago(100), "self-sufficient"
    save(house)
    house.status = "open"
    save(house)
    CaseStatusEvent.update(moved_on=ago(60)).where(CaseStatusEvent.to_status == "open").execute()
    house.status, house.close_date = "closed", ago(20)
    save(house)
    house.close_date = ago(120)
    save(house)
    days = {n: Look("active-clients", last=ago(n)).figure("persons") for n in (80, 40, 0)}
    assert days == {80: 0, 40: 0, 0: 0}


def test_the_history_begins_with_what_the_files_and_the_log_tell(app):
    """Domain 8: closed ones on their day, those on hold on the day on which the status moved last."""
    closed, held = open_case(), open_case()
    put(closed, status="closed", close_date=ago(30))
    held.status = "on-hold"
    save(held)
    CaseStatusEvent.delete().execute()
    for _time in range(2):
        runpy.run_path(str(UP))["up"](None, models.database)
    told = {e.household_id: (e.to_status, e.moved_on) for e in CaseStatusEvent.select()}
    assert told[closed.id] == ("closed", ago(30))
    assert told[held.id][0] == "on-hold" and abs((told[held.id][1] - ago(0)).days) <= 1
    assert CaseStatusEvent.select().count() == 2


def test_a_case_without_a_program_begins_with_its_first_intake(app):
    [client] = case(anchor_date=None, case_type="general", planned_end=None)
    make_intake(household=client.household, intake_date=ago(60))
    make_intake(household=client.household, intake_date=ago(3))
    assert Look("active-clients", first=ago(90), last=ago(50)).figure("persons") == 1
    assert Look("active-clients", first=ago(90), last=ago(61)).figure("persons") == 0
    assert Look("active-clients", first=ago(90), last=ago(50)).figure("new") == 1
    assert Look("active-clients", days=30).figure("new") == 0


def test_active_people_are_told_apart_five_ways(app):
    """Three people: a woman of 30 from Windsor, a man of 70, a child whose year of birth alone is known."""
    [one] = case()
    house = one.household
    year = settings.today().year
    for person, facts in (
        (one, aged(30, gender="woman", municipality="Windsor", immigration_category="gar")),
        (make_client(household=house), aged(70, gender="man", municipality="windsor ")),
        (make_client(household=house, preferred_languages=[]), {"birth_year_only": year - 9}),
    ):
        for name, value in facts.items():
            setattr(person, name, value)
        save(person)
    look = Look("active-clients")
    assert look.table("age") == {
        "5 to 12 years": 1,
        "25 to 34 years": 1,
        "65 years and over": 1,
        "Total": 3,
    }
    assert sorted(look.table("gender").values()) == [1, 1, 1, 3]
    assert look.table("category")["Government-assisted refugee (GAR)"] == 1
    assert look.table("language") == {"Arabic": 2, "Not known": 1, "Total": 3}
    assert look.table("municipality") == {"Windsor": 2, "Not known": 1, "Total": 3}


def test_people_are_narrowed_by_worker_and_type_of_case(app):
    worker = make_staff()
    case(worker=worker)
    case(case_type="general")
    assert Look("active-clients", worker=worker.id).figure("persons") == 1
    assert Look("active-clients", case_type="general").figure("persons") == 1


# ---- Need and caseload ------------------------------------------------------------------------------------------------


def test_adults_stand_at_their_latest_level(app):
    """One improved from High to Moderate, one has A1 alone, one was skipped the second time, one case is closed."""
    a, b, c = case(people=3)
    [gone] = case("closed", close_date=ago(40))
    make_assessment(a, completed_on=ago(60), level="high")
    make_assessment(a, point="a2", completed_on=ago(20), level="moderate")
    make_assessment(b, completed_on=ago(60), level="low")
    make_assessment(c, completed_on=ago(60), level="very-high")
    make_assessment(gone, completed_on=ago(60), level="high")
    look = Look("level-of-need")
    assert look.figure("assessed") == 3
    assert list(look.table("levels").values()) == [1, 0, 1, 0, 1, 3]
    before = Look("level-of-need", first=ago(50), last=ago(30))
    assert list(before.table("levels").values()) == [1, 1, 0, 0, 1, 3]


def test_movement_from_a1_to_a4_tells_who_improved(app):
    """Very High to Moderate, High to High, Low to Moderate: one of three improved; an A4 of last year is not of this period."""
    moves = (
        ("very-high", "moderate", 5),
        ("high", "high", 6),
        ("low", "moderate", 7),
        ("high", "low", 200),
    )
    for (first, last, days), client in zip(moves, case(people=4, began=500), strict=True):
        make_assessment(client, completed_on=ago(400), level=first)
        make_assessment(client, point="a4", completed_on=ago(days), level=last)
    look = Look("level-of-need")
    assert look.figure("both-points") == 3
    assert look.figure("improved") == Ratio(1, 3)
    assert list(look.table("movement").values()) == [
        (0, 0, 1, 0, 0, 1),
        (0, 1, 0, 0, 0, 1),
        (0, 0, 0, 0, 0, 0),
        (0, 0, 0, 0, 0, 0),
        (0, 0, 1, 0, 0, 1),
        (0, 1, 2, 0, 0, 3),
    ]


def test_caseloads_stand_beside_the_reference_of_the_standard(app):
    """Two workers: 2 cases with 5 people, 1 case with 2; one case has no main worker, a contact is no case (R-LOAD-1)."""
    amina, bo = make_staff(name="Amina"), make_staff(name="Bo")
    first, *_rest = case(people=4, worker=amina)
    case(worker=amina)
    second, _other = case(people=2, worker=bo)
    case(), case(worker=bo, case_type="portal-only")
    make_assessment(first, completed_on=ago(3), level="high")
    make_assessment(second, completed_on=ago(3), level="low")
    look = Look("caseload")
    assert look.table("workers") == {
        "Amina": (2, 5, 0, 1, 0, 0, 0),
        "Bo": (1, 2, 0, 0, 0, 0, 1),
        "No main worker": (1, 1, 0, 0, 0, 0, 0),
        "Total": (4, 8, 0, 1, 0, 0, 1),
        # 3 cases and 7 people over two workers.
        "Average of a worker": (1.5, 3.5, 0, 0.5, 0, 0, 0.5),
        "Reference of the standard": (21, 58, 7, 11, 7, 7, 4),
    }
    assert look.figure("workers") == 2
    assert (look.figure("cases-of-a-worker").value, look.figure("clients-of-a-worker").value) == (
        1.5,
        3.5,
    )
    of_today = {load.staff.name: (load.cases, load.clients, *load.adults) for load in loads()}
    assert {name: of_today[name] for name in ("Amina", "Bo")} == {
        name: look.table("workers")[name] for name in ("Amina", "Bo")
    }


def test_the_level_of_a_day_is_that_of_the_latest_point_complete_by_then(app):
    """R-ASM-8: a first assessment that was written down late does not take the place of a later point."""
    worker = make_staff(name="Amina")
    [client] = case(worker=worker)
    make_assessment(client, point="a2", completed_on=ago(20), level="low")
    make_assessment(client, completed_on=ago(10), level="high")
    [load] = [load for load in loads() if load.staff == worker]
    assert load.levels == {"low": 1}
    assert Look("caseload").table("workers")["Amina"] == (1, 1, 0, 0, 0, 0, 1)
    assert list(Look("level-of-need").table("levels").values()) == [0, 0, 0, 0, 1, 1]


# ---- Activities by level of need --------------------------------------------------------------------------------------


def test_joint_work_counts_once_for_the_agency_and_once_for_each_client(app):
    """R-ACT-2: 60 minutes with two people at High, 45 alone with one of them; minutes are not divided."""
    a, b = case(people=2)
    for client in (a, b):
        make_assessment(client, completed_on=ago(50), level="high")
    make_case_activity(clients=[a, b], date=ago(10), minutes=60)
    make_case_activity(client=a, date=ago(9), minutes=45)
    make_referral(client=a, referred_on=ago(8))
    look = Look("activity-by-need")
    levels = look.table("levels")
    assert levels["High Needs"] == (2, 3, 165)
    assert levels["The agency"] == (2, 2, 105)
    assert (look.figure("activities"), look.figure("minutes")) == (2, Mean(105, 2))
    # 105 ÷ 60 = 1.75
    assert look.figure("hours") == Mean(2, 2)
    assert look.figure("clients") == 2
    # 3 ÷ 2 = 1.5 → 2; 165 ÷ 2 = 82.5 → 83; 82.5 ÷ 60 = 1.375 → 1; 1 ÷ 2 = 0.5 → 1
    assert look.table("averages")["High Needs"] == (2, 2, 15, 83, 1120, 1, 19, 1, 10)
    assert look.table("topics") == {"Housing": (2, 105), "Total": (2, 105)}


def test_one_person_stands_under_each_level_they_were_at(app):
    """The level is that of the day; inbound referrals and those of people without an activity are not counted."""
    [client], [other] = case(), case()
    make_assessment(client, completed_on=ago(20), level="very-high")
    make_assessment(client, point="a2", completed_on=ago(10), level="moderate")
    for days in (21, 20, 11, 10):
        make_case_activity(client=client, date=ago(days), minutes=30)
    make_referral(client=client, referred_on=ago(15))
    make_referral(client=client, referred_on=ago(12), direction="inbound")
    make_referral(client=other, referred_on=ago(15))
    look = Look("activity-by-need")
    levels = look.table("levels")
    assert [levels[name] for name in ("Not assessed yet", "Very High Needs", "Moderate Needs")] == [
        (1, 1, 30),
        (1, 2, 60),
        (1, 1, 30),
    ]
    assert levels["The agency"] == (1, 4, 120)
    averages = look.table("averages")
    assert averages["Very High Needs"][7] == 1 and averages["Moderate Needs"][7] == 0
    assert averages["The agency"][7] == 1


def assessed(client, point, day, level, **more):
    """A point as it may have been stored: with no level, or made void since."""
    row = make_assessment(client, point=point)
    changed = NeedsAssessment.update(completed_on=day, level=level, **more)
    changed.where(NeedsAssessment.id == row.id).execute()


def minutes_by_level(days):
    lines = Look("activity-by-need", days=days).table("levels")
    return {words: cells[2] for words, cells in lines.items() if cells[2]}


def test_the_level_is_that_of_the_day_and_what_is_void_or_gave_none_does_not_count(app):
    """R-ACT-2"""
    [client] = case(began=60)
    assessed(client, "a1", ago(30), "high")
    assessed(client, "a2", ago(20), None)
    assessed(client, "a3", ago(20), "low", state="void")
    assessed(client, "a4", ago(10), "moderate")
    for number, back in enumerate((40, 30, 20, 10, 0)):
        make_case_activity(client=client, date=ago(back), minutes=10 + number)
    assert minutes_by_level(40) == {
        "High Needs": 11 + 12,
        "Moderate Needs": 13 + 14,
        "Not assessed yet": 10,
        "The agency": 60,
    }


def test_of_two_assessments_on_one_day_the_later_point_counts(app):
    """As schedule.level_on has it."""
    [client] = case()
    assessed(client, "a2", ago(0), "low")
    assessed(client, "a1", ago(0), "high")
    make_case_activity(client=client, date=ago(0), minutes=10)
    assert minutes_by_level(0) == {"Low Needs": 10, "The agency": 10}


def test_work_is_narrowed_by_place_and_worker(app):
    place, worker = make_location(), make_staff()
    make_case_activity(location=place)
    make_case_activity(staff=worker)
    assert Look("activity-by-need", location=place.id).figure("activities") == 1
    assert Look("activity-by-need", worker=worker.id).figure("clients") == 1
    assert Look("activity-by-need").figure("activities") == 2


def test_the_worked_family_comes_out_of_the_screen(browser):
    """R-ACT-1, R-ACT-2: ten activities, 515 minutes, by level 180, 170, 100, 30, 0 and 35 before any assessment."""
    people = make_family()
    for example in ASSESSMENTS:
        complete(people, example)
    staff = make_staff()
    through = CaseActivity.clients.get_through_model()
    for row in FAMILY["activities"]:
        client = people[row["person"]]
        facts = {name: row[name] for name in ("date", "minutes", "topic", "type")}
        activity = CaseActivity.create(household=client.household, staff=staff, **facts)
        through.create(caseactivity=activity, client=client)
    page = browser.get("/reports/activity-by-need/?from=2025-01-01&to=2026-06-30")
    table = page.soup.select_one("[aria-labelledby=table-levels] table")
    shown = {
        text_of(line.th): [text_of(cell) for cell in line.select("td.number")]
        for line in table.select("tbody tr")
    }
    expected = FAMILY["expected_activity_report"]
    names = {
        "very-high": "Very High Needs",
        "high": "High Needs",
        "moderate": "Moderate Needs",
        "moderate-to-low": "Moderate to Low Needs",
        "low": "Low Needs",
        "not-assessed": "Not assessed yet",
        "total": "The agency",
    }
    for level, sums in expected.items():
        assert shown[names[level]][1:] == [str(sums["activities"]), str(sums["minutes"])], level
    assert EXAMPLES["gar_family"]["expected_activity_report"]["total"] == {
        "activities": 10,
        "minutes": 515,
    }
    figures = {text_of(each.dt): text_of(each.dd) for each in page.soup.select(".figures > div")}
    assert (figures["Activities"], figures["Minutes"], figures["Hours"]) == ("10", "515", "9")


# ---- Capacity building ------------------------------------------------------------------------------------------------


def test_capacity_building_counts_activities_partners_and_minutes_by_type(app):
    """R-CAP-1: the library twice (once in capitals), the school once; one of last year stays out."""
    for kind, partners, minutes, people in (
        ("outreach", "The library", 90, 12),
        ("outreach", "THE LIBRARY", 30, None),
        ("presentation", "The school", 60, 8),
    ):
        make_capacity_building(
            type=kind, partners=partners, minutes=minutes, attendees=people, date=ago(5)
        )
    make_capacity_building(date=ago(5) - datetime.timedelta(days=365))
    look = Look("capacity-building")
    wanted = {"activities": 3, "partners": 2, "minutes": 180, "attendees": 20}
    assert {slug: look.figure(slug) for slug in wanted} == wanted
    assert list(look.table("types").values()) == [(2, 1, 120), (1, 1, 60), (3, 2, 180)]

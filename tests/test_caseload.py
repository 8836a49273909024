"""Caseloads: the standard's table, bands, evenness, suggestions, and handing over (R-LOAD-1 to R-LOAD-4)."""

import datetime
from fractions import Fraction

import pytest
from case_factories import make_assessment, make_case, make_child
from factories import _number, make_staff
from family import EXAMPLES
from statements import statements
from test_case_rules import signed_charter

from models import AuditLog, CaseAssignment, Client, Household, Staff, TrainingRecord
from workflows import agency_rules, case_moves, caseload, records, settings
from workflows.business_days import add_months
from workflows.scoring import level_of

VECTOR = EXAMPLES["scoring_vectors"]["caseload_of_36_adults"]
WORDS = "is the most for one worker"


def case_of(worker, people=1, status="open", languages=("ar",), **values):
    """An open case of ``worker`` with so many adults, written as it stands: the rules that open one are elsewhere."""
    house = make_case(**values)
    for _each in range(people):
        add_person(house, preferred_languages=list(languages))
    Household.update(primary_worker=worker, status=status, no_conflict_declared=True).where(
        Household.id == house.id
    ).execute()
    return Household.get_by_id(house.id)


def add_person(house, **values):
    facts = {"first_name": f"A{next(_number)}", "last_name": f"B{next(_number)}", "phone": None}
    facts |= {"birth_date": None, "birth_year_only": None, "household": house.id}
    facts |= {"preferred_languages": ["ar"]} | values
    row = Client(**facts)
    records.derive(row)
    row.save(force_insert=True)
    return row


def level(client, name, point="a1"):
    return make_assessment(client, level=name, point=point)


def adults_of(house):
    return list(Client.select().where(Client.household == house.id).order_by(Client.id))


def load_of(staff):
    return next((load for load in caseload.loads() if load.staff == staff), None)


# ---- The table --------------------------------------------------------------------------------------------------------------


def test_the_example_caseload_of_36_adults_lands_on_the_standards_row(app):
    """R-LOAD-1, the shared example: 7, 11, 7, 7, 4; children count as clients and at no level."""
    worker, thresholds = make_staff(), agency_rules.scheme().overall_levels
    house = case_of(worker, people=len(VECTOR["indexes"]))
    make_child(adults_of(house)[0])
    for client, index in zip(adults_of(house), VECTOR["indexes"], strict=False):
        level(client, level_of(Fraction(str(index)), thresholds))
    load = load_of(worker)
    assert load.adults == tuple(VECTOR["expected"].values()) == caseload.REFERENCE[2]
    assert (load.cases, load.clients, load.assessed) == (1, 37, 36)


def test_each_adult_counts_at_the_latest_point_that_gave_a_level(app):
    """R-ASM-8: somebody who missed A2 counts with A1; what is void or gave no level counts for nothing."""
    worker = make_staff()
    first, second, third, fourth = adults_of(case_of(worker, people=4))
    level(first, "very-high"), level(first, "low", "a3")
    level(second, "high"), level(second, None, "a2")
    row = level(third, "low")
    row.state, row.void_reason = "void", "Wrong person"
    records.save(row)
    fourth.birth_date = add_months(settings.today(), -12 * 18) + datetime.timedelta(days=1)
    fourth.save()
    level(fourth, "high")
    assert load_of(worker).levels == {"low": 1, "high": 1}


def test_open_and_extended_cases_count_and_no_others(app):
    """R-LOAD-1"""
    worker = make_staff()
    case_of(worker, 2), case_of(worker, 3, status="extended")
    for status in ("intake", "on-hold", "closed"):
        case_of(worker, 5, status=status)
    case_of(worker, 7, case_type="portal-only")
    load = load_of(worker)
    assert (load.cases, load.clients) == (2, 5)
    assert caseload.clients_of(worker.id) == 5


@pytest.mark.parametrize(
    "clients, expected",
    [(0, "building"), (49, "building"), (50, "acceptable"), (54, "acceptable")]
    + [(55, "on-target"), (60, "on-target"), (61, "over")],
)
def test_the_bands_are_the_standards_and_may_be_set(app, clients, expected):
    """R-LOAD-1"""
    assert caseload.band(clients) == expected
    settings.change("caseload_min", 5), settings.change("caseload_max", 6)
    settings.change("caseload_low_watch", 4)
    assert caseload.band(5) == "on-target" and caseload.band(7) == "over"


def test_the_table_adds_up_and_takes_three_statements_however_many_work_here(app):
    """R-LOAD-1"""
    workers = [make_staff() for _each in range(6)]
    for number, worker in enumerate(workers):
        house = case_of(worker, people=number + 1)
        level(adults_of(house)[0], "high" if number % 2 else "low")
    caseload.loads()  # the lists of the agency are in memory from now on
    with statements() as made:
        found = caseload.loads()
    assert len(made.own()) == 3
    cases, clients, adults = caseload.totals(found)
    assert (cases, clients, adults) == (6, 21, (0, 3, 0, 0, 3))


def with_levels(worker, high, low):
    house = case_of(worker, people=high + low)
    for number, client in enumerate(adults_of(house)):
        level(client, "very-high" if number < high else "low")


def test_a_share_more_than_fifteen_points_from_the_teams_is_flagged(app):
    """R-LOAD-2, R-LOAD-4: exactly fifteen is not; youth-only workers neither count nor are flagged."""
    even, high, low = (make_staff() for _each in range(3))
    youth = make_staff(works_with_youth_only=True)
    with_levels(even, 10, 10), with_levels(high, 13, 7), with_levels(low, 7, 13)
    with_levels(youth, 20, 0)
    found = {load.staff: load for load in caseload.loads()}
    share = caseload.team_share(found.values())
    assert share == Fraction(1, 2)
    assert not any(caseload.is_uneven(found[one], share) for one in (even, high, low, youth))
    settings.change("caseload_evenness_points", 14)
    flagged = [one for one in found if caseload.is_uneven(found[one], share)]
    assert sorted(flagged, key=lambda one: one.id) == [high, low]


def test_the_page_shows_workers_sums_average_and_the_standards_row(browser):
    """R-LOAD-1, R-LOAD-2, R-LOAD-4, on screen; whoever has no case role and no cases is left out."""
    busy, youth = make_staff(name="Busy Bee"), make_staff(name="Yo Uth", works_with_youth_only=True)
    make_staff(name="At the desk", role="reception")
    with_levels(busy, 1, 1), with_levels(youth, 0, 1)
    page = browser.get("/caseload/")
    rows = {row[0]: row for row in page.rows}
    assert rows["Busy Bee"][1:3] == ["1", "2"] and "Building" in rows["Busy Bee"][3]
    assert rows["Busy Bee"][4:] == ["1", "0", "0", "0", "1", "50%"]
    assert "Yo Uth youth only" in rows and "At the desk" not in page
    assert rows["All together"][1:3] == ["2", "3"]
    count = len(page.rows) - 3
    assert rows["Average of a worker"][2] == f"{3 / count:.1f}"
    assert rows["The standard’s example"][1:] == ["21", "58", "", "7", "11", "7", "7", "4", ""]
    assert page.soup.select_one("svg.load-building")["aria-label"].endswith("55 to 60.")


# ---- Past the most (R-LOAD-1) ------------------------------------------------------------------------------------------------


def asked(record, codes=()):
    with pytest.raises(records.Refused) as error:
        records.save(record, confirmed=codes)
    return [(p.level, str(p.message)) for p in error.value.problems]


def opening(worker, people):
    """A case that may open but for its worker's number of clients."""
    house = case_of(worker, people, status="intake")
    signed_charter(adults_of(house)[0])
    house.status = "open"
    return house


def test_a_case_past_the_most_clients_asks_naming_the_number_after_it(app):
    """R-LOAD-1: the sixtieth client is fine, the sixty-first is confirmed."""
    worker = make_staff()
    case_of(worker, people=57)
    records.save(opening(worker, 3))
    [(kind, words)] = asked(opening(worker, 1))
    assert kind == records.CONFIRM and "61 clients; 60 is the most" in words
    records.save(opening(worker, 1), confirmed=[caseload.PAST_THE_MOST])
    assert caseload.clients_of(worker.id) == 61


def test_somebody_who_joins_a_household_is_counted_on_screen_too(browser):
    """R-LOAD-1: the worker's own number counts, and a tick confirms it."""
    worker = make_staff(max_clients=2)
    house = case_of(worker, people=2)
    page = browser.get(f"/clients/new/?household={house.id}")
    facts = {"first_name": "Nadia", "last_name": "Zaman"}
    page = browser.submit(page, "Save", **facts)
    assert "3 clients; 2 is the most" in page and not Client.select().where(
        Client.last_name == "Zaman"
    )
    browser.submit(page, "Save", confirmed=True)
    assert Client.get(Client.last_name == "Zaman").household == house


def test_the_file_says_that_its_worker_has_too_many(browser):
    """R-LOAD-1: also where the intake opened the case without asking."""
    house = case_of(make_staff(name="Full Hands", max_clients=2), people=3)
    page = browser.get(f"/households/details/?id={house.id}")
    assert "Full Hands has 3 clients; 2 is the most for one worker." in page


def test_what_does_not_add_to_a_caseload_asks_nothing(app):
    """R-LOAD-1: other changes of a full worker's case or client are saved as ever."""
    worker = make_staff(max_clients=1)
    house = case_of(worker, people=3)
    house.city = "Leamington"
    records.save(house)
    client = Client.get(Client.household == house)
    client.municipality = "Leamington"
    records.save(client)
    assert Client.get_by_id(client.id).municipality == "Leamington"


# ---- Who takes a new case (R-LOAD-3) --------------------------------------------------------------------------------------------


def family(languages=("ar",)):
    return case_of(None, people=2, status="intake", languages=languages)


def test_the_language_comes_first_then_high_needs_then_clients_then_the_name(app):
    """R-LOAD-3, one worker better than the last by each in turn."""
    Staff.update(role="reception").execute()
    late = make_staff(name="Zoe", languages=["en"])
    assert caseload.suggested(family()).staff == late
    speaks = make_staff(name="Yan", languages=["ar"])
    with_levels(speaks, 2, 0)
    assert caseload.suggested(family()).staff == speaks
    calm = make_staff(name="Xia", languages=["ar"])
    with_levels(calm, 1, 4)
    assert caseload.suggested(family()).staff == calm
    fewer = make_staff(name="Will", languages=["ar"])
    with_levels(fewer, 1, 1)
    found = caseload.suggested(family())
    assert found.staff == fewer
    assert found.words == "speaks Arabic, 1 adult with high needs, 2 clients"
    first = make_staff(name="Abe", languages=["ar"])
    with_levels(first, 1, 1)
    assert caseload.suggested(family()).staff == first


def test_who_is_full_lacks_papers_or_works_with_youth_only_is_not_suggested(app):
    """R-LOAD-3, R-STAFF-1, R-LOAD-4; with nobody left nobody is suggested."""
    Staff.update(role="reception").execute()
    full = make_staff(name="A", max_clients=3)
    case_of(full, people=2)
    unchecked = make_staff(name="B")
    TrainingRecord.delete().where(TrainingRecord.staff == unchecked).execute()
    make_staff(name="C", works_with_youth_only=True)
    make_staff(name="D", is_active=False)
    assert caseload.suggested(family()) is None
    fits = make_staff(name="Z")
    assert caseload.suggested(family()).staff == fits


def test_the_household_form_names_who_may_take_the_case_and_why(browser):
    """R-LOAD-3, on screen."""
    Staff.update(role="reception").execute()
    make_staff(name="Samira Idris", languages=["ar"])
    page = browser.get(f"/households/edit/?id={family().id}")
    assert (
        "Suggested main worker: Samira Idris (speaks Arabic, 0 adults with high needs, 0 clients)."
        in page
    )


# ---- Handing over -----------------------------------------------------------------------------------------------------------------


def movable(worker, people=1, **values):
    house = case_of(worker, people, **values)
    signed_charter(adults_of(house)[0])
    return house


def test_a_caseload_moves_after_a_look_at_the_numbers(browser):
    """R-LOAD-1, 2.20: every household with its own audit row and history; what was not ticked stays."""
    giver, taker = make_staff(name="Goes Away"), make_staff(name="Takes Over", max_clients=4)
    backup = make_staff(name="Backs Up")
    case_of(taker, people=2)
    stays, *moved = (movable(giver, people=2) for _each in range(3))
    page = browser.get(f"/caseload/move/?from={giver.id}")
    ticked = [c["value"] for c in page.soup.select("input[name=households][checked]")]
    assert sorted(map(int, ticked)) == sorted(house.id for house in (stays, *moved))
    answers = {"households": [house.id for house in moved], "to": taker.name}
    answers |= {"backup_worker": backup.name, "reason": "Leaves for school"}
    page = browser.submit(page, "Continue", answers=answers)
    assert ["Takes Over", "2", "2", "6"] in page.rows and "6 clients; 4 is the most" in page
    again = browser.submit(page, "Move 2 cases", status=422)
    assert "must declare first" in again
    again = browser.submit(again, "Move 2 cases", declared=True, status=422)
    assert WORDS in again and not Household.select().where(Household.backup_worker == backup)
    browser.submit(again, "Move 2 cases", declared=True, past=True)
    for house in moved:
        row = Household.get_by_id(house.id)
        assert (row.primary_worker, row.backup_worker) == (taker, backup)
        last = CaseAssignment.get(CaseAssignment.household == house, CaseAssignment.staff == taker)
        assert (last.reason, last.ended_on, last.no_conflict_declared) == (
            "Leaves for school",
            None,
            True,
        )
        log = AuditLog.select().where(
            AuditLog.entity == "household", AuditLog.entity_id == house.id
        )
        assert log.where(AuditLog.action == "update", AuditLog.reason == "Cases were moved").count()
    assert Household.get_by_id(stays.id).primary_worker == giver
    # R-RET-2: the log stays for ever, so what somebody types does not stand in it.
    assert not AuditLog.select().where(AuditLog.reason.contains("school")).exists()


def test_nothing_moves_to_somebody_without_papers(browser):
    """R-STAFF-1"""
    giver, taker = make_staff(), make_staff(name="No Phone", work_phone=None)
    house = movable(giver)
    page = browser.get(f"/caseload/move/?from={giver.id}")
    page = browser.submit(page, "Continue", to=taker.name, reason="Leaves")
    assert "No Phone cannot look after a case yet. Missing: the work phone." in page
    assert not page.soup.select("button[name=move]")
    with pytest.raises(records.Refused):
        case_moves.move(giver, {house.id: (house.version, taker.id)}, None, "x", [taker.id], [])


def test_as_suggested_spreads_the_cases_and_counts_those_given_before(app):
    """R-LOAD-3: two equals get one each, the second case seeing the first."""
    Staff.update(role="reception").execute()
    giver, one, two = make_staff(name="G"), make_staff(name="H"), make_staff(name="I")
    houses = [movable(giver, people=2) for _each in range(2)]
    plan = case_moves.plan(giver, {house.id for house in houses}, case_moves.EACH)
    assert [staff for _house, _people, staff in plan.moves] == [one, two] and not plan.stops
    assert [(r.before, r.after) for r in plan.receivers] == [(0, 2), (0, 2)]
    declared = [one.id, two.id]
    assert case_moves.move(giver, plan.seal, None, "Leaves", declared, []) == 2
    assert caseload.clients_of(giver.id) == 0


def test_a_move_is_all_or_nothing_and_stops_when_a_case_changed_meanwhile(app):
    """2.20: one transaction."""
    giver, taker = make_staff(), make_staff()
    first, second = movable(giver), movable(giver)
    seal = {first.id: (first.version, taker.id), second.id: (second.version + 1, taker.id)}
    with pytest.raises(records.Refused):
        case_moves.move(giver, seal, None, "Leaves", [taker.id], [])
    assert Household.get_by_id(first.id).primary_worker == giver


def test_a_backup_who_becomes_the_main_worker_is_no_backup_any_more(app):
    """2.20"""
    giver, taker = make_staff(), make_staff()
    house = movable(giver)
    Household.update(backup_worker=taker).where(Household.id == house.id).execute()
    seal = {house.id: (house.version, taker.id)}
    case_moves.move(giver, seal, None, "Leaves", [taker.id], [])
    assert Household.get_by_id(house.id).backup_worker is None


def test_a_worker_without_cases_has_none_to_move(browser):
    staff = make_staff()
    assert "No case to move" in browser.get(f"/caseload/move/?from={staff.id}")
    assert browser.get("/caseload/move/").heading == "Whose cases move?"
    browser.get("/caseload/move/?from=999999", status=404)

"""Figures of goals, interviews and feedback, and of data quality, worked out by hand (domain 8)."""

import datetime

from case_factories import make_case, make_exit_interview, make_goal, make_plan
from casework_factories import make_feedback
from factories import make_client, make_household, make_program, make_service
from report_values import Look, ago, put

from models import Client, Household
from workflows import feedback, settings
from workflows.business_days import add_months
from workflows.reports_tables import HIDDEN, Mean, Ratio


def open_case(**values):
    house = make_case(anchor_date=ago(200), planned_end=None)
    return put(house, **{"status": "open"} | values)


def test_goals_stand_by_status_for_cases_active_in_the_period(app):
    """Met 1, in progress 1, dropped 1; those of a case closed before it and of a plan made after it are left out."""
    client = make_client(household=open_case())
    plan = make_plan(household=client.household, created_on=ago(100))
    for status in ("met", "in-progress", "dropped"):
        make_goal(client, plan=plan, status=status)
    gone = make_client(household=open_case(status="closed", close_date=ago(90)))
    make_goal(gone, plan=make_plan(household=gone.household, created_on=ago(100)))
    look = Look("outcomes", days=30)
    assert look.figure("goals") == 3
    # The dropped one is not asked about.
    assert look.figure("goals-met") == Ratio(1, 2)
    assert sorted(look.table("goals").values()) == [1, 1, 1, 3]
    assert Look("outcomes", first=ago(150), last=ago(110)).figure("goals") == 0


def test_exit_interviews_give_an_average_and_a_score_of_their_own(app):
    """Independence 4 and 3 of three; recommends 10, 9 and 6: 100 × (2 − 1) ÷ 3 = 33.3 → 33."""
    for independent, nps, contact in ((4, 10, True), (3, 9, False), (None, 6, False)):
        make_exit_interview(
            independent=independent, nps=nps, consent_to_contact=contact, date=ago(3)
        )
    make_exit_interview(date=ago(60))
    look = Look("outcomes")
    assert look.figure("interviews") == 3
    assert look.figure("independence") == Mean(look.figure("independence").value, 2)
    assert look.figure("independence").value == 3.5
    assert look.figure("may-contact") == Ratio(1, 3)
    assert look.figure("exit-nps") == Mean(33, 3)
    assert look.table("independence") == {"1": 0, "2": 0, "3": 1, "4": 1, "5": 0, "Total": 2}


def test_the_net_promoter_score_of_feedback(app):
    """Four promoters, three in between, three detractors: 100 × (4 − 3) ÷ 10 = 10."""
    service = make_service()
    for score in (9, 9, 10, 10, 7, 8, 7, 0, 6, 3):
        make_feedback(nps_score=score, collected_on=ago(2))
    make_feedback(nps_score=0, collected_on=ago(50))
    look = Look("outcomes")
    assert (look.figure("replies"), look.figure("nps")) == (10, Mean(10, 10))
    assert list(look.table("promoters").values()) == [4, 3, 3, 10]
    make_feedback(nps_score=10, service_activity=service, met_need="fully", respect=5, understood=4)
    about = Look("outcomes", program=service.program_id)
    assert (about.figure("replies"), about.figure("nps")) == (1, Mean(100, 1))
    assert (about.figure("respect"), about.figure("understood")) == (Mean(5, 1), Mean(4, 1))
    assert about.table("need-met") == {"Fully": 1, "Total": 1}
    assert Look("outcomes", program=make_program().id).figure("nps") == Mean(None, 0)


def test_a_shared_report_has_no_net_promoter_score_under_ten_replies(app):
    """Domain 8; nor a table from which it could be worked out."""
    for _n in range(9):
        make_feedback(nps_score=10)
    look = Look("outcomes", shared=True)
    assert look.figure("nps") is HIDDEN and look.grid("promoters") is None
    make_feedback(nps_score=10)
    look = Look("outcomes", shared=True)
    assert look.figure("nps") == Mean(100, 10)
    assert look.table("promoters")["Total"] == 10
    assert feedback.net_promoter_score([10] * 10, 10).nps == 100


# ---- Data quality -----------------------------------------------------------------------------------------------------


def test_what_is_missing_is_counted_among_people_whose_case_is_not_closed(app):
    """Three people: one complete, one with a year of birth alone, one with nothing; a closed case is not looked at."""
    known = {"birth_date": ago(9000), "immigration_category": "gar", "municipality": "Windsor"}
    make_client(**known)
    make_client(**known | {"birth_date": None, "birth_year_only": 1990})
    make_client(preferred_languages=[])
    make_client(household=put(make_household(), status="closed", close_date=ago(1)))
    look = Look("data-quality")
    assert look.figure("people") == 3
    shares = ("birth-date", "year-only", "category", "language", "municipality")
    assert [look.figure(slug) for slug in shares] == [Ratio(1, 3)] * 5
    assert [len(look.grid(slug).lines) for slug in shares] == [1] * 5
    line = look.grid("year-only").lines[0]
    person = Client.get(Client.birth_year_only == 1990)
    assert (line.label, line.href) == (person.display_name, f"/clients/details/?id={person.id}")


def test_possible_duplicates_are_pairs_with_a_way_to_compare_them(app):
    """R-CLI-3: the same name and birth date; the same phone and first name; a brother on the same phone is none."""
    born = ago(9000)
    one = make_client(last_name="Haddad", birth_date=born)
    two = make_client(last_name="HADDAD", birth_date=born)
    three = make_client(first_name="Omar", phone="519-555-7777")
    four = make_client(first_name="Omar", phone="519-555-7777")
    make_client(first_name="Samir", phone="519-555-7777")
    look = Look("data-quality")
    assert look.figure("duplicates") == 2
    assert [line.href for line in look.grid("duplicates").lines] == [
        f"/clients/merge/?id={one.id}&other={two.id}",
        f"/clients/merge/?id={three.id}&other={four.id}",
    ]


def test_files_due_for_printing_and_for_disposal(app):
    """R-NOTE-8: entries newer than a printout over seven days old; R-RET-1: seven years after the latest entry."""
    never, stale, fresh, quiet = (open_case() for _n in range(4))
    put(never, last_entry_on=ago(8), printed_on=None)
    put(stale, last_entry_on=ago(1), printed_on=ago(8))
    put(fresh, last_entry_on=ago(1), printed_on=ago(7))
    put(quiet, last_entry_on=ago(20), printed_on=ago(20))
    seven = add_months(settings.today(), -84)
    closed = {"status": "closed", "close_date": seven}
    due = put(open_case(), **closed, last_entry_on=seven)
    put(open_case(), **closed, last_entry_on=seven + datetime.timedelta(days=1))
    put(open_case(), **closed, last_entry_on=seven, legal_hold=True)
    look = Look("data-quality")
    assert look.figure("printing") == 2
    assert {line.label for line in look.grid("printing").lines} == {
        never.file_number,
        stale.file_number,
    }
    assert look.figure("disposal") == 1
    [line] = look.grid("disposal").lines
    assert (line.label, line.href) == (due.file_number, f"/households/details/?id={due.id}")


def test_lists_of_people_are_never_shared(app):
    make_client()
    shared = Look("data-quality", shared=True)
    assert not shared.found.tables and shared.found.listed == 0
    assert shared.figure("people") is HIDDEN
    assert Household.select().count() == 1

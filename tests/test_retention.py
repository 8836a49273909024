"""How long files are kept: the rules, what dates a file, 29 February, children, and the list (2.24, R-RET-1)."""

import datetime

import pytest
from case_factories import make_case
from casework_factories import make_case_note, make_correspondence
from factories import make_client, make_household
from report_values import Look
from statements import statements

import seed
from models import (
    RECORD_KINDS,
    THROUGH,
    Answer,
    Attachment,
    CaseNote,
    CaseStatusEvent,
    CaseTask,
    Client,
    Disposal,
    Draft,
    DrivingStatement,
    FactorResult,
    Goal,
    Guardianship,
    Household,
    OutboxMessage,
    Printout,
    RecommendedAction,
    RetentionRule,
    SavedFilter,
    Setting,
)
from workflows import disposal, file_contents, last_entry, records, retention, settings
from workflows.business_days import add_months
from workflows.records import Refused

# Tables of a file that date no entry: who is in it, parts of a dated record, what the product works out, what is printed.
UNDATED = {
    CaseStatusEvent,
    Household,
    Client,
    Guardianship,
    Attachment,
    Answer,
    FactorResult,
    CaseStatusEvent,
    CaseTask,
    DrivingStatement,
    RecommendedAction,
    Goal,
    Printout,
    OutboxMessage,
    Draft,
    SavedFilter,
}


def rule_of(kind):
    return RetentionRule.get(RetentionRule.record_kind == kind)


# ---- The rules -----------------------------------------------------------------------------------------------------------


def test_five_kinds_have_a_rule_and_loading_twice_changes_nothing(app):
    """2.24"""
    kinds = [kind for kind, _label in RECORD_KINDS]
    assert [row.record_kind for row in RetentionRule.select().order_by(RetentionRule.id)] == kinds
    assert {row.years_after_last_entry for row in RetentionRule.select()} == {7}
    row = rule_of("staff")
    row.years_after_last_entry = 3
    records.save(row)
    seed.load(force_labels=True)
    assert rule_of("staff").years_after_last_entry == 3 and RetentionRule.select().count() == 5


def test_an_older_copy_gets_its_rules_with_the_years_it_had_set(app):
    """2.24: the settings were there before the rules."""
    RetentionRule.delete().execute()
    settings.change_all({"retention_years": 12, "breach_record_years": 3})
    seed.load()
    assert rule_of("case").years_after_last_entry == 12
    assert rule_of("breach").years_after_last_entry == 3


def test_the_rule_and_the_setting_are_one_number(administrator_browser):
    """R-RET-1, R-INC-3: whichever page it is changed on."""
    settings.change_all({"retention_years": 9, "retention_minor_years_after_majority": 2})
    assert (rule_of("case").years_after_last_entry, rule_of("case").minor_extra_years) == (9, 2)
    assert rule_of("referral-only").years_after_last_entry == 9
    page = administrator_browser.get(f"/retention-rules/edit/?id={rule_of('case').id}")
    administrator_browser.submit(page, "Save", years_after_last_entry="11", minor_extra_years="0")
    stored = dict(Setting.select(Setting.key, Setting.value).tuples())
    assert stored["retention_years"] == 11 and settings.value("retention_years") == 11
    assert settings.value("retention_minor_years_after_majority") == 0
    assert rule_of("referral-only").years_after_last_entry == 9, "a rule of its own"


@pytest.mark.parametrize(
    ("kind", "values", "words"),
    [
        ("case", {"years_after_last_entry": 0}, "from 1 to 100"),
        ("breach", {"years_after_last_entry": 1}, "from 2 to 100"),
        ("case", {"minor_extra_years": -1}, "from 0 to 100"),
        ("case", {"is_active": False}, "never without a rule"),
    ],
)
def test_a_rule_that_keeps_too_short_is_refused(app, kind, values, words):
    """R-RET-1, R-INC-3"""
    row = rule_of(kind)
    for name, value in values.items():
        setattr(row, name, value)
    with pytest.raises(Refused, match=words):
        records.save(row)


def test_the_rules_are_changed_not_added_or_deleted(administrator_browser):
    page = administrator_browser.get("/retention-rules/")
    assert len(page.rows) == 5
    assert administrator_browser.get("/retention-rules/new/").path == "/retention-rules/"
    key = rule_of("case").id
    assert administrator_browser.open(f"/retention-rules/delete/?id={key}").status_code == 404


# ---- The day -------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("last", "until"),
    [
        (datetime.date(2019, 2, 28), datetime.date(2026, 2, 28)),
        (datetime.date(2020, 2, 29), datetime.date(2027, 3, 1)),
    ],
)
def test_seven_years_after_the_latest_entry(app, last, until):
    """R-RET-1: 29 February becomes 1 March."""
    assert retention.kept_until(make_household(), last) == until


def test_people_who_were_only_referred_have_a_rule_of_their_own(app):
    """2.24"""
    row = rule_of("referral-only")
    row.years_after_last_entry = 2
    records.save(row)
    day = datetime.date(2020, 5, 1)
    referred, case = make_household(), make_case()
    assert retention.kept_until(referred, day) == datetime.date(2022, 5, 1)
    assert retention.kept_until(case, day) == datetime.date(2027, 5, 1)


def test_a_child_s_file_is_kept_until_years_after_coming_of_age(app):
    """2.24: the later of the two days; the youngest member decides, and 18 is the age of majority of Ontario."""
    settings.change("retention_minor_years_after_majority", 3)
    household, last = make_household(), datetime.date(2020, 5, 1)
    make_client(household, birth_date=datetime.date(2004, 1, 1))
    assert retention.kept_until(household, last) == datetime.date(2027, 5, 1)
    make_client(household, birth_date=datetime.date(2015, 8, 9))
    assert retention.kept_until(household, last) == datetime.date(2036, 8, 9)
    settings.change("retention_minor_years_after_majority", 0)
    assert retention.kept_until(household, last) == datetime.date(2027, 5, 1)


def test_somebody_who_was_of_age_at_the_latest_entry_adds_no_years(app):
    settings.change("retention_minor_years_after_majority", 20)
    household = make_household()
    make_client(household, birth_date=datetime.date(2000, 1, 1))
    assert retention.kept_until(household, datetime.date(2020, 5, 1)).year == 2027


# ---- The latest entry ----------------------------------------------------------------------------------------------------


def test_a_new_entry_moves_the_day(app):
    """R-RET-1: a note and its addendum, a letter by the day here and not in Greenwich."""
    household = make_household(last_entry_on=datetime.date(2019, 1, 1))
    assert last_entry.of(household) == datetime.date(2019, 1, 1)
    client = make_client(household)
    instant = datetime.datetime(2019, 6, 5, 2)  # still the evening of the fourth in Ontario
    make_correspondence(client=client, occurred_at=instant)
    household = Household.get_by_id(household.id)
    assert last_entry.of(household) == datetime.date(2019, 6, 4)
    assert retention.eligible_on(household) == datetime.date(2026, 6, 4)
    make_case_note(clients=[client])
    assert last_entry.of(household) == settings.today()


def test_many_files_are_dated_with_as_many_statements_as_one(app):
    households = [make_household(last_entry_on=datetime.date(2019, 1, n + 1)) for n in range(4)]
    with statements() as one:
        last_entry.of_all(households[:1])
    with statements() as several:
        found = last_entry.of_all(households)
    assert [found[h.id].day for h in households] == [1, 2, 3, 4]
    assert len(several.own()) == len(one.own())


def test_every_table_of_a_file_says_what_dates_it():
    """R-RET-1: a table of tomorrow must decide whether its rows move the day."""
    dated = {field.model for field in last_entry.DATED}
    reached = set(file_contents.tables()) - set(THROUGH)
    assert reached <= dated | UNDATED and not dated & UNDATED
    assert dated <= reached


def test_a_file_without_any_date_says_what_to_enter(app):
    """R-RET-2"""
    household = make_household()
    Household.update(status="closed").execute()
    assert "Enter the day on which the case closed." in " ".join(
        disposal.problems(Household.get_by_id(household.id))
    )


# ---- The list ------------------------------------------------------------------------------------------------------------


def test_the_list_shows_what_is_old_enough_and_disposes_of_nothing(administrator_browser):
    """R-RET-3: the oldest first; nothing is disposed of by looking."""
    today = settings.today()
    for years in (8, 9, 10):
        last = today.replace(year=today.year - years, day=1)
        make_household(
            file_number=f"OLD-{years}",
            status="closed",
            close_reason="moved",
            close_date=last,
            last_entry_on=last,
        )
    young = make_household(status="closed", close_reason="moved", close_date=today)
    page = administrator_browser.get("/retention/")
    ready = page.soup.find("h2", string="May be disposed of now").parent
    assert [a.get_text() for a in ready.select("tbody a")] == ["OLD-10", "OLD-9", "OLD-8"]
    assert young.file_number not in page and not Disposal.select().exists()
    assert "7 years after the latest entry" in page


def test_the_list_and_the_report_name_the_same_files(administrator_browser):
    """R-RET-1, R-RET-2, on the day itself: seven years old today is due, tomorrow is not; neither is a held file, nor one
    that waits for its youngest to be of age."""
    today = settings.today()
    settings.change("retention_minor_years_after_majority", 3)

    def file(number, last, **values):
        base = {"status": "closed", "close_reason": "moved", "close_date": last}
        return make_household(file_number=number, last_entry_on=last, **base | values)

    seven = add_months(today, -84)
    file("TODAY", seven), file("TOMORROW", seven + datetime.timedelta(days=1))
    file("HELD", seven, legal_hold=True, legal_hold_reason="Asked by a court")
    make_client(file("CHILD", seven), birth_date=add_months(today, -120))
    page = administrator_browser.get("/retention/")
    ready = page.soup.find("h2", string="May be disposed of now").parent
    assert [a.get_text() for a in ready.select("tbody a")] == ["TODAY"]
    look = Look("data-quality")
    assert look.figure("disposal") == 1 and list(look.table("disposal")) == ["TODAY"]


def test_nobody_chooses_disposed_from_the_list_of_statuses(browser):
    """R-RET-2"""
    household = make_household(status="on-hold")
    page = browser.get(f"/households/edit/?id={household.id}")
    page = browser.submit(page, "Save", {"status": "Disposed"})
    assert "A file is disposed of under Administration" in page.errors[0]
    assert Household.get_by_id(household.id).status == "on-hold"


def test_a_person_named_in_the_notes_of_others_is_not_deleted(browser):
    """R-RET-2: a person goes with the file, not out of it."""
    client = make_client()
    note = make_case_note(clients=[client])
    page = browser.get(f"/clients/delete/?id={client.id}")
    token = page.token()
    page = browser.post(f"/clients/delete/?id={client.id}", {"csrf_token": token})
    assert "Case notes" in page or "Links from other records" in page
    assert Client.get_by_id(client.id) and CaseNote.get_by_id(note.id)

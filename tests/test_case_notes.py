"""Case notes: in time or late, whom they are about, the lock, who was consulted, what is missing (R-NOTE-1 to R-NOTE-4)."""

import datetime
import io

import pytest
from case_factories import (
    make_assessment,
    make_case,
    make_intake,
    make_plan_review,
)
from casework_factories import (
    make_addendum,
    make_case_note,
    make_consulted_party,
    make_home_visit,
)
from factories import make_client, make_staff, save
from scans import pdf
from test_home import tasks

from forms.formats import date_text
from models import (
    AgencyClosure,
    Attachment,
    CaseNote,
    ConsultedParty,
    HomeVisit,
    Household,
    NoteAddendum,
    Staff,
    VisitList,
)
from workflows import agency_rules, notes, settings
from workflows.records import Refused, linked_ids

ONE_DAY = datetime.timedelta(days=1)
REASON = "A letter from the school arrived."


def ago(days):
    return settings.today() - ONE_DAY * days


def family(size=2):
    """The members of a household that is in the program."""
    household = make_case()
    return [make_client(household) for _n in range(size)]


def form(browser, household, **more):
    """The form of a new note, everything typed that is not asked about here."""
    asked = "".join(f"&{name}={value}" for name, value in more.items())
    return browser.get(f"/case-notes/new/?household={household.id}{asked}")


@pytest.fixture
def worker(app):
    """Whoever is at the screen is somebody who works here."""
    return Staff.get_or_none(Staff.name == "Test Worker") or make_staff(name="Test Worker")


def lock(note):
    """As if the note had been written a week ago."""
    CaseNote.update(written_on=ago(7), contact_on=ago(7)).where(CaseNote.id == note.id).execute()
    return CaseNote.get_by_id(note.id)


# ---- In time or late (R-NOTE-2) ----------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "contact, written, how",
    [
        ("2026-03-02", "2026-03-02", "on-target"),
        ("2026-03-02", "2026-03-03", "on-target"),
        ("2026-03-02", "2026-03-04", "on-time"),
        ("2026-03-02", "2026-03-09", "on-time"),
        ("2026-03-02", "2026-03-10", "late"),
        # Friday: the weekend does not count.
        ("2026-03-06", "2026-03-09", "on-target"),
        # Good Friday 2026 is 3 April: the day after Thursday is Monday.
        ("2026-04-02", "2026-04-06", "on-target"),
        # A contact on Family Day of Ontario: saved, and the next day is the first.
        ("2026-02-16", "2026-02-17", "on-target"),
        ("2026-02-16", "2026-02-23", "on-time"),
        ("2026-02-16", "2026-02-24", "late"),
    ],
)
def test_the_day_after_the_contact_is_the_first_business_day(app, contact, written, how):
    """R-NOTE-2: target 1, limit 5 business days; late is recorded, not blocked."""
    day = datetime.date.fromisoformat
    note = make_case_note(contact_on=day(contact), written_on=day(written))
    assert note.timeliness == how


def test_an_earlier_day_of_writing_makes_no_late_note_timely_and_both_days_are_shown(
    browser, worker
):
    """R-NOTE-2, 2.14: a note from paper keeps the day it was written, and is judged by the day it was typed in."""
    (client,) = family(1)
    days = {"contact_on": ago(31).isoformat(), "written_on": ago(30).isoformat()}
    page = form(browser, client.household, type="one-to-one")
    browser.submit(page, reason_for_contact=REASON, **days)
    note = CaseNote.get()
    assert (note.written_on, note.timeliness) == (ago(30), "late")
    page = browser.get(f"/case-notes/details/?id={note.id}")
    typed = f"{date_text(ago(0))}; whether it was in time is judged by this day"
    assert typed in page.soup.select_one(".key-block").get_text(" ", strip=True)
    assert date_text(ago(30)) in page


def test_a_note_typed_in_on_its_day_has_one_day(browser):
    """R-NOTE-2"""
    page = browser.get(f"/case-notes/details/?id={make_case_note().id}")
    assert "Typed in here on" not in page


def test_a_day_on_which_the_agency_is_closed_does_not_count(app):
    """R-NOTE-2, 5: business days of the agency."""
    save(AgencyClosure(date=datetime.date(2026, 3, 3), label="Move"))
    days = notes.days_of(datetime.date(2026, 3, 2))
    assert (days.target, days.due) == (datetime.date(2026, 3, 4), datetime.date(2026, 3, 10))


def test_in_time_or_late_is_a_pill_in_the_list_a_filter_and_on_the_page(browser):
    """R-NOTE-2"""
    make_case_note(), make_case_note(contact_on=ago(60), written_on=ago(20))
    page = browser.get("/case-notes/")
    assert [pill.text for pill in page.soup.select("tbody .pill")] == ["On target", "Late"]
    page = browser.follow(page, "Late")
    assert len(page.rows) == 1
    page = browser.get(page.absolute(page.soup.select_one("tbody a")["href"]))
    assert "Late" in [pill.text for pill in page.soup.select(".key-block .pill")]


@pytest.mark.parametrize(
    "answers, words",
    [
        ({"contact_on": 1}, "This day is in the future. Enter the day of the contact."),
        ({"contact_on": -1, "written_on": -2}, "A note cannot be written before the contact."),
        ({"written_on": 1}, "This day is in the future. Enter the day of writing."),
    ],
)
def test_days_that_cannot_be_are_refused_with_a_sentence(browser, worker, answers, words):
    """2.14: a note dated tomorrow."""
    (client,) = family(1)
    days = {name: ago(-offset).isoformat() for name, offset in answers.items()}
    page = form(browser, client.household, type="one-to-one")
    page = browser.submit(page, reason_for_contact=REASON, **days)
    assert words in page and not CaseNote.select().exists()


# ---- Whom it is about (R-NOTE-3) ---------------------------------------------------------------------------------------------


def test_a_note_of_a_family_names_the_person_or_is_of_the_family_and_never_both(browser, worker):
    """R-NOTE-3"""
    one, _two = family()
    page = form(browser, one.household, type="one-to-one")
    page = browser.submit(page, reason_for_contact=REASON)
    assert "Say whom this note is about" in page and REASON in page.text
    page = browser.submit(page, clients=[str(one.id)], is_family_matter=True)
    assert "Choose either people or the whole family" in page and not CaseNote.select().exists()
    browser.submit(page, is_family_matter=False)
    assert linked_ids(CaseNote.get(), "clients") == [one.id]


def test_who_is_alone_in_a_file_need_not_be_ticked(browser, worker):
    """R-NOTE-3"""
    (client,) = family(1)
    page = form(browser, client.household, type="one-to-one")
    browser.submit(page, reason_for_contact=REASON)
    note = CaseNote.get()
    assert linked_ids(note, "clients") == [client.id] and note.author == worker


# ---- The lock, and what is added (2.14) --------------------------------------------------------------------------------------


def test_a_note_can_be_changed_for_a_week_and_is_added_to_afterwards(browser, worker):
    """2.14"""
    note = make_case_note()
    assert browser.get(f"/case-notes/edit/?id={note.id}").heading
    typed = browser.get(f"/case-notes/edit/?id={note.id}")
    lock(note)
    page = browser.submit(typed, discussed="The school forms.")
    assert "This note has been locked since" in page and "The school forms." in page.text
    page = browser.get(f"/case-notes/edit/?id={note.id}")
    assert page.path.startswith("/case-notes/details/") and "Add to this note" in page
    page = browser.submit(page, "Add to this note", text="The school called back.")
    added = NoteAddendum.get()
    assert (added.note_id, added.author, added.written_on) == (note.id, worker, settings.today())
    assert "The school called back." in page and page.path.startswith("/case-notes/details/")
    assert CaseNote.get_by_id(note.id).discussed is None


def test_an_addition_has_a_form_of_its_own_and_says_what_is_missing(browser, worker):
    """2.14"""
    note = lock(make_case_note())
    page = browser.submit(browser.get(f"/note-addenda/new/?note={note.id}"))
    assert page.errors and not NoteAddendum.select().exists()
    browser.submit(page, text="The school called back.")
    assert NoteAddendum.get().note_id == note.id


@pytest.mark.parametrize("written", [1, -30])
def test_an_addition_is_neither_of_tomorrow_nor_older_than_its_note(app, written):
    """2.14"""
    with pytest.raises(Refused) as refused:
        make_addendum(written_on=ago(-written))
    assert [problem.field for problem in refused.value.problems] == ["written_on"]


def test_a_locked_note_is_neither_deleted_nor_given_other_people_or_parties(browser):
    """2.14, R-NOTE-4"""
    note = lock(make_case_note())
    page = browser.get(f"/case-notes/delete/?id={note.id}")
    page = browser.submit(page, "Yes, delete")
    assert "has been locked since" in page and CaseNote.get_or_none(CaseNote.id == note.id)
    with pytest.raises(Refused):
        save(note, {"clients": [make_client(note.household).id]})
    with pytest.raises(Refused):
        make_consulted_party(note=note)


def test_an_addition_locks_as_its_note_does(app):
    """2.14"""
    note = make_case_note(contact_on=ago(10), written_on=ago(10))
    row = make_addendum(note=note, written_on=ago(8))
    row.text = "Something else."
    with pytest.raises(Refused):
        save(row)


# ---- Who was consulted (R-NOTE-4) --------------------------------------------------------------------------------------------


def test_who_was_consulted_is_kept_with_the_note(browser, worker):
    """R-NOTE-4"""
    (client,) = family(1)
    page = form(browser, client.household, type="consultation")
    answers = {
        "consulted-0-who": "Ms. Roy",
        "consulted-0-role": "Teacher",
        "consulted-2-who": "A lawyer",
    }
    page = browser.submit(page, answers=answers | {"reason_for_contact": REASON})
    rows = list(ConsultedParty.select().order_by(ConsultedParty.id))
    assert [(r.who, r.role, r.consulted_on) for r in rows] == [
        ("Ms. Roy", "Teacher", settings.today()),
        ("A lawyer", None, settings.today()),
    ]
    assert "Ms. Roy" in page and "does not say who was consulted" not in page
    page = browser.get(f"/case-notes/edit/?id={CaseNote.get().id}")
    browser.submit(
        page,
        answers={"consulted-0-who": "", "consulted-0-role": "", "consulted-0-consulted_on": ""},
    )
    assert [row.who for row in ConsultedParty.select()] == ["A lawyer"]


@pytest.mark.parametrize(
    "answers, words",
    [
        ({"consulted-0-role": "Teacher"}, "Say who was consulted, or empty this line."),
        (
            {"consulted-0-who": "Ms. Roy", "consulted-0-consulted_on": "2199-01-01"},
            "Enter the day on which they were consulted.",
        ),
    ],
)
def test_a_line_that_cannot_be_stops_the_whole_note(browser, worker, answers, words):
    """R-NOTE-4: one transaction."""
    (client,) = family(1)
    page = form(browser, client.household, type="consultation")
    page = browser.submit(page, answers=answers | {"reason_for_contact": REASON})
    assert words in page and not CaseNote.select().exists()


def test_a_consultation_that_names_nobody_warns(browser, worker):
    """R-NOTE-4"""
    (client,) = family(1)
    for kind, warns in (("consultation", True), ("case-conference", True), ("one-to-one", False)):
        page = browser.submit(form(browser, client.household, type=kind), reason_for_contact=REASON)
        assert ("does not say who was consulted" in page) == warns


# ---- What is missing (R-NOTE-1) ----------------------------------------------------------------------------------------------


def events(day):
    """One event of each kind on ``day``, in one file; returns the client."""
    (client,) = family(1)
    household = client.household
    make_intake(household=household, intake_date=day, completed_on=day)
    make_assessment(client, completed_on=day)
    make_plan_review(household=household, due_on=day, done_on=day)
    visit = make_home_visit(client=client)
    # A list is made for a day to come; this one is over by now.
    VisitList.update(date=day).where(VisitList.id == visit.visit_list_id).execute()
    HomeVisit.update(status="checked-in").where(HomeVisit.id == visit.id).execute()
    closed = {"status": "closed", "close_date": day, "close_reason": "moved"}
    Household.update(**closed).where(Household.id == household.id).execute()
    return client


KINDS = ["closing", "home-visit", "intake", "needs-assessment", "quarterly-check-in"]


def missing():
    return [row for row, _client in notes.missing_and_whom(settings.today())]


def test_each_event_that_needs_a_note_asks_for_one_until_it_is_written(app):
    """R-NOTE-1, R-VISIT-6"""
    day = ago(30)
    client = events(day)
    found = missing()
    due = agency_rules.calendar().add(day, 5)
    assert sorted(found, key=lambda row: row.kind) == [
        (client.household_id, kind, day, due) for kind in KINDS
    ]
    for kind in KINDS:
        make_case_note(client=client, type=kind, contact_on=day)
    assert missing() == []
    assert HomeVisit.get().note.type == "home-visit"


def test_a_note_of_another_person_household_or_time_does_not_do(app):
    """R-NOTE-1"""
    day = ago(30)
    client = events(day)
    make_case_note(client=make_client(client.household), type="needs-assessment", contact_on=day)
    make_case_note(type="intake", contact_on=day)
    make_case_note(client=client, type="quarterly-check-in", contact_on=ago(60), written_on=ago(60))
    assert sorted(row.kind for row in missing()) == KINDS


def test_a_file_for_referrals_only_has_no_notes_to_miss(app):
    """R-NOTE-1"""
    client = make_client()
    make_intake(household=client.household, completed_on=ago(30), intake_date=ago(30))
    assert missing() == []


def test_home_counts_what_is_overdue_and_leads_to_the_form_filled_in(browser, worker):
    """R-NOTE-1, R-NOTE-2"""
    assert not [words for words in tasks(browser.get("/")) if "case note" in words]
    client = events(ago(30))
    make_assessment(client, point="a2", completed_on=ago(1))
    number, href = tasks(browser.get("/"))["case notes are missing"]
    assert number == "5"
    page = browser.get(href)
    assert len(page.rows) == 6 and sum("Not due yet" in row for row in page.rows) == 1
    link = next(a for a in page.soup.select("tbody a") if "Needs assessment" in a.text)
    page = browser.get(page.absolute(link["href"]))
    browser.submit(page, reason_for_contact="The first needs assessment.")
    note = CaseNote.get()
    assert (note.type, note.contact_on) == ("needs-assessment", ago(30))
    assert linked_ids(note, "clients") == [client.id] and note.timeliness == "late"
    assert tasks(browser.get("/"))["case notes are missing"][0] == "4"


def test_the_types_that_must_be_written_are_named_beside_the_choice(browser):
    """R-NOTE-1"""
    page = form(browser, family(1)[0].household)
    (words,) = [p.text for p in page.soup.select("#type-help")]
    assert words.startswith("These must be written: Intake, ") and "One-to-one" not in words


def test_the_standards_count_notes_in_time_among_all_that_were_due(app):
    """R-NOTE-1, R-NOTE-2"""
    make_case_note(contact_on=ago(20), written_on=ago(20))
    make_case_note(contact_on=ago(30), written_on=ago(10))
    make_case_note(contact_on=ago(80), written_on=ago(80))
    make_assessment(family(1)[0], completed_on=ago(25))
    assert notes.written_in_time(ago(40), ago(0)) == (1, 3)
    assert notes.written_in_time(ago(90), ago(50)) == (1, 1)


# ---- Received papers (R-NOTE-6) ----------------------------------------------------------------------------------------------


def attach(browser, note, name="letter.pdf", content=None, status=200, **answers):
    page = browser.get(f"/case-notes/details/?id={note.id}")
    file = (io.BytesIO(content or pdf()), name)
    return browser.submit(page, "Add this file", {"file": file, **answers}, status)


def test_a_received_paper_is_filed_once_its_diagnosis_is_removed(browser):
    """R-NOTE-6"""
    note = make_case_note()
    page = attach(browser, note, status=422)
    assert "Has any diagnosis been removed?" in page and not Attachment.select().exists()
    attach(browser, note, diagnosis_removed=True)
    assert Attachment.get().kind == "scan"


@pytest.mark.parametrize(
    "name",
    ["Diagnosis.pdf", "letter_PTSD_2026.pdf", "Rapport-schizophrénie.pdf", "046-454-286.pdf"],
)
def test_a_file_that_names_a_diagnosis_or_an_identity_number_is_refused(browser, name):
    """R-NOTE-6, R-CLI-1"""
    page = attach(browser, make_case_note(), name, status=422, diagnosis_removed=True)
    assert "The name of this file says something" in page and not Attachment.select().exists()


@pytest.mark.parametrize(
    "content, words",
    [(b"MZ\x90\0", "neither a PDF nor"), (pdf(b"%" * (11 * 1024 * 1024)), "larger than 10 MB")],
)
def test_a_scan_of_a_wrong_kind_or_size_is_refused_here_too(browser, content, words):
    """R-NOTE-6"""
    page = attach(browser, make_case_note(), content=content, status=422, diagnosis_removed=True)
    assert words in page


def test_who_was_consulted_stays_with_a_locked_note(browser):
    """R-NOTE-4, 2.14: on the page of the consulted party, too."""
    note = make_case_note(contact_on=ago(3), written_on=ago(3))
    party = make_consulted_party(note=note)
    CaseNote.update(written_on=ago(7), contact_on=ago(7)).where(CaseNote.id == note.id).execute()
    page = browser.submit(browser.get(f"/consulted-parties/delete/?id={party.id}"))
    assert "has been locked since" in page and ConsultedParty.get_or_none(id=party.id)


@pytest.mark.parametrize("make", [make_case_note, make_addendum])
def test_the_lock_is_not_put_off_by_a_later_day_of_writing(app, make):
    """R-NOTE-2, 2.14: the lock counts from the day of writing, which is never after the first save."""
    row = make()
    row.written_on = ago(3)
    if make is make_addendum:
        CaseNote.update(contact_on=ago(4), written_on=ago(4)).execute()
    else:
        row.contact_on = ago(3)
    save(row)
    saved_at = row.created_at - ONE_DAY * 3
    type(row).update(created_at=saved_at).where(type(row).id == row.id).execute()
    row = type(row).get_by_id(row.id)
    row.written_on = settings.today()
    with pytest.raises(Refused, match="written by then"):
        save(row)

"""The page of a file: how the family stands, everything dated, family matters apart (2.6–2.22, R-NOTE-3, R-NOTE-8)."""

import datetime
import io

import pytest
from case_factories import (
    make_assessment,
    make_case,
    make_child,
    make_exit_interview,
    make_extension,
    make_goal,
    make_intake,
    make_plan,
    make_plan_action,
    make_plan_review,
)
from casework_factories import (
    make_access_request,
    make_addendum,
    make_appointment,
    make_assignment,
    make_booking,
    make_case_activity,
    make_case_note,
    make_correspondence,
    make_home_visit,
    make_incident,
    make_printout,
    make_visit_list,
)
from factories import make_client, make_consent, make_distribution, make_referral
from report_values import Look, put
from scans import pdf
from statements import statements

from admin_views import timeline as words
from models import AuditLog, Household, NeedsAssessment, PlanReview, Printout
from workflows import attachments, home_tasks, settings, standards_cases, timeline

DAY = datetime.timedelta(days=1)
PAGE = 52  # statements of the page of a household, whatever the length of its file


@pytest.fixture
def mother(app):
    return make_client(
        household=make_case(), first_name="Rima", birth_date=datetime.date(1988, 5, 1)
    )


@pytest.fixture
def child(mother):
    return make_child(mother, first_name="Sami")


def fill(client):
    """One record of every kind that a file holds, all of today or near it."""
    house, day = client.household, settings.today()
    note = make_case_note(clients=[client])
    make_addendum(note=note)
    make_case_activity(clients=[client])
    make_correspondence(client=client)
    make_home_visit(clients=[client], visit_list=make_visit_list(date=day))
    if not NeedsAssessment.select().where(NeedsAssessment.client == client).exists():
        make_assessment(client)
    make_intake(household=house)
    make_consent(client, state="withdrawn", withdrawn_on=day)
    referral = make_referral(client=client, outcome="enrolled", outcome_on=day)
    make_distribution(referral)
    make_plan(household=house)
    due = day + PlanReview.select().count() * DAY
    make_plan_review(household=house, due_on=due)
    make_incident(household=house)
    make_booking(client=client)
    make_appointment(client=client)
    make_exit_interview(client=client)
    make_extension(household=house)
    make_assignment(household=house)
    make_access_request(client=client)
    make_printout(household=house, client=client, kind="person")


def page_of(browser, client, **asked):
    more = "".join(f"&{name}={value}" for name, value in asked.items())
    return browser.get(f"/households/details/?id={client.household_id}{more}")


def dated(page):
    """The lines of "Everything dated": (what, date, kind, people, who)."""
    section = page.soup.select_one("#dated").find_parent("section")
    return [
        tuple(" ".join(cell.get_text(" ").split()) for cell in row.select("th, td"))
        for row in section.select("tbody tr")
    ]


# ---- Everything dated ------------------------------------------------------------------------------------------------------


def test_everything_dated_is_on_the_page_of_the_household_newest_first(browser, mother):
    """Each kind of record has its line, with a link where everybody may open it."""
    fill(mother)
    old = make_case_note(
        clients=[mother], contact_on=settings.today() - 90 * DAY, author=make_case_note().author
    )
    page = page_of(browser, mother)
    lines = dated(page)
    assert {line[2] for line in lines} == {str(label) for label in words.KINDS.values()}
    assert len(lines) == len(timeline.SOURCES) + 1
    assert lines[-1][4] == old.author.name and str(old.contact_on.day) in lines[-1][1]
    for link in page.soup.select("#dated ~ table a"):
        assert browser.open(link["href"]).status_code in (200, 302)


def test_no_text_of_a_record_is_in_the_timeline(browser, mother):
    """The page says what there is, not what was said."""
    make_case_note(clients=[mother], reason_for_contact="Quokkatext", discussed="Wombattext")
    make_correspondence(client=mother, content="Numbattext", purpose="Dingotext")
    make_case_activity(clients=[mother], note="Bilbytext")
    page = page_of(browser, mother)
    assert len(dated(page)) == 3
    assert not any(w in page for w in ("Quokka", "Wombat", "Numbat", "Dingo", "Bilby"))


def test_older_lines_follow_exactly_where_the_page_ended(browser, mother):
    """Fifty at a time, none twice, none left out, whatever shares a day."""
    for n in range(70):
        day = settings.today() - (n // 7) * DAY
        make_case_activity(clients=[mother], date=day, minutes=n + 1)
    for n in range(40):
        make_correspondence(
            client=mother, occurred_at=settings.start_of(settings.today()) - n * DAY / 3
        )
    seen, place = [], None
    while True:
        rows, more = timeline.entries(mother.household_id, older_than=place)
        assert len(rows) <= timeline.PAGE
        seen += rows
        if not more:
            break
        place = rows[-1].place
    assert len(seen) == len({(row.rank, row.id) for row in seen}) == 110
    assert [row.day for row in seen] == sorted((row.day for row in seen), reverse=True)
    first = page_of(browser, mother)
    second = browser.follow(first, "Older")
    third = browser.follow(second, "Older")
    counts = [len(dated(page)) for page in (first, second, third)]
    assert counts == [50, 50, 10] and "Older" not in third.links
    assert not set(dated(first)[:3]) & set(dated(second))


@pytest.mark.parametrize("place", ["x", "2026-13-45.1.1", "2026-01-01.99.1", "2026-01-01.1"])
def test_a_made_up_place_or_filter_shows_the_page(browser, mother, place):
    make_case_note(clients=[mother])
    page = page_of(browser, mother, older=place, kind="nothing", person="999999")
    assert page.heading == mother.household.file_number


def test_the_lines_are_filtered_by_kind_and_by_person(browser, mother, child):
    """R-NOTE-3: ids and kinds in the address, never a name."""
    make_case_note(clients=[mother]), make_case_note(clients=[child])
    make_case_note(clients=[mother], is_family_matter=True), make_case_activity(clients=[mother])
    page = page_of(browser, mother)
    assert len(dated(page)) == 4
    page = browser.submit(page, "Show", kind="Case note", person=str(child))
    assert [line[3] for line in dated(page)] == [str(child)]
    address = page.response.request.full_path
    assert f"person={child.id}" in address and "Sami" not in address
    page = browser.submit(page, "Show", kind="Case note", person="The whole family")
    assert len(dated(page)) == 1 and "family matter" in dated(page)[0][0]
    assert len(dated(browser.follow(page, "Show everything"))) == 4


def test_a_person_s_page_has_their_own_matters_and_those_of_the_family_apart(
    browser, mother, child
):
    """R-NOTE-3"""
    make_case_note(clients=[child], type="formal-meeting")
    make_case_note(clients=[mother], type="one-to-one")
    make_intake(household=mother.household)
    page = browser.get(f"/clients/details/?id={child.id}")
    own = dated(page)
    assert [line[2] for line in own] == ["Case note"] and "ormal" in own[0][0]
    section = page.soup.select_one("#family").find_parent("section")
    assert "Matters of the whole family" in section.h2.get_text()
    assert [c.get_text() for c in section.select("tbody td:nth-child(3)")] == ["Intake"]


def test_a_record_of_another_household_is_nowhere(browser, mother):
    """R-CON-7"""
    other = make_client()
    fill(other)
    assert dated(page_of(browser, mother)) == []


def test_the_page_costs_the_same_however_long_the_file_is(browser, mother, child):
    fill(mother)
    page_of(browser, mother)
    with statements() as short:
        page_of(browser, mother)
    for _n in range(12):
        fill(child)
    page_of(browser, mother)
    with statements() as long:
        page_of(browser, mother)
    assert len(long.own()) <= len(short.own()) <= PAGE, "\n".join(long.counted())


# ---- How the family stands ------------------------------------------------------------------------------------------------


def test_levels_over_time_are_a_table_of_words_and_a_stair(browser, mother):
    """R-ASM-8: never by colour alone."""
    start = settings.today() - 150 * DAY
    make_assessment(mother, point="a1", level="very-high", completed_on=start)
    make_assessment(mother, point="a2", level="moderate", completed_on=start + 120 * DAY)
    page = page_of(browser, mother)
    section = page.soup.select_one("#levels").find_parent("section")
    cells = [cell.get_text(" ", strip=True) for cell in section.select("tbody td")]
    assert cells[0].startswith("Very High Needs") and cells[1].startswith("Moderate")
    assert len(cells) == 5 and cells[2:] == ["–"] * 3
    assert len(section.select("svg circle")) == 2 and "words" in section.svg["aria-label"]
    assert "Moderate Needs" in page.soup.select_one("#people").find_parent("section").get_text()


def test_the_plan_the_referrals_and_what_can_be_added_are_there(browser, mother):
    goal = make_goal(mother, title="Find a bigger home", status="in-progress")
    make_plan_action(goal=goal, text="Later", due_on=settings.today() + 9 * DAY)
    make_plan_action(goal=goal, text="Apply for housing", due_on=settings.today() + DAY)
    referral = make_referral(client=mother)
    page = page_of(browser, mother)
    assert "Apply for housing, by" in page and "Later, by" not in page
    assert referral.number in page
    note = browser.follow(page, "New note")
    assert note.path.endswith(f"?household={mother.household_id}")
    for name in ("Record an activity", "Record correspondence", "Plan a home visit"):
        assert browser.open(page.links[name]).status_code == 200
    for name in ("Call or appointment", "Book an interpreter", "Report an incident"):
        assert browser.open(page.links[name]).status_code == 200


def test_an_empty_file_says_what_would_be_there(browser):
    page = page_of(browser, make_client())
    assert "Nothing dated yet" in page and "No referral is open." in page
    assert "The file was never printed." in page


# ---- Printing (R-NOTE-8) ---------------------------------------------------------------------------------------------------


def test_printing_the_file_is_recorded_and_shown(browser, mother):
    """R-NOTE-8, R-SYS-5, R-SYS-8: through the screen; whoever has the household open does not conflict."""
    make_case_note(clients=[mother], discussed="The lease was read together.")
    version = Household.get_by_id(mother.household_id).version
    paper = browser.submit(page_of(browser, mother), "Print the file")
    house = Household.get_by_id(mother.household_id)
    assert (house.printed_on, house.version) == (settings.today(), version)
    assert "The lease was read together." in paper and "by Test Worker" in paper
    assert "Confidential: personal information." in paper and house.file_number in paper
    row = Printout.get()
    assert (row.kind, row.household_id, row.client_id) == ("file", house.id, None)
    logged = AuditLog.select().where(AuditLog.action == "print").get()
    assert (logged.entity, logged.entity_id) == ("printout", row.id)
    with statements() as asked:
        browser.get(paper.path)
    assert asked.changed() == []
    assert "last printed on" in page_of(browser, mother)


def test_the_whole_file_holds_everything_of_the_household(browser, mother, child):
    """R-NOTE-8"""
    fill(mother), fill(child)
    paper = browser.submit(page_of(browser, mother), "Print the file")
    headings = [h.get_text() for h in paper.soup.select("h2")]
    assert len(headings) >= 17 and str(child) in paper and "Repairs" in paper
    french = browser.get(f"{paper.path}&lang=fr")
    assert french.soup.html["lang"] == "fr"


def test_the_summary_of_the_notes_leaves_out_what_was_observed(browser, mother):
    """R-NOTE-8"""
    make_case_note(
        clients=[mother], observations="Appeared tired.", agreed_and_follow_up="Call on Monday."
    )
    paper = browser.submit(page_of(browser, mother), "Print a summary of the case notes")
    assert "Call on Monday." in paper and "Appeared tired." not in paper
    assert Household.get_by_id(mother.household_id).printed_on is None


def test_a_printout_of_another_day_is_printed_anew(browser, mother):
    row = make_printout(household=mother.household, printed_on=settings.today() - DAY)
    page = browser.get(f"/case-file/?id={row.id}")
    assert page.heading == mother.household.file_number and "not of today" in page
    browser.get("/case-file/?id=999999", status=404)
    token = page.token()
    for data in ({"kind": "file"}, {"kind": "x", "id": mother.household_id}, {"kind": "person"}):
        response = browser.open("/case-file/print/", "POST", data={"csrf_token": token} | data)
        assert response.status_code == 404


def test_a_file_newer_than_its_paper_copy_is_counted_on_home(browser, clock):
    """R-NOTE-8: older than seven days, active cases only; the number leads to the files."""
    day = settings.today()

    def file(**values):
        house = make_case()
        Household.update(**{"status": "open", "last_entry_on": day} | values).where(
            Household.id == house.id
        ).execute()
        return house

    due = file(printed_on=day - 8 * DAY)
    never = file(last_entry_on=day - 9 * DAY)
    file(printed_on=day - 7 * DAY), file(), file(printed_on=day - 9 * DAY, status="closed")
    file(printed_on=day - 9 * DAY, last_entry_on=day - 9 * DAY)
    file(printed_on=day - 9 * DAY, case_type="portal-only")
    assert home_tasks.counts(day)["files-to-print"] == 2
    page = browser.follow(browser.get("/"), "files on paper are older than their latest entry")
    assert [row[0] for row in page.rows] == [never.file_number, due.file_number]
    clock.forward(days=8)
    assert home_tasks.counts(settings.today())["files-to-print"] == 4


def test_home_the_standards_and_the_report_count_the_same_files_to_print(browser):
    """R-NOTE-8, on the day itself: a printout of seven days ago is not older than seven days, one of eight is; a case on
    hold is nobody's to print."""
    day = settings.today()

    def file(days, status="open"):
        values = {"last_entry_on": day, "printed_on": day - days * DAY, "status": status}
        return put(make_case(), **values)

    file(7), file(8, status="on-hold")
    due = file(8)
    listed = browser.follow(browser.get("/"), "file on paper is older than its latest entry")
    assert [row[0] for row in listed.rows] == [due.file_number]
    assert standards_cases.printed(day, day) == (1, 2)
    look = Look("data-quality")
    assert look.figure("printing") == 1
    assert list(look.table("printing")) == [due.file_number]


def test_the_papers_of_notes_are_listed_in_the_whole_file(browser, mother):
    """R-NOTE-8: whatever record of the file they belong to."""
    note = make_case_note(household=mother.household, clients=[mother])
    attachments.store("scan", note, io.BytesIO(pdf()), "school-form.pdf")
    assert "school-form.pdf" in browser.submit(page_of(browser, mother), "Print the file")

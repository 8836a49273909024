"""The wizard for a new service or activity: an entry and its copies, a topic a page (R-SA, R-PROG-1)."""

import pytest
from factories import keywords_of, make_keyword, make_location, make_program, make_service
from test_wizard_engine import seal_of, token_of

from models import ACTIVE, ARCHIVED, DRAFT, Program, ServiceActivity, ServiceLocation


@pytest.fixture
def place(app):
    return make_location(name="Main office")


@pytest.fixture
def program(place):
    return make_program(organization=place.organization, name="Employment help")


@pytest.fixture
def word(program):
    """A keyword that the program's area offers."""
    return keywords_of(program.area_of_focus)[0]


def begin(browser, program):
    """The second page, of a service of this program."""
    token = token_of(browser.get("/new-service/"))
    page = browser.post("/new-service/", {"csrf_token": token, "program": str(program.id)})
    assert page.heading == "Program"
    return browser.submit(page, "Continue")


def basics(browser, page, name="Interview practice", **answers):
    given = {"name": name, "description": "Practise with a volunteer."} | answers
    page = browser.submit(page, "Continue", given)
    assert page.heading == "When it takes place"
    return page


def when(browser, page, **answers):
    given = {"days": ["Monday"], "start_time": "09:00", "end_time": "11:00"} | answers
    return browser.submit(page, "Continue", given)


def until_check(browser, page, places=("Main office",), words=None, **contact):
    page = browser.submit(page, "Continue", locations=list(places))
    assert page.heading == "Keywords"
    offered = [label.get_text() for label in page.soup.select("label[for^=keywords-]")]
    words = offered[1:2] if words is None else list(words)
    page = browser.submit(page, "Continue", keywords=words)
    page = browser.submit(page, "Continue")
    page = browser.submit(page, "Continue", contact)
    assert page.heading == "Check your answers"
    return page


def card_of(page):
    pairs = page.soup.select_one(".key-block").select("dt, dd")
    words = [part.get_text(" ", strip=True) for part in pairs]
    return dict(zip(words[::2], words[1::2], strict=True))


def test_a_service_is_made_and_active_once_it_is_complete(browser, program, word):
    """R-SA-14, R-PROG-1: the program becomes active with it."""
    page = until_check(browser, when(browser, basics(browser, begin(browser, program))))
    card = card_of(page)
    assert list(card) == [
        "Partner",
        "Location",
        "Description",
        "Program",
        "Type of Activity",
        "Program Type",
        "Start Date",
        "End Date",
        "Available Days",
        "Start Time",
        "End Time",
        "Fiscal Year",
    ]
    assert (card["Start Date"], card["Available Days"]) == ("Ongoing", "Monday")
    page = browser.submit(page, "Save the service")
    assert page.heading == "Interview practice is saved"
    service = ServiceActivity.get()
    assert (service.state, service.program, service.contact_email) == (
        ACTIVE,
        program,
        program.contact_email,
    )
    assert len(service.keywords) == 1
    assert service.reviewed_by_name == "Test Worker"
    assert Program.get_by_id(program.id).state == ACTIVE


def test_without_keywords_it_becomes_a_draft_and_says_so(browser, program, word):
    """R-SA-14"""
    page = when(browser, basics(browser, begin(browser, program)))
    page = until_check(browser, page, words=())
    assert "It becomes a draft" in page and "Choose at least one keyword." in page
    page = browser.submit(page, "Save the service")
    assert "It is a draft" in page and ServiceActivity.get().state == DRAFT


def test_a_complete_one_may_stay_a_draft(browser, program, word):
    page = until_check(browser, when(browser, basics(browser, begin(browser, program))))
    browser.submit(page, "Save the service", draft=True)
    assert ServiceActivity.get().state == DRAFT


def test_several_locations_make_copies_that_belong_together(browser, program, word, place):
    """R-SA-3"""
    other = make_location(organization=place.organization, name="North office")
    page = when(browser, basics(browser, begin(browser, program)))
    page = until_check(
        browser,
        page,
        places=("Main office", "North office"),
        copies_contact="Use the reception contact of each location",
    )
    assert "Copies at: North office" in page
    page = browser.submit(page, "Save the service")
    assert "1 copy was made at another location." in page
    first, copy = ServiceActivity.select().order_by(ServiceActivity.id)
    assert (first.location, copy.location) == (place, other)
    assert first.clone_group == copy.clone_group is not None
    assert (first.contact_mode, copy.contact_mode) == ("own", "reception")
    assert copy.state == ACTIVE and list(copy.keywords) == list(first.keywords)


def test_an_online_service_gets_the_word_in_its_name_unless_somebody_unticks_it(
    browser, program, word
):
    """R-SA-9"""
    page = basics(browser, begin(browser, program), delivery_mode="Online")
    page = until_check(browser, when(browser, page))
    assert "Interview practice (Online)" in page
    page = browser.get(page.path.replace("/check", "/basics"))
    page = browser.submit(page, "Continue", add_online=False)
    browser.submit(browser.get(page.path.rsplit("/", 1)[0] + "/check"), "Save the service")
    assert ServiceActivity.get().name == "Interview practice"


def test_a_program_is_made_with_its_first_service(browser, place, program):
    """R-PROG-1, R-PROG-4"""
    area = str(program.area_of_focus)
    page = browser.submit(browser.get("/new-service/"), "Start")
    page = browser.submit(page, "Continue", which="A new program of our organization")
    assert page.heading == "The new program"
    given = {
        "name": "First weeks",
        "description": "For those who just came.",
        "area_of_focus": area,
        "contact_name": "Lee",
        "funding": "ircc",
        "languages": ["English"],
    }
    page = browser.submit(page, "Continue", given)
    assert any("phone number or an email" in line for line in page.errors)
    page = browser.submit(page, "Continue", contact_phone="519-555-0100")
    assert page.heading == "What it is", page.errors
    page = until_check(browser, when(browser, basics(browser, page)))
    assert Program.select().where(Program.name == "First weeks").count() == 0
    browser.submit(page, "Save the service")
    made = Program.get(Program.name == "First weeks")
    assert (made.state, made.organization.is_own) == (ACTIVE, True)
    assert ServiceActivity.get().program == made


@pytest.mark.parametrize(
    ("answers", "sentence"),
    [
        ({"duration_type": "Specific dates"}, "Enter the start date."),
        ({"start_date": "2026-05-01"}, "Ongoing services have no dates."),
        ({"end_time": "08:00"}, "The end time must be later than the start time."),
        (
            {"schedule_type": "One-time", "start_date": "", "days": []},
            "A one-time event needs its date.",
        ),
    ],
)
def test_dates_and_times_are_judged_on_their_page(browser, program, answers, sentence):
    """R-SA-6, R-SA-7"""
    page = basics(browser, begin(browser, program))
    types = {"duration_type", "schedule_type"} & set(answers)
    for name in types:
        options = [o.get_text(strip=True) for o in page.soup.select(f"label[for^={name}]")]
        options += [o.get_text(strip=True) for o in page.soup.select(f"select[name={name}] option")]
        answers[name] = next(o for o in options if o.lower().startswith(answers[name].lower()[:8]))
    page = when(browser, page, **answers)
    assert page.heading == "When it takes place"
    assert any(sentence in line for line in page.errors), page.errors


def test_the_same_name_at_the_same_place_is_no_second_entry(browser, program, place):
    """R-SA-2, R-SA-8"""
    make_service(program=program, location=place, name="Interview practice")
    page = when(browser, basics(browser, begin(browser, program), name="interview  Practice"))
    page = browser.submit(page, "Continue", locations=["Main office"])
    assert "list them at the end of the description" in page.errors[0]


def test_a_keyword_of_another_area_is_refused(browser, program, word):
    """R-SA-5"""
    foreign = make_keyword(term_en="Foreign")
    page = when(browser, basics(browser, begin(browser, program)))
    page = browser.submit(page, "Continue", locations=["Main office"])
    assert "Foreign" not in page
    data = {"csrf_token": token_of(page), "seal": seal_of(page), "keywords": str(foreign.id)}
    page = browser.post(page.path, data)
    assert page.heading == "Keywords" and page.errors


def test_a_program_archived_meanwhile_is_chosen_again(browser, program, word):
    page = until_check(browser, when(browser, basics(browser, begin(browser, program))))
    Program.update(state=ARCHIVED).where(Program.id == program.id).execute()
    page = browser.submit(page, "Save the service")
    assert page.heading == "Program" and "no longer there" in page
    assert ServiceActivity.select().count() == 0


def test_a_location_taken_out_of_use_meanwhile_is_chosen_again(browser, program, word, place):
    """R-LOC-1"""
    page = until_check(browser, when(browser, basics(browser, begin(browser, program))))
    ServiceLocation.update(is_active=False).where(ServiceLocation.id == place.id).execute()
    page = browser.submit(page, "Save the service")
    assert page.heading == "Where it takes place"
    assert ServiceActivity.select().count() == 0


def test_a_name_taken_by_a_colleague_meanwhile_is_said_before_anything_is_written(
    browser, program, word, place
):
    """R-SA-2"""
    page = until_check(browser, when(browser, basics(browser, begin(browser, program))))
    make_service(program=program, location=place, name="Interview practice")
    page = browser.submit(page, "Save the service")
    assert page.heading == "Where it takes place"
    assert ServiceActivity.select().count() == 1


def test_pressing_save_twice_makes_one_entry(browser, program, word):
    page = until_check(browser, when(browser, basics(browser, begin(browser, program))))
    for _press in range(2):
        assert browser.submit(page, "Save the service").heading == "Interview practice is saved"
    assert ServiceActivity.select().count() == 1


def test_the_list_leads_to_the_wizard_and_to_the_one_page_form(browser, program):
    page = browser.get("/service-activities/?organization=own")
    assert browser.follow(page, "New service").heading == "New service or activity"
    assert browser.follow(page, "One-page form").heading == "New Service or Activity"


def test_an_address_in_another_tab_is_seen_before_saving(browser, program, word):
    page = until_check(browser, when(browser, basics(browser, begin(browser, program))))
    tab = browser.get(page.path.replace("/check", "/basics"))
    browser.submit(tab, "Continue", name="Mock interviews")
    page = browser.submit(page, "Save the service")
    assert "An answer was changed since this page was opened" in page
    assert ServiceActivity.select().count() == 0

"""The directory as people use it: forms, the card, clones, coverage, April, keywords."""

import datetime

import pytest
from directory_rows import (
    fresh,
    keyword,
    make_location,
    make_partner,
    make_program,
    make_service,
)
from factories import make_referral

from models import (
    ACTIVE,
    ARCHIVED,
    DRAFT,
    AuditLog,
    Keyword,
    Organization,
    Program,
    ServiceActivity,
    ServiceLocation,
    ServiceReview,
)
from workflows import business_days, directory, records, settings

SECTIONS = [
    "Basics",
    "Time / Days",
    "Keywords",
    "Contact Information",
    "Eligibility",
    "Specific focus groups",
    "Support services",
    "Additional Information",
]


def headings(page, level="h2"):
    return [" ".join(heading.get_text().split()) for heading in page.soup.main.select(level)]


def links(page):
    return [a["href"] for a in page.soup.main.select("a[href]")]


# ---- Organizations


def test_my_organization_opens_as_one_form_R_ORG_1(browser):
    page = browser.get("/my-organization/")
    assert page.heading == "My Organization"
    page = browser.submit(page, complete_means="First contact was made.")
    assert page.heading == "My Organization" and "Saved." in page
    assert Organization.own().complete_means == "First contact was made."


def test_my_organization_says_what_is_missing(browser):
    page = browser.submit(browser.get("/my-organization/"), phone="")
    assert "Please look at these again" in page
    assert Organization.own().phone


def test_clearing_the_ircc_answers_is_asked_on_the_form_R_ORG_2(browser):
    own = Organization.own()
    own.is_ircc_funded, own.ircc_services = True, ["rap"]
    records.save(own)
    page = browser.submit(browser.get("/my-organization/"), is_ircc_funded=False)
    assert "these answers are cleared: IRCC-funded services" in page
    assert fresh(own).is_ircc_funded
    browser.submit(page, confirmed=["clear-ircc"])
    assert not fresh(own).is_ircc_funded and fresh(own).ircc_services == []


def test_the_menu_opens_our_own_and_partners_are_one_click_away(browser):
    ours = make_service(name="Our own class")
    partner = make_partner(name="Bridges")
    theirs = make_service(make_program(partner), make_location(partner), name="Their class")
    page = browser.get("/service-activities/?organization=own")
    assert ours.name in page and theirs.name not in page
    page = browser.follow(page, "Partners’ services")
    assert theirs.name in page and ours.name not in page
    page = browser.get("/partners/")
    assert "Bridges" in page and Organization.own().name not in headings(page)
    page = browser.follow(page, "Bridges")
    assert theirs.name in page and ours.name not in page
    for path in ("/service-locations/", "/programs/"):
        assert browser.get(f"{path}?organization=own").soup.main


@pytest.mark.parametrize("path", ["service-locations", "programs", "service-activities"])
def test_an_empty_list_of_our_own_offers_the_first_step(browser, path):
    own = Organization.own().id
    for asked in ("own", own):
        page = browser.get(f"/{path}/?organization={asked}")
        assert "Nothing matches" not in page and not page.soup.select(".chip")
        first = "/new-service/" if path == "service-activities" else f"/{path}/new/"
        assert page.soup.select_one(".empty a")["href"].startswith(first)
        assert page.soup.select_one("nav [aria-current=page][href$='organization=own']")
    page = browser.get(f"/{path}/?organization={own}&city=Leamington&state=archived&is_active=0")
    assert "Nothing matches" in page and len(page.soup.select(".chip")) == 1
    assert "Nothing matches" in browser.get(f"/{path}/?organization={make_partner().id}")


def test_the_own_organization_is_not_among_the_partners(browser):
    browser.get(f"/partners/details/?id={Organization.own().id}", status=404)


def test_a_partner_is_added_with_a_name_only(browser):
    page = browser.submit(browser.get("/partners/new/"), name="New Roots")
    assert Organization.get(Organization.name == "New Roots").is_own is False
    assert "Saved." in page


def test_taking_a_place_out_of_use_lists_its_services_on_the_form_R_LOC_1(browser):
    service = make_service(name="Conversation circle", state=ACTIVE)
    path = f"/service-locations/edit/?id={service.location_id}"
    page = browser.submit(browser.get(path), is_active=False)
    assert "Conversation circle" in page and fresh(service.location).is_active
    browser.submit(page, confirmed=["hide-services"])
    assert not fresh(service.location).is_active


# ---- Programs


def test_the_program_form_ends_with_add_the_first_service_R_PROG_1(browser):
    make_location()
    page = browser.submit(
        browser.get("/programs/new/"),
        button="Add the first service",
        name="Employment",
        description="Help to find work.",
        contact_name="Lead",
        contact_phone="519-555-0102",
        funding="ircc",
        area_of_focus="Services to prepare client for the Canadian labour market",
        languages=["English"],
    )
    program = Program.get()
    assert (program.state, program.desired_outcomes) == (DRAFT, ["labour-market-preparation"])
    assert page.heading == "New Service or Activity"
    assert page.soup.select_one("#program option[selected]")["value"] == str(program.id)
    assert "Employment - Résumé and cover letter" in page


def test_a_program_is_archived_and_restored_R_PROG_5(browser):
    program = make_program()
    page = browser.get(f"/programs/details/?id={program.id}")
    assert "Draft" in page
    page = browser.submit(page, button="Archive")
    assert fresh(program).state == ARCHIVED and "Archived" in page
    browser.submit(page, button="Restore")
    assert fresh(program).state == DRAFT


# ---- The form of a service


def test_the_form_has_the_guides_sections_in_order(browser):
    page = browser.get("/service-activities/new/")
    assert [h for h in headings(page) if h in SECTIONS] == SECTIONS
    service = make_service()
    page = browser.get(f"/service-activities/edit/?id={service.id}")
    assert headings(page)[: len(SECTIONS)] == SECTIONS


def test_the_six_questions_that_are_not_connected_are_shown_and_disabled_R_SA_13(browser):
    page = browser.get("/service-activities/new/")
    for name in (
        "min_months_in_canada",
        "max_months_in_canada",
        "employment_skills",
        "skills_aptitude",
        "person_with_disabilities",
        "other_keywords",
    ):
        assert page.soup.select_one(f"#{name}").has_attr("disabled")
    assert page.text.count("not connected to matching yet") >= 6


def test_an_answer_to_a_question_that_is_not_connected_is_refused_R_SA_13(browser):
    service = make_service()
    service.other_keywords = "from an import"
    records.save(service)
    path = f"/service-activities/edit/?id={service.id}"
    page = browser.get(path)
    assert page.soup.select_one("#other_keywords")["value"] == "from an import"
    browser.submit(page, next_steps="Call.")
    assert fresh(service).other_keywords == "from an import"
    token = page.soup.select_one('[name="csrf_token"]')["value"]
    data = {"csrf_token": token, "other_keywords": "typed by hand", "name": "X"}
    assert "not connected" in browser.post(path, data)
    assert fresh(service).other_keywords == "from an import"


def test_a_change_on_the_form_of_an_active_entry_is_a_review_and_saving_it_untouched_is_none(
    browser,
):
    """2.25: still correct, or changed."""
    service = make_service()
    directory.activate(service)
    ServiceActivity.update(last_reviewed_on=datetime.date(2026, 1, 5)).where(
        ServiceActivity.id == service.id
    ).execute()
    path = f"/service-activities/edit/?id={service.id}"
    browser.submit(browser.get(path), "Save")
    assert not ServiceReview.select().exists()
    assert fresh(service).last_reviewed_on == datetime.date(2026, 1, 5)
    browser.submit(browser.get(path), "Save", next_steps="Call first.")
    review = ServiceReview.get()
    assert (review.entry, review.result, review.on) == (service, "changed", settings.today())
    assert fresh(service).last_reviewed_on == settings.today()
    page = browser.get(f"/service-activities/edit/?id={service.id}")
    browser.submit(page, "Save", name="")
    assert ServiceReview.select().count() == 1


def test_a_question_that_was_connected_takes_an_answer_and_the_others_do_not_R_SA_13(browser):
    settings.change("connected_fields", ["max_months_in_canada", "other_keywords"])
    service = make_service()
    path = f"/service-activities/edit/?id={service.id}"
    page = browser.get(path)
    assert not page.soup.select_one("#other_keywords").has_attr("disabled")
    assert page.soup.select_one("#skills_aptitude").has_attr("disabled")
    refused = browser.submit(page, other_keywords="pottery", max_months_in_canada="-2")
    assert "between 0 and 1200" in refused
    browser.submit(page, other_keywords="pottery", max_months_in_canada="24")
    after = fresh(service)
    assert (after.other_keywords, after.max_months_in_canada) == ("pottery", 24)
    assert "pottery" in browser.get(f"/service-activities/details/?id={service.id}")


def test_keywords_follow_the_program_without_script_and_nothing_is_lost_R_SA_5(browser):
    make_location()
    program = make_program(name="Jobs")
    page = browser.get("/service-activities/new/")
    assert "Choose the program first" in page
    page = browser.submit(
        page, button="Show this program’s keywords", program="Jobs", name="Résumé help"
    )
    assert page.soup.select_one("#name")["value"] == "Résumé help"
    assert not ServiceActivity.select().exists()
    page = browser.submit(
        page,
        keywords=["Employment - Résumé and cover letter"],
        description="Every Monday.",
        days=["Monday"],
        start_time="09:00",
        end_time="11:00",
        contact_phone="519-555-0100",
        cost_type="Fee",
        cost_cents="12.50",
    )
    service = ServiceActivity.get()
    assert (service.program, service.state, service.cost_cents) == (program, DRAFT, 1250)
    assert records.linked_ids(service, "keywords") == [keyword().id]
    assert service.reviewed_by_name == "Test Worker"
    assert "$12.50" in page


def test_the_keywords_part_is_fetched_for_the_chosen_program_R_SA_5(browser):
    program = make_program(area_slug="older-adults")
    page = browser.get("/service-activities/new/")
    token = page.soup.select_one('[name="csrf_token"]')["value"]
    answer = browser.open(
        "/service-activities/keywords/", "POST", data={"csrf_token": token, "program": program.id}
    )
    text = answer.get_data(as_text=True)
    assert answer.status_code == 200
    assert "Adult day programs" in text and "Résumé" not in text and "<html" not in text


def test_save_and_activate_says_what_is_missing_beside_the_fields_R_SA_14(browser):
    service = make_service(description="", keywords=())
    page = browser.get(f"/service-activities/edit/?id={service.id}")
    page = browser.submit(page, button="Save and activate")
    assert "Enter a description." in page and "Choose at least one keyword." in page
    assert fresh(service).state == DRAFT
    browser.submit(
        page,
        button="Save and activate",
        description="What happens.",
        keywords=["Employment - Résumé and cover letter"],
    )
    assert fresh(service).state == ACTIVE
    assert fresh(service.program).state == ACTIVE


def test_moving_a_service_asks_before_keywords_go_R_SA_5(browser):
    service = make_service()
    make_program(area_slug="older-adults", name="Older adults")
    page = browser.get(f"/service-activities/edit/?id={service.id}")
    page = browser.submit(page, program="Older adults")
    assert "they will be removed: Employment - Résumé and cover letter" in page
    browser.submit(page, confirmed=["drop-keywords"])
    assert fresh(service).program.name == "Older adults"
    assert records.linked_ids(service, "keywords") == []


@pytest.mark.parametrize("typed", ["twelve", "-3", "1.234"])
def test_a_cost_that_is_no_amount_is_asked_again(browser, typed):
    service = make_service()
    page = browser.get(f"/service-activities/edit/?id={service.id}")
    page = browser.submit(page, cost_cents=typed)
    assert "Enter an amount in dollars" in page
    assert page.soup.select_one("#cost_cents")["value"] == typed


def test_a_duplicate_is_explained_R_SA_8(browser):
    service = make_service(name="LINC")
    other = make_service(service.program, service.location, name="ESL")
    page = browser.submit(browser.get(f"/service-activities/edit/?id={other.id}"), name="linc")
    assert "list the times at the end of the description" in page


# ---- One entry


def test_the_details_show_the_card_what_is_missing_and_the_copies(browser):
    service = make_service(name="LINC", days=[])
    place = make_location(name="Uptown")
    page = browser.get(f"/service-activities/details/?id={service.id}")
    labels = [dt.get_text() for dt in page.soup.select(".key-block dt")]
    assert labels[0] == "Partner" and labels[-1] == "Fiscal Year" and len(labels) == 12
    assert "Available days are empty." in page
    page = browser.follow(page, "Clone to other locations")
    page = browser.submit(page, button="Clone", locations=["Uptown"], contact="Keep this contact")
    assert "Copied to Uptown." in page and "Copies at other locations" in page
    copy = ServiceActivity.get(ServiceActivity.location == place)
    page = browser.get(f"/service-activities/clone/?id={service.id}")
    assert page.text.count("Has it") == 2 and not page.soup.select('[name="locations"]')
    page = browser.get(f"/service-activities/copies/?id={service.id}")
    records.save(setattr(service := fresh(service), "next_steps", "Call.") or service)
    browser.submit(page, button="Change all copies", fields=["next_steps"])
    assert fresh(copy).next_steps == "Call."


def test_still_correct_activate_and_archive_are_buttons_R_SA_15(browser):
    service = make_service(last_reviewed_on="2020-01-01")
    page = browser.get(f"/service-activities/details/?id={service.id}")
    page = browser.submit(page, button="Activate")
    assert fresh(service).state == ACTIVE and "Is everything still correct?" in page
    page = browser.submit(page, button="Still correct")
    assert fresh(service).reviewed_by_name == "Test Worker" and "Is everything" not in page
    page = browser.submit(page, button="Archive")
    assert "becomes a draft again" in page and fresh(service).state == ACTIVE
    page = browser.submit(page, button="Yes, continue")
    assert fresh(service).state == ARCHIVED
    browser.submit(page, button="Back to draft")
    assert fresh(service).state == DRAFT


def test_add_online_is_offered_and_done_R_SA_9(browser):
    service = make_service(name="LINC Home Study", delivery_mode="online")
    page = browser.get(f"/service-activities/details/?id={service.id}")
    page = browser.submit(page, button="Add (Online)")
    assert page.heading == "LINC Home Study (Online)"
    assert "Add (Online)" not in page


def test_the_printed_card_leaves_out_a_confidential_place(browser):
    place = make_location(name="Safe house", contact_phone="519-555-0999", is_confidential=True)
    service = make_service(location=place, contact_mode="reception", contact_phone=None)
    page = browser.get(f"/service-activities/card/?id={service.id}")
    assert "Safe house" not in page and "519-555-0999" not in page
    assert "Confidential: ask your worker" in page
    assert AuditLog.select().where(AuditLog.action == "print").count() == 1


def test_deleting_the_last_active_entry_is_explained_R_PROG_1(browser):
    service = make_service(state=ACTIVE)
    page = browser.get(f"/service-activities/delete/?id={service.id}")
    assert "the program becomes a draft again" in page
    browser.submit(page)
    assert fresh(service.program).state == DRAFT


def test_ticked_entries_are_archived_together(browser):
    first = make_service(state=ACTIVE)
    second = make_service(first.program, state=ACTIVE)
    page = browser.get("/service-activities/?organization=own")
    page = browser.submit(page, button="Archive", rowid=[str(first.id), str(second.id)])
    assert {fresh(first).state, fresh(second).state} == {ARCHIVED}
    assert "2 entries changed." in page


# ---- Coverage and April


def test_coverage_shows_an_x_and_offers_to_clone(browser):
    here, there = make_location(name="Here"), make_location(name="There")
    service = make_service(location=here, name="LINC")
    page = browser.get("/coverage/")
    assert f"/service-activities/details/?id={service.id}" in links(page)
    page = browser.follow(page, "Clone here : LINC at There")
    ticked = page.soup.select_one('[name="locations"][checked]')
    assert ticked["value"] == str(there.id)
    browser.submit(page, button="Clone")
    assert ServiceActivity.select().where(ServiceActivity.location == there).count() == 1
    assert "Clone here" not in browser.get("/coverage/")


def test_in_april_the_ticked_entries_are_confirmed_R_SA_16(browser):
    assert "Nothing to confirm" in browser.get("/service-activities/confirm/")
    old = {"state": ACTIVE, "fiscal_year": "F2020-2021"}
    first, second = make_service(name="A", **old), make_service(name="B", **old)
    assert "2 entries to confirm" in browser.get("/service-activities/?organization=own")
    year = business_days.fiscal_year_of(settings.today())
    page = browser.get("/service-activities/confirm/")
    assert page.heading == f"Confirm for {year}"
    page = browser.submit(page, rowid=[str(first.id)])
    assert "1 entry confirmed." in page
    assert (fresh(first).fiscal_year, fresh(second).fiscal_year) == (year, "F2020-2021")
    assert fresh(first).last_reviewed_on == settings.today()


# ---- Keywords


def test_keywords_are_administration(browser):
    page = browser.get("/keywords/tree/")
    assert page.path.startswith("/administrator")


def test_the_keyword_tree_shows_uses_by_category_and_by_area(administrator_browser):
    make_service()
    page = administrator_browser.get("/keywords/tree/?by=category")
    assert "Employment - Résumé and cover letter 1 services" in page
    page = administrator_browser.follow(page, "By area of focus")
    assert "Services to prepare client for the Canadian labour market" in headings(page)


def test_a_keyword_is_added_retired_and_restored_on_screen_R_TAX_1(administrator_browser):
    page = administrator_browser.get("/keywords/new/")
    page = administrator_browser.submit(
        page,
        category="Employment",
        term_en="Beekeeping",
        areas=["Services to prepare client for the Canadian labour market"],
    )
    word = Keyword.get(Keyword.slug == "employment--beekeeping")
    assert page.heading == "Employment - Beekeeping"
    assert make_service(keywords=(word.slug,)).id
    page = administrator_browser.submit(page, button="Retire")
    assert not fresh(word).is_active
    administrator_browser.submit(page, button="Restore")
    assert fresh(word).is_active
    administrator_browser.get(f"/keywords/delete/?id={word.id}", status=404)


def test_two_keywords_are_merged_after_a_preview(administrator_browser):
    service = make_service()
    loser, winner = keyword(), keyword("employment--interview")
    page = administrator_browser.get(f"/keywords/merge/?id={loser.id}")
    page = administrator_browser.submit(page, button="Continue", winner=str(winner))
    assert "1 service gets it." in page and fresh(loser).is_active
    page = administrator_browser.submit(page, button="Merge")
    assert page.heading == str(winner) and service.name in page
    assert not fresh(loser).is_active
    assert records.linked_ids(service, "keywords") == [winner.id]


def test_a_new_location_starts_with_our_city(browser):
    page = browser.get("/service-locations/new/")
    assert page.soup.select_one("#city")["value"] == Organization.own().city
    assert not ServiceLocation.select().exists()


@pytest.mark.parametrize("path", ["programs", "service-activities"])
def test_archiving_says_which_referrals_are_still_on_their_way(browser, path):
    service = make_service()
    make_service(service.program)
    make_referral(service), make_referral(service, status="distributed")
    make_referral(service, status="complete")
    key = service.program_id if path == "programs" else service.id
    page = browser.submit(browser.get(f"/{path}/details/?id={key}"), "Archive")
    words = "2 referrals to it are not complete. Find them in the Referral List."
    assert words in page.notices and "Archived" in page.text

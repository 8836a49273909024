"""Clients, households and consents, on screen and as rules."""

import datetime

import pytest
from factories import make_client, make_consent, make_household, make_organization, make_referral

from models import COMPLETE, AuditLog, Client, ConsentRecord, Household, Staff
from workflows import people, records, settings
from workflows.business_days import add_months


def date(text):
    return datetime.date.fromisoformat(text)


# ---- Households and file numbers -------------------------------------------------------------------------------------


def test_a_new_client_gets_a_household_with_the_next_file_number_in_one_form(browser):
    """2.6"""
    year = settings.today().year
    for n in (1, 2):
        page = browser.get("/clients/new/")
        page = browser.submit(
            page,
            "Save",
            {"first_name": "Sara", "last_name": f"Amin {n}", "phone": f"519-555-010{n}"},
        )
        assert page.heading == f"Sara Amin {n}"
    numbers = [row.file_number for row in Household.select().order_by(Household.id)]
    assert numbers == [f"{year}-001", f"{year}-002"]


def test_a_refused_client_leaves_no_household_behind(browser):
    make_client(first_name="Sara", last_name="Amin", birth_date=date("1990-05-01"))
    before = Household.select().count()
    page = browser.get("/clients/new/")
    browser.submit(
        page, "Save", {"first_name": "Sara", "last_name": "Amin", "birth_date": "1990-05-01"}
    )
    assert Household.select().count() == before


def test_a_file_number_is_used_once(app):
    first = make_household()
    with pytest.raises(records.Refused):
        records.save(Household(file_number=first.file_number))


# ---- Look-alikes -----------------------------------------------------------------------------------------------------

KNOWN = {
    "first_name": "Fatima",
    "last_name": "El-Sayed",
    "birth_date": date("1988-03-09"),
    "phone": "519-555-0133",
}


@pytest.mark.parametrize(
    ("values", "found"),
    [
        ({"last_name": "EL SAYED", "first_name": "F.", "birth_date": date("1988-03-09")}, True),
        ({"last_name": "Other", "first_name": "Ann", "phone": "+1 (519) 555-0133"}, True),
        ({"last_name": "Elsayed", "first_name": "Fatma", "birth_year_only": 1988}, True),
        ({"last_name": "Elsayed", "first_name": "Fatma", "birth_year_only": 1989}, False),
        ({"last_name": "El-Sayed", "first_name": "Fatima"}, False),
        ({"last_name": "Brown", "first_name": "Fatima", "birth_year_only": 1988}, False),
        ({"last_name": "Other", "first_name": "Ann", "phone": "519-555-1133"}, False),
    ],
)
def test_a_look_alike_is_found_by_birth_date_phone_or_name_and_year(app, values, found):
    """R-CLI-3"""
    known = make_client(**KNOWN)
    client = Client(household=make_household(), **values)
    problems = [p for p in records.problems(client) if p.code == people.SIMILAR]
    assert bool(problems) is found
    if found:
        assert known.display_name in problems[0].message


def test_a_look_alike_is_saved_once_somebody_confirms_that_it_is_another_person(browser):
    """R-CLI-3"""
    make_client(**KNOWN)
    answers = {"first_name": "Fatima", "last_name": "El-Sayed", "birth_date": "1988-03-09"}
    page = browser.submit(browser.get("/clients/new/"), "Save", answers)
    assert "El-Sayed, Fatima (file" in page.text
    assert Client.select().count() == 1
    browser.submit(page, "Save", {"confirmed": [people.SIMILAR]})
    assert Client.select().count() == 2


def test_an_unchanged_look_alike_can_be_edited_without_being_asked_again(app):
    """R-CLI-3"""
    make_client(**KNOWN)
    twin = Client(household=make_household(), **KNOWN)
    records.save(twin, confirmed=(people.SIMILAR,))
    twin.municipality = "Leamington"
    records.save(twin)


def test_a_birth_date_in_the_future_is_refused(app):
    client = make_client()
    client.birth_date = settings.today() + datetime.timedelta(days=1)
    with pytest.raises(records.Refused):
        records.save(client)


def test_age_counts_a_year_alone_from_july_and_a_leap_day_from_march(app):
    """2.7"""
    assert people.age_on(Client(birth_year_only=2000), date("2026-06-30")) == 25
    assert people.age_on(Client(birth_year_only=2000), date("2026-07-01")) == 26
    leap = Client(birth_date=date("2008-02-29"))
    assert people.age_on(leap, date("2026-02-28")) == 17
    assert people.age_on(leap, date("2026-03-01")) == 18


# ---- Consents --------------------------------------------------------------------------------------------------------


def test_a_sharing_consent_lasts_twelve_months_unless_somebody_says_otherwise(app):
    """R-CON-6"""
    given = date("2026-02-09")
    organization = make_organization()
    consent = make_consent(
        organizations=[organization], type="information-sharing", given_on=given, expires_on=None
    )
    assert consent.expires_on == date("2027-02-09")


def test_a_sharing_consent_names_its_receivers(browser):
    """R-CON-6"""
    client = make_client()
    organization = make_organization()
    page = browser.get(f"/consent-records/new/?client={client.id}&type=information-sharing")
    page = browser.submit(page, "Save", {"type": "information-sharing"})
    assert "Tick at least one organization" in page.text
    page = browser.submit(page, "Save", {"named_organizations": [str(organization.id)]})
    consent = ConsentRecord.get()
    assert (consent.client, consent.household) == (client, client.household)
    assert consent.expires_on == add_months(consent.given_on, 12)


def test_a_guardian_says_how_they_are_related(app):
    """2.8"""
    consent = make_consent()
    consent.signer_role = "guardian"
    with pytest.raises(records.Refused):
        records.save(consent)


def test_withdrawing_lists_the_open_referrals_to_review(browser):
    """R-CON-5"""
    client = make_client()
    waiting, done = make_referral(client=client), make_referral(client=client, status=COMPLETE)
    consent = make_consent(client, [make_organization()], type="information-sharing")
    page = browser.get(f"/consent-records/details/?id={consent.id}")
    page = browser.submit(browser.follow(page, "Withdraw"), "Withdraw", {"reason": "By phone"})
    assert page.heading == "Open referrals to review"
    assert waiting.number in page.text and done.number not in page.text
    stored = ConsentRecord.get_by_id(consent.id)
    assert (stored.state, stored.withdrawn_on) == ("withdrawn", settings.today())


def test_a_client_page_shows_referrals_consents_and_household(browser):
    client = make_client()
    other = make_client(client.household)
    referral = make_referral(client=client)
    make_consent(client)
    page = browser.get(f"/clients/details/?id={client.id}")
    assert page.heading == str(client) and client.last_name not in page.title
    assert referral.number in page.text and str(other) in page.text
    for words in ("Referrals", "Consents", "Others in this household", "Reaching this person"):
        assert words in [h.get_text() for h in page.soup.select("main h2")]


def test_looking_at_staff_is_logged_and_their_names_stay_out_of_the_audit_log(
    administrator_browser,
):
    """R-SYS-5: staff are people too."""
    page = administrator_browser.get("/staff/new/")
    page = administrator_browser.submit(page, "Save", name="Amina Yusuf", work_phone="519-555-0123")
    staff = Staff.get(Staff.name == "Amina Yusuf")
    page = administrator_browser.get(f"/staff/details/?id={staff.id}")
    assert "Amina" not in page.title
    rows = list(AuditLog.select().where(AuditLog.entity == "staff", AuditLog.entity_id == staff.id))
    assert {row.action for row in rows} >= {"create", "view"}
    assert not [row for row in rows if "Amina" in str(row.changed_fields)]
    administrator_browser.get("/staff/")
    seen = AuditLog.select().where(AuditLog.entity == "staff", AuditLog.action == "view")
    assert any("shown" in row.changed_fields for row in seen)
    name = administrator_browser.open("/staff/export/csv/").headers["Content-Disposition"]
    assert "confidential" in name.lower()


def test_a_question_without_an_answer_is_named_beside_it_and_above_without_saying_it_twice(browser):
    page = browser.submit(browser.get("/clients/new/"), "Save")
    assert page.errors == ["Enter “First name”.", "Enter “Last name”."]
    assert "Enter “First name”." in page.soup.find(id="first_name-error").get_text()

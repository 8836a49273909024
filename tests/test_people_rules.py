"""What may be recorded about a person and a consent (R-CON-1, R-CON-3, R-CON-7)."""

import datetime

import pytest
from case_factories import make_child, make_guardianship
from factories import make_client, make_consent, make_household

from forms import choices
from models import Client
from workflows import people_rules, records, settings
from workflows.business_days import add_months


def refused(save, *arguments, **values):
    """The fields that a save is refused for."""
    with pytest.raises(records.Refused) as error:
        save(*arguments, **values)
    return {problem.field for problem in error.value.problems}


def years_ago(years, **less):
    return add_months(settings.today(), -12 * years) + datetime.timedelta(**less)


@pytest.mark.parametrize("name", ["arrival_date", "permanent_residence_date"])
def test_nobody_arrives_before_being_born(app, name):
    born = years_ago(30)
    assert refused(make_client, birth_date=born, **{name: years_ago(31)}) == {name}
    assert refused(make_client, birth_year_only=born.year, **{name: years_ago(31)}) == {name}
    make_client(birth_date=born, **{name: years_ago(2)})


@pytest.mark.parametrize("level", [-1, 13])
def test_a_language_level_goes_from_0_to_12(app, level):
    assert refused(make_client, clb_en_speaking=level) == {"clb_en_speaking"}
    assert make_client(clb_en_speaking=0, clb_fr_writing=12).clb_fr_writing == 12


@pytest.mark.parametrize("number", ["1234567", "123456789", "12345678901", "1234567a"])
def test_a_client_number_has_8_or_10_digits(app, number):
    assert refused(make_client, funder_client_number=number) == {"funder_client_number"}
    make_client(funder_client_number="12345678"), make_client(funder_client_number="1234567890")


def test_a_client_number_is_masked_and_kept_when_it_is_left_alone(browser):
    client = make_client(funder_client_number="12345678")
    page = browser.get(f"/clients/edit/?id={client.id}")
    box = page.soup.select_one("input[name=funder_client_number]")
    assert box["value"] == "•••••678" and "12345678" not in page.text
    browser.submit(page, municipality="Leamington")
    client = Client.get_by_id(client.id)
    assert (client.funder_client_number, client.municipality) == ("12345678", "Leamington")
    page = browser.get(f"/clients/edit/?id={client.id}")
    browser.submit(page, funder_client_number="1234-5678 90")
    assert Client.get_by_id(client.id).funder_client_number == "1234567890"


def test_a_child_in_care_is_a_minor_of_the_same_household_r_con_7(app):
    parent = make_client()
    assert refused(make_guardianship, parent, parent) == {"child"}
    elsewhere = make_child(household=make_household())
    assert refused(make_guardianship, parent, elsewhere) == {"child"}
    assert refused(make_guardianship, parent, make_child(parent, age=18)) == {"child"}
    link = make_guardianship(parent, make_child(parent, age=17))
    moving = link.child
    moving.household = make_household()
    assert "household" in refused(records.save, moving)


def test_confidentiality_needs_all_four_limits_and_who_explained_them_r_con_1(app):
    limits = [slug for slug, _label in choices.terms("confidentiality-limits")]
    assert len(limits) == 4
    facts = {"type": "confidentiality"}
    assert refused(make_consent, **facts) == {"limits_explained", "staff_signer_name"}
    facts["staff_signer_name"] = "Amina"
    assert refused(make_consent, limits_explained=limits[:3], **facts) == {"limits_explained"}
    make_consent(limits_explained=limits, **facts)
    make_consent(type="confidentiality", state="refused")


def test_the_charter_names_who_explained_it(app):
    assert refused(make_consent, type="client-charter") == {"staff_signer_name"}


@pytest.mark.parametrize(("province", "years"), [("ON", 18), ("BC", 19)])
def test_who_signs_follows_the_age_of_majority_of_the_province_r_con_3(app, province, years):
    settings.change("province", province)
    minor = make_client(birth_date=years_ago(years, days=1))
    adult = make_client(birth_date=years_ago(years))
    assert people_rules.is_minor(minor) and not people_rules.is_minor(adult)
    assert refused(make_consent, minor) == {"signer_role"}
    make_consent(minor, signer_role="guardian", guardian_relation="mother")
    make_consent(adult)
    by_guardian = {"signer_role": "guardian", "guardian_relation": "mother"}
    assert refused(make_consent, adult, **by_guardian) == {"signer_role"}


def test_a_guardian_says_how_they_are_related_r_con_3(app):
    minor = make_client(birth_date=years_ago(9))
    assert refused(make_consent, minor, signer_role="guardian") == {"guardian_relation"}


def test_a_person_of_unknown_age_may_sign(app):
    client = make_client()
    assert people_rules.is_minor(client) is None
    make_consent(client)


def test_a_worker_does_not_sign_for_a_client(app):
    assert refused(make_consent, signer_role="worker") == {"signer_role"}


def test_the_consent_form_on_screen_asks_for_the_limits_r_con_1(browser):
    client = make_client()
    page = browser.get(f"/consent-records/new/?client={client.id}&type=confidentiality")
    page = browser.submit(page, signed_by_name="Rima", staff_signer_name="Amina")
    assert "Explain every limit" in page.text

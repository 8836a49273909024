"""A consent ends on its last day everywhere at once; who comes of age signs for themselves (2.8, R-CON-3, R-CON-5)."""

import datetime

import openpyxl
import pytest
from case_factories import make_case, make_child
from factories import make_client, make_consent, make_organization
from test_exports import table
from test_imports import reading

from forms import choices
from models import EMAIL_DETAILS, ConsentRecord
from workflows import (
    exports,
    home_tasks,
    households,
    imports,
    people_rules,
    records,
    referrals,
    settings,
)
from workflows.business_days import add_months

DAY = datetime.timedelta(days=1)
OWN_FORMS = ("confidentiality", "collection-use")


@pytest.fixture
def client(app):
    return make_client(household=make_case(), birth_date=datetime.date(1990, 1, 1))


def lasting(client, days, **values):
    """A consent given forty days ago whose last day is ``days`` from today."""
    day = settings.today()
    return make_consent(client, given_on=day - 40 * DAY, expires_on=day + days * DAY, **values)


def sign_own_forms(client, **values):
    limits = [slug for slug, _label in choices.terms("confidentiality-limits")]
    base = {"staff_signer_name": "Amina", "limits_explained": limits}
    return [make_consent(client, type=kind, **base | values) for kind in OWN_FORMS]


def test_a_consent_past_its_last_day_reads_expired_on_every_screen(browser, client):
    """2.8: nobody has to type it."""
    past, stands = lasting(client, -1), lasting(client, 0)
    assert ConsentRecord.get_by_id(past.id).state == "given"
    listed = [cell for row in browser.get("/consent-records/").rows for cell in row]
    assert (listed.count("Expired"), listed.count("Given")) == (1, 1)
    page = browser.get(f"/consent-records/details/?id={past.id}")
    assert "Expired" in page
    assert "Expired" not in browser.get(f"/consent-records/details/?id={stands.id}")
    for address in ("clients", "households"):
        key = client.id if address == "clients" else client.household_id
        page = browser.get(f"/{address}/details/?id={key}")
        states = [cell for row in page.rows for cell in row if cell in ("Given", "Expired")]
        assert sorted(states)[:2] == ["Expired", "Given"]


def test_the_list_is_filtered_by_how_a_consent_stands_today(browser, client):
    past, stands = lasting(client, -1), lasting(client, 0)
    lasting(client, 9, state="refused")
    counted = {
        state: len(browser.get(f"/consent-records/?state={state}").rows)
        for state in ("given", "expired", "refused", "withdrawn")
    }
    assert counted == {"given": 1, "expired": 1, "refused": 1, "withdrawn": 0}
    day = settings.today()
    for consent, state in ((past, "expired"), (stands, "given")):
        assert people_rules.state_of(consent) == state
        assert people_rules.is_in_force(consent, day) is (state == "given")


def test_sending_and_referring_stop_the_day_after_the_last(app, client):
    """R-CON-5, R-CON-6: one judgement for lists, the builder, email and referrals."""
    partner, day = make_organization(), settings.today()
    lasting(client, 0, organizations=[partner]), lasting(client, 0, type=EMAIL_DETAILS)
    assert referrals.sharing_consent(client.id, partner.id, day)
    assert referrals.may_leave_in_full([client.id], day) == {client.id}
    assert referrals.sharing_consent(client.id, partner.id, day + DAY) is None
    assert referrals.may_leave_in_full([client.id], day + DAY) == set()


def test_a_permission_is_taken_back_on_every_form_that_gives_it(browser, client):
    """R-CON-5: an older form or a renewal does not go on allowing what was withdrawn."""
    partner, other, day = make_organization(), make_organization(), settings.today()
    old = lasting(client, 9, organizations=[partner])
    renewed = make_consent(client, [partner, other], given_on=day - DAY)
    elsewhere = make_consent(client, [other], given_on=day - DAY)
    details = [make_consent(client, type=EMAIL_DETAILS, given_on=day - n * DAY) for n in (30, 2)]
    for consent in (old, details[0]):
        browser.submit(browser.get(f"/consent-records/withdraw/?id={consent.id}"), "Withdraw")
    states = [ConsentRecord.get_by_id(row.id).state for row in (old, renewed, elsewhere, *details)]
    assert states == ["withdrawn", "withdrawn", "given", "withdrawn", "withdrawn"]
    assert referrals.sharing_consent(client.id, partner.id, day) is None
    assert referrals.may_leave_in_full([client.id], day) == set()
    again = make_consent(client, type=EMAIL_DETAILS)
    assert ConsentRecord.get_by_id(again.id).state == "given"


@pytest.mark.parametrize(
    "answers", [{"state": "Given"}, {"state": "Expired"}, {"given_on": "2020-01-06"}]
)
def test_what_was_taken_back_is_no_longer_edited_or_deleted(browser, client, answers):
    """R-CON-5: or an older form would allow again what the client took back."""
    make_consent(client, type=EMAIL_DETAILS, given_on=settings.today() - 90 * DAY)
    taken = make_consent(client, type=EMAIL_DETAILS, given_on=settings.today() - DAY)
    referrals.withdraw(taken)
    page = browser.get(f"/consent-records/edit/?id={taken.id}")
    page = browser.submit(page, answers=answers)
    assert "Record a new one when the client agrees again" in page.text
    page = browser.submit(browser.get(f"/consent-records/delete/?id={taken.id}"), "Yes, delete")
    assert "This consent was withdrawn. It stays in the file as it is." in page.text
    assert ConsentRecord.get_by_id(taken.id).state == "withdrawn"
    assert referrals.may_leave_in_full([client.id], settings.today()) == set()


def test_an_expired_form_is_missing_again(app, client):
    """R-CON-1: what ran out is asked anew."""
    forms = sign_own_forms(client)
    assert households.signed_own_forms([client.id]) == {client.id}
    forms[0].given_on, forms[0].expires_on = settings.today() - 9 * DAY, settings.today() - DAY
    records.save(forms[0])
    assert households.signed_own_forms([client.id]) == set()


def test_coming_of_age_is_a_task_on_home_and_on_the_page_of_the_household(browser, client):
    """R-CON-3: what a parent signed counts no more; the number leads to the people."""
    born = add_months(settings.today(), -18 * 12)
    child = make_child(client, birth_date=born + DAY, first_name="Sami", last_name="Of Age")
    day = born + DAY
    signed = {"signer_role": "guardian", "guardian_relation": "Mother"}
    sign_own_forms(child, given_on=settings.today() - 30 * DAY, **signed)
    assert home_tasks.counts(settings.today())["own-forms"] == 0
    child.birth_date = day - DAY
    records.save(child, confirmed=("similar-client",))
    assert home_tasks.counts(settings.today())["own-forms"] == 1
    page = browser.follow(browser.get("/"), "person came of age and signs their own forms")
    assert [row[0] for row in page.rows] == ["Of Age, Sami"]
    page = browser.get(f"/households/details/?id={client.household_id}")
    assert "came of age on" in page and "signs their own forms from now on" in page
    sign_own_forms(child)
    assert home_tasks.counts(settings.today())["own-forms"] == 0
    assert households.signed_own_forms([child.id]) == {child.id}


@pytest.mark.parametrize(
    ("province", "years", "due"), [("ON", 18, 1), ("BC", 18, 0), ("BC", 19, 1)]
)
def test_the_task_follows_the_age_of_majority_of_the_province(app, client, province, years, due):
    """R-CON-3"""
    settings.change("province", province)
    born = add_months(settings.today(), -12 * years)
    make_child(client, birth_date=born)
    assert home_tasks.counts(settings.today())["own-forms"] == due


def test_of_whom_only_the_year_is_known_counts_from_the_first_of_july(client, clock):
    """R-CON-3, 2.7"""
    year = settings.today().year + 1
    make_child(client, birth_date=None, birth_year_only=year - 18)
    clock.set(f"{year}-06-30T16:00")
    assert home_tasks.counts(settings.today())["own-forms"] == 0
    clock.set(f"{year}-07-01T16:00")
    assert home_tasks.counts(settings.today())["own-forms"] == 1


def test_nobody_is_asked_in_closed_cases_nor_years_later(app, client):
    """R-CON-3: coming of age, not being an adult without forms."""
    old = add_months(settings.today(), -12 * 21)
    make_child(client, birth_date=old)
    make_child(make_client(), birth_date=add_months(settings.today(), -18 * 12))
    assert home_tasks.counts(settings.today())["own-forms"] == 0


def test_an_export_says_how_a_consent_stands_today_and_comes_back_unchanged(app, browser, client):
    """2.8: as the screen does; a file that went out yesterday takes nothing back."""
    past, stands = lasting(client, -1), lasting(client, 0)
    refused = lasting(client, -3, state="refused")
    rows = table(browser.open("/consent-records/export/csv/"))
    told = {row["UUID"]: row["State"] for row in rows}
    assert [told[row.uuid] for row in (past, stands, refused)] == ["Expired", "Given", "Refused"]
    asked = browser.open("/consent-records/export/csv/?state=expired")
    assert [row["UUID"] for row in table(asked)] == [past.uuid]
    with exports.xlsx_file(*exported()) as file:
        sheet = openpyxl.load_workbook(file).active
    assert "Expired" in [cell.value for row in sheet for cell in row]
    with app.test_request_context("/consent-records/"):
        content = b"".join(exports.csv_stream(*exported()))
        lines = imports.preview(reading(app, ConsentRecord, content))
    assert [line.state for line in lines] == [imports.UNCHANGED] * 3, [x.text for x in lines]


def exported():
    return ConsentRecord, exports.Selection(), exports.columns(ConsentRecord)

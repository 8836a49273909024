"""The service record: its rows, what is missing, the file and its ledger, profiles (domain 8)."""

import csv
import datetime
import hashlib
import io
import random
from collections import Counter
from datetime import date as DATE

import pytest
from case_factories import make_assessment, make_capacity_building
from casework_factories import make_case_activity, make_profile, make_submission
from factories import (
    make_client,
    make_household,
    make_location,
    make_program,
    make_referral,
    make_service,
    make_staff,
)
from report_values import ago

import seed
from models import AuditLog, ExportColumn, ExportProfile, Submission
from workflows import records, service_record, settings
from workflows.service_events import PERSONAL, SOURCES, events

HEADINGS = (
    "row_id, fiscal_year, service_date, service_kind, ircc_service, program, funding, service_activity, location,"
    " postal_prefix, delivery_mode, language_of_service, topic, activity_type, minutes, group_or_individual,"
    " referral_created, referral_target_kind, support_services_used, client_number, birth_year, gender,"
    " immigration_category, arrival_date, pr_date, client_language, municipality, level_of_need, outcome"
).split(", ")


def default():
    return ExportProfile.get(ExportProfile.name == "Service record")


def column(source, profile=None):
    return ExportColumn.get(
        ExportColumn.profile == (profile or default()), ExportColumn.source == source
    )


def change(name, /, **values):
    row = column(name)
    for field, value in values.items():
        setattr(row, field, value)
    records.save(row)


def found(days=30):
    return [event.values for event in events(ago(days), settings.today())]


def known_client(**values):
    """Somebody of whom everything required is known."""
    base = {"birth_date": ago(9000), "immigration_category": "gar", "municipality": "Windsor"}
    return make_client(make_household(postal_code="N8H 1A1"), **base | values)


def made(browser, **given):
    """(rows of the file as dicts, the bytes) of pressing the button."""
    today = settings.today()
    page = browser.get(f"/service-record/?from={ago(30)}&to={today}")
    data = {"csrf_token": page.token(), "from": str(ago(30)), "to": str(today)} | given
    response = browser.open("/service-record/make/", "POST", data=data)
    assert response.status_code == 200 and response.headers["Content-Type"].startswith("text/csv")
    content = response.get_data()
    return list(csv.DictReader(io.StringIO(content.decode("utf-8"), newline=""))), content


# ---- Rows -----------------------------------------------------------------------------------------------------------


def test_the_sources_are_those_of_the_domain_and_the_client_number_is_off(app):
    assert list(SOURCES) == HEADINGS
    columns = service_record.columns(default())
    assert [row.source for row in columns] == HEADINGS
    assert [row.source for row in columns if not row.is_on] == ["client_number"]


def test_each_person_of_each_event_is_one_row(app):
    """A joint activity of two, an assessment, an outbound or internal referral, capacity building: five; inbound none."""
    a, b = (known_client() for _n in range(2))
    b = make_client(a.household)
    make_case_activity(clients=[a, b], date=ago(9))
    make_assessment(a, completed_on=ago(8))
    make_referral(client=a, referred_on=ago(7))
    make_referral(client=a, referred_on=ago(7), direction="inbound")
    make_capacity_building(date=ago(6))
    make_assessment(b, completed_on=ago(40))
    rows = found()
    assert [row["service_kind"] for row in rows] == [
        "case management",
        "case management",
        "needs assessment and referral",
        "needs assessment and referral",
        "support",
    ]
    assert len({row["row_id"] for row in rows}) == 5
    assert [row["row_id"] for row in found()] == [row["row_id"] for row in rows]


def test_rows_of_one_day_stand_by_kind_and_number(app):
    a, b = known_client(birth_date=ago(8000)), known_client(birth_date=ago(7000))
    make_case_activity(clients=[a], date=ago(9))
    make_assessment(b, completed_on=ago(9))
    assert [row["activity_type"] for row in found()] == ["needs-assessment", "form-filling"]


def test_an_activity_says_what_was_done_for_whom(app):
    """Every column worked out by hand; the level is that of the day."""
    client = known_client(
        gender="woman",
        preferred_languages=["uk", "ar"],
        arrival_date=ago(400),
        permanent_residence_date=ago(300),
        funder_client_number="12345678",
    )
    make_assessment(client, completed_on=ago(20), level="high")
    make_assessment(client, point="a2", completed_on=ago(5), level="low")
    referral = make_referral(client=client, referred_on=ago(200), outcome="enrolled")
    make_case_activity(
        client=client,
        date=ago(10),
        topic="employment",
        type="pre-employment",
        minutes=75,
        mode="video",
        staff=make_staff(languages=["en", "ar"]),
        location=make_location(name="East office"),
        support_services=["child-care", "transportation"],
        referral=referral,
    )
    [row] = [row for row in found() if row["activity_type"] == "pre-employment"]
    row.pop("row_id"), row.pop("fiscal_year")
    assert row == {
        "service_date": ago(10).isoformat(),
        "service_kind": "employment",
        "ircc_service": "employment-services",
        "location": "East office",
        "postal_prefix": "N8H",
        "delivery_mode": "video",
        "language_of_service": "ar",
        "topic": "employment",
        "activity_type": "pre-employment",
        "minutes": 75,
        "group_or_individual": "individual",
        "referral_created": "yes",
        "referral_target_kind": "own",
        "support_services_used": "child-care;transportation",
        "client_number": "12345678",
        "birth_year": ago(9000).year,
        "gender": "woman",
        "immigration_category": "gar",
        "arrival_date": ago(400).isoformat(),
        "pr_date": ago(300).isoformat(),
        "client_language": "uk",
        "municipality": "Windsor",
        "level_of_need": "high",
        "outcome": "enrolled",
    }


@pytest.mark.parametrize(
    ("facts", "kind"),
    [
        ({"topic": "housing"}, "case management"),
        ({"topic": "language-skills"}, "language training"),
        ({"topic": "social-support-community"}, "community connections"),
        ({"topic": "overview-of-canada"}, "information and orientation"),
        ({"topic": "housing", "ircc_service": "language-assessment"}, "language assessment"),
        ({"topic": "housing", "type": "interpretation"}, "support"),
    ],
)
def test_the_kind_of_service_follows_from_the_funders_service_or_the_topic(app, facts, kind):
    make_case_activity(**facts)
    assert [row["service_kind"] for row in found()] == [kind]


def test_a_referral_names_its_service_and_nothing_confidential(app):
    """Decision 0.1: confidential places and programs never leave in an export."""
    program = make_program(funding="non-ircc", name="Jobs")
    open_one = make_service(program, make_location(name="Office"), name="Job search")
    hidden = make_service(
        make_program(name="Shelter", is_confidential=True),
        make_location(name="Safe house", is_confidential=True),
        name="Safe nights",
    )
    client = known_client()
    for service in (open_one, hidden):
        make_referral(service, client, referred_on=ago(3), outcome="service-received")
    first, second = found()
    names = ("program", "funding", "service_activity", "location", "outcome")
    assert [first[name] for name in names] == [
        "Jobs",
        "non-ircc",
        "Job search",
        "Office",
        "service-received",
    ]
    assert not {"Shelter", "Safe nights", "Safe house"} & set(map(str, second.values()))


def test_names_are_never_in_the_file(browser):
    client = known_client(first_name="Zahra", last_name="Qwertz", funder_client_number="12345678")
    make_case_activity(client=client, note="Zahra was happy")
    _rows, content = made(browser)
    for secret in (b"Zahra", b"Qwertz", client.phone.encode(), b"12345678", client.uuid.encode()):
        assert secret not in content


# ---- The file and the ledger ------------------------------------------------------------------------------------------


def test_the_file_is_plain_csv_and_the_same_twice(browser):
    """UTF-8 without a mark, one header row, dates YYYY-MM-DD; each file is a line of the ledger with its checksum."""
    make_case_activity(client=known_client(municipality="Québec"), date=ago(3))
    rows, content = made(browser)
    _rows, again = made(browser)
    assert content == again and "Québec".encode() in content
    assert list(rows[0]) == [name for name in HEADINGS if name != "client_number"]
    assert rows[0]["service_date"] == ago(3).isoformat()
    first, second = Submission.select().order_by(Submission.id)
    assert first.checksum == second.checksum == hashlib.sha256(content).hexdigest()
    assert (first.rows, first.period_from, first.period_to) == (1, ago(30), settings.today())
    assert first.created_by_name == "Test Worker"
    logged = AuditLog.get(AuditLog.action == "export", AuditLog.entity == "service_record")
    assert logged.changed_fields["rows"] == 1


def test_order_headings_codes_and_what_is_off_shape_the_file(browser):
    """Codes apply to each of several values; a heading that would run as a formula is disarmed (S8)."""
    change("gender", codes=["woman = F", "man = M"])
    change("support_services_used", codes=["child-care = 01"], heading="=Supports", position=2)
    change("municipality", is_on=False)
    client = known_client(gender="woman")
    make_case_activity(client=client, support_services=["child-care", "translation"])
    [row], _content = made(browser)
    assert list(row)[:2] == ["row_id", "fiscal_year"] and list(row)[2] == "'=Supports"
    assert row["gender"] == "F" and row["'=Supports"] == "01;translation"
    assert "municipality" not in row


def test_a_file_is_marked_as_handed_in(browser):
    make_case_activity(client=known_client())
    made(browser)
    page = browser.get("/service-record/")
    [link] = page.soup.select('a[href*="handed-in"]')
    page = browser.get(link["href"])
    page = browser.submit(page, submitted_to="", status=422)
    assert "Enter to whom it was handed in." in page.errors[0]
    late = settings.today() + datetime.timedelta(days=365)
    page = browser.submit(page, submitted_to="The funder", submitted_on=late, status=422)
    assert "in the future" in page.errors[0]
    page = browser.submit(page, submitted_to="The funder", submitted_on=settings.today())
    assert "The funder" in page and not page.soup.select('a[href*="handed-in"]')
    row = Submission.get()
    assert (row.submitted_on, row.submitted_to) == (settings.today(), "The funder")


def test_a_submission_is_not_handed_in_before_its_period(app):
    row = make_submission(period_from=ago(20), period_to=ago(10))
    row.submitted_on, row.submitted_to = ago(21), "The funder"
    with pytest.raises(records.Refused, match="before the period"):
        records.save(row)


# ---- What is missing --------------------------------------------------------------------------------------------------


def test_what_is_missing_leads_to_the_record_that_mends_it(browser):
    """Two rows of one person without a birth date; capacity building is about nobody and is not asked."""
    change("location", required_if="service_kind=case management; service_kind=employment")
    client = known_client(birth_date=None)
    one = make_case_activity(client=client, date=ago(3))
    make_case_activity(client=client, date=ago(2), location=make_location())
    make_capacity_building()
    number, gaps = service_record.check(default(), ago(30), settings.today())
    assert number == 3
    assert {gap.source: (gap.rows, list(gap.places)) for gap in gaps} == {
        "birth_year": (2, [("client", client.id)]),
        "location": (1, [("case_activity", one.id)]),
    }
    page = browser.get(f"/service-record/?from={ago(30)}&to={settings.today()}")
    assert "birth_year: empty in 2 rows" in page and "location: empty in 1 row" in page
    assert browser.follow(page, client.display_name).status == 200
    logged = AuditLog.get(AuditLog.action == "view", AuditLog.entity == "service_record")
    assert logged.changed_fields == {"shown": 2}


def by_hand(days=60):
    """{source: rows} of what is missing, read from the whole rows of the file one by one."""
    missing = Counter()
    for event in events(ago(days), settings.today()):
        for row in service_record.columns(default()):
            needed = service_record.conditions(row.required_if)
            if not row.is_on or needed is None or event.values.get(row.source):
                continue
            if row.source in PERSONAL and event.client is None:
                continue
            if not needed or any(
                value in str(event.values.get(source, "")).split(";") for source, value in needed
            ):
                missing[row.source] += 1
    return missing


CONDITIONS = (
    "always",
    "birth_year=1990",
    "support_services_used=child-care; outcome=enrolled",
    "referral_created=yes",
    "municipality=Windsor; location=Office",
    "level_of_need=high; language_of_service=ar",
)


@pytest.mark.parametrize("shift", range(len(CONDITIONS)))
def test_what_is_missing_is_what_is_empty_in_the_file(app, shift):
    """Every column, required under one condition after another, over rows that have it and rows that have not."""
    dice = random.Random(shift)
    place, helper = make_location(name="Office"), make_staff(languages=["ar"])
    service = make_service(make_program(funding="ircc"), place)
    for number in range(8):
        client = make_client(
            make_household(postal_code=dice.choice(("N8H 1A1", None))),
            birth_date=dice.choice((None, DATE(1990, 3, 1), ago(9000))),
            municipality=dice.choice(("Windsor", "Leamington", None)),
            immigration_category=dice.choice(("gar", "unknown")),
            gender=dice.choice(("woman", None)),
            preferred_languages=dice.choice(([], ["ar"], ["uk", "ar"])),
            arrival_date=dice.choice((None, ago(500))),
        )
        referral = make_referral(service, client, referred_on=ago(20 + number), outcome="enrolled")
        if dice.random() < 0.5:
            make_assessment(client, completed_on=ago(30), assessor=helper, level="high")
        make_case_activity(
            client=client,
            date=ago(number),
            location=dice.choice((None, place)),
            mode=dice.choice((None, "video")),
            staff=helper,
            support_services=dice.choice(([], ["child-care"])),
            referral=dice.choice((None, referral)),
            type=dice.choice(("workshop", "interpretation", "form-filling")),
        )
    make_capacity_building()
    for number, source in enumerate(SOURCES):
        change(source, is_on=True, required_if=CONDITIONS[(number + shift) % len(CONDITIONS)])
    rows, gaps = service_record.check(default(), ago(60), settings.today())
    assert rows == len(found(60)) and gaps
    assert {gap.source: gap.rows for gap in gaps} == by_hand()


def test_at_most_fifty_places_are_listed(app):
    client = known_client()
    change("location", required_if="always")
    for _n in range(52):
        make_case_activity(client=client)
    [gap] = service_record.check(default(), ago(1), settings.today())[1]
    assert (gap.rows, len(gap.places)) == (52, 50)


def test_nothing_missing_and_nothing_there_are_said(browser):
    assert "There is no service event in this period." in browser.get("/service-record/")
    make_case_activity(client=known_client())
    page = browser.get(f"/service-record/?from={ago(1)}&to={settings.today()}")
    assert "1 row, and nothing required is missing." in page
    page = browser.get("/service-record/?from=2026-02-01&to=2026-01-01")
    assert "The period ends before it begins" in page.notices[0]


# ---- Profiles -------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "meaning"),
    [
        (None, None),
        ("", None),
        ("always", ()),
        (" Always ", ()),
        ("service_kind=language training", (("service_kind", "language training"),)),
        ("gender = man; outcome=enrolled", (("gender", "man"), ("outcome", "enrolled"))),
    ],
)
def test_a_condition_is_read(app, text, meaning):
    assert service_record.conditions(text) == meaning


@pytest.mark.parametrize(
    ("values", "words"),
    [
        ({"required_if": "sometimes"}, "is no condition"),
        ({"required_if": "colour=red"}, "is no value of the service record"),
        ({"required_if": "service_kind=dancing"}, "is never a value of service_kind"),
        ({"codes": ["woman"]}, "is no code"),
        ({"codes": ["wooman = F"]}, "is never a value of gender"),
        ({"codes": ["man = M", "man = X"]}, "has two codes"),
        ({"heading": " "}, "Enter the heading"),
        ({"position": 0}, "Enter a place"),
        ({"source": "first_name"}, "Choose one of"),
    ],
)
def test_a_column_that_cannot_be_filled_is_refused_with_a_sentence(app, values, words):
    with pytest.raises(records.Refused, match=words):
        change("gender", **values)


def test_columns_are_changed_together_on_one_page(administrator_browser):
    browser = administrator_browser
    page = browser.follow(browser.get("/administration/"), "Export profiles")
    page = browser.follow(page, "Service record")
    page = browser.follow(page, "Change the columns")
    wrong = {"gender-required_if": "nonsense", "location-heading": "program"}
    page = browser.submit(page, answers=wrong, status=422)
    assert len(page.errors) == 2 and "has the heading “program”" in " ".join(page.errors)
    right = {
        "gender-required_if": "always",
        "location-heading": "site",
        "outcome-position": "1",
        "row_id-position": "2",
        "fiscal_year-position": "3",
        "gender-codes": "woman = F\nman = M",
        "client_number-is_on": True,
    }
    page = browser.submit(page, answers=right)
    assert "site" in page
    assert [row.source for row in service_record.columns(default())][:3] == [
        "outcome",
        "row_id",
        "fiscal_year",
    ]
    assert column("gender").codes == ["woman = F", "man = M"]
    assert column("client_number").is_on
    versions = [row.version for row in ExportColumn.select().order_by(ExportColumn.id)]
    browser.submit(browser.get(f"/export-profiles/columns/?id={default().id}"))
    assert versions == [row.version for row in ExportColumn.select().order_by(ExportColumn.id)]


def test_two_people_changing_columns_do_not_overwrite_each_other_unseen(administrator_browser):
    """R-SYS-2: the second is told, and what was typed stays."""
    browser = administrator_browser
    page = browser.get(f"/export-profiles/columns/?id={default().id}")
    change("gender", heading="sex")
    page = browser.submit(page, answers={"gender-heading": "g"}, status=422)
    assert "Somebody else changed these columns" in page.errors[0]
    assert column("gender").heading == "sex"
    browser.submit(page, answers={"gender-heading": "g"})
    assert column("gender").heading == "g"


def test_a_profile_is_copied_by_one_button(administrator_browser):
    browser = administrator_browser
    change("gender", codes=["woman = F"])
    page = browser.get(f"/export-profiles/details/?id={default().id}")
    page = browser.submit(page, button="Copy this profile")
    assert page.heading == "Copy of Service record"
    copied = ExportProfile.get(ExportProfile.name == "Copy of Service record")
    assert column("gender", copied).codes == ["woman = F"]
    assert [row.source for row in service_record.columns(copied)] == HEADINGS
    assert service_record.copy(default()).name == "Copy of Service record 2"


def test_a_new_profile_offers_every_value_and_begins_with_none(administrator_browser):
    profile = make_profile(name="Ours")
    page = administrator_browser.get(f"/export-profiles/columns/?id={profile.id}")
    administrator_browser.submit(page, answers={"service_date-is_on": True})
    on = [row.source for row in service_record.columns(profile) if row.is_on]
    assert on == ["service_date"]
    rows, _content = made(administrator_browser, profile=str(profile.id))
    assert rows == []


def test_changing_profiles_asks_for_the_administrator_step(browser):
    page = browser.get(f"/export-profiles/columns/?id={default().id}")
    assert page.path.startswith("/administrator")


def test_the_default_profile_is_loaded_once_and_stays_as_people_changed_it(app):
    change("gender", heading="sex", is_on=False)
    counts = seed.load()
    assert counts["export_profile"]["unchanged"] == 1
    assert not counts["export_column"]["added"] and not counts["export_column"]["updated"]
    assert (column("gender").heading, column("gender").is_on) == ("sex", False)


def test_without_a_profile_in_use_the_page_says_so(browser):
    ExportProfile.update(is_active=False).execute()
    page = browser.get("/service-record/")
    assert "No profile is in use" in page
    made_page = browser.post("/service-record/make/", {"csrf_token": page.token()})
    assert "There is no export profile in use." in made_page.notices[0]

"""Interpreters and their bookings: forms, certificates, communities, the yearly review (R-INT-1 to R-INT-4)."""

import datetime

import pytest
from casework_factories import make_booking, make_interpreter
from factories import make_client
from test_home import tasks

from models import Booking, Interpreter
from workflows import interpreters, records, settings
from workflows.business_days import add_months

DAY = datetime.timedelta(days=1)
NINE = datetime.time(9)


def booking(**values):
    client = values.pop("client", None) or make_client(preferred_languages=["ar"])
    base = {
        "household": client.household,
        "client": client,
        "date": settings.today(),
        "setting": "community",
    }
    base["interpreter"] = values.pop("interpreter", None) or make_interpreter()
    return Booking(**base | values)


def blocked(row):
    """{field: message} of what stops a booking."""
    with pytest.raises(records.Refused) as error:
        records.save(row)
    return {problem.field: str(problem.message) for problem in error.value.problems}


def warnings(row):
    return [str(problem.message) for problem in records.save(row)]


def test_nobody_is_booked_without_a_signed_confidentiality_form(app):
    """R-INT-1: blocks, a form signed after the day of the booking too."""
    someone = make_interpreter(confidentiality_signed_on=None)
    assert "has not signed" in blocked(booking(interpreter=someone))["interpreter"]
    someone = make_interpreter(confidentiality_signed_on=settings.today())
    row = booking(interpreter=someone, date=settings.today() - DAY)
    assert "has not signed" in blocked(row)["interpreter"]
    assert warnings(booking(interpreter=someone, date=settings.today() + DAY)) == []


def test_the_form_a_booking_stands_on_is_not_taken_away(administrator_browser):
    """R-INT-1: neither the signature nor the interpreter goes while a booking is to come; what is past stays as it was."""
    someone = make_interpreter(confidentiality_signed_on=settings.today() - 9 * DAY)
    past = make_booking(interpreter=someone, date=settings.today() - DAY)
    row = make_booking(interpreter=past.interpreter, date=settings.today() + DAY)
    edit = f"/interpreters/edit/?id={row.interpreter_id}"
    for answers in ({"confidentiality_signed_on": ""}, {"is_active": False}):
        page = administrator_browser.submit(administrator_browser.get(edit), answers=answers)
        assert "Give the bookings to come to somebody else first." in page.text
    records.delete(row)
    administrator_browser.submit(administrator_browser.get(edit), is_active=False)
    assert not Interpreter.get_by_id(past.interpreter_id).is_active


@pytest.mark.parametrize(
    "setting, certificate",
    [
        ("medical", "certified_medical"),
        ("mental-health", "certified_medical"),
        ("legal", "certified_legal"),
    ],
)
def test_a_setting_asks_for_its_own_certificate(app, setting, certificate):
    """R-INT-2: the other certificate does not do; an urgent exception warns and needs its reason."""
    other = {"certified_medical", "certified_legal"} - {certificate}
    wrong = make_interpreter(**dict.fromkeys(other, True))
    assert (
        "no certificate"
        in blocked(booking(interpreter=wrong, setting=setting))["urgent_override_reason"]
    )
    row = booking(interpreter=wrong, setting=setting, urgent_override_reason="Night at the ward")
    [said] = warnings(row)
    assert "urgent exception" in said
    right = make_interpreter(**{certificate: True})
    assert warnings(booking(interpreter=right, setting=setting)) == []


@pytest.mark.parametrize(
    "communities, facts, shared",
    [
        ("Syrian, Kurdish", {"country_of_origin": "sy"}, True),
        ("Ukrainienne", {"country_of_origin": "ua"}, True),
        ("Iraqi", {"country_of_origin": "ir"}, False),
        ("Kurdish", {"preferred_languages": ["kmr"]}, True),
        ("Hazara", {"interpreter_preference": "Nobody of the Hazara community"}, True),
        ("Somali community", {"interpreter_preference": "A woman, not of my community"}, False),
    ],
)
def test_a_shared_community_is_told_to_who_books(app, communities, facts, shared):
    """R-INT-3: a root in common with country, language or what the client said."""
    facts = {"preferred_languages": ["ar"], "interpreter_not_own_community": True} | facts
    client = make_client(**facts)
    spoken = make_interpreter(communities=communities, languages=client.preferred_languages)
    said = warnings(booking(client=client, interpreter=spoken))
    assert bool(said) == shared
    if shared:
        assert "not from their own community" in said[0]


def test_who_did_not_ask_gets_no_such_warning_and_a_booking_for_all_asks_for_each(app):
    """R-INT-3"""
    facts = {"country_of_origin": "sy", "preferred_languages": ["ar"]}
    client, syrian = make_client(**facts), make_interpreter(communities="Syrian")
    assert warnings(booking(client=client, interpreter=syrian)) == []
    make_client(household=client.household, interpreter_not_own_community=True, **facts)
    row = booking(client=client, interpreter=syrian)
    row.client = None
    assert len(warnings(row)) == 1


def test_another_language_and_another_booking_at_that_time_are_told(app):
    """2.21: warnings; a booking that ends when the next begins is none."""
    someone = make_interpreter(languages=["so"])
    client = make_client(preferred_languages=["ar"])
    [said] = warnings(booking(client=client, interpreter=someone, starts_at=NINE, minutes=60))
    assert "Arabic" in said
    at = lambda hour, minute: datetime.time(hour, minute)  # noqa: E731
    somali = make_client(preferred_languages=["so"])
    second = booking(client=somali, interpreter=someone, starts_at=at(9, 59), minutes=30)
    [said] = warnings(second)
    assert "from 9:00\u202fa.m. to 10:00\u202fa.m." in said
    third = booking(client=somali, interpreter=someone, starts_at=at(10, 29), minutes=30)
    assert warnings(third) == []


@pytest.mark.parametrize("minutes", [0, 601])
def test_a_booking_lasts_up_to_ten_hours(app, minutes):
    """2.21"""
    assert set(blocked(booking(minutes=minutes))) == {"minutes"}
    assert warnings(booking(minutes=600)) == []


def test_who_works_with_us_no_more_is_not_booked_but_old_bookings_stay(app):
    """2.21"""
    row = make_booking()
    Interpreter.update(is_active=False).execute()
    assert "does not work with us" in blocked(booking(interpreter=row.interpreter))["interpreter"]
    row.minutes = 45
    assert warnings(row) == []


def test_the_booking_form_offers_the_right_language_first(browser):
    """2.21, R-INT-1: language names stand in the options; who has not signed is not offered; R-INT-2 on screen."""
    client = make_client(preferred_languages=["so"])
    make_interpreter(name="Abe Arabic", languages=["ar"])
    make_interpreter(name="Zed Somali", languages=["so"], certified_medical=True)
    make_interpreter(name="Una Unsigned", languages=["so"], confidentiality_signed_on=None)
    house = browser.get(f"/households/details/?id={client.household_id}")
    page = browser.follow(house, "Book an interpreter")
    options = [o.get_text() for o in page.soup.select("select[name=interpreter] option")]
    assert options == ["Choose…", "Zed Somali – Somali", "Abe Arabic – Arabic"]
    facts = {"setting": "Medical", "minutes": "60"}
    page = browser.submit(page, "Save", interpreter="Abe Arabic – Arabic", **facts)
    assert any("no certificate" in line for line in page.errors)
    page = browser.submit(page, "Save", interpreter="Zed Somali – Somali", **facts)
    assert Booking.get().interpreter.name == "Zed Somali"
    assert "Zed Somali" in browser.get(f"/households/details/?id={client.household_id}")


# ---- The yearly review ----------------------------------------------------------------------------------------------------


def test_home_asks_for_the_yearly_review_until_it_is_done(administrator_browser):
    """R-INT-4: counted from the last review, else from the signature; a button says it was today."""
    year = add_months(settings.today(), -12)
    late = make_interpreter(name="Late Review", confidentiality_signed_on=year - DAY)
    make_interpreter(confidentiality_signed_on=year)
    make_interpreter(confidentiality_signed_on=year - DAY, last_confidentiality_review_on=year)
    make_interpreter(confidentiality_signed_on=year - DAY, is_active=False)
    words = "interpreter to review confidentiality with"
    found = tasks(administrator_browser.get("/"))
    number, href = found[words]
    assert number == "1"
    page = administrator_browser.follow(administrator_browser.get(href), late.name)
    page = administrator_browser.submit(page, "Confidentiality reviewed today")
    assert Interpreter.get_by_id(late.id).last_confidentiality_review_on == settings.today()
    assert words not in tasks(administrator_browser.get("/"))


def test_a_review_comes_after_a_signature_and_not_tomorrow(app):
    """R-INT-4"""
    row = make_interpreter(confidentiality_signed_on=None)
    row.last_confidentiality_review_on = settings.today()
    assert set(blocked(row)) == {"confidentiality_signed_on"}
    row = make_interpreter()
    row.last_confidentiality_review_on = settings.today() + DAY
    assert set(blocked(row)) == {"last_confidentiality_review_on"}


def test_the_standards_count_bookings_whose_interpreter_had_signed(app):
    """R-INT-1: met and due in a period."""
    today = settings.today()
    make_booking(), make_booking(date=today + 40 * DAY)
    late = make_booking()
    Interpreter.update(confidentiality_signed_on=today + DAY).where(
        Interpreter.id == late.interpreter_id
    ).execute()
    assert interpreters.with_forms(today, today + 7 * DAY) == (1, 2)

"""A client asks to see or correct their record: thirty days, the answer, and all that is held in one step (issue 10)."""

import datetime
import json

import pytest
from case_factories import MAKE, make_assessment, make_intake
from casework_factories import (
    make_access_request,
    make_addendum,
    make_appointment,
    make_case_activity,
    make_case_note,
    make_correspondence,
    make_incident,
)
from factories import make_attachment, make_client, make_consent, make_referral
from test_home import tasks

from forms import choices
from models import AccessRequest, AuditLog, Client, IncidentReport, Intake, now
from workflows import access, agency_rules, exports, held, references, settings
from workflows.records import Refused, save

LIST = "/access-requests/"


def day(number):
    return settings.today() + datetime.timedelta(days=number)


def gather(browser, request, button="Gather as a page to print"):
    return browser.submit(browser.get(f"{LIST}details/?id={request.id}"), button)


def family():
    """Two people of one household."""
    one = make_client(first_name="Amina", last_name="Zarif")
    two = make_client(first_name="Bilal", last_name="Zarif", household=one.household)
    return one, two


# ---- Thirty days ---------------------------------------------------------------------------------------------------------


def test_there_are_thirty_days_from_the_day_it_was_asked(app):
    row = make_access_request(received_on=day(-5))
    assert row.due_on == day(25)
    row.received_on = day(-40)
    save(row)
    assert AccessRequest.get().due_on == day(-10)


def test_the_clock_is_neither_set_back_by_an_edit_nor_stopped_by_a_deletion(browser):
    """Issue item 10: a request is logged, and its thirty days run until it is answered."""
    row = make_access_request(received_on=day(-31))
    AccessRequest.update(created_at=now() - datetime.timedelta(days=31)).execute()
    page = browser.get(f"{LIST}edit/?id={row.id}")
    page = browser.submit(page, received_on=settings.today().isoformat())
    assert "so it was asked by then" in page.errors[0]
    page = browser.submit(browser.get(f"{LIST}delete/?id={row.id}"), "Yes, delete")
    assert "A request is kept, and so is its answer." in page.text
    assert access.is_late(AccessRequest.get())
    slip = make_access_request(received_on=settings.today())
    browser.submit(browser.get(f"{LIST}delete/?id={slip.id}"), "Yes, delete")
    assert [each.id for each in AccessRequest.select()] == [row.id]


def test_late_requests_say_so_and_home_counts_those_of_the_week(browser):
    """Issue item 10: due within a week or late."""
    make_access_request(received_on=day(-31))
    make_access_request(received_on=day(-23))
    make_access_request(received_on=day(-22))
    done = {"state": "answered", "answered_on": day(-1), "answer": "A copy was given."}
    make_access_request(received_on=day(-31), **done)
    number, href = tasks(browser.get("/"))["requests for access to answer"]
    assert number == "2" and len(browser.get(href).rows) == 2
    page = browser.get(f"{LIST}?when=late")
    assert [row[-1] for row in page.rows] == ["Late"]
    assert [row[-1] for row in browser.get(LIST).rows].count("Answered") == 1
    late = AccessRequest.get(AccessRequest.due_on < day(0), AccessRequest.state == "open")
    assert browser.get(f"{LIST}details/?id={late.id}").soup.select_one(".pill-overdue")


def test_an_answer_needs_its_day_and_its_words_and_nothing_typed_is_lost(browser):
    row = make_access_request(received_on=day(-3))
    page = browser.get(f"{LIST}edit/?id={row.id}")
    page = browser.submit(page, "Save", state="Answered", asked="All of it, please.")
    assert "Answered on: Enter the day of the answer." in page.errors
    assert "Say what was given" in page.errors[1]
    assert page.soup.select_one("[name=asked]").get_text().strip() == "All of it, please."
    page = browser.submit(page, "Save", answered_on=day(0).isoformat(), answer="A copy on paper.")
    assert AccessRequest.get().state == "answered" and "A copy on paper." in page


@pytest.mark.parametrize(
    "days, values, field",
    [
        ({"received_on": 1}, {}, "received_on"),
        ({"answered_on": 1}, {"state": "answered", "answer": "Yes."}, "answered_on"),
        ({"answered_on": -1}, {"state": "answered", "answer": "Yes."}, "answered_on"),
        ({"answered_on": 0}, {}, "state"),
    ],
)
def test_days_that_cannot_be_are_refused(app, days, values, field):
    with pytest.raises(Refused) as refused:
        make_access_request(**values, **{name: day(number) for name, number in days.items()})
    assert field in [problem.field for problem in refused.value.problems]


def test_a_refused_correction_tells_of_the_statement_of_disagreement(browser):
    row = make_access_request(kind="correct")
    page = browser.get(f"{LIST}edit/?id={row.id}")
    page = browser.submit(page, "Save", state="refused", answered_on=day(0).isoformat())
    assert "what was changed in the record, or why it was not" in page.errors[0]
    page = browser.submit(page, "Save", answer="The birth date is as on the passport.")
    assert any("statement of disagreement" in notice for notice in page.notices)
    again = browser.get(f"{LIST}details/?id={row.id}")
    assert "It is kept with the file" in again.notices[0]
    assert not access.disagreement(make_access_request(kind="correct"))


# ---- All that is held ----------------------------------------------------------------------------------------------------


def test_everything_with_the_clients_name_is_gathered_and_nothing_of_others(browser):
    """R-NOTE-9: a person's print has nothing of the others of the household in it."""
    one, two = family()
    for client, word in ((one, "mine"), (two, "foreign")):
        make_case_note(client=client, reason_for_contact=f"{word} note")
        make_correspondence(client=client, content=f"{word} letter")
        make_case_activity(client=client, note=f"{word} activity")
        make_appointment(client=client, about=f"{word} appointment")
        make_referral(client=client, follow_up_notes=f"{word} referral")
        make_attachment(owner_table="client", owner_id=client.id, name=f"{word}-passport.pdf")
    page = gather(browser, make_access_request(client=one))
    for word in ("note", "letter", "activity", "appointment", "referral"):
        assert f"mine {word}" in page, word
    assert "mine-passport.pdf" in page
    assert "foreign" not in page.text and "Bilal" not in page.text


def test_what_is_about_several_people_is_listed_by_what_and_when_only(browser):
    """R-NOTE-9: and says so; a matter of the whole family too, with its additions."""
    one, two = family()
    note = make_case_note(clients=[one, two], reason_for_contact="a secret of both")
    make_addendum(note=note, text="a secret addition")
    make_case_note(client=one, is_family_matter=True, reason_for_contact="a secret of all")
    make_case_activity(clients=[one, two], note="a secret visit")
    file = one.household
    file.close_summary = "a secret of the family"
    save(file)
    page = gather(browser, make_access_request(client=one))
    assert "secret" not in page.text
    assert page.text.count("only what it is and when is given") >= 4
    assert file.file_number in page.text
    assert choices.term_label("case-note-types", "one-to-one") in page.text


def test_a_text_about_one_person_that_names_another_is_left_out(browser):
    """R-NOTE-9: as on a person's own print; what they said about themselves is theirs."""
    one, _two = family()
    make_case_note(client=one, discussed="Bilal owes rent", agreed_and_follow_up="Call the school")
    make_attachment(owner_table="client", owner_id=one.id, name="Bilal.pdf")
    request = make_access_request(client=one)
    page = gather(browser, request)
    assert "Bilal" not in page.text and "it names somebody else" in page
    assert "Call the school" in page and "Amina" in page
    file = gather(browser, request, "Gather as a file (JSON)").response.get_data(as_text=True)
    assert "Call the school" in file and "Bilal" not in file


def test_a_person_who_lives_alone_has_the_records_of_the_household_whole(app):
    """R-NOTE-9: they become what and when alone once somebody else is in the file; an incident names others anyway."""
    client = make_client()
    intake = make_intake(household=client.household, reason="the reason of all")
    incident = make_incident(household=client.household)

    def whole():
        pieces, _files = held.about(Client.get_by_id(client.id))
        return {(piece.model, piece.row.id): piece.is_whole for piece in pieces}

    assert whole()[Intake, intake.id] and not whole()[IncidentReport, incident.id]
    make_client(household=client.household)
    assert whole()[Intake, intake.id] is False


def test_papers_of_others_and_of_records_about_several_are_left_out(app):
    """R-NOTE-9: an attachment is listed by its name, those of others are not."""
    one, two = family()
    both = make_case_note(clients=[one, two])
    for table, key, name in (
        ("client", one.id, "mine.pdf"),
        ("client", two.id, "theirs.pdf"),
        ("case_note", both.id, "both.pdf"),
        ("household", one.household_id, "everybody.pdf"),
    ):
        make_attachment(owner_table=table, owner_id=key, name=name)
    _pieces, files = held.about(one)
    assert [row.name for row in files] == ["mine.pdf"]


def test_every_table_that_names_a_client_is_looked_into(app):
    """A new table comes along by itself: one row of each kind is found for the client it names."""
    kinds = {field.model for field in references.columns(Client)} & set(MAKE)
    assert len(kinds) > 10
    for model in kinds:
        row = MAKE[model]()
        for field in references.columns(Client):
            if field.model is model and row.__data__[field.name]:
                client = Client.get_by_id(row.__data__[field.name])
                pieces, _files = held.about(client)
                assert (model, row.id) in {(piece.model, piece.row.id) for piece in pieces}


def test_answers_of_an_assessment_come_in_words_and_their_own_number_is_whole(browser):
    client = make_client(funder_client_number="12345678")
    make_assessment(client=client)
    make_consent(client=client)
    page = gather(browser, make_access_request(client=client))
    assert "12345678" in page and "health-access" not in page.text
    asked = str(agency_rules.matrix().questions()["health-access"][1].text)
    assert asked in page.text


def test_the_file_is_utf_8_with_a_line_of_confidentiality_and_a_name_that_names_nobody(browser):
    """R-SYS-8"""
    client = make_client(first_name="Zoé", last_name="Łącka")
    request = make_access_request(client=client)
    page = gather(browser, request, "Gather as a file (JSON)")
    name = page.response.headers["Content-Disposition"]
    assert f"access-requests-{request.id}-" in name and "confidential.json" in name
    assert page.response.headers["Content-Type"] == "application/json; charset=utf-8"
    body = page.response.get_data()
    assert "Łącka".encode() in body
    content = json.loads(body)
    assert content["confidentiality"] == exports.confidentiality_line()
    tables = {each["table"]: each["records"] for each in content["held"]}
    assert tables["Clients"][0]["First name"] == "Zoé"


@pytest.mark.parametrize(
    "button, action",
    [("Gather as a page to print", "print"), ("Gather as a file (JSON)", "export")],
)
def test_gathering_is_logged_with_the_request_and_the_person(browser, button, action):
    """R-SYS-5"""
    request = make_access_request()
    gather(browser, request, button)
    rows = AuditLog.select().where(AuditLog.action == action)
    found = {(row.entity, row.entity_id) for row in rows}
    assert found == {("access_request", request.id), ("client", request.client_id)}
    reason = AuditLog.get(AuditLog.action == action, AuditLog.entity == "client").reason
    assert str(request.id) in reason

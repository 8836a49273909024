"""Feedback: invitations, the survey without a sign-in, one reply a link, the score, and no way back to a person (2.22)."""

import ast
import datetime
import re
from pathlib import Path

import pytest
from browser import Browser
from casework_factories import make_feedback
from factories import make_referral, make_service
from peewee import ForeignKeyField
from test_house import ROOT

import models
from models import FULL, MINIMAL, AuditLog, ClientFeedback, FeedbackInvitation, OutboxMessage
from workflows import feedback, letter, records, settings
from workflows.records import Refused


@pytest.fixture
def service(app):
    return make_service(name="Conversation circle")


def invited(service, **values):
    """The address of one new invitation."""
    base = {"language": "en", "count": 1}
    base["expires_on"] = settings.today() + datetime.timedelta(days=30)
    (code,) = feedback.invite(service, **base | values)
    return f"/feedback/{code}"


def own_service():
    program = models.Program.select().join(models.Organization).where(models.Organization.is_own)
    return make_service(program=program.first() or _own_program(), name="Conversation circle")


def _own_program():
    template = make_service().program
    models.Program.update(organization=models.Organization.own()).where(
        models.Program.id == template.id
    ).execute()
    return models.Program.get_by_id(template.id)


# ---- Inviting ------------------------------------------------------------------------------------------------------------


def test_a_sheet_of_links_is_printed_once_and_only_their_hashes_are_kept(browser):
    """2.22"""
    service = own_service()
    browser.client.application.config["PUBLIC_URL"] = "https://portal.example/"
    page = browser.follow(browser.get("/client-feedback/"), "Invite to give feedback")
    page = browser.submit(page, "Make the links", about="Conversation circle", count=3)
    links = [p.get_text() for p in page.soup.select(".slip-link")]
    assert len(links) == len(set(links)) == 3
    assert all(link.startswith("https://portal.example/feedback/") for link in links)
    assert len(re.sub("[^a-z0-9]", "", links[0].rpartition("/")[2])) == 27
    rows = list(FeedbackInvitation.select().order_by(FeedbackInvitation.id))
    assert {row.service_activity_id for row in rows} == {service.id}
    codes = [link.rpartition("/")[2].replace("-", "") for link in links]
    assert not any(code in str(row.__data__) for code in codes for row in rows)
    assert feedback.find(links[0].rpartition("/")[2].upper().replace("-", " ")) == rows[0]


@pytest.mark.parametrize(("count", "words"), [("0", "1 to 30"), ("31", "1 to 30"), ("", "1 to 30")])
def test_a_number_of_links_nobody_can_print_is_refused(browser, count, words):
    own_service()
    page = browser.get("/client-feedback/invite/")
    page = browser.submit(page, "Make the links", about="Conversation circle", count=count)
    assert words in page.errors[0] and not FeedbackInvitation.select().exists()


def test_links_that_are_over_already_are_not_made(browser):
    own_service()
    page = browser.get("/client-feedback/invite/")
    yesterday = settings.today() - datetime.timedelta(days=1)
    page = browser.submit(page, about="Conversation circle", expires_on=yesterday)
    assert "Enter a day to come." in page.errors[0] and not FeedbackInvitation.select().exists()


# ---- Answering -----------------------------------------------------------------------------------------------------------


def test_somebody_answers_without_signing_in_and_nobody_knows_who(anonymous, service):
    """2.22: one reply for each invitation, anonymous unless a name is given."""
    page = anonymous.get(invited(service))
    assert page.heading == "How was it?" and "Conversation circle" in page
    assert "How likely are you to recommend us to a friend or relative?" in page
    page = anonymous.submit(
        page,
        "Send",
        nps_score="9",
        met_need="Partly",
        respect="5",
        understood="4",
        improve="An evening class.",
    )
    assert page.heading == "Thank you"
    row = ClientFeedback.get()
    assert (row.nps_score, row.met_need, row.respect, row.understood) == (9, "partly", 5, 4)
    assert (row.improve, row.anonymous, row.given_by) == ("An evening class.", True, None)
    assert (row.service_activity_id, row.language) == (service.id, "en")
    said = AuditLog.select().where(AuditLog.entity.in_(("client_feedback", "feedback_invitation")))
    answered = [r for r in said if r.working_as_name == "Somebody with a link"]
    assert len(answered) == 2 and {r.ip for r in answered} == {""}
    assert "evening" not in " ".join(str(r.changed_fields) for r in said)


def test_no_way_leads_from_a_reply_to_a_client():
    """2.22: neither table has a key that leads to a person, a household or a referral."""
    reached, more = {ClientFeedback}, {ClientFeedback}
    while more:
        more = {
            field.rel_model
            for model in more
            for field in model._meta.sorted_fields
            if isinstance(field, ForeignKeyField)
        } - reached
        reached |= more
    assert FeedbackInvitation in reached
    assert not reached & {models.Client, models.Household, models.Referral, models.Staff}


def test_a_second_answer_to_one_invitation_is_kindly_refused_and_can_be_copied(app, service):
    """2.22: two phones open the same link; what the second one wrote is shown to them."""
    address = invited(service)
    first, second = Browser(app), Browser(app)
    pages = [one.get(address) for one in (first, second)]
    first.submit(pages[0], "Send", nps_score="10")
    page = second.submit(pages[1], "Send", nps_score="0", improve="Too far away")
    assert page.heading == "This link was used already"
    assert "Each link brings one answer" in page and "Too far away" in page
    assert "519-326-8629" in page
    assert [row.nps_score for row in ClientFeedback.select()] == [10]
    assert first.get(address).heading == "This link was used already"


def test_two_answers_at_once_make_one(service):
    """2.22"""
    code = invited(service).rpartition("/")[2]
    seen = [feedback.find(code), feedback.find(code)]
    reply = {"nps_score": 7, "given_by": None}
    feedback.answer(seen[0], "en", dict(reply))
    with pytest.raises(Refused, match="already"):
        feedback.answer(seen[1], "en", dict(reply))
    assert ClientFeedback.select().count() == 1


def test_a_link_that_is_over_says_so_kindly(anonymous, service):
    address = invited(service)
    yesterday = settings.today() - datetime.timedelta(days=1)
    FeedbackInvitation.update(expires_on=yesterday).execute()
    page = anonymous.get(address)
    assert page.heading == "This link is no longer open" and "ask us for a new link" in page
    FeedbackInvitation.update(expires_on=settings.today()).execute()
    assert anonymous.get(address).heading == "How was it?"


def test_a_wrong_link_says_to_look_again(anonymous):
    page = anonymous.get("/feedback/abcdefghj-abcdefghj-abcdefghj", status=404)
    assert page.heading == "This link does not work" and "every letter counts" in page


def test_the_questions_are_in_the_language_of_the_link_and_switching_keeps_what_was_written(
    anonymous, service
):
    """2.22"""
    page = anonymous.get(invited(service, language="fr"))
    assert page.soup.html["lang"] == "fr" and "Que devrions-nous changer?" in page
    page = anonymous.submit(page, "English", nps_score="3", improve="Plus tôt le matin")
    assert page.soup.html["lang"] == "en" and "What should we change?" in page
    assert not ClientFeedback.select().exists()
    assert page.soup.select_one("#improve").get_text().strip() == "Plus tôt le matin"
    page = anonymous.submit(page, "Send")
    assert page.heading == "Thank you" and ClientFeedback.get().language == "en"


def test_without_a_number_it_asks_for_one_and_keeps_the_rest(anonymous, service):
    page = anonymous.submit(anonymous.get(invited(service)), "Send", improve="More chairs")
    assert "Choose a number from 0 to 10." in page.errors[0]
    assert "More chairs" in page.soup.select_one("#improve").get_text()
    page = anonymous.submit(page, "Send", nps_score="0", given_by="Rima")
    row = ClientFeedback.get()
    assert (row.nps_score, row.anonymous, row.given_by) == (0, False, "Rima")


def test_a_page_that_lay_open_too_long_is_shown_again_with_everything(anonymous, service):
    page = anonymous.get(invited(service))
    anonymous.client.delete_cookie("portal")
    page = anonymous.submit(page, "Send", nps_score="8", improve="Thank you all")
    assert "Please press the button once more." in page
    assert anonymous.submit(page, "Send").heading == "Thank you"
    assert (ClientFeedback.get().nps_score, ClientFeedback.get().improve) == (8, "Thank you all")


@pytest.mark.parametrize(
    "answers",
    [
        {"nps_score": "11"},
        {"nps_score": "-1"},
        {"nps_score": "x"},
        {"nps_score": "5", "respect": "9"},
    ],
)
def test_answers_that_no_page_offers_are_not_kept(anonymous, service, answers):
    address = invited(service)
    token = anonymous.get(address).token()
    anonymous.open(address, "POST", data={"csrf_token": token, "lang": "en", **answers})
    assert [row.respect for row in ClientFeedback.select()] in ([], [None])


# ---- On paper, and the list ------------------------------------------------------------------------------------------------


def test_an_answer_on_paper_is_typed_in(browser, service):
    """2.22"""
    page = browser.get("/client-feedback/")
    assert page.heading == "Feedback"
    page = browser.follow(page, "Type in an answer on paper")
    page = browser.submit(page, "Save", nps_score="9")
    assert "Choose the program or the service this is about." in page.errors[0]
    record = ClientFeedback(collected_on=settings.today(), nps_score=11, service_activity=service)
    with pytest.raises(Refused, match="0 to 10"):
        records.save(record)
    record.nps_score, record.given_by = 9, "Rima"
    with pytest.raises(Refused, match="anonymous"):
        records.save(record)
    record.anonymous = False
    records.save(record)


def test_what_came_by_link_is_not_changed(browser, service):
    """2.22"""
    code = invited(service).rpartition("/")[2]
    feedback.answer(feedback.find(code), "en", {"nps_score": 2, "given_by": None})
    row = ClientFeedback.get()
    page = browser.get(f"/client-feedback/edit/?id={row.id}")
    assert "stays as it was said" in page and "/details/" in page.path
    row.nps_score = 10
    with pytest.raises(Refused, match="stays as it was said"):
        records.save(row)


def test_the_score_stands_above_the_list_from_ten_replies_on(browser, service):
    """Domain, section 11: NPS = 100 × (promoters − detractors) ÷ replies, hidden under 10 replies."""
    for score in (10, 9, 9, 9, 9, 8, 7, 6, 0):
        make_feedback(nps_score=score, service_activity=service)
    page = browser.get("/client-feedback/")
    assert "shown from 10 replies on" in page and "there are 9." in page
    make_feedback(nps_score=3, service_activity=service)
    page = browser.get("/client-feedback/")
    assert re.search(r"Net promoter score since 1 Apr \d{4}: 20, from 10 replies\.", page.text)


# ---- R-REF-16 ---------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("detail", [MINIMAL, FULL])
def test_an_email_to_a_program_lead_says_who_sends_it_and_how_to_reach_them(app, detail):
    """R-REF-16: sender, organization and contact; no promotion."""
    referral = make_referral(service=make_service(name="Welding for newcomers"))
    subject, text, _left_out = letter.written([referral], detail, internal=True)
    for needed in ("Test Worker", "Test Settlement Services", "519-326-8629"):
        assert needed in text, needed
    for word in ("unsubscribe", "newsletter", "donate", "offer", "event", "follow us"):
        assert word not in f"{subject} {text}".lower(), word


def test_no_message_is_ever_queued_for_a_client():
    """R-REF-16: no newsletter is built.  Messages go to program leads, to the agency itself, and to whoever tests mail."""
    kinds = {slug for slug, _words in OutboxMessage.kind.choices}
    assert kinds == {"referral", "test", "digest", "reminder"}
    callers = set()
    for folder in ("workflows", "admin_views", "seed", "forms"):
        for path in sorted((ROOT / folder).rglob("*.py")):
            calls = [n for n in ast.walk(ast.parse(path.read_text())) if isinstance(n, ast.Call)]
            if any(ast.unparse(call.func) == "outbox.queue" for call in calls):
                callers.add(Path(path).name)
    assert callers == {"distribution.py", "digest.py", "reminders.py", "settings.py"}


def test_a_link_that_is_no_link_speaks_the_language_of_the_strangers_browser(anonymous):
    answer = anonymous.open("/feedback/nothing", headers={"Accept-Language": "fr-CA,fr;q=0.9"})
    assert answer.status_code == 404 and '<html lang="fr"' in answer.get_data(as_text=True)

"""The wizard before the sending: a message for each contact, the follow-up day, and what changes under way."""

import datetime
import runpy
from pathlib import Path

import pytest
from factories import make_program, make_referral, make_service
from playhouse.migrate import SchemaMigrator
from test_distribution_screens import LEAD, begin, check, send, status
from test_wizard_engine import seal_of, token_of

from models import (
    COMPLETE,
    DISTRIBUTED,
    RECEIVED,
    DistributionLog,
    Draft,
    OutboxMessage,
    Referral,
    database,
)
from workflows import clock, settings

UP = Path(__file__).resolve().parent.parent / "migrations" / "0005_follow_up.py"

DUE = datetime.timedelta(days=21)


def service_of(address):
    program = make_program(contact_email=address)
    return make_service(program=program, contact_mode="own", contact_email=address)


@pytest.fixture
def three(app):
    """Three referrals to two contacts."""
    english, housing = service_of("english@example.org"), service_of("housing@example.org")
    return [make_referral(english), make_referral(housing), make_referral(english)]


def split(browser, rows):
    page = begin(browser, *rows, to="")
    return browser.submit(page, "One message for each contact: 2 messages")


def test_without_a_selection_those_that_wait_are_offered_and_one_must_be_ticked(browser, smtp):
    """R-REF-2"""
    waits, done = make_referral(), make_referral(status=COMPLETE)
    page = browser.submit(browser.get("/distribute/"), "Start")
    assert page.heading == "Referrals" and done.number not in page
    page = browser.submit(page, "Continue")
    assert page.errors == ["Referrals: Tick at least one referral."]
    label = page.soup.select_one("label[for^=rowid]").get_text()
    assert waits.number in label
    assert browser.submit(page, "Continue", rowid=[label]).heading == "To whom"


def test_what_is_already_on_its_way_is_not_offered_again(browser, smtp):
    """Decision 0.4: it stays received until the mail server has it."""
    gone, waits = make_referral(), make_referral()
    send(browser, check(browser, gone), "outside")
    assert status(gone) == RECEIVED
    page = browser.submit(browser.get("/distribute/"), "Start")
    assert waits.number in page and gone.number not in page


@pytest.mark.parametrize("forged", ["abc", "99999999", "9" * 30])
def test_a_forged_referral_is_refused(browser, smtp, forged):
    page = browser.submit(browser.get("/distribute/"), "Start")
    data = {"csrf_token": token_of(page), "seal": seal_of(page), "rowid": forged}
    page = browser.post(page.path, data)
    assert page.heading == "Referrals" and page.errors


def test_each_contact_gets_one_message_with_its_own_referrals(app, browser, smtp, three):
    """R-REF-2: one batch a press and destination."""
    page = split(browser, three)
    assert page.heading == "Recipients"
    assert three[0].number in page and three[1].number in page
    page = browser.submit(page, "Continue")
    letters = [letter.get_text() for letter in page.soup.select(".letter pre")]
    assert [[row.number in text for row in three] for text in letters] == [
        [True, False, True],
        [False, True, False],
    ]
    page = send(browser, page)
    assert page.heading == "2 messages are on their way"
    clock.tick(app)
    assert sorted(to for to, _content in smtp.mail) == [
        "english@example.org",
        "housing@example.org",
    ]
    assert len({row.batch_id for row in DistributionLog.select()}) == 2
    assert {status(row) for row in three} == {DISTRIBUTED}
    page = browser.follow(page, "Message to housing@example.org")
    assert "Sent to housing@example.org" in page and three[0].number not in page


def test_every_new_outside_address_is_confirmed_on_its_own_or_nothing_leaves(browser, smtp, three):
    """R-REF-5"""
    page = browser.submit(
        split(browser, three),
        "Continue",
        {"groups-0-destination": "a@partner.example", "groups-1-destination": "b@partner.example"},
    )
    page = send(browser, page, "outside-1")
    assert page.errors == [
        "b@partner.example is new and outside your agency. Confirm that it is the right address."
    ]
    assert OutboxMessage.select().count() == DistributionLog.select().count() == 0
    ticked = page.soup.select("[name=confirmed][checked]")
    assert [box["value"] for box in ticked] == ["outside-1"]


def test_the_same_address_twice_is_one_message(app, browser, smtp, three):
    """R-REF-2"""
    page = browser.submit(
        split(browser, three), "Continue", {"groups-1-destination": "English@example.org"}
    )
    send(browser, page)
    assert [m.recipient for m in OutboxMessage.select()] == ["english@example.org"]
    assert DistributionLog.select().count() == 3


def test_groups_that_are_not_the_ticked_referrals_are_refused(browser, smtp, three):
    page = split(browser, three)
    stranger = make_referral()
    data = {
        "csrf_token": token_of(page),
        "seal": seal_of(page),
        "groups-0-row": "1",
        "groups-0-ids": f"{three[0].id},{stranger.id}",
        "groups-0-destination": LEAD,
    }
    page = browser.post(page.path, data)
    assert "These are not the ticked referrals" in page.text


def test_groups_are_made_anew_when_the_selection_changes(browser, smtp, three):
    page = browser.submit(browser.submit(split(browser, three), "Continue"), "Back")
    page = browser.submit(browser.submit(page, "Back"), "Back")
    assert page.heading == "Referrals"
    label = page.soup.select(".check label")[0].get_text()
    page = browser.submit(page, "Continue", rowid=[label])
    assert "One message for each contact" not in page.text


def test_the_follow_up_day_counts_from_when_it_is_sent(app, browser, smtp):
    """R-REF-11: twenty-one days unless the settings or the person say otherwise."""
    referral = make_referral()
    page = begin(browser, referral)
    usual = settings.today() + DUE
    assert page.soup.select_one("[name=follow_up_on]")["value"] == usual.isoformat()
    wanted = settings.today() + datetime.timedelta(days=10)
    page = browser.submit(page, "Continue", follow_up_on=wanted)
    send(browser, page, "outside")
    assert Referral.get_by_id(referral.id).follow_up_due_on is None
    clock.tick(app)
    assert Referral.get_by_id(referral.id).follow_up_due_on == wanted


def test_a_message_that_fails_sets_no_follow_up(app, browser, smtp):
    """R-REF-3"""
    smtp.behaviour[LEAD] = "refuse"
    referral = make_referral()
    send(browser, check(browser, referral), "outside")
    clock.tick(app)
    assert Referral.get_by_id(referral.id).follow_up_due_on is None


def test_a_follow_up_day_of_the_past_is_refused(browser, smtp):
    past = settings.today() - datetime.timedelta(days=1)
    page = browser.submit(begin(browser, make_referral()), "Continue", follow_up_on=past)
    assert page.errors == ["Ask what became of it on: Choose a day that is still to come."]


def test_a_referral_deleted_meanwhile_sends_the_person_back_to_the_ticks(browser, smtp):
    first, second = make_referral(), make_referral()
    page = check(browser, first, second)
    Referral.delete().where(Referral.id == second.id).execute()
    page = send(browser, page, "outside")
    assert page.heading == "Referrals"
    assert OutboxMessage.select().count() == 0


def test_an_address_changed_in_another_tab_is_shown_before_anything_leaves(browser, smtp):
    page = check(browser, make_referral())
    other = browser.get(page.path.replace("/check", "/destination"))
    browser.submit(other, "Continue", destination="someone.else@example.org")
    page = send(browser, page, "outside")
    assert "An answer was changed since this page was opened" in page.text
    assert "someone.else@example.org" in page.text
    assert OutboxMessage.select().count() == 0


def test_recorded_another_way_the_draft_is_used_up(browser, smtp):
    """R-REF-6"""
    page = browser.follow(check(browser, make_referral()), "Record as sent another way")
    browser.submit(page, "Record as sent", destination="Housing lead")
    again = browser.submit(page, "Record as sent", destination="Housing lead")
    assert "sent or recorded already" in again.text
    assert (DistributionLog.select().count(), Draft.select().count()) == (1, 0)


def test_a_sending_begun_in_an_earlier_version_goes_on(database_url, app, browser, smtp):
    """What somebody kept for later before this was a wizard is not lost."""
    up = runpy.run_path(str(UP))
    up["down"](SchemaMigrator.from_database(database.obj), database.obj)
    referral = make_referral()
    old = {"ids": [referral.id], "destination": LEAD, "detail": "usual"}
    draft = Draft(kind="distribute", path="/distribute/x/check", answers=old)
    draft.save()
    up["up"](SchemaMigrator.from_database(database.obj), database.obj)
    page = browser.get(Draft.get_by_id(draft.id).path)
    assert page.heading == "To whom" and referral.number in page
    assert page.soup.select_one("[name=destination]")["value"] == LEAD

"""The wizard engine: nothing typed is lost, the pages come in order, and what is written is written once."""

import datetime
import io

import pytest
import scans
from browser import Browser
from prepare import CONFIG
from toy_wizard import Toy

from admin_views.wizards import WizardView
from app import create_app
from models import Attachment, Draft, Staff, now
from workflows import engine


@pytest.fixture(scope="module")
def application(prepared, tmp_path_factory):
    """An application that has the toy wizard besides its own."""
    folder = tmp_path_factory.mktemp("application")
    application = create_app(
        {**CONFIG, "INSTANCE": str(folder), "DATABASE_URL": f"sqlite:///{folder}/x.db"}
    )
    application.extensions["admin"][0].add_view(WizardView(Toy()))
    return application


@pytest.fixture
def begun(browser):
    """The first page of a new draft."""
    return browser.submit(browser.get("/toy/"), "Start")


def draft():
    return Draft.get(Draft.kind == "toy")


def to_the_last_page(browser, page):
    page = browser.submit(page, "Continue", name="Ana", has_friends=True)
    page = browser.submit(page, "Add another friend", {"friends-0-first": "Bo"})
    page = browser.submit(page, "Continue", {"friends-1-first": "Cy", "friends-1-nickname": "C"})
    page = browser.submit(page, "Continue", gift="a book")
    return browser.submit(page, "Continue", gift="a pen")


def test_a_wizard_goes_from_its_first_page_to_what_it_made(browser, begun):
    page = to_the_last_page(browser, begun)
    assert page.heading == "Last"
    page = browser.submit(page, "Continue", email="ana@agency.example")
    assert page.heading == "Check your answers"
    for words in ("Ana", "Friend 1", "Bo", "Cy, C", "Gift for Cy", "a pen", "ana@agency.example"):
        assert words in page
    page = browser.submit(page, "Save")
    assert page.heading == "Made"
    assert Staff.get(Staff.name == "Ana").email == "ana@agency.example"
    assert list(draft().answers) == ["id"], "nothing personal stays in a finished draft"


def test_opening_a_wizard_makes_no_draft_until_start_is_pressed(browser):
    browser.get("/toy/")
    assert not Draft.select().where(Draft.kind == "toy").exists()


def test_a_page_cannot_be_opened_before_the_ones_it_follows_are_answered(browser, begun):
    page = browser.get(f"/toy/{draft().key}/last")
    assert page.heading == "Name"


def test_a_page_posted_out_of_order_is_kept_and_leads_to_the_first_unanswered_one(browser, begun):
    token = begun.soup.select_one("[name=csrf_token]")["value"]
    page = browser.post(
        f"/toy/{draft().key}/last", {"csrf_token": token, "email": "late@agency.example"}
    )
    assert page.heading == "Name" and "What you typed on the other one is kept" in page
    assert draft().answers["last"]["email"] == ["late@agency.example"]
    page = browser.submit(page, "Continue", name="Ana")
    assert page.soup.select_one("[name=email]")["value"] == "late@agency.example"


def test_a_page_that_does_not_apply_is_left_out(browser, begun):
    page = browser.submit(begun, "Continue", name="Ana")
    assert page.heading == "Last"


def test_a_wrong_answer_is_said_beside_it_and_what_was_typed_is_stored(browser, begun):
    page = browser.submit(begun, "Continue", name="Nobody")
    assert "Nobody is not a name." in page and page.heading == "Name"
    assert draft().answers["name"]["name"] == ["Nobody"]
    assert browser.get(f"/toy/{draft().key}/last").heading == "Name"


def test_back_keeps_what_was_typed(browser, begun):
    page = browser.submit(begun, "Continue", name="Ana", has_friends=True)
    page = browser.submit(page, "Back", {"friends-0-first": "Bo"})
    assert page.heading == "Name"
    assert draft().answers["friends"]["friends-0-first"] == ["Bo"]


def test_change_links_come_back_to_the_check_page(browser, begun):
    page = browser.submit(to_the_last_page(browser, begun), "Continue", email="a@agency.example")
    link = next(a for a in page.soup.select(".check-head a") if "Gift for Bo" in a.text)
    page = browser.submit(browser.get(page.absolute(link["href"])), "Continue", gift="a kite")
    assert page.heading == "Check your answers" and "a kite" in page


def test_changing_an_answer_asks_only_what_it_opens(browser, begun):
    page = browser.submit(begun, "Continue", name="Ana")
    page = browser.submit(page, "Continue", email="a@agency.example")
    page = browser.get(f"/toy/{draft().key}/name?change=1")
    page = browser.submit(page, "Continue", has_friends=True)
    assert page.heading == "Friends"


def test_twenty_five_rows_are_kept_in_order_and_one_can_be_removed(browser, begun):
    page = browser.submit(begun, "Continue", name="Ana", has_friends=True)
    for number in range(24):
        page = browser.submit(page, "Add another friend", {f"friends-{number}-first": f"F{number}"})
    page = browser.submit(page, "Continue", {"friends-24-first": "F24"})
    assert page.heading == "Gift for F0"
    page = browser.get(f"/toy/{draft().key}/friends")
    assert len(page.soup.select("fieldset.row-box")) == 25
    page = browser.submit(page, "Remove : Friend 3")
    page = browser.submit(page, "Continue")
    names = [
        row["first"] for row in engine.Journey(Toy(), draft()).answers.of("friends", "friends")
    ]
    assert names == [f"F{n}" for n in range(25) if n != 2]


def test_save_and_finish_later_is_offered_on_home_and_to_colleagues(browser, begun, app, prepared):
    page = browser.submit(begun, "Save and finish later", name="Ana")
    assert page.path == "/" and "Saved" in page.notices[0]
    colleague = Browser(app, prepared["cookies"]["administrator"])
    page = colleague.follow(colleague.get("/toy/"), "Ana")
    assert page.heading == "Name" and page.soup.select_one("[name=name]")["value"] == "Ana"


def test_autosave_keeps_what_is_typed_without_passing_the_page(browser, begun):
    token = begun.soup.select_one("[name=csrf_token]")["value"]
    answer = browser.open(
        begun.path,
        "POST",
        data={"csrf_token": token, "seal": seal_of(begun), "name": "Ana"},
        headers={"X-Autosave": "1"},
    )
    assert answer.status_code == 200 and answer.json["seal"] != seal_of(begun)
    assert browser.get(f"/toy/{draft().key}/last").heading == "Name"
    assert draft().answers["name"] == {"name": ["Ana"]}


def seal_of(page):
    return page.soup.select_one("[name=seal]")["value"]


def test_a_stale_tab_shows_both_versions_and_writes_neither_until_somebody_chooses(browser, begun):
    browser.submit(browser.get(begun.path), "Continue", name="Bea")
    page = browser.submit(begun, "Continue", name="Ana", status=409)
    assert page.heading == "This page was changed meanwhile" and "Ana" in page and "Bea" in page
    assert draft().answers["name"]["name"] == ["Bea"]
    page = browser.submit(page, "Keep what I typed")
    assert draft().answers["name"]["name"] == ["Ana"] and page.heading == "Last"


def test_two_people_on_two_pages_of_one_draft_do_not_disturb_each_other(browser, begun):
    browser.submit(begun, "Continue", name="Ana")
    first, second = (browser.get(f"/toy/{draft().key}/{slug}") for slug in ("name", "last"))
    browser.submit(second, "Continue", email="a@agency.example")
    page = browser.submit(first, "Continue", name="Bea")
    assert page.heading == "Last"
    assert draft().answers["last"]["email"] == ["a@agency.example"]


def test_pressing_save_twice_writes_once(browser, begun):
    check = browser.submit(browser.submit(begun, "Continue", name="Ana"), "Continue")
    assert browser.submit(check, "Save").heading == "Made"
    assert browser.submit(check, "Save").heading == "Made"
    assert Staff.select().where(Staff.name == "Ana").count() == 1


def test_a_check_page_that_is_out_of_date_shows_the_new_answers_and_writes_nothing(browser, begun):
    check = browser.submit(browser.submit(begun, "Continue", name="Ana"), "Continue")
    page = browser.get(f"/toy/{draft().key}/name?change=1")
    browser.submit(page, "Continue", name="Bea")
    page = browser.submit(check, "Save")
    assert page.heading == "Check your answers" and "changed since" in page and "Bea" in page
    assert not Staff.select().where(Staff.name.in_(("Ana", "Bea"))).exists()


def test_a_refusing_rule_leaves_the_draft_as_it_was(browser, begun):
    Staff.create(name="Ana")
    check = browser.submit(browser.submit(begun, "Continue", name="Ana"), "Continue")
    page = browser.submit(check, "Save")
    assert page.heading == "Check your answers" and "already one" in page
    assert draft().finished_at is None and draft().answers["name"]["name"] == ["Ana"]


def test_a_file_is_kept_at_once_and_handed_over_at_the_end(browser, begun):
    page = browser.submit(begun, "Continue", name="Nobody", file=(io.BytesIO(scans.png()), "a.png"))
    assert Attachment.get().owner_table == "draft" and "a.png" in page
    page = browser.submit(page, "Continue", name="Ana")
    page = browser.submit(browser.submit(page, "Continue"), "Save")
    kept = Attachment.get()
    assert (kept.owner_table, kept.owner_id) == ("staff", Staff.get(Staff.name == "Ana").id)


def test_a_file_of_the_wrong_kind_is_refused_and_the_answers_stay(browser, begun):
    page = browser.submit(begun, "Continue", name="Ana", file=(io.BytesIO(b"MZ"), "a.png"))
    assert page.heading == "Name" and "neither a PDF" in page
    assert draft().answers["name"]["name"] == ["Ana"] and not Attachment.select().exists()


def test_throwing_a_draft_away_takes_its_files_along(browser, begun):
    browser.submit(
        begun, "Save and finish later", name="Ana", file=(io.BytesIO(scans.png()), "a.png")
    )
    page = browser.submit(browser.get(f"/toy/{draft().key}/discard"), "Throw away")
    assert "Thrown away" in page and not Draft.select().where(Draft.kind == "toy").exists()
    assert not Attachment.select().exists()
    assert "finished or thrown away" in browser.get(begun.path)


def test_drafts_nobody_touched_for_thirty_seven_days_go(begun):
    def aged(days):
        Draft.update(updated_at=now() - datetime.timedelta(days=days)).execute()
        return engine.purge()

    assert (aged(36), aged(38)) == (0, 1)
    assert not Draft.select().where(Draft.kind == "toy").exists()


def test_a_page_typed_after_the_session_ended_is_offered_again(browser, begun, app):
    browser.open("/sign-out", "POST", data={"csrf_token": token_of(begun)})
    answer = browser.open(begun.path, "POST", data={"csrf_token": token_of(begun), "name": "Ana"})
    assert answer.status_code in (302, 303) and "sign-in" in answer.headers["Location"]
    assert Draft.get(Draft.kind == "expired").answers["name"] == ["Ana"]


def token_of(page):
    return page.soup.select_one("[name=csrf_token]")["value"]

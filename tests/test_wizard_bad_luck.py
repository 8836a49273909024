"""What a wizard must survive: forged names and pages, texts of megabytes, colleagues who were quicker."""

import pytest
from arriving import row, to_people
from case_factories import make_goal, make_plan, make_plan_action
from factories import make_client, make_household
from test_plan import begin, finish
from test_unsaved import in_french
from test_wizard_attacks import expired, marks

from models import Draft, Goal, PlanAction
from workflows import plan as plans
from workflows import records


@pytest.fixture
def client(app):
    return make_client(make_household(), first_name="Rima", last_name="Haddad")


@pytest.fixture
def begun(browser):
    return browser.submit(browser.get("/intake/"), "Start")


@pytest.fixture
def goal(client):
    """A goal with one step, of the plan in force."""
    found = make_goal(client, plan=make_plan(household=client.household), title="A home")
    make_plan_action(goal=found, text="See three flats")
    return found


def stored(kind):
    return Draft.get(Draft.kind == kind).answers


# ---- A colleague was quicker (R-SYS-2) -----------------------------------------------------------------------------


def at_the_check(browser, client):
    page = browser.submit(begin(browser, client), "Continue")
    page = browser.submit(page, "Continue")
    return browser.submit(page, "Continue", copy_given=True)


def test_a_goal_edited_at_another_desk_is_shown_in_both_versions(browser, client, goal):
    """R-SYS-2: neither is written over unseen, and going on after that keeps what was seen."""
    page = at_the_check(browser, client)
    goal.title = "A home near the school"
    records.save(goal)
    page = browser.submit(page, "Save the plan")
    assert page.heading == "Goals" and "There it now says: A home near the school" in page
    assert page.soup.select_one("[name=goals-0-title]")["value"] == "A home"
    assert Goal.get().title == "A home near the school"
    browser.submit(page, "Save and finish later")
    page = browser.get(Draft.get(Draft.kind == "plan").path)
    assert page.heading == "Goals", "a page that was only left is asked again"
    page = browser.submit(page, "Continue", {"goals-0-title": "A home by the lake"})
    page = browser.submit(page, "Continue")
    finish(browser, page)
    assert Goal.get().title == "A home by the lake"


def test_a_goal_edited_at_another_desk_and_removed_here_is_not_dropped_unseen(
    browser, client, goal
):
    make_goal(client, plan=goal.plan, title="A job")
    page = browser.submit(begin(browser, client), "Remove : Goal 1")
    goal.title = "A home near the school"
    records.save(goal)
    page = browser.submit(page, "Continue")
    assert "“A home near the school”, which you removed, was changed meanwhile." in page
    assert browser.submit(page, "Continue").heading == "Steps to: A job"


def test_a_step_ticked_off_or_deleted_at_another_desk_is_shown(browser, client, goal):
    step = PlanAction.get()
    page = at_the_check(browser, client)
    plans.tick(step, goal.created_at.date())
    page = browser.submit(page, "Save the plan")
    assert page.heading == "Steps to: A home" and "Changed meanwhile" in page
    browser.submit(page, "Continue")
    records.delete(PlanAction.get())
    page = browser.get(page.path)
    assert "This was removed meanwhile" in page
    page = browser.submit(page, "Continue")
    finish(browser, page)
    assert [row.text for row in PlanAction.select()] == ["See three flats"]


THEIRS = "Take my colleague’s version"


def test_the_version_of_a_colleague_is_taken_with_one_button(browser, client, goal):
    """R-SYS-2: without script; what else was typed on the page stays, and nothing is written before the end."""
    page = browser.submit(begin(browser, client), "Add another goal")
    assert THEIRS not in page
    goal.title, goal.term, goal.set_by_client = "A home near the school", "long", False
    records.save(goal)
    typed = {"goals-0-title": "A home by the lake", "goals-1-title": "A job"}
    page = browser.submit(page, "Continue", typed)
    assert "There it now says: A home near the school" in page
    page = browser.submit(page, THEIRS)
    assert "Your colleague’s version stands on this page now" in page and not page.errors
    values = [page.soup.select_one(f"[name=goals-{n}-title]")["value"] for n in (0, 1)]
    assert values == ["A home near the school", "A job"]
    assert page.soup.select_one("[name=goals-0-term][checked]")["value"] == "long"
    assert not page.soup.select_one("[name=goals-0-set_by_client]").has_attr("checked")
    page = browser.submit(page, "Continue")
    assert page.heading == "Steps to: A home near the school" and THEIRS not in page


def test_a_goal_removed_here_comes_back_as_the_colleague_left_it(browser, client, goal):
    """R-SYS-2"""
    make_goal(client, plan=goal.plan, title="A job")
    page = browser.submit(begin(browser, client), "Remove : Goal 1")
    goal.title = "A home near the school"
    records.save(goal)
    page = browser.submit(browser.submit(page, "Continue"), THEIRS)
    titles = [field["value"] for field in page.soup.select("[name$=-title]")]
    assert sorted(titles) == ["A home near the school", "A job"]
    assert browser.submit(page, "Continue").heading.startswith("Steps to")


def test_a_step_that_is_gone_at_the_other_desk_goes_here_too(browser, client, goal):
    """R-SYS-2"""
    page = at_the_check(browser, client)
    records.delete(PlanAction.get())
    page = browser.submit(page, "Save the plan")
    assert "This was removed meanwhile" in page
    page = browser.submit(page, THEIRS)
    assert not page.soup.select("[name=actions-0-text]")


def test_the_same_change_at_two_desks_asks_nobody(browser, client, goal):
    page = begin(browser, client)
    goal.title = "A home near the school"
    records.save(goal)
    page = browser.submit(page, "Continue", {"goals-0-title": "A home near the school"})
    assert page.heading == "Steps to: A home near the school"


# ---- Only what was asked is kept -------------------------------------------------------------------------------------


def test_a_draft_keeps_no_question_its_page_never_asked(browser, client):
    page = begin(browser, client)
    typed = {"goals-0-row": "1", "goals-0-title": "A home", "goals-7-title": "A job"}
    forged = {"invented": "x" * 3_900_000, "goals-0-invented": "y", "goals": "z", "offered-1": "1"}
    browser.open(page.path, "POST", data={**typed, **forged, "later": "yes", **marks(page)})
    assert set(stored("plan")["goals"]) == set(typed)
    browser.open("/plan/", "POST", data={"csrf_token": page.token(), "client": "1", "x": "y"})
    assert all("x" not in draft.answers["who"] for draft in Draft.select())


def test_names_that_pickers_rows_and_later_pages_ask_are_kept(browser, client):
    page = browser.submit(browser.get("/plan/"), "Start")
    data = {"client": "", "client-query": "Had", "later": "yes", **marks(page)}
    browser.open(page.path, "POST", data=data)
    assert stored("plan")["who"].get("client-query", ["Had"]) == ["Had"]
    late = page.path.replace("/who", "/agreement")
    data = {"copy_given": "y", "invented": "z", "csrf_token": page.token()}
    browser.open(late, "POST", data=data)
    assert stored("plan")["agreement"] == {"copy_given": ["y"]}


@pytest.mark.parametrize(
    "slug", ["person-999", "person-x", "desk-0", "forms-5", "care-1", "members-999", "_fixed"]
)
def test_an_intake_keeps_no_page_about_somebody_invented(browser, begun, slug):
    """R-CON-1: nothing is kept about anybody who is not in the list."""
    page = to_people(browser, begun)
    before = stored("intake")
    here = page.path.rpartition("/")[0]
    data = {"csrf_token": page.token(), "country_of_origin": "iq", "first_name": "X"}
    assert "not asked" in browser.post(f"{here}/{slug}", data)
    assert stored("intake") == before


def test_a_text_of_megabytes_is_refused_in_words_and_what_was_stored_stands(browser, client):
    page = begin(browser, client)
    browser.submit(page, "Save and finish later", {"goals-0-title": "A home"})
    page = browser.get(page.path)
    typed = {"goals-0-title": "x" * 3_000_000, "goals-0-term": "long", "goals-0-row": "1"}
    after = browser.post(page.path, {**typed, **marks(page)})
    assert "too long and was not kept" in after
    assert after.soup.select_one("[name=goals-0-title]")["value"] == "A home"
    assert stored("plan")["goals"]["goals-0-title"] == ["A home"]
    late = page.path.replace("/goals", "/agreement")
    sent = {"agreed_with_client_on": "x" * 500_000, "csrf_token": page.token()}
    assert browser.open(late, "POST", data=sent).status_code == 302
    assert "agreement" not in stored("plan")


# ---- What waited in a signed-out screen goes with the record ---------------------------------------------------------


def waiting():
    return Draft.select().where(Draft.session_token.is_null(False)).count()


def test_a_form_kept_about_a_deleted_client_goes_with_them(browser, client):
    other = make_client(make_household())
    pages = [browser.get(f"/clients/edit/?id={one.id}") for one in (client, other)]
    pages.append(begin(browser, client))
    token = pages[0].token()
    browser.open("/sign-out", "POST", data={"csrf_token": token})
    for page in pages:
        browser.open(page.path, "POST", data={"csrf_token": token, "last_name": "Typed"})
    browser.open("/plan/", "POST", data={"csrf_token": token, "client": str(client.id)})
    assert waiting() == 4
    records.delete(client)
    left = Draft.get(Draft.session_token.is_null(False))
    assert waiting() == 1 and left.path.endswith(f"id={other.id}")


def test_a_form_kept_about_a_deleted_household_goes_with_it(browser, app, prepared):
    household = make_household()
    page = browser.get(f"/households/edit/?id={household.id}")
    expired(browser, page, app, prepared, address="9 Erie Street")
    records.delete(household)
    assert not waiting()


# ---- Clumsy and unlucky ----------------------------------------------------------------------------------------------


def test_a_name_in_four_scripts_and_a_language_switched_in_between_lose_nothing(browser, begun):
    name = "Μαρία Мария ماريا 玛丽"
    page = to_people(browser, begun)
    typed = row(0, first_name=name)
    french = in_french(browser, page, **typed)
    assert french.soup.html["lang"] == "fr" and french.path.partition("?")[0] == page.path
    assert french.soup.select_one("[name=people-0-first_name]")["value"] == name


def test_a_colleague_s_answer_is_not_written_over_after_switching_the_language(browser, client):
    """R-SYS-2: the page keeps the seal it had when it was opened."""
    page = begin(browser, client)
    theirs = browser.get(page.path)
    french = in_french(browser, page, **{"goals-0-title": "Un logis", "goals-0-row": "1"})
    browser.submit(theirs, "Save and finish later", {"goals-0-title": "A job"})
    after = browser.submit(french, "Continuer", status=409)
    assert after.soup.select("[name=keep-mine]") and "A job" in after and "Un logis" in after


def test_a_consent_taken_back_in_another_window_stops_the_intake(browser, begun):
    """R-CON-1: nothing of the later pages is written once it is refused."""
    page = to_people(browser, begun)
    here = page.path.rpartition("/")[0]
    browser.submit(
        browser.get(f"{here}/consents"), "Continue", confidentiality="refused", collection="refused"
    )
    data = {**row(0, first_name="Rima", row="1"), **marks(page)}
    after = browser.post(page.path, data)
    assert "not asked" in after and "people" not in stored("intake")


def test_a_plan_is_not_made_out_of_order(browser, client):
    page = begin(browser, client)
    for slug in ("agreement", "check", "steps-0", "done"):
        page = browser.get(page.path.rpartition("/")[0] + "/" + slug)
        assert page.heading == "Goals", slug
    data = {**marks(page), "goals-0-row": "1", "goals-0-title": "A home", "goals-0-term": "forged"}
    data |= {"goals-0-client": str(client.id), "goals-0-target_date": "2099-02-30"}
    after = browser.post(page.path, data)
    assert after.heading == "Goals" and after.soup.select(".error-summary")
    assert after.soup.select_one("[name=goals-0-target_date]")["value"] == "2099-02-30"
    assert not Goal.select().exists()

"""Wizards under attack and in bad luck: forged posts, colleagues at the same draft, what must not be left behind."""

import threading

import pytest
from arriving import row, to_household, to_people, years_ago
from browser import Browser
from case_factories import make_goal, make_plan, make_plan_action
from factories import make_client, make_household
from test_assessments import assess
from test_plan import begin, finish
from test_wizard_engine import seal_of

from models import Answer, Draft, Goal, PlanAction, SettlementPlan
from workflows import engine, needs_assessment, records

NUMBERS = ("²", "9" * 25, "9" * 5000, "-1", "x")


@pytest.fixture
def client(app):
    return make_client(make_household(), first_name="Rima", last_name="Haddad")


@pytest.fixture
def begun(browser):
    return browser.submit(browser.get("/intake/"), "Start")


def marks(page):
    """The token and the seal that a form of this page sends along."""
    return {"csrf_token": page.token(), "seal": seal_of(page)}


# ---- Forged posts ------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("number", NUMBERS)
def test_rows_with_numbers_that_are_none_get_a_page_and_no_error(browser, client, number):
    for button in ("add", "remove", "later"):
        page = begin(browser, client)
        data = {**marks(page), f"goals-{number}-row": "1", button: "goals"}
        assert browser.open(page.path, "POST", data=data).status_code in (200, 302), button
        assert browser.open(page.path).status_code == 200, button


@pytest.mark.parametrize("number", NUMBERS)
def test_ids_that_are_none_get_a_page_and_no_error(browser, client, number):
    page = begin(browser, client)
    token = page.token()
    typed = {"goals-0-title": "A home", "goals-0-client": str(client.id), "goals-0-row": "1"}
    typed |= {"goals-0-term": "short", "goals-0-goal": number, **marks(page)}
    assert browser.open(page.path, "POST", data=typed).status_code in (200, 302)
    steps = page.path.replace("/goals", "/steps-0")
    assert browser.open(steps).status_code in (200, 302)
    typed = {"actions-0-text": "Walk", "actions-0-who": "client", "actions-0-action": number}
    browser.open(
        steps,
        "POST",
        data={**typed, "actions-0-row": "1", "csrf_token": token, "seal": engine.seal(None)},
    )
    assert browser.open(page.path.replace("/goals", "/check")).status_code in (200, 302)
    for path in ("/plan/", "/needs-matrix/", "/referral-builder/", "/intake/"):
        data = {"csrf_token": token, "client": number, "step": number, "factor": number}
        assert browser.open(path, "POST", data=data).status_code == 302
        assert browser.open(path).status_code == 200, path
    assert browser.open("/").status_code == 200


def test_the_steps_of_a_goal_of_another_household_are_not_shown(browser, client):
    """A forged number of a goal copies nothing out of another file."""
    other = make_plan_action(text="Speak to the lawyer about custody")
    page = begin(browser, client)
    typed = {"goals-0-title": "A home", "goals-0-client": str(client.id), "goals-0-row": "1"}
    typed |= {"goals-0-term": "short", "goals-0-status": "not-started"}
    typed["goals-0-goal"] = str(other.goal_id)
    page = browser.post(page.path, {**typed, **marks(page)})
    assert page.heading == "Steps to: A home"
    assert "custody" not in page and "custody" not in str(page.soup)


# ---- Plans: several desks, rows that go --------------------------------------------------------------------------------


def with_goals(browser, client, *titles):
    """The page of the first goal's steps of a new plan with these goals."""
    page = begin(browser, client)
    for number, title in enumerate(titles):
        if number:
            page = browser.submit(page, "Add another goal")
        typed = {f"goals-{number}-title": title}
        page = browser.submit(page, "Save and finish later", typed)
        page = browser.get(Draft.get(Draft.kind == "plan").path + "goals")
    return browser.submit(page, "Continue")


def write_step(browser, page, text):
    page = browser.submit(page, "Add another step")
    return browser.submit(page, "Continue", {"actions-0-text": text, "actions-0-who": "Client"})


def test_steps_stay_with_their_goal_when_another_goal_is_removed(browser, client):
    page = with_goals(browser, client, "A home", "A job")
    page = write_step(browser, page, "See three flats")
    page = write_step(browser, page, "Write a letter")
    page = browser.get(Draft.get(Draft.kind == "plan").path + "goals")
    page = browser.submit(browser.submit(page, "Remove : Goal 1"), "Continue")
    while page.heading.startswith("Steps to"):
        page = browser.submit(page, "Continue")
    finish(browser, page)
    assert [(a.goal.title, a.text) for a in PlanAction.select()] == [("A job", "Write a letter")]


def test_a_goal_typed_after_one_was_removed_does_not_inherit_its_steps(browser, client):
    page = with_goals(browser, client, "A home", "A job")
    page = write_step(browser, page, "See three flats")
    write_step(browser, page, "Write a letter")
    page = browser.get(Draft.get(Draft.kind == "plan").path + "goals")
    page = browser.submit(page, "Remove : Goal 2")
    page = browser.submit(page, "Add another goal")
    browser.submit(page, "Continue", {"goals-1-title": "French"})
    page = browser.get(Draft.get(Draft.kind == "plan").path + "steps-1")
    assert page.heading == "Steps to: French" and "Write a letter" not in str(page.soup)


def test_a_goal_and_a_step_added_at_another_desk_meanwhile_stay(browser, client):
    """R-SYS-2: what a colleague wrote while this plan was gone through is neither dropped nor deleted."""
    plan = make_plan(household=client.household)
    goal = make_goal(client, plan=plan, title="A home")
    make_plan_action(goal=goal, text="See three flats")
    page = browser.submit(begin(browser, client), "Continue")
    page = browser.submit(page, "Continue")
    theirs = make_goal(client, plan=plan, title="A dentist")
    step = make_plan_action(goal=goal, text="Ask the landlord")
    for row_ in (theirs, step):
        type(row_).update(created_at=engine.now()).where(type(row_).id == row_.id).execute()
    finish(browser, page)
    assert Goal.get_by_id(theirs.id).status != "dropped"
    assert PlanAction.get_or_none(PlanAction.id == step.id)


def test_what_comes_after_a_wizard_survives_the_deletion_of_what_it_made(browser, client):
    page = write_step(browser, with_goals(browser, client, "A home"), "See three flats")
    page = finish(browser, page)
    PlanAction.delete().execute()
    Goal.delete().execute()
    SettlementPlan.delete().execute()
    assert browser.open(page.path).status_code in (200, 302, 404)


# ---- What must not be left behind ----------------------------------------------------------------------------------------


def expired(browser, page, app, prepared, **typed):
    """Post ``page`` from a screen that was signed out, and sign in again: the typed text waits in this browser."""
    data = {"csrf_token": page.token(), **typed}
    browser.open("/sign-out", "POST", data={"csrf_token": page.token()})
    browser.open(page.path, "POST", data=data)
    assert Draft.select().where(Draft.session_token.is_null(False)).exists()
    for name, value in prepared["cookies"]["administrator"].items():
        browser.client.set_cookie(name, value)


def test_nothing_typed_at_an_intake_outlives_a_refusal(browser, begun, app, prepared):
    """R-CON-2: not even what was kept because the screen was signed out."""
    page = to_people(browser, begun)
    expired(browser, page, app, prepared, **row(0, first_name="Rima", birth_date=years_ago(40)))
    path = Draft.get(Draft.kind == "intake").path
    page = browser.get(path + "consents")
    page = browser.submit(page, "Continue", confidentiality="refused", collection="refused")
    page = browser.submit(page, "Finish the intake")
    assert page.heading == "Nothing was written down"
    left = [draft.answers for draft in Draft.select()]
    assert len(left) == 1 and set(left[0]) == {"household", "refused"}, left


def test_throwing_a_draft_away_throws_away_what_waited_for_it(browser, begun, app, prepared):
    page = to_household(browser, begun)
    expired(browser, page, app, prepared, address="9 Erie Street")
    page = browser.get(Draft.get(Draft.kind == "intake").path + "discard")
    browser.submit(page)
    assert not Draft.select().exists()


def test_a_client_who_is_deleted_takes_the_drafts_about_them_along(browser, client):
    begin(browser, client)
    records.delete(client)
    assert not Draft.select().where(Draft.kind == "plan").exists()


def test_the_others_keep_their_pages_when_somebody_is_removed_from_the_list(browser, begun):
    """The answers about the third person neither go nor become those of somebody else."""
    page = to_people(browser, begun)
    page = browser.submit(page, "Add another person", row(0, birth_date=years_ago(40)))
    child = {"last_name": "Haddad", "relation": "child", "details": "own"}
    for number, name in ((1, "Omar"), (2, "Aya"), (3, "Sami")):
        button = "Continue" if number == 3 else "Add another person"
        born = {"birth_date": years_ago(4 + number)}
        page = browser.submit(page, button, row(number, first_name=name, **child, **born))
    path = Draft.get(Draft.kind == "intake").path
    for number, country in (("0", ""), ("1", "sy"), ("2", "iq"), ("3", "af")):
        page = browser.get(f"{path}person-{number}")
        browser.submit(page, "Continue", **({"country_of_origin": country} if country else {}))
    page = browser.submit(browser.get(f"{path}people"), "Remove : Person 2")
    browser.submit(page, "Continue")
    kept = Draft.get(Draft.kind == "intake").answers
    assert "person-1" not in kept
    for number, name, country in (("2", "Aya", "iq"), ("3", "Sami", "af")):
        page = browser.get(f"{path}person-{number}")
        assert page.heading == f"{name} Haddad: language and arrival"
        chosen = page.soup.select_one("[name=country_of_origin] option[selected]")
        assert chosen is not None and chosen["value"] == country, name


def test_two_desks_that_correct_one_assessment_do_not_undo_each_other(browser):
    """R-SYS-2, R-ASM-11: the second learns that there was a first, and nothing is written over."""
    row_ = assess(make_client(make_household()), "a1")
    mine, theirs = needs_assessment.begin_correction(row_), needs_assessment.begin_correction(row_)
    page = browser.get(f"{theirs.path}factor-health")
    browser.submit(page, "Continue", {"health-access": "5"})
    browser.submit(browser.get(f"{theirs.path}check"), "Save the assessment")
    assert Answer.get(Answer.question == "health-access").level == 5
    page = browser.get(f"{mine.path}check")
    assert "changed this assessment after you began" in page, page.text[:500]
    assert Answer.get(Answer.question == "health-access").level == 5


def test_characters_that_no_database_holds_are_kept_out_of_a_draft(browser, client):
    """A pasted NUL is no reason for an error page, on either database."""
    page = begin(browser, client)
    typed = {"goals-0-title": "A\x00 home", "goals-0-row": "1", "goals-\x00": "1", **marks(page)}
    assert browser.open(page.path, "POST", data=typed).status_code in (200, 302)
    later = browser.submit(browser.get("/intake/"), "Start")
    typed = {"first_name": "Ri\x00ma", "last_name": "Haddad", "later": "yes", **marks(later)}
    assert browser.open(later.path, "POST", data=typed).status_code == 302
    for path in (page.path, later.path, "/plan/", "/intake/", "/"):
        assert browser.open(path).status_code == 200, path


def test_four_desks_that_press_save_at_once_write_one_plan(browser, client, app):
    """Real threads on both databases: one writes, the others are shown what was written."""
    page = write_step(browser, with_goals(browser, client, "A home"), "See three flats")
    page = browser.submit(page, "Continue")
    assert page.heading == "Check your answers"
    data, go, got = marks(page), threading.Barrier(4), []

    def press(desk):
        go.wait()
        got.append(desk.open(page.path, "POST", data=data).status_code)

    desks = [Browser(app, browser.cookies()) for _ in range(4)]
    threads = [threading.Thread(target=press, args=(desk,)) for desk in desks]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert got == [302] * 4
    assert [SettlementPlan.select().count(), Goal.select().count()] == [1, 1]

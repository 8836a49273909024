"""The settlement plan: goals in the client's words, steps, the client's copy, and going through it again (2.11)."""

import datetime

import pytest
from case_factories import make_assessment, make_draft
from factories import make_client, make_household
from test_wizard_engine import seal_of, token_of

from models import AuditLog, FactorResult, Goal, PlanAction, SettlementPlan
from workflows import instrument_edits, instruments, plan, records, settings

SOON = datetime.date(2099, 5, 1)


@pytest.fixture
def client(app):
    return make_client(make_household(), first_name="Rima", last_name="Haddad")


def begin(browser, client):
    """The goals page of a plan begun from the client."""
    page = browser.get("/plan/")
    page = browser.post("/plan/", {"csrf_token": token_of(page), "client": str(client.id)})
    return browser.submit(page, "Continue")


def finish(browser, page):
    page = browser.submit(page, "Continue", copy_given=True)
    assert page.heading == "Check your answers"
    return browser.submit(page, "Save the plan")


def make_plan(browser, client, **goal):
    page = begin(browser, client)
    given = {"goals-0-title": "I want to read my letters", "goals-0-factor": "Language"} | goal
    page = browser.submit(page, "Continue", given)
    assert page.heading == "Steps to: I want to read my letters"
    labels = [box.find_next("label").text for box in page.soup.select("[name=suggested]")]
    page = browser.submit(page, "Add another step", suggested=labels[:2])
    page = browser.submit(
        page,
        "Continue",
        {
            "actions-0-text": "Visit the library",
            "actions-0-who": "Client",
            "actions-0-due_on": SOON,
        },
    )
    return finish(browser, page)


def test_a_plan_is_made_with_a_goal_and_its_steps(browser, client):
    page = make_plan(browser, client)
    assert page.heading == "The plan is saved"
    made = SettlementPlan.get()
    goal = Goal.get()
    assert (made.household, made.state, made.copy_given) == (client.household, "active", True)
    assert made.agreed_with_client_on == settings.today()
    assert (goal.client, goal.factor, goal.term, goal.status) == (
        client,
        "language",
        "short",
        "not-started",
    )
    steps = list(PlanAction.select().order_by(PlanAction.id))
    assert [step.text for step in steps if not step.action_slug] == ["Visit the library"]
    assert [step.who for step in steps if step.action_slug] == ["both", "both"]


def test_a_goal_needs_at_least_one_step(browser, client):
    page = browser.submit(begin(browser, client), "Continue", {"goals-0-title": "A home"})
    page = browser.submit(page, "Continue")
    assert "Tick or write at least one step." in page


def test_a_goal_that_is_added_begins_like_the_first_and_its_tick_box_says_what_it_means(
    browser, client
):
    page = browser.submit(begin(browser, client), "Add another goal", {"goals-0-title": "A home"})
    assert page.soup.select_one("[name=goals-1-set_by_client]").has_attr("checked")
    given = {"goals-1-title": "A job", "goals-1-set_by_client": False}
    page = browser.submit(page, "Continue", given)
    for _goal in range(2):
        page = browser.submit(page, "Add another step")
        answers = {"actions-0-text": "Ask", "actions-0-who": "Client"}
        page = browser.submit(page, "Continue", answers)
    page = browser.submit(page, "Continue")
    first, second = (row.dd.text for row in page.soup.select("dl.facts > div")[1:3])
    assert first.endswith(", The client chose this goal")
    assert second.startswith("A job, ") and "chose" not in second and "No" not in second


def test_a_goal_of_another_household_s_member_is_refused(browser, client):
    stranger = make_client(make_household())
    page = begin(browser, client)
    data = {
        "csrf_token": token_of(page),
        "seal": seal_of(page),
        "goals-0-row": "1",
        "goals-0-title": "x",
        "goals-0-client": str(stranger.id),
        "goals-0-term": "short",
    }
    page = browser.post(page.path, data)
    assert page.heading == "Goals" and page.soup.select(".error-summary")


def test_going_through_the_plan_again_keeps_goals_and_drops_what_was_removed(browser, client):
    make_plan(browser, client)
    page = begin(browser, client)
    assert "This household has a plan." in page
    page = browser.submit(page, "Add another goal", {"goals-0-status": "In progress"})
    page = browser.submit(
        page,
        "Continue",
        {"goals-1-title": "A bigger home", "goals-1-client": str(client)},
    )
    page = browser.submit(page, "Continue")
    page = browser.submit(page, "Add another step")
    page = browser.submit(page, "Continue", {"actions-0-text": "Apply", "actions-0-who": "Both"})
    finish(browser, page)
    assert SettlementPlan.select().count() == 1
    assert [goal.status for goal in Goal.select().order_by(Goal.id)] == [
        "in-progress",
        "not-started",
    ]
    assert (
        PlanAction.select()
        .where(PlanAction.goal == Goal.get(Goal.title == "A bigger home"))
        .count()
        == 1
    )

    page = browser.submit(begin(browser, client), "Remove : Goal 2")
    page = browser.submit(browser.submit(page, "Continue"), "Continue")
    finish(browser, page)
    assert Goal.get(Goal.title == "A bigger home").status == "dropped"


def test_a_step_is_ticked_off_on_the_plan(browser, client):
    make_plan(browser, client)
    page = browser.get(f"/settlement-plans/details/?id={SettlementPlan.get().id}")
    assert browser.follow(page, "Print the client’s copy").heading == "Our plan"
    page = browser.submit(page, "Mark as done : Visit the library")
    step = PlanAction.get(PlanAction.text == "Visit the library")
    assert step.done_on == settings.today() and "Mark as not done : Visit the library" in page


@pytest.mark.parametrize(
    ("spoken", "heading"), [(["ar", "fr"], "Notre plan"), (["ar", "en"], "Our plan")]
)
def test_the_client_s_copy_is_in_their_language_and_printing_it_is_logged(
    browser, client, spoken, heading
):
    make_plan(browser, client)
    client.preferred_languages = spoken
    records.save(client, confirmed=("similar-client",))
    page = browser.get(f"/settlement-plans/print/?id={SettlementPlan.get().id}")
    assert page.heading == heading and "I want to read my letters" in page
    assert AuditLog.get(AuditLog.action == "print").entity == "settlement_plan"


def test_a_closed_case_gets_no_plan(browser, client):
    page = begin(browser, client)
    household = client.household
    household.status, household.close_reason = "closed", "moved"
    records.save(household)
    page = browser.submit(page, "Continue", {"goals-0-title": "A home"})
    assert page.heading == "Whose plan is it?" and "no longer there" in page


def test_the_latest_high_factors_are_shown_beside_the_goals(browser, client):
    made = make_assessment(client=client)
    FactorResult.create(assessment=made, factor="housing", score=75, level="high")
    page = begin(browser, client)
    assert "From the latest needs assessments" in page and "Housing" in page
    assert plan.pressing(client.household_id)[0][1:] == ("housing", "high")


def test_actions_picked_at_the_assessment_are_ticked_for_a_goal_of_that_part_of_life(
    browser, client
):
    made = make_assessment(client=client)
    made.chosen_actions = ["language-2", "health-1"]
    made.save()
    given = {"goals-0-title": "I want to read my letters", "goals-0-factor": "Language"}
    page = browser.submit(begin(browser, client), "Continue", given)
    ticked = [box["value"] for box in page.soup.select("[name=suggested][checked]")]
    assert ticked == ["language-2"]


def test_a_goal_keeps_a_factor_that_is_asked_no_more_and_no_new_goal_is_offered_it(browser, client):
    """R-TAX-1"""
    make_plan(browser, client)
    row = make_draft()
    instruments.change(row, instrument_edits.retire_factor(row.content, "language"))
    instruments.publish(row)
    page = begin(browser, client)
    assert page.soup.select_one("[name=goals-0-factor] option[selected]")["value"] == "language"
    page = browser.submit(page, "Continue")
    assert page.heading == "Steps to: I want to read my letters"
    other = make_client(make_household())
    offered = begin(browser, other).soup.select("[name=goals-0-factor] option")
    assert "language" not in [option["value"] for option in offered] and len(offered) == 16

"""The referral builder's pages: the worked cases in their order, facts added in place, ticks that stay, overrides."""

import pytest
from builder_rows import EXAMPLES, begin, cards, catalogue, client, finish, results, tick
from prepare import sign_in

from models import (
    Client,
    DrivingStatement,
    MatchRun,
    Referral,
)

CASES = {case["case"]: case for case in EXAMPLES["cases"]}


@pytest.mark.parametrize("name", list(CASES))
def test_the_worked_cases_appear_in_their_order_with_scores_and_reasons(app, clock, name):
    """Domain 7, M1 to M6, as a person reads them."""
    case = CASES[name]
    codes = {key: code for code, key in catalogue().items()}
    who = client(case["client"])
    clock.set(f"{case.get('on') or case[True]}T15:00")
    page = results(sign_in(app), who, case["factor"], case["needed_supports"])
    found = [(codes[key], score, band) for key, score, band, _notes in cards(page)]
    assert found == [(row["entry"], row["score"], row["band"]) for row in case["expected_ranking"]]


@pytest.fixture
def services(app):
    return catalogue(partners=("S09", "S10", "S11"))


def test_two_internal_referrals_are_recorded_with_their_reasons(browser, services):
    """2.12, 2.13: one statement serves both; the match is kept with each; nothing is sent."""
    who = client("C1")
    page = results(browser, who, "language", ["child-care"])
    page = tick(browser, page, services["S01"], services["S14"])
    assert page.heading == "Driving statements and actions"
    page = finish(browser, page)
    assert page.heading == "2 referrals are recorded"
    made = list(Referral.select().order_by(Referral.id))
    assert [r.service_activity_id for r in made] == [services["S01"], services["S14"]]
    assert {(r.direction, r.status, r.client_id, r.referred_by_name) for r in made} == {
        ("internal", "received", who.id, "Test Worker")
    }
    statement = DrivingStatement.get()
    assert [r.id for r in statement.referrals] == [r.id for r in made]
    assert statement.factor == "language" and statement.kind == "need"
    run = MatchRun.get()
    assert made[0].match_snapshot["run"] == run.id and run.override_reason is None
    assert made[0].match_snapshot["need"]["factor"] == "language"
    assert run.need["supports"] == ["child-care"]

"""The referral builder's pages: the worked cases in their order, facts added in place, ticks that stay, overrides."""

import pytest
from builder_rows import EXAMPLES, begin, cards, catalogue, client, results

from models import Session, now

CASES = {case["case"]: case for case in EXAMPLES["cases"]}


@pytest.mark.parametrize("name", list(CASES))
def test_the_worked_cases_appear_in_their_order_with_scores_and_reasons(browser, clock, name):
    """Domain 7, M1 to M6, as a person reads them."""
    case = CASES[name]
    codes = {key: code for code, key in catalogue().items()}
    who = client(case["client"])
    clock.set(f"{case.get('on') or case[True]}T15:00")
    Session.update(started_at=now(), seen_at=now()).execute()
    page = results(browser, who, case["factor"], case["needed_supports"])
    found = [(codes[key], score, band) for key, score, band, _notes in cards(page)]
    assert found == [(row["entry"], row["score"], row["band"]) for row in case["expected_ranking"]]

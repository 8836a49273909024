"""The trace page: from the answer that caused a referral to what changed, and its gaps said plainly."""

import datetime

import pytest
from builder_rows import catalogue, client, finish, results, tick
from case_factories import make_assessment
from factories import make_referral

from models import Answer, DrivingStatement, FactorResult, Referral, database, language
from workflows import agency_rules, assessments, referrals, settings, trace


@pytest.fixture
def services(app):
    return catalogue()


def links(referral):
    return {link.title: link for link in trace.chain(Referral.get_by_id(referral.id))}


def test_the_chain_of_a_referral_runs_from_answer_to_change(browser, services):
    """2.12: answer, factor, statement, action, keyword, service, referral, outcome, change."""
    who, today = client("C1"), settings.today()
    first = assessed(who, today - datetime.timedelta(days=3), "75.0", "very-high", 1)
    words = "Needs to read letters from the school."
    assessments.pick(first, [("language", "need", words)], ["language-1"])
    page = tick(browser, results(browser, who, "language"), services["S01"])
    assert words in page
    assert [box["value"] for box in page.soup.select("[name=suggested][checked]")] == ["language-1"]
    finish(browser, page)
    made = Referral.get()
    assert DrivingStatement.select().count() == 1, (
        "the picked statement is linked, not written twice"
    )
    referrals.set_outcome(made, "enrolled")
    assessed(who, today + datetime.timedelta(days=90), "25.0", "low", 4, point="a2")
    chain = links(made)
    assert (
        chain["Answer"].items[0].words.startswith("1 – ") and "A1" in chain["Answer"].items[0].more
    )
    assert "Very High" in chain["Part of settling"].items[0].words
    assert chain["Driving statement"].items[0].words == words
    assert chain["Settlement action"].items[0].more == "To do"
    assert "points by version" in chain["Service"].items[0].more
    assert made.number in chain["Referral"].items[0].words
    assert chain["Outcome"].items
    assert "from Very High" in chain["Change at the next assessment"].items[0].words
    page = browser.get(f"/referrals/trace/?id={made.id}")
    assert page.heading == "How this referral came about"
    for link in page.soup.select(".chain a"):
        browser.get(page.absolute(link["href"]))
    page = browser.get(f"/needs-assessments/details/?id={first.id}")
    assert "Referrals that came from it" in page and made.number in page


def test_scores_are_written_as_the_language_of_the_page_writes_numbers(services):
    who, today = client("C1"), settings.today()
    first = assessed(who, today - datetime.timedelta(days=3), "66.7", "high", 2)
    assessments.pick(first, [("language", "need", "Needs to read letters.")], [])
    made = make_referral(client=who)
    made.driving_statements.add(DrivingStatement.get())
    assessed(who, today + datetime.timedelta(days=90), "25.0", "low", 4, point="a2")
    token = language.set("fr")
    chain = links(made)
    language.reset(token)
    said = [item.words for link in chain.values() for item in link.items]
    assert any("(66,7)" in words for words in said)
    assert any("(66,7)" in words and "(25,0)" in words for words in said)


def assessed(who, on, score, level, answer, **values):
    """A complete assessment whose part about language came to this."""
    made = make_assessment(client=who, completed_on=on, **values)
    question = agency_rules.matrix().factor("language").questions[0].slug
    with database.atomic():
        Answer.create(assessment=made, question=question, level=answer)
        FactorResult.create(assessment=made, factor="language", score=score, level=level)
    return made


def test_a_gap_is_said_to_be_one(browser):
    """A referral typed by hand has no answer behind it."""
    made = make_referral()
    chain = links(made)
    assert not chain["Answer"].items and chain["Answer"].gap
    assert "somebody chose it" in chain["Keywords matched"].gap
    page = browser.get(f"/referrals/details/?id={made.id}")
    page = browser.follow(page, "How it came about")
    assert "No assessment stands behind this referral." in page and "Not known yet." in page


def test_the_trace_of_nothing_is_not_found(browser):
    browser.get("/referrals/trace/?id=999999", status=404)

"""The referral builder's pages: the worked cases in their order, facts added in place, ticks that stay, overrides."""

import pytest
from builder_rows import EXAMPLES, begin, cards, catalogue, client, finish, force, results, tick
from factories import make_consent, make_organization
from prepare import sign_in

from models import (
    MATCHING,
    Client,
    ConsentRecord,
    DrivingStatement,
    Goal,
    MatchRun,
    PlanAction,
    Referral,
    SettlementPlan,
)
from workflows import instruments, settings

CASES = {case["case"]: case for case in EXAMPLES["cases"]}


@pytest.mark.parametrize("name", list(CASES))
def test_the_worked_cases_appear_in_their_order_with_scores_and_reasons(app, clock, name):
    """Domain 7, M1 to M6, as a person reads them."""
    case = CASES[name]
    codes = {key: code for code, key in catalogue().items()}
    who = client(case["client"])
    clock.set(f"{case.get('on') or case[True]}T15:00")
    page = results(sign_in(app), who, case["factor"], case["needed_supports"])
    shown = cards(page)
    found = [(codes[key], score, band) for key, score, band, _notes in shown]
    assert found == [(row["entry"], row["score"], row["band"]) for row in case["expected_ranking"]]
    texts = instruments.in_force(MATCHING)["texts"]
    for row, (_key, _score, _band, notes) in zip(case["expected_ranking"], shown, strict=True):
        if row["matched_keywords"]:
            assert f"Matches {len(row['matched_keywords'])} of" in notes["why"], row["entry"]
        for kind, codes_said in (("ask", row["checks"]), ("warn", row["warnings"])):
            said = notes.get(kind, "")
            assert len(said.split(" · ")) == max(1, len(codes_said)), (row["entry"], said)
            for code in codes_said:
                assert texts[code]["en"].partition("{")[0].strip() in said, (row["entry"], code)


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
    assert {r.id for r in statement.referrals} == {r.id for r in made}
    assert statement.factor == "language" and statement.kind == "need"
    run = MatchRun.get()
    assert made[0].match_snapshot["run"] == run.id and run.override_reason is None
    assert made[0].match_snapshot["need"]["factor"] == "language"
    assert run.need["supports"] == ["child-care"]


def test_a_partner_needs_a_consent_that_names_it_and_it_can_be_recorded_on_the_way(
    browser, services
):
    """R-REF-13, R-CON-6: what is signed at the desk covers the referral of the same draft."""
    who = client("C1")
    page = results(browser, who, "financial", ["interpretation"])
    page = tick(browser, page, services["S10"], services["S11"])
    page = browser.submit(page, "Continue")
    assert page.heading == "Consent to share" and "Harbour Centre" in page
    page = browser.submit(page, "Continue")
    assert page.heading == "Check your answers", page.text
    page = browser.submit(page, "Record the referrals")
    consent = ConsentRecord.get()
    assert consent.client_id == who.id and consent.expires_on and consent.signed_by_name == str(who)
    assert [row.name for row in consent.named_organizations] == ["Harbour Centre"]
    made = list(Referral.select())
    assert {(r.direction, r.consent_record_id) for r in made} == {("outbound", consent.id)}


def test_a_partner_without_consent_is_left_out_and_the_check_page_says_so(browser, services):
    """R-REF-13."""
    who = client("C1")
    page = results(browser, who, "language")
    page = tick(browser, page, services["S01"])
    page = browser.get(page.path.replace("reasons", "results"))
    page = force(browser, page, services["S01"], services["S10"])
    page = browser.submit(page, "Continue")
    page = browser.submit(page, "Continue", organizations=[])
    assert page.heading == "Check your answers" and "No referral: the client has not agreed" in page
    browser.submit(page, "Record the referrals")
    assert [r.service_activity_id for r in Referral.select()] == [services["S01"]]
    assert not ConsentRecord.select().exists()


def test_only_partners_without_consent_leave_nothing_to_refer_to(browser, services):
    """R-REF-13."""
    page = tick(browser, results(browser, client("C1"), "financial"), services["S10"])
    page = browser.submit(browser.submit(page, "Continue"), "Continue", organizations=[])
    assert page.heading == "Consent to share" and "Nothing would be left to refer to." in page


def test_an_own_service_asks_for_no_consent(browser, services):
    page = tick(browser, results(browser, client("C1"), "language"), services["S01"])
    assert browser.submit(page, "Continue").heading == "Check your answers"


def test_a_fact_added_in_place_ranks_anew_at_once_and_is_saved_with_the_referral(browser, services):
    """2.7, domain 7: a level that was missing is a check; given, it is a reason, and the file has it."""
    who = client("C1", clb_en_listening=None, clb_en_speaking=None)
    page = results(browser, who, "language")
    before = {key: notes for key, _score, _band, notes in cards(page)}
    assert "Language level not recorded" in before[services["S01"]]["ask"]
    page = browser.submit(
        page, "Update the list", services=[services["S02"]], clb_en_listening=2, clb_en_speaking=1
    )
    after = {key: (score, notes) for key, score, _band, notes in cards(page)}
    assert (
        "ask" not in after[services["S01"]][1]
        and "is within 1–4" in after[services["S01"]][1]["why"]
    )
    chosen = page.soup.select("[name=services][checked]")
    assert [box["value"] for box in chosen] == [str(services["S02"])]
    assert Client.get_by_id(who.id).clb_en_listening is None, "nothing is written on the way"
    finish(browser, browser.submit(page, "Continue"))
    saved = Client.get_by_id(who.id)
    assert (saved.clb_en_listening, saved.clb_en_speaking) == (2, 1)


def test_a_tick_survives_when_the_list_shows_only_partners(browser, services):
    page = results(browser, client("C1"), "financial")
    page = browser.submit(page, "Ours only", services=[services["S10"]])
    assert not {services["S09"], services["S10"]} & {key for key, *_rest in cards(page)}
    assert "Ticked, not in this part of the list" in page
    page = browser.submit(page, "Partners only")
    assert {key for key, *_rest in cards(page)} == {services["S10"], services["S11"]}
    assert browser.submit(page, "Continue").heading == "Driving statements and actions"


def test_what_was_left_out_says_why_and_may_be_chosen_with_a_reason(browser, services):
    """Domain 7: an override is logged; what has ended is never chosen."""
    page = results(browser, client("C1"), "language")
    left = page.soup.select_one("#left-out")
    assert "Needs CLB 5–8; client is CLB 1" in left.text and "Ended on" in left.text
    boxes = [box["value"] for box in left.select("[name=services]")]
    assert str(services["S03"]) in boxes and str(services["S13"]) not in boxes
    page = tick(browser, page, services["S03"])
    assert "Write the reason for choosing it all the same" in page
    page = browser.submit(page, "Continue", override_reason="She reads well and insists.")
    finish(browser, page)
    assert MatchRun.get().override_reason == "She reads well and insists."
    assert Referral.get().match_snapshot["excluded"] == "clb-strict"


def test_what_has_ended_cannot_be_forced_in(browser, services):
    page = results(browser, client("C1"), "language")
    page = force(browser, page, services["S13"], override_reason="Please")
    assert "cannot be chosen any more" in page and page.heading == "Services that may help"


def test_why_a_service_is_not_here_is_explained(browser, services):
    page = results(browser, client("C1"), "language")
    for code, words in (
        ("S03", "Needs CLB 5–8"),
        ("S13", "Ended on"),
        ("S08", "None of its keywords was asked for"),
        ("S01", "It is number 1 in the list"),
    ):
        page = browser.submit(page, "Explain", ask=services[code])
        assert words in page.soup.select_one(".asked .notice").text


def test_an_earlier_referral_to_the_same_service_is_mentioned(browser, services):
    """R-REF-9."""
    who = client("C1")
    finish(browser, tick(browser, results(browser, who, "language"), services["S01"]))
    page = results(browser, who, "language")
    assert (
        "Already referred on"
        in {key: notes for key, *_r, notes in cards(page)}[services["S01"]]["warn"]
    )


def test_a_question_in_the_list_of_mistakes_is_followed_by_no_colon(browser, services):
    page = browser.submit(begin(browser, client("C1")), "Continue", how="factors")
    mistake = page.soup.select_one(".error-summary a").get_text()
    assert mistake == "Which parts? Tick at least one part."


def test_a_free_need_finds_keywords_by_typing(browser, services):
    page = begin(browser, client("C1"))
    page = browser.submit(page, "Find", {"how": "free", "keywords-query": "conversation"})
    labels = [label.text for label in page.soup.select("#keywords label")]
    assert labels and all("onversation" in label for label in labels)
    page = browser.submit(page, "Continue", keywords=["language-training--conversation"])
    assert page.heading == "Services that may help"
    assert services["S12"] in {key for key, *_rest in cards(page)}


def test_a_service_one_knows_is_ticked_and_others_like_it_stand_beside_it(browser, services):
    page = begin(browser, client("C1"))
    page = browser.submit(page, "Continue", {"how": "service", "service": services["S01"]})
    assert [box["value"] for box in page.soup.select("[name=services][checked]")] == [
        str(services["S01"])
    ]
    assert services["S02"] in {key for key, *_rest in cards(page)}


def test_a_partner_without_entries_is_chosen_as_an_organization(browser, services):
    """2.13, R-REF-15: no service, no location."""
    partner, who = make_organization(name="Legal Clinic"), client("C1")
    make_consent(who, [partner])
    page = begin(browser, who)
    page = browser.submit(page, "Continue", {"how": "partner", "organization": partner.id})
    assert page.heading == "Driving statements and actions"
    page = browser.submit(page, "Continue", {"statements-0-text": "Needs advice about her lease."})
    assert page.heading == "Consent to share" and "Covered by the consent of" in page
    finish(browser, page)
    made = Referral.get()
    assert (made.level, made.organization_id, made.direction) == (
        "organization",
        partner.id,
        "outbound",
    )
    assert made.program_id is None and made.location_id is None and made.match_snapshot is None
    assert not MatchRun.select().exists()


def test_a_step_of_a_plan_leads_to_its_referral(browser, services):
    """2.11: begun from a step, the step is linked."""
    who = client("C1")
    settlement = SettlementPlan.create(household=who.household, created_on=settings.today())
    goal = Goal.create(plan=settlement, client=who, title="Read my letters", factor="language")
    step = PlanAction.create(goal=goal, text="Join a class")
    page = browser.get(f"/settlement-plans/details/?id={settlement.id}")
    page = browser.submit(page, "Build a referral : Join a class")
    assert page.heading == "What is needed"
    page = tick(browser, browser.submit(page, "Continue"), services["S01"])
    finish(browser, page)
    assert PlanAction.get_by_id(step.id).referral == Referral.get()

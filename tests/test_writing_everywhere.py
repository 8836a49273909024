"""The writing assistant on every other free text: remarks, intakes, calls, visits, breaches, reasons (R-CLI-1, R-NOTE-5)."""

import pytest
from arriving import finish, go_on, to_people
from case_factories import make_assessment, make_case, make_extension, make_need_alert
from casework_factories import (
    make_appointment,
    make_breach,
    make_case_activity,
    make_feedback,
    make_home_visit,
    make_incident,
)
from factories import make_client, make_consent, make_referral, make_service, make_staff
from test_activities import DAY, line
from test_caseload import movable
from test_imports import as_csv, reading
from test_needs_matrix import answer_all
from test_needs_matrix import begin as matrix
from test_writing_on_screen import KEEP, SAVED, marked
from visit_day import Day, answers, checked, details, ready_visit, soon

import models
from models import (
    AuditLog,
    CaseActivity,
    CaseAssignment,
    ClientFeedback,
    Draft,
    EscalationStep,
    Extension,
    Intake,
    NeedAlert,
    PrivacyBreach,
    Referral,
)
from workflows import assistant, feedback, imports, incidents, records, settings, visit_risk, visits
from workflows.records import Refused

BAD, GOOD = "Client is bipolar.", "Client asked for a quiet room."
FRENCH = "La cliente est schizophrène."

# Where somebody lives, what a service is called, and rows that are read before they are written all at once.
NO_PROSE = {"address", "target_name", "path", "comment", "former_numbers"}


def kept_nowhere(*words):
    """True when these words stand in no row of the audit log and in no draft."""
    logged = str(list(AuditLog.select(AuditLog.changed_fields, AuditLog.reason).tuples()))
    return not any(word in logged for word in words) and not Draft.select().exists()


def is_prose(field):
    """True for what somebody writes sentences in."""
    is_long = type(field) is models.CharField and field.max_length >= 300 and not field.choices
    return type(field) is models.TextField or is_long


def test_no_text_about_people_is_left_out():
    """R-CLI-1: what takes a sentence in a table about people is read by the assistant."""
    missing = []
    for model in models.TABLES:
        meta = model._meta
        if getattr(meta, "personal", False) and getattr(meta, "section", "") != "log":
            prose = {name for name, field in meta.fields.items() if is_prose(field)}
            left = prose - NO_PROSE - set(getattr(meta, "assisted", ()))
            missing += [f"{model.__name__}.{name}" for name in left]
    assert missing == []


# ---- Where everything is saved -----------------------------------------------------------------------------------------------


@pytest.mark.parametrize("words", [BAD, FRENCH])
@pytest.mark.parametrize(
    "make, name",
    [
        (make_case_activity, "note"),
        (make_appointment, "about"),
        (make_extension, "because"),
        (make_breach, "steps_taken"),
    ],
)
def test_a_diagnosis_stops_a_save_until_it_is_ticked(app, make, name, words):
    """R-NOTE-5, R-CLI-1: in both languages."""
    with pytest.raises(Refused) as refused:
        make(**{name: words})
    (problem,) = refused.value.problems
    assert (problem.code, problem.level) == (assistant.WRITING, records.CONFIRM)


def test_a_clients_own_words_are_free_of_all_but_the_strong_rules(app):
    """R-NOTE-7: an exit interview, what somebody says about us, why they came."""
    for model in (models.ExitInterview, models.ClientFeedback, models.Intake, models.AccessRequest):
        assert set(model._meta.own_words) <= set(model._meta.assisted)
    assert not assistant.marks("These people never call back.", is_own=True)


# ---- Forms of records --------------------------------------------------------------------------------------------------------


def test_the_remark_of_an_activity_is_asked_about_on_its_form(browser):
    """R-NOTE-5, R-ACT-1"""
    page = browser.get(f"/case-activities/new/?client={make_client().id}")
    said = {"topic": "Health", "type": "Accompaniment", "minutes": "30"}
    page = browser.submit(page, "Save", note=BAD, **said)
    assert KEEP in page and marked(page) == ["bipolar"] and not CaseActivity.select().exists()
    browser.submit(page, "Save anyway", note=GOOD)
    assert CaseActivity.get().note == GOOD and kept_nowhere("bipolar", "quiet")


def test_an_extension_is_asked_about_on_its_form(administrator_browser):
    """R-NOTE-5, R-ASM-7"""
    house, boss = make_case(), make_staff(role="supervisor")
    page = administrator_browser.get(f"/extensions/new/?household={house.id}")
    said = {"decision": "Refused", "decided_by": str(boss.id)}
    page = administrator_browser.submit(page, "Save", because=FRENCH, **said)
    assert KEEP in page and marked(page) and not Extension.select().exists()
    administrator_browser.submit(page, "Save anyway", confirmed=True)
    assert Extension.get().because == FRENCH and kept_nowhere("schizo")


def test_what_was_done_about_an_alert_is_asked_about(browser):
    """R-NOTE-5, R-SCO-3"""
    alert = make_need_alert()
    page = browser.get(f"/need-alerts/edit/?id={alert.id}")
    assert page.soup.select_one("[name=what_was_done]").has_attr("data-look")
    page = browser.submit(page, what_was_done=BAD)
    assert KEEP in page and marked(page) and NeedAlert.get().done_on is None


def test_a_breach_that_an_incident_opens_repeats_words_that_were_kept_already(app):
    """R-INC-2, R-NOTE-5: one tick; the breach record itself asks about what is new."""
    with pytest.raises(Refused):
        make_incident(type="privacy", what_happened=BAD)
    assert not PrivacyBreach.select().exists()
    incident = make_incident(type="privacy")
    breach = incidents.breach_of(incident)
    breach.harm_reasons = BAD
    with pytest.raises(Refused) as refused:
        records.save(breach)
    assert assistant.WRITING in [problem.code for problem in refused.value.problems]


# ---- A day’s work ------------------------------------------------------------------------------------------------------------


def test_one_tick_keeps_the_remarks_of_a_whole_day(browser):
    """R-NOTE-5, R-ACT-1: the hints stand under the line’s remark, nothing typed is lost, the total is right."""
    one, two = make_client(), make_client()
    said = {**line(1, one, 30, note=GOOD), **line(3, two, 45, note=BAD)}
    said |= line(4, one, 5, note=FRENCH)
    page = browser.submit(browser.get(DAY), "Save the day", said)
    assert len(page.soup.select("[name=confirmed]")) == 1 and KEEP in page
    assert marked(page) == ["bipolar", "schizophrène"] and not CaseActivity.select().exists()
    assert page.soup.select_one("#activities-2-note-look mark").text == "bipolar"
    assert page.soup.select_one("[name=activities-2-note]")["value"] == BAD
    assert page.soup.select_one(".day-total").get_text() == "80"
    page = browser.submit(page, "Save anyway")
    assert KEEP in page and not CaseActivity.select().exists()
    page = browser.submit(page, "Save anyway", {"activities-3-note": ""}, confirmed=True)
    assert "3 activities are recorded: 80 minutes." in page.notices
    notes = CaseActivity.select(CaseActivity.note).order_by(CaseActivity.id)
    assert [note for (note,) in notes.tuples()] == [GOOD, BAD, None]
    assert kept_nowhere("bipolar", "schizo")


def test_a_wrong_line_comes_before_a_remark_to_tick(browser):
    """R-ACT-1, R-NOTE-5"""
    said = {**line(1, make_client(), 700), **line(2, make_client(), 45, note=BAD)}
    page = browser.submit(browser.get(DAY), "Save the day", said)
    assert page.errors == ["Line 1 – Enter between 1 and 600 minutes."]
    page = browser.submit(page, "Save the day", {"activities-0-minutes": "20"})
    assert KEEP in page


def test_a_hint_about_a_day_is_said_and_can_be_looked_at(browser):
    """R-NOTE-5: it warns and does not stand in the way."""
    said = line(1, make_client(), note="These people were waiting.")
    page = browser.submit(browser.get(DAY), "Save the day", said)
    assert CaseActivity.select().count() == 1 and SAVED % "1 hint" in page.text
    assert marked(browser.follow(page, "Show the hints")) == ["These people"]


def test_a_day_in_french_is_asked_about_in_french(browser):
    """R-NOTE-5, R-CLI-1"""
    client, token = make_client(), browser.get("/").token()
    browser.post("/language", {"csrf_token": token, "language": "fr"})
    said = {"client": client.id, "minutes": 30, "note": FRENCH}
    said |= {"topic": "housing", "type": "form-filling"}
    said = {f"activities-0-{name}": value for name, value in said.items()}
    page = browser.submit(browser.get(DAY), None, said)
    assert marked(page) == ["schizophrène"] and not CaseActivity.select().exists()
    assert "ressemble à un diagnostic" in page.text
    browser.submit(page, None, confirmed=True)
    assert CaseActivity.get().note == FRENCH


# ---- Buttons and pages of their own ------------------------------------------------------------------------------------------


def test_what_came_of_a_call_is_asked_about_from_the_button(browser):
    """R-NOTE-5, R-STAFF-2: the words are there to be changed, and one tick keeps them."""
    row = make_appointment()
    page = browser.get(f"/appointments/details/?id={row.id}")
    page = browser.submit(page, "Done", result=BAD)
    assert KEEP in page and marked(page) == ["bipolar"] and fresh(row).done_on is None
    assert page.soup.select_one("[name=result]")["value"] == BAD
    page = browser.submit(page, "Save anyway")
    assert KEEP in page and fresh(row).done_on is None
    browser.submit(page, "Save anyway", confirmed=True)
    assert fresh(row).result == BAD and kept_nowhere("bipolar")


def test_several_calls_are_done_with_the_same_words_or_none_is(browser):
    """R-NOTE-5"""
    one, two = make_appointment(), make_appointment()
    page = browser.submit(
        browser.get("/appointments/"), "Done", rowid=[one.id, two.id], result=FRENCH
    )
    assert KEEP in page and fresh(one).done_on is None
    browser.submit(page, "Save anyway", result=GOOD)
    assert {fresh(one).result, fresh(two).result} == {GOOD}


def fresh(record):
    return type(record).get_by_id(record.id)


def test_the_notes_of_an_outcome_are_asked_about_and_the_press_is_kept(browser):
    """R-NOTE-5, decision 0.7"""
    referral = make_referral()
    page = browser.get(f"/referrals/outcome/?id={referral.id}")
    page = browser.submit(page, "Save the notes only", follow_up_notes=BAD)
    assert KEEP in page and fresh(referral).follow_up_notes is None
    browser.submit(page, "Save anyway", follow_up_notes=GOOD)
    assert Referral.get_by_id(referral.id).follow_up_notes == GOOD


def test_a_settlement_action_of_ones_own_is_asked_about(browser):
    """R-NOTE-5"""
    referral = make_referral()
    page = browser.get(f"/referrals/details/?id={referral.id}")
    form = page.soup.select_one("[name=more]").find_parent("form")
    button = form.select_one("button").get_text(strip=True)
    page = browser.submit(page, button, more=BAD)
    assert KEEP in page and not referral.actions.count()
    browser.submit(page, "Save anyway", confirmed=True)
    assert [action.text for action in referral.actions] == [BAD]


def test_why_an_assessment_does_not_count_is_asked_about(browser):
    """R-NOTE-5, R-ASM-11"""
    row = make_assessment()
    page = browser.get(f"/needs-assessments/void/?id={row.id}")
    button = page.soup.select_one("#reason").find_parent("form").select_one("button")
    page = browser.submit(page, button.get_text(strip=True), reason=BAD)
    assert KEEP in page and fresh(row).state == models.COMPLETE
    browser.submit(page, "Save anyway", confirmed=True)
    assert fresh(row).void_reason == BAD


def test_why_a_consent_is_taken_back_is_asked_about(browser):
    """R-NOTE-5, R-CON-5"""
    consent = make_consent()
    page = browser.get(f"/consent-records/withdraw/?id={consent.id}")
    page = browser.submit(page, "Withdraw", reason=BAD)
    assert KEEP in page and fresh(consent).withdrawn_on is None
    browser.submit(page, "Save anyway", reason=GOOD)
    assert GOOD in fresh(consent).notes and kept_nowhere("bipolar", "quiet")


# ---- Visits ------------------------------------------------------------------------------------------------------------------


def test_the_conditions_of_a_visit_are_asked_about_and_the_answers_stay(browser):
    """R-NOTE-5, R-VISIT-2"""
    client = make_client()
    visit = make_home_visit(visit_list=soon(), clients=[client])
    page = browser.get(f"/home-visits/checklist/?id={visit.id}")
    page = browser.submit(page, "Save", answers(alone="yes") | {"conditions": BAD})
    assert KEEP in page and marked(page) and fresh(visit).risk_result is None
    browser.submit(page, "Save anyway", confirmed=True)
    assert (fresh(visit).risk_result, fresh(visit).conditions) == ("mitigate", BAD)
    again = make_home_visit(visit_list=soon(), clients=[client])
    visit_risk.take_over(fresh(again))
    assert fresh(again).conditions == BAD  # read and kept already


def test_a_supervisors_decision_is_asked_about(administrator_browser):
    """R-NOTE-5, 2.17"""
    visit = checked(make_home_visit(visit_list=soon()), threats="unknown")
    page = administrator_browser.get(f"/home-visits/decide/?id={visit.id}")
    said = {"go": "The visit may go ahead", "risk_decision": FRENCH}
    page = administrator_browser.submit(page, "Save", said)
    assert KEEP in page and fresh(visit).risk_decision is None
    administrator_browser.submit(page, "Save anyway", risk_decision=GOOD)
    assert fresh(visit).risk_decision == GOOD


def test_a_step_when_nobody_came_back_is_asked_about(browser, clock):
    """R-NOTE-5, R-VISIT-5"""
    day = Day(clock)
    visit = ready_visit(day)
    day.at("09:30")
    visits.start(visit)
    day.at("16:30")
    visits.mark_missed()
    page = browser.submit(browser.get(details(visit)), "This is done", result=BAD)
    assert KEEP in page and not EscalationStep.select().exists()
    browser.submit(page, "Save anyway", confirmed=True)
    assert EscalationStep.get().result == BAD


# ---- Wizards, files, links ---------------------------------------------------------------------------------------------------


def test_the_last_page_of_an_intake_says_what_to_take_out_and_takes_the_tick(browser):
    """R-NOTE-5, 2.9: why they came is in their words; what was done about it is ours."""
    said = "They never sleep. She has PTSD."
    page = go_on(
        browser,
        to_people(browser, browser.submit(browser.get("/intake/"), "Start")),
        "Needed today",
    )
    page = finish(browser, page, reason=said)
    assert KEEP in page and "PTSD: " in page.text and not Intake.select().exists()
    page = browser.submit(page, "Finish the intake", confirmed=True)
    assert Intake.get().reason == said
    logged = str(list(AuditLog.select(AuditLog.changed_fields, AuditLog.reason).tuples()))
    assert "PTSD" not in logged


def test_a_file_is_asked_about_as_the_screen_is(app):
    """R-NOTE-5: nothing of it is imported until somebody says so for the whole file."""
    house = make_client().household
    content = as_csv(
        ["Household", "Date of intake", "Worker", "What we did about it"],
        [house.file_number, "2026-01-05", make_staff(name="Ann").name, BAD],
    )
    with app.test_request_context("/intakes/"):
        with pytest.raises(imports.Stopped) as stopped:
            imports.run(reading(app, Intake, content))
        assert "bipolar" not in str([line.text for line in stopped.value.lines])
        assert not Intake.select().exists()
        imports.run(reading(app, Intake, content, accept=True))
    assert Intake.get().immediate_actions == BAD


def test_who_answers_a_link_is_never_asked_to_mend_their_words(app):
    """R-NOTE-5, 2.22: at the desk the same words want a tick."""
    service = make_service()
    (code,) = feedback.invite(service, "en", 1, settings.today())
    reply = {"nps_score": 9, "given_by": None, "improve": BAD}
    feedback.answer(feedback.find(code), "en", reply)
    assert ClientFeedback.get().improve == BAD
    with pytest.raises(Refused):
        make_feedback(improve=BAD)


def test_why_cases_are_handed_over_is_asked_about(browser):
    """R-NOTE-5, 2.20"""
    giver, taker = make_staff(), make_staff(name="Takes Over")
    house = movable(giver)
    page = browser.get(f"/caseload/move/?from={giver.id}")
    page = browser.submit(page, "Continue", to=taker.name, reason=BAD)
    page = browser.submit(page, "Move 1 case", declared=True)
    assert KEEP in page and fresh(house).primary_worker == giver
    browser.submit(page, "Save anyway", reason=GOOD)
    assert fresh(house).primary_worker == taker
    assert CaseAssignment.get(CaseAssignment.staff == taker).reason == GOOD


# ---- Rows that no form writes ------------------------------------------------------------------------------------------------


def test_why_a_referral_is_reopened_is_asked_about(browser):
    """R-NOTE-5, R-REF-8"""
    referral = make_referral(status="complete")
    page = browser.get(f"/referrals/reopen/?id={referral.id}")
    page = browser.submit(page, "Reopen", reason=BAD)
    assert KEEP in page and marked(page) and fresh(referral).status == "complete"
    browser.submit(page, "Save anyway", reason=GOOD)
    assert fresh(referral).status == "received"


def test_the_comments_and_words_of_an_assessment_are_asked_about_on_its_last_page(browser):
    """R-NOTE-5, section 4: nothing is stored before the tick, and a correction does not ask again."""
    house = make_case(anchor_date=settings.today(), status="intake")
    client = make_client(household=house)
    page = browser.submit(browser.submit(matrix(browser, client), "Continue"), "Continue")
    path = answer_all()
    page = browser.submit(browser.get(page.path), "Continue", {"health-access_comment": BAD})
    page = browser.submit(browser.get(f"{path}check"), "Save the assessment")
    assert KEEP in page and "bipolar: " in page.text
    assert not models.NeedsAssessment.select().exists()
    browser.submit(page, "Save the assessment", confirmed=True)
    row = models.NeedsAssessment.get()
    assert BAD in {answer.comment for answer in row.answers}
    assistant.ask_about([BAD], {answer.comment for answer in row.answers})
    with pytest.raises(Refused):
        assistant.ask_about([BAD])

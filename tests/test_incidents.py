"""Incidents reported in time, and what follows a breach of privacy (2.18)."""

import datetime

import pytest
from casework_factories import make_breach, make_incident
from factories import make_staff
from test_home import tasks

import models
from models import IncidentReport, PrivacyBreach
from workflows import incidents, records, settings
from workflows.business_days import add_months, years_later
from workflows.records import Refused

HOUR = datetime.timedelta(hours=1)


def ago(hours):
    return models.now() - hours * HOUR


def late_incident(**values):
    return make_incident(occurred_at=ago(9), shift_ended_at=ago(1), **values)


def fields(work):
    with pytest.raises(Refused) as refused:
        work()
    return {problem.field for problem in refused.value.problems}


def local(instant):
    return settings.local(instant).strftime("%Y-%m-%dT%H:%M")


def test_a_report_after_the_shift_is_late_in_the_list_on_its_page_and_in_the_filter(browser):
    """R-INC-1"""
    late, timely = late_incident(), make_incident()
    assert incidents.is_late(late) and not incidents.is_late(timely)
    page = browser.get("/incident-reports/")
    assert sorted("Late" in " ".join(row) for row in page.rows) == [False, True]
    assert len(browser.get("/incident-reports/?late=yes").rows) == 1
    assert len(browser.get("/incident-reports/?late=no").rows) == 1
    assert "Late" in browser.get(f"/incident-reports/details/?id={late.id}").soup.main.get_text()


def test_a_report_is_typed_in_the_agencys_time_and_keeps_when_it_was_handed_in(browser, clock):
    """R-INC-1: a later change does not move when it was reported."""
    make_staff(name="Lee Boss", role="supervisor")
    happened, ended = ago(3), ago(-1)
    page = browser.submit(
        browser.get("/incident-reports/new/"),
        "Save",
        occurred_at=local(happened),
        shift_ended_at=local(ended),
        type="Injury or medical event",
        what_happened="A child fell on the stairs.",
        action_taken="First aid was given.",
        reported_to="Lee Boss",
    )
    row = IncidentReport.get()
    assert row.occurred_at == happened.replace(second=0, microsecond=0)
    submitted = row.submitted_at
    assert submitted == models.now() and "Late" not in page.soup.main.get_text()
    clock.forward(minutes=20)
    page = browser.get(f"/incident-reports/edit/?id={row.id}")
    browser.submit(page, "Save", action_taken="First aid and a call to the parents.")
    assert IncidentReport.get().submitted_at == submitted


@pytest.mark.parametrize(
    "happened, ended, field",
    [(-1, -2, "occurred_at"), (3, 4, "shift_ended_at"), (30, 5, "shift_ended_at")],
)
def test_times_that_cannot_be_are_refused(app, happened, ended, field):
    """2.18: it has happened, in a shift that ended within a day of it."""
    values = {"occurred_at": ago(happened), "shift_ended_at": ago(ended)}
    assert fields(lambda: make_incident(**values)) == {field}


def test_it_is_reported_to_somebody_who_may_sign(app):
    """2.18"""
    for nobody in (make_staff(role="caseworker"), make_staff(role="supervisor", is_active=False)):
        assert fields(lambda to=nobody: make_incident(reported_to=to)) == {"reported_to"}


def test_a_supervisor_reviews_it_with_the_passphrase(browser, administrator_browser):
    """2.18, decision 0.6: Home counts it until then."""
    incident = make_incident()
    href = tasks(browser.get("/"))["incident report to review"][1]
    page = browser.get(href)
    assert len(page.rows) == 1
    page = browser.get(f"/incident-reports/details/?id={incident.id}")
    assert browser.follow(page, "Review this report").heading == "Administrator passphrase"
    page = administrator_browser.get(f"/incident-reports/review/?id={incident.id}")
    administrator_browser.submit(page, "I have reviewed this report")
    assert IncidentReport.get().supervisor_review_on == settings.today()
    assert "incident report to review" not in tasks(browser.get("/"))


def test_an_incident_of_privacy_opens_a_breach_record_and_goes_on_to_it(browser):
    """R-INC-2"""
    make_staff(name="Lee Boss", role="supervisor")
    page = browser.submit(
        browser.get("/incident-reports/new/"),
        "Save",
        occurred_at=local(ago(1)),
        shift_ended_at=local(ago(-1)),
        type="Privacy breach or near miss",
        what_happened="A list was left on a bus.",
        action_taken="The bus company was called.",
        reported_to="Lee Boss",
    )
    breach = PrivacyBreach.get()
    assert breach.incident == IncidentReport.get()
    assert page.path == f"/privacy-breaches/edit/?id={breach.id}"
    assert (breach.description, breach.steps_taken) == (
        "A list was left on a bus.",
        "The bus company was called.",
    )
    assert "/help/privacy-breach" in page.links.values()
    assert (
        len(browser.get(tasks(browser.get("/"))["privacy breach record to complete"][1]).rows) == 1
    )
    assert "still to be completed" in browser.get(
        f"/incident-reports/details/?id={breach.incident_id}"
    )
    # What is known so far is kept; the rest may come later.
    page = browser.submit(page, "Save", people_affected_count="4")
    assert PrivacyBreach.get().people_affected_count == 4
    assert "Still to be answered" in page


def test_the_record_is_opened_once_and_by_a_type_that_is_corrected(app):
    """R-INC-2"""
    incident = make_incident()
    assert PrivacyBreach.select().count() == 0
    incident.type = "privacy"
    records.save(incident)
    incident.people_involved = "The driver"
    records.save(incident)
    assert PrivacyBreach.select().count() == 1


def test_a_record_made_by_hand_is_complete_and_stays_so(app):
    """2.18"""
    assert fields(lambda: make_breach(information_involved=None)) == {"information_involved"}
    breach = make_breach()
    breach.harm_reasons = None
    assert fields(lambda: records.save(breach)) == {"harm_reasons"}


def test_a_record_is_closed_once_everything_is_answered_and_everybody_told(app):
    """R-INC-2, R-INC-3"""
    make_incident(type="privacy")
    breach = PrivacyBreach.get()
    breach.closed_on = settings.today()
    assert fields(lambda: records.save(breach)) == {
        "information_involved",
        "people_affected_count",
        "significant_harm_risk",
        "harm_reasons",
    }
    breach.information_involved, breach.people_affected_count = "Names", 4
    breach.significant_harm_risk, breach.harm_reasons = "yes", "Addresses of a shelter."
    assert fields(lambda: records.save(breach)) == {"regulator_told_on", "people_told_on"}
    breach.regulator_told_on = breach.people_told_on = settings.today()
    records.save(breach)
    assert PrivacyBreach.get().closed_on == settings.today()


def test_a_risk_of_significant_harm_reminds_until_everybody_is_told(browser):
    """R-INC-3: on Home, on the page of the record and above its form."""
    words = "privacy breach to report to the regulator and the people"
    assert words not in tasks(browser.get("/"))
    breach = make_breach(significant_harm_risk="yes", harm_reasons="Addresses of a shelter.")
    assert len(browser.get(tasks(browser.get("/"))[words][1]).rows) == 1
    page = browser.get(f"/privacy-breaches/details/?id={breach.id}")
    assert "as soon as feasible" in page.soup.select_one("[role=alert]").get_text()
    page = browser.get(f"/privacy-breaches/edit/?id={breach.id}")
    assert "real risk of significant harm" in page.soup.select_one(".notice").get_text()
    today = settings.today().isoformat()
    page = browser.submit(page, "Save", regulator_told_on=today)
    assert "People told on" in page.soup.select_one("[role=alert]").get_text()
    page = browser.get(f"/privacy-breaches/edit/?id={breach.id}")
    page = browser.submit(page, "Save", people_told_on=today)
    assert not page.soup.select("[role=alert]") and words not in tasks(browser.get("/"))


def test_a_breach_record_is_kept_for_the_years_of_the_setting_and_24_months_at_least(browser):
    """R-INC-3"""
    breach, today = make_breach(), settings.today()
    assert incidents.kept_until(breach) == years_later(today, 7)
    settings.change("breach_record_years", 2)
    # The later one: two years after 29 February is 1 March.
    assert incidents.kept_until(breach) == max(years_later(today, 2), add_months(today, 24))
    models.Setting.update(value=0).where(models.Setting.key == "breach_record_years").execute()
    records.bump("revision", "reference", 1)
    assert incidents.kept_until(breach) == add_months(today, 24)
    page = browser.get(f"/privacy-breaches/delete/?id={breach.id}")
    page = browser.submit(page, "Yes, delete")
    assert "The law asks to keep this record" in page.notices[0]
    assert PrivacyBreach.select().count() == 1


def test_a_breach_record_may_go_when_its_time_is_over(app):
    """R-INC-3: the day after the last one."""
    breach = make_breach()
    over = models.now() - datetime.timedelta(days=7 * 366 + 1)
    PrivacyBreach.update(discovered_at=over).execute()
    records.delete(PrivacyBreach.get_by_id(breach.id))
    assert PrivacyBreach.select().count() == 0


def test_the_least_of_the_setting_is_what_the_law_asks_for(app):
    """R-INC-3"""
    assert fields(lambda: settings.change("breach_record_years", 1)) == {"breach_record_years"}


def test_the_standard_counts_reports_in_time(app):
    """Standards page, R-INC-1: met and due."""
    late_incident(), make_incident(), make_incident()
    today, long_ago = settings.today(), settings.today() - datetime.timedelta(days=9)
    first = today - datetime.timedelta(days=1)
    assert incidents.reported_in_time(first, today) == (2, 3)
    assert incidents.reported_in_time(long_ago, long_ago) == (0, 0)


def test_the_end_of_the_shift_is_not_changed_afterwards_and_a_reviewed_report_stays(browser):
    """R-INC-1: whether a report was late cannot be edited away."""
    row = late_incident()
    page = browser.get(f"/incident-reports/edit/?id={row.id}")
    assert not page.soup.select("[name=shift_ended_at]") and page.soup.select("[name=occurred_at]")
    IncidentReport.update(supervisor_review_on=settings.today()).execute()
    page = browser.get(f"/incident-reports/delete/?id={row.id}")
    page = browser.submit(page, "Yes, delete")
    assert "A supervisor has reviewed this report" in page.notices[0]
    assert IncidentReport.select().count() == 1


def test_a_report_of_yesterday_is_not_taken_back(browser):
    """R-INC-1: a late report does not vanish before a supervisor has read it."""
    row = make_incident()
    IncidentReport.update(submitted_at=models.now() - datetime.timedelta(days=1)).execute()
    page = browser.get(f"/incident-reports/delete/?id={row.id}")
    page = browser.submit(page, "Yes, delete")
    assert "This was reported before today, so it stays." in page.text
    assert IncidentReport.select().count() == 1

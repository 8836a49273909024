"""One person recorded twice: two records become one, under the older file number (R-CLI-4)."""

import datetime
import io

import pytest
from case_factories import (
    make_assessment,
    make_child,
    make_exit_interview,
    make_goal,
    make_guardianship,
    make_intake,
    make_match_run,
    make_need_alert,
    make_plan,
    make_plan_review,
    make_statement_of,
)
from casework_factories import (
    make_access_request,
    make_appointment,
    make_booking,
    make_case_activity,
    make_case_note,
    make_correspondence,
    make_home_visit,
    make_printout,
)
from factories import make_client, make_consent, make_household, make_organization, make_referral
from scans import pdf

from models import (
    AuditLog,
    Client,
    ConsentRecord,
    Draft,
    Goal,
    Guardianship,
    Household,
    NeedsAssessment,
    Referral,
    SavedFilter,
)
from workflows import (
    attachments,
    checks,
    client_merge,
    engine,
    plan,
    records,
    references,
    referrals,
    search,
    settings,
)
from workflows.plan import Plan

DAY = datetime.date(1988, 3, 9)


def file(number, **values):
    return make_household(file_number=number, **values)


def twice(**values):
    """The same woman in an older and in a newer file, alone in both."""
    old = make_client(file("2024-007"), first_name="Rima", last_name="Haddad", birth_date=DAY)
    new = {"first_name": "Reema", "last_name": "Hadad", "birth_date": DAY} | values
    return old, make_client(file("2026-002"), **new)


def merge(one, other, **chosen):
    seal = client_merge.look(Client.get_by_id(one.id), Client.get_by_id(other.id)).seal
    return client_merge.merge(one.id, other.id, seal, chosen)


def refusal(one, other):
    with pytest.raises(records.Refused) as refused:
        merge(one, other)
    return " ".join(str(problem.message) for problem in refused.value.problems)


def names_of(model, key):
    """(table, column) of everything that still names a row: foreign keys, files, drafts and filters."""
    found = [
        (field.model._meta.table_name, field.name)
        for field in references.columns(model)
        if field.model.select().where(field == key).exists()
    ]
    gone = model(id=key)
    found += [("attachment", row.name) for row in attachments.of(gone)]
    for field in references.LOOKED_INTO:
        held = field.model.select(field).tuples()
        found += [(field.model.__name__, text) for (text,) in held if f"'{key}'" in str(text)]
    return found


def is_in_step():
    return not checks.miscounted() and not [
        f.text for f in checks.look() if f.state == checks.BAD and "backup" not in f.text
    ]


def test_two_records_become_one_through_the_screens_under_the_older_file_number(browser):
    """R-CLI-4, R-CLI-3: the look-alikes are offered, both stand side by side, one record is left."""
    old, new = twice(email="reema@example.org", phone="519-555-0199")
    referral = make_referral(client=new)
    page = browser.get(f"/clients/details/?id={new.id}")
    page = browser.follow(page, "Same person? Merge")
    page = browser.follow(page, "Haddad, Rima (file 2024-007)")
    assert "2026-002 is given up" in page.text and "reema@example.org" in page.text
    kept = page.soup.select_one("[name=client-email][checked]")
    assert kept["value"] == "gone"
    assert page.soup.select_one("[name=client-last_name][checked]")["value"] == "kept"
    page = browser.submit(page, "Yes, merge them", {"client-phone": "gone"})
    assert page.heading == "Rima Haddad" and "2024-007" in page.text
    assert referral.number in page.text
    stored = Client.get_by_id(old.id)
    assert (stored.last_name, stored.email, stored.phone) == (
        "Haddad",
        "reema@example.org",
        "519-555-0199",
    )
    assert Referral.get_by_id(referral.id).client_name == "Haddad, Rima"
    assert [row.file_number for row in Household.select()] == ["2024-007"]
    said = {(r.action, r.entity_id) for r in AuditLog.select() if "merged into" in r.reason}
    assert said >= {("delete", new.id), ("update", old.id)}
    assert is_in_step()


def test_the_number_that_a_file_had_still_leads_to_it(browser):
    """Letters that went out carry it, and people say it."""
    old, new = twice()
    merge(old, new)
    page = browser.submit(browser.get("/households/"), "Search", {"search": "2026-002"})
    assert len(page.rows) == 1 and page.rows[0][0].startswith("2024-007")
    page = browser.get(f"/households/details/?id={old.household_id}")
    assert "Earlier file numbers" in page and "2026-002" in page
    for number in ("2026-002", "2024-007"):
        page = browser.submit(browser.get("/"), answers={"search": number})
        assert "Haddad, Rima" in page.links, number
    third = make_client(file("2027-003"), first_name="Rima", last_name="Hadad", birth_date=DAY)
    merge(old, third)
    assert Household.get_by_id(old.household_id).former_numbers == "2026-002, 2027-003"
    for taken in ("2026-002", "2027-003"):
        with pytest.raises(records.Refused, match="Another household has the file number"):
            file(taken)
    file("2026-00"), file("027-003")


def test_the_other_record_is_found_by_typing_without_script(browser):
    """R-CLI-4"""
    old, new = twice()
    page = browser.get(f"/clients/merge/?id={new.id}")
    page = browser.submit(page, "Find", {"other-query": "Haddad"})
    page = browser.submit(page, "Continue", {"other": str(old.id)})
    assert page.heading == "Are these the same person?"


def everything_of(client):
    """A row in every table that names a client, and in those that name a household."""
    assessment = make_assessment(client)
    make_need_alert(assessment)
    make_statement_of(assessment)
    make_goal(client)
    make_consent(client)
    make_referral(client=client)
    make_match_run(client=client)
    make_exit_interview(client=client)
    make_intake(household=client.household)
    make_plan_review(household=client.household)
    for make in (
        make_case_note,
        make_correspondence,
        make_case_activity,
        make_appointment,
        make_access_request,
        make_home_visit,
        make_booking,
    ):
        make(client=client)
    make_printout(household=client.household, client=client)
    attachments.store("scan", client, io.BytesIO(pdf()), "letter.pdf")
    engine.start(Plan(), {"who": {"client": [str(client.id)]}}, client=client)
    typed = {"client": [str(client.id)], "goals-0-client": [str(client.id)]}
    path = f"/referrals/new/?client={client.id}"
    records.save(Draft(kind="expired", path=path, answers=typed, session_token="x"))
    arguments = {"client": str(client.id), "household": str(client.household_id)}
    records.save(SavedFilter(screen="referral", name="Mine", arguments=arguments))


def test_no_table_names_the_removed_record_any_more(app):
    """R-CLI-4: every foreign key, file, draft and filter leads to the record that stays."""
    old, new = twice()
    house = new.household_id
    everything_of(new)
    named = {table for table, _column in names_of(Client, new.id)}
    assert named >= {f.model._meta.table_name for f in references.columns(Client)} - {
        "guardianship",
        "case_task",
    }
    merge(old, new)
    assert names_of(Client, new.id) == [] and names_of(Household, house) == []
    assert Draft.get(Draft.kind == "expired").path == f"/referrals/new/?client={old.id}"
    assert Draft.get(Draft.kind == "plan").answers["who"]["client"] == [str(old.id)]
    assert SavedFilter.get().arguments == {
        "client": str(old.id),
        "household": str(old.household_id),
    }
    assert len(attachments.of(old)) == 1
    found = Referral.select().where(search.condition(Referral, "Haddad Rima"))
    assert [row.client_id for row in found] == [old.id]
    assert not Client.select().where(search.condition(Client, "Reema")).exists()
    assert is_in_step()


def test_two_assessments_at_one_point_are_named_and_nothing_is_done(browser):
    """R-CLI-4, 2.10: one assessment for each person and point."""
    old, new = twice()
    make_assessment(old)
    mine = make_assessment(new)
    make_referral(client=new)
    assert "Needs assessments: A1" in refusal(old, new)
    page = browser.get(f"/clients/merge/?id={new.id}&other={old.id}")
    assert "Needs assessments: A1" in page.text and not page.soup.select("[name=seen]")
    assert Client.select().count() == 2 and Referral.get().client_id == new.id
    mine.state, mine.void_reason = "void", "Recorded twice"
    records.save(mine)
    merge(old, new)
    assert {row.client_id for row in NeedsAssessment.select()} == {old.id}


def test_two_reviews_of_one_day_are_named(app):
    """R-CLI-4"""
    old, new = twice()
    for client in (old, new):
        make_plan_review(household=client.household)
    assert "Plan reviews" in refusal(old, new)


def test_a_record_that_somebody_saved_meanwhile_is_looked_at_again(browser):
    """R-CLI-4, R-SYS-2"""
    old, new = twice()
    page = browser.get(f"/clients/merge/?id={new.id}&other={old.id}")
    records.save(_with(old, municipality="Leamington"))
    page = browser.submit(page, "Yes, merge them", status=409)
    assert "meanwhile" in page.text and "Leamington" in page.text
    assert Client.select().count() == 2
    browser.submit(page, "Yes, merge them")
    assert Client.get().municipality == "Leamington"


def _with(record, **values):
    for name, value in values.items():
        setattr(record, name, value)
    return record


def test_where_others_stay_in_both_files_only_the_person_moves(app):
    """R-CLI-4, R-CON-7: the goals go into a plan of the file they live in, the charter stays with its own."""
    old, new = twice()
    make_client(old.household)
    stays = make_client(new.household)
    goal = make_goal(new)
    charter = make_consent(new, type="client-charter", staff_signer_name="Amina")
    consent = make_consent(new)
    found = merge(new, old)
    assert (found.kept.id, found.other.id, found.empty) == (old.id, stays.household_id, None)
    assert Goal.get_by_id(goal.id).plan == plan.active(old.household_id)
    charter, consent = (ConsentRecord.get_by_id(row.id) for row in (charter, consent))
    assert (charter.client_id, charter.household_id) == (None, stays.household_id)
    assert (consent.client_id, consent.household_id) == (old.id, old.household_id)
    assert Client.get_by_id(stays.id).household_id == stays.household_id
    assert is_in_step()


def test_a_parent_is_not_taken_away_from_a_child_in_care(app):
    """R-CON-7"""
    old, new = twice()
    make_client(old.household)
    child = make_child(new)
    make_guardianship(new, child)
    assert str(child) in refusal(old, new)


def test_a_family_stays_together_and_gets_the_older_file_number(app):
    """R-CLI-4, R-CON-7: the contact was recorded first, the family came later."""
    old, new = twice()
    child = make_child(new)
    make_guardianship(new, child)
    merge(old, new)
    assert not Client.select().where(Client.id == old.id).exists()
    assert Household.get().file_number == "2024-007"
    assert {row.household_id for row in Client.select()} == {child.household_id}


def test_of_two_links_to_one_child_one_is_left(app):
    """R-CLI-4: a link says no more than that both belong together."""
    house = file("2024-007")
    mother, again = make_client(house), make_client(house)
    child = make_child(mother)
    for one in (mother, again):
        make_guardianship(one, child)
    merge(mother, again)
    assert [(row.guardian_id, row.child_id) for row in Guardianship.select()] == [
        (mother.id, child.id)
    ]


def test_two_plans_in_force_become_one(app):
    """R-CLI-4"""
    old, new = twice()
    first, goal = make_plan(household=old.household), make_goal(new)
    merge(old, new)
    assert Goal.get_by_id(goal.id).plan_id == first.id == plan.active(old.household_id).id


def test_what_is_about_safety_stays_careful(app):
    """R-CLI-2: the more careful answer is meant unless somebody chooses the other."""
    old, new = twice(safe_to_call="no")
    records.save(_with(old, safe_to_call="yes"))
    merge(old, new)
    assert Client.get().safe_to_call == "no"


def test_a_consent_taken_back_on_one_record_does_not_stand_on_the_other(browser):
    """R-CLI-4, R-CON-5: the newest form decides, and that one was given before it was taken back."""
    old, new = twice()
    partner, stranger = make_organization(), make_organization()
    days = [settings.today() - datetime.timedelta(days=n) for n in (30, 20, 10)]
    earlier = make_consent(old, [partner], given_on=days[0])
    referrals.withdraw(earlier, days[2])
    same = make_consent(new, [partner], given_on=days[1])
    different = make_consent(new, [stranger], given_on=days[1])
    again = make_consent(new, [partner], given_on=settings.today())
    page = browser.get(f"/clients/merge/?id={new.id}&other={old.id}")
    assert page.text.count("so it is withdrawn") == 1
    browser.submit(page, "Yes, merge them")
    states = [ConsentRecord.get_by_id(row.id).state for row in (same, different, again)]
    assert states == ["withdrawn", "given", "given"]


def test_a_value_that_breaks_a_rule_is_refused_and_nothing_is_done(browser):
    """R-CLI-4"""
    old, new = twice(birth_date=None, birth_year_only=1990)
    page = browser.get(f"/clients/merge/?id={new.id}&other={old.id}")
    page = browser.submit(page, "Yes, merge them", status=409)
    assert "The birth date is in another year" in page.text and Client.select().count() == 2
    browser.submit(page, "Yes, merge them", {"client-birth_year_only": "kept"})
    assert Client.get().birth_date == DAY


@pytest.mark.parametrize("status", ["disposed", "consent-refused"])
def test_a_file_that_is_over_takes_nothing(app, status):
    """R-CLI-4, R-CON-2"""
    old, new = twice()
    Household.update(status=status).where(Household.id == old.household_id).execute()
    assert "2024-007" in refusal(old, new)


def test_a_person_of_the_example_is_merged_with_nobody_real(app):
    """Removing the example would take the real record with it."""
    old, new = twice()
    settings.change("example_loaded", {"households": [old.household_id]})
    assert "example agency" in refusal(old, new)
    settings.change("example_loaded", {"households": [old.household_id, new.household_id]})
    assert client_merge.look(old, new).kept.id == old.id


def test_nobody_is_merged_with_themselves_or_with_their_child(app):
    """R-CLI-4"""
    old, _new = twice()
    assert "these two are the same" in refusal(old, old)
    child = make_child(old)
    make_guardianship(old, child)
    assert "two people" in refusal(old, child)

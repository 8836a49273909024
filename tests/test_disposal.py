"""Disposing of a file: the conditions, two people by name, what goes, what stays, and that no word is left (R-RET)."""

import datetime

import pytest
from case_factories import make_exit_interview
from casework_factories import (
    make_case_note,
)
from disposals import Desk, age, confirm, exists, log, old_file, page_of, words_of
from factories import (
    make_client,
    make_consent,
    make_household,
    make_outbox_message,
    make_referral,
    make_staff,
)
from planted import Planter, left_in, left_in_rows

import models
from models import (
    AuditLog,
    CaseNote,
    Client,
    ConsentRecord,
    Disposal,
    DistributionLog,
    Household,
    OutboxMessage,
    Staff,
    database,
)
from workflows import audit, checks, disposal, records, retention, settings
from workflows.business_days import years_later
from workflows.records import Refused

# ---- Two people, by name -----------------------------------------------------------------------------------------------


def test_two_people_confirm_and_a_line_without_personal_data_stays(desks):
    """R-RET-2"""
    first, second = desks
    household = old_file()
    client = make_client(household)
    page = first.get("/retention/")
    assert household.file_number in page and page.heading == "Files to dispose of"
    page = confirm(first, household)
    assert exists(household) and "Somebody else has to confirm too." in page
    assert "Renée Côté has confirmed" in first.get("/retention/")
    page = confirm(second, household, "Dispose of this file for good")
    assert f"File {household.file_number} is disposed of." in page
    assert not exists(household) and Client.get_or_none(Client.id == client.id) is None
    row = Disposal.get()
    assert (row.confirmed_by_1, row.confirmed_by_2) == ("Renée Côté", "Sam Lee")
    assert (row.file_number, row.disposed_on) == (household.file_number, settings.today())
    assert row.eligible_on == years_later(household.last_entry_on, 7)
    said = AuditLog.select().where(AuditLog.action == "delete", AuditLog.entity == "household")
    assert [r.entity_id for r in said] == [household.id]
    assert audit.first_broken_row() is None
    until = settings.today() + datetime.timedelta(days=settings.value("backup_keep_days"))
    assert f"{until.year}" in words_of(page)[1] and "Backups" in words_of(page)[1]


def test_the_same_person_cannot_confirm_twice_however_the_name_is_written(desks):
    """R-RET-2: names are compared without case, accents and spaces."""
    household = old_file()
    confirm(desks[0], household)
    again = page_of(desks[0], household)
    assert "Somebody else confirms too: two different people." in again
    token = again.token()
    data = {"csrf_token": token, "id": household.id, "read": "yes"}
    page = desks[0].post("/retention/confirm/", data)
    assert "Renée Côté has confirmed already." in page and exists(household)
    make_staff(name="RENEE  COTE", role="administrator")
    with pytest.raises(Refused, match="two different people"):
        disposal.confirm(household, "RENEE  COTE")
    assert exists(household) and Disposal.get().confirmed_by_2 is None


def test_only_staff_who_may_sign_confirm(administrator_browser):
    """R-RET-2, decision 0.6"""
    household = old_file()
    page = page_of(administrator_browser, household)
    assert "Only a supervisor or an administrator" in page and not page.soup.select("#read")
    data = {"csrf_token": page.token(), "id": household.id, "read": "yes"}
    page = administrator_browser.post("/retention/confirm/", data)
    assert "by name, confirms the end of a file" in page and not Disposal.select().exists()
    Staff.update(role="supervisor", is_active=False).where(Staff.name == "Test Worker").execute()
    assert not disposal.may_confirm("Test Worker")


def test_the_pages_ask_for_the_administrator_passphrase(browser):
    """Decision 0.6"""
    assert "/administrator" in browser.open("/retention/").headers["Location"]


def test_nothing_goes_before_the_list_is_read(desks):
    household = old_file()
    page = desks[0].submit(page_of(desks[0], household), "Confirm")
    assert "Tick that you have read the list first." in page and not Disposal.select().exists()


def test_a_confirmation_can_be_taken_back(desks):
    """R-RET-2"""
    household = old_file()
    confirm(desks[0], household)
    page = desks[1].submit(page_of(desks[1], household), "Take the confirmation back")
    assert "Taken back. Nothing was disposed of." in page
    assert exists(household) and not Disposal.select().exists()


def test_a_new_entry_takes_the_first_confirmation_back(desks):
    """R-RET-1, R-RET-2: the entry moves the day, so what was confirmed is another file."""
    household = old_file(days=40)
    client = make_client(household)
    confirm(desks[0], household)
    day = household.last_entry_on + datetime.timedelta(days=20)
    make_exit_interview(client=client, date=day)
    page = page_of(desks[1], household)
    assert "The file got a new entry since it was confirmed" in page
    page = confirm(desks[1], household)
    assert "Read the list again and confirm anew." in page
    assert exists(household) and not Disposal.select().exists()
    confirm(desks[1], household)
    assert Disposal.get().last_entry_on == day


def test_a_confirmation_is_of_the_file_and_not_of_its_number(desks):
    """R-RET-2: another file that gets the number later was confirmed by nobody."""
    first, other = old_file(), old_file()
    confirm(desks[0], first)
    number, first.file_number = first.file_number, "2011-900"
    records.save(first)
    other = Household.get_by_id(other.id)
    other.file_number = number
    records.save(other)
    for household in (first, other):
        assert disposal.pending_of(household) is None
    confirm(desks[1], other)
    assert exists(other) and exists(first)


def test_an_agency_may_ask_for_three_names(desks, administrator_browser):
    """R-RET-2: setting disposal_confirmations."""
    settings.change("disposal_confirmations", 3)
    household = old_file()
    confirm(desks[0], household)
    assert "Somebody else has to confirm too." in confirm(desks[1], household)
    third = Desk(administrator_browser, "Ada")
    confirm(third, household, "Dispose of this file for good")
    assert not exists(household) and disposal.names_of(Disposal.get())[2] == "Ada"


# ---- What goes -----------------------------------------------------------------------------------------------------------


def test_a_message_about_others_too_keeps_its_line_and_loses_its_text(desks):
    """R-RET-2"""
    household = old_file()
    mine, other = make_referral(client=make_client(household)), make_referral(client=make_client())
    age(models.Referral, "received_on", mine.id)
    shared, own = (make_outbox_message(state=models.SENT) for _n in range(2))
    for referral, message in ((mine, shared), (other, shared), (mine, own)):
        log(referral, message)
    confirm(desks[0], household)
    confirm(desks[1], household, "Dispose of this file for good")
    assert OutboxMessage.get_or_none(OutboxMessage.id == own.id) is None
    assert OutboxMessage.get_by_id(shared.id).content is None
    left = DistributionLog.get()
    assert (left.referral_id, left.message_id) == (other.id, shared.id)
    assert not checks.recount()


def test_records_of_somebody_who_moved_to_another_file_go_along_with_them(desks):
    """R-RET-2: a consent is the person's, whichever file it was first written in."""
    household, elsewhere = old_file(), make_household()
    stays = make_client(household)
    mover = make_client(household)
    consent = make_consent(mover)
    age(ConsentRecord, "given_on", consent.id)
    Client.update(household=elsewhere).where(Client.id == mover.id).execute()
    confirm(desks[0], household)
    confirm(desks[1], household, "Dispose of this file for good")
    assert Client.get_or_none(Client.id == stays.id) is None
    assert Client.get_by_id(mover.id).household_id == elsewhere.id
    assert ConsentRecord.get_by_id(consent.id).household_id == elsewhere.id


def test_every_table_of_a_file_is_emptied_and_no_other_file_is_touched(desks):
    """R-RET-2: found by foreign keys, so tables of tomorrow are among them."""
    other = make_case_note()
    planter = Planter()
    household = planter.plant()
    before = {m: m.select().count() for m in planter.rows}
    assert all(before[m] >= len(planter.rows[m]) > 0 for m in planter.rows)
    found = left_in_rows(planter.words)
    assert {word for _table, word in found} == set(planter.words) and len(planter.words) > 200
    confirm(desks[0], household)
    confirm(desks[1], household, "Dispose of this file for good")
    assert left_in_rows(planter.words) == []
    for model, keys in planter.rows.items():
        assert not model.select().where(model._meta.fields["id"].in_(keys)).exists(), model
    assert CaseNote.get_by_id(other.id) and Household.get_by_id(other.household_id)


@pytest.mark.sqlite_only
def test_not_a_word_is_left_in_the_files_of_the_database(desks, tmp_path):
    """R-RET-2: not in the pages, not in the word index, not in the write-ahead log."""
    planter = Planter()
    household = planter.plant()
    database.execute_sql("PRAGMA wal_checkpoint(TRUNCATE)")
    assert {file for file, _word in left_in(planter.words, tmp_path)} == {"portal.db"}
    confirm(desks[0], household)
    confirm(desks[1], household, "Dispose of this file for good")
    assert left_in(planter.words, tmp_path) == []
    assert not disposal.is_owed()


@pytest.mark.sqlite_only
def test_what_could_not_be_cleaned_at_once_is_cleaned_overnight(desks, tmp_path, app):
    """R-RET-2: somebody reads from the database while the file goes."""
    planter = Planter(people=1)
    household = planter.plant()
    confirm(desks[0], household)
    reader = models.SqliteDatabase(database.obj.database)
    reader.connect()
    reader.begin()
    reader.execute_sql("SELECT COUNT(*) FROM client").fetchall()
    database.execute_sql("PRAGMA busy_timeout = 50")
    page = confirm(desks[1], household, "Dispose of this file for good")
    assert "The disk will be cleaned of it tonight" in page and disposal.is_owed()
    reader.rollback()
    reader.close()
    disposal.finish_scrubbing()
    assert not disposal.is_owed() and left_in(planter.words, tmp_path) == []


# ---- Reasons that people type ---------------------------------------------------------------------------------------------


def test_a_reason_somebody_types_stays_in_the_file_and_out_of_the_audit_log(browser):
    """R-RET-2: audit rows stay for ever, so no words about a person may stand in them."""
    consent = make_consent()
    page = browser.get(f"/consent-records/withdraw/?id={consent.id}")
    browser.submit(page, "Withdraw", reason="Zebulon asked for it")
    assert "Zebulon" in ConsentRecord.get_by_id(consent.id).notes
    referral = make_referral(status=models.COMPLETE)
    page = browser.get(f"/referrals/reopen/?id={referral.id}")
    browser.submit(page, "Reopen", reason="Zebulon called back")
    page = browser.get(f"/referrals/details/?id={referral.id}")
    assert "Zebulon called back" in page
    day = settings.today() - datetime.timedelta(days=3)
    household = make_household(anchor_date=day)
    page = browser.get(f"/households/edit/?id={household.id}")
    browser.submit(page, "Save", anchor_date=settings.today(), reason="Zebulon arrived later")
    household = Household.get_by_id(household.id)
    assert (household.anchor_date, household.anchor_reason) == (
        settings.today(),
        "Zebulon arrived later",
    )
    said = [f"{row.reason} {row.changed_fields}" for row in AuditLog.select()]
    assert not any("Zebulon" in words for words in said)


def test_what_was_disposed_of_is_counted_right(desks):
    household = old_file()
    referral = make_referral(client=make_client(household))
    age(models.Referral, "received_on", referral.id)
    before = retention.eligible_on(household)
    assert before <= settings.today()
    confirm(desks[0], household)
    confirm(desks[1], household, "Dispose of this file for good")
    counted = models.KeptCount.get(
        models.KeptCount.name == "referral.status", models.KeptCount.key == "received"
    )
    assert counted.n == models.Referral.select().where(models.Referral.status == "received").count()


def test_the_number_of_a_disposed_file_is_not_given_again(desks):
    """2.24"""
    household = old_file()
    confirm(desks[0], household)
    confirm(desks[1], household, "Dispose of this file for good")
    page = desks[0].submit(
        desks[0].get("/households/new/"), "Save", file_number=household.file_number
    )
    assert "A file with this number was disposed of." in page

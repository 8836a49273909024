"""The audit log as people read it, and who saw a file between two dates (2.23, R-SYS-3, R-SYS-5)."""

import datetime

import pytest
from case_factories import make_assessment, make_goal, make_plan_action
from casework_factories import (
    make_addendum,
    make_case_activity,
    make_case_note,
    make_correspondence,
    make_home_visit,
    make_printout,
)
from factories import (
    make_attachment,
    make_client,
    make_consent,
    make_referral,
    make_staff,
    make_text_template,
)
from statements import statements

from admin_views import audit_log, audit_words
from models import AuditLog, Household
from workflows import audit, client_merge, file_trail, records, settings

DAY = datetime.timedelta(days=1)


@pytest.fixture
def client(app):
    return make_client(first_name="Quokka")


def sentence(page):
    return page.rows[0][1]


def moved(key, day):
    """As if the row was written at noon of that day; the seal is of no interest here."""
    at = settings.start_of(day) + datetime.timedelta(hours=12)
    AuditLog.update(at=at).where(AuditLog.id == key).execute()


def newest():
    return AuditLog.select().order_by(AuditLog.id.desc()).first()


# ---- Sentences -------------------------------------------------------------------------------------------------------------


def test_the_log_says_what_was_done_to_which_record_of_which_file(administrator_browser, client):
    """2.23: words, a link, a file number, and nobody's name."""
    note = make_case_note(clients=[client], contact_on=datetime.date(2026, 3, 3))
    administrator_browser.get(f"/case-notes/details/?id={note.id}")
    page = administrator_browser.get("/audit-log/?entity=case_note")
    number = client.household.file_number
    assert sentence(page) == f"Viewed the case note of 3 Mar 2026 (file {number})"
    assert administrator_browser.follow(page, "the case note of 3 Mar 2026").status == 200
    make_referral(client=client)
    page = administrator_browser.get("/audit-log/?entity=client")
    assert "Added the page of a client" in sentence(page) and "Quokka" not in page


def test_a_record_that_is_gone_is_still_called_by_its_kind(administrator_browser, client):
    note = make_case_note(clients=[client])
    records.delete(note)
    page = administrator_browser.get("/audit-log/?entity=case_note&action=delete")
    number = client.household.file_number
    assert sentence(page) == f"Deleted Case notes, record {note.id} (file {number})"


def test_lists_exports_and_sign_ins_are_sentences_too(administrator_browser, client):
    """R-SYS-5: one row with entity and count, no names."""
    administrator_browser.get("/clients/")
    page = administrator_browser.get("/audit-log/?entity=client&action=view")
    assert sentence(page) == "Viewed Clients, 1 row"
    audit.record("sign-in")
    page = administrator_browser.get("/audit-log/?action=sign-in")
    assert sentence(page) == "Signed in"
    audit.record("export", "staff", changed={"rows": 12})
    page = administrator_browser.get("/audit-log/?action=export")
    assert sentence(page) == "Exported Staff, 12 rows"


def test_every_personal_table_has_words_of_its_own(app):
    """A table that is new says so here."""
    tables = set(file_trail.paths()) - {"answer", "factor_result", "referral_status_event"}
    tables -= {"distribution_log", "escalation_step", "printout"}
    assert tables <= set(audit_words.CALLED)
    for verb, words in audit_words.VERBS.items():
        assert "%(what)s" in words or verb.startswith("sign-in")


def test_the_log_is_filtered_by_who_without_a_name_in_the_address(administrator_browser, client):
    """R-SYS-3"""
    robin = make_staff(name="Robin Reader")
    token = audit.actor.set(audit.Actor("Robin Reader"))
    audit.record("view", "client", client.id)
    audit.actor.reset(token)
    page = administrator_browser.get("/audit-log/")
    page = administrator_browser.submit(page, who="Robin Reader", action="View")
    assert {row[2] for row in page.rows} == {"Robin Reader"}
    address = page.response.request.full_path
    assert f"who={robin.id}" in address and "Robin" not in address
    assert administrator_browser.get("/audit-log/?who=999999").rows == []


def test_a_day_and_a_record_type_narrow_the_log(administrator_browser, client):
    today = settings.today()
    audit.record("view", "client", client.id)
    moved(newest().id, today - 9 * DAY)
    span = f"at={today - 10 * DAY}&at-to={today - 8 * DAY}"
    assert len(administrator_browser.get(f"/audit-log/?{span}&entity=client").rows) == 1
    assert administrator_browser.get(f"/audit-log/?{span}&entity=referral").rows == []


def test_a_page_of_many_kinds_costs_a_few_statements_for_each(administrator_browser, client):
    for _n in range(6):
        make_case_note(clients=[client]), make_case_activity(clients=[client])
        make_referral(client=client)
    administrator_browser.get("/audit-log/")
    with statements() as short:
        administrator_browser.get("/audit-log/?size=20")
    with statements() as long:
        administrator_browser.get("/audit-log/?size=100")
    assert len(long.counted()) <= len(short.counted()) + 12


# ---- Who saw this file -------------------------------------------------------------------------------------------------------


def seen(client):
    """One look at a record of every kind of path to the household."""
    note = make_case_note(clients=[client])
    goal = make_goal(client)
    letter = make_correspondence(client=client)
    found = [
        ("household", client.household_id),
        ("client", client.id),
        ("case_note", note.id),
        ("note_addendum", make_addendum(note=note).id),
        ("correspondence", letter.id),
        ("attachment", make_attachment(owner_table="correspondence", owner_id=letter.id).id),
        ("needs_assessment", make_assessment(client).id),
        ("referral", make_referral(client=client).id),
        ("home_visit", make_home_visit(clients=[client]).id),
        ("plan_action", make_plan_action(goal=goal).id),
        ("printout", make_printout(household=client.household).id),
    ]
    AuditLog.delete().execute()
    for table, key in found:
        audit.record("view", table, key)
    return found


def test_every_path_to_a_household_is_followed_and_no_other_household_s(app, client):
    """R-SYS-5"""
    found, other = seen(client), make_client()
    audit.record("view", "client", other.id)
    today = settings.today()
    rows = file_trail.rows(client.household_id, today, today)
    assert {(row.entity, row.entity_id) for row in rows} == set(found)
    assert len(file_trail.rows(other.household_id, today, today)) >= 1


def test_what_was_deleted_is_still_told(app, client):
    """A deleted note belongs to no file any more, but its row says whose it was."""
    note, other = make_case_note(clients=[client]), make_case_note()
    addendum = make_addendum(note=note)
    for gone in (addendum, note, other):
        records.delete(gone)
    today = settings.today()
    rows = file_trail.rows(client.household_id, today, today)
    gone = {(r.entity, r.entity_id) for r in rows if r.action == "delete"}
    assert gone == {("note_addendum", addendum.id), ("case_note", note.id)}


def test_what_went_from_a_file_was_seen_all_the_same(app, client):
    """2.23, R-SYS-5: who looked at a note before it was deleted, and at a record before it was merged."""
    note, other = make_case_note(clients=[client]), make_client()
    seen = [("case_note", note.id), ("client", other.id), ("household", other.household_id)]
    for table, key in seen:
        audit.record("view", table, key)
    records.delete(note)
    found = client_merge.look(client, other)
    client_merge.merge(client.id, other.id, found.seal, {})
    audit.record("view", "case_note", note.id)  # by now the number of another note
    today = settings.today()
    rows = file_trail.rows(found.house.id, today, today)
    views = [(row.entity, row.entity_id) for row in rows if row.action == "view"]
    assert views == seen


def test_who_saw_a_file_between_two_dates_is_told_by_day_and_person(administrator_browser, client):
    """2.23: through the screen, from the page of the household, and in print with its audit row."""
    today = settings.today()
    AuditLog.delete().execute()
    for name, days in (("Robin", 3), ("Amina", 3), ("Sam", 90)):
        token = audit.actor.set(audit.Actor(name))
        audit.record("view", "client", client.id)
        audit.actor.reset(token)
        moved(newest().id, today - days * DAY)
    page = administrator_browser.get(f"/households/details/?id={client.household_id}")
    page = administrator_browser.follow(page, "Who saw this file")
    names = [h.get_text() for h in page.soup.select("section h3")]
    assert names[:1] == ["Test Worker"] and names[-2:] == ["Amina", "Robin"]
    assert "Quokka" not in page and "Viewed the page of a client" in page
    before = str(today - 100 * DAY)
    page = administrator_browser.submit(page, "Show", {"from": before, "to": str(today - 80 * DAY)})
    assert [h.get_text() for h in page.soup.select("section h3")] == ["Sam"]
    paper = administrator_browser.follow(page, "Print this page")
    assert "Sam" in paper and "Confidential" in paper and "Amina" not in paper
    logged = AuditLog.select().where(AuditLog.action == "print").get()
    assert (logged.entity, logged.entity_id) == ("household", client.household_id)


def test_who_saw_a_file_is_read_page_by_page_and_printed_whole(
    administrator_browser, client, monkeypatch
):
    monkeypatch.setattr(audit_log, "ON_A_PAGE", 3)
    AuditLog.delete().execute()
    for _time in range(7):
        audit.record("view", "client", client.id)
    seen, page = [], administrator_browser.get(f"/audit-log/file/?household={client.household_id}")
    while True:
        seen.append(len(page.soup.select("section li")))
        if "Older" not in page.links:
            break
        page = administrator_browser.follow(page, "Older")
    assert seen == [3, 3, 1]
    page = administrator_browser.follow(page, "Back to the newest")
    paper = administrator_browser.follow(page, "Print this page")
    assert len(paper.soup.select("section li")) == AuditLog.select().count() - 1


@pytest.mark.parametrize(
    "path",
    [
        "/case-notes/new/?household={house}",
        "/home-visits/new/?household={house}",
        "/appointments/new/?client={client}",
        "/note-addenda/new/?note={note}",
        "/consent-records/withdraw/?id={consent}",
        "/case-notes/delete/?id={note}",
        "/clients/delete/?id={client}",
    ],
)
def test_a_page_that_shows_who_a_file_is_about_is_a_row_of_that_file(
    administrator_browser, client, path
):
    """R-SYS-5: the form of a new record shows the people of the file, and so does the question before deleting one."""
    note, consent = make_case_note(clients=[client]), make_consent(client)
    facts = {"house": client.household_id, "client": client.id}
    facts |= {"note": note.id, "consent": consent.id}
    before = newest().id
    administrator_browser.get(path.format(**facts))
    rows = file_trail.rows(client.household_id, settings.today(), settings.today())
    assert [row.action for row in rows if row.id > before] == ["view"]


def test_a_stale_form_shows_the_newer_values_as_a_view(browser, client):
    """R-SYS-5, R-SYS-2: the page of a conflict shows what is stored, so it is a view like any other."""
    page = browser.get(f"/clients/edit/?id={client.id}")
    client.occupation = "Baker"
    records.save(client)
    before = newest().id
    page = browser.submit(page, status=409, occupation="Cook")
    assert "Baker" in page.text
    assert [row.action for row in AuditLog.select().where(AuditLog.id > before)] == ["view"]


def test_only_an_administrator_reads_who_saw_a_file(browser, client):
    """Decision 0.6"""
    response = browser.open(f"/audit-log/file/?household={client.household_id}")
    assert response.status_code == 302 and response.headers["Location"].startswith("/admin")


@pytest.mark.parametrize("asked", ["", "?household=0", "?household=999999", "?household=x"])
def test_a_file_that_is_not_there_is_not_found(administrator_browser, asked):
    administrator_browser.get(f"/audit-log/file/{asked}", status=404)


def test_dates_the_wrong_way_round_show_one_day(administrator_browser, client):
    today = settings.today()
    address = f"/audit-log/file/?household={client.household_id}"
    page = administrator_browser.get(f"{address}&from={today}&to={today - DAY}")
    assert "Nobody opened anything of this file" in page
    assert Household.select().count() == 1


@pytest.mark.parametrize("asked", ["to=9999-12-31", "to=0001-01-01", "from=0001-01-01", "from=x"])
def test_days_nobody_can_mean_are_today(administrator_browser, client, asked):
    page = administrator_browser.get(f"/audit-log/file/?household={client.household_id}&{asked}")
    assert str(settings.today()) in str(page.soup)


def test_a_record_with_a_note_of_its_own_is_deleted(app):
    """2.23: a column called note may be a text, as that of a template is."""
    text = make_text_template(note="Printed for the door.")
    records.delete(text)
    assert (newest().action, newest().entity_id) == ("delete", text.id)

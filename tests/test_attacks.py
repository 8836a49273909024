"""What a hostile or an unlucky visitor tries; each was once possible."""

import io
import re
import stat
import threading
import zipfile

import peewee
import pytest
import xlsxwriter
from factories import (
    make_client,
    make_consent,
    make_driving_statement,
    make_location,
    make_referral,
    make_staff,
)

import models
from models import (
    ADMINISTRATOR,
    COMPLETE,
    RECEIVED,
    SHARED,
    AuditLog,
    Organization,
    Referral,
    ReferralStatusEvent,
    SavedFilter,
    Staff,
)
from workflows import audit, imports, passphrases, records, referrals, sheets

# ---- Input that no person types --------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "path",
    [
        "/distribute/%00/check",
        "/distribute/sent/%00",
        "/referrals/?priority=%00",
        "/referrals/?location=%00x",
        "/clients/?municipality=%00",
        "/clients/import/match/?file=%00",
        "/audit-log/?entity=%00",
        "/administration/settings/test-message/99999999999999999999999",
    ],
)
def test_an_address_that_no_database_can_look_up_is_no_fault_of_ours(administrator_browser, path):
    """PostgreSQL refuses a NUL character in any text, SQLite a number of 24 digits."""
    assert administrator_browser.open(path).status_code in (200, 302, 404)


def test_a_nul_character_in_what_was_typed_is_dropped_and_the_rest_kept(administrator_browser):
    token = administrator_browser.get("/").token()
    data = {"csrf_token": token, "name": "Mine\x00", "status": RECEIVED}
    administrator_browser.open("/referrals/save-filters/", "POST", data=data)
    assert SavedFilter.select().where(SavedFilter.name == "Mine").exists()
    typed = {"csrf_token": token, "first_name": "A\x00mina"}
    path = "/language?language=en&next=/clients/new/"
    kept = administrator_browser.open(path, "POST", data=typed).headers["Location"]
    field = administrator_browser.get(kept).soup.find(attrs={"name": "first_name"})
    assert field["value"] == "Amina"


@pytest.mark.parametrize("target", ["/\t/evil.example", "/\n/evil.example", "/ /evil.example"])
def test_a_way_back_with_a_hidden_tab_leads_to_the_list(administrator_browser, target):
    """Browsers drop tabs and line ends out of an address: what is left would be another site (stack.md S5)."""
    token = administrator_browser.get("/").token()
    data = {"csrf_token": token, "action": "email", "url": target}
    answer = administrator_browser.open("/referrals/action/", "POST", data=data)
    assert answer.headers["Location"] == "/referrals/"


def test_a_small_workbook_that_unpacks_to_millions_of_texts_is_refused_at_once():
    """Shared texts are read before the first row, so they have a limit of their own."""
    plain, packed = io.BytesIO(), io.BytesIO()
    with xlsxwriter.Workbook(plain) as book:
        book.add_worksheet().write_row(0, 0, ["Name"])
    many = b"<sst>" + b"<si><t>a</t></si>" * 1_300_000 + b"</sst>"
    with zipfile.ZipFile(plain) as good, zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as bad:
        for name in good.namelist():
            bad.writestr(name, many if name == "xl/sharedStrings.xml" else good.read(name))
    assert len(packed.getvalue()) < 100_000
    with pytest.raises(sheets.Unreadable):
        sheets.read(packed.getvalue())


def test_a_workbook_whose_inside_is_damaged_is_refused_in_words():
    plain, broken = io.BytesIO(), io.BytesIO()
    with xlsxwriter.Workbook(plain) as book:
        book.add_worksheet().write_row(0, 0, ["Name"])
    with zipfile.ZipFile(plain) as good, zipfile.ZipFile(broken, "w") as bad:
        for name in good.namelist():
            bad.writestr(name, b"<sst><si>" if name == "xl/sharedStrings.xml" else good.read(name))
    with pytest.raises(sheets.Unreadable):
        sheets.read(broken.getvalue())


@pytest.mark.parametrize(("place", "value"), [(6, 1), (8, 97), (4, 255)])
def test_a_workbook_that_is_locked_or_packed_in_a_strange_way_is_refused_in_words(place, value):
    """Encrypted; compressed by a method of its own; of a later kind of archive."""
    file = io.BytesIO()
    with xlsxwriter.Workbook(file) as book:
        book.add_worksheet().write_row(0, 0, ["Name"])
    content = bytearray(file.getvalue())
    # The same facts stand at the beginning of each part and, two bytes later, in the table of contents.
    for mark, at in ((b"PK\x03\x04", place), (b"PK\x01\x02", place + 2)):
        for found in re.finditer(mark, bytes(content)):
            content[found.start() + at] = value
    with pytest.raises(sheets.Unreadable):
        sheets.read(bytes(content))


def test_an_archive_without_a_workbook_in_it_is_refused_in_words():
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w") as parts:
        parts.writestr("xl/workbook.xml", "<workbook/>")
        parts.writestr("[Content_Types].xml", "<Types xmlns='urn:x'/>")
    with pytest.raises(sheets.Unreadable):
        sheets.read(file.getvalue())


# ---- Who may what ----------------------------------------------------------------------------------------------------


def test_signing_in_again_does_not_speed_up_guessing_the_other_passphrase(app, clock):
    """Decision 0.5: whoever knows the shared passphrase still waits longer and longer for the administrator's."""
    shared = "a shared passphrase for guessers"
    passphrases.change(SHARED, shared)
    for n in range(6):
        clock.forward(seconds=passphrases.delay(n) + 1)
        assert not passphrases.attempt(ADMINISTRATOR, f"a wrong guess number {n}")
        assert passphrases.attempt(SHARED, shared)
    clock.forward(seconds=5)
    with pytest.raises(passphrases.TooSoon):
        passphrases.attempt(ADMINISTRATOR, "one more wrong guess of many")


def test_a_file_imported_among_the_partners_never_reaches_our_own_organization(app):
    """R-ORG-1: an import obeys the limits of its screen."""
    own = Organization.own()
    views = app.extensions["admin"][0]._views
    view = next(v for v in views if v.endpoint == "partners")
    rows = sheets.read(f"UUID,Name\n{own.uuid},Taken Over\n".encode())
    with app.test_request_context("/partners/"):
        reading = imports.Reading(view, rows, imports.guess(view, rows[0]))
        [line] = imports.preview(reading)
        assert line.state == imports.WRONG
    assert Organization.own().name == own.name


@pytest.mark.parametrize("path", ["/consent-records/", "/driving-statements/", "/referrals/"])
def test_no_filter_asks_for_a_name_that_would_stand_in_the_address(administrator_browser, path):
    """People are found with the search box, whose words are posted and travel as ciphertext."""
    make_consent()
    make_driving_statement()
    page = administrator_browser.get(path)
    asked = {c["name"] for c in page.soup.select("form[method=get] input[name]")}
    assert "client" not in asked


def test_a_name_in_the_address_is_not_even_understood(administrator_browser):
    client = make_client(first_name="Zebulon", last_name="Quist")
    make_consent(client)
    found = administrator_browser.get(f"/consent-records/?client={client.id}")
    assert len(found.rows) == 1
    assert not administrator_browser.get("/consent-records/?client=Zeb").rows


# ---- What leaves -----------------------------------------------------------------------------------------------------


def test_the_audit_log_holds_no_address_of_a_confidential_place(administrator_browser):
    """Decision 0.1: confidential places never leave in an export, and the log is exported too."""
    place = make_location(name="Hidden House", address="1 Secret Lane", is_confidential=True)
    place.address = "2 Secret Lane"
    records.save(place)
    sheet = administrator_browser.open("/audit-log/export/csv/").get_data(as_text=True)
    assert "service_location" in sheet or "Location" in sheet
    assert "Secret Lane" not in sheet and "Hidden House" not in sheet


def test_what_the_portal_writes_is_closed_to_other_users_of_the_machine(app, tmp_path):
    """Whoever else has an account on the computer cannot read the files of people."""
    file = tmp_path / "written"
    file.write_text("anything")
    assert stat.S_IMODE(file.stat().st_mode) & 0o077 == 0


# ---- Two at once -----------------------------------------------------------------------------------------------------


def counts():
    found = dict.fromkeys(("received", "distributed", "complete"), 0)
    for (status,) in Referral.select(Referral.status).tuples():
        found[status] += 1
    return found


def kept():
    return {
        **dict.fromkeys(("received", "distributed", "complete"), 0),
        **records.kept_counts(Referral),
    }


def test_a_record_read_before_the_lock_does_not_bring_back_old_values(app):
    """R-SYS-2: the clock may finish a message between reading a referral and saving its outcome."""
    referral = make_referral()
    mine = Referral.get_by_id(referral.id)
    with models.database.atomic():
        referrals.write([referral.id], "clock", sending=True)
    mine_later = Referral.get_by_id(referral.id)
    with models.database.atomic():
        referrals.write([referral.id], "clock", sending=False, last_sent_at=models.now())
        referrals.move([referral.id], RECEIVED, "distributed", "clock")
    referrals.set_outcome(mine_later, "connected")
    referrals.set_outcome(mine, "connected", notes="Called back")
    after = Referral.get_by_id(referral.id)
    assert (after.status, after.sending, after.outcome) == ("distributed", False, "connected")
    assert after.last_sent_at is not None and after.follow_up_notes == "Called back"


def test_a_record_deleted_while_it_was_being_edited_does_not_come_back(app):
    staff = make_staff(is_checked=False)
    mine = Staff.get_by_id(staff.id)
    records.delete(staff)
    mine.role = None
    with pytest.raises(records.Refused):
        records.save(mine)
    assert not Staff.select().where(Staff.id == mine.id).exists()


def test_a_record_deleted_twice_is_counted_and_logged_once(app):
    referral = make_referral()
    ReferralStatusEvent.delete().where(ReferralStatusEvent.referral == referral.id).execute()
    one, two = Referral.get_by_id(referral.id), Referral.get_by_id(referral.id)
    records.delete(one)
    records.delete(two)
    assert counts() == kept()
    rows = AuditLog.select().where(AuditLog.entity == "referral", AuditLog.action == "delete")
    assert rows.count() == 1


def test_a_record_whose_status_moved_is_deleted_from_its_present_count(app):
    referral = make_referral()
    ReferralStatusEvent.delete().where(ReferralStatusEvent.referral == referral.id).execute()
    old = Referral.get_by_id(referral.id)
    referrals.complete([referral.id])
    ReferralStatusEvent.delete().where(ReferralStatusEvent.referral == referral.id).execute()
    records.delete(old)
    assert counts() == kept()


def test_two_people_completing_the_same_referrals_at_once_complete_them_once(app):
    """R-REF-1, R-REF-7: one status event each, and counters that agree with the rows, on both databases."""
    ids = [make_referral().id for _n in range(3)]
    ready, second = threading.Event(), {}

    def other():
        with app.app_context():
            ready.wait()
            second["done"] = referrals.complete(ids)
            models.database.close()

    thread = threading.Thread(target=other, daemon=True)
    thread.start()
    with models.database.atomic():
        first = referrals.complete(ids)
        ready.set()
        thread.join(0.5)
    thread.join()
    assert len(first) == 3 and second["done"] == []
    events = ReferralStatusEvent.select().where(ReferralStatusEvent.to_status == COMPLETE)
    assert events.count() == 3
    assert counts() == kept()


def test_saves_that_take_their_locks_in_different_orders_do_not_stop_each_other(app):
    """A counted record saved alone, and one saved after another record in the same transaction."""
    failures = []
    start = threading.Barrier(4)

    def work(n):
        with app.app_context():
            audit.actor.set(audit.Actor(f"Person {n}"))
            start.wait()
            for turn in range(6):
                try:
                    if n % 2:
                        make_referral()
                    else:
                        with models.database.atomic():
                            records.save(Staff(name=f"S {n} {turn}"))
                            make_referral()
                except peewee.OperationalError as error:
                    failures.append(type(error).__name__)
            models.database.close()

    threads = [threading.Thread(target=work, args=(n,)) for n in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert not failures
    assert counts() == kept()

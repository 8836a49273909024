"""R-SYS-7, R-RET-3: a backup is made, read back, checked with the printed key and restored; a damaged one never passes."""

import datetime
import os

import pytest
from case_factories import make_case
from casework_factories import make_booking
from factories import make_client, make_referral
from served import Served

from models import (
    AuditLog,
    CaseStatusEvent,
    CaseTask,
    Household,
    KeptCount,
    Organization,
    Setting,
    Staff,
    database,
    now,
)
from workflows import audit, backup, checks, records, restore, running, schema, settings


@pytest.fixture
def words(app):
    """The printed backup key."""
    return backup.make_key()


def test_a_backup_opens_with_the_printed_key_and_holds_every_row(words):
    path = backup.make()
    facts = backup.verify(path, words)
    assert facts["rows"]["organization"] == Organization.select().count()
    assert backup.last_good() and not backup.is_old() and not backup.last_failed()


def test_the_server_keeps_no_key_that_opens_a_backup(words, tmp_path):
    bare = words.replace("-", "")
    for row in Setting.select():
        assert bare not in str(row.value) and words not in str(row.value)


def test_without_a_key_no_backup_is_made_and_the_message_says_what_to_do(app):
    Setting.delete().where(Setting.key == backup.PUBLIC).execute()
    with pytest.raises(backup.NoKey, match="Make one first"):
        backup.make()


def test_another_key_or_a_typing_mistake_does_not_open_it(words):
    path = backup.make()
    with pytest.raises(backup.BackupFailed, match="typing mistake"):
        backup.verify(path, words[:-1] + ("A" if words[-1] != "A" else "B"))
    other = backup.make_key()
    with pytest.raises(backup.BackupFailed, match="another backup key"):
        backup.verify(path, other)
    assert backup.look_at(path) is False


@pytest.mark.parametrize("damage", ["cut", "flipped", "foreign"])
def test_a_damaged_backup_never_passes(words, damage):
    path = backup.make()
    content = bytearray(path.read_bytes())
    if damage == "cut":
        content = content[:-40]
    elif damage == "flipped":
        content[len(content) // 2] ^= 1
    else:
        content = bytearray(b"name,phone\nA,1\n")
    path.write_bytes(content)
    with pytest.raises(backup.BackupFailed):
        backup.verify(path, words)


def test_a_restored_backup_brings_back_the_rows_and_the_keys(words, tmp_path):
    records.save(Staff(name="Before"))
    path = backup.make()
    records.save(Staff(name="After"))
    facts, kept = restore.restore(path, words, force=True)
    assert kept.exists()
    names = {s.name for s in Staff.select()}
    assert "Before" in names and "After" not in names
    assert AuditLog.select().order_by(AuditLog.id.desc()).first().action == "restore"
    assert audit.first_broken_row() is None


def test_after_a_restore_every_counter_is_right_at_once(words, clock):
    """R-SYS-7: without waiting for the daily jobs, whatever was miscounted and whatever became due meanwhile."""
    clock.set("2026-03-02T15:00")
    house = make_case(anchor_date=settings.today())
    make_client(household=house)
    make_referral(client=make_client())
    booking = make_booking(client=make_client(), date=datetime.date(2026, 3, 9))
    assert checks.miscounted() == []
    settings.change("referral_stale_days", 11)
    KeptCount.update(n=77).where(KeptCount.name == "referral.status").execute()
    CaseTask.delete().execute()
    path = backup.make()
    settings.change("referral_stale_days", 12)
    clock.set("2026-06-08T15:00")
    assert settings.value("referral_stale_days") == 12
    restore.restore(path, words, force=True)
    assert checks.miscounted() == []
    assert CaseTask.select().exists() and settings.value("referral_stale_days") == 11
    day = Household.get_by_id(booking.household_id).last_entry_on
    assert day == datetime.date(2026, 3, 9)


def test_a_restored_copy_of_an_older_version_has_its_history_of_cases(words):
    """R-SYS-7, domain 8: on each database it becomes what an upgrade would have made of it."""
    house = make_case()
    day = datetime.date(2026, 3, 9)
    Household.update(status="closed", close_date=day).where(Household.id == house.id).execute()
    CaseStatusEvent.delete().execute()
    database.execute_sql("DELETE FROM schema_migration WHERE name = '0018_case_status_events'")
    path = backup.make()
    restore.restore(path, words, force=True)
    assert not schema.pending()
    assert [(e.household_id, e.to_status, e.moved_on) for e in CaseStatusEvent.select()] == [
        (house.id, "closed", day)
    ]


def test_a_database_that_is_not_empty_is_not_replaced_without_force(words):
    path = backup.make()
    with pytest.raises(backup.BackupFailed, match="--force"):
        restore.restore(path, words)


def test_copies_older_than_the_setting_are_removed_but_never_the_newest(words):
    old = backup.make()
    long_ago = (now() - datetime.timedelta(days=40)).timestamp()
    os.utime(old, (long_ago, long_ago))
    new = backup.make()
    assert not old.exists() and new.exists()


def test_a_database_that_a_restore_replaced_is_kept_as_long_as_a_copy(words):
    """R-RET-3: what was disposed of since is still in it."""
    _manifest, kept = restore.restore(backup.make(), words, force=True)
    backup.make()
    assert kept.exists() and kept.stat().st_mode & 0o077 == 0
    long_ago = (now() - datetime.timedelta(days=40)).timestamp()
    os.utime(kept, (long_ago, long_ago))
    backup.make()
    assert not kept.exists()


def test_a_full_disk_leaves_nothing_half_written_and_a_clear_message(words, app, monkeypatch):
    usage = type("Usage", (), {"free": 0})
    monkeypatch.setattr("shutil.disk_usage", lambda place: usage)
    with pytest.raises(backup.BackupFailed, match="disk is full"):
        backup.make()
    assert not list(backup.folder().glob("*"))
    assert backup.last_failed()


def test_a_restore_on_a_full_disk_says_that_nothing_was_restored(words, monkeypatch):
    path = backup.make()
    rows = Organization.select().count()

    def full(*_files):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("shutil.copyfileobj", full)
    with pytest.raises(backup.BackupFailed, match="nothing was restored"):
        restore.restore(path, words, force=True)
    assert Organization.select().count() == rows


def test_a_folder_that_cannot_be_written_is_named(words, app, tmp_path):
    (tmp_path / "file").write_text("")
    app.config["BACKUP_DIR"] = str(tmp_path / "file" / "inside")
    with pytest.raises(backup.BackupFailed, match="inside"):
        backup.make()


def test_the_backups_page_makes_and_checks_a_copy(administrator_browser, words):
    page = administrator_browser.get("/administration/backups/")
    page = administrator_browser.submit(page, "Back up now")
    assert "was read back" in page.text
    name = backup.copies()[0][0].name
    page = administrator_browser.submit(page, "Open and count", key=words)
    assert "This copy is good" in page.text and name


def test_no_backup_and_an_old_backup_are_never_said_together(administrator_browser, words):
    none, old = "There is no backup yet.", "more than two days"
    for path in ("/", "/administration/backups/"):
        page = administrator_browser.get(path)
        assert page.text.count(none) == 1 and old not in page.text, path
    three_days_ago = now() - datetime.timedelta(days=3)
    backup.note_good(three_days_ago.isoformat())
    for path in ("/", "/administration/backups/"):
        page = administrator_browser.get(path)
        assert none not in page.text and page.text.count(old) == 1, path


@pytest.mark.sqlite_only
def test_nothing_is_restored_under_a_portal_that_runs_unless_forced(app, words, tmp_path):
    path = backup.make()
    with Served(tmp_path, CLOCK="0") as portal:
        with pytest.raises(backup.BackupFailed, match=f"process {portal.process.pid}") as refused:
            restore.restore(path, words)
        assert "Stop it first" in str(refused.value)
        restore.restore(path, words, force=True)
        portal.process.kill()
        portal.process.wait()
        assert list((tmp_path / "running").glob("*.lock"))
        assert running.others() == []
    assert not list((tmp_path / "running").glob("*.lock")), "a dead process leaves nothing behind"


def test_a_restored_database_knows_the_copy_it_came_from(words):
    path = backup.make()
    manifest, _kept = restore.restore(path, words, force=True)
    assert backup.last_good() == datetime.datetime.fromisoformat(manifest["made_at"])


def test_the_key_page_shows_the_key_once(administrator_browser):
    page = administrator_browser.get("/administration/backups/key")
    page = administrator_browser.submit(page, "Make a backup key", sure=True)
    assert "shown only now" in page.text and backup.has_key()
    assert "shown only now" not in administrator_browser.get("/administration/backups/key").text


def test_check_says_that_a_backup_is_missing_and_then_that_it_is_there(words):
    assert any(f.state == checks.BAD and "no backup" in f.text for f in checks.look())
    backup.make()
    assert not [f.text for f in checks.look() if f.state == checks.BAD]

"""Several people at once against the real server: nothing lost, nothing locked (R-SYS-1, R-SYS-2)."""

import sys
import threading
from pathlib import Path

from factories import make_staff

import models
from models import AuditLog, Staff
from workflows import audit, records

sys.path.append(str(Path(__file__).resolve().parent.parent / "bench"))
import concurrent_saves


def test_eight_sessions_lose_no_save_and_meet_no_lock_over_http():
    """R-SYS-1, R-SYS-2; bench/concurrent_saves.py does the same with 8 × 200."""
    counts = concurrent_saves.run(8, 6)
    assert counts["saved"] == 48, counts
    assert counts["lost"] == 0 and counts["locked"] == 0, counts


def test_saving_over_a_newer_version_shows_both_and_loses_nothing(administrator_browser):
    """R-SYS-2."""
    staff = make_staff(name="Before")
    mine = administrator_browser.get(f"/staff/edit/?id={staff.id}")
    theirs = administrator_browser.get(f"/staff/edit/?id={staff.id}")
    administrator_browser.submit(theirs, name="Theirs")
    conflict = administrator_browser.submit(mine, name="Mine", status=409)
    assert "Theirs" in conflict and "Mine" in conflict
    assert Staff.get_by_id(staff.id).name == "Theirs"
    administrator_browser.submit(conflict, answers={})
    assert Staff.get_by_id(staff.id).name in ("Mine", "Theirs")


def test_a_form_without_its_version_is_taken_for_an_old_one(administrator_browser):
    """R-SYS-2: leaving the version out is no way around the comparison."""
    staff = make_staff(name="Before")
    page = administrator_browser.get(f"/staff/edit/?id={staff.id}")
    for version in ({}, {"version": ""}, {"version": "none"}):
        data = {"csrf_token": page.token(), "name": "Mine", "is_active": "y", **version}
        answer = administrator_browser.post(page.path, data, status=409)
        assert "Before" in answer and "Mine" in answer
        assert Staff.get_by_id(staff.id).name == "Before"
    administrator_browser.submit(answer, answers={})
    assert Staff.get_by_id(staff.id).name == "Mine"


def test_saves_from_many_threads_make_one_version_and_one_audit_row_each(app):
    """R-SYS-2, R-SYS-5: the same on both databases."""
    staff = make_staff()

    def work(n):
        with app.app_context():
            audit.actor.set(audit.Actor(f"Person {n}"))
            for turn in range(5):
                save_until_it_fits(staff.id, f"{n}-{turn}@agency.example")
            models.database.close()

    threads = [threading.Thread(target=work, args=(n,)) for n in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert Staff.get_by_id(staff.id).version == staff.version + 30
    rows = AuditLog.select().where(AuditLog.entity == "staff", AuditLog.action == "update")
    assert rows.count() == 30
    assert audit.first_broken_row() is None


def save_until_it_fits(key, email):
    while True:
        staff = Staff.get_by_id(key)
        seen, staff.email = staff.version, email
        try:
            return records.save(staff, version=seen)
        except records.Conflict:
            continue

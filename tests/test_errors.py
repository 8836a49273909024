"""What people read when something goes wrong: a page in plain words, nothing half done, nothing typed lost."""

import logging
import os
import subprocess
import sys

import pytest
from peewee import OperationalError
from served import ROOT

from models import Staff
from workflows import records


@pytest.fixture
def full_disk():
    """Every save of a staff row fails as it does on a full disk."""

    @records.after(Staff)
    def fail(change):
        raise OperationalError("database or disk is full")

    yield fail
    if fail in records._after[Staff]:
        records._after[Staff].remove(fail)


def test_a_full_disk_gives_a_page_that_keeps_what_was_typed(
    administrator_browser, full_disk, caplog
):
    page = administrator_browser.get("/staff/new/")
    with caplog.at_level(logging.ERROR, "portal"):
        answer = administrator_browser.submit(page, name="Zuleikha Quillfeather", status=503)
    assert answer.soup.select_one("input[name=name]")["value"] == "Zuleikha Quillfeather"
    assert "Nothing was half saved" in answer
    assert not Staff.select().where(Staff.name == "Zuleikha Quillfeather").exists()
    assert "Quillfeather" not in caplog.text
    assert answer.soup.select_one("code").get_text() in caplog.text


def test_try_again_saves_what_was_typed_once_there_is_room(administrator_browser, full_disk):
    page = administrator_browser.get("/staff/new/")
    failed = administrator_browser.submit(page, name="Zuleikha Quillfeather", status=503)
    records._after[Staff].remove(full_disk)
    administrator_browser.submit(failed, button="Try again")
    assert Staff.select().where(Staff.name == "Zuleikha Quillfeather").count() == 1


def test_a_page_that_is_not_there_says_so_in_plain_words(browser):
    assert browser.get("/clients/details/?id=999999999", status=404).heading == "Nothing here"


def test_an_address_that_only_takes_buttons_says_so(browser):
    assert "button" in browser.get("/sign-out", status=405)


@pytest.mark.parametrize(
    "setting",
    [
        {"INSTANCE": "/dev/null/instance"},
        {"DATABASE_URL": "sqlite:////dev/null/portal.db"},
        {"DATABASE_URL": "mysql://portal:a-secret-of-ours@db/portal"},
    ],
)
def test_a_portal_that_cannot_start_ends_and_says_why_in_words(tmp_path, setting):
    """A folder that is read-only or gone, a typing mistake in a setting; the password in an address is not printed."""
    usual = {"INSTANCE": str(tmp_path), "DATABASE_URL": f"sqlite:///{tmp_path}/portal.db"}
    started = subprocess.run(
        [sys.executable, "app.py"],
        cwd=ROOT,
        env={**os.environ, **usual, **setting},
        capture_output=True,
        text=True,
        timeout=300,
    )
    assert started.returncode == 1
    assert "INSTANCE and DATABASE_URL" in started.stderr
    assert "Traceback" not in started.stderr and "secret" not in started.stderr


def test_a_portal_whose_folder_turned_read_only_does_not_hang(tmp_path):
    """What it cannot announce must end it: a process that lives and does not serve is restarted by nobody."""
    usual = {"INSTANCE": str(tmp_path), "DATABASE_URL": f"sqlite:///{tmp_path}/portal.db"}
    (tmp_path / "running").write_text("a file where a folder should be")
    started = subprocess.run(
        [sys.executable, "app.py"],
        cwd=ROOT,
        env={**os.environ, **usual, "PORT": "0"},
        capture_output=True,
        timeout=300,
    )
    assert started.returncode == 1

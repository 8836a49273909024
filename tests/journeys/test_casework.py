"""A worker's days in a real browser: a note, the day's work, a home visit from the plan to the check-in, a record on paper."""

import os

import lived_in
import pytest
from case_factories import make_case
from conftest import look_at, pick, press  # the one beside this file
from factories import make_client, make_staff
from prepare import ADMINISTRATOR, PASSPHRASE, make_worker
from served import Served, command
from test_keyboard_alone import Keys

from models import CaseActivity, CaseNote, HomeVisit, Printout, VisitList
from workflows import settings

pytestmark = pytest.mark.journey
SAVE = "main form.form .actions-bar .btn-primary"


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    """An agency with a worker and a supervisor, and no family yet."""
    folder = tmp_path_factory.mktemp("casework")
    given = ("--agency", "Lakeshore Newcomer Centre", "--province", "ON")
    secret = ("--passphrase", PASSPHRASE, "--admin-passphrase", ADMINISTRATOR)
    command(folder, "init", *given, *secret)
    with lived_in.inside(folder):
        make_worker()
        make_staff(name="Lee Boss", role="supervisor")
    return folder


@pytest.fixture(scope="module")
def portal(folder):
    with Served(folder, CLOCK="0") as served:
        yield served


@pytest.fixture
def family(folder):
    """Two adults of a case with an address, in the database that is served; no two families share a first name."""
    letters = "".join(chr(97 + byte % 26) for byte in os.urandom(8))
    with lived_in.inside(folder):
        home = make_case(address="12 Elm Street", city="Leamington", file_number=letters)
        yield [
            make_client(home, first_name=f"{name}{letters}", last_name="Haddad")
            for name in ("Rima", "Sami")
        ]


@pytest.fixture
def worker(portal, window):
    """The window of Test Worker."""
    window.goto(f"{portal.url}/sign-in")
    window.fill("[name=passphrase]", PASSPHRASE)
    window.click("main button[type=submit]")
    window.click("main .name-list button:has-text('Test Worker')")
    window.wait_for_url(f"{portal.url}/")
    return window


def of(model, family):
    """What is recorded about this family."""
    return model.select().where(model.household == family[0].household_id)


def clean(window):
    """Nothing is found on the page as it stands, in both sizes; afterwards it is as wide as before."""
    found = look_at(window)
    assert not found, "\n".join(found)
    window.set_viewport_size({"width": 1280, "height": 900})


def test_a_note_is_read_along_while_it_is_written_and_a_strong_word_is_kept_on_purpose(
    portal, worker, family
):
    """R-NOTE-5"""
    rima, _sami = family
    worker.goto(f"{portal.url}/households/details/?id={rima.household_id}")
    clean(worker)
    press(worker, "main a:text-is('New note')")
    address = worker.url
    worker.check(f"[name=clients][value='{rima.id}']")
    worker.select_option("[name=type]", "one-to-one")
    worker.locator("#reason_for_contact").press_sequentially("Client is depressed.", delay=10)
    worker.wait_for_selector("#reason_for_contact-look mark.look-strong")
    assert worker.url == address and not of(CaseNote, family).exists()
    clean(worker)
    press(worker, SAVE)
    assert not of(CaseNote, family).exists()
    clean(worker)
    worker.check("[name=confirmed]")
    press(worker, "main button:text-is('Save anyway')")
    note = of(CaseNote, family).get()
    assert (note.reason_for_contact, note.warnings_acknowledged) == ("Client is depressed.", 1)
    clean(worker)


def test_a_days_work_is_recorded_in_two_lines(portal, worker, family):
    """R-ACT-1"""
    worker.goto(f"{portal.url}/case-activities/day/")
    for line, client in enumerate(family):
        part = f"activities-{line}-"
        pick(worker, f"#{part}client", client.first_name)
        worker.select_option(f"[name={part}topic]", "housing")
        worker.select_option(f"[name={part}type]", "form-filling")
        worker.fill(f"[name={part}minutes]", "35")
    assert worker.inner_text(".day-total") == "70"
    clean(worker)
    press(worker, "main button:text-is('Save the day')")
    assert [row.minutes for row in of(CaseActivity, family)] == [35, 35]
    assert worker.locator("main tbody tr:has-text('Haddad')").count() == 2


def test_a_home_visit_from_the_plan_to_the_check_in(portal, worker, family):
    """R-VISIT-1, R-VISIT-2, R-VISIT-4: planned, checked, authorized with the administrator passphrase, started, heard of."""
    worker.goto(f"{portal.url}/visit-lists/new/")
    press(worker, SAVE)
    clean(worker)
    day = worker.url
    plan_a_visit(worker, family[0])
    for answer in worker.locator("main .checklist input[value=no]").all():
        answer.check()
    clean(worker)
    press(worker, SAVE)
    press(worker, "main button:text-is('Submit for authorization')")
    press(worker, "main a:text-is('Authorize')")
    worker.fill("[name=passphrase]", ADMINISTRATOR)
    press(worker, "main button[type=submit]")
    worker.select_option("[name=authorized_by]", label="Lee Boss")
    clean(worker)
    press(worker, SAVE)
    assert VisitList.get().authorized_by.name == "Lee Boss" and worker.url.split("#")[0] == day
    press(worker, "main button:text-is('Start')")
    assert of(HomeVisit, family).get().status == "in-progress"
    clean(worker)
    press(worker, "main .check-in button >> nth=0")
    visit = of(HomeVisit, family).get()
    assert visit.status == "checked-in" and visit.checked_in_at
    assert worker.locator("main a:has-text('Write the note')").count() == 1
    clean(worker)


def plan_a_visit(window, client):
    """From the empty day to the checklist of its first visit."""
    press(window, "main a:text-is('Add a visit')")
    pick(window, "#client", client.first_name)
    press(window, SAVE)
    window.check(f"[name=clients][value='{client.id}']")
    # Whatever the hour is while this runs: a visit after the morning has a manager's exception (R-VISIT-3).
    window.fill("[name=start_time]", "12:30")
    window.fill("[name=expected_end]", "13:15")
    window.select_option("[name=afternoon_exception_by]", label="Lee Boss")
    window.fill("[name=purpose]", "To go through the lease together.")
    clean(window)
    press(window, SAVE)
    assert "/home-visits/checklist/" in window.url


def test_one_persons_record_is_printed(portal, worker, family):
    """R-NOTE-9: it says nothing of who else lives there."""
    rima, sami = family
    worker.goto(f"{portal.url}/clients/details/?id={rima.id}")
    clean(worker)
    press(worker, "form[action='/case-file/print/']:has([value=person]) button")
    printed = of(Printout, family).get()
    assert (printed.client_id, printed.printed_on) == (rima.id, settings.today())
    assert rima.first_name in worker.inner_text("main")
    assert sami.first_name not in worker.inner_text("main")
    clean(worker)


def test_a_note_and_a_days_work_by_the_keyboard_alone(portal, worker, family):
    """Tab, Space, arrows, Enter and typing; every stop shows where the focus is."""
    rima, _sami = family
    keys = Keys(worker, portal.url)
    keys.open(f"/case-notes/new/?household={rima.household_id}&type=one-to-one")
    keys.space(f"[name=clients][value='{rima.id}']")
    keys.type("#reason_for_contact", "Client is depressed.")
    worker.wait_for_selector("#reason_for_contact-look mark.look-strong")
    keys.enter(SAVE)
    keys.space("[name=confirmed]")
    keys.enter("main button.btn-primary")
    assert of(CaseNote, family).get().warnings_acknowledged == 1
    keys.open("/case-activities/day/")
    keys.pick("#activities-0-client", rima.first_name)
    for name in ("topic", "type"):
        keys.tab_to(f"[name=activities-0-{name}]")
        keys.press("ArrowDown")
    keys.type("[name=activities-0-minutes]", "20")
    keys.enter("main .actions-bar .btn-primary")
    assert of(CaseActivity, family).get().minutes == 20

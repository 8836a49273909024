"""Setting a copy up, on the page and from the command line."""

import pytest
from browser import Browser
from prepare import ADMINISTRATOR, PASSPHRASE

import models
from admin_views import accounts as doors
from forms import choices
from models import Account, AuditLog, KeptCount, Keyword, Organization, Session
from workflows import accounts, audit, backup, schema, settings

AGENCY = "Leamington Newcomer Centre"


@pytest.fixture
def fresh(app, tmp_path):
    """The application on a database that nobody has set up; SQLite, whatever the other tests run on."""
    before = models.database.obj
    folder = tmp_path / "fresh"
    folder.mkdir()
    app.config.update(INSTANCE=str(folder))
    models.database.close()
    models.open_database(f"sqlite:///{folder}/portal.db")
    choices.refresh(None)
    schema.upgrade()
    yield app
    models.database.close()
    models.database.initialize(before)
    choices.refresh(None)


@pytest.fixture
def code(fresh, capsys):
    """The one-time code as the console shows it."""
    doors.announce(fresh)
    return capsys.readouterr().out.strip().rpartition(" ")[2]


def answered(code, **more):
    return {"code": code, "agency": AGENCY, "province": "Ontario", "start": "Start empty", **more}


def run(app, *arguments):
    # A command of its own has no request's language or name.
    result = app.test_cli_runner().invoke(args=arguments)
    audit.actor.set(audit.Actor("Test Worker", "127.0.0.1"))
    return result


def test_every_page_leads_to_set_up_until_it_is_done(fresh):
    for path in ("/", "/sign-in", "/who", "/clients/", "/administration/"):
        assert Browser(fresh).get(path).path == "/setup"
    assert Browser(fresh).open("/health").json == {"status": "ok"}


def test_the_page_sets_everything_up_and_is_closed_for_good(fresh, code):
    browser = Browser(fresh)
    page = browser.get("/")
    shared = page.soup.select_one("#passphrase")["value"]
    administrator = page.soup.select_one("#admin_passphrase")["value"]
    assert shared != administrator and min(len(shared), len(administrator)) >= 15
    page = browser.submit(page, **answered(code.lower(), domains="Agency.ca, centre.example"))
    assert page.heading == "The portal is ready" and shared in page and administrator in page
    assert page.soup.select("dd code")[2].text.count("-") == 13 and backup.has_key()
    own = Organization.own()
    assert (own.name, own.province) == (AGENCY, "ON")
    assert settings.value("allowed_email_domains") == ["agency.ca", "centre.example"]
    assert settings.value("timezone") == "America/Toronto"
    assert Keyword.select().count() > 50 and accounts.own_agency() == (own.id, AGENCY)
    assert browser.get("/setup").path == "/sign-in"
    page = browser.submit(browser.get("/sign-in"), passphrase=shared)
    page = browser.submit(page, name="Amina Warsame")
    assert AGENCY in page and f"/programs/?organization={own.id}" in page.links.values()
    assert (
        browser.submit(browser.get("/administration/"), passphrase=administrator).heading
        == "Administration"
    )


def test_the_page_can_start_with_the_example(fresh, code):
    browser = Browser(fresh)
    page = browser.submit(
        browser.get("/setup"), **answered(code, start="Start with the example agency")
    )
    assert page.heading == "The portal is ready" and Organization.own().city == "Calgary"


def test_without_the_code_on_the_console_nothing_is_set_up(fresh, code):
    browser = Browser(fresh)
    page = browser.submit(browser.get("/setup"), **answered("WRONG-CODE"))
    assert "This is not the code" in page.errors[0] and not Account.select().count()
    assert (
        page.soup.select_one("#agency")["value"],
        page.soup.select_one("#passphrase")["value"],
    ) != ("", "")


def test_wrong_answers_are_said_beside_their_questions_and_nothing_is_half_done(fresh, code):
    browser = Browser(fresh)
    page = browser.get("/setup")
    page = browser.submit(page, **answered(code, domains="not a domain", agency=AGENCY))
    assert page.errors[0].startswith("Your own email domains") and not Account.select().count()
    assert not Organization.select().count() and not Keyword.select().count()
    page = browser.submit(page, domains="", admin_passphrase="password password")
    assert page.errors[0].startswith("Administrator passphrase")
    page = browser.submit(page, passphrase=PASSPHRASE, admin_passphrase=PASSPHRASE)
    assert "must be different" in page.errors[0]
    assert browser.submit(page, admin_passphrase=ADMINISTRATOR).heading == "The portal is ready"


def test_switching_the_language_of_the_set_up_page_keeps_the_answers(fresh):
    browser = Browser(fresh)
    page = browser.get("/setup")
    button = page.soup.select_one("button[formaction]")
    page = browser.post(
        button["formaction"], {"csrf_token": page.token(), "agency": AGENCY, "province": "NB"}
    )
    assert page.soup.html["lang"] == "fr" and page.soup.select_one("#agency")["value"] == AGENCY
    assert page.soup.select_one("#province option[selected]")["value"] == "NB"


def test_the_command_does_the_same_and_refuses_a_second_time(fresh):
    arguments = ("init", "--agency", AGENCY, "--province", "ns", "--passphrase", PASSPHRASE)
    result = run(fresh, *arguments, "--email-domain", "agency.ca")
    assert result.exit_code == 0, result.output
    assert settings.value("timezone") == "America/Halifax"
    made = result.output.strip().rpartition(": ")[2]
    browser = Browser(fresh)
    page = browser.submit(browser.submit(browser.get("/"), passphrase=PASSPHRASE), name="Amina")
    assert (
        browser.submit(browser.get("/administration/"), passphrase=made).heading == "Administration"
    )
    again = run(fresh, *arguments)
    assert again.exit_code == 1 and "already set up" in again.output
    assert (
        AuditLog.select().where(AuditLog.working_as_name == "Set-up").count() > 2
        and page.path == "/"
    )


def test_the_command_loads_the_example_when_asked(fresh):
    arguments = ("--agency", AGENCY, "--province", "AB", "--passphrase", PASSPHRASE)
    result = run(fresh, "init", *arguments, "--admin-passphrase", ADMINISTRATOR, "--example")
    assert result.exit_code == 0, result.output
    assert settings.value("example_loaded") and Organization.select().count() > 1


def test_a_weak_passphrase_or_an_unknown_province_stops_the_command_with_a_sentence(fresh):
    weak = run(fresh, "init", "--agency", AGENCY, "--province", "XX", "--passphrase", "short")
    assert (
        weak.exit_code == 1
        and "at least 15 characters" in weak.output
        and "province" in weak.output
    )
    assert not Account.select().count()


def test_a_forgotten_passphrase_is_replaced_from_the_command_line(app, browser):
    result = run(app, "reset-passphrase")
    assert result.exit_code == 0 and not Session.select().where(Session.ended_at.is_null()).count()
    made = result.output.splitlines()[0].rpartition(": ")[2]
    page = browser.get("/")
    assert page.heading == "Sign in"
    assert browser.submit(page, passphrase=made).heading == "Who is at this screen?"
    refused = run(app, "reset-passphrase", "--administrator", "--passphrase", made)
    assert refused.exit_code == 1 and "must be different" in refused.output


def test_a_new_name_of_the_agency_is_seen_by_every_process(app, browser):
    own = Organization.own()
    before = KeptCount.get(KeptCount.name == "revision", KeptCount.key == "reference").n
    page = browser.submit(
        browser.get(f"/organizations/edit/?id={own.id}"), name=AGENCY, button="Save"
    )
    assert page.soup.select_one(".agency").text == AGENCY
    assert KeptCount.get(KeptCount.name == "revision", KeptCount.key == "reference").n > before

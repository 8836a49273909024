"""Administration: settings on screen, the test message, the example, backups, help."""

import pytest
from factories import make_client, make_referral

from admin_views.menu import MENU
from models import Setting
from workflows import records, settings


def test_every_group_of_settings_is_on_the_page(administrator_browser):
    page = administrator_browser.get("/administration/settings/")
    for group in settings.groups():
        assert group.label in page.text
        for definition in group.definitions:
            assert page.soup.find(attrs={"name": definition.key}), definition.key


def test_no_setting_is_marked_as_optional_for_each_has_a_default(administrator_browser):
    page = administrator_browser.get("/administration/settings/")
    assert not page.soup.select(".optional")


def test_a_changed_setting_is_stored_and_the_others_are_not(administrator_browser):
    page = administrator_browser.get("/administration/settings/")
    administrator_browser.submit(page, "Save", referral_stale_days="5")
    assert {s.key: s.value for s in Setting.select()}["referral_stale_days"] == 5
    assert not Setting.select().where(Setting.key == "referral_overdue_days").exists()


def test_a_wrong_value_is_refused_beside_its_field_and_nothing_typed_is_lost(administrator_browser):
    page = administrator_browser.get("/administration/settings/")
    page = administrator_browser.submit(
        page, "Save", status=422, referral_stale_days="many", mail_server="smtp.agency.example"
    )
    assert "Enter a whole number from 1 to 365." in page.text
    assert page.soup.find(attrs={"name": "mail_server"})["value"] == "smtp.agency.example"
    assert not Setting.select().where(Setting.key == "mail_server").exists()


def test_what_the_environment_sets_is_shown_and_cannot_be_typed(administrator_browser, app):
    app.config["MAIL_SERVER"] = "from.environment.example"
    page = administrator_browser.get("/administration/settings/")
    field = page.soup.find(attrs={"name": "mail_server"})
    assert field.has_attr("disabled") and field["value"] == "from.environment.example"
    administrator_browser.submit(page, "Save", referral_stale_days="6")
    assert not Setting.select().where(Setting.key == "mail_server").exists()


def test_a_stored_password_never_comes_back_to_the_page(administrator_browser):
    settings.change("mail_password", "very secret words")
    page = administrator_browser.get("/administration/settings/")
    assert "very secret words" not in page.response.text
    administrator_browser.submit(page, "Save", referral_stale_days="6")
    assert settings.value("mail_password") == "very secret words"


def test_a_section_that_is_switched_off_leaves_menu_home_and_search(administrator_browser):
    """screens.md, Menu: a section switched off in settings disappears; its pages stay open to those with a link."""
    client = make_client(first_name="Rima", last_name="Haddad")
    make_referral(client=client)
    administrator_browser.get(f"/clients/details/?id={client.id}")
    page = administrator_browser.get("/")
    assert "/clients/" in page.links.values() and "Clients you opened lately" in page
    found = administrator_browser.submit(page, search="Haddad")
    assert {"Clients", "Referrals"} <= {h.get_text().split()[0] for h in found.soup.select("h2")}
    page = administrator_browser.get("/administration/settings/")
    page = administrator_browser.submit(page, "Save", menu_hidden=["Clients", "Referrals"])
    page = administrator_browser.get("/")
    assert not {"/clients/", "/referrals/", "/referrals/new/"} & set(page.links.values())
    for words in ("Clients you opened lately", "Weekly check", "Newest referrals", "received"):
        assert words not in page, words
    found = administrator_browser.submit(page, search="Haddad")
    assert not {"Clients", "Referrals"} & {h.get_text().split()[0] for h in found.soup.select("h2")}
    assert "/partners/" in page.links.values()
    administrator_browser.get("/clients/")
    page = administrator_browser.get("/administration/settings/")
    assert page.soup.select_one("input[type=hidden][name=menu_hidden]")["value"] == ""
    data = {"csrf_token": page.token(), "menu_hidden": ""}
    administrator_browser.post("/administration/settings/", data)
    assert "/clients/" in administrator_browser.get("/").links.values()
    assert settings.value("menu_hidden") == []


def test_every_entry_of_the_menu_but_the_two_that_must_stay_can_be_switched_off():
    slugs = {href.strip("/").partition("/")[0] for _label, href, _inside in MENU}
    offered = set(settings.definitions()["menu_hidden"].choices)
    assert slugs - {"", "administration"} == offered


def test_settings_that_are_not_posted_stay_as_they_are(administrator_browser):
    settings.change("menu_hidden", ["partners"])
    page = administrator_browser.get("/administration/settings/")
    data = {"csrf_token": page.token(), "referral_stale_days": "6"}
    administrator_browser.post("/administration/settings/", data)
    assert settings.value("menu_hidden") == ["partners"]
    with pytest.raises(records.Refused):
        settings.change("menu_hidden", ["home"])


def test_settings_ask_for_the_administrator_passphrase(browser):
    page = browser.get("/administration/settings/")
    assert page.heading != "Settings"


def test_a_test_message_goes_through_the_outbox(administrator_browser, smtp):
    page = administrator_browser.get("/administration/settings/")
    page = administrator_browser.submit(page, "Send a test message", recipient="me@agency.example")
    assert page.heading == "Test message"


def test_without_a_mail_server_the_test_message_says_what_to_fill_in(administrator_browser):
    page = administrator_browser.get("/administration/settings/")
    page = administrator_browser.submit(page, "Send a test message", recipient="me@agency.example")
    assert "Fill in the mail server and the sender address first" in page.text


@pytest.mark.parametrize(
    "path",
    [
        "/help/",
        "/help/first-day",
        "/help/other-desk",
        "/help/start-with-computer",
        "/help/update",
        "/help/restore",
        "/help/privacy-breach",
    ],
)
def test_help_pages_open_for_everybody_signed_in(browser, path):
    assert browser.get(path).heading


def test_a_help_page_that_is_not_there_is_not_found(browser):
    browser.get("/help/nothing", status=404)


def test_the_example_page_says_when_no_example_is_loaded(administrator_browser):
    assert "It is not loaded" in administrator_browser.get("/administration/example/").text

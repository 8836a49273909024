"""The first hour with the portal in a real browser, from the set-up code to a keyword of one's own."""

import time

import pytest
from conftest import press  # the one beside this file
from served import Served
from smtp_server import Listening, PostOffice

pytestmark = pytest.mark.journey


@pytest.fixture
def office():
    return PostOffice()


@pytest.fixture
def portal(tmp_path, office):
    """A portal that nobody set up yet, beside a real mail server."""
    with Listening(office) as post:
        mail = {
            "MAIL_SERVER": "127.0.0.1",
            "MAIL_PORT": str(post.port),
            "MAIL_SECURITY": "none",
            "MAIL_FROM": "portal@agency.example",
        }
        with Served(tmp_path, **mail) as served:
            yield served


def test_from_set_up_to_the_first_referrals_sent(portal, office, window):
    """Issue 2, "Done when"."""
    set_up(portal, window)
    three = choose_three_received(portal, window)
    send(portal.url, window, office, three)
    mark_two_complete(portal, window)
    open_one_client(portal, window)
    clone_a_service(portal, window)
    add_a_keyword(portal, window)


def set_up(portal, window):
    window.goto(f"{portal.url}/")
    assert "/setup" in window.url
    window.fill("[name=code]", portal.code)
    window.fill("[name=agency]", "Lakeshore Newcomer Centre")
    window.select_option("[name=province]", "ON")
    window.check("[name=start][value=example]")
    shared, administrator = (
        window.input_value(f"[name={name}]") for name in ("passphrase", "admin_passphrase")
    )
    window.click("main button.btn-primary")
    window.wait_for_selector("text=The portal is ready")
    window.administrator = administrator
    window.click("text=Sign in >> nth=-1")
    window.fill("[name=passphrase]", shared)
    window.click("main button[type=submit]")
    window.wait_for_url("**/who*")
    window.click("main .name-list button >> nth=0")
    window.wait_for_url(f"{portal.url}/")
    assert "example agency" in window.inner_text("body")


def choose_three_received(portal, window):
    window.goto(f"{portal.url}/referrals/")
    window.goto(f"{portal.url}/referrals/?status=received")
    boxes = window.locator("tbody input[name=rowid]")
    assert boxes.count() >= 3
    ids = [boxes.nth(n).get_attribute("value") for n in range(3)]
    for key in ids:
        window.check(f"tbody input[name=rowid][value='{key}']")
    return ids


def send(url, window, office, ids):
    window.fill("[name=destination]", "program.lead@example.org")
    press(window, "button:has-text('Email Selected Referrals')")
    for _step in range(4):
        for box in window.locator("main [name=confirmed]").all():
            box.check()
        onward = "main .actions-bar .btn-primary"
        if not window.locator(onward).count():
            break
        press(window, onward)
        if office.mail:
            break
    for _try in range(1200):  # the clock of the portal sends, within two minutes
        if office.mail:
            break
        time.sleep(0.1)
    assert [recipient for recipient, _content in office.mail] == ["program.lead@example.org"]
    message = office.read()
    assert message["Message-ID"] and message["Subject"]
    for key in ids:
        for _try in range(300):
            window.goto(f"{url}/referrals/details/?id={key}")
            if "Distributed" in window.inner_text("main"):
                break
            time.sleep(0.1)
        assert "Distributed" in window.inner_text("main")


def mark_two_complete(portal, window):
    window.goto(f"{portal.url}/referrals/?status=distributed")
    boxes = window.locator("tbody input[name=rowid]")
    ids = [boxes.nth(n).get_attribute("value") for n in range(2)]
    for key in ids:
        window.check(f"tbody input[name=rowid][value='{key}']")
    press(window, "button:has-text('Mark selected as complete')")
    for key in ids:
        window.goto(f"{portal.url}/referrals/details/?id={key}")
        assert "Complete" in window.inner_text("main")


def open_one_client(portal, window):
    window.goto(f"{portal.url}/referrals/?status=all")
    press(window, "tbody th a >> nth=0")
    text = window.inner_text("main")
    assert "Driving statements" in text and "Settlement actions" in text


def clone_a_service(portal, window):
    window.goto(f"{portal.url}/service-activities/?organization=own")
    press(window, "tbody th a >> nth=0")
    press(window, "text=Clone to other locations")
    offered = window.locator("main form input[type=checkbox]:not([disabled])")
    assert offered.count() >= 1
    offered.first.check()
    contact = window.locator("main [name=contact][value=location]")
    if contact.count():
        contact.first.check()
    press(window, "main form button.btn-primary >> nth=0")
    assert window.locator(".notice-success, .notice-info").count()


def add_a_keyword(portal, window):
    window.goto(f"{portal.url}/keywords/new/")
    if "/administrator" in window.url:
        window.fill("[name=passphrase]", window.administrator)
        press(window, "main button[type=submit]")
    window.fill("[name=term_en]", "Snow tires")
    for box in window.locator("[name=areas]").all():
        box.check()
    press(window, "main form button:has-text('Save')")
    assert window.locator(".notice-success").count()
    window.goto(f"{portal.url}/service-activities/?organization=own")
    press(window, "tbody th a >> nth=0")
    window.goto(window.url.replace("/details/", "/edit/"))
    assert window.locator("[name=keywords] + label:has-text('Snow tires')").count() == 1

"""Every screen in a real Chromium: no WCAG 2.2 AA finding at 1280 and 360 px, light and dark, and no policy violation."""

import re

import pytest
from conftest import look_at  # the one beside this file
from prepare import ADMINISTRATOR, PASSPHRASE
from served import Served, command
from test_every_screen import EDITABLE, ENTITIES, address

pytestmark = pytest.mark.journey
PLACES = (
    "/",
    "/my-organization/",
    "/partners/",
    "/coverage/",
    "/help/",
    "/who",
    "/administrator",
    "/administration/",
    "/administration/settings/",
    "/administration/backups/",
    "/administration/passphrases",
    "/administration/screens",
    "/administration/example/",
    "/service-activities/?state=active",
    "/referrals/?status=received",
    "/staff/import/",
    "/clients/export/",
)


@pytest.fixture(scope="module")
def portal(tmp_path_factory):
    """The example agency, served."""
    folder = tmp_path_factory.mktemp("example")
    command(
        folder,
        "init",
        "--agency",
        "Lakeshore Newcomer Centre",
        "--province",
        "ON",
        "--passphrase",
        PASSPHRASE,
        "--admin-passphrase",
        ADMINISTRATOR,
        "--example",
    )
    with Served(folder, CLOCK="0") as served:
        yield served


@pytest.fixture
def inside(portal, window):
    """A window that is signed in, with the administrator step done."""
    window.goto(f"{portal.url}/sign-in")
    window.fill("[name=passphrase]", PASSPHRASE)
    window.click("main button[type=submit]")
    window.click("main .name-list button >> nth=0")
    window.goto(f"{portal.url}/administrator")
    window.fill("[name=passphrase]", ADMINISTRATOR)
    window.click("main button[type=submit]")
    return window


def test_the_pages_before_signing_in(portal, window):
    found = []
    for path in ("/sign-in", "/no-such-page"):
        window.goto(portal.url + path)
        found += look_at(window)
    assert not found, "\n".join(found)


@pytest.mark.parametrize("model", ENTITIES, ids=lambda model: model.__name__)
def test_the_screens_of_an_entity(portal, inside, model):
    pages = [address(model), *([f"{address(model)}new/"] if model in EDITABLE else [])]
    inside.goto(portal.url + address(model))
    row = inside.locator("tbody a[href*='id=']").first
    key = re.search(r"id=(\d+)", row.get_attribute("href")).group(1) if row.count() else None
    if key:
        pages.append(f"{address(model)}details/?id={key}")
        if model in EDITABLE:
            pages += [f"{address(model)}edit/?id={key}"]
    tour(portal, inside, pages)


def tour(portal, window, pages):
    """Open each page and look at it in both sizes and colours."""
    found = []
    for path in pages:
        answer = window.goto(portal.url + path)
        assert answer.status == 200, path
        found += look_at(window)
    assert not found, "\n".join(found)


def test_a_page_that_asks_before_deleting(portal, inside):
    tour(portal, inside, ["/staff/delete/?id=1"])


def test_the_pages_that_are_no_entity(portal, inside):
    tour(portal, inside, PLACES)

"""Every screen in a real Chromium: no WCAG 2.2 AA finding at 1280 px in English, light and dark, nor at 360 px in French,
where no text is cut either; and no policy violation."""

import re

import lived_in
import pytest
from conftest import look_at, look_at_narrow, look_at_wide, press  # the one beside this file
from prepare import ADMINISTRATOR, PASSPHRASE
from served import Served, command
from test_every_screen import ADDED, EDITABLE, ENTITIES, address

pytestmark = pytest.mark.journey
PRINT = "form[action='/case-file/print/']"


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    """The example agency."""
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
    return folder


@pytest.fixture(scope="module")
def pages(folder):
    """{name: addresses}; with what nobody has written yet in the example agency put into it."""
    with lived_in.inside(folder):
        return lived_in.live()


@pytest.fixture(scope="module")
def portal(folder, pages):
    with Served(folder, CLOCK="0") as served:
        yield served


@pytest.fixture
def inside(portal, window):
    """A window that is signed in, with the administrator step done."""
    window.goto(f"{portal.url}/sign-in")
    window.fill("[name=passphrase]", PASSPHRASE)
    press(window, "main button[type=submit]")
    press(window, "main .name-list button >> nth=0")
    window.goto(f"{portal.url}/administrator")
    window.fill("[name=passphrase]", ADMINISTRATOR)
    press(window, "main button[type=submit]")
    return window


def test_the_pages_before_signing_in(portal, window):
    tour(portal, window, ["/sign-in"])
    found, missing = [], f"{portal.url}/no-such-page"
    window.goto(missing)
    found += look_at_narrow(window)
    speak(portal, window, "English")
    window.goto(missing)
    found += look_at_wide(window)
    assert not found, "\n".join(found)


@pytest.mark.parametrize("model", ENTITIES, ids=lambda model: model.__name__)
def test_the_screens_of_an_entity(portal, inside, model):
    pages = [address(model), *([f"{address(model)}new/"] if model in ADDED else [])]
    inside.goto(portal.url + address(model))
    row = inside.locator("tbody a[href*='id=']").first
    key = re.search(r"id=(\d+)", row.get_attribute("href")).group(1) if row.count() else None
    if key:
        pages.append(f"{address(model)}details/?id={key}")
        if model in EDITABLE:
            pages += [f"{address(model)}edit/?id={key}"]
    tour(portal, inside, pages)


def tour(portal, window, pages):
    """Look at each page at 1280 px in English, then at 360 px in French."""
    found = seen(portal, window, pages, "en", look_at_wide)
    speak(portal, window, "Français")
    found += seen(portal, window, pages, "fr", look_at_narrow)
    assert not found, "\n".join(found)


def seen(portal, window, pages, language, look):
    """What ``look`` finds on each page, which is in ``language``."""
    found = []
    for path in pages:
        answer = window.goto(portal.url + path)
        assert answer.status == 200, path
        assert window.evaluate("document.documentElement.lang") == language, path
        found += look(window)
    return found


def speak(portal, window, language):
    """Press the switch on a page where nothing is being typed."""
    window.goto(f"{portal.url}/")
    press(window, f"button:has-text('{language}')")


def test_a_page_that_asks_before_deleting(portal, inside):
    tour(portal, inside, ["/staff/delete/?id=1"])


def test_the_pages_that_are_no_entity(portal, inside):
    tour(portal, inside, lived_in.PLACES)


def test_the_pages_of_casework_that_are_no_entity(portal, inside):
    tour(portal, inside, lived_in.CASEWORK)


@pytest.mark.parametrize("group", ["visits", "family", "reports"])
def test_the_pages_of_one_record_or_report(portal, inside, pages, group):
    tour(portal, inside, pages[group])


def test_a_survey_that_a_stranger_opens(portal, window, pages):
    found = seen(portal, window, pages["stranger"], "en", look_at_wide)
    found += seen(portal, window, pages["stranger in French"], "fr", look_at_narrow)
    assert not found, "\n".join(found)


def test_a_file_and_a_persons_record_on_paper(portal, inside, pages):
    """R-NOTE-8, R-NOTE-9: a button prints; what follows is the paper."""
    found, papers = [], []
    for path in pages["family"]:
        inside.goto(portal.url + path)
        kinds = [box.input_value() for box in inside.locator(f"{PRINT} [name=kind]").all()]
        for kind in kinds if "kind=" not in path else ():
            inside.goto(portal.url + path)
            press(inside, f"{PRINT}:has([value={kind}]) button")
            assert "/case-file/?id=" in inside.url
            found += look_at(inside)
            papers.append(kind)
    assert sorted(papers) == ["file", "notes", "person"]
    assert not found, "\n".join(found)

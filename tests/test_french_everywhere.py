"""Every page that a link opens, in French: no text of the catalogue was left in English on it."""

import html
import re

import lived_in
import pytest
from babel.messages.pofile import read_po
from test_every_screen import EDITABLE, MAKE, address, every_entity
from test_languages import FOLDER, messages, texts

from seed import example
from workflows import settings

TEXT = re.compile(r">([^<>]+)<")
SAID = re.compile(r'(?:title|alt|placeholder|aria-label|data-label)="([^"]+)"')
IN_ENGLISH = re.compile(r'<(?!html)(\w+)[^>]* lang="en"[^>]*>.*?</\1>', re.DOTALL)
# Names of rows, which nobody translates: an export profile, and whoever wrote the example agency.
NAMES = {"Service record", "Example agency"}


@pytest.fixture(scope="module")
def english():
    """Every English text that is another one in French, and is no French one too."""
    with (FOLDER / "messages.po").open("rb") as file:
        french = read_po(file, locale="fr")
    pairs = [
        pair
        for message in messages(french)
        for pair in zip(texts(message.id), texts(message.string), strict=True)
    ]
    return {ours for ours, theirs in pairs if ours != theirs} - {theirs for _ours, theirs in pairs}


def left(page, english):
    """The texts and attributes of ``page`` that are English messages, whole."""
    rest = IN_ENGLISH.sub("", page)
    said = {
        " ".join(html.unescape(text).split()) for text in TEXT.findall(rest) + SAID.findall(rest)
    }
    return said & english - NAMES


def words_of(model):
    """What the rows of ``model`` say themselves: typed by somebody, or one language beside the other."""
    return {value for row in model.select().tuples() for value in row if isinstance(value, str)}


@every_entity
def test_the_screens_of_an_entity_are_french(in_french, english, model):
    row = MAKE[model]()
    pages = ["", "new/", f"details/?id={row.id}"]
    if model in EDITABLE:
        pages += [f"edit/?id={row.id}", f"delete/?id={row.id}", "import/"]
    own = words_of(model)
    for path in pages:
        said = in_french.open(address(model) + path).get_data(as_text=True)
        assert not left(said, english) - own, path


@pytest.mark.sqlite_only
def test_every_page_of_the_example_agency_is_french(in_french, english):
    example.load(settings.today(), families=True)
    pages = lived_in.live()
    del pages["stranger"]
    found = {}
    for path in (*lived_in.PLACES, *lived_in.CASEWORK, *sum(pages.values(), [])):
        response = in_french.open(path)
        assert response.status_code in (200, 302), path
        found[path] = left(response.get_data(as_text=True), english)
    assert not {path: said for path, said in found.items() if said}

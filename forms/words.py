"""Texts in the language of the page: one dictionary look-up, where the library's own way asks for the request five times."""

import re

from flask_babel import Domain

from models import LANGUAGES, language

RIGHT_TO_LEFT = re.compile("[\u0590-\u08ff\ufb1d-\ufdff\ufe70-\ufefc]")
FIRST_STRONG, END = (
    "\u2068",
    "\u2069",
)  # Unicode's isolate, which every screen and mail program knows
_catalogues = {}
# gettext answers an empty text with the head of the catalogue.
_said = {code: {"": ""} for code in LANGUAGES}


def catalogue():
    """The messages of the current language."""
    code = language.get()
    if code not in _catalogues:
        _catalogues[code] = Domain().get_translations()
    return _catalogues[code]


def apart(value):
    """``value``, fit to stand in a line with others.

    What is written from right to left is kept by itself: else the number after an Arabic name, such as a phone number, is
    drawn back to front.
    """
    text = value if isinstance(value, str) else str(value)
    if text.isascii() or "\n" in text or not RIGHT_TO_LEFT.search(text):
        return value
    return FIRST_STRONG + text + END


def facts_apart(facts):
    """``facts`` of a sentence, each ``apart``."""
    return {name: apart(value) for name, value in facts.items()}


def plain(text, **facts):
    """``text`` in the language of the page; ``facts`` fill %(name)s.  For Python code on the way of every page."""
    known = _said[language.get()]
    found = known.get(text)
    if found is None:
        found = known[str(text)] = catalogue().gettext(str(text))
    return found % facts_apart(facts) if facts else found

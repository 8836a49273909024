"""Texts in the language of the page: one dictionary look-up, where the library's own way asks for the request five times."""

from flask_babel import Domain

from models import LANGUAGES, language

_catalogues = {}
# gettext answers an empty text with the head of the catalogue.
_said = {code: {"": ""} for code in LANGUAGES}


def catalogue():
    """The messages of the current language."""
    code = language.get()
    if code not in _catalogues:
        _catalogues[code] = Domain().get_translations()
    return _catalogues[code]


def plain(text, **facts):
    """``text`` in the language of the page; ``facts`` fill %(name)s.  For Python code on the way of every page."""
    known = _said[language.get()]
    found = known.get(text)
    if found is None:
        found = known[str(text)] = catalogue().gettext(str(text))
    return found % facts if facts else found

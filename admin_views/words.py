"""Translation in templates: one dictionary look-up a text, where the library's own way asks for the request five times.

A list page says forty things; this is a tenth of its time.
"""

import re

from flask_babel import Domain
from markupsafe import Markup

from forms import drawing
from forms.formats import number_text
from forms.words import apart, catalogue, facts_apart, plain
from models import LANGUAGES, language

__all__ = ["init_app", "plain", "say", "say_many"]
# gettext answers an empty text with the head of the catalogue.
_said = {code: {"": Markup()} for code in LANGUAGES}
# A file or referral number in HTML, but in no tag.
NUMBER = re.compile(r"\b(?:[A-Z]+-)?\d{4}-\d+\b(?!-)(?![^<]*>)")


def say(text, **facts):
    """``text`` in the language of the page; ``facts`` fill %(name)s and are escaped."""
    known = _said[language.get()]
    found = known.get(text)
    if found is None:
        found = known[text] = Markup(catalogue().gettext(text))
    return found % facts_apart(facts) if facts else found


def say_many(one, many, num, **facts):
    """The singular or the plural, with %(num)s filled in."""
    return Markup(catalogue().ngettext(one, many, num)) % {"num": num, **facts_apart(facts)}


class Messages(Domain):
    """The library's way to a text, without asking the request for its language each time."""

    def get_translations(self):
        return catalogue()

    def gettext(self, string, **variables):
        return super().gettext(string, **facts_apart(variables)) if string else ""

    def ngettext(self, singular, plural, num, **variables):
        return super().ngettext(singular, plural, num, **facts_apart(variables))


def unbroken(html):
    """``html`` whose file and referral numbers do not break at the end of a line."""
    return Markup(NUMBER.sub(r'<span class="unbroken">\g<0></span>', str(html)))


def init_app(app):
    """Let every template say ``_("…")`` this way, and write ``|number``, ``|apart`` or an ``|unbroken`` heading."""
    app.extensions["babel"].instance.domain_instance = Messages()
    app.jinja_env.globals.update({"_": say, "gettext": say, "ngettext": say_many})
    app.jinja_env.filters.update(number=number_text, unbroken=unbroken, apart=apart)
    for name in ("draw", "draw_lines", "draw_section", "draw_hidden", "only_says"):
        app.jinja_env.globals[name] = getattr(drawing, name)

"""Texts that the portal sends or prints, as the agency words them: the rows of TextTemplate with their words filled in."""

import re
from contextlib import contextmanager
from functools import cache
from pathlib import Path

import yaml
from flask_babel import force_locale
from flask_babel import gettext as _

from forms.words import apart
from models import TextTemplate, database, language
from workflows import settings
from workflows.records import Problem, delete_rule

FILE = Path(__file__).resolve().parent.parent / "seed" / "templates.yaml"
_NAME = re.compile(r"\{(\w+)\}")


class _Memory:
    database = None
    revision = None
    rows = None


@contextmanager
def in_language(code):
    """Words, dates and labels in this language for as long as the block lasts."""
    token = language.set(code)
    try:
        with force_locale(code):
            yield
    finally:
        language.reset(token)


def subject(slug, lang, **facts):
    """The subject line in ``lang`` (en or fr), always one line."""
    return " ".join(_filled(slug, "subject", lang, facts).split())


def body(slug, lang, **facts):
    """The whole text in ``lang``; a line whose only word in braces is empty is dropped."""
    return _filled(slug, "body", lang, facts)


def row(slug, lang, **facts):
    """The lines for one referral in ``lang``."""
    return _filled(slug, "row", lang, facts)


def parts(slug):
    """The structured parts of a text, such as the sections of the client charter; a dict."""
    return _templates()[slug]["parts"]


def items(slug):
    """The items of a text that is a list, each a dict with ``slug`` and ``label``, a text in both languages."""
    return parts(slug)["items"]


def said(words, lang=None):
    """A text in both languages, {"en", "fr"}, in ``lang`` or the current language; in English where it has no other."""
    return words.get(lang or language.get()) or words["en"]


def _filled(slug, part, lang, facts):
    template = _templates()[slug]
    # A French text nobody has written yet is better in English than missing (R-TAX-3).
    text = template[f"{part}_{lang}"] or template[f"{part}_en"]
    return fill(text, facts)


def fill(text, facts):
    """``text`` with every {name} replaced from ``facts``; braces in the facts themselves stay as they are.

    A line that holds one {name} only, and nothing for it, goes; what is left never has two empty lines together.
    A {name} nobody knows stays visible, so that a mistake in an edited text is seen.
    """
    lines = []
    for line in text.splitlines():
        only = _NAME.fullmatch(line.strip())
        if only and not facts.get(only[1], line):
            continue
        lines.append(line)
    kept = re.sub(r"\n{3,}", "\n\n", "\n".join(lines))
    return _NAME.sub(lambda found: str(apart(facts.get(found[1], found[0]))), kept)


def _templates():
    """{slug: row as a dict}, read again when the reference tables have a new revision."""
    stamp = settings.revision()
    if _Memory.revision != stamp or _Memory.database is not database.obj:
        _Memory.rows = {template["slug"]: template for template in TextTemplate.select().dicts()}
        _Memory.revision, _Memory.database = stamp, database.obj
    return _Memory.rows


@delete_rule(TextTemplate)
def what_the_portal_says_is_kept(change):
    """Pages ask for the texts that came with the portal."""
    if change.record.slug in _asked_for():
        yield Problem("", _("The portal needs this text. Change its words instead."))


@cache
def _asked_for():
    """Slugs of the texts that the portal comes with."""
    return frozenset(yaml.safe_load(FILE.read_text(encoding="utf-8")))

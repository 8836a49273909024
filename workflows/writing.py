"""The writing assistant: words of a note that should be written otherwise, and what to write instead (R-NOTE-5).

Pure: text in, marks out.  It never changes a text, keeps nothing and asks nobody.  The rules have the shape of
``seed/writing_rules.yaml``; their patterns are tried on plain letters, so accents need not be typed.
"""

import re
import unicodedata
from bisect import bisect_right
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import yaml

FILE = Path(__file__).resolve().parent.parent / "seed" / "writing_rules.yaml"
INFO, WARN, STRONG = "info", "warn", "strong"
ANY = "any"
SPOKEN = ("en", "fr")

# One character for one, so that places in the plain text are places in the text.
_PLAIN = {
    code: unicodedata.normalize("NFD", chr(code))[0]
    for code in range(0xC0, 0x250)
    if unicodedata.decomposition(chr(code))
} | str.maketrans("’‘\u00a0\u202f\n\r\t‐‑–", "''     ---")
# Accents of their own, as some keyboards send them, and the hyphens that Word hides.
_DROPPED = re.compile("[\u0300-\u036f\u00ad]")


@dataclass(frozen=True)
class Mark:
    """``text[start:end]`` should be written otherwise; ``severity`` is info, warn or strong.

    A strong mark wants one click of acknowledgement.  ``message`` and ``suggestion`` are in the language of the text.
    """

    start: int
    end: int
    rule: str
    severity: str
    message: str
    suggestion: str


@dataclass(frozen=True)
class _Rule:
    slug: str
    severity: str
    skips_quotes: bool
    is_cased: bool
    pattern: re.Pattern
    message: dict
    suggestion: dict


@dataclass(frozen=True)
class Rules:
    """What ``look`` looks for: {language: ((is_cased, one pattern for all, rules), …)} and {opening: closing quote}."""

    groups: dict
    quotes: dict


def read_rules(content):
    """The Rules in ``content``, a dict in the shape of the file; raises KeyError or re.error where it is another."""
    found = {lang: [] for lang in (*SPOKEN, ANY)}
    for row in content["rules"]:
        found[row["lang"]].append(_rule(row))
    groups = {lang: _groups(found[lang] + found[ANY] * (lang != ANY)) for lang in found}
    return Rules(groups, dict(content["quotes"]["pairs"]))


def _rule(row):
    written = row["pattern"].translate(_PLAIN)
    body = written.removeprefix("(?i)")
    # A pattern about small letters is several times as fast as one that disregards case.
    is_cased = body == written or "(?-i:" in body
    return _Rule(
        slug=row["slug"],
        severity=row["severity"],
        skips_quotes=row["skip_quotes"] and row["severity"] != STRONG,
        is_cased=is_cased,
        pattern=re.compile(f"(?i:{body})" if is_cased and body != written else body),
        message=row["message"],
        suggestion=row["suggestion"],
    )


def _groups(rules):
    parts = [(cased, [r for r in rules if r.is_cased == cased]) for cased in (False, True)]
    return tuple(
        (cased, re.compile("|".join(f"(?:{rule.pattern.pattern})" for rule in part)), tuple(part))
        for cased, part in parts
        if part
    )


@cache
def own_rules():
    """The Rules that the portal comes with."""
    return read_rules(yaml.safe_load(FILE.read_text(encoding="utf-8")))


def look(text, lang, rules, said_in=None):
    """The Marks of ``text`` in their order (R-NOTE-5, R-CLI-1); ``lang`` is en or fr, of others only numbers are known.  What
    the marks say is in ``said_in``, else in the language of the text.

    What stands in straight, curly or French quotation marks is the client's own word and free of all but the strong
    rules (R-NOTE-7); a mark that is never closed quotes nothing.  The time grows with the length of the text.
    """
    plain, places = _plain(text)
    starts, ends = _quoted(plain, rules.quotes)
    small = plain.lower()
    asked = said_in or lang
    spoken = asked if asked in SPOKEN else SPOKEN[0]
    marks = []
    for is_cased, anything, group in rules.groups[lang if lang in SPOKEN else ANY]:
        for rule, start, end in _found(plain if is_cased else small, anything, group):
            quote = bisect_right(starts, start) - 1
            if rule.skips_quotes and quote >= 0 and start < ends[quote]:
                continue
            if places is not None:
                start, end = places[start], places[end]
            said = rule.message[spoken], rule.suggestion[spoken]
            marks.append(Mark(start, end, rule.slug, rule.severity, *said))
    return tuple(sorted(marks, key=lambda mark: (mark.start, mark.end, mark.rule)))


def _plain(text):
    """The text in plain letters, and where each of them stands in ``text``; None when just there."""
    places = None
    if not text.isascii() and _DROPPED.search(text):
        places = [at for at, letter in enumerate(text) if not _DROPPED.match(letter)]
        plain = "".join(text[at] for at in places)
        return plain.translate(_PLAIN), [*places, len(text)]
    return text.translate(_PLAIN), places


def _quoted(text, pairs):
    """Where quotations start and where they end, two lists; each opening mark reaches to the first closing one."""
    starts, ends, at, never = [], [], 0, set()
    opening = re.compile("|".join(map(re.escape, pairs)))
    while found := opening.search(text, at):
        mark, at = found[0], found.end()
        # Looked for once only: a page of opening marks must not be read once for each.
        end = -1 if mark in never else text.find(pairs[mark], at)
        if end < 0:
            never.add(mark)
            continue
        starts.append(found.start())
        ends.append(end + 1)
        at = end + 1
    return starts, ends


def _found(text, anything, rules):
    """Yield (rule, start, end) as if each rule had gone through the text alone, but in one go for all of them."""
    at, done = 0, dict.fromkeys((rule.slug for rule in rules), 0)
    while hit := anything.search(text, at):
        start, at = hit.start(), hit.start() + 1
        for rule in rules:
            found = rule.pattern.match(text, start) if start >= done[rule.slug] else None
            if found:
                done[rule.slug] = found.end()
                yield rule, start, found.end()

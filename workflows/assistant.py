"""The writing assistant on records: it reads what a save changes, warns, and asks one tick for strong marks (R-NOTE-5).

A table names the texts it reads in ``Meta.assisted``.  Only how many strong marks were kept is stored, never the words:
no Problem holds one.
"""

from collections import Counter, defaultdict

from flask_babel import gettext as _
from flask_babel import ngettext

from models import LANGUAGES, TABLES, language
from workflows.records import CONFIRM, WARN, Problem, Refused, agreed, before, rule
from workflows.writing import INFO, STRONG, look, own_rules
from workflows.writing import WARN as SOFT

WRITING, HINTS = "writing", "writing-hints"  # codes of Problems
ORDER = {STRONG: 0, SOFT: 1, INFO: 2}
AROUND = 60  # letters shown on each side of a mark
ASSISTED = tuple(model for model in TABLES if getattr(model._meta, "assisted", ()))


# ---- A text ----------------------------------------------------------------------------------------------------------


def marks(text, is_own=False):
    """The Marks of a text in their order, by the rules of the page's language; the strong rules hold in every language.

    What is a client's own word, ``is_own``, is free of all but the strong ones (R-NOTE-7).  Somebody who works in English may paste a French text, and what must never stand in a file must not stand there in
    French either (R-CLI-1).
    """
    if not text:
        return ()
    mine, rules = language.get(), own_rules()
    found = [m for m in look(text, mine, rules) if m.severity == STRONG or not is_own]
    known = {mark.start for mark in found}
    for code in LANGUAGES:
        others = look(text, code, rules, said_in=mine) if code != mine else ()
        found += [m for m in others if m.severity == STRONG and m.start not in known]
    return tuple(sorted(found, key=lambda mark: (mark.start, mark.end, mark.rule)))


def excerpt(text, found):
    """[(words, severity or "")]: the marked words with what stands around them, "…" for what is left out."""
    made, at = [], 0
    for mark in found:
        if mark.start < at:
            continue  # inside words that are marked already
        made.append((_around(text[at : mark.start], starts=bool(made)), ""))
        made.append((text[mark.start : mark.end], mark.severity))
        at = mark.end
    made.append((_around(text[at:], ends=False), ""))
    return [piece for piece in made if piece[0]]


def _around(gap, starts=True, ends=True):
    """What stands between two marks, cut to its two ends; at the edge of the text only one of them is near a mark."""
    if len(gap) <= AROUND * (starts + ends):
        return gap
    return (gap[:AROUND] if starts else "") + "…" + (gap[-AROUND:] if ends else "")


def by_rule(text, found):
    """[(severity, [words], message, suggestion)], one for each rule, the strong ones first."""
    groups = defaultdict(list)
    for mark in found:
        groups[mark.rule].append(mark)
    rows = sorted(groups.values(), key=lambda group: (ORDER[group[0].severity], group[0].start))
    return [
        (
            group[0].severity,
            list(dict.fromkeys(text[mark.start : mark.end] for mark in group)),
            group[0].message,
            group[0].suggestion,
        )
        for group in rows
    ]


def rules():
    """[(severity, message, suggestion)] of what the assistant looks for, in the page's language, the strong ones first."""
    code = language.get()
    found = {
        (rule.severity, rule.message[code], rule.suggestion[code])
        for _cased, _pattern, group in own_rules().groups[code]
        for rule in group
    }
    return sorted(found, key=lambda row: (ORDER[row[0]], row[1]))


# ---- A record --------------------------------------------------------------------------------------------------------


def holds_own_words(model, name):
    """True for a text that holds a client's own words, as a goal does."""
    return name in getattr(model._meta, "own_words", ())


def _texts(record):
    return {name: getattr(record, name) or "" for name in record._meta.assisted}


def _marks(record):
    """[(field, marked words, Mark)] of all texts of a record; of None there are none."""
    return [
        (name, text[mark.start : mark.end].lower(), mark)
        for name, text in (_texts(record) if record else {}).items()
        for mark in marks(text, holds_own_words(type(record), name))
    ]


def _counted(record):
    """{(rule, marked words): how often}: the same words are the same mark wherever they stand."""
    return Counter((mark.rule, words) for _name, words, mark in _marks(record))


@rule(*ASSISTED)
def the_assistant_reads_it(change):
    """R-NOTE-5, R-CLI-1: it warns; a strong mark needs one tick.  What was kept before is not asked about again."""
    record = change.record
    if not change.changed(*record._meta.assisted):
        return
    known, strong, hints = _counted(change.before), [], []
    for name, words, mark in _marks(record):
        if known[mark.rule, words]:
            known[mark.rule, words] -= 1
        else:
            (strong if mark.severity == STRONG else hints).append(name)
    if strong:
        yield _asking(strong[0])
    if hints:
        words = ngettext(
            "The writing assistant has %(num)s hint for this text.",
            "The writing assistant has %(num)s hints for this text.",
            len(hints),
        )
        yield Problem(hints[0], words, WARN, HINTS)


def _asking(field):
    words = _("I have read the strong warnings of the writing assistant and keep these words.")
    return Problem(field, words, CONFIRM, WRITING)


def ask_about(texts, known=()):
    """The same for texts of rows that are written without a save: raises Refused for a strong mark that nobody ticked.

    ``known`` texts were kept before.
    """
    if WRITING in agreed.get():
        return
    if any(mark.severity == STRONG for text in {*texts} - {*known} for mark in marks(text)):
        raise Refused([_asking("")])


@before(*(model for model in ASSISTED if "warnings_acknowledged" in model._meta.fields))
def count_what_is_kept(record, stored):
    """R-NOTE-5: a save with strong marks was acknowledged, so their number is the number of acknowledgements."""
    if stored is None or _texts(stored) != _texts(record):
        severities = [mark.severity for _name, _words, mark in _marks(record)]
        record.warnings_acknowledged = severities.count(STRONG)

"""What people call the parts of an instrument."""

from flask_babel import lazy_gettext as _l

from forms import choices
from forms.instruments import BANDS, MATCHING_NUMBERS
from models import MATRIX, AreaOfFocus, Keyword, language
from workflows import instrument_edits, instruments, matching_scheme

APPLIES = {
    "always": _l("Everybody"),
    "child_in_care": _l("With a child in care"),
    "unless_not_seeking_work": _l("Unless not looking for work"),
}
BAND_WORDS = dict(BANDS)
TEXTS = {
    instrument_edits.WHY: _l("Why a service fits"),
    instrument_edits.CHECK: _l("What to check"),
    instrument_edits.WARN: _l("What to be aware of"),
    instrument_edits.LEFT_OUT: _l("Why a service is left out"),
    instrument_edits.BANDS: _l("Bands, and when nothing fits"),
}


def said(words):
    """A text of an instrument in the language of the page; a missing French one is the English with a mark (R-TAX-3)."""
    english = words.get("en") or ""
    if language.get() == "en":
        return english
    return words.get("fr") or (f"{english} (EN)" if english else "")


def called(factor):
    """The name of a factor of a matrix."""
    return said(factor["label"])


def areas():
    """[(slug, label)] of the areas of focus in use."""
    query = AreaOfFocus.select().where(AreaOfFocus.is_active)
    return choices.by_words((row.slug, row.label) for row in query)


def keywords():
    """[(slug, label)] of the keywords in use, in the order of the list."""
    label = choices.label_column(Keyword)
    query = Keyword.select(Keyword.slug, label).where(Keyword.is_active)
    return choices.by_words(query.tuples())


def factors():
    """{slug: name} of the factors of the matrix in force."""
    return {row["slug"]: called(row) for row in instruments.in_force(MATRIX)["factors"]}


def names(instrument):
    """A function from a slug, or a text in both languages, to what people call it."""
    known = {place[-1]: label for _title, rows in MATCHING_NUMBERS for place, label in rows}
    known |= BAND_WORDS | dict(choices.terms("need-levels")) | APPLIES
    known |= dict((*areas(), *keywords(), *choices.terms("cma-topics"))) | factors()
    if instrument.kind == MATRIX:
        known |= {row["slug"]: called(row) for row in instrument.content["factors"]}

    def name_of(thing):
        return said(thing) if isinstance(thing, dict) else str(known.get(thing, thing))

    return name_of


def without_guidance(content):
    """{slug: name} of the factors asked now that these suggestions say nothing about."""
    known = {row["factor"] for row in content["factors"]}
    rows = instruments.in_force(MATRIX)["factors"]
    asked = [row for row in rows if not row.get("retired")]
    return {row["slug"]: called(row) for row in asked if row["slug"] not in known}


def matching_filters(content):
    """A dict for each hard filter in its order: code, text, whether it is off and whether it may be."""
    return [
        {
            "code": row["code"],
            "text": said(row["text"]),
            "is_off": row.get("off"),
            "may_turn": row["code"] not in matching_scheme.NEVER_OVERRIDDEN,
        }
        for row in sorted(content["hard_filters"], key=lambda row: row["order"])
    ]


def matching_texts(content):
    """[(kind, title, [text, …]), …] of a matching scheme."""
    return [
        (kind, title, [said(t) for t in instrument_edits.matching_texts(content, kind).values()])
        for kind, title in TEXTS.items()
    ]


def matching_rows(content):
    """[(title, [(label, number), …]), …] of a matching scheme."""
    places = [place for _title, rows in MATCHING_NUMBERS for place, _label in rows]
    numbers = instrument_edits.matching_numbers(content, places)
    return [
        (title, [(label, numbers[place]) for place, label in rows])
        for title, rows in MATCHING_NUMBERS
    ]

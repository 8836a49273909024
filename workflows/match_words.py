"""What the referral builder says about a match, in the present language: the scheme's texts with their facts filled in."""

from dataclasses import dataclass

from flask_babel import gettext as _

from forms import choices
from models import AreaOfFocus, Keyword, language
from workflows import agency_rules, directory

GROUPS, SUPPORTS, STATUSES = "client-groups", "support-services", "referral-statuses"


@dataclass(frozen=True)
class Said:
    """The sentences of one result: why it fits, what to check, what to be aware of; and the name of its band."""

    why: tuple
    check: tuple
    warn: tuple
    band: str


def words(results, scheme, more=None):
    """{id: Said} of Results; ``more`` {id: [Note]} adds warnings that the tables know of, such as an earlier referral.

    At most two statements, whatever the number of results.
    """
    more, said = more or {}, {}
    noted = [note for r in results for note in (*r.reasons, *r.warnings)]
    _learn(noted)

    def words_of(notes):
        """Many results say the same: each sentence is put together once."""
        found = []
        for note in notes:
            key = (note.code, *note.facts.items())
            if key not in said:
                said[key] = sentence(note.code, note.facts, scheme)
            found.append(said[key])
        return tuple(found)

    return {
        r.id: Said(
            words_of(r.reasons),
            words_of(r.checks),
            words_of((*r.warnings, *more.get(r.id, ()))),
            band(r.band, scheme),
        )
        for r in results
    }


def excluded_words(excluded, scheme):
    """{id: why this candidate was left out} of Excluded ones."""
    return {e.id: sentence(e.code, e.facts, scheme) for e in excluded}


def explained(explanation, scheme):
    """Why one entry is where it is in the list, or is not in it: a sentence."""
    if not explanation.is_known:
        return _("This service is no longer in the directory.")
    if explanation.excluded:
        excluded = explanation.excluded
        return sentence(excluded.code, excluded.facts, scheme)
    if explanation.rank is None:
        return _("None of its keywords was asked for, and its area of focus is another one.")
    facts = {"rank": explanation.rank, "band": band(explanation.result.band, scheme)}
    return _("It is number %(rank)s in the list: %(band)s.", **facts)


def nothing_found(scheme):
    """What to do when there is no candidate at all."""
    return sentence("no-candidates", {}, scheme)


def band(slug, scheme):
    """The name of a band."""
    return _in_present_language(scheme.labels[slug])


def sentence(code, facts, scheme):
    """The text of ``code`` in the scheme with its facts in words."""
    text = _in_present_language(scheme.texts[code])
    for name, value in facts.items():
        text = text.replace("{" + name + "}", _fact(code, name, value))
    return text


def _in_present_language(texts):
    return texts["fr" if language.get() == "fr" else "en"]


def _fact(code, name, value):
    if name in WORDING:
        return WORDING[name](value)
    if name == "list":
        return _keywords(value) if code == "why-keywords" else _supports(value)
    return str(value)


def _keywords(slugs):
    return ", ".join(_labels(Keyword, slugs).values())


def _supports(slugs):
    return ", ".join(choices.term_label(SUPPORTS, slug) for slug in slugs)


def _groups(slugs):
    return ", ".join(choices.term_label(GROUPS, slug) for slug in slugs)


def _languages(codes):
    return ", ".join(choices.language_label(code) for code in codes)


def _area(slug):
    return _labels(AreaOfFocus, (slug,))[slug]


def _factor(slug):
    """The name of a factor of the needs matrix; a need that was chosen freely has none."""
    return str(agency_rules.matrix().labels().get(slug) or _("this need"))


def _status(slug):
    return choices.term_label(STATUSES, slug)


def levels(numbers):
    """CLB levels as people write them: 4–12; 1, 3–5."""
    runs = []
    for number in sorted(numbers):
        if runs and number == runs[-1][1] + 1:
            runs[-1][1] = number
        else:
            runs.append([number, number])
    return ", ".join(f"{a}" if a == b else f"{a}–{b}" for a, b in runs)


WORDING = {
    "area": _area,
    "factor": _factor,
    "groups": _groups,
    "language": _languages,
    "clb": levels,
    "status": _status,
    "date": directory.date_words,
    "end_date": directory.date_words,
}


def _learn(notes):
    """Read the labels that these notes will need, in one statement for each table."""
    facts = [(note.code, note.facts) for note in notes]
    _labels(Keyword, {slug for code, f in facts if code == "why-keywords" for slug in f["list"]})
    _labels(AreaOfFocus, {f["area"] for _code, f in facts if "area" in f})


def _labels(model, slugs):
    """{slug: label} in the present language, remembered until the reference data change."""
    known = choices.memo(("match words", model.__name__, language.get()), dict)
    missing = [slug for slug in slugs if slug not in known]
    if missing:
        for row in model.select().where(model.slug.in_(missing)):
            known[row.slug] = row.label if model is Keyword else row.short_label
    return {slug: known.get(slug, slug) for slug in slugs}

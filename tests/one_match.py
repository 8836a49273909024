"""One plain service and one well known person, for tests of the matching rule."""

import datetime
from dataclasses import replace

import seed
from workflows import matching_catalogue
from workflows.matching import Entry, Need, Person
from workflows.matching_scheme import read_scheme

SCHEME = read_scheme(seed.read("matching"))
TODAY = datetime.date(2026, 2, 10)
DAY = datetime.timedelta(days=1)
NEED = Need(
    ("employment",), ("money-skills",), (("a", 3), ("b", 2), ("c", 2), ("d", 1)), "employment"
)
PLAIN = Entry(
    1,
    "Job club",
    "employment",
    TODAY,
    keywords=("a",),
    languages=("en",),
    municipality="Rivertown",
    fiscal_year="F2025-2026",
)
KNOWN = Person(
    age=30,
    eligibility="yes",
    clb_en=4,
    clb_fr=4,
    languages=("en",),
    municipality="Rivertown",
)


def told(person=KNOWN, need=NEED, on=TODAY, **facts):
    """What the catalogue says of one service: the plain one with these facts."""
    catalogue = matching_catalogue.compile([replace(PLAIN, **facts)], SCHEME)
    return catalogue.explain(1, need, person, on)


def points(part, person=KNOWN, need=NEED, on=TODAY, **facts):
    return told(person, need, on, **facts).result.points[part]


def codes(notes):
    return [note.code for note in notes]

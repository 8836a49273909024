"""The catalogue's bit sets agree with the plain rule for any services, any person and any sequence of changes."""

import datetime
import random
from pathlib import Path

import pytest
import yaml
from hypothesis import example, given, settings
from hypothesis import strategies as st
from plain_matching import match as match_plainly
from plain_matching import retrieved

from workflows import matching_catalogue
from workflows.matching import Entry, Need, Person
from workflows.matching_catalogue import OWN, PARTNERS
from workflows.matching_scheme import read_scheme

FILE = Path(__file__).resolve().parent.parent / "seed" / "matching.yaml"
SCHEME = read_scheme(yaml.safe_load(FILE.read_text(encoding="utf-8")))
TODAY = datetime.date(2026, 3, 20)
AREAS = ("language-training", "employment", "women", "health")
WORDS = tuple(f"k{i}" for i in range(7))
LANGUAGES = ("en", "fr", "ar", "ti")
SUPPORTS = ("child-care", "interpretation", "transportation")
GROUPS = ("everyone", "women", "youth", "refugees", "lgbtq")
TOWNS = ("Rivertown", "rivertown", "Lakeside", "Hilltop")


def some(chance, values, most=3):
    return tuple(chance.sample(values, chance.randrange(0, min(most, len(values)) + 1)))


def near(chance, days):
    return TODAY + datetime.timedelta(days=chance.randrange(-days, days))


def maybe(chance, value):
    return value if chance.random() < 0.5 else None


def an_entry(chance, key):
    """Any service; small vocabularies, so that everything coincides often."""
    ongoing = chance.random() < 0.5
    least, most = sorted((chance.randrange(0, 70), chance.randrange(0, 70)))
    return Entry(
        id=key,
        name=chance.choice(("Class", "class", "Circle", "Élan")),
        area=chance.choice(AREAS),
        reviewed=TODAY - datetime.timedelta(days=chance.choice((0, 1, 179, 180, 181, 400))),
        location=chance.choice(("Main", "Annex")),
        is_active=chance.random() < 0.9,
        is_own=chance.random() < 0.5,
        funding=chance.choice(("ircc", "non-ircc")),
        keywords=some(chance, WORDS, 5),
        languages=some(chance, LANGUAGES, 2),
        supports=some(chance, SUPPORTS),
        groups=some(chance, GROUPS) if chance.random() < 0.4 else (),
        groups_exclusive=chance.random() < 0.3,
        intake=chance.choice(("open", "open", "open", "waitlist", "closed")),
        delivery=chance.choice(("in-person", "online", "hybrid")),
        municipality=chance.choice((*TOWNS, "")),
        regions=some(chance, TOWNS, 2),
        duration="ongoing" if ongoing else "dates",
        start=None if ongoing else maybe(chance, near(chance, 3)),
        end=None if ongoing else maybe(chance, near(chance, 20)),
        fiscal_year=chance.choice(("F2024-2025", "F2025-2026", "F2026-2027", "")),
        min_age=maybe(chance, least),
        max_age=maybe(chance, most),
        clb=tuple(sorted(some(chance, range(13), 4))),
        clb_strict=chance.random() < 0.4,
    )


def a_need(chance):
    areas = list(AREAS)
    chance.shuffle(areas)
    return Need(
        primary=tuple(areas[: chance.randrange(0, 3)]),
        secondary=tuple(areas[2 : 2 + chance.randrange(0, 3)]),
        keywords=tuple((slug, chance.randrange(1, 4)) for slug in some(chance, WORDS, 7)),
        factor="language",
    )


def a_person(chance):
    groups = frozenset(some(chance, GROUPS[1:]))
    return Person(
        age=maybe(chance, chance.randrange(0, 70)),
        is_age_estimated=chance.random() < 0.2,
        eligibility=chance.choice(("yes", "no", "check")),
        clb_en=maybe(chance, chance.randrange(0, 13)),
        clb_fr=maybe(chance, chance.randrange(0, 13)),
        languages=some(chance, LANGUAGES, 2),
        needs_interpreter=chance.random() < 0.5,
        groups=groups,
        unknown_groups=frozenset(some(chance, GROUPS[1:])) - groups,
        municipality=chance.choice((*TOWNS, None)),
        supports=some(chance, SUPPORTS),
    )


def as_plain(result):
    return {
        "score": result.score,
        "points": result.points,
        "checks": {note.code for note in result.checks},
        "warnings": {note.code for note in result.warnings},
    }


def compare(catalogue, entries, need, person):
    ranked, excluded = match_plainly(entries, need, person, TODAY)
    matches = catalogue.match(need, person, TODAY)
    found = matches.results(0, 10_000, weak=True)
    assert [(r.id, as_plain(r)) for r in found] == ranked
    assert matches.total == len(ranked)
    assert {e.id: e.code for e in matches.excluded(0, 10_000)} == excluded
    assert sum(matches.excluded_counts.values()) == len(excluded)
    shown = [r for r in found if r.band != "weak"]
    assert matches.shown == len(shown)
    assert {s: n for s, n in matches.bands.items() if n} == {
        band: sum(r.band == band for r in found) for band in {r.band for r in found}
    }
    for start in (0, 3, len(shown) - 2):
        page = matches.results(max(start, 0), 3)
        assert page == shown[max(start, 0) : max(start, 0) + 3]
    return found, excluded


@settings(max_examples=150, deadline=None)
@given(st.integers(min_value=0, max_value=2**48))
def test_any_catalogue_is_ranked_and_filtered_as_the_rule_says(seed):
    """Section 7: the same candidates, exclusions, points, flags and order as the plain rule, one by one."""
    chance = random.Random(seed)
    entries = [an_entry(chance, key) for key in range(1, chance.choice((2, 8, 40, 130)))]
    catalogue = matching_catalogue.compile(entries, SCHEME)
    for _ in range(3):
        compare(catalogue, entries, a_need(chance), a_person(chance))


@settings(max_examples=40, deadline=None)
@given(st.integers(min_value=0, max_value=2**48))
def test_a_catalogue_that_was_changed_equals_one_that_was_built(seed):
    """Entries put in, replaced and removed, then the two parts made one: always as if built from scratch."""
    chance = random.Random(seed)
    rows = {key: an_entry(chance, key) for key in range(1, 40)}
    catalogue = matching_catalogue.compile(rows.values(), SCHEME)
    for _ in range(4):
        before, kept = catalogue, dict(rows)
        new = [an_entry(chance, chance.randrange(1, 60)) for _ in range(chance.randrange(1, 6))]
        new = list({entry.id: entry for entry in new}.values())
        gone = {chance.randrange(1, 60) for _ in range(3)} - {entry.id for entry in new}
        catalogue = catalogue.replace(*new).remove(*gone)
        rows.update((entry.id, entry) for entry in new)
        rows = {key: entry for key, entry in rows.items() if key not in gone}
        need, person = a_need(chance), a_person(chance)
        compare(catalogue, list(rows.values()), need, person)
        compare(before, list(kept.values()), need, person)
        compare(catalogue.whole(), list(rows.values()), need, person)
        assert len(catalogue) == len(rows)


@settings(max_examples=40, deadline=None)
@given(st.integers(min_value=0, max_value=2**48))
@example(491)  # one part scores less than every row of the other
def test_every_entry_can_say_why_it_is_where_it_is(seed):
    """Its rank, its exclusion, or that nothing of it was asked for; also in a catalogue of two parts."""
    chance = random.Random(seed)
    entries = [an_entry(chance, key) for key in range(1, 30)]
    catalogue = matching_catalogue.compile(entries[:20], SCHEME).replace(*entries[15:])
    need, person = a_need(chance), a_person(chance)
    found, excluded = compare(catalogue, entries, need, person)
    ranks = {result.id: at for at, result in enumerate(found, 1)}
    for entry in entries:
        told = catalogue.explain(entry.id, need, person, TODAY)
        assert told.rank == ranks.get(entry.id)
        assert (told.excluded and told.excluded.code) == excluded.get(entry.id)
        assert (told.result is not None) == retrieved(entry, need)
    assert not catalogue.explain(999, need, person, TODAY).is_known


@pytest.mark.parametrize("include, is_own", [(OWN, True), (PARTNERS, False)])
def test_own_and_partner_services_can_be_matched_alone(include, is_own):
    """Decision 0.2."""
    chance = random.Random(7)
    entries = [an_entry(chance, key) for key in range(1, 80)]
    need, person = Need(primary=AREAS), Person()
    matches = matching_catalogue.compile(entries, SCHEME).match(need, person, TODAY, include)
    some_only = [entry for entry in entries if entry.is_own is is_own]
    ranked, _excluded = match_plainly(some_only, need, person, TODAY)
    assert [r.id for r in matches.results(0, 100, weak=True)] == [key for key, _ in ranked]


@settings(max_examples=60, deadline=None)
@given(st.integers(min_value=0, max_value=2**48))
def test_an_edited_scheme_is_followed_by_sets_and_single_scores_alike(seed):
    """Other points, penalties and a narrower score range: the counts of all rows agree with the scored rows."""
    chance = random.Random(seed)
    content = yaml.safe_load(FILE.read_text(encoding="utf-8"))
    points = content["points"]
    for part in ("area", "clb", "language", "location", "group"):
        points[part] = {
            step: chance.randrange(0, 30) for step in points[part] if step != "level_used"
        }
    points["keywords"]["max"] = chance.randrange(0, 60)
    points["keywords"]["formula"] = "min(x, matched weight / min(total requested weight, 5))"
    points["penalties"] = {code: -chance.randrange(0, 40) for code in points["penalties"]}
    content["score_range"] = [chance.randrange(0, 30), chance.randrange(60, 120)]
    chance.shuffle(content["hard_filters"])
    scheme = read_scheme(content)
    entries = [an_entry(chance, key) for key in range(1, 60)]
    catalogue = matching_catalogue.compile(entries, scheme)
    matches = catalogue.match(a_need(chance), a_person(chance), TODAY)
    found = matches.results(0, 100, weak=True)
    assert [r.order for r in found] == sorted(r.order for r in found)
    for slug, count in matches.bands.items():
        assert count == sum(r.band == slug for r in found)
    for size in (1, 5):
        assert matches.results(0, size, weak=True) == found[:size]

"""Points of the referral builder: every ladder at its borders, every flag, every penalty (domain 7)."""

import datetime
from dataclasses import replace

import pytest
from one_match import DAY, KNOWN, NEED, SCHEME, TODAY, codes, points, told

from workflows.matching import Need, Person


@pytest.mark.parametrize(
    "carried, expected",
    [
        ((), 0),
        (("d",), 5),
        (("b",), 10),
        (("a",), 15),
        (("a", "b", "c"), 35),
        (("a", "b", "c", "d"), 40),
    ],
)
def test_keyword_points_grow_to_full_marks_at_weight_eight(carried, expected):
    assert points("keywords", keywords=carried) == expected


def test_few_requested_keywords_give_full_marks_sooner_and_halves_round_up():
    assert points("keywords", need=replace(NEED, keywords=(("a", 3),))) == 40
    three = replace(NEED, keywords=(("a", 1), ("b", 1), ("c", 1)))
    assert points("keywords", need=three) == 13
    assert points("keywords", need=three, keywords=("a", "b")) == 27
    assert points("keywords", need=replace(NEED, keywords=())) == 0
    heavy = replace(NEED, keywords=(("a", 9), ("b", 9)))
    assert points("keywords", need=heavy) == 40


def test_area_points():
    assert points("area") == 15
    assert points("area", area="money-skills") == 8
    assert points("area", area="health") == 0
    both = replace(NEED, secondary=("employment",))
    assert points("area", need=both) == 15


@pytest.mark.parametrize(
    "listed, expected, flag",
    [
        ((), 10, "why-clb-none"),
        ((4, 5), 10, "why-clb-in"),
        ((5, 6), 5, "warn-clb-near"),
        ((1, 3, 9), 5, "warn-clb-near"),
        ((6,), 0, "warn-clb-far"),
        ((2, 6), 0, "warn-clb-far"),
    ],
)
def test_clb_points_follow_the_nearest_listed_level(listed, expected, flag):
    found = told(clb=listed).result
    assert found.points["clb"] == expected
    assert flag in codes(found.reasons + found.warnings)


def test_the_level_in_french_counts_for_a_french_only_entry():
    person = replace(KNOWN, clb_en=1, clb_fr=9)
    assert points("clb", person, clb=(9,), languages=("fr",)) == 10
    assert points("clb", person, clb=(9,), languages=("fr", "en")) == 0
    unknown = told(replace(person, clb_fr=None), clb=(9,), languages=("fr",)).result
    assert unknown.points["clb"] == 5 and codes(unknown.checks) == ["check-clb"]


SIGNED = replace(KNOWN, languages=("ar",), needs_interpreter=True)


@pytest.mark.parametrize(
    "person, entry, expected, flag",
    [
        (KNOWN, {"area": "language-training"}, 8, None),
        (replace(KNOWN, languages=()), {"area": "language-training"}, 8, None),
        (replace(KNOWN, languages=()), {}, 5, "check-language"),
        (KNOWN, {"languages": ()}, 5, "check-language"),
        (replace(KNOWN, languages=("ti", "en")), {}, 10, "why-language"),
        (SIGNED, {"supports": ("interpretation",)}, 8, "why-interpretation"),
        (replace(SIGNED, clb_en=5), {"supports": ("interpretation",)}, 8, "why-interpretation"),
        (
            replace(SIGNED, needs_interpreter=False),
            {"supports": ("interpretation",)},
            0,
            "warn-language",
        ),
        (replace(SIGNED, clb_en=5), {}, 6, "why-language"),
        (replace(SIGNED, clb_en=4), {}, 0, "warn-language"),
        (replace(SIGNED, clb_fr=5), {}, 0, "warn-language"),
        (replace(SIGNED, clb_fr=5), {"languages": ("fr", "ti")}, 6, "why-language"),
    ],
)
def test_language_points_go_down_the_ladder(person, entry, expected, flag):
    need = replace(NEED, primary=("employment", "language-training"))
    found = told(person, need, **entry).result
    assert found.points["language"] == expected
    flags = ("check-language", "warn-language", "why-language", "why-interpretation")
    said = [c for c in codes(found.reasons + found.checks + found.warnings) if c in flags]
    assert said == ([flag] if flag else [])


@pytest.mark.parametrize(
    "needed, offered, expected",
    [
        ((), (), 10),
        (("x", "y"), ("x", "y"), 10),
        (("x", "y"), ("y",), 5),
        (("x", "y", "z"), ("x",), 3),
    ]
    + [(("x", "y", "z"), ("x", "z"), 7), (("x",), (), 0), (tuple("wxyz"), tuple("w"), 3)],
)
def test_support_points_are_the_share_offered(needed, offered, expected):
    """One of four is 2.5: half a point is rounded up."""
    found = told(replace(KNOWN, supports=needed), supports=offered).result
    assert found.points["supports"] == expected
    missing = tuple(slug for slug in needed if slug not in offered)
    lacking = [note.facts["list"] for note in found.warnings if note.code == "warn-supports"]
    assert lacking == ([missing] if missing else [])


@pytest.mark.parametrize(
    "theirs, entry, expected, flag",
    [
        (None, {"delivery": "online"}, 5, "check-location"),
        ("Rivertown", {"municipality": "", "delivery": "online"}, 5, "check-location"),
        ("rivertown ", {"delivery": "online"}, 10, "why-location"),
        ("Lakeside", {"delivery": "online", "regions": ("Lakeside",)}, 7, None),
        ("Lakeside", {"delivery": "hybrid", "regions": ("Hill", "LAKESIDE")}, 5, None),
        ("Lakeside", {}, 0, "warn-location"),
    ],
)
def test_location_points_look_at_the_unknown_first(theirs, entry, expected, flag):
    found = told(replace(KNOWN, municipality=theirs), **entry).result
    assert found.points["location"] == expected
    said = [
        c for c in codes(found.reasons + found.checks + found.warnings) if c.endswith("location")
    ]
    assert said == ([flag] if flag else [])


def test_group_points():
    women = replace(KNOWN, groups=frozenset({"women"}))
    assert points("group", women, groups=("women", "youth")) == 5
    assert points("group", women) == 2
    assert points("group", women, groups=("everyone", "youth")) == 2
    assert points("group", women, groups=("youth",)) == 0
    unknown = told(replace(women, unknown_groups=frozenset({"youth"})), groups=("youth",)).result
    assert unknown.points["group"] == 2 and codes(unknown.checks) == ["check-group"]


def test_penalties_at_their_borders():
    assert points("penalties", reviewed=TODAY - 180 * DAY) == 0
    assert points("penalties", reviewed=TODAY - 181 * DAY) == -5
    assert points("penalties", intake="waitlist") == -5
    assert points("penalties", fiscal_year="F2024-2025") == -5
    assert points("penalties", fiscal_year="F2024-2025", duration="dates") == 0
    assert points("penalties", on=datetime.date(2026, 3, 31)) == 0
    assert points("penalties", on=datetime.date(2026, 4, 1)) == -5
    all_of_them = told(on=datetime.date(2026, 9, 1), intake="waitlist", reviewed=TODAY).result
    assert all_of_them.points["penalties"] == -15
    assert codes(all_of_them.warnings) == ["warn-stale", "warn-waitlist", "warn-fiscal-year"]


def test_a_score_is_never_below_nothing():
    poor = replace(KNOWN, languages=("ti",), municipality="Hilltop", supports=("x",))
    need = Need(keywords=(("z", 1), ("a", 1), ("b", 3), ("c", 3)))
    found = told(
        poor,
        need,
        area="health",
        clb=(9,),
        groups=("youth",),
        intake="waitlist",
        fiscal_year="",
        reviewed=TODAY - 365 * DAY,
    ).result
    assert sum(found.points.values()) == -10 and (found.score, found.band) == (0, "weak")


def test_bands_begin_at_their_least_score():
    assert [SCHEME.band(score) for score in (100, 70, 69, 50, 49, 30, 29, 0)] == [
        "strong",
        "strong",
        "good",
        "good",
        "possible",
        "possible",
        "weak",
        "weak",
    ]


def test_unknown_facts_are_flagged_only_where_the_entry_asks():
    """An entry without limits never shows check-age, check-ircc, check-clb or check-group."""
    nobody = Person()
    open_to_all = told(nobody, funding="non-ircc").result
    assert codes(open_to_all.checks) == ["check-language", "check-location"]
    asks = told(nobody, funding="ircc", min_age=18, clb=(4,), groups=("women",)).result
    assert codes(asks.checks) == [
        "check-age",
        "check-ircc",
        "check-clb",
        "check-language",
        "check-location",
    ]
    may = replace(nobody, unknown_groups=frozenset({"women"}))
    assert "check-group" in codes(told(may, groups=("women",)).result.checks)


def test_a_year_of_birth_alone_filters_and_is_flagged():
    """2.7: counts as 1 July, and shows a check flag where an age is asked for."""
    person = replace(KNOWN, age=17, is_age_estimated=True)
    assert told(person, min_age=18).excluded.code == "age-below"
    assert codes(told(person, min_age=16).result.checks) == ["check-age"]
    assert told(person).result.checks == ()

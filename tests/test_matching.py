"""The rule of the referral builder (domain 7): the worked cases M1–M6, every filter, every ladder, every tie-break."""

import copy
import datetime
import re
from dataclasses import replace
from pathlib import Path

import pytest
import yaml

import seed
from workflows import eligibility, matching, matching_catalogue
from workflows.business_days import age
from workflows.matching import Entry, Need, Person
from workflows.matching_scheme import BadScheme, read_scheme

DATA = Path(__file__).resolve().parent / "data" / "examples.yaml"
CASES = yaml.safe_load(DATA.read_text(encoding="utf-8"))["matching"]
FACTORS = {row["factor"]: row for row in seed.read("factor_actions")["factors"]}
CONTENT = seed.read("matching")
SCHEME = read_scheme(CONTENT)
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


# ---- The worked cases -------------------------------------------------------------------------------------------------


def entry_of(row):
    """An Entry of a row of the reference catalogue; its number keeps the order of the ids."""
    names = ("name", "area", "location", "funding", "delivery", "municipality", "duration")
    many = ("keywords", "languages", "supports", "groups", "regions", "clb")
    return Entry(
        id=int(row["id"][1:]),
        reviewed=row["reviewed"],
        **{name: row[name] for name in names},
        **{name: tuple(row.get(name, ())) for name in many},
        groups_exclusive=row.get("groups_exclusive", False),
        intake=row.get("intake", "open"),
        start=row.get("start_date"),
        end=row.get("end_date"),
        fiscal_year=row["fiscal_year"] or "",
        min_age=row.get("min_age"),
        max_age=row.get("max_age"),
        clb_strict=row.get("clb_strict", False),
    )


def person_of(row, supports, on):
    rules = {
        item["slug"]: item for item in seed.read("taxonomies")["immigration-categories"]["items"]
    }
    every = {item["slug"] for item in seed.read("taxonomies")["client-groups"]["items"]}
    category, oral = row["immigration_category"], row.get("clb_oral", {})
    groups = frozenset(row["groups"])
    return Person(
        age=age(row.get("dob"), on),
        eligibility=eligibility.eligible(rules, category, row.get("pr_date"), on),
        clb_en=oral.get("en"),
        clb_fr=oral.get("fr"),
        languages=tuple(row["languages"]),
        needs_interpreter=row["needs_interpreter"],
        groups=groups,
        unknown_groups=frozenset() if row.get("groups_known", True) else every - groups,
        municipality=row.get("municipality"),
        supports=tuple(supports),
    )


def need_of(slug):
    row = FACTORS[slug]
    keywords = tuple((keyword["slug"], keyword["weight"]) for keyword in row["keywords"])
    return Need(tuple(row["areas"]["primary"]), tuple(row["areas"]["secondary"]), keywords, slug)


@pytest.mark.parametrize("case", CASES["cases"], ids=[case["case"] for case in CASES["cases"]])
def test_the_worked_cases_give_the_stated_order_points_and_flags(case):
    """Domain 7, M1 to M6."""
    clients = {row["code"]: row for row in CASES["clients"]}
    catalogue = matching_catalogue.compile(map(entry_of, CASES["reference_catalogue"]), SCHEME)
    person = person_of(clients[case["client"]], case["needed_supports"], case["on"])
    matches = catalogue.match(need_of(case["factor"]), person, case["on"])
    found = [
        {
            "entry": f"S{result.id:02d}",
            "score": result.score,
            "band": result.band,
            "points": result.points,
            "matched_keywords": list(result.keywords),
            "checks": codes(result.checks),
            "warnings": codes(result.warnings),
        }
        for result in matches.results()
    ]
    assert found == case["expected_ranking"]
    left_out = [{"entry": f"S{e.id:02d}", "code": e.code} for e in matches.excluded()]
    assert sorted(left_out, key=lambda row: row["entry"]) == case["expected_excluded"]


# ---- Hard filters -----------------------------------------------------------------------------------------------------

FRENCH_ONLY = {"languages": ("fr",), "clb": (5,), "clb_strict": True}
LEFT_OUT = [
    ("inactive", {}, {"is_active": False}, {}),
    ("ended", {}, {"end": TODAY - DAY}, {"end_date": TODAY - DAY}),
    ("closed", {}, {"intake": "closed"}, {}),
    ("age-below", {"age": 17}, {"min_age": 18}, {"min_age": 18, "age": 17}),
    ("age-above", {"age": 25}, {"max_age": 24}, {"max_age": 24, "age": 25}),
    ("ircc-not-eligible", {"eligibility": "no"}, {"funding": "ircc"}, {}),
    (
        "group-exclusive",
        {},
        {"groups": ("women",), "groups_exclusive": True},
        {"groups": ("women",)},
    ),
    ("clb-strict", {}, {"clb": (5, 6), "clb_strict": True}, {"clb": (5, 6), "client_clb": 4}),
    ("clb-strict", {"clb_en": 5}, FRENCH_ONLY, {"clb": (5,), "client_clb": 4}),
]
LET_THROUGH = [
    ({}, {"end": TODAY}),
    ({}, {"intake": "waitlist"}),
    ({"age": 18}, {"min_age": 18}),
    ({"age": 24}, {"max_age": 24}),
    ({"age": None}, {"min_age": 18, "max_age": 24}),
    ({"eligibility": "check"}, {"funding": "ircc"}),
    ({"eligibility": "no"}, {"funding": "non-ircc"}),
    ({"groups": frozenset({"women"})}, {"groups": ("women", "youth"), "groups_exclusive": True}),
    ({"unknown_groups": frozenset({"women"})}, {"groups": ("women",), "groups_exclusive": True}),
    ({}, {"groups": ("women",), "groups_exclusive": False}),
    ({}, {"groups": ("women", "everyone"), "groups_exclusive": True}),
    ({}, {"groups": (), "groups_exclusive": True}),
    ({}, {"clb": (5, 6), "clb_strict": False}),
    ({"clb_en": None}, {"clb": (5, 6), "clb_strict": True}),
    ({}, {"clb": (), "clb_strict": True}),
    ({"clb_fr": 5}, FRENCH_ONLY),
]


@pytest.mark.parametrize("code, person, entry, facts", LEFT_OUT)
def test_a_hard_filter_leaves_out_and_says_why(code, person, entry, facts):
    found = told(replace(KNOWN, **person), **entry)
    assert (found.excluded.code, found.excluded.facts, found.rank) == (code, facts, None)
    assert found.result is not None, "an override needs its points"


@pytest.mark.parametrize("person, entry", LET_THROUGH)
def test_a_border_or_a_missing_fact_leaves_nobody_out(person, entry):
    """Missing data never excludes; blank service fields mean no limit."""
    assert told(replace(KNOWN, **person), **entry).rank == 1


def test_the_first_filter_that_fails_is_the_reason():
    """One entry fails all; taking its faults away one by one shows the next filter in order."""
    person = replace(KNOWN, age=17, eligibility="no")
    faults = {
        "inactive": {"is_active": False},
        "ended": {"end": TODAY - DAY},
        "closed": {"intake": "closed"},
        "age-below": {"min_age": 18},
        "age-above": {"max_age": 16},
        "ircc-not-eligible": {"funding": "ircc"},
        "group-exclusive": {"groups": ("women",), "groups_exclusive": True},
        "clb-strict": {"clb": (9,), "clb_strict": True},
    }
    left = dict(faults)
    for code in faults:
        entry = {name: value for fault in left.values() for name, value in fault.items()}
        assert told(person, **entry).excluded.code == code
        del left[code]
    assert told(person).rank == 1


def test_what_shares_no_area_and_no_keyword_is_no_candidate():
    found = told(area="health", keywords=("z",))
    assert found.is_known and found.rank is None and found.excluded is None
    assert told(area="health").rank == 1, "one requested keyword is enough"
    assert told(keywords=()).rank == 1, "one area is enough"


# ---- Points -----------------------------------------------------------------------------------------------------------


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


# ---- Order ------------------------------------------------------------------------------------------------------------


def order(first, second, person=KNOWN, need=NEED):
    """Ids in the order of the list; id 1 has the facts ``first``."""
    entries = [replace(PLAIN, **{"id": 1} | first), replace(PLAIN, **{"id": 2} | second)]
    for given in (entries, entries[::-1]):
        found = matching_catalogue.compile(given, SCHEME).match(need, person, TODAY).results()
        yield [result.id for result in found], [result.score for result in found]


TIES = [
    # 15 + 15 + 10 against 20 + 15 + 5: the same score.
    ("higher keyword points", {"clb": ()}, {"keywords": ("b", "c"), "clb": (5,)}, {}),
    (
        "fewer check flags",
        {"min_age": 18},
        {},
        {"age": None},
    ),
    ("IRCC-funded first", {"funding": "non-ircc"}, {"funding": "ircc"}, {}),
    ("earlier available date", {}, {"duration": "dates", "start": TODAY - DAY}, {}),
    ("ongoing means today", {"duration": "dates", "start": TODAY + DAY}, {}, {}),
    ("more recently reviewed", {"reviewed": TODAY - DAY}, {}, {}),
    ("name ignoring case", {"name": "job zoo"}, {"name": "Job Club"}, {}),
    ("location", {"location": "Main"}, {"location": "Annex"}, {}),
]


@pytest.mark.parametrize(
    "first, second, person", [tie[1:] for tie in TIES], ids=[tie[0] for tie in TIES]
)
def test_of_two_equal_scores_the_second_goes_first(first, second, person):
    """Tie-breaks of section 7, in their order; the same input gives the same order."""
    for ids, scores in order(first, second, replace(KNOWN, **person)):
        assert scores[0] == scores[1]
        assert ids == [2, 1]


def test_of_two_equal_scores_and_keywords_the_better_area_goes_first():
    """15 for the area and 3 for one of three supports; 8 for the area and 10 for all of them."""
    need = replace(NEED, keywords=(("a", 1),))
    person = replace(KNOWN, supports=("x", "y", "z"))
    first = {"area": "money-skills", "supports": ("x", "y", "z")}
    second = {"area": "employment", "supports": ("x",)}
    for ids, scores in order(first, second, person, need):
        assert scores[0] == scores[1]
        assert ids == [2, 1]


def test_ircc_funding_is_no_advantage_to_somebody_not_confirmed_eligible():
    for ids, _scores in order({}, {"funding": "ircc"}, replace(KNOWN, eligibility="no")):
        assert ids == [1]
    later = {"name": "Job Zoo", "funding": "ircc"}
    for ids, _scores in order({}, later, replace(KNOWN, eligibility="check")):
        assert ids == [1, 2]


def test_the_id_decides_last():
    for ids, _scores in order({}, {}):
        assert ids == [1, 2]


# ---- What is said, and the scheme -------------------------------------------------------------------------------------


def test_a_result_says_why():
    person = replace(KNOWN, groups=frozenset({"women"}), supports=("x", "y"))
    found = told(person, clb=(4, 5), groups=("women",), supports=("x",), keywords=("b", "a")).result
    assert found.reasons == (
        ("why-keywords", {"n": 2, "m": 4, "list": ("a", "b")}),
        ("why-area-primary", {"factor": "employment", "area": "employment"}),
        ("why-clb-in", {"client_clb": 4, "clb": (4, 5)}),
        ("why-language", {"language": ("en",)}),
        ("why-supports", {"list": ("x",)}),
        ("why-location", {"municipality": "Rivertown"}),
        ("why-group", {"groups": ("women",)}),
    )


def test_every_code_has_its_text_in_both_languages():
    source = Path(matching.__file__).read_text(encoding="utf-8")
    used = set(re.findall(r'"((?:why|check|warn)-[a-z-]+)"', source))
    used |= {"why-area-primary", "why-area-secondary", *SCHEME.filters}
    assert len(used) > 25
    assert used <= SCHEME.texts.keys()
    assert all(SCHEME.texts[code]["en"] and SCHEME.texts[code]["fr"] for code in used)


@pytest.mark.parametrize(
    "where, wrong, said",
    [
        (("points", "area", "primary"), "15", "points.area.primary"),
        (("points", "area", "primary"), -1, "points.area.primary"),
        (("points", "clb"), None, "points.clb"),
        (("points", "keywords", "formula"), "40", "points.keywords.formula"),
        (("points", "penalties", "wait_list"), 5, "points.penalties.wait_list"),
        (("score_range",), [100, 0], "score_range"),
        (("hard_filters",), [], "hard_filters"),
        (("bands",), [{"slug": "good", "min": 50, "label": {"en": "Good"}}], "bands"),
        (("texts", "why-clb-none"), {"fr": "x"}, "texts.why-clb-none.en"),
        (("scheme_version",), None, "scheme_version"),
    ],
)
def test_a_scheme_that_cannot_be_used_says_where(app, where, wrong, said):
    content = copy.deepcopy(CONTENT)
    place = content
    for key in where[:-1]:
        place = place[key]
    place[where[-1]] = wrong
    with pytest.raises(BadScheme, match=re.escape(said)):
        read_scheme(content)

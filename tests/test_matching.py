"""The rule of the referral builder (domain 7): the worked cases M1–M6, every filter, every tie-break."""

import copy
import re
from dataclasses import replace
from pathlib import Path

import pytest
import yaml
from one_match import DAY, KNOWN, NEED, PLAIN, SCHEME, TODAY, codes, told

import seed
from workflows import eligibility, matching, matching_catalogue
from workflows.business_days import age
from workflows.matching import Entry, Need, Person
from workflows.matching_scheme import BadScheme, read_scheme

DATA = Path(__file__).resolve().parent / "data" / "examples.yaml"
CASES = yaml.safe_load(DATA.read_text(encoding="utf-8"))["matching"]
FACTORS = {row["factor"]: row for row in seed.read("factor_actions")["factors"]}
CONTENT = seed.read("matching")
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

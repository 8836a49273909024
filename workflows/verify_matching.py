"""Worked examples of matching for ``flask verify``: a catalogue, clients and cases (domain 7, M1 to M6).

Entries and clients are written into the real tables and matched through the catalogue of this process, as the
referral builder does it.  What an entry or a client leaves out stays blank.
"""

import dataclasses

from flask_babel import gettext as _

from forms import choices
from models import (
    ACTIVE,
    AreaOfFocus,
    Client,
    Household,
    Keyword,
    Language,
    Organization,
    Program,
    ServiceActivity,
    ServiceLocation,
    TaxonomyItem,
    TaxonomyList,
)
from workflows import match_facts, matching_index
from workflows.matching import Need
from workflows.rows import through_of
from workflows.verify_directory import PLACE

# What the examples call a column; any other column of a service goes by its own name.
COLUMNS = {
    "delivery": "delivery_mode",
    "duration": "duration_type",
    "reviewed": "last_reviewed_on",
    "intake": "intake_state",
    "supports": "support_services",
    "clb": "clb_levels",
}
ABOUT_CLIENTS = {"dob": "birth_date", "pr_date": "permanent_residence_date"}
WEAK = "weak"


def matching(data, whole, world):
    """Each case: the order, and what is stated of each result; what is left out, and why."""
    entries = sorted(data["reference_catalogue"], key=lambda row: str(row["id"]))
    names = {_enter(row): row["id"] for row in entries}
    clients = {row["code"]: row for row in data["clients"]}
    stored = {code: _client(row, number) for number, (code, row) in enumerate(clients.items(), 1)}
    for case in data["cases"]:
        on = case.get("on") or case.get(True)  # unquoted, YAML takes on for true
        facts = clients[case["client"]]
        person = _person(stored[case["client"]], facts, on, case.get("needed_supports") or ())
        matches = matching_index.catalogue().match(_need(case), person, on)
        results = {names[r.id]: r for r in matches.results(0, matches.total, weak=True)}
        for what, expected, got in _compared(case, results):
            yield f"{case['case']} {what}", expected, got
        if "expected_excluded" in case:
            expected = {row["entry"]: row["code"] for row in case["expected_excluded"]}
            left_out = matches.excluded(0, len(names))
            yield f"{case['case']} excluded", expected, {names[e.id]: e.code for e in left_out}


def _compared(case, results):
    """(what, expected, got) of one case; weak matches are hidden, so they need not be listed."""
    ranking = case["expected_ranking"]
    expected = [row["entry"] for row in ranking]
    yield "order", expected, [n for n, r in results.items() if r.band != WEAK or n in expected]
    for row in ranking:
        name, result = row["entry"], results.get(row["entry"])
        if result is None:
            yield name, row.get("score"), None
            continue
        got = {
            "score": result.score,
            "band": result.band,
            "matched_keywords": set(result.keywords),
            "checks": {note.code for note in result.checks},
            "warnings": {note.code for note in result.warnings},
        }
        for fact in got.keys() & row.keys():
            yield f"{name} {fact}", row[fact], got[fact]
        for part, points in row.get("points", {}).items():
            yield f"{name} points for {part}", points, result.points[part]


def _need(case):
    """The need of a factor of the matrix, or one stated in the case."""
    stated = case.get("need")
    if stated is None:
        return match_facts.need_of(case["factor"])
    areas, keywords = stated.get("areas", {}), stated.get("keywords", ())
    weights = tuple((row["slug"], row["weight"]) for row in keywords)
    return Need(tuple(areas.get("primary", ())), tuple(areas.get("secondary", ())), weights)


# ---- Writing the examples into the tables -----------------------------------------------------------------------------


def _enter(row):
    """Write one entry with an organization, a place and a program of its own; returns its id."""
    regions = row.get("regions") or []
    organization = Organization.create(name=f"{row['id']}", regions_served=regions)
    place = PLACE | {"city": row.get("municipality") or "", "name": row.get("location") or ""}
    location = ServiceLocation.create(organization=organization, **place)
    program = Program.create(
        organization=organization,
        name=row.get("program") or "",
        description="",
        contact_name="",
        funding=row["funding"],
        area_of_focus=_row(AreaOfFocus, AreaOfFocus.slug, row["area"]),
        state=ACTIVE,
    )
    named = {COLUMNS.get(name, name): value for name, value in row.items()}
    columns = ServiceActivity._meta.fields.keys() - {"id", "program", "location"}
    values = {name: value for name, value in named.items() if name in columns and value is not None}
    values = {"state": ACTIVE} | values
    service = ServiceActivity.create(program=program, location=location, **values)
    _link(service, "keywords", [_row(Keyword, Keyword.slug, s) for s in row.get("keywords") or ()])
    _link(
        service, "languages", [_row(Language, Language.code, c) for c in row.get("languages") or ()]
    )
    _link(service, "client_groups", [_group(slug) for slug in row.get("groups") or ()])
    return service.id


def _row(model, column, value):
    row = model.get_or_none(column == value)
    if row is None:
        raise LookupError(_("“%(value)s” is not in the reference data.", value=value))
    return row


def _group(slug):
    groups = TaxonomyList.get(TaxonomyList.slug == "client-groups")
    found = TaxonomyItem.get_or_none(TaxonomyItem.list == groups, TaxonomyItem.slug == slug)
    return found or _row(TaxonomyItem, TaxonomyItem.slug, slug)


def _link(service, name, rows):
    through, mine, other = through_of(ServiceActivity, name)
    for row in rows:
        through.create(**{mine.name: service, other.name: row})


def _client(row, number):
    """Write one client with a household of their own; returns the stored Client."""
    named = {ABOUT_CLIENTS.get(name, name): value for name, value in row.items()}
    columns = Client._meta.fields.keys() - {"id", "household"}
    values = {name: value for name, value in named.items() if name in columns and value is not None}
    for code, level in (row.get("clb_oral") or {}).items():
        values[f"clb_{code}_listening"] = values[f"clb_{code}_speaking"] = level
    values["preferred_languages"] = row.get("languages") or []
    names = {"first_name": str(row["code"]), "last_name": str(row["code"])}
    household = Household.create(file_number=f"verify-{number}")
    return Client.get_by_id(Client.create(household=household, **names | values).id)


def _person(client, row, on, supports):
    """The stored client as matching sees it, with the groups as the example states them."""
    person = match_facts.person_of(client, on, supports)
    if "groups" not in row:
        return person
    groups = frozenset(row["groups"] or ())
    unknown = () if row.get("groups_known", True) else choices.slugs("client-groups")
    return dataclasses.replace(person, groups=groups, unknown_groups=frozenset(unknown) - groups)

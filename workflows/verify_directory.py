"""Worked examples of the directory for ``flask verify``: the TIES table and the SECC card (domain 6.1, 6.2)."""

import datetime
import re

from flask_babel import gettext as _

from models import (
    ACTIVE,
    DRAFT,
    AreaOfFocus,
    Keyword,
    Language,
    Organization,
    Program,
    ServiceActivity,
    ServiceLocation,
)
from workflows import directory, settings
from workflows.records import linked_ids, save

DEFAULT_AREA = "community-services"
PLACE = {
    "address": "1 Example Street",
    "city": "Exampletown",
    "province": "ON",
    "postal_code": "K1A 0A1",
    "contact_name": "Reception",
    "contact_phone": "613-555-0101",
    "hours_text": "By appointment",
}


def own_organization(name="Example Settlement Services"):
    """The own organization of the scratch database, saved under ``name``."""
    organization = Organization.own() or Organization(is_own=True)
    values = {k: PLACE[k] for k in ("address", "city", "province", "postal_code")}
    values |= {"name": name, "phone": "613-555-0100", "regions_served": ["Exampletown"]}
    for column, value in values.items():
        setattr(organization, column, value)
    save(organization)
    return organization


def place(organization, name, **values):
    """A location of ``organization``."""
    location = ServiceLocation(organization=organization, name=name, **PLACE | values)
    save(location)
    return location


def program(organization, name, funding, area=None, **values):
    """A program in English of ``organization``; ``area`` is the slug of an area of focus."""
    facts = {
        "description": name,
        "contact_name": "Lead",
        "contact_phone": "613-555-0102",
        "area_of_focus": AreaOfFocus.get(AreaOfFocus.slug == (area or DEFAULT_AREA)),
    }
    holder = Program(organization=organization, name=name, funding=funding, **facts | values)
    save(holder, many={"languages": [Language.get(Language.code == "en").id]})
    return holder


def service(holder, location, name, keywords=None, **values):
    """An entry of a program, active unless ``values`` say otherwise, with the first keyword of its area."""
    facts = {
        "description": name,
        "state": ACTIVE,
        "days": ["mon"],
        "start_time": datetime.time(9),
        "end_time": datetime.time(11),
        "contact_phone": "613-555-0103",
    }
    if keywords is None:
        keywords = linked_ids(holder.area_of_focus, "keywords")[:1]
    entry = ServiceActivity(program=holder, location=location, name=name, **facts | values)
    save(entry, many={"keywords": list(keywords)})
    return entry


# ---- TIES ------------------------------------------------------------------------------------------------------------


def ties(data, whole, world):
    """Each service is entered at its first place and cloned to the others, then counted (R-SA-3)."""
    organization = own_organization(data["organization"])
    places = {name: place(organization, name) for name in data["locations"]}
    cloned = 0
    for row in data["programs"]:
        holder = program(organization, row["name"], row["funding"], row.get("area_of_focus"))
        for each in row["services"]:
            first, *others = (places[name] for name in each["at"])
            entry = service(holder, first, each["name"], delivery_mode=each["delivery"])
            made, _skipped = directory.clone(entry, others)
            cloned += len(made)
    got = _counts(organization) | {"clones_needed": cloned}
    for name, expected in data["expected"].items():
        yield name, expected, got[name]


def _counts(organization):
    columns = ServiceLocation.name, Program.name, Program.funding, ServiceActivity.name
    query = ServiceActivity.placed(*columns).where(Program.organization == organization)
    rows = list(query.tuples())
    return {
        "programs": Program.select().where(Program.organization == organization).count(),
        "distinct_services": len({(holder, name) for _place, holder, _funding, name in rows}),
        "service_activity_entries": len(rows),
        "entries_by_location": _by(rows, 0),
        "entries_by_program": _by(rows, 1),
        "entries_by_funding": _by(rows, 2),
    }


def _by(rows, column):
    found = [row[column] for row in rows]
    return {name: found.count(name) for name in dict.fromkeys(found)}


# ---- The SECC card ---------------------------------------------------------------------------------------------------


def card(data, whole, world):
    """One old entry: the twelve labelled fields in their order, and what is missing from it (2.4, R-SA-14)."""
    own_organization()
    partner = Organization(name=data["partner"])
    save(partner)
    holder = program(partner, data["program"], data["funding"], data["type_of_activity_slug"])
    keywords = Keyword.select(Keyword.id).where(Keyword.slug.in_(data.get("keywords") or [""]))
    entry = service(
        holder,
        place(partner, data["location"]),
        data.get("service_name_on_card") or data["program"],
        keywords=[key for (key,) in keywords.tuples()],
        state=DRAFT,
        description=data["description"],
        duration_type=data["duration_type"],
        days=data["available_days"] or [],
        start_time=_time(data["start_time_24h"]),
        end_time=_time(data["end_time_24h"]),
        fiscal_year=data["fiscal_year"],
        contact_phone=data.get("contact"),
    )
    entry = ServiceActivity.get_by_id(entry.id)
    found = directory.card(entry)
    words = {label.lower().replace(" ", "_"): _as_in_the_guide(text) for label, text in found}
    yield "card_order", data["card_order"], list(words)
    for name in data["card_order"]:
        expected = data[name]
        yield name, ", ".join(expected) if isinstance(expected, list) else expected, words.get(name)
    as_of = data.get("as_of") or settings.today()
    said = {sentence: short for short, sentence in _missing().items()}
    got = [said.get(sentence, sentence) for sentence in directory.completeness(entry, as_of)]
    yield "completeness_warnings", data["completeness_warnings"], got


def _as_in_the_guide(text):
    """The words of a card, its times as the guide writes them: 9:00 AM."""
    clock = re.fullmatch(r"(\d+:\d\d)\s([ap])\.m\.", text or "")
    return f"{clock[1]} {clock[2].upper()}M" if clock else text


def _missing():
    """What the examples call each sentence of the completeness list."""
    return {
        "available_days is empty": _("Available days are empty."),
        "no start or end time": _("The start or end time is empty."),
        "no contact information": _("There is no contact information."),
        "no keywords": _("There are no keywords."),
        "no eligibility": _("There is no eligibility information."),
        "not confirmed for the current fiscal year": _(
            "It is not confirmed for the current fiscal year."
        ),
    }


def _time(value):
    """A time of day; unquoted, YAML takes 16:00 for a number of minutes."""
    if isinstance(value, int):
        return datetime.time(*divmod(value, 60))
    return value and datetime.time.fromisoformat(value.zfill(5))

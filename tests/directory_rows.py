"""Directory rows for tests: each saved through the records room, complete unless the test says otherwise."""

import itertools

from models import (
    AreaOfFocus,
    Keyword,
    Language,
    Organization,
    Program,
    ServiceActivity,
    ServiceLocation,
)
from workflows.records import save

numbers = itertools.count(1)


def make_partner(**values):
    organization = Organization(**({"name": f"Partner {next(numbers)}"} | values))
    save(organization)
    return organization


def make_location(organization=None, **values):
    values = {
        "name": f"Place {next(numbers)}",
        "address": "1 Erie Street",
        "city": "Leamington",
        "province": "ON",
        "postal_code": "N8H 1A1",
        "contact_name": "Reception",
        "contact_phone": "519-555-0101",
        "hours": [[1, "09:00", "17:00"]],
    } | values
    location = ServiceLocation(organization=organization or Organization.own(), **values)
    save(location)
    return location


def area(slug="employment"):
    return AreaOfFocus.get(AreaOfFocus.slug == slug)


def make_program(organization=None, area_slug="employment", **values):
    values = {
        "name": f"Program {next(numbers)}",
        "description": "Help to find work.",
        "contact_name": "Lead",
        "contact_phone": "519-555-0102",
        "funding": "ircc",
    } | values
    program = Program(
        organization=organization or Organization.own(), area_of_focus=area(area_slug), **values
    )
    save(program, many={"languages": [Language.get(Language.code == "en").id]})
    return program


def keyword(slug="employment--resume"):
    return Keyword.get(Keyword.slug == slug)


def new_service(program=None, location=None, **values):
    """A complete entry that is not saved yet."""
    values = {
        "name": f"Service {next(numbers)}",
        "description": "What happens there.",
        "days": ["mon"],
        "start_time": "09:00",
        "end_time": "11:00",
        "contact_phone": "519-555-0103",
    } | values
    for name in ("start_time", "end_time"):
        values[name] = ServiceActivity._meta.fields[name].python_value(values[name])
    return ServiceActivity(
        program=program or make_program(), location=location or make_location(), **values
    )


def make_service(program=None, location=None, keywords=("employment--resume",), **values):
    service = new_service(program, location, **values)
    save(service, many={"keywords": [keyword(slug).id for slug in keywords]})
    return service


def fresh(row):
    return type(row).get_by_id(row.id)

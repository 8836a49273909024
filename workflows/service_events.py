"""Service events, one dict for each person and event: what the service record is written from (domain 8).

They come from completed assessments, case activities, referrals we made and capacity building, a month at a time, always in
the same order.  Names of people are never in them.
"""

import hashlib
import json
from dataclasses import dataclass
from functools import lru_cache

from peewee import JOIN

from forms.formats import day_of
from models import (
    COMPLETE,
    AreaOfFocus,
    CapacityBuildingActivity,
    CaseActivity,
    Client,
    Household,
    NeedsAssessment,
    Program,
    Referral,
    ServiceActivity,
    ServiceLocation,
    Staff,
    database,
)
from workflows.business_days import add_months, fiscal_year_of
from workflows.levels import level_on
from workflows.reports_casework import MADE_BY_US
from workflows.reports_tables import ONE_DAY

ASSESSMENT, CASE_MANAGEMENT, SUPPORT = (
    "needs assessment and referral",
    "case management",
    "support",
)
# The kind of service of each of the funder's services.
KIND_OF = {
    "needs-assessment-referral": ASSESSMENT,
    "information-orientation": "information and orientation",
    "pre-arrival": "information and orientation",
    "language-assessment": "language assessment",
    "language-training": "language training",
    "employment-services": "employment",
    "community-connections": "community connections",
    "case-management": CASE_MANAGEMENT,
    "rap": CASE_MANAGEMENT,
    "indirect-services": SUPPORT,
}
KINDS = tuple(dict.fromkeys(KIND_OF.values()))
# What follows from the topic of an activity when nobody chose the funder's service; every other topic is case management.
FOLLOWING = (
    "information-orientation",
    "language-training",
    "employment-services",
    "community-connections",
)
GROUP_TYPES = ("workshop",)
SUPPORT_TYPES = ("interpretation",)
PERSONAL = (
    "client_number",
    "birth_year",
    "gender",
    "immigration_category",
    "arrival_date",
    "pr_date",
    "client_language",
    "municipality",
)
SOURCES = (
    "row_id",
    "fiscal_year",
    "service_date",
    "service_kind",
    "ircc_service",
    "program",
    "funding",
    "service_activity",
    "location",
    "postal_prefix",
    "delivery_mode",
    "language_of_service",
    "topic",
    "activity_type",
    "minutes",
    "group_or_individual",
    "referral_created",
    "referral_target_kind",
    "support_services_used",
    *PERSONAL,
    "level_of_need",
    "outcome",
)


@dataclass(frozen=True)
class Event:
    """One row: ``values`` by source, a missing one empty; where its ``record`` is mended, and whose it is (or nobody's)."""

    values: dict
    record: tuple[str, int]
    client: int | None


@dataclass(frozen=True)
class _Known:
    """What rows name by id, read once; confidential places and programs are nameless (decision 0.1)."""

    places: dict
    programs: dict
    services: dict
    spoken: dict
    following: dict


def _known():
    places = ServiceLocation.select(
        ServiceLocation.id, ServiceLocation.name, ServiceLocation.is_confidential
    )
    programs = Program.select(Program.id, Program.name, Program.funding, Program.is_confidential)
    services = ServiceActivity.select(
        ServiceActivity.id, ServiceActivity.name, ServiceActivity.delivery_mode
    )
    areas = AreaOfFocus.select(AreaOfFocus.cma_topic, AreaOfFocus.ircc_service)
    areas = areas.where(AreaOfFocus.ircc_service.in_(FOLLOWING)).order_by(AreaOfFocus.id.desc())
    return _Known(
        {key: "" if hidden else name for key, name, hidden in places.tuples()},
        {
            key: ("" if hidden else name, funding, hidden)
            for key, name, funding, hidden in programs.tuples()
        },
        {key: (name, mode) for key, name, mode in services.tuples()},
        dict(Staff.select(Staff.id, Staff.languages).tuples()),
        dict(areas.tuples()),
    )


def months(first, last):
    """(first day, last day) of each month's part of a period."""
    while first <= last:
        end = min(last, add_months(first.replace(day=1), 1) - ONE_DAY)
        yield first, end
        first = end + ONE_DAY


def events(first, last):
    """Yield the Events of the days from ``first`` to ``last``, by day, kind and number: the same ones in the same order."""
    known = _known()
    for start, end in months(first, last):
        found = []
        for place, read in enumerate((_assessments, _activities, _referrals, _community)):
            found += [(*key[:1], place, *key[1:], event) for key, event in read(start, end, known)]
        found.sort(key=lambda row: row[:-1])
        for row in found:
            yield row[-1]


# ---- The person of a row ----------------------------------------------------------------------------------------------

PERSON = (
    Client.id,
    Client.uuid,
    Client.funder_client_number,
    Client.birth_date,
    Client.birth_year_only,
    Client.gender,
    Client.immigration_category,
    Client.arrival_date,
    Client.permanent_residence_date,
    Client.preferred_languages,
    Client.municipality,
    Household.postal_code,
)


def _person(raw):
    """(client id, uuid, languages, values) of the columns PERSON as the database gives them."""
    (key, identity, number, born, year, gender, category, arrived, resident, spoken, town, post) = (
        raw
    )
    languages = _listed(spoken)
    values = {
        "client_number": number or "",
        "birth_year": day_of(born).year if born else year or "",
        "gender": gender or "",
        "immigration_category": "" if category == "unknown" else category,
        "arrival_date": _day(arrived),
        "pr_date": _day(resident),
        "client_language": languages[0] if languages else "",
        "municipality": town or "",
        "postal_prefix": (post or "")[:3],
    }
    return key, identity, languages, values


def _listed(raw):
    """A stored list: text on SQLite, already read on PostgreSQL."""
    return _read(raw) if isinstance(raw, str) else raw or ()


@lru_cache(4096)
def _read(text):
    return tuple(json.loads(text) or ())


def _day(value):
    return day_of(value).isoformat() if value else ""


def _row_id(identity, person=""):
    """A number of its own for each row, the same every time, that says nothing about the person."""
    return hashlib.sha256(f"{identity}:{person}".encode()).hexdigest()[:20]


def _values(day, service, kind=None, **more):
    return {
        "fiscal_year": fiscal_year_of(day),
        "service_date": day.isoformat(),
        "service_kind": kind or KIND_OF.get(service, CASE_MANAGEMENT),
        "ircc_service": service,
        "group_or_individual": "individual",
        "referral_created": "no",
        **more,
    }


# ---- Where rows come from ---------------------------------------------------------------------------------------------


def _assessments(first, last, known):
    query = (
        NeedsAssessment.select(
            *PERSON,
            NeedsAssessment.id,
            NeedsAssessment.uuid,
            NeedsAssessment.completed_on,
            NeedsAssessment.mode,
            NeedsAssessment.level,
            NeedsAssessment.assessor,
        )
        .join(Client)
        .join(Household)
        .where(NeedsAssessment.state == COMPLETE, NeedsAssessment.completed_on.between(first, last))
    )
    for row in database.execute(query).fetchall():
        client, identity, languages, person = _person(row[: len(PERSON)])
        key, uuid, day, mode, level, staff = row[len(PERSON) :]
        values = _values(
            day_of(day),
            "needs-assessment-referral",
            **person,
            row_id=_row_id(uuid, identity),
            delivery_mode=mode,
            activity_type="needs-assessment",
            language_of_service=_shared_language(languages, known.spoken.get(staff)),
            level_of_need=level or "",
        )
        yield (
            (values["service_date"], key, client),
            Event(values, ("needs_assessment", key), client),
        )


def _shared_language(wanted, spoken):
    """The first language of the client that the worker speaks."""
    return next((code for code in wanted if code in (spoken or ())), "")


def _activities(first, last, known):
    through = CaseActivity.clients.get_through_model()
    query = (
        CaseActivity.select(
            *PERSON,
            CaseActivity.id,
            CaseActivity.uuid,
            CaseActivity.date,
            CaseActivity.topic,
            CaseActivity.type,
            CaseActivity.minutes,
            CaseActivity.staff,
            CaseActivity.location,
            CaseActivity.mode,
            CaseActivity.ircc_service,
            CaseActivity.support_services,
            Referral.direction,
            Referral.outcome,
            level_on(through.client, CaseActivity.date),
        )
        .join(through, on=(through.caseactivity == CaseActivity.id))
        .join(Client, on=(Client.id == through.client))
        .join(Household, on=(Household.id == Client.household))
        .join(Referral, JOIN.LEFT_OUTER, on=(Referral.id == CaseActivity.referral))
        .where(CaseActivity.date.between(first, last))
    )
    for row in database.execute(query).fetchall():
        client, identity, languages, person = _person(row[: len(PERSON)])
        (
            key,
            uuid,
            day,
            topic,
            kind,
            minutes,
            staff,
            place,
            mode,
            chosen,
            used,
            way,
            outcome,
            level,
        ) = row[len(PERSON) :]
        values = _values(
            day_of(day),
            chosen or known.following.get(topic, "case-management"),
            SUPPORT if kind in SUPPORT_TYPES else None,
            **person,
            row_id=_row_id(uuid, identity),
            location=known.places.get(place, ""),
            delivery_mode=mode or "",
            language_of_service=_shared_language(languages, known.spoken.get(staff)),
            topic=topic,
            activity_type=kind,
            minutes=minutes,
            support_services_used=";".join(_listed(used)),
            level_of_need=level or "",
            outcome=outcome or "",
            **_target(way),
        )
        if kind in GROUP_TYPES:
            values["group_or_individual"] = "group"
        yield (values["service_date"], key, client), Event(values, ("case_activity", key), client)


def _target(direction):
    """Whether a referral was made, and whose service it leads to."""
    if direction not in MADE_BY_US:
        return {}
    kind = "partner" if direction == "outbound" else "own"
    return {"referral_created": "yes", "referral_target_kind": kind}


def _referrals(first, last, known):
    query = (
        Referral.select(
            *PERSON,
            Referral.id,
            Referral.uuid,
            Referral.referred_on,
            Referral.direction,
            Referral.program,
            Referral.service_activity,
            Referral.location,
            Referral.outcome,
            level_on(Referral.client, Referral.referred_on),
        )
        .join(Client)
        .join(Household)
        .where(Referral.referred_on.between(first, last), Referral.direction.in_(MADE_BY_US))
    )
    for row in database.execute(query).fetchall():
        client, identity, _languages, person = _person(row[: len(PERSON)])
        key, uuid, day, way, program, service, place, outcome, level = row[len(PERSON) :]
        name, funding, hidden = known.programs.get(program, ("", "", False))
        offered, mode = known.services.get(service, ("", ""))
        values = _values(
            day_of(day),
            "needs-assessment-referral",
            **person,
            row_id=_row_id(uuid, identity),
            program=name,
            funding=funding,
            service_activity="" if hidden else offered,
            location=known.places.get(place, ""),
            delivery_mode=mode,
            activity_type="referral",
            level_of_need=level or "",
            outcome=outcome,
            **_target(way),
        )
        yield (values["service_date"], key, client), Event(values, ("referral", key), client)


def _community(first, last, known):
    """Capacity building is about no person: one row an activity."""
    area = AreaOfFocus
    query = (
        CapacityBuildingActivity.select(
            CapacityBuildingActivity.id,
            CapacityBuildingActivity.uuid,
            CapacityBuildingActivity.date,
            CapacityBuildingActivity.type,
            CapacityBuildingActivity.minutes,
            CapacityBuildingActivity.location,
            area.ircc_service,
        )
        .join(area, JOIN.LEFT_OUTER)
        .where(CapacityBuildingActivity.date.between(first, last))
    )
    for key, uuid, day, kind, minutes, place, service in database.execute(query).fetchall():
        values = _values(
            day_of(day),
            "indirect-services",
            KIND_OF.get(service, SUPPORT),
            row_id=_row_id(uuid),
            location=known.places.get(place, ""),
            activity_type=kind,
            minutes=minutes,
            group_or_individual="group",
        )
        record = ("capacity_building_activity", key)
        yield (values["service_date"], key, 0), Event(values, record, None)

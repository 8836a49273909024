"""Service events, one row for each person and event: what the service record is written from (domain 8).

They come from completed assessments, case activities, referrals we made and capacity building.  Each of these kinds says of
every value which columns it is read from, so that a look at some values reads no others.  Names of people are never in them.
"""

import hashlib
import json
from collections.abc import Callable
from dataclasses import dataclass
from functools import lru_cache, reduce
from operator import and_
from typing import NamedTuple

from peewee import JOIN, SQL, CharField, IntegerField

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
from workflows import activities
from workflows.business_days import ONE_DAY, add_months, fiscal_year_of
from workflows.levels import level_on
from workflows.reports_casework import MADE_BY_US

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


class Event(NamedTuple):
    """One row: ``values`` by source, a missing one empty; where its ``record`` is mended, and whose it is (or nobody's)."""

    values: dict
    record: tuple[str, int]
    client: int | None


def _as_it_stands(value):
    return value or ""


def _fixed(value):
    return Value((), lambda: value)


@dataclass(frozen=True)
class Value:
    """How a value is made: ``make`` of what the database gives for the ``columns``.

    Where ``many`` different ones are likely, whoever only asks whether it is missing asks the database that; their columns
    are of one table.
    """

    columns: tuple
    make: Callable = _as_it_stands
    many: bool = False

    @property
    def absent(self):
        """An expression: none of the columns says anything."""
        return reduce(and_, map(_is_absent, self.columns))

    @property
    def is_always_there(self):
        """True for a number that every row has."""
        return self.many and all(
            isinstance(column, IntegerField) and not column.null for column in self.columns
        )


def _is_absent(column):
    return column.is_null() | (column == "") if isinstance(column, CharField) else column.is_null()


def _is_persons(column):
    """True for a column about the person, plain or read as text."""
    return getattr(column, "node", column).model in (Client, Household)


def _there(absent):
    return "" if absent else "there"


@dataclass(frozen=True)
class Kind:
    """What one table gives: a row for each record, or for each person of a record, and how its values are made.

    An outer join of ``query`` along a foreign key costs nothing where nothing is read of it: a database leaves it out.
    """

    record: str
    query: object
    day: object
    client: object
    values: dict

    def always_says(self, source):
        """True when no row is without this value, so that nobody needs to look for it."""
        return source in self.values and self.values[source].is_always_there


class Columns(list):
    """What is read from one place, each column once."""

    def place(self, column):
        """The place of a column in a row, put at the end when it is not there yet."""
        for place, known in enumerate(self):
            if known is column:
                return place
        self.append(column)
        return len(self) - 1


class Reader:
    """Reads the ``wanted`` values of a kind; of those in ``whether``, no more than whether they are there.

    What is about the person stands in ``persons``, which are the same for all their rows and are read once.
    """

    def __init__(self, kind, wanted, whether, persons):
        self.kind, self._columns, self._makers = kind, Columns(), []
        for source in wanted:
            if value := kind.values.get(source):
                thin = source in whether and value.many
                make = _there if thin else value.make
                sides = [0 if _is_persons(column) else 1 for column in value.columns]
                columns = value.columns
                if thin:
                    columns, sides = (value.absent,), sides[:1]
                asked = (persons, self._columns)
                places = [
                    (side, asked[side].place(c)) for side, c in zip(sides, columns, strict=True)
                ]
                self._makers.append((source, make, places))

    def rows(self, first, last):
        """Iterate (day, id of the record, id of the client or None, *what was read) of the days from ``first`` to ``last``."""
        kind = self.kind
        query = kind.query.where(kind.day.between(first, last))
        return database.execute(query.select(kind.day, query.model.id, kind.client, *self._columns))

    def values(self, person, read):
        """{source: value} of what was read of a person (``People.read``) and of a row."""
        sides = person, read
        return {
            source: make(*[sides[side][place] for side, place in places])
            for source, make, places in self._makers
        }


class People:
    """What is asked of persons: few differ in it, so that each different ``read`` has a place, that of nobody the first.

    ``places`` is {client id: place}.
    """

    def __init__(self, columns):
        query = Client.select(Client.id, *columns).join(Household, JOIN.LEFT_OUTER)
        found = {None: None, **{row[0]: row[1:] for row in database.execute(query)}}
        numbers = {read: number for number, read in enumerate(dict.fromkeys(found.values()))}
        self.read, self.places = list(numbers), {key: numbers[read] for key, read in found.items()}


def readers(asked):
    """(a Reader of each kind, the People of their rows); ``asked(kind)`` gives its ``wanted`` and ``whether``."""
    persons = Columns()
    made = [Reader(kind, *asked(kind), persons) for kind in _kinds()]
    return made, People(persons)


def months(first, last):
    """(first day, last day) of each month's part of a period."""
    while first <= last:
        end = min(last, add_months(first.replace(day=1), 1) - ONE_DAY)
        yield first, end
        first = end + ONE_DAY


def events(first, last):
    """Yield the Events of the days from ``first`` to ``last``, by day, kind and number: the same ones in the same order."""
    sources, people = readers(lambda _kind: (SOURCES, ()))
    for start, end in months(first, last):
        found = []
        for place, reader in enumerate(sources):
            for day, key, client, *read in reader.rows(start, end):
                person = people.places.get(client)
                if person is None:  # somebody who came while this was being read
                    continue
                values = reader.values(people.read[person], read)
                event = Event(values, (reader.kind.record, key), client)
                found.append((_day(day), place, key, client or 0, event))
        found.sort(key=lambda row: row[:-1])
        for row in found:
            yield row[-1]


# ---- How values are made ----------------------------------------------------------------------------------------------


def _day(value):
    return day_of(value).isoformat() if value else ""


def _birth_year(born, year):
    return day_of(born).year if born else year or ""


def _listed(column):
    """A column that holds a list, as text on every database."""
    return column.cast("TEXT")


@lru_cache(4096)
def _read(text):
    return tuple(json.loads(text) or ()) if text else ()


SPOKEN = _listed(Client.preferred_languages)
PERSON = {
    "client_number": Value((Client.funder_client_number,), many=True),
    "birth_year": Value((Client.birth_date, Client.birth_year_only), _birth_year, many=True),
    "gender": Value((Client.gender,)),
    "immigration_category": Value(
        (Client.immigration_category,), lambda slug: "" if slug == "unknown" else slug
    ),
    "arrival_date": Value((Client.arrival_date,), _day, many=True),
    "pr_date": Value((Client.permanent_residence_date,), _day, many=True),
    "client_language": Value((SPOKEN,), lambda text: next(iter(_read(text)), "")),
    "municipality": Value((Client.municipality,), many=True),
    "postal_prefix": Value((Household.postal_code,), lambda code: (code or "")[:3], many=True),
}


def _row_id(identity, person=""):
    """A number of its own for each row, the same every time, that says nothing about the person."""
    return hashlib.sha256(f"{identity}:{person}".encode()).hexdigest()[:20]


def _of_every_row(day):
    return {
        "fiscal_year": Value((day,), lambda value: fiscal_year_of(day_of(value)), many=True),
        "service_date": Value((day,), _day, many=True),
        "group_or_individual": _fixed("individual"),
        "referral_created": _fixed("no"),
    }


def _spoken_by(staff):
    """language_of_service: the first language of the client that the worker speaks."""
    known = dict(Staff.select(Staff.id, Staff.languages).tuples())

    def shared(wanted, worker):
        spoken = known.get(worker) or ()
        return next((code for code in _read(wanted) if code in spoken), "")

    return Value((SPOKEN, staff), shared)


def _target(direction):
    """Whose service a referral that we made leads to."""
    if direction not in MADE_BY_US:
        return ""
    return "partner" if direction == "outbound" else "own"


# ---- Where rows come from ---------------------------------------------------------------------------------------------


def _kinds():
    """The kinds in the order in which their rows of one day stand; confidential names are left out (decision 0.1)."""
    rows = ServiceLocation.select(
        ServiceLocation.id, ServiceLocation.name, ServiceLocation.is_confidential
    )
    places = {key: "" if hidden else name for key, name, hidden in rows.tuples()}
    return _assessments(), _activities(places), _referrals(places), _community(places)


def _named(known, column):
    return Value((column,), lambda key: known.get(key, ""))


def _assessments():
    row = NeedsAssessment
    return Kind(
        "needs_assessment",
        row.select().where(row.state == COMPLETE),
        row.completed_on,
        row.client,
        {
            **_of_every_row(row.completed_on),
            **PERSON,
            "row_id": Value((row.uuid, Client.uuid), _row_id),
            "service_kind": _fixed(ASSESSMENT),
            "ircc_service": _fixed("needs-assessment-referral"),
            "delivery_mode": Value((row.mode,)),
            "activity_type": _fixed("needs-assessment"),
            "language_of_service": _spoken_by(row.assessor),
            "level_of_need": Value((row.level,)),
        },
    )


def _activities(places):
    row, through = CaseActivity, CaseActivity.clients.get_through_model()
    service = activities.services_of_topics()

    def kind(chosen, topic, what):
        return (
            SUPPORT
            if what in SUPPORT_TYPES
            else KIND_OF.get(service(chosen, topic), CASE_MANAGEMENT)
        )

    return Kind(
        "case_activity",
        row.select()
        .join(through, on=(through.caseactivity == row.id))
        .join_from(row, Referral, JOIN.LEFT_OUTER, on=(Referral.id == row.referral)),
        row.date,
        through.client,
        {
            **_of_every_row(row.date),
            **PERSON,
            "row_id": Value((row.uuid, Client.uuid), _row_id),
            "service_kind": Value((row.ircc_service, row.topic, row.type), kind),
            "ircc_service": Value((row.ircc_service, row.topic), service),
            "location": _named(places, row.location),
            "delivery_mode": Value((row.mode,)),
            "language_of_service": _spoken_by(row.staff),
            "topic": Value((row.topic,)),
            "activity_type": Value((row.type,)),
            "minutes": Value((row.minutes,), many=True),
            "group_or_individual": Value(
                (row.type,), lambda what: "group" if what in GROUP_TYPES else "individual"
            ),
            "referral_created": Value(
                (Referral.direction,), lambda way: "yes" if way in MADE_BY_US else "no"
            ),
            "referral_target_kind": Value((Referral.direction,), _target),
            "support_services_used": Value(
                (_listed(row.support_services),), lambda text: ";".join(_read(text))
            ),
            "level_of_need": Value((level_on(through.client, row.date),)),
            "outcome": Value((Referral.outcome,)),
        },
    )


def _referrals(places):
    row = Referral
    rows = Program.select(Program.id, Program.name, Program.funding, Program.is_confidential)
    programs = {
        key: ("" if hidden else name, funding, hidden)
        for key, name, funding, hidden in rows.tuples()
    }
    rows = ServiceActivity.select(
        ServiceActivity.id, ServiceActivity.name, ServiceActivity.delivery_mode
    )
    services = {key: (name, mode) for key, name, mode in rows.tuples()}

    def offered(program, service):
        hidden = programs.get(program, ("", "", False))[2]
        return "" if hidden else services.get(service, ("",))[0]

    return Kind(
        "referral",
        row.select().where(row.direction.in_(MADE_BY_US), row.client.is_null(False)),
        row.referred_on,
        row.client,
        {
            **_of_every_row(row.referred_on),
            **PERSON,
            "row_id": Value((row.uuid, Client.uuid), _row_id),
            "service_kind": _fixed(ASSESSMENT),
            "ircc_service": _fixed("needs-assessment-referral"),
            "program": _named({key: name for key, (name, *_more) in programs.items()}, row.program),
            "funding": _named(
                {key: funding for key, (_name, funding, _hidden) in programs.items()}, row.program
            ),
            "service_activity": Value((row.program, row.service_activity), offered),
            "location": _named(places, row.location),
            "delivery_mode": _named(
                {key: mode for key, (_name, mode) in services.items()}, row.service_activity
            ),
            "activity_type": _fixed("referral"),
            "referral_created": _fixed("yes"),
            "referral_target_kind": Value((row.direction,), _target),
            "level_of_need": Value((level_on(row.client, row.referred_on),)),
            "outcome": Value((row.outcome,)),
        },
    )


def _community(places):
    """Capacity building is about no person: one row an activity."""
    row = CapacityBuildingActivity
    return Kind(
        "capacity_building_activity",
        row.select().join(AreaOfFocus, JOIN.LEFT_OUTER),
        row.date,
        SQL("NULL"),
        {
            **_of_every_row(row.date),
            "row_id": Value((row.uuid,), _row_id, many=True),
            "service_kind": Value(
                (AreaOfFocus.ircc_service,), lambda service: KIND_OF.get(service, SUPPORT)
            ),
            "ircc_service": _fixed("indirect-services"),
            "location": _named(places, row.location),
            "activity_type": Value((row.type,)),
            "minutes": Value((row.minutes,), many=True),
            "group_or_individual": _fixed("group"),
        },
    )

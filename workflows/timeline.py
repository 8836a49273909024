"""Everything dated in a file, newest first: one small query for each kind of record, merged here (2.6–2.22, R-NOTE-3).

A page costs one statement for every source, however long the file is; the place in it is (day, source, id), so that
"older" goes on exactly where the page ended.
"""

import datetime
import re
from dataclasses import dataclass
from typing import Any

from models import (
    AccessRequest,
    Appointment,
    Booking,
    CaseActivity,
    CaseAssignment,
    CaseNote,
    Client,
    ConsentRecord,
    Correspondence,
    DistributionLog,
    ExitInterview,
    Extension,
    HomeVisit,
    IncidentReport,
    Intake,
    NeedsAssessment,
    NoteAddendum,
    PlanReview,
    Printout,
    Referral,
    SettlementPlan,
    Staff,
    VisitList,
)
from workflows import settings
from workflows.business_days import ONE_DAY

PAGE = 50
FAMILY = "family"  # in place of a person: what concerns the household as a whole
_PLACE = re.compile(r"(\d{4}-\d{2}-\d{2})\.(\d{1,2})\.(\d{1,12})")


@dataclass(frozen=True)
class Source:
    """One kind of dated record.

    ``through`` are the foreign keys on the way to the row that has the day or the household, ``people`` says how a row
    names a person: "clients" (several), "client" (one) or nothing (the whole household); ``who`` is a column of Staff or
    the name itself; ``said`` are the columns that the words of the line are made from; ``shown`` is the record that the
    line leads to, where that is another one.
    """

    kind: str
    model: Any
    day: Any
    said: tuple = ()
    who: Any = None
    people: str = ""
    through: tuple = ()
    is_instant: bool = False
    event: str = ""
    shown: Any = None

    @property
    def name(self):
        return self.event or self.model._meta.table_name


@dataclass(frozen=True)
class Entry:
    """One line: ``said`` are the raw values of its source's columns, ``people`` the ids of the clients it names."""

    day: datetime.date
    source: Source
    rank: int
    id: int
    shown: int
    who: str
    said: tuple
    people: tuple

    @property
    def place(self):
        return f"{self.day}.{self.rank}.{self.id}"


SOURCES = (
    Source(
        "note",
        CaseNote,
        CaseNote.contact_on,
        (CaseNote.type, CaseNote.is_family_matter),
        CaseNote.author,
        "clients",
    ),
    Source(
        "note",
        NoteAddendum,
        NoteAddendum.written_on,
        (CaseNote.contact_on,),
        NoteAddendum.author,
        "clients",
        ((NoteAddendum.note, CaseNote),),
        shown=CaseNote.id,
    ),
    Source(
        "activity",
        CaseActivity,
        CaseActivity.date,
        (CaseActivity.topic, CaseActivity.type, CaseActivity.minutes),
        CaseActivity.staff,
        "clients",
    ),
    Source(
        "letter",
        Correspondence,
        Correspondence.occurred_at,
        (Correspondence.direction, Correspondence.channel, Correspondence.state),
        Correspondence.created_by_name,
        "client",
        is_instant=True,
    ),
    Source(
        "visit",
        HomeVisit,
        VisitList.date,
        (HomeVisit.status,),
        VisitList.staff,
        "clients",
        ((HomeVisit.visit_list, VisitList),),
    ),
    Source(
        "assessment",
        NeedsAssessment,
        NeedsAssessment.completed_on,
        (NeedsAssessment.point, NeedsAssessment.state, NeedsAssessment.level),
        NeedsAssessment.assessor,
        "client",
        ((NeedsAssessment.client, Client),),
    ),
    Source("intake", Intake, Intake.intake_date, (Intake.mode,), Intake.worker),
    Source(
        "consent",
        ConsentRecord,
        ConsentRecord.given_on,
        (ConsentRecord.type, ConsentRecord.state),
        ConsentRecord.staff_signer_name,
        "client",
    ),
    Source(
        "consent",
        ConsentRecord,
        ConsentRecord.withdrawn_on,
        (ConsentRecord.type,),
        ConsentRecord.updated_by_name,
        "client",
        event="consent_withdrawn",
    ),
    Source(
        "referral",
        Referral,
        Referral.received_on,
        (Referral.number, Referral.target_name, Referral.direction),
        Referral.created_by_name,
        "client",
        ((Referral.client, Client),),
    ),
    Source(
        "referral",
        DistributionLog,
        DistributionLog.sent_at,
        (Referral.number, Referral.target_name, DistributionLog.result),
        DistributionLog.by_name,
        "client",
        ((DistributionLog.referral, Referral), (Referral.client, Client)),
        is_instant=True,
        shown=Referral.id,
    ),
    Source(
        "referral",
        Referral,
        Referral.outcome_on,
        (Referral.number, Referral.target_name, Referral.outcome),
        Referral.updated_by_name,
        "client",
        ((Referral.client, Client),),
        event="referral_outcome",
    ),
    Source("plan", SettlementPlan, SettlementPlan.created_on, (), SettlementPlan.created_by_name),
    Source("plan", PlanReview, PlanReview.done_on, (), PlanReview.created_by_name),
    Source(
        "incident",
        IncidentReport,
        IncidentReport.occurred_at,
        (IncidentReport.type,),
        IncidentReport.created_by_name,
        is_instant=True,
    ),
    Source(
        "booking",
        Booking,
        Booking.date,
        (Booking.setting, Booking.minutes),
        Booking.created_by_name,
        "client",
    ),
    Source(
        "appointment",
        Appointment,
        Appointment.due_on,
        (Appointment.kind, Appointment.done_on),
        Appointment.staff,
        "client",
        ((Appointment.client, Client),),
    ),
    Source("exit", ExitInterview, ExitInterview.date, (), ExitInterview.created_by_name, "client"),
    Source(
        "extension", Extension, Extension.decided_on, (Extension.decision,), Extension.decided_by
    ),
    Source("assignment", CaseAssignment, CaseAssignment.started_on, (), CaseAssignment.staff),
    Source(
        "access",
        AccessRequest,
        AccessRequest.received_on,
        (AccessRequest.kind,),
        AccessRequest.created_by_name,
        "client",
        ((AccessRequest.client, Client),),
    ),
    Source(
        "printout",
        Printout,
        Printout.printed_on,
        (Printout.kind,),
        Printout.created_by_name,
        "client",
    ),
)
KINDS = tuple(dict.fromkeys(source.kind for source in SOURCES))


def entries(household_id, person=None, kind=None, older_than=None, limit=PAGE, kinds=KINDS):
    """(entries, has older): ``person`` a client's id, FAMILY, or None for everybody; ``kind`` one of KINDS or None.

    ``older_than`` is the place of the last entry of the page before.
    """
    place, found = _read(older_than), []
    wanted = [kind] if kind in KINDS else kinds
    for rank, source in enumerate(SOURCES):
        if source.kind in wanted and not (person and person != FAMILY and not source.people):
            found += _rows(source, rank, household_id, person, place, limit + 1)
    found.sort(key=lambda row: (row[0], -row[1], row[2]), reverse=True)
    more, found = len(found) > limit, found[:limit]
    return _named(found), more


def _read(place):
    """(day, rank, id) of a place in an address, or None."""
    match = _PLACE.fullmatch(place or "")
    try:
        return match and (datetime.date.fromisoformat(match[1]), int(match[2]), int(match[3]))
    except ValueError:
        return None


def _rows(source, rank, household_id, person, place, limit):
    """[(day, rank, id, shown, who, said, client id or None)] of one source, newest first."""
    query = source.model.select(
        source.day,
        source.model.id,
        source.shown or source.model.id,
        source.who if source.who is not None else source.model.id,
        *source.said,
        *([_one_person(source)] if source.people == "client" else []),
    )
    for field, other in source.through:
        query = query.join_from(field.model, other, on=(field == other.id))
    query = query.where(_household(source) == household_id, source.day.is_null(False))
    if person is not None:
        query = query.where(_about(source, person))
    if place:
        query = query.where(_beyond(source, rank, *place))
    query = query.order_by(source.day.desc(), source.model.id.desc()).limit(limit)
    found = []
    for day, key, shown, who, *said in query.tuples():
        client = said.pop() if source.people == "client" else None
        day = settings.local(day).date() if source.is_instant else day
        found.append((day, rank, key, shown, who, tuple(said), client))
    return found


def _owner(source, name):
    """The model on the way of a source that has this column."""
    models = (source.model, *(other for _field, other in source.through))
    return next(model for model in models if name in model._meta.fields)


def _household(source):
    return _owner(source, "household")._meta.fields["household"]


def _one_person(source):
    return _owner(source, "client")._meta.fields["client"]


def _several(source):
    """(through table, its column of the record, its column of the client, the record's own key)."""
    models = (source.model, *(other for _field, other in source.through))
    owner = next(model for model in models if "clients" in model._meta.manytomany)
    links = owner.clients.get_through_model()
    return (
        links,
        links._meta.fields[owner._meta.table_name.replace("_", "")],
        links.client,
        owner.id,
    )


def _about(source, person):
    """The condition of rows that name this person; with FAMILY, of those that name nobody (R-NOTE-3)."""
    if source.people == "client":
        column = _one_person(source)
        return column.is_null() if person == FAMILY else column == person
    if source.people == "clients":
        links, record, client, key = _several(source)
        if person != FAMILY:
            return key.in_(links.select(record).where(client == person))
        named = key.not_in(links.select(record))
        is_note = _owner(source, "household") is CaseNote
        return named | (CaseNote.is_family_matter == True) if is_note else named  # noqa: E712
    return source.day.is_null(False)


def _beyond(source, rank, day, last_rank, last_id):
    """The condition of rows older than a place: of an earlier day, or after it within the same one."""
    start, end = day, day
    if source.is_instant:
        start, end = settings.start_of(day), settings.start_of(day + ONE_DAY)
    before = source.day < start
    same = source.day.between(start, end) if not source.is_instant else (source.day < end)
    if rank > last_rank:
        return before | same
    return before | (same & (source.model.id < last_id)) if rank == last_rank else before


def _named(rows):
    """Entries with the names of staff and the people that records of several name, two or three statements more."""
    staff = {row[4] for row in rows if isinstance(row[4], int)}
    names = dict(Staff.select(Staff.id, Staff.name).where(Staff.id.in_(staff)).tuples())
    several = {}
    for rank, source in enumerate(SOURCES):
        keys = [row[2] for row in rows if row[1] == rank]
        if source.people == "clients" and keys:
            several |= {(rank, key): ids for key, ids in _people(source, keys).items()}
    found = []
    for day, rank, key, shown, who, said, client in rows:
        source = SOURCES[rank]
        people = (client,) if client else several.get((rank, key), ())
        named = names.get(who, "") if isinstance(who, int) else who or ""
        if source.who is None:
            named = ""
        found.append(Entry(day, source, rank, key, shown, named, said, tuple(people)))
    return found


def _people(source, keys):
    """{id of a record: [client id, …]} of records that name several."""
    links, record, client, key = _several(source)
    query = links.select(source.model.id, client).join(record.rel_model, on=(record == key))
    for field, other in source.through:
        if other is record.rel_model:
            query = query.join_from(record.rel_model, source.model, on=(field == key))
    found = {}
    for own, person in query.where(source.model.id.in_(keys)).order_by(client).tuples():
        found.setdefault(own, []).append(person)
    return found

"""What a printed file holds: the rows of a household, and of them what concerns one person alone (R-NOTE-8, R-NOTE-9).

A printout is a row and a row of the audit log; the whole file also moves "last printed on", from which the reminder to
refresh the paper copy counts.
"""

import datetime
import re

from peewee import fn

from models import (
    Attachment,
    CaseActivity,
    CaseNote,
    Client,
    ConsentRecord,
    DrivingStatement,
    HomeVisit,
    Household,
    Printout,
    VisitList,
    database,
    normalise,
)
from workflows import case_rules, file_trail, former_members, records, settings

FILE, NOTES, PERSON = "file", "notes", "person"
SHARED = (CaseNote, CaseActivity, HomeVisit)  # may name several people
LEAST = 2  # letters of a name worth looking for in a text


def print_out(kind, household, client=None):
    """Record that something is printed now (R-SYS-5: one row of the audit log); returns the Printout."""
    printout = Printout(household=household, client=client, kind=kind, printed_on=settings.today())
    with database.atomic():
        records.save(printout, action="print")
        if kind == FILE:
            # Not through the household's form: whoever has it open does not conflict with a printer.
            changed = Household.update(printed_on=printout.printed_on)
            changed.where(Household.id == household.id).execute()
    return printout


# ---- The rows --------------------------------------------------------------------------------------------------------


def of_household(model, household, *order):
    """Every row of a kind that belongs to a household, itself or by its client."""
    fields = model._meta.fields
    if "household" in fields:
        query = model.select().where(fields["household"] == household.id)
    else:
        query = model.select().join(Client, on=fields["client"])
        query = query.where(Client.household == household.id)
    return list(_ordered(model, query, order))


def of_person(model, client, *order):
    """Every row of a kind that names this client: alone, or among several (R-NOTE-3)."""
    fields = model._meta.fields
    if model in SHARED:
        links = model.clients.get_through_model()
        mine = links.select(links._meta.fields[_own(model)]).where(links.client == client.id)
        query = model.select().where(model.id.in_(mine))
    else:
        query = model.select().where(fields["client"] == client.id)
    return list(_ordered(model, query, order))


def _ordered(model, query, order):
    if model is HomeVisit:
        query = query.join_from(HomeVisit, VisitList, on=HomeVisit.visit_list)
    return query.order_by(*order, model.id)


def _own(model):
    """The column of a table of links that names the record."""
    return model._meta.table_name.replace("_", "")


def named(model, rows):
    """{row id: [client id, …]} of records that may name several people."""
    links, found = model.clients.get_through_model(), {row.id: [] for row in rows}
    record = links._meta.fields[_own(model)]
    query = links.select(record, links.client).where(record.in_(list(found) or [0]))
    for key, client in query.order_by(links.client).tuples():
        found[key].append(client)
    return found


def is_alone(row, people):
    """True when a record concerns one person and nobody else: only then its text is theirs (R-NOTE-9)."""
    return len(people) == 1 and not getattr(row, "is_family_matter", False)


def beside(model, rows, column):
    """{id of a row: [row of ``model`` that belongs to it, …]}, such as the additions to notes."""
    found = {row.id: [] for row in rows}
    field = model._meta.fields[column]
    for other in model.select().where(field.in_(list(found) or [0])).order_by(model.id):
        found[other.__data__[column]].append(other)
    return found


def statements(referrals, client=None):
    """{referral id: [words of its driving statements]}; with ``client`` only those about that person."""
    links = DrivingStatement.referrals.get_through_model()
    query = links.select(links.referral, DrivingStatement.text).join(DrivingStatement)
    query = query.where(links.referral.in_([row.id for row in referrals] or [0]))
    if client is not None:
        whose = DrivingStatement.client
        query = query.where((whose == client.id) | whose.is_null())
    found = {row.id: [] for row in referrals}
    for key, text in query.order_by(links.id).tuples():
        found[key].append(text)
    return found


def scans(household):
    """The papers and scans of a file: Attachment rows without their bytes."""
    query = Attachment.select(Attachment.name, Attachment.kind, Attachment.created_at)
    mine = Attachment.id.in_(file_trail.scans_of(household.id))
    return list(query.where(mine).order_by(Attachment.id))


# ---- Names of others in a text (R-NOTE-9) ------------------------------------------------------------------------------


class Others:
    """The names of everybody else who is or was of a person's household, to find them in what was written about that
    person; also those they signed with, in case another spelling went with a merge."""

    def __init__(self, client):
        self.names = set()
        others = former_members.once_with(client)
        for other in others:
            self.names |= _words(other.first_name, other.last_name, other.preferred_name)
        signed = ConsentRecord.select(ConsentRecord.signed_by_name).where(
            ConsentRecord.client.in_([other.id for other in others] or [0])
        )
        self.names |= _words(*(name for (name,) in signed.tuples()))
        self.names -= _words(client.first_name, client.last_name, client.preferred_name)

    def are_in(self, text):
        """True when a text holds a name of somebody else of the family."""
        return bool(self.names & _words(text))


def _words(*texts):
    found = re.findall(r"\w+", normalise(" ".join(text for text in texts if text)))
    return {word for word in found if len(word) >= LEAST}


# ---- The reminder (R-NOTE-8) -------------------------------------------------------------------------------------------


def print_is_due(today):
    """The condition of active cases with entries newer than their paper copy, which is more than ``file_print_days`` days
    old (R-NOTE-8); a file that was never printed is due when it or its latest entry is that old."""
    limit = today - datetime.timedelta(days=settings.value("file_print_days"))
    stale = (Household.printed_on < limit) & (Household.last_entry_on > Household.printed_on)
    old = (Household.last_entry_on < limit) | (Household.created_at < settings.start_of(limit))
    never = Household.printed_on.is_null() & Household.last_entry_on.is_null(False) & old
    return case_rules.active() & (stale | never)


def kept_entries(household):
    """How many notes and activities a file has, for the head of a summary."""
    notes = CaseNote.select(CaseNote.type, fn.COUNT(CaseNote.id))
    return dict(notes.where(CaseNote.household == household.id).group_by(CaseNote.type).tuples())

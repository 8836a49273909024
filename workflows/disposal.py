"""Disposing of a file: what goes and what stays, two people who confirm it, and nothing of it left behind (R-RET-2).

Whatever has a foreign key that leads to the household or its people goes, so a table of tomorrow is among them.
"""

import re
from dataclasses import dataclass
from urllib.parse import parse_qs

from flask_babel import gettext as _
from peewee import ForeignKeyField, OperationalError, SqliteDatabase

from forms import choices
from forms.formats import date_text
from models import (
    QUEUED,
    SENDING,
    TABLES,
    THROUGH,
    Attachment,
    CaseNote,
    Client,
    Disposal,
    DistributionLog,
    Draft,
    DrivingStatement,
    HomeVisit,
    Household,
    IncidentReport,
    KeptCount,
    NeedsAssessment,
    OutboxMessage,
    Referral,
    SavedFilter,
    SettlementPlan,
    Staff,
    database,
    normalise,
)
from workflows import audit, clock, records, references, retention, settings, unsaved
from workflows.case_rules import CLOSED
from workflows.records import Problem, Refused

CHUNK = 500
WAITS, DONE, NEWER = "waits", "done", "newer"
# Names under which drafts and saved filters hold ids of what goes.
NAMED = {
    **references.NAMED,
    Referral: ("referral", "referrals", "offered"),
    NeedsAssessment: ("assessment",),
    SettlementPlan: ("plan",),
    CaseNote: ("note",),
    HomeVisit: ("visit",),
    IncidentReport: ("incident",),
}


@dataclass(frozen=True)
class Contents:
    """What of the database belongs to a file.

    ``rows`` {model: ids} go; ``moved`` {model: ids} go along with people who are in another file now; the text of the
    messages ``emptied`` goes, because they were about other people too.
    """

    rows: dict
    moved: dict
    emptied: tuple


# ---- What belongs to a file ----------------------------------------------------------------------------------------------


def contents(household):
    """The Contents of a household's file, found by the foreign keys of all tables."""
    rows, moved = {Household: {household.id}}, {}
    for model in (*TABLES, *THROUGH):
        ids = set()
        for field in _leading(model, rows):
            ids |= _ids(model.id, field, rows[field.rel_model])
        if stray := _strays(model, ids, rows):
            moved[model] = stray
        if model is DrivingStatement:
            continue  # it may be of a referral that names nobody: see below
        if ids - stray or model is Household:
            rows[model] = rows.get(model, set()) | ids - stray
    _add_statements(rows)
    emptied = _add_messages(rows)
    _add_drafts(rows)
    for model, ids in list(rows.items()):
        owned = _ids(Attachment.id, Attachment.owner_id, ids, model._meta.table_name)
        if owned:
            rows.setdefault(Attachment, set()).update(owned)
    return Contents(rows, moved, emptied)


def _leading(model, rows):
    """The foreign keys of a table to what goes; those that are emptied by themselves lead nowhere."""
    return [
        field
        for field in model._meta.sorted_fields
        if isinstance(field, ForeignKeyField)
        and field.rel_model in rows
        and field.rel_model is not model
        and field.on_delete != "SET NULL"
    ]


def _strays(model, ids, rows):
    """Those of ``ids`` that name a person who is in another file now and can go there."""
    fields = model._meta.fields
    person = fields.get("client")
    if not ids or person is None or getattr(person, "rel_model", None) is not Client:
        return set()
    tied = [f for f in _leading(model, rows) if f.name not in ("client", "household")]
    if any(not field.null for field in tied):
        return set()
    there = {}
    for some in _chunks(ids):
        there |= dict(model.select(model.id, person).where(model.id.in_(some)).tuples())
    members = rows.get(Client, set())
    return {key for key, client in there.items() if client is not None and client not in members}


def _add_statements(rows):
    """Driving statements of the people, and those of their referrals that belong to no other."""
    through = DrivingStatement.referrals.get_through_model()
    mine = _ids(DrivingStatement.id, DrivingStatement.client, rows.get(Client, set()))
    linked = _ids(through.drivingstatement, through.referral, rows.get(Referral, set()))
    others = {
        key
        for some in _chunks(linked)
        for key, referral, client in through.select(
            through.drivingstatement, through.referral, DrivingStatement.client
        )
        .join(DrivingStatement)
        .where(through.drivingstatement.in_(some))
        .tuples()
        if referral not in rows[Referral] or client not in (None, *rows.get(Client, ()))
    }
    if found := mine | linked - others:
        rows[DrivingStatement] = found
        rows.setdefault(through, set()).update(_ids(through.id, through.drivingstatement, found))


def _add_messages(rows):
    """Messages about these referrals only go; ids of those that were about others too are returned."""
    logged = rows.get(DistributionLog, set())
    touched = _ids(DistributionLog.message, DistributionLog.id, logged) - {None}
    shared = {
        message
        for some in _chunks(touched)
        for message, key in DistributionLog.select(DistributionLog.message, DistributionLog.id)
        .where(DistributionLog.message.in_(some))
        .tuples()
        if key not in logged
    }
    if touched - shared:
        rows[OutboxMessage] = touched - shared
    return tuple(sorted(shared))


def _add_drafts(rows):
    """Work begun, forms kept and saved filters that name what goes."""
    named = {name: _texts(rows[m]) for m, names in NAMED.items() if m in rows for name in names}
    pages = {f"/{unsaved.address(model)}/": _texts(ids) for model, ids in rows.items()}
    people = rows.get(Client, set())
    for draft in Draft.select():
        path, _mark, query = draft.path.partition("?")
        asked = {name: set(values) for name, values in parse_qs(query).items()}
        on_page = any(path.startswith(at) and asked.get("id", set()) & pages[at] for at in pages)
        names_it = any(asked.get(name, set()) & ids for name, ids in named.items())
        if (
            on_page
            or names_it
            or draft.client_id in people
            or _mentions(draft.answers, named, rows)
        ):
            rows.setdefault(Draft, set()).add(draft.id)
    for saved in SavedFilter.select():
        if _mentions(saved.arguments, named, rows):
            rows.setdefault(SavedFilter, set()).add(saved.id)


def _texts(ids):
    return {str(key) for key in ids}


def _mentions(value, named, rows, ids=frozenset()):
    """True when a value of a draft holds one of ``ids``, or one of those that stand under the names of ``named``."""
    if isinstance(value, dict):
        people = _texts(rows.get(Client, ()))
        return any(
            key.startswith("interview-")
            and key.removeprefix("interview-") in people
            or _mentions(inner, named, rows, named.get(key.rpartition("-")[2], frozenset()))
            for key, inner in value.items()
        )
    if isinstance(value, list):
        return any(_mentions(inner, named, rows, ids) for inner in value)
    return bool(ids) and bool(ids & set(re.findall(r"\d+", str(value))))


def _ids(key, field, targets, table=None):
    """Values of ``key`` in the rows whose ``field`` is one of ``targets``."""
    found = set()
    for some in _chunks(targets):
        query = key.model.select(key).where(field.in_(some))
        if table:
            query = query.where(Attachment.owner_table == table)
        found |= {value for (value,) in query.tuples()}
    return found


def _chunks(ids):
    ids = sorted(ids)
    return [ids[start : start + CHUNK] for start in range(0, len(ids), CHUNK)]


# ---- Whether, and who confirms (R-RET-2) -----------------------------------------------------------------------------------


def problems(household):
    """Full sentences of everything that keeps this file from being disposed of today."""
    found, today = [], settings.today()
    if household.status != CLOSED:
        found.append(_("This case is not closed. Close the case first."))
    if household.legal_hold:
        facts = {"reason": household.legal_hold_reason or "–"}
        found.append(
            _(
                "This file is under legal hold (%(reason)s). It stays until the hold is taken off the file.",
                **facts,
            )
        )
    on = retention.eligible_on(household)
    if on is None:
        found.append(_("This file has no dated entry. Enter the day on which the case closed."))
    elif today < on:
        words = _(
            "This file may be disposed of from %(day)s, not before. Nothing was changed.",
            day=date_text(on),
        )
        found.append(words)
    until = retention.breaches_until(household)
    if until and today < until:
        words = _(
            "A privacy breach record in this file must be kept until %(day)s.", day=date_text(until)
        )
        found.append(words)
    if _is_on_its_way(household):
        found.append(_("A message about this file waits to be sent. Wait for it, or cancel it."))
    return found


def _is_on_its_way(household):
    mine = Client.select(Client.id).where(Client.household == household.id)
    return (
        DistributionLog.select()
        .join(OutboxMessage, on=(DistributionLog.message == OutboxMessage.id))
        .switch(DistributionLog)
        .join(Referral, on=(DistributionLog.referral == Referral.id))
        .where(Referral.client.in_(mine), OutboxMessage.state.in_((QUEUED, SENDING)))
        .exists()
    )


def may_confirm(name):
    """True for a member of staff whose role may sign: a supervisor, a manager, an administrator (decision 0.6)."""
    row = Staff.get_or_none(Staff.name == name, Staff.is_active == True)  # noqa: E712
    return bool(row and choices.term_extra("staff-roles", row.role or "").get("can_sign"))


def pending():
    """Disposals that somebody confirmed and that wait for another name, oldest first."""
    return list(Disposal.select().where(Disposal.disposed_on.is_null()).order_by(Disposal.id))


def pending_of(household):
    """The Disposal of a file that waits for another name, or None."""
    mine = Disposal.file_number == household.file_number
    return Disposal.get_or_none(mine, Disposal.disposed_on.is_null())


def is_outdated(waiting, household):
    """True when the file got a newer entry since the first person confirmed."""
    return waiting.last_entry_on != retention.last_entry(household)


def names_of(disposal):
    """Everybody who confirmed, in order."""
    names = (disposal.confirmed_by_1, disposal.confirmed_by_2, *disposal.also_confirmed_by)
    return [name for name in names if name]


def has_confirmed(disposal, name):
    """True when this is one of those who confirmed, however the name is written."""
    return normalise(name) in map(normalise, names_of(disposal))


def confirm(household, name):
    """One more named confirmation; the last that is needed disposes of the file.  Returns WAITS, DONE or NEWER.

    NEWER: the file got an entry since, and the earlier confirmation was taken back.  Raises Refused and changes nothing.
    """
    with database.atomic():
        household = Household.stored(household.id, _lock())
        if household is None:
            raise Refused([Problem("", _("This file is gone already."))])
        found = problems(household)
        if not may_confirm(name):
            found.append(
                _("Only a supervisor or an administrator, by name, confirms the end of a file.")
            )
        waiting = pending_of(household)
        if waiting and is_outdated(waiting, household):
            records.delete(waiting)
            return NEWER
        if waiting and has_confirmed(waiting, name):
            words = _(
                "%(name)s has confirmed already. Somebody else confirms too: two different people.",
                name=name,
            )
            found.append(words)
        if found:
            raise Refused([Problem("", words) for words in found])
        disposal = _signed(waiting, household, name)
        if len(names_of(disposal)) < settings.value("disposal_confirmations"):
            records.save(disposal)
            return WAITS
        disposal.disposed_on = settings.today()
        records.save(disposal)
        _erase(household)
    scrub()
    return DONE


def _lock():
    return "FOR UPDATE" if database.obj.for_update else ""


def _signed(waiting, household, name):
    """The Disposal of a file with one more name under it, not saved yet."""
    if waiting is None:
        return Disposal(
            file_number=household.file_number,
            last_entry_on=retention.last_entry(household),
            eligible_on=retention.eligible_on(household),
            method=_("Erased from the database"),
            confirmed_by_1=name,
        )
    if waiting.confirmed_by_2 is None:
        waiting.confirmed_by_2 = name
    else:
        waiting.also_confirmed_by = [*waiting.also_confirmed_by, name]
    return waiting


def take_back(household):
    """Take the confirmations of a file back; True when there were any."""
    waiting = pending_of(household)
    if waiting:
        records.delete(waiting)
    return waiting is not None


# ---- Erasing ---------------------------------------------------------------------------------------------------------------


def _erase(household):
    """Remove everything of a file inside the caller's transaction; the audit rows say which records, not what was in them."""
    found = contents(household)
    for model, ids in found.moved.items():
        _let_go(model, ids, found.rows)
    for some in _chunks(found.emptied):
        OutboxMessage.update(content=None, error="").where(OutboxMessage.id.in_(some)).execute()
    people = sorted(found.rows.get(Client, ()))
    counts = {m._meta.table_name: len(found.rows[m]) for m in TABLES if m in found.rows}
    for model in (*THROUGH, *reversed(TABLES)):
        records.erase(model, found.rows.get(model, ()))
    for key in people:
        audit.record("delete", "client", key)
    audit.record("delete", "household", household.id, {"rows": counts})
    records.bump("disposal", "owed", 1)


def _let_go(model, ids, rows):
    """Give records of people who are in another file now to that file."""
    fields = _leading(model, rows)
    for some in _chunks(ids):
        mine = model.id.in_(some)
        for field in fields:
            if field.name not in ("client", "household"):
                for targets in _chunks(rows[field.rel_model]):
                    model.update({field: None}).where(mine, field.in_(targets)).execute()
        if "household" in model._meta.fields:
            home = Client.select(Client.household).where(Client.id == model.client)
            model.update(household=home).where(mine).execute()


def scrub():
    """Leave nothing of what was erased in the files of the database; True when that is done.

    The word index is built anew, for it keeps words of rows that are gone; the database is written anew, for a deleted
    row stays in its page until another takes the place; the write-ahead log is emptied.  What fails is done overnight.
    """
    try:
        done = _scrub_sqlite() if isinstance(database.obj, SqliteDatabase) else _scrub_postgres()
    except OperationalError:
        return False  # the disk is full, or somebody holds a table: the clock tries again
    if done:
        KeptCount.update(n=0).where(KeptCount.name == "disposal", KeptCount.key == "owed").execute()
    return done


def _scrub_sqlite():
    words = database.execute_sql(
        "SELECT name FROM sqlite_master WHERE type = 'table' AND sql LIKE 'CREATE VIRTUAL TABLE %fts5%'"
    )
    for (name,) in words.fetchall():
        database.execute_sql(f"INSERT INTO {name}({name}) VALUES ('rebuild')")
    database.execute_sql("VACUUM")
    busy, _pages, _moved = database.execute_sql("PRAGMA wal_checkpoint(TRUNCATE)").fetchone()
    return not busy


def _scrub_postgres():
    reached = contents_tables()
    for model in reached:
        database.execute_sql(f'VACUUM (FULL, ANALYZE) "{model._meta.table_name}"')
    return True


def contents_tables():
    """Every table that can hold rows of a file, through tables too."""
    reached = {Household: (), Attachment: (), Draft: (), SavedFilter: (), OutboxMessage: ()}
    for model in (*TABLES, *THROUGH):
        if _leading(model, reached):
            reached[model] = ()
    return tuple(reached)


def is_owed():
    """True while something that was erased may still lie in the files of the database."""
    owed = (KeptCount.name == "disposal") & (KeptCount.key == "owed") & (KeptCount.n > 0)
    return KeptCount.select().where(owed).exists()


def finish_scrubbing():
    """Once a day: what could not be cleaned at the time of a disposal."""
    if is_owed():
        scrub()


clock.DAILY.append(finish_scrubbing)

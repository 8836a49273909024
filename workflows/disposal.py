"""Disposing of a file: whether it may go, people who confirm it by name, and nothing of it left behind (R-RET-2)."""

from flask_babel import gettext as _
from flask_babel import ngettext
from peewee import OperationalError, SqliteDatabase

from forms.formats import date_text
from models import (
    QUEUED,
    SENDING,
    TABLES,
    THROUGH,
    Client,
    Disposal,
    DistributionLog,
    Household,
    KeptCount,
    OutboxMessage,
    Referral,
    Staff,
    database,
    normalise,
)
from workflows import audit, clock, last_entry, records, retention, settings, signers
from workflows.business_days import years_later
from workflows.case_rules import CLOSED
from workflows.file_contents import contents, leading, tables
from workflows.records import Problem, Refused
from workflows.rows import chunks

WAITS, DONE, NEWER = "waits", "done", "newer"
# ---- Whether, and who confirms (R-RET-2) -----------------------------------------------------------------------------------


def problems(household):
    """Full sentences of everything that keeps this file from being disposed of today."""
    found, on = [], retention.eligible_on(household)
    if household.status != CLOSED:
        found.append(_("This case is not closed. Close the case first."))
    if on is None:
        found.append(_("This file has no dated entry. Enter the day on which the case closed."))
    elif settings.today() < on:
        words = _(
            "This file may be disposed of from %(day)s, not before. Nothing was changed.",
            day=date_text(on),
        )
        found.append(words)
    return found + _held_back(household)


def _held_back(household):
    """Full sentences of what keeps a file whatever its age: a legal hold, a breach record, a message on its way."""
    found, today = [], settings.today()
    if household.legal_hold:
        facts = {"reason": household.legal_hold_reason or "–"}
        found.append(
            _(
                "This file is under legal hold (%(reason)s). It stays until the hold is taken off the file.",
                **facts,
            )
        )
    until = retention.breaches_until(household)
    if until and today < until:
        words = _(
            "A privacy breach record in this file must be kept until %(day)s.", day=date_text(until)
        )
        found.append(words)
    if _is_on_its_way(household):
        found.append(_("A message about this file waits to be sent. Wait for it, or cancel it."))
    return found


def how_long(household):
    """Full sentences for the page of a closed file: from which day it may go and why, and what keeps it longer."""
    last = last_entry.of(household)
    if last is None:
        return problems(household)
    on, years = retention.kept_until(household, last), retention.years_of(household)
    facts = {"day": date_text(on), "last": date_text(last), "years": years}
    if settings.today() < on:
        words = _(
            "This file is kept until %(day)s and may be disposed of from that day on.", **facts
        )
    else:
        words = _("This file may be disposed of since %(day)s.", **facts)
    why = ngettext(
        "Its latest entry is of %(last)s, and files are kept for %(num)s year after it.",
        "Its latest entry is of %(last)s, and files are kept for %(num)s years after it.",
        years,
        **facts,
    )
    if on > years_later(last, years):
        why += " " + _("It is kept longer because of the children in it.")
    return [f"{words} {why}", *_held_back(household)]


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
    return signers.may_sign(Staff.get_or_none(Staff.name == name))


def pending():
    """Disposals that somebody confirmed and that wait for another name, oldest first."""
    return list(Disposal.select().where(Disposal.disposed_on.is_null()).order_by(Disposal.id))


def pending_of(household):
    """The Disposal of a file that waits for another name, or None."""
    mine = Disposal.file_number == household.file_number
    return Disposal.get_or_none(mine, Disposal.disposed_on.is_null())


def is_outdated(waiting, household):
    """True when the file got a newer entry since the first person confirmed."""
    return waiting.last_entry_on != last_entry.of(household)


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
        lock = "FOR UPDATE" if database.obj.for_update else ""
        household = Household.stored(household.id, lock)
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


def _signed(waiting, household, name):
    """The Disposal of a file with one more name under it, not saved yet."""
    if waiting is None:
        return Disposal(
            file_number=household.file_number,
            last_entry_on=last_entry.of(household),
            eligible_on=retention.eligible_on(household),
            method=_("Erased from the database"),
            confirmed_by_1=name,
        )
    waiting.eligible_on = retention.eligible_on(household)  # a rule may have changed meanwhile
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


@records.after(Household)
def a_confirmation_is_of_the_file(change):
    """R-RET-2: the number says which file was confirmed, so a file that changes it is confirmed anew."""
    if change.before and change.changed("file_number"):
        take_back(change.before)
        take_back(change.record)


# ---- Erasing ---------------------------------------------------------------------------------------------------------------


def _erase(household):
    """Remove everything of a file inside the caller's transaction; the audit rows say which records, not what was in them."""
    found = contents(household)
    for model, ids in found.moved.items():
        _let_go(model, ids, found.rows)
    for some in chunks(found.emptied):
        OutboxMessage.update(content=None, error="").where(OutboxMessage.id.in_(some)).execute()
    people = sorted(found.rows.get(Client, ()))
    counts = {m._meta.table_name: len(found.rows[m]) for m in TABLES if m in found.rows}
    for model in (*THROUGH, *reversed(TABLES)):
        _remove(model, found.rows.get(model, ()))
    for key in people:
        audit.record("delete", "client", key)
    audit.record("delete", "household", household.id, {"rows": counts})
    records.bump("disposal", "owed", 1)
    records.bump("revision", "reference", 1)  # saved filters are remembered


def _remove(model, ids):
    """Remove rows by their ids, counters kept right; who needed them is gone already."""
    column = getattr(model._meta, "counted", None)
    for some in chunks(ids):
        mine = model._meta.fields["id"].in_(some)
        if column:
            for (value,) in list(model.select(model._meta.fields[column]).where(mine).tuples()):
                records.bump(f"{model._meta.table_name}.{column}", value, -1)
        model.delete().where(mine).execute()


def _let_go(model, ids, rows):
    """Give records of people who are in another file now to that file."""
    fields = leading(model, rows)
    for some in chunks(ids):
        mine = model.id.in_(some)
        for field in fields:
            if field.name not in ("client", "household"):
                for targets in chunks(rows[field.rel_model]):
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
    """Each table is written anew, which nobody may read meanwhile; who reads now is not waited for long."""
    database.execute_sql("SET lock_timeout = '10s'")
    try:
        for model in tables():
            database.execute_sql(f'VACUUM (FULL, ANALYZE) "{model._meta.table_name}"')
    finally:
        database.execute_sql("SET lock_timeout = 0")
    return True


def is_owed():
    """True while something that was erased may still lie in the files of the database."""
    owed = (KeptCount.name == "disposal") & (KeptCount.key == "owed") & (KeptCount.n > 0)
    return KeptCount.select().where(owed).exists()


def finish_scrubbing():
    """Once a day: what could not be cleaned at the time of a disposal."""
    if is_owed():
        scrub()


clock.DAILY.append(finish_scrubbing)

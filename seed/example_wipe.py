"""Wiping the example agency: removes exactly what ``seed.example.load`` brought and what came to belong to it."""

import datetime
from pathlib import Path

from flask import current_app
from flask_babel import gettext as _
from peewee import ForeignKeyField

from models import (
    TABLES,
    Attachment,
    CapacityBuildingActivity,
    Disposal,
    DistributionLog,
    Draft,
    DrivingStatement,
    HomeVisit,
    Household,
    IncidentReport,
    Interpreter,
    Organization,
    OutboxMessage,
    PolicyItem,
    Referral,
    SavedFilter,
    Staff,
    Submission,
    TrainingRecord,
    VisitList,
    WeeklyCheck,
    database,
    now,
)
from seed import read
from seed.example import AUTHOR, NotPossible
from workflows import audit, records, reminders, service_record, settings
from workflows.file_contents import linked
from workflows.rows import chunks

# Named in rows; they go only when no row that stays names them.
ASKED = (Staff, Interpreter)
# Rows about one member of staff and nobody else: they go with that person.
ABOUT_STAFF = (TrainingRecord.staff, CapacityBuildingActivity.staff, VisitList.staff)


def wipe():
    """Remove the example agency and all that came to belong to it, in one transaction; returns {table: rows removed}.

    Reference data, settings and accounts stay, and so do people and partners that somebody typed in meanwhile.
    Raises NotPossible when it is not loaded.
    """
    token = audit.actor.set(audit.Actor(AUTHOR))
    try:
        with database.atomic():
            facts = settings.value("example_loaded")
            if not facts:
                raise NotPossible(_("The example agency is not loaded."))
            removed = _remove(_belonging(facts), facts)
            _remove_submissions(facts, removed)
            _unwrite_policy(facts)
            settings.change("example_loaded", None)
            audit.record("delete", "example", None, removed)
    finally:
        audit.actor.reset(token)
    for letter in (Path(current_app.config["INSTANCE"]) / "example-mail").glob("*.eml"):
        letter.unlink()
    return removed


def _belonging(facts):
    """{model: ids} of the example's rows and of every row that refers to one of them."""
    doomed = {model: set() for model in TABLES}
    doomed[Organization] = {facts["own"], *facts["organizations"]}
    doomed[Household] = set(facts["households"])
    # A report of no household; its breach record follows.
    doomed[IncidentReport] = set(_apart(facts, "incidents"))
    for model in TABLES:
        for field in model._meta.sorted_fields:
            if not isinstance(field, ForeignKeyField) or field.rel_model in (model, *ASKED):
                continue
            if field.on_delete != "SET NULL":
                doomed[model] |= linked(model.id, field, doomed[field.rel_model])
    doomed[DrivingStatement] |= _only_for(
        DrivingStatement.referrals.get_through_model().drivingstatement,
        DrivingStatement.referrals.get_through_model().referral,
        doomed[Referral],
    )
    doomed[OutboxMessage] = _only_for(
        DistributionLog.message, DistributionLog.referral, doomed[Referral]
    )
    since = datetime.datetime.fromisoformat(facts["loaded_at"])
    for model in (Draft, SavedFilter):
        # They hold numbers of rows that go; the same numbers may soon be somebody else's.
        doomed[model] |= {row.id for row in model.select(model.id).where(model.created_at >= since)}
    checks = WeeklyCheck.select(WeeklyCheck.id).where(WeeklyCheck.id >= facts["check"])
    doomed[WeeklyCheck] |= {row.id for row in checks}
    doomed[VisitList] = _lists(doomed, facts)
    doomed[Disposal] = _disposals(doomed, facts)
    _add_staff(doomed, facts)
    theirs = Staff.select(Staff.email).where(
        Staff.id.in_(doomed[Staff]), Staff.email.is_null(False)
    )
    sent = OutboxMessage.created_at >= since, OutboxMessage.kind == reminders.KIND
    told = OutboxMessage.select(OutboxMessage.id).where(*sent, OutboxMessage.recipient.in_(theirs))
    doomed[OutboxMessage] |= {key for (key,) in told.tuples()}
    for model in TABLES:
        owned = linked(Attachment.id, Attachment.owner_id, doomed[model], model._meta.table_name)
        doomed[Attachment] |= owned
    return doomed


def _add_staff(doomed, facts):
    """Staff and interpreters whom nothing names that stays, with what is about one of them alone and keeps nobody here."""
    own = {f.model: linked(f.model.id, f, facts["staff"]) - doomed[f.model] for f in ABOUT_STAFF}
    own[VisitList] -= _lists_of(doomed)[1]
    for model, ids in own.items():
        doomed[model] |= ids
    for model, ids in ((Staff, facts["staff"]), (Interpreter, facts.get("interpreters", ()))):
        doomed[model] = set(ids)
        # One who stays may name another, such as the supervisor.
        while stays := _needed(model, doomed) & doomed[model]:
            doomed[model] -= stays
    for field in ABOUT_STAFF:
        doomed[field.model] -= own[field.model] - linked(field.model.id, field, doomed[Staff])


def _apart(facts, name):
    """Ids or names of what no household, partner or place leads to; an older load kept none."""
    return facts.get("apart", {}).get(name, ())


def _lists(doomed, facts):
    """Ids of the example's lists of visits and of lists with its visits only; one with a real visit stays."""
    theirs, real = _lists_of(doomed)
    return (theirs | set(_apart(facts, "visit_lists"))) - real


def _lists_of(doomed):
    """(ids of the lists with a visit that goes, of those with one that stays)."""
    visits = list(HomeVisit.select(HomeVisit.id, HomeVisit.visit_list).tuples())
    theirs = {key for visit, key in visits if visit in doomed[HomeVisit]}
    return theirs, {key for visit, key in visits if visit not in doomed[HomeVisit]}


def _disposals(doomed, facts):
    """Ids of what was confirmed about files of the example, gone by now or not: it knows their numbers only."""
    numbers = set(_apart(facts, "file_numbers"))
    rows = Household.select(Household.id, Household.file_number).tuples()
    numbers |= {number for key, number in rows if key in doomed[Household]}
    return linked(Disposal.id, Disposal.file_number, numbers)


def _unwrite_policy(facts):
    """Topics of the records policy that still say what the example wrote are bare again."""
    ours = {row["topic"]: row["text"] for row in read("example_days")["policy"]}
    for item in list(PolicyItem.select().where(PolicyItem.topic.in_(_apart(facts, "policy")))):
        if item.text == ours.get(item.topic):
            item.text, item.approved_on, item.next_review_on = "", None, None
            records.save(item)


def _needed(asked, doomed):
    """Ids of ``asked``, staff or interpreters, that rows refer to which stay."""
    found = set()
    for model in TABLES:
        for field in model._meta.sorted_fields:
            if isinstance(field, ForeignKeyField) and field.rel_model is asked:
                rows = model.select(model.id, field).where(field.is_null(False)).tuples()
                found |= {value for key, value in rows if key not in doomed[model]}
    return found


def _only_for(key, referral, doomed):
    """Values of ``key`` that are linked to doomed referrals and to no other."""
    touched = linked(key, referral, doomed) - {None}
    rows = key.model.select(key, referral).where(key.is_null(False)).tuples()
    return touched - {value for value, whose in rows if value in touched and whose not in doomed}


def _remove(doomed, facts):
    """Delete the rows, last tables first, and keep the counters right; returns {table: rows removed}."""
    removed = {}
    if facts["before"] is not None:
        doomed[Organization].discard(facts["own"])
    # They may be one another's supervisors.
    Staff.update(supervisor=None).where(Staff.id.in_(sorted(doomed[Staff]))).execute()
    for model in reversed(TABLES):
        ids = sorted(doomed[model])
        for keys in chunks(ids):
            some = model.id.in_(keys)
            _uncount(model, some)
            model.delete().where(some).execute()
        if ids:
            removed[model._meta.table_name] = len(ids)
    if facts["before"] is not None:
        _give_back(facts)
    return removed


def _remove_submissions(facts, removed):
    """Service records made meanwhile told of the example; one whose days hold something of the agency's own stays."""
    since = datetime.datetime.fromisoformat(facts["loaded_at"])
    made = Submission.select().where(Submission.created_at >= since)
    ids = [
        row.id
        for row in list(made)
        if next(iter(service_record.events(row.period_from, row.period_to)), None) is None
    ]
    if ids:
        Submission.delete().where(Submission.id.in_(ids)).execute()
        removed["submission"] = len(ids)


def _give_back(facts):
    """The own organization as it was: bare, as no rule would let anybody save it."""
    own = Organization.get_by_id(facts["own"])
    for name, value in {**facts["before"], "referral_last_checked_on": None}.items():
        setattr(own, name, value)
    records.derive(own)
    own.version, own.updated_at = own.version + 1, now()
    own.save()


def _uncount(model, some):
    column = getattr(model._meta, "counted", None)
    for value in model.select(getattr(model, column)).where(some).tuples() if column else ():
        records.bump(f"{model._meta.table_name}.{column}", value[0], -1)

"""Who saw a file: the rows of the audit log about any record that belongs to one household (2.23, R-SYS-5).

How a table reaches its household is read from its foreign keys, so that a new table is never forgotten.
"""

from collections import defaultdict
from functools import cache, reduce
from operator import or_

import peewee

from models import TABLES, Attachment, AuditLog, Client, Household
from workflows import settings

MOST = 2000
LINKS = ("household", "client", "child", "goal", "note", "visit", "assessment", "referral")


@cache
def paths():
    """{table name: (model, foreign key towards the household)} of every table whose rows belong to one household."""
    found = {"household": (Household, None)}
    growing = True
    while growing:
        growing = False
        for model in TABLES:
            name = model._meta.table_name
            for link in LINKS:
                field = model._meta.fields.get(link)
                is_key = isinstance(field, peewee.ForeignKeyField)
                if name not in found and is_key and field.rel_model._meta.table_name in found:
                    found[name], growing = (model, field), True
    return found


def ids_of(table, household_id):
    """A query of the ids of this table's rows that belong to a household."""
    model, field = paths()[table]
    if field is None:
        return model.select(model.id).where(model.id == household_id)
    if field.rel_model is Household:
        return model.select(model.id).where(field == household_id)
    further = ids_of(field.rel_model._meta.table_name, household_id)
    return model.select(model.id).where(field.in_(further))


def files_of(wanted):
    """{(table, id): household id} of the records named by ``wanted`` {table: {id}}, a few statements for each table."""
    found = {}
    for table, ids in wanted.items():
        if table == "attachment":
            found |= _files_of_scans(ids)
        elif table in paths() and ids:
            found |= {(table, key): house for key, house in _climb(table, ids).items()}
    return found


def _climb(table, ids):
    model, field = paths()[table]
    if field is None:
        return {key: key for key in ids}
    pairs = dict(model.select(model.id, field).where(model.id.in_(list(ids))).tuples())
    pairs = {key: owner for key, owner in pairs.items() if owner is not None}
    if field.rel_model is Household or not pairs:
        return pairs
    houses = _climb(field.rel_model._meta.table_name, set(pairs.values()))
    return {key: houses[owner] for key, owner in pairs.items() if owner in houses}


def _files_of_scans(ids):
    query = Attachment.select(Attachment.id, Attachment.owner_table, Attachment.owner_id)
    owners = {
        key: (table, owner)
        for key, table, owner in query.where(Attachment.id.in_(list(ids))).tuples()
        if table in paths()
    }
    wanted = defaultdict(set)
    for table, owner in owners.values():
        wanted[table].add(owner)
    houses = files_of(wanted)
    return {("attachment", key): houses[at] for key, at in owners.items() if at in houses}


def scans_of(household_id):
    """A query of the ids of the attachments of a file."""
    owned = [
        (Attachment.owner_table == table) & Attachment.owner_id.in_(ids_of(table, household_id))
        for table in paths()
    ]
    return Attachment.select(Attachment.id).where(reduce(or_, owned))


def about(household_id):
    """The condition of audit rows about a record of this household that is still there."""
    parts = [
        (AuditLog.entity == table) & AuditLog.entity_id.in_(ids_of(table, household_id))
        for table in paths()
    ]
    scans = (AuditLog.entity == "attachment") & AuditLog.entity_id.in_(scans_of(household_id))
    return reduce(or_, [*parts, scans])


def rows(household_id, first, last):
    """The audit rows of these days, both included, oldest first; at most MOST + 1.

    What was deleted meanwhile, or was merged into a record of this file, is told up to the day it went: its last row says
    whose it was.
    """
    days = settings.on_days(AuditLog.at, first, last)
    there = AuditLog.select().where(days, about(household_id)).order_by(AuditLog.id)
    found = {row.id: row for row in there.limit(MOST + 1)}
    gone = defaultdict(dict)
    for row in _deleted(household_id, settings.start_of(first)):
        gone[row.entity][row.entity_id] = row.id
    for table, ids in gone.items():
        of_it = AuditLog.select().where(days, AuditLog.entity == table)
        for row in of_it.where(AuditLog.entity_id.in_(list(ids))).order_by(AuditLog.id):
            # The database may have given the number to another record since.
            if row.id <= ids[row.entity_id]:
                found[row.id] = row
    return [found[key] for key in sorted(found)][: MOST + 1]


def _deleted(household_id, start):
    """The last rows of what was in this file and was deleted since ``start``."""
    query = Client.select(Client.id).where(Client.household == household_id)
    members = {key for (key,) in query.tuples()}
    merged = _merged_into(members)
    since = AuditLog.select().where(
        AuditLog.at >= start, AuditLog.action == "delete", AuditLog.entity.in_(list(paths()))
    )
    for row in since.order_by(AuditLog.id).iterator():
        said = row.changed_fields or {}
        whose, whom = ((said.get(name) or [None])[0] for name in ("household", "client"))
        if whose == household_id or whom in members or row.reason and row.reason in merged:
            yield row


def _merged_into(members):
    """The reasons that stand in the rows of merging other records into these people, and theirs before (R-CLI-4)."""
    reasons, wanted = set(), set(members)
    while wanted:
        rows = AuditLog.select(AuditLog.changed_fields, AuditLog.reason).where(
            AuditLog.entity == "client",
            AuditLog.action == "update",
            AuditLog.entity_id.in_(list(wanted)),
            AuditLog.reason.contains(" merged into "),
        )
        wanted = set()
        for row in rows:
            if gone := (row.changed_fields or {}).get("merged"):
                reasons.add(row.reason)
                wanted.add(gone[1])
    return reasons

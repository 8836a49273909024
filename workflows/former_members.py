"""Who was of a household and is not any more, as far as the rows and the audit log tell (R-NOTE-9, R-CLI-4).

Whoever moves to another household, or is merged with a record in one, leaves a row in the audit log that says from
where; what was written in the household they left still names them.
"""

from models import TABLES, AuditLog, Client, Household
from workflows import audit
from workflows.records import after
from workflows.rows import through_of


@after(Client)
def say_which_household_they_left(change):
    """2.23: a number, beside the row that names the column alone; nothing else says it afterwards."""
    client, before = change.record, change.before
    if before and change.changed("household"):
        moved = {"household": [before.household_id, client.household_id]}
        audit.record("update", "client", client.id, moved, change.reason)


def once_with(client):
    """Every other Client who is or was of a household that this person is or was in."""
    left, joined = _log()
    houses = {client.household_id} | {house for key, house in left if key == client.id}
    houses |= {house for house, key in _named(client=client.id)}
    # Two files that became one: whoever was in the one that went belongs to the one that stays, the latest first.
    for old, new in reversed(joined):
        if new in houses:
            houses.add(old)
    people = {key for key, house in left if house in houses}
    people |= {key for house in houses for _house, key in _named(household=house)}
    members = Client.select().where(Client.household.in_(houses) | Client.id.in_(people))
    return list(members.where(Client.id != client.id))


def _log():
    """([(client id, household id they left)], [(household id that went, the one it was joined to)]) of the audit log."""
    said = AuditLog.changed_fields.cast("text")
    rows = AuditLog.select(AuditLog.entity_id, AuditLog.changed_fields).where(
        AuditLog.entity == "client",
        AuditLog.action.in_(("update", "delete")),
        said.contains('"household"') | said.contains('"merged"'),
    )
    left, joined = [], []
    for key, changed in rows.order_by(AuditLog.id).tuples():
        if gone := changed.get("merged"):
            # Who left before is called so from now on; the database may give the number to somebody else.
            left = [(key if one == gone[1] else one, *house) for one, *house in left]
        if moved := changed.get("household"):
            left.append((key, moved[0]))
            joined.append(tuple(moved))
    there = {key for (key,) in Household.select(Household.id).tuples()} if left else ()
    return left, [(old, new) for old, new in joined if new and old not in there]


def _named(**whose):
    """(household id, client id) of every row that names both, of one ``client`` or one ``household``."""
    for model in TABLES:
        fields = model._meta.fields
        if "household" not in fields:
            continue
        if "client" in fields:
            columns, query = (fields["household"], fields["client"]), model.select()
            yield from _rows(query, *columns, whose)
        for name, many in model._meta.manytomany.items():
            if many.rel_model is Client and not many._is_backref:
                through, mine, other = through_of(model, name)
                query = through.select().join(model, on=mine == model.id)
                yield from _rows(query, fields["household"], other, whose)


def _rows(query, household, client, whose):
    wanted = {"household": household, "client": client}
    query = query.where(*[wanted[name] == key for name, key in whose.items()])
    return query.select(household, client).where(client.is_null(False)).distinct().tuples()

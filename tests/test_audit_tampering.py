"""Nothing done to the audit log outside the portal goes unnoticed, and the first row that is wrong is named (2.23)."""

import random

import pytest
from case_factories import make_intake
from factories import make_client

from models import AuditHead, AuditLog, database
from workflows import audit, checks, records

ROWS = 30
TEXTS = ("working_as_name", "ip", "action", "entity", "reason", "row_hash")


@pytest.fixture
def chain(app):
    """Ids of a log with rows of every kind."""
    client = make_client()
    while AuditLog.select().count() < ROWS:
        audit.record("view", "client", client.id)
        client.municipality = f"Town {AuditLog.select().count()}"
        records.save(client)
        audit.record("export", "client", changed={"rows": 12})
    audit.record("delete", "case_note", 7, {"household": [client.household_id, None]}, "Twice")
    ids = [key for (key,) in AuditLog.select(AuditLog.id).order_by(AuditLog.id).tuples()]
    assert audit.first_broken_row() is None
    return ids


def run(sql, *values):
    database.execute_sql(sql.replace("?", database.param), values)


def value_of(key, column):
    sql = f"SELECT {column} FROM audit_log WHERE id = {database.param}"
    return database.execute_sql(sql, (key,)).fetchone()[0]


def edit(chance, ids):
    """One column of one row says something else; the row is named."""
    key = chance.choice(ids)
    column = chance.choice((*TEXTS, "at", "entity_id", "changed_fields"))
    if column == "at":
        run("UPDATE audit_log SET at = ? WHERE id = ?", "2024-02-03 04:05:06", key)
    elif column == "entity_id":
        run("UPDATE audit_log SET entity_id = ? WHERE id = ?", chance.randint(10**6, 10**7), key)
    elif column == "changed_fields":
        text = f'{{"first_name": null, "x{chance.randint(1, 99)}": [1, 2]}}'
        run("UPDATE audit_log SET changed_fields = ? WHERE id = ?", text, key)
    else:
        old = value_of(key, column)
        new = old[:-1] + chance.choice("ghij") if len(old) > 1 else "Nobody"
        run(f"UPDATE audit_log SET {column} = ? WHERE id = ?", new, key)
    return key


def delete(chance, ids):
    """A row is gone; the one after it does not fit, and at the end the head does not."""
    at = chance.randrange(len(ids))
    run("DELETE FROM audit_log WHERE id = ?", ids[at])
    return ids[at + 1] if at + 1 < len(ids) else None


def swap(chance, ids):
    """Two rows change places with all that they say; the earlier place is named."""
    first, second = sorted(chance.sample(ids, 2))
    for old, new in ((first, -1), (second, first), (-1, second)):
        run("UPDATE audit_log SET id = ? WHERE id = ?", new, old)
    return first


def cut(chance, ids):
    """The newest rows are gone: no row is wrong, the end is."""
    run("DELETE FROM audit_log WHERE id >= ?", ids[chance.randrange(1, len(ids))])
    return None


def again(chance, ids):
    """A row stands there twice, the second time at the end, and the head counts it."""
    columns = "at, working_as_name, ip, action, entity, entity_id, changed_fields, reason, row_hash"
    source = chance.choice(ids[:-1])
    key = ids[-1] + 1
    run(
        f"INSERT INTO audit_log (id, {columns}) SELECT ?, {columns} FROM audit_log WHERE id = ?",
        key,
        source,
    )
    run("UPDATE audit_head SET count = count + 1")
    return key


def test_500_random_edits_deletions_swaps_and_tail_cuts_are_noticed_and_the_first_is_named(chain):
    """2.23"""
    chance, tried = random.Random(20260401), []
    for n in range(500):
        damage = (edit, delete, swap, cut, again)[n % 5]
        with database.atomic() as trial:
            expected = damage(chance, chain)
            found = audit.first_broken_row()
            trial.rollback()
        assert found is not None, f"{damage.__name__} number {n} went unnoticed"
        assert found[0] == expected, f"{damage.__name__} number {n}: {found}"
        tried.append(damage)
    assert len(tried) == 500 and audit.first_broken_row() is None


@pytest.mark.parametrize(
    ("column", "value"),
    [("changed_fields", "{not json"), ("at", "yesterday"), ("row_hash", "é"), ("row_hash", "")],
)
@pytest.mark.sqlite_only
def test_what_is_no_date_and_no_json_is_a_changed_row_and_no_fault_of_the_check(
    chain, column, value
):
    """SQLite holds anything in any column."""
    run(f"UPDATE audit_log SET {column} = ? WHERE id = ?", value, chain[4])
    assert audit.first_broken_row()[0] == chain[4]
    told = [finding.text for finding in checks.look() if finding.state == checks.BAD]
    assert any(f"at row {chain[4]}" in text for text in told)


def test_a_row_written_without_the_key_and_a_head_made_up_to_fit_are_noticed(chain):
    """The key stands beside the database, not in it."""
    with database.atomic() as trial:
        kept, last = audit._Sealer.key, AuditLog.get_by_id(chain[-1])
        audit.use_key(b"somebody else's key, of 32 bytes")
        make_intake()
        audit.use_key(kept)
        assert audit.first_broken_row()[0] > last.id
        trial.rollback()
    run("DELETE FROM audit_log WHERE id = ?", chain[-1])
    run("UPDATE audit_head SET count = count - 1, last_hash = ?", value_of(chain[-2], "row_hash"))
    assert audit.first_broken_row() == (None, "the head row was changed")


def test_an_emptied_log_is_noticed_even_when_its_head_is_gone_too(chain, clock):
    """Whoever empties the log cannot begin a new one that passes for the old."""
    AuditLog.delete().execute()
    assert audit.first_broken_row()[0] is None
    AuditHead.delete().execute()
    assert audit.first_broken_row() == (None, "the head row is missing")
    clock.forward(days=2)
    audit.record("view", "client", 1)
    key = AuditLog.select(AuditLog.id).scalar()
    assert audit.first_broken_row() == (key, "the rows before it are missing")

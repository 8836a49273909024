"""When a case stopped being active and when it went on; it begins with the closed ones and those on hold (domain 8)."""

import datetime
import json

from peewee import CharField, DateField, DateTimeField, ForeignKeyField, Model

# Whatever is missing is worked out from other rows, so that it may run again over those of an older copy.
FILLS = True


def up(migrator, db):
    class Household(Model):
        status = CharField(max_length=80)
        close_date = DateField(null=True)

        class Meta:
            database = db
            table_name = "household"

    class CaseStatusEvent(Model):
        household = ForeignKeyField(Household, on_delete="CASCADE")
        from_status = CharField(max_length=80)
        to_status = CharField(max_length=80)
        moved_on = DateField()
        at = DateTimeField()
        by_name = CharField(max_length=120, default="")

        class Meta:
            database = db
            table_name = "case_status_event"
            indexes = ((("household", "moved_on"), False),)

    db.create_tables([CaseStatusEvent])
    now = datetime.datetime.now(datetime.UTC).replace(tzinfo=None)
    known = CaseStatusEvent.select(CaseStatusEvent.household)
    rows = Household.select().where(
        Household.status.in_(("closed", "on-hold")), Household.id.not_in(known)
    )
    moved = _last_moves(db)
    for house in list(rows):
        day = house.close_date if house.status == "closed" else moved.get(house.id)
        if day:
            CaseStatusEvent.create(
                household=house,
                from_status="open",
                to_status=house.status,
                moved_on=day,
                at=now,
            )


def _last_moves(db):
    """{household id: day on which its status moved last}: the audit log names the column, not what stood in it."""
    sql = (
        "SELECT entity_id, at, changed_fields FROM audit_log"
        " WHERE entity = 'household' AND action = 'update' ORDER BY id"
    )
    found = {}
    for key, at, changed in db.execute_sql(sql):
        changed = json.loads(changed) if isinstance(changed, str) else changed
        if "status" in (changed or {}):
            found[key] = datetime.date.fromisoformat(str(at)[:10])
    return found


def down(migrator, db):
    db.execute_sql("DROP TABLE case_status_event")

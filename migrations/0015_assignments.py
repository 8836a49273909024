"""The history of main workers begins with who looks after each case now (2.20)."""

import datetime
import uuid

from peewee import BooleanField, CharField, DateField, DateTimeField, IntegerField, Model

# Whatever is missing is worked out from other rows, so that it may run again over those of an older copy.
FILLS = True
OVER = ("closed", "disposed", "consent-refused")


def up(migrator, db):
    class Household(Model):
        created_at = DateTimeField()
        status = CharField(max_length=80)
        primary_worker_id = IntegerField(null=True)
        anchor_date = DateField(null=True)
        no_conflict_declared = BooleanField()

        class Meta:
            database = db
            table_name = "household"

    class CaseAssignment(Model):
        uuid = CharField(max_length=36)
        created_at = DateTimeField()
        updated_at = DateTimeField()
        created_by_name = CharField(max_length=120, default="")
        updated_by_name = CharField(max_length=120, default="")
        version = IntegerField(default=1)
        household_id = IntegerField()
        staff_id = IntegerField()
        started_on = DateField()
        no_conflict_declared = BooleanField(default=False)

        class Meta:
            database = db
            table_name = "case_assignment"

    now = datetime.datetime.now(datetime.UTC).replace(tzinfo=None)
    known = CaseAssignment.select(CaseAssignment.household_id)
    rows = Household.select().where(
        Household.primary_worker_id.is_null(False),
        Household.status.not_in(OVER),
        Household.id.not_in(known),
    )
    for house in rows:
        began = house.anchor_date or house.created_at.date()
        CaseAssignment.create(
            uuid=str(uuid.uuid4()),
            created_at=now,
            updated_at=now,
            household_id=house.id,
            staff_id=house.primary_worker_id,
            started_on=min(began, now.date()),
            no_conflict_declared=house.no_conflict_declared,
        )


def down(migrator, db):
    """What is known now stays until its table goes."""

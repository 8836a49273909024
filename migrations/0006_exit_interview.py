"""Exit interviews; cases past their planned end are counted along an index."""

from peewee import (
    BooleanField,
    CharField,
    DateField,
    DateTimeField,
    ForeignKeyField,
    IntegerField,
    Model,
    TextField,
)


def up(migrator, db):
    class Household(Model):
        class Meta:
            database = db
            table_name = "household"

    class Client(Model):
        class Meta:
            database = db
            table_name = "client"

    class ExitInterview(Model):
        uuid = CharField(unique=True, max_length=36)
        created_at = DateTimeField()
        updated_at = DateTimeField()
        created_by_name = CharField(max_length=120, default="")
        updated_by_name = CharField(max_length=120, default="")
        version = IntegerField(default=1)
        household = ForeignKeyField(Household, on_delete="RESTRICT")
        client = ForeignKeyField(Client, on_delete="RESTRICT")
        date = DateField()
        independent = IntegerField(null=True)
        goals = TextField(null=True)
        where_next = TextField(null=True)
        most_useful = TextField(null=True)
        missing = TextField(null=True)
        nps = IntegerField(null=True)
        consent_to_contact = BooleanField(default=False)
        final_level = CharField(max_length=80, null=True)
        goals_met = IntegerField(null=True)
        open_referrals = IntegerField(null=True)

        class Meta:
            database = db
            table_name = "exit_interview"
            indexes = ((("date",), False),)

    db.create_tables([ExitInterview])
    migrator.migrate(migrator.add_index("household", ("status", "planned_end")))


def down(migrator, db):
    migrator.migrate(migrator.drop_index("household", "household_status_planned_end"))
    migrator.migrate(migrator.drop_table("exit_interview"))

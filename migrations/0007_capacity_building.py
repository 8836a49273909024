"""Capacity building: work with the community."""

from peewee import (
    CharField,
    DateField,
    DateTimeField,
    ForeignKeyField,
    IntegerField,
    Model,
    TextField,
)


def up(migrator, db):
    def table(name):
        class Meta:
            database = db
            table_name = name

        return type(name, (Model,), {"Meta": Meta})

    class CapacityBuildingActivity(Model):
        uuid = CharField(unique=True, max_length=36)
        created_at = DateTimeField()
        updated_at = DateTimeField()
        created_by_name = CharField(max_length=120, default="")
        updated_by_name = CharField(max_length=120, default="")
        version = IntegerField(default=1)
        date = DateField()
        type = CharField(max_length=80)
        partners = CharField(max_length=300)
        objective = TextField()
        outcome = TextField(null=True)
        attendees = IntegerField(null=True)
        minutes = IntegerField()
        staff = ForeignKeyField(table("staff"), on_delete="RESTRICT")
        location = ForeignKeyField(table("service_location"), null=True, on_delete="RESTRICT")
        area_of_focus = ForeignKeyField(table("area_of_focus"), null=True, on_delete="RESTRICT")

        class Meta:
            database = db
            table_name = "capacity_building_activity"
            indexes = (
                (("date",), False),
                (("type", "date"), False),
                (("staff", "date"), False),
            )

    db.create_tables([CapacityBuildingActivity])


def down(migrator, db):
    migrator.migrate(migrator.drop_table("capacity_building_activity"))

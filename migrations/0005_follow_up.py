"""A message knows when to ask what became of its referrals; sendings begun before stand on the wizard engine."""

from peewee import CharField, DateField, JSONField, Model


def up(migrator, db):
    migrator.migrate(migrator.add_column("outbox_message", "follow_up_on", DateField(null=True)))

    class Draft(Model):
        key = CharField(max_length=36)
        kind = CharField(max_length=40)
        path = CharField(max_length=300)
        answers = JSONField()

        class Meta:
            database = db
            table_name = "draft"

    for draft in Draft.select().where(Draft.kind == "distribute"):
        ids = draft.answers.get("ids", [])
        draft.answers = {
            "_fixed": {"offered": ids, "destination": draft.answers.get("destination", "")},
            "referrals": {"rowid": [str(key) for key in ids], "_done": ["1"]},
        }
        draft.path = f"/distribute/{draft.key}/"
        draft.save()


def down(migrator, db):
    migrator.migrate(migrator.drop_column("outbox_message", "follow_up_on"))

"""A message knows when to ask what became of its referrals; the day counts once it is sent."""

from peewee import DateField


def up(migrator, db):
    migrator.migrate(migrator.add_column("outbox_message", "follow_up_on", DateField(null=True)))


def down(migrator, db):
    migrator.migrate(migrator.drop_column("outbox_message", "follow_up_on"))

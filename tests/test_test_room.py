"""The test room keeps its promises: each test begins with the prepared rows; only the test room saves without the disk."""

import psycopg
import pytest
from prepare import leave

import models
from models import AuditLog, Client, Household, Keyword, TaxonomyItem, database

SHAPE = """SELECT table_name, column_name, is_nullable FROM information_schema.columns
    WHERE table_schema = 'public' ORDER BY table_name, ordinal_position"""


def write_change_and_remove():
    """Rows of both kinds: those that were prepared, and new ones."""
    household = Household.create(file_number="2026-001")
    Client.create(household=household, first_name="Rima", last_name="Haddad")
    Keyword.update(term_en="Changed").where(Keyword.slug < "m").execute()
    AuditLog.delete().execute()
    TaxonomyItem.update(id=TaxonomyItem.id + 5000).execute()


def give_up():
    """What was given up leaves no row, but the next key is another one."""
    with database.atomic() as transaction:
        Household.create(file_number="2026-001")
        transaction.rollback()


def empty_everything():
    database.execute_sql("TRUNCATE keyword, household RESTART IDENTITY CASCADE")


def add_a_table():
    database.execute_sql("CREATE TABLE household_too (id SERIAL PRIMARY KEY)")


def add_a_column():
    database.execute_sql("ALTER TABLE household ADD COLUMN more TEXT")
    Household.create(file_number="2026-001")


def take_a_table_away():
    database.execute_sql("DROP TABLE household CASCADE")


def let_anything_be_null():
    database.execute_sql("ALTER TABLE keyword ALTER COLUMN term_en DROP NOT NULL")


SPOILERS = (write_change_and_remove, give_up, empty_everything, add_a_table, add_a_column)
SPOILERS += (take_a_table_away, let_anything_be_null)


@pytest.mark.postgres_only
@pytest.mark.parametrize("spoil", SPOILERS, ids=lambda spoil: spoil.__name__)
def test_the_next_test_begins_with_the_prepared_rows(database_url, kept_database, spoil):
    kept_database.undo()
    shape = kept_database.ask(SHAPE)
    with database:
        spoil()
    leave()  # a lock that a thread of the pool keeps would be waited for
    assert kept_database.ask(SHAPE) != shape or kept_database.contents() != kept_database.prepared
    kept_database.undo()
    assert kept_database.contents() == kept_database.prepared
    assert kept_database.ask(SHAPE) == shape
    assert kept_database.changed() == []


@pytest.mark.postgres_only
def test_a_transaction_that_was_never_ended_is_ended(database_url, kept_database):
    with psycopg.connect(database_url) as connection:
        connection.execute("UPDATE keyword SET term_en = 'Changed'")
        kept_database.undo()
        with pytest.raises(psycopg.OperationalError):
            connection.execute("SELECT 1")
    assert kept_database.contents() == kept_database.prepared


@pytest.mark.sqlite_only
def test_the_portal_itself_waits_until_a_record_is_on_the_disk(database_url):
    with database:
        assert database.pragma("synchronous") == 0
    models.open_database(database_url)
    with database:
        assert database.pragma("synchronous") == 2, "full"

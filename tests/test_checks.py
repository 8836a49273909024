"""``flask check`` and ``flask recount``."""

import pytest
from case_factories import make_case
from casework_factories import make_case_note
from factories import make_client
from peewee import OperationalError

from models import CaseTask, Household, KeptCount, database
from workflows import checks, records, schema


def test_a_wrong_counter_is_found_and_mended(app):
    records.bump("referral.status", "received", 3)
    found = [f.text for f in checks.look() if f.state == checks.BAD]
    assert any("referral.status" in text for text in found)
    assert checks.recount() == [("referral.status", "received", 3, 0)]
    assert checks.recount() == []
    assert KeptCount.get(KeptCount.name == "referral.status").n == 0


def test_a_changed_audit_row_is_found(app):
    database.execute_sql("UPDATE audit_log SET working_as_name = 'Somebody else'")
    assert any("audit log was changed" in f.text for f in checks.look() if f.state == checks.BAD)


def test_the_commands_tell_with_their_exit_code(app):
    runner = app.test_cli_runner()
    assert runner.invoke(args=["recount"]).exit_code == 0
    result = runner.invoke(args=["check"])
    assert result.exit_code == 1 and "There is no backup yet" in result.output
    assert "The audit log is whole." in result.output


def test_an_upgrade_works_out_anew_what_is_kept(app, monkeypatch):
    """What an older version counted otherwise is right before anybody looks: the tasks of a case, the latest entry."""
    house = make_case()
    make_case_note(clients=[make_client(house)])
    assert checks.miscounted() == []
    CaseTask.delete().execute()
    Household.update(last_entry_on=None).execute()
    assert {name for name, *_rest in checks.miscounted()} == {checks.TASKS, checks.LATEST}
    monkeypatch.setattr(schema, "upgrade", lambda: ["0017_retention"])
    result = app.test_cli_runner().invoke(args=["upgrade"])
    assert result.exit_code == 0 and "0017_retention" in result.output
    assert checks.miscounted() == []


def test_a_migration_that_another_server_did_meanwhile_is_no_fault(app, monkeypatch):
    name = schema.known()[-1]
    database.execute_sql(f"DELETE FROM schema_migration WHERE name = '{name}'")

    def overtaken(_runner):
        database.execute_sql(
            f"INSERT INTO schema_migration (name, applied) VALUES ('{name}', '2030-01-01')"
        )
        raise OperationalError("duplicate column name")

    monkeypatch.setattr(schema.Runner, "up", overtaken)
    assert schema.upgrade() == [name] and schema.pending() == []


def test_a_migration_that_cannot_be_done_says_why(app, monkeypatch):
    database.execute_sql("DELETE FROM schema_migration WHERE name = '0020_sorted_words'")

    def wrong(_runner):
        raise OperationalError("disk I/O error")

    monkeypatch.setattr(schema.Runner, "up", wrong)
    with pytest.raises(OperationalError, match="disk"):
        schema.upgrade()


def test_a_database_of_a_newer_version_is_not_touched_and_the_message_says_what_to_do(app):
    """Going back to an older version: it knows neither the new columns nor their rules."""
    database.execute_sql(
        "INSERT INTO schema_migration (name, applied) VALUES ('9999_of_tomorrow', '2030-01-01')"
    )
    result = app.test_cli_runner().invoke(args=["upgrade"])
    assert result.exit_code == 1 and "newer version of the portal" in result.output
    assert [f.state for f in checks.look()] == [checks.BAD]


@pytest.fixture
def closed_for_writing(app):
    """As on a disk that the system mounted for reading only."""
    database.execute_sql("PRAGMA query_only = ON")
    yield app.test_cli_runner()
    database.execute_sql("PRAGMA query_only = OFF")


@pytest.mark.sqlite_only
def test_a_disk_closed_for_writing_is_said_and_the_search_index_is_not_blamed(closed_for_writing):
    said = closed_for_writing.invoke(args=["check"])
    assert said.exit_code == 1 and "cannot be written to" in said.output
    assert "out of step" not in said.output and "The audit log is whole." in said.output


@pytest.mark.sqlite_only
@pytest.mark.parametrize("command", ["backup", "recount", "upgrade"])
def test_a_command_that_cannot_write_ends_with_a_sentence(closed_for_writing, command):
    said = closed_for_writing.invoke(args=[command])
    assert said.exit_code == 1 and isinstance(said.exception, SystemExit)
    assert "open for writing" in said.output

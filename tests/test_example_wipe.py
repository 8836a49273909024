"""Wiping the example: what people made while they tried it goes with it, and nothing else of the agency's."""

import datetime

import pytest
from case_factories import make_capacity_building
from casework_factories import (
    make_access_request,
    make_appointment,
    make_booking,
    make_case_activity,
    make_case_note,
    make_correspondence,
    make_home_visit,
    make_incident,
    make_submission,
    make_training,
    make_visit_list,
)
from factories import make_client, make_outbox_message, make_staff
from planted import Planter, left_in_rows

import models
from models import (
    TABLES,
    Attachment,
    AuditLog,
    CapacityBuildingActivity,
    Household,
    KeptCount,
    OutboxMessage,
    Setting,
    Staff,
    Submission,
    TrainingRecord,
    VisitList,
)
from seed import example, example_wipe
from workflows import audit, records, settings


@pytest.fixture
def loaded(app):
    """The ids of every table before the example was loaded."""
    before = ids()
    example.load(families=True)
    return before


def ids():
    kept = (AuditLog, KeptCount, Setting)
    return {
        model: {key for (key,) in model.select(model.id).tuples()}
        for model in TABLES
        if model not in kept
    }


def more(before):
    """{table: how many rows} of what was not there before."""
    return {
        model._meta.table_name: len(rows - before[model])
        for model, rows in ids().items()
        if rows - before[model]
    }


def test_what_people_made_about_example_people_goes_from_every_table(loaded):
    """Every table whose rows can belong to a household, those of tomorrow included."""
    theirs = ids()
    planter = Planter()
    house = planter.plant()
    facts = settings.value("example_loaded")
    settings.change("example_loaded", facts | {"households": [*facts["households"], house.id]})
    assert len(more(theirs)) > 30
    example_wipe.wipe()
    left = {table for table, _word in left_in_rows(planter.words)}
    # Named by the rows that went: what the planter needed beside the file.
    assert left <= {"staff", "interpreter", "organization", "program", "visit_list"}, left
    assert not Household.select().where(Household.id == house.id).exists()
    assert audit.first_broken_row() is None


def test_work_of_an_example_worker_that_is_about_nobody_else_goes_with_them(loaded):
    """Trainings, capacity building, days without visits, the files that belong to them, reminders sent to them."""
    worker = Staff.get(Staff.name == "Amina Warsame")
    worker.supervisor = Staff.get(Staff.name == "Grace Okafor")
    worker.email = "amina@agency.example"
    records.save(worker)
    training = make_training(staff=worker)
    make_capacity_building(staff=worker, location=None)
    make_visit_list(staff=worker)
    content = {"media_type": "application/pdf", "size": 1, "hash": "0", "content": b"x"}
    Attachment.create(
        kind="proof", owner_table="training_record", owner_id=training.id, name="p", **content
    )
    make_outbox_message(kind="reminder", recipient=worker.email)
    example_wipe.wipe()
    assert more(loaded) == {}


def test_the_same_of_an_example_worker_who_stays_stays_too(loaded):
    worker = Staff.get(Staff.name == "Amina Warsame")
    worker.supervisor = Staff.get(Staff.name == "Grace Okafor")
    records.save(worker)
    make_case_note(clients=[make_client()], author=worker)
    make_capacity_building(staff=worker, location=None)
    make_visit_list(staff=worker)
    example_wipe.wipe()
    names = {row.name for row in Staff.select()}
    assert {"Amina Warsame", "Grace Okafor"} <= names
    assert CapacityBuildingActivity.select().count() == VisitList.select().count() == 1
    assert TrainingRecord.select().where(TrainingRecord.staff == worker.id).exists()


def test_a_service_record_made_while_trying_goes_and_one_with_own_services_stays(loaded):
    """Domain 8: the file told of the example; a ledger that names it would be wrong."""
    today = settings.today()
    day = datetime.timedelta(days=1)
    tried = make_submission(period_from=today - 90 * day, period_to=today - 30 * day)
    mixed = make_submission(period_from=today - 9 * day, period_to=today)
    old = make_submission(period_from=today - 90 * day, period_to=today - 30 * day)
    long_ago = models.now() - 400 * day
    Submission.update(created_at=long_ago).where(Submission.id == old.id).execute()
    make_case_activity(clients=[make_client()], date=today)
    example_wipe.wipe()
    assert {row.id for row in Submission.select()} == {mixed.id, old.id} - {tried.id}


def test_nothing_of_a_real_family_goes(loaded):
    """Typed in beside the example, by people of the agency, about people of the agency."""
    before = ids()
    client, worker = make_client(), make_staff()
    make_case_note(clients=[client], author=worker), make_correspondence(client=client)
    make_case_activity(clients=[client], staff=worker), make_appointment(client=client)
    make_access_request(client=client), make_booking(client=client)
    make_home_visit(clients=[client]), make_incident(household=client.household)
    make_training(staff=worker), make_capacity_building(staff=worker, location=None)
    make_outbox_message(kind="digest")
    mine = {model: rows - before[model] for model, rows in ids().items()}
    example_wipe.wipe()
    left = ids()
    gone = {model.__name__: rows - left[model] for model, rows in mine.items()}
    assert {name: rows for name, rows in gone.items() if rows} == {}
    assert OutboxMessage.select().count() == 1

"""A computer whose clock was ahead and is put right: nothing waits for the day it had already been."""

import datetime

import pytest
from factories import make_outbox_message

import models
from models import SHARED
from workflows import accounts, backup, outbox, passphrases
from workflows import clock as ticking


@pytest.fixture
def a_year_ahead(clock):
    """The clock stands a year ahead; ``put_right`` sets it to today."""
    clock.forward(days=365)
    clock.put_right = lambda: clock.forward(days=-365)
    return clock


def test_the_daily_jobs_and_with_them_the_backups_go_on(app, a_year_ahead, monkeypatch):
    ran = []

    def job():
        ran.append(1)

    monkeypatch.setattr(ticking, "DAILY", [job])
    ticking.tick(app)
    a_year_ahead.put_right()
    ticking.tick(app)
    ticking.tick(app)
    assert len(ran) == 2


def test_a_copy_of_a_day_to_come_does_not_hide_that_there_is_none_of_today(app, a_year_ahead):
    backup.note_good(models.now().isoformat())
    assert not backup.is_old()
    a_year_ahead.put_right()
    assert backup.is_old()


def test_nobody_waits_longer_for_a_try_than_the_longest_delay(app, a_year_ahead):
    passphrases.attempt(SHARED, "not this one")
    a_year_ahead.put_right()
    with pytest.raises(passphrases.TooSoon) as slow:
        passphrases.attempt(SHARED, "not this one")
    assert slow.value.seconds <= passphrases.SLOWEST


def test_a_screen_that_signed_in_ahead_is_not_signed_in_for_a_year(app, a_year_ahead):
    _row, token = accounts.start()
    assert accounts.find(token)
    a_year_ahead.put_right()
    assert accounts.find(token) is None


def test_a_message_that_was_to_be_tried_again_is_tried(app, a_year_ahead):
    message = make_outbox_message(due_at=models.now() + datetime.timedelta(minutes=60))
    a_year_ahead.put_right()
    assert outbox._due().where(models.OutboxMessage.id == message.id).exists()

"""Reminders by email: only to who asked, numbers without names, once a day or once a week, on business days."""

import pytest
from factories import make_client, make_referral, make_staff

from models import OutboxMessage
from workflows import clock as ticking
from workflows import records, reminders, settings


def sent():
    rows = OutboxMessage.select().where(OutboxMessage.kind == reminders.KIND)
    return [row.recipient for row in rows.order_by(OutboxMessage.id)]


@pytest.fixture
def daily(app):
    return make_staff(email="daily@agency.example", digest="daily")


def test_nobody_gets_reminders_who_did_not_ask(app, clock, smtp):
    """R-REF-12: no message goes out by itself."""
    make_staff(email="quiet@agency.example")
    clock.set("2026-06-01T15:00")
    assert ticking.tick(app) and sent() == []


def test_daily_and_weekly_ones_come_on_business_days_and_name_nobody(app, clock, smtp, daily):
    make_staff(email="weekly@agency.example", digest="weekly")
    clock.set("2026-06-01T15:00")  # a Monday
    client = make_client(first_name="Rima", last_name="Haddad")
    referral = make_referral(client=client)
    assert ticking.tick(app) and ticking.tick(app)
    assert sent() == ["daily@agency.example", "weekly@agency.example"]
    words = smtp.read().get_content()
    assert "1 new referral was received" in words
    for secret in ("Rima", "Haddad", client.phone, referral.number):
        assert secret not in words
    for days, count in ((1, 3), (4, 3), (1, 3), (1, 5)):  # Tuesday, Saturday, Sunday, Monday
        clock.forward(days=days)
        ticking.tick(app)
        assert len(sent()) == count, days


def test_who_left_gets_no_more(app, clock, smtp, daily):
    daily.is_active = False
    records.save(daily)
    clock.set("2026-06-01T15:00")
    ticking.tick(app)
    assert sent() == []


def test_reminders_need_an_address_and_can_be_looked_at(administrator_browser):
    row = make_staff(email=None)
    page = administrator_browser.get(f"/staff/edit/?id={row.id}")
    page = administrator_browser.submit(page, "Save", digest="Every week")
    assert "Enter the work email that the reminders go to." in page
    page = administrator_browser.submit(page, "Save", email="jo@agency.example")
    page = administrator_browser.follow(page, "See the reminders")
    assert "What waits on" in page and settings.today().strftime("%Y") in page

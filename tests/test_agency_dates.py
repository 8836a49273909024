"""Days are the agency's, not the machine's: in the evening of Vancouver it is tomorrow already in UTC."""

import datetime

import pytest
from factories import make_location, make_program, make_service

from models import SHARED, Account, Referral, ServiceActivity
from workflows import passphrases, records, settings

HERE = datetime.date(2026, 6, 30)


@pytest.fixture(autouse=True)
def evening(app, clock):
    """23:30 in Vancouver on 30 June; 06:30 of 1 July in UTC."""
    settings.change("timezone", "America/Vancouver")
    clock.set("2026-07-01T06:30")


def test_a_referral_without_a_day_was_received_today_at_the_agency():
    service = make_service()
    referral = Referral(
        direction="inbound",
        inbound_name="Omar Said",
        service_activity=service,
        referred_by_name="Jo",
        referred_on=HERE,
    )
    records.save(referral)
    assert Referral.get_by_id(referral.id).received_on == HERE
    assert referral.number.startswith("2026-")


def test_a_new_service_was_reviewed_today_at_the_agency():
    program = make_program()
    location = make_location(program.organization)
    service = ServiceActivity(program=program, location=location, name="Tea", description="Tea.")
    records.save(service, confirmed=("no-keywords",))
    assert ServiceActivity.get_by_id(service.id).last_reviewed_on == HERE


def test_a_passphrase_was_changed_today_at_the_agency():
    passphrases.change(SHARED, "seven quiet lanterns by the river")
    assert Account.get(Account.kind == SHARED).changed_on == HERE

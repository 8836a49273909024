"""The weekly digest: off by default, once a week, numbers and no names (R-REF-12)."""

from factories import make_client, make_referral

from models import Organization, OutboxMessage, Referral
from workflows import clock as ticking
from workflows import digest, records, settings


def digests():
    return OutboxMessage.select().where(OutboxMessage.kind == "digest").order_by(OutboxMessage.id)


def switch_on():
    own = Organization.own()
    own.email = "office@agency.example"
    records.save(own)
    settings.change("weekly_digest", True)


def test_no_digest_goes_out_unless_the_agency_asks_for_it(app, clock, smtp):
    """R-REF-12: no message goes out by itself."""
    switch_on()
    settings.change("weekly_digest", False)
    clock.forward(days=9)
    assert ticking.tick(app)
    assert not digests().exists() and not smtp.mail


def test_the_digest_comes_once_a_week_and_counts_without_naming(app, clock, smtp):
    """R-REF-12"""
    switch_on()
    clock.set("2026-06-01T15:00")  # a Monday
    client = make_client(first_name="Rima", last_name="Haddad")
    make_referral(client=client)
    old = make_referral()
    Referral.update(received_on="2026-05-01").where(Referral.id == old.id).execute()
    assert ticking.tick(app) and ticking.tick(app), "queued by the first, sent by the second"
    (message,) = digests()
    assert message.recipient == "office@agency.example" and message.state == "sent"
    assert len(smtp.mail) == 1
    words = smtp.read().get_content()
    assert "New referrals: 1" in words and "Overdue: 1" in words
    for secret in ("Rima", "Haddad", client.phone, old.inbound_name, old.number):
        assert secret not in words and secret not in message.subject
    for days, sent in ((1, 1), (5, 1), (1, 2), (3, 2), (4, 3)):
        clock.forward(days=days)
        ticking.tick(app)
        assert digests().count() == sent, days


def test_a_machine_that_was_off_on_monday_sends_it_the_next_day(app, clock, smtp):
    switch_on()
    clock.set("2026-06-04T15:00")
    ticking.tick(app)
    assert digests().count() == 1
    clock.set("2026-06-09T15:00")
    ticking.tick(app)
    assert digests().count() == 2


def test_the_digest_goes_to_another_address_when_one_is_set(app, smtp):
    switch_on()
    settings.change("weekly_digest_to", "manager@agency.example")
    assert digest.weekly().recipient == "manager@agency.example"
    assert digest.weekly() is None


def test_without_a_mail_server_nothing_is_queued_and_the_settings_say_so(
    app, administrator_browser
):
    switch_on()
    assert digest.weekly() is None and not digests().exists()
    page = administrator_browser.get("/administration/settings/")
    page = administrator_browser.submit(page, "Save", referral_stale_days="6")
    assert "The weekly digest needs a mail server and an address." in page.notices

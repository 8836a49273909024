"""Email Selected Referrals: who may get what, and what becomes of it (decisions 0.3 and 0.4, R-REF-2…8)."""

import datetime

import pytest
from agency import (
    DAY,
    at_work,
    deliver,
    fresh,
    make_app,
    make_client,
    make_consent,
    make_organization,
    make_referral,
    make_service,
    status_of,
    use_keys,
)
from smtp_server import Listening, PostOffice

from models import (
    AuditLog,
    ConsentRecord,
    DistributionLog,
    OutboxMessage,
    Program,
    ReferralStatusEvent,
    ServiceLocation,
    Staff,
)
from workflows import distribution, outbox, referrals, settings
from workflows.outbox import NotAllowed
from workflows.records import save


@pytest.fixture
def office():
    return PostOffice(**{"nobody@example.org": "refuse"})


@pytest.fixture
def app(database_url, tmp_path, office):
    with Listening(office) as server:
        app = make_app(
            database_url,
            tmp_path,
            MAIL_SERVER="127.0.0.1",
            MAIL_PORT=server.port,
            MAIL_SECURITY="none",
            MAIL_FROM="referrals@agency.example",
        )
        use_keys(tmp_path)
        with at_work(app):
            yield app


@pytest.fixture
def own(app):
    return make_organization()


@pytest.fixture
def service(own):
    return make_service(own, contact_email="desk@mail.example")


def allow_domains(*domains):
    settings.change("allowed_email_domains", list(domains))


def plan(rows, to="lead@example.org", **options):
    return distribution.plan([row.id for row in rows], to, today=DAY, **options)


def log_rows():
    return DistributionLog.select().count()


@pytest.mark.parametrize(
    "address", ["", "lead", "a@example.org, b@example.org", "a@b", "a@example.org\nBcc: x@y.org"]
)
def test_exactly_one_address_of_valid_form_is_needed(service, address):
    """R-REF-2."""
    wanted = plan([make_referral(service)], address, confirmed_outside=True)
    assert not wanted.is_allowed
    assert "email" in wanted.reasons[0]


def test_at_least_one_box_must_be_ticked(app, own):
    """R-REF-2."""
    assert plan([], confirmed_outside=True).reasons == ("Tick at least one referral.",)


def test_one_press_is_one_message_with_one_log_row_each_and_one_batch(app, service, office):
    """R-REF-2."""
    rows = [make_referral(service) for _n in range(20)]
    batch = distribution.send(plan(rows, "desk@mail.example"))
    assert OutboxMessage.select().count() == 1
    assert DistributionLog.select().where(DistributionLog.batch_id == batch).count() == 20
    assert AuditLog.select().where(AuditLog.action == "email").count() == 1
    deliver(app)
    assert {status_of(row) for row in rows} == {"distributed"}
    events = ReferralStatusEvent.select().where(ReferralStatusEvent.to_status == "distributed")
    assert {(e.from_status, e.by_name) for e in events} == {("received", "Amina")}


def test_own_addresses_and_allowed_domains_are_internal_and_others_are_not(app, own, service):
    """Decision 0.3."""
    allow_domains("agency.example")
    Staff.create(name="Lee", email="lee@home.example")
    Staff.create(name="Gone", email="gone@home.example", is_active=False)
    partner = make_organization("Partner", False, email="info@partner.example")
    make_service(partner, "Legal help", contact_email="law@partner.example")
    internal = ("desk@mail.example", "DESK@mail.example", "lee@home.example", "any@agency.example")
    outside = (
        "gone@home.example",
        "law@partner.example",
        "info@partner.example",
        "x@sub.agency.example",
    )
    assert [distribution.is_internal(address) for address in internal] == [True] * 4
    assert [distribution.is_internal(address) for address in outside] == [False] * 4


def test_a_new_outside_address_asks_a_second_time_and_a_known_one_does_not(app, service):
    """R-REF-5."""
    row = make_referral(service)
    assert plan([row]).asks == ("outside",)
    distribution.send(plan([row], confirmed_outside=True))
    deliver(app)
    assert plan([row]).asks == ()


def test_minimal_holds_no_name_and_no_contact(service):
    """R-REF-4."""
    client = make_client("Haddad", "Rima")
    wanted = plan([make_referral(service, client)])
    assert wanted.detail == "minimal"
    for secret in ("Haddad", "Rima", "519-555-0177", "welder"):
        assert secret not in wanted.text + wanted.subject
    assert "Employment skills | Main office | received 2026-02-09" in wanted.text
    assert "call 519-555-0100" in wanted.text


def test_full_names_the_client_in_the_text_but_never_in_the_subject(service):
    """Decision 0.3."""
    client = make_client("Haddad", "Rima")
    wanted = plan([make_referral(service, client)], "desk@mail.example")
    assert wanted.detail == "full"
    assert "Rima Haddad" in wanted.text
    client.preferred_name = "Rimi"
    save(client)
    assert "Rimi Haddad" in plan([make_referral(service, client)], "desk@mail.example").text
    assert "Wants to work as a welder." in wanted.text
    assert "Haddad" not in wanted.subject


@pytest.mark.parametrize(
    ("values", "allowed"),
    [
        ({}, True),
        ({"expires_on": DAY}, True),
        ({"expires_on": DAY - datetime.timedelta(days=1)}, False),
        ({"state": "refused"}, False),
        ({"state": "withdrawn", "withdrawn_on": DAY}, False),
    ],
)
def test_full_to_outside_needs_a_consent_in_force(service, values, allowed):
    """R-REF-4, R-CON-5, R-CON-6."""
    client = make_client()
    make_consent(client, "email-details", **values)
    wanted = plan([make_referral(service, client)], detail="full", confirmed_outside=True)
    assert wanted.is_allowed is allowed


def test_a_newer_refusal_outweighs_an_older_consent(service):
    """R-REF-4."""
    client = make_client()
    make_consent(client, "email-details")
    make_consent(client, "email-details", state="refused", given_on=DAY)
    assert not plan(
        [make_referral(service, client)], detail="full", confirmed_outside=True
    ).is_allowed


def test_an_inbound_person_without_a_file_never_leaves_in_full(service):
    """2.13."""
    wanted = plan([make_referral(service)], detail="full", confirmed_outside=True)
    assert "never go to an outside address" in wanted.reasons[0]


def test_withdrawing_the_sharing_consent_stops_details_already_waiting(app, service, office):
    """R-CON-5."""
    client = make_client()
    make_consent(client, "email-details")
    sharing = make_consent(client, "information-sharing", [service.program.organization])
    row = make_referral(service, client)
    batch = distribution.send(plan([row], detail="full", confirmed_outside=True))
    assert referrals.withdraw(sharing, DAY) == [row]
    deliver(app)
    progress = distribution.progress(batch)
    assert (progress.state, office.mail) == ("failed", [])
    assert "no consent" in progress.error
    assert not fresh(row).sending
    with pytest.raises(NotAllowed):
        outbox.send_again(OutboxMessage.get())


@pytest.mark.parametrize(
    ("call", "text", "shown"),
    [
        ("yes", "yes", "519-555-0177 |"),
        ("no", "no", "do not phone or text"),
        ("no", "yes", "519-555-0177 (text only, do not call)"),
        ("yes", "no", "519-555-0177 (call only, do not text)"),
        ("ask-first", "yes", "519-555-0177 (ask first if it is a good moment)"),
    ],
)
def test_a_phone_that_is_not_safe_is_left_out(service, call, text, shown):
    """R-CLI-2."""
    client = make_client(safe_to_call=call, safe_to_text=text)
    wanted = plan([make_referral(service, client)], "desk@mail.example")
    assert shown in wanted.text
    assert ("519-555-0177" in wanted.text) is (call != "no" or text != "no")
    assert bool(wanted.left_out) is (call == "no")


@pytest.mark.parametrize("model", [ServiceLocation, Program])
def test_a_confidential_place_is_not_named_outside(service, model):
    """Decision 0.1."""
    model.update(is_confidential=True).execute()
    row = make_referral(service)
    outside, inside = plan([row]), plan([row], "desk@mail.example")
    for name in ("Employment skills", "Main office"):
        assert name not in outside.text
        assert name in inside.text
    assert outside.left_out


def test_the_portal_link_goes_to_own_addresses_only_and_only_when_it_is_known(app, service):
    row = make_referral(service)
    assert "http" not in plan([row], "desk@mail.example").text
    app.config["PUBLIC_URL"] = "https://portal.agency.example/"
    link = "https://portal.agency.example/referrals/"
    assert link in plan([row], "desk@mail.example").text
    assert link not in plan([row]).text


def test_the_agencys_language_is_used(app, service):
    settings.change("interface_default_language", "fr")
    wanted = plan([make_referral(service)])
    assert wanted.text.startswith("Bonjour,")
    assert "aiguillage" in wanted.subject


def test_line_breaks_in_names_cannot_forge_lines_of_the_message(service):
    client = make_client("Haddad\n\n2026-9999 | Forged")
    wanted = plan([make_referral(service, client)], "desk@mail.example")
    assert "\n2026-9999" not in wanted.text


def test_what_arrives_is_what_the_preview_showed(app, service, office):
    wanted = plan([make_referral(service, make_client())], "desk@mail.example")
    distribution.send(wanted)
    deliver(app)
    received = office.read()
    assert received["Subject"] == wanted.subject
    assert received.get_content().replace("\r\n", "\n").rstrip("\n") == wanted.text.rstrip("\n")


def test_a_button_pressed_twice_sends_once(app, service, office):
    wanted = plan([make_referral(service)], "desk@mail.example")
    distribution.send(wanted)
    with pytest.raises(NotAllowed, match="already being sent"):
        distribution.send(wanted)
    deliver(app)
    assert len(office.mail) == 1


def test_an_uncertain_one_is_settled_before_the_same_address_gets_it_again(app, service, office):
    office.behaviour["desk@mail.example"] = "drop-after"
    row = make_referral(service)
    distribution.send(plan([row], "desk@mail.example"))
    deliver(app)
    assert "outbox" in plan([row], "desk@mail.example").reasons[0]


def test_a_failed_email_leaves_the_referral_received(app, service):
    """R-REF-3."""
    row = make_referral(service)
    distribution.send(plan([row], "nobody@example.org", confirmed_outside=True))
    deliver(app)
    assert (status_of(row), fresh(row).sending) == ("received", False)
    assert DistributionLog.get(DistributionLog.referral == row).result == "failed"


def test_a_complete_referral_stays_complete_after_a_confirmed_sending(app, service):
    """R-REF-2."""
    row = make_referral(service)
    referrals.complete([row.id])
    assert plan([row], "desk@mail.example").asks == ("complete",)
    distribution.send(plan([row], "desk@mail.example", confirmed_complete=True))
    deliver(app)
    assert status_of(row) == "complete"
    assert fresh(row).last_sent_at is not None


def test_cancelling_leaves_the_status_and_ends_sending(app, service):
    row = make_referral(service)
    distribution.send(plan([row], "desk@mail.example"))
    outbox.cancel(OutboxMessage.get())
    assert (status_of(row), fresh(row).sending) == ("received", False)
    assert DistributionLog.get().result == "cancelled"


def test_a_referral_keeps_sending_while_a_second_message_with_it_waits(app, service, office):
    office.behaviour["late@example.org"] = "later"
    row = make_referral(service)
    distribution.send(plan([row], "late@example.org", confirmed_outside=True))
    distribution.send(plan([row], "desk@mail.example"))
    deliver(app)
    assert (status_of(row), fresh(row).sending) == ("distributed", True)


def test_without_a_mail_server_nothing_is_queued_and_another_way_is_offered(app, service):
    """R-REF-6."""
    app.config["MAIL_SERVER"] = ""
    row = make_referral(service)
    wanted = plan([row], "desk@mail.example")
    assert "Record as sent another way" in wanted.reasons[0]
    distribution.record_manual([row.id], "Phoned")
    assert status_of(row) == "distributed"


def test_voiding_one_of_two_sendings_leaves_it_distributed(app, service):
    """R-REF-8."""
    row = make_referral(service)
    distribution.record_manual([row.id], "Phoned")
    distribution.record_manual([row.id], "Phoned again")
    distribution.void(distribution.newest_sent(row))
    assert status_of(row) == "distributed"
    distribution.void(distribution.newest_sent(row))
    assert (status_of(row), fresh(row).last_sent_at) == ("received", None)


def test_voiding_leaves_a_complete_referral_complete_and_happens_once(app, service):
    """R-REF-8."""
    row = make_referral(service)
    distribution.record_manual([row.id], "Phoned")
    referrals.complete([row.id])
    sent = distribution.newest_sent(row)
    distribution.void(sent)
    assert status_of(row) == "complete"
    with pytest.raises(NotAllowed):
        distribution.void(sent)


def test_suggestions_name_service_program_and_place_then_earlier_destinations(app, service):
    service.contact_email = "class@mail.example"
    save(service)
    row = make_referral(service)
    distribution.send(plan([row], confirmed_outside=True))
    deliver(app)
    addresses = [address for address, _who in distribution.suggestions([row.id])]
    assert addresses == ["class@mail.example", "desk@mail.example", "lead@example.org"]


def test_a_refused_plan_writes_nothing(app, service):
    row = make_referral(service)
    before = AuditLog.select().count()
    with pytest.raises(NotAllowed):
        distribution.send(plan([row], "nonsense"))
    assert (log_rows(), OutboxMessage.select().count()) == (0, 0)
    assert AuditLog.select().count() == before
    assert not ConsentRecord.select().exists()

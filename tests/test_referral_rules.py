"""The life of a referral: moves, flags, the weekly check, consent, and what it may point to."""

import datetime
import threading

import pytest
from agency import (
    DAY,
    at_work,
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
from peewee import PeeweeException

from models import (
    AuditLog,
    DrivingStatement,
    RecommendedAction,
    Referral,
    ReferralStatusEvent,
)
from workflows import audit, distribution, flags, referrals, settings
from workflows.records import Refused, kept_counts, save


@pytest.fixture
def app(database_url, tmp_path):
    app = make_app(database_url, tmp_path)
    use_keys(tmp_path)
    with at_work(app):
        yield app


@pytest.fixture
def own(app):
    return make_organization()


@pytest.fixture
def service(own):
    return make_service(own)


@pytest.fixture
def partner(app, own):
    return make_organization("Partner", False)


def days(number):
    return datetime.timedelta(days=number)


def set_value(key, value):
    settings.change(key, value)


def problems_of(call, *arguments, **options):
    with pytest.raises(Refused) as caught:
        call(*arguments, **options)
    return {problem.field: problem.message for problem in caught.value.problems}


# ---- Receiving -------------------------------------------------------------------------------------------------------


def test_a_new_referral_is_received_with_its_statement_actions_and_first_event(service):
    """R-REF-1, 2.12, 2.13."""
    referral, warnings = referrals.receive(
        {
            "inbound_name": "Omar Said",
            "service_activity": service,
            "referred_by_name": "Jo",
            "referred_on": DAY,
            "received_on": DAY,
        },
        "Wants to work.",
        ["Write a résumé", ("book-tour", "Book a tour")],
    )
    assert (referral.number, fresh(referral).status, warnings) == ("2026-0001", "received", [])
    assert [s.text for s in referral.driving_statements] == ["Wants to work."]
    assert RecommendedAction.select().count() == 2
    event = ReferralStatusEvent.get()
    assert (event.from_status, event.to_status, event.by_name) == (None, "received", "Amina")


def test_a_referral_without_a_reason_is_refused_and_nothing_is_written(service):
    """2.13: at least one driving statement."""
    assert "reason" in problems_of(make_referral, service, reason="  ")
    assert "reason" in problems_of(make_referral, service, reason="x" * 301)
    assert Referral.select().count() + DrivingStatement.select().count() == 0


def test_an_inbound_referral_without_a_client_needs_a_name(service):
    """2.13."""
    assert "inbound_name" in problems_of(make_referral, service, inbound_name=" ")


def test_internal_and_outbound_referrals_need_a_client(service):
    """2.13."""
    assert "client" in problems_of(make_referral, service, direction="internal")


def test_a_service_decides_program_location_and_organization(service):
    """R-REF-15."""
    row = fresh(make_referral(service))
    assert row.program == service.program
    assert row.location == service.location
    assert row.organization == service.program.organization


@pytest.mark.parametrize("level", ["program", "organization"])
def test_a_referral_to_a_program_or_organization_has_no_location(service, level):
    """R-REF-15."""
    row = make_referral(service, level=level, program=service.program, location=service.location)
    row = fresh(row)
    assert row.location is None
    assert row.service_activity is None
    assert (row.program is None) is (level == "organization")
    expected = service.program.name if level == "program" else service.program.organization.name
    assert row.target_name == expected


def test_a_level_without_its_target_is_refused(service):
    """R-REF-15."""
    assert "service_activity" in problems_of(make_referral, None)
    assert "program" in problems_of(make_referral, None, level="program")


def test_the_name_of_an_archived_service_stays_on_the_referral(service):
    """R-REF-15, R-SA-17."""
    row = make_referral(service)
    service.state = "archived"
    save(service)
    assert fresh(row).target_name == "Employment skills"


def test_direction_and_organization_must_fit(service, partner):
    """2.13."""
    theirs = make_service(partner, "Legal help")
    assert "direction" in problems_of(make_referral, theirs)
    assert "direction" in problems_of(make_referral, service, make_client(), direction="outbound")


# ---- Numbers ---------------------------------------------------------------------------------------------------------


def test_numbers_follow_the_year_and_skip_those_already_used(service):
    make_referral(service, number="2026-0002")
    found = [make_referral(service).number for _n in range(2)]
    other = make_referral(service, received_on=datetime.date(2025, 12, 31)).number
    assert (found, other) == (["2026-0001", "2026-0003"], "2025-0001")


def test_eight_desks_at_once_get_different_numbers(app, service):
    found, failed = [], []

    def desk():
        try:
            with at_work(app):
                found.extend(make_referral(service).number for _n in range(5))
        except PeeweeException as error:
            failed.append(error)

    desks = [threading.Thread(target=desk) for _n in range(8)]
    for one in desks:
        one.start()
    for one in desks:
        one.join()
    assert failed == []
    assert sorted(found) == [f"2026-{n:04d}" for n in range(1, 41)]


# ---- Consent ---------------------------------------------------------------------------------------------------------


def make_outbound(partner, client):
    return make_referral(make_service(partner, "Legal help"), client, direction="outbound")


def test_an_outbound_referral_takes_the_consent_that_names_the_organization(partner, monkeypatch):
    """R-REF-13."""
    monkeypatch.setattr(settings, "today", lambda: DAY)
    client, service = make_client(), make_service(partner, "Legal help")
    assert "consent_record" in problems_of(make_referral, service, client, direction="outbound")
    consent = make_consent(client, "information-sharing", [partner], expires_on=DAY)
    row = make_referral(service, client, direction="outbound")
    assert row.consent_record == consent


@pytest.mark.parametrize(
    "values",
    [
        {"expires_on": DAY - days(1)},
        {"state": "withdrawn", "withdrawn_on": DAY},
        {"state": "refused"},
    ],
)
def test_a_consent_out_of_force_allows_no_outbound_referral(partner, values, monkeypatch):
    """R-REF-13, R-CON-5, R-CON-6."""
    monkeypatch.setattr(settings, "today", lambda: DAY)
    client = make_client()
    consent = make_consent(client, "information-sharing", [partner], **values)
    service = make_service(partner, "Legal help")
    found = problems_of(
        make_referral, service, client, direction="outbound", consent_record=consent
    )
    assert "withdrawn or has expired" in found["consent_record"]


def test_a_consent_that_names_another_organization_does_not_count(partner):
    """R-REF-13."""
    client, other = make_client(), make_organization("Other", False)
    make_consent(client, "information-sharing", [other])
    assert "consent_record" in problems_of(make_outbound, partner, client)


def test_an_outcome_can_still_be_recorded_after_the_consent_has_ended(partner, monkeypatch):
    """Decision 0.7."""
    monkeypatch.setattr(settings, "today", lambda: DAY)
    client = make_client()
    consent = make_consent(client, "information-sharing", [partner])
    row = make_outbound(partner, client)
    referrals.withdraw(consent, DAY)
    referrals.set_outcome(fresh(row), "enrolled", today=DAY)
    assert fresh(row).outcome == "enrolled"


def test_withdrawing_lists_the_open_referrals_and_stops_new_ones(partner, monkeypatch):
    """R-CON-5."""
    monkeypatch.setattr(settings, "today", lambda: DAY)
    client = make_client()
    consent = make_consent(client, "information-sharing", [partner])
    service = make_service(partner, "Legal help")
    first, second = (make_referral(service, client, direction="outbound") for _n in range(2))
    referrals.complete([second.id])
    assert referrals.withdraw(consent, DAY) == [first]
    assert "consent_record" in problems_of(make_referral, service, client, direction="outbound")


# ---- Duplicates ------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("gap", "linked"), [(0, True), (90, True), (91, False)])
def test_the_same_service_within_ninety_days_warns_and_links(service, gap, linked):
    """R-REF-9: day 90 included."""
    client = make_client()
    first = make_referral(service, client, received_on=DAY - days(gap))
    second, warnings = referrals.receive(
        {
            "client": client,
            "direction": "internal",
            "service_activity": service,
            "referred_by_name": "Jo",
            "referred_on": DAY,
            "received_on": DAY,
        },
        "Again",
    )
    assert fresh(second).duplicate_of == (first if linked else None)
    assert len(warnings) == linked


def test_another_service_or_another_client_is_no_duplicate(own, service):
    """R-REF-9."""
    client = make_client()
    make_referral(service, client)
    other = make_referral(make_service(own, "Parenting"), client)
    assert fresh(other).duplicate_of is None
    assert fresh(make_referral(service, make_client("Ali"))).duplicate_of is None


# ---- Moves -----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("source", "target"), [("distributed", "distributed"), ("received", "received")]
)
def test_moves_outside_the_table_do_not_exist(service, source, target):
    """R-REF-1."""
    with pytest.raises(ValueError, match="R-REF-1"):
        referrals.move([make_referral(service).id], source, target, "Amina")


def test_a_form_cannot_set_the_status(service):
    """R-REF-1."""
    row = fresh(make_referral(service))
    row.status = "complete"
    assert "status" in problems_of(save, row)


def test_complete_works_in_bulk_from_received_and_distributed_without_an_outcome(service):
    """R-REF-7."""
    rows = [make_referral(service) for _n in range(3)]
    distribution.record_manual([rows[0].id], "Phoned")
    referrals.complete([rows[2].id])
    assert sorted(referrals.complete([row.id for row in rows])) == [rows[0].id, rows[1].id]
    assert {status_of(row) for row in rows} == {"complete"}
    assert {fresh(row).outcome for row in rows} == {"pending"}
    assert kept_counts(Referral) == {"received": 0, "distributed": 0, "complete": 3}
    assert (
        ReferralStatusEvent.select().where(ReferralStatusEvent.from_status.is_null(False)).count()
        == 4
    )


def test_reopen_goes_to_received_without_a_standing_sending_and_only_from_complete(service):
    """R-REF-8."""
    row = make_referral(service)
    assert "status" in problems_of(referrals.reopen, row)
    referrals.complete([row.id])
    assert referrals.reopen(row) == "received"


def test_every_move_has_an_audit_row_and_a_new_version(service):
    """R-SYS-2, R-SYS-5."""
    row = make_referral(service)
    before = fresh(row).version
    referrals.complete([row.id])
    assert fresh(row).version > before
    last = AuditLog.select().order_by(AuditLog.id.desc()).first()
    assert (last.entity, last.entity_id, last.working_as_name) == ("referral", row.id, "Amina")
    assert audit.first_broken_row() is None


def test_outcome_and_status_never_move_each_other(service):
    """Decision 0.7."""
    row = make_referral(service)
    referrals.set_outcome(fresh(row), "enrolled", today=DAY)
    assert (status_of(row), fresh(row).outcome_on) == ("received", DAY)
    referrals.complete([row.id])
    assert fresh(row).outcome == "enrolled"
    referrals.set_outcome(fresh(row), "pending", today=DAY)
    assert (status_of(row), fresh(row).outcome_on) == ("complete", None)


# ---- Flags and the weekly check --------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("age", "flag"),
    [(-1, "new"), (0, "new"), (6, "new"), (7, "stale"), (13, "stale"), (14, "overdue")],
)
def test_flags_of_a_received_referral_follow_its_age(service, age, flag):
    """R-REF-11, in the row and in the list's filter alike."""
    row = make_referral(service, received_on=DAY - days(age))
    assert flags.flag(row, DAY) == flag
    assert flagged(row) == [flag]


def flagged(row):
    return [
        name
        for name in flags.FLAGS
        if Referral.select().where(flags.flag_condition(name, DAY), Referral.id == row.id)
    ]


@pytest.mark.parametrize(
    ("sent_at", "outcome", "flag"),
    [
        # Midnight in Toronto is 05:00 UTC in February.
        ("2026-01-20T05:00:00", "pending", "distributed"),
        ("2026-01-20T04:59:59", "pending", "follow-up-due"),
        ("2026-01-01T12:00:00", "enrolled", "distributed"),
        (None, "pending", "distributed"),
    ],
)
def test_a_distributed_referral_is_due_for_follow_up_after_21_days(service, sent_at, outcome, flag):
    """R-REF-11, counted in the agency's own days."""
    row = make_referral(service)
    at = sent_at and datetime.datetime.fromisoformat(sent_at)
    Referral.update(status="distributed", last_sent_at=at, outcome=outcome).execute()
    assert flags.flag(fresh(row), DAY) == flag
    assert flagged(row) == [flag]


def test_the_limits_of_the_flags_are_settings(service):
    """R-REF-11."""
    set_value("referral_stale_days", 2)
    set_value("referral_overdue_days", 3)
    row = make_referral(service, received_on=DAY - days(3))
    assert flags.flag(row, DAY) == "overdue"
    assert flagged(row) == ["overdue"]


@pytest.mark.parametrize(("ago", "due"), [(0, False), (6, False), (7, True), (10, True)])
def test_the_weekly_check_is_asked_for_after_seven_days(own, ago, due):
    """R-REF-12."""
    assert flags.check_due(DAY) is True
    flags.weekly_check(DAY - days(ago))
    assert flags.check_due(DAY) is due


def test_the_weekly_check_keeps_what_was_open(service):
    """R-REF-12."""
    make_referral(service)
    make_referral(service, received_on=DAY - days(7))
    check = flags.weekly_check(DAY)
    assert (check.open_received, check.stale, check.by_name) == (2, 1, "Amina")


# ---- Names that change -----------------------------------------------------------------------------------------------


def test_a_new_client_name_is_carried_to_the_referrals(service):
    client = make_client("Haddad")
    row = make_referral(service, client)
    client.last_name = "Nassar"
    save(client)
    assert fresh(row).client_name == "Nassar, Rima"
    assert "nassar" in fresh(row).search
    assert "haddad" not in fresh(row).search


def test_a_new_service_name_is_carried_to_the_referrals(service):
    row = make_referral(service)
    service.name = "Welding school"
    save(service)
    assert fresh(row).target_name == "Welding school"
    assert "welding" in fresh(row).search

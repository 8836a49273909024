"""The weekly triage of Monday 9 February 2026, start to end (domain 6.4)."""

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

from models import DistributionLog, OutboxMessage, Referral, WeeklyCheck
from workflows import audit, distribution, flags, outbox, referrals, settings
from workflows.outbox import NotAllowed
from workflows.records import kept_counts, save


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


def allow_domains(*domains):
    settings.change("allowed_email_domains", list(domains))


def plan(rows, to="lead@example.org", **options):
    return distribution.plan([row.id for row in rows], to, today=DAY, **options)


def log_rows():
    return DistributionLog.select().count()


TRIAGE = (  # number, received, status, client, service, sent on, outcome, email-details consent, age, flag
    ("R-101", "2026-02-06", "received", "K1", "Employment skills", None, None, True, "new"),
    ("R-102", "2026-02-02", "received", "K2", "Employment skills", None, None, False, "stale"),
    ("R-103", "2026-01-24", "received", "K3", "LINC – evening", None, None, False, "overdue"),
    (
        "R-104",
        "2026-01-27",
        "distributed",
        "K4",
        "LINC – evening",
        "2026-01-30",
        None,
        False,
        "distributed",
    ),
    (
        "R-105",
        "2026-01-10",
        "distributed",
        "K5",
        "Parenting group",
        "2026-01-15",
        None,
        False,
        "follow-up-due",
    ),
    (
        "R-106",
        "2026-01-09",
        "complete",
        "K6",
        "Conversation circle",
        "2026-01-12",
        "enrolled",
        False,
        "complete",
    ),
    ("R-107", "2026-02-08", "received", "K7", "Housing help", None, None, False, "new"),
    ("R-108", "2026-02-05", "received", "K1", "Conversation circle", None, None, True, "new"),
    ("R-109", "2026-02-09", "received", "K6", "Conversation circle", None, None, False, "new"),
)


@pytest.fixture
def triage(own):
    """The nine referrals on Monday 9 February 2026, by number."""
    allow_domains("agency.example")
    own.referral_last_checked_on = datetime.date(2026, 1, 30)
    save(own)
    services, clients, found = {}, {}, {}
    for number, received, status, client, service, sent_on, outcome, consent, _flag in TRIAGE:
        if service not in services:
            email = "desk@mail.example" if service == "LINC – evening" else None
            services[service] = make_service(own, service, contact_email=email)
        if client not in clients:
            clients[client] = make_client(client)
            if consent:
                make_consent(clients[client], "email-details")
        day = datetime.date.fromisoformat(received)
        row = make_referral(
            services[service], clients[client], number=number, received_on=day, referred_on=day
        )
        if sent_on:
            at = datetime.datetime.fromisoformat(f"{sent_on}T15:00:00")
            distribution.record_manual([row.id], destination="lead")
            DistributionLog.update(sent_at=at).where(DistributionLog.referral == row).execute()
            Referral.update(last_sent_at=at).where(Referral.id == row.id).execute()
        if status == "complete":
            referrals.complete([row.id], outcome, datetime.date(2026, 1, 20))
        found[number] = row
    return found


def flag_names(triage):
    return {number: flags.flag(fresh(row), DAY) for number, row in triage.items()}


def test_the_weekly_triage_ends_at_one_five_three_with_six_log_rows(app, office, triage):
    """Domain 6.4; R-REF-2, 3, 4, 5, 6, 7, 8, 9, 11, 12 and decisions 0.3, 0.4, 0.7."""
    start = log_rows()
    assert kept_counts(Referral) == {"received": 6, "distributed": 2, "complete": 1}
    assert flag_names(triage) == {row[0]: row[8] for row in TRIAGE}
    for name in flags.FLAGS:
        listed = Referral.select().where(flags.flag_condition(name, DAY))
        assert {row.number for row in listed} == {row[0] for row in TRIAGE if row[8] == name}
    assert fresh(triage["R-109"]).duplicate_of == triage["R-106"]
    assert fresh(triage["R-108"]).duplicate_of is None
    assert (flags.days_since_check(DAY), flags.check_due(DAY)) == (10, True)

    # 1 the weekly check
    flags.weekly_check(DAY)
    assert (flags.days_since_check(DAY), flags.check_due(DAY)) == (0, False)

    # 2 full detail to an outside address without every consent
    refused = plan([triage["R-101"], triage["R-102"]], detail="full", confirmed_outside=True)
    with pytest.raises(NotAllowed) as caught:
        distribution.send(refused)
    assert len(caught.value.reasons) == 1
    assert "R-102" in caught.value.reasons[0]
    assert log_rows() == start

    # 3 minimal email of three
    three = [triage["R-101"], triage["R-102"], triage["R-108"]]
    distribution.send(plan(three, detail="minimal", confirmed_outside=True))
    assert all(fresh(row).sending and status_of(row) == "received" for row in three)
    deliver(app)
    assert len(office.mail) == 1
    assert log_rows() == start + 3
    assert {status_of(row) for row in three} == {"distributed"}
    assert not any(fresh(row).sending for row in three)

    # 4 a failed address
    third = triage["R-103"]
    batch = distribution.send(plan([third], "nobody@example.org", confirmed_outside=True))
    deliver(app)
    assert distribution.progress(batch).results == {"failed": 1}
    assert status_of(third) == "received"

    # 5 by telephone
    distribution.record_manual([triage["R-107"].id], "Told the housing lead", "519-555-0190")
    assert status_of(triage["R-107"]) == "distributed"
    assert distribution.newest_sent(triage["R-107"]).channel == "manual"

    # 6, 7 complete
    referrals.complete([triage["R-104"].id, triage["R-105"].id])
    referrals.complete([triage["R-109"].id], "duplicate", DAY)
    assert fresh(triage["R-109"]).outcome == "duplicate"

    # 8 reopen: it has a sent distribution
    assert referrals.reopen(fresh(triage["R-106"])) == "distributed"

    # 9 an own address, detail left alone; the connection drops after the message is handed over
    office.behaviour["desk@mail.example"] = "drop-after"
    wanted = plan([third], "desk@mail.example")
    assert (wanted.internal, wanted.detail) == (True, "full")
    batch = distribution.send(wanted)
    deliver(app)
    progress = distribution.progress(batch)
    assert (progress.state, progress.results) == ("uncertain", {"uncertain": 1})
    assert status_of(third) == "received"

    # 10, 11 it arrived, then voided
    outbox.it_arrived(OutboxMessage.get(OutboxMessage.batch_id == batch))
    assert status_of(third) == "distributed"
    distribution.void(distribution.newest_sent(third))
    assert status_of(third) == "received"

    # 12 a complete one without the extra confirmation
    with pytest.raises(NotAllowed):
        distribution.send(plan([triage["R-109"]], "desk@mail.example"))
    assert status_of(triage["R-109"]) == "complete"

    # 13 an outcome moves no status
    referrals.set_outcome(fresh(triage["R-101"]), "contacted", today=DAY)
    assert status_of(triage["R-101"]) == "distributed"

    assert log_rows() == start + 6
    assert kept_counts(Referral) == {"received": 1, "distributed": 5, "complete": 3}
    ends = dict.fromkeys(("R-101", "R-102", "R-106", "R-107", "R-108"), "distributed")
    ends |= {"R-103": "overdue", "R-104": "complete", "R-105": "complete", "R-109": "complete"}
    assert flag_names(triage) == ends
    assert WeeklyCheck.get().open_received == 6
    assert audit.first_broken_row() is None

"""Figures of referrals, of the distribution log and of the directory, worked out by hand (domain 8)."""

import datetime

from factories import (
    make_client,
    make_distribution,
    make_location,
    make_program,
    make_referral,
    make_service,
)
from factories import (
    make_organization as make_partner,
)
from factories import (
    make_outbox_message as make_message,
)
from report_values import Look, ago

from models import (
    DISTRIBUTED,
    DistributionLog,
    Household,
    Referral,
    ReferralStatusEvent,
    ServiceActivity,
)
from workflows import referrals, settings
from workflows.reports_tables import Mean, Ratio


def noon(day):
    return settings.start_of(day) + datetime.timedelta(hours=12)


def received(days, service=None, sent=None, **values):
    """A referral received so many days ago, sent after ``sent`` days where it was."""
    referral = make_referral(
        service=service, received_on=ago(days), referred_on=ago(days), **values
    )
    if sent is not None:
        make_distribution(referral=referral, sent_at=noon(ago(days - sent)))
    ReferralStatusEvent.update(at=noon(ago(days))).where(
        ReferralStatusEvent.referral == referral, ReferralStatusEvent.from_status.is_null()
    ).execute()
    return Referral.get_by_id(referral.id)


def moved_at(referral, status, day):
    ReferralStatusEvent.update(at=noon(day)).where(
        ReferralStatusEvent.referral == referral, ReferralStatusEvent.to_status == status
    ).execute()


def test_referrals_of_a_period_are_counted_by_what_they_are(app):
    """Five received in the last 30 days, one before: by service, direction, priority and area."""
    circle, class_ = make_service(name="Circle"), make_service(name="Class")
    received(40, circle)
    received(20, circle, sent=1)
    received(10, circle, sent=4, priority="urgent")
    received(9, class_, sent=2)
    received(3, class_)
    received(2, class_, client=make_client())
    look = Look("referrals")
    assert look.figure("received") == 5
    assert look.table("service") == {"Class": 3, "Circle": 2, "Total": 5}
    assert list(look.table("direction").values()) == [4, 1, 5]
    assert list(look.table("priority").values()) == [1, 4, 5]
    assert look.table("area")["Total"] == 5
    # Waited 1, 4 and 2 days: the middle one is 2.
    assert look.figure("days-to-send") == Mean(2, 3)
    assert look.table("status") == {"Received": 2, "Distributed": 3, "Total": 5}


def test_the_median_of_an_even_number_lies_between(app):
    received(20, sent=1)
    received(20, sent=4)
    assert Look("referrals").figure("days-to-send").value == 2.5


def test_a_voided_or_later_sending_is_no_first_sending(app):
    referral = received(20, sent=3)
    DistributionLog.update(result="voided").where(DistributionLog.referral == referral).execute()
    make_distribution(referral=referral, sent_at=noon(ago(15)))
    assert Look("referrals").figure("days-to-send") == Mean(5, 1)
    assert Look("referrals", last=ago(16)).figure("days-to-send") == Mean(None, 0)


def test_status_and_flags_are_those_at_the_end_of_the_period(app):
    """From the history: on the last day of a period a referral may not have moved yet (R-REF-11)."""
    old, later = received(25, sent=20), received(18)
    moved_at(old, DISTRIBUTED, ago(5))
    referrals.complete([later.id])
    moved_at(later, "complete", ago(2))
    early = Look("referrals", first=ago(30), last=ago(10))
    assert early.table("status") == {"Received": 2, "Total": 2}
    # 15 days and 8 days old on that day: overdue and stale.
    assert (early.figure("overdue"), early.figure("stale")) == (1, 1)
    between = Look("referrals", first=ago(30), last=ago(4))
    assert between.table("status") == {"Received": 1, "Distributed": 1, "Total": 2}
    assert (between.figure("overdue"), between.figure("stale")) == (1, 0)
    now = Look("referrals")
    assert now.table("status") == {"Distributed": 1, "Complete": 1, "Total": 2}
    assert (now.figure("overdue"), now.figure("stale")) == (0, 0)


def test_outcomes_and_successes_are_shares(app):
    """Of four: one pending, one enrolled, one service received, one could not be reached."""
    for outcome in ("pending", "enrolled", "service-received", "could-not-reach"):
        referral = received(10)
        Referral.update(outcome=outcome, outcome_on=ago(5)).where(
            Referral.id == referral.id
        ).execute()
    look = Look("referrals")
    assert look.figure("with-outcome") == Ratio(3, 4)
    assert look.figure("successes") == Ratio(2, 3)
    assert look.figure("with-outcome").percent == 75
    assert sum(look.table("outcome").values()) == 8
    assert Look("referrals", last=ago(6)).figure("with-outcome") == Ratio(0, 4)


def test_referrals_are_narrowed_by_place_program_and_case(app):
    service, client = make_service(), make_client()
    received(5, service)
    received(5, client=client)
    Household.update(case_type="intensive").where(Household.id == client.household_id).execute()
    for filters in (
        {"location": service.location_id},
        {"program": service.program_id},
        {"case_type": "intensive"},
    ):
        assert Look("referrals", **filters).figure("received") == 1


def test_the_distribution_log_tells_messages_lines_failures_and_what_went_another_way(app):
    """Two messages arrived (one with two referrals), one failed, one was sent by phone, one voided."""
    messages = [make_message(subject="Referrals", kind="referral") for _n in range(3)]
    for message, result, to in (
        (messages[0], "sent", "a@x.example"),
        (messages[0], "sent", "a@x.example"),
        (messages[1], "sent", "b@x.example"),
        (messages[2], "failed", "b@x.example"),
    ):
        make_distribution(channel="email", message=message, result=result, destination=to)
    make_distribution(destination="The desk, by phone")
    make_distribution(destination="The desk, by phone", result="voided")
    look = Look("distribution-log")
    wanted = {"messages": 2, "referrals-sent": 3, "failures": 1, "manual": 1}
    assert {slug: look.figure(slug) for slug in wanted} == wanted
    assert look.table("destination") == {
        "a@x.example": (1, 2, 0, 0),
        "b@x.example": (1, 1, 1, 0),
        "The desk, by phone": (0, 0, 0, 1),
        "Total": (2, 3, 1, 1),
    }
    assert look.table("result") == {"Sent": 4, "Failed": 1, "Voided": 1, "Total": 6}
    assert Look("distribution-log", first=ago(9), last=ago(3)).figure("messages") == 0


def test_the_directory_counts_entries_by_what_they_are(app):
    """Three active entries of ours in two programs, one of a partner, one draft."""
    program = make_program(funding="non-ircc")
    place = make_location(name="East office")
    make_service(program, place, delivery_mode="online")
    make_service(program, place)
    stale = make_service()
    make_service(make_program(make_partner()))
    make_service(state="draft")
    ServiceActivity.update(last_reviewed_on=ago(181)).where(
        ServiceActivity.id == stale.id
    ).execute()
    look = Look("service-directory")
    assert (look.figure("entries"), look.figure("programs")) == (4, 3)
    assert look.figure("reviewed") == Ratio(3, 4)
    assert look.figure("unreviewed") == 1
    assert look.table("whose") == {"Ours": 3, "Partners’": 1, "Total": 4}
    assert look.table("location")["East office"] == 2
    assert list(look.table("funding").values()) == [2, 2, 4]
    assert list(look.table("delivery").values()) == [3, 1, 4]
    assert look.table("language") == {"English": 4}
    assert look.table("area")["Total"] == 4
    # None of them says who it is for.
    assert look.figure("complete") == Ratio(0, 4)
    assert look.table("missing") == {"There is no eligibility information.": 4}
    assert Look("service-directory", location=place.id).figure("entries") == 2


def test_confidential_places_and_programs_are_counted_and_never_named(browser):
    """Decision 0.1: a report is made to leave the agency."""
    hidden = make_service(
        make_program(name="Shelter", is_confidential=True),
        make_location(name="Safe house", is_confidential=True),
        name="Safe nights",
    )
    referral = received(5, hidden)
    make_distribution(referral=referral, destination="safe@house.example", channel="email")
    make_distribution(referral=received(5), destination="open@house.example", channel="email")
    assert Look("referrals").table("service")["Confidential services"] == 1
    assert Look("service-directory").table("location")["Confidential locations"] == 1
    assert Look("distribution-log").table("destination")["Confidential destinations"] == (
        0,
        1,
        0,
        0,
    )
    for slug in ("referrals", "service-directory", "distribution-log"):
        text = browser.open(f"/reports/{slug}/file/csv/").get_data(as_text=True)
        text += browser.get(f"/reports/{slug}/").text
        for secret in ("Shelter", "Safe house", "Safe nights", "safe@house.example"):
            assert secret not in text, (slug, secret)

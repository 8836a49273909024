"""The example agency: the guide's table and the weekly triage, loaded whole and wiped without a trace."""

import datetime
from collections import Counter
from pathlib import Path

import pytest
from test_example_hours import whole_example

import models
from models import (
    ACTIVE,
    DRAFT,
    TABLES,
    AuditLog,
    Client,
    ClientFeedback,
    Disposal,
    DistributionLog,
    Draft,
    FeedbackInvitation,
    HomeVisit,
    Household,
    IncidentReport,
    KeptCount,
    Organization,
    OutboxMessage,
    PolicyItem,
    PrivacyBreach,
    Program,
    Referral,
    ReferralStatusEvent,
    ServiceActivity,
    Setting,
    Staff,
    VisitList,
    WeeklyCheck,
)
from seed import example, example_wipe
from workflows import (
    audit,
    business_days,
    disposal,
    flags,
    policy,
    records,
    referrals,
    retention,
    settings,
)

AS_OF = datetime.date(2026, 2, 9)


@pytest.fixture
def ties(app):
    example.load(AS_OF)
    return Organization.own()


def entries():
    own = Organization.own()
    return [row for row in ServiceActivity.select() if row.program.organization == own]


def referral(number):
    return Referral.get(Referral.number == number)


def counted(rows):
    return sorted(Counter(rows).values())


def test_the_36_entries_stand_at_three_places_12_16_8(ties):
    assert len(entries()) == 36
    assert counted(row.location.name for row in entries()) == [8, 12, 16]
    assert {row.location.city for row in entries()} == {"Calgary"}


def test_half_of_the_entries_are_funded_by_ircc_r_prog_2(ties):
    assert Counter(row.program.funding for row in entries()) == {"ircc": 18, "non-ircc": 18}


def test_the_six_programs_have_11_9_7_4_2_3_entries(ties):
    programs = Counter(row.program.name for row in entries())
    assert programs == {
        "English Language Training (IRCC funded)": 11,
        "English Language Training (Non-IRCC funded)": 9,
        "Employment Training (Non-IRCC funded)": 7,
        "Employment Training (IRCC funded)": 4,
        "Job Specific Training (Non-IRCC funded)": 2,
        "Job Specific Training (IRCC funded)": 3,
    }


def test_17_first_entries_have_19_copies_in_their_clone_groups_r_sa_3(ties):
    names = {(row.program_id, row.name) for row in entries()}
    assert len(names) == 17
    groups = {}
    for row in entries():
        groups.setdefault((row.program_id, row.name), set()).add(row.clone_group)
    assert all(len(found) == 1 for found in groups.values())
    copies = Counter(row.clone_group for row in entries() if row.clone_group)
    assert sum(n - 1 for n in copies.values()) == 19


def test_every_entry_of_ties_is_active_and_can_be_r_sa_14(ties):
    for row in entries():
        assert row.state == ACTIVE
        assert row.description and row.next_steps
        assert row.fiscal_year == "F2025-2026"
        _name, phone, email = row.contact
        assert phone or email
        area = set(records.linked_ids(row.program.area_of_focus, "keywords"))
        chosen = set(records.linked_ids(row, "keywords"))
        assert chosen and chosen <= area
        assert records.linked_ids(row.program, "languages")


def test_programs_became_active_with_their_services_r_prog_1(ties):
    states = {row.name: row.state for row in Program.select()}
    assert states.pop("Community Home Support Services") == DRAFT
    assert set(states.values()) == {ACTIVE}


def test_online_entries_say_so_in_their_name_r_sa_9(ties):
    online = {row.name for row in entries() if row.delivery_mode == "online"}
    assert online == {"LINC Home Study (Online)", "ICODE (Online)"}


def test_the_secc_card_is_a_draft_with_blank_days(ties):
    card = ServiceActivity.get(ServiceActivity.fiscal_year == "F2020-2021")
    partner = card.program.organization
    assert (partner.name, partner.is_own) == ("South Essex Community Council", False)
    assert card.location.name == "SECC Leamington"
    assert (card.state, card.days, card.contact) == (DRAFT, [], (None, None, None))
    assert (card.start_time.hour, card.end_time.hour) == (9, 16)
    assert records.linked_ids(card, "keywords") == []
    assert card.program.state == DRAFT
    assert card.program.area_of_focus.slug == "older-adults"


def test_all_people_and_addresses_are_invented(ties):
    for client in Client.select():
        assert "555-01" in client.phone
    addresses = [row.email for row in Organization.select() if row.email]
    addresses += [row.contact_email for row in Program.select() if row.contact_email]
    assert all(address.endswith(".example") for address in addresses)


def test_the_triage_week_starts_at_6_2_1(ties):
    assert records.kept_counts(Referral) == {"received": 6, "distributed": 2, "complete": 1}
    assert sorted(row.number for row in Referral.select()) == [f"R-{n}" for n in range(101, 110)]


def test_the_nine_referrals_have_their_ages_and_flags_r_ref_11(ties):
    found = {
        row.number: ((AS_OF - row.received_on).days, flags.flag(row, AS_OF))
        for row in Referral.select()
    }
    assert found == {
        "R-101": (3, "new"),
        "R-102": (7, "stale"),
        "R-103": (16, "overdue"),
        "R-104": (13, "distributed"),
        "R-105": (30, "follow-up-due"),
        "R-106": (31, "complete"),
        "R-107": (1, "new"),
        "R-108": (4, "new"),
        "R-109": (0, "new"),
    }


def test_the_last_weekly_check_is_ten_days_ago_r_ref_12(ties):
    assert WeeklyCheck.get().on == datetime.date(2026, 1, 30)
    assert flags.days_since_check(AS_OF) == 10


def test_only_k1_agreed_to_details_by_email_r_ref_4(ties):
    may = referrals.may_leave_in_full([row.id for row in Client.select()], AS_OF)
    assert [Client.get_by_id(key).first_name for key in may] == ["Selam"]


def test_outbound_referrals_have_a_sharing_consent_that_names_the_partner_r_ref_13(ties):
    outbound = list(Referral.select().where(Referral.direction == "outbound"))
    assert len(outbound) == 7
    for row in outbound:
        named = records.linked_ids(row.consent_record, "named_organizations")
        assert row.organization_id in named
        assert row.organization_id != ties.id


def test_the_second_referral_of_k6_is_linked_to_the_first_r_ref_9(ties):
    assert referral("R-109").duplicate_of == referral("R-106")
    assert referral("R-108").duplicate_of is None


def test_sent_referrals_have_their_message_log_row_and_history_r_ref_1(ties):
    first = referral("R-106")
    steps = ReferralStatusEvent.select().where(ReferralStatusEvent.referral == first)
    found = [(row.to_status, (AS_OF - row.at.date()).days) for row in steps.order_by("id")]
    assert found == [("received", 31), ("distributed", 28), ("complete", 20)]
    assert (first.outcome, first.outcome_on) == ("enrolled", datetime.date(2026, 1, 20))
    log = DistributionLog.get(DistributionLog.referral == first)
    assert (log.result, log.message.state, log.sent_at) == ("sent", "sent", first.last_sent_at)
    assert b"R-106" in bytes(log.message.content)
    assert b"Nguyen" not in bytes(log.message.content)


def test_every_referral_has_a_driving_statement_and_an_action_2_13(ties):
    for row in Referral.select():
        assert row.driving_statements.count() >= 1
        assert row.actions.count() >= 1


def test_an_address_of_an_own_program_takes_part_in_the_triage(ties):
    found = Program.select().where(Program.contact_email == "desk@mail.example")
    assert [row.organization for row in found] == [ties]


def test_dates_move_to_today(app):
    example.load()
    assert max(row.received_on for row in Referral.select()) == settings.today()
    assert {row.fiscal_year for row in entries()} == {
        business_days.fiscal_year_of(settings.today())
    }
    assert settings.value("example_loaded")["as_of"] == settings.today().isoformat()


def test_it_is_not_loaded_twice(ties):
    with pytest.raises(example.NotPossible, match="already loaded"):
        example.load()
    assert len(entries()) == 36


def test_it_is_not_loaded_beside_other_data(app):
    records.save(Household(file_number="2026-900"))
    with pytest.raises(example.NotPossible, match="not loaded"):
        example.load()
    assert not Program.select().exists()
    assert not settings.value("example_loaded")


def counts():
    kept = (AuditLog, KeptCount, Setting)
    return {model: model.select().count() for model in TABLES if model not in kept}


def test_wiping_leaves_no_row_of_the_example(app):
    before = counts()
    example.load(AS_OF)
    example_wipe.wipe()
    assert counts() == before
    assert not any(records.kept_counts(Referral).values())
    assert not any(records.kept_counts(OutboxMessage).values())
    assert not settings.value("example_loaded")
    assert audit.first_broken_row() is None


def test_wiping_the_whole_example_leaves_every_table_as_it_was(app, clock):
    """With the caseload and its days: lists, incidents, interpreters, feedback, policy, files to dispose of."""
    before = counts()
    written = {row.topic: (row.text, row.approved_on) for row in PolicyItem.select()}
    whole_example(clock, "2026-07-01", "13:00")  # Canada Day, a Wednesday
    during = counts()
    for model in (VisitList, IncidentReport, PrivacyBreach, ClientFeedback, FeedbackInvitation):
        assert during[model] > before[model]
    assert policy.unwritten().count() == 2
    assert numbers(kept.household for kept in retention.due(settings.today())) == ["301"]
    assert numbers(retention.held()) == ["302"]
    confirm_the_end_of(Household.get(Household.file_number.endswith("-301")))
    assert Disposal.select().count() == 1
    example_wipe.wipe()
    assert counts() == before
    assert {row.topic: (row.text, row.approved_on) for row in PolicyItem.select()} == written
    assert not any(records.kept_counts(Referral).values())
    assert audit.first_broken_row() is None


def numbers(households):
    return [household.file_number[-3:] for household in households]


def confirm_the_end_of(household):
    """Two supervisors of the example confirm it: the file is gone, its number stays (R-RET-2)."""
    assert disposal.confirm(household, "Grace Okafor") == disposal.WAITS
    assert disposal.confirm(household, "Ines Carvalho") == disposal.DONE


def test_what_a_real_agency_wrote_beside_the_whole_example_stays(app, clock):
    day = whole_example(clock, "2026-12-31", "22:30")  # the last evening of a year
    real = Household(file_number="2026-900")
    records.save(real)
    today = VisitList.get(VisitList.date == day)
    visit = HomeVisit(
        visit_list=today,
        household=real,
        address="12 Elm Street",
        start_time=datetime.time(8, 0),
        expected_end=datetime.time(8, 20),
        purpose="Papers.",
    )
    records.save(visit)
    item = PolicyItem.get(PolicyItem.topic == "backup")
    item.text = "Ours, as we decided it."
    records.save(item)
    records.save(make_real_incident())
    example_wipe.wipe()
    assert [row.household for row in HomeVisit.select()] == [real]
    assert [row.id for row in VisitList.select()] == [today.id]
    assert PolicyItem.get_by_id(item.id).text == "Ours, as we decided it."
    assert policy.unwritten().count() == 6
    assert [row.type for row in IncidentReport.select()] == ["property"]
    assert {row.name for row in Staff.select()} >= {"Amina Warsame", "Ines Carvalho"}


def make_real_incident():
    return IncidentReport(
        occurred_at=models.now(),
        shift_ended_at=models.now() + datetime.timedelta(hours=2),
        type="property",
        what_happened="A window was found broken.",
        action_taken="The room was closed.",
        reported_to=Staff.get(Staff.name == "Ines Carvalho"),
    )


def test_wiping_is_one_audit_row_for_the_example(ties):
    example_wipe.wipe()
    (row,) = AuditLog.select().where(AuditLog.entity == "example")
    assert row.action == "delete"
    assert row.changed_fields["referral"] == 9


def test_what_was_made_while_trying_goes_too(app):
    before = counts()
    example.load(AS_OF)
    own = Organization.own()
    first = entries()[0]
    received, _warnings = referrals.receive(
        {
            "inbound_name": "Ana Silva",
            "service_activity": first,
            "referred_by_name": "Tom",
            "referred_on": AS_OF,
            "received_on": AS_OF,
        },
        "Wants to learn English.",
    )
    message = OutboxMessage(
        batch_id="b",
        kind="referral",
        message_id="<x@y>",
        recipient="a@b.example",
        subject="s",
        by_name="Tom",
    )
    records.save(message)
    DistributionLog.create(
        referral=received,
        message=message,
        batch_id="b",
        channel="email",
        destination="a@b.example",
        detail_level="minimal",
        by_name="Tom",
        result="queued",
    )
    records.save(Draft(kind="distribute", answers={"referrals": [received.id]}))
    flags.weekly_check(AS_OF, "Tom")
    assert own.id
    folder = app.config["INSTANCE"] + "/example-mail"
    mail = Path(folder)
    mail.mkdir()
    (mail / "x.eml").write_text("x")
    example_wipe.wipe()
    assert counts() == before
    assert list(mail.iterdir()) == []


def test_people_typed_in_meanwhile_stay(ties):
    household = Household(file_number="2026-900")
    records.save(household)
    records.save(
        Client(household=household, relation="spouse-partner", first_name="Lea", last_name="Roy")
    )
    records.save(Staff(name="Noor Haddad"))
    household.primary_worker = Staff.get(Staff.name == "Amina Warsame")
    records.save(household)
    example_wipe.wipe()
    assert [row.first_name for row in Client.select()] == ["Lea"]
    assert {row.name for row in Staff.select()} >= {"Noor Haddad", "Amina Warsame"}
    assert not Staff.select().where(Staff.name == "Grace Okafor").exists()


def test_an_agency_that_lent_its_row_gets_it_back_r_org_1(app):
    if Organization.own() is None:
        Organization.create(name="Harbour House", is_own=True)
    own = Organization.own()
    before = (own.id, own.name, own.city, own.is_ircc_funded)
    example.load(AS_OF)
    assert Organization.own().name == "The Immigrant Education Society (TIES)"
    example_wipe.wipe()
    own = Organization.own()
    assert (own.id, own.name, own.city, own.is_ircc_funded) == before


def test_after_wiping_it_can_be_loaded_again(ties):
    example_wipe.wipe()
    example.load(AS_OF)
    assert records.kept_counts(Referral) == {"received": 6, "distributed": 2, "complete": 1}


def test_there_is_nothing_to_wipe_where_nothing_was_loaded(app):
    with pytest.raises(example.NotPossible):
        example_wipe.wipe()

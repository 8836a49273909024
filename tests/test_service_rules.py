"""Services and activities: R-SA, the guide's card, copies, reviews, the April list."""

import datetime

import pytest
from directory_rows import (
    fresh,
    keyword,
    make_location,
    make_partner,
    make_program,
    make_service,
    new_service,
)
from peewee import IntegrityError

from models import (
    ACTIVE,
    ARCHIVED,
    DATES,
    DIFFERENT_TIMES,
    DRAFT,
    ONE_TIME,
    AuditLog,
    Organization,
    Program,
    Referral,
    ServiceActivity,
    ServiceLocation,
    ServiceReview,
)
from workflows import directory, records, service_rules

pytestmark = pytest.mark.usefixtures("app")
DAY = datetime.date


def refused(service, field, level=records.BLOCK, **options):
    with pytest.raises(records.Refused) as caught:
        records.save(service, **options)
    found = [p for p in caught.value.problems if p.field == field]
    assert found and {p.level for p in found} == {level}, caught.value.problems
    return str(found[0].message)


def warnings_of(service):
    return [p.field for p in records.save(service, many={"keywords": [keyword().id]})]


def test_an_entry_needs_one_program_and_one_location_R_SA_1():
    service = ServiceActivity(name="Alone")
    with pytest.raises(records.Refused) as caught:
        records.save(service)
    assert {"program", "location"} <= {p.field for p in caught.value.problems}


def test_a_second_entry_with_the_same_name_program_and_location_is_refused_R_SA_2_R_SA_8():
    first = make_service(name="Café français")
    again = new_service(first.program, first.location, name="CAFÉ  FRANÇAIS")
    assert "end of the description" in refused(again, "name")
    directory.archive(first)
    records.save(again)
    first.state = DRAFT
    refused(first, "name")


def test_the_same_name_at_another_location_is_another_entry_R_SA_2():
    first = make_service(name="Drop-in")
    assert make_service(first.program, make_location(), name="Drop-in").id


# ---- Copies


def test_a_clone_copies_everything_but_the_place_R_SA_3():
    service = make_service(
        state=ACTIVE,
        clb_levels=[1, 2],
        min_age=18,
        next_steps="Call.",
        cost_cents=1250,
        last_reviewed_on=DAY(2025, 1, 1),
    )
    place = make_location()
    (copy,), skipped = directory.clone(service, [place, service.location])
    assert skipped == [service.location]
    copy, service = fresh(copy), fresh(service)
    assert (copy.location, copy.state, copy.clone_group) == (place, ACTIVE, service.clone_group)
    assert copy.clone_group and copy.uuid != service.uuid
    same = ("name", "description", "clb_levels", "min_age", "next_steps", "cost_cents", "days")
    assert all(getattr(copy, name) == getattr(service, name) for name in same)
    assert records.linked_ids(copy, "keywords") == [keyword().id]
    assert copy.last_reviewed_on > service.last_reviewed_on
    assert not copy.reviews.exists()


def test_a_location_that_has_the_entry_already_is_skipped_R_SA_3():
    service, place = make_service(), make_location()
    directory.clone(service, [place])
    assert directory.clone(fresh(service), [place]) == ([], [place])
    assert ServiceActivity.select().count() == 2


def test_a_copy_may_use_the_contact_of_its_location_R_SA_3():
    service = make_service(contact_name="Ana")
    near, far = make_location(), make_location(contact_phone="519-555-0199")
    (kept,), _none = directory.clone(service, [near], "keep")
    (other,), _none = directory.clone(service, [far], "location")
    assert fresh(kept).contact == ("Ana", "519-555-0103", None)
    assert fresh(other).contact == ("Reception", "519-555-0199", None)


def test_chosen_fields_reach_all_copies_and_nothing_else_R_SA_4():
    service = make_service(next_steps="Call.")
    copies, _skipped = directory.clone(service, [make_location(), make_location()])
    service = fresh(service)
    service.next_steps, service.days, service.max_age = "Come by.", ["fri"], 30
    records.save(service, many={"keywords": [keyword("employment--interview").id]})
    changed = directory.change_copies(service, ["next_steps", "keywords"])
    assert [row.id for row in changed] == [row.id for row in copies]
    for copy in map(fresh, copies):
        assert copy.next_steps == "Come by."
        assert records.linked_ids(copy, "keywords") == [keyword("employment--interview").id]
        assert (copy.days, copy.max_age) == (["mon"], None)


@pytest.mark.parametrize("name", ["location", "days", "start_time", "schedule_type", "state", "id"])
def test_place_and_schedule_are_never_changed_in_bulk_R_SA_4(name):
    with pytest.raises(ValueError, match=name):
        directory.change_copies(make_service(), [name])


# ---- Keywords


def test_a_keyword_of_another_area_is_refused_on_save_R_SA_5():
    foreign = keyword("older-adults--adult-day")
    assert str(foreign) in refused(new_service(), "keywords", many={"keywords": [foreign.id]})


def test_moving_to_another_program_asks_before_it_drops_keywords_R_SA_5():
    service = make_service(keywords=("employment--resume", "francophones"))
    service = fresh(service)
    service.program = make_program(area_slug="community-services")
    assert str(keyword()) in refused(service, "keywords", records.CONFIRM)
    records.save(service, confirmed=["drop-keywords"])
    assert records.linked_ids(service, "keywords") == [keyword("francophones").id]


# ---- Time and days


def test_ongoing_services_have_no_dates_R_SA_6():
    refused(new_service(start_date=DAY(2026, 1, 5)), "start_date")
    refused(new_service(end_date=DAY(2026, 1, 5)), "end_date")


def test_dated_services_have_both_dates_in_order_and_their_fiscal_year_R_SA_6():
    refused(new_service(duration_type=DATES, start_date=DAY(2026, 1, 5)), "end_date")
    refused(new_service(duration_type=DATES, end_date=DAY(2026, 1, 5)), "start_date")
    refused(
        new_service(duration_type=DATES, start_date=DAY(2026, 1, 5), end_date=DAY(2026, 1, 4)),
        "end_date",
    )
    service = make_service(
        duration_type=DATES, start_date=DAY(2026, 3, 2), end_date=DAY(2026, 3, 2)
    )
    assert service.fiscal_year == "F2025-2026"


def test_a_one_time_event_has_one_date_and_one_day_R_SA_6_R_SA_7():
    refused(new_service(schedule_type=ONE_TIME), "start_date")
    event = {"schedule_type": ONE_TIME, "start_date": DAY(2026, 2, 11)}
    refused(new_service(**event, end_date=DAY(2026, 2, 12)), "end_date")
    refused(new_service(**event, days=["mon", "tue"]), "days")
    service = make_service(**event, days=[])
    assert (service.days, service.duration_type) == (["wed"], DATES)
    service = fresh(service)
    service.start_date = DAY(2026, 2, 13)
    records.save(service)
    assert service.days == ["fri"]


def test_recurring_times_end_after_they_start_R_SA_7():
    refused(new_service(start_time="11:00", end_time="11:00"), "end_time")


def test_missing_days_and_times_of_a_recurring_service_only_warn_R_SA_7():
    assert warnings_of(new_service(days=[])) == ["days"]
    assert warnings_of(new_service(end_time=None)) == ["start_time"]


def test_different_times_need_days_blank_times_and_a_description_that_says_when_R_SA_7():
    blank = {"schedule_type": DIFFERENT_TIMES, "start_time": None, "end_time": None}
    refused(new_service(**blank, days=[]), "days")
    refused(new_service(schedule_type=DIFFERENT_TIMES), "start_time")
    assert warnings_of(new_service(**blank)) == ["description"]
    for words in ("Mondays 10:00am", "lundi 9 h 30", "Friday at 2 pm", "Daily at noon"):
        assert warnings_of(new_service(**blank, description=words)) == []


@pytest.mark.parametrize("year", ["2025-2026", "F2025-2027", "F25-26", "next"])
def test_a_fiscal_year_is_written_one_way(year):
    refused(new_service(fiscal_year=year), "fiscal_year")


# ---- Names


def test_an_online_service_without_online_in_its_name_warns_R_SA_9():
    assert warnings_of(new_service(delivery_mode="online", name="LINC")) == ["name"]
    for name in ("LINC (Online)", "Cours en ligne"):
        assert warnings_of(new_service(delivery_mode="online", name=name)) == []
    assert warnings_of(new_service(delivery_mode="hybrid", name="LINC")) == []


def test_online_is_added_to_the_name_once_R_SA_9():
    service = make_service(delivery_mode="online", name="LINC Home Study")
    directory.add_online(service)
    directory.add_online(service)
    assert fresh(service).name == "LINC Home Study (Online)"


def test_three_classes_that_differ_only_by_level_warn_R_SA_10():
    program, place = make_program(), make_location()
    for name in ("LINC CLB 1", "LINC CLB 1-6"):
        make_service(program, place, name=name)
    assert warnings_of(new_service(program, place, name="LINC CLB 2")) == []
    assert warnings_of(new_service(program, make_location(), name="LINC CLB 3")) == []
    assert warnings_of(new_service(program, place, name="LINC CLB 3")) == ["name"]
    assert warnings_of(new_service(program, place, name="Job club 4")) == []


# ---- Eligibility


def test_ages_are_between_0_and_120_in_order_R_SA_11():
    refused(new_service(min_age=30, max_age=20), "max_age")
    refused(new_service(max_age=121), "max_age")
    refused(new_service(min_age=-1), "min_age")
    assert make_service(min_age=0, max_age=120).id
    assert make_service(min_age=18).id


@pytest.mark.parametrize("levels", [[13], [-1], [1, 1], ["4"], [True]])
def test_clb_levels_are_unique_whole_numbers_from_0_to_12_R_SA_12(levels):
    refused(new_service(clb_levels=levels), "clb_levels")


# ---- Activation


@pytest.mark.parametrize(
    ("field", "values"),
    [
        ("description", {"description": ""}),
        ("contact_phone", {"contact_phone": None}),
        ("keywords", {}),
    ],
)
def test_activation_names_what_is_missing_R_SA_14(field, values):
    service = make_service(
        keywords=() if field == "keywords" else ("employment--resume",), **values
    )
    with pytest.raises(records.Refused) as caught:
        directory.activate(service)
    assert [p.field for p in caught.value.problems] == [field]
    assert (service.state, fresh(service).state) == (DRAFT, DRAFT)


def test_a_complete_entry_becomes_active_R_SA_14():
    service = make_service()
    directory.activate(service)
    assert fresh(service).state == ACTIVE


def test_reception_is_a_reachable_contact_R_SA_14():
    service = make_service(contact_mode="reception", contact_phone=None)
    directory.activate(service)
    assert fresh(service).contact == ("Reception", "519-555-0101", None)


def test_activation_needs_a_primary_location_of_the_organization_R_LOC_2():
    partner = make_partner()
    place = make_location(partner, location_type="itinerant")
    service = make_service(make_program(partner), place)
    with pytest.raises(records.Refused) as caught:
        directory.activate(service)
    assert [p.field for p in caught.value.problems] == ["location"]
    make_location(partner)
    directory.activate(service)


def test_an_active_entry_may_not_lose_what_activation_needs_R_SA_14():
    service = fresh(make_service(state=ACTIVE))
    service.contact_phone = None
    refused(service, "contact_phone")
    refused(fresh(service), "keywords", records.CONFIRM, many={"keywords": []})


# ---- Reviews and the new fiscal year


def test_a_review_is_due_after_more_than_180_days_R_SA_15():
    service = make_service(last_reviewed_on=DAY(2026, 1, 1))
    assert not service_rules.review_is_due(service, DAY(2026, 6, 30))
    assert service_rules.review_is_due(service, DAY(2026, 7, 1))


def test_still_correct_sets_the_date_and_changes_nothing_else_R_SA_15():
    service = make_service(last_reviewed_on=DAY(2025, 1, 1))
    before = dict(fresh(service).__data__)
    directory.confirm_still_correct(service, DAY(2026, 2, 9))
    after = dict(fresh(service).__data__)
    stamps = {"version", "updated_at", "updated_by_name", "last_reviewed_on", "reviewed_by_name"}
    assert {name for name in after if after[name] != before[name]} <= stamps
    assert (after["last_reviewed_on"], after["reviewed_by_name"]) == (
        DAY(2026, 2, 9),
        "Test Worker",
    )
    review = ServiceReview.get()
    assert (review.entry, review.by_name, review.result) == (
        service,
        "Test Worker",
        "still-correct",
    )


def test_in_april_ongoing_entries_of_the_ended_year_are_confirmed_R_SA_16():
    old = make_service(state=ACTIVE, fiscal_year="F2025-2026")
    make_service(state=ACTIVE, fiscal_year="F2026-2027")
    make_service(fiscal_year="F2025-2026")
    make_service(
        state=ACTIVE, duration_type=DATES, start_date=DAY(2025, 5, 1), end_date=DAY(2025, 6, 1)
    )
    assert list(directory.april_list(DAY(2026, 3, 31))) == []
    assert list(directory.april_list(DAY(2026, 4, 1))) == [old]
    assert directory.confirm_for_year([old], DAY(2026, 4, 2)) == 1
    assert list(directory.april_list(DAY(2026, 4, 2))) == []
    old = fresh(old)
    assert (old.fiscal_year, old.last_reviewed_on) == ("F2026-2027", DAY(2026, 4, 2))
    assert old.reviews.count() == 1


@pytest.mark.parametrize(
    ("day", "late"),
    [
        (DAY(2026, 4, 1), False),
        (DAY(2026, 5, 1), False),
        (DAY(2026, 5, 2), True),
        (DAY(2027, 3, 1), True),
    ],
)
def test_an_unconfirmed_entry_is_late_after_30_days_R_SA_16(day, late):
    assert directory.confirmation_is_late(day) is late


def test_an_archived_entry_keeps_its_referrals_R_SA_17():
    service = make_service()
    Referral.create(
        number="R-1",
        organization=Organization.own(),
        service_activity=service,
        referred_by_name="Jo",
        referred_on=DAY(2026, 2, 9),
        received_on=DAY(2026, 2, 9),
    )
    directory.archive(service)
    assert Referral.get().service_activity.state == ARCHIVED
    with pytest.raises(records.InUse):
        records.delete(service)


# ---- The card


def secc():
    """The guide's SECC card (an old entry: days blank, no contact, no keywords)."""
    partner = make_partner()
    partner.name = "South Essex Community Council"
    records.save(partner)
    program = make_program(
        partner, "older-adults", name="Community Home Support Services", funding="non-ircc"
    )
    return make_service(
        program,
        make_location(partner, name="SECC Leamington"),
        (),
        name="Adult day service",
        description="A supervised day service.",
        days=[],
        start_time="09:00",
        end_time="16:00",
        fiscal_year="F2020-2021",
        contact_phone=None,
    )


def test_the_card_has_the_guides_twelve_labels_in_its_order():
    assert directory.card(fresh(secc())) == [
        ("Partner", "South Essex Community Council"),
        ("Location", "SECC Leamington"),
        ("Description", "A supervised day service."),
        ("Program", "Community Home Support Services"),
        ("Type of Activity", "Older Adults"),
        ("Program Type", "Non IRCC Funded Program"),
        ("Start Date", "Ongoing"),
        ("End Date", "Ongoing"),
        ("Available Days", ""),
        ("Start Time", "9:00\u202fa.m."),
        ("End Time", "4:00\u202fp.m."),
        ("Fiscal Year", "F2020-2021"),
    ]


def test_an_old_entry_lists_what_is_missing():
    assert directory.completeness(fresh(secc()), DAY(2026, 2, 10)) == [
        "Available days are empty.",
        "There is no contact information.",
        "There are no keywords.",
        "There is no eligibility information.",
        "It is not confirmed for the current fiscal year.",
    ]


def test_a_complete_entry_misses_nothing():
    service = make_service(min_age=18, fiscal_year="F2025-2026")
    assert directory.completeness(service, DAY(2026, 2, 10)) == []


def test_a_confidential_place_is_not_named_on_a_card_that_leaves():
    service = make_service(location=make_location(name="Safe house", is_confidential=True))
    assert dict(directory.card(service))["Location"] == "Safe house"
    assert "Safe house" not in str(directory.card(service, leaves=True))
    assert directory.is_confidential(service)


def test_coverage_is_the_guides_table():
    program, here, there = make_program(name="English"), make_location(), make_location()
    service = make_service(program, here, name="LINC")
    make_service(program, there, name="ESL")
    (copy,), _skipped = directory.clone(service, [there])
    locations, [(shown, lines)] = directory.coverage(Organization.own().id)
    assert {row.id for row in locations} == {here.id, there.id}
    assert shown.name == "English"
    assert [(name, set(places)) for name, places, _first in lines] == [
        ("ESL", {there.id}),
        ("LINC", {here.id, there.id}),
    ]
    assert lines[1][1][there.id] == copy.id


def test_every_act_leaves_its_audit_row():
    service = make_service()
    seen = AuditLog.select().count()
    directory.activate(service)
    directory.confirm_still_correct(service)
    entities = [row.entity for row in AuditLog.select().where(AuditLog.id > seen)]
    assert entities.count("service_activity") == 2
    assert Program._meta.table_name in entities


def test_a_failed_clone_leaves_nothing_behind_R_SA_3():
    service = make_service(state=ACTIVE)
    gone = ServiceLocation(id=999_999, name="Gone", organization=Organization.own())
    with pytest.raises(IntegrityError):
        directory.clone(service, [make_location(), gone])
    assert ServiceActivity.select().count() == 1
    assert fresh(service).clone_group is None

"""Organizations, locations and programs: R-ORG, R-LOC, R-PROG."""

import pytest
from directory_rows import (
    area,
    fresh,
    keyword,
    make_location,
    make_partner,
    make_program,
    make_service,
)

from models import (
    ACTIVE,
    ARCHIVED,
    DRAFT,
    AuditLog,
    Language,
    Organization,
    Program,
    Referral,
    ServiceLocation,
)
from workflows import directory, records

pytestmark = pytest.mark.usefixtures("app")


def refused(record, field, level=records.BLOCK, **options):
    """The message of the one problem with ``field`` that saving ``record`` meets."""
    with pytest.raises(records.Refused) as caught:
        records.save(record, **options)
    found = [p for p in caught.value.problems if p.field == field]
    assert found, caught.value.problems
    assert {p.level for p in found} == {level}
    return str(found[0].message)


# ---- R-ORG


def test_a_second_own_organization_is_refused_R_ORG_1():
    assert "already an own organization" in refused(
        Organization(name="Another", is_own=True), "is_own"
    )


def test_a_partner_cannot_become_the_own_organization_R_ORG_1():
    partner = make_partner()
    partner.is_own = True
    refused(partner, "is_own")


def test_the_own_organization_cannot_become_a_partner_or_be_deleted_R_ORG_1():
    own = Organization.own()
    own.is_own = False
    refused(own, "is_own")
    with pytest.raises(records.Refused):
        records.delete(Organization.own())
    assert Organization.own()


@pytest.mark.parametrize(
    "name", ["address", "city", "province", "postal_code", "phone", "regions_served"]
)
def test_the_own_organization_needs_what_the_public_looks_for(name):
    own = Organization.own()
    setattr(own, name, [] if name == "regions_served" else None)
    refused(own, name)


def test_a_partner_needs_only_a_name():
    assert make_partner().id


def test_losing_ircc_funding_asks_before_it_clears_the_four_answers_R_ORG_2():
    own = Organization.own()
    own.is_ircc_funded, own.ircc_services, own.special_focus_areas = True, ["rap"], ["women"]
    own.francophone_association_member = True
    records.save(own)
    own = fresh(own)
    own.is_ircc_funded = False
    message = refused(own, "is_ircc_funded", records.CONFIRM)
    assert "IRCC-funded services" in message and "Special focus areas" in message
    assert fresh(own).ircc_services == ["rap"]
    own = fresh(own)
    own.is_ircc_funded = False
    records.save(own, confirmed=["clear-ircc"])
    own = fresh(own)
    assert (own.ircc_services, own.special_focus_areas) == ([], [])
    assert not own.francophone_association_member


def test_ircc_answers_without_ircc_funding_are_refused_R_ORG_2():
    refused(Organization(name="P", ircc_services=["rap"]), "ircc_services")


@pytest.mark.parametrize("code", ["D8H 1A1", "W8H 1A1", "N8H 1O1", "N8H1A", "88H 1A1"])
def test_a_postal_code_that_canada_does_not_use_is_refused_R_ORG_3(code):
    refused(Organization(name="P", postal_code=code), "postal_code")


@pytest.mark.parametrize("typed", ["n8h1a1", "N8H-1A1", " N8H 1a1 "])
def test_postal_codes_are_stored_one_way_R_ORG_3(typed):
    assert fresh(make_partner(postal_code=typed)).postal_code == "N8H 1A1"


# ---- R-LOC


def test_a_location_with_services_cannot_be_deleted_R_LOC_1():
    service = make_service()
    with pytest.raises(records.InUse):
        records.delete(service.location)


def test_taking_a_location_out_of_use_lists_its_active_services_R_LOC_1():
    service = make_service(name="Résumé clinic", state=ACTIVE)
    location = fresh(service.location)
    location.is_active = False
    assert "Résumé clinic" in refused(location, "is_active", records.CONFIRM)
    records.save(location, confirmed=["hide-services"])
    assert not fresh(location).is_active


def test_a_location_without_active_services_is_taken_out_of_use_at_once_R_LOC_1():
    location = make_service().location
    location.is_active = False
    records.save(location)


def test_the_last_primary_location_stays_primary_while_services_are_active_R_LOC_2():
    service = make_service(state=ACTIVE)
    location = fresh(service.location)
    location.location_type = "itinerant"
    refused(location, "location_type")
    make_location()
    records.save(location)


@pytest.mark.parametrize(
    "hours",
    [
        [[1, "17:00", "09:00"]],
        [[1, "09:00", "09:00"]],
        [[1, "09:00", "12:00"], [1, "11:00", "15:00"]],
        [[1, "nine", "12:00"]],
    ],
)
def test_hours_that_cannot_be_are_refused_R_LOC_3(hours):
    with pytest.raises(records.Refused) as caught:
        make_location(hours=hours)
    assert [p.field for p in caught.value.problems] == ["hours"]


def test_a_weekday_may_have_several_times_R_LOC_3():
    assert make_location(hours=[[1, "13:00", "17:00"], [1, "09:00", "12:00"]]).id


def test_a_location_needs_hours_or_hours_in_words():
    assert make_location(hours=[], hours_text="By appointment").id
    with pytest.raises(records.Refused):
        make_location(hours=[])


@pytest.mark.parametrize("make", [make_location, make_program])
def test_a_contact_needs_a_phone_or_an_email(make):
    assert make(contact_phone=None, contact_email="desk@agency.example").id
    with pytest.raises(records.Refused) as caught:
        make(contact_phone=None, contact_email=None)
    assert caught.value.problems[0].field == "contact_phone"


@pytest.mark.parametrize("make", [make_location, make_program])
def test_a_name_is_used_once_in_an_organization(make):
    make(name="École")
    with pytest.raises(records.Refused):
        make(name="ÉCOLE ")
    assert make(make_partner(), name="École").id


# ---- R-PROG


def test_a_program_moves_by_itself_with_its_services_R_PROG_1():
    program = make_program()
    assert fresh(program).state == DRAFT
    first = make_service(program)
    assert fresh(program).state == DRAFT
    directory.activate(first)
    assert fresh(program).state == ACTIVE
    second = make_service(program, state=ACTIVE)
    directory.archive(second)
    assert fresh(program).state == ACTIVE
    with pytest.raises(records.Refused) as caught:
        directory.archive(first)
    assert [p.code for p in caught.value.problems] == ["last-active"]
    assert first.state == ACTIVE
    directory.archive(first, ["last-active"])
    assert fresh(program).state == DRAFT


def test_deleting_the_last_active_service_returns_the_program_to_draft_R_PROG_1():
    service = make_service(state=ACTIVE)
    assert fresh(service.program).state == ACTIVE
    records.delete(service)
    assert fresh(service.program).state == DRAFT


def test_an_archived_program_stays_archived_until_it_is_restored_R_PROG_1():
    service = make_service(state=ACTIVE)
    program = fresh(service.program)
    directory.archive_program(program)
    make_service(program, state=ACTIVE)
    assert fresh(program).state == ARCHIVED
    directory.restore_program(fresh(program))
    assert fresh(program).state == ACTIVE


def test_funding_is_one_of_two_R_PROG_2():
    with pytest.raises(records.Refused) as caught:
        make_program(funding="both")
    assert caught.value.problems[0].field == "funding"


def test_a_new_area_removes_only_the_keywords_that_no_longer_fit_R_PROG_3():
    program = make_program()
    service = make_service(program, name="Mixed", keywords=("employment--resume", "francophones"))
    other = make_service(program, name="Fine", keywords=("francophones",))
    program = fresh(program)
    program.area_of_focus = area("community-services")
    message = refused(program, "area_of_focus", records.CONFIRM)
    assert "Mixed" in message and str(keyword()) in message
    assert "Fine" not in message and "Francophones" not in message
    assert len(records.linked_ids(service, "keywords")) == 2
    program = fresh(program)
    program.area_of_focus = area("community-services")
    records.save(program, confirmed=["drop-keywords"])
    for row in (service, other):
        assert records.linked_ids(row, "keywords") == [keyword("francophones").id]


def test_a_new_area_may_leave_an_active_service_without_keywords_R_PROG_3():
    service = make_service(state=ACTIVE)
    program = fresh(service.program)
    program.area_of_focus = area("older-adults")
    records.save(program, confirmed=["drop-keywords"])
    assert records.linked_ids(service, "keywords") == []
    assert "There are no keywords." in directory.completeness(fresh(service))


def test_a_program_needs_a_language_R_PROG_4():
    program = make_program()
    refused(program, "languages", many={"languages": []})
    records.save(program, many={"languages": [Language.get(Language.code == "fr").id]})


def test_a_program_with_referrals_is_archived_not_deleted_R_PROG_5():
    program = make_program()
    Referral.create(
        number="R-1",
        organization=program.organization,
        program=program,
        referred_by_name="Jo",
        referred_on="2026-02-09",
        received_on="2026-02-09",
        level="program",
    )
    with pytest.raises(records.InUse):
        records.delete(program)
    directory.archive_program(program)
    assert fresh(program).state == ARCHIVED


def test_outcomes_of_a_new_program_come_from_its_area():
    assert make_program().desired_outcomes == ["labour-market-preparation"]
    chosen = make_program(desired_outcomes=["partner-capacity"])
    assert chosen.desired_outcomes == ["partner-capacity"]


def test_a_refused_save_writes_nothing():
    counts = (Program.select().count(), ServiceLocation.select().count(), AuditLog.select().count())
    with pytest.raises(records.Refused):
        make_program(organization=Organization.own(), funding="both")
    assert counts == (
        Program.select().count(),
        ServiceLocation.select().count(),
        AuditLog.select().count(),
    )

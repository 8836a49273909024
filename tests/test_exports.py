"""Exports: streamed, formula-safe (S8), confidential (R-SYS-8), logged (R-SYS-5)."""

import csv
import io

import openpyxl
import pytest

from models import AuditLog, Household, Keyword, Organization, ServiceLocation, Staff
from workflows import exports, records


def table(response):
    """Rows of a CSV answer as dicts by heading."""
    return list(csv.DictReader(io.StringIO(response.get_data().decode("utf-8-sig"))))


def location(name, **facts):
    own = Organization.own()
    records.save(
        ServiceLocation(
            organization=own,
            name=name,
            address="1 Main",
            city="Leamington",
            province="ON",
            postal_code="N8H 1A1",
            contact_name="Ann",
            contact_phone="519-555-0100",
            hours_text="By appointment",
            **facts,
        )
    )


@pytest.mark.parametrize("text", ["=HYPERLINK(1)", "+1", "-1", "@x", "'=twice"])
def test_a_cell_that_would_run_gets_an_apostrophe_and_loses_it_again_s8(text):
    assert exports.guard(text) == f"'{text}"
    assert exports.unguard(exports.guard(text)) == text


@pytest.mark.parametrize("text", ["Ann", "'s Heerenberg", "", "5 = 5", "''"])
def test_an_ordinary_cell_stays_as_it_is(text):
    assert exports.guard(text) == text
    assert exports.unguard(text) == text


def test_a_formula_in_a_name_leaves_disarmed_s8(administrator_browser):
    records.save(Staff(name="=cmd|' /C calc'!A0"))
    rows = table(administrator_browser.open("/staff/export/csv/"))
    assert "'=cmd|' /C calc'!A0" in {row["Name"] for row in rows}


def test_the_export_follows_the_filters_of_the_list(administrator_browser):
    records.save(Staff(name="Gone", is_active=False))
    rows = table(administrator_browser.open("/staff/export/csv/?is_active=0"))
    assert [row["Name"] for row in rows] == ["Gone"]


def test_more_rows_than_a_page_all_leave_once_and_in_order(administrator_browser):
    rows = [{"name": f"Person {n:05}", "search": ""} for n in range(2500)]
    Staff.insert_many(rows).execute()
    names = [row["Name"] for row in table(administrator_browser.open("/staff/export/csv/"))]
    assert len(names) == len(set(names)) == Staff.select().count()
    assert names == sorted(names)


def test_an_export_of_people_says_so_in_its_name_and_on_the_page_r_sys_8(administrator_browser):
    records.save(Household(file_number="H-1"))
    page = administrator_browser.get("/households/export/?as=csv")
    assert "Confidential" in page.text
    response = administrator_browser.open("/households/export/csv/")
    assert "-confidential.csv" in response.headers["Content-Disposition"]


def test_an_export_is_one_audit_row_with_entity_and_count_r_sys_5(administrator_browser):
    records.save(Household(file_number="H-1"))
    administrator_browser.open("/households/export/csv/")
    row = AuditLog.select().where(AuditLog.action == "export").get()
    assert (row.entity, row.changed_fields) == ("household", {"rows": 1})


def test_an_excel_file_of_people_carries_the_confidentiality_line_r_sys_8(administrator_browser):
    records.save(Household(file_number="H-1"))
    content = administrator_browser.open("/households/export/xlsx/").get_data()
    sheet = openpyxl.load_workbook(io.BytesIO(content)).worksheets[0]
    assert sheet["A1"].value.startswith("Confidential")
    assert sheet["A2"].value == "UUID"


def test_confidential_locations_never_leave(administrator_browser):
    location("Open house")
    location("Shelter", is_confidential=True)
    rows = table(administrator_browser.open("/service-locations/export/csv/"))
    assert {row["Name"] for row in rows} == {"Open house"}


def test_keywords_leave_with_their_areas(administrator_browser):
    rows = {row["Slug"]: row for row in table(administrator_browser.open("/keywords/export/csv/"))}
    keyword = Keyword.select().order_by(Keyword.id).first()
    areas = rows[keyword.slug]["Areas of focus"]
    assert areas == "; ".join(sorted(area.slug for area in keyword.areas))


def test_an_unknown_kind_of_file_is_not_found(administrator_browser):
    assert administrator_browser.open("/staff/export/exe/").status_code == 404

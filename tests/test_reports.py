"""Reports on screen, in print and as files: definitions, periods, sharing, the audit log (domain 8, R-SYS-5, R-SYS-8)."""

import csv
import datetime
import io
import re

import openpyxl
import pytest
from browser import text_of
from factories import make_client, make_referral
from statements import statements

from models import AuditLog
from workflows import settings
from workflows.reports_list import REPORTS
from workflows.reports_tables import periods, words

PAGES = [report for report in REPORTS if not report.href]
every_report = pytest.mark.parametrize("report", PAGES, ids=lambda report: report.slug)


def figures(page):
    return {text_of(each.dt): text_of(each.dd) for each in page.soup.select(".figures > div")}


def logged(action):
    query = AuditLog.select().where(AuditLog.action == action, AuditLog.entity == "report")
    return list(query.order_by(AuditLog.id))


def rows_of(response):
    return list(csv.reader(io.StringIO(response.get_data().decode("utf-8-sig"))))


def test_the_reports_are_listed_with_a_line_on_each(browser):
    page = browser.follow(browser.get("/"), "Reports")
    listed = [text_of(link) for link in page.soup.select(".report-list h2 a")]
    assert listed == [
        "Service directory",
        "Referrals by period",
        "Distribution log",
        "Active clients",
        "Level of need",
        "Caseload",
        "Activities and referrals by level of need",
        "Standards compliance",
        "Capacity building",
        "Outcomes and feedback",
        "Service record",
        "Data quality",
    ]
    assert all(text_of(line) for line in page.soup.select(".report-list p"))
    for link in page.soup.select(".report-list h2 a"):
        assert browser.get(link["href"]).heading == text_of(link)


@every_report
def test_every_figure_and_table_says_how_it_is_counted(browser, report):
    make_referral(client=make_client())
    page = browser.get(f"/reports/{report.slug}/")
    assert len(figures(page)) == len(report.figures)
    for figure in page.soup.select(".figures > div"):
        assert len(text_of(figure.select_one("details > div"))) > 20
    for section in page.soup.select(".report-table"):
        assert text_of(section.select_one("details > div"))
        table = section.table
        assert table is None or text_of(table.caption) == text_of(section.h2)
    printed = browser.get(f"/reports/{report.slug}/print/")
    assert figures(printed) == figures(page) and "How this is counted" not in printed
    for figure in report.figures:
        assert words(figure.definition) in printed.text


@every_report
def test_every_report_leaves_as_csv_and_excel_with_the_same_numbers(browser, report):
    """R-SYS-8: the line stands in the file; R-SYS-5: one audit row each."""
    make_referral(client=make_client())
    shown = figures(browser.get(f"/reports/{report.slug}/"))
    response = browser.open(f"/reports/{report.slug}/file/csv/")
    assert (
        f"{report.slug}-{settings.today()}-confidential.csv"
        in response.headers["Content-Disposition"]
    )
    rows = rows_of(response)
    assert rows[0] == [report.title] and rows[2][0].startswith("Confidential")
    head = rows.index(["Figure", "Value", "Unit", "How this is counted"])
    lines = rows[head + 1 : head + 1 + len(report.figures)]
    assert {line[0] for line in lines} == set(shown)
    for name, value, _unit, definition in lines:
        assert definition
        number = re.match(r"-?[\d,.]+", shown[name])
        assert float(value or 0) == float(number[0].replace(",", "") if number else 0), name
    book = openpyxl.load_workbook(
        io.BytesIO(browser.open(f"/reports/{report.slug}/file/xlsx/").get_data())
    )
    assert len(book.worksheets) == 1 + len(report.tables)
    assert book.worksheets[0]["A3"].value == rows[2][0]
    assert [row.changed_fields["report"] for row in logged("export")] == [report.slug] * 2


def test_the_quick_periods_follow_the_fiscal_year():
    """1 April to 31 March; quarters and months are whole and over."""
    day = datetime.date
    assert periods(day(2026, 2, 9)) == {
        "this-year": (day(2025, 4, 1), day(2026, 2, 9)),
        "last-year": (day(2024, 4, 1), day(2025, 3, 31)),
        "last-quarter": (day(2025, 10, 1), day(2025, 12, 31)),
        "last-month": (day(2026, 1, 1), day(2026, 1, 31)),
    }
    assert periods(day(2026, 4, 1))["this-year"] == (day(2026, 4, 1), day(2026, 4, 1))
    assert periods(day(2026, 4, 1))["last-quarter"] == (day(2026, 1, 1), day(2026, 3, 31))


def test_the_period_is_chosen_by_one_click_or_by_two_days(browser):
    day = periods(settings.today())["last-month"][0]
    make_referral(received_on=day, referred_on=day)
    page = browser.get("/reports/referrals/")
    page = browser.follow(page, "Last month")
    assert figures(page)["Received in the period"] == "1"
    page = browser.submit(page, answers={"from": "2020-01-01", "to": "2020-12-31"})
    assert figures(page)["Received in the period"] == "0"
    assert "1 Jan 2020 to 31 Dec 2020" in page
    page = browser.submit(page, answers={"from": "2020-12-31", "to": "2020-01-01"})
    assert "The period ends before it begins" in page.notices[0]
    for nonsense in (
        "?from=x&to=99999",
        "?from=0001-01-01",
        "?worker=abc&location=-1",
        "?case_type='",
    ):
        assert browser.get(f"/reports/active-clients/{nonsense}").status == 200


def test_a_report_that_is_not_there_is_not_found(browser):
    browser.get("/reports/nothing/", status=404)
    browser.get("/reports/service-record/", status=404)
    browser.get("/reports/referrals/file/pdf/", status=404)


def test_for_sharing_hides_small_numbers_on_screen_and_in_the_file(browser):
    """Domain 8: cells under 5 people; the file says so in its name."""
    for number, gender in ((12, "woman"), (7, "man"), (3, "gender-diverse")):
        for _n in range(number):
            make_client(gender=gender)
    page = browser.get("/reports/active-clients/")
    page = browser.submit(page, shared=True)
    lines = {row[0]: row[1] for row in page.rows}
    # Three is hidden, and the next larger number with it; else 22 − 12 − 7 would tell.
    assert (lines["Woman / girl"], lines["Man / boy"], lines["Gender-diverse"]) == (
        "12",
        "hidden",
        "hidden",
    )
    assert figures(page)["Persons in active cases"] == "22"
    response = browser.open("/reports/active-clients/file/csv/?shared=1")
    rows = rows_of(response)
    assert "for-sharing.csv" in response.headers["Content-Disposition"]
    assert ["Gender-diverse", "hidden"] in rows and ["Woman / girl", "12"] in rows
    assert "hidden" in browser.get("/reports/active-clients/print/?shared=1")


def test_looking_at_a_list_of_people_is_one_row_of_the_audit_log_without_names(browser):
    """R-SYS-5"""
    client = make_client(immigration_category="unknown", birth_date=None)
    browser.get("/reports/active-clients/")
    assert not logged("view")
    page = browser.get("/reports/data-quality/")
    assert client.display_name in page
    [row] = logged("view")
    assert row.changed_fields["report"] == "data-quality" and row.changed_fields["shown"] >= 2
    assert client.last_name not in str(row.changed_fields)
    browser.get("/reports/data-quality/?shared=1")
    browser.get("/reports/data-quality/print/")
    assert (len(logged("view")), len(logged("print"))) == (1, 1)


def test_bars_stand_beside_their_numbers_and_are_silent(browser):
    for number, gender in ((4, "woman"), (2, "man")):
        for _n in range(number):
            make_client(gender=gender)
    page = browser.get("/reports/active-clients/")
    section = page.soup.select_one("[aria-labelledby=table-gender]")
    bars = [float(bar["width"]) for bar in section.select("svg rect")]
    assert bars[0] == 2 * bars[1] > 0
    assert all(bar["aria-hidden"] == "true" for bar in section.select("svg"))


def test_reports_read_the_same_in_french(browser):
    page = browser.get("/reports/")
    browser.post("/language", {"csrf_token": page.token(), "language": "fr", "next": "/reports/"})
    for report in PAGES:
        assert browser.get(f"/reports/{report.slug}/").soup.html["lang"] == "fr"


def test_the_number_of_statements_does_not_grow_with_people(browser):
    def counted():
        with statements() as asked:
            for report in PAGES:
                browser.get(f"/reports/{report.slug}/")
        return len(asked.counted())

    make_referral(client=make_client())
    few = counted()
    for _n in range(6):
        make_referral(client=make_client())
    assert counted() <= few + 1

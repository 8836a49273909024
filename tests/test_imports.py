"""Imports: the same checks as the form, a preview that is what would happen, all or nothing, twice changes nothing."""

import csv
import datetime
import io
import threading
import time

import pytest
from factories import make_client, make_household, make_staff
from peewee import fn
from statements import statements

import models
from models import AreaOfFocus, AuditLog, Client, Draft, Keyword, Organization, Staff
from workflows import audit, exports, imports, records, sheets


def as_csv(*rows, encoding="utf-8", delimiter=","):
    text = io.StringIO()
    csv.writer(text, delimiter=delimiter).writerows(rows)
    return text.getvalue().encode(encoding)


def screen(app, model):
    views = app.extensions["admin"][0]._views
    return next(v for v in views if getattr(v, "model", None) is model)


def reading(app, model, content, **options):
    rows = sheets.read(content)
    view = screen(app, model)
    return imports.Reading(view, rows, imports.guess(view, next(r for r in rows if r)), **options)


@pytest.fixture(autouse=True)
def page(app):
    """The screens make addresses for their own pages."""
    with app.test_request_context("/staff/"):
        yield


def upload(browser, content, name="staff.csv", path="/staff/import/", status=200):
    first = browser.get(path)
    return browser.submit(first, "Continue", status=status, file=(io.BytesIO(content), name))


def test_the_way_through_the_screens_adds_rows_and_leaves_no_draft(administrator_browser):
    page = upload(
        administrator_browser, as_csv(["Name", "Work email"], ["Ann", "ann@agency.ca"], ["Bo", ""])
    )
    assert page.heading == "Which column is which?"
    page = administrator_browser.submit(page, "Continue")
    assert page.heading == "Check before importing"
    assert not Staff.select().where(Staff.name == "Ann").exists()
    page = administrator_browser.submit(page, "Import: 2")
    assert Staff.get(Staff.name == "Ann").email == "ann@agency.ca"
    assert not Draft.select().where(Draft.kind == "import").exists()


def test_importing_the_same_file_twice_changes_nothing(app):
    content = as_csv(["Name", "Work email"], ["Ann", "ann@agency.ca"])
    imports.run(reading(app, Staff, content))
    before = Staff.get(Staff.name == "Ann")
    lines = imports.run(reading(app, Staff, content))
    assert [line.state for line in lines] == [imports.UNCHANGED]
    assert Staff.get(Staff.name == "Ann").version == before.version


def test_a_wrong_row_has_its_reason_and_stops_everything(app):
    content = as_csv(["Name", "Work email"], ["Ann", "ann@agency.ca"], ["Bo", "not an address"])
    lines = imports.preview(reading(app, Staff, content))
    assert [line.state for line in lines] == [imports.WRONG, imports.NEW]
    assert "Enter one email address" in lines[0].text
    with pytest.raises(imports.Stopped):
        imports.run(reading(app, Staff, content))
    assert not Staff.select().where(Staff.name.in_(["Ann", "Bo"])).exists()


def test_a_preview_writes_nothing(app):
    audit_rows = AuditLog.select().count()
    imports.preview(reading(app, Staff, as_csv(["Name"], ["Ann"], ["Bo"])))
    assert AuditLog.select().count() == audit_rows
    assert not Staff.select().where(Staff.name == "Ann").exists()


def test_rows_match_by_uuid_before_their_name(app):
    records.save(Staff(name="Ann"))
    ann = Staff.get(Staff.name == "Ann")
    imports.run(reading(app, Staff, as_csv(["UUID", "Name"], [ann.uuid, "Anna"])))
    assert Staff.get_by_id(ann.id).name == "Anna"


def test_the_apostrophe_of_the_formula_guard_is_taken_off_again(app):
    imports.run(reading(app, Staff, as_csv(["Name"], ["'=1+1"])))
    assert Staff.select().where(Staff.name == "=1+1").exists()


@pytest.mark.parametrize("heading", ["Work email", "email", "Email", "EMAIL"])
def test_headings_are_guessed_from_words_and_field_names(app, heading):
    guessed = imports.guess(screen(app, Staff), ["Name", heading])
    assert guessed[0] == "name"
    assert guessed[1] in ("email", "") and (heading in ("Email", "EMAIL") or guessed[1] == "email")


def test_every_keyword_goes_out_and_comes_back_unchanged_with_its_areas(app):
    content = b"".join(exports.csv_stream(Keyword, exports.Selection(), exports.columns(Keyword)))
    lines = imports.preview(reading(app, Keyword, content))
    assert imports.counts(lines)[imports.UNCHANGED] == len(lines) == Keyword.select().count()


def test_the_areas_of_a_keyword_change_with_the_spreadsheet(app):
    keyword = Keyword.select().order_by(Keyword.id).first()
    area = AreaOfFocus.select().order_by(AreaOfFocus.id.desc()).first()
    imports.run(
        reading(app, Keyword, as_csv(["Slug", "Areas of focus"], [keyword.slug, area.label_fr]))
    )
    assert [row.slug for row in keyword.areas] == [area.slug]


@pytest.mark.parametrize(
    "word, truth", [("oui", True), ("Yes", True), ("1", True), ("non", False), ("0", False)]
)
def test_yes_and_no_are_read_in_both_languages(app, word, truth):
    imports.run(reading(app, Staff, as_csv(["Name", "Works here now"], ["Ann", word])))
    assert Staff.get(Staff.name == "Ann").is_active is truth


def test_choices_are_read_by_slug_and_by_label_in_both_languages(app):
    for n, province in enumerate(["ON", "Ontario", "Québec"]):
        imports.run(
            reading(
                app, Organization, as_csv(["Name", "Province or territory"], [f"P{n}", province])
            )
        )
    found = {o.name: o.province for o in Organization.select()}
    assert (found["P0"], found["P1"], found["P2"]) == ("ON", "ON", "QC")


def test_the_same_row_twice_in_a_file_is_told(app):
    lines = imports.preview(reading(app, Staff, as_csv(["Name"], ["Ann"], ["Ann"])))
    assert lines[0].state == imports.WRONG and "line 2" in lines[0].text


@pytest.mark.parametrize(
    "content, words",
    [
        (b"%PDF-1.7 \0\1", "not a CSV or Excel"),
        (b"\x89PNG\r\n\x1a\n\0\0", "not a CSV or Excel"),
        (b"PK\x03\x04nonsense", "not a CSV or Excel"),
        (b"", "empty"),
        (b"Name,Email\n", "no rows"),
        (b"<!DOCTYPE html><html></html>", "not a CSV or Excel"),
    ],
)
def test_a_file_of_the_wrong_kind_is_refused_with_a_sentence(administrator_browser, content, words):
    page = upload(administrator_browser, content, status=422)
    assert words in page.text


@pytest.mark.parametrize("encoding", ["utf-8-sig", "cp1252", "utf-16"])
def test_french_csv_files_are_read_whatever_excel_made_of_them(encoding):
    content = as_csv(["Nom", "Ville"], ["Éloïse", "Québec"], encoding=encoding, delimiter=";")
    assert sheets.read(content) == [["Nom", "Ville"], ["Éloïse", "Québec"]]


def test_three_wrong_rows_are_listed_first_and_offered_as_a_file(administrator_browser):
    rows = [
        [f"Person {n}", "p@agency.ca" if n not in (5, 150, 250) else "wrong"] for n in range(300)
    ]
    page = upload(administrator_browser, as_csv(["Name", "Work email"], *rows))
    page = administrator_browser.submit(page, "Continue")
    states = [pill.get_text() for pill in page.soup.select("td .pill")]
    assert states[:4] == ["Mistake"] * 3 + ["New"]
    link = page.soup.find("a", string="Download the rows with a mistake")["href"]
    wrong = administrator_browser.open(link).get_data().decode("utf-8-sig").splitlines()
    assert len(wrong) == 4 and wrong[1].startswith("Person 5,wrong,")
    # All or nothing: there is no button, and a post made by hand changes nothing.
    assert not page.soup.find("button", string=lambda words: words and words.startswith("Import"))
    administrator_browser.post(page.path, {"csrf_token": page.token()})
    assert not Staff.select().where(Staff.name.startswith("Person")).exists()


@pytest.mark.parametrize(
    "path", ["/audit-log/import/", "/outbox/import/", "/distribution-log/import/"]
)
def test_logs_and_the_outbox_cannot_be_imported(administrator_browser, path):
    assert administrator_browser.open(path).status_code == 404


# ---- Clients: thousands at once ----------------------------------------------------------------------------------------


def people_file(*rows):
    houses = [make_household().file_number for _row in rows]
    headings = ["Household", "First name", "Last name", "Birth date", "Phone"]
    return as_csv(headings, *([house, *row] for house, row in zip(houses, rows, strict=True)))


def test_a_look_alike_in_a_file_is_asked_about_on_file_and_among_its_own_rows(app):
    """R-CLI-3"""
    make_client(
        first_name="Rima",
        last_name="Haddad",
        birth_date=datetime.date(1990, 2, 3),
        phone="5195550001",
    )
    content = people_file(
        ["Reema", "Haddad", "1990-02-03", ""],
        ["Omar", "Said", "1985-05-05", "519-555-0001"],
        ["Jo", "Park", "1970-01-01", ""],
        ["Ann", "Lee", "1988-08-08", "519-555-7777"],
        ["Anne", "Lee", "1988-09-09", ""],
    )
    lines = {line.number: line for line in imports.preview(reading(app, Client, content))}
    asked = {n for n, line in lines.items() if "somebody we know" in line.text}
    assert asked == {2, 3, 6}, {n: line.text for n, line in lines.items()}
    assert Client.select().count() == 1
    lines = imports.run(reading(app, Client, content, accept=True))
    assert {line.state for line in lines} == {imports.NEW}
    assert Client.select().count() == 6


def test_each_row_of_clients_costs_as_many_statements_however_many_are_on_file(app):
    """R-CLI-3: names are compared in memory, before anybody has to wait for the import."""

    def cost(rows):
        content = people_file(*rows)
        with statements() as asked:
            imports.run(reading(app, Client, content, accept=True))
        return len(asked.sql) / len(rows)

    few = cost([[f"Ann{n}", f"Lee{n}", "1988-08-08", f"519-555-{n:04d}"] for n in range(20)])
    many = cost([[f"Ann{n}", f"Lee{n}", "1988-08-08", f"519-555-{n:04d}"] for n in range(100, 180)])
    assert many <= few * 1.2


def test_a_colleague_who_saves_after_the_file_was_read_is_compared_too(app):
    content = people_file(["Rima", "Haddad", "1990-02-03", ""])
    one = reading(app, Client, content)
    with one.comparing() as known:
        (step,) = [one.prepare(number, row, known) for number, row in one.rows]
        make_client(first_name="Rima", last_name="Haddad", birth_date=datetime.date(1990, 2, 3))
        with models.database.atomic():
            known.catch_up()
            assert "somebody we know" in one.write(step).text


def test_another_desk_that_saves_during_an_import_waits_and_is_not_refused(app):
    """R-SYS-1: both are there afterwards, and the audit log is one chain."""
    staff, began, saved = make_staff(name="Ann"), threading.Event(), []
    before = AuditLog.select(fn.MAX(AuditLog.id)).scalar()

    def other_desk():
        with app.app_context():
            began.wait()
            mine = Staff.get_by_id(staff.id)
            mine.email = "ann@agency.ca"
            saved.append(records.save(mine))
            models.database.close()

    desk = threading.Thread(target=other_desk, daemon=True)
    desk.start()

    def progress(done):
        began.set()
        time.sleep(0.002)
        assert not saved

    rows = [[f"Person {n}"] for n in range(120)]
    imports.run(reading(app, Staff, as_csv(["Name"], *rows)), progress)
    desk.join()
    assert saved and Staff.get_by_id(staff.id).email == "ann@agency.ca"
    assert Staff.select().where(Staff.name.startswith("Person ")).count() == 120
    assert audit.first_broken_row() is None
    told = AuditLog.select().where(AuditLog.entity == "staff", AuditLog.id > before)
    assert told.count() == 122


def test_a_record_that_changed_after_the_file_was_read_stops_the_import(app):
    """R-SYS-2"""
    staff = make_staff(name="Ann")
    one = reading(app, Staff, as_csv(["UUID", "Name"], [staff.uuid, "Anna"]))
    ((number, row),) = one.rows
    step = one.prepare(number, row)
    staff.email = "ann@agency.ca"
    records.save(staff)
    assert one.write(step).state == imports.WRONG
    assert Staff.get_by_id(staff.id).name == "Ann"

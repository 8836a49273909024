"""Every entity × every screen: what EntityView derives works for all of them, on both databases."""

import io

import openpyxl
import pytest
from case_factories import MAKE

import models
from admin_views import VIEWS
from admin_views.base import EntityView
from models import AuditLog, ForeignKeyField
from workflows import unsaved

ENTITIES = [model for model in models.TABLES if model._meta.section != "hidden"]
EDITABLE = [model for model in ENTITIES if not getattr(model._meta, "readonly", False)]
ADDED = [model for model in EDITABLE if VIEWS.get(model, EntityView).can_create]
DELETED = [model for model in EDITABLE if VIEWS.get(model, EntityView).can_delete]
SEARCHED = [model for model in ENTITIES if getattr(model._meta, "search", None)]
by_name = {"ids": lambda model: model.__name__}
every_entity = pytest.mark.parametrize("model", ENTITIES, **by_name)
every_editable_entity = pytest.mark.parametrize("model", EDITABLE, **by_name)
every_entity_with_a_new_form = pytest.mark.parametrize("model", ADDED, **by_name)


def address(model):
    """The address of the list of ``model``."""
    return f"/{unsaved.address(model)}/"


def test_every_entity_has_a_factory():
    assert set(ENTITIES) == set(MAKE)


@every_entity
def test_the_menu_says_where_one_is(administrator_browser, model):
    """A list that no entry opens stands below the one by which people come to it."""
    assert administrator_browser.get(address(model)).soup.select(".menu [aria-current=page]")


@every_entity
def test_the_list_shows_a_row_and_its_first_cell_opens_it(administrator_browser, model):
    row = MAKE[model]()
    page = administrator_browser.get(f"{address(model)}?size=100")
    while not any(a["href"].endswith(f"?id={row.id}") for a in page.soup.select("tbody a")):
        page = administrator_browser.follow(page, "Next page")


@every_entity
def test_the_list_can_be_sorted_both_ways_by_every_sortable_column(administrator_browser, model):
    MAKE[model](), MAKE[model]()
    for name in getattr(model._meta, "sortable", ()):
        up = administrator_browser.get(f"{address(model)}?sort={name}").rows
        down = administrator_browser.get(f"{address(model)}?sort=-{name}").rows
        assert len(up) == len(down) >= 1, name


@every_entity
def test_every_filter_accepts_what_it_offers(administrator_browser, model):
    MAKE[model]()
    page = administrator_browser.get(address(model))
    forms = [form for form in page.forms() if form.element.get("method", "get").lower() == "get"]
    for select in [c for form in forms for c in form.element.select("select[name]")]:
        for option in select.select("option")[:3]:
            administrator_browser.get(
                f"{address(model)}?{select['name']}={option.get('value', '')}"
            )


@pytest.mark.parametrize("model", SEARCHED, **by_name)
def test_a_search_finds_the_row_by_the_beginning_of_its_words_and_keeps_them_out_of_the_address(
    administrator_browser, model
):
    row = MAKE[model]()
    words = " ".join(word[:5] for word in row.search.split()[:2])
    page = administrator_browser.get(address(model))
    found = administrator_browser.submit(page, search=words)
    assert any(f"id={row.id}" in a["href"] for a in found.soup.select("tbody a"))
    assert words.replace(" ", "+") not in found.path.partition("=")[2]


@pytest.mark.sqlite_only
@every_entity
def test_the_details_page_names_the_row(administrator_browser, model):
    row = MAKE[model]()
    page = administrator_browser.get(f"{address(model)}details/?id={row.id}")
    assert page.heading


@every_editable_entity
def test_the_form_opens_and_saving_it_untouched_changes_nothing(administrator_browser, model):
    row = MAKE[model]()
    page = administrator_browser.get(f"{address(model)}edit/?id={row.id}")
    administrator_browser.submit(page, button="Save")
    after = model.get_by_id(row.id)
    assert after.__data__ == row.__data__


@pytest.mark.sqlite_only
@every_entity_with_a_new_form
def test_an_empty_new_form_says_what_is_missing_and_keeps_what_was_typed(
    administrator_browser, model
):
    page = administrator_browser.get(f"{address(model)}new/")
    assert page.path.split("?")[0] == f"{address(model)}new/"
    before = model.select().count()
    empty = {
        control["name"]: ""
        for control in page.soup.select("main form input[type=text]:enabled, main form textarea")
        if control.get("name") and not control["name"].endswith("-query")
    }
    again = administrator_browser.submit(page, answers=empty)
    if model.select().count() == before:
        assert again.errors or again.soup.select(".field-error, .notice-danger, .error-summary")


@pytest.mark.sqlite_only
@pytest.mark.parametrize("model", DELETED, **by_name)
def test_deleting_asks_on_a_page_of_its_own_and_only_a_post_removes(administrator_browser, model):
    row = MAKE[model]()
    page = administrator_browser.get(f"{address(model)}delete/?id={row.id}")
    assert model.get_or_none(model.id == row.id)
    buttons = [b for form in page.forms() if form.is_main() for b in form.buttons()]
    if not buttons:
        assert page.soup.select("main li, main .notice"), "it says what still uses the row"
        return
    administrator_browser.submit(page, button="Yes, delete")
    if model.get_or_none(model.id == row.id) is None:
        log = AuditLog.select().where(AuditLog.action == "delete", AuditLog.entity_id == row.id)
        assert log.where(AuditLog.entity == model._meta.table_name).exists()


def used(model):
    """(model, key of a row of it that another row needs) for each restricting foreign key to ``model``."""
    for other in ENTITIES:
        for field in other._meta.sorted_fields:
            if isinstance(field, ForeignKeyField) and field.rel_model is model:
                if field.on_delete == "RESTRICT" and not field.null:
                    yield other, field


@every_editable_entity
def test_a_row_in_use_is_not_deleted_and_nothing_else_is(administrator_browser, model):
    for other, field in used(model):
        needing = MAKE[other]()
        key = getattr(needing, field.object_id_name)
        token = administrator_browser.get("/").token()
        path = f"{address(model)}delete/?id={key}"
        administrator_browser.open(path, "POST", data={"csrf_token": token})
        assert model.get_or_none(model.id == key), f"{model.__name__} used by {other.__name__}"
        assert other.get_or_none(other.id == needing.id)


@every_entity
def test_the_csv_export_holds_the_row_and_is_logged(administrator_browser, model):
    row = MAKE[model]()
    response = administrator_browser.open(f"{address(model)}export/csv/")
    assert response.status_code == 200 and response.mimetype == "text/csv"
    lines = response.get_data(as_text=True).splitlines()
    assert len(lines) >= 2
    if "uuid" in model._meta.fields:
        assert row.uuid in response.get_data(as_text=True)
    export = AuditLog.select().where(AuditLog.action == "export")
    assert export.where(AuditLog.entity == model._meta.table_name).exists()


@pytest.mark.sqlite_only
@every_entity
def test_the_xlsx_export_opens_and_holds_the_row(administrator_browser, model):
    MAKE[model]()
    response = administrator_browser.open(f"{address(model)}export/xlsx/")
    assert response.status_code == 200
    book = openpyxl.load_workbook(io.BytesIO(response.data), read_only=True)
    assert sum(1 for _row in book.active.rows) >= 2
    book.close()


@every_editable_entity
def test_importing_what_was_exported_changes_nothing(administrator_browser, model):
    row = MAKE[model]()
    before = row.__data__.copy()
    exported = administrator_browser.open(f"{address(model)}export/csv/").data
    page = administrator_browser.get(f"{address(model)}import/")
    assert page.path.startswith(f"{address(model)}import/")
    for _step in range(4):
        if page.soup.select("input[type=file]"):
            name = page.soup.select_one("input[type=file]")["name"]
            answers = {name: (io.BytesIO(exported), "rows.csv")}
            page = administrator_browser.submit(page, answers=answers)
        elif (
            any(form.is_main() and form.buttons() for form in page.forms())
            and "/import/" in page.path
        ):
            page = administrator_browser.submit(page, answers={})
    assert model.get_by_id(row.id).__data__ == before


@pytest.mark.sqlite_only
@every_entity_with_a_new_form
def test_every_picker_looks_rows_up_with_the_words_in_the_body(administrator_browser, model):
    page = administrator_browser.get(f"{address(model)}new/")
    for picker in page.soup.select("[data-lookup]"):
        data = {"query": "a", "csrf_token": page.token()}
        found = administrator_browser.open(picker["data-lookup"], "POST", data=data)
        assert found.status_code == 200 and isinstance(found.json, list) and len(found.json) <= 20

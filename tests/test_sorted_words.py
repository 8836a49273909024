"""Lists are in the order in which people look words up, on both databases: É beside E, a capital beside its small letter."""

import csv
import io
import itertools
import runpy
from pathlib import Path

import pytest
from factories import (
    make_area_of_focus,
    make_client,
    make_keyword_category,
    make_location,
    make_organization,
    make_program,
    make_staff,
    make_taxonomy_list,
)

from forms import pickers
from models import TABLES, AuditLog, Client, KeywordCategory, Organization, SortField, database
from seed import example
from workflows import records, settings

UP = Path(__file__).resolve().parent.parent / "migrations" / "0020_sorted_words.py"
TYPED = ("zahra", "Élise", "eve", "Zoé", "Ünal", "Unger", "Ędward", "Đorđe", "dora", "علي")
SORTED = ["dora", "Đorđe", "Ędward", "Élise", "eve", "Ünal", "Unger", "zahra", "Zoé", "علي"]


def firsts(page):
    """The first column of the list on a page."""
    return [row.select_one("th").get_text(" ", strip=True) for row in page.soup.select("tbody tr")]


def leaf(browser, address, rel="next"):
    """The first column of every page of a list, from ``address`` on."""
    page, found = browser.get(address), []
    while True:
        found.append(firsts(page))
        link = page.soup.select_one(f"a[rel={rel}]")
        if link is None:
            return page, found
        page = browser.get(page.absolute(link["href"]))


@pytest.mark.parametrize(
    ("make", "address", "column"),
    [
        (make_organization, "/organizations/", "name"),
        (make_location, "/service-locations/", "name"),
        (make_program, "/programs/", "name"),
        (make_staff, "/staff/", "name"),
    ],
)
def test_a_list_is_in_the_order_in_which_names_are_looked_up(
    administrator_browser, make, address, column
):
    browser = administrator_browser
    for name in TYPED:
        make(**{column: name})
    assert [name for name in firsts(browser.get(address)) if name in TYPED] == SORTED
    turned = firsts(browser.get(f"{address}?sort=-{column}"))
    assert [name for name in turned if name in TYPED] == SORTED[::-1]


def test_paging_there_and_back_keeps_the_order_and_leaves_nobody_out(browser):
    for first in ("B", "a"):
        for last in TYPED + tuple(f"Eva {n:02}" for n in range(15)):
            make_client(first_name=first, last_name=last)
    expected = [c.display_name for c in Client.select().order_by(Client.display_name_sorted)]
    page, there = leaf(browser, "/clients/?size=20")
    assert [len(names) for names in there] == [20, 20, 10]
    assert list(itertools.chain(*there)) == expected
    assert expected[:2] == ["dora, a", "dora, B"] and expected[-1] == "علي, B"
    _page, back = leaf(browser, page.absolute(page.soup.select_one("a[rel=prev]")["href"]), "prev")
    assert back == there[-2::-1]


def test_rows_called_the_same_stand_in_the_order_in_which_they_came(browser):
    for name in ("Émile", "emile", "Emile"):
        make_organization(name=name)
    names = [name for name in firsts(browser.get("/organizations/")) if name.endswith("ile")]
    assert names == ["Émile", "emile", "Emile"]


def test_a_list_in_french_is_in_the_order_of_its_french_words(in_french):
    for english, french in (("Zebra", "École"), ("Apple", "zone"), ("Fable", ""), ("Book", "Été")):
        make_taxonomy_list(label_en=english, label_fr=french)
    names = firsts(in_french.get("/taxonomy-lists/?size=100"))
    ours = [name for name in names if name in ("École", "zone", "Fable (EN)", "Été")]
    assert ours == ["École", "Été", "Fable (EN)", "zone"]


def test_a_picker_finds_a_word_by_its_plain_letters_and_keeps_the_first_of_many(app):
    for name in ("Zone", "École", "eau"):
        make_keyword_category(label_en=name)
    everything = KeywordCategory.select().where(
        KeywordCategory.label_en.in_(("Zone", "École", "eau"))
    )
    assert [words for _key, words in pickers.find_rows(everything, "", 2)] == ["eau", "École"]
    assert [words for _key, words in pickers.find_rows(everything, "eco")] == ["École"]


def test_a_filter_that_is_typed_finds_a_name_by_its_plain_letters(browser):
    make_program(area_of_focus=make_area_of_focus(label_en="École Ünal"), name="This")
    make_program(area_of_focus=make_area_of_focus(label_en="Other"), name="That")
    assert firsts(browser.get("/programs/?area_of_focus=ecole+UN")) == ["This"]


def test_an_export_of_a_list_is_in_its_order(administrator_browser):
    for name in TYPED:
        make_staff(name=name)
    file = administrator_browser.open("/staff/export/csv/").get_data().decode("utf-8-sig")
    names = [row["Name"] for row in csv.DictReader(io.StringIO(file))]
    assert [name for name in names if name in TYPED] == SORTED


def test_what_a_list_is_sorted_by_is_in_no_audit_row_export_or_page(browser):
    row = make_organization(name="Élan")
    row.name = "Étape"
    records.save(row)
    log = AuditLog.select().where(AuditLog.entity == "organization", AuditLog.entity_id == row.id)
    assert all("_sorted" not in name for line in log for name in line.changed_fields)
    assert Organization.get_by_id(row.id).name_sorted == "etape"
    for address in ("new/", f"details/?id={row.id}", f"edit/?id={row.id}", "export/csv/"):
        assert "_sorted" not in browser.open(f"/organizations/{address}").get_data(as_text=True)


def stale():
    """(table, column) of rows whose order is not that of their words."""
    return {
        (model._meta.table_name, field.name)
        for model in TABLES
        for field in model._meta.sorted_fields
        if isinstance(field, SortField)
        for row in model.select()
        if getattr(row, field.name) != field.derived(row)
    }


def test_everything_that_comes_with_the_portal_and_the_example_has_its_order(app):
    assert stale() == set()
    example.load(settings.today())
    assert stale() == set()


def test_older_rows_get_their_order_and_doing_it_twice_changes_nothing(app):
    clients = [
        make_client(first_name="A", last_name=name) for name in (*TYPED, "Straße", "x" * 110)
    ]
    make_taxonomy_list(label_en="Only English")
    before = {c.id: c.display_name_sorted for c in clients}
    assert before[clients[1].id] == "elise a"
    Client.update(display_name_sorted="").execute()
    for _time in range(2):
        with database.atomic():
            runpy.run_path(str(UP))["up"](None, database.obj)
        assert stale() == set()


def test_an_older_database_gets_the_columns_and_the_indexes_and_can_go_back(app):
    def shape():
        return {
            model._meta.table_name: (
                {c.name for c in database.get_columns(model._meta.table_name)},
                {(i.name, *i.columns) for i in database.get_indexes(model._meta.table_name)},
            )
            for model in TABLES
        }

    now, migration = shape(), runpy.run_path(str(UP))
    with database.atomic():
        migration["down"](None, database.obj)
        assert shape() != now
        migration["up"](None, database.obj)
    assert shape() == now and stale() == set()


@pytest.mark.postgres_only
def test_postgresql_compares_letter_by_letter_whatever_its_language(app):
    sql = (
        "SELECT DISTINCT collation_name FROM information_schema.columns"
        " WHERE column_name LIKE '%%\\_sorted'"
    )
    assert database.execute_sql(sql).fetchall() == [("C",)]

"""Letters with a stroke or a hook are found by the plain letter, also in rows written before that was so."""

import runpy
from pathlib import Path

import pytest
from factories import make_client

import models
from models import Client, normalise
from workflows import search

UP = Path(__file__).resolve().parent.parent / "migrations" / "0004_folded_letters.py"


@pytest.mark.parametrize(
    ("written", "plain"),
    [
        ("Łukasz Søren", "lukasz soren"),
        ("Đặng Işık", "dang isik"),
        ("Æsa Œuvre Þór", "aesa oeuvre thor"),
        ("Straße İbrahim", "strasse ibrahim"),
        ("Əliyev Ħamrun", "eliyev hamrun"),
        ("کریمی فاطمة موسى", "كريمي فاطمه موسي"),
    ],
)
def test_a_letter_with_a_stroke_or_a_hook_is_the_plain_letter(written, plain):
    assert normalise(written) == plain


def test_a_name_is_found_with_an_arabic_and_with_a_persian_keyboard(app):
    """Also one that was written down before: the words of the row, and what it is sorted by."""
    client = make_client(first_name="نرگس", last_name="کریمی")
    assert found("كريمي") == found("کریمی") == [client.id]
    for name in ("search", "display_name_sorted"):
        old = getattr(client, name).replace("ك", "ک").replace("ي", "ی")
        Client.update({name: old}).where(Client.id == client.id).execute()
    for _time in range(2):
        runpy.run_path(str(UP.with_name("0021_found_again.py")))["up"](None, models.database)
        again = Client.get_by_id(client.id)
        assert (again.search, again.display_name_sorted) == (
            client.search,
            client.display_name_sorted,
        )
    assert found("كريمي") == [client.id]


def found(words):
    return [c.id for c in Client.select().where(search.condition(Client, words))]


def test_rows_written_before_are_found_after_the_migration_and_running_it_twice_is_harmless(app):
    client = make_client(first_name="Łukasz", last_name="Đurić")
    other = make_client(first_name="Ann", last_name="Lee")
    before = other.search
    old = client.search.replace("lukasz", "łukasz").replace("duric", "đuric")
    Client.update(search=old).where(Client.id == client.id).execute()
    assert found("lukasz") == []
    for _time in range(2):
        runpy.run_path(str(UP))["up"](None, models.database)
        assert found("lukasz duric") == [client.id]
        assert Client.get_by_id(client.id).search == client.search
        assert Client.get_by_id(other.id).search == before

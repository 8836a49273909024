"""The lists and texts of the administration: what each is called, what is in it, what is added and what is not."""

from factories import make_taxonomy_item, make_taxonomy_list, make_text_template

from models import Language, TextTemplate


def test_a_list_shows_its_choices_with_the_way_to_each(administrator_browser):
    chosen = make_taxonomy_list(label_en="Ways to pay")
    item = make_taxonomy_item(list=chosen, label_en="Barter")
    page = administrator_browser.get(f"/taxonomy-lists/details/?id={chosen.id}")
    assert page.soup.select_one(f'main a[href="/taxonomy-items/details/?id={item.id}"]').text == (
        "Barter"
    )
    assert page.soup.select_one(f'main a[href="/taxonomy-items/?list={chosen.id}"]')


def test_a_text_is_called_by_its_name_and_none_is_added(administrator_browser):
    page = administrator_browser.get("/texts/")
    assert "Client charter" in page and "client-charter" not in page
    assert not page.soup.select('main a[href$="/texts/new/"]')
    text = TextTemplate.get(TextTemplate.slug == "client-charter")
    assert administrator_browser.get(f"/texts/edit/?id={text.id}").heading == "Client charter"
    own = make_text_template(slug="own-text")
    assert "own-text" in administrator_browser.get(f"/texts/details/?id={own.id}")


def test_a_language_that_is_not_there_yet_is_added_with_its_code(administrator_browser):
    page = administrator_browser.get("/languages/new/")
    administrator_browser.submit(page, code="zza", label_en="Zazaki", label_fr="zazaki")
    assert Language.get(Language.code == "zza").label_fr == "zazaki"
    assert "zza" in administrator_browser.get("/languages/?size=100")


def test_closures_and_saved_filters_say_what_they_are_for(administrator_browser):
    closures = administrator_browser.get("/agency-closures/")
    assert "does not count as a business day" in closures
    filters = administrator_browser.get("/saved-filters/")
    assert filters.soup.select_one('main a[href="/referrals/"]')
    assert not filters.soup.select('main a[href$="/saved-filters/new/"]')

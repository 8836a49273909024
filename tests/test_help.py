"""The help pages: in both languages alike, and their pictures are there."""

import pytest

from admin_views.help import ARTICLES, FOLDER, PICTURES, read


@pytest.mark.parametrize("slug", ARTICLES)
def test_every_help_page_says_the_same_in_both_languages(slug):
    english, french = ([kind for kind, _content in read(slug, code)] for code in ("en", "fr"))
    assert (FOLDER / "fr" / f"{slug}.md").exists()
    assert english == french


@pytest.mark.parametrize("code", ["en", "fr"])
@pytest.mark.parametrize("slug", ARTICLES)
def test_every_picture_of_a_help_page_is_there_in_its_language(slug, code):
    for kind, content in read(slug, code):
        if kind == "picture":
            words, name, width, height = content
            assert words and name.endswith(f"-{code}.png")
            assert (PICTURES / name).read_bytes().startswith(b"\x89PNG"), name
            assert width >= 900 and height >= 500


def test_a_family_arrives_is_shown_with_its_pictures(browser, anonymous):
    page = browser.get("/help/a-family-arrives")
    assert page.heading == "A family arrives"
    pictures = [image["src"] for image in page.soup.select("main img")]
    assert len(pictures) == 10
    assert all(image["alt"] for image in page.soup.select("main img"))
    answer = browser.open(pictures[0])
    assert (answer.status_code, answer.mimetype) == (200, "image/png")
    assert browser.open("/help/pictures/nothing.png").status_code == 404
    assert anonymous.open(pictures[0]).status_code == 302


@pytest.mark.parametrize("slug", ARTICLES)
def test_the_list_of_help_pages_says_what_each_is_for(browser, slug):
    link = browser.get("/help/").soup.select_one(f'main a[href="/help/{slug}"]')
    assert link.find_next_sibling("span").get_text().endswith(".")

"""English and French: the catalogue is whole and fits, and every page speaks the language that was chosen."""

import datetime
import re
from pathlib import Path

import pytest
from babel.messages.extract import extract_from_dir
from babel.messages.mofile import read_mo
from babel.messages.pofile import read_po
from factories import make_referral, make_status_event
from flask_babel import gettext

import models
from admin_views import help
from admin_views.showing import moment_text, text_of
from admin_views.words import plain, say
from forms.formats import date_text, number_text, time_text
from models import Keyword, TaxonomyItem, TaxonomyList
from workflows import directory, records, settings

ROOT = Path(__file__).resolve().parent.parent
FOLDER = ROOT / "translations" / "fr" / "LC_MESSAGES"
KEYWORDS = {
    "_": None,
    "gettext": None,
    "lazy_gettext": None,
    "_l": None,
    "N_": None,
    "say": None,
    "ngettext": (1, 2),
    "say_many": (1, 2),
    "_n": (1, 2),
}
METHODS = [("**.py", "python"), ("**.html", "jinja2"), ("**.txt", "jinja2")]
ROOMS = ("admin_views", "forms", "workflows", "seed", "templates")
PLACEHOLDER = re.compile(r"%\(\w+\)[sd]|\{\w*\}")
# What the portal is known by: the words of the guide, in both languages.
NOUNS = {
    "My Organization": "Mon organisme",
    "Service Locations": "Lieux de service",
    "Programs": "Programmes",
    "Services & Activities": "Services et activités",
    "Referrals": "Aiguillages",
    "Clients": "Clients",
    "Household": "Ménage",
    "Keyword": "Mot-clé",
    "Primary area of focus": "Domaine d’intervention principal",
    "Referral List": "Liste des aiguillages",
    "Referral Details": "Détails de l’aiguillage",
    "Email Selected Referrals": "Envoyer les aiguillages sélectionnés",
    "Mark selected as complete": "Marquer la sélection comme terminée",
    "Driving statements": "Énoncés justificatifs",
    "Settlement actions": "Actions d’établissement",
    "Distribution log": "Journal de distribution",
    "Clone to other locations": "Copier vers d’autres lieux",
    "View All": "Tout afficher",
    "Fiscal year": "Exercice",
    "File number": "Numéro de dossier",
    "Audit log": "Journal d’audit",
    "Sign in": "Ouvrir une session",
    "Sign out": "Fermer la session",
    "Save": "Enregistrer",
    "Settings": "Paramètres",
}


@pytest.fixture(scope="module")
def french():
    with (FOLDER / "messages.po").open("rb") as file:
        return read_po(file, locale="fr")


def texts(value):
    """A message or its singular and plural, as a list."""
    return list(value) if isinstance(value, (list, tuple)) else [value]


def messages(catalogue):
    return [message for message in catalogue if message.id]


def marked(folder, wanted=None):
    """[(file, line, text)] of every text marked for translation under ``folder``."""
    found = extract_from_dir(str(folder), METHODS, keywords=KEYWORDS, directory_filter=wanted)
    return [
        (f"{folder.name}/{name}", line, text)
        for name, line, said, *_rest in found
        for text in texts(said)
    ]


def test_the_catalogue_has_every_text_of_the_code_and_the_templates(french):
    known = {text for message in messages(french) for text in texts(message.id)}
    found = [place for room in ROOMS for place in marked(ROOT / room)]
    found += marked(ROOT, lambda folder: Path(folder) == ROOT)
    assert len(found) > 900
    missing = [place for place in found if place[2] and place[2] not in known]
    assert not missing, f"make messages, then translate: {missing}"


def test_the_catalogue_has_no_empty_and_no_fuzzy_message(french):
    assert [m.id for m in messages(french) if not all(texts(m.string))] == []
    assert [m.id for m in messages(french) if m.fuzzy] == []


def test_the_catalogue_has_a_singular_and_a_plural_where_english_has(french):
    assert french.num_plurals == 2
    wrong = [m.id for m in messages(french) if len(texts(m.string)) != len(texts(m.id))]
    assert wrong == []


def test_the_catalogue_keeps_the_placeholders_of_every_message(french):
    wrong = []
    for message in messages(french):
        wanted = set(PLACEHOLDER.findall(" ".join(texts(message.id))))
        wrong += [
            text for text in texts(message.string) if set(PLACEHOLDER.findall(text)) != wanted
        ]
    assert wrong == []


def test_the_catalogue_never_makes_a_page_fail_when_placeholders_are_filled(french):
    for message in messages(french):
        for text in texts(message.string):
            names = re.findall(r"%\((\w+)\)", text)
            if names:
                assert text % dict.fromkeys(names, "7")


def test_the_compiled_catalogue_is_as_fresh_as_the_readable_one(french):
    with (FOLDER / "messages.mo").open("rb") as file:
        compiled = read_mo(file)
    readable = {texts(m.id)[0]: texts(m.string) for m in messages(french)}
    assert {texts(m.id)[0]: texts(m.string) for m in messages(compiled)} == readable


def test_the_catalogue_is_written_as_canadian_french_is(french):
    """Curved apostrophes; a space that does not break inside « » and before a colon; none before ; ! ?."""
    wrong = [
        text
        for message in messages(french)
        for text in texts(message.string)
        if re.search(r"\w'\w|« |[^\xa0]»|«[^\xa0]| [:;!?](?!\w)|\xa0[;!?]", text)
        or re.search(r"[^\W\d]:(?=\s|$)", text)
    ]
    assert wrong == []


@pytest.mark.parametrize("english", NOUNS)
def test_the_catalogue_uses_the_words_of_the_guide(french, english):
    assert french.get(english).string == NOUNS[english]


def test_the_switch_keeps_the_page_and_its_filters(browser):
    page = browser.get("/referrals/?status=received")
    page = browser.submit(page, button="Français")
    assert page.path == "/referrals/?status=received"
    assert page.soup.html["lang"] == "fr"
    page = browser.submit(page, button="English")
    assert page.path == "/referrals/?status=received"
    assert page.soup.html["lang"] == "en"


def test_the_menu_is_in_french_after_the_switch(in_french):
    page = in_french.get("/clients/")
    words = [" ".join(a.get_text().split()) for a in page.soup.select("nav a")]
    for label in (
        "Mon organisme",
        "Lieux de service",
        "Programmes",
        "Services et activités",
        "Aiguillages",
        "Partenaires",
    ):
        assert label in words
    assert page.soup.html["lang"] == "fr"


def test_a_missing_french_label_shows_the_english_with_a_mark(in_french):
    """R-TAX-3, in a list, on a record's page and where it is chosen."""
    chosen = TaxonomyList.get(TaxonomyList.slug == "cost-types")
    item = TaxonomyItem(list=chosen, slug="barter", label_en="Barter", label_fr="", order=99)
    records.save(item)
    keyword = Keyword(slug="test-word", term_en="Word without French", term_fr="")
    records.save(keyword)
    assert "Barter (EN)" in in_french.get(f"/taxonomy-items/?list={chosen.id}")
    assert "Barter (EN)" in in_french.get("/service-activities/new/")
    assert "Word without French (EN)" in in_french.get(f"/keywords/details/?id={keyword.id}")


def test_an_english_page_shows_no_mark(administrator_browser):
    """R-TAX-3"""
    keyword = Keyword(slug="test-word", term_en="Word without French", term_fr="")
    records.save(keyword)
    assert "(EN)" not in administrator_browser.get(f"/keywords/details/?id={keyword.id}")


def test_lists_of_reference_data_are_in_the_order_of_the_french_names(in_french):
    page = in_french.get("/languages/?size=100")
    names = [row.get_text(strip=True) for row in page.soup.select("tbody th[scope=row]")]
    assert len(names) > 50
    assert names == sorted(names, key=models.normalise)
    assert "anglais" in names and "English" not in names


@pytest.mark.parametrize(
    "code, day, number, time, moment",
    [
        ("en", "9 Feb 2026", "12,345", "9:30 a.m.", "9 Feb 2026, 9:30\u202fa.m."),
        ("fr", "9 févr. 2026", "12\xa0345", "9 h 30", "9 févr. 2026, 9\xa0h\xa030"),
    ],
)
def test_dates_times_and_numbers_follow_the_language(app, code, day, number, time, moment):
    models.language.set(code)
    assert date_text(datetime.date(2026, 2, 9)) == day
    assert number_text(12345) == number
    assert time_text(datetime.time(9, 30)).replace("\u202f", " ").replace("\xa0", " ") == time
    assert moment_text(datetime.datetime(2026, 2, 9, 14, 30)) == moment


def test_the_first_of_a_month_is_no_plain_number_in_french(app):
    models.language.set("fr")
    assert date_text(datetime.date(2026, 4, 1)) == "1er avr. 2026"
    assert date_text(datetime.date(2026, 4, 11)) == "11 avr. 2026"
    assert directory.date_words(datetime.date(2026, 4, 1)) == "1er avril 2026"
    models.language.set("en")
    assert date_text(datetime.date(2026, 4, 1)) == "1 Apr 2026"


def test_opening_hours_are_read_by_the_week_in_both_languages(app):
    text = text_of(models.ServiceLocation.hours)
    week = [[day, "08:30", "20:30"] for day in (1, 2, 3, 4)]
    week += [[5, "08:30", "12:00"], [5, "13:00", "16:30"]]
    models.language.set("fr")
    assert text(week).replace("\xa0", " ") == (
        "lundi–jeudi : 8 h 30 – 20 h 30; vendredi : 8 h 30 – 12 h 00, 13 h 00 – 16 h 30"
    )
    models.language.set("en")
    in_english = (
        text([*week[:2], [4, "09:00", "17:00"]]).replace("\u202f", " ").replace("\xa0", " ")
    )
    assert in_english == ("Monday, Tuesday: 8:30 a.m. – 8:30 p.m.; Thursday: 9:00 a.m. – 5:00 p.m.")


def test_what_still_uses_a_record_never_shows_the_head_of_the_catalogue(in_french):
    referral = make_referral()
    make_status_event(referral=referral)
    page = in_french.get(f"/referrals/delete/?id={referral.id}")
    assert "Project-Id-Version" not in page
    assert plain("") == say("") == gettext("") == ""


@pytest.mark.parametrize("slug", help.ARTICLES)
def test_every_help_page_says_the_same_in_both_languages(slug):
    english, in_french = help.read(slug, "en"), help.read(slug, "fr")
    assert in_french[0] != english[0], "there is no French page"
    assert [kind for kind, _content in in_french] == [kind for kind, _content in english]
    assert [c for kind, c in in_french if kind == "code"] == [
        c for kind, c in english if kind == "code"
    ]


def test_commands_speak_the_language_of_the_agency(app):
    settings.change("interface_default_language", "fr")
    result = app.test_cli_runner().invoke(args=["recount"])
    assert result.output.strip() == "Les compteurs concordent."

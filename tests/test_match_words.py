"""What the referral builder says about a match, in both languages."""

import datetime
from dataclasses import replace

import pytest
from factories import make_client, make_referral, make_service
from statements import statements

import models
from workflows import match_facts, match_words, matching_catalogue, matching_index, settings
from workflows.matching import Entry, Need, Person

TODAY = datetime.date(2026, 2, 10)
NEED = Need(
    ("employment",), (), (("employment--resume", 3), ("employment--job-search", 2)), "language"
)
ENTRY = Entry(
    1,
    "Job club",
    "employment",
    datetime.date(2025, 3, 1),
    keywords=("employment--resume",),
    languages=("ar",),
    supports=("child-care",),
    groups=("women",),
    municipality="Rivertown",
    fiscal_year="F2025-2026",
    clb=(1, 3, 4, 5),
)
WOMAN = Person(
    age=40,
    eligibility="yes",
    clb_en=4,
    clb_fr=2,
    languages=("ar",),
    groups=frozenset({"women"}),
    municipality="Rivertown",
    supports=("child-care", "transportation"),
)


@pytest.fixture
def scheme(app):
    return matching_index.catalogue().scheme


def said(scheme, person=WOMAN, need=NEED, **facts):
    catalogue = matching_catalogue.compile([replace(ENTRY, **facts)], scheme)
    told = catalogue.explain(1, need, person, TODAY)
    return match_words.words([told.result], scheme)[1]


def test_a_match_is_explained_in_plain_sentences(scheme):
    found = said(scheme)
    assert found.why == (
        "Matches 1 of 2 keywords: Employment - Résumé and cover letter",
        "Area of focus is a first choice for Language: Employment related",
        "Client’s CLB 4 is within 1, 3–5",
        "Offered in Arabic",
        "Offers what is needed: Child care",
        "In Rivertown",
        "Designed for: Women",
    )
    assert found.warn == (
        "Does not offer: Transportation assistance",
        "Details not reviewed since March 1, 2025",
    )
    assert (found.check, found.band) == ((), "Strong match")


def test_the_same_in_french(scheme):
    token = models.language.set("fr")
    try:
        found = said(scheme, replace(WOMAN, languages=()))
    finally:
        models.language.reset(token)
    assert "Conçu pour : Femmes" in found.why and "À Rivertown" in found.why
    assert found.check == ("Langue non consignée – à vérifier",)
    assert found.warn[-1] == "Détails non révisés depuis le 1er mars 2025"


def test_a_free_need_has_no_factor(scheme):
    found = said(scheme, need=replace(NEED, factor=None))
    assert "Area of focus is a first choice for this need: Employment related" in found.why


def test_no_sentence_keeps_a_placeholder(scheme):
    """Whatever is said of anybody, every fact of the text is filled in."""
    for person in (
        WOMAN,
        Person(),
        replace(WOMAN, languages=("ti",), municipality="Hill", groups=frozenset()),
    ):
        found = said(scheme, person, intake="waitlist", fiscal_year="", funding="ircc", min_age=18)
        for text in (*found.why, *found.check, *found.warn):
            assert "{" not in text and text


@pytest.mark.parametrize(
    "person, facts, sentence",
    [
        ({}, {"end": datetime.date(2026, 1, 31)}, "Ended on January 31, 2026"),
        ({"age": 17}, {"min_age": 18}, "For ages 18 and up; client is 17"),
        ({"clb_en": 9}, {"clb_strict": True}, "Needs CLB 1, 3–5; client is CLB 9"),
        ({"groups": frozenset()}, {"groups_exclusive": True}, "Only for: Women"),
        ({}, {"intake": "closed"}, "Closed to new clients"),
    ],
)
def test_what_is_left_out_says_why(scheme, person, facts, sentence):
    catalogue = matching_catalogue.compile([replace(ENTRY, **facts)], scheme)
    person = replace(WOMAN, **person)
    matches = catalogue.match(NEED, person, TODAY)
    assert match_words.excluded_words(matches.excluded(), scheme) == {1: sentence}
    told = catalogue.explain(1, NEED, person, TODAY)
    assert match_words.explained(told, scheme) == sentence


def test_why_is_it_not_here_has_an_answer_for_every_service(scheme):
    catalogue = matching_catalogue.compile([ENTRY], scheme)
    told = catalogue.explain(1, NEED, WOMAN, TODAY)
    assert match_words.explained(told, scheme) == "It is number 1 in the list: Strong match."
    told = catalogue.explain(1, Need(("health",)), WOMAN, TODAY)
    assert match_words.explained(told, scheme).startswith("None of its keywords was asked for")
    told = catalogue.explain(2, NEED, WOMAN, TODAY)
    assert match_words.explained(told, scheme) == "This service is no longer in the directory."
    assert match_words.nothing_found(scheme).startswith("No match.")


def test_a_page_of_results_reads_its_labels_at_once(scheme):
    entries = [replace(ENTRY, id=key) for key in range(1, 15)]
    results = matching_catalogue.compile(entries, scheme).match(NEED, WOMAN, TODAY).results()
    match_words.words(results, scheme)
    with statements() as asked:
        assert len(match_words.words(results, scheme)) == 14
    assert len([s for s in asked.counted() if "kept_count" not in s]) == 0


def test_an_earlier_referral_is_mentioned(app, scheme):
    """R-REF-9: within the days of the setting."""
    service, client, today = make_service(), make_client(), settings.today()
    make_referral(service, client)
    found = match_facts.already_referred(client, [service.id], today)
    note = found[service.id]
    text = match_words.sentence(note.code, note.facts, scheme)
    assert text.startswith("Already referred on ") and text.endswith("– status Received")
    later = today + datetime.timedelta(days=91)
    assert match_facts.already_referred(client, [service.id], later) == {}

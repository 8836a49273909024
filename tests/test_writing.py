"""The writing assistant's rules (R-NOTE-5, R-NOTE-7, R-CLI-1), and the score of clients' replies."""

import re
import unicodedata

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

import models
import seed
from workflows.feedback import net_promoter_score
from workflows.writing import STRONG, look, own_rules, read_rules

CONTENT = seed.read("writing_rules")
RULES = own_rules()
ROWS = {row["slug"]: row for row in CONTENT["rules"]}


def slugs(text, lang="en"):
    return sorted({mark.rule for mark in look(text, lang, RULES)})


def words(text, lang="en"):
    return [text[mark.start : mark.end] for mark in look(text, lang, RULES)]


def one_by_one(text, lang):
    """The rules as they stand in the file, each on its own: what ``look`` must find in plain text without quotes."""
    for row in CONTENT["rules"]:
        if row["lang"] in (lang, "any"):
            for found in re.finditer(row["pattern"], text):
                yield found.start(), found.end(), row["slug"]


@pytest.mark.parametrize("sentence", CONTENT["examples"], ids=lambda each: each["text"][:40])
def test_each_sentence_of_the_rules_is_judged_as_they_say(sentence):
    """R-NOTE-5, R-NOTE-7."""
    assert slugs(sentence["text"], sentence["lang"]) == sorted(sentence["expect"])


def test_every_rule_speaks_english_and_french_and_says_what_to_write_instead():
    for row in CONTENT["rules"]:
        assert row["severity"] in CONTENT["severities"]
        for text in (row["message"], row["suggestion"]):
            assert text["en"] and text["fr"]
    english, french = look("SIN 046 454 286", "en", RULES), look("NAS 046 454 286", "fr", RULES)
    assert english[0].suggestion == "Remove it; the program does not need it."
    assert french[0].message == "Ceci ressemble à un numéro d’assurance sociale."


def test_what_is_never_stored_is_a_strong_mark_and_has_no_field_r_cli_1():
    """R-CLI-1: social insurance and health card number, diagnosis, medication, youth justice record."""
    for text in (
        "SIN 046-454-286",
        "OHIP number: 1234 567 890",
        "Client has PTSD",
        "takes insulin",
        "youth court",
    ):
        assert {mark.severity for mark in look(text, "en", RULES)} == {STRONG}, text
    never = "diagnos|medication|health_card|insurance_number|faith|religion|youth_justice|criminal"
    names = [name for model in models.TABLES for name in model._meta.fields]
    assert not [name for name in names if re.search(never, name)]


@pytest.mark.parametrize("quoted", ["“%s”", '"%s"', "«%s»", "« %s »", "« “%s” »"])
def test_quoted_words_are_free_of_style_rules_and_not_of_strong_ones(quoted):
    """R-NOTE-7."""
    said = quoted % "I was angry. My son never sleeps and has cancer"
    assert slugs(f"Client stated {said}.") == ["medical-detail-en"]
    assert slugs(f"Client stated {said}. He was angry.") == [
        "absolute-state-en",
        "medical-detail-en",
    ]


@pytest.mark.parametrize(
    "text", ["Client said “I never left.", "never ” never", "« he was sad “", "‘never’ 'never'"]
)
def test_quotation_marks_that_are_never_closed_and_apostrophes_quote_nothing(text):
    """R-NOTE-7."""
    assert look(text, "en", RULES)


def test_case_and_accents_do_not_matter_where_the_rule_does_not_care():
    """R-NOTE-5."""
    for text in ("LA CLIENTE EST DÉPRESSIVE", "la cliente est depressive"):
        assert "diagnosis-fr" in slugs(text, "fr")
    decomposed = unicodedata.normalize("NFD", "Né déprimé; dépressive.")
    assert words(decomposed, "fr") == [unicodedata.normalize("NFD", "dépressive")]
    assert slugs("J'ai appelé", "fr") == slugs("j’ai appele", "fr") == ["first-person-fr"]
    assert slugs("trouble\u00a0anxieux", "fr") == slugs("trouble\nanxieux", "fr") != []
    assert slugs("hearing aids, a tb of data") == []
    assert slugs("AIDS") == slugs("TB") == ["medical-detail-en"]
    assert slugs("i.e. ME") == []


def test_words_of_one_language_are_not_judged_by_the_other_and_numbers_by_all():
    """R-NOTE-5."""
    assert slugs("toujours never", "en") == ["absolute-words-en"]
    assert slugs("toujours never", "fr") == ["absolute-words-fr"]
    assert slugs("never toujours 046 454 286", "ar") == ["sin-number"]


def test_two_rules_that_overlap_are_both_named():
    text = "health card 046 454 286"
    assert slugs(text) == ["health-card", "sin-number"]
    assert words(text) == [text, "046 454 286"]


def text_of_parts(lang):
    """Texts put together from the sentences of one language and from what lies near the rules."""
    found = [s["text"] for s in CONTENT["examples"] if s["lang"] == lang]
    found = [text for text in found if not set("“”’") & set(text)]
    near = [
        "told the client to sue",
        "1234 5678 9012 3456",
        "ohip",
        "7 046 454 286 1",
        "têtus",
        " ",
    ]
    parts = st.lists(st.sampled_from(found + near))
    return parts.map(lambda texts: ("".join(texts), lang))


@given(text_of_parts("en") | text_of_parts("fr"))
def test_all_rules_at_once_find_what_each_finds_alone(drawn):
    got = [(mark.start, mark.end, mark.rule) for mark in look(*drawn, RULES)]
    assert got == sorted(one_by_one(*drawn))


ANYTHING = st.lists(
    st.text(max_size=30)
    | st.sampled_from([s["text"] for s in CONTENT["examples"]])
    | st.sampled_from([*"“”«»\"’'\u0301\u00ad\u200f\u202e", "😀", "عربي", "İ", "ß", "ﬁ", "e\u0301"])
).map("".join)


@given(ANYTHING, st.sampled_from(["en", "fr", "ar", ""]))
@example("e\u0301\u0301 dépressive\u0301", "fr")
@example("İ never İ", "en")
def test_offsets_always_cut_out_the_marked_words(text, lang):
    """R-NOTE-5, whatever is typed: emoji, writing from right to left, loose accents, unbalanced quotes."""
    for mark in look(text, lang, RULES):
        assert 0 <= mark.start < mark.end <= len(text)
        alone = text[mark.start : mark.end]
        assert mark.rule in {again.rule for again in look(alone, lang, RULES)}


@pytest.mark.parametrize("piece", ["a", "e\u0301", "1", "0-", "“", "“«", "😀", "ع", "ohip "])
def test_a_million_letters_end_without_an_error(piece):
    """R-NOTE-5: a pattern or a quotation that went back over the text again and again would never end here."""
    text = piece * (1_000_000 // len(piece))
    for lang in ("en", "fr"):
        assert look(text, lang, RULES) == ()


def test_rules_of_another_shape_are_not_taken():
    bad = {"rules": [ROWS["sin-number"] | {"pattern": "("}], "quotes": CONTENT["quotes"]}
    with pytest.raises(re.error):
        read_rules(bad)


# ---- Replies of clients ----------------------------------------------------------------------------------------------


def test_promoters_less_detractors_in_percent_of_the_replies():
    found = net_promoter_score([10, 9, 9, 8, 7, 6, 3, 10, 9, 0], 10)
    assert (found.promoters, found.passives, found.detractors, found.nps) == (5, 2, 3, 20)
    assert net_promoter_score([0] * 10, 10).nps == -100
    assert net_promoter_score([10, 10, *[8] * 14], 10).nps == 13  # 12.5


def test_a_score_of_too_few_replies_is_hidden():
    assert net_promoter_score([10] * 9, 10).nps is None
    assert net_promoter_score([10] * 9, 9).nps == 100
    assert net_promoter_score([], 0).nps is None


@pytest.mark.parametrize("score", [-1, 11, 9.5, True, "9", None])
def test_what_is_no_score_is_refused(score):
    with pytest.raises(ValueError, match="is no score from 0 to 10"):
        net_promoter_score([score], 10)


@given(st.lists(st.integers(0, 10), min_size=1))
def test_a_score_lies_between_all_against_and_all_in_favour(scores):
    found = net_promoter_score(scores, 1)
    assert found.promoters + found.passives + found.detractors == len(scores)
    assert -100 <= found.nps <= 100

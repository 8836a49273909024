"""Reference data: complete, bilingual, loaded once, and never taken back from the people who edited it."""

import pytest

import seed
from models import (
    ACTIONS,
    INSTRUMENTS,
    MATRIX,
    SCORING,
    AreaOfFocus,
    AuditLog,
    Holiday,
    Instrument,
    Keyword,
    KeywordCategory,
    Language,
    TaxonomyItem,
    TaxonomyList,
    TextTemplate,
    language,
)
from workflows import audit, instruments, needs_matrix, records, settings, texts


def edit(record, many=None, **values):
    """Save as a person does."""
    token = audit.actor.set(audit.Actor("Amina Warsame"))
    for name, value in values.items():
        setattr(record, name, value)
    records.save(record, many=many)
    audit.actor.reset(token)


def totals(counts):
    return {name: sum(count[name] for count in counts.values()) for name in ("added", "updated")}


def test_every_area_keyword_and_link_is_loaded(app):
    links = AreaOfFocus.keywords.get_through_model()
    assert AreaOfFocus.select().count() == 26
    assert KeywordCategory.select().count() == 23
    assert Keyword.select().count() == 304
    assert links.select().count() == 627


def test_the_legal_area_offers_the_23_keywords_of_the_guide(app):
    area = AreaOfFocus.get(AreaOfFocus.slug == "legal-information")
    slugs = {keyword.slug for keyword in area.keywords}
    assert len(slugs) == 23
    assert {"francophones", "government-legal--legal-clinics"} <= slugs


def test_a_keyword_is_shown_as_category_and_term_and_found_without_accents(app):
    keyword = Keyword.get(Keyword.slug == "employment--resume")
    assert keyword.label_en.startswith("Employment - ")
    assert keyword.label_fr.startswith("Emploi - ")
    assert "emploi" in keyword.search.split()
    assert Keyword.get(Keyword.slug == "francophones").category is None


def test_languages_provinces_and_lists_are_complete(app):
    assert Language.select().count() == 97
    assert {row.code for row in Language.select().where(Language.is_official)} == {"en", "fr"}
    provinces = {
        row.slug: row.extra["age_of_majority"]
        for row in TaxonomyList.get(TaxonomyList.slug == "provinces").items
    }
    assert len(provinces) == 13
    assert (provinces["ON"], provinces["BC"]) == (18, 19)
    assert len(TaxonomyList.get(TaxonomyList.slug == "client-groups").items) == 23


def test_optional_closures_are_switched_off_and_never_double_a_holiday(app):
    optional = Holiday.get(Holiday.slug == "optional-remembrance-day")
    statutory = Holiday.get(Holiday.slug == "remembrance-day")
    assert not optional.is_active
    assert not set(optional.provinces) & set(statutory.provinces)
    assert len(optional.provinces) + len(statutory.provinces) == 13


@pytest.mark.parametrize(
    "model", [TaxonomyList, TaxonomyItem, Language, KeywordCategory, Keyword, AreaOfFocus, Holiday]
)
def test_every_label_is_there_in_english_and_french_r_tax_3(app, model):
    rows = list(model.select())
    assert rows
    assert not [row for row in rows if not row.label_en or not row.label_fr]


def test_a_missing_french_label_shows_english_with_a_mark_r_tax_3(app):
    item = TaxonomyItem.get(TaxonomyItem.slug == "free")
    item.label_fr = ""
    token = language.set("fr")
    assert item.label == "Free (EN)"
    language.reset(token)


def test_a_slug_cannot_stand_twice_in_a_list_r_tax_1(app):
    keys = list(TaxonomyItem.select(TaxonomyItem.list, TaxonomyItem.slug).tuples())
    assert len(keys) == len(set(keys))


def test_loading_twice_changes_nothing_r_tax_2(app):
    versions = dict(TaxonomyItem.select(TaxonomyItem.id, TaxonomyItem.version).tuples())
    rows, stamp = AuditLog.select().count(), settings.revision()
    assert totals(seed.load()) == {"added": 0, "updated": 0}
    assert dict(TaxonomyItem.select(TaxonomyItem.id, TaxonomyItem.version).tuples()) == versions
    assert (AuditLog.select().count(), settings.revision()) == (rows, stamp)


def test_a_load_that_changed_something_is_one_audit_row_and_a_new_revision(app):
    rows, before = AuditLog.select().count(), settings.revision()
    item = TaxonomyItem.get(TaxonomyItem.slug == "sliding-scale")
    item.delete_instance()
    assert totals(seed.load()) == {"added": 1, "updated": 0}
    assert AuditLog.select().count() == rows + 1
    assert AuditLog.select().order_by(AuditLog.id.desc()).first().entity == "reference_data"
    assert settings.revision() == before + 1


def test_an_edited_label_is_not_overwritten_r_tax_2(app):
    edit(TaxonomyItem.get(TaxonomyItem.slug == "free"), label_en="No charge")
    assert totals(seed.load()) == {"added": 0, "updated": 0}
    assert TaxonomyItem.get(TaxonomyItem.slug == "free").label_en == "No charge"


def test_an_edited_label_is_overwritten_when_asked_r_tax_2(app):
    edit(TaxonomyItem.get(TaxonomyItem.slug == "free"), label_en="No charge")
    assert totals(seed.load(force_labels=True))["updated"] == 1
    assert TaxonomyItem.get(TaxonomyItem.slug == "free").label_en == "Free"
    assert totals(seed.load())["updated"] == 0


def test_a_label_that_nobody_edited_follows_the_product_r_tax_2(app):
    TaxonomyItem.update(label_en="As an older release said").where(
        TaxonomyItem.slug == "free"
    ).execute()
    assert totals(seed.load()) == {"added": 0, "updated": 1}
    item = TaxonomyItem.get(TaxonomyItem.slug == "free")
    assert (item.label_en, item.version) == ("Free", 2)


def test_facts_of_the_product_reach_edited_rows_too(app):
    item = TaxonomyItem.get(TaxonomyItem.slug == "enrolled")
    edit(item, label_en="In the class", extra={})
    seed.load()
    item = TaxonomyItem.get(TaxonomyItem.slug == "enrolled")
    assert (item.label_en, item.extra["success"]) == ("In the class", True)


def test_a_retired_item_stays_retired_even_when_labels_are_forced_r_tax_1(app):
    edit(Keyword.get(Keyword.slug == "lgbtq"), is_active=False)
    seed.load()
    seed.load(force_labels=True)
    assert not Keyword.get(Keyword.slug == "lgbtq").is_active


def test_a_holiday_that_was_switched_on_stays_on(app):
    edit(Holiday.get(Holiday.slug == "optional-easter-monday"), is_active=True, provinces=["AB"])
    seed.load()
    holiday = Holiday.get(Holiday.slug == "optional-easter-monday")
    assert (holiday.is_active, holiday.provinces) == (True, ["AB"])


def test_a_keyword_taken_from_an_area_stays_away(app):
    area = AreaOfFocus.get(AreaOfFocus.slug == "employment")
    offered = records.linked_ids(area, "keywords")
    edit(area, many={"keywords": offered[1:]})
    seed.load()
    assert records.linked_ids(area, "keywords") == offered[1:]


def test_a_keyword_of_ones_own_survives_in_its_area(app):
    keyword = Keyword(slug="own-word", term_en="Sewing for work", term_fr="Couture")
    edit(keyword)
    area = AreaOfFocus.get(AreaOfFocus.slug == "employment")
    offered = records.linked_ids(area, "keywords")
    edit(area, many={"keywords": [*offered, keyword.id]})
    seed.load(force_labels=True)
    assert keyword.id in records.linked_ids(area, "keywords")


def test_the_email_texts_are_filled_in_both_languages(app):
    facts = {"count": 2, "organization": "Harbour\r\nBcc: x@y.example", "sender": "Amina"}
    assert texts.subject("referral-email-full", "en", **facts) == (
        "2 referral(s) – details – Harbour Bcc: x@y.example"
    )
    assert texts.subject("referral-email-full", "fr", **facts).startswith("2 aiguillage(s)")


def test_a_line_whose_only_word_is_empty_is_dropped(app):
    facts = {"rows": "R-1 | {sender}", "sender": "Amina", "organization": "Harbour"}
    text = texts.body("referral-email-full", "en", portal_link="", **facts)
    assert "portal_link" not in text
    assert "\n\n\n" not in text
    assert "R-1 | {sender}" in text
    assert "https://portal.example" in texts.body(
        "referral-email-full", "en", portal_link="https://portal.example", **facts
    )


def test_an_edited_text_is_used_at_once_and_kept(app):
    text = TextTemplate.get(TextTemplate.slug == "after-hours-message")
    edit(text, body_en="Closed. Call {crisis_line}.", body_fr="")
    assert texts.body("after-hours-message", "en", crisis_line="211") == "Closed. Call 211."
    assert texts.body("after-hours-message", "fr", crisis_line="211") == "Closed. Call 211."
    seed.load()
    assert texts.body("after-hours-message", "en", crisis_line="211") == "Closed. Call 211."


def test_structured_texts_keep_their_parts(app):
    assert [s["slug"] for s in texts.parts("client-charter")["sections"]] == [
        "services",
        "rights",
        "responsibilities",
        "staff",
    ]
    assert len(texts.parts("intake-orientation-checklist")["items"]) == 8


def test_the_result_is_told_in_a_line_for_each_table(app):
    lines = seed.describe(seed.load()).splitlines()
    assert any("keyword" in line and "304 unchanged" in line for line in lines)


def test_each_instrument_has_one_version_in_force_that_can_be_read(app):
    assert [i.name for kind, _name in INSTRUMENTS for i in Instrument.in_force(kind)] == [
        "2026.1"
    ] * 4
    assert len(instruments.parsed(MATRIX, needs_matrix.read_instrument).factors) == 16
    assert instruments.parsed(SCORING, needs_matrix.read_scheme).version == "2026.1"
    assert len(instruments.parsed(ACTIONS, needs_matrix.read_suggestions).actions()) == 68


def test_a_version_in_use_is_never_changed_by_a_load_and_a_new_one_waits(app):
    """R-TAX-2, R-SCO-5"""
    draft = instruments.new_version(SCORING)
    instruments.publish(draft)
    Instrument.delete().where(Instrument.kind == SCORING, Instrument.name == "2026.1").execute()
    assert totals(seed.load()) == {"added": 1, "updated": 0}
    assert instruments.name_in_force(SCORING) == draft.name
    assert Instrument.get(Instrument.kind == SCORING, Instrument.name == "2026.1").state == "draft"


def test_a_text_that_pages_ask_for_is_not_deleted(administrator_browser):
    text = TextTemplate.get(TextTemplate.slug == "missed-check-in-steps")
    page = administrator_browser.get(f"/texts/delete/?id={text.id}")
    page = administrator_browser.submit(page)
    assert "The portal needs this text" in page and TextTemplate.get_or_none(id=text.id)

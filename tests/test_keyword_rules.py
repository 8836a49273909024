"""Keywords and lists: R-TAX, retiring, merging, usage."""

import pytest
from directory_rows import area, fresh, keyword, make_program, make_service

import seed
from models import (
    AreaOfFocus,
    AuditLog,
    Keyword,
    KeywordCategory,
    Language,
    TaxonomyItem,
    TaxonomyList,
    language,
)
from workflows import keywords, records, service_rules

pytestmark = pytest.mark.usefixtures("app")
RESUME, INTERVIEW = "employment--resume", "employment--interview"


def item(terms, slug):
    return (
        TaxonomyItem.select()
        .join(TaxonomyList)
        .where(TaxonomyList.slug == terms, TaxonomyItem.slug == slug)
        .get()
    )


@pytest.mark.parametrize("make", [keyword, area, lambda: KeywordCategory.get()])
def test_a_slug_never_changes_R_TAX_1(make):
    row = make()
    row.slug = "something-else"
    with pytest.raises(records.Refused) as caught:
        records.save(row)
    assert caught.value.problems[0].field == "slug"
    assert fresh(row).slug != "something-else"


def test_a_slug_is_used_once_R_TAX_1():
    with pytest.raises(records.Refused) as caught:
        records.save(Keyword(slug=RESUME, term_en="Another"))
    assert caught.value.problems[0].field == "slug"


def test_a_new_keyword_makes_its_own_slug_and_label_R_TAX_1():
    category = KeywordCategory.get(KeywordCategory.slug == "employment")
    word = Keyword(category=category, term_en="Café work", term_fr="Travail en café")
    records.save(word)
    assert (word.slug, word.label_en) == ("employment--cafe-work", "Employment - Café work")
    assert word.label_fr == "Emploi - Travail en café"


def test_a_term_stands_once_in_its_category():
    category = keyword(RESUME).category
    with pytest.raises(records.Refused) as caught:
        records.save(Keyword(category=category, term_en=keyword(RESUME).term_en.upper()))
    assert caught.value.problems[0].field == "term_en"


def test_a_new_category_label_reaches_its_keywords():
    category = keyword(RESUME).category
    category.label_en = "Work"
    records.save(category)
    assert keyword(RESUME).label_en.startswith("Work - ")


def test_loading_the_lists_again_keeps_edited_labels_R_TAX_2():
    word = keyword(RESUME)
    word.term_en = "Writing a résumé"
    records.save(word)
    before = AuditLog.select().count()
    counts = seed.load()
    assert not any(count["added"] or count["updated"] for count in counts.values())
    assert fresh(word).term_en == "Writing a résumé"
    assert AuditLog.select().count() == before


def test_a_missing_french_label_shows_english_with_a_mark_R_TAX_3():
    word = Keyword(term_en="Beekeeping")
    records.save(word)
    spoken = language.set("fr")
    try:
        assert str(word) == "Beekeeping (EN)"
    finally:
        language.reset(spoken)


def test_a_retired_keyword_leaves_the_pick_list_and_stays_on_old_entries_R_TAX_1():
    service = make_service(keywords=(RESUME,))
    word, area = keyword(RESUME), service.program.area_of_focus_id
    keywords.retire(word)
    offered = {key for (key,) in service_rules.offered_in(area).tuples()}
    assert word.id not in offered
    service.name = "Renamed"
    records.save(service)
    assert records.linked_ids(service, "keywords") == [word.id]
    keywords.restore(word)
    offered = {key for (key,) in service_rules.offered_in(area).tuples()}
    assert word.id in offered


def test_what_is_in_use_cannot_be_deleted_R_TAX_1():
    service = make_service(keywords=(RESUME,))
    for row in (keyword(RESUME), service.program.area_of_focus, keyword(RESUME).category):
        with pytest.raises(records.InUse):
            records.delete(row)


def test_a_list_item_in_use_cannot_be_deleted_R_TAX_1():
    make_service(support_services=["child-care"], cost_type="deposit")
    for terms, slug in (("support-services", "child-care"), ("cost-types", "deposit")):
        with pytest.raises(records.Refused) as caught:
            records.delete(item(terms, slug))
        assert "1 record uses this" in str(caught.value.problems[0].message)
    records.delete(item("cost-types", "membership"))


def test_a_language_in_use_cannot_be_deleted_R_TAX_1():
    make_program()
    with pytest.raises((records.Refused, records.InUse)):
        records.delete(Language.get(Language.code == "en"))


def test_a_keyword_added_to_an_area_is_offered_at_once_R_SA_5():
    program, word = make_program(), Keyword(term_en="Beekeeping")
    records.save(word)
    assert word.id not in {
        key for (key,) in service_rules.offered_in(program.area_of_focus_id).tuples()
    }
    records.save(word, many={"areas": [program.area_of_focus_id]})
    assert word.id in {
        key for (key,) in service_rules.offered_in(program.area_of_focus_id).tuples()
    }
    make_service(program, keywords=(word.slug,))


def test_taking_a_used_keyword_out_of_an_area_is_asked_first_R_TAX_1():
    service = make_service(keywords=(RESUME,))
    focus, word = fresh(service.program.area_of_focus), keyword(RESUME)
    kept = [key for key in records.linked_ids(focus, "keywords") if key != word.id]
    areas = [key for key in records.linked_ids(word, "areas") if key != focus.id]
    for row, many in ((focus, {"keywords": kept}), (word, {"areas": areas})):
        with pytest.raises(records.Refused) as caught:
            records.save(row, many=many)
        assert [p.code for p in caught.value.problems] == ["used-keywords"]
    records.save(focus, many={"keywords": kept}, confirmed=["used-keywords"])
    service.name = "Still keeps it"
    records.save(service, many={"keywords": [word.id]})


def test_merging_moves_links_unites_uses_and_retires_the_loser():
    both = make_service(keywords=(RESUME, INTERVIEW))
    one = make_service(both.program, keywords=(RESUME,))
    loser, winner = keyword(RESUME), keyword(INTERVIEW)
    extra = Keyword.select().where(Keyword.id != winner.id).first()
    records.save(loser, many={"areas": [*records.linked_ids(loser, "areas"), area("youth").id]})
    before = AuditLog.select().count()
    keywords.merge(loser, winner)
    assert records.linked_ids(both, "keywords") == [winner.id]
    assert records.linked_ids(one, "keywords") == [winner.id]
    assert area("youth").id in records.linked_ids(winner, "areas")
    assert records.linked_ids(loser, "areas") == []
    assert not fresh(loser).is_active and fresh(extra)
    assert keywords.usage()[winner.id] == 2 and loser.id not in keywords.usage()
    rows = list(AuditLog.select().where(AuditLog.id > before).order_by(AuditLog.id))
    assert [row.entity_id for row in rows if row.entity == "keyword"] == [loser.id, winner.id]
    assert rows[-1].changed_fields["merged"] == [None, RESUME]


def test_a_keyword_is_not_merged_into_itself_or_a_retired_one():
    loser, winner = keyword(RESUME), keyword(INTERVIEW)
    with pytest.raises(keywords.NotPossible):
        keywords.merge(loser, loser)
    keywords.retire(winner)
    with pytest.raises(keywords.NotPossible):
        keywords.merge(loser, winner)
    assert fresh(loser).is_active


@pytest.mark.parametrize(("by", "model"), [("category", KeywordCategory), ("area", AreaOfFocus)])
def test_the_tree_counts_uses_under_each_heading(by, model):
    service = make_service(keywords=(RESUME,))
    make_service(service.program, keywords=(RESUME,))
    groups = dict(keywords.tree(by))
    heading = next(row for row in groups if row and row.slug == "employment")
    assert isinstance(heading, model)
    assert {word.slug: uses for word, uses in groups[heading]}[RESUME] == 2
    listed = {word.id for words in groups.values() for word, _uses in words}
    assert listed == {word.id for word in Keyword.select(Keyword.id)}

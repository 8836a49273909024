"""Keywords and the other lists: what may change, what is retired instead of deleted, and merging (R-TAX)."""

import re

from flask_babel import gettext as _
from flask_babel import ngettext
from peewee import ForeignKeyField, fn

from forms import choices
from models import (
    TABLES,
    THROUGH,
    AreaOfFocus,
    Holiday,
    Keyword,
    KeywordCategory,
    Language,
    LanguageField,
    LanguageListField,
    Program,
    ServiceActivity,
    TaxonomyItem,
    TaxonomyList,
    TermField,
    TermsField,
    TextTemplate,
    database,
    normalise,
)
from workflows import audit, records
from workflows.records import CONFIRM, Problem

SLUGGED = (TaxonomyList, TaxonomyItem, KeywordCategory, Keyword, AreaOfFocus, TextTemplate, Holiday)
LISTED = (KeywordCategory, Keyword, AreaOfFocus)


class NotPossible(Exception):
    """Two keywords cannot be merged; the message says why."""


# ---- Rules ------------------------------------------------------------------------------------------------------------


@records.before(*LISTED)
def make_slug(record, _stored):
    """A new row that nobody gave a slug gets one from its English words (R-TAX-1)."""
    if record.slug:
        return
    words = record.term_en if isinstance(record, Keyword) else record.label_en
    base = slug_of(words)[:60]
    if isinstance(record, Keyword) and record.category_id:
        base = f"{record.category.slug}--{base}"[:70]
    record.slug, number = base or "item", 1
    while type(record).select().where(type(record).slug == record.slug).exists():
        number += 1
        record.slug = f"{base}-{number}"


def slug_of(text):
    """ "Job search" as a slug: job-search."""
    return re.sub(r"[^a-z0-9]+", "-", normalise(text)).strip("-")


@records.rule(*SLUGGED)
def slugs_never_change(change):
    """R-TAX-1: everything stored refers to an item by its slug."""
    if change.before is not None and change.changed("slug"):
        yield Problem("slug", _("A slug never changes. Retire this item and add another one."))


@records.rule(Language)
def codes_never_change(change):
    """R-TAX-1."""
    if change.before is not None and change.changed("code"):
        yield Problem("code", _("A code never changes. Retire this language and add another one."))


@records.rule(*SLUGGED)
def slugs_are_unique(change):
    """R-TAX-1: unique, for an item within its list."""
    record, model = change.record, type(change.record)
    if change.before is not None or not record.slug:
        return
    query = model.select().where(model.slug == record.slug)
    if model is TaxonomyItem:
        query = query.where(TaxonomyItem.list == record.list_id)
    if query.exists():
        yield Problem("slug", _("This slug is already used. Choose another one."))


@records.rule(Keyword)
def one_keyword_for_one_term(change):
    """A term stands once in its category."""
    record = change.record
    if not record.term_en or not change.changed("term_en", "category"):
        return
    wanted = normalise(record.term_en)
    terms = Keyword.select(Keyword.id, Keyword.term_en).where(Keyword.category == record.category)
    if record.category_id is None:
        terms = Keyword.select(Keyword.id, Keyword.term_en).where(Keyword.category.is_null())
    if any(key != record.id and normalise(term) == wanted for key, term in terms.tuples()):
        yield Problem(
            "term_en", _("This category already has this term. Use the one that is there.")
        )


@records.after(KeywordCategory)
def keywords_follow_their_category(change):
    """A keyword reads "Category - Term", so a new category label reaches its keywords."""
    if change.before is not None and change.changed("label_en", "label_fr"):
        for keyword in Keyword.select().where(Keyword.category == change.record.id):
            records.save(keyword)


@records.rule(AreaOfFocus)
def area_keeps_keywords_in_use(change):
    """Taking a keyword out of an area that services choose it in is asked first; they keep it (R-TAX-1)."""
    if change.before is None or "keywords" not in change.many:
        return
    gone = set(records.linked_ids(change.record, "keywords")) - set(change.many["keywords"])
    used = _used_in([change.record.id], gone)
    if used:
        yield _taken_out(str(word) for word in Keyword.select().where(Keyword.id.in_(used)))


@records.rule(Keyword)
def keyword_stays_where_it_is_used(change):
    """The same, when a keyword is taken out of an area from its own page."""
    if change.before is None or "areas" not in change.many:
        return
    gone = set(records.linked_ids(change.record, "areas")) - set(change.many["areas"])
    if _used_in(gone, [change.record.id]):
        yield _taken_out([str(change.before)])


def _used_in(area_ids, keyword_ids):
    """Those of the keywords that services of programs of these areas chose."""
    links = ServiceActivity.keywords.get_through_model()
    query = (
        links.select(links.keyword)
        .join(ServiceActivity)
        .join(Program)
        .where(
            Program.area_of_focus.in_(list(area_ids) or [-1]),
            links.keyword.in_(list(keyword_ids) or [-1]),
        )
        .distinct()
    )
    return [key for (key,) in query.tuples()]


def _taken_out(names):
    return Problem(
        "keywords",
        _(
            "Services of the area use keywords you are taking out: %(names)s. "
            "They keep them until somebody edits them.",
            names=", ".join(names),
        ),
        CONFIRM,
        "used-keywords",
    )


@records.delete_rule(TaxonomyItem)
def items_in_use_are_retired(change):
    """R-TAX-1: an item in use can be retired, never deleted."""
    item = change.record
    count = _uses(item.list.slug, item.slug)
    if count:
        yield _retire_instead("slug", count)


@records.delete_rule(Language)
def languages_in_use_are_retired(change):
    """R-TAX-1."""
    count = _language_uses(change.record.code)
    if count:
        yield _retire_instead("code", count)


def _retire_instead(field, count):
    return Problem(
        field,
        ngettext(
            "%(num)s record uses this, so it cannot be deleted. Untick In use to retire it.",
            "%(num)s records use this, so it cannot be deleted. Untick In use to retire it.",
            count,
        ),
    )


def _uses(terms, slug):
    return sum(
        _count(model, field, slug, isinstance(field, TermsField))
        for model in TABLES
        for field in model._meta.sorted_fields
        if isinstance(field, (TermField, TermsField)) and field.terms == terms
    )


def _language_uses(code):
    return sum(
        _count(model, field, code, isinstance(field, LanguageListField))
        for model in TABLES
        for field in model._meta.sorted_fields
        if isinstance(field, (LanguageField, LanguageListField))
    )


def _count(model, field, value, is_list):
    condition = field.cast("text").contains(f'"{value}"') if is_list else field == value
    return model.select().where(condition).count()


# ---- Usage ------------------------------------------------------------------------------------------------------------


def usage():
    """{keyword id: services that chose it}, in one statement."""
    links = ServiceActivity.keywords.get_through_model()
    rows = links.select(links.keyword, fn.COUNT(links.id)).group_by(links.keyword)
    return dict(rows.tuples())


def tree(by):
    """[(heading row or None, [(keyword, uses)])] by "category" or by "area"; four statements at most."""
    uses = usage()
    words = list(choices.by_label(Keyword.select()))
    if by == "area":
        return _by_area(words, uses)
    groups = {
        row.id: (row, [])
        for row in sorted(KeywordCategory.select(), key=lambda row: normalise(row.label))
    }
    groups[None] = (None, [])
    for word in words:
        groups[word.category_id][1].append((word, uses.get(word.id, 0)))
    return [group for group in groups.values() if group[0] or group[1]]


def _by_area(words, uses):
    links = AreaOfFocus.keywords.get_through_model()
    members = {}
    for area_id, keyword_id in links.select(links.areaoffocus, links.keyword).tuples():
        members.setdefault(keyword_id, set()).add(area_id)
    areas = sorted(AreaOfFocus.select(), key=lambda row: normalise(row.label))
    groups = {area.id: (area, []) for area in areas}
    groups[None] = (None, [])
    for word in words:
        for area_id in members.get(word.id, (None,)):
            groups[area_id][1].append((word, uses.get(word.id, 0)))
    return [group for group in groups.values() if group[0] or group[1]]


# ---- Retire, restore, areas, merge ------------------------------------------------------------------------------------


def retire(record):
    """Take an item out of the pick lists; old records keep it (R-TAX-1)."""
    record.is_active = False
    return records.save(record)


def restore(record):
    """Offer a retired item again."""
    record.is_active = True
    return records.save(record)


def merge_counts(loser):
    """{"services": n, "areas": n, …} that would move: rows of every table that links to the keyword."""
    return {
        through._meta.table_name: through.select().where(mine == loser.id).count()
        for through, mine, _other in _links()
    }


def merge(loser, winner):
    """Give ``winner`` all links of ``loser`` and retire ``loser``, in one transaction with its audit rows.

    Returns {table: links moved}; raises NotPossible.
    """
    if loser.id == winner.id:
        raise NotPossible(_("Choose another keyword to keep: these are the same."))
    if not winner.is_active:
        raise NotPossible(_("The keyword to keep is retired. Restore it first."))
    moved = {}
    with database.atomic():
        for through, mine, other in _links():
            has = through.select(other).where(mine == winner.id)
            through.delete().where(mine == loser.id, other.in_(has)).execute()
            moved[through._meta.table_name] = (
                through.update({mine: winner.id}).where(mine == loser.id).execute()
            )
        loser.is_active = False
        records.save(loser, reason=f"merged into {winner.slug}"[:300])
        audit.record(
            "update",
            Keyword._meta.table_name,
            winner.id,
            {"merged": [None, loser.slug], **{name: [None, n] for name, n in moved.items()}},
            f"merged from {loser.slug}"[:300],
        )
        records.bump("revision", "reference", 1)
    return moved


def _links():
    """(through table, its keyword column, its other column) of every table that links to keywords."""
    for through in THROUGH:
        keys = [f for f in through._meta.sorted_fields if isinstance(f, ForeignKeyField)]
        mine = [f for f in keys if f.rel_model is Keyword]
        if mine:
            yield through, mine[0], next(f for f in keys if f is not mine[0])

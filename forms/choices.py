"""Reference data in memory: labels and choices of every list, read once and again when somebody edits them.

``refresh(revision)`` is called for each request with the kept revision of the reference tables.
"""

from peewee import fn

from models import Language, TaxonomyItem, TaxonomyList, database, in_order, language, normalise

# A form or a filter panel is a few kilobytes; beyond this many they are made anew.
MOST = 2000
# Lists in the order of the alphabet, whichever language they are read in; the others stand as they were put.
ALPHABETICAL = ("countries",)


class _Memory:
    revision = None
    terms = None
    languages = None
    others = {}


def revision():
    """The kept revision of the reference tables; it moves whenever one of them is saved."""
    sql = (
        f'SELECT "n" FROM "kept_count" WHERE "name" = {database.param} AND "key" = {database.param}'
    )
    found = database.execute_sql(sql, ("revision", "reference")).fetchone()
    return found[0] if found else 0


def refresh(stamp):
    """Forget what is remembered when ``stamp`` is another revision than the remembered one."""
    if stamp != _Memory.revision:
        _Memory.revision, _Memory.terms, _Memory.languages = stamp, None, None
        _Memory.others = {}


def remembered():
    """The revision in memory; None before the first ``refresh``."""
    return _Memory.revision


def memo(key, make):
    """What ``make()`` gave for ``key``, made once for each revision of the reference tables."""
    others = _Memory.others
    try:
        return others[key]
    except KeyError:
        if len(others) > MOST:
            others.clear()
        made = others[key] = make()
        return made


def _terms():
    if _Memory.terms is None:
        lists = {}
        rows = (
            TaxonomyItem.select(
                TaxonomyList.slug,
                TaxonomyItem.slug,
                TaxonomyItem.label_en,
                TaxonomyItem.label_fr,
                TaxonomyItem.is_active,
                TaxonomyItem.extra,
                TaxonomyItem.id,
            )
            .join(TaxonomyList)
            .order_by(TaxonomyList.slug, TaxonomyItem.order, TaxonomyItem.id)
            .tuples()
        )
        for name, slug, en, fr, active, extra, key in rows:
            lists.setdefault(name, {})[slug] = (en, fr or f"{en} (EN)", active, extra, key)
        _Memory.terms = lists
    return _Memory.terms


def _languages():
    if _Memory.languages is None:
        rows = Language.select(
            Language.code, Language.label_en, Language.label_fr, Language.is_active, Language.id
        ).order_by(Language.order, Language.label_en)
        _Memory.languages = {
            code: (en, fr or f"{en} (EN)", active, {}, key)
            for code, en, fr, active, key in rows.tuples()
        }
    return _Memory.languages


def _label(row):
    return row[0] if language.get() == "en" else row[1]


def term_label(terms, slug):
    """The label of one slug in the current language; the slug itself when nobody knows it (R-TAX-1)."""
    row = _terms().get(terms, {}).get(slug)
    return _label(row) if row else slug or ""


def term_extra(terms, slug):
    """The further facts of one item, a dict."""
    row = _terms().get(terms, {}).get(slug)
    return row[3] if row else {}


def terms(name, keep=()):
    """[(slug, label)] of the items in use, in order; retired ones only when they are in ``keep`` (R-TAX-1)."""
    rows = _terms().get(name, {})
    known = [(slug, _label(row)) for slug, row in rows.items() if row[2] or slug in keep]
    if name in ALPHABETICAL:
        known = by_words(known)
    return known + [(slug, slug) for slug in keep if slug and slug not in rows]


def slugs(name):
    """Every slug of a list, the retired ones too."""
    return tuple(_terms().get(name, {}))


def codes():
    """Every language code, the retired ones too."""
    return tuple(_languages())


def term_ids(name):
    """[(row id, label)] as ``terms``, for lists that are chosen through a through table."""
    rows = _terms().get(name, {}).values()
    return [(row[4], _label(row)) for row in rows if row[2]]


def label_name(model):
    """The column a person calls a row by, in the current language."""
    name = model._meta.label
    french = name.endswith("_en") and language.get() == "fr"
    return f"{name[:-2]}fr" if french else name


def label_order(model):
    """The column that puts rows in the order of what people call them in the current language."""
    return in_order(model._meta.fields[label_name(model)])


def by_label(query):
    """The rows of ``query`` in the order of what people call them."""
    return query.order_by(label_order(query.model), query.model.id)


def label_column(model):
    """What a person calls a row by in the current language, as an expression.

    A missing French label is the English one with a mark (R-TAX-3).
    """
    fields, name = model._meta.fields, model._meta.label
    if label_name(model) == name:
        return fields[name]
    return fn.COALESCE(fn.NULLIF(fields[f"{name[:-2]}fr"], ""), fields[name].concat(" (EN)"))


def by_words(pairs):
    """[(value, words)] as people look words up: É stands with E, a capital with its small letter."""
    return sorted(pairs, key=lambda pair: normalise(str(pair[1])))


def language_label(code):
    """The name of a language in the current language."""
    row = _languages().get(code)
    return _label(row) if row else code or ""


def languages(keep=()):
    """[(code, label)] of the languages in use."""
    return [(c, _label(row)) for c, row in _languages().items() if row[2] or c in keep]


def language_ids():
    """[(row id, label)] of the languages in use."""
    return [(row[4], _label(row)) for row in _languages().values() if row[2]]

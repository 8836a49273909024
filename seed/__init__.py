"""Reference data of the product: areas of focus, keywords, lists, languages, holidays, texts and instruments.

``load`` brings the database up to the files beside this one.  A row is the product's own as long as the product wrote
it last; once a person has changed it, its words are theirs (R-TAX-2).
"""

from collections import Counter
from functools import cache
from pathlib import Path

import yaml

from models import (
    ACTIONS,
    CURRENT,
    DRAFT,
    MATCHING,
    MATRIX,
    RECORD_KINDS,
    SCORING,
    AreaOfFocus,
    ExportColumn,
    ExportProfile,
    Holiday,
    Instrument,
    Keyword,
    KeywordCategory,
    Language,
    PolicyItem,
    RetentionRule,
    TaxonomyItem,
    TaxonomyList,
    TextTemplate,
    database,
    language,
    now,
)
from workflows import audit, instruments, records, retention

FOLDER = Path(__file__).resolve().parent
AUTHOR = "Reference data"
LABELS = ("label_en", "label_fr")
TERMS = ("term_en", "term_fr", "category")
SHORT_LABELS = ("short_label_en", "short_label_fr")
WORDING = ("subject_en", "subject_fr", "row_en", "row_fr", "body_en", "body_fr")

# Each kind of instrument and its file, and the name of the version whose file does not say one.
INSTRUMENT_FILES = (
    (MATRIX, "needs_matrix"),
    (SCORING, "scoring"),
    (ACTIONS, "factor_actions"),
    (MATCHING, "matching"),
)
FIRST_VERSION = "2026.1"

# The C reader is ten times as fast where PyYAML was built with it.
_Reader = getattr(yaml, "CSafeLoader", yaml.SafeLoader)


def read(name):
    """The content of the data file ``name`` of this folder."""
    text = (FOLDER / f"{name}.yaml").read_text(encoding="utf-8")
    return yaml.load(text, _Reader)  # noqa: S506 - both readers are safe ones


@cache
def _french():
    """{English: French} of the texts that have no column for their French."""
    profile = read("export_profile")
    notes = [text["note"] for text in read("templates").values() if "note" in text]
    return {words["en"]: words["fr"] for words in (profile["name"], profile["about"], *notes)}


def shipped_text(text):
    """A text in the language of the page while it stands as it came; else as somebody worded it, or nothing."""
    return (text if language.get() == "en" else _french().get(text, text)) or ""


def load(force_labels=False):
    """Add and update the reference data in one transaction; returns {table: Counter(added, updated, unchanged)}.

    Twice changes nothing; labels that people edited stay unless ``force_labels``; retired rows stay retired and
    nothing is deleted (R-TAX-1, R-TAX-2).  A load that changed something writes one audit row.
    """
    counts = {}
    with database.atomic():
        lists = read("taxonomies")
        found = _merge(counts, TaxonomyList, "slug", _lists(lists), LABELS, force_labels)
        _merge(
            counts,
            TaxonomyItem,
            ("list", "slug"),
            _items(lists, found),
            (*LABELS, "order"),
            force_labels,
        )
        _merge(counts, Language, "code", _languages(), (*LABELS, "order"), force_labels)
        _load_keywords(counts, force_labels)
        _merge(counts, Holiday, "slug", _holidays(), (*LABELS, "provinces"), force_labels)
        _merge(counts, TextTemplate, "slug", _texts(), WORDING, force_labels)
        _add(counts, RetentionRule, "record_kind", _rules_of_keeping())
        _add(counts, PolicyItem, "topic", ({"topic": slug, "text": ""} for slug in _topics()))
        _load_instruments(counts)
        _load_export_profile(counts)
        changed = {
            table: [count["added"], count["updated"]]
            for table, count in counts.items()
            if count["added"] or count["updated"]
        }
        if changed:
            records.bump("revision", "reference", 1)
            audit.record("import", "reference_data", None, changed, "flask seed")
    return counts


def describe(counts):
    """The result of ``load`` as lines of text for the command."""
    return "\n".join(
        f"{table.replace('_', ' '):<20} {count['added']:>5} added {count['updated']:>5} updated"
        f" {count['unchanged']:>5} unchanged"
        for table, count in counts.items()
    )


def _merge(counts, model, key, rows, editable, force):
    """Bring ``model`` up to ``rows``; returns {key value: record}, what was added marked ``is_new``.

    ``editable`` columns are people's own once a person has saved the row.
    """
    names = (key,) if isinstance(key, str) else key
    known = {_key(record, names): record for record in model.select()}
    count, new = Counter(added=0, updated=0, unchanged=0), []
    for row in rows:
        record = known.get(tuple(getattr(row[n], "id", row[n]) for n in names))
        if record is None:
            record = model(**row, created_by_name=AUTHOR, updated_by_name=AUTHOR)
            records.derive(record)
            record.is_new = True
            new.append(record)
        elif _update(record, row, editable, force):
            count["updated"] += 1
        else:
            count["unchanged"] += 1
    if new:
        model.bulk_create(new, batch_size=100)
        keys = dict(model.select(model.uuid, model.id).tuples())
        for record in new:
            record.id = keys[record.uuid]
            known[_key(record, names)] = record
    count["added"] = len(new)
    counts[model._meta.table_name] = count
    return known


def _add(counts, model, key, rows):
    """Add the rows that are missing; what is there is people's own, whatever the files say (R-TAX-2)."""
    known = {value for (value,) in model.select(model._meta.fields[key]).tuples()}
    rows = list(rows)
    new = [row for row in rows if row[key] not in known]
    stamps = {"created_by_name": AUTHOR, "updated_by_name": AUTHOR}
    model.bulk_create([model(**row, **stamps) for row in new])
    counts[model._meta.table_name] = Counter(
        added=len(new), updated=0, unchanged=len(rows) - len(new)
    )


def _key(record, names):
    return tuple(record.__data__[name] for name in names)


def _update(record, row, editable, force):
    """Write what differs; True when something did.  Whether a row is in use is people's choice from then on."""
    ours = record.updated_by_name == AUTHOR
    before = dict(record.__data__)
    for name, value in row.items():
        if name == "is_active":
            continue
        if ours or force or name not in editable:
            setattr(record, name, value)
    records.derive(record)
    changed = {n: v for n, v in record.__data__.items() if before.get(n) != v}
    if not changed:
        return False
    if force:
        changed["updated_by_name"] = AUTHOR
    model = type(record)
    model.update(**changed, version=record.version + 1, updated_at=now()).where(
        model.id == record.id
    ).execute()
    return True


# ---- Rows of each file ------------------------------------------------------------------------------------------------


def _lists(lists):
    for slug, facts in lists.items():
        yield {
            "slug": slug,
            "label_en": facts["en"],
            "label_fr": facts["fr"],
            "description": facts.get("description", ""),
            "source": facts.get("source", ""),
        }


def _items(lists, found):
    for name, facts in lists.items():
        for order, item in enumerate(facts["items"]):
            extra = {k: v for k, v in item.items() if k not in ("slug", "en", "fr")}
            yield {
                "list": found[(name,)],
                "slug": item["slug"],
                "label_en": item["en"],
                "label_fr": item["fr"],
                "order": order,
                "extra": extra,
            }


def _languages():
    for order, row in enumerate(read("languages")):
        yield {
            "code": row["code"],
            "label_en": row["en"],
            "label_fr": row["fr"],
            "is_official": row.get("official", False),
            "is_signed": row.get("signed", False),
            "order": order,
        }


def _load_keywords(counts, force):
    """Categories, keywords, areas, and the links that say which keywords an area offers (R-SA-5)."""
    data, areas = read("keywords"), read("areas_of_focus")
    categories = _merge(
        counts, KeywordCategory, "slug", map(_labelled, data["categories"]), LABELS, force
    )
    rows = (
        {
            "slug": row["slug"],
            "category": categories[(row["category"],)] if "category" in row else None,
            "term_en": row["en"],
            "term_fr": row["fr"],
        }
        for row in data["keywords"]
    )
    keywords = _merge(counts, Keyword, "slug", rows, TERMS, force)
    found = _merge(counts, AreaOfFocus, "slug", map(_area, areas), (*LABELS, *SHORT_LABELS), force)
    _link(counts, areas, found, keywords)


def _labelled(row):
    return {"slug": row["slug"], "label_en": row["en"], "label_fr": row["fr"]}


def _area(row):
    return {
        **_labelled(row),
        "short_label_en": row["short"]["en"],
        "short_label_fr": row["short"]["fr"],
        "source": row.get("source", ""),
        "ircc_service": row.get("ircc_service"),
        "cma_topic": row.get("cma_topic"),
        "default_outcome": row.get("default_outcome"),
    }


def _link(counts, areas, found, keywords):
    """Add missing area links; where people changed an area, only those of keywords new in this load."""
    through = AreaOfFocus.keywords.get_through_model()
    known = set(through.select(through.areaoffocus, through.keyword).tuples())
    count, new = Counter(added=0, updated=0, unchanged=0), []
    for row in areas:
        area = found[(row["slug"],)]
        for slug in row["keywords"]:
            keyword = keywords[(slug,)]
            if (area.id, keyword.id) in known or not keyword.is_active:
                count["unchanged"] += 1
            elif area.updated_by_name == AUTHOR or getattr(keyword, "is_new", False):
                new.append({"areaoffocus": area.id, "keyword": keyword.id})
    if new:
        for start in range(0, len(new), 200):
            through.insert_many(new[start : start + 200]).execute()
    count["added"] = len(new)
    counts["area_keyword"] = count


def _load_instruments(counts):
    """Add the versions that are missing; one that is there is never changed, for assessments were made with it.

    The first version of a kind is in force; one that a later release brings waits as a draft for an administrator.
    """
    count = Counter(added=0, updated=0, unchanged=0)
    for kind, file in INSTRUMENT_FILES:
        content = read(file)
        name = content.get(instruments.VERSION_KEYS.get(kind), FIRST_VERSION)
        if Instrument.select().where(Instrument.kind == kind, Instrument.name == name).exists():
            count["unchanged"] += 1
            continue
        draft = Instrument(kind=kind, name=name, content=content, state=DRAFT)
        draft.created_by_name = draft.updated_by_name = AUTHOR
        if not Instrument.in_force(kind).exists():
            draft.state, draft.published_at, draft.published_by_name = CURRENT, now(), AUTHOR
        draft.save(force_insert=True)
        count["added"] += 1
    counts[Instrument._meta.table_name] = count


def _load_export_profile(counts):
    """The default shape of the service record; its name and its columns are people's own once they saved them."""
    data = read("export_profile")
    row = {"uuid": data["uuid"], "name": data["name"]["en"], "about": data["about"]["en"]}
    found = _merge(counts, ExportProfile, "uuid", [row], ("name", "about"), False)
    columns = (
        {
            "profile": found[(data["uuid"],)],
            "position": position,
            "source": column["source"],
            "heading": column["heading"],
            "is_on": column.get("in_file", True),
            "required_if": column.get("required"),
        }
        for position, column in enumerate(data["columns"], 1)
    )
    own = ("position", "heading", "is_on", "required_if")
    _merge(counts, ExportColumn, ("profile", "source"), columns, own, False)


def _holidays():
    data = read("holidays")
    for name, is_active in (("holidays", True), ("optional", False)):
        for row in data[name]:
            holiday = {
                "slug": row["slug"],
                "label_en": row["label"]["en"],
                "label_fr": row["label"]["fr"],
                "rule": row["rule"],
                "provinces": row["provinces"],
            }
            yield holiday if is_active else {**holiday, "is_active": False}


def _texts():
    for slug, text in read("templates").items():
        row = {
            "slug": slug,
            "note": text.pop("note", {"en": ""})["en"],
            "placeholders": text.pop("placeholders", []),
        }
        for part in ("subject", "row", "body"):
            words = text.pop(part, {"en": "", "fr": ""})
            row[f"{part}_en"], row[f"{part}_fr"] = words["en"], words["fr"]
        yield {**row, "parts": text}


def _rules_of_keeping():
    """A rule for every kind of record, with the years an older copy had as its settings (2.24)."""
    return ({"record_kind": kind} | retention.from_settings(kind) for kind, _label in RECORD_KINDS)


def _topics():
    """The seven topics of the records policy (2.25)."""
    return [slug for slug, _label in PolicyItem._meta.fields["topic"].choices]

"""From the draft of an instrument to its forms, and from what was typed back to its parts."""

from flask_babel import gettext as _

from admin_views.instrument_words import APPLIES, said
from forms import instruments as asked
from workflows import instrument_edits, matching_scheme
from workflows.schedule import LEVELS


def _two(row, name):
    words = row.get(name) or {}
    return words.get("en", ""), words.get("fr", "")


def factor_data(row, draft):
    applies = row["applies_if"]
    label, prompt = _two(row, "label"), _two(row, "capacity_prompt")
    return {
        "label_en": label[0],
        "label_fr": label[1],
        "prompt_en": prompt[0],
        "prompt_fr": prompt[1],
        "applies": applies["kind"] if applies["kind"] in APPLIES else None,
        "min_age": applies.get("min_age"),
        "max_age": applies.get("max_age"),
        "weight": row["weight"],
        "household_shared": row.get("household_shared"),
        "version": draft.version,
    }


def factor_values(form):
    applies = {"kind": form.applies.data}
    if form.applies.data == "child_in_care":
        applies |= {"min_age": form.min_age.data, "max_age": form.max_age.data}
    return {
        "label": instrument_edits.said(form.label_en.data, form.label_fr.data),
        "capacity_prompt": instrument_edits.said(form.prompt_en.data, form.prompt_fr.data),
        "applies_if": applies,
        "weight": _number(form.weight.data),
        "household_shared": form.household_shared.data,
    }


def _number(decimal):
    """A number as the files write it: 68 rather than 68.0."""
    return int(decimal) if decimal == int(decimal) else float(decimal)


def question_data(row, draft):
    text = _two(row, "text")
    data = {"text_en": text[0], "text_fr": text[1], "version": draft.version}
    data["critical"] = row.get("critical_at_level_1", False)
    for level in row.get("levels", ()):
        data[f"level_{level['level']}_en"] = level.get("en", "")
        data[f"level_{level['level']}_fr"] = level.get("fr", "")
    return data


def with_held(offered, row, label):
    """The areas on offer, and those that the factor has although they are retired."""
    known = {key for key, _words in offered}
    held = [*row["areas"]["primary"], *(row["areas"].get("secondary") or ())]
    return [*offered, *((key, label(key)) for key in held if key not in known)]


def guidance_data(row, draft):
    data = {"version": draft.version, "new_weight": "2", "cma_topic": row.get("cma_topic")}
    data["primary"] = row["areas"]["primary"]
    data["secondary"] = row["areas"].get("secondary") or []
    for name in ("need", "strength"):
        data[f"{name}_en"], data[f"{name}_fr"] = _two(row["driving_statements"], name)
    for number, each in enumerate(row["keywords"]):
        data[f"weight_{number}"] = str(each["weight"])
    for number, action in enumerate(row.get("actions") or ()):
        for name in ("en", "fr", "band", "retired"):
            data[f"action_{number}_{name}"] = action.get(name)
    return data


def guidance_values(form, row):
    held = [(each["slug"], int(form[f"weight_{n}"].data)) for n, each in enumerate(row["keywords"])]
    chosen = [(slug, weight) for slug, weight in held if weight]
    if form.new_keyword.data:
        chosen.append((form.new_keyword.data, int(form.new_weight.data)))
    actions = []
    known = row.get("actions") or []
    for number in range(len(known) + 1):
        words = [form[f"action_{number}_{name}"].data for name in ("en", "fr")]
        if number == len(known) and not any(words):
            continue
        slug = known[number]["slug"] if number < len(known) else None
        retired = slug is not None and form[f"action_{number}_retired"].data
        band = form[f"action_{number}_band"].data
        actions.append((slug, band, instrument_edits.said(*words), retired))
    return {
        "cma_topic": form.cma_topic.data,
        "areas": {"primary": form.primary.data, "secondary": form.secondary.data or []},
        "keywords": chosen,
        "statements": {
            name: instrument_edits.said(form[f"{name}_en"].data, form[f"{name}_fr"].data)
            for name in ("need", "strength")
        },
        "actions": actions,
    }


def action_fields(form, number, count):
    fields = [form[f"action_{number}_{name}"] for name in ("en", "fr", "band")]
    return fields, form[f"action_{number}_retired"] if number < count else None


def scoring_data(draft):
    content = draft.content
    index = content["need_index"]
    data = {
        "answered": str(content["factor_score"]["minimum_answered_share"]).split(" ")[0],
        "scored": str(index["minimum_scored_share_of_applicable_factors"]),
        "needs_critical": index["requires_all_applicable_critical_questions"],
        "version": draft.version,
    }
    for row in content["factor_levels"]:
        data[f"factor_{row['level']}"] = row["min_score"]
    for row in content["overall_levels"]:
        data[f"overall_{row['level']}"] = row["min_index"]
    return data


def scored(form, content):
    cuts = [
        {level: _number(form[f"{part}_{level}"].data) for level in LEVELS[:-1]}
        for part in ("factor", "overall")
    ]
    shares = [form[name].data.replace(",", ".").replace(" ", "") for name in ("answered", "scored")]
    shares = [f"{float(s[:-1]) / 100:g}" if s.endswith("%") else s for s in shares]
    return instrument_edits.change_scoring(content, *cuts, *shares, form.needs_critical.data)


def scoring_sections(form):
    def cuts(part):
        return [form[f"{part}_{level}"] for level in LEVELS[:-1]]

    return (
        (
            _("Levels of a factor"),
            _(
                "A factor’s score goes from 0 (low need) to 100 (very high need). Low need begins at 0."
            ),
            cuts("factor"),
        ),
        (
            _("Level of need"),
            _("The need index goes from 0 to 100, too. Low need begins at 0."),
            cuts("overall"),
        ),
        (
            _("How much must be answered"),
            _("One critical answer makes the level High at least, two make it Very high."),
            [form.answered, form.scored, form.needs_critical],
        ),
    )


def texts_data(texts, draft):
    data = {"version": draft.version}
    for code, text in texts.items():
        data |= {f"{code}_en": text["en"], f"{code}_fr": text.get("fr") or ""}
    return data


def texts_values(form, texts):
    """{code: text} as typed; what a text names but nobody knows there becomes a problem of its field."""
    for code in texts:
        for field in (form[f"{code}_en"], form[f"{code}_fr"]):
            if sentence := matching_scheme.unknown_fact(code, field.data or ""):
                form.problem(field.name, sentence)
    return {
        code: instrument_edits.said(form[f"{code}_en"].data, form[f"{code}_fr"].data)
        for code in texts
    }


def texts_sections(form, texts):
    """[(the text as it is, what it may name, its fields)]."""
    return [
        (
            said(text),
            facts and _("May name: %(facts)s", facts=facts),
            [[form[f"{code}_en"], form[f"{code}_fr"]]],
        )
        for code, text in texts.items()
        for facts in [matching_scheme.known_facts(code)]
    ]


def _places():
    return [place for _title, rows in asked.MATCHING_NUMBERS for place, _label in rows]


def matching_data(draft):
    numbers = instrument_edits.matching_numbers(draft.content, _places())
    data = {asked.matching_name(place): number for place, number in numbers.items()}
    return data | {"version": draft.version}


def matched(form, content):
    numbers = {place: form[asked.matching_name(place)].data for place in _places()}
    return instrument_edits.change_matching(content, numbers)


def matching_sections(form):
    return [
        (title, None, [form[asked.matching_name(place)] for place, _label in rows])
        for title, rows in asked.MATCHING_NUMBERS
    ]

"""The referral builder's list as HTML, written in Python: ten cards from template macros took five times as long.

What is asked beside the list is drawn once for each answer: the same categories, levels and languages come again.
"""

from html import escape as quoted

from markupsafe import Markup

from forms import choices
from forms.drawing import draw
from forms.words import plain as _
from models import language


def draw_facts(lines):
    """Fields under one another, pairs on one line; a field without a mistake is drawn once for each answer."""
    made = []
    for line in lines:
        fields = line if isinstance(line, list) else [line]
        drawn = "".join(map(_drawn, fields))
        made.append(f'<div class="field-row">{drawn}</div>' if len(fields) > 1 else drawn)
    return Markup("".join(made))


def _drawn(field):
    if field.errors:
        return draw(field)
    key = ("builder", field.name, language.get(), repr(field.data))
    return choices.memo(key, lambda: draw(field))


def draw_cards(cards, ticked):
    """The list items of these cards; ``ticked`` are ids."""
    said = {
        "ours": quoted(_("Ours")),
        "look": quoted(_("Look")),
        "tab": quoted(_("(opens in a new tab)")),
        "out": quoted(_("Does not fit")),
        "ask": quoted(_("Ask first")),
        "fits": quoted(_("Fits")),
        "why": quoted(_("Why")),
        "warn": quoted(_("Be aware")),
        "reviewed": quoted(_("Last reviewed on %(day)s")),
        "contact": quoted(_("Contact: %(words)s")),
        "appointment": quoted(_("By appointment only")),
    }
    return Markup("".join(_card(one, one["id"] in ticked, said) for one in cards))


def _card(one, is_ticked, said):
    key, name = one["id"], quoted(one["name"])
    where = quoted(", ".join(part for part in (one["place"], one["city"]) if part))
    whose, kind = (said["ours"], "own") if one["is_own"] else (quoted(one["owner"]), "partner")
    small = [said["reviewed"] % {"day": one["reviewed"]}]
    if one["contact"]:
        small.append(said["contact"] % {"words": quoted(one["contact"])})
    if one["by_appointment"]:
        small.append(said["appointment"])
    return (
        f'<li class="result-card{" is-out" if one["excluded"] else ""}"><div class="result-head">'
        f'<div class="check"><input type="checkbox" name="services" id="service-{key}" value="{key}"'
        f'{" checked" if is_ticked else ""}><label for="service-{key}">{name}</label></div>'
        f'<span class="result-score"><span class="pill pill-band-{one["band"]}">'
        f"{quoted(one['band_words'])}</span> <strong>{one['score']}</strong></span></div>"
        f'<p class="result-where"><span class="pill pill-{kind}">{whose}</span> {where} · '
        f'<a href="/service-activities/details/?id={key}" target="_blank" rel="noopener">{said["look"]}'
        f'<span class="visually-hidden">: {name} {said["tab"]}</span></a></p>'
        f'<ul class="result-notes">{_verdict(one, said)}{_notes("why", one["why"], said)}'
        f"{_notes('warn', one['warn'], said)}</ul>"
        f'<p class="small muted">{" · ".join(small)}</p></li>\n'
    )


def _verdict(one, said):
    kind = one["verdict"]
    words = one["excluded"] if kind == "out" else " · ".join(one["check"])
    return f'<li class="verdict verdict-{kind}"><strong>{said[kind]}</strong> {quoted(words)}</li>'


def _notes(kind, words, said):
    if not words:
        return ""
    return f'<li class="note-{kind}"><strong>{said[kind]}</strong> {quoted(" · ".join(words))}</li>'

"""The list of the referral builder as it is shown: a card for each service, what was left out, why one is not here."""

from flask_babel import ngettext

from forms import builder as pages
from forms import builder_need as need_pages
from forms.builder_drawing import draw_cards, draw_facts
from forms.formats import date_text, whole
from forms.steps import words_of
from forms.words import plain as _
from models import database
from workflows import match_facts, match_words
from workflows.builder_need import client_of, need_words, question_of
from workflows.matching_scheme import NEVER_OVERRIDDEN

ABOUT = (
    "SELECT s.id, o.name, o.is_own, s.contact_mode, s.by_appointment FROM service_activity s"
    " JOIN program p ON p.id = s.program_id JOIN organization o ON o.id = p.organization_id"
    " WHERE s.id IN ({marks})"
)
PAGE, LEFT_OUT, MORE_LEFT_OUT = 10, 5, 50


def listed(form, answers):
    """Everything templates/workflow/builder_results.html shows of the list."""
    client = client_of(answers)
    form.press()
    question = question_of(answers, form, client)
    scheme = question.catalogue.scheme
    matches = question.matches(form.whose.data)
    weak = form.weak.data == "1"
    total = matches.total if weak else matches.shown
    start = whole(form.start.data) or 0
    start = start if start < total else 0
    results = matches.results(start, PAGE, weak)
    ticked = list(form.services.data or ())
    shown = {result.id for result in results}
    out = matches.excluded(0, MORE_LEFT_OUT if form.left_out.data else LEFT_OUT)
    out_ids = {each.id for each in out}
    asked = _asked(form, answers, question, shown)
    apart = [key for key in ticked if key not in shown and key not in out_ids]
    judged = question.judged(apart)
    every = [*results, *(result for _entry, result, _out, _in in judged.values())]
    ids = [*shown, *out_ids, *judged, *([asked["id"]] if asked else [])]
    about = _about(ids)
    words = match_words.words(every, scheme, _duplicates(client, ids, question.on))
    entry = question.catalogue.entry

    def card(result, excluded=None):
        return _card(result, words[result.id], about.get(result.id), entry(result.id), excluded)

    out_words = match_words.excluded_words(out, scheme)
    return {
        "need": need_words(answers),
        "cards": draw_cards([card(result) for result in results], ticked),
        "apart": draw_cards(
            [
                card(result, out and match_words.sentence(out.code, out.facts, scheme))
                for _entry, result, out, _in in judged.values()
            ],
            ticked,
        ),
        "draw_facts": draw_facts,
        "ticked": ticked,
        "total": total,
        "first": start + 1,
        "last": start + len(results),
        "previous": max(start - PAGE, 0) if start else None,
        "following": start + PAGE if start + PAGE < total else None,
        "weak_count": 0 if weak else matches.total - matches.shown,
        "shows_weak": weak,
        "left_out": [_left(each, out_words[each.id], about, entry) for each in out],
        "left_out_count": sum(matches.excluded_counts.values()),
        "nothing": match_words.nothing_found(scheme) if not total else "",
        "asked": _asked_words(asked, scheme),
        "shown_ids": {*shown, *out_ids, *judged},
        "head": _head(total),
        "handout": ",".join(map(str, ticked)) if form.find.data == "handout" else "",
    }


def known_parts(form):
    """The facts of the client in two parts: lines of fields nobody answered yet, lines of the others with their words."""
    asked = ("municipality", "preferred_languages", "needs_interpreter", "immigration_category")
    asked += ("permanent_residence_date", "birth_year_only", "gender")
    lines = [[form[name]] for name in asked if name in form]
    lines += [
        [form[f"clb_{code}_{skill}"] for skill in ("listening", "speaking")]
        for code in ("en", "fr")
    ]
    lines.append([form.self_identified_groups])
    shown, others = [], []
    for line in lines:
        is_open = any(field.name in form.lacking or field.errors for field in line)
        # Most people have no level of French, and say nothing of groups: these wait behind the others.
        is_rare = (
            line[0].name in ("clb_fr_listening", "self_identified_groups") and not line[0].errors
        )
        (shown if is_open and not is_rare else others).append(line if len(line) > 1 else line[0])
    said = []
    for line in others:
        for field in line if isinstance(line, list) else [line]:
            said += [(label, words) for label, words in words_of(field) if words]
    return {
        "open_lines": shown,
        "other_lines": others,
        "known": said,
        "open_count": sum(len(line) if isinstance(line, list) else 1 for line in shown),
        "has_wrong_fact": any(form[name].errors for name in pages.KNOWN if name in form),
    }


def _head(total):
    return ngettext("%(num)s service fits", "%(num)s services fit", total)


def _duplicates(client, ids, on):
    return {key: [note] for key, note in match_facts.already_referred(client, ids, on).items()}


def _about(keys):
    """{service id: (organization name, is ours, contact mode, by appointment)} in one statement, written as text."""
    keys = list(keys) or [0]
    marks = ", ".join([database.param] * len(keys))
    rows = database.execute_sql(ABOUT.format(marks=marks), keys).fetchall()
    return {key: facts for key, *facts in rows}


def _card(result, said, about, entry, excluded):
    owner, is_own, contact, by_appointment = about or ("", True, "", False)
    return {
        "id": result.id,
        "name": entry.name,
        "place": entry.location,
        "city": entry.municipality,
        "owner": owner,
        "is_own": is_own,
        "score": result.score,
        "band": result.band,
        "band_words": said.band,
        "verdict": "out" if excluded else "ask" if said.check else "fits",
        "excluded": excluded or "",
        "why": said.why,
        "check": said.check,
        "warn": said.warn,
        "reviewed": date_text(entry.reviewed),
        "contact": CONTACT[contact]() if contact in CONTACT else "",
        "by_appointment": by_appointment,
    }


CONTACT = {
    "own": lambda: _("contact of its own"),
    "reception": lambda: _("through the reception of the location"),
}


def _left(each, words, about, entry):
    entry = entry(each.id)
    return {
        "id": each.id,
        "name": entry.name,
        "place": entry.location,
        "owner": about[each.id][0] if each.id in about else "",
        "why": words,
        "may_override": each.code not in NEVER_OVERRIDDEN,
    }


def _asked(form, answers, question, shown):
    """What "Why is a service not here?" asks about: what was typed, else the known service that is not in view."""
    key = form.ask.data
    if not key and answers.of("need", "how") == need_pages.SERVICE:
        key = answers.of("need", "service")
        key = None if key in shown or key in (form.services.data or ()) else key
    if not key or key < 0:
        return None
    found = question.catalogue.explain(key, question.need, question.person, question.on)
    entry = question.catalogue.entry(key)
    return {"id": key, "explanation": found, "entry": entry}


def _asked_words(asked, scheme):
    if asked is None:
        return None
    entry, found = asked["entry"], asked["explanation"]
    code = found.excluded.code if found.excluded else ""
    name = f"{entry.name} – {entry.location}" if entry else _("This service")
    return {
        "id": asked["id"],
        "name": name,
        "why": match_words.explained(found, scheme),
        "may_tick": bool(entry) and code not in NEVER_OVERRIDDEN and entry.is_active,
    }


# ---- What may be chosen -----------------------------------------------------------------------------------------------


def wrong_choices(form, answers):
    """[(question, sentence)] of what keeps the ticked services from being referred to; sets ``form.said``."""
    question = question_of(answers, form, client_of(answers))
    scheme, keys = question.catalogue.scheme, form.services.data or []
    judged = question.judged(keys)
    found, form.judged = [], judged
    if not keys:
        found.append(("services", _("Tick at least one service.")))
    if len(judged) < len(keys):
        found.append(("services", _("A service that was ticked is no longer there. Choose again.")))
        form.services.data = list(judged)
    for entry, _result, excluded, _in in judged.values():
        if excluded is None:
            continue
        facts = {
            "name": entry.name,
            "why": match_words.sentence(excluded.code, excluded.facts, scheme),
        }
        if excluded.code in NEVER_OVERRIDDEN:
            words = _("“%(name)s” cannot be chosen any more: %(why)s. Take its tick away.", **facts)
            found.append(("services", words))
        elif not form.override_reason.data:
            words = _(
                "“%(name)s” does not fit: %(why)s. Write the reason for choosing it all the same,"
                " or take its tick away.",
                **facts,
            )
            found.append(("override_reason", words))
    return found


def snapshot(result, excluded, scheme, need, run):
    """What the referral keeps of the match, plain values (2.13)."""

    def noted(notes):
        return [
            [
                note.code,
                {k: str(v) if hasattr(v, "isoformat") else v for k, v in note.facts.items()},
            ]
            for note in notes
        ]

    return {
        "score": result.score,
        "band": result.band,
        "points": result.points,
        "keywords": list(result.keywords),
        "reasons": noted(result.reasons),
        "checks": noted(result.checks),
        "warnings": noted(result.warnings),
        "excluded": excluded.code if excluded else None,
        "scheme_version": scheme.version,
        "need": need_facts(need),
        "run": run,
    }


def need_facts(need):
    """A Need as plain values."""
    return {
        "factor": need.factor,
        "primary": list(need.primary),
        "secondary": list(need.secondary),
        "keywords": [list(pair) for pair in need.keywords],
    }

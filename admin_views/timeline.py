"""The timeline of a file in words: date, kind, what it was, who; never the text of a record (2.14–2.22, R-NOTE-3)."""

from urllib.parse import urlencode

from flask import request, url_for
from flask_babel import gettext as _

from admin_views.listing import whole
from admin_views.showing import text_of
from forms import choices
from forms.formats import date_text
from forms.words import apart
from models import (
    N_,
    AccessRequest,
    Appointment,
    Correspondence,
    Extension,
    Intake,
    NeedsAssessment,
    Printout,
)
from workflows import settings, timeline

KINDS = {
    "note": N_("Case note"),
    "activity": N_("Activity"),
    "letter": N_("Correspondence"),
    "visit": N_("Home visit"),
    "assessment": N_("Needs assessment"),
    "intake": N_("Intake"),
    "consent": N_("Consent"),
    "referral": N_("Referral"),
    "plan": N_("Plan"),
    "incident": N_("Incident report"),
    "booking": N_("Interpreter booking"),
    "appointment": N_("Appointment"),
    "exit": N_("Exit interview"),
    "extension": N_("Extension"),
    "assignment": N_("Main worker"),
    "access": N_("Access request"),
    "printout": N_("Printout"),
}


def _note(type, is_family_matter):
    words = choices.term_label("case-note-types", type)
    return _("%(what)s, family matter", what=words) if is_family_matter else words


def _activity(topic, type, minutes):
    return _(
        "%(topic)s: %(type)s, %(minutes)s minutes",
        topic=choices.term_label("cma-topics", topic),
        type=choices.term_label("case-activity-types", type),
        minutes=minutes,
    )


def _letter(direction, channel, state):
    way = text_of(Correspondence.direction)(direction)
    how = choices.term_label("correspondence-channels", channel)
    return f"{how} · {way} · {text_of(Correspondence.state)(state)}"


def _assessment(point, state, level):
    words = choices.term_label("need-levels", level) if level and state == "complete" else ""
    return " · ".join(filter(None, (point.upper(), words or text_of(NeedsAssessment.state)(state))))


def _consent(type, state):
    said = choices.term_label("consent-states", "given" if state == "withdrawn" else state)
    return f"{choices.term_label('consent-types', type)} · {said}"


def _withdrawn(type):
    withdrawn = choices.term_label("consent-states", "withdrawn")
    return f"{choices.term_label('consent-types', type)} · {withdrawn}"


def _made(number, target, direction):
    return f"{number} · {apart(target)} · {choices.term_label('referral-directions', direction)}"


def _sent(number, target, result):
    return f"{number} · {apart(target)} · {choices.term_label('distribution-results', result)}"


def _outcome(number, target, outcome):
    return f"{number} · {apart(target)} · {choices.term_label('referral-outcomes', outcome)}"


def _appointment(kind, done_on):
    words = text_of(Appointment.kind)(kind)
    return _("%(what)s, done on %(day)s", what=words, day=date_text(done_on)) if done_on else words


# By the name of the source: a function of its columns.
WORDS = {
    "case_note": _note,
    "note_addendum": lambda day: _("Addition to the note of %(day)s", day=date_text(day)),
    "case_activity": _activity,
    "correspondence": _letter,
    "home_visit": lambda status: _(
        "Home visit: %(status)s", status=choices.term_label("visit-statuses", status)
    ),
    "needs_assessment": _assessment,
    "intake": lambda mode: _("Intake: %(how)s", how=text_of(Intake.mode)(mode)),
    "consent_record": _consent,
    "consent_withdrawn": _withdrawn,
    "referral": _made,
    "distribution_log": _sent,
    "referral_outcome": _outcome,
    "settlement_plan": lambda: _("Settlement plan made"),
    "plan_review": lambda: _("Plan looked at together"),
    "incident_report": lambda type: choices.term_label("incident-types", type),
    "booking": lambda setting, minutes: _(
        "Interpreter: %(where)s", where=choices.term_label("interpreter-settings", setting)
    ),
    "appointment": _appointment,
    "exit_interview": lambda: _("Exit interview"),
    "extension": lambda decision: _(
        "Extension: %(decision)s", decision=text_of(Extension.decision)(decision)
    ),
    "case_assignment": lambda: _("Main worker from this day on"),
    "access_request": lambda kind: text_of(AccessRequest.kind)(kind),
    "printout": lambda kind: text_of(Printout.kind)(kind),
}
SCREENS = {"distribution_log": "referral", "note_addendum": "case_note"}


def line(entry, members):
    """One Entry for the template; ``members`` is {client id: name}."""
    table = entry.source.model._meta.table_name
    screen = SCREENS.get(table, table)
    words = WORDS[entry.source.name](*entry.said)
    return {
        "day": date_text(entry.day),
        "iso": entry.day.isoformat(),
        "kind": _(KINDS[entry.source.kind]),
        "words": words,
        # Printouts are part of the log, which is the administrator's.
        "href": None if screen == "printout" else url_for(f"{screen}.details_view", id=entry.shown),
        "who": entry.who,
        "people": [members[key] for key in entry.people if key in members],
        "is_coming": entry.day > settings.today(),
    }


def page(household_id, members, here, person=None):
    """The facts of the section "Everything dated"; ``person`` limits it to one client's own matters.

    What is asked stands in the address: ids and kinds, never a name.
    """
    kind = request.args.get("kind")
    kind = kind if kind in KINDS else None
    chosen = person or _person(members)
    rows, more = timeline.entries(household_id, chosen, kind, request.args.get("older"))
    kept = {"kind": kind, "person": None if person else chosen}
    asked = {name: value for name, value in kept.items() if value}
    older = rows[-1].place if more else None
    start = f"{here}&" + urlencode(asked) if asked else here
    return {
        "lines": [line(row, members) for row in rows],
        "kinds": [(slug, _(words), slug == kind) for slug, words in KINDS.items()],
        "people": []
        if person
        else [
            *[(str(key), name, key == chosen) for key, name in members.items()],
            (timeline.FAMILY, _("The whole family"), chosen == timeline.FAMILY),
        ],
        "older_href": f"{start}&older={older}#dated" if older else None,
        "newest_href": f"{start}#dated" if request.args.get("older") else None,
        "is_filtered": bool(asked),
        "all_href": f"{here}#dated",
    }


def _person(members):
    asked = request.args.get("person")
    if asked == timeline.FAMILY:
        return asked
    key = whole(asked)
    return key if key in members else None


def family(household_id, members, limit=10):
    """The latest matters of the whole family, for the page of one person."""
    kinds = ("note", "letter", "visit", "plan", "intake", "incident")
    rows, _more = timeline.entries(household_id, timeline.FAMILY, limit=limit, kinds=kinds)
    return [line(row, members) for row in rows]

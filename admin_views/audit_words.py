"""Rows of the audit log as sentences: "Viewed the case note of 3 March 2026 (file 2026-014)" (2.23).

Nobody's name is in them: a record is called by its day or its number, and the link leads to it while it is there.
"""

from collections import defaultdict

from flask import url_for
from flask_babel import gettext as _
from flask_babel import ngettext
from markupsafe import Markup

from forms.formats import date_text
from models import N_, TABLES, Household
from workflows import file_trail, settings

ENTITIES = {model._meta.table_name: model for model in TABLES}
# What is written about that is no table.
OTHERS = {
    "reference_data": N_("Reference data"),
    "report": N_("Reports"),
    "service_record": N_("Service record"),
    "standards": N_("Standards"),
    "backup": N_("Backups"),
    "example": N_("Example agency"),
}
VERBS = {
    "view": N_("Viewed %(what)s"),
    "create": N_("Added %(what)s"),
    "update": N_("Changed %(what)s"),
    "delete": N_("Deleted %(what)s"),
    "export": N_("Exported %(what)s"),
    "import": N_("Imported %(what)s"),
    "print": N_("Printed %(what)s"),
    "email": N_("Emailed %(what)s"),
    "sign-in": N_("Signed in"),
    "sign-in-failed": N_("A sign-in failed"),
    "restore": N_("Restored %(what)s"),
}
# By table: what a record is called, and the column that says which one where there is one.
CALLED = {
    "household": (N_("the page of the household"), ""),
    "case_status_event": (N_("how the case went on on %(which)s"), "moved_on"),
    "client": (N_("the page of a client"), ""),
    "guardianship": (N_("who cares for a child"), ""),
    "consent_record": (N_("the consent of %(which)s"), "given_on"),
    "intake": (N_("the intake of %(which)s"), "intake_date"),
    "needs_assessment": (N_("the needs assessment of %(which)s"), "completed_on"),
    "need_alert": (N_("the alert to act on by %(which)s"), "due_on"),
    "extension": (N_("the decision on an extension of %(which)s"), "decided_on"),
    "case_task": (N_("what the case asks for next"), ""),
    "referral": (N_("the referral %(which)s"), "number"),
    "driving_statement": (N_("a driving statement"), ""),
    "recommended_action": (N_("a settlement action of a referral"), ""),
    "match_run": (N_("a search for services"), ""),
    "settlement_plan": (N_("the settlement plan of %(which)s"), "created_on"),
    "goal": (N_("a goal of the plan"), ""),
    "plan_action": (N_("a step of the plan"), ""),
    "plan_review": (N_("the plan review due on %(which)s"), "due_on"),
    "exit_interview": (N_("the exit interview of %(which)s"), "date"),
    "case_note": (N_("the case note of %(which)s"), "contact_on"),
    "consulted_party": (N_("who was consulted on %(which)s"), "consulted_on"),
    "note_addendum": (N_("the addition to a note of %(which)s"), "written_on"),
    "correspondence": (N_("the correspondence of %(which)s"), "occurred_at"),
    "case_activity": (N_("the activity of %(which)s"), "date"),
    "appointment": (N_("the appointment of %(which)s"), "due_on"),
    "access_request": (N_("the access request of %(which)s"), "received_on"),
    "home_visit": (N_("a home visit"), ""),
    "incident_report": (N_("the incident report of %(which)s"), "occurred_at"),
    "booking": (N_("the interpreter booking of %(which)s"), "date"),
    "case_assignment": (N_("the case assignment from %(which)s"), "started_on"),
    "attachment": (N_("a scan or a paper"), ""),
    "draft": (N_("unfinished work"), ""),
}
PRINTED = {
    "file": N_("the whole file, on %(which)s"),
    "notes": N_("the summary of the case notes, on %(which)s"),
    "person": N_("one person’s own record, on %(which)s"),
}


def entity_words(name):
    """The title of a kind of record; the name itself when nobody knows it any more."""
    known = ENTITIES.get(name)
    return _(known._meta.title) if known else _(OTHERS[name]) if name in OTHERS else name


def sentences(rows):
    """{id: sentence with a link} of rows of the log; a few statements for each kind of record among them."""
    wanted = defaultdict(set)
    for row in rows:
        if row.entity_id and row.entity in ENTITIES:
            wanted[row.entity].add(row.entity_id)
    # Hidden tables have no page to lead to, and what is in them is nobody's to read here.
    there = {
        table: _records(ENTITIES[table], ids)
        for table, ids in wanted.items()
        if ENTITIES[table]._meta.section != "hidden"
    }
    houses = file_trail.files_of(wanted) | _of_the_gone(rows)
    query = Household.select(Household.id, Household.file_number)
    named = set(houses.values())
    numbers = dict(query.where(Household.id.in_(named)).tuples()) if named else {}
    return {
        row.id: _sentence(
            row,
            there.get(row.entity, {}).get(row.entity_id),
            numbers.get(houses.get((row.entity, row.entity_id))),
        )
        for row in rows
    }


def _of_the_gone(rows):
    """{(table, id): household id} as the rows about deleting say it themselves."""
    deleted = (row for row in rows if row.action == "delete" and row.entity_id)
    said = ((row, (row.changed_fields or {}).get("household")) for row in deleted)
    return {(row.entity, row.entity_id): pair[0] for row, pair in said if pair}


def _records(model, ids):
    """{id: record} of those that are still there, of personal ones no more than what they are called by."""
    table, columns = model._meta.table_name, ()
    if table == "printout":
        columns = (model.id, model.kind, model.printed_on)
    elif table in CALLED:
        which = CALLED[table][1]
        columns = (model.id, *([model._meta.fields[which]] if which else []))
    elif getattr(model._meta, "personal", False):
        columns = (model.id,)
    return {row.id: row for row in model.select(*columns).where(model.id.in_(list(ids)))}


def _sentence(row, record, number):
    if row.entity_id is None or row.entity not in ENTITIES:
        return _general(row)
    what = _what(row, record)
    if record is not None:
        href = url_for(f"{row.entity}.details_view", id=row.entity_id)
        what = Markup('<a href="{}">{}</a>').format(href, what)
    words = Markup(_(VERBS.get(row.action, "%(what)s"))) % {"what": what}
    return words + Markup(" ({})").format(_("file %(number)s", number=number)) if number else words


def _general(row):
    """A list, an export of many, a sign-in: there is no one record."""
    if row.action in ("sign-in", "sign-in-failed"):
        return _(VERBS[row.action])
    said = row.changed_fields if isinstance(row.changed_fields, dict) else {}
    count = said.get("shown", said.get("rows"))
    words = entity_words(row.entity)
    if isinstance(count, int):
        words = ngettext("%(title)s, %(num)s row", "%(title)s, %(num)s rows", count, title=words)
    return _(VERBS.get(row.action, "%(what)s"), what=words)


def _what(row, record):
    """What the record is called; one that is gone by its kind alone."""
    if record is not None and row.entity == "printout":
        return _(PRINTED[record.kind], which=date_text(record.printed_on))
    words, column = CALLED.get(row.entity, ("", ""))
    if words and not column:
        return _(words)
    if words and record is not None:
        return _(words, which=_shown(getattr(record, column)))
    if record is not None and not getattr(record._meta, "personal", False):
        return _("%(title)s: %(name)s", title=entity_words(row.entity), name=str(record))
    return _("%(title)s, record %(id)s", title=entity_words(row.entity), id=row.entity_id)


def _shown(value):
    if hasattr(value, "hour"):
        value = settings.local(value).date()
    return date_text(value) if hasattr(value, "year") else value or "–"

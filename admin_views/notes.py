"""Case notes: written in time, locked after a week, added to, and the ones that are missing (2.14, R-NOTE)."""

import datetime

from flask import flash, redirect, request, url_for
from flask_admin import expose
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l

from admin_views.attachments import Attaching
from admin_views.base import EntityView
from admin_views.list_state import tabs
from admin_views.of_household import HouseholdRecordView, me
from admin_views.showing import pill
from forms import choices
from forms.consulted import Parties
from forms.fields import model_form, question
from forms.formats import date_text
from models import TIMELINESS, CaseNote, Client, ConsultedParty, Household, NoteAddendum, database
from workflows import audit, note_rules, notes, records, settings
from workflows.business_days import ONE_DAY
from workflows.note_rules import OPEN_DAYS, is_locked


class CaseNoteView(Attaching, HouseholdRecordView):
    """Contacts, observations and what was agreed; due within five business days."""

    new_label = _l("Write a note")
    intro = _l("Contacts, observations and what was agreed; due within five business days.")
    filled_today = ("contact_on", "written_on")
    filled_me = ("author",)
    edit_template = "people/note_form.html"
    details_template = "people/note.html"
    attachment_title = _l("Papers that came with it")
    attachment_help = _l("Only what the file needs.")

    def page_views(self, listing):
        offered = ((None, _("All")), *((slug, _(words)) for slug, words in TIMELINESS))
        missing = (_("Missing"), self.get_url(".missing_view"), False)
        return [*tabs(self, listing, "timeliness", offered), missing]

    def empty(self):
        return {
            **super().empty(),
            "title": _("No case notes yet"),
            "text": _("What was said, seen and agreed with clients will be listed here."),
        }

    def own_questions(self):
        """R-NOTE-1: which types must be written is said beside the choice."""
        asked = question(self.meta.fields["type"])
        must = [
            label
            for slug, label in choices.terms("case-note-types")
            if choices.term_extra("case-note-types", slug).get("mandatory")
        ]
        asked.kwargs["description"] = _("These must be written: %(types)s.", types=", ".join(must))
        return {"type": asked}

    def new_record(self):
        """A link to a missing note says what it is about (R-NOTE-1)."""
        note = super().new_record()
        asked = request.args.get("type")
        if asked in choices.slugs("case-note-types"):
            note.type = asked
        note.contact_on = _day(request.args.get("contact_on")) or note.contact_on
        return note

    # ---- The form, with who was consulted (R-NOTE-4) ---------------------------------------------------------------------

    def build_form(self, record, formdata=None):
        form = super().build_form(record, formdata)
        form.parties = Parties(record, formdata)
        return form

    def form_facts(self, record, form):
        return super().form_facts(record, form) | {"parties": form.parties.lines}

    @expose("/edit/", methods=("GET", "POST"))
    def edit_view(self):
        """2.14: a locked note opens to be read and added to; what was typed before it locked is shown with the reason."""
        record = self.found()
        if request.method == "GET" and is_locked(record):
            flash(note_rules.locked_words(record), "warning")
            return redirect(self.at("details", record.id))
        return self._edit(record)

    def save(self, record, form, many, version):
        """The note and who was consulted, in one transaction."""
        if not form.parties.validate():
            words = _("Look at who was consulted: a line without a name, or with a wrong day.")
            raise records.Refused([records.Problem("", words)])
        if not many.get("clients") and not record.is_family_matter:
            alone = note_rules.members(record.household_id)
            many["clients"] = alone if len(alone) == 1 else []
        with database.atomic():
            warnings = super().save(record, form, many, version)
            kept, gone = form.parties.changes(record)
            for row in kept:
                records.save(row)
            for row in gone:
                records.delete(row)
            if words := note_rules.nobody_was_named(record):
                warnings.append(records.Problem("type", words, records.WARN))
        return warnings

    # ---- One note --------------------------------------------------------------------------------------------------------

    def details_facts(self, record):
        locked, opens = is_locked(record), record.written_on + OPEN_DAYS
        words, typed = dict(TIMELINESS).get(record.timeliness), notes.typed_on(record)
        key = [
            (_("Written in time"), words and pill("timeliness", record.timeliness, _(words))),
            (_("Typed in here on"), typed > record.written_on and _typed_words(typed)),
            (_("Best written by"), date_text(record.target_on)),
            (_("Due on"), date_text(record.due_on)),
            (_("Locked since"), locked and date_text(opens)),
            (_("Can be changed until"), not locked and date_text(opens - ONE_DAY)),
        ]
        return {
            **super().details_facts(record),
            "key": [(label, shown) for label, shown in key if shown],
            "is_locked": locked,
            "addenda": [
                (
                    date_text(row.written_on),
                    str(row.author),
                    row.text,
                    None if is_locked(row) else url_for("note_addendum.edit_view", id=row.id),
                )
                for row in NoteAddendum.select()
                .where(NoteAddendum.note == record.id)
                .order_by(NoteAddendum.written_on, NoteAddendum.id)
            ],
            "addendum": model_form(NoteAddendum, ["text"])(),
            "add_href": f"{url_for('note_addendum.create_view')}?note={record.id}",
        }

    def fact(self, record, name):
        if name == "is_family_matter" and not record.is_family_matter:
            return "", ""
        return super().fact(record, name)

    def facts(self, record):
        """With who was consulted, below the note (R-NOTE-4)."""
        rows = ConsultedParty.select().where(ConsultedParty.note == record.id)
        lines = [
            (row.who, " · ".join(filter(None, (row.role, date_text(row.consulted_on)))))
            for row in rows.order_by(ConsultedParty.consulted_on, ConsultedParty.id)
        ]
        return super().facts(record) + ([(_("Who was consulted"), lines)] if lines else [])

    # ---- What is missing (R-NOTE-1) --------------------------------------------------------------------------------------

    @expose("/missing/")
    def missing_view(self):
        """Every event of the last year that needs a note and has none, each with the form filled in."""
        today = settings.today()
        found = notes.missing_and_whom(today)
        files = Household.stored_by_id({row.household for row, _client in found})
        people = Client.stored_by_id({client for _row, client in found if client})
        if found:
            audit.record("view", self.meta.table_name, changed={"shown": len(found)})
        return self.render(
            "people/missing_notes.html",
            rows=[
                (
                    choices.term_label("case-note-types", row.kind),
                    self.linked(files[row.household]),
                    str(people[client]) if client else "",
                    date_text(row.day),
                    date_text(row.due),
                    pill("timeliness", "missing", _("Missing"))
                    if row.due < today
                    else pill("state", "waiting", _("Not due yet")),
                    self.get_url(
                        ".create_view",
                        household=row.household,
                        client=client,
                        type=row.kind,
                        contact_on=row.day.isoformat(),
                    ),
                )
                for row, client in found
            ],
            list_href=self.at(),
        )


def _typed_words(day):
    return _("%(day)s; whether it was in time is judged by this day", day=date_text(day))


def _day(text):
    try:
        return datetime.date.fromisoformat(text or "")
    except ValueError:
        return None


class NoteAddendumView(EntityView):
    """What is added to a note, today and by who is at the screen; the note stays as it was (2.14)."""

    new_label = _l("Add to a note")
    intro = _l("What was added to notes after they were written.")

    def new_record(self):
        row = super().new_record()
        row.written_on, row.author = settings.today(), me()
        return row

    def field_names(self, record):
        """Who is at the screen writes it today; the note is known where one comes from it."""
        names = super().field_names(record)
        known = () if record.id else ("note", "author", "written_on")
        return [n for n in names if n not in known or record.__data__.get(n) is None]

    def called(self, record):
        return _("Added on %(day)s", day=date_text(record.written_on))

    def toolbar(self, record):
        return [(_("Open the note"), url_for("case_note.details_view", id=record.note_id))]

    def after_save_url(self, record, is_new):
        return url_for("case_note.details_view", id=record.note_id)


VIEWS = {CaseNote: CaseNoteView, NoteAddendum: NoteAddendumView}

"""What holds for case notes: their days, whom they are about, their lock, who was consulted (R-NOTE-2 to R-NOTE-4)."""

import datetime

from flask_babel import gettext as _

from forms.formats import date_text
from models import CaseNote, Client, ConsultedParty, NoteAddendum
from workflows import notes, settings
from workflows.records import Problem, before, delete_rule, rule

OPEN_DAYS = datetime.timedelta(days=7)  # a note can be changed this long (2.14)
CONSULTING = ("consultation", "case-conference")  # types that say who was consulted (R-NOTE-4)
VISIT = "home-visit"
CONTENT = tuple(
    name
    for name in CaseNote._meta.fields
    if name
    not in (
        # A file that moves with a merge is no change of what was written.
        *("id", "uuid", "version", "created_at", "updated_at", "household"),
        *("created_by_name", "updated_by_name", *CaseNote._meta.kept),
    )
)


# ---- The days of a note (R-NOTE-2) ----------------------------------------------------------------------------------------


@before(CaseNote)
def count_the_days(note, stored):
    """R-NOTE-2: worked out when the contact or the day of writing changes; later settings leave a note as it was judged.

    A note from paper keeps its day of writing, and is judged by the day it was typed in: an earlier day that somebody
    types makes no late note timely.
    """
    note.written_on = note.written_on or settings.today()
    moved = stored is None or (stored.contact_on, stored.written_on) != (
        note.contact_on,
        note.written_on,
    )
    if moved and note.contact_on:
        days = notes.days_of(note.contact_on)
        note.target_on, note.due_on = days.target, days.due
        note.timeliness = notes.timeliness(max(note.written_on, notes.typed_on(note)), days)


@rule(CaseNote)
def the_days_can_be(change):
    """2.14: a contact has happened, and is written down on its day or after it."""
    note, today = change.record, settings.today()
    if not note.contact_on or not change.changed("contact_on", "written_on"):
        return
    if note.contact_on > today:
        words = _("This day is in the future. Enter the day of the contact.")
        yield Problem("contact_on", words)
    elif note.written_on < note.contact_on:
        words = _("A note cannot be written before the contact. Check both dates.")
        yield Problem("written_on", words)
    elif note.written_on > today:
        yield Problem("written_on", _("This day is in the future. Enter the day of writing."))
    elif words := _written_after_it_was_saved(change):
        yield Problem("written_on", words)


def _written_after_it_was_saved(change):
    """2.14: a sentence when the day of writing moves past the first save; the lock would move with it, again and again."""
    if change.before is None or not change.changed("written_on"):
        return ""
    day = settings.local(change.before.created_at).date()
    if change.record.written_on <= day:
        return ""
    return _("This was saved on %(day)s, so it was written by then.", day=date_text(day))


# ---- Whom it is about (R-NOTE-3) -------------------------------------------------------------------------------------------


def members(household_id):
    """Ids of the people of a household."""
    rows = Client.select(Client.id).where(Client.household == household_id).order_by(Client.id)
    return [key for (key,) in rows.tuples()]


@rule(CaseNote)
def it_names_the_person_or_is_of_the_family(change):
    """R-NOTE-3: where several people share a file, a note names the person, or is said to be of the whole family."""
    note, chosen = change.record, change.ids("clients")
    if bool(chosen) != bool(note.is_family_matter) or not note.household_id:
        return
    if "clients" not in change.many and not change.changed("is_family_matter"):
        return
    if len(members(note.household_id)) < 2:
        return
    if chosen:
        words = _(
            "Choose either people or the whole family: name the person, and keep the family for family matters."
        )
    else:
        words = _("Say whom this note is about: tick the person, or say that it is of the family.")
    yield Problem("clients", words)


# ---- The lock (2.14) -------------------------------------------------------------------------------------------------------


def is_locked(row):
    """True once seven days have passed since a note, or an addition to one, was written."""
    return bool(row.id and row.written_on and settings.today() >= row.written_on + OPEN_DAYS)


def locked_words(row):
    """Why a locked note, or addition, cannot be changed."""
    day = date_text(row.written_on + OPEN_DAYS)
    return _(
        "This note has been locked since %(day)s and stays as it was written. Use “Add to this note” instead.",
        day=day,
    )


@rule(CaseNote)
def a_locked_note_stays(change):
    """2.14: after seven days a note is only added to."""
    before = change.before
    if before is None or not is_locked(before):
        return
    people = "clients" in change.many and sorted(change.many["clients"]) != sorted(
        key for (key,) in before.clients.select(Client.id).tuples()
    )
    if people or change.changed(*CONTENT):
        yield Problem("", locked_words(before))


@rule(NoteAddendum)
def an_addition_is_written_today_and_stays(change):
    """2.14: an addition has a day of its own, and locks as its note does."""
    row, before = change.record, change.before
    if before and is_locked(before) and change.changed("text", "written_on", "author"):
        yield Problem("", locked_words(before))
    elif row.written_on and row.written_on > settings.today():
        yield Problem("written_on", _("This day is in the future. Enter the day of writing."))
    elif row.written_on and row.note_id and row.written_on < row.note.written_on:
        words = _("An addition cannot be older than its note. Check the date.")
        yield Problem("written_on", words)
    elif row.written_on and (words := _written_after_it_was_saved(change)):
        yield Problem("written_on", words)


@delete_rule(CaseNote, NoteAddendum)
def what_is_locked_is_not_deleted(change):
    """2.14: a note leaves the file with the file only."""
    if is_locked(change.record):
        yield Problem("", locked_words(change.record))


@delete_rule(ConsultedParty)
def who_was_consulted_stays_with_a_locked_note(change):
    """2.14, R-NOTE-4: they are part of the note."""
    if is_locked(change.record.note):
        yield Problem("", locked_words(change.record.note))


# ---- Who was consulted (R-NOTE-4) ------------------------------------------------------------------------------------------


@rule(ConsultedParty)
def a_consultation_has_happened(change):
    """R-NOTE-4, 2.14: it is recorded in a note that can still be changed."""
    row = change.record
    if change.changed("who", "role", "consulted_on") and is_locked(row.note):
        yield Problem("", locked_words(row.note))
    if row.consulted_on and row.consulted_on > settings.today():
        words = _("This day is in the future. Enter the day on which they were consulted.")
        yield Problem("consulted_on", words)


def nobody_was_named(note):
    """R-NOTE-4: a sentence when a note about a consultation does not say who was consulted, else empty."""
    if note.type not in CONSULTING:
        return ""
    if ConsultedParty.select().where(ConsultedParty.note == note.id).exists():
        return ""
    return _("This note does not say who was consulted. Add them under “Who was consulted”.")
